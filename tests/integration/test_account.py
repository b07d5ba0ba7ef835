"""An account follows its configuration without being set up again."""

import asyncio
from datetime import timedelta
import socket
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigSubentry
from homeassistant.const import (
    EVENT_HOMEASSISTANT_CLOSE,
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
)
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smsadmin.account import all_accounts, find_account
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, PASSWORD, STRANGER, USER, issues, make_entry, set_up, state_of
from .sending import eventually


@pytest.fixture
async def changes(hass: HomeAssistant, account: MockConfigEntry) -> list[Event[Any]]:
    """Every change of a state from now on."""
    changes: list[Event[Any]] = async_capture_events(hass, EVENT_STATE_CHANGED)
    return changes


def _changed(changes: list[Event[Any]]) -> set[str]:
    return {event.data["entity_id"] for event in changes}


def _subentry(entry: MockConfigEntry, title: str) -> ConfigSubentry:
    found: ConfigSubentry = next(subentry for subentry in entry.subentries.values() if subentry.title == title)
    return found


def _recipient(name: str) -> ConfigSubentry:
    return ConfigSubentry(data=MappingProxyType({"mobiles": [FATHER]}), subentry_type="recipient", title=name, unique_id=None)


def _device_names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    return {device.name for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)}


async def _later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float) -> None:
    freezer.tick(timedelta(**delta))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def _calls(simulator: Simulator, group: str) -> int:
    return sum(group in request.path for request in simulator.requests)


ALL_OF_A_RECIPIENT = {"button.{}_send_test_text", "event.{}_reply", "notify.{}", "sensor.{}_last_message"}


async def test_adding_a_recipient_changes_nothing_else(
    hass: HomeAssistant, account: MockConfigEntry, changes: list[Event[Any]]
) -> None:
    """Adding a recipient wrote 37 rows of history, and lines in Activity about texts that were never sent."""
    before = find_account(hass, account.entry_id)
    runtime = account.runtime_data
    form = await hass.config_entries.subentries.async_init((account.entry_id, "recipient"), context={"source": SOURCE_USER})
    await hass.config_entries.subentries.async_configure(form["flow_id"], {"name": "Aunt", "mobiles": [STRANGER]})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert _changed(changes) == {entity_id.format("aunt") for entity_id in ALL_OF_A_RECIPIENT}
    assert len(changes) == 4
    assert find_account(hass, account.entry_id) is before
    assert account.runtime_data is runtime


