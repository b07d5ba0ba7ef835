"""Submits texts, and records them in the message log. Nothing is ever sent twice automatically.

A text is `queued` until a connection is established, `submitting` before its first byte leaves, and then takes the state that the
platform's answer gives it. Texts go out even while the message log does not work: they are kept in memory and written later. How long
an attempt may take: `gateway.timeouts`; how long a call waits for a connection: `CALL_PATIENCE`.
"""

import asyncio
from collections.abc import Iterable, Sequence
from copy import replace
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import create_eager_task

from ..const import CONF_DAILY_LIMIT, LOGGER, SIGNAL_SENT
from ..errors import encode_reason, log_unexpected_error, send_not_allowed, start_reauth
from ..gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    NoAnswerError,
    NotSentError,
    RejectedError,
)
from ..gateway.numbers import canonical
from ..issues.problems import Problem, raise_issue
from ..issues.submission_errors import check_submission
from ..message_log import conversations
from ..message_log.conversations import Directory
from ..message_log.errors import DailyLimitError, LinkIdUsedError, LogError, LogOperationError, SendNotAllowedError
from ..message_log.models import DailyLimit, MessageState, Outgoing
from .message_event import fire_message_event
from .result import DuplicateLinkIdError, NotQueuedError, NotRecordedError, SubmissionResult, SubmissionStatus

if TYPE_CHECKING:
    from ..account import Account

IN_FLIGHT = 2
"""Submissions of a call that are under way together: while the platform handles one, the next leaves."""

ENQUEUE_DELAY = 0.25
"""Seconds of connecting after which texts are written as queued; most connections take less, and cost one commit."""

CALL_PATIENCE = 9.5
"""Seconds that a call waits for a connection, so that it returns within ten; the attempt goes on after that."""

LOG_PATIENCE = 3.0
"""Seconds that a text waits for a disk that neither takes nor refuses it; the message log writes it once the disk goes on."""

_MAX_ANNOUNCED = 1000


@dataclass(eq=False, kw_only=True, slots=True)
class _Attempt:
    """One attempt to submit a text.

    `is_known_as_queued`: the outbox tries the text, or its call has returned with `queued`. `may_be_in_log`: the message log may have the
    text as queued. `is_connecting`: nothing has left, and the attempt can be given up. `may_have_left`: the first byte may have left.
    """

    outgoing: Outgoing
    is_known_as_queued: bool = False
    may_be_in_log: bool = False
    is_connecting: bool = False
    may_have_left: bool = False
    task: asyncio.Task[SubmissionResult] | None = None

    @property
    def link_id(self) -> str:
        """The id that names the text."""
        return self.outgoing.submission.link_id

    def give_up(self) -> None:
        """End the attempt if nothing has left."""
        if self.task and self.is_connecting:
            self.task.cancel()


@dataclass(kw_only=True, slots=True)
class _Unlogged:
    """A text that the message log could not take, its present state, and which of its numbers were cancelled."""

    outgoing: Outgoing
    state: MessageState
    code: str | None = None
    reason: str | None = None
    cancelled: frozenset[str] = frozenset()


