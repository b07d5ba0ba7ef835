"""From the log to Home Assistant: once it listens, in order, with what the log knows, again after a crash and not twice otherwise."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import shutil
import time
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant import loader
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_test_home_assistant

from custom_components.smsadmin.const import EVENT_MESSAGE, SIGNAL_FAILED, SIGNAL_LOG_CHANGED, SIGNAL_RECEIVED
from custom_components.smsadmin.gateway.models import RawPush
from custom_components.smsadmin.inbound import publisher
from custom_components.smsadmin.message_log.errors import LogFullError, LogUnusableError
from custom_components.smsadmin.message_log.models import FailedMessage, RawInbound, Summary
from tests.simulator import Simulator

from .conftest import (
    FATHER,
    LINK_ID,
    MOTHER,
    PUSH_PATH,
    STRANGER,
    USER,
    account_of,
    issues,
    make_entry,
    pushed_reply,
    pushed_report,
    set_up,
    state_of,
)

type Http = TestClient[Any, Any]


async def _push(hass: HomeAssistant, http: Http, *queries: str) -> None:
    for query in queries:
        async with http.post(f"{PUSH_PATH}?{query}") as response:
            assert (response.status, await response.text()) == (200, "000")
    await hass.async_block_till_done()


async def _call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    response = await hass.services.async_call("smsadmin", action, data, blocking=True, return_response=True)
    await hass.async_block_till_done()
    return response


async def _send(hass: HomeAssistant, *mobiles: str, message: str = "Fire!", **data: Any) -> Any:
    return await _call(hass, "send_sms", mobiles=list(mobiles), message=message, link_id=LINK_ID, **data)


async def _started(hass: HomeAssistant) -> None:
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)


def _texts(events: list[Event]) -> list[str]:
    return [event.data["message"] for event in events]


def _last_message(hass: HomeAssistant, recipient: str) -> str:
    return state_of(hass, f"sensor.{recipient}_last_message").state


@asynccontextmanager
async def _another_home_assistant(
    folder: Path, entry: MockConfigEntry, listener: Callable[[Event], None] | None = None
) -> AsyncIterator[tuple[HomeAssistant, list[Event]]]:
    """A Home Assistant that starts with the files of one that has ended, and what it fires."""
    async with async_test_home_assistant(config_dir=str(folder)) as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        seen: list[Event] = []

        @callback
        def see(event: Event) -> None:
            seen.append(event)

        hass.bus.async_listen("smsadmin_reply", see)
        if listener:
            hass.bus.async_listen("smsadmin_reply", listener)
        copy = MockConfigEntry(
            domain="smsadmin",
            minor_version=entry.minor_version,
            entry_id=entry.entry_id,
            title=entry.title,
            data=dict(entry.data),
            options=dict(entry.options),
        )
        hass.set_state(CoreState.starting)
        try:
            await set_up(hass, copy)
            await _started(hass)
            yield hass, seen
        finally:
            # Its timers end with it.
            await hass.config_entries.async_unload(copy.entry_id)
            await hass.async_stop(force=True)


async def test_nothing_is_published_before_automations_listen(
    hass: HomeAssistant, entry: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    hass.set_state(CoreState.starting)
    await set_up(hass, entry)
    await _push(hass, http, pushed_reply("1"), pushed_report(), pushed_reply("2"))
    assert events == []
    await _started(hass)
    assert [event.event_type for event in events] == ["smsadmin_reply", "smsadmin_delivery_report", "smsadmin_reply"]
    assert state_of(hass, "event.mother_reply").attributes["message"] == "2"
    await _push(hass, http, pushed_reply("3"))
    assert [event.data["message"] for event in events] == ["1", None, "2", "3"]


async def test_what_waits_is_published_in_order(
    hass: HomeAssistant, entry: MockConfigEntry, http: Http, simulator: Simulator, events: list[Event]
) -> None:
    hass.set_state(CoreState.starting)
    await set_up(hass, entry)
    texts = [f"reply {number}" for number in range(230)]
    await asyncio.gather(*(_push(hass, http, pushed_reply(text)) for text in texts[:30]))
    for text in texts[30:]:
        simulator.reply(MOTHER, text, uid=USER)
    assert await _call(hass, "receive") == {"replies": 200, "reports": 0}
    assert events == []
    await _started(hass)
    assert sorted(_texts(events)[:30]) == sorted(texts[:30])
    assert _texts(events)[30:] == texts[30:]
    assert len({event.data["message_id"] for event in events}) == 230


async def test_what_a_crash_left_unmarked_is_published_again(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], tmp_path: Path, tmp_path_factory: Any
) -> None:
    await _push(hass, http, pushed_reply("done with"))
    crashed = tmp_path_factory.mktemp("crashed") / "config"

    @callback
    def copy(event: Event) -> None:
        # What a crash at this moment would leave on the disk.
        if not crashed.exists():
            shutil.copytree(tmp_path, crashed)

    hass.bus.async_listen("smsadmin_reply", copy)
    await _push(hass, http, pushed_reply("again"))
    await hass.async_stop(force=True)
    async with _another_home_assistant(crashed, account) as (_, seen):
        assert [event.data for event in seen] == [{**events[1].data, "recipient": None, "entity_id": None, "device_id": None}]


async def test_a_reply_that_crashes_home_assistant_twice_is_set_aside(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], tmp_path: Path, tmp_path_factory: Any
) -> None:
    """A reply made an automation crash Home Assistant, and again after every restart."""
    folders = [tmp_path, *(tmp_path_factory.mktemp("crashed") / str(crash) for crash in range(2))]

    @callback
    def crash(event: Event) -> None:
        # What a crash at this moment would leave on the disk.
        if event.data["message"] == "poison" and len(folders) > 1 and not folders[1].exists():
            shutil.copytree(folders[0], folders[1])

    hass.bus.async_listen("smsadmin_reply", crash)
    async with _unready(hass):
        await _push(hass, http, *(pushed_reply(text) for text in ("innocent", "poison", "after it")))
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    await hass.async_stop(force=True)
    assert _texts(events) == ["innocent", "poison", "after it"]
    del folders[0]
    async with _another_home_assistant(folders[0], account, crash) as (_, seen):
        assert _texts(seen) == ["poison", "after it"]
    async with _another_home_assistant(folders[1], account, crash) as (restarted, seen):
        assert _texts(seen) == ["after it"]
        assert issues(restarted) == ["not_published", "quarantine"]
        assert state_of(restarted, "sensor.smsadmin_unreadable").state == "1"


async def test_what_cant_be_published_is_set_aside_and_stops_nothing(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(hass: HomeAssistant, entry: ConfigEntry, recipient_id: str | None) -> dict[str, Any]:
        raise RecursionError(MOTHER)

    with monkeypatch.context() as patch:
        patch.setattr(publisher, "registry_ids", break_down)
        await _push(hass, http, pushed_reply("1"), pushed_report())
    await _push(hass, http, pushed_reply("2"))
    assert _texts(events) == ["2"]
    assert "Unexpected error while publishing: RecursionError" in caplog.text
    assert issues(hass) == ["not_published", "quarantine"]
    messages = (await _call(hass, "get_messages", direction="in"))["messages"]
    assert [(message["message"], message["state"]) for message in messages] == [
        ("2", "received"),
        ("DELIVRD", "quarantined"),
        ("1", "quarantined"),
    ]


async def test_what_cant_be_set_aside_now_is_later(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = account_of(hass, account).log

    async def fail(*arguments: object) -> bool:
        raise LogUnusableError

    def break_down(hass: HomeAssistant, entry: ConfigEntry, recipient_id: str | None) -> dict[str, Any]:
        raise RecursionError

    with monkeypatch.context() as patch:
        patch.setattr(publisher, "registry_ids", break_down)
        with monkeypatch.context() as worse:
            worse.setattr(log, "quarantine_record", fail)
            await _push(hass, http, pushed_reply("1"))
        await _push(hass, http, pushed_reply("2"))
    await _push(hass, http, pushed_reply("3"))
    assert _texts(events) == ["3"]
    assert state_of(hass, "sensor.smsadmin_unreadable").state == "2"


async def test_nothing_is_published_while_the_entry_is_unloaded(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unload began while a reply of an earlier run was about to be published: no entity heard of it."""
    log = account_of(hass, account).log
    count = log.count_attempt

    async def unload(record_id: int) -> bool:
        await hass.config_entries.async_unload(account.entry_id)
        return await count(record_id)

    async with _unready(hass):
        await _push(hass, http, pushed_reply("1"), pushed_report())
        await _send_and_fail(hass, http)
    monkeypatch.setattr(log, "count_attempt", unload)
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    assert events == []
    monkeypatch.setattr(log, "count_attempt", count)
    assert await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert len(events) == 4
    assert state_of(hass, "event.mother_reply").attributes["message"] == "1"


