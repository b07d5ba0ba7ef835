"""Pushes and pulled pages: stored as they came and decoded in one transaction, and quarantined where they can't be read.

The schema keeps each status of a message to a number once. A reply that comes by both channels is kept once; two equal replies by
one channel are both kept.
"""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
import sqlite3
from typing import Any
from uuid import uuid7

from ..gateway.models import Charset, RawPage, RawPush, Reading, Record, RecordKind, Reply, Report, Unreadable
from ..gateway.pushes import read_push
from ..gateway.records import html_outline, is_without_records, looks_like_record, read_page
from .models import ImportCounts, PendingEvent, RawInbound, Source, from_ms, optional_ms, optional_time, to_ms

DEDUPE_WINDOW = timedelta(days=1)
"""Equal records count as one if one was pushed and one pulled within this time.

It is short, because the second of two replies that only happen to be equal is lost.
"""

# A publisher may still have an id of the file that this one has replaced. Such an id can be higher than all ids of this file.
_LAST_ID = "(SELECT seq FROM sqlite_sequence WHERE name = 'record')"
_OTHER = {Source.PUSH: Source.PULL, Source.PULL: Source.PUSH}

# A record of the other channel that came at about the same time, or was sent at about the same time. Pushed records state no time, and
# count as sent when they came.
_MATCH = """
UPDATE record SET match_key = NULL WHERE id = (
    SELECT id FROM (SELECT id FROM record WHERE match_key = :key AND source = :other
        AND received_at BETWEEN :received_at - :window AND :received_at + :window ORDER BY received_at LIMIT 1)
    UNION ALL
    SELECT id FROM (SELECT id FROM record WHERE match_key = :key AND source = :other
        AND received_at BETWEEN :stated_at - :window AND :stated_at + :window AND stated_at IS NULL ORDER BY received_at LIMIT 1)
    UNION ALL
    SELECT id FROM (SELECT id FROM record WHERE match_key = :key AND source = :other
        AND stated_at BETWEEN :stated_at - :window AND :stated_at + :window ORDER BY stated_at LIMIT 1)
    LIMIT 1
) RETURNING id"""
_INSERT = """
INSERT INTO record (
    id, message_id, kind, source, mobile, link_id, content, sub_code, outcome, stated_at, received_at, match_key, attempts
)
SELECT next_id.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM next_id WHERE true
ON CONFLICT (link_id, mobile, content) WHERE kind = 'rpt' AND link_id IS NOT NULL DO NOTHING RETURNING id"""
_REPEAT = """
UPDATE arrival SET repeats = repeats + 1, received_at = ? WHERE id = (SELECT max(id) FROM arrival WHERE source = ? AND kind IS ?)
AND (query, body, content_type, content_encoding, status, complete) IS (?, ?, ?, ?, ?, ?) RETURNING id"""


def store(connection: sqlite3.Connection, arrival: RawInbound, *, user_id: str, will_publish: bool) -> ImportCounts:
    """Store a push or page exactly as it came, and decode it; raises nothing but SQLite's errors."""
    raw, received_at = arrival.raw, to_ms(arrival.received_at)
    reading = _decode(connection, arrival, user_id)
    kind, content = _columns(raw)
    may_hold_record = reading.records or any(map(looks_like_record, (raw.body, *(broken.raw for broken in reading.unreadable))))
    if not may_hold_record and connection.execute(_REPEAT, (received_at, arrival.source, kind, *content)).fetchone():
        return ImportCounts(is_foreign=reading.is_foreign, is_repeated=True)
    is_bare = not may_hold_record and isinstance(raw, RawPage) and (is_without_records(raw) or _is_known(connection, raw))
    connection.execute(
        "INSERT INTO arrival (source, kind, query, body, content_type, content_encoding, status, complete, received_at, is_bare)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (arrival.source, kind, *content, received_at, is_bare),
    )
    return _insert_reading(connection, arrival, reading, will_publish=will_publish, is_bare=is_bare)


def _is_known(connection: sqlite3.Connection, page: RawPage) -> bool:
    """Whether an HTML page differs from one of the last 20 pages of its kind only in times and ids of requests: it has no new record."""
    outline = html_outline(page)
    rows = connection.execute(
        "SELECT body, content_encoding FROM arrival WHERE source = ? AND kind = ? ORDER BY id DESC LIMIT 20",
        (Source.PULL, page.kind),
    )
    return outline is not None and any(
        html_outline(page._replace(body=body, content_encoding=encoding)) == outline for body, encoding in rows
    )


