"""Adding, changing and removing recipients."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import MOTHER, STRANGER, make_entry, placeholders, set_up


async def _submit(hass: HomeAssistant, account: MockConfigEntry, user_input: dict[str, Any]) -> SubentryFlowResult:
    result = await hass.config_entries.subentries.async_init((account.entry_id, "recipient"), context={"source": SOURCE_USER})
    assert result["step_id"] == "user"
    return await hass.config_entries.subentries.async_configure(result["flow_id"], user_input)


async def test_a_recipient_is_added_with_its_entities(hass: HomeAssistant, account: MockConfigEntry) -> None:
    result = await _submit(hass, account, {"name": " Neighbours ", "mobiles": ["+86 139-0000-0009", "13900000009; 10086"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Neighbours"
    assert result["data"] == {"mobiles": [STRANGER, "10086"], "signature": True}
    await hass.async_block_till_done()
    assert hass.states.get("notify.neighbours") is not None
    assert hass.states.get("event.neighbours_reply") is not None


@pytest.mark.parametrize(
    ("name", "mobiles", "errors", "detail"),
    [
        (" ", [MOTHER], {"name": "empty_name"}, ""),
        ("X", [], {"mobiles": "no_number"}, ""),
        ("X", [MOTHER, "1380000000x"], {"mobiles": "invalid_number"}, "1380000000x"),
    ],
)
async def test_bad_input_is_refused_at_its_field(
    hass: HomeAssistant, account: MockConfigEntry, name: str, mobiles: list[str], errors: dict[str, str], detail: str
) -> None:
    result = await _submit(hass, account, {"name": name, "mobiles": mobiles})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert placeholders(result) == {"detail": detail}


async def test_a_recipient_is_changed(hass: HomeAssistant, account: MockConfigEntry) -> None:
    subentry = next(iter(account.subentries.values()))
    result = await account.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    assert result["step_id"] == "reconfigure"
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], {"name": "Mum", "mobiles": [STRANGER]})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    changed = account.subentries[subentry.subentry_id]
    assert changed.title == "Mum"
    assert changed.data == {"mobiles": [STRANGER], "signature": True}


async def test_a_removed_recipient_leaves_nothing_behind(hass: HomeAssistant, account: MockConfigEntry) -> None:
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    assert len(devices) == 3
    hass.config_entries.async_remove_subentry(account, next(iter(account.subentries)))
    await hass.async_block_till_done()
    assert hass.states.get("notify.mother") is None
    assert hass.states.get("notify.parents") is not None
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)) == 2
    assert not [entity for entity in er.async_get(hass).entities.values() if "mother" in entity.entity_id]


async def test_a_test_text_goes_out_before_a_recipient_is_saved(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    result = await _submit(hass, account, {"name": "Neighbour", "mobiles": [STRANGER], "send_test": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"mobiles": [STRANGER], "signature": True}
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((STRANGER,), "This is a test from Home Assistant.")]
    # The closing page says so.
    assert result["description"] == "test_sent"
    untested = await _submit(hass, account, {"name": "Friend", "mobiles": ["13900000008"]})
    assert untested["description"] is None
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("fault", "error", "detail"),
    [
        ("code:102", "test_rejected", "The balance is too low (code 102)."),
        ("html", "test_unconfirmed", ""),
        ("reset_after", "test_unconfirmed", ""),
    ],
)
async def test_a_test_text_that_fails_is_an_error_of_its_field(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fault: str, error: str, detail: str
) -> None:
    simulator.fault("submit", fault)
    result = await _submit(hass, account, {"name": "Neighbour", "mobiles": [STRANGER], "send_test": True})
    assert result["errors"] == {"send_test": error}
    assert placeholders(result) == {"detail": detail}
    assert len(account.subentries) == 2


async def test_a_test_text_is_tried_once(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await simulator.stop()
    result = await _submit(hass, account, {"name": "Neighbour", "mobiles": [STRANGER], "send_test": True})
    assert result["errors"] == {"send_test": "test_not_sent"}
    await simulator.start()


async def test_the_daily_limit_holds_for_test_texts_too(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, daily_limit=1)
    await set_up(hass, entry)
    user_input = {"name": "Neighbours", "mobiles": [STRANGER, "13900000008"], "send_test": True}
    assert (await _submit(hass, entry, user_input))["errors"] == {"send_test": "test_not_allowed"}
    assert simulator.sent == []


async def test_a_test_text_goes_out_while_the_account_is_not_loaded(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config_entries.async_unload(account.entry_id)
    result = await _submit(hass, account, {"name": "Neighbour", "mobiles": [STRANGER], "send_test": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(simulator.sent) == 1


async def test_a_button_raises_if_its_text_failed(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError, match="code 102"):
        await hass.services.async_call("button", "press", {"entity_id": "button.mother_send_test_text"}, blocking=True)


@pytest.mark.parametrize(
    ("user_input", "errors", "detail"),
    [
        ({"name": "X", "mobiles": ["1380000000"]}, {"mobiles": "looks_mistyped"}, "1380000000"),
        ({"name": "mother", "mobiles": [STRANGER]}, {"name": "name_exists"}, "Mother"),
        ({"name": "X", "mobiles": [f"+86{MOTHER}"]}, {"mobiles": "numbers_exist"}, "Mother"),
    ],
)
async def test_what_looks_like_a_mistake_has_to_be_confirmed(
    hass: HomeAssistant, account: MockConfigEntry, user_input: dict[str, Any], errors: dict[str, str], detail: str
) -> None:
    result = await _submit(hass, account, user_input)
    assert (result["errors"], placeholders(result)) == (errors, {"detail": detail})
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], {**user_input, "confirm": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("language", "charset", "text"),
    [
        ("en", "gb2312", "This is a test from Home Assistant."),
        ("zh-Hans", "gb2312", "这是来自 Home Assistant 的测试短信。"),
        ("zh-Hant", "utf-8", "這是來自 Home Assistant 的測試簡訊。"),
        ("zh-Hant", "gb2312", "這是來自 Home Assistant 的測試簡訊。"),
    ],
)
async def test_a_button_sends_a_test_text_in_its_language(
    hass: HomeAssistant, simulator: Simulator, language: str, charset: str, text: str
) -> None:
    hass.config.language = language
    await set_up(hass, make_entry(simulator, data={"charset": charset}))
    (button,) = [state for state in hass.states.async_all("button") if "Mother" in state.name]
    await hass.services.async_call("button", "press", {"entity_id": button.entity_id}, blocking=True)
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER,), text)]


async def test_bad_input_changes_no_recipient(hass: HomeAssistant, account: MockConfigEntry) -> None:
    subentry_id = next(iter(account.subentries))
    result = await account.start_subentry_reconfigure_flow(hass, subentry_id)
    result = await hass.config_entries.subentries.async_configure(result["flow_id"], {"name": "Mother", "mobiles": ["x"]})
    assert result["errors"] == {"mobiles": "invalid_number"}
    assert account.subentries[subentry_id].data["mobiles"] == [MOTHER]
