"""What came in: kept as it came, decoded some time after that, and handed over then.

A report tells its status of a message to a number once, by whatever channel and however often it comes. A reply that comes by both
channels is one; two equal ones by one channel are two.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
import itertools
import sqlite3
from typing import Any, NamedTuple
from uuid import uuid7

from ..gateway.models import RawPage, RawPush, Record, RecordKind, Reply, Report, Unreadable
from ..gateway.pushes import read_push
from ..gateway.records import read_page
from .models import Counter, ImportCounts, MessageState, PendingEvent, RawInbound, Source, from_ms, to_ms
from .outbound import count, report_all
from .rows import values

DEDUPE_WINDOW = timedelta(days=1)
"""How far apart a pushed and a pulled record may lie that are taken for the same one; it bounds what a lost push can hide."""

AT_ONCE = 500
"""Records that one statement is about at most; SQLite bounds the number of its parameters."""

# An id that this file has not given is of the file that it has replaced.
_LAST_ID = "(SELECT seq FROM sqlite_sequence WHERE name = 'record')"

_OTHER = {Source.PUSH: Source.PULL, Source.PULL: Source.PUSH}


class _Incoming(NamedTuple):
    """A record, as the log keeps it.

    `told` is what is told once, a status of a message to a number; `alike` is what both channels say of the same thing.
    """

    record: Record
    kind: RecordKind
    content: str
    stated_at: int | None
    received_at: int
    source: Source
    told: tuple[str, str, str] | None
    alike: tuple[str, str, str | None, str]


def keep_all(connection: sqlite3.Connection, pushes: list[RawInbound]) -> list[None]:
    """Keep pushes exactly as they came, to be decoded later: whoever waits for an answer waits for nothing else."""
    _keep_raw(connection, pushes, is_decoded=False)
    return [None] * len(pushes)


def decode_pushes(connection: sqlite3.Connection, limit: int) -> ImportCounts:
    """Decode the next of the pushes that are kept; each is a record or in quarantine then, and nothing counts if none was left."""
    rows = connection.execute(
        "SELECT id, query, body, charset, received_at FROM arrival WHERE is_decoded = 0 ORDER BY id LIMIT ?", (limit,)
    ).fetchall()
    if not rows:
        return ImportCounts()
    connection.execute("UPDATE arrival SET is_decoded = 1 WHERE is_decoded = 0 AND id <= ?", rows[-1][:1])
    return _store(
        connection,
        [
            RawInbound(raw=RawPush(query=query, body=body, charset=charset), received_at=from_ms(received_at))
            for _, query, body, charset, received_at in rows
        ],
    )


def accept(connection: sqlite3.Connection, arrival: RawInbound) -> ImportCounts:
    """Keep what came in exactly as it came, and decode it."""
    _keep_raw(connection, [arrival], is_decoded=True)
    return _store(connection, [arrival])


def _keep_raw(connection: sqlite3.Connection, arrivals: list[RawInbound], *, is_decoded: bool) -> None:
    """The bytes, exactly as they came."""
    clause, parameters = values([(*_columns(arrival), is_decoded) for arrival in arrivals])
    connection.execute(
        f"INSERT INTO arrival (source, kind, query, body, charset, complete, received_at, is_decoded) {clause}", parameters
    )


def _columns(arrival: RawInbound) -> tuple[Any, ...]:
    raw, received_at = arrival.raw, to_ms(arrival.received_at)
    if isinstance(raw, RawPush):
        return arrival.source, None, raw.query, raw.body, raw.charset, True, received_at
    return arrival.source, raw.kind, b"", raw.body, None, raw.complete, received_at


def _store(connection: sqlite3.Connection, arrivals: list[RawInbound]) -> ImportCounts:
    """Keep what arrivals by one channel say, as if one after the other; raises nothing but SQLite's errors.

    A statement for all of them costs little more than one for each: between two statements the interpreter does something else.
    """
    counts = ImportCounts()
    incoming: list[_Incoming] = []
    for arrival in arrivals:
        records, unreadable = _records_of(arrival)
        for broken in unreadable:
            connection.execute(
                "INSERT INTO quarantine (message_id, source, raw, reason, received_at) VALUES (?, ?, ?, ?, ?)",
                (uuid7().hex, arrival.source, broken.raw, broken.reason, to_ms(arrival.received_at)),
            )
        counts += ImportCounts(records=len(records), quarantined=len(unreadable))
        incoming += [_incoming(record, arrival) for record in records]
    for some in itertools.batched(incoming, AT_ONCE, strict=False):
        new = _without_partner(connection, _untold(connection, some))
        _keep(connection, new)
        replies = sum(one.kind is RecordKind.REPLY for one in new)
        counts += ImportCounts(replies=replies, reports=len(new) - replies)
    return counts


def _records_of(arrival: RawInbound) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
    """The records that something holds, and what of it can't be read. Whatever goes wrong here, what came in is kept."""
    raw = arrival.raw
    try:
        if isinstance(raw, RawPage):
            page = read_page(raw)
            return page.records, page.unreadable
        content = read_push(raw).content
    except Exception as err:  # noqa: BLE001
        whole = raw.body if isinstance(raw, RawPage) else raw.query + b"\n" + raw.body
        content = Unreadable(raw=whole, reason=type(err).__name__)
    return ((), (content,)) if isinstance(content, Unreadable) else ((content,), ())


