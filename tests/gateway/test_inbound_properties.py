"""Property tests of incoming bytes: pages, pushes and their charset."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, quote_plus

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.charset import decode, proven_charset
from custom_components.smsadmin.gateway.models import (
    CHINA,
    Charset,
    RawPage,
    RawPush,
    Reading,
    Record,
    RecordKind,
    Reply,
    Report,
)
from custom_components.smsadmin.gateway.pushes import read_push
from custom_components.smsadmin.gateway.records import is_empty, looks_like_record, page_error, read_page

# On its first run, Hypothesis warns about its own random numbers.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
bounded = settings(deadline=None, derandomize=True, database=None, max_examples=100)

CODECS = {Charset.UTF_8: "utf-8", Charset.GB2312: "gb18030"}
# 一 to 座 are the frequent characters of GB2312, which are never valid UTF-8 of three bytes.
chinese = st.text(st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=2)
# ASCII, and Chinese that is not valid UTF-8.
texts = st.lists(st.sampled_from(["着火了", "，", "OK", " ", "&", "=", "%", "/", "\n", "1+1", "é", "<br>", "\\n", "8"])).map(
    "".join
)
mobiles = st.one_of(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.from_regex(r"[1-9][0-9]{4,6}", fullmatch=True))
link_ids = st.one_of(st.none(), st.from_regex(r"[0-9]{20}", fullmatch=True))
sub_codes = st.one_of(st.none(), st.from_regex(r"[0-9]{1,8}", fullmatch=True))
times = st.datetimes(datetime(2000, 1, 1), datetime(9998, 12, 31)).map(lambda time: time.replace(microsecond=0, tzinfo=CHINA))  # noqa: DTZ001
separators = st.sampled_from(["\n", "\r\n", "\r", "<br>", "<br/>\n", "\\n", "\n\n", " \n ", ";", "|", "&#10;", "</p><p>", "；"])
FRAGMENTS = (
    *("13802102102", "/", "2014-10-11 18:39:24", "2014/10/11 18:39:24", "20140316192678945632", "0", "空", "DELIVRD", "8", "+"),
    *("13802102102/2014-10-11 18:39:24/20140316192678945632/", "\n", "\r\n", "<br>", "\\n", "\\r", " ", "%D0%BB", "%", "谢谢"),
    *("139-0000-0000", "null", ";", "|", "&#10;", "<p>", "<!--", "-->", '["', '"]', "//", "\x1f\x8b", "\ufeff", "15", "150"),
)
NAMES = ("Class=", "SmsName=", "Mobile=", "Message=", "LinkId=", "Report=")
FORM_FRAGMENTS = (
    *(*NAMES, "Class=mo", "class=rpt", "SmsName=station", "Mobile=13802102102", "&", "&amp;", ";", "?", "%26", "%", "+", "谢谢"),
    *('{"Class":"mo"', '"', ",", ":", "[", "]", "{", "}", '"Mobile":1', "\\ud800", "--X\r\n", "--X--", "\r\n\r\n", "data="),
    *('Content-Disposition: form-data; name="Message"', "Content-Transfer-Encoding: base64", "%3D", "\ufeff", "%25"),
)


def bytes_of(fragments: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Draw bytes from fragments that mean something to the parser."""
    pieces = st.one_of(st.binary(max_size=8), st.sampled_from(fragments).map(str.encode), st.just("谢谢".encode("gb2312")))
    return st.lists(pieces).map(b"".join)


content_types = st.one_of(
    st.none(), st.sampled_from(["text/html; charset=gbk", "multipart/form-data; boundary=X", "application/json"]), st.text()
)
UTF_8 = "text/plain; charset=utf-8"
evidence = st.one_of(st.none(), st.sampled_from(Charset))


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    return Reply(
        mobile=draw(mobiles), message=draw(texts), link_id=draw(link_ids), sub_code=draw(sub_codes), replied_at=draw(times)
    )


def written(reply: Reply, charset: Charset, quoting: Callable[[bytes], str]) -> str:
    """Write a reply as a record of a page."""
    content = quoting(reply.message.encode(CODECS[charset]))
    return f"{reply.mobile}/{reply.replied_at:%Y-%m-%d %H:%M:%S}/{reply.link_id or ''}/{content}/{reply.sub_code or ''}"


def _agreeing(declared: str | None, charset: Charset) -> str | None:
    """A content type that declares UTF-8 for it: undeclared, a short text of two-byte letters is taken for Chinese."""
    return UTF_8 if charset is Charset.UTF_8 else declared


@bounded
@given(chinese)
def test_a_short_chinese_text_is_read_without_its_charset(text: str) -> None:
    assert decode(text.encode()) == text
    raw = text.encode("gb2312")
    assert decode(raw) == text or any("\x80" <= character <= "\xff" for character in decode(raw))
    assert decode(raw, evidence=Charset.GB2312) == text


@settings(bounded, max_examples=200)
@given(
    charset=st.sampled_from(Charset),
    quoting=st.sampled_from([quote_plus, lambda raw: quote(raw, safe="")]),
    separator=separators,
    records=st.lists(replies(), min_size=1, max_size=25),
    declared=content_types,
)
def test_a_page_is_read_as_it_was_written(
    charset: Charset, quoting: Callable[[bytes], str], separator: str, records: list[Reply], declared: str | None
) -> None:
    body = separator.join(written(record, charset, quoting) for record in records).encode(CODECS[charset])
    for whole in (body, body + separator.encode(CODECS[charset])):
        page = read_page(RawPage(kind=RecordKind.REPLY, body=whole, content_type=_agreeing(declared, charset)), evidence=charset)
        assert (list(page.records), page.unreadable) == (records, ())


