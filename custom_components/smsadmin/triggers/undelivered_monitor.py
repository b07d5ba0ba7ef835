"""Follows the log of an account, and tells of each message that is not delivered in time, once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, CoreState, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..automation_options import selected_mobiles
from ..const import ATTR_RECIPIENTS, LOGGER
from ..inbound.publisher import SIGNAL_LOG_CHANGED
from ..message_log.errors import LogError
from ..message_log.log import MessageLog
from ..message_log.overdue import OverdueMessage, Told, Undelivered

STARTUP_GRACE = timedelta(minutes=1)
"""How long after a start of Home Assistant nothing counts as not delivered: reports that waited at the platform come in first."""


class UndeliveredMonitor:
    """Watches one account for one trigger.

    What is due when it begins is old news, unless it begins with Home Assistant and one with the same options has watched before: then
    what became due in the meantime is told once Home Assistant has started.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        log: MessageLog,
        options: Mapping[str, Any],
        within: timedelta,
        tell: Callable[[OverdueMessage], None],
    ) -> None:
        """Be ready; `tell` is called in the loop for each message."""
        self._hass = hass
        self._entry = entry
        self._log = log
        self._options = options
        self._within = within
        self._tell = tell
        self._name = f"delivery_failed {within} {' '.join(sorted(options[ATTR_RECIPIENTS]))}"
        self._told: Told | None = None
        self._begun_at = dt_util.utcnow()
        self._begins_with_home_assistant = hass.state is not CoreState.running
        self._patient_until = self._begun_at
        self._stale = False
        self._looking = False
        self._stopped = False
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._stop_following: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Know what is old news by now; tell what is not, once Home Assistant has started."""
        # Where the log does not work now, the first look tries again.
        with suppress(LogError):
            await self._told_before()
        if not self._stopped:
            self._stop_following.append(async_at_started(self._hass, self._follow))

    @callback
    def stop(self) -> None:
        """Tell nothing any more."""
        self._stopped = True
        self._wait_for(None)
        for stop in self._stop_following:
            stop()

    @callback
    def _follow(self, hass: HomeAssistant) -> None:
        if self._begins_with_home_assistant:
            self._patient_until = dt_util.utcnow() + STARTUP_GRACE
        signal = SIGNAL_LOG_CHANGED.format(self._entry.entry_id)
        self._stop_following.append(async_dispatcher_connect(hass, signal, self._look))
        self._look()

    @callback
    def _look(self, now: datetime | None = None) -> None:
        """See what is new; once more, if it has changed in the meantime."""
        self._stale = True
        if not self._looking:
            self._looking = True
            self._hass.async_create_task(self._look_until_nothing_is_new(), "smsadmin delivery_failed")

    async def _look_until_nothing_is_new(self) -> None:
        try:
            while self._stale and not self._stopped:
                self._stale = False
                await self._tell_what_is_new(await self._told_before())
        except LogError as err:
            # There is a change once it works again.
            LOGGER.debug("The message log could not be asked what was not delivered: %s", err)
        finally:
            self._looking = False

    async def _told_before(self) -> Told:
        """What has been told; a new watcher takes what is due for told."""
        if self._told is None and self._begins_with_home_assistant:
            self._told = await self._log.told(self._name)
        if self._told is None:
            old_news = await self._undelivered(after=self._begun_at, now=self._begun_at)
            told = Told(until=self._begun_at, early={message.message_id: message.due_at for message in old_news.due})
            await self._log.tell(self._name, told)
            self._told = told
        return self._told

    async def _tell_what_is_new(self, told: Told) -> None:
        now = dt_util.utcnow()
        # If the clock was set back, what is due has not been told.
        until = min(told.until, now)
        overdue = now if now >= self._patient_until else until
        found = await self._undelivered(after=until, now=overdue)
        if self._stopped:
            return
        news = [message for message in found.due if message.message_id not in told.early]
        early = {**told.early, **{message.message_id: message.due_at for message in news}}
        self._told = Told(until=overdue, early={message_id: due_at for message_id, due_at in early.items() if due_at > overdue})
        for message in news:
            self._tell(message)
        self._wait_for(max(found.next_at, self._patient_until) if found.next_at else None)
        if news:
            await self._log.tell(self._name, self._told)

    async def _undelivered(self, *, after: datetime, now: datetime) -> Undelivered:
        mobiles = selected_mobiles(self._hass, self._entry.entry_id, self._options)
        return await self._log.undelivered(
            self._within, mobiles=None if mobiles is None else sorted(mobiles), after=after, now=now
        )

    @callback
    def _wait_for(self, time: datetime | None) -> None:
        """Look again at a time."""
        if self._stop_waiting:
            self._stop_waiting()
        job = HassJob(self._look, cancel_on_shutdown=True)
        self._stop_waiting = async_track_point_in_utc_time(self._hass, job, time) if time else None
