"""What of an account lives for as long as its configuration exists, loaded or not: its log, and the way in."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_USERNAME, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import CONF_LISTENER_PORT, CONF_RETENTION_DAYS, DEFAULT_RETENTION_DAYS, DOMAIN, LOGGER
from .gateway.models import RawPush
from .gateway.pushes import is_for
from .inbound.publisher import EventPublisher
from .inbound.push_server import PortInUseError, PushServer, async_listen
from .inbound.webhook import PushWebhook
from .issues import Problem, clear_all_issues, clear_issue, raise_issue
from .message_log.errors import LogDamagedError, LogError, LogFullError, LogTooNewError, LogUnusableError
from .message_log.log import MessageLog
from .message_log.models import ImportCounts, RawInbound

_INTAKES: HassKey[dict[str, Intake]] = HassKey(f"{DOMAIN}_intakes")

CLEAN_UP_INTERVAL = timedelta(days=1)
PROBE_INTERVAL = timedelta(minutes=1)
"""How often a log that does not work is tried again, where nothing else does."""

_LOG_PROBLEMS = {
    LogFullError: Problem.LOG_FULL,
    LogTooNewError: Problem.LOG_TOO_NEW,
    LogUnusableError: Problem.LOG_UNUSABLE,
}


class Intake:
    """The way in for one account: whatever its set-up does, what is pushed finds an open door."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Open it."""
        self._hass = hass
        self._entry = entry
        self.log = MessageLog(
            Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry.entry_id}.db")), now=dt_util.utcnow(), report=self._log_reports
        )
        self.dispatcher = EventPublisher(hass, entry, self.log)
        self.receiver = PushWebhook(hass, entry, self._store_push)
        self._listener: PushServer | None = None
        self._stop_probing: CALLBACK_TYPE | None = None
        self._stop_listening = (
            # Here and not in the set-up, which would lose it by failing: a new password is what mends a failed set-up.
            entry.add_update_listener(_reload),
            async_at_started(hass, self._clean_up_at_start),
            async_track_time_interval(hass, self._clean_up, CLEAN_UP_INTERVAL, cancel_on_shutdown=True),
            hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, self._close_at_the_end),
        )

    async def _store_push(self, push: RawInbound) -> ImportCounts:
        """Store a push for this account."""
        received = cast("RawPush", push.raw)
        headers = Message()
        headers["Content-Type"] = received.content_type or ""
        raw = replace(received, charset=headers.get_content_charset())
        if not is_for(raw, self._entry.data[CONF_USERNAME]):
            return ImportCounts(is_foreign=True)
        await self.dispatcher.accept_push(replace(push, raw=raw))
        return ImportCounts()

    async def async_listen(self) -> None:
        """Open the second door, on a port of its own, if the options say so; or another one, if they now name another."""
        port = self._entry.options.get(CONF_LISTENER_PORT)
        if self._listener and self._listener.port == port:
            return
        await self._stop_listener()
        clear_issue(self._hass, self._entry, Problem.LISTENER_PORT)
        if port is None:
            return
        try:
            self._listener = await async_listen(self._hass, port, self.receiver)
        except PortInUseError:
            raise_issue(self._hass, self._entry, Problem.LISTENER_PORT, port=str(port))

    async def _stop_listener(self) -> None:
        if self._listener:
            await self._listener.async_remove(self.receiver)
            self._listener = None

    async def async_remove(self) -> None:
        """Close it for good, and leave nothing behind."""
        for stop in self._stop_listening:
            stop()
        await self._stop_listener()
        self.receiver.close()
        self.dispatcher.close()
        await self.log.remove()
        self._probe_by_the_clock(on=False)
        clear_all_issues(self._hass, self._entry)

    @callback
    def _log_reports(self, trouble: LogError | None) -> None:
        """The log has stopped working, or works again; then what waits in it may be handed over."""
        if isinstance(trouble, LogDamagedError):
            # A new file is in its place already: this is news, and not a state.
            raise_issue(self._hass, self._entry, Problem.LOG_DAMAGED, file=trouble.set_aside_as)
            self.dispatcher.wake()
            return
        for problem in _LOG_PROBLEMS.values():
            clear_issue(self._hass, self._entry, problem)
        self._probe_by_the_clock(on=trouble is not None)
        if trouble:
            raise_issue(self._hass, self._entry, _LOG_PROBLEMS[type(trouble)], file=self.log.path.name)
        else:
            self.dispatcher.wake()

    @callback
    def _probe_by_the_clock(self, *, on: bool) -> None:
        """Find out when the log works again, even if nobody wants anything of it."""
        if self._stop_probing:
            self._stop_probing()
        self._stop_probing = (
            async_track_time_interval(self._hass, self._probe, PROBE_INTERVAL, cancel_on_shutdown=True) if on else None
        )

    async def _probe(self, now: datetime) -> None:
        with suppress(LogError):
            await self.log.probe()

    async def _clean_up_at_start(self, hass: HomeAssistant) -> None:
        await self._clean_up(dt_util.utcnow())

    async def _clean_up(self, now: datetime) -> None:
        days = self._entry.options.get(CONF_RETENTION_DAYS, DEFAULT_RETENTION_DAYS)
        try:
            await self.log.clean_up(now - timedelta(days=days))
        except LogError as err:
            LOGGER.debug("The message log could not be cleaned up: %s", err)

    async def _close_at_the_end(self, event: Event) -> None:
        """Until now, what was pushed while Home Assistant stopped has been stored."""
        await self._stop_listener()
        await self.log.close()


async def async_intake_of(hass: HomeAssistant, entry: ConfigEntry) -> Intake:
    """The way in of an account, opened if it is not open yet."""
    intakes = hass.data.setdefault(_INTAKES, {})
    if entry.entry_id not in intakes:
        intakes[entry.entry_id] = Intake(hass, entry)
    await intakes[entry.entry_id].async_listen()
    return intakes[entry.entry_id]


def all_intakes(hass: HomeAssistant) -> Iterable[Intake]:
    """The ways in of all accounts."""
    return tuple(hass.data.get(_INTAKES, {}).values())


def find_intake(hass: HomeAssistant, entry_id: str) -> Intake | None:
    """The way in of an account, if there is such an account."""
    return hass.data.get(_INTAKES, {}).get(entry_id)


async def async_remove_intake(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Close the way in of an account that is being removed; one that was disabled has none, and perhaps a log all the same."""
    intake = hass.data.get(_INTAKES, {}).pop(entry.entry_id, None) or Intake(hass, entry)
    await intake.async_remove()


async def _reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set an account up anew when its settings or recipients have changed."""
    await hass.config_entries.async_reload(entry.entry_id)
