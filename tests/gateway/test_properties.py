"""What holds for anything that may be written or come in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import re
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.answers import expect_accepted, read_balance
from custom_components.smsadmin.gateway.charset import decode, encode
from custom_components.smsadmin.gateway.errors import GatewayError, InvalidInputError
from custom_components.smsadmin.gateway.link_ids import LinkIds
from custom_components.smsadmin.gateway.models import (
    CHINA,
    Charset,
    RawPage,
    RawPush,
    Record,
    RecordKind,
    Reply,
    Report,
    Unreadable,
)
from custom_components.smsadmin.gateway.numbers import canonical, normalise, normalise_all
from custom_components.smsadmin.gateway.pushes import Push, read_push
from custom_components.smsadmin.gateway.records import has_records, read_page
from custom_components.smsadmin.gateway.submissions import compose, parameters, prepare_text, urlencode

# Hypothesis warns of its own random numbers on the first run.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
bounded = settings(deadline=None, derandomize=True, database=None, max_examples=100)

NOW = datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA)

# In Python's GB2312 two characters share their bytes with a twin each, and the twin is what is read.
texts = {
    Charset.UTF_8: st.text(),
    Charset.GB2312: st.text(st.characters(codec="gb2312", exclude_characters="\u2015\u30fb")),
}
any_text = st.sampled_from(Charset).flatmap(lambda charset: st.tuples(st.just(charset), texts[charset]))
digits = st.text("0123456789", min_size=1)
mobiles = st.one_of(
    st.from_regex(r"1[0-9]{10}", fullmatch=True),
    st.from_regex(r"\+(?!86)[1-9][0-9]{4,14}", fullmatch=True),
    st.from_regex(r"[0-9]{3,8}", fullmatch=True),
).map(canonical)
link_ids = st.one_of(st.none(), st.from_regex(r"[0-9]{20}", fullmatch=True))
sub_codes = st.one_of(st.none(), st.from_regex(r"[0-9]{1,8}", fullmatch=True))
times = st.one_of(
    st.none(),
    st.datetimes(datetime(2000, 1, 1), datetime(9998, 12, 31)).map(lambda time: time.replace(microsecond=0, tzinfo=CHINA)),  # noqa: DTZ001
)
separators = st.sampled_from(["\n", "\r\n", "<br>", "<br/>\n", "\\n", "\n\n", " \n "])
# What a page is made of, so that chance hits upon what means something.
FRAGMENTS = (
    *("13802102102", "/", "2014-10-11 18:39:24", "2014/10/11 18:39:24", "20140316192678945632", "0", "空", "DELIVRD", "8", "+"),
    *("13802102102/2014-10-11 18:39:24/20140316192678945632/", "\n", "\r\n", "<br>", "\\n", "\\r", " ", "%D0%BB", "%", "谢谢"),
)
noise = st.lists(
    st.one_of(st.binary(max_size=8), st.sampled_from(FRAGMENTS).map(str.encode), st.just("谢谢".encode("gb2312")))
).map(b"".join)
broken_forms = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            ["Class=mo", "class=rpt", "SmsName=station", "Mobile=13802102102", "Message=", "LinkId=1", "Report=", "&"]
        ).map(str.encode),
    )
).map(b"&".join)
charsets = st.one_of(st.none(), st.sampled_from(["utf-8", "gb2312", "gbk", "iso-8859-1", "x"]), st.text())


@st.composite
def replies(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Reply:
    return Reply(
        mobile=draw(mobiles), message=draw(text), link_id=draw(link_ids), sub_code=draw(sub_codes), replied_at=draw(times)
    )


@st.composite
def reports(draw: st.DrawFn, text: st.SearchStrategy[str]) -> Report:
    return Report(
        mobile=draw(mobiles),
        status=draw(text.map(str.strip)),
        link_id=draw(link_ids),
        sub_code=draw(sub_codes),
        reported_at=draw(times),
    )


def written(record: Record, charset: Charset, quoting: Callable[[bytes], str]) -> str:
    """A record as the specification wants it in a page."""
    content, at = (record.message, record.replied_at) if isinstance(record, Reply) else (record.status, record.reported_at)
    time = f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
    return f"{record.mobile}/{time}/{record.link_id or ''}/{quoting(content.encode(charset))}/{record.sub_code or ''}"


def kind_of(records: Sequence[Record]) -> RecordKind:
    return RecordKind.REPLY if isinstance(records[0], Reply) else RecordKind.REPORT


# Written, then read


@bounded
@given(any_text)
def test_a_text_in_its_charset_is_read_as_it_was_written(charset_and_text: tuple[Charset, str]) -> None:
    charset, text = charset_and_text
    assert decode(encode(text, charset), charset) == text


@bounded
@given(st.text(st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=2))
def test_a_short_chinese_text_is_read_without_its_charset(text: str) -> None:
    assert decode(text.encode("gb2312")) == text
    assert decode(text.encode()) == text


@settings(bounded, max_examples=50)
@given(
    charset=st.sampled_from(Charset),
    quoting=st.sampled_from([quote_plus, quote, lambda raw: quote(raw, safe="")]),
    separator=separators,
    data=st.data(),
)
def test_a_page_is_read_as_it_was_written(
    charset: Charset, quoting: Callable[[bytes], str], separator: str, data: st.DataObject
) -> None:
    strategy = data.draw(st.sampled_from([replies, reports]))
    records: list[Any] = data.draw(st.lists(strategy(texts[charset]), min_size=1, max_size=25))
    body = separator.join(written(record, charset, quoting) for record in records).encode()
    for whole in (body, body + separator.encode()):
        page = read_page(RawPage(kind=kind_of(records), body=whole, charset=charset))
        assert (list(page.records), page.unreadable) == (records, ())


@bounded
@given(records=st.lists(replies(texts[Charset.UTF_8]), min_size=1, max_size=5), data=st.data())
def test_a_page_that_broke_off_loses_nothing(records: list[Reply], data: st.DataObject) -> None:
    lines = [written(record, Charset.UTF_8, quote_plus) for record in records]
    body = "\n".join(lines).encode()
    end = data.draw(st.integers(body.index(b"/") + 1, len(body)))
    page = read_page(RawPage(kind=RecordKind.REPLY, body=body[:end], charset="utf-8", complete=False))
    (rest,) = page.unreadable
    assert list(page.records) == records[: len(page.records)]
    again = "\n".join([*lines[: len(page.records)], rest.raw.decode()])
    assert again == body[:end].decode().rstrip()


@bounded
@given(charset=st.sampled_from(Charset), user_id=digits, where=st.integers(0, 2), data=st.data())
def test_a_push_is_read_as_it_was_written(charset: Charset, user_id: str, where: int, data: st.DataObject) -> None:
    record: Record = data.draw(st.one_of(replies(texts[charset]), reports(texts[charset])))
    fields = {"SmsName": user_id, "Mobile": record.mobile, "LinkId": record.link_id or ""}
    if isinstance(record, Reply):
        fields |= {"Class": "mo", "Message": record.message}
        expected: Record = Reply(mobile=record.mobile, message=record.message, link_id=record.link_id)
    else:
        fields |= {"Class": "rpt", "Report": record.status}
        expected = Report(mobile=record.mobile, status=record.status, link_id=record.link_id)
    raw = urlencode({name: value.encode(charset) for name, value in fields.items()})
    push = RawPush(query=raw if where != 1 else b"", body=raw if where != 0 else b"", charset=charset)
    assert read_push(push) == Push(user_id=user_id, content=expected)


@bounded
@given(
    any_text,
    st.lists(st.from_regex(r"[1-9][0-9]{2,19}", fullmatch=True), min_size=1, max_size=30).map(normalise_all),
    st.one_of(st.none(), st.datetimes(datetime(2014, 10, 12), datetime(9999, 12, 30), timezones=st.just(UTC))),  # noqa: DTZ001
    st.integers(1, 7),
)
def test_what_is_submitted_can_be_read_from_its_form(
    charset_and_text: tuple[Charset, str], numbers: tuple[str, ...], send_at: datetime | None, max_mobiles: int
) -> None:
    charset, text = charset_and_text
    try:
        submissions = compose(numbers, text, charset=charset, max_mobiles=max_mobiles, now=NOW, send_at=send_at)
    except InvalidInputError:
        assert not re.search(r"[\w\d]", text)
        return
    forms = [
        dict(
            parse_qsl(
                urlencode(parameters(one, charset)).decode("ascii"),
                strict_parsing=True,
                encoding="gbk" if charset is Charset.GB2312 else charset,
            )
        )
        for one in submissions
    ]
    assert tuple(number for form in forms for number in form["mobile"].split(";")) == numbers
    assert all(1 <= len(form["mobile"].split(";")) <= max_mobiles for form in forms)
    assert {form["msg"] for form in forms} == {prepare_text(text, charset).text}
    assert len({form["linkid"] for form in forms}) == len(forms)
    for form in forms:
        if send_at is None:
            assert "dttime" not in form
        else:
            time = datetime.strptime(form["dttime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
            assert timedelta() <= send_at - time < timedelta(seconds=1)


@bounded
@given(st.text())
def test_a_number_is_refused_or_has_one_form_of_digits_alone(mobile: str) -> None:
    try:
        number = normalise(mobile)
    except InvalidInputError:
        return
    assert re.fullmatch(r"[0-9]{3,20}", number)
    assert normalise(number) == number


@bounded
@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "0086", "86", "+86 ", "86-"]),
    st.lists(st.sampled_from(["", " ", "-", "\u00a0", "–"]), min_size=11, max_size=11),
)
def test_a_mainland_number_has_one_form_however_it_is_written(mobile: str, prefix: str, decoration: list[str]) -> None:
    assert normalise(prefix + "".join(map("".join, zip(mobile, decoration, strict=True)))) == mobile


@bounded
@given(clock=st.lists(st.integers(0, 10**19 - 1), min_size=2, max_size=20))
def test_link_ids_grow_whatever_the_clock_does(clock: list[int]) -> None:
    source = LinkIds()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("time.time_ns", iter(clock).__next__)
        drawn = [source.next() for _ in clock]
    assert all(len(link_id) == 20 and link_id.isdecimal() for link_id in drawn)
    assert all(before < after for before, after in pairwise(drawn))


# Whatever comes in


@bounded
@given(noise)
def test_any_answer_is_read_or_raises_an_error_of_the_gateway(body: bytes) -> None:
    for read in (expect_accepted, read_balance):
        error = ""
        try:
            read(body)
        except GatewayError as err:
            error = str(err)
        assert re.fullmatch(r"|rejected with code [0-9]{3}|an answer that means nothing here|this looks like the V1 API", error)


@bounded
@given(st.binary(), charsets)
def test_any_bytes_are_text_that_can_be_stored(raw: bytes, charset: str | None) -> None:
    decode(raw, charset).encode()


@settings(bounded, max_examples=400)
@given(body=noise, kind=st.sampled_from(RecordKind), charset=charsets, complete=st.booleans())
def test_any_page_is_read_without_a_loss_or_raises_an_error_of_the_gateway(
    body: bytes, kind: RecordKind, charset: str | None, complete: bool
) -> None:
    raw = RawPage(kind=kind, body=body, charset=charset, complete=complete)
    try:
        waiting = has_records(raw)
        page = read_page(raw)
    except GatewayError:
        with pytest.raises(GatewayError):
            read_page(raw)
        return
    assert waiting or not page.records
    for record in page.records:
        assert isinstance(record, Reply if kind is RecordKind.REPLY else Report)
        str(record).encode()
    assert all(piece.raw for piece in page.unreadable)
    if waiting:
        assert in_order(body, page.unreadable)
        assert bool(page.records or page.unreadable) == bool(re.sub(rb"(?i)\s|<br ?/?>|\\n|\\r|^\xef\xbb\xbf", b"", body.strip()))


def in_order(body: bytes, pieces: Sequence[Unreadable]) -> bool:
    """Whether pieces stand in a body one after the other."""
    start = 0
    for piece in pieces:
        found = body.find(piece.raw, start)
        if found < 0:
            return False
        start = found + len(piece.raw)
    return True


@bounded
@given(
    records=st.lists(replies(st.text("ab/ 谢é")), min_size=1, max_size=4),
    garbage=st.lists(st.from_regex(rb"[^0-9+\s\\<>\x80-\xff][^\s\\<>]{0,20}", fullmatch=True), min_size=1, max_size=4),
    separator=st.sampled_from(["\n", "\r\n", "<br>", "\\n"]),
)
def test_each_piece_of_a_page_ends_in_a_record_or_is_kept_as_it_came(
    records: list[Reply], garbage: list[bytes], separator: str
) -> None:
    lines = [written(record, Charset.UTF_8, quote_plus).encode() for record in records]
    mixed = [piece for pair in zip(lines, garbage, strict=False) for piece in pair]
    page = read_page(
        RawPage(kind=RecordKind.REPLY, body=separator.encode().join([*mixed, *lines[len(garbage) :]]), charset="utf-8")
    )
    assert list(page.records) == records
    assert [piece.raw for piece in page.unreadable] == garbage[: len(lines)]


@settings(bounded, max_examples=300)
@given(query=broken_forms, body=broken_forms, charset=charsets)
def test_any_push_is_read_or_kept_as_it_came(query: bytes, body: bytes, charset: str | None) -> None:
    push = read_push(RawPush(query=query, body=body, charset=charset))
    str(push.user_id).encode()
    if isinstance(push.content, Unreadable):
        assert push.content.raw == query + b"\n" + body
        assert push.content.reason.isascii()
    else:
        assert push.user_id is not None
        str(push.content).encode()


LARGE = 100_000


@pytest.mark.parametrize(
    "pattern",
    [
        *(b"\n", b" ", b"\r", b"<br>", b"\\n", b"\\", b"/", b"0/", b"/0", b"138", b"138/", b"138//", b"138///", b"138///\n"),
        *(
            b"%",
            b"%D0",
            b"+",
            b"a",
            b"\xd0\xbb",
            b"\xff",
            b"/0\n",
            b"/\n",
            b"/ ",
            b"/\\r",
            b"/\\r\n",
            b"/<br",
            b"138/2014/10/11 ",
        ),
    ],
)
def test_a_large_page_of_anything_is_read_to_its_end(pattern: bytes) -> None:
    """Time that grows with the square of the length would let this test run for minutes."""
    for head in (b"/", b"13802102102/2014-10-11 18:39:24/1/"):
        body = head + pattern * (LARGE // len(pattern)) + b"x"
        page = read_page(RawPage(kind=RecordKind.REPLY, body=body))
        assert page.records or page.unreadable
