"""Texts of which nothing left this machine: queued, tried again until they leave or their time ends, and sent once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shutil
import sqlite3
import threading
from typing import Any

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.smsadmin.const import SIGNAL_FAILED
from custom_components.smsadmin.gateway.models import password_digest
from custom_components.smsadmin.message_log.errors import LogError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import Outgoing
from custom_components.smsadmin.outbound import outbox, sender
from tests.message_log.conftest import Faults
from tests.simulator import Simulator

from .conftest import (
    FATHER,
    LINK_ID,
    MOTHER,
    STRANGER,
    USER,
    account_of,
    issues,
    make_entry,
    set_up,
    state_of,
)
from .sending import call, eventually, eventually_states, notify, send, states, submissions, swallowing


@pytest.fixture(autouse=True)
def _without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "RETRY_PAUSES", (0.02,))


@pytest.fixture
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the outbox try once, and then only when it is woken."""
    monkeypatch.setattr(outbox, "RETRY_PAUSES", (0.0, 600.0))


@pytest.fixture
def announced(hass: HomeAssistant) -> list[Event]:
    """The events for Activity."""
    events: list[Event] = async_capture_events(hass, "smsadmin_message")
    return events


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that can be moved, and goes on: timers of the event loop follow it."""
    with freeze_time("2030-06-01 00:00:00+00:00", tick=True) as clock:
        yield clock


def _states(events: list[Event]) -> list[tuple[Any, ...]]:
    return [(event.data["state"], event.data["recipient"]) for event in events]


def _path(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    return Path(hass.config.path(".storage", f"smsadmin.{entry.entry_id}.db"))


async def _queue(hass: HomeAssistant, simulator: Simulator, **data: Any) -> dict[str, Any]:
    """A text that waits because the platform can't be reached."""
    await simulator.stop()
    response = await send(hass, **data)
    assert [one["outcome"] for one in response["submissions"]] == ["queued"] * len(response["submissions"])
    return response


async def _restart(hass: HomeAssistant, entry: MockConfigEntry, between: Callable[[], None] = lambda: None) -> None:
    """Let another process take over: the account is closed as at the end of Home Assistant, and made again."""
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    between()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done()


async def _retry_under_way(hass: HomeAssistant, simulator: Simulator) -> asyncio.Event:
    """Queue a text, and let the platform have it; the platform answers once the event is set."""
    await _queue(hass, simulator)
    release = simulator.hold("submit")
    await simulator.start()
    await eventually(lambda: len(submissions(simulator)) == 1)
    return release


# Queued


async def test_a_text_that_could_not_leave_goes_out_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, announced: list[Event]
) -> None:
    response = await _queue(hass, simulator, mobiles=[], recipients="notify.parents")
    assert response["submissions"][0]["description"] == "The platform can't be reached. Nothing was sent."
    assert (response["queued"], response["accepted"], response["not_sent"]) == (2, 0, 0)
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.smsadmin_waiting").state == "2"
    assert state_of(hass, "sensor.parents_last_message").state == "queued"
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    (issue,) = [one for one in ir.async_get(hass).issues.values() if one.translation_key == "platform_unreachable"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["number"] == "2"
    await simulator.start()
    await eventually_states(hass, "accepted", "accepted")
    await eventually(lambda: issues(hass) == [])
    await hass.async_block_till_done()
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER, FATHER)]
    assert len(submissions(simulator)) == 1
    assert state_of(hass, "sensor.smsadmin_waiting").state == "0"
    assert state_of(hass, "sensor.parents_last_message").state == "accepted"
    assert _states(announced) == [("queued", "Parents"), ("accepted", "Parents")]
    assert all(MOTHER not in str(event.data) and "Fire!" not in str(event.data) for event in announced)


@pytest.mark.parametrize("way", ["send_sms", "entity", "legacy", "group"])
async def test_an_automation_goes_on_to_the_siren(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, way: str
) -> None:
    await simulator.stop()
    match way:
        case "send_sms":
            data = {"recipients": "notify.mother", "message": "Fire!"}
            await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
        case "entity":
            data = {"entity_id": "notify.mother", "message": "Fire!"}
            await hass.services.async_call("notify", "send_message", data, blocking=True)
        case "legacy":
            await notify(hass, "smsadmin_fire_station", target=MOTHER)
        case "group":
            await notify(hass, "smsadmin_fire_station_mother")
    assert await states(hass) == ["queued"]


