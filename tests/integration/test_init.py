"""Set-up, reload, disabling and removal of an entry, and what of an account goes on meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.webhook import DOMAIN as WEBHOOK
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState, ConfigSubentryData
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smsadmin.account import all_accounts, find_account
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, PASSWORD, PUSH_PATH, USER, WEBHOOK_ID, make_entry, pushed_reply, set_up, state_of

type Http = TestClient[Any, Any]


async def _push(hass: HomeAssistant, http: Http) -> int:
    async with http.post(PUSH_PATH, data=pushed_reply()) as response:
        status = response.status
    await hass.async_block_till_done()
    return status


async def _send(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    result = await hass.services.async_call(
        "smsadmin",
        "send_sms",
        {"mobiles": [MOTHER], "message": "Fire!", **data},
        blocking=True,
        return_response=True,
    )
    assert result
    return dict(result)


async def _later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float) -> None:
    freezer.tick(timedelta(**delta))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def _log_files(hass: HomeAssistant) -> list[Path]:
    return list(Path(hass.config.path(".storage")).glob("smsadmin.*.db*"))


def _notify_services(hass: HomeAssistant) -> set[str]:
    return {name for name in hass.services.async_services().get("notify", {}) if name.startswith("smsadmin_")}


@pytest.mark.parametrize(
    ("language", "model"),
    [("en", "HTTP interface V2.0.1"), ("zh-Hans", "HTTP 接口 V2.0.1"), ("zh-Hant", "HTTP 介面 V2.0.1")],
)
async def test_the_model_is_in_the_language_of_home_assistant(
    hass: HomeAssistant, entry: MockConfigEntry, language: str, model: str
) -> None:
    hass.config.language = language
    await set_up(hass, entry)
    device, *_ = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert (device.manufacturer, device.model) == ("SMSAdmin", model)


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
        "sensor.smsadmin_waiting",
    ]
    assert {entity.entity_id for entity in entities if entity.disabled_by} == {
        "sensor.smsadmin_last_pull",
        "sensor.smsadmin_last_push",
    }


@pytest.mark.parametrize("group", ["balance", "replies", "reports", "submit"])
async def test_set_up_awaits_no_answer_of_the_platform(hass: HomeAssistant, simulator: Simulator, group: str) -> None:
    """A start took 33 seconds longer where the platform accepted connections and never answered."""
    gate = simulator.hold(group)
    entry = make_entry(simulator, mode="both")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("notify.mother")
    assert hass.states.get("event.mother_reply")
    if group == "balance":
        assert state_of(hass, "sensor.smsadmin_balance").state == "unavailable"
    gate.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"


@pytest.mark.parametrize("fault", ["reset_before", "status:500", "html", "truncated", "code:101", "code:104", "code:108"])
async def test_a_failing_balance_query_does_not_stop_sending(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, fault: str
) -> None:
    """`notify.send_message` to `notify.mother` succeeded and sent nothing, for good."""
    simulator.fault("balance", fault, times=10)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert state_of(hass, "sensor.smsadmin_balance").state == "unavailable"
    await hass.services.async_call("notify", "send_message", {"entity_id": "notify.mother", "message": "Fire!"}, blocking=True)
    assert (await _send(hass))["accepted"] == 1
    assert [sent.text for sent in simulator.sent] == ["Fire!", "Fire!"]
    flows = hass.config_entries.flow.async_progress()
    assert [flow["step_id"] for flow in flows] == (["reauth_confirm"] if fault == "code:101" else [])


async def test_nothing_is_sent_silently_while_the_platform_is_down(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await simulator.stop()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert (await _send(hass))["queued"] == 1
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "smsadmin", "send_sms", {"recipients": "notify.mother", "message": "Fire!", "retry_for": 0}, blocking=True
        )
    await simulator.start()
    assert (await _send(hass, message="It is back"))["accepted"] == 1
    await hass.async_block_till_done(wait_background_tasks=True)
    assert simulator.sent[0].text == "It is back"


async def _reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_reload(entry.entry_id)


async def _unload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("change", [_reload, _unload])
async def test_a_reload_does_not_delay_pulls_sends_or_pushes(
    hass: HomeAssistant,
    simulator: Simulator,
    http: Http,
    change: Callable[[HomeAssistant, MockConfigEntry], Awaitable[None]],
) -> None:
    """During a reload or a slow pull `send_sms` was refused for up to 30 seconds."""
    entry = make_entry(simulator, mode="both")
    await set_up(hass, entry)
    gate = simulator.hold("replies")
    pull = await _begin_pull(hass, simulator)
    await change(hass, entry)
    assert (await _send(hass))["accepted"] == 1
    await hass.services.async_call("notify", "smsadmin_fire_station", {"target": [FATHER], "message": "Fire!"}, blocking=True)
    assert await _push(hass, http) == 200
    simulator.reply(MOTHER, "Here", uid=USER)
    gate.set()
    assert await pull == {"replies": 1, "reports": 0}


async def _begin_pull(hass: HomeAssistant, simulator: Simulator) -> asyncio.Task[Any]:
    """A pull that the platform has begun to answer."""
    begun = asyncio.Event()
    simulator.on_request(lambda request: begun.set())
    pull = asyncio.create_task(hass.services.async_call("smsadmin", "receive", blocking=True, return_response=True))
    await begun.wait()
    return pull


async def test_what_came_before_the_entities_existed_reaches_them(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    await _unload(hass, account)
    assert await _push(hass, http) == 200
    assert events == []
    assert await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert len(events) == 1
    assert state_of(hass, "event.mother_reply").attributes["message"] == "Yes"
    assert state_of(hass, "event.smsadmin_reply").attributes["message"] == "Yes"


async def test_pushes_come_in_before_any_account_is_set_up(
    hass: HomeAssistant, entry: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, title="Fire station")
    assert await _push(hass, http) == 200
    assert (await _send(hass))["accepted"] == 1
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert len(events) == 1


async def test_a_disabled_account_refuses_pushes_and_comes_back(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator, events: list[Event]
) -> None:
    """Home Assistant would answer 200 to an unknown id, and log it."""
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert find_account(hass, account.entry_id) is None
    assert all_accounts(hass) == ()
    assert await _push(hass, http) == 503
    assert _notify_services(hass) == set()
    with pytest.raises(HomeAssistantError):
        await _send(hass)
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done()
    assert account.state is ConfigEntryState.LOADED
    assert await _push(hass, http) == 200
    assert len(events) == 1
    assert (await _send(hass))["accepted"] == 1
    assert _notify_services(hass) == {
        "smsadmin_fire_station",
        "smsadmin_fire_station_mother",
        "smsadmin_fire_station_parents",
    }


@pytest.fixture
def disabled(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """An account that is disabled when the integration starts."""
    entry = make_entry(simulator, disabled_by=ConfigEntryDisabler.USER)
    entry.add_to_hass(hass)
    return entry


async def test_an_account_that_starts_disabled_refuses_pushes(hass: HomeAssistant, disabled: MockConfigEntry, http: Http) -> None:
    assert await _push(hass, http) == 503
    await hass.config_entries.async_set_disabled_by(disabled.entry_id, None)
    await hass.async_block_till_done()
    assert await _push(hass, http) == 200


async def test_disabling_during_a_pull_loses_nothing(hass: HomeAssistant, simulator: Simulator, events: list[Event]) -> None:
    entry = make_entry(simulator, mode="pull")
    await set_up(hass, entry)
    gate = simulator.hold("replies")
    pull = await _begin_pull(hass, simulator)
    simulator.reply(MOTHER, "Here", uid=USER)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    enabling = asyncio.create_task(hass.config_entries.async_set_disabled_by(entry.entry_id, None))
    await asyncio.sleep(0)
    assert find_account(hass, entry.entry_id) is None
    gate.set()
    await asyncio.gather(pull, return_exceptions=True)
    assert await enabling
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [event.data["message"] for event in events] == ["Here"]


async def test_a_removed_account_leaves_nothing_behind(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await hass.config_entries.async_remove(account.entry_id)
    await hass.async_block_till_done()
    assert hass.states.async_all() == []
    assert dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id) == []
    assert er.async_entries_for_config_entry(er.async_get(hass), account.entry_id) == []
    assert _notify_services(hass) == set()
    assert WEBHOOK_ID not in hass.data[WEBHOOK]
    assert account.update_listeners == []
    assert all_accounts(hass) == ()


@pytest.mark.parametrize("group", ["replies", "submit"])
async def test_an_account_is_removed_during_a_request(hass: HomeAssistant, simulator: Simulator, group: str) -> None:
    entry = make_entry(simulator, mode="pull")
    await set_up(hass, entry)
    gate = simulator.hold(group)
    begun = asyncio.Event()
    simulator.on_request(lambda request: begun.set())
    action: dict[str, Any] = {"mobiles": [MOTHER], "message": "Fire!"} if group == "submit" else {}
    name = "send_sms" if group == "submit" else "receive"
    call = asyncio.create_task(hass.services.async_call("smsadmin", name, action, blocking=True))
    await begun.wait()
    removing = asyncio.create_task(hass.config_entries.async_remove(entry.entry_id))
    await asyncio.sleep(0)
    gate.set()
    await removing
    await asyncio.gather(call, return_exceptions=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert _log_files(hass) == []
    assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("disabled_by", [None, ConfigEntryDisabler.USER])
async def test_an_account_that_was_never_set_up_can_be_removed(
    hass: HomeAssistant, simulator: Simulator, disabled_by: ConfigEntryDisabler | None
) -> None:
    entry = make_entry(simulator, disabled_by=disabled_by)
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "smsadmin", {})
    await hass.config_entries.async_remove(entry.entry_id)
    assert WEBHOOK_ID not in hass.data[WEBHOOK]


async def test_an_entry_of_a_later_version_is_left_alone(hass: HomeAssistant, simulator: Simulator) -> None:
    later = make_entry(simulator, data={"webhook_id": "later"}, version=2)
    entry = make_entry(simulator)
    for each in (later, entry):
        each.add_to_hass(hass)
    assert await async_setup_component(hass, "smsadmin", {})
    await hass.async_block_till_done()
    assert later.state is ConfigEntryState.MIGRATION_ERROR
    assert entry.state is ConfigEntryState.LOADED
    assert [account.entry for account in all_accounts(hass)] == [entry]
    await hass.config_entries.async_remove(later.entry_id)


async def test_an_entry_of_a_later_minor_version_is_read_as_it_is(hass: HomeAssistant, simulator: Simulator) -> None:
    later = make_entry(simulator)
    entry = MockConfigEntry(
        domain="smsadmin", version=1, minor_version=3, title="SMSAdmin", data=dict(later.data), options={"mode": "push"}
    )
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.minor_version, entry.title) == (3, "SMSAdmin")


def _entry_of_1_0_0(simulator: Simulator, title: str, **data: Any) -> MockConfigEntry:
    """An entry and its recipient as release 1.0.0 stored them; the recipient was renamed in the interface."""
    made = make_entry(simulator)
    mother = ConfigSubentryData(
        data={"name": "Mother", "mobiles": [MOTHER]}, subentry_type="recipient", title="Mum", unique_id=None
    )
    return MockConfigEntry(
        domain="smsadmin",
        version=1,
        minor_version=1,
        title=title,
        data={**made.data, **data},
        options={"mode": "push"},
        subentries_data=[mother],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("SMSAdmin", "SMSAdmin fire-station"), ("SMSAdmin 2", "SMSAdmin fire-station"), ("The station", "The station")],
)
async def test_an_entry_of_1_0_0_is_brought_along(hass: HomeAssistant, simulator: Simulator, before: str, after: str) -> None:
    entry = _entry_of_1_0_0(simulator, before)
    entry.add_to_hass(hass)
    (subentry_id,) = entry.subentries
    registry = er.async_get(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        config_subentry_id=subentry_id,
        identifiers={("smsadmin", f"{entry.entry_id}_{subentry_id}")},
        name="Mother",
    )
    for domain, key, name in (("notify", "message", "mother"), ("sensor", "last_message", "mother_last_message")):
        registry.async_get_or_create(
            domain,
            "smsadmin",
            f"{entry.entry_id}_{subentry_id}_{key}",
            suggested_object_id=name,
            config_entry=entry,
            config_subentry_id=subentry_id,
            device_id=device.id,
        )
    registry.async_get_or_create(
        "sensor", "smsadmin", f"{entry.entry_id}_last_pull", suggested_object_id="smsadmin_last_pull", config_entry=entry
    )
    assert await async_setup_component(hass, "smsadmin", {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED
    assert (entry.version, entry.minor_version, entry.title) == (1, 2, after)
    assert entry.data["verify_ssl"] is True
    assert entry.data["legacy_service"] == "smsadmin_fire_station"
    assert entry.subentries[subentry_id].title == "Mum"
    assert dict(entry.subentries[subentry_id].data) == {"mobiles": [MOTHER]}
    entity = registry.async_get("notify.mother")
    assert entity
    assert entity.device_id == device.id
    updated = dr.async_get(hass).async_get(device.id)
    assert updated
    assert updated.name == "Mum"
    assert hass.states.get("sensor.mother_last_message")
    # It was enabled, and stays so.
    assert hass.states.get("sensor.smsadmin_last_pull")


async def test_two_entries_of_1_0_0_of_one_user_id_stay_apart(hass: HomeAssistant, simulator: Simulator) -> None:
    """Two accounts of one user id ended up with one service, and a text left by the wrong account."""
    async with Simulator() as other:
        other.add_account(USER, PASSWORD)
        entries = [_entry_of_1_0_0(simulator, "SMSAdmin"), _entry_of_1_0_0(other, "SMSAdmin 2", webhook_id="other")]
        for entry in entries:
            entry.add_to_hass(hass)
        assert await async_setup_component(hass, "smsadmin", {})
        await hass.async_block_till_done(wait_background_tasks=True)
    assert [entry.title for entry in entries] == ["SMSAdmin fire-station", "SMSAdmin fire-station (2)"]
    assert [entry.data["legacy_service"] for entry in entries] == ["smsadmin_fire_station", "smsadmin_fire_station_2"]
    assert _notify_services(hass) == {
        "smsadmin_fire_station",
        "smsadmin_fire_station_mum",
        "smsadmin_fire_station_2",
        "smsadmin_fire_station_2_mum",
    }
    await hass.config_entries.async_remove(entries[0].entry_id)
    assert _notify_services(hass) == {"smsadmin_fire_station_2", "smsadmin_fire_station_2_mum"}
