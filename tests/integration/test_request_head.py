"""Heads of requests as lenient clients write them."""

from dataclasses import replace
import random

import pytest

from custom_components.smsadmin.gateway.models import RawPush
from custom_components.smsadmin.gateway.pushes import read_push
from custom_components.smsadmin.inbound.request_head import MAX_HEAD, MAX_PATH, RequestHead, add_version, read_head, read_target
from tests.gateway.fuzz import ALL, CHARSETS, USER, expected, got, reply
from tests.simulator.pushes import PushShape, write_push
from tests.simulator.vocabulary import Charset


def _read(data: bytes) -> RequestHead:
    target = read_target(data)
    assert target is not None
    head = read_head(data, target)
    assert head is not None
    return head


@pytest.mark.parametrize(
    ("came", "line"),
    [
        (b"GET /p?a=b HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"get /p?a=b http/1.1\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p?a=b HTTP/1.0\r\n\r\n", b"GET /p?a=b HTTP/1.0"),
        (b"GET /p?a=b HTTP/1\n\n", b"GET /p?a=b HTTP/1.0"),
        (b"GET /p?a=b HTTP/0.9\n\n", b"GET /p?a=b HTTP/1.0"),
        (b"GET /p?a=b HTTP/2.0\n\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p?a=b HTTP/1.1\n\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p?a=b HTTP/1.1\r\rbody", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p?a=b HTTP/1.1\rHost: h\r\r", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p?a=b HTTP/1.1\r\nHost: h\n\n", b"GET /p?a=b HTTP/1.1"),
        (b"\r\n\nGET /p HTTP/1.1\r\n\r\n", b"GET /p HTTP/1.1"),
        (b"GET\t/p?a=b\tHTTP/1.1 \t\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET  /p?a=b   HTTP/1.1\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET http://example.com:80/p?a=b HTTP/1.1\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET HTTPS://example.com/p HTTP/1.1\r\n\r\n", b"GET /p HTTP/1.1"),
        (b"GET /p/?a=b HTTP/1.1\r\n\r\n", b"GET /p?a=b HTTP/1.1"),
        (b"GET /p//??a=b HTTP/1.1\r\n\r\n", b"GET /p??a=b HTTP/1.1"),
        (b"GET /p?a=first second\tthird HTTP/1.1\r\n\r\n", b"GET /p?a=first%20second%09third HTTP/1.1"),
        (b"GET /p?a=first\nsecond\r\n\r\nthird HTTP/1.1\r\n\r\n", b"GET /p?a=first%0Asecond%0D%0A%0D%0Athird HTTP/1.1"),
        (b"GET /p?a=\xca\xd5\x00\x7f HTTP/1.1\r\n\r\n", b"GET /p?a=%CA%D5%00%7F HTTP/1.1"),
        (b"GET /p?a=%CA%D5+%zz100% HTTP/1.1\r\n\r\n", b"GET /p?a=%CA%D5+%zz100% HTTP/1.1"),
        (b'GET /p?a=#5<b>"{x}|\\^` HTTP/1.1\r\n\r\n', b"GET /p?a=%235%3Cb%3E%22%7Bx%7D%7C%5C%5E%60 HTTP/1.1"),
        (b"GET /p?a=50% of 1+1 HTTP/1.1\r\n\r\n", b"GET /p?a=50%25%20of%201%2B1 HTTP/1.1"),
        (b"GET /p?a=1 + 1 HTTP/1.1\r\n\r\n", b"GET /p?a=1%20%2B%201 HTTP/1.1"),
        (b"GET /p?a=%CA%D5 %2B+ HTTP/1.1\r\n\r\n", b"GET /p?a=%CA%D5%20%2B+ HTTP/1.1"),
        (b"GET /p?a=HTTP/1.1 HTTP/1.1\r\n\r\n", b"GET /p?a=HTTP/1.1 HTTP/1.1"),
    ],
)
def test_the_request_line_is_rewritten(came: bytes, line: bytes) -> None:
    assert _read(came).rewritten.split(b"\r\n")[0] == line


@pytest.mark.parametrize(
    ("came", "headers"),
    [
        (b"Host: other\r\nUser-Agent: \xff\r\nnonsense\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", []),
        (b"content-TYPE :\ta/b; c=d\r\nContent-Length: 3\r\n", [b"content-type: a/b; c=d", b"content-length: 3"]),
        (b"Content-Type: multipart/form-data;\r\n boundary=x\r\n", [b"content-type: multipart/form-data; boundary=x"]),
        (b"Content-Type: a/\x00\x0b\xe6b\tc\r\n", [b"content-type: a/\xe6b\tc"]),
        (b"Content-Length: 3\r\nContent-Length: 4\r\n", [b"content-length: 3"]),
        (b"Content-Encoding: gzip\r\n", []),
        (b"Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n", [b"transfer-encoding: chunked"]),
        (b"Content-Length: 3\r\nTransfer-Encoding: identity\r\n", [b"content-length: 3"]),
    ],
)
def test_only_headers_of_the_body_are_kept(came: bytes, headers: list[bytes]) -> None:
    head = _read(b"GET /p HTTP/1.1\r\n" + came + b"\r\n")
    assert head.rewritten.split(b"\r\n")[1:-2] == [b"Host: push", *headers]


def test_a_client_that_sends_chunks_speaks_1_1() -> None:
    head = _read(b"POST /p HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")
    assert head.rewritten.startswith(b"POST /p HTTP/1.1\r\n")


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\r\r"])
def test_the_body_begins_behind_the_blank_line(end: bytes) -> None:
    came = b"POST /p HTTP/1.1" + end[: len(end) // 2] + b"Content-Length: 4" + end + b"\n\r\n\r"
    assert came[_read(came).length :] == b"\n\r\n\r"


def test_a_body_without_a_length_is_what_came_with_the_head() -> None:
    """A client that left out Content-Length was answered 000, and its push was gone."""
    for target in (b"/p", b"/p??"):
        assert b"content-length: 4" in _read(b"POST " + target + b" HTTP/1.0\r\n\r\na=bc").rewritten
    # What follows a push in the URL is the next request.
    assert b"content-length" not in _read(b"POST /p?a HTTP/1.0\r\n\r\na=bc").rewritten
    assert b"content-length" not in _read(b"GET /p HTTP/1.0\r\n\r\na=bc").rewritten


@pytest.mark.parametrize(
    ("version", "expect", "expects"),
    [
        (b"1.1", b"100-continue", True),
        (b"1.1", b"100-Continue", True),
        (b"1.1", b"something", False),
        (b"1.0", b"100-continue", False),
    ],
)
def test_only_http_1_1_expects_to_continue(version: bytes, expect: bytes, expects: bool) -> None:
    assert _read(b"POST /p HTTP/" + version + b"\r\nExpect: " + expect + b"\r\n\r\n").expects_continue is expects


@pytest.mark.parametrize(
    "whole",
    [
        b"\r\nPOST http://h/p?a=\xca\n\n b HTTP/1.1\r\nContent-Length: 1\r\n\r\n",
        b"POST /p?a=b HTTP/1.1\nContent-Length: 1\n\n",
        b"POST /p?a=b HTTP/1.1\rContent-Length: 1\r\rx",
    ],
)
def test_it_does_not_matter_how_a_head_is_cut(whole: bytes) -> None:
    expected = _read(whole).rewritten
    for end in range(len(whole)):
        target = read_target(whole[:end])
        head = read_head(whole[:end], target) if target else None
        assert head is None or (head.rewritten == expected and whole[head.length :] in (b"x", b""))


@pytest.mark.parametrize("charset", Charset)
def test_random_raw_requests_are_read(charset: Charset) -> None:
    """A push that is not urlencoded is read as the simulator wrote it, wherever it is cut."""
    source = random.Random(charset)
    for _ in range(300):
        text = source.choice(ALL) + source.choice(("", " a & b # c % d", "+1", " 50%", "?", " HTTP/1.1 ok", "; x=y"))
        sent, end = replace(reply(source), text=text), source.choice((b"\r\n", b"\n"))
        query = source.choice((b"", b"?")) + write_push(sent, charset, PushShape.UNENCODED).body
        request = b"POST /secret?%b HTTP/1.1%bContent-Length: 0%b%b" % (query, end, end, end)
        target = next(target for size in range(len(request)) if (target := read_target(request[:size])))
        heads = (read_head(request[:size], target) for size in range(source.randint(1, len(request)), len(request) + 1))
        rewritten = next(head for head in heads if head).rewritten.split(b" ")[1].partition(b"?")[2]
        reading = read_push(RawPush(query=rewritten, body=b""), user_id=USER, evidence=CHARSETS[charset])
        assert got(reading) == [expected(sent)], request


@pytest.mark.parametrize(
    ("came", "line"),
    [
        (b"GET /p?a=b\r\n", b"GET /p?a=b HTTP/1.0"),
        (b"\nPOST /p?a=b c\n", b"POST /p?a=b%20c HTTP/1.0"),
        (b"GET /p?a=b\r", b"GET /p?a=b HTTP/1.0"),
        (b"GET /p?a=first\r\n\r\nNote: second\r\n", b"GET /p?a=first%0D%0A%0D%0ANote:%20second HTTP/1.0"),
        (b"GET /p?a=b\r\nHost: home\r\nUser-Agent: u\r\n\r\n", b"GET /p?a=b HTTP/1.0"),
        (b"GET /p?\r\nHost: home\r\n", b"GET /p? HTTP/1.0"),
    ],
)
def test_a_line_without_a_version_is_a_whole_request(came: bytes, line: bytes) -> None:
    target = read_target(came)
    assert target is not None
    assert read_head(came, target) is None
    whole = add_version(came, target)
    assert whole is not None
    assert _read(whole).rewritten.split(b"\r\n")[0] == line


@pytest.mark.parametrize("came", [b"GET /p\r\n", b"GET /p?a=b", b"POST /p\na=b\n", b"GET /p?a=b HTTP/1.1\r\nHost: h\r\n"])
def test_what_does_not_end_in_a_query_is_no_whole_request(came: bytes) -> None:
    target = read_target(came)
    assert target is not None
    assert add_version(came, target) is None


@pytest.mark.parametrize("data", [b"\x16\x03\x01\n", b"a-secret\r\n", b"POST\r\n", b"P" * 17 + b" /p\r\n", b"x" * MAX_PATH])
def test_what_shows_no_path_is_no_request(data: bytes) -> None:
    with pytest.raises(ValueError, match="no path"):
        read_target(data)


@pytest.mark.parametrize("data", [b"", b"\r\n", b"POST", b"POST ", b"POST /p", b"\x16\x03", b"x" * (MAX_PATH - 1)])
def test_a_beginning_may_become_a_request(data: bytes) -> None:
    assert read_target(data) is None


LONG = 200_000


@pytest.mark.parametrize(
    "data",
    [
        b"GET http://" + b"a" * LONG,
        b"GET /" + b"a" * LONG,
        b"GET" + b" " * LONG,
        b"a" * LONG,
        b"\r\n" * LONG,
        b"GET /p?" + b" " * LONG,
        b"GET /p?" + b" HTTP/1.1" * LONG,
        b"GET /p HTTP/1.1\r\nA: b" + b"\r" * LONG,
        b"GET /p HTTP/1.1\r\nA: b" + b"\r\n " * LONG,
        b"GET /p HTTP/1.1\rA: b" + b"\n" * LONG,
    ],
    ids=range(10),
)
def test_no_beginning_takes_long(data: bytes) -> None:
    """With `GET http://aaaa…` any client could stop Home Assistant for minutes; this test would not end."""
    try:
        target = read_target(data)
        assert target is None or read_head(data, target) is None
    except ValueError:
        return
    raise AssertionError("It is too long to be anything yet")


def test_a_head_has_a_bound() -> None:
    beginning = b"POST /p?a="
    target = read_target(beginning)
    assert target is not None
    assert read_head(beginning.ljust(MAX_HEAD, b"x"), target) is None
    for end in (b"", b" HTTP/1.1\r\n\r\n"):
        with pytest.raises(ValueError, match="too long"):
            read_head(beginning.ljust(MAX_HEAD + 1, b"x") + end, target)
    assert read_head((beginning + b" HTTP/1.1\r\n\r\n").ljust(MAX_HEAD + 1, b"x"), target)
