"""Texts that could not leave this machine, tried again until the platform answers, they expire or are cancelled.

A retry that meets a wrong password (101) or a frozen account (108) leaves its text in the queue. The message log holds the queue. A
copy in memory avoids reading the disk while nothing changes, and is written into the file that replaces a damaged log.
What a crash leaves of a text: `message_log.crash_recovery`.
"""

import asyncio
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import math
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..gateway.errors import GatewayError, NotSentError, OutcomeUnknownError
from ..issues.problems import Problem, set_issue
from ..message_log.errors import LogError
from ..message_log.models import Outgoing
from .result import NotQueuedError, NotRecordedError, SubmissionStatus
from .sender import CALL_PATIENCE

if TYPE_CHECKING:
    from ..account import Account

RETRY_PAUSES = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds before the next round; the last one is repeated."""

CLOCK_NOT_SET = datetime(2026, 1, 1, tzinfo=UTC)
"""Earlier than the first release: a call with an earlier time was made before the clock was set, so how long it has waited is unknown."""

MAX_QUEUED = 100_000
"""Submissions that are read from the message log at most."""


@dataclass(kw_only=True, slots=True)
class _QueuedText:
    """A text and the time in the event loop's seconds until which it is tried."""

    outgoing: Outgoing
    deadline: float