def decode_stored(connection: sqlite3.Connection, arrival: RawInbound, *, user_id: str, will_publish: bool) -> ImportCounts:
    """Decode a push or page that is stored already."""
    return _insert_reading(connection, arrival, _decode(connection, arrival, user_id), will_publish=will_publish)


def _columns(raw: RawPush | RawPage) -> tuple[RecordKind | None, tuple[Any, ...]]:
    """The kind of a push or page, where it is known, and the values of its columns."""
    if isinstance(raw, RawPush):
        return None, (raw.query, raw.body, raw.content_type, None, 200, True)
    return raw.kind, (b"", raw.body, raw.content_type, raw.content_encoding, raw.status, raw.complete)


def _decode(connection: sqlite3.Connection, arrival: RawInbound, user_id: str) -> Reading:
    """Read the records of a push or page, and keep the charset that it proves.

    An error of the decoder makes all of it unreadable, and loses nothing.
    """
    raw = arrival.raw
    row = connection.execute("SELECT value FROM property WHERE name = 'charset'").fetchone()
    evidence = Charset(row[0]) if row else None
    try:
        if isinstance(raw, RawPage):
            reading = read_page(raw, evidence=evidence)
        else:
            reading = read_push(raw, user_id=user_id, evidence=evidence)
    except Exception as err:  # noqa: BLE001
        whole = raw.body if isinstance(raw, RawPage) else raw.query + b"\n" + raw.body
        return Reading(unreadable=(Unreadable(raw=whole, reason=type(err).__name__),))
    if reading.charset not in (None, evidence):
        connection.execute("INSERT OR REPLACE INTO property VALUES ('charset', ?)", (reading.charset,))
    return reading


def _insert_reading(
    connection: sqlite3.Connection, arrival: RawInbound, reading: Reading, *, will_publish: bool, is_bare: bool = False
) -> ImportCounts:
    """Insert the records of an arrival, and quarantine what could not be read."""
    unseen = [
        broken
        for broken in reading.unreadable
        if not reading.is_foreign and (arrival.source is Source.PUSH or looks_like_record(broken.raw))
    ]
    for broken in reading.unreadable:
        _quarantine(connection, arrival, broken, is_notable=broken in unseen, is_bare=is_bare)
    inserted = (_insert(connection, record, arrival, attempts=int(will_publish)) for record in reading.records)
    new = [event for event in inserted if event]
    replies = sum(isinstance(event.record, Reply) for event in new)
    return ImportCounts(
        events=tuple(new) if will_publish else (),
        replies=replies,
        reports=len(new) - replies,
        records=len(reading.records),
        quarantined=len(reading.unreadable),
        unseen=len(unseen),
        is_foreign=reading.is_foreign,
    )


def _quarantine(
    connection: sqlite3.Connection, arrival: RawInbound, broken: Unreadable, *, is_notable: bool, is_bare: bool
) -> None:
    """Quarantine unreadable content; an issue asks the user to look at it if it is notable."""
    connection.execute(
        "INSERT INTO quarantine (id, message_id, source, raw, reason, received_at, seen, is_bare)"
        " SELECT next_id.id, ?, ?, ?, ?, ?, ?, ? FROM next_id",
        (uuid7().hex, arrival.source, broken.raw, broken.reason, to_ms(arrival.received_at), not is_notable, is_bare),
    )


def match_key(kind: str, mobile: str, link_id: str | None, content: str) -> bytes:
    """A digest that is the same for a record and its copy on the other channel."""
    return blake2b("\0".join((kind, mobile, link_id or "", content)).encode(errors="surrogatepass"), digest_size=16).digest()


def _insert(connection: sqlite3.Connection, record: Record, arrival: RawInbound, *, attempts: int) -> PendingEvent | None:
    """Insert a record, and return its pending event; None where the log has the record already."""
    if isinstance(record, Reply):
        kind, content, stated, outcome = RecordKind.REPLY, record.message, record.replied_at, None
    else:
        kind, content, stated, outcome = RecordKind.REPORT, record.status, record.reported_at, record.outcome
    key = None
    received_at, stated_at = to_ms(arrival.received_at), optional_ms(stated)
    if kind is RecordKind.REPLY or record.link_id is None:
        key = match_key(kind, record.mobile, record.link_id, content)
        if _match(connection, key, arrival.source, received_at, received_at if stated_at is None else stated_at):
            return None
    message_id = uuid7().hex
    values = (message_id, kind, arrival.source, record.mobile, record.link_id, content, record.sub_code, outcome, stated_at)
    row = connection.execute(_INSERT, (*values, received_at, key, attempts)).fetchone()
    if row is None:
        return None
    original_text, recipient_id = _original(connection, record)
    return PendingEvent(
        id=row[0],
        message_id=message_id,
        record=record,
        source=arrival.source,
        received_at=from_ms(received_at),
        original_text=original_text,
        recipient_id=recipient_id,
        attempts=attempts,
    )


