"""Pulls: by the clock and on request, until nothing is left, and never two at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
import gzip
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, EVENT_HOMEASSISTANT_STOP, EVENT_STATE_CHANGED
from homeassistant.core import CoreState, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smsadmin.message_log.models import MessageFilter
from tests.simulator import Simulator

from .conftest import MOTHER, USER, account_of, issues, make_entry, set_up

LINK_ID = "20140316192678945632"


async def _ask(hass: HomeAssistant) -> Any:
    return await hass.services.async_call("smsadmin", "receive", blocking=True, return_response=True)


async def _receive(hass: HomeAssistant) -> Any:
    """Pull, and wait until everything that came is published."""
    try:
        return await _ask(hass)
    finally:
        await hass.async_block_till_done()


async def _next_interval(hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: int = 61) -> None:
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def _pulls(simulator: Simulator) -> int:
    return len([request for request in simulator.requests if request.path.endswith(("revert/", "report/"))])


async def test_everything_that_waits_becomes_events_in_order(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event]
) -> None:
    for number in range(45):
        simulator.reply(MOTHER, f"回复/{number}", uid=USER, link_id=LINK_ID, sub_code="07")
    simulator.report(MOTHER, "UNDELIV", uid=USER, link_id=LINK_ID)
    assert await _receive(hass) == {"replies": 45, "reports": 1}
    assert [event.data["message"] for event in events[:45]] == [f"回复/{number}" for number in range(45)]
    reply, report = events[0].data, events[-1].data
    assert (reply["source"], reply["sub_code"], reply["link_id"]) == ("pull", "07", LINK_ID)
    assert reply["replied_at"].startswith("20")
    assert (report["status"], report["outcome"], report["source"]) == ("UNDELIV", "undeliverable", "pull")
    assert report["reported_at"].startswith("20")
    assert await _receive(hass) == {"replies": 0, "reports": 0}


async def test_pulls_by_the_clock(
    hass: HomeAssistant, simulator: Simulator, events: list[Event], freezer: FrozenDateTimeFactory
) -> None:
    simulator.reply(MOTHER, "1", uid=USER)
    await set_up(hass, make_entry(simulator, mode="pull", poll_interval=30))
    await _next_interval(hass, freezer, 1)
    assert [event.data["message"] for event in events] == ["1"]
    simulator.reply(MOTHER, "2", uid=USER)
    await _next_interval(hass, freezer, 31)
    assert [event.data["message"] for event in events] == ["1", "2"]


async def test_nothing_is_pulled_before_automations_listen(
    hass: HomeAssistant, simulator: Simulator, events: list[Event], freezer: FrozenDateTimeFactory
) -> None:
    simulator.reply(MOTHER, "1", uid=USER)
    hass.set_state(CoreState.starting)
    entry = make_entry(simulator, mode="both", poll_interval=10)
    await set_up(hass, entry)
    # Not by a change of options either.
    hass.config_entries.async_update_entry(entry, options={**entry.options, "signature": "Home"})
    await _next_interval(hass, freezer, 11)
    assert _pulls(simulator) == 0
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await _next_interval(hass, freezer, 1)
    assert len(events) == 1


@pytest.mark.parametrize("mode", ["push", "off"])
async def test_nothing_is_pulled_by_itself_unless_asked_for(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory, mode: str
) -> None:
    await set_up(hass, make_entry(simulator, mode=mode))
    await _next_interval(hass, freezer)
    assert _pulls(simulator) == 0


async def test_a_failed_pull_is_logged_in_english(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """A line of the log was half English and half Chinese."""
    hass.config.language = "zh-Hans"
    await set_up(hass, make_entry(simulator, mode="pull"))
    simulator.fault("replies", "reset_before")
    await _next_interval(hass, freezer)
    lines = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "Replies and reports can't be pulled: The platform did not answer." in lines


async def test_nothing_is_pulled_while_stopping(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    await set_up(hass, make_entry(simulator, mode="pull"))
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    before = _pulls(simulator)
    await _next_interval(hass, freezer)
    assert _pulls(simulator) == before


async def test_nothing_is_pulled_by_the_clock_where_polling_is_off(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """ "Enable polling for changes" was switched off, and the platform was asked every minute all the same."""
    entry = make_entry(simulator, mode="pull")
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, pref_disable_polling=True)
    before = _pulls(simulator)
    await _next_interval(hass, freezer)
    assert _pulls(simulator) == before
    await _ask(hass)
    assert _pulls(simulator) == before + 2
    hass.config_entries.async_update_entry(entry, pref_disable_polling=False)
    await _next_interval(hass, freezer)
    assert _pulls(simulator) == before + 4


async def test_one_pull_at_a_time_over_an_unload(
    hass: HomeAssistant, simulator: Simulator, events: list[Event], freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, mode="pull", poll_interval=10)
    await set_up(hass, entry)
    await _next_interval(hass, freezer, 1)
    arrived = asyncio.Event()
    simulator.reply(MOTHER, "1", uid=USER)
    release = simulator.hold("replies")
    simulator.on_request(lambda request: arrived.set())
    first = hass.async_create_task(_ask(hass))
    await arrived.wait()
    before = _pulls(simulator)
    # The clock's turn comes while the first pull waits for its answer: it is skipped.
    freezer.tick(timedelta(seconds=11))
    async_fire_time_changed(hass)
    await asyncio.sleep(0)
    assert _pulls(simulator) == before
    assert await hass.config_entries.async_unload(entry.entry_id)
    # The caller goes away; what is being handed out is taken all the same.
    first.cancel()
    release.set()
    await account_of(hass, entry).puller.async_store_page()
    # It waits until the entities are there again.
    assert events == []
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == ["1"]


async def test_a_page_that_breaks_off_loses_no_record_that_came_whole(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(10):
        simulator.reply(MOTHER, f"reply {number}", uid=USER)
    simulator.fault("replies", "truncated")
    with pytest.raises(HomeAssistantError) as raised:
        await _receive(hass)
    assert raised.value.translation_key == "query_no_answer"
    whole = len(events)
    assert 0 < whole < 10
    assert [event.data["message"] for event in events] == [f"reply {number}" for number in range(whole)]
    assert "could not be read" in caplog.text


async def test_what_can_t_be_read_harms_no_neighbour(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.reply(MOTHER, "1", uid=USER, sub_code="1")
    simulator.garbage("no record at all", uid=USER)
    simulator.reply(MOTHER, "2", uid=USER, sub_code="1")
    assert await _receive(hass) == {"replies": 2, "reports": 0}
    assert [event.data["message"] for event in events] == ["1", "2"]
    assert caplog.text.count("could not be read") == 1


async def test_a_page_without_any_record_ends_the_pull(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("replies", "body:what/ever", times=5)
    with pytest.raises(HomeAssistantError) as raised:
        await _receive(hass)
    assert raised.value.translation_key == "query_invalid_answer"
    assert len([request for request in simulator.requests if request.path.endswith("revert/")]) == 1


async def test_a_page_of_more_than_the_specification_allows_is_kept(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.set_style(USER, page_size=30)
    for number in range(30):
        simulator.reply(MOTHER, str(number), uid=USER)
    await _receive(hass)
    assert len(events) == 30
    assert "more than 20 records" in caplog.text


async def test_a_pull_ends_even_where_the_platforms_queue_does_not(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.smsadmin.inbound.puller.MAX_PAGES", 2)
    for number in range(50):
        simulator.reply(MOTHER, str(number), uid=USER)
    assert await _receive(hass) == {"replies": 40, "reports": 0}
    assert await _receive(hass) == {"replies": 10, "reports": 0}


FAULTS = {
    "code:108": "code_108",
    "code:106": "code_other",
    "status:500": "query_invalid_answer",
    "html": "query_invalid_answer",
    "legacy": "legacy_answer",
    "reset_before": "query_no_answer",
}


@pytest.mark.parametrize(("fault", "key"), FAULTS.items())
async def test_a_failing_pull_raises_and_the_other_kind_is_pulled(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], fault: str, key: str
) -> None:
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=LINK_ID)
    simulator.fault("replies", fault)
    with pytest.raises(HomeAssistantError) as raised:
        await _receive(hass)
    assert raised.value.translation_key == key
    assert [event.data["outcome"] for event in events] == ["delivered"]
    assert hass.config_entries.flow.async_progress() == []


async def test_a_rejected_password_is_asked_for_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("replies", "code:101")
    with pytest.raises(HomeAssistantError) as raised:
        await _receive(hass)
    assert raised.value.translation_key == "code_101"
    assert [flow["step_id"] for flow in hass.config_entries.flow.async_progress()] == ["reauth_confirm"]


async def test_pulls_by_the_clock_log_once_that_they_fail(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up(hass, make_entry(simulator, mode="pull"))
    await _next_interval(hass, freezer, 1)
    simulator.fault("replies", "status:503", times=2)
    await _next_interval(hass, freezer)
    await _next_interval(hass, freezer)
    assert caplog.text.count("can't be pulled: Something other than the platform answered (HTTP 503") == 1
    assert "the text" not in caplog.text
    await _next_interval(hass, freezer)
    await _next_interval(hass, freezer)
    assert caplog.text.count("can be pulled again") == 1
    simulator.fault("reports", "code:101")
    await _next_interval(hass, freezer)
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_two_accounts_are_pulled_side_by_side(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, events: list[Event]
) -> None:
    simulator.add_account("police", "open sesame", balance=10)
    await set_up(hass, entry)
    await set_up(hass, make_entry(simulator, mode="pull", data={"username": "police", "webhook_id": "another"}))
    simulator.reply(MOTHER, "for the police", uid="police")
    response = await hass.services.async_call(
        "smsadmin", "receive", {"config_entry_id": entry.entry_id}, blocking=True, return_response=True
    )
    assert response == {"replies": 0, "reports": 0}
    assert events == []


async def test_a_rejected_password_is_asked_for_whatever_else_failed(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("replies", "status:503")
    simulator.fault("reports", "code:101")
    with pytest.raises(HomeAssistantError) as raised:
        await _receive(hass)
    assert raised.value.translation_key == "code_101"
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]


async def test_a_pull_of_a_disabled_account_is_an_error(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("replies")
    first = hass.async_create_task(_ask(hass))
    await arrived.wait()
    second = hass.async_create_task(_ask(hass))
    await asyncio.sleep(0)
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    release.set()
    for pull in (first, second):
        with pytest.raises(HomeAssistantError) as raised:
            await pull
        assert raised.value.translation_key == "query_not_sent"
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_home_assistant_stops_once_the_page_under_way_is_stored(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    arrived = asyncio.Event()
    simulator.reply(MOTHER, "1", uid=USER)
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("replies")
    pull = hass.async_create_task(_ask(hass))
    await arrived.wait()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    waiting = hass.async_create_task(hass.async_block_till_done())
    await asyncio.sleep(0)
    release.set()
    await waiting
    with pytest.raises(HomeAssistantError):
        await pull
    response: Any = await hass.services.async_call(
        "smsadmin", "get_messages", {"direction": "in"}, blocking=True, return_response=True
    )
    assert [message["message"] for message in response["messages"]] == ["1"]


# Answers that are odd


class OddPlatform:
    """Answers a pull of replies with what a test wants, byte by byte, then with `150`; everything else as it should."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode().rstrip("/").rpartition("/")[2]
        self.asked.append(path)
        proper = {"revert": b"150", "report": b"160", "queryBalance": b"000, 5"}[path]
        writer.write(self.answers.pop(0) if self.answers and path == "revert" else answer(proper))
        writer.close()


