"""Attempts to submit texts, and what the message log keeps of them. Nothing is ever sent twice automatically.

A text is `queued` until a connection stands, `submitting` before its first byte leaves, and then what the platform's answer makes of it.
A message log that does not work keeps no text from going out: the text is kept in memory and written once the log works.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import create_eager_task

from ..activity import fire_message_event
from ..const import CONF_DAILY_LIMIT, LOGGER, SIGNAL_SENT
from ..errors import encode_reason, send_not_allowed, start_reauth
from ..gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    NoAnswerError,
    NotSentError,
    RejectedError,
)
from ..issues import check_submission
from ..message_log.errors import LogError, SendNotAllowedError
from ..message_log.models import DailyLimit, MessageState, Outgoing
from .result import SubmissionResult, SubmissionStatus

if TYPE_CHECKING:
    from ..account import Account

IN_FLIGHT = 2
"""Submissions of a call that are under way together: while the platform handles one, the next leaves."""

ENQUEUE_DELAY = 0.25
"""Seconds of connecting after which texts are written as queued; most connections stand long before, and cost one commit."""

CALL_PATIENCE = 10.0
"""Seconds that a call waits for a connection; the attempt goes on after that."""


class _NotRecordedError(NotSentError):
    """A queued text must not leave: the message log can't record that it is being submitted."""


class _CancelledTextError(NotSentError):
    """A queued text was cancelled, wholly or for some of its numbers, while the connection was made."""


@dataclass(eq=False, kw_only=True, slots=True)
class _Attempt:
    """One attempt to submit a text.

    `is_retry` says that the caller knows of the text as queued, `is_logged` that it stands in the message log as queued, `has_left`
    that its first byte may have left.
    """

    outgoing: Outgoing
    is_retry: bool = False
    is_logged: bool = False
    has_left: bool = False
    task: asyncio.Task[SubmissionResult] | None = None

    @property
    def link_id(self) -> str:
        """The id that names the text."""
        return self.outgoing.submission.link_id


@dataclass(kw_only=True, slots=True)
class _Unlogged:
    """A text that the message log could not take, and its state by now."""

    outgoing: Outgoing
    state: MessageState
    code: str | None = None
    reason: str | None = None