@bounded
@given(records=st.lists(replies(), min_size=1, max_size=5), data=st.data())
def test_a_page_that_broke_off_loses_no_bytes(records: list[Reply], data: st.DataObject) -> None:
    lines = [written(record, Charset.UTF_8, quote_plus) for record in records]
    body = "\n".join(lines).encode()
    end = data.draw(st.integers(body.index(b"/") + 1, len(body)))
    page = read_page(RawPage(kind=RecordKind.REPLY, body=body[:end], content_type=UTF_8, complete=False))
    (rest,) = page.unreadable
    assert list(page.records) == records[: len(page.records)]
    again = "\n".join([*lines[: len(page.records)], rest.raw.decode()])
    assert again == body[:end].decode().rstrip()


@settings(bounded, max_examples=200)
@given(charset=st.sampled_from(Charset), where=st.integers(0, 2), reply=replies())
def test_a_push_is_read_as_it_was_written(charset: Charset, where: int, reply: Reply) -> None:
    fields = {
        "Class": "mo",
        "SmsName": "station",
        "Mobile": reply.mobile,
        "Message": reply.message,
        "LinkId": reply.link_id or "",
    }
    raw = "&".join(f"{name}={quote_plus(value, encoding=CODECS[charset])}" for name, value in fields.items()).encode()
    declared = UTF_8 if charset is Charset.UTF_8 else None
    push = RawPush(query=raw if where != 1 else b"", body=raw if where != 0 else b"", content_type=declared)
    reading = read_push(push, user_id="station", evidence=charset)
    assert reading.records == (replace(reply, sub_code=None, replied_at=None),)


def assert_can_be_stored(reading: Reading, kinds: tuple[type[Record], ...]) -> None:
    for record in reading.records:
        assert isinstance(record, kinds)
        str(record).encode()
    for piece in reading.unreadable:
        assert piece.reason.isascii()


@bounded
@given(st.binary(), evidence, evidence)
def test_any_bytes_decode_to_text_that_can_be_stored(raw: bytes, declared: Charset | None, known: Charset | None) -> None:
    decode(raw, declared, known).encode()
    if (charset := proven_charset(raw)) is not None:
        assert decode(raw, declared, known) == raw.decode(CODECS[charset])


@settings(bounded, max_examples=500)
@given(
    body=bytes_of(FRAGMENTS),
    kind=st.sampled_from(RecordKind),
    content_type=content_types,
    encoding=st.sampled_from([None, "gzip", "deflate", "br"]),
    complete=st.booleans(),
    known=evidence,
)
def test_any_page_is_read_or_unreadable(
    body: bytes, kind: RecordKind, content_type: str | None, encoding: str | None, complete: bool, known: Charset | None
) -> None:
    page = RawPage(kind=kind, body=body, content_type=content_type, content_encoding=encoding, complete=complete)
    reading = read_page(page, evidence=known)
    assert_can_be_stored(reading, (Reply,) if kind is RecordKind.REPLY else (Report,))
    assert all(piece.raw for piece in reading.unreadable)
    if is_empty(page) or page_error(page):
        assert reading == Reading()
    looks_like_record(body)


@settings(bounded, max_examples=500)
@given(query=bytes_of(FORM_FRAGMENTS), body=bytes_of(FORM_FRAGMENTS), content_type=content_types, known=evidence)
def test_any_push_is_read_or_unreadable(query: bytes, body: bytes, content_type: str | None, known: Charset | None) -> None:
    reading = read_push(RawPush(query=query, body=body, content_type=content_type), user_id="station", evidence=known)
    assert_can_be_stored(reading, (Reply, Report))
    assert reading.records or reading.unreadable
    assert {piece.raw for piece in reading.unreadable} <= {query + b"\n" + body}
    assert not (reading.is_foreign and reading.records)


LARGE = 100_000
HOSTILE = (
    *(b"\n", b" ", b"\r", b"<br>", b"<", b"<br ", b"\\n", b"\\", b"/", b"0/", b"/0", b"138", b"138/", b"138//", b"138///\n"),
    *(b"%", b"%D0", b"%0A", b"+", b"a", b"\xd0\xbb", b"\xff", b"/0\n", b"/\n", b"/ ", b"/\\r", b"/<br", b"138/2014/10/11 "),
    *(b"13800000000/", b"\n13800000000/2014-10-11 18:39:24", b"/2014-10-11 18:39:24", b"|", b";", b"&#10;", b">", b"b<", b"-->"),
    *(b"\xa3\xb1", b"\xef\xbc\x91", b'/"]', b"[", b'["', b"(", b"1", b"\n(((", b"<a>", b"\n" + b"1" * 59 + b"/"),
    *(
        b"&Class=",
        b"&a=b",
        b"Message=",
        b"%25",
        b"%3D",
        b'{"a":',
        b"\r\n\r\n",
        b"--\r\n",
        b'\r\n--\r\nContent-Disposition: x; name="',
    ),
)


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_large_hostile_page_takes_linear_time(pattern: bytes) -> None:
    """Quadratic time would let this test run for minutes."""
    for head in (b"/", b"13802102102/2014-10-11 18:39:24/1/", b"f(", b"<"):
        body = head + pattern * (LARGE // len(pattern)) + b"x"
        page = read_page(RawPage(kind=RecordKind.REPLY, body=body))
        assert page.records or page.unreadable
        looks_like_record(body)


@pytest.mark.parametrize("pattern", HOSTILE)
def test_a_large_hostile_push_takes_linear_time(pattern: bytes) -> None:
    for head in (b"", b"Class=mo&Mobile=1&Message=", b"--\r\nContent-Disposition: form-data; ", b"{", b"["):
        body = head + pattern * (LARGE // len(pattern))
        reading = read_push(RawPush(query=body, body=body), user_id="station")
        assert reading.unreadable
