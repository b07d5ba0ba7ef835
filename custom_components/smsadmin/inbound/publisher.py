"""Publishes stored replies and reports, and texts that failed, as events of the bus and of entities.

Publishing begins once Home Assistant has started, and follows the order of the message log. It pauses while the entry is set up or
unloaded, so that its entities miss nothing; if the setup fails, the events of the bus are fired without entities. A crash before the log
has marked a record as published means that it is published again, under the same message id.
"""

import asyncio
from collections import deque
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_USERNAME
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started

from ..const import EVENT_DELIVERY_REPORT, EVENT_REPLY, LOGGER, SIGNAL_FAILED, SIGNAL_RECEIVED
from ..errors import describe_reason, log_unexpected_error
from ..gateway.models import Reply
from ..issues.problems import Problem, raise_issue
from ..message_log.errors import LogError
from ..message_log.log import MessageLog
from ..message_log.models import FailedMessage, ImportCounts, PendingEvent, PublishedRecord, RawInbound
from ..outbound.message_event import fire_message_event
from ..recipients import find_recipient_of_message, registry_ids
from ..translation import local_iso, optional_local_iso

BATCH = 100
"""Events that are published before the log marks them; a crash repeats no more than these."""

_IN_TRANSITION = (ConfigEntryState.NOT_LOADED, ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.UNLOAD_IN_PROGRESS)


