"""The port of its own for pushes: it serves secret paths and nothing else, and withstands a hostile internet."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
import gzip
import logging
import socket
from urllib.parse import quote

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smsadmin.inbound import push_server
from custom_components.smsadmin.inbound.request_head import MAX_HEAD
from custom_components.smsadmin.inbound.webhook import MAX_BODY
from tests.simulator import Simulator

from .conftest import MOTHER, PUSH_PATH, USER, issues, make_entry, pushed_reply, set_up

PATTERNS = ("first\nsecond", "first\r\nsecond", "a\tb", "../../etc/passwd", "<script>alert(1)</script>", "union all select 1")


async def _exchange(port: int, request: bytes, *, ends: bool = False) -> bytes:
    """Send bytes, and read whatever comes until the other side ends. `ends`: say that no more will be sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    if ends:
        writer.write_eof()
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def _request(port: int, method: str, target: str, body: bytes = b"", headers: str = "") -> tuple[int, bytes]:
    """The status and the body of the answer to a request."""
    head = f"{method} {target} HTTP/1.1\r\nHost: home\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    answer = await _exchange(port, head.encode() + body)
    head_of_answer, _, body_of_answer = answer.rpartition(b"\r\n\r\n")
    return int(head_of_answer.rpartition(b"HTTP/1.1 ")[2][:3]), body_of_answer


async def _push(hass: HomeAssistant, port: int, query: str, path: str = PUSH_PATH) -> tuple[int, bytes]:
    answer = await _request(port, "POST", f"{path}?{query}")
    await hass.async_block_till_done()
    return answer


