"""Messages that were not delivered in time, and what has been told of them: that must be known after a restart.

A message is due once its time to be delivered has ended, or before that when it has failed. Whoever watches has told of everything
whose time has ended until a moment, and of single messages that failed before their time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
import sqlite3
from typing import Any

from .models import FAILED, MessageState, from_ms, to_ms

# The message of the row that holds until when everything has been told.
_EVERYTHING = ""

_SOUGHT = """
FROM submission JOIN number ON submission_id = submission.id
WHERE submission.id IN (
    SELECT id FROM submission WHERE submitted_at > :since UNION ALL SELECT id FROM submission WHERE send_at > :since)
AND coalesce(number.state, submission.state) != :delivered
AND (:mobiles IS NULL OR mobile IN (SELECT value FROM json_each(:mobiles)))"""
_FAILED = "coalesce(number.state, submission.state) IN (SELECT value FROM json_each(:failed))"
_DUE_AT = "max(submitted_at, coalesce(send_at, 0)) + :within"

_DUE = f"""
SELECT submission.message_id || '-' || position, mobile, message, link_id, coalesce(number.state, submission.state), submitted_at, {_DUE_AT}
{_SOUGHT} AND ({_FAILED} OR {_DUE_AT} <= :now) ORDER BY submission.id, position"""
_NEXT = f"SELECT min({_DUE_AT}) {_SOUGHT} AND NOT {_FAILED} AND {_DUE_AT} > :now"


@dataclass(frozen=True, kw_only=True, slots=True)
class OverdueMessage:
    """A message to a number that has failed, or whose time to be delivered has ended (at `due_at`)."""

    message_id: str
    mobile: str
    message: str
    link_id: str
    state: MessageState
    submitted_at: datetime
    due_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Undelivered:
    """What is due, in the order in which it was sent, and when the next message will be."""

    due: tuple[OverdueMessage, ...]
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Everything due until a moment has been told; so has what failed before its time, which is given."""

    until: datetime
    early: Mapping[str, datetime]


def undelivered(
    connection: sqlite3.Connection, within: timedelta, mobiles: Sequence[str] | None, after: datetime, now: datetime
) -> Undelivered:
    """What failed, or was not delivered within a time by `now`; of messages whose time ends after `after`, to these numbers or all."""
    within_ms = within // timedelta(milliseconds=1)
    parameters: dict[str, Any] = {
        "within": within_ms,
        "since": to_ms(after) - within_ms,
        "now": to_ms(now),
        "mobiles": None if mobiles is None else json.dumps(mobiles),
        "delivered": MessageState.DELIVERED,
        "failed": json.dumps(FAILED),
    }
    (next_at,) = connection.execute(_NEXT, parameters).fetchone()
    return Undelivered(
        due=tuple(
            OverdueMessage(
                message_id=message_id,
                mobile=mobile,
                message=message,
                link_id=link_id,
                state=MessageState(state),
                submitted_at=from_ms(submitted_at),
                due_at=from_ms(due_at),
            )
            for message_id, mobile, message, link_id, state, submitted_at, due_at in connection.execute(_DUE, parameters)
        ),
        next_at=None if next_at is None else from_ms(next_at),
    )


def told(connection: sqlite3.Connection, watcher: str) -> Told | None:
    """What a watcher has told of; None of one that never did."""
    rows = connection.execute("SELECT message_id, due_at FROM told WHERE watcher = ?", (watcher,))
    early = {message_id: from_ms(due_at) for message_id, due_at in rows}
    until = early.pop(_EVERYTHING, None)
    return None if until is None else Told(until=until, early=early)


def tell(connection: sqlite3.Connection, watcher: str, news: Told) -> None:
    """Write what a watcher has told of, in the place of what it wrote before."""
    connection.execute("DELETE FROM told WHERE watcher = ?", (watcher,))
    rows = {_EVERYTHING: news.until, **news.early}
    connection.executemany(
        "INSERT INTO told (watcher, message_id, due_at) VALUES (?, ?, ?)",
        [(watcher, message_id, to_ms(due_at)) for message_id, due_at in rows.items()],
    )
