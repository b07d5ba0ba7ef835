"""Set-up, unload, reload, removal: in order, nothing left behind, and the door for pushes open throughout."""

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.webhook import DOMAIN as WEBHOOK
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.http import KEY_HASS
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from tests.simulator import Simulator

from .conftest import USER, WEBHOOK_ID, set_up, state_of

PUSH = f"/api/webhook/{WEBHOOK_ID}?Class=mo&SmsName={USER}&Mobile=13800000001&Message=Yes&LinkId="


async def _push(http: TestClient[Any, Any]) -> tuple[int, str]:
    async with http.post(PUSH) as response:
        answer = response.status, await response.text()
    await http.app[KEY_HASS].async_block_till_done()
    return answer


async def test_a_loaded_account_is_a_device_with_entities(hass: HomeAssistant, account: MockConfigEntry) -> None:
    device, mother, parents = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    assert (device.name, mother.name, parents.name) == ("SMSAdmin", "Mother", "Parents")
    assert mother.via_device_id == parents.via_device_id == device.id
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    assert sorted(entity.entity_id for entity in entities) == [
        "button.mother_send_test_text",
        "button.parents_send_test_text",
        "event.mother_reply",
        "event.parents_reply",
        "event.smsadmin_delivery_report",
        "event.smsadmin_reply",
        "notify.mother",
        "notify.parents",
        "sensor.mother_last_message",
        "sensor.parents_last_message",
        "sensor.smsadmin_balance",
        "sensor.smsadmin_delivered",
        "sensor.smsadmin_failed",
        "sensor.smsadmin_last_pull",
        "sensor.smsadmin_last_push",
        "sensor.smsadmin_replies",
        "sensor.smsadmin_submitted",
        "sensor.smsadmin_unreadable",
    ]
    assert state_of(hass, "sensor.smsadmin_balance").attributes["state_class"] == "measurement"
    assert state_of(hass, "sensor.smsadmin_balance").attributes["unit_of_measurement"] == "messages"


async def test_an_account_is_unloaded_and_reloaded(
    hass: HomeAssistant, account: MockConfigEntry, http: TestClient[Any, Any], events: list[Event]
) -> None:
    assert await hass.config_entries.async_unload(account.entry_id)
    assert state_of(hass, "sensor.smsadmin_balance").state == "unavailable"
    assert "smsadmin_fire_station" not in hass.services.async_services()["notify"]
    assert await _push(http) == (200, "000")
    assert await hass.config_entries.async_setup(account.entry_id)
    assert await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done()
    assert "smsadmin_fire_station" in hass.services.async_services()["notify"]
    assert await _push(http) == (200, "000")
    assert len(events) == 2


async def test_a_removed_account_leaves_nothing_behind(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await hass.config_entries.async_remove(account.entry_id)
    await hass.async_block_till_done()
    assert hass.states.async_all() == []
    assert dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id) == []
    assert er.async_entries_for_config_entry(er.async_get(hass), account.entry_id) == []
    assert "smsadmin_fire_station" not in hass.services.async_services()["notify"]
    assert WEBHOOK_ID not in hass.data[WEBHOOK]
    assert account.update_listeners == []


async def test_an_account_that_never_was_set_up_can_be_removed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    await hass.config_entries.async_remove(entry.entry_id)


async def test_an_unreachable_platform_is_tried_again_with_the_door_open(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    http: TestClient[Any, Any],
    events: list[Event],
    freezer: FrozenDateTimeFactory,
) -> None:
    simulator.fault("balance", "reset_before")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.reason is not None
    assert "did not answer" in entry.reason
    assert await _push(http) == (200, "000")
    assert len(events) == 1
    freezer.tick(timedelta(seconds=10))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"


async def test_the_door_is_open_before_any_account_is_set_up(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, http: TestClient[Any, Any], events: list[Event]
) -> None:
    entry.add_to_hass(hass)
    simulator.fault("balance", "code:101")
    assert await async_setup_component(hass, "smsadmin", {})
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert await _push(http) == (200, "000")
    assert len(events) == 1


@pytest.mark.parametrize(
    ("code", "state", "flows"),
    [
        ("101", ConfigEntryState.SETUP_ERROR, 1),
        ("108", ConfigEntryState.SETUP_RETRY, 0),
        ("104", ConfigEntryState.SETUP_RETRY, 0),
    ],
)
async def test_a_wrong_password_a_frozen_account_and_a_missing_permission_are_told_apart(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    code: str,
    state: ConfigEntryState,
    flows: int,
) -> None:
    simulator.fault("balance", f"code:{code}")
    await set_up(hass, entry)
    assert entry.state is state
    assert entry.reason is not None
    assert f"code {code}" in entry.reason
    assert len(hass.config_entries.flow.async_progress()) == flows


async def test_the_balance_follows_the_platform(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    async def an_hour_later() -> str:
        freezer.tick(timedelta(minutes=61))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        return state_of(hass, "sensor.smsadmin_balance").state

    simulator.accounts[USER].balance -= 600
    assert await an_hour_later() == "-100"
    simulator.fault("balance", "html")
    assert await an_hour_later() == "unavailable"
    assert await an_hour_later() == "-100"
    simulator.fault("balance", "code:101")
    assert await an_hour_later() == "unavailable"
    assert [flow["step_id"] for flow in hass.config_entries.flow.async_progress()] == ["reauth_confirm"]
