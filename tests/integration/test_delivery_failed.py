"""Tests that an undelivered text fires once, over restarts and changes of the clock."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import shutil

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smsadmin.const import SIGNAL_FAILED, SIGNAL_LOG_CHANGED, SIGNAL_LOG_REPLACED
from custom_components.smsadmin.gateway.models import Submission
from custom_components.smsadmin.message_log.errors import LogError, LogMissingError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageState, Outgoing, UndeliveredMessage
from custom_components.smsadmin.triggers.clock import RunClock
from custom_components.smsadmin.triggers.delivery_failed import UndeliveredMonitor

WITHIN = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Account:
    """A message log, and the monitor of it."""

    def __init__(self, hass: HomeAssistant, path: Path, freezer: FrozenDateTimeFactory) -> None:
        self._hass = hass
        self._freezer = freezer
        self._published = 0
        self._sent = 0
        self.monotonic = 1000.0
        self.log = MessageLog(
            path, user_id="fire-station", now=dt_util.utcnow(), on_status_change=self._status_changed, on_change=self._changed
        )
        self.fired: list[tuple[str, str]] = []
        self.monitor: UndeliveredMonitor | None = None

    def _changed(self) -> None:
        async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format("entry"))

    def _status_changed(self, error: LogError | None) -> None:
        if isinstance(error, LogMissingError):
            async_dispatcher_send(self._hass, SIGNAL_LOG_REPLACED.format("entry"))
            self._changed()

    async def watch(self, *, at_start: bool = False) -> None:
        """Start a new monitor, as after a reload of the automation or a start of Home Assistant."""
        if self.monitor:
            self.monitor.stop()
        if at_start:
            self._hass.set_state(CoreState.starting)
        self.monitor = UndeliveredMonitor(
            self._hass,
            "entry",
            self.log,
            "delivery_failed",
            WITHIN,
            self._fire,
            may_continue=at_start,
            monotonic=lambda: self.monotonic,
        )
        await self.monitor.async_start()

    async def start(self) -> None:
        """Finish the start of Home Assistant."""
        self._hass.set_state(CoreState.running)
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await self._hass.async_block_till_done()

    def _fire(self, message: UndeliveredMessage) -> None:
        self.fired.append((message.message, message.state.value))

    async def send(
        self,
        message: str,
        state: MessageState = MessageState.ACCEPTED,
        *,
        send_at: datetime | None = None,
        age: timedelta = timedelta(),
    ) -> str:
        """Record a text that is sent, or was at an earlier time, and return its link id."""
        self._sent += 1
        link_id = f"{self._sent:020}"
        submission = Submission(mobiles=("13800000001",), message=message, link_id=link_id, send_at=send_at)
        now = dt_util.utcnow()
        called_at = now - age
        outgoing = Outgoing(submission=submission, call_id=link_id, called_at=called_at, expires_at=None, recipient_ids=(None,))
        await self.log.record(outgoing, state, now=now)
        await self._hass.async_block_till_done()
        return link_id

    async def settle(self, link_id: str, state: MessageState) -> None:
        """Settle a text, and publish its failure if it has failed."""
        await self.log.settle(link_id, state, now=dt_util.utcnow())
        await self._hass.async_block_till_done()
        await self.publish()

    async def publish(self, *, again: bool = False) -> None:
        """Publish all failures, as the publisher does at least once."""
        for failed in await self.log.pending_failures(0 if again else self._published, 100):
            self._published = failed.id
            async_dispatcher_send(self._hass, SIGNAL_FAILED.format("entry"), failed)
        await self._hass.async_block_till_done()

    async def mark(self) -> None:
        """Mark what was published, as the publisher does, so that no later run publishes it again."""
        await self.log.mark_failures_published(self._published)

    async def wait(self, time: timedelta) -> None:
        """Advance both clocks."""
        self.monotonic += time.total_seconds()
        self._freezer.tick(time)
        async_fire_time_changed(self._hass)
        await self._hass.async_block_till_done(wait_background_tasks=True)

    def set_clock(self, by: timedelta) -> None:
        """Set the wall clock."""
        self._freezer.tick(by)


@pytest.fixture
async def account(hass: HomeAssistant, tmp_path: Path, freezer: FrozenDateTimeFactory) -> AsyncIterator[Account]:
    freezer.move_to("2026-12-01T12:00:00+00:00")
    account = Account(hass, tmp_path / "log.db", freezer)
    yield account
    assert account.monitor
    account.monitor.stop()
    await account.log.close()


@pytest.mark.parametrize("state", [MessageState.ACCEPTED, MessageState.QUEUED, MessageState.UNCONFIRMED])
async def test_a_text_is_overdue_in_every_state(account: Account, state: MessageState) -> None:
    """A text that is queued because the platform is unreachable is overdue too, so that the fallback calls for help."""
    await account.watch()
    await account.send("Help", state)
    await account.wait(WITHIN - MINUTE)
    assert account.fired == []
    await account.wait(MINUTE)
    assert account.fired == [("Help", state)]
    await account.wait(DAY)
    assert len(account.fired) == 1


async def test_a_failure_of_an_overdue_text_fires_nothing(account: Account) -> None:
    await account.watch()
    link_id = await account.send("Help", MessageState.QUEUED)
    await account.wait(WITHIN)
    await account.settle(link_id, MessageState.NOT_SENT)
    assert account.fired == [("Help", "queued")]


async def test_a_failure_as_the_time_ends_fires(account: Account) -> None:
    """`within` and `retry_for` were both 15 minutes, and for one in five texts that were not sent the fallback stayed silent."""
    await account.watch()
    link_id = await account.send("not sent", MessageState.QUEUED)
    account.monotonic += WITHIN.total_seconds()
    account.set_clock(WITHIN)
    await account.settle(link_id, MessageState.NOT_SENT)
    await account.wait(DAY)
    assert account.fired == [("not sent", "not_sent")]


async def test_a_failure_that_is_published_twice_fires_once(account: Account) -> None:
    await account.watch()
    link_id = await account.send("Help", MessageState.QUEUED)
    await account.settle(link_id, MessageState.NOT_SENT)
    await account.publish(again=True)
    await account.wait(WITHIN)
    assert account.fired == [("Help", "not_sent")]


async def test_a_failure_within_the_first_millisecond_fires(account: Account, freezer: FrozenDateTimeFactory) -> None:
    """The log keeps milliseconds, so that a failure seemed older than the monitor."""
    freezer.tick(timedelta(microseconds=400))
    await account.watch()
    link_id = await account.send("Help", MessageState.QUEUED)
    await account.settle(link_id, MessageState.NOT_SENT)
    assert account.fired == [("Help", "not_sent")]


async def test_the_time_of_a_scheduled_text_starts_at_send_at(account: Account) -> None:
    await account.watch()
    link_id = await account.send("fails early", send_at=dt_util.utcnow() + DAY, state=MessageState.QUEUED)
    await account.send("overdue", send_at=dt_util.utcnow() + DAY)
    await account.wait(DAY)
    assert account.fired == []
    await account.settle(link_id, MessageState.NOT_SENT)
    await account.wait(WITHIN)
    assert account.fired == [("fails early", "not_sent"), ("overdue", "accepted")]


async def test_a_new_monitor_ignores_texts_that_are_overdue(account: Account) -> None:
    late = await account.send("late already", MessageState.QUEUED)
    await account.wait(WITHIN + MINUTE)
    await account.send("under way")
    await account.watch()
    await account.settle(late, MessageState.NOT_SENT)
    await account.wait(DAY)
    assert account.fired == [("under way", "accepted")]


async def test_a_new_monitor_ignores_earlier_failures(account: Account) -> None:
    """The publisher publishes earlier failures once Home Assistant has started."""
    await account.send("failed", MessageState.REJECTED)
    await account.wait(MINUTE)
    await account.watch(at_start=True)
    await account.start()
    await account.publish()
    assert account.fired == []


async def test_after_a_restart_the_monitor_continues(account: Account) -> None:
    await account.watch()
    await account.send("fired before")
    await account.wait(WITHIN)
    await account.send("late")
    report = await account.send("fails late", MessageState.QUEUED)
    await account.send("failed", MessageState.REJECTED)
    await account.wait(WITHIN - MINUTE)
    await account.watch(at_start=True)
    account.fired.clear()
    await account.wait(MINUTE)
    await account.start()
    await account.publish()
    assert account.fired == [("failed", "rejected")]
    # Its time had ended, but its report arrived within the grace period, so it did not fire.
    await account.settle(report, MessageState.NOT_SENT)
    assert account.fired[1:] == [("fails late", "not_sent")]
    await account.wait(MINUTE)
    assert account.fired[2:] == [("late", "accepted")]
    await account.watch(at_start=True)
    await account.start()
    await account.wait(DAY)
    assert len(account.fired) == 3


@pytest.mark.parametrize("uptime", [timedelta(seconds=10), DAY])
async def test_a_failure_fires_in_one_run_alone(account: Account, uptime: timedelta) -> None:
    """A text failed while Home Assistant was down: the neighbours were called at the start, and again after the next restart."""
    await account.watch()
    link_id = await account.send("fails", MessageState.QUEUED)
    await account.watch(at_start=True)
    await account.wait(DAY)
    await account.start()
    await account.settle(link_id, MessageState.NOT_SENT)
    await account.mark()
    await account.wait(uptime)
    await account.watch(at_start=True)
    await account.start()
    await account.wait(DAY)
    assert account.fired == [("fails", "not_sent")]


async def test_a_clock_set_forward_makes_no_text_overdue(account: Account) -> None:
    """A computer without a real-time clock sets its clock forward once it reaches a time server."""
    await account.watch()
    await account.send("before")
    await account.wait(MINUTE)
    account.set_clock(DAY)
    await account.send("after")
    assert account.fired == []
    await account.wait(WITHIN - MINUTE)
    assert account.fired == [("before", "accepted")]
    await account.wait(MINUTE)
    assert account.fired == [("before", "accepted"), ("after", "accepted")]
    await account.wait(DAY)
    assert len(account.fired) == 2


async def test_a_clock_corrected_by_a_second_hides_no_text(account: Account) -> None:
    """A time server set the clock forward by a second. A text that went out as another one was about to be overdue hid that one."""
    await account.watch()
    await account.send("overdue")
    account.set_clock(timedelta(seconds=1))
    await account.wait(WITHIN - timedelta(milliseconds=500))
    await account.send("next")
    await account.wait(timedelta(seconds=1))
    assert account.fired == [("overdue", "accepted")]


async def test_a_clock_set_back_delays_and_repeats_nothing(account: Account) -> None:
    await account.watch()
    await account.send("first")
    await account.wait(WITHIN)
    await account.send("before")
    await account.wait(MINUTE)
    account.set_clock(-timedelta(hours=6))
    link_id = await account.send("after", MessageState.QUEUED)
    await account.send("after, too")
    await account.settle(link_id, MessageState.NOT_SENT)
    assert account.fired[1:] == [("after", "not_sent")]
    await account.wait(WITHIN - MINUTE)
    assert account.fired[2:] == [("before", "accepted")]
    await account.wait(MINUTE)
    assert account.fired[3:] == [("after, too", "accepted")]
    await account.wait(DAY)
    assert len(account.fired) == 4


async def test_a_late_clock_after_a_restart_repeats_nothing(account: Account) -> None:
    """A computer without a real-time clock starts an hour late, until it reaches a time server."""
    await account.watch()
    await account.send("fired before")
    await account.wait(WITHIN)
    account.set_clock(-timedelta(hours=1))
    await account.watch(at_start=True)
    await account.start()
    await account.wait(2 * MINUTE)
    account.set_clock(timedelta(hours=2))
    await account.send("new")
    await account.wait(WITHIN)
    assert account.fired == [("fired before", "accepted"), ("new", "accepted")]


async def test_a_limited_number_of_fired_texts_is_remembered(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.smsadmin.triggers.delivery_failed._MAX_FIRED", 2)
    await account.watch()
    for message in "abc":
        await account.send(message, MessageState.REJECTED)
    await account.publish()
    await account.publish(again=True)
    assert [message for message, _ in account.fired] == ["a", "b", "c", "a", "b", "c"]


async def test_a_monitor_stopped_during_a_check_fires_nothing(
    hass: HomeAssistant, account: Account, freezer: FrozenDateTimeFactory
) -> None:
    await account.watch()
    await account.send("Help")
    assert account.monitor
    account.monotonic += WITHIN.total_seconds()
    freezer.tick(WITHIN)
    async_fire_time_changed(hass)
    account.monitor.stop()
    await account.wait(WITHIN)
    assert account.fired == []


async def test_a_monitor_stopped_during_its_start_fires_nothing(hass: HomeAssistant, account: Account) -> None:
    begin = hass.async_create_task(account.watch())
    assert account.monitor
    account.monitor.stop()
    await begin
    await account.send("Help", MessageState.REJECTED)
    await account.publish()
    await account.wait(WITHIN)
    assert account.fired == []


async def test_texts_that_are_recorded_late_fire_once_each(account: Account) -> None:
    """While the memory card failed, three texts went out unrecorded and did not arrive. I was told of the first one alone."""
    await account.watch()
    await account.wait(DAY)
    for text in ("one", "two"):
        await account.send(text, age=2 * WITHIN)
    await account.send("three", MessageState.REJECTED, age=2 * WITHIN)
    await account.publish()
    await account.wait(DAY)
    assert account.fired == [("one", "accepted"), ("two", "accepted"), ("three", "rejected")]


async def test_a_failure_that_is_recorded_late_fires(hass: HomeAssistant, account: Account) -> None:
    """While the memory card failed, the platform rejected a text. Its failure was published before the monitor saw it, and fired nothing."""
    await account.watch()
    await account.wait(DAY)
    await account.send("Help", MessageState.REJECTED, age=2 * WITHIN)
    (failed,) = await account.log.pending_failures(0, 100)
    account.fired.clear()
    async_dispatcher_send(hass, SIGNAL_FAILED.format("entry"), replace(failed, message_id="of another text"))
    assert account.fired == [("Help", "rejected")]


async def test_a_log_that_recovers_is_monitored(account: Account) -> None:
    account.log.path.mkdir()
    await account.watch()
    await account.wait(MINUTE)
    account.log.path.rmdir()
    await account.send("Help")
    await account.wait(WITHIN)
    assert account.fired == [("Help", "accepted")]


async def test_a_new_log_is_monitored_over_a_restart(account: Account) -> None:
    """The file of the log was lost. Of a text that was sent after that nothing said that it was not delivered: I had restarted."""
    await account.watch(at_start=True)
    await account.start()
    await account.wait(DAY)
    account.log.path.unlink()
    await account.send("Help")
    assert account.monitor
    account.monitor.stop()
    account.monitor = None
    await account.wait(WITHIN)
    await account.watch(at_start=True)
    await account.start()
    await account.wait(DAY)
    assert account.fired == [("Help", "accepted")]


async def test_a_log_that_is_put_back_is_monitored(account: Account, tmp_path: Path) -> None:
    """The log's disk was away for a while. A text in it was not delivered, which was said only after the next restart."""
    await account.watch()
    await account.send("in the old file")
    await account.log.begin_copy()
    await account.log.end_copy()
    aside = tmp_path / "aside.db"
    shutil.move(account.log.path, aside)
    await account.send("in the new file")
    await account.wait(WITHIN)
    assert account.fired == [("in the new file", "accepted")]
    shutil.move(aside, account.log.path)
    await account.send("later")
    assert account.fired[1:] == [("in the old file", "accepted")]
    await account.wait(WITHIN)
    assert account.fired[2:] == [("later", "accepted")]


def test_events_before_this_run_have_their_wall_clock_age(freezer: FrozenDateTimeFactory) -> None:
    now = 0.0
    clock = RunClock(lambda: now)
    earlier = dt_util.utcnow() - DAY
    freezer.tick(MINUTE)
    clock.observe()
    assert clock.age(earlier) == DAY + MINUTE


def test_a_clock_may_be_set_many_times(freezer: FrozenDateTimeFactory) -> None:
    now = 0.0
    clock = RunClock(lambda: now)
    for _ in range(100):
        freezer.tick(DAY)
        clock.observe()
    moment = dt_util.utcnow()
    now += 60
    assert clock.age(moment) == MINUTE