async def test_what_a_listener_fails_on_is_not_logged(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant logs what a failing listener was called with, and my mother's number and words were in the log."""

    @callback
    def fail(argument: object) -> None:
        raise ValueError

    for signal in (SIGNAL_RECEIVED, SIGNAL_FAILED):
        async_dispatcher_connect(hass, signal.format(account.entry_id), fail)
    await _push(hass, http, pushed_reply("Fire!"))
    await _send_and_fail(hass, http)
    # A fixture reads the whole log for numbers and texts.
    assert "(<PublishedRecord>,)" in caplog.text
    assert "(<FailedMessage>,)" in caplog.text
    assert len(events) == 3


async def test_reloads_count_as_no_crash(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """I reloaded the account a few times while a reply waited, and it was set aside as one that crashes Home Assistant."""

    async def count_and_unload(record_id: int) -> bool:
        is_allowed = await count(record_id)
        await hass.config_entries.async_unload(account.entry_id)
        return is_allowed

    async with _unready(hass):
        await _push(hass, http, pushed_reply("1"))
        # A reply of an earlier run.
        for disabled_by in (ConfigEntryDisabler.USER, None):
            await hass.config_entries.async_set_disabled_by(account.entry_id, disabled_by)
        await hass.async_block_till_done()
    log = account_of(hass, account).log
    count = log.count_attempt
    monkeypatch.setattr(log, "count_attempt", count_and_unload)
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    assert events == []
    for _ in range(3):
        await hass.config_entries.async_reload(account.entry_id)
        await hass.async_block_till_done()
    assert _texts(events) == ["1"]
    assert issues(hass) == []


@asynccontextmanager
async def _unready(hass: HomeAssistant) -> AsyncIterator[None]:
    """Home Assistant while it starts: what comes in waits."""
    hass.set_state(CoreState.starting)
    yield
    hass.set_state(CoreState.running)


async def _send_and_fail(hass: HomeAssistant, http: Http) -> None:
    await _call(hass, "send_sms", recipients="notify.parents", message="Fire!", link_id=LINK_ID)
    await _push(hass, http, pushed_report("UNDELIV"), pushed_report("UNDELIV", Mobile=FATHER))


@pytest.fixture
def failed(hass: HomeAssistant, account: MockConfigEntry) -> list[FailedMessage]:
    """The failures that are published."""
    seen: list[FailedMessage] = []

    @callback
    def see(failure: FailedMessage) -> None:
        seen.append(failure)

    async_dispatcher_connect(hass, SIGNAL_FAILED.format(account.entry_id), see)
    return seen


@pytest.fixture
def activity(hass: HomeAssistant) -> list[dict[str, Any]]:
    """The events that show failed texts in Activity."""
    seen: list[dict[str, Any]] = []

    @callback
    def see(event: Event) -> None:
        if event.data["state"] not in ("queued", "accepted"):
            seen.append({**event.data})

    hass.bus.async_listen(EVENT_MESSAGE, see)
    return seen


async def test_failures_fire_once_started_and_activity_has_one_for_all(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    failed: list[FailedMessage],
    activity: list[dict[str, Any]],
    simulator: Simulator,
) -> None:
    async with _unready(hass):
        await _send_and_fail(hass, http)
        assert (failed, activity) == ([], [])
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    assert [(failure.mobile, failure.state) for failure in failed] == [(MOTHER, "undeliverable"), (FATHER, "undeliverable")]
    (event,) = activity
    assert (event["recipient"], event["entity_id"], event["state"]) == ("Parents", "notify.parents", "undeliverable")
    assert event["reason"] == "not delivered: undeliverable"
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER], "message": "Fire!"}, blocking=True)
    await hass.async_block_till_done()
    assert (failed[-1].mobile, failed[-1].state) == (STRANGER, "rejected")
    assert (activity[-1]["recipient"], activity[-1]["reason"]) == (None, "The balance is too low (code 102).")
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    assert len(failed) == 3