class Sender:
    """Submits texts for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Use the client and the message log that the account has at the time of each attempt."""
        self._hass = hass
        self._entry = entry
        self._account = account
        self._attempts: dict[str, _Attempt] = {}
        self._unlogged: dict[str, _Unlogged] = {}
        self._reserved: dict[str, int] = {}
        self._reserving = asyncio.Lock()
        self._announced: dict[tuple[str, str | None, SubmissionStatus], None] = {}
        self._idle = asyncio.Event()
        self._is_stopped = False

    def _is_lost(self, attempt: _Attempt) -> bool:
        """Whether a queued text is lost with its account, which is removed, or with this process, because the log has not taken it."""
        is_removed = self._hass.config_entries.async_get_entry(self._entry.entry_id) is not self._entry
        return is_removed or (self._is_stopped and not self.is_logged(attempt.link_id))

    def is_attempting(self, link_id: str) -> bool:
        """Whether a text is being submitted."""
        return link_id in self._attempts

    def is_logged(self, link_id: str) -> bool:
        """Whether nothing about a text waits in memory until the message log works again."""
        return link_id not in self._unlogged

    async def async_reserve(self, outgoings: Sequence[Outgoing], *, has_link_id: bool) -> None:
        """Count texts for the daily limit, and reserve their link ids, before they are in the message log; `release` ends that.

        ServiceValidationError where the daily limit, or a link id that was used before, forbids the call.
        """
        limit = self._entry.options.get(CONF_DAILY_LIMIT, 0)
        async with self._reserving:
            if limit or has_link_id:
                await self._check(outgoings, limit, has_link_id=has_link_id)
            self._reserved |= {outgoing.submission.link_id: len(outgoing.submission.mobiles) for outgoing in outgoings}

    async def _check(self, outgoings: Sequence[Outgoing], limit: int, *, has_link_id: bool) -> None:
        link_id = outgoings[0].submission.link_id
        numbers = sum(len(outgoing.submission.mobiles) for outgoing in outgoings)
        try:
            is_queued = self._account.outbox.has(link_id)
            if has_link_id and (is_queued or link_id in self._reserved or link_id in self._attempts or link_id in self._unlogged):
                raise LinkIdUsedError
            async with asyncio.timeout(LOG_PATIENCE):
                await self._account.log.check(
                    link_ids=[link_id] if has_link_id else [], numbers=numbers, limit=self._today(limit) if limit else None
                )
        except SendNotAllowedError as err:
            if isinstance(err, DailyLimitError):
                raise_issue(self._hass, self._entry, Problem.DAILY_LIMIT, limit=str(limit))
            raise send_not_allowed(err, limit) from err
        except (LogError, TimeoutError) as err:
            LOGGER.error("The message log can't be asked for the daily limit or the link id: %s", str(err) or "no answer")

    def _today(self, limit: int) -> DailyLimit:
        """A limit for the calls of this day until the present quarter of an hour; what a wrong clock has dated later does not count."""
        return DailyLimit(
            numbers=limit, since=dt_util.start_of_local_day(), until=dt_util.utcnow(), under_way=dict(self._reserved)
        )

    @callback
    def release(self, outgoings: Iterable[Outgoing]) -> None:
        """Stop counting texts that the message log has, or that are not sent."""
        for outgoing in outgoings:
            self._reserved.pop(outgoing.submission.link_id, None)

    async def async_submit(self, outgoings: Sequence[Outgoing]) -> list[SubmissionResult]:
        """Submit the texts of one call at once, never behind the queue."""
        attempts = [_Attempt(outgoing=outgoing) for outgoing in outgoings]
        self._attempts |= {attempt.link_id: attempt for attempt in attempts}
        turns = asyncio.Semaphore(IN_FLIGHT)
        unreachable = asyncio.Event()
        calls = [create_eager_task(self._submit_in_turn(attempt, turns, unreachable)) for attempt in attempts]
        await asyncio.wait(calls, timeout=ENQUEUE_DELAY)
        await self._enqueue(
            [attempt for attempt in attempts if self.is_attempting(attempt.link_id) and not attempt.may_have_left]
        )
        return await asyncio.gather(*calls)

    async def async_retry(self, outgoing: Outgoing) -> SubmissionResult:
        """Submit a queued text once more; cancelling the caller does not end the attempt."""
        attempt = _Attempt(outgoing=outgoing, is_known_as_queued=True, may_be_in_log=True)
        self._attempts[attempt.link_id] = attempt
        return await asyncio.shield(self._start(attempt))

    async def async_give_up(self, outgoing: Outgoing, error: GatewayError) -> None:
        """Give up a queued text that has expired; `error` has kept it from leaving."""
        await self._settle(outgoing, MessageState.NOT_SENT, None, encode_reason(error))

    async def async_stop(self) -> None:
        """Drop attempts that are still connecting, whose texts stay queued, and wait for those that have left."""
        self._is_stopped = True
        for attempt in self._attempts.values():
            attempt.give_up()
        while self._attempts:
            self._idle.clear()
            await self._idle.wait()

    async def async_cancel(self, *, message_id: str | None = None, link_id: str | None = None) -> int:
        """Cancel the number of a message, or all numbers of a link id, as far as they are queued; returns how many.

        LogError where the text is in the message log alone and that does not work.
        """
        if found := self._find_unlogged(message_id, link_id):
            return self._cancel_unlogged(*found)
        cancelled = await self._account.log.cancel(message_id=message_id, link_id=link_id, now=dt_util.utcnow())
        if cancelled:
            await self._account.outbox.async_load()
        return cancelled

    async def async_conversations(self, directory: Directory, *, message_id: str | None, link_id: str | None) -> set[str]:
        """The conversations of the texts that `async_cancel` would cancel; LogError as there."""
        if found := self._find_unlogged(message_id, link_id):
            text, mobiles = found
            addressees = zip(text.outgoing.submission.mobiles, text.outgoing.recipient_ids, strict=True)
            return {directory.conversation_of(id_ or "", canonical(mobile)) for mobile, id_ in addressees if mobile in mobiles}
        return await self._account.log.run(
            partial(conversations.queued_in, directory=directory, message_id=message_id, link_id=link_id)
        )

    def _find_unlogged(self, message_id: str | None, link_id: str | None) -> tuple[_Unlogged, frozenset[str]] | None:
        """A text that is in memory alone, and those of its numbers that a message id or link id names."""
        for text in self._unlogged.values():
            if mobiles := text.outgoing.mobiles_named(message_id=message_id, link_id=link_id):
                return text, mobiles
        return None

    @callback
    def _cancel_unlogged(self, text: _Unlogged, mobiles: frozenset[str]) -> int:
        """Cancel numbers of a text that is queued in memory alone; the message log learns of it with the text."""
        link_id = text.outgoing.submission.link_id
        attempt = self._attempts.get(link_id)
        if text.state is not MessageState.QUEUED or (attempt and attempt.may_have_left):
            return 0
        cancelled = mobiles - text.cancelled
        text.cancelled |= cancelled
        self._account.outbox.replace(link_id, text.outgoing.without(text.cancelled))
        return len(cancelled)

    @callback
    def remember_accepted(self, parts: Iterable[tuple[str, str | None]]) -> None:
        """Remember calls and recipients of which an earlier process may have announced that a text was accepted."""
        self._announced |= {(*part, SubmissionStatus.ACCEPTED): None for part in parts}

    async def async_log_recovered(self) -> None:
        """Write the texts that the message log has missed, as far as it can take them."""
        for link_id in list(self._unlogged):
            try:
                await self._record(link_id)
            except LogOperationError:
                continue
            except LogError:
                return

    async def _record(self, link_id: str) -> None:
        """Write a text that the message log has missed; LogError where that does not work."""
        text, written = self._unlogged.get(link_id), None
        # Its state may change while it is written.
        while text and text != written:
            written = replace(text)
            await self._account.log.record(
                text.outgoing,
                text.state,
                code=text.code,
                reason=text.reason,
                cancelled=text.cancelled,
                now=dt_util.utcnow(),
            )
        if self._unlogged.get(link_id) is text:
            self._unlogged.pop(link_id, None)

    @callback
    def log_replaced(self, queued: Iterable[Outgoing]) -> None:
        """An empty file has taken the place of the message log: remember the queued texts that have to be written into it.

        The log itself writes what had left once its answer is known.
        """
        connecting = [attempt.outgoing for attempt in self._attempts.values() if attempt.may_be_in_log]
        for outgoing in (*queued, *connecting):
            link_id = outgoing.submission.link_id
            if (attempt := self._attempts.get(link_id)) and attempt.may_have_left:
                attempt.may_be_in_log = False
            else:
                self._unlogged.setdefault(link_id, _Unlogged(outgoing=outgoing, state=MessageState.QUEUED))

    async def _submit_in_turn(self, attempt: _Attempt, turns: asyncio.Semaphore, unreachable: asyncio.Event) -> SubmissionResult:
        """Submit when it is this text's turn; if one text of a call gets no connection, the others are not tried."""
        async with turns:
            if unreachable.is_set() or self._is_stopped:
                return await self._finish(attempt, NotSentError("the platform can't be reached"))
            task = self._start(attempt)
            await asyncio.wait({task}, timeout=CALL_PATIENCE)
            if attempt.is_connecting:
                # The attempt goes on as long as `gateway.timeouts` allows.
                unreachable.set()
                if attempt.outgoing.expires_at:
                    attempt.is_known_as_queued = True
                    self._account.outbox.add(attempt.outgoing)
                    self._announce(attempt, SubmissionStatus.QUEUED)
                    return self._result(attempt, SubmissionStatus.QUEUED, NotSentError("no connection so far"))
                attempt.give_up()
            result = await task
            if isinstance(result.error, NotSentError):
                unreachable.set()
            return result

    def _start(self, attempt: _Attempt) -> asyncio.Task[SubmissionResult]:
        # No task of `hass`: Home Assistant would not finish its start before such a task ends, and it would cancel a background task when
        # it stops.
        attempt.task = create_eager_task(self._run(attempt), name="smsadmin attempt")
        return attempt.task

    async def _run(self, attempt: _Attempt) -> SubmissionResult:
        return await self._finish(attempt, await self._attempt(attempt))

    async def _attempt(self, attempt: _Attempt) -> GatewayError | None:
        """Submit a text; the error that keeps it from being accepted."""

        async def connected() -> None:
            await self._begin(attempt)

        attempt.is_connecting = True
        try:
            await self._account.client.submit(attempt.outgoing.submission, on_connected=connected)
        except GatewayError as err:
            return err
        except asyncio.CancelledError:
            return _interrupted(attempt, "the attempt was given up")
        except Exception as err:  # noqa: BLE001
            # Its text may hold private data.
            log_unexpected_error("submitting", err)
            return _interrupted(attempt, type(err).__name__)
        finally:
            attempt.is_connecting = False
        return None

    async def _begin(self, attempt: _Attempt) -> None:
        """Record that a text is being submitted, before its first byte leaves."""
        if self._is_cancelled(attempt):
            raise NotQueuedError("the text was cancelled")
        if self._account.outbox.is_expired(attempt.link_id):
            raise NotSentError("the text expired while it connected")
        attempt.is_connecting, attempt.may_have_left = False, True
        try:
            await self._record(attempt.link_id)
            # What the log may have as queued must not leave before the log has it as submitted.
            async with asyncio.timeout(None if attempt.may_be_in_log else LOG_PATIENCE):
                may_leave = await self._account.log.begin(attempt.outgoing, dt_util.utcnow())
        except TimeoutError:
            LOGGER.error("A text is sent before the message log has recorded it: the disk does not answer")
            return
        except LinkIdUsedError as err:
            attempt.may_have_left = False
            raise DuplicateLinkIdError("another text has the link id") from err
        except LogError as err:
            # Sent unrecorded, it would be sent again by a process that finds it queued in the log.
            if attempt.may_be_in_log and self.is_logged(attempt.link_id):
                attempt.may_have_left = False
                raise NotRecordedError("the message log does not work") from err
            LOGGER.error("A text is sent without a record in the message log: %s", err)
            text = self._unlogged.setdefault(attempt.link_id, _Unlogged(outgoing=attempt.outgoing, state=MessageState.SUBMITTING))
            text.state = MessageState.SUBMITTING
            return
        if not may_leave:
            attempt.may_have_left = False
            raise NotQueuedError("the text was cancelled")

    def _is_cancelled(self, attempt: _Attempt) -> bool:
        """Whether any number of a text that is in memory alone was cancelled since its attempt began."""
        text = self._unlogged.get(attempt.link_id)
        return text is not None and not text.cancelled.isdisjoint(attempt.outgoing.submission.mobiles)

    async def _finish(self, attempt: _Attempt, error: GatewayError | None) -> SubmissionResult:
        """Record the result of an attempt, and inform issues, outbox and Activity."""
        outbox = self._account.outbox
        if not attempt.may_have_left and self._is_cancelled(attempt):
            error = NotQueuedError("the text was cancelled")
        try:
            if isinstance(error, NotQueuedError):
                # Of a text that was cancelled in part, the rest is tried again.
                await outbox.async_load()
                is_queued = outbox.has(attempt.link_id) and not isinstance(error, DuplicateLinkIdError)
                status = SubmissionStatus.QUEUED if is_queued else SubmissionStatus.NOT_SENT
            else:
                status = _status(attempt, error)
                await self._log_result(attempt, status, error)
        finally:
            del self._attempts[attempt.link_id]
            self._idle.set()
        check_submission(self._hass, self._entry, error)
        if isinstance(error, AuthenticationError):
            start_reauth(self._hass, self._entry)
        self._update_outbox(attempt, status, error)
        if status is SubmissionStatus.QUEUED and self._is_lost(attempt):
            status = SubmissionStatus.NOT_SENT
        if status is SubmissionStatus.ACCEPTED or not attempt.is_known_as_queued:
            self._announce(attempt, status)
        return self._result(attempt, status, error)

    @callback
    def _update_outbox(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> None:
        """Keep a text in the outbox while it is queued, and wake the outbox if the platform can be reached."""
        outbox = self._account.outbox
        # After a NotQueuedError the outbox has been loaded, and has what is left of the text, or another one with its link id.
        if status is SubmissionStatus.QUEUED:
            outbox.add(attempt.outgoing)
        elif not isinstance(error, NotQueuedError):
            outbox.discard(attempt.link_id)
        if error is None or (isinstance(error, RejectedError) and not attempt.is_known_as_queued):
            outbox.wake()

    async def _log_result(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> None:
        code = self._result(attempt, status, error).code
        if status is SubmissionStatus.QUEUED and not attempt.may_have_left:
            if not attempt.is_known_as_queued and self.is_logged(attempt.link_id):
                await self._enqueue([attempt])
            return
        if not attempt.may_have_left and not attempt.may_be_in_log:
            self._unlogged[attempt.link_id] = _Unlogged(outgoing=attempt.outgoing, state=MessageState(status))
        await self._settle(attempt.outgoing, MessageState(status), code, encode_reason(error))

    async def _enqueue(self, attempts: Sequence[_Attempt]) -> None:
        """Write texts as queued; what the message log has already stays as it is. A disk that hangs is not waited for."""
        if attempts:
            await asyncio.wait({create_eager_task(self._write_queued(attempts))}, timeout=LOG_PATIENCE)

    async def _write_queued(self, attempts: Sequence[_Attempt]) -> None:
        for attempt in attempts:
            # From here on no text may leave unrecorded, unless the log answers that it has not written it.
            attempt.may_be_in_log = True
        try:
            await self._account.log.enqueue([attempt.outgoing for attempt in attempts])
        except LogError as err:
            LOGGER.error("Texts wait in memory, since the message log does not work: %s", err)
            for attempt in attempts:
                if attempt.may_have_left:
                    # It has got a connection since, and may leave unrecorded.
                    attempt.may_be_in_log = False
                else:
                    self._unlogged[attempt.link_id] = _Unlogged(outgoing=attempt.outgoing, state=MessageState.QUEUED)

    async def _settle(self, outgoing: Outgoing, state: MessageState, code: str | None, reason: str | None) -> None:
        """Write the state of a text; if the message log can't write it now, the log itself writes it later."""
        link_id = outgoing.submission.link_id
        if self.is_logged(link_id):
            try:
                async with asyncio.timeout(LOG_PATIENCE):
                    await self._account.log.settle(link_id, state, code=code, reason=reason, now=dt_util.utcnow())
            except (LogError, TimeoutError) as err:
                LOGGER.debug("The message log will write the state of a submission later: %s", err)
        # Meanwhile the log may have failed to take the text as queued.
        if text := self._unlogged.get(link_id):
            text.state, text.code, text.reason = state, code, reason
            await self.async_log_recovered()

    @callback
    def _announce(self, attempt: _Attempt, status: SubmissionStatus) -> None:
        """Announce a queued or accepted text to Activity and the entities, once for each recipient of a call."""
        if status not in (SubmissionStatus.ACCEPTED, SubmissionStatus.QUEUED):
            return
        outgoing = attempt.outgoing
        recipients = frozenset(id_ for id_ in outgoing.recipient_ids if id_)
        if status is SubmissionStatus.ACCEPTED:
            async_dispatcher_send(self._hass, SIGNAL_SENT.format(self._entry.entry_id), recipients)
        for recipient_id in dict.fromkeys(outgoing.recipient_ids):
            key = (outgoing.call_id, recipient_id, status)
            if key not in self._announced:
                self._announced[key] = None
                message_id = outgoing.number_message_id(outgoing.recipient_ids.index(recipient_id))
                fire_message_event(self._hass, self._entry, recipient_id, message_id, MessageState(status))
        while len(self._announced) > _MAX_ANNOUNCED:
            del self._announced[next(iter(self._announced))]

    def _result(self, attempt: _Attempt, status: SubmissionStatus, error: GatewayError | None) -> SubmissionResult:
        return SubmissionResult(
            entry_id=self._entry.entry_id,
            submission=attempt.outgoing.submission,
            recipient_ids=attempt.outgoing.recipient_ids,
            status=status,
            error=error,
            expires_at=attempt.outgoing.expires_at if status is SubmissionStatus.QUEUED else None,
        )


def _interrupted(attempt: _Attempt, reason: str) -> GatewayError:
    """The error of an attempt that ended without an answer: a text that may have left must not be sent again."""
    return NoAnswerError(reason) if attempt.may_have_left else NotSentError(reason)


def _status(attempt: _Attempt, error: GatewayError | None) -> SubmissionStatus:
    """The status that an attempt leaves a text in."""
    match error:
        case None:
            return SubmissionStatus.ACCEPTED
        case NotSentError() | NotRecordedError():
            return SubmissionStatus.QUEUED if attempt.outgoing.expires_at else SubmissionStatus.NOT_SENT
        case AuthenticationError() | AccountFrozenError() if attempt.is_known_as_queued:
            return SubmissionStatus.QUEUED
        case RejectedError():
            return SubmissionStatus.REJECTED
        case _:
            return SubmissionStatus.UNCONFIRMED