def _incoming(record: Record, arrival: RawInbound) -> _Incoming:
    """What replies and reports call by different names."""
    told = None
    if isinstance(record, Reply):
        kind, content, stated_at = RecordKind.REPLY, record.message, record.replied_at
    else:
        kind, content, stated_at = RecordKind.REPORT, record.status, record.reported_at
        if record.link_id:
            told = record.link_id, record.mobile, content
    return _Incoming(
        record,
        kind,
        content,
        None if stated_at is None else to_ms(stated_at),
        to_ms(arrival.received_at),
        arrival.source,
        told,
        (record.mobile, kind, record.link_id, content),
    )


def _untold(connection: sqlite3.Connection, incoming: Iterable[_Incoming]) -> list[_Incoming]:
    """Without the statuses that are known."""
    incoming = list(incoming)
    known: set[tuple[str, str, str] | None] = set()
    if sought := list({one.told: None for one in incoming if one.told}):
        clause, parameters = values(sought)
        known.update(
            connection.execute(
                f"WITH sought (link_id, mobile, content) AS ({clause}) SELECT * FROM sought WHERE EXISTS (SELECT 1 FROM record"
                " WHERE link_id = sought.link_id AND mobile = sought.mobile AND kind = ? AND content = sought.content)",
                (*parameters, RecordKind.REPORT),
            )
        )
    untold = []
    for one in incoming:
        if one.told is None or one.told not in known:
            untold.append(one)
            known.add(one.told)
    return untold


def _without_partner(connection: sqlite3.Connection, incoming: list[_Incoming]) -> list[_Incoming]:
    """Without what the other channel has brought; what it brought has found its partner then, and takes no other."""
    sought = list({one.alike: None for one in incoming if one.told is None})
    if not sought:
        return incoming
    clause, parameters = values(sought)
    rows = connection.execute(
        f"WITH sought (mobile, kind, link_id, content) AS ({clause})"
        " SELECT mobile, kind, record.link_id, content, id, received_at, coalesce(stated_at, received_at)"
        " FROM sought CROSS JOIN record USING (mobile, kind, content)"
        " WHERE record.link_id IS sought.link_id AND source = ? AND has_partner = 0 ORDER BY id",
        (*parameters, _OTHER[incoming[0].source]),
    )
    free = defaultdict(list)
    for *alike, number, received_at, stated_at in rows:
        free[tuple(alike)].append((number, received_at, stated_at))
    alone, partners = [], []
    for one in incoming:
        near = (row for row in free[one.alike] if _is_near(one, *row[1:])) if one.told is None else iter(())
        if partner := next(near, None):
            free[one.alike].remove(partner)
            partners.append(partner[:1])
        else:
            alone.append(one)
    if partners:
        clause, parameters = values(partners)
        connection.execute(f"UPDATE record SET has_partner = 1 WHERE id IN ({clause})", parameters)
    return alone


def _is_near(one: _Incoming, received_at: int, stated_at: int) -> bool:
    """Whether both may be the same, by the clock of either side."""
    then = one.received_at if one.stated_at is None else one.stated_at
    return min(abs(received_at - one.received_at), abs(stated_at - then)) <= DEDUPE_WINDOW // timedelta(milliseconds=1)


def _keep(connection: sqlite3.Connection, incoming: list[_Incoming]) -> None:
    """What is no repetition, to be handed over."""
    if not incoming:
        return
    clause, parameters = values(
        [
            (
                uuid7().hex,
                one.kind,
                one.source,
                one.record.mobile,
                one.record.link_id,
                one.content,
                one.record.sub_code,
                one.stated_at,
                one.received_at,
            )
            for one in incoming
        ]
    )
    connection.execute(
        f"INSERT INTO record (message_id, kind, source, mobile, link_id, content, sub_code, stated_at, received_at) {clause}",
        parameters,
    )
    count(connection, Counter.REPLIES, sum(one.kind is RecordKind.REPLY for one in incoming))
    report_all(
        connection,
        [
            (one.record.link_id, one.record.mobile, MessageState(one.record.outcome))
            for one in incoming
            if isinstance(one.record, Report) and one.record.link_id
        ],
    )


def waiting(connection: sqlite3.Connection, after: int, limit: int) -> list[PendingEvent]:
    """What has been decoded and not been handed over, in the order in which it came, beginning behind an id."""
    rows = connection.execute(
        "SELECT record.id, record.message_id, kind, source, mobile, record.link_id, content, sub_code, stated_at, received_at, message"
        " FROM record LEFT JOIN submission ON submission.link_id = record.link_id"
        f" WHERE handed_over = 0 AND record.id > CASE WHEN ? > {_LAST_ID} THEN 0 ELSE ? END ORDER BY record.id LIMIT ?",
        (after, after, limit),
    )
    return [_waiting(row) for row in rows]


def _waiting(row: tuple[Any, ...]) -> PendingEvent:
    number, message_id, kind, source, mobile, link_id, content, sub_code, stated_at, received_at, original_text = row
    time = None if stated_at is None else from_ms(stated_at)
    if kind == RecordKind.REPLY:
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
    )


def mark_handed_over(connection: sqlite3.Connection, up_to: int) -> None:
    """Everything up to this id was handed over and is not handed over again."""
    connection.execute(f"UPDATE record SET handed_over = 1 WHERE handed_over = 0 AND id <= ? AND ? <= {_LAST_ID}", (up_to, up_to))
