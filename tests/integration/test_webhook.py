"""The webhook alone: what it stores, what it refuses, and how it answers."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
import logging
from typing import Any

from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from aiohttp.test_utils import TestClient, make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import webhook as core_webhook
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.smsadmin.gateway.models import RawPush
from custom_components.smsadmin.inbound import webhook
from custom_components.smsadmin.inbound.webhook import PushWebhook, async_register_disabled, async_unregister
from custom_components.smsadmin.message_log.errors import LogFullError
from custom_components.smsadmin.message_log.models import ImportCounts, RawInbound
from tests.simulator import Simulator

from .conftest import MOTHER, PUSH_PATH, WEBHOOK_ID, issues, make_entry, pushed_reply

type Http = TestClient[Any, Any]


class Store:
    """A message log that keeps what it is given in memory, or does what a test wants instead."""

    def __init__(self) -> None:
        self.pushes: list[RawPush] = []
        self.outcome: ImportCounts | Exception = ImportCounts()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.begun = asyncio.Event()

    async def __call__(self, inbound: RawInbound) -> ImportCounts:
        self.begun.set()
        await self.may_go_on.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        assert isinstance(inbound.raw, RawPush)
        self.pushes.append(inbound.raw)
        return self.outcome


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def entry(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """An account that is not set up."""
    entry = make_entry(simulator)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def pushes(hass: HomeAssistant, http: Http, entry: MockConfigEntry, store: Store) -> Iterator[PushWebhook]:
    """The webhook, registered with Home Assistant's web server."""
    push_webhook = PushWebhook(hass, entry, store)
    yield push_webhook
    push_webhook.close()


async def _push(http: Http, query: str = "", *, path: str = PUSH_PATH, method: str = "POST", **request: Any) -> tuple[int, str]:
    async with http.request(method, URL(f"{path}?{query}" if query else path, encoded=True), **request) as response:
        return response.status, await response.text()


async def _pushed_from(push_webhook: PushWebhook, remote: str | None) -> int:
    """The answer to a push from an address that this machine has not."""
    request = MockRequest(
        content=b"", mock_source="test", method="POST", query_string=pushed_reply(), url=PUSH_PATH, remote=remote
    )
    response = await push_webhook.async_handle(request)  # type: ignore[arg-type]
    return response.status


async def test_a_push_is_stored_byte_for_byte(pushes: PushWebhook, http: Http, store: Store) -> None:
    query, body = "?%CA%D5&a=%2B+b%zz;c#d", b"\x00\xff\xca\xd5&Message=\xe6"
    content_type = "multipart/form-data; boundary=x; charset=gbk"
    assert await _push(http, query, data=body, headers={"Content-Type": content_type}) == (200, "000")
    # Clients cut a fragment off; that of a text in which nothing is encoded is seen on a bare socket.
    assert store.pushes == [RawPush(query=b"?%CA%D5&a=%2B+b%zz;c", body=body, content_type=content_type)]


async def test_what_follows_a_number_sign_is_kept(pushes: PushWebhook, http: Http, store: Store) -> None:
    """An unencoded text "room #5" arrived as "room "."""
    assert (await _bare(http.port, f"GET {PUSH_PATH}?Message=room#5 HTTP/1.1\r\nHost: h\r\n\r\n".encode())).endswith(b"000")
    assert [push.query for push in store.pushes] == [b"Message=room#5"]


async def test_raw_bytes_in_the_content_type_can_be_stored(pushes: PushWebhook, http: Http, store: Store) -> None:
    head = f"POST {PUSH_PATH}?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n".encode()
    assert (await _bare(http.port, head + b"Content-Type: text/\xca\xd5\r\n\r\n")).endswith(b"000")
    assert [push.content_type for push in store.pushes] == ["text/??"]


