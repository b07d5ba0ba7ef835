"""What stands between the door for pushes and whoever is not the platform, or breaks off."""

import asyncio
from datetime import timedelta
import threading
from typing import Any

from aiohttp.base_protocol import BaseProtocol
from aiohttp.streams import StreamReader
from aiohttp.test_utils import TestClient, make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant
from homeassistant.util.aiohttp import MockRequest
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from yarl import URL

from custom_components.smsadmin.inbound import webhook as receiver_room
from custom_components.smsadmin.intake import Intake, async_intake_of
from custom_components.smsadmin.message_log.models import RawInbound
from tests.simulator import Simulator

from .conftest import PUSH_PATH, issues, make_entry, pushed_reply, set_up

type Http = TestClient[Any, Any]


@pytest.fixture
async def intake(hass: HomeAssistant, account: MockConfigEntry) -> Intake:
    """The account's way in."""
    return await async_intake_of(hass, account)


async def _push(hass: HomeAssistant, http: Http, query: str) -> int:
    async with http.post(URL(f"{PUSH_PATH}?{query}", encoded=True)) as response:
        await hass.async_block_till_done()
        return response.status


async def _pushed_from(intake: Intake, remote: str | None) -> int:
    """The answer to a push from an address that this machine has not."""
    request = MockRequest(
        content=b"", mock_source="test", method="POST", query_string=pushed_reply(), url=PUSH_PATH, remote=remote
    )
    response = await intake.receiver.async_handle(request)  # type: ignore[arg-type]
    return response.status


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
    hass: HomeAssistant, simulator: Simulator, events: list[Event], allowed: list[str], remote: str | None, status: int
) -> None:
    entry = make_entry(simulator, allowed_sources=allowed)
    await set_up(hass, entry)
    assert await _pushed_from(await async_intake_of(hass, entry), remote) == status
    await hass.async_block_till_done()
    assert len(events) == (status == 200)


async def test_allowed_sources_hold_for_the_webhook(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    for allowed, status in ((["203.0.113.7"], 403), (["127.0.0.0/8"], 200)):
        hass.config_entries.async_update_entry(account, options={"mode": "push", "allowed_sources": allowed})
        await hass.async_block_till_done()
        assert await _push(hass, http, pushed_reply()) == status
    assert len(events) == 1


async def test_too_many_pushes_are_refused_until_a_minute_was_calm(
    hass: HomeAssistant,
    account: MockConfigEntry,
    http: Http,
    events: list[Event],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiver_room, "MAX_PUSHES_A_MINUTE", 3)

    async def later(seconds: float) -> None:
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    await later(60 - hass.loop.time() % 60)
    assert [await _push(hass, http, pushed_reply()) for _ in range(5)] == [200, 200, 200, 429, 429]
    assert issues(hass) == ["too_many_pushes"]
    assert len(events) == 3
    # The next minute takes pushes again; that it was calm is known at its end.
    await later(59)
    freezer.tick(2)
    assert [await _push(hass, http, pushed_reply()) for _ in range(4)] == [200, 200, 200, 429]
    await later(58)
    assert issues(hass) == ["too_many_pushes"]
    await later(3)
    assert issues(hass) == []
    assert await _push(hass, http, pushed_reply()) == 200


async def test_the_issue_of_too_many_pushes_goes_with_the_account(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver_room, "MAX_PUSHES_A_MINUTE", 0)
    assert await _push(hass, http, pushed_reply()) == 429
    await hass.config_entries.async_remove(account.entry_id)
    assert issues(hass) == []


async def test_a_body_that_breaks_off_is_not_taken(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    for half_close in (True, False):
        reader, writer = await asyncio.open_connection("127.0.0.1", http.port)
        writer.write(f"POST {PUSH_PATH} HTTP/1.1\r\nHost: home\r\nContent-Length: 1000\r\n\r\n{pushed_reply()}".encode())
        await writer.drain()
        if half_close:
            writer.write_eof()
            await reader.read()
        writer.close()
    assert await _push(hass, http, pushed_reply("whole")) == 200
    assert [event.data["message"] for event in events] == ["whole"]


async def test_what_the_other_side_breaks_off_is_answered_as_such(intake: Intake) -> None:
    payload = StreamReader(BaseProtocol(asyncio.get_running_loop()), 1024)
    payload.set_exception(ConnectionResetError())
    request = make_mocked_request("POST", PUSH_PATH, payload=payload)
    assert (await intake.receiver.async_handle(request)).status == 400


async def test_what_is_stored_is_handed_over_although_whoever_pushed_has_gone(
    hass: HomeAssistant, http: Http, intake: Intake, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, go_on = asyncio.Event(), threading.Event()
    asked = asyncio.Event()
    keep = intake.log.keep

    def keep_and_tell(push: RawInbound) -> asyncio.Future[None]:
        asked.set()
        return keep(push)

    monkeypatch.setattr(intake.log, "keep", keep_and_tell)

    def wait(connection: object) -> None:
        hass.loop.call_soon_threadsafe(busy.set)
        go_on.wait()

    working = intake.log._worker.submit(wait)
    await busy.wait()
    _, writer = await asyncio.open_connection("127.0.0.1", http.port)
    writer.write(f"POST {PUSH_PATH}?{pushed_reply()} HTTP/1.1\r\nHost: home\r\n\r\n".encode())
    await asked.wait()
    (request,) = [task for task in asyncio.all_tasks() if "RequestHandler.start" in repr(task)]
    writer.close()
    await asyncio.wait([request])
    go_on.set()
    await working
    await hass.async_block_till_done()
    assert len(events) == 1


async def test_the_push_of_another_user_is_not_taken(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    assert await _push(hass, http, pushed_reply(SmsName="police")) == 403
    assert await _push(hass, http, pushed_reply(SmsName="")) == 403
    assert events == []
