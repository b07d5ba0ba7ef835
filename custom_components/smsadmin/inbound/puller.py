"""Asks the platform for replies and reports (sections 3.4 and 3.5).

The platform hands out each record once. So an account runs one pull at a time, never cuts it short, asks for a page only if the log
can store it, and stores every page that is more than a code before it looks for records in it.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE
from homeassistant.core import CALLBACK_TYPE, CoreState, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import CONF_POLL_INTERVAL, DEFAULT_POLL_INTERVAL, LOGGER, SIGNAL_LOG_CHANGED, ReceiveMode
from ..errors import describe_query, start_reauth
from ..gateway.errors import AuthenticationError, GatewayError, NoAnswerError, NotSentError
from ..gateway.models import RawPage, RecordKind
from ..gateway.records import PAGE_SIZE, is_empty, no_record_error, page_error
from ..message_log.errors import LogError
from ..message_log.models import ImportCounts, RawInbound

if TYPE_CHECKING:
    from ..account import Account

MAX_PAGES = 100
"""Pages of one kind that one pull asks for; the next pull goes on."""


class Puller:
    """Pulls for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Pull by the clock once Home Assistant has started: until then, waiting records are safe at the platform."""
        self.last_pull: datetime | None = None
        """When a pull last ended without an error."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._unstored_page: RawInbound | None = None
        self._lock = asyncio.Lock()
        self._is_stopped = False
        self._is_failing = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._interval = _interval(entry)
        self._unsubscribe = async_at_started(hass, self._started)

    @callback
    def _started(self, hass: HomeAssistant) -> None:
        self.schedule(timedelta())

    @callback
    def update_interval(self) -> None:
        """Follow a changed interval. Another change of the entry leaves the next pull where it is."""
        if self._interval != _interval(self._entry):
            self._interval = _interval(self._entry)
            self.schedule()

    @callback
    def schedule(self, delay: timedelta | None = None) -> None:
        """Pull after a delay, or after the interval."""
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None
        if self._is_stopped or self._hass.state is not CoreState.running:
            return
        delay = self._interval if delay is None else delay
        self._cancel_timer = async_call_later(self._hass, delay, HassJob(self._pull_by_clock, cancel_on_shutdown=True))

    async def async_stop(self) -> None:
        """Finish the page that is under way, and pull no more."""
        self._is_stopped = True
        self._unsubscribe()
        self.schedule()
        await self.async_store_page()

    async def async_store_page(self) -> None:
        """Store a page that the log could not take, if it works now."""
        async with self._lock:
            with suppress(LogError):
                await self._store_page()

    async def async_pull(self) -> ImportCounts:
        """Pull until nothing waits, at most MAX_PAGES of each kind.

        Raises GatewayError or LogError once the pages that came before the error are stored.
        """
        # The pull goes on if the caller is cancelled.
        counts, error = await asyncio.shield(self._hass.loop.create_task(self._pull(), name="smsadmin pull"))
        if error:
            raise error
        return counts

    async def _pull_by_clock(self, now: datetime) -> None:
        """Pull unless a pull is under way or polling is switched off; log once that it fails, and once that it works again."""
        self._cancel_timer = None
        self.schedule()
        mode = ReceiveMode(self._entry.options.get(CONF_MODE, ReceiveMode.OFF))
        if self._lock.locked() or self._entry.pref_disable_polling or not mode.pulls:
            return
        try:
            await self.async_pull()
        except AuthenticationError:
            start_reauth(self._hass, self._entry)
        except (GatewayError, LogError) as err:
            if not self._is_failing and not self._is_stopped:
                LOGGER.warning("Replies and reports can't be pulled: %s", self._describe(err))
            self._is_failing = True
        else:
            if self._is_failing:
                LOGGER.info("Replies and reports can be pulled again")
            self._is_failing = False

    def _describe(self, err: GatewayError | LogError) -> str:
        return describe_query(self._hass, err, "en") if isinstance(err, GatewayError) else str(err)

    async def _pull(self) -> tuple[ImportCounts, GatewayError | LogError | None]:
        """Pull both kinds; an error of one does not keep the other from being pulled."""
        total = ImportCounts()
        first_error: GatewayError | LogError | None = None
        async with self._lock:
            for kind in RecordKind:
                counts, error = await self._pull_kind(kind)
                total += counts
                if error is None or counts.records:
                    # The platform itself has answered. An answer of a captive portal would make a text of the outbox unconfirmed.
                    self._account.outbox.wake()
                if error and (first_error is None or isinstance(error, AuthenticationError)):
                    first_error = error
        if first_error is None:
            self.last_pull = dt_util.utcnow()
            async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format(self._entry.entry_id))
        return total, first_error

    async def _pull_kind(self, kind: RecordKind) -> tuple[ImportCounts, GatewayError | LogError | None]:
        """Store page after page until none is left, or MAX_PAGES are stored."""
        total = ImportCounts()
        try:
            total += await self._store_page()
            for _ in range(MAX_PAGES):
                page = await self._ask(kind)
                if is_empty(page):
                    break
                self._unstored_page = RawInbound(raw=page, received_at=dt_util.utcnow())
                counts = await self._store_page()
                total += counts
                _check(page, counts)
        except (GatewayError, LogError) as err:
            return total, err
        return total, None

    async def _ask(self, kind: RecordKind) -> RawPage:
        """Pull a page; LogError if it could not be stored, GatewayError if the answer is an error code."""
        if self._is_stopped:
            raise NotSentError("the account is being closed")
        await self._account.log.ensure_writable()
        page = await self._account.client.pull(kind)
        if error := page_error(page):
            raise error
        return page

    async def _store_page(self) -> ImportCounts:
        """Store the page that was pulled. The platform has it no longer, so it stays in memory while the log can't take it."""
        if self._unstored_page is None:
            return ImportCounts()
        counts = await self._account.publisher.async_store(self._unstored_page)
        self._unstored_page = None
        return counts


def _check(page: RawPage, counts: ImportCounts) -> None:
    """Raise GatewayError if a stored page is incomplete or has no record, so that no other page is asked for."""
    if not page.complete:
        raise NoAnswerError("the answer broke off")
    if not counts.records:
        raise no_record_error(page)
    if counts.records > PAGE_SIZE:
        LOGGER.warning("A page had more than %s records; all are kept", PAGE_SIZE)


def _interval(entry: ConfigEntry) -> timedelta:
    return timedelta(seconds=entry.options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_INTERVAL))
