"""The options of an account."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import MOTHER, WEBHOOK_ID, make_entry, placeholders, set_up

OPTIONS = {"mode": "off", "poll_interval": 30, "balance_interval": 15}


async def _submit(hass: HomeAssistant, account: MockConfigEntry, options: dict[str, Any]) -> ConfigFlowResult:
    result = await hass.config_entries.options.async_init(account.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert placeholders(result)["webhook_url"].endswith(WEBHOOK_ID)
    result = await hass.config_entries.options.async_configure(result["flow_id"], options)
    await hass.async_block_till_done()
    return result


async def test_options_are_stored_and_take_effect(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _submit(hass, account, {**OPTIONS, "signature": " 【消防】 "})
    assert dict(account.options) == {**OPTIONS, "signature": "消防"}
    assert account.state is ConfigEntryState.LOADED
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!"}, blocking=True)
    assert simulator.sent[0].text == "【消防】Fire!"


async def test_an_emptied_signature_is_removed(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _submit(hass, account, {**OPTIONS, "signature": "【】"})
    assert dict(account.options) == OPTIONS


@pytest.mark.parametrize("signature", ["a【b", "a\nb", "a\x00b", "😀"])
async def test_a_signature_that_can_t_be_sent_is_refused_at_its_field(
    hass: HomeAssistant, simulator: Simulator, signature: str
) -> None:
    entry = make_entry(simulator, data={"charset": "gb2312"})
    await set_up(hass, entry)
    result = await _submit(hass, entry, {**OPTIONS, "signature": signature})
    assert result["errors"] == {"signature": "invalid_signature"}


@pytest.mark.parametrize(
    ("name", "value"), [("poll_interval", 9), ("poll_interval", 3601), ("balance_interval", 4), ("mode", "x")]
)
async def test_values_out_of_bounds_are_refused_at_their_field(
    hass: HomeAssistant, account: MockConfigEntry, name: str, value: Any
) -> None:
    with pytest.raises(InvalidData) as raised:
        await _submit(hass, account, {**OPTIONS, name: value})
    assert list(raised.value.schema_errors) == [name]
