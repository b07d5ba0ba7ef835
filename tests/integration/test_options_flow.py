"""The options of an account."""

from collections.abc import Iterator
import socket
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import MOTHER, WEBHOOK_ID, make_entry, placeholders, set_up

OPTIONS: dict[str, Any] = {
    "mode": "off",
    "poll_interval": 30,
    "balance_interval": 15,
    "low_balance": 50,
    "daily_limit": 100,
    "retention_days": 365,
}
SECTIONS = {
    "receive": ("mode", "poll_interval"),
    "push": ("listener_port", "allowed_sources"),
    "send": ("signature", "daily_limit"),
    "balance": ("balance_interval", "low_balance"),
    "log": ("retention_days",),
}


def _in_sections(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {section: {name: options[name] for name in names if name in options} for section, names in SECTIONS.items()}


async def _submit(hass: HomeAssistant, account: MockConfigEntry, user_input: dict[str, Any]) -> ConfigFlowResult:
    result = await hass.config_entries.options.async_init(account.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert placeholders(result)["webhook_url"].endswith(WEBHOOK_ID)
    result = await hass.config_entries.options.async_configure(result["flow_id"], user_input)
    await hass.async_block_till_done()
    return result


@pytest.fixture
def taken_port(socket_enabled: None) -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("", 0)) as server:
        yield server.getsockname()[1]


async def test_options_are_stored_and_take_effect(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _submit(
        hass, account, _in_sections({**OPTIONS, "signature": " 【消防】 ", "allowed_sources": ["10.0.0.7/8", " ", "::1"]})
    )
    assert dict(account.options) == {**OPTIONS, "signature": "消防", "allowed_sources": ["10.0.0.0/8", "::1/128"]}
    assert account.state is ConfigEntryState.LOADED
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!"}, blocking=True)
    assert simulator.sent[0].text == "【消防】Fire!"


async def test_options_may_come_without_their_sections(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _submit(hass, account, OPTIONS)
    assert dict(account.options) == OPTIONS


async def test_what_is_emptied_is_removed(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, **OPTIONS, signature="x", allowed_sources=["::1/128"], listener_port=1)
    await set_up(hass, entry)
    await _submit(hass, entry, _in_sections({**OPTIONS, "signature": "【】"}))
    assert dict(entry.options) == OPTIONS


@pytest.mark.parametrize("signature", ["a【b", "a\nb", "a\x00b", "😀"])
async def test_a_signature_that_can_t_be_sent_is_refused(hass: HomeAssistant, simulator: Simulator, signature: str) -> None:
    entry = make_entry(simulator, data={"charset": "gb2312"})
    await set_up(hass, entry)
    result = await _submit(hass, entry, _in_sections({**OPTIONS, "signature": signature}))
    assert result["errors"] == {"send": "invalid_signature"}
    assert dict(entry.options) == {"mode": "push"}


async def test_a_source_that_is_no_network_is_refused(hass: HomeAssistant, account: MockConfigEntry) -> None:
    result = await _submit(hass, account, _in_sections({**OPTIONS, "allowed_sources": ["10.0.0.0/8", "the platform"]}))
    assert result["errors"] == {"push": "invalid_source"}
    assert placeholders(result)["detail"] == "the platform"


async def test_a_port_that_is_taken_is_refused(hass: HomeAssistant, account: MockConfigEntry, taken_port: int) -> None:
    result = await _submit(hass, account, _in_sections({**OPTIONS, "listener_port": taken_port}))
    assert result["errors"] == {"push": "port_in_use"}
    assert placeholders(result)["detail"] == str(taken_port)


async def test_a_port_that_is_free_is_listened_on(hass: HomeAssistant, account: MockConfigEntry, port: int) -> None:
    await _submit(hass, account, _in_sections({**OPTIONS, "listener_port": port}))
    assert account.options["listener_port"] == port
    with socket.create_connection(("127.0.0.1", port)):
        pass
    # Its own port is no port that somebody else has taken.
    await _submit(hass, account, _in_sections({**OPTIONS, "listener_port": port, "daily_limit": 7}))
    assert account.options["daily_limit"] == 7


WRONG = [
    ("poll_interval", 9, "Interval of pulls", "10", "3600"),
    ("poll_interval", 3601, "Interval of pulls", "10", "3600"),
    ("poll_interval", 30.5, "Interval of pulls", "10", "3600"),
    ("balance_interval", 4, "Interval of balance queries", "5", "1440"),
    ("retention_days", 183, "Keep messages for", "184", "3650"),
    ("daily_limit", -1, "Daily limit", "0", "1000000"),
    ("low_balance", -1, "Low balance", "0", "1000000"),
    ("listener_port", 65536, "Port of its own for pushes", "1", "65535"),
]


@pytest.mark.parametrize("with_sections", [True, False])
@pytest.mark.parametrize(("name", "value", "label", "low", "high"), WRONG)
async def test_a_number_out_of_bounds_is_refused_by_the_name_of_its_field(
    hass: HomeAssistant,
    account: MockConfigEntry,
    name: str,
    value: float,
    label: str,
    low: str,
    high: str,
    with_sections: bool,
) -> None:
    options = {**OPTIONS, name: value}
    result = await _submit(hass, account, _in_sections(options) if with_sections else options)
    assert result["errors"] == {next(section for section in SECTIONS if name in SECTIONS[section]): "out_of_bounds"}
    texts = placeholders(result)
    assert (texts["detail"], texts["low"], texts["high"]) == (label, low, high)
    assert dict(account.options) == {"mode": "push"}


async def test_an_unknown_way_to_receive_is_refused(hass: HomeAssistant, account: MockConfigEntry) -> None:
    with pytest.raises(InvalidData):
        await _submit(hass, account, _in_sections({**OPTIONS, "mode": "x"}))
    result = await _submit(hass, account, {**OPTIONS, "mode": "x"})
    assert (result["errors"], placeholders(result)["detail"]) == ({"receive": "invalid_option"}, "mode")