def _original(connection: sqlite3.Connection, record: Record) -> tuple[str | None, str | None]:
    """The text that a record answers or reports on, and the recipient that it was for, as far as that is known."""
    if record.link_id is None:
        return None, None
    row: tuple[str, str | None] | None = connection.execute(
        "SELECT message, (SELECT recipient_id FROM number WHERE submission_id = submission.id AND compared = ?)"
        " FROM submission WHERE link_id = ?",
        (record.mobile, record.link_id),
    ).fetchone()
    return row or (None, None)


def _match(connection: sqlite3.Connection, key: bytes, source: Source, received_at: int, stated_at: int) -> bool:
    """Whether the other channel has brought this record; each of its records matches one record at most."""
    sought = {
        "key": key,
        "other": _OTHER[source],
        "received_at": received_at,
        "stated_at": stated_at,
        "window": DEDUPE_WINDOW // timedelta(milliseconds=1),
    }
    return connection.execute(_MATCH, sought).fetchone() is not None


def pending_events(connection: sqlite3.Connection, after: int, limit: int) -> list[PendingEvent]:
    """Records after an id that wait to be published, in order of id; a row that can't be read back is quarantined."""
    query = (
        "SELECT record.id, record.message_id, kind, source, mobile, record.link_id, content, sub_code, stated_at, received_at, attempts,"
        " message, (SELECT recipient_id FROM number WHERE submission_id = submission.id AND compared = record.mobile)"
        " FROM record LEFT JOIN submission ON submission.link_id = record.link_id"
        f" WHERE published = 0 AND record.id > CASE WHEN ? > {_LAST_ID} THEN 0 ELSE ? END ORDER BY record.id LIMIT ?"
    )
    while rows := connection.execute(query, (after, after, limit)).fetchall():
        if readable := list(_readable(connection, rows)):
            return readable
    return []


def _readable(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> Iterator[PendingEvent]:
    for row in rows:
        try:
            yield _pending(*row)
        except Exception as err:  # noqa: BLE001
            quarantine_record(connection, row[0], type(err).__name__)


def _pending(
    number: int,
    message_id: str,
    kind: str,
    source: str,
    mobile: str,
    link_id: str | None,
    content: str,
    sub_code: str | None,
    stated_at: int | None,
    received_at: int,
    attempts: int,
    original_text: str | None,
    recipient_id: str | None,
) -> PendingEvent:
    time = optional_time(stated_at)
    if RecordKind(kind) is RecordKind.REPLY:
        record: Record = Reply(mobile=mobile, message=content, link_id=link_id, sub_code=sub_code, replied_at=time)
    else:
        record = Report(mobile=mobile, status=content, link_id=link_id, sub_code=sub_code, reported_at=time)
    return PendingEvent(
        id=number,
        message_id=message_id,
        record=record,
        source=Source(source),
        received_at=from_ms(received_at),
        original_text=original_text,
        recipient_id=recipient_id,
        attempts=attempts,
    )


def quarantine_record(connection: sqlite3.Connection, record_id: int, reason: str) -> None:
    """Quarantine a record that can't be published. It stays in `record` too, so that a repeat of it is recognised."""
    connection.execute(
        "INSERT INTO quarantine (id, message_id, source, raw, reason, mobile, link_id, received_at)"
        " SELECT next_id.id, message_id, source, CAST(content AS BLOB), ?, mobile, link_id, received_at FROM record, next_id"
        " WHERE record.id = ?",
        (reason, record_id),
    )
    connection.execute("UPDATE record SET published = 1, quarantined = 1 WHERE id = ?", (record_id,))


def mark_published(connection: sqlite3.Connection, up_to: int) -> None:
    """Mark all records up to this id as published, so that they are not published again."""
    connection.execute(f"UPDATE record SET published = 1 WHERE published = 0 AND id <= ? AND ? <= {_LAST_ID}", (up_to, up_to))
