"""The listener: a port of its own that serves secret paths and nothing else, and holds against whoever finds it."""

import asyncio
import logging
import socket
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smsadmin.inbound import push_server
from custom_components.smsadmin.inbound.webhook import MAX_BODY
from tests.simulator import Simulator

from .conftest import MOTHER, PUSH_PATH, USER, issues, make_entry, pushed_reply, set_up

PATTERNS = ("first\nsecond", "first\r\nsecond", "a\tb", "../../etc/passwd", "<script>alert(1)</script>", "union all select 1")


async def _exchange(port: int, request: bytes) -> bytes:
    """Send bytes, and read whatever comes until the other side ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
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
    """An account with a listener, loaded."""
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
async def test_what_home_assistant_s_security_filter_refuses_arrives_intact(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], message: str
) -> None:
    assert await _push(hass, port, pushed_reply(message)) == (200, b"000")
    assert [event.data["message"] for event in events] == [message]


async def test_a_query_may_be_as_long_as_a_long_text_makes_it(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    message = "消防队" * 500
    assert len(quote(message)) > 8192
    assert await _push(hass, port, pushed_reply(message)) == (200, b"000")
    assert [event.data["message"] for event in events] == [message]


async def test_a_text_that_was_never_urlencoded_is_refused_and_not_acknowledged(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event]
) -> None:
    query = f"Class=mo&SmsName={USER}&Mobile={MOTHER}&Message=".encode() + "收到".encode("gbk") + b"&LinkId="
    answer = await _exchange(port, b"POST " + PUSH_PATH.encode() + b"?" + query + b" HTTP/1.1\r\nHost: home\r\n\r\n")
    await hass.async_block_till_done()
    assert b" 400 " in answer
    assert events == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", path) for path in ("/", "/api/webhook/", "/api/webhook/another", f"{PUSH_PATH}/", f"/{PUSH_PATH}", "/auth")),
        ("POST", PUSH_PATH.upper()),
        ("GET", "/api/"),
        *((method, PUSH_PATH) for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")),
    ],
)
async def test_nothing_but_the_secret_path_is_served(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, events: list[Event], method: str, path: str
) -> None:
    assert await _request(port, method, f"{path}?{pushed_reply()}") == (404, b"")
    await hass.async_block_till_done()
    assert events == []


async def test_whoever_asks_before_sending_a_body_is_told_to_go_on(
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


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST ",
        f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: ho".encode(),
        f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}".encode(),
    ],
)
async def test_whoever_is_slow_is_cut_off(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    beginning: bytes,
) -> None:
    monkeypatch.setattr(push_server, "DEADLINE", 0.05)
    # It returns, although this side does not end.
    await _exchange(port, beginning)
    await hass.async_block_till_done()
    assert events == []
    assert await _push(hass, port, pushed_reply()) == (200, b"000")


async def test_whoever_goes_away_in_the_middle_leaves_nothing_and_harms_nobody(
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


async def test_whoever_comes_on_top_of_the_bound_is_turned_away(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_server, "MAX_CONNECTIONS", 2)
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    request = f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: home\r\n\r\n".encode()
    assert await _exchange(port, request) == b""
    for reader, writer in idle:
        writer.write(request)
        assert (await reader.read()).endswith(b"000")
        writer.close()
    # Their places are free again.
    assert await _push(hass, port, pushed_reply()) == (200, b"000")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01 a-secret-marker",
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
async def test_garbage_is_answered_without_an_echo_and_without_a_line_in_the_log(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, caplog: pytest.LogCaptureFixture, garbage: bytes
) -> None:
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        answer = await _exchange(port, garbage)
        assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert b"marker" not in answer
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.0 400")), answer
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


async def test_a_port_that_is_taken_is_an_issue_until_it_is_free(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event]
) -> None:
    entry = make_entry(simulator, listener_port=port)
    with socket.socket() as taken:
        taken.bind(("", port))
        taken.listen()
        await set_up(hass, entry)
        # Everything else works all the same.
        assert entry.state is ConfigEntryState.LOADED
        assert issues(hass) == ["listener_port"]
        await hass.config_entries.async_reload(entry.entry_id)
        assert issues(hass) == ["listener_port"]
    await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass) == []
    assert await _push(hass, port, pushed_reply()) == (200, b"000")
    assert len(events) == 1


async def test_the_issue_goes_with_the_account(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    entry = make_entry(simulator, listener_port=port)
    with socket.socket() as taken:
        taken.bind(("", port))
        taken.listen()
        await set_up(hass, entry)
        await hass.config_entries.async_remove(entry.entry_id)
        assert issues(hass) == []


async def test_it_is_open_through_reloads_and_an_unreachable_platform_and_an_unload(
    hass: HomeAssistant, simulator: Simulator, port: int, events: list[Event]
) -> None:
    entry = make_entry(simulator, listener_port=port)
    simulator.fault("balance", "reset_before", times=2)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await _push(hass, port, pushed_reply("unreachable")) == (200, b"000")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await _push(hass, port, pushed_reply("unloaded")) == (200, b"000")
    simulator.server.faults["balance"].clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["unreachable", "unloaded"]


async def test_it_is_closed_with_whoever_is_connected_when_home_assistant_ends(
    hass: HomeAssistant, entry: MockConfigEntry, port: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await hass.async_stop(force=True)
    assert not await _is_open(port)
    assert await reader.read() == b""
    writer.close()