async def test_home_assistants_own_rename_renames_everything(
    hass: HomeAssistant,
    account: MockConfigEntry,
    changes: list[Event[Any]],
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    events: list[Event],
) -> None:
    """The interface changes the title alone: device, events and services went on under the old name."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    subentry = _subentry(account, "Mother")
    await client.send_json_auto_id(
        {
            "type": "config_entries/subentries/update",
            "entry_id": account.entry_id,
            "subentry_id": subentry.subentry_id,
            "title": "Mum",
        }
    )
    assert (await client.receive_json())["success"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert _changed(changes) == {entity_id.format("mother") for entity_id in ALL_OF_A_RECIPIENT}
    assert {event.data["new_state"].state for event in changes} == {event.data["old_state"].state for event in changes}
    assert state_of(hass, "notify.mother").attributes["friendly_name"] == "Mum"
    assert _device_names(hass, account) == {"SMSAdmin", "Mum", "Parents"}
    assert hass.services.has_service("notify", "smsadmin_fire_station_mum")
    # Alerts may still name the former service.
    assert hass.services.has_service("notify", "smsadmin_fire_station_mother")
    simulator.reply(MOTHER, "Yes", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    assert [event.data["recipient"] for event in events] == ["Mum"]


async def test_changing_a_recipient_s_numbers_changes_nothing_else(
    hass: HomeAssistant, account: MockConfigEntry, changes: list[Event[Any]], simulator: Simulator
) -> None:
    form = await account.start_subentry_reconfigure_flow(hass, _subentry(account, "Mother").subentry_id)
    await hass.config_entries.subentries.async_configure(form["flow_id"], {"name": "Mother", "mobiles": [STRANGER]})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert changes == []
    await hass.services.async_call("notify", "send_message", {"entity_id": "notify.mother", "message": "Hi"}, blocking=True)
    assert simulator.sent[0].mobiles == (STRANGER,)


async def test_removing_a_recipient_changes_nothing_else(
    hass: HomeAssistant, account: MockConfigEntry, changes: list[Event[Any]]
) -> None:
    hass.config_entries.async_remove_subentry(account, _subentry(account, "Mother").subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert _changed(changes) == {entity_id.format("mother") for entity_id in ALL_OF_A_RECIPIENT}
    assert not hass.services.has_service("notify", "smsadmin_fire_station_mother")


OPTIONS = {
    "mode": "both",
    "poll_interval": 30,
    "balance_interval": 15,
    "low_balance": 1,
    "daily_limit": 100,
    "retry_for": 30,
    "retention_days": 365,
}


async def test_changing_options_changes_no_state(
    hass: HomeAssistant, account: MockConfigEntry, changes: list[Event[Any]], simulator: Simulator
) -> None:
    runtime = account.runtime_data
    form = await hass.config_entries.options.async_init(account.entry_id)
    await hass.config_entries.options.async_configure(form["flow_id"], OPTIONS)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert changes == []
    assert account.runtime_data is runtime
    assert _calls(simulator, "queryBalance") == 1


async def test_the_device_follows_the_title_of_the_account(hass: HomeAssistant, account: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(account, title="Station")
    await hass.async_block_till_done()
    assert _device_names(hass, account) == {"Station", "Mother", "Parents"}


async def test_pulls_follow_their_interval(hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory) -> None:
    entry = make_entry(simulator, mode="pull", poll_interval=3600)
    await set_up(hass, entry)
    await _later(hass, freezer, seconds=1)
    assert _calls(simulator, "revert") == 1
    hass.config_entries.async_update_entry(entry, options={"mode": "pull", "poll_interval": 10})
    await hass.async_block_till_done()
    await _later(hass, freezer, seconds=11)
    assert _calls(simulator, "revert") == 2


async def test_the_balance_follows_its_interval(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """A shorter interval took effect after the longer one was over."""
    entry = make_entry(simulator, balance_interval=1440)
    await set_up(hass, entry)
    simulator.accounts[USER].balance = 7
    hass.config_entries.async_update_entry(entry, options={"mode": "push", "balance_interval": 5})
    await hass.async_block_till_done()
    assert _calls(simulator, "queryBalance") == 1
    await _later(hass, freezer, minutes=6)
    assert state_of(hass, "sensor.smsadmin_balance").state == "7"


@pytest.mark.parametrize("by_interface", [True, False])
async def test_polling_switched_off_stops_pulls_and_balance_queries(
    hass: HomeAssistant,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    by_interface: bool,
) -> None:
    """Home Assistant's system option "Enable polling for changes"."""
    entry = make_entry(simulator, mode="both")
    await set_up(hass, entry)
    await _later(hass, freezer, minutes=2)
    if by_interface:
        assert await async_setup_component(hass, "config", {})
        client = await hass_ws_client(hass)
        await client.send_json_auto_id(
            {"type": "config_entries/update", "entry_id": entry.entry_id, "pref_disable_polling": True}
        )
        assert (await client.receive_json())["success"]
    else:
        hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    asked = len(simulator.requests)
    assert asked
    for _ in range(3):
        await _later(hass, freezer, minutes=61)
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [MOTHER], "message": "Fire!"}, blocking=True)
    await _later(hass, freezer, seconds=10)
    assert ["postSendSms" in request.path for request in simulator.requests[asked:]] == [True]
    hass.config_entries.async_update_entry(entry, pref_disable_polling=False)
    await hass.async_block_till_done()
    await _later(hass, freezer, minutes=61)
    assert len(simulator.requests) > asked + 1


async def test_nothing_is_asked_at_a_start_with_polling_switched_off(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, mode="both")
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _later(hass, freezer, minutes=2)
    assert simulator.requests == []


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port)):
            return True
    except OSError:
        return False


async def _set_port(hass: HomeAssistant, entry: MockConfigEntry, port: int | None) -> None:
    hass.config_entries.async_update_entry(entry, options={"mode": "push"} | ({"listener_port": port} if port else {}))
    await hass.async_block_till_done()


async def test_the_push_server_follows_its_option(
    hass: HomeAssistant, simulator: Simulator, account: MockConfigEntry, port: int, other_port: int
) -> None:
    await _set_port(hass, account, port)
    assert _listens(port)
    await _set_port(hass, account, other_port)
    assert (_listens(port), _listens(other_port)) == (False, True)
    # Two changes at once: the last one wins.
    hass.config_entries.async_update_entry(account, options={"mode": "push", "listener_port": port})
    await _set_port(hass, account, None)
    assert (_listens(port), _listens(other_port)) == (False, False)
    await _set_port(hass, account, port)
    await hass.config_entries.async_remove(account.entry_id)
    assert not _listens(port)
    assert issues(hass) == []