class Sender:
    """Submits texts for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Use the client and the message log that the account has at the time of each attempt."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._attempts: dict[str, _Attempt] = {}
        self._unlogged: dict[str, _Unlogged] = {}
        self._unsettled_numbers = 0
        self._is_stopped = False

    def is_attempting(self, link_id: str) -> bool:
        """Whether a text is being submitted."""
        return link_id in self._attempts

    def is_logged(self, link_id: str) -> bool:
        """Whether the message log has a text, or knows nothing that is newer in memory."""
        return link_id not in self._unlogged

    async def async_check(self, outgoings: Sequence[Outgoing], *, has_link_id: bool) -> None:
        """Raise ServiceValidationError where the daily limit, or a link id that was used before, forbids to send."""
        numbers = self._entry.options.get(CONF_DAILY_LIMIT, 0)
        if not numbers and not has_link_id:
            return
        try:
            await self._account.log.check(
                link_ids=[outgoings[0].submission.link_id] if has_link_id else [],
                # Those of other calls may not be in the log yet.
                numbers=_count(outgoings) + self._unsettled_numbers,
                limit=_today(numbers) if numbers else None,
            )
        except SendNotAllowedError as err:
            raise send_not_allowed(err, numbers) from err
        except LogError as err:
            LOGGER.error("The message log can't be asked for the daily limit: %s", err)

    async def async_submit(self, outgoings: Sequence[Outgoing]) -> list[SubmissionResult]:
        """Submit the texts of one call at once, never behind the queue."""
        attempts = [_Attempt(outgoing=outgoing) for outgoing in outgoings]
        self._attempts |= {attempt.link_id: attempt for attempt in attempts}
        self._unsettled_numbers += _count(outgoings)
        turns = asyncio.Semaphore(IN_FLIGHT)
        unreachable = asyncio.Event()
        calls = [create_eager_task(self._submit_in_turn(attempt, turns, unreachable)) for attempt in attempts]
        await asyncio.wait(calls, timeout=ENQUEUE_DELAY)
        await self._enqueue([attempt for attempt in attempts if self.is_attempting(attempt.link_id) and not attempt.has_left])
        self._unsettled_numbers -= _count(outgoings)
        return await asyncio.gather(*calls)

    async def async_retry(self, outgoing: Outgoing) -> SubmissionResult:
        """Submit a queued text once more."""
        attempt = _Attempt(outgoing=outgoing, is_retry=True, is_logged=self.is_logged(outgoing.submission.link_id))
        self._attempts[attempt.link_id] = attempt
        return await self._start(attempt)

    async def async_give_up(self, outgoing: Outgoing, error: GatewayError | None) -> None:
        """End a queued text whose time is over; `error` is what the last attempt met."""
        await self._settle(outgoing, MessageState.NOT_SENT, None, encode_reason(error))

    async def async_stop(self) -> None:
        """Drop what is still connecting, which stays queued, and wait for what has left."""
        self._is_stopped = True
        tasks = [attempt.task for attempt in self._attempts.values() if attempt.task]
        for attempt in self._attempts.values():
            if attempt.task and not attempt.has_left:
                attempt.task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def async_log_recovered(self) -> None:
        """Write what the message log has missed."""
        for link_id, text in list(self._unlogged.items()):
            state = text.state
            try:
                await self._account.log.record(text.outgoing, state, code=text.code, reason=text.reason, now=dt_util.utcnow())
            except LogError:
                return
            del self._unlogged[link_id]
            if text.state is not state:
                await self._settle(text.outgoing, text.state, text.code, text.reason)

    @callback
    def log_replaced(self, queued: Iterable[Outgoing]) -> None:
        """An empty file has taken the place of the message log: remember the queued texts that have to be written into it.

        The log itself writes what was under way once its answer is known.
        """
        for outgoing in queued:
            link_id = outgoing.submission.link_id
            self._unlogged.setdefault(link_id, _Unlogged(outgoing=outgoing, state=MessageState.QUEUED))

    async def _submit_in_turn(self, attempt: _Attempt, turns: asyncio.Semaphore, unreachable: asyncio.Event) -> SubmissionResult:
        """Submit when it is this text's turn; where one text of a call finds no connection, the others are not tried."""
        async with turns:
            if unreachable.is_set() or self._is_stopped:
                return await self._finish(attempt, NotSentError("the platform can't be reached"))
            task = self._start(attempt)
            await asyncio.wait({task}, timeout=CALL_PATIENCE)
            if not task.done() and not attempt.has_left:
                unreachable.set()
                if attempt.outgoing.expires_at is None:
                    task.cancel()
                else:
                    attempt.is_retry = True
                    self._announce(attempt, SubmissionStatus.QUEUED)
                    return self._result(attempt, SubmissionStatus.QUEUED, NotSentError("no connection so far"))
            result = await task
            if isinstance(result.error, NotSentError):
                unreachable.set()
            return result

    def _start(self, attempt: _Attempt) -> asyncio.Task[SubmissionResult]:
        # Home Assistant would wait for a task of its own at the start, and cancel a background task when it stops.
        attempt.task = self._hass.loop.create_task(self._run(attempt), name="smsadmin attempt")
        return attempt.task

    async def _run(self, attempt: _Attempt) -> SubmissionResult:
        return await self._finish(attempt, await self._attempt(attempt))

    async def _attempt(self, attempt: _Attempt) -> GatewayError | None:
        """Submit a text; the error that keeps it from being accepted."""

        async def connected() -> None:
            await self._begin(attempt)

        try:
            await self._account.client.submit(attempt.outgoing.submission, on_connected=connected)
        except GatewayError as err:
            return err
        except asyncio.CancelledError:
            if attempt.has_left:
                raise
            return NotSentError("the attempt was stopped")
        except Exception as err:  # noqa: BLE001
            # Its text may hold anything.
            LOGGER.error("Unexpected error while submitting: %s", type(err).__name__)
            LOGGER.debug("Unexpected error while submitting", exc_info=True)
            return NoAnswerError(type(err).__name__) if attempt.has_left else NotSentError(type(err).__name__)
        return None

    async def _begin(self, attempt: _Attempt) -> None:
        """Record that a text is being submitted, before its first byte leaves."""
        attempt.has_left = True
        try:
            may_leave = await self._account.log.begin(attempt.outgoing, dt_util.utcnow())
        except LogError as err:
            # Sent unrecorded, it would be sent again by a process that finds it queued in the log.
            if attempt.is_logged:
                attempt.has_left = False
                raise _NotRecordedError("the message log does not work") from err
            LOGGER.error("A text is sent without a record in the message log: %s", err)
            self._unlogged[attempt.link_id] = _Unlogged(outgoing=attempt.outgoing, state=MessageState.SUBMITTING)
        else:
            self._unlogged.pop(attempt.link_id, None)
            if not may_leave:
                attempt.has_left = False
                raise _CancelledTextError("the text was cancelled")

    async def _finish(self, attempt: _Attempt, error: GatewayError | None) -> SubmissionResult:
        """Write what an attempt came to, and tell of it."""
        status = _status(attempt, error)
        await self._log_result(attempt, status, error)
        self._attempts.pop(attempt.link_id, None)
        check_submission(self._hass, self._entry, error)
        if isinstance(error, AuthenticationError):
            start_reauth(self._hass, self._entry)
        self._update_outbox(attempt, status, error)
        if status is SubmissionStatus.ACCEPTED or not attempt.is_retry:
            self._announce(attempt, status)
        return self._result(attempt, status, error)

    @callback
    def _update_outbox(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> None:
        """Leave a text that found no connection to the outbox, and tell it that the platform can be reached."""
        if isinstance(error, _CancelledTextError):
            self._hass.async_create_task(self._account.outbox.async_load(), "smsadmin outbox")
        elif status is SubmissionStatus.QUEUED:
            self._account.outbox.add(attempt.outgoing, is_new=not attempt.is_retry)
        elif not attempt.is_retry and (error is None or isinstance(error, RejectedError)):
            self._account.outbox.wake()

    async def _log_result(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> None:
        code = error.code if isinstance(error, RejectedError) else None
        state = MessageState(status)
        if status is SubmissionStatus.QUEUED and not attempt.has_left:
            await self._enqueue([attempt])
        elif attempt.has_left or attempt.is_logged:
            await self._settle(attempt.outgoing, state, code, encode_reason(error))
        else:
            self._unlogged[attempt.link_id] = _Unlogged(
                outgoing=attempt.outgoing, state=state, code=code, reason=encode_reason(error)
            )
            await self.async_log_recovered()

    async def _enqueue(self, attempts: Sequence[_Attempt]) -> None:
        """Write texts as queued, those that are not yet."""
        attempts = [attempt for attempt in attempts if not attempt.is_logged]
        if not attempts:
            return
        try:
            await self._account.log.enqueue([attempt.outgoing for attempt in attempts])
        except LogError as err:
            LOGGER.error("Texts wait in memory, since the message log does not work: %s", err)
            for attempt in attempts:
                # One that has left meanwhile is past being queued.
                if not attempt.has_left:
                    self._unlogged[attempt.link_id] = _Unlogged(outgoing=attempt.outgoing, state=MessageState.QUEUED)
        else:
            for attempt in attempts:
                attempt.is_logged = True
                if not attempt.has_left:
                    self._unlogged.pop(attempt.link_id, None)

    async def _settle(self, outgoing: Outgoing, state: MessageState, code: str | None, reason: str | None) -> None:
        """Write the state of a text that the message log has; the log makes good what it can't write now."""
        link_id = outgoing.submission.link_id
        if text := self._unlogged.get(link_id):
            text.state, text.code, text.reason = state, code, reason
            return
        try:
            await self._account.log.settle(link_id, state, code=code, reason=reason, now=dt_util.utcnow())
        except LogError as err:
            LOGGER.debug("The message log will write the state of a submission later: %s", err)

    @callback
    def _announce(self, attempt: _Attempt, status: SubmissionStatus) -> None:
        """Tell Activity and the entities of a text that is queued or accepted."""
        if status not in (SubmissionStatus.ACCEPTED, SubmissionStatus.QUEUED):
            return
        recipient_ids = attempt.outgoing.recipient_ids
        async_dispatcher_send(
            self._hass, SIGNAL_SENT.format(self._entry.entry_id), frozenset(id_ for id_ in recipient_ids if id_)
        )
        for recipient_id in dict.fromkeys(recipient_ids):
            message_id = attempt.outgoing.number_message_id(recipient_ids.index(recipient_id))
            fire_message_event(self._hass, self._entry, recipient_id, message_id, MessageState(status))

    def _result(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> SubmissionResult:
        return SubmissionResult(entry_id=self._entry.entry_id, submission=attempt.outgoing.submission, status=status, error=error)


def _status(attempt: _Attempt, error: GatewayError | None) -> SubmissionStatus:
    """The status that an attempt leaves a text in."""
    match error:
        case None:
            return SubmissionStatus.ACCEPTED
        case NotSentError():
            return SubmissionStatus.QUEUED if attempt.outgoing.expires_at else SubmissionStatus.NOT_SENT
        case AuthenticationError() | AccountFrozenError() if attempt.is_retry:
            return SubmissionStatus.QUEUED
        case RejectedError():
            return SubmissionStatus.REJECTED
        case _:
            return SubmissionStatus.UNCONFIRMED


def _today(numbers: int) -> DailyLimit:
    """A limit for the calls of this day until now; what a wrong clock has dated later does not count."""
    return DailyLimit(numbers=numbers, since=dt_util.start_of_local_day(), until=dt_util.utcnow())


def _count(outgoings: Iterable[Outgoing]) -> int:
    """The numbers that texts go to."""
    return sum(len(outgoing.submission.mobiles) for outgoing in outgoings)
