"""What came in: kept as it came, read, and handed over once it was.

A report tells its status of a message to a number once, by whatever channel and however often it comes. A reply that comes by both
channels is one; two equal ones by one channel are two.
"""

from datetime import timedelta
import sqlite3
from typing import Any
from uuid import uuid7

from ..gateway.models import RawPage, RawPush, Record, RecordKind, Reply, Report, Unreadable
from ..gateway.pushes import read_push
from ..gateway.records import read_page
from .models import Arrival, Counter, Counts, Source, State, Waiting, from_ms, to_ms
from .outbound import count, report

PARTNER_WINDOW = timedelta(days=1)
"""How far apart a pushed and a pulled record may lie that are taken for the same one; it bounds what a lost push can hide."""

_OTHER = {Source.PUSH: Source.PULL, Source.PULL: Source.PUSH}


def accept(connection: sqlite3.Connection, arrival: Arrival) -> Counts:
    """Keep what came in, and what it says; raises nothing but SQLite's errors."""
    _keep_raw(connection, arrival)
    records, unreadable = _read(arrival.raw)
    counts = Counts(records=len(records), quarantined=len(unreadable))
    for broken in unreadable:
        connection.execute(
            "INSERT INTO quarantine (message_id, source, raw, reason, received_at) VALUES (?, ?, ?, ?, ?)",
            (uuid7().hex, arrival.source, broken.raw, broken.reason, to_ms(arrival.received_at)),
        )
    for record in records:
        counts += _keep(connection, record, arrival)
    return counts


def _keep_raw(connection: sqlite3.Connection, arrival: Arrival) -> None:
    """The bytes, exactly as they came."""
    raw = arrival.raw
    if isinstance(raw, RawPush):
        columns: tuple[Any, ...] = (None, raw.query, raw.body, raw.charset, True)
    else:
        columns = (raw.kind, b"", raw.body, raw.charset, raw.complete)
    connection.execute(
        "INSERT INTO arrival (source, kind, query, body, charset, complete, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (arrival.source, *columns, to_ms(arrival.received_at)),
    )


def _read(raw: RawPush | RawPage) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
    """The records that something holds, and what of it can't be read. Whatever goes wrong here, what came in is kept."""
    try:
        if isinstance(raw, RawPage):
            page = read_page(raw)
            return page.records, page.unreadable
        content = read_push(raw).content
    except Exception as err:  # noqa: BLE001
        whole = raw.body if isinstance(raw, RawPage) else raw.query + b"\n" + raw.body
        content = Unreadable(raw=whole, reason=type(err).__name__)
    return ((), (content,)) if isinstance(content, Unreadable) else ((content,), ())


def _keep(connection: sqlite3.Connection, record: Record, arrival: Arrival) -> Counts:
    """A record that is no repetition, to be handed over."""
    kind, content, stated_at = _columns(record)
    if kind is RecordKind.REPORT and record.link_id:
        known = _has_been_told(connection, record, content)
    else:
        known = _has_come_by_the_other_channel(connection, record, arrival)
    if known:
        return Counts()
    connection.execute(
        "INSERT INTO record (message_id, kind, source, mobile, link_id, content, sub_code, stated_at, received_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            uuid7().hex,
            kind,
            arrival.source,
            record.mobile,
            record.link_id,
            content,
            record.sub_code,
            stated_at,
            to_ms(arrival.received_at),
        ),
    )
    if isinstance(record, Reply):
        count(connection, Counter.REPLIES, 1)
        return Counts(replies=1)
    if record.link_id:
        report(connection, record.link_id, record.mobile, State(record.outcome))
    return Counts(reports=1)


def _columns(record: Record) -> tuple[RecordKind, str, int | None]:
    """What replies and reports call by different names."""
    if isinstance(record, Reply):
        kind, content, stated_at = RecordKind.REPLY, record.message, record.replied_at
    else:
        kind, content, stated_at = RecordKind.REPORT, record.status, record.reported_at
    return kind, content, None if stated_at is None else to_ms(stated_at)


def _has_been_told(connection: sqlite3.Connection, record: Record, status: str) -> bool:
    """Whether this status of this message to this number is known."""
    known = connection.execute(
        "SELECT 1 FROM record WHERE link_id = ? AND mobile = ? AND kind = ? AND content = ?",
        (record.link_id, record.mobile, RecordKind.REPORT, status),
    ).fetchone()
    return known is not None


def _has_come_by_the_other_channel(connection: sqlite3.Connection, record: Record, arrival: Arrival) -> bool:
    """Whether the other channel has brought this record; if so, what it brought has found its partner and takes no other."""
    kind, content, stated_at = _columns(record)
    now = to_ms(arrival.received_at)
    partner = connection.execute(
        "UPDATE record SET has_partner = 1 WHERE id = ("
        "SELECT id FROM record WHERE mobile = :mobile AND kind = :kind AND link_id IS :link_id AND content = :content"
        " AND source = :source AND has_partner = 0"
        " AND (abs(received_at - :now) <= :window OR abs(coalesce(stated_at, received_at) - :then) <= :window)"
        " ORDER BY id LIMIT 1) RETURNING id",
        {
            "mobile": record.mobile,
            "kind": kind,
            "link_id": record.link_id,
            "content": content,
            "source": _OTHER[arrival.source],
            "now": now,
            "then": now if stated_at is None else stated_at,
            "window": PARTNER_WINDOW // timedelta(milliseconds=1),
        },
    ).fetchone()
    return partner is not None


def waiting(connection: sqlite3.Connection, after: int, limit: int) -> list[Waiting]:
    """What has not been handed over, in the order in which it came, beginning behind an id."""
    rows = connection.execute(
        "SELECT record.id, record.message_id, kind, source, mobile, record.link_id, content, sub_code, stated_at, received_at, message"
        " FROM record LEFT JOIN submission ON submission.link_id = record.link_id"
        " WHERE handed_over = 0 AND record.id > ? ORDER BY record.id LIMIT ?",
        (after, limit),
    )
    return [_waiting(row) for row in rows]


def _waiting(row: tuple[Any, ...]) -> Waiting:
    number, message_id, kind, source, mobile, link_id, content, sub_code, stated_at, received_at, concerning = row
    time = None if stated_at is None else from_ms(stated_at)
    if kind == RecordKind.REPLY:
        record: Record = Reply(mobile=mobile, message=content, link_id=link_id, sub_code=sub_code, replied_at=time)
    else:
        record = Report(mobile=mobile, status=content, link_id=link_id, sub_code=sub_code, reported_at=time)
    return Waiting(
        id=number,
        message_id=message_id,
        record=record,
        source=Source(source),
        received_at=from_ms(received_at),
        concerning=concerning,
    )


def mark_handed_over(connection: sqlite3.Connection, up_to: int) -> None:
    """Everything up to this id was handed over and is not handed over again."""
    connection.execute("UPDATE record SET handed_over = 1 WHERE handed_over = 0 AND id <= ?", (up_to,))
