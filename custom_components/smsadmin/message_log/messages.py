"""Messages read back, newest first, each with its history."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nlargest
import sqlite3
from typing import Any

from ..gateway.charset import decode
from ..gateway.models import RecordKind, Report
from .models import Counter, Direction, Message, MessageFilter, MessageState, Source, StatusChange, Summary, from_ms, to_ms
from .outbound import last_state

_SENT = """
SELECT submission.message_id || '-' || position, submitted_at, mobile, link_id, message, submission.state, number.state, code, settled_at
FROM submission JOIN number ON submission_id = submission.id"""
_REPLIES = "SELECT message_id, received_at, mobile, link_id, content, source FROM record"
_QUARANTINED = "SELECT message_id, received_at, raw, reason, source FROM quarantine"
_REPORTS = "SELECT content, received_at, source FROM record WHERE link_id = ? AND mobile = ? AND kind = ? ORDER BY id"


def find(connection: sqlite3.Connection, wanted: MessageFilter) -> list[Message]:
    """The newest messages that match, newest first."""
    found: list[Message] = []
    if wanted.direction is not Direction.IN:
        found += _sent(connection, wanted)
    if wanted.direction is not Direction.OUT:
        found += _replies(connection, wanted)
        if wanted.mobile is None and wanted.link_id is None:
            found += _quarantined(connection, wanted)
    return nlargest(wanted.limit, found, key=lambda message: (message.at, message.message_id))


def _newest(
    connection: sqlite3.Connection, query: str, time: str, wanted: MessageFilter, **conditions: object
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that match, the newest of them and no more than wanted."""
    bounds = {f"{time} >= ?": wanted.since, f"{time} < ?": wanted.until}
    given = {f"{column} = ?": value for column, value in conditions.items() if value is not None} | {
        bound: to_ms(limit) for bound, limit in bounds.items() if limit is not None
    }
    where = f" WHERE {' AND '.join(given)}" if given else ""
    yield from connection.execute(f"{query}{where} ORDER BY {time} DESC LIMIT ?", (*given.values(), wanted.limit))


def _sent(connection: sqlite3.Connection, wanted: MessageFilter) -> Iterator[Message]:
    rows = _newest(connection, _SENT, "submitted_at", wanted, mobile=wanted.mobile, link_id=wanted.link_id)
    for message_id, at, mobile, link_id, text, submission_state, own_state, code, settled_at in rows:
        steps = [StatusChange(state=MessageState.SUBMITTING, at=from_ms(at))]
        if settled_at is not None:
            steps.append(StatusChange(state=MessageState(submission_state), at=from_ms(settled_at), status=code))
        steps += _reports(connection, link_id, mobile)
        yield Message(
            message_id=message_id,
            direction=Direction.OUT,
            mobile=mobile,
            message=text,
            link_id=link_id,
            state=MessageState(own_state or submission_state),
            at=from_ms(at),
            history=tuple(sorted(steps, key=_when)),
        )


def _reports(connection: sqlite3.Connection, link_id: str, mobile: str) -> Iterator[StatusChange]:
    for status, received_at, source in connection.execute(_REPORTS, (link_id, mobile, RecordKind.REPORT)):
        outcome = Report(mobile=mobile, status=status, link_id=link_id).outcome
        yield StatusChange(state=MessageState(outcome), at=from_ms(received_at), status=status, source=Source(source))


def _when(step: StatusChange) -> datetime:
    return step.at


def _replies(connection: sqlite3.Connection, wanted: MessageFilter) -> Iterator[Message]:
    rows = _newest(
        connection, _REPLIES, "received_at", wanted, kind=RecordKind.REPLY, mobile=wanted.mobile, link_id=wanted.link_id
    )
    for message_id, at, mobile, link_id, text, source in rows:
        yield _received(
            message_id,
            at,
            StatusChange(state=MessageState.RECEIVED, at=from_ms(at), source=Source(source)),
            text,
            mobile,
            link_id,
        )


def _quarantined(connection: sqlite3.Connection, wanted: MessageFilter) -> Iterator[Message]:
    for message_id, at, raw, reason, source in _newest(connection, _QUARANTINED, "received_at", wanted):
        step = StatusChange(state=MessageState.QUARANTINED, at=from_ms(at), status=reason, source=Source(source))
        yield _received(message_id, at, step, decode(raw))


def _received(
    message_id: str, at: int, step: StatusChange, text: str, mobile: str | None = None, link_id: str | None = None
) -> Message:
    return Message(
        message_id=message_id,
        direction=Direction.IN,
        mobile=mobile,
        message=text,
        link_id=link_id,
        state=step.state,
        at=from_ms(at),
        history=(step,),
    )


def summarise(connection: sqlite3.Connection, groups: tuple[tuple[str, ...], ...]) -> Summary:
    """What the log holds, and the state of the last message to each group of numbers."""

    def first(query: str, *arguments: object) -> Any:
        return next(connection.execute(query, arguments), (None,))[0]

    def time(query: str, *arguments: object) -> datetime | None:
        ms = first(query, *arguments)
        return None if ms is None else from_ms(ms)

    return Summary(
        counters={Counter(name): value for name, value in connection.execute("SELECT name, value FROM counter")},
        quarantined=first("SELECT count(*) FROM quarantine"),
        unread=first("SELECT count(*) FROM quarantine WHERE seen = 0"),
        waiting=first(
            "SELECT (SELECT count(*) FROM record WHERE handed_over = 0) + (SELECT count(*) FROM arrival WHERE is_decoded = 0)"
        ),
        last_push=time("SELECT max(received_at) FROM arrival WHERE source = ?", Source.PUSH),
        first_accepted=time(
            "SELECT submitted_at FROM submission WHERE state = ? ORDER BY submitted_at LIMIT 1", MessageState.ACCEPTED
        ),
        states=tuple(last_state(connection, group) for group in groups),
    )


def mark_seen(connection: sqlite3.Connection) -> None:
    """Somebody has looked at what is in quarantine."""
    connection.execute("UPDATE quarantine SET seen = 1 WHERE seen = 0")