async def test_a_port_that_was_taken_is_tried_again_with_a_reload(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    """The repair issue says so."""
    entry = make_entry(simulator, listener_port=port)
    with socket.create_server(("", port)):
        await set_up(hass, entry)
        assert issues(hass) == ["listener_port"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass) == []
    assert _listens(port)


async def test_queued_texts_go_by_the_new_password_at_once(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator)
    await set_up(hass, entry)
    await simulator.stop()
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [MOTHER], "message": "Fire!"}, blocking=True)
    async with Simulator() as other:
        other.add_account(USER, "changed")
        submitted = asyncio.Event()
        other.on_request(lambda request: submitted.set() if "postSendSms" in request.path else None)
        form = await entry.start_reconfigure_flow(hass)
        result = await hass.config_entries.flow.async_configure(
            form["flow_id"], {"username": USER, "password": "changed", "advanced": {"url": other.url}}
        )
        assert result["reason"] == "reconfigure_successful"
        await eventually(submitted.is_set)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert [sent.text for sent in other.sent] == ["Fire!"]
    await simulator.start()


async def test_a_stop_drops_what_connects_and_awaits_what_has_left(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    gate = simulator.hold("submit")
    begun = asyncio.Event()
    simulator.on_request(lambda request: begun.set())
    action = {"mobiles": [MOTHER], "message": "Fire!"}
    call = asyncio.create_task(hass.services.async_call("smsadmin", "send_sms", action, blocking=True, return_response=True))
    await begun.wait()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await asyncio.sleep(0)
    gate.set()
    result = await call
    assert result
    assert result["accepted"] == 1
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()
    # Removing the account after that is no error.
    await hass.config_entries.async_remove(account.entry_id)


async def test_services_of_one_account_never_replace_those_of_another(hass: HomeAssistant, simulator: Simulator) -> None:
    """The recipient Station of the account fire has the name that the account fire-station has."""
    async with Simulator() as other:
        first = make_entry(simulator, data={"username": "fire", "webhook_id": "fire"})
        simulator.add_account("fire", PASSWORD)
        second = make_entry(other)
        other.add_account(USER, PASSWORD)
        await set_up(hass, first)
        station = _recipient("Station")
        hass.config_entries.async_add_subentry(first, station)
        await hass.async_block_till_done()
        await set_up(hass, second)
        assert second.data["legacy_service"] == "smsadmin_fire_station_2"
        await hass.services.async_call("notify", "smsadmin_fire_station", {"message": "To Father"}, blocking=True)
        await hass.services.async_call(
            "notify", "smsadmin_fire_station_2", {"target": [STRANGER], "message": "To a stranger"}, blocking=True
        )
        assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((FATHER,), "To Father")]
        assert [(sent.mobiles, sent.text) for sent in other.sent] == [((STRANGER,), "To a stranger")]
        await hass.config_entries.async_remove(first.entry_id)
        assert hass.services.has_service("notify", "smsadmin_fire_station_2")
        # A recipient that comes later makes way for what is there.
        two = _recipient("2")
        third = make_entry(simulator, data={"username": "fire-station", "url": "http://127.0.0.1:1/", "webhook_id": "third"})
        third.add_to_hass(hass)
        hass.config_entries.async_add_subentry(third, two)
        hass.config_entries.async_update_entry(third, title="x")
        assert third.data["legacy_service"] == "smsadmin_fire_station"
        names = {name for name in hass.services.async_services()["notify"] if name.startswith("smsadmin_fire_station")}
        assert {"smsadmin_fire_station", "smsadmin_fire_station_2", "smsadmin_fire_station_2_2"} <= names
        # The third account still reads its queue.
        await hass.async_block_till_done()


async def test_old_messages_are_removed_by_the_platforms_clock_too(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """A clock that ran years ahead for a day removed everything."""
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [MOTHER], "message": "Fire!"}, blocking=True)
    for days in (1, 1000):
        await _later(hass, freezer, days=days)
    result = await hass.services.async_call("smsadmin", "get_messages", {}, blocking=True, return_response=True)
    assert result
    assert isinstance(result["messages"], list)
    assert len(result["messages"]) == 1
    assert all_accounts(hass)


async def test_a_log_that_can_t_be_cleaned_up_is_no_error(
    hass: HomeAssistant, account: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(days=1, minutes=1))
    await hass.async_block_till_done()
    assert "could not be cleaned up" in caplog.text
