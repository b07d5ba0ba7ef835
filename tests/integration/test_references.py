"""The issue for what automations, scripts and groups name and that is missing or disabled, before the alarm."""

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, issues, make_entry, set_up

SERVICE = "notify.smsadmin_fire_station_mother"


async def _load(hass: HomeAssistant, *actions: dict[str, Any], domain: str = "automation") -> None:
    """Load an automation or a script, or load it again, as the editor does when it saves it."""
    config: dict[str, Any] = {"automation": [{"id": "alarm", "alias": "Alarm", "triggers": [], "actions": list(actions)}]}
    if domain == "script":
        config = {"script": {"alarm": {"alias": "Alarm", "sequence": list(actions)}}}
    path = Path(hass.config.path("configuration.yaml"))
    await hass.async_add_executor_job(path.write_text, json.dumps(config))
    if hass.services.has_service(domain, "reload"):
        await hass.services.async_call(domain, "reload", blocking=True)
    else:
        assert await async_setup_component(hass, domain, config)
    await hass.async_block_till_done()


def _named(hass: HomeAssistant, key: str = "missing") -> list[str]:
    """What the issues say is missing or disabled, each with the name of the automation in front."""
    found = [issue for issue in ir.async_get(hass).issues.values() if issue.translation_key == f"{key}_choice"]
    texts = [issue.translation_placeholders for issue in found if issue.translation_placeholders]
    return sorted(f"{text['automation']}: {text[key]}" for text in texts)


async def _remove_mother(hass: HomeAssistant, account: MockConfigEntry) -> None:
    mother = next(one for one in account.subentries.values() if one.title == "Mother")
    hass.config_entries.async_remove_subentry(account, mother.subentry_id)
    await hass.async_block_till_done()


SEND: dict[str, Any] = {
    "action": "smsadmin.send_sms",
    "data": {"recipients": ["notify.mother", "notify.parents"], "message": "Fire!"},
}
SEND_TARGET = {"action": "smsadmin.send_sms", "target": {"entity_id": "notify.mother"}, "data": {"message": "Fire!"}}
SEND_DATA_TARGET = {"action": "smsadmin.send_sms", "data": {"target": "notify.mother", "message": "Fire!"}}
SEND_TEMPLATE = {"action": "smsadmin.send_sms", "data": {"recipients": "{{ ['notify.mother'] }}", "message": "Fire!"}}
NOTIFY = {"action": "notify.send_message", "target": {"entity_id": ["notify.mother"]}, "data": {"message": "Fire!"}}
WAIT = {"wait_for_trigger": [{"trigger": "smsadmin.reply_received", "options": {"recipients": ["notify.mother"]}}]}
CHOOSE = {
    "choose": [{"conditions": [], "sequence": [{"if": [], "then": [{"parallel": [NOTIFY]}]}]}],
    "default": [{"repeat": {"count": 1, "sequence": [SEND]}}],
}
STATE = {"condition": "template", "value_template": "{{ is_state('sensor.mother_last_message', 'delivered') }}"}


@pytest.mark.parametrize("domain", ["automation", "script"])
@pytest.mark.parametrize(
    "action", [SEND, SEND_TARGET, SEND_DATA_TARGET, SEND_TEMPLATE, NOTIFY, WAIT, CHOOSE], ids=lambda action: next(iter(action))
)
async def test_a_removed_recipient_is_named_at_once(
    hass: HomeAssistant, account: MockConfigEntry, action: dict[str, Any], domain: str
) -> None:
    """I removed a recipient; nothing told me that the fire alarm still named it, until the fire."""
    await _load(hass, action, domain=domain)
    assert issues(hass) == []
    await _remove_mother(hass, account)
    assert _named(hass) == ["Alarm: notify.mother"]
    assert issues(hass) == ["missing_choice"]
    await _load(hass, {**NOTIFY, "target": {"entity_id": "notify.parents"}}, domain=domain)
    assert issues(hass) == []


