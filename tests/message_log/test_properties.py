"""Property tests of the store: any push or page, in any order."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
import sqlite3
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.models import CHINA, RawPage, RawPush, Reading, RecordKind, Reply
from custom_components.smsadmin.gateway.pushes import read_push
from custom_components.smsadmin.gateway.records import read_page
from custom_components.smsadmin.message_log import conversations, crash_recovery, failures, inbound, outbound, retention
from custom_components.smsadmin.message_log.conversations import Conversation, Directory
from custom_components.smsadmin.message_log.migrations import migrate
from custom_components.smsadmin.message_log.models import FAILED, ImportCounts, MessageState, RawInbound, Source

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    STRANGER,
    content_of,
    line,
    link_id,
    outgoing,
    page,
    pushed_reply,
    pushed_report,
)

# On its first run, Hypothesis warns about its own random numbers.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
bounded = settings(deadline=None, derandomize=True, database=None, max_examples=75)

type StatusChange = tuple[timedelta, Source, RecordKind, list[tuple[str, str, str, timedelta | None]]]


@contextmanager
def _memory() -> Iterator[sqlite3.Connection]:
    """Open an empty log in memory."""
    with closing(sqlite3.connect(":memory:", autocommit=True)) as connection:
        migrate(connection, "station")
        yield connection


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A reply or report: the fields that are equal in both channels, and the time of sending, which only pulls have."""

    kind: RecordKind
    mobile: str
    link: str
    content: str
    sent_at: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return self.kind, self.mobile, self.link, self.content

    @property
    def is_reported_once(self) -> bool:
        return self.kind is RecordKind.REPORT and self.link != ""


@dataclass(frozen=True, kw_only=True)
class Came:
    """A push, or a page of records of one kind."""

    source: Source
    at: datetime
    pieces: tuple[Piece, ...]

    @property
    def arrival(self) -> RawInbound:
        (first, *_) = self.pieces
        if self.source is Source.PUSH:
            pushed = pushed_reply if first.kind is RecordKind.REPLY else pushed_report
            return pushed(first.content, mobile=first.mobile, link=first.link, at=self.at)
        lines = [line(piece.content, mobile=piece.mobile, link=piece.link, sent_at=piece.sent_at) for piece in self.pieces]
        return page(*lines, kind=first.kind, at=self.at)


def interleavings(*gaps: timedelta) -> st.SearchStrategy[list[Came]]:
    """Draw pushes and pulls of few distinct records, with these gaps between them, and between sending and arrival."""
    piece = st.tuples(
        st.sampled_from([MOTHER, FATHER]),
        st.sampled_from(["", link_id(1)]),
        st.sampled_from(["好", "DELIVRD"]),
        st.sampled_from([None, *gaps]),
    )
    step = st.tuples(
        st.sampled_from(gaps), st.sampled_from(Source), st.sampled_from(RecordKind), st.lists(piece, min_size=1, max_size=3)
    )
    return st.lists(step, max_size=12).map(lambda steps: list(_one_after_the_other(steps)))


def _one_after_the_other(steps: list[StatusChange]) -> Iterator[Came]:
    at = NOON
    for gap, source, kind, pieces in steps:
        at += gap
        # A push contains one record, without the time of sending.
        yield Came(
            source=source,
            at=at,
            pieces=tuple(
                Piece(
                    kind=kind,
                    mobile=mobile,
                    link=link,
                    content=content,
                    sent_at=None if source is Source.PUSH or age is None else (at - age).astimezone(CHINA),
                )
                for mobile, link, content, age in (pieces[:1] if source is Source.PUSH else pieces)
            ),
        )


def _store(connection: sqlite3.Connection, arrival: RawInbound) -> ImportCounts:
    return inbound.store(connection, arrival, user_id="station", will_publish=False)


def _kept(came: list[Came]) -> list[tuple[str, ...]]:
    """Return the records that a log keeps, in order."""
    with _memory() as connection:
        for one in came:
            _store(connection, one.arrival)
        pending = inbound.pending_events(connection, 0, 1000)
        return [
            (
                RecordKind.REPLY if isinstance(one.record, Reply) else RecordKind.REPORT,
                one.record.mobile,
                one.record.link_id or "",
                content_of(one.record),
            )
            for one in pending
        ]


@bounded
@given(interleavings(timedelta(), HOUR))
def test_within_a_day_the_fuller_channel_counts(came: list[Came]) -> None:
    brought = {source: Counter(piece.key for one in came if one.source is source for piece in one.pieces) for source in Source}
    reported_once = {piece.key for one in came for piece in one.pieces if piece.is_reported_once}
    # The union of two Counters has the higher count of each element.
    expected = {
        key: 1 if key in reported_once else number for key, number in (brought[Source.PUSH] | brought[Source.PULL]).items()
    }
    assert Counter(_kept(came)) == expected


