"""Submissions: written before they leave, settled as a whole by the platform's answer, then each number by its report."""

from collections.abc import Sequence
from datetime import datetime
import json
import sqlite3

from ..gateway.models import Submission
from .errors import DailyLimitError, LinkIdUsedError
from .models import DailyLimit, MessageState, Outgoing, from_ms, optional_ms, optional_time, quarter_of, to_ms

_INSERT = """
INSERT INTO submission (
    id, message_id, link_id, call_id, message, numbers, state, called_at, send_at, expires_at, queued_at, submitted_at
)
SELECT next_id.id + :last_position, :message_id, :link_id, :call_id, :message, :numbers, :state, :called_at, :send_at, :expires_at,
    :queued_at, :submitted_at
FROM next_id WHERE true ON CONFLICT (link_id) DO NOTHING RETURNING id"""
_INSERT_NUMBERS = """
INSERT INTO number (submission_id, position, mobile, recipient_id, state, state_at)
SELECT ?, value ->> 0, value ->> 1, value ->> 2, ?, ? FROM json_each(?)"""

# The log may have some of the submissions that are under way already, in any state.
_USAGE = """
SELECT (
    SELECT coalesce(sum(numbers), 0) FROM daily_usage WHERE quarter BETWEEN :since AND :until
) + (
    SELECT coalesce(sum(value), 0) FROM json_each(:under_way) WHERE NOT EXISTS (SELECT 1 FROM submission WHERE link_id = key)
)"""

_SETTLE = """
UPDATE submission SET state = :state, code = :code, reason = :reason,
    queued_at = iif(:state = 'queued', coalesce(queued_at, :now), queued_at),
    submitted_at = iif(:state = 'queued', NULL, submitted_at),
    settled_at = iif(:state = 'queued', NULL, :now)
WHERE link_id = :link_id AND state IN (SELECT value FROM json_each(:before))"""
_SETTLED_FROM = {
    MessageState.QUEUED: (MessageState.SUBMITTING,),
    MessageState.NOT_SENT: (MessageState.QUEUED, MessageState.SUBMITTING),
    MessageState.ACCEPTED: (MessageState.SUBMITTING,),
    MessageState.REJECTED: (MessageState.SUBMITTING,),
    MessageState.UNCONFIRMED: (MessageState.SUBMITTING,),
}
"""The states that a submission is settled from."""


def check(connection: sqlite3.Connection, link_ids: Sequence[str], numbers: int, limit: DailyLimit | None) -> None:
    """Raise a SendNotAllowedError where submissions must not leave."""
    used = "SELECT 1 FROM submission WHERE link_id IN (SELECT value FROM json_each(?))"
    if len(set(link_ids)) < len(link_ids) or connection.execute(used, (json.dumps(link_ids),)).fetchone():
        raise LinkIdUsedError
    if limit:
        so_far = _usage(connection, limit)
        if so_far + numbers > limit.numbers:
            raise DailyLimitError(so_far)


def _usage(connection: sqlite3.Connection, limit: DailyLimit) -> int:
    """How many numbers the day's calls had, without those that certainly got nothing."""
    given = {"since": quarter_of(limit.since), "until": quarter_of(limit.until), "under_way": json.dumps(dict(limit.under_way))}
    (numbers,) = connection.execute(_USAGE, given).fetchone()
    return int(numbers)


def enqueue(connection: sqlite3.Connection, outgoings: Sequence[Outgoing]) -> None:
    """Write texts that could not leave yet; those that are in the log already stay as they are."""
    for outgoing in outgoings:
        _insert(connection, outgoing, MessageState.QUEUED, outgoing.called_at)


def begin(connection: sqlite3.Connection, outgoing: Outgoing, now: datetime) -> bool:
    """Write that a submission is about to leave. False, and nothing is written, where one of its numbers is not queued any more.

    LinkIdUsedError where another call had the link id.
    """
    if _insert(connection, outgoing, MessageState.SUBMITTING, now):
        return True
    if not _has_call(connection, outgoing):
        raise LinkIdUsedError
    link_id = outgoing.submission.link_id
    queued = connection.execute(
        "SELECT mobile FROM number WHERE submission_id = (SELECT id FROM submission WHERE link_id = ? AND state = 'queued')"
        " AND state = 'queued'",
        (link_id,),
    )
    if {mobile for (mobile,) in queued} != set(outgoing.submission.mobiles):
        return False
    connection.execute("UPDATE submission SET state = 'submitting', submitted_at = ? WHERE link_id = ?", (to_ms(now), link_id))
    return True


def settle(
    connection: sqlite3.Connection,
    link_id: str,
    state: MessageState,
    *,
    code: str | None,
    reason: str | None,
    now: datetime,
    begun: Outgoing | None = None,
) -> None:
    """Write what became of a submission. Numbers that a report has settled before keep their state.

    `begun` is the submission as it was written when it left; it is written again if the file was replaced since.
    """
    if begun:
        _insert(connection, begun, MessageState.SUBMITTING, now)
    connection.execute(
        _SETTLE,
        {
            "state": state,
            "code": code,
            "reason": reason,
            "now": to_ms(now),
            "link_id": link_id,
            "before": json.dumps(_SETTLED_FROM[state]),
        },
    )