async def _is_open(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


@pytest.fixture
async def entry(hass: HomeAssistant, simulator: Simulator, port: int) -> MockConfigEntry:
    """An account with a port of its own for pushes, loaded."""
    entry = make_entry(simulator, listener_port=port)
    await set_up(hass, entry)
    return entry


async def test_pushes_are_taken_as_the_webhook_takes_them(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    assert await _push(hass, port, pushed_reply("by query")) == (200, b"000")
    assert await _request(port, "GET", f"{PUSH_PATH}?{pushed_reply('by GET')}") == (200, b"000")
    assert await _request(port, "POST", PUSH_PATH, pushed_reply("by form").encode()) == (200, b"000")
    assert await _request(port, "POST", PUSH_PATH) == (200, b"000")
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["by query", "by GET", "by form"]


@pytest.mark.parametrize("message", PATTERNS)
async def test_what_home_assistant_s_filter_refuses_arrives(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], message: str
) -> None:
    assert await _push(hass, port, pushed_reply(message)) == (200, b"000")
    assert [event.data["message"] for event in events] == [message]


async def test_a_query_may_be_as_long_as_a_long_text(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    message = "消防队" * 500
    assert len(quote(message)) > 8192
    assert await _push(hass, port, pushed_reply(message)) == (200, b"000")
    assert [event.data["message"] for event in events] == [message]


LENIENT = [
    pytest.param(b"POST %p?%q HTTP/1.1\nHost: home\n\n", id="bare LF"),
    pytest.param(b"POST %p?%q HTTP/1.1\rHost: home\r\r", id="bare CR"),
    pytest.param(b"post %p?%q http/1.1\r\nHost: home\r\n\r\n", id="lower case"),
    pytest.param(b"GET %p?%q HTTP/1.0\r\n\r\n", id="HTTP/1.0 without a host"),
    pytest.param(b"POST http://home%p?%q HTTP/1.1\r\nHost: home\r\n\r\n", id="absolute URL"),
    pytest.param(b"POST\t%p?%q\tHTTP/1.1\r\nHost:\thome\r\n\r\n", id="tabs"),
    pytest.param(b"POST %p/?%q HTTP/1.1\r\nHost: home\r\n\r\n", id="slash"),
    pytest.param(b"POST %p HTTP/1.0\r\n\r\n%q", id="no length"),
    pytest.param(b"POST %p HTTP/1.1\nContent-Length: %l\n\n%q", id="form with bare LF"),
    pytest.param(b"POST %p HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%q\r\n0\r\n\r\n", id="chunked"),
    pytest.param(b"POST %p HTTP/1.0\r\nContent-Length: %l\r\n\r\n%q", id="HTTP/1.0 form"),
    pytest.param(b"POST %p HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: %l\r\n\r\n%q", id="wrong Content-Encoding"),
    pytest.param(b"POST %p HTTP/1.1\r\nContent-Encoding: br\r\nContent-Length: %l\r\n\r\n%q", id="unknown Content-Encoding"),
]


def _filled(template: bytes, query: bytes) -> bytes:
    values = {b"%p": PUSH_PATH.encode(), b"%q": query, b"%l": b"%d" % len(query), b"%x": b"%x" % len(query)}
    for mark, value in values.items():
        template = template.replace(mark, value)
    return template


@pytest.mark.parametrize("template", LENIENT)
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
async def test_lenient_clients_are_understood(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], charset: str, template: bytes
) -> None:
    query = f"Class=mo&SmsName={USER}&Mobile={MOTHER}&Message=".encode() + "收到 谢谢".encode(charset) + b"&LinkId="
    assert (await _exchange(port, _filled(template, query))).endswith(b"\r\n\r\n000")
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["收到 谢谢"]


@pytest.mark.parametrize("text", ["50% of 1+1 & more", "a & b # c % d", "收到 50%，谢谢"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
async def test_a_raw_query_keeps_its_signs(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], charset: str, text: str
) -> None:
    """A reply that was not urlencoded arrived as "50%25%20of%201 1"."""
    query = f"Class=mo&SmsName={USER}&Mobile={MOTHER}&Message={text}&LinkId=".encode(charset)
    assert (await _exchange(port, _filled(b"POST %p?%q HTTP/1.1\r\n\r\n", query))).endswith(b"\r\n\r\n000")
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == [text]


async def test_a_compressed_form_is_read(hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]) -> None:
    body = gzip.compress(pushed_reply("packed").encode())
    request = b"POST %p HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: %l\r\n\r\n%q"
    assert (await _exchange(port, _filled(request, body))).endswith(b"\r\n\r\n000")
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["packed"]


@pytest.mark.parametrize("template", [case for case in LENIENT if case.id != "no length"])
async def test_a_request_may_come_in_pieces(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], template: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = _filled(template, pushed_reply("in pieces").encode())
    for begin in range(0, len(request), 40):
        writer.write(request[begin : begin + 40])
        # The server reads each piece before the next one is sent.
        await _settle(port)
    assert (await reader.read()).endswith(b"000")
    writer.close()
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["in pieces"]


async def test_head_is_answered_with_nothing(hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]) -> None:
    answer = await _exchange(port, f"HEAD {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: home\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")
    await hass.async_block_till_done()
    assert events == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in ("/", "/api/webhook/", "/api/webhook/another", f"/{PUSH_PATH}", "/auth")),
        ("POST", PUSH_PATH.upper()),
        ("POST", f"{PUSH_PATH}/more"),
        ("GET", "/api/"),
        *((method, PUSH_PATH) for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT")),
    ],
)
async def test_nothing_but_the_secret_path_is_served(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], method: str, path: str
) -> None:
    assert await _request(port, method, f"{path}?{pushed_reply()}") == (404, b"")
    await hass.async_block_till_done()
    assert events == []