async def test_a_sensor_of_a_removed_recipient_is_named(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _load(hass, STATE)
    await _remove_mother(hass, account)
    assert _named(hass) == ["Alarm: sensor.mother_last_message"]


async def test_a_renamed_recipient_is_named_until_renamed_back(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """`notify.send_message` sends to an entity id that is no more without a word."""
    await _load(hass, NOTIFY, SEND)
    registry = er.async_get(hass)
    registry.async_update_entity("notify.mother", new_entity_id="notify.mum")
    await hass.async_block_till_done()
    assert _named(hass) == ["Alarm: notify.mother"]
    # It works for the others.
    with pytest.raises(HomeAssistantError, match=r"notify\.mother is no recipient"):
        await hass.services.async_call("smsadmin", "send_sms", SEND["data"], blocking=True)
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER, FATHER)]
    registry.async_update_entity("notify.mum", new_entity_id="notify.mother")
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_an_issue_is_there_again_after_a_restart(hass: HomeAssistant, account: MockConfigEntry) -> None:
    er.async_get(hass).async_update_entity("notify.mother", new_entity_id="notify.mum")
    await _remove_mother(hass, account)
    # What the registry has forgotten after a month.
    er.async_get(hass).deleted_entities.clear()
    await _load(hass, NOTIFY)
    assert _named(hass) == ["Alarm: notify.mother"]