def record(
    connection: sqlite3.Connection,
    outgoing: Outgoing,
    state: MessageState,
    *,
    code: str | None,
    reason: str | None,
    cancelled: frozenset[str],
    now: datetime,
) -> None:
    """Write a text that the log missed, in its present state, without the numbers that were cancelled while it was queued.

    A text that the log has as queued, and that has left since, must not leave again.
    """
    link_id = outgoing.submission.link_id
    was_queued = cancelled or state in (MessageState.QUEUED, MessageState.NOT_SENT)
    is_new = _insert(connection, outgoing, MessageState.QUEUED if was_queued else MessageState.SUBMITTING, outgoing.called_at)
    if not _has_call(connection, outgoing):
        return
    connection.execute(
        "UPDATE number SET state = 'cancelled', state_at = ? WHERE state = 'queued' AND mobile IN (SELECT value FROM json_each(?))"
        " AND submission_id = (SELECT id FROM submission WHERE link_id = ?)",
        (to_ms(now), json.dumps(list(cancelled)), link_id),
    )
    remaining = outgoing.without(cancelled)
    if remaining and state not in (MessageState.QUEUED, MessageState.NOT_SENT):
        begin(connection, remaining, now)
    if state not in (MessageState.QUEUED, MessageState.SUBMITTING):
        settle(connection, link_id, state, code=code, reason=reason, now=now)
    if is_new:
        # The log may have got reports before the text that they are about.
        connection.execute(
            "INSERT INTO report (link_id, mobile, outcome, received_at)"
            " SELECT link_id, mobile, outcome, received_at FROM record WHERE kind = 'rpt' AND link_id = ? ORDER BY id",
            (link_id,),
        )


def _has_call(connection: sqlite3.Connection, outgoing: Outgoing) -> bool:
    """Whether a submission that is in the log belongs to the same call."""
    link_id = outgoing.submission.link_id
    (call_id,) = connection.execute("SELECT call_id FROM submission WHERE link_id = ?", (link_id,)).fetchone()
    return bool(call_id == outgoing.call_id)


def _insert(connection: sqlite3.Connection, outgoing: Outgoing, state: MessageState, at: datetime) -> bool:
    """Write a submission and its numbers; False, and nothing is written, where the log has the link id."""
    submission, mobiles = outgoing.submission, outgoing.submission.mobiles
    positions = outgoing.positions or range(len(mobiles))
    is_queued = state is MessageState.QUEUED
    inserted = connection.execute(
        _INSERT,
        {
            "message_id": outgoing.message_id,
            "link_id": submission.link_id,
            "call_id": outgoing.call_id,
            "message": submission.message,
            "numbers": len(mobiles),
            "last_position": positions[-1],
            "state": state,
            "called_at": to_ms(outgoing.called_at),
            "send_at": optional_ms(submission.send_at),
            "expires_at": optional_ms(outgoing.expires_at),
            "queued_at": to_ms(at) if is_queued else None,
            "submitted_at": None if is_queued else to_ms(at),
        },
    ).fetchone()
    if inserted is None:
        return False
    numbers = json.dumps(list(zip(positions, mobiles, outgoing.recipient_ids, strict=True)))
    connection.execute(_INSERT_NUMBERS, (*inserted, state, to_ms(at), numbers))
    return True


def queued(connection: sqlite3.Connection, limit: int) -> list[Outgoing]:
    """The oldest submissions with numbers that are queued, and those numbers."""
    rows = connection.execute(
        "SELECT message_id, link_id, call_id, message, called_at, send_at, expires_at, ("
        "SELECT json_group_array(json_array(mobile, recipient_id, position) ORDER BY position) FROM number"
        " WHERE submission_id = submission.id AND number.state = 'queued')"
        " FROM submission WHERE id IN (SELECT submission_id FROM number WHERE state = 'queued') ORDER BY id LIMIT ?",
        (limit,),
    )
    return [_outgoing(*row) for row in rows]


def accepted_in_part(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """The calls of which a part is queued, each with every recipient to whom another part was accepted."""
    return connection.execute(
        "SELECT DISTINCT call_id, recipient_id FROM submission JOIN number ON submission_id = submission.id"
        " WHERE submission.state = 'accepted' AND call_id IN ("
        "SELECT call_id FROM submission WHERE id IN (SELECT submission_id FROM number WHERE state = 'queued'))"
    ).fetchall()


def _outgoing(
    message_id: str,
    link_id: str,
    call_id: str,
    message: str,
    called_at: int,
    send_at: int | None,
    expires_at: int | None,
    numbers: str,
) -> Outgoing:
    mobiles, recipient_ids, positions = zip(*json.loads(numbers), strict=True)
    return Outgoing(
        submission=Submission(mobiles=mobiles, message=message, link_id=link_id, send_at=optional_time(send_at)),
        call_id=call_id,
        called_at=from_ms(called_at),
        expires_at=optional_time(expires_at),
        recipient_ids=recipient_ids,
        message_id=message_id,
        positions=positions,
    )


def cancel(connection: sqlite3.Connection, *, message_id: str | None, link_id: str | None, now: datetime) -> int:
    """Cancel the number of a message, or all numbers of a link id, as far as they are queued; returns how many."""
    return connection.execute(
        "UPDATE number SET state = 'cancelled', state_at = ? WHERE state = 'queued' AND (submission_id, position) IN ("
        "SELECT submission_id, position FROM submission JOIN number ON submission_id = submission.id"
        " WHERE submission_id IN (SELECT submission_id FROM number WHERE state = 'queued')"
        " AND (message_id || '-' || position = ? OR link_id = ?))",
        (to_ms(now), message_id, link_id),
    ).rowcount
