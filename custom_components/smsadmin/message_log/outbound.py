"""Submissions: written before they leave, settled by the platform's answer, and number by number by its reports."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
import sqlite3
from uuid import uuid7

from ..gateway.models import Submission
from .errors import DailyLimitError, LinkIdUsedError
from .models import FAILED, Counter, MessageState, to_ms
from .rows import values


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyLimit:
    """How many numbers may be submitted from a time on."""

    numbers: int
    since: datetime


def begin(
    connection: sqlite3.Connection, submissions: Sequence[Submission], now: datetime, limit: DailyLimit | None = None
) -> None:
    """Write submissions that are about to leave; all of them or, with a SendNotAllowedError, none."""
    if limit:
        submitted = numbers_since(connection, limit.since)
        if submitted + sum(len(submission.mobiles) for submission in submissions) > limit.numbers:
            raise DailyLimitError(submitted)
    for submission in submissions:
        if connection.execute("SELECT 1 FROM submission WHERE link_id = ?", (submission.link_id,)).fetchone():
            raise LinkIdUsedError
        connection.execute(
            "INSERT INTO submission (message_id, link_id, message, numbers, mobiles, submitted_at, send_at, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                uuid7().hex,
                submission.link_id,
                submission.message,
                len(submission.mobiles),
                ";".join(submission.mobiles),
                to_ms(now),
                to_ms(submission.send_at) if submission.send_at else None,
                MessageState.SUBMITTING,
            ),
        )


def spread(connection: sqlite3.Connection) -> None:
    """Give every number a row of its own, which takes longer for a thousand of them than to submit them."""
    connection.execute(
        "INSERT INTO number (submission_id, position, mobile)"
        """ SELECT submission.id, key, value FROM submission, json_each('["' || replace(mobiles, ';', '","') || '"]')"""
        " WHERE mobiles IS NOT NULL"
    )
    connection.execute("UPDATE submission SET mobiles = NULL WHERE mobiles IS NOT NULL")


def settle(connection: sqlite3.Connection, link_id: str, state: MessageState, code: str | None, now: datetime) -> None:
    """Write what the platform's answer says. What reports have said of single numbers before it came stays."""
    settled = connection.execute(
        "UPDATE submission SET state = ?, code = ?, settled_at = ? WHERE link_id = ? AND state = ? RETURNING id, numbers",
        (state, code, to_ms(now), link_id, MessageState.SUBMITTING),
    ).fetchone()
    if settled is None:
        return
    submission_id, numbers = settled
    if state is MessageState.REJECTED:
        told = connection.execute("SELECT state FROM number WHERE submission_id = ? AND state IS NOT NULL", (submission_id,))
        count(connection, Counter.FAILED, numbers - sum(own in FAILED for (own,) in told))
    else:
        count(connection, Counter.SUBMITTED, numbers)


def mark_interrupted_unconfirmed(connection: sqlite3.Connection, now: datetime) -> None:
    """Nobody waits any longer for the answers to what was being submitted: it may or may not have gone out."""
    abandoned = connection.execute(
        "UPDATE submission SET state = ?, settled_at = ? WHERE state = ? RETURNING numbers",
        (MessageState.UNCONFIRMED, to_ms(now), MessageState.SUBMITTING),
    ).fetchall()
    count(connection, Counter.SUBMITTED, sum(numbers for (numbers,) in abandoned))


def report_all(connection: sqlite3.Connection, reports: Sequence[tuple[str, str, MessageState]]) -> None:
    """Reports have come, each on a link id and a number, one after the other.

    What was delivered stays delivered, and what has failed takes no lesser news, such as that nothing is known.
    """
    if not reports:
        return
    spread(connection)
    clause, parameters = values(list(dict.fromkeys(report[:2] for report in reports)))
    rows = connection.execute(
        f"WITH sought (link_id, mobile) AS ({clause})"
        " SELECT link_id, mobile, submission_id, position, coalesce(number.state, submission.state) FROM sought"
        " CROSS JOIN submission USING (link_id) CROSS JOIN number USING (mobile) WHERE submission_id = submission.id",
        parameters,
    )
    found = {(link_id, mobile): ((submission_id, position), state) for link_id, mobile, submission_id, position, state in rows}
    changed: dict[tuple[int, int], MessageState] = {}
    counted: dict[Counter, int] = defaultdict(int)
    for link_id, mobile, outcome in reports:
        place, before = found.get((link_id, mobile), (None, None))
        if place is None or (before := changed.get(place, before)) == MessageState.DELIVERED:
            continue
        if before in FAILED and outcome is not MessageState.DELIVERED and outcome not in FAILED:
            continue
        changed[place] = outcome
        if outcome is MessageState.DELIVERED:
            counted[Counter.DELIVERED] += 1
        elif outcome in FAILED and before not in FAILED:
            counted[Counter.FAILED] += 1
    if changed:
        clause, parameters = values([(*place, outcome) for place, outcome in changed.items()])
        connection.execute(
            f"WITH new (submission_id, position, state) AS ({clause}) UPDATE number SET state = new.state FROM new"
            " WHERE number.submission_id = new.submission_id AND number.position = new.position",
            parameters,
        )
    for counter, number in counted.items():
        count(connection, counter, number)


def numbers_since(connection: sqlite3.Connection, since: datetime) -> int:
    """How many numbers were submitted since then, those that surely got nothing aside."""
    (numbers,) = connection.execute(
        "SELECT coalesce(sum(numbers), 0) FROM submission WHERE submitted_at >= ? AND state != ?",
        (to_ms(since), MessageState.REJECTED),
    ).fetchone()
    return int(numbers)


# The least good news comes first: of a group, that is what somebody wants to know.
_SEVERITY = (
    MessageState.REJECTED,
    MessageState.UNDELIVERABLE,
    MessageState.EXPIRED,
    MessageState.BLACKLISTED,
    MessageState.OTHER,
    MessageState.UNKNOWN,
    MessageState.BUSY,
    MessageState.UNCONFIRMED,
    MessageState.SUBMITTING,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
)


def last_state(connection: sqlite3.Connection, mobiles: Sequence[str]) -> MessageState | None:
    """What became of the last submission to any of these numbers; where they fared differently, the least good of it."""
    marks = ", ".join("?" * len(mobiles))
    rows = connection.execute(
        f"SELECT coalesce(number.state, submission.state) FROM number JOIN submission ON submission.id = submission_id"
        # A text to a large group is several submissions.
        f" WHERE mobile IN ({marks}) AND submission_id IN (SELECT id FROM submission WHERE (submitted_at, message) = ("
        "SELECT submitted_at, message FROM submission"
        f" WHERE id = (SELECT max(submission_id) FROM number WHERE mobile IN ({marks}))))",
        (*mobiles, *mobiles),
    ).fetchall()
    return min((MessageState(state) for (state,) in rows), key=_SEVERITY.index, default=None)


def count(connection: sqlite3.Connection, counter: Counter, number: int) -> None:
    """Add to a counter."""
    if number:
        connection.execute("UPDATE counter SET value = value + ? WHERE name = ?", (number, counter))