async def _bare(port: int | None, request: bytes) -> bytes:
    """The answer to bytes that are sent as they are, over a connection that then sends no more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace(b"\r\nHost", b"\r\nConnection: close\r\nHost"))
    answer = await reader.read()
    writer.close()
    return answer


async def test_no_content_type_is_none(pushes: PushWebhook, http: Http, store: Store) -> None:
    assert await _push(http, "a=b", skip_auto_headers=["Content-Type"]) == (200, "000")
    assert store.pushes == [RawPush(query=b"a=b", body=b"", content_type=None)]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("path", [PUSH_PATH, f"{PUSH_PATH}/", f"{PUSH_PATH}//", f"{PUSH_PATH}?", f"{PUSH_PATH}/??"])
async def test_slashes_and_question_marks_may_be_added(
    pushes: PushWebhook, http: Http, store: Store, path: str, method: str
) -> None:
    assert await _push(http, pushed_reply(), path=path, method=method) == (200, "000")
    assert [push.query.lstrip(b"?") for push in store.pushes] == [pushed_reply().encode()]


@pytest.mark.parametrize("path", [PUSH_PATH, f"{PUSH_PATH}/"])
async def test_other_methods_store_nothing(
    pushes: PushWebhook, http: Http, store: Store, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant logged the secret path as a warning when a client used PUT."""
    assert await _push(http, pushed_reply(), path=path, method="HEAD") == (200, "")
    assert await _push(http, pushed_reply(), path=path, method="PUT") == (405, "Method Not Allowed")
    assert store.pushes == []
    # The access log belongs to the server of the tests; Home Assistant has none.
    ours = [record for record in caplog.records if record.levelno > logging.DEBUG and record.name != "aiohttp.access"]
    assert [record for record in ours if WEBHOOK_ID in record.getMessage()] == []


async def test_the_slash_view_knows_no_other_webhook(hass: HomeAssistant, pushes: PushWebhook, http: Http) -> None:
    assert await _push(http, pushed_reply(), path="/api/webhook/another/") == (404, "")


async def test_an_empty_request_is_a_test_of_the_url(pushes: PushWebhook, http: Http, store: Store) -> None:
    assert await _push(http, method="GET") == (200, "000")
    assert await _push(http) == (200, "000")
    assert store.pushes == []


async def test_a_request_whose_body_has_no_length_is_refused(pushes: PushWebhook, http: Http, store: Store) -> None:
    """An old client sent the form a moment after the head; the push was acknowledged, and nothing of it had been read."""
    head = f"POST {PUSH_PATH} HTTP/1.0\r\n"
    assert (await _bare(http.port, f"{head}Host: h\r\n\r\n".encode())).startswith(b"HTTP/1.0 411")
    assert (await _bare(http.port, f"{head}Host: h\r\nContent-Length: 0\r\n\r\n".encode())).endswith(b"000")
    assert store.pushes == []


async def test_websocket_requests_are_stored(
    hass: HomeAssistant, entry: MockConfigEntry, store: Store, hass_ws_client: WebSocketGenerator
) -> None:
    assert await async_setup_component(hass, "webhook", {})
    client = await hass_ws_client(hass)
    PushWebhook(hass, entry, store)
    request = {"type": "webhook/handle", "webhook_id": WEBHOOK_ID, "method": "POST", "headers": {"Content-Type": "a/b; c=d"}}
    await client.send_json_auto_id({**request, "body": "收到", "query": "a=%CA"})
    result = (await client.receive_json())["result"]
    assert (result["status"], result["body"]) == (200, "000")
    assert store.pushes == [RawPush(query=b"a=%CA", body="收到".encode(), content_type="a/b; c=d")]


@pytest.mark.parametrize(("size", "status"), [(webhook.MAX_BODY, 200), (webhook.MAX_BODY + 1, 413)])
async def test_a_push_that_is_too_large_is_refused(pushes: PushWebhook, http: Http, store: Store, size: int, status: int) -> None:
    assert (await _push(http, data=b"x" * size))[0] == status
    assert len(store.pushes) == (status == 200)


