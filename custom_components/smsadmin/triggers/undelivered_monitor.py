"""Follows the log of an account, and fires once for each number whose text has failed or is not delivered in time."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
import time

from homeassistant.core import CALLBACK_TYPE, CoreState, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import LOGGER, SIGNAL_FAILED, SIGNAL_LOG_CHANGED
from ..message_log.errors import LogError
from ..message_log.log import MessageLog
from ..message_log.models import FailedMessage, OverdueMessage
from .clock import RunClock

STARTUP_GRACE = timedelta(minutes=1)
"""How long after a start of Home Assistant nothing counts as overdue: reports that waited at the platform come in first."""

_MAX_FIRED = 10_000
_MOMENT = timedelta(milliseconds=1)
"""The log keeps times in milliseconds."""

type Undelivered = FailedMessage | OverdueMessage


class UndeliveredMonitor:
    """Watches one account for one trigger.

    What is due when it begins is old news, unless it begins with Home Assistant and one with the same name has watched before: then
    what became due in the meantime fires once Home Assistant has started.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        log: MessageLog,
        name: str,
        within: timedelta,
        fire: Callable[[Undelivered], None],
        *,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Be ready; `fire` is called in the loop for each number."""
        self._hass = hass
        self._entry_id = entry_id
        self._log = log
        self._name = name
        self._within = within
        self._fire = fire
        self._clock = RunClock(monotonic or time.monotonic)
        # The log rounds what happens in this millisecond.
        now = dt_util.utcnow()
        self._begun_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._begins_with_home_assistant = hass.state is not CoreState.running
        self._knows_earlier_run = False
        self._old_until = self._begun_at
        self._after: datetime | None = None
        self._grace_until: datetime | None = None
        self._fired: dict[str, None] = {}
        self._stale = False
        self._looking = False
        self._stopped = False
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._stop_following: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Know what is old news by now; fire for what is not, once Home Assistant has started."""
        # Where the log does not work now, the first look tries again.
        with suppress(LogError):
            await self._async_begin()
        if not self._stopped:
            self._stop_following.append(
                async_dispatcher_connect(self._hass, SIGNAL_FAILED.format(self._entry_id), self._message_failed)
            )
            self._stop_following.append(async_at_started(self._hass, self._follow))

    @callback
    def stop(self) -> None:
        """Fire no more."""
        self._stopped = True
        self._look_again(None)
        for stop in self._stop_following:
            stop()

    @callback
    def _follow(self, hass: HomeAssistant) -> None:
        if self._begins_with_home_assistant:
            self._grace_until = dt_util.utcnow() + STARTUP_GRACE
        signal = SIGNAL_LOG_CHANGED.format(self._entry_id)
        self._stop_following.append(async_dispatcher_connect(hass, signal, self._look))
        self._look()

    @callback
    def _message_failed(self, message: FailedMessage) -> None:
        """Fire, unless it is old news or has fired as overdue."""
        now, due_at = dt_util.utcnow(), _started_at(message) + self._within
        # A clock that was set back makes new what looks old.
        is_old = not self._knows_earlier_run and message.failed_at < self._begun_at <= now
        fired_as_overdue = self._after is not None and due_at <= min(self._after, message.failed_at)
        if not (is_old or fired_as_overdue or message.message_id in self._fired):
            self._fire_and_remember(message)

    @callback
    def _fire_and_remember(self, message: Undelivered) -> None:
        self._fired[message.message_id] = None
        if len(self._fired) > _MAX_FIRED:
            del self._fired[next(iter(self._fired))]
        self._fire(message)

    @callback
    def _look(self, now: datetime | None = None) -> None:
        """See what is overdue; once more, if the log has changed in the meantime."""
        self._stale = True
        if not self._looking:
            self._looking = True
            self._hass.async_create_task(self._async_look_while_stale(), "smsadmin delivery_failed")

    async def _async_look_while_stale(self) -> None:
        try:
            while self._stale and not self._stopped:
                self._stale = False
                await self._async_look(await self._async_begin())
        except LogError as err:
            # There is a change once it works again.
            LOGGER.debug("The message log could not be asked what was not delivered: %s", err)
        finally:
            self._looking = False

    async def _async_begin(self) -> datetime:
        """Until when everything overdue has fired; for a new monitor, all of it until now."""
        if self._after is None:
            earlier = await self._log.watermark(self._name) if self._begins_with_home_assistant else None
            self._knows_earlier_run = earlier is not None
            self._old_until = earlier or self._begun_at
            if earlier is None:
                await self._log.set_watermark(self._name, self._begun_at)
            self._after = self._old_until
        return self._after

    async def _async_look(self, after: datetime) -> None:
        self._clock.observe()
        now, until = dt_util.utcnow(), self._clock.latest()
        if self._grace_until and (rest := -self._clock.age(self._grace_until)) > timedelta():
            self._look_again(rest)
            return
        found = await self._log.overdue(self._within, after=min(after, now), until=until)
        if self._stopped:
            return
        # By the monotonic clock, a message may have time left even though the wall clock was set forward.
        waits = [(message, self._within - self._clock.age(message.due_at - self._within)) for message in found.messages]
        held = [(message, wait) for message, wait in waits if wait > _MOMENT]
        news = [message for message, wait in waits if wait <= _MOMENT and not self._is_known(message)]
        for message in news:
            self._fire_and_remember(message)
        self._after = min([now, *(message.due_at - _MOMENT for message, _ in held)])
        rests = [wait for _, wait in held] + ([found.next_at - until] if found.next_at else [])
        self._look_again(min(rests, default=None))
        if news:
            await self._log.set_watermark(self._name, self._after)

    def _is_known(self, message: OverdueMessage) -> bool:
        """Whether it has fired or is old news, as what was due before this began; which a clock that was set back finds again."""
        is_of_this_run = self._clock.is_of_this_run(message.due_at - self._within)
        return message.message_id in self._fired or (message.due_at <= self._old_until and not is_of_this_run)

    @callback
    def _look_again(self, wait: timedelta | None) -> None:
        """Look again after a time."""
        if self._stop_waiting:
            self._stop_waiting()
        job = HassJob(self._look, cancel_on_shutdown=True)
        self._stop_waiting = async_call_later(self._hass, wait, job) if wait is not None else None


def _started_at(message: FailedMessage) -> datetime:
    """From when on a message's time to be delivered counts."""
    return max(message.called_at, message.send_at or message.called_at)