async def test_a_test_text_is_tried_once(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await simulator.stop()
    with pytest.raises(HomeAssistantError, match=r"can't be reached\. Nothing was sent\. .*not sent: 1"):
        await hass.services.async_call("button", "press", {"entity_id": "button.mother_send_test_text"}, blocking=True)
    await simulator.start()
    assert await states(hass) == ["not_sent"]
    assert submissions(simulator) == []


@pytest.mark.parametrize("is_option", [True, False])
async def test_a_retry_time_of_zero_is_one_attempt(hass: HomeAssistant, simulator: Simulator, is_option: bool) -> None:
    options: dict[str, Any] = {"retry_for": 0} if is_option else {}
    await set_up(hass, make_entry(simulator, **options))
    await simulator.stop()
    with pytest.raises(HomeAssistantError, match="waiting: 0, not sent: 1"):
        await send(hass, **({} if is_option else {"retry_for": 0}))
    assert await states(hass) == ["not_sent"]
    assert issues(hass) == []


async def test_swallowed_texts_are_queued_before_the_call_ends(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, announced: list[Event]
) -> None:
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    async with swallowing(simulator) as swallow:
        response = await send(hass, mobiles=[], recipients="notify.mother")
        assert [one["outcome"] for one in response["submissions"]] == ["queued"]
        await eventually_states(hass, "queued")
        assert (await send(hass, mobiles=[FATHER]))["queued"] == 1
        swallow.close()
        await simulator.start()
        await eventually_states(hass, "accepted", "accepted")
    await hass.async_block_till_done()
    assert sorted(sent.mobiles for sent in simulator.sent) == [(MOTHER,), (FATHER,)]
    assert [one for one in _states(announced) if one[1] == "Mother"] == [("queued", "Mother"), ("accepted", "Mother")]


async def test_a_swallowed_text_that_is_tried_once_is_not_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    async with swallowing(simulator) as swallow:
        with pytest.raises(HomeAssistantError, match="not sent: 1"):
            await send(hass, retry_for=0)
        assert await states(hass) == ["not_sent"]
        swallow.accept()
    await simulator.start()
    assert submissions(simulator) == []


async def test_a_connection_that_takes_longer_than_a_moment_is_used(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The text is queued in the log by the time that the connection stands."""
    async with swallowing(simulator) as swallow:
        sending = hass.async_create_task(send(hass))
        await eventually_states(hass, "queued")
        swallow.close()
        await simulator.start()
        response = await sending
        assert response["accepted"] + response["queued"] == 1
        await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "https://127.0.0.1:{port}/", "http://127.0.0.1:1/"])
async def test_whatever_keeps_a_text_from_leaving_queues_it(hass: HomeAssistant, simulator: Simulator, url: str) -> None:
    """DNS that fails, TLS that fails, a port that is closed."""
    entry = make_entry(simulator, data={"url": url.format(port=simulator.origin.rpartition(":")[2])})
    await set_up(hass, entry)
    assert (await send(hass))["queued"] == 1
    assert await states(hass) == ["queued"]
    hass.config_entries.async_update_entry(entry, data=dict(entry.data) | {"url": simulator.url})
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


async def test_a_certificate_that_is_not_trusted_is_named(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, data={"url": simulator.url.replace("http:", "https:")}))
    response = await send(hass)
    assert "securely" in response["submissions"][0]["description"]


# Order, rounds and wakes


async def test_the_oldest_goes_first_and_a_new_text_waits_for_none(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None
) -> None:
    await _queue(hass, simulator, mobiles=[MOTHER])
    await _queue(hass, simulator, mobiles=[FATHER])
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    await simulator.start()
    assert (await send(hass, mobiles=[STRANGER]))["accepted"] == 1
    await eventually_states(hass, "accepted", "accepted", "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(STRANGER,), (MOTHER,), (FATHER,)]


async def test_a_portal_that_answers_pulls_wakes_nothing(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None
) -> None:
    """Each pull took a text out of the queue, which the portal swallowed."""
    await _queue(hass, simulator)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    await simulator.start()
    simulator.fault("replies", "html")
    simulator.fault("reports", "html")
    with suppress(HomeAssistantError):
        await call(hass, "receive")
    await asyncio.sleep(0.1)
    assert submissions(simulator) == []
    await call(hass, "receive")
    await eventually_states(hass, "accepted")


@pytest.mark.parametrize("way", ["pull", "balance", "rejected"])
async def test_any_other_answer_of_the_platform_wakes_the_queue(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None, way: str
) -> None:
    await _queue(hass, simulator)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    await simulator.start()
    match way:
        case "pull":
            await call(hass, "receive")
        case "balance":
            await account.runtime_data.balance.async_refresh()
        case "rejected":
            simulator.fault("submit", "code:107")
            with pytest.raises(HomeAssistantError):
                await send(hass, mobiles=FATHER)
    await eventually(lambda: len(simulator.sent) == 1)
    assert simulator.sent[0].mobiles == (MOTHER,)


async def test_several_submissions_wait_and_go_out_in_order(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, announced: list[Event]
) -> None:
    mobiles = [str(13_700_000_000 + number) for number in range(2500)]
    simulator.accounts[USER].balance = 5000
    response = await _queue(hass, simulator, mobiles=mobiles, link_id=LINK_ID)
    assert response["queued"] == 2500
    await simulator.start()
    await eventually(lambda: len(simulator.sent) == 3)
    assert [number for sent in simulator.sent for number in sent.mobiles] == mobiles
    assert [sent.link_id for sent in simulator.sent] == [one["link_id"] for one in response["submissions"]]
    await hass.async_block_till_done()
    assert _states(announced) == [("queued", None), ("accepted", None)]


async def test_a_captive_portal_takes_one_text_a_round(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None
) -> None:
    for number in (MOTHER, FATHER, STRANGER):
        await _queue(hass, simulator, mobiles=number)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    await simulator.start()
    simulator.fault("submit", "html", times=2)
    with pytest.raises(HomeAssistantError, match="Something other than the platform answered"):
        await send(hass, mobiles="13700000000")
    await account.runtime_data.balance.async_refresh()
    await eventually_states(hass, "unconfirmed", "queued", "queued", "unconfirmed")
    await eventually(lambda: issues(hass) == ["unexpected_answer"])
    (issue,) = [one for one in ir.async_get(hass).issues.values() if one.translation_key == "unexpected_answer"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["answered"].startswith("HTTP 200")
    await account.runtime_data.balance.async_refresh()
    await eventually_states(hass, "unconfirmed", "accepted", "accepted", "unconfirmed")
    await eventually(lambda: issues(hass) == [])
    assert len(submissions(simulator)) == 4


async def test_a_rejected_text_of_the_queue_holds_up_no_other(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, announced: list[Event]
) -> None:
    await _queue(hass, simulator, mobiles=[], recipients="notify.mother")
    await _queue(hass, simulator, mobiles=FATHER)
    simulator.fault("submit", "code:107")
    await simulator.start()
    await eventually_states(hass, "rejected", "accepted")
    await hass.async_block_till_done()
    assert ("rejected", "Mother") in _states(announced)
    (event,) = [event for event in announced if event.data["state"] == "rejected"]
    assert event.data["reason"] == "The message is longer than the channel allows (code 107)."


# Accounts that change while texts wait


async def test_a_wrong_password_keeps_texts_until_a_new_one_comes(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None
) -> None:
    await _queue(hass, simulator, mobiles=MOTHER)
    await _queue(hass, simulator, mobiles=FATHER)
    simulator.accounts[USER].password = "another"
    await simulator.start()
    with pytest.raises(HomeAssistantError, match="code 101"):
        await send(hass, mobiles=STRANGER)
    await eventually(lambda: len(submissions(simulator)) == 2)
    await eventually_states(hass, "queued", "queued", "rejected")
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]
    hass.config_entries.async_update_entry(account, data=dict(account.data) | {"password_md5": password_digest("another")})
    await eventually_states(hass, "accepted", "accepted", "rejected")
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,), (FATHER,)]


async def test_a_frozen_account_keeps_texts_until_it_is_taken_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _queue(hass, simulator)
    simulator.accounts[USER].frozen = True
    await simulator.start()
    await eventually(lambda: len(submissions(simulator)) >= 2)
    await eventually_states(hass, "queued")
    assert issues(hass) == ["account_frozen"]
    simulator.accounts[USER].frozen = False
    await eventually_states(hass, "accepted")
    assert issues(hass) == []


async def test_a_reconfigured_account_sends_by_its_new_settings(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _queue(hass, simulator)
    async with Simulator(seed=2) as other:
        other.add_account("police", "pass", balance=5)
        digest = other.accounts["police"].digest
        data = dict(account.data) | {"url": other.url, "username": "police", "password_md5": digest, "charset": "gb2312"}
        hass.config_entries.async_update_entry(account, data=data)
        await eventually(lambda: len(other.sent) == 1)
        assert other.sent[0].mobiles == (MOTHER,)
    assert simulator.sent == []


async def test_a_disabled_account_keeps_its_texts(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _queue(hass, simulator)
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert issues(hass) == []
    await simulator.start()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


async def test_what_ended_while_an_account_was_disabled_is_not_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, clock: FrozenDateTimeFactory, announced: list[Event]
) -> None:
    """A text of ten days ago is no alarm any more."""
    await _queue(hass, simulator, mobiles=[], recipients="notify.mother")
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    await simulator.start()
    clock.tick(timedelta(days=10))
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await eventually_states(hass, "not_sent")
    await hass.async_block_till_done()
    assert submissions(simulator) == []
    assert _states(announced) == [("queued", "Mother"), ("not_sent", "Mother")]


@pytest.mark.parametrize("how", ["enabled", "disabled", "unreadable"])
async def test_a_removed_account_takes_its_texts_along(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator, how: str
) -> None:
    """The dialog is Home Assistant's own and speaks of entities alone; a notification says how many texts are gone."""
    await _queue(hass, simulator, mobiles=[MOTHER, FATHER])
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    if how != "enabled":
        await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
        await hass.async_block_till_done()
    if how == "unreadable":
        faults.fail()
    await hass.config_entries.async_remove(account.entry_id)
    await simulator.start()
    await hass.async_block_till_done()
    assert issues(hass) == []
    assert not _path(hass, account).exists()
    assert submissions(simulator) == []
    found = [one["message"] for one in hass.data.get("persistent_notification", {}).values()]
    assert [message for message in found if "deleted: 2." in message] == ([] if how == "unreadable" else found[:1])


async def test_a_text_under_way_does_not_go_with_its_account(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The text was accepted while the account was removed, and the notification said that it was deleted."""
    release = await _retry_under_way(hass, simulator)
    removal = hass.async_create_task(hass.config_entries.async_remove(account.entry_id))
    await asyncio.sleep(0)
    release.set()
    await removal
    assert not hass.data.get("persistent_notification")


@pytest.mark.usefixtures("seldom")
async def test_a_connecting_text_is_counted_when_its_account_goes(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The notification said nothing of the text that was just being tried again."""
    await _queue(hass, simulator)
    found = account_of(hass, account)
    async with swallowing(simulator):
        found.outbox.wake()
        await eventually(lambda: found.sender.is_attempting(found.outbox.outgoings[0].submission.link_id))
        await hass.config_entries.async_remove(account.entry_id)
    (notification,) = hass.data["persistent_notification"].values()
    assert "deleted: 1." in notification["message"]


async def test_an_account_without_queued_texts_is_removed_quietly(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await send(hass)
    await hass.config_entries.async_remove(account.entry_id)
    assert not hass.data.get("persistent_notification")


# Time


async def test_a_text_that_expires_while_it_connects_is_not_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went out half a minute later, when the automation had long called a neighbour instead."""
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    found = account_of(hass, account)
    async with swallowing(simulator) as swallow:
        response = await send(hass, retry_for=1)
        assert response["queued"] == 1
        await eventually(lambda: found.outbox.is_expired(response["submissions"][0]["link_id"]))
        swallow.accept()
        await eventually_states(hass, "not_sent")


async def test_the_rest_of_a_text_that_is_tried_once_goes_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One number was cancelled while the text connected, and the other one was given up."""
    monkeypatch.setattr(sender, "ENQUEUE_DELAY", 0.0)
    monkeypatch.setattr(outbox, "CALL_PATIENCE", 600.0)
    log = account_of(hass, account).log
    enqueue, begin = log.enqueue, log.begin
    is_queued = asyncio.Event()

    async def enqueue_and_tell(outgoings: Any) -> None:
        await enqueue(outgoings)
        is_queued.set()

    async def cancel_and_begin(outgoing: Any, now: datetime) -> bool:
        await is_queued.wait()
        if len(outgoing.submission.mobiles) == 2:
            await call(hass, "cancel", message_id=outgoing.number_message_id(0))
        return await begin(outgoing, now)

    monkeypatch.setattr(log, "enqueue", enqueue_and_tell)
    monkeypatch.setattr(log, "begin", cancel_and_begin)
    await send(hass, mobiles=[MOTHER, FATHER], retry_for=0)
    await eventually_states(hass, "cancelled", "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(FATHER,)]


async def test_a_call_whose_account_is_disabled_is_not_queued(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call returned `queued`, though its account was closed, and the text was lost."""
    await set_up(hass, entry)
    log = account_of(hass, entry).log

    async def disable(**_: Any) -> None:
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        await hass.async_block_till_done()

    monkeypatch.setattr(log, "check", disable)
    with pytest.raises(HomeAssistantError, match="not sent: 1"):
        await send(hass, link_id=LINK_ID)
    assert submissions(simulator) == []


async def test_a_text_whose_time_ends_is_not_sent_and_fails_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, announced: list[Event]
) -> None:
    failures: list[Any] = []
    async_dispatcher_connect(hass, SIGNAL_FAILED.format(account.entry_id), failures.append)
    await _queue(hass, simulator, mobiles=[], recipients="notify.parents", retry_for={"milliseconds": 100})
    await eventually_states(hass, "not_sent", "not_sent")
    await eventually(lambda: issues(hass) == [] and len(failures) == 2)
    await hass.async_block_till_done()
    assert sorted((failure.mobile, failure.state.value) for failure in failures) == [(MOTHER, "not_sent"), (FATHER, "not_sent")]
    assert _states(announced) == [("queued", "Parents"), ("not_sent", "Parents")]
    assert announced[-1].data["reason"] == "The platform can't be reached."
    assert state_of(hass, "sensor.parents_last_message").state == "not_sent"
    assert state_of(hass, "sensor.parents_last_message").attributes["reason"] == "The platform can't be reached."
    (first, _) = (await call(hass, "get_messages"))["messages"]
    assert first["reason"] == "The platform can't be reached."
    await simulator.start()
    await send(hass)
    await hass.async_block_till_done()
    assert len(submissions(simulator)) == 1
    assert len(failures) == 2


async def test_what_a_portal_answered_to_another_text_is_no_reason(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, seldom: None
) -> None:
    """The error says that it is unknown whether the text goes out."""
    await _queue(hass, simulator, mobiles=MOTHER)
    await _queue(hass, simulator, mobiles=FATHER, retry_for={"seconds": 1.5})
    simulator.fault("submit", "html", times=1)
    await simulator.start()
    await account.runtime_data.balance.async_refresh()
    await eventually_states(hass, "unconfirmed", "not_sent")
    (text,) = (await call(hass, "get_messages", mobile=FATHER))["messages"]
    assert text["reason"] == "The platform can't be reached."


async def test_the_time_of_a_scheduled_text_counts_from_its_time(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to("2030-06-01 08:00:00+08:00")
    await _queue(hass, simulator, send_at="2030-06-01T10:00:00+08:00", retry_for={"minutes": 30})
    clock.move_to("2030-06-01 09:59:00+08:00")
    await _restart(hass, account)
    assert await states(hass) == ["queued"]
    # The platform's clock stands still, so a time in its future says that none was left out.
    clock.move_to("2030-06-01 10:20:00+08:00")
    await simulator.start()
    await eventually_states(hass, "accepted")
    assert simulator.sent[0].send_at is None


async def test_a_scheduled_text_that_goes_out_in_time_keeps_its_time(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _queue(hass, simulator, send_at="2100-01-01T08:00:00+08:00")
    await simulator.start()
    await eventually(lambda: len(simulator.sent) == 1)
    assert str(simulator.sent[0].send_at) == "2100-01-01 08:00:00+08:00"


@pytest.mark.parametrize("hours", [-48, 48])
async def test_a_clock_that_jumps_moves_no_deadline(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    await _queue(hass, simulator)
    jumped = datetime.now(UTC) + timedelta(hours=hours)
    monkeypatch.setattr("homeassistant.util.dt.utcnow", lambda: jumped)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    assert await states(hass) == ["queued"]
    await simulator.start()
    await eventually_states(hass, "accepted")


@pytest.mark.parametrize("called", ["2000-01-01 00:00:00+00:00", "2030-06-03 00:00:00+00:00"])
async def test_in_doubt_a_text_is_tried_longer(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, clock: FrozenDateTimeFactory, called: str
) -> None:
    """It was called before the clock was set, or by a clock that went ahead."""
    clock.move_to(called)
    await _queue(hass, simulator)
    await _restart(hass, account, lambda: clock.move_to("2030-06-01 00:00:00+00:00"))
    await simulator.start()
    await eventually_states(hass, "accepted")


# Restarts


async def test_texts_wait_over_a_restart_and_go_out_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _queue(hass, simulator, mobiles=MOTHER)
    await _queue(hass, simulator, mobiles=FATHER)
    await _restart(hass, account)
    assert await states(hass) == ["queued", "queued"]
    await simulator.start()
    await eventually_states(hass, "accepted", "accepted")
    await _restart(hass, account)
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,), (FATHER,)]
    assert len(submissions(simulator)) == 2


async def test_a_text_sent_in_parts_is_one_row_over_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, announced: list[Event], seldom: None
) -> None:
    """Activity showed twice that a text to a large group was accepted, because the rest of it left after a restart."""
    simulator.accounts[USER].balance = 5000
    await _queue(hass, simulator, mobiles=[str(13_700_000_000 + number) for number in range(1500)])
    simulator.fault("submit", "none")
    simulator.fault("submit", "code:108")
    await simulator.start()
    account_of(hass, account).outbox.wake()
    await eventually(lambda: len(submissions(simulator)) == 2)
    await eventually(lambda: account_of(hass, account).outbox.number_count == 500)
    await _restart(hass, account)
    await eventually(lambda: len(simulator.sent) == 2)
    await eventually(lambda: account_of(hass, account).outbox.number_count == 0)
    await hass.async_block_till_done()
    assert _states(announced) == [("queued", None), ("accepted", None)]


async def test_home_assistant_stops_while_a_text_connects(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    async with swallowing(simulator):
        sending = hass.async_create_task(send(hass, mobiles=[MOTHER, FATHER]))
        await eventually_states(hass, "queued", "queued")
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        assert (await sending)["queued"] == 2
        # What is called while Home Assistant stops waits for the next start.
        assert (await send(hass, mobiles=STRANGER))["queued"] == 1
        assert await states(hass) == ["queued", "queued", "queued"]
    await simulator.start()
    await _restart(hass, account)
    await eventually_states(hass, "accepted", "accepted", "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER, FATHER), (STRANGER,)]


async def test_a_retry_that_has_left_is_awaited_at_a_stop(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The outbox cancelled its attempt, though the platform had the text: it was unconfirmed after the restart."""
    release = await _retry_under_way(hass, simulator)
    closing = hass.async_create_task(hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER))
    await asyncio.sleep(0.05)
    release.set()
    await closing
    await hass.async_block_till_done()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    assert await states(hass) == ["accepted"]
    assert len(submissions(simulator)) == 1


async def test_a_restored_copy_of_a_log_sends_nothing_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, tmp_path: Path
) -> None:
    await _queue(hass, simulator, mobiles=[MOTHER, FATHER])
    log = account.runtime_data.account.log
    await log.begin_copy()
    copy = tmp_path / "copy.db"
    shutil.copy(_path(hass, account), copy)
    await log.end_copy()
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    for file in _path(hass, account).parent.glob(f"{_path(hass, account).name}*"):
        file.unlink()
    shutil.copy(copy, _path(hass, account))
    await simulator.start()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await eventually_states(hass, "unconfirmed", "unconfirmed")
    assert issues(hass) == ["log_restored"]
    await send(hass, mobiles=STRANGER)
    assert [sent.mobiles for sent in simulator.sent] == [(STRANGER,)]


# A log that does not work


async def test_a_log_that_does_not_work_forbids_nothing(
    hass: HomeAssistant, faults: Faults, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the daily limit nor a link id can be looked up in it."""
    await set_up(hass, make_entry(simulator, daily_limit=1))
    faults.fail()
    assert (await send(hass, mobiles=[MOTHER, FATHER], link_id=LINK_ID))["accepted"] == 2
    assert "can't be asked for the daily limit" in caplog.text
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "cancel", link_id="0" * 20)
    assert raised.value.translation_key == "log_failed"
    # It is remembered, though, what the log has missed.
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "cancel", link_id=LINK_ID)
    assert raised.value.translation_key == "not_queued"
    with pytest.raises(HomeAssistantError) as raised:
        await send(hass, link_id=LINK_ID)
    assert raised.value.translation_key == "link_id_used"
    faults.recover()
    await eventually_states(hass, "accepted", "accepted")


async def test_a_link_id_that_cant_be_looked_up_sends_nothing_twice(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await set_up(hass, entry)
    await send(hass, link_id=LINK_ID)
    faults.fail(statement="SELECT 1 FROM submission WHERE link_id")
    with pytest.raises(HomeAssistantError, match=r"a submission with this serial number exists already.*not sent: 1"):
        await send(hass, mobiles=FATHER, link_id=LINK_ID)
    assert await states(hass) == ["accepted"]
    assert len(submissions(simulator)) == 1


async def test_a_queued_link_id_that_cant_be_looked_up_is_used(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """A second text with the same link id took the place of the one that waited."""
    await set_up(hass, entry)
    await _queue(hass, simulator, link_id=LINK_ID)
    faults.fail(statement="SELECT 1 FROM submission WHERE link_id")
    with pytest.raises(HomeAssistantError) as raised:
        await send(hass, mobiles=FATHER, link_id=LINK_ID)
    assert raised.value.translation_key == "link_id_used"
    assert account_of(hass, entry).outbox.outgoings[0].submission.mobiles == (MOTHER,)


async def test_a_used_link_id_found_late_keeps_the_text_that_has_it(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """The log could not be read at the start: the second text was said to be queued, and the first one was forgotten."""
    await set_up(hass, entry)
    await _queue(hass, simulator, link_id=LINK_ID)
    account_of(hass, entry).outbox.discard(LINK_ID)
    await simulator.start()
    faults.fail(statement="SELECT 1 FROM submission WHERE link_id")
    with pytest.raises(HomeAssistantError, match="not sent: 1"):
        await send(hass, mobiles=FATHER, link_id=LINK_ID)
    await eventually_states(hass, "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,)]


CODES = {"log_full": sqlite3.SQLITE_FULL, "log_unusable": sqlite3.SQLITE_IOERR}


@pytest.mark.parametrize(("problem", "code"), CODES.items())
async def test_texts_wait_in_memory_while_the_log_does_not_work(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, problem: str, code: int
) -> None:
    await set_up(hass, entry)
    await simulator.stop()
    faults.fail(code)
    assert (await send(hass, mobiles=MOTHER))["queued"] == 1
    assert problem in issues(hass)
    faults.recover()
    # Written with the next thing that works.
    assert (await send(hass, mobiles=FATHER))["queued"] == 1
    await eventually_states(hass, *["queued"] * 2)
    await simulator.start()
    await eventually_states(hass, "accepted", "accepted")
    assert sorted(sent.mobiles for sent in simulator.sent) == [(MOTHER,), (FATHER,)]
    assert len(submissions(simulator)) == 2


@pytest.mark.parametrize("is_written_first", [True, False])
async def test_a_text_in_memory_can_be_cancelled(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, is_written_first: bool
) -> None:
    """The false alarm could not be called off while the disk was full, and went out when the internet came back."""
    await set_up(hass, entry)
    faults.fail()
    await _queue(hass, simulator, link_id=LINK_ID)
    assert await call(hass, "cancel", link_id=LINK_ID) == {"cancelled": 1}
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "cancel", link_id=LINK_ID)
    assert raised.value.translation_key == "not_queued"
    assert account_of(hass, entry).outbox.outgoings == []
    await eventually(lambda: "platform_unreachable" not in issues(hass))
    if is_written_first:
        faults.recover()
        await account_of(hass, entry).log.probe()
        await eventually_states(hass, "cancelled")
    await simulator.start()
    assert (await send(hass, mobiles=FATHER))["accepted"] == 1
    faults.recover()
    await account_of(hass, entry).log.probe()
    await eventually_states(hass, "cancelled", "accepted")
    assert len(submissions(simulator)) == 1


@pytest.mark.parametrize("is_written_first", [True, False])
async def test_a_number_of_a_text_in_memory_can_be_cancelled(
    hass: HomeAssistant,
    faults: Faults,
    entry: MockConfigEntry,
    simulator: Simulator,
    is_written_first: bool,
    announced: list[Event],
    seldom: None,
) -> None:
    await set_up(hass, entry)
    faults.fail()
    await _queue(hass, simulator, mobiles=[STRANGER], recipients="notify.parents")
    message_id = announced[0].data["message_id"]
    assert await call(hass, "cancel", message_id=message_id) == {"cancelled": 1}
    if is_written_first:
        faults.recover()
    await simulator.start()
    assert (await send(hass, mobiles="13700000000"))["accepted"] == 1
    await eventually(lambda: len(simulator.sent) == 2)
    assert simulator.sent[1].mobiles == (FATHER, STRANGER)
    faults.recover()
    await account_of(hass, entry).log.probe()
    await eventually(lambda: account_of(hass, entry).sender.is_logged(simulator.sent[1].link_id))
    await eventually(lambda: not account_of(hass, entry).outbox.outgoings)
    assert sorted(await states(hass)) == ["accepted", "accepted", "accepted", "cancelled"]
    (text,) = [one for one in (await call(hass, "get_messages", limit=10))["messages"] if one["state"] == "cancelled"]
    assert text["message_id"] == message_id
    assert len(submissions(simulator)) == 2


async def test_a_text_in_memory_is_cancelled_while_it_connects(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await set_up(hass, entry)
    found = account_of(hass, entry)
    faults.fail()
    async with swallowing(simulator) as swallow:
        sending = hass.async_create_task(send(hass, mobiles=[MOTHER, FATHER], link_id=LINK_ID))
        await eventually(lambda: not found.sender.is_logged(LINK_ID))
        assert await call(hass, "cancel", link_id=LINK_ID) == {"cancelled": 2}
        swallow.accept()
        with pytest.raises(HomeAssistantError, match="The text was cancelled"):
            await sending
    assert found.outbox.outgoings == []
    faults.recover()
    await found.log.probe()
    await eventually_states(hass, "cancelled", "cancelled")


async def test_a_number_is_cancelled_while_its_call_waits(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is in memory alone, and the outbox does not know it yet."""
    await set_up(hass, entry)
    found = account_of(hass, entry)
    enqueue, texts = found.log.enqueue, asyncio.Queue[Outgoing]()

    async def enqueue_and_tell(outgoings: list[Outgoing]) -> None:
        texts.put_nowait(outgoings[0])
        await enqueue(outgoings)

    monkeypatch.setattr(found.log, "enqueue", enqueue_and_tell)
    faults.fail()
    async with swallowing(simulator) as swallow:
        sending = hass.async_create_task(send(hass, mobiles=[MOTHER, FATHER]))
        text = await texts.get()
        await eventually(lambda: not found.sender.is_logged(text.submission.link_id))
        assert await call(hass, "cancel", message_id=text.number_message_id(0)) == {"cancelled": 1}
        swallow.close()
        await simulator.start()
        await sending
    await eventually(lambda: simulator.sent)
    faults.recover()
    await found.log.probe()
    await eventually_states(hass, "cancelled", "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(FATHER,)]


@pytest.mark.parametrize("is_connected", [True, False])
async def test_a_number_is_cancelled_while_its_text_connects(
    hass: HomeAssistant,
    faults: Faults,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    announced: list[Event],
    is_connected: bool,
) -> None:
    """The rest of the text goes out, whether or not the connection that was being made then stands."""
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    monkeypatch.setattr(outbox, "RETRY_PAUSES", (600.0,))
    await set_up(hass, entry)
    found = account_of(hass, entry)
    faults.fail()
    async with swallowing(simulator) as swallow:
        response = await send(hass, mobiles=[MOTHER, FATHER])
        link_id = response["submissions"][0]["link_id"]
        await eventually(lambda: announced)
        assert await call(hass, "cancel", message_id=announced[0].data["message_id"]) == {"cancelled": 1}
        if is_connected:
            swallow.accept()
        else:
            swallow.close()
        await eventually(lambda: not found.sender.is_attempting(link_id))
    await simulator.start()
    found.outbox.wake()
    await eventually(lambda: simulator.sent)
    faults.recover()
    await found.log.probe()
    await eventually_states(hass, "cancelled", "accepted")
    assert [sent.mobiles for sent in simulator.sent] == [(FATHER,)]


async def test_a_text_in_memory_that_has_left_is_not_cancelled(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    await set_up(hass, entry)
    faults.fail()
    release = simulator.hold("submit")
    sending = hass.async_create_task(send(hass, link_id=LINK_ID))
    await eventually(lambda: submissions(simulator))
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "cancel", link_id=LINK_ID)
    assert raised.value.translation_key == "not_queued"
    release.set()
    assert (await sending)["accepted"] == 1


async def test_a_text_sent_while_the_log_fails_is_written_later(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up(hass, entry)
    await simulator.stop()
    faults.fail()
    await send(hass, mobiles=MOTHER)
    await simulator.start()
    await eventually(lambda: len(simulator.sent) == 1)
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError, match="code 102"):
        await send(hass, mobiles=FATHER)
    simulator.fault("submit", "reset_after")
    with pytest.raises(HomeAssistantError, match="unconfirmed: 1"):
        await send(hass, mobiles=STRANGER)
    assert "without a record" in caplog.text
    faults.recover()
    await send(hass, mobiles="13700000000")
    await hass.async_block_till_done()
    assert sorted(await states(hass)) == ["accepted", "accepted", "rejected", "unconfirmed"]
    assert len(submissions(simulator)) == 4


async def test_a_text_queued_in_the_log_does_not_leave_unrecorded(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """A crash after that would send it again."""
    await set_up(hass, entry)
    await _queue(hass, simulator)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    faults.fail()
    await simulator.start()
    await eventually(lambda: issues(hass) == ["log_unusable"])
    assert submissions(simulator) == []
    faults.recover()
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


async def test_a_text_in_memory_waits_for_none_that_is_in_the_log(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """The disk was full, and an older text, which has to wait until it can be recorded, held up the new one."""
    await set_up(hass, entry)
    await _queue(hass, simulator, mobiles=MOTHER)
    faults.fail()
    await _queue(hass, simulator, mobiles=FATHER)
    await _queue(hass, simulator, mobiles=STRANGER)
    await simulator.start()
    await eventually(lambda: len(simulator.sent) == 2)
    assert [sent.mobiles for sent in simulator.sent] == [(FATHER,), (STRANGER,)]
    faults.recover()
    await eventually_states(hass, "accepted", "accepted", "accepted")
    assert len(submissions(simulator)) == 3


async def test_a_text_that_expires_while_the_log_does_not_work_says_so(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, clock: FrozenDateTimeFactory
) -> None:
    await set_up(hass, entry)
    await _queue(hass, simulator)
    await eventually(lambda: issues(hass) == ["platform_unreachable"])
    faults.fail()
    await simulator.start()
    await eventually(lambda: issues(hass) == ["log_unusable"])
    clock.tick(timedelta(hours=2))
    await eventually(lambda: not account_of(hass, entry).outbox.outgoings)
    faults.recover()
    await send(hass, mobiles=FATHER)
    await eventually_states(hass, "not_sent", "accepted")
    (text,) = (await call(hass, "get_messages", mobile=MOTHER))["messages"]
    assert text["reason"] == "The message log does not work. See Settings > System > Repairs."
    assert [sent.mobiles for sent in simulator.sent] == [(FATHER,)]


async def test_texts_of_an_earlier_run_go_out_once_the_log_works(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """The queue was read at the start alone, when the disk did not work yet."""
    await set_up(hass, entry)
    await _queue(hass, simulator)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    faults.fail()
    await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    await hass.async_block_till_done()
    await simulator.start()
    assert issues(hass) == ["log_unusable"]
    faults.recover()
    await send(hass, mobiles=FATHER)
    await eventually_states(hass, "accepted", "accepted")
    assert sorted(sent.mobiles for sent in simulator.sent) == [(MOTHER,), (FATHER,)]


@pytest.mark.parametrize("how", ["damaged", "missing"])
async def test_queued_texts_are_written_into_a_replaced_log(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, how: str
) -> None:
    await _queue(hass, simulator, mobiles=[], recipients="notify.parents", link_id=LINK_ID)
    await _ruin(hass, account, how)
    await eventually_states(hass, "queued", "queued")
    assert f"log_{how}" in issues(hass)
    # They are in the file: another process finds them.
    await _restart(hass, account)
    assert await states(hass) == ["queued", "queued"]
    await simulator.start()
    await eventually_states(hass, "accepted", "accepted")
    assert [(sent.mobiles, sent.link_id) for sent in simulator.sent] == [((MOTHER, FATHER), LINK_ID)]


async def _ruin(hass: HomeAssistant, entry: MockConfigEntry, how: str) -> None:
    """Take the file of a log away, or damage it, and let the log notice."""
    path, log, todo = _path(hass, entry), account_of(hass, entry).log, [how]

    def ruin(connection: sqlite3.Connection) -> None:
        # What SQLite has in memory it would not read from the file again.
        connection.execute("PRAGMA shrink_memory").close()
        # Once, because a job is done again in the new file.
        match todo and todo.pop():
            case "missing":
                for file in path.parent.glob(f"{path.name}*"):
                    file.unlink()
            case "damaged":
                path.write_bytes(b"This is no database. " * 1000)
                path.with_name(f"{path.name}-wal").unlink()

    await log.begin_copy()
    # On the thread of the log, which would otherwise notice it halfway.
    await log.run(ruin)
    await entry.runtime_data.summary.async_refresh()
    await hass.async_block_till_done()


@pytest.mark.parametrize("how", ["damaged", "missing"])
async def test_a_retry_under_way_is_not_queued_in_the_new_file(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, how: str
) -> None:
    """It was written as queued while the platform had it, and was sent again."""
    release = await _retry_under_way(hass, simulator)
    await _ruin(hass, account, how)
    release.set()
    await eventually_states(hass, "accepted")
    await _restart(hass, account)
    await hass.async_block_till_done()
    assert await states(hass) == ["accepted"]
    assert len(submissions(simulator)) == 1


async def test_a_connecting_text_survives_a_log_that_is_replaced(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    async with swallowing(simulator) as swallow:
        assert (await send(hass))["queued"] == 1
        await eventually_states(hass, "queued")
        await _ruin(hass, account, "missing")
        await eventually_states(hass, "queued")
        swallow.close()
        await simulator.start()
        await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


@pytest.mark.usefixtures("seldom")
async def test_a_retry_whose_log_disappears_and_fails_goes_out_once(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file failed too, and after it had recovered nothing knew of the text."""
    await _queue(hass, simulator)
    found = account_of(hass, account)
    begin = found.log.begin

    async def ruin_and_begin(*arguments: Any) -> bool:
        await _ruin(hass, account, "missing")
        faults.fail()
        return await begin(*arguments)

    monkeypatch.setattr(found.log, "begin", ruin_and_begin)
    await simulator.start()
    found.outbox.wake()
    await eventually(lambda: simulator.sent)
    await eventually(lambda: not found.outbox.outgoings)
    faults.recover()
    await found.log.probe()
    await eventually_states(hass, "accepted")
    await _restart(hass, account)
    await hass.async_block_till_done()
    assert len(submissions(simulator)) == 1


def _fail_at_once(log: MessageLog, faults: Faults, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the disk hang with texts to queue until another operation of this name is asked for, and then fail."""
    enqueue, other = log.enqueue, getattr(log, name)
    is_asked, has_failed = asyncio.Event(), asyncio.Event()

    async def enqueue_slowly(outgoings: Any) -> None:
        await is_asked.wait()
        faults.fail()
        try:
            await enqueue(outgoings)
        finally:
            has_failed.set()

    async def do_later(*arguments: Any, **options: Any) -> Any:
        is_asked.set()
        await has_failed.wait()
        return await other(*arguments, **options)

    monkeypatch.setattr(log, "enqueue", enqueue_slowly)
    monkeypatch.setattr(log, name, do_later)


async def test_a_text_leaves_though_the_disk_fails_while_it_connects(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk hung while the connection was made, then failed, and the alarm was not sent."""
    monkeypatch.setattr(sender, "ENQUEUE_DELAY", 0.0)
    log = account_of(hass, account).log
    _fail_at_once(log, faults, monkeypatch, "begin")
    assert (await send(hass, retry_for=0))["accepted"] == 1
    faults.recover()
    await log.probe()
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


async def test_what_was_not_sent_while_the_disk_failed_stays_unsent(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk hung, then failed, while a text got no connection: the action said that it was not sent, and it went out later."""
    monkeypatch.setattr(sender, "ENQUEUE_DELAY", 0.0)
    monkeypatch.setattr(sender, "CALL_PATIENCE", 0.1)
    log = account_of(hass, account).log
    _fail_at_once(log, faults, monkeypatch, "settle")
    async with swallowing(simulator):
        with pytest.raises(HomeAssistantError, match="not sent: 1"):
            await send(hass, retry_for=0)
    await simulator.start()
    faults.recover()
    await log.probe()
    await eventually_states(hass, "not_sent")
    await hass.async_block_till_done()
    assert submissions(simulator) == []


@asynccontextmanager
async def _hanging_disk(log: MessageLog) -> AsyncIterator[asyncio.Task[bool]]:
    """A log whose thread does nothing but one job until the end of the block."""
    goes_on = threading.Event()
    hangs = asyncio.create_task(log.run(lambda connection: goes_on.wait()))
    # Behind it, what is done in the block has to wait.
    await asyncio.sleep(0)
    try:
        yield hangs
    finally:
        goes_on.set()
    await asyncio.wait({hangs})


@pytest.mark.parametrize("limit", [0, 5])
async def test_an_alarm_leaves_though_the_disk_hangs(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """The memory card stood still for two minutes while the house burned, and so did the alarm."""
    monkeypatch.setattr(sender, "LOG_PATIENCE", 0.1)
    entry = make_entry(simulator, daily_limit=limit)
    await set_up(hass, entry)
    async with _hanging_disk(account_of(hass, entry).log):
        assert (await send(hass))["accepted"] == 1
    assert await states(hass) == ["accepted"]
    await _restart(hass, entry)
    assert await states(hass) == ["accepted"]
    assert len(submissions(simulator)) == 1


async def test_a_call_returns_though_the_disk_hangs_and_nothing_leaves(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk and the line were down at once, and the automation did not go on to the siren."""
    monkeypatch.setattr(sender, "LOG_PATIENCE", 0.1)
    await simulator.stop()
    async with _hanging_disk(account_of(hass, account).log):
        assert (await send(hass))["queued"] == 1
    assert await states(hass) == ["queued"]
    await simulator.start()
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


async def test_a_text_whose_disk_hangs_and_then_fails_is_written_later(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "LOG_PATIENCE", 0.1)
    await set_up(hass, entry)
    log = account_of(hass, entry).log
    async with _hanging_disk(log) as hangs:
        assert (await send(hass))["accepted"] == 1
        faults.fail()
    with pytest.raises(LogError):
        await hangs
    faults.recover()
    await log.probe()
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1


@pytest.mark.parametrize("event", ["INSERT", "UPDATE OF state"])
async def test_a_row_that_cant_be_written_keeps_no_text_from_leaving(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, event: str
) -> None:
    """A fault in the log's code kept an alarm from leaving, and the account could not be disabled any more."""
    log = account_of(hass, account).log
    await log.run(
        lambda connection: connection.execute(
            f"CREATE TEMP TRIGGER fault BEFORE {event} ON submission WHEN NEW.link_id = '{LINK_ID}' BEGIN SELECT RAISE(ABORT, ''); END"
        ).close()
    )
    assert (await send(hass, link_id=LINK_ID))["accepted"] == 1
    assert (await send(hass))["accepted"] == 1
    assert "accepted" in await states(hass)
    await log.run(lambda connection: connection.execute("DROP TRIGGER fault").close())
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    assert len(submissions(simulator)) == 2


@pytest.mark.usefixtures("seldom")
async def test_a_text_cancelled_while_a_retry_connects_does_not_leave(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _queue(hass, simulator, mobiles=[MOTHER, FATHER])
    found = account_of(hass, account)
    (waiting,) = found.outbox.outgoings
    async with swallowing(simulator) as swallow:
        found.outbox.wake()
        await eventually(lambda: found.sender.is_attempting(waiting.submission.link_id))
        assert await call(hass, "cancel", link_id=waiting.submission.link_id) == {"cancelled": 2}
        swallow.accept()
        await eventually(lambda: not found.sender.is_attempting(waiting.submission.link_id))
    await simulator.start()
    assert found.outbox.outgoings == []
    await eventually_states(hass, "cancelled", "cancelled")


async def test_an_answer_while_the_log_recovers_is_written(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text left unrecorded, and its answer came in the moment in which the log recorded it."""
    await set_up(hass, entry)
    log = account_of(hass, entry).log
    record = log.record
    release = simulator.hold("submit")
    faults.fail()
    sending = hass.async_create_task(send(hass))
    await eventually(lambda: submissions(simulator))

    async def record_slowly(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(log, "record", record)
        await record(*arguments, **options)
        release.set()
        await sending

    monkeypatch.setattr(log, "record", record_slowly)
    faults.recover()
    await log.probe()
    await eventually_states(hass, "accepted")
    assert (await sending)["accepted"] == 1


async def test_a_text_leaving_while_the_log_recovers_is_written_once(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text waited in memory, and left in the moment in which the log recorded it."""
    await set_up(hass, entry)
    found = account_of(hass, entry)
    record = found.log.record
    await simulator.stop()
    faults.fail()
    assert (await send(hass))["queued"] == 1

    async def record_slowly(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(found.log, "record", record)
        await record(*arguments, **options)
        await simulator.start()
        found.outbox.wake()
        await eventually(lambda: simulator.sent)

    monkeypatch.setattr(found.log, "record", record_slowly)
    faults.recover()
    await found.log.probe()
    await eventually_states(hass, "accepted")
    assert len(submissions(simulator)) == 1