class Outbox:
    """Tries the queued texts of one account again: one at a time, oldest first."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Begin with an empty queue; `async_load` fills it."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._texts: dict[str, _QueuedText] = {}
        self._round_at = math.inf
        self._rescheduled = asyncio.Event()
        self._failures = 0
        self._error: GatewayError | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False

    @property
    def outgoings(self) -> list[Outgoing]:
        """The queued texts, oldest first."""
        return [text.outgoing for text in self._texts.values()]

    @property
    def number_count(self) -> int:
        """How many numbers the queued texts have."""
        return sum(len(outgoing.submission.mobiles) for outgoing in self.outgoings)

    @property
    def oldest_call(self) -> datetime | None:
        """When the call was made whose text has been queued for longest."""
        return min((outgoing.called_at for outgoing in self.outgoings), default=None)

    def has(self, link_id: str) -> bool:
        """Whether a text is queued."""
        return link_id in self._texts

    def is_expired(self, link_id: str) -> bool:
        """Whether the time of a queued text is over."""
        return link_id in self._texts and self._texts[link_id].deadline <= self._hass.loop.time()

    async def async_load(self) -> None:
        """Take the texts that the message log has as queued, and try them at once."""
        try:
            self._account.sender.remember_accepted(await self._account.log.accepted_in_part())
            queued = await self._account.log.queued(MAX_QUEUED)
        except LogError as err:
            LOGGER.debug("The queued texts can't be read: %s", err)
            return
        known, self._texts = self._texts, {}
        for outgoing in queued:
            link_id = outgoing.submission.link_id
            deadline = known[link_id].deadline if link_id in known else self._deadline(outgoing)
            self._texts[link_id] = _QueuedText(outgoing=outgoing, deadline=deadline)
        # Keep the texts that the log could not take: its list lacks them.
        self._texts |= {link_id: text for link_id, text in known.items() if not self._account.sender.is_logged(link_id)}
        self._rescheduled.set()
        self.wake()

    @callback
    def add(self, outgoing: Outgoing) -> None:
        """Keep a text to try it again; a new one is tried after the shortest pause."""
        link_id = outgoing.submission.link_id
        if link_id not in self._texts:
            self._texts[link_id] = _QueuedText(outgoing=outgoing, deadline=self._deadline(outgoing))
            self._failures = 0
            self._schedule_round(RETRY_PAUSES[0])

    @callback
    def replace(self, link_id: str, outgoing: Outgoing | None) -> None:
        """Keep the rest of a text after some of its numbers were cancelled; `outgoing` None: nothing is left."""
        if outgoing is None:
            self.discard(link_id)
        elif link_id in self._texts:
            self._texts[link_id].outgoing = outgoing
        else:
            self.add(outgoing)

    @callback
    def discard(self, link_id: str) -> None:
        """Forget a text that is not queued any more."""
        self._texts.pop(link_id, None)
        self._rescheduled.set()

    @callback
    def wake(self) -> None:
        """Try the queue at once: the platform can be reached, or the settings have changed."""
        if self._texts:
            self._schedule_round(0)

    @callback
    def stop(self) -> None:
        """Stop trying; the message log keeps the queue."""
        self._is_stopped = True
        if self._task:
            self._task.cancel()

    def _deadline(self, outgoing: Outgoing) -> float:
        """When a text expires, by the clock of the event loop, which no change of the wall clock moves."""
        send_at = outgoing.submission.send_at
        base = send_at or outgoing.called_at
        waited = dt_util.utcnow() - base
        if outgoing.called_at < CLOCK_NOT_SET or (waited < timedelta() and not send_at):
            waited = timedelta()
        # A text that is tried once is queued only if some of its numbers were cancelled while it connected: the call still waits for the rest.
        retry_for = outgoing.expires_at - base if outgoing.expires_at else timedelta(seconds=CALL_PATIENCE)
        return self._hass.loop.time() + (retry_for - waited).total_seconds()

    @callback
    def _schedule_round(self, delay: float) -> None:
        """Begin a round in `delay` seconds, if none begins earlier."""
        self._round_at = min(self._round_at, self._hass.loop.time() + delay)
        self._rescheduled.set()
        if self._task is None and not self._is_stopped:
            self._task = self._hass.loop.create_task(self._run(), name="smsadmin outbox")

    async def _run(self) -> None:
        """Run rounds until the queue is empty."""
        try:
            while self._texts:
                await self._wait()
                await self._expire()
                if self._round_at <= self._hass.loop.time():
                    await self._try_all()
                self._update_issue()
        finally:
            self._task, self._round_at = None, math.inf

    async def _wait(self) -> None:
        """Wait for the next round, or for the next text to expire."""
        self._rescheduled.clear()
        deadlines = (text.deadline for link_id, text in self._texts.items() if not self._is_attempting(link_id))
        with suppress(TimeoutError):
            async with asyncio.timeout_at(min(self._round_at, *deadlines, math.inf)):
                await self._rescheduled.wait()

    async def _try_all(self) -> None:
        """Go through the queue once, and schedule the next round; a wake during the round begins another at once."""
        self._round_at = math.inf
        self._error = await self._round()
        self._failures = self._failures + 1 if self._error else 0
        self._schedule_round(RETRY_PAUSES[min(self._failures, len(RETRY_PAUSES) - 1)])

    async def _expire(self) -> None:
        """Give up the texts that have expired."""
        now = self._hass.loop.time()
        # An unclear answer to another text is no reason why this one was not sent.
        error = NotSentError() if self._error is None or isinstance(self._error, OutcomeUnknownError) else self._error
        for link_id, text in list(self._texts.items()):
            if text.deadline <= now and not self._is_attempting(link_id):
                self.discard(link_id)
                await self._account.sender.async_give_up(text.outgoing, error)

    async def _round(self) -> GatewayError | None:
        """Try the queue, oldest first. Return the error that kept texts in it."""
        sender = self._account.sender
        log_error: GatewayError | None = None
        for link_id in list(self._texts):
            if link_id not in self._texts or self._is_attempting(link_id) or (log_error and sender.is_logged(link_id)):
                continue
            result = await sender.async_retry(_without_past_time(self._texts[link_id].outgoing))
            if isinstance(result.error, NotQueuedError):
                continue
            if isinstance(result.error, NotRecordedError):
                # Texts in the message log have to wait until it works; texts in memory alone need not.
                log_error = result.error
                continue
            # Without an answer of this protocol (a captive portal), a whole round would make every queued text unconfirmed.
            if result.status is SubmissionStatus.QUEUED or isinstance(result.error, OutcomeUnknownError):
                return result.error
        return log_error

    def _is_attempting(self, link_id: str) -> bool:
        return self._account.sender.is_attempting(link_id)

    @callback
    def _update_issue(self) -> None:
        """Raise or clear the issue that says how many numbers wait for a platform that can't be reached."""
        set_issue(
            self._hass,
            self._entry,
            Problem.PLATFORM_UNREACHABLE,
            bool(self._texts) and isinstance(self._error, NotSentError),
            number=str(self.number_count),
            since=dt_util.as_local(self.oldest_call or dt_util.utcnow()).strftime("%Y-%m-%d %H:%M"),
        )


def _without_past_time(outgoing: Outgoing) -> Outgoing:
    """Drop a send time that has passed while the text was queued, so that it goes out at once."""
    submission = outgoing.submission
    if submission.send_at is None or submission.send_at > dt_util.utcnow():
        return outgoing
    return replace(outgoing, submission=replace(submission, send_at=None))