async def test_a_push_for_another_user_is_an_issue(hass: HomeAssistant, pushes: PushWebhook, http: Http, store: Store) -> None:
    store.outcome = ImportCounts(is_foreign=True)
    assert [await _push(http, pushed_reply(SmsName="police")) for _ in range(2)] == [(403, "Forbidden")] * 2
    assert issues(hass) == ["foreign_pushes"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.is_fixable
    assert issue.translation_placeholders == {"account": "SMSAdmin"}


@pytest.mark.parametrize(("error", "logged"), [(LogFullError(), 0), (OSError(), 1)])
async def test_what_is_not_stored_is_not_acknowledged(
    pushes: PushWebhook, http: Http, store: Store, caplog: pytest.LogCaptureFixture, error: Exception, logged: int
) -> None:
    store.outcome = error
    assert await _push(http, pushed_reply()) == (503, "Service Unavailable")
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == logged


async def test_an_unexpected_error_shows_no_number_in_the_log(
    pushes: PushWebhook, http: Http, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.outcome = ValueError(MOTHER)
    caplog.set_level(logging.WARNING)
    assert await _push(http, pushed_reply()) == (503, "Service Unavailable")
    assert "Unexpected error while taking a push: ValueError" in caplog.text
    assert MOTHER not in caplog.text


async def test_refused_pushes_are_explained_at_debug(
    pushes: PushWebhook, http: Http, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.outcome = ImportCounts(is_foreign=True)
    caplog.set_level(logging.DEBUG, "custom_components.smsadmin")
    await _push(http, pushed_reply(SmsName="police"))
    (line,) = [record.getMessage() for record in caplog.records if "Refused" in record.getMessage()]
    assert line == "Refused a push from 127.0.0.1 with 403: it is for another user id"
    assert not [secret for secret in (MOTHER, "police", WEBHOOK_ID) if secret in line]


async def test_options_are_read_with_each_push(
    hass: HomeAssistant, entry: MockConfigEntry, pushes: PushWebhook, http: Http
) -> None:
    for options, status in (
        ({"mode": "push", "allowed_sources": ["203.0.113.7"]}, 403),
        ({"mode": "both", "allowed_sources": ["127.0.0.0/8"]}, 200),
        ({"mode": "off"}, 503),
        ({"mode": "pull"}, 200),
    ):
        hass.config_entries.async_update_entry(entry, options=options)
        assert (await _push(http, pushed_reply()))[0] == status


@pytest.mark.parametrize("path", [PUSH_PATH, f"{PUSH_PATH}/"])
async def test_a_disabled_account_answers_503(
    hass: HomeAssistant, entry: MockConfigEntry, http: Http, store: Store, path: str
) -> None:
    async_register_disabled(hass, entry)
    assert await _push(http, pushed_reply(), path=path) == (503, "Service Unavailable")
    # Enabled and disabled again, in whatever order its owner registers.
    push_webhook = PushWebhook(hass, entry, store)
    assert await _push(http, pushed_reply(), path=path) == (200, "000")
    push_webhook.close()
    async_register_disabled(hass, entry)
    assert await _push(http, pushed_reply(), path=path) == (503, "Service Unavailable")
    async_unregister(hass, entry)
    core_webhook.async_register(hass, "test", "Test", WEBHOOK_ID, store)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("allowed", "remote", "status"),
    [
        ([], "203.0.113.7", 200),
        ([], None, 200),
        (["203.0.113.7"], "203.0.113.7", 200),
        (["203.0.113.7/32"], "203.0.113.8", 403),
        (["203.0.113.0/24"], "203.0.113.8", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.8", 200),
        (["203.0.113.0/24"], "::ffff:203.0.114.8", 403),
        (["::ffff:203.0.113.8/128"], "203.0.113.8", 200),
        (["::ffff:203.0.113.0/120"], "::ffff:203.0.113.8", 200),
        (["::ffff:203.0.113.0/120"], "203.0.114.8", 403),
        (["203.0.113.0/24"], "2001:db8::1", 403),
        (["2001:db8::/32"], "2001:db8::1", 200),
        (["2001:db8::/32"], "2001:db9::1", 403),
        (["2001:db8::/32"], "203.0.113.7", 403),
        (["fe80::/10"], "fe80::1%eth0", 200),
        (["192.0.2.1", "203.0.113.0/24", "2001:db8::/32"], "203.0.113.9", 200),
        (["203.0.113.7"], None, 403),
        (["203.0.113.7"], "", 403),
        (["203.0.113.7"], "unix:", 403),
    ],
)
async def test_only_allowed_sources_may_push(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    pushes: PushWebhook,
    store: Store,
    allowed: list[str],
    remote: str | None,
    status: int,
) -> None:
    hass.config_entries.async_update_entry(entry, options={"mode": "push", "allowed_sources": allowed})
    assert await _pushed_from(pushes, remote) == status
    assert len(store.pushes) == (status == 200)


async def test_too_many_pushes_are_refused_until_it_is_quiet(
    hass: HomeAssistant,
    pushes: PushWebhook,
    http: Http,
    store: Store,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "MAX_PUSHES_A_MINUTE", 3)

    async def push(times: int) -> list[int]:
        return [(await _push(http, pushed_reply()))[0] for _ in range(times)]

    async def later(seconds: float) -> None:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    await later(60 - hass.loop.time() % 60)
    assert await push(5) == [200, 200, 200, 429, 429]
    assert issues(hass) == ["too_many_pushes"]
    assert len(store.pushes) == 3
    # The next minute takes pushes again; that it was quiet is known at its end.
    await later(59)
    freezer.tick(2)
    assert await push(4) == [200, 200, 200, 429]
    await later(58)
    assert issues(hass) == ["too_many_pushes"]
    await later(3)
    assert issues(hass) == []
    assert await push(1) == [200]


async def test_a_crowded_port_is_an_issue_until_it_is_quiet(
    hass: HomeAssistant, pushes: PushWebhook, freezer: FrozenDateTimeFactory
) -> None:
    pushes.raise_crowded(8080)
    assert issues(hass) == ["push_server_crowded"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders == {"account": "SMSAdmin", "port": "8080"}
    freezer.tick(timedelta(seconds=61))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_a_body_that_breaks_off_is_not_stored(hass: HomeAssistant, pushes: PushWebhook, http: Http, store: Store) -> None:
    for half_close in (True, False):
        reader, writer = await asyncio.open_connection("127.0.0.1", http.port)
        writer.write(f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}".encode())
        await writer.drain()
        if half_close:
            writer.write_eof()
            await reader.read()
        writer.close()
    assert await _push(http, "whole") == (200, "000")
    assert [push.query for push in store.pushes] == [b"whole"]


async def test_what_the_other_side_breaks_off_is_answered_400(pushes: PushWebhook) -> None:
    payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 1024)
    payload.set_exception(ConnectionResetError())
    request = make_mocked_request("POST", PUSH_PATH, payload=payload)
    assert (await pushes.async_handle(request)).status == 400


async def test_a_body_that_does_not_come_is_answered_408(
    pushes: PushWebhook, http: Http, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_DEADLINE", 0.05)
    head = f"POST {PUSH_PATH} HTTP/1.1\r\nConnection: close\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}"
    reader, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(head.encode())
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 408")
    writer.close()
    assert store.pushes == []


async def _push_and_go(http: Http, store: Store) -> None:
    """Push, and close the connection while the log stores it."""
    store.may_go_on.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: home\r\n\r\n".encode())
    await store.begun.wait()
    writer.close()
    await writer.wait_closed()
    # The server sees the end of the connection before it answers another one.
    assert (await _push(http, method="HEAD"))[0] == 200
    store.may_go_on.set()


async def test_a_push_is_stored_although_its_client_has_gone(pushes: PushWebhook, http: Http, store: Store) -> None:
    await _push_and_go(http, store)
    assert await _push(http, "another") == (200, "000")
    assert [push.query for push in store.pushes] == [pushed_reply().encode(), b"another"]


async def test_a_log_that_fails_once_the_client_has_gone_is_no_error(
    pushes: PushWebhook, http: Http, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk was full, and my log was full of tracebacks."""
    store.outcome = LogFullError()
    await _push_and_go(http, store)
    assert (await _push(http, "another"))[0] == 503
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
