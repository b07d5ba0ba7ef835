"""Messages that were not delivered: failed ones, in the order of failing, and overdue ones."""

from datetime import datetime, timedelta
import sqlite3

from .models import FailedMessage, MessageState, Overdue, OverdueMessage, from_ms, optional_time, readable, to_ms

# A publisher may still have an id of the file that this one has replaced. Such an id can be higher than all ids of this file.
_LAST_ID = "(SELECT seq FROM sqlite_sequence WHERE name = 'failure')"
_PUBLISHED = "failures_published"
_PUBLISHED_UP_TO = f"coalesce((SELECT value FROM watermark WHERE name = '{_PUBLISHED}'), 0)"

# Only the log can tell which failure of a recipient is the first one: numbers may fail in different processes.
# CROSS JOIN fixes the order, so that the first row is enough for a group whose numbers fail one by one.
_PENDING = f"""
WITH published AS (
    SELECT max(
        CASE WHEN :after > {_LAST_ID} THEN 0 ELSE :after END,
        {_PUBLISHED_UP_TO}
    ) AS up_to
)
SELECT failure.id, message_id || '-' || position, call_id, mobile, recipient_id, message, link_id, number.state, code, reason,
    called_at, send_at, failed_at, NOT EXISTS (
        SELECT 1 FROM submission AS part
        CROSS JOIN failure AS earlier ON earlier.submission_id = part.id
        CROSS JOIN number AS other USING (submission_id, position)
        WHERE part.call_id = submission.call_id AND other.recipient_id IS number.recipient_id AND earlier.id < failure.id
        AND (other.failed OR earlier.id <= (SELECT up_to FROM published))
    )
FROM failure
JOIN number USING (submission_id, position)
JOIN submission ON submission.id = submission_id
WHERE failure.id > (SELECT up_to FROM published) AND number.failed
ORDER BY failure.id LIMIT :limit"""

_DUE_AT = "max(called_at, coalesce(send_at, 0)) + :within"
_OVERDUE = f"""
FROM submission
JOIN number ON submission_id = submission.id
LEFT JOIN failure USING (submission_id, position)
WHERE submission.id IN (
    SELECT id FROM submission WHERE called_at > :since UNION ALL SELECT id FROM submission WHERE send_at > :since
    UNION ALL SELECT id FROM submission WHERE id > :after_id)
AND number.state NOT IN ('delivered', 'cancelled')
AND (NOT failed OR failed_at > {_DUE_AT} AND failure.id > {_PUBLISHED_UP_TO})"""
_MESSAGES = f"""
SELECT message_id || '-' || position, call_id, mobile, recipient_id, message, link_id, number.state, called_at, {_DUE_AT}
{_OVERDUE} AND ({_DUE_AT} > :after OR submission.id > :after_id) AND {_DUE_AT} <= :until ORDER BY submission.id, position"""
_NEXT = f"SELECT min({_DUE_AT}) {_OVERDUE} AND {_DUE_AT} > :until"


def pending(connection: sqlite3.Connection, after: int, limit: int) -> list[FailedMessage]:
    """Failures after an id that wait to be published, in order of id; without numbers that were delivered after all."""
    return list(readable(_failed, connection.execute(_PENDING, {"after": after, "limit": limit})))


def _failed(
    number: int,
    message_id: str,
    call_id: str,
    mobile: str,
    recipient_id: str | None,
    message: str,
    link_id: str,
    state: str,
    code: str | None,
    reason: str | None,
    called_at: int,
    send_at: int | None,
    failed_at: int,
    is_first: int,
) -> FailedMessage:
    return FailedMessage(
        id=number,
        message_id=message_id,
        call_id=call_id,
        mobile=mobile,
        recipient_id=recipient_id,
        message=message,
        link_id=link_id,
        state=MessageState(state),
        code=code,
        reason=reason,
        called_at=from_ms(called_at),
        send_at=optional_time(send_at),
        failed_at=from_ms(failed_at),
        is_first=bool(is_first),
    )


def mark_published(connection: sqlite3.Connection, up_to: int) -> None:
    """Mark failures up to this id as published, so that they are not published again."""
    connection.execute(
        f"INSERT INTO watermark SELECT '{_PUBLISHED}', ? WHERE ? <= {_LAST_ID}"
        " ON CONFLICT DO UPDATE SET value = excluded.value WHERE value < excluded.value",
        (up_to, up_to),
    )


def overdue(
    connection: sqlite3.Connection, within: timedelta, after: datetime, until: datetime, after_id: int | None = None
) -> Overdue:
    """Undelivered messages that had not failed within a time of their call, or of the time that they were scheduled for.

    Of these, the messages whose time ended by `until`, and after `after` unless they were written after `after_id`, the `last_id` of an
    earlier result: the log writes late what it could not take at once. Cancelled ones are left out, and those whose failure has been
    published: it was reported then, by this process or by an earlier one.
    """
    within_ms = within // timedelta(milliseconds=1)
    times = {"since": to_ms(after) - within_ms, "after": to_ms(after), "until": to_ms(until)}
    parameters = {"within": within_ms, "after_id": after_id, **times}
    messages = tuple(readable(_overdue, connection.execute(_MESSAGES, parameters)))
    (next_at,) = connection.execute(_NEXT, parameters).fetchone()
    (last_id,) = connection.execute("SELECT coalesce(max(id), 0) FROM submission").fetchone()
    return Overdue(messages=messages, next_at=optional_time(next_at), last_id=last_id)


def _overdue(
    message_id: str,
    call_id: str,
    mobile: str,
    recipient_id: str | None,
    message: str,
    link_id: str,
    state: str,
    called_at: int,
    due_at: int,
) -> OverdueMessage:
    return OverdueMessage(
        message_id=message_id,
        call_id=call_id,
        mobile=mobile,
        recipient_id=recipient_id,
        message=message,
        link_id=link_id,
        state=MessageState(state),
        called_at=from_ms(called_at),
        due_at=from_ms(due_at),
    )


def watermark(connection: sqlite3.Connection, name: str) -> datetime | None:
    """The time up to which a monitor has fired for all texts; None for a monitor that has never run."""
    row = connection.execute("SELECT value FROM watermark WHERE name = ?", (name,)).fetchone()
    return optional_time(row and row[0])


def set_watermark(connection: sqlite3.Connection, name: str, time: datetime) -> None:
    """Write the time up to which a monitor has fired for all texts."""
    connection.execute(
        "INSERT INTO watermark VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (name, to_ms(time))
    )