async def test_a_disabled_recipient_is_named_where_core_sends(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Home Assistant sends nothing to a disabled entity, and reports no error. Our own action sends to it."""
    await _load(hass, NOTIFY, SEND)
    registry = er.async_get(hass)
    registry.async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert _named(hass, "disabled") == ["Alarm: notify.mother"]
    await _load(hass, SEND, WAIT)
    assert issues(hass) == []
    await _load(hass, NOTIFY)
    assert issues(hass) == ["disabled_choice"]
    registry.async_update_entity("notify.mother", disabled_by=None)
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_a_device_is_named_that_is_disabled_or_removed(hass: HomeAssistant, account: MockConfigEntry) -> None:
    mother = er.async_get(hass).async_get("notify.mother")
    assert mother
    assert mother.device_id
    await _load(hass, {**NOTIFY, "target": {"device_id": mother.device_id}})
    dr.async_get(hass).async_update_device(mother.device_id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    assert _named(hass, "disabled") == ["Alarm: Mother"]
    await _remove_mother(hass, account)
    assert _named(hass) == ["Alarm: Mother"]
    assert issues(hass) == ["missing_choice"]


async def test_an_area_is_named_that_is_removed(hass: HomeAssistant, account: MockConfigEntry) -> None:
    area = ar.async_get(hass).async_create("Kitchen")
    await _load(hass, {**SEND_TARGET, "target": {"area_id": area.id}})
    assert issues(hass) == []
    ar.async_get(hass).async_delete(area.id)
    await hass.async_block_till_done()
    assert _named(hass) == ["Alarm: kitchen"]


async def test_a_legacy_service_is_named_that_is_gone(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _load(hass, {"action": SERVICE, "data": {"message": "Fire!"}}, {"action": "notify.smsadmin_other", "data": {}})
    assert issues(hass) == []
    mother = next(one for one in account.subentries.values() if one.title == "Mother")
    hass.config_entries.async_update_subentry(account, mother, title="Mum")
    await hass.async_block_till_done()
    assert issues(hass) == []
    await _remove_mum(hass, account)
    assert _named(hass) == [f"Alarm: {SERVICE}"]


async def _remove_mum(hass: HomeAssistant, account: MockConfigEntry) -> None:
    mum = next(one for one in account.subentries.values() if one.title == "Mum")
    hass.config_entries.async_remove_subentry(account, mum.subentry_id)
    await hass.async_block_till_done()


async def test_a_service_of_a_disabled_account_is_disabled(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _load(hass, {"action": SERVICE, "data": {"message": "Fire!"}})
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert _named(hass, "disabled") == [f"Alarm: {SERVICE}"]
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_a_notify_group_is_named_that_has_a_removed_member(hass: HomeAssistant, account: MockConfigEntry) -> None:
    options = {"group_type": "notify", "name": "Family", "entities": ["notify.mother", "notify.parents"], "hide_members": False}
    MockConfigEntry(domain="group", title="Family", options=options).add_to_hass(hass)
    await _remove_mother(hass, account)
    assert _named(hass) == ["Family: notify.mother"]


async def test_a_wrong_number_and_account_are_named_without_the_number(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """Every user of this Home Assistant can read the repairs."""
    data = {
        "mobiles": [f"{MOTHER} {FATHER}", "{{ number }}"],
        "recipients": [FATHER],
        "config_entry_id": "gone",
        "message": "Fire!",
    }
    await _load(hass, {"action": "smsadmin.send_sms", "data": data}, {"action": "smsadmin.send_sms", "data": "{{ data }}"})
    assert _named(hass) == ["Alarm: 138****0002, 138****0002, gone"]
    await _load(hass, {"action": "smsadmin.send_sms", "data": {"recipients": 5, "target": {"device": "x"}, "message": "Fire!"}})
    assert _named(hass) == ["Alarm: 5, device"]


async def test_a_trigger_raises_no_second_issue(hass: HomeAssistant, account: MockConfigEntry) -> None:
    trigger = {"trigger": "smsadmin.reply_received", "options": {"recipients": ["notify.mother"]}}
    automation = {"alias": "Answer", "triggers": [trigger, {"triggers": [trigger]}], "actions": [{"delay": 1}]}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await _remove_mother(hass, account)
    assert _named(hass) == ["Answer: notify.mother"]


ANSWER = {"alias": "Answer", "id": "answer", "triggers": WAIT["wait_for_trigger"], "actions": [SEND_TARGET]}


async def test_an_automation_has_one_issue_for_all_its_parts(hass: HomeAssistant, account: MockConfigEntry) -> None:
    """My automation waits for a reply of Mother and answers her; without her, Repairs listed the same issue twice."""
    assert await async_setup_component(hass, "automation", {"automation": [ANSWER, {**ANSWER, "alias": "Other", "id": "other"}]})
    await _remove_mother(hass, account)
    assert _named(hass) == ["Answer: notify.mother", "Other: notify.mother"]
    # The automation listens no more, but its action can still be run.
    await hass.services.async_call("automation", "turn_off", {"entity_id": "automation.answer"}, blocking=True)
    assert _named(hass) == ["Answer: notify.mother", "Other: notify.mother"]
    er.async_get(hass).async_remove("automation.answer")
    await hass.async_block_till_done()
    assert _named(hass) == ["Other: notify.mother"]


async def test_the_issues_end_with_the_last_account(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    """I deleted my accounts, and Repairs went on about their recipients."""
    simulator.add_account("school", "secret")
    school = make_entry(simulator, data={"username": "school", "webhook_id": "school"})
    await set_up(hass, school)
    assert await async_setup_component(hass, "automation", {"automation": [ANSWER]})
    await hass.config_entries.async_remove(account.entry_id)
    await hass.async_block_till_done()
    assert _named(hass) == ["Answer: notify.mother"]
    await hass.config_entries.async_remove(school.entry_id)
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_entities_and_devices_of_others_are_none_of_ours(hass: HomeAssistant, account: MockConfigEntry) -> None:
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={("other", "x")})
    entity = er.async_get(hass).async_get_or_create("notify", "other", "phone", config_entry=other, device_id=device.id)
    await _load(hass, {**NOTIFY, "target": {"entity_id": entity.entity_id, "device_id": device.id}})
    er.async_get(hass).async_update_entity(entity.entity_id, new_entity_id="notify.mobile")
    dr.async_get(hass).async_remove_device(device.id)
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_an_invalid_automation_hides_no_other(hass: HomeAssistant, account: MockConfigEntry) -> None:
    automations: list[dict[str, Any]] = [
        {"alias": "Broken", "triggers": {"trigger": "nonsense"}, "actions": []},
        {"alias": "Alarm", "triggers": [], "actions": [NOTIFY]},
    ]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await _remove_mother(hass, account)
    assert _named(hass) == ["Alarm: notify.mother"]