def answer(body: bytes, status: str = "200 OK", headers: bytes = b"", length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n".encode() + headers + b"\r\n" + body


@pytest.fixture
async def odd(hass: HomeAssistant, simulator: Simulator) -> AsyncIterator[OddPlatform]:
    """A platform that answers oddly, and an account there."""
    platform = OddPlatform()
    server = await asyncio.start_server(platform, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    await set_up(hass, make_entry(simulator, data={"url": url}))
    yield platform
    server.close()
    await server.wait_closed()


RECORDS = f"{MOTHER}/2026-11-20 10:00:00/{LINK_ID}/%E6%98%AF/1\n{MOTHER}/2026-11-20 10:00:01//No/1\n".encode()
ODD_PAGES = {
    "status 201": answer(RECORDS, "201 Created"),
    "status 206": answer(RECORDS, "206 Partial Content"),
    "status 404": answer(RECORDS, "404 Not Found"),
    "status 500": answer(RECORDS, "500 Internal Server Error"),
    "page": answer(b"<html><body><pre>\n" + RECORDS + b"</pre></body></html>", headers=b"Content-Type: text/html\r\n"),
    "lines of HTML": answer(b"<p>" + RECORDS.strip().replace(b"\n", b"<br/>") + b"</p>"),
    "comment": answer(b"<!-- served by node 7 -->\n" + RECORDS),
    "false gzip": answer(RECORDS, headers=b"Content-Encoding: gzip\r\n"),
    "false deflate": answer(RECORDS, headers=b"Content-Encoding: deflate\r\n"),
    "unknown encoding": answer(RECORDS, headers=b"Content-Encoding: br, zstd\r\n"),
    "undeclared gzip": answer(gzip.compress(RECORDS)),
    "false charset": answer(RECORDS, headers=b"Content-Type: text/plain; charset=utf-16\r\n"),
    "BOM": answer(b"\xef\xbb\xbf" + RECORDS),
}


@pytest.mark.parametrize("page", ODD_PAGES.values(), ids=list(ODD_PAGES))
async def test_records_in_an_odd_answer_are_not_lost(
    hass: HomeAssistant, odd: OddPlatform, events: list[Event], page: bytes
) -> None:
    """A proxy in front of the platform answered with status 206, and twenty replies were gone."""
    odd.answers = [page]
    assert await _receive(hass) == {"replies": 2, "reports": 0}
    assert [event.data["message"] for event in events] == ["是", "No"]
    assert odd.asked.count("revert") == 2


CUT_PAGES = {
    "shorter than its length": answer(RECORDS, length=len(RECORDS) + 10),
    "too large": answer(RECORDS + b"\n" * 1_200_000 + RECORDS),
    "no status of HTTP": b"HTTP/1.1 999999 ?\r\n\r\n" + RECORDS,
}


@pytest.mark.parametrize("page", CUT_PAGES.values(), ids=list(CUT_PAGES))
async def test_a_page_that_is_cut_short_is_kept_as_far_as_it_goes(
    hass: HomeAssistant, odd: OddPlatform, events: list[Event], page: bytes
) -> None:
    odd.answers = [page]
    with pytest.raises(HomeAssistantError):
        await _receive(hass)
    assert [event.data["message"] for event in events] == ["是"]
    (entry,) = hass.config_entries.async_entries("smsadmin")
    messages = await account_of(hass, entry).log.find(MessageFilter())
    assert {message.state: message.message.rpartition("/")[2] for message in messages} == {"received": "是", "quarantined": "1"}


async def test_an_error_page_every_minute_is_one_line_in_the_log(
    hass: HomeAssistant, odd: OddPlatform, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """A proxy answered 502 all night; in the morning the log and the message log were full of it."""
    (entry,) = hass.config_entries.async_entries("smsadmin")
    hass.config_entries.async_update_entry(entry, options={"mode": "pull"})
    odd.answers = [answer(b"<html><title>502 Bad Gateway</title></html>", "502 Bad Gateway")] * 5
    caplog.clear()
    for _ in range(5):
        await _next_interval(hass, freezer)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING" and "smsadmin" in record.name]
    assert len(warnings) == 1
    assert "HTTP 502" in warnings[0]
    assert issues(hass) == []
    summary = await account_of(hass, entry).log.summarise()
    assert (summary.quarantined, summary.unseen) == (1, 0)
    assert odd.asked.count("revert") == 5
    await _next_interval(hass, freezer)
    assert "can be pulled again" in caplog.text


async def test_only_what_the_platform_answers_wakes_the_outbox(
    hass: HomeAssistant, odd: OddPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pull that met the hotel's login page made another queued text run into it."""
    (entry,) = hass.config_entries.async_entries("smsadmin")
    account = account_of(hass, entry)
    woken: list[str] = []
    monkeypatch.setattr(account.outbox, "wake", lambda: woken.append(odd.asked[-1]))
    odd.answers = [answer(b"<html>Log in</html>"), answer(b"108")]
    for _ in range(2):
        with pytest.raises(HomeAssistantError):
            await _receive(hass)
    assert woken == ["report", "report"]
    odd.answers = [answer(RECORDS), answer(b"<html>Log in</html>")]
    with pytest.raises(HomeAssistantError):
        await _receive(hass)
    assert woken[2:] == ["revert", "report"]


def _files(hass: HomeAssistant) -> dict[str, tuple[int, int]]:
    """What of the message log is on the disk (SQLite keeps its locks in the file that is left out): when written, and how long."""
    files = Path(hass.config.path(".storage")).glob("smsadmin.*")
    return {file.name: (file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.suffix != ".db-shm"}


async def test_nothing_is_written_where_nothing_comes(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """At rest the integration wrote 100 MB a day: a probe for every pull, and a row of history for every minute."""
    entry = make_entry(simulator, mode="pull", poll_interval=10)
    await set_up(hass, entry)
    await _next_interval(hass, freezer, 1)
    before_files = _files(hass)
    assert len(before_files) == 2
    changes: list[str] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"].startswith(("sensor.", "event.")):
            changes.append(event.data["entity_id"])

    hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    before = _pulls(simulator)
    for _ in range(20):
        await _next_interval(hass, freezer, 11)
    assert _pulls(simulator) == before + 40
    assert _files(hass) == before_files
    assert set(changes) <= {"sensor.smsadmin_last_pull"}
    assert len(changes) <= 1