async def test_a_client_that_sends_no_more_is_answered(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    """With `nc -N` the push was stored and the answer never came."""
    request = f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: home\r\n\r\n"
    assert (await _exchange(port, request.encode(), ends=True)).endswith(b"000")
    await hass.async_block_till_done()
    assert len(events) == 1


@pytest.mark.parametrize("headers", ["", "Host: home\r\n\r\n"])
@pytest.mark.parametrize("ends", [True, False])
async def test_a_push_of_http_0_9_is_taken(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    headers: str,
    ends: bool,
) -> None:
    """A device that sends one line without a version waited for half a minute, and its push was gone."""
    monkeypatch.setattr(push_server, "VERSION_DEADLINE", 0.1)
    request = f"GET {PUSH_PATH}?{pushed_reply()}\r\n{headers}"
    assert (await _exchange(port, request.encode(), ends=ends)).endswith(b"000")
    await hass.async_block_till_done()
    assert len(events) == 1


async def test_the_first_of_pipelined_pushes_is_taken(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    pushes = [f"POST {PUSH_PATH}?{pushed_reply(text)} HTTP/1.1\r\nHost: home\r\n\r\n" for text in ("first", "second")]
    answer = await _exchange(port, "".join(pushes).encode())
    assert answer.count(b"HTTP/1.1 200") == 1
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["first"]


@pytest.mark.parametrize("after", [b"\0", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"Class=mo"])
@pytest.mark.parametrize("template", [b"GET %p?%q HTTP/1.1\r\n\r\n", b"POST %p HTTP/1.1\r\nContent-Length: %l\r\n\r\n%q"])
async def test_what_follows_a_push_does_not_spoil_it(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], template: bytes, after: bytes
) -> None:
    """A client sent a few bytes more than a request has; the push was answered 400, and was gone."""
    assert (await _exchange(port, _filled(template, pushed_reply().encode()) + after)).endswith(b"\r\n\r\n000")
    await hass.async_block_till_done()
    assert len(events) == 1


async def test_a_request_that_ends_in_its_head_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    request = f"POST {PUSH_PATH}\r\n\r\n{pushed_reply()}"
    assert (await _exchange(port, request.encode(), ends=True)).startswith(b"HTTP/1.1 400")
    await hass.async_block_till_done()
    assert events == []


async def test_a_head_that_is_too_long_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    status, _ = await _request(port, "POST", f"{PUSH_PATH}?{pushed_reply()}", headers=f"X: {'x' * MAX_HEAD}\r\n")
    assert status == 431
    await hass.async_block_till_done()
    assert events == []


async def test_a_client_that_expects_100_is_answered_100(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = pushed_reply().encode()
    head = f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    writer.write(head.encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n000")
    writer.close()
    await hass.async_block_till_done()
    assert len(events) == 1


@pytest.mark.parametrize("size", [MAX_BODY + 1, 4 * MAX_BODY])
async def test_a_body_that_is_too_large_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], size: int
) -> None:
    body = pushed_reply().encode()
    assert (await _request(port, "POST", PUSH_PATH, body + b"&x=".ljust(size - len(body), b"x")))[0] == 413
    await hass.async_block_till_done()
    assert events == []


SLOW = [
    b"",
    b"POST ",
    f"POST {PUSH_PATH}".encode(),
    f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: ho".encode(),
    f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}".encode(),
]


@pytest.mark.parametrize("beginning", SLOW)
async def test_a_slow_connection_is_ended(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    beginning: bytes,
) -> None:
    monkeypatch.setattr(push_server, "HEAD_DEADLINE", 0.05)
    monkeypatch.setattr(push_server, "PUSH_DEADLINE", 0.05)
    # It returns, although this side does not end.
    await _exchange(port, beginning)
    await hass.async_block_till_done()
    assert events == []
    monkeypatch.undo()
    assert await _push(hass, port, pushed_reply()) == (200, b"000")