@bounded
@given(interleavings(timedelta(), HOUR, DAY, DAY + HOUR, 3 * DAY))
def test_copies_are_matched_by_time_of_arrival_or_sending(came: list[Came]) -> None:
    assert _kept(came) == list(_expected(came))


@dataclass(kw_only=True, eq=False)
class Single:
    """A record without a copy from the other channel."""

    source: Source
    key: tuple[str, ...]
    at: datetime
    sent_at: datetime


def _expected(came: list[Came]) -> Iterator[tuple[str, ...]]:
    """Yield the records that a log has to keep, by a simple implementation."""
    reported: set[tuple[str, ...]] = set()
    single: list[Single] = []
    for one in came:
        for piece in one.pieces:
            sent_at = piece.sent_at or one.at
            if piece.is_reported_once:
                if piece.key not in reported:
                    yield piece.key
                reported.add(piece.key)
                continue
            if other := _copy_of(one, piece.key, sent_at, single):
                single.remove(other)
            else:
                single.append(Single(source=one.source, key=piece.key, at=one.at, sent_at=sent_at))
                yield piece.key


def _copy_of(came: Came, key: tuple[str, ...], sent_at: datetime, single: list[Single]) -> Single | None:
    """Return the oldest record of the other channel that arrived, or else was sent, at about the same time."""
    others = [other for other in single if other.source is not came.source and other.key == key]
    by_arrival = [other for other in others if abs(came.at - other.at) <= DAY]
    by_statement = [other for other in others if abs(sent_at - other.sent_at) <= DAY]
    if by_arrival:
        return min(by_arrival, key=lambda other: other.at)
    return min(by_statement, key=lambda other: other.sent_at, default=None)


FRAGMENTS = (
    *(
        "13802102102",
        "/",
        "2014-10-11 18:39:24",
        "20140316192678945632",
        "0",
        "空",
        "DELIVRD",
        "8",
        "\n",
        "<br>",
        " ",
        "%D0%BB",
        "谢",
    ),
    *("13802102102/2014-10-11 18:39:24/20140316192678945632/", "150", "160", "\x00", "<html>"),
    *("Class=mo", "class=rpt", "SmsName=station", "Mobile=13802102102", "Message=%FF", "LinkId=1", "Report=x", "&", "="),
)
noise = st.lists(st.one_of(st.binary(max_size=8), st.sampled_from(FRAGMENTS).map(str.encode))).map(b"".join)
fields = st.lists(st.one_of(noise, st.sampled_from(FRAGMENTS[-9:-2]).map(str.encode))).map(b"&".join)
types = st.one_of(
    st.none(), st.sampled_from(["text/plain; charset=utf-8", "text/html; charset=gb2312", "x;charset=utf-7"]), st.text()
)
pushes = st.builds(RawPush, query=fields, body=fields, content_type=types)
pages = st.builds(
    RawPage,
    kind=st.sampled_from(RecordKind),
    body=noise,
    content_type=types,
    content_encoding=st.sampled_from([None, "gzip"]),
    status=st.sampled_from([200, 502]),
    complete=st.booleans(),
)


def _read(raw: RawPush | RawPage) -> Reading:
    return read_page(raw) if isinstance(raw, RawPage) else read_push(raw, user_id="station")


@bounded
@given(st.one_of(pushes, pages))
def test_the_bytes_of_any_push_or_page_are_stored(raw: RawPush | RawPage) -> None:
    with _memory() as connection:
        _store(connection, RawInbound(raw=raw, received_at=NOON))
        (kept,) = connection.execute("SELECT query, body, content_type FROM arrival").fetchall()
    assert kept == (raw.query if isinstance(raw, RawPush) else b"", raw.body, raw.content_type)


@bounded
@given(st.one_of(pushes, pages))
def test_records_are_unpublished_or_in_quarantine(raw: RawPush | RawPage) -> None:
    with _memory() as connection:
        counts = _store(connection, RawInbound(raw=raw, received_at=NOON))
        waiting = [one.record for one in inbound.pending_events(connection, 0, 1000)]
        apart = [bytes(raw) for (raw,) in connection.execute("SELECT raw FROM quarantine ORDER BY id")]
    read = _read(raw)
    assert apart == [broken.raw for broken in read.unreadable]
    assert (counts.replies + counts.reports, counts.records, counts.quarantined) == (len(waiting), len(read.records), len(apart))
    # A status of a text to a number is reported once.
    assert set(waiting) <= set(read.records)
    assert {(one.mobile, one.link_id, content_of(one)) for one in waiting} == {
        (one.mobile, one.link_id, content_of(one)) for one in read.records
    }


STATUSES = ("DELIVRD", "EXPIRED", "UNDELIV", "UNKNOWN", "REJECTD", "DTBLACK", "ERR:104", "MYSTERY")
ANSWERS = (MessageState.ACCEPTED, MessageState.REJECTED, MessageState.UNCONFIRMED, MessageState.NOT_SENT, MessageState.QUEUED)
steps = st.lists(
    st.one_of(
        st.sampled_from(("begin", "cancel", "crash")),
        st.sampled_from(ANSWERS),
        st.tuples(st.sampled_from((MOTHER, FATHER)), st.sampled_from(STATUSES)),
    ),
    max_size=12,
)


