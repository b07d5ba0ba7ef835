"""What holds for whatever comes in, in whatever order."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
import sqlite3

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.errors import GatewayError
from custom_components.smsadmin.gateway.models import CHINA, RawPage, RawPush, RecordKind, Reply
from custom_components.smsadmin.gateway.pushes import is_for, read_push
from custom_components.smsadmin.gateway.records import has_records, read_page
from custom_components.smsadmin.message_log import inbound, schema
from custom_components.smsadmin.message_log.models import RawInbound, Source

from .conftest import DAY, FATHER, HOUR, MOTHER, NOON, content_of, line, link_id, page, pushed_reply, pushed_report

# Hypothesis warns of its own random numbers on the first run.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
bounded = settings(deadline=None, derandomize=True, database=None, max_examples=75)

type StatusChange = tuple[timedelta, Source, RecordKind, list[tuple[str, str, str, timedelta | None]]]


@contextmanager
def _memory() -> Iterator[sqlite3.Connection]:
    """An empty log without a file."""
    with closing(sqlite3.connect(":memory:", autocommit=True)) as connection:
        schema.migrate(connection)
        yield connection


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A reply or a report: what makes it the same over both channels, and when it was sent, which a pull may say."""

    kind: RecordKind
    mobile: str
    link: str
    content: str
    sent_at: datetime | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return self.kind, self.mobile, self.link, self.content

    @property
    def is_told_once(self) -> bool:
        return self.kind is RecordKind.REPORT and self.link != ""


@dataclass(frozen=True, kw_only=True)
class Came:
    """A push, or a page of what is of one kind."""

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
    """Pushes and pulls of few distinct replies and reports, these gaps between them, and between when they were sent and came."""
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
        # A push brings one, and does not say when it was sent.
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


def _kept(came: list[Came]) -> list[tuple[str, ...]]:
    """What a log keeps of this, in order."""
    with _memory() as connection:
        for one in came:
            if one.source is Source.PUSH:
                inbound.keep_all(connection, [one.arrival])
            else:
                inbound.decode_pushes(connection, 1000)
                inbound.accept(connection, one.arrival)
        inbound.decode_pushes(connection, 1000)
        waiting = inbound.waiting(connection, 0, 1000)
        return [
            (
                RecordKind.REPLY if isinstance(one.record, Reply) else RecordKind.REPORT,
                one.record.mobile,
                one.record.link_id or "",
                content_of(one.record),
            )
            for one in waiting
        ]


@bounded
@given(interleavings(timedelta(), HOUR))
def test_of_what_comes_within_a_day_there_is_as_much_as_the_better_channel_brought(came: list[Came]) -> None:
    brought = {source: Counter(piece.key for one in came if one.source is source for piece in one.pieces) for source in Source}
    told_once = {piece.key for one in came for piece in one.pieces if piece.is_told_once}
    # The union of counters takes the greater count of each.
    expected = {key: 1 if key in told_once else number for key, number in (brought[Source.PUSH] | brought[Source.PULL]).items()}
    assert Counter(_kept(came)) == expected


@bounded
@given(interleavings(timedelta(), HOUR, DAY, DAY + HOUR, 3 * DAY))
def test_partners_are_found_by_when_they_came_or_were_sent(came: list[Came]) -> None:
    assert _kept(came) == list(_expected(came))


def _expected(came: list[Came]) -> Iterator[tuple[str, ...]]:
    """What a log has to keep, by going through it by hand."""
    told: set[tuple[str, ...]] = set()
    single: list[tuple[Source, tuple[str, ...], datetime, datetime]] = []
    for one in came:
        for piece in one.pieces:
            sent_at = piece.sent_at or one.at
            if piece.is_told_once:
                if piece.key not in told:
                    yield piece.key
                told.add(piece.key)
                continue
            for other in single:
                source, key, other_at, other_sent_at = other
                is_near = abs(one.at - other_at) <= DAY or abs(sent_at - other_sent_at) <= DAY
                if source is not one.source and key == piece.key and is_near:
                    single.remove(other)
                    break
            else:
                single.append((one.source, piece.key, one.at, sent_at))
                yield piece.key


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
charsets = st.one_of(st.none(), st.sampled_from(["utf-8", "gb2312", "utf-7"]), st.text())
pushes = st.builds(RawPush, query=fields, body=fields, charset=charsets)
pages = st.builds(RawPage, kind=st.sampled_from(RecordKind), body=noise, charset=charsets, complete=st.booleans())


def _holds_records(raw: RawPage) -> bool:
    try:
        return has_records(raw)
    except GatewayError:
        return False


@bounded
@given(st.lists(pushes, min_size=1))
def test_pushes_that_are_decoded_later_read_as_if_each_had_been_decoded_at_once(raw: list[RawPush]) -> None:
    arrivals = [RawInbound(raw=one, received_at=NOON) for one in raw]
    with _memory() as at_once, _memory() as later:
        for arrival in arrivals:
            inbound.accept(at_once, arrival)
        inbound.keep_all(later, arrivals)
        assert later.execute("SELECT count(*) FROM record").fetchone() == (0,)
        counts = inbound.decode_pushes(later, 1000)
        assert counts.records + counts.quarantined == len(raw)
        found = [[one.record for one in inbound.waiting(connection, 0, 1000)] for connection in (at_once, later)]
        kept = [
            connection.execute("SELECT source, query, body, charset, is_decoded FROM arrival").fetchall()
            for connection in (at_once, later)
        ]
        apart = [connection.execute("SELECT raw, reason FROM quarantine").fetchall() for connection in (at_once, later)]
    assert found[0] == found[1]
    assert kept[0] == kept[1]
    assert apart[0] == apart[1]


@bounded
@given(pushes, st.sampled_from(["station", "", "Zoë", "a+b"]))
def test_a_push_is_for_an_account_unless_it_names_another_one(raw: RawPush, user_id: str) -> None:
    assert is_for(raw, user_id) == (read_push(raw).user_id in (None, user_id))


@bounded
@given(st.one_of(pushes, pages))
def test_whatever_comes_is_kept_to_the_byte(raw: RawPush | RawPage) -> None:
    with _memory() as connection:
        inbound.accept(connection, RawInbound(raw=raw, received_at=NOON))
        (kept,) = connection.execute("SELECT query, body, charset FROM arrival").fetchall()
    assert kept == (raw.query if isinstance(raw, RawPush) else b"", raw.body, raw.charset)


@bounded
@given(st.one_of(pushes, pages.filter(_holds_records)))
def test_whatever_can_be_read_waits_and_whatever_cant_is_set_apart(raw: RawPush | RawPage) -> None:
    with _memory() as connection:
        counts = inbound.accept(connection, RawInbound(raw=raw, received_at=NOON))
        waiting = [one.record for one in inbound.waiting(connection, 0, 1000)]
        apart = [bytes(raw) for (raw,) in connection.execute("SELECT raw FROM quarantine ORDER BY id")]
    assert counts.replies + counts.reports == len(waiting)
    if isinstance(raw, RawPush):
        assert (len(waiting), len(apart)) == ((0, 1) if apart else (1, 0))
        assert waiting in ([], [read_push(raw).content])
        assert apart in ([], [raw.query + b"\n" + raw.body])
    else:
        read = read_page(raw)
        assert apart == [broken.raw for broken in read.unreadable]
        # The same status of a message to a number is told once.
        assert set(waiting) <= set(read.records)
        assert {(one.mobile, one.link_id, content_of(one)) for one in waiting} == {
            (one.mobile, one.link_id, content_of(one)) for one in read.records
        }
