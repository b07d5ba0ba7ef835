"""What came in, handed over to Home Assistant: events on the bus, and a signal for the entities.

What is in the log and has not been handed over is, in its order, whenever somebody listens: once Home Assistant has started, and not
while the account is being set up anew. A crash in between means that it is handed over again, under the same message id.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_USERNAME
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalTypeFormat

from ..const import EVENT_DELIVERY_REPORT, EVENT_REPLY, LOGGER
from ..gateway.models import Record, Reply
from ..message_log.errors import LogError, LogFullError
from ..message_log.log import MessageLog
from ..message_log.models import ImportCounts, PendingEvent, RawInbound
from ..recipients import recipient_name

SIGNAL_RECEIVED: SignalTypeFormat[Received] = SignalTypeFormat("smsadmin_received_{}")
"""Sent with each reply and report; filled in with the id of the account's entry."""

SIGNAL_LOG_CHANGED: SignalTypeFormat[()] = SignalTypeFormat("smsadmin_log_changed_{}")
"""Sent when the log has something new; filled in with the id of the account's entry."""

BATCH = 100
"""Replies and reports that are handed over before the log is told."""

CROWD = 10
"""Pushes that come between two batches, from which on what is in the log already may wait for them."""

BREATH = 0.5
"""Seconds that it waits then: short enough for twice as many to be handed over as a minute lets in."""

_IN_TRANSITION = (ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.UNLOAD_IN_PROGRESS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A reply or report, and the data of the event that tells of it."""

    record: Record
    data: dict[str, Any]


class EventPublisher:
    """Hands over what came in for one account, in the order in which it came."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, log: MessageLog) -> None:
        """Belong to an account for as long as its configuration exists, loaded or not."""
        self._hass = hass
        self._entry = entry
        self._log = log
        self._held: list[RawInbound] = []
        self._pushes_since_batch = 0
        self._handed_over = self._marked = 0
        self._running: asyncio.Task[None] | None = None
        self._more = False
        self._stop_listening = (async_at_started(hass, self._wake_at_start), entry.async_on_state_change(self.wake))

    def close(self) -> None:
        """Hand over nothing more."""
        for stop in self._stop_listening:
            stop()

    @callback
    def accept_push(self, push: RawInbound) -> asyncio.Future[None]:
        """Take what was pushed: it is on the disk once this is done, and handed over from then on. LogError where it can't be."""
        self._pushes_since_batch += 1
        kept = self._log.keep(push)
        # What it asks the log for shares a commit with the push.
        self.wake()
        return kept

    async def async_accept_page(self, page: RawInbound) -> ImportCounts:
        """Take what was pulled as `accept_push` does; the platform has it no longer, so one that the disk refuses is held."""
        self._held.append(page)
        return await self.async_accept_held()

    async def async_accept_held(self) -> ImportCounts:
        """Take what is held; LogError where the disk still refuses it."""
        counts = ImportCounts()
        while self._held:
            counts += await self._log.accept(self._held[0])
            del self._held[0]
            self.wake()
        return counts

    @callback
    def _wake_at_start(self, hass: HomeAssistant) -> None:
        self.wake()

    @callback
    def wake(self) -> None:
        """Hand over what waits, if anybody listens."""
        self._more = True
        if self._running is None and self._somebody_listens():
            self._running = self._hass.async_create_task(self._hand_over_all(), "smsadmin hand-over")

    def _somebody_listens(self) -> bool:
        return self._hass.state is CoreState.running and self._entry.state not in _IN_TRANSITION

    async def _hand_over_all(self) -> None:
        """Hand over until nothing waits; what can't be read or marked now is tried again with what comes next."""
        try:
            while self._more and self._somebody_listens():
                self._more = False
                try:
                    await self._hand_over_what_waits()
                except LogError as err:
                    LOGGER.debug("What came in could not be handed over, or not marked as such: %s", err)
        finally:
            self._running = None

    async def _hand_over_what_waits(self) -> None:
        """Hand over batch after batch, and tell the log of each."""
        more = True
        while more and self._somebody_listens():
            await self._let_pushes_pass()
            decoded = await self._decode_pushes()
            batch = await self._log.waiting(after=self._handed_over, limit=BATCH)
            if batch and self._somebody_listens():
                for waiting in batch:
                    self._hand_over(waiting)
                self._handed_over = batch[-1].id
            await self._mark()
            async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format(self._entry.entry_id))
            more = bool(batch) or decoded != ImportCounts()

    async def _let_pushes_pass(self) -> None:
        """Wait a moment if many came during the last batch: what stands at the door is lost if it waits too long, what is in the log is not."""
        if self._pushes_since_batch >= CROWD:
            await asyncio.sleep(BREATH)
        self._pushes_since_batch = 0

    async def _mark(self) -> None:
        """Mark what has been handed over, and what could not be marked before; where the disk has no room for that, it is owed."""
        if self._marked != self._handed_over:
            with suppress(LogFullError):
                await self._log.mark_handed_over(self._handed_over)
                self._marked = self._handed_over

    async def _decode_pushes(self) -> ImportCounts:
        """Decode the next; where the disk has no room for that, what has been decoded can be handed over all the same."""
        try:
            return await self._log.decode_pushes(limit=BATCH)
        except LogFullError:
            return ImportCounts()

    @callback
    def _hand_over(self, waiting: PendingEvent) -> None:
        """Fire the event, and tell the entities."""
        record = waiting.record
        data = {
            "config_entry_id": self._entry.entry_id,
            "account": self._entry.data[CONF_USERNAME],
            "message_id": waiting.message_id,
            "mobile": record.mobile,
            "link_id": record.link_id,
            "received_at": _local(waiting.received_at),
            "source": waiting.source.value,
            "recipient": recipient_name(self._entry, record.mobile),
            **_particulars(waiting),
        }
        self._hass.bus.async_fire(EVENT_REPLY if isinstance(record, Reply) else EVENT_DELIVERY_REPORT, data)
        async_dispatcher_send(self._hass, SIGNAL_RECEIVED.format(self._entry.entry_id), Received(record=record, data=data))


def _particulars(waiting: PendingEvent) -> dict[str, Any]:
    """What the events of replies and of reports do not have in common."""
    record = waiting.record
    if isinstance(record, Reply):
        return {
            "message": record.message,
            "sub_code": record.sub_code,
            "replied_at": _local(record.replied_at),
            "in_reply_to": waiting.original_text,
        }
    return {
        "status": record.status,
        "outcome": record.outcome.value,
        "reported_at": _local(record.reported_at),
        "message": waiting.original_text,
    }


def _local(time: datetime | None) -> str | None:
    """A time in Home Assistant's own zone, as ISO 8601."""
    return dt_util.as_local(time).isoformat() if time else None