@bounded
@given(steps)
def test_counters_and_failures_agree_with_the_numbers(done: list[Any]) -> None:
    """Whatever happens to a text, each number is delivered once or fails once, and is never lost."""
    with _memory() as connection:
        outbound.enqueue(connection, [outgoing(1, MOTHER, FATHER)])
        delivered: set[str] = set()
        failed: set[str] = set()
        for step in done:
            _do(connection, step)
            numbers = dict(connection.execute("SELECT mobile, state FROM number"))
            delivered_now = {mobile for mobile, state in numbers.items() if state == MessageState.DELIVERED}
            assert delivered <= delivered_now, "delivered is final"
            lost = {mobile for mobile in failed if numbers[mobile] not in (*FAILED, MessageState.DELIVERED)}
            assert not lost, "what has failed takes no lesser news"
            delivered, failed = delivered_now, failed | {mobile for mobile, state in numbers.items() if state in FAILED}
            waiting = {mobile for one in outbound.queued(connection, 10) for mobile in one.submission.mobiles}
            assert waiting == {mobile for mobile, state in numbers.items() if state == MessageState.QUEUED}
        counted = dict(connection.execute("SELECT name, value FROM counter"))
        assert (counted["delivered"], counted["failed"]) == (len(delivered), len(failed))
        assert connection.execute("SELECT count(*) FROM failure").fetchone() == (len(failed),)
        assert {one.mobile for one in failures.pending(connection, 0, 10)} == failed - delivered
        got_something = "SELECT sum(iif(state IN ('rejected', 'not_sent'), 0, numbers)) FROM submission"
        assert (
            connection.execute("SELECT sum(numbers) FROM daily_usage").fetchone() == connection.execute(got_something).fetchone()
        )


def _do(connection: sqlite3.Connection, step: Any) -> None:
    match step:
        case "begin":
            for one in outbound.queued(connection, 1):
                assert outbound.begin(connection, one, NOON)
        case "cancel":
            outbound.cancel(connection, message_id=None, link_id=link_id(1), now=NOON)
        case "crash":
            crash_recovery.mark_interrupted_unconfirmed(connection, NOON)
        case MessageState():
            outbound.settle(connection, link_id(1), step, code=None, reason=None, now=NOON)
        case mobile, status:
            _store(connection, pushed_report(status, mobile=mobile))


DIRECTORY = Directory({"mother": [MOTHER], "family": [MOTHER, FATHER]})
messages = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(((MOTHER,), (FATHER,), (MOTHER, FATHER), (STRANGER,))),
            st.sampled_from((None, "mother", "family", "removed")),
        ),
        st.tuples(st.sampled_from((MOTHER, FATHER, STRANGER)), st.integers(0, 4)),
        st.sampled_from(("set aside", "clean up")),
    ),
    max_size=12,
)


@bounded
@given(messages)
def test_the_list_shows_the_end_of_every_thread(done: list[Any]) -> None:
    """Whatever was sent, came in, was set aside or removed, the list and the threads agree, and the pages with the whole."""
    with _memory() as connection:
        for number, step in enumerate(done, 1):
            _exchange(connection, step, number)
        whole = [
            found for _, found in conversations.page(connection, DIRECTORY, "a user", shown=None, before=None, limit=50).entries
        ]
        for found in whole:
            items = conversations.thread(connection, DIRECTORY, found.id, limit=50).entries
            assert found.last == (items[-1] if items else None)
            assert {message.mobile for item in items for message in item.messages} <= set(found.mobiles)
        parties = connection.execute("SELECT addressee, mobile FROM party")
        assert sorted(found.id for found in whole) == sorted({DIRECTORY.conversation_of(*party) for party in parties})
        assert [*_pages(connection)] == whole


def _exchange(connection: sqlite3.Connection, step: Any, number: int) -> None:
    at = NOON + timedelta(minutes=number)
    match step:
        case "set aside":
            for event in inbound.pending_events(connection, 0, 1):
                inbound.quarantine_record(connection, event.id, "a reason")
        case "clean up":
            inbound.mark_published(connection, 2**60)
            retention.clean_up(connection, at - timedelta(minutes=3))
        case mobile, int(answered):
            _store(connection, pushed_reply(f"reply {number}", mobile=mobile, link=link_id(answered), at=at))
        case mobiles, recipient:
            outbound.begin(connection, outgoing(number, *mobiles, at=at, recipients=(recipient,) * len(mobiles)), at)


def _pages(connection: sqlite3.Connection) -> Iterator[Conversation]:
    """Conversations one by one."""
    before: int | None = None
    while True:
        found = conversations.page(connection, DIRECTORY, "a user", shown=None, before=before, limit=1)
        yield from (conversation for _, conversation in found.entries)
        if not found.has_older:
            return
        before = found.entries[-1][0]