async def test_a_push_that_breaks_off_is_not_taken(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}".encode())
    await writer.drain()
    writer.write_eof()
    await reader.read()
    writer.close()
    assert await _push(hass, port, pushed_reply("whole")) == (200, b"000")
    assert [event.data["message"] for event in events] == ["whole"]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def _connect(port: int, address: str = "127.0.0.1") -> asyncio.StreamReader:
    """A connection from an address of this machine that sends nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    OPEN.append(writer)
    return reader


OPEN: list[asyncio.StreamWriter] = []


@pytest.fixture
def _hang_up() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


async def _settle(port: int) -> None:
    """Wait until the server has seen the connections that were opened before."""
    assert (await _request(port, "GET", "/"))[0] == 404


@pytest.mark.usefixtures("_hang_up")
async def test_the_oldest_of_an_address_gives_way(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """256 idle connections from one address shut out all pushes for as long as they lasted."""
    monkeypatch.setattr(push_server, "MAX_UNAUTHENTICATED_PER_ADDRESS", 2)
    oldest, *others = [await _connect(port) for _ in range(2)]
    elsewhere = await _connect(port, "127.0.0.2")
    await _settle(port)
    assert await oldest.read() == b""
    assert not any(reader.at_eof() for reader in (*others, elsewhere))
    assert issues(hass) == ["push_server_crowded"]
    for _ in range(3):
        assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert len(events) == 3


@pytest.mark.usefixtures("_hang_up")
async def test_the_address_with_the_most_gives_way(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_server, "MAX_UNAUTHENTICATED", 4)
    single = await _connect(port, "127.0.0.2")
    oldest, *others = [await _connect(port, "127.0.0.3") for _ in range(3)]
    assert issues(hass) == []
    newcomer = await _connect(port, "127.0.0.4")
    assert await oldest.read() == b""
    assert not any(reader.at_eof() for reader in (single, *others, newcomer))
    assert issues(hass) == ["push_server_crowded"]


@pytest.mark.usefixtures("_hang_up")
async def test_a_connection_that_has_shown_the_path_stays(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_server, "MAX_UNAUTHENTICATED_PER_ADDRESS", 1)
    slow = await _connect(port)
    OPEN[-1].write(f"POST {PUSH_PATH}?".encode())
    await _settle(port)
    for _ in range(3):
        await _connect(port)
    OPEN[0].write(f"{pushed_reply()} HTTP/1.1\r\n\r\n".encode())
    assert (await slow.read()).endswith(b"000")
    await hass.async_block_till_done()
    assert len(events) == 1


@pytest.mark.usefixtures("_hang_up")
async def test_connections_with_the_path_have_a_bound(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_server, "MAX_PUSHES", 1)
    slow = await _connect(port)
    OPEN[-1].write(f"POST {PUSH_PATH}?".encode())
    await _settle(port)
    assert await _request(port, "POST", f"{PUSH_PATH}?{pushed_reply()}") == (503, b"")
    OPEN[0].write(f"{pushed_reply()} HTTP/1.1\r\n\r\n".encode())
    assert (await slow.read()).endswith(b"000")
    assert await _push(hass, port, pushed_reply()) == (200, b"000")


@pytest.mark.parametrize("count", [300])
@pytest.mark.usefixtures("_hang_up")
async def test_pushes_are_taken_while_connections_flood_the_port(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], count: int
) -> None:
    for number in range(20):
        for _ in range(count // 20):
            await _connect(port)
        assert await _push(hass, port, pushed_reply(str(number))) == (200, b"000")
    assert [event.data["message"] for event in events] == [str(number) for number in range(20)]
    assert issues(hass) == ["push_server_crowded"]


@pytest.mark.parametrize(
    ("host", "sender"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_ipv6_network_counts_as_one_sender(host: str, sender: str) -> None:
    """A server on the internet has 2**64 addresses of its own."""
    assert push_server.sender_id(host) == sender


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\n a-secret-marker",
        b"a-secret-marker\r\n\r\n",
        b"POST a-secret-marker\r\n\r\n",
        b"POST / HTTP/1.1\r\na-secret-marker\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: home\r\nContent-Length: a-secret-marker\r\n\r\n",
        b"POST /" + b"a-secret-marker" * 8192 + b" HTTP/1.1\r\n\r\n",
        b"POST /\xff\xfea-secret-marker HTTP/1.1\r\nHost: home\r\n\r\n",
        b"POST " + PUSH_PATH.encode() + b" HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\na-secret-marker\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\na-secret-marker",
    ],
)
async def test_garbage_is_neither_echoed_nor_logged(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        answer = await _exchange(port, garbage)
        assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert b"marker" not in answer
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.0 400")), answer
    assert "marker" not in caplog.text
    assert [
        record
        for record in caplog.records
        if record.levelno > logging.DEBUG and record.name not in ("asyncio", "homeassistant.core")
    ] == []


async def test_two_accounts_share_a_port(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, port: int, events: list[Event]
) -> None:
    simulator.add_account("police", "open sesame", balance=10)
    another = make_entry(simulator, data={"username": "police", "webhook_id": "another-path"}, listener_port=port)
    await set_up(hass, another)
    theirs = pushed_reply(SmsName="police")
    assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert await _push(hass, port, theirs, "/api/webhook/another-path") == (200, b"000")
    assert (await _push(hass, port, theirs))[0] == 403
    assert [event.data["account"] for event in events] == [USER, "police"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert (await _push(hass, port, pushed_reply()))[0] == 404
    assert await _push(hass, port, theirs, "/api/webhook/another-path") == (200, b"000")
    await hass.config_entries.async_remove(another.entry_id)
    assert not await _is_open(port)


async def test_an_account_may_be_removed_during_a_push(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, port: int, events: list[Event]
) -> None:
    simulator.add_account("police", "open sesame", balance=10)
    another = make_entry(simulator, data={"username": "police", "webhook_id": "another-path"}, listener_port=port)
    await set_up(hass, another)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {PUSH_PATH}?{pushed_reply()}".encode())
    await _settle(port)
    await hass.config_entries.async_remove(entry.entry_id)
    writer.write(b" HTTP/1.1\r\nHost: home\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 404")
    writer.close()
    assert events == []


async def test_options_open_and_close_and_move_it(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    entry = make_entry(simulator)
    await set_up(hass, entry)
    assert not await _is_open(port)
    hass.config_entries.async_update_entry(entry, options={"mode": "push", "listener_port": port})
    await hass.async_block_till_done()
    assert await _push(hass, port, pushed_reply()) == (200, b"000")
    with socket.socket() as free:
        free.bind(("", 0))
        another = free.getsockname()[1]
    hass.config_entries.async_update_entry(entry, options={"mode": "push", "listener_port": another})
    await hass.async_block_till_done()
    assert await _push(hass, another, pushed_reply()) == (200, b"000")
    assert not await _is_open(port)
    hass.config_entries.async_update_entry(entry, options={"mode": "push"})
    await hass.async_block_till_done()
    assert not await _is_open(another)


async def _a_minute_later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.tick(timedelta(seconds=61))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_port_that_is_taken_is_an_issue_until_it_is_free(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event], freezer: FrozenDateTimeFactory
) -> None:
    """A proxy that stopped a little late kept the port, and pushes were lost until the user noticed."""
    entry = make_entry(simulator, listener_port=port)
    with socket.socket() as taken:
        taken.bind(("", port))
        taken.listen()
        await set_up(hass, entry)
        # Everything else works all the same.
        assert entry.state is ConfigEntryState.LOADED
        assert issues(hass) == ["listener_port"]
        await _a_minute_later(hass, freezer)
        assert issues(hass) == ["listener_port"]
    await _a_minute_later(hass, freezer)
    assert issues(hass) == []
    assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert len(events) == 1


async def test_a_port_that_is_taken_can_be_given_up(
    hass: HomeAssistant, simulator: Simulator, port: int, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, listener_port=port)
    with socket.socket() as taken:
        taken.bind(("", port))
        taken.listen()
        await set_up(hass, entry)
        hass.config_entries.async_update_entry(entry, options={"mode": "push"})
        await hass.async_block_till_done()
        assert issues(hass) == []
    await _a_minute_later(hass, freezer)
    assert not await _is_open(port)


async def test_two_accounts_open_one_port_together(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event]
) -> None:
    """After a restart one of two accounts could not have the port, because the other one was about to open it."""
    simulator.add_account("police", "open sesame", balance=10)
    data = {"username": "police", "webhook_id": "another-secret"}
    entries = make_entry(simulator, listener_port=port), make_entry(simulator, data=data, listener_port=port)
    for entry in entries:
        entry.add_to_hass(hass)
    assert await async_setup_component(hass, "smsadmin", {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == []
    for user, path in ((USER, PUSH_PATH), ("police", "/api/webhook/another-secret")):
        assert await _push(hass, port, pushed_reply(SmsName=user), path) == (200, b"000")
    assert [event.data["account"] for event in events] == [USER, "police"]


async def test_the_issue_goes_with_the_account(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    entry = make_entry(simulator, listener_port=port)
    with socket.socket() as taken:
        taken.bind(("", port))
        taken.listen()
        await set_up(hass, entry)
        await hass.config_entries.async_remove(entry.entry_id)
        assert issues(hass) == []


async def test_it_is_open_whatever_becomes_of_the_set_up(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event]
) -> None:
    entry = make_entry(simulator, listener_port=port)
    simulator.fault("balance", "reset_before", times=2)
    await set_up(hass, entry)
    assert await _push(hass, port, pushed_reply("unreachable")) == (200, b"000")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await _push(hass, port, pushed_reply("unloaded")) == (200, b"000")
    assert [event.data["message"] for event in events] == ["unreachable"]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["unreachable", "unloaded"]


async def test_it_is_closed_when_home_assistant_ends(hass: HomeAssistant, entry: MockConfigEntry, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await hass.async_stop(force=True)
    assert not await _is_open(port)
    assert await reader.read() == b""
    writer.close()
