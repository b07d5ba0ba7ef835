"""Messages read back, newest first in the order of ids, each with its history."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
import itertools
import json
import sqlite3
from typing import Any, NamedTuple

from ..gateway.charset import decode
from ..gateway.numbers import canonical
from .models import (
    SEVERITY,
    Counter,
    Direction,
    LastMessage,
    Message,
    MessageFilter,
    MessageState,
    Source,
    StatusChange,
    Summary,
    from_ms,
    optional_time,
    readable,
    to_ms,
)


class _Kind(NamedTuple):
    """Where messages of one kind are stored, and the SQL of a filter's conditions; `party` None: a filter by parties excludes the kind.

    A row begins with its place in the order of all messages: the id, and the position within a submission. `read` takes the rest.
    """

    query: str
    table: str
    time: str
    mobile: str
    link_id: str
    read: Callable[..., Message]
    party: str | None = None
    only: str = "true"
    order: str = "id DESC"


def _matching(connection: sqlite3.Connection, kind: _Kind, wanted: MessageFilter) -> Iterator[Iterable[tuple[Any, ...]]]:
    """The rows of a kind that match, newest first; of a filter by parties, those of each."""
    if wanted.parties is None:
        yield _newest(connection, kind, wanted, {kind.only: ()})
    elif kind.party:
        for party in wanted.parties:
            yield _newest(connection, kind, wanted, {kind.only: (), kind.party: party})


def _newest(
    connection: sqlite3.Connection, kind: _Kind, wanted: MessageFilter, given: dict[str, tuple[Any, ...]]
) -> Iterable[tuple[Any, ...]]:
    """The newest rows of a kind that match the filter and the given conditions, each with its values."""
    conditions, values = list(given), list(itertools.chain.from_iterable(given.values()))
    mobile = wanted.mobile and canonical(wanted.mobile)
    for condition, value in ((f"{kind.mobile} = ?", mobile), (kind.link_id, wanted.link_id)):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    within, limits = _time_conditions(kind, wanted)
    if within and values:
        # The unary + keeps SQLite from using the index by time, which would read the messages of all phones in that time.
        conditions += [f"+{condition}" for condition in within]
        values += limits
    elif within:
        # An index answers this alone, however long the time is.
        conditions.append(
            f"{kind.table}.id IN (SELECT id FROM {kind.table} WHERE {' AND '.join([*within, kind.only])} ORDER BY id DESC LIMIT ?)"
        )
        values += [*limits, wanted.limit]
    query = f"{kind.query} WHERE {' AND '.join(conditions)} ORDER BY {kind.order} LIMIT ?"
    return connection.execute(query, (*values, wanted.limit))


def _time_conditions(kind: _Kind, wanted: MessageFilter) -> tuple[list[str], list[Any]]:
    bounds = {f"{kind.time} >= ?": wanted.since, f"{kind.time} < ?": wanted.until}
    given = {condition: to_ms(time) for condition, time in bounds.items() if time is not None}
    return list(given), list(given.values())


def read_sent(
    message_id: str,
    mobile: str,
    recipient_id: str | None,
    text: str,
    link_id: str,
    submission_state: str,
    state: str,
    state_at: int,
    code: str | None,
    reason: str | None,
    called_at: int,
    send_at: int | None,
    reported: str,
    *steps: int | None,
) -> Message:
    """The message to a number, from SENT_COLUMNS."""
    reports = [
        StatusChange(state=MessageState(outcome), at=from_ms(received_at), status=status, source=Source(source))
        for status, outcome, received_at, source in json.loads(reported)
    ]
    own = _cancelled(state_at, *steps) if state == MessageState.CANCELLED else _steps(submission_state, code, *steps)
    return Message(
        message_id=message_id,
        direction=Direction.OUT,
        mobile=mobile,
        recipient_id=recipient_id,
        message=text,
        link_id=link_id,
        state=MessageState(state),
        code=code,
        status=reports[-1].status if reports else None,
        reason=reason,
        send_at=optional_time(send_at),
        at=from_ms(called_at),
        history=tuple(sorted([*own, *reports], key=lambda step: step.at)),
    )


def _steps(
    state: str, code: str | None, queued_at: int | None, submitted_at: int | None, settled_at: int | None
) -> Iterator[StatusChange]:
    """The steps of a submission."""
    if queued_at is not None:
        yield StatusChange(state=MessageState.QUEUED, at=from_ms(queued_at))
    if submitted_at is not None:
        yield StatusChange(state=MessageState.SUBMITTING, at=from_ms(submitted_at))
    if settled_at is not None:
        yield StatusChange(state=MessageState(state), at=from_ms(settled_at), status=code)


def _cancelled(cancelled_at: int, queued_at: int | None, *_: int | None) -> Iterator[StatusChange]:
    """The steps of a number that was cancelled; those of the other numbers of its submission differ."""
    yield from _steps(MessageState.CANCELLED, None, queued_at, None, cancelled_at)


def read_reply(
    message_id: str, mobile: str, recipient_id: str | None, text: str, link_id: str | None, at: int, source: str, published: int
) -> Message:
    """A reply, from REPLY_COLUMNS."""
    step = StatusChange(state=MessageState.RECEIVED, at=from_ms(at), source=Source(source))
    return Message(
        message_id=message_id,
        direction=Direction.IN,
        mobile=mobile,
        recipient_id=recipient_id,
        message=text,
        link_id=link_id,
        state=step.state,
        at=step.at,
        history=(step,),
        is_published=bool(published),
    )


def read_unreadable(
    message_id: str, mobile: str | None, raw: bytes, link_id: str | None, at: int, source: str, reason: str
) -> Message:
    """Something that could not be read, from UNREADABLE_COLUMNS."""
    step = StatusChange(state=MessageState.QUARANTINED, at=from_ms(at), status=reason, source=Source(source))
    return Message(
        message_id=message_id,
        direction=Direction.IN,
        mobile=mobile,
        recipient_id=None,
        message=decode(raw),
        link_id=link_id,
        state=step.state,
        at=step.at,
        history=(step,),
        reason=reason,
    )


# The reports of a number come with it, as one statement for each number would take longer than all else.
SENT_COLUMNS = """message_id || '-' || position, number.mobile, recipient_id, message, link_id, submission.state, number.state, state_at,
    code, reason, called_at, send_at,
    (SELECT json_group_array(json_array(content, outcome, received_at, source) ORDER BY record.id) FROM record
        WHERE kind = 'rpt' AND record.link_id = submission.link_id AND record.mobile = compared),
    queued_at, submitted_at, settled_at"""
REPLY_COLUMNS = "record.message_id, mobile, nullif(addressee, ''), content, record.link_id, received_at, source, published"
UNREADABLE_COLUMNS = "message_id, mobile, raw, link_id, received_at, source, reason"

_SENT = _Kind(
    read=read_sent,
    query=f"SELECT submission_id, position, {SENT_COLUMNS} FROM number CROSS JOIN submission ON submission.id = submission_id",
    table="submission",
    time="called_at",
    mobile="compared",
    party="addressee = ? AND compared = ?",
    link_id="submission_id = (SELECT id FROM submission WHERE link_id = ?)",
    order="submission_id DESC, position DESC",
)
_REPLIES = _Kind(
    read=read_reply,
    query=f"SELECT id, 0, {REPLY_COLUMNS} FROM record",
    table="record",
    time="received_at",
    mobile="mobile",
    party="addressee = ? AND mobile = ?",
    link_id="link_id = ?",
    only="kind = 'mo' AND quarantined = 0",
)
_QUARANTINED = _Kind(
    read=read_unreadable,
    query=f"SELECT id, 0, {UNREADABLE_COLUMNS} FROM quarantine",
    table="quarantine",
    time="received_at",
    mobile="mobile",
    link_id="link_id = ?",
)


def find(connection: sqlite3.Connection, wanted: MessageFilter) -> list[Message]:
    """The newest messages that match, newest first."""
    kinds: list[_Kind] = []
    if wanted.direction is not Direction.IN:
        kinds.append(_SENT)
    if wanted.direction is not Direction.OUT:
        kinds += [_REPLIES, _QUARANTINED]
    sources = (zip(rows, itertools.repeat(kind.read)) for kind in kinds for rows in _matching(connection, kind, wanted))
    newest = merge(*sources, key=lambda found: found[0][:2], reverse=True)
    return list(itertools.islice(readable(lambda row, read: read(*row[2:]), newest), wanted.limit))


def summarise(connection: sqlite3.Connection) -> Summary:
    """What the log holds."""

    def first(query: str) -> Any:
        return next(connection.execute(query), (None,))[0]

    return Summary(
        counters={Counter(name): value for name, value in connection.execute("SELECT name, value FROM counter")},
        queued=first("SELECT count(*) FROM number WHERE state = 'queued'"),
        queued_since=optional_time(
            first("SELECT min(called_at) FROM submission WHERE id IN (SELECT submission_id FROM number WHERE state = 'queued')")
        ),
        quarantined=first("SELECT count(*) FROM quarantine"),
        unseen=first("SELECT count(*) FROM quarantine WHERE seen = 0"),
        unpublished=first("SELECT count(*) FROM record WHERE published = 0"),
        last_push=optional_time(
            first("SELECT received_at FROM arrival WHERE source = 'push' AND kind IS NULL ORDER BY id DESC LIMIT 1")
        ),
        first_accepted=optional_time(first("SELECT called_at FROM submission WHERE state = 'accepted' ORDER BY id LIMIT 1")),
    )


_LAST_CALL = """
WITH called AS (
    SELECT addressee, mobile, sent_id FROM party WHERE addressee = :recipient_id AND addressee != ''
    UNION ALL SELECT addressee, mobile, sent_id FROM party WHERE addressee = '' AND mobile IN (SELECT value FROM json_each(:mobiles))
)
SELECT number.state, message, called_at, code, reason, send_at, link_id, number.mobile
FROM submission CROSS JOIN called
CROSS JOIN number ON compared = called.mobile AND submission_id = submission.id AND number.addressee = called.addressee
WHERE call_id = (SELECT call_id FROM submission WHERE id >= (SELECT max(sent_id) FROM called) ORDER BY id LIMIT 1)"""


def last_messages(connection: sqlite3.Connection, groups: Sequence[tuple[str, tuple[str, ...]]]) -> list[LastMessage | None]:
    """The last call to each recipient: one that named it, or that named one of its numbers and no recipient."""
    return [_last_message(connection, *group) for group in groups]


def _last_message(connection: sqlite3.Connection, recipient_id: str, mobiles: tuple[str, ...]) -> LastMessage | None:
    wanted = {"recipient_id": recipient_id, "mobiles": json.dumps([canonical(mobile) for mobile in mobiles])}
    rows = connection.execute(_LAST_CALL, wanted).fetchall()
    rows = [row for row in rows if row[0] in SEVERITY]
    if not rows:
        return None
    state, message, called_at, code, reason, send_at, link_id, mobile = min(rows, key=lambda row: SEVERITY.index(row[0]))
    query = "SELECT content FROM record WHERE kind = 'rpt' AND link_id = ? AND mobile = ? ORDER BY id DESC LIMIT 1"
    (status,) = connection.execute(query, (link_id, canonical(mobile))).fetchone() or (None,)
    return LastMessage(
        state=MessageState(state),
        message=message,
        at=from_ms(called_at),
        code=code,
        status=status,
        reason=reason,
        send_at=optional_time(send_at),
    )


def mark_seen(connection: sqlite3.Connection) -> None:
    """Mark all that is in quarantine as seen by a user."""
    connection.execute("UPDATE quarantine SET seen = 1 WHERE seen = 0")
