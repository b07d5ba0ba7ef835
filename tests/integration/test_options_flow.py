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

from .conftest import MOTHER, PASSWORD, PUSH_PATH, WEBHOOK_ID, issues, make_entry, placeholders, set_up

OPTIONS: dict[str, Any] = {
    "mode": "off",
    "poll_interval": 30,
    "balance_interval": 15,
    "low_balance": 50,
    "daily_limit": 100,
    "retry_for": 30,
    "retention_days": 365,
}
SECTIONS = {
    "receive": ("mode", "poll_interval"),
    "push": ("listener_port", "allowed_sources"),
    "send": ("signature", "daily_limit", "retry_for"),
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
    """A port that another program listens on."""
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
    assert result["errors"] == {"push": "invalid_allowed_sources"}
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
    # Its own port does not count as taken.
    await _submit(hass, account, _in_sections({**OPTIONS, "listener_port": port, "daily_limit": 7}))
    assert account.options["daily_limit"] == 7


WRONG = [
    ("poll_interval", 9, "10", "3600"),
    ("poll_interval", 3601, "10", "3600"),
    ("poll_interval", 30.5, "10", "3600"),
    ("balance_interval", 4, "5", "1440"),
    ("retention_days", 183, "184", "3650"),
    ("daily_limit", -1, "0", "1000000"),
    ("low_balance", -1, "0", "1000000"),
    ("retry_for", 1441, "0", "1440"),
    ("listener_port", 65536, "1", "65535"),
]


def _defaults(result: ConfigFlowResult) -> dict[str, dict[str, Any]]:
    """What the sections of the form are filled with."""
    assert result["data_schema"]
    return {str(marker): marker.default() for marker in result["data_schema"].schema}


def _open_sections(result: ConfigFlowResult) -> set[str]:
    assert result["data_schema"]
    return {str(name) for name, part in result["data_schema"].schema.items() if not part.options["collapsed"]}


@pytest.mark.parametrize("with_sections", [True, False])
@pytest.mark.parametrize(("name", "value", "low", "high"), WRONG)
async def test_the_error_of_a_number_out_of_bounds_names_its_field(
    hass: HomeAssistant, account: MockConfigEntry, name: str, value: float, low: str, high: str, with_sections: bool
) -> None:
    options = {**OPTIONS, name: value}
    result = await _submit(hass, account, _in_sections(options) if with_sections else options)
    where = next(section for section in SECTIONS if name in SECTIONS[section])
    assert result["errors"] == {where: f"invalid_{name}"}
    assert (placeholders(result)["low"], placeholders(result)["high"]) == (low, high)
    assert dict(account.options) == {"mode": "push"}
    # The fields keep what was typed, and the one that is wrong is seen.
    assert _defaults(result)[where][name] == value
    assert _open_sections(result) == {where}


async def test_the_url_for_pushes_is_a_read_only_field(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await hass.config.async_update(external_url="http://sms.example.com")
    result = await hass.config_entries.options.async_init(account.entry_id)
    url = f"http://sms.example.com{PUSH_PATH}"
    assert _defaults(result)["push"]["push_url"] == url
    assert result["data_schema"]
    fields = result["data_schema"].schema["push"].schema.schema
    assert all(fields[name].config["read_only"] for name in ("push_url", "webhook_url"))
    # The interface sends it back as it is.
    options = _in_sections(OPTIONS)
    options["push"]["push_url"] = url
    await hass.config_entries.options.async_configure(result["flow_id"], options)
    await hass.async_block_till_done()
    assert dict(account.options) == OPTIONS


@pytest.mark.parametrize(("mode", "opened"), [("pull", False), ("off", False), ("push", True), ("both", True)])
async def test_options_begin_with_pushes_only_where_push_is_chosen(
    hass: HomeAssistant, simulator: Simulator, mode: str, opened: bool
) -> None:
    entry = make_entry(simulator, mode=mode)
    await set_up(hass, entry)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert next(iter(_defaults(result))) == "receive"
    assert ("push" in _open_sections(result)) is opened


async def test_two_accounts_may_share_a_port(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    await set_up(hass, make_entry(simulator, listener_port=port))
    simulator.add_account("police", PASSWORD)
    other = make_entry(simulator, data={"username": "police", "webhook_id": f"{WEBHOOK_ID}-of-the-police"})
    await set_up(hass, other)
    result = await hass.config_entries.options.async_init(other.entry_id)
    result = await hass.config_entries.options.async_configure(result["flow_id"], {**OPTIONS, "listener_port": port})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_an_unknown_way_to_receive_is_refused(hass: HomeAssistant, account: MockConfigEntry) -> None:
    with pytest.raises(InvalidData):
        await _submit(hass, account, _in_sections({**OPTIONS, "mode": "x"}))
    result = await _submit(hass, account, {**OPTIONS, "mode": "x"})
    assert (result["errors"], placeholders(result)["detail"]) == ({"receive": "invalid_mode"}, "?")