class EventPublisher:
    """Publishes for one account, in order of the ids in its message log."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, log: MessageLog) -> None:
        """Wait for the start of Home Assistant and the setup of the entry."""
        self._hass = hass
        self._entry = entry
        self._log = log
        self._published_id = self._marked_id = self._counted_id = 0
        self._failure_id = self._marked_failure_id = 0
        self._is_closed = False
        self._is_log_replaced = False
        """Whether the log has continued with another file: what is in memory came from the file before it."""
        self._is_caught_up = False
        """Whether all that is to be published from the log is in `_waiting`."""
        self._are_earlier_published = False
        """Whether the records of earlier runs are published: attempts that the log has counted since are of this run."""
        self._waiting: deque[PendingEvent] = deque()
        """The next records to publish, in order of id. Those of a file that the log has left have the id 0, and are not marked."""
        self._task: asyncio.Task[None] | None = None
        self._is_requested = False
        self._unsubscribe = [async_at_started(hass, self._wake_at_start), entry.async_on_state_change(self.wake)]

    async def async_close(self) -> None:
        """Publish nothing more, and mark what was published."""
        self._is_closed = True
        while self._unsubscribe:
            self._unsubscribe.pop()()
        if self._task:
            await asyncio.wait((self._task,))
        await self._mark()

    async def async_store(self, raw: RawInbound) -> ImportCounts:
        """Store a push or page, and publish its records, now or later. It is on the disk once this returns. Raises LogError."""
        will_publish = self._is_caught_up and self._is_ready
        try:
            counts = await self._log.store(raw, will_publish=will_publish)
        except LogError, asyncio.CancelledError:
            # It may be stored all the same: a commit that failed can reappear when the file is opened again.
            self._is_caught_up = False
            raise
        if self._is_caught_up:
            self._waiting += counts.events
            self._is_caught_up = will_publish or not (counts.replies or counts.reports)
        self.wake()
        return counts

    @callback
    def log_replaced(self) -> None:
        """Publish what is pending in the file that the log continues with; its ids may be lower than those that were published."""
        self._is_log_replaced, self._is_caught_up = True, False

    @callback
    def _wake_at_start(self, hass: HomeAssistant) -> None:
        self.wake()

    @callback
    def wake(self) -> None:
        """Publish all that is pending, if Home Assistant is ready for it."""
        self._is_requested = True
        if self._is_ready and (self._task is None or self._task.done()):
            self._task = self._hass.async_create_task(self._publish_all(), "smsadmin publisher")

    @property
    def _is_ready(self) -> bool:
        return not self._is_closed and self._hass.state is CoreState.running and self._entry.state not in _IN_TRANSITION

    async def _publish_all(self) -> None:
        """Publish until nothing is pending; what the log can't read or count now is tried again once it works."""
        while self._is_requested and self._is_ready:
            self._is_requested = False
            try:
                await self._publish_batch()
            except LogError as err:
                LOGGER.debug("Publishing is interrupted: %s", err)

    async def _publish_batch(self) -> None:
        """Publish the next records and failures, and mark them. Raises LogError."""
        if self._is_log_replaced:
            self._leave_file()
        # What is in the log alone is younger than what is in memory.
        if not self._waiting and not self._is_caught_up:
            await self._read_pending()
        await self._publish_waiting()
        failures = await self._log.pending_failures(self._failure_id, BATCH)
        self._publish_failures(failures)
        await self._mark()
        self._is_requested |= bool(failures or self._waiting or not self._is_caught_up)

    def _leave_file(self) -> None:
        """Publish what the last file had, and the file that the log continues with from its beginning."""
        self._is_log_replaced = False
        self._waiting = deque(pending._replace(id=0) for pending in self._waiting)
        self._published_id = self._marked_id = self._counted_id = 0
        self._failure_id = self._marked_failure_id = 0

    async def _read_pending(self) -> None:
        """Read what is pending in the log."""
        self._waiting += await self._log.pending_events(self._published_id, BATCH)
        self._is_caught_up = not self._waiting and not self._is_log_replaced
        self._are_earlier_published |= self._is_caught_up

    async def _publish_waiting(self) -> None:
        """Publish the records in memory."""
        for _ in range(min(len(self._waiting), BATCH)):
            pending = self._waiting[0]
            may_publish = await self._count_attempt(pending)
            if not self._is_ready or self._is_log_replaced:
                return
            if may_publish:
                await self._publish(pending)
            else:
                raise_issue(self._hass, self._entry, Problem.NOT_PUBLISHED)
                self._published_id = pending.id
            self._waiting.popleft()
            # Let other tasks run between two events.
            await asyncio.sleep(0)

    async def _count_attempt(self, pending: PendingEvent) -> bool:
        """Count an attempt to publish a record, unless that was done when it was stored; False where it must not be published."""
        # An unload may begin while an attempt is counted: the same attempt goes on after the next set-up.
        is_counted = pending.id in (0, self._counted_id) or (self._are_earlier_published and pending.attempts > 0)
        may_publish = is_counted or await self._log.count_attempt(pending.id)
        if may_publish:
            self._counted_id = pending.id
        return may_publish

    async def _publish(self, pending: PendingEvent) -> None:
        """Publish a record; quarantine one that can't be published."""
        self._published_id = pending.id
        try:
            data = self._event_data(pending)
            self._hass.bus.async_fire(EVENT_REPLY if isinstance(pending.record, Reply) else EVENT_DELIVERY_REPORT, data)
            published = PublishedRecord(record=pending.record, data=data)
            async_dispatcher_send(self._hass, SIGNAL_RECEIVED.format(self._entry.entry_id), published)
        except Exception as err:  # noqa: BLE001
            log_unexpected_error("publishing", err)
            raise_issue(self._hass, self._entry, Problem.NOT_PUBLISHED)
            try:
                await self._log.quarantine_record(pending.id, type(err).__name__)
            except LogError:
                self._published_id = min(self._published_id, pending.id - 1)
                raise

    def _publish_failures(self, failures: list[FailedMessage]) -> None:
        """Publish texts that failed; Activity has one event for each recipient of a call, however many of its numbers fail."""
        if not self._is_ready:
            return
        for failure in failures:
            async_dispatcher_send(self._hass, SIGNAL_FAILED.format(self._entry.entry_id), failure)
            if failure.is_first:
                self._fire_failed(failure)
            self._failure_id = failure.id

    def _fire_failed(self, failure: FailedMessage) -> None:
        try:
            reason = describe_reason(self._hass, failure.state, failure.reason)
            fire_message_event(self._hass, self._entry, failure.recipient_id, failure.message_id, failure.state, reason)
        except Exception as err:  # noqa: BLE001
            log_unexpected_error("publishing", err)

    async def _mark(self) -> None:
        """Mark published events; those that the log can't mark now are marked along with the next ones."""
        if self._is_log_replaced:
            return
        try:
            if self._marked_id != self._published_id:
                await self._log.mark_published(self._published_id)
                self._marked_id = self._published_id
            if self._marked_failure_id != self._failure_id:
                await self._log.mark_failures_published(self._failure_id)
                self._marked_failure_id = self._failure_id
        except LogError as err:
            LOGGER.debug("Published events can't be marked: %s", err)

    def _event_data(self, pending: PendingEvent) -> dict[str, Any]:
        """The data of the bus event."""
        record = pending.record
        recipient = find_recipient_of_message(self._entry, pending.recipient_id, record.mobile)
        data = {
            "config_entry_id": self._entry.entry_id,
            "account": self._entry.data[CONF_USERNAME],
            "message_id": pending.message_id,
            "mobile": record.mobile,
            "link_id": record.link_id,
            "received_at": local_iso(pending.received_at),
            "source": pending.source.value,
            "recipient": recipient.name if recipient else None,
            **registry_ids(self._hass, self._entry, recipient.subentry_id if recipient else None),
        }
        if isinstance(record, Reply):
            return data | {
                "message": record.message,
                "sub_code": record.sub_code,
                "replied_at": optional_local_iso(record.replied_at),
                "in_reply_to": pending.original_text,
            }
        return data | {
            "status": record.status,
            "outcome": record.outcome.value,
            "reported_at": optional_local_iso(record.reported_at),
            "message": pending.original_text,
        }