async def test_a_group_that_fails_number_by_number_is_one_row(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    failed: list[FailedMessage],
    activity: list[dict[str, Any]],
) -> None:
    """The reports on a group came minutes apart, some after a restart: Activity showed each time that the same text had failed."""
    await _call(hass, "send_sms", recipients="notify.parents", mobiles=[STRANGER], message="Fire!", link_id=LINK_ID)
    await _push(hass, http, pushed_report("UNDELIV"))
    await _push(hass, http, pushed_report("EXPIRED", Mobile=STRANGER))
    assert [(event["recipient"], event["state"]) for event in activity] == [("Parents", "undeliverable"), (None, "expired")]
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done()
    await _push(hass, http, pushed_report("EXPIRED", Mobile=FATHER))
    assert [failure.mobile for failure in failed] == [MOTHER, STRANGER, FATHER]
    assert len(activity) == 2
    await _call(hass, "send_sms", recipients="notify.parents", message="Fire!", link_id="1" * 20)
    await _push(hass, http, pushed_report("UNDELIV", LinkId="1" * 20), pushed_report("UNDELIV", LinkId="1" * 20, Mobile=FATHER))
    assert [event["recipient"] for event in activity] == ["Parents", None, "Parents"]


async def test_a_group_that_fails_in_several_batches_is_one_row(
    hass: HomeAssistant,
    account: MockConfigEntry,
    failed: list[FailedMessage],
    activity: list[dict[str, Any]],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A text to a hundred and more numbers was rejected, and Activity had a row for each hundred."""
    monkeypatch.setattr(publisher, "BATCH", 1)
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "smsadmin", "send_sms", {"recipients": "notify.parents", "mobiles": STRANGER, "message": "Fire!"}, blocking=True
        )
    await hass.async_block_till_done()
    assert [failure.mobile for failure in failed] == [MOTHER, FATHER, STRANGER]
    assert [event["recipient"] for event in activity] == ["Parents", None]


async def test_failures_that_could_not_be_marked_do_not_fire_twice(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, failed: list[FailedMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = account_of(hass, account).log

    async def no_room(up_to: int) -> None:
        raise LogFullError

    with monkeypatch.context() as patch:
        patch.setattr(log, "mark_failures_published", no_room)
        await _send_and_fail(hass, http)
    assert len(failed) == 2
    assert len(await log.pending_failures(0, 10)) == 2
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    assert len(failed) == 2
    assert await log.pending_failures(0, 10) == []


async def test_a_failure_that_cant_be_described_stops_no_other(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    failed: list[FailedMessage],
    activity: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(*arguments: object) -> str:
        raise KeyError(MOTHER)

    monkeypatch.setattr(publisher, "describe_reason", break_down)
    await _send_and_fail(hass, http)
    assert len(failed) == 2
    assert activity == []
    assert "Unexpected error while publishing: KeyError" in caplog.text


async def test_three_hundred_replies_reach_an_automation(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the replies that had waited over a weekend the automation saw ten, and then a warning; `max` lets it have them all."""
    texts = [f"reply {number}" for number in range(300)]
    heard: list[str] = []
    all_heard = asyncio.Event()

    @callback
    def hear(event: Event) -> None:
        heard.append(event.data["text"])
        if len(heard) == len(texts):
            all_heard.set()

    hass.bus.async_listen("heard", hear)
    automation = {
        "triggers": [{"trigger": "smsadmin.reply_received"}],
        "actions": [{"delay": {"milliseconds": 1}}, {"event": "heard", "event_data": {"text": "{{ trigger.message }}"}}],
        "mode": "queued",
        "max": 1000,
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    for text in texts:
        simulator.reply(MOTHER, text, uid=USER)
    await _call(hass, "receive")
    await all_heard.wait()
    assert heard == texts
    assert "Maximum number of runs" not in caplog.text


async def test_what_was_published_is_not_published_after_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator, tmp_path: Path
) -> None:
    await _push(hass, http, pushed_reply("1"), pushed_reply("2"), "Class=nonsense")
    await _send(hass, MOTHER, FATHER)
    await _push(hass, http, pushed_report("DELIVRD"), pushed_report("UNDELIV", Mobile=FATHER))
    await hass.async_stop(force=True)
    async with _another_home_assistant(tmp_path, account) as (restarted, seen):
        assert seen == []
        counters = {name: state_of(restarted, f"sensor.smsadmin_{name}").state for name in _COUNTERS}
        assert counters == {"submitted": "2", "delivered": "1", "failed": "1", "replies": "2", "unreadable": "1"}


_COUNTERS = ("submitted", "delivered", "failed", "replies", "unreadable")


@pytest.mark.parametrize("next_text", ["2", None])
async def test_what_could_not_be_marked_is_marked_later(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    events: list[Event],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    next_text: str | None,
) -> None:
    log = account_of(hass, account).log
    mark = log.mark_published

    async def fail(up_to: int) -> None:
        # The disk fails once, in the very commit that would mark it.
        monkeypatch.setattr(log, "mark_published", mark)
        raise LogUnusableError

    monkeypatch.setattr(log, "mark_published", fail)
    await _push(hass, http, pushed_reply("1"))
    if next_text:
        await _push(hass, http, pushed_reply(next_text))
    else:
        # What the log does once it works again.
        account_of(hass, account).publisher.wake()
        await hass.async_block_till_done()
    assert _texts(events) == [text for text in ("1", next_text) if text]
    await hass.async_stop(force=True)
    async with _another_home_assistant(tmp_path, account) as (_, seen):
        assert seen == []


async def test_a_full_disk_keeps_nothing_from_being_published(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    events: list[Event],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = account_of(hass, account)
    monkeypatch.setattr(publisher, "BATCH", 2)
    hass.set_state(CoreState.starting)
    await _push(hass, http, *(pushed_reply(f"{number}") for number in range(5)))

    async def no_room(up_to: int) -> None:
        raise LogFullError

    with monkeypatch.context() as patch:
        patch.setattr(one.log, "mark_published", no_room)
        hass.set_state(CoreState.running)
        one.publisher.wake()
        await hass.async_block_till_done()
        assert _texts(events) == ["0", "1", "2", "3", "4"]
    one.publisher.wake()
    await hass.async_block_till_done()
    await hass.async_stop(force=True)
    async with _another_home_assistant(tmp_path, account) as (_, seen):
        assert seen == []


async def test_a_reload_makes_no_entity_miss_an_event(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    log, begun, go_on = account_of(hass, account).log, asyncio.Event(), asyncio.Event()
    summarise = log.summarise

    async def wait() -> Summary:
        begun.set()
        await go_on.wait()
        return await summarise()

    assert await hass.config_entries.async_unload(account.entry_id)
    monkeypatch.setattr(log, "summarise", wait)
    setting_up = hass.async_create_task(hass.config_entries.async_setup(account.entry_id))
    await begun.wait()
    async with http.post(f"{PUSH_PATH}?{pushed_reply('meanwhile')}") as response:
        assert response.status == 200
    assert events == []
    go_on.set()
    assert await setting_up
    await hass.async_block_till_done()
    assert _texts(events) == ["meanwhile"]
    assert state_of(hass, "event.mother_reply").attributes["message"] == "meanwhile"
    assert state_of(hass, "event.smsadmin_reply").attributes["message"] == "meanwhile"


async def test_events_name_the_text_that_they_are_about(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    await _send(hass, MOTHER)
    await _push(hass, http, pushed_reply(LinkId=LINK_ID), pushed_report(), pushed_reply(LinkId=LINK_ID[::-1]), pushed_reply())
    reply, report, stranger, bare = (event.data for event in events)
    assert (reply["in_reply_to"], reply["link_id"]) == ("Fire!", LINK_ID)
    assert (report["message"], report["link_id"]) == ("Fire!", LINK_ID)
    assert (stranger["in_reply_to"], bare["in_reply_to"], bare["link_id"]) == (None, None, None)


async def test_a_report_may_come_before_the_answer_to_the_submission(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator, events: list[Event]
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("submit")
    sending = hass.async_create_task(_send(hass, MOTHER, FATHER))
    await arrived.wait()
    async with http.post(f"{PUSH_PATH}?{pushed_report()}") as response:
        assert response.status == 200
    await account_of(hass, account).log.probe()
    release.set()
    assert (await sending)["accepted"] == 2
    await hass.async_block_till_done()
    assert [(event.data["outcome"], event.data["message"]) for event in events] == [("delivered", "Fire!")]
    assert _last_message(hass, "mother") == "delivered"
    assert _last_message(hass, "parents") == "accepted"
    assert state_of(hass, "sensor.smsadmin_delivered").state == "1"
    assert state_of(hass, "sensor.smsadmin_submitted").state == "2"


@pytest.mark.parametrize("first", ["push", "pull"])
async def test_a_reply_by_both_channels_is_one(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator, events: list[Event], first: str
) -> None:
    async def pushed() -> None:
        await _push(hass, http, pushed_reply(LinkId=LINK_ID))

    async def pulled() -> None:
        simulator.reply(MOTHER, "Yes", uid=USER, link_id=LINK_ID)
        await _call(hass, "receive")

    one, other = (pushed, pulled) if first == "push" else (pulled, pushed)
    await one()
    await other()
    assert [event.data["source"] for event in events] == [first]
    await one()
    await one()
    assert len(events) == 3
    await other()
    assert len(events) == 3
    assert state_of(hass, "sensor.smsadmin_replies").state == "3"


async def test_a_report_is_one_event_however_often_it_comes(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator, events: list[Event]
) -> None:
    await _send(hass, MOTHER)
    await _push(hass, http, pushed_report("UNDELIV"), pushed_report("UNDELIV"))
    simulator.report(MOTHER, "UNDELIV", uid=USER, link_id=LINK_ID)
    assert await _call(hass, "receive") == {"replies": 0, "reports": 0}
    assert [event.data["outcome"] for event in events] == ["undeliverable"]
    assert state_of(hass, "sensor.smsadmin_failed").state == "1"


async def test_late_reports_are_history_and_change_no_final_state(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    await _send(hass, MOTHER)
    await _push(hass, http, pushed_report("DELIVRD"), pushed_report("EXPIRED"), pushed_report("ERR:104"))
    (message,) = (await _call(hass, "get_messages", direction="out"))["messages"]
    assert message["state"] == "delivered"
    assert [(step["state"], step["status"], step["source"]) for step in message["history"]] == [
        ("submitting", None, None),
        ("accepted", "000", None),
        ("delivered", "DELIVRD", "push"),
        ("expired", "EXPIRED", "push"),
        ("busy", "ERR:104", "push"),
    ]
    assert _last_message(hass, "mother") == "delivered"
    assert state_of(hass, "sensor.smsadmin_delivered").state == "1"
    assert state_of(hass, "sensor.smsadmin_failed").state == "0"
    assert [event.data["outcome"] for event in events] == ["delivered", "expired", "busy"]


async def test_a_group_shows_the_worst_of_its_numbers(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, simulator: Simulator
) -> None:
    assert _last_message(hass, "parents") == "unknown"
    await _send(hass, MOTHER, FATHER)
    assert _last_message(hass, "parents") == "accepted"
    await _push(hass, http, pushed_report("DELIVRD"))
    assert (_last_message(hass, "mother"), _last_message(hass, "parents")) == ("delivered", "accepted")
    await _push(hass, http, pushed_report("EXPIRED", Mobile=FATHER))
    assert (_last_message(hass, "mother"), _last_message(hass, "parents")) == ("delivered", "expired")
    await _push(hass, http, pushed_report("DELIVRD", Mobile=FATHER))
    assert _last_message(hass, "parents") == "delivered"
    # The text to another number is not theirs.
    await _call(hass, "send_sms", mobiles=STRANGER, message="Fire!")
    assert _last_message(hass, "parents") == "delivered"


async def test_the_figures_follow_what_comes_in(hass: HomeAssistant, account: MockConfigEntry, http: Http) -> None:
    await _push(hass, http, pushed_reply(), "Class=nonsense", "Class=mo&Mobile=unknown")
    assert state_of(hass, "sensor.smsadmin_replies").state == "1"
    assert state_of(hass, "sensor.smsadmin_unreadable").state == "2"
    messages = (await _call(hass, "get_messages", direction="in"))["messages"]
    assert [message["state"] for message in messages] == ["quarantined", "quarantined", "received"]


async def test_the_log_is_summed_up_once_for_changes_at_a_time(
    hass: HomeAssistant, account: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, asked = account_of(hass, account).log, 0
    summarise = log.summarise

    async def count() -> Summary:
        nonlocal asked
        asked += 1
        return await summarise()

    monkeypatch.setattr(log, "summarise", count)
    for _ in range(3):
        async_dispatcher_send(hass, SIGNAL_LOG_CHANGED.format(account.entry_id))
    await hass.async_block_till_done()
    assert asked == 1


async def test_a_push_while_home_assistant_stops_is_stored_or_refused(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event], tmp_path: Path
) -> None:
    entry = make_entry(simulator, listener_port=port)
    await set_up(hass, entry)
    webhook = account_of(hass, entry).webhook
    statuses: dict[str, int | None] = {}

    async def push(event: Event) -> None:
        result = await simulator.push_reply(MOTHER, str(event.event_type), uid=USER)
        statuses[str(event.event_type)] = result.status

    simulator.register_push(USER, f"http://127.0.0.1:{port}{PUSH_PATH}")
    for event_type in ("homeassistant_stop", "homeassistant_final_write", EVENT_HOMEASSISTANT_CLOSE):
        hass.bus.async_listen_once(event_type, push)
    await hass.async_stop(force=True)
    assert [event.data["message"] for event in events] == []
    assert statuses["homeassistant_stop"] == statuses["homeassistant_final_write"] == 200
    late = MockRequest(content=b"", mock_source="test", method="POST", query_string=pushed_reply(), url=PUSH_PATH)
    assert (await webhook.async_handle(late)).status == 503  # type: ignore[arg-type]
    async with _another_home_assistant(tmp_path, entry) as (_, seen):
        assert _texts(seen) == [event_type for event_type, status in statuses.items() if status == 200]


async def _push_stored_with_503(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    """Push while the disk fails at the end of a write."""
    log = account_of(hass, account).log
    store = log.store

    async def fail_afterwards(*arguments: Any, **options: Any) -> Any:
        await store(*arguments, **options)
        raise LogUnusableError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(log, "store", fail_afterwards)
        async with http.post(f"{PUSH_PATH}?{query}") as response:
            assert response.status == 503


async def test_a_push_that_was_answered_with_503_may_be_stored(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk failed at the end of a write: the reply was in the log, and its event never came, because later ones had."""
    await _push_stored_with_503(hass, account, http, monkeypatch, pushed_reply("first"))
    await _push(hass, http, pushed_reply("second"))
    assert _texts(events) == ["first", "second"]


async def test_a_log_that_fails_for_a_moment_loses_no_stored_reply(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two replies in a moment the first one fired no event, since the log could not be read between them."""
    log = account_of(hass, account).log
    pending_failures, store = log.pending_failures, log.store
    is_stored, has_failed = asyncio.Event(), asyncio.Event()

    async def fail_later(*arguments: Any) -> Any:
        monkeypatch.setattr(log, "pending_failures", pending_failures)
        await is_stored.wait()
        has_failed.set()
        raise LogUnusableError("database is locked")

    async def store_second(*arguments: Any, **options: Any) -> Any:
        counts = await store(*arguments, **options)
        is_stored.set()
        await has_failed.wait()
        return counts

    monkeypatch.setattr(log, "pending_failures", fail_later)
    account_of(hass, account).publisher.wake()
    async with http.post(f"{PUSH_PATH}?{pushed_reply('first')}") as response:
        assert response.status == 200
    assert events == []
    monkeypatch.setattr(log, "store", store_second)
    await _push(hass, http, pushed_reply("second"))
    assert _texts(events) == ["first", "second"]


async def test_a_push_during_a_reload_repeats_no_reply(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    simulator: Simulator,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """I reloaded the account while a page of replies came: my automation ran twice for each of the last hundreds."""
    monkeypatch.setattr(publisher, "BATCH", 10)

    @callback
    def unload(event: Event) -> None:
        if event.data["message"] == "20":
            hass.async_create_task(hass.config_entries.async_unload(account.entry_id))

    hass.bus.async_listen("smsadmin_reply", unload)
    texts = [f"{number}" for number in range(60)]
    for text in texts:
        simulator.reply(MOTHER, text, uid=USER)
    assert await _call(hass, "receive") == {"replies": 60, "reports": 0}
    assert 20 < len(events) < 60
    await _push(hass, http, pushed_reply("meanwhile"))
    assert await hass.config_entries.async_setup(account.entry_id)
    await hass.async_block_till_done()
    assert _texts(events) == [*texts, "meanwhile"]


async def test_a_reply_of_a_failed_push_is_set_aside_after_two_crashes(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    tmp_path: Path,
    tmp_path_factory: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk failed at the end of a write; the reply was in the log, and after one crash it was set aside."""
    folders = [tmp_path, *(tmp_path_factory.mktemp("crashed") / str(crash) for crash in range(2))]

    @callback
    def crash(event: Event) -> None:
        # What a crash at this moment would leave on the disk.
        if event.data["message"] == "poison" and not folders[1].exists():
            shutil.copytree(folders[0], folders[1])

    hass.bus.async_listen("smsadmin_reply", crash)
    await _push_stored_with_503(hass, account, http, monkeypatch, pushed_reply("poison"))
    await hass.async_block_till_done()
    account_of(hass, account).publisher.wake()
    await hass.async_block_till_done()
    await hass.async_stop(force=True)
    del folders[0]
    async with _another_home_assistant(folders[0], account, crash) as (_, seen):
        assert _texts(seen) == ["poison"]
    del folders[0]
    folders.append(tmp_path_factory.mktemp("never") / "made")
    async with _another_home_assistant(folders[0], account) as (restarted, seen):
        assert _texts(seen) == []
        assert issues(restarted) == ["not_published", "quarantine"]


async def test_a_log_that_works_again_at_once_is_read_at_once(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log could not be opened for a moment, and the reply of the night came with the next one, in the evening."""
    one = account_of(hass, account)
    pending_events = one.log.pending_events

    async def fail_once(*arguments: Any) -> Any:
        monkeypatch.setattr(one.log, "pending_events", pending_events)
        await asyncio.sleep(0)
        # Another job finds that the log works before this error arrives.
        one.publisher.wake()
        raise LogUnusableError("unable to open database file")

    async with _unready(hass):
        await _push(hass, http, pushed_reply("of the night"))
    monkeypatch.setattr(one.log, "pending_events", fail_once)
    one.publisher.wake()
    await hass.async_block_till_done()
    assert _texts(events) == ["of the night"]


async def test_a_reply_does_not_come_again_when_the_account_is_enabled(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    """I disabled the account by an automation that a reply runs, and it ran again when I enabled it."""

    async def disable(event: Event) -> None:
        await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)

    cancel = hass.bus.async_listen("smsadmin_reply", disable)
    await _push(hass, http, pushed_reply("Stop"))
    cancel()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done()
    assert _texts(events) == ["Stop"]


async def test_what_could_not_be_marked_is_marked_at_the_end(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full for a while; I disabled the account and enabled it, and the replies of that time came again."""

    async def no_room(up_to: int) -> None:
        raise LogFullError

    with monkeypatch.context() as patch:
        patch.setattr(account_of(hass, account).log, "mark_published", no_room)
        await _push(hass, http, pushed_reply("1"))
    for disabled_by in (ConfigEntryDisabler.USER, None):
        await hass.config_entries.async_set_disabled_by(account.entry_id, disabled_by)
    await hass.async_block_till_done()
    assert _texts(events) == ["1"]


async def test_a_log_that_is_put_back_is_published(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    events: list[Event],
    failed: list[FailedMessage],
    tmp_path: Path,
) -> None:
    """The log's disk was mounted late; no automation ran for the replies that waited in it, nor for a text that had failed."""
    path = account_of(hass, account).log.path
    aside = tmp_path / "aside.db"
    async with _unready(hass):
        await _send_and_fail(hass, http)
        await _push(hass, http, pushed_reply("waits"))
        await account_of(hass, account).log.begin_copy()
        await account_of(hass, account).log.end_copy()
        shutil.copy(path, aside)
    path.unlink()
    await _push(hass, http, pushed_reply("in a new file"))
    await _call(hass, "send_sms", mobiles=[STRANGER], message="Water!", link_id=LINK_ID[::-1])
    await _push(hass, http, pushed_report("EXPIRED", Mobile=STRANGER, LinkId=LINK_ID[::-1]))
    assert _texts(events) == ["in a new file", "Water!"]
    assert [failure.mobile for failure in failed] == [STRANGER]
    aside.replace(path)
    await _push(hass, http, pushed_reply("in the old file"))
    assert _texts(events) == ["in a new file", "Water!", "Fire!", "Fire!", "waits", "in the old file"]
    assert [failure.mobile for failure in failed] == [STRANGER, MOTHER, FATHER]


async def test_a_log_that_is_put_back_amid_replies_is_published(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], tmp_path: Path
) -> None:
    """The log's disk came back while many replies came in, and the reply that had waited in it was never seen."""
    log = account_of(hass, account).log
    aside = tmp_path / "aside.db"
    async with _unready(hass):
        await _push(hass, http, pushed_reply("waits"))
        await log.begin_copy()
        await log.end_copy()
        shutil.copy(log.path, aside)
    log.path.unlink()
    await _push(hass, http, pushed_reply("in a new file"))

    @callback
    def put_back(event: Event) -> None:
        if event.data["message"] == texts[9]:
            aside.replace(log.path)
            hass.async_create_task(log.summarise())
            # The log's thread finds the other file before the next reply is published.
            time.sleep(0.1)

    hass.bus.async_listen("smsadmin_reply", put_back)
    texts = [f"in the new file: {number}" for number in range(50)]
    raw = [RawPush(query=b"", body=pushed_reply(text).encode()) for text in texts]
    store = account_of(hass, account).publisher.async_store
    # At once, so that many of them are in memory.
    await asyncio.gather(*(store(RawInbound(raw=one, received_at=dt_util.utcnow())) for one in raw))
    await hass.async_block_till_done()
    assert sorted(_texts(events)) == sorted(["in a new file", "waits", *texts])
