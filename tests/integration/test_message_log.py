"""A message log that is damaged, full or can't be written: an issue is raised, nothing is acknowledged that could be lost, texts go out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
import sqlite3
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.message_log import worker
from custom_components.smsadmin.message_log.errors import LogError
from custom_components.smsadmin.message_log.models import Counter
from tests.message_log.conftest import Faults
from tests.simulator import Simulator

from .conftest import MOTHER, PUSH_PATH, USER, account_of, issues, pushed_reply, set_up, state_of

type Http = TestClient[Any, Any]

GARBAGE = b"This is no database. " * 1000
FULL = (*worker.PRAGMAS, "max_page_count = 1")


def _path(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    path = Path(hass.config.path(".storage", f"smsadmin.{entry.entry_id}.db"))
    path.parent.mkdir(exist_ok=True)
    return path


async def _push(hass: HomeAssistant, http: Http, message: str = "Yes") -> tuple[int, str]:
    async with http.post(f"{PUSH_PATH}?{pushed_reply(message)}") as response:
        answer = response.status, await response.text()
    await hass.async_block_till_done(wait_background_tasks=True)
    return answer


async def _call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    return await hass.services.async_call("smsadmin", action, data, blocking=True, return_response=True)


async def _send(hass: HomeAssistant) -> Any:
    return await _call(hass, "send_sms", mobiles=MOTHER, message="Fire!")


def _pulls(simulator: Simulator) -> int:
    return len([request for request in simulator.requests if request.path.endswith(("revert/", "report/"))])


async def _a_minute_later(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.tick(timedelta(seconds=61))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def _lose_the_connection(hass: HomeAssistant, entry: MockConfigEntry, faults: Faults) -> None:
    """Let the disk fail once: the file is opened again after that."""
    faults.error = sqlite3.OperationalError("disk I/O error")
    with pytest.raises(LogError):
        await account_of(hass, entry).log.probe()


@contextmanager
def _full(path: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", FULL)
        yield


@contextmanager
def _a_directory(path: Path) -> Iterator[None]:
    path.mkdir()
    yield
    path.rmdir()


@contextmanager
def _of_a_later_version(path: Path) -> Iterator[None]:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    yield
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


FAULTS = {"log_full": _full, "log_unusable": _a_directory, "log_too_new": _of_a_later_version}


@pytest.mark.parametrize(("key", "fault"), FAULTS.items())
async def test_an_issue_stays_until_the_log_works_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    http: Http,
    simulator: Simulator,
    events: list[Event],
    freezer: FrozenDateTimeFactory,
    key: str,
    fault: Callable[[Path], Any],
) -> None:
    with fault(_path(hass, entry)):
        await set_up(hass, entry)
        assert entry.state is ConfigEntryState.LOADED
        assert issues(hass) == [key]
        assert state_of(hass, "sensor.smsadmin_balance").state == "500"
        assert state_of(hass, "sensor.smsadmin_replies").state == "unavailable"
        # What can't be stored is not acknowledged, and no event.
        assert await _push(hass, http) == (503, "Service Unavailable")
        assert events == []
        # Nothing is asked for that could not be stored.
        simulator.reply(MOTHER, "waits", uid=USER)
        with pytest.raises(HomeAssistantError) as raised:
            await _call(hass, "receive")
        assert raised.value.translation_key == "log_failed"
        assert _pulls(simulator) == 0
        with pytest.raises(HomeAssistantError) as raised:
            await _call(hass, "get_messages")
        assert raised.value.translation_key == "log_failed"
        await _a_minute_later(hass, freezer)
        assert issues(hass) == [key]
    await _a_minute_later(hass, freezer)
    assert issues(hass) == []
    assert state_of(hass, "sensor.smsadmin_replies").state == "0"
    assert await _push(hass, http) == (200, "000")
    assert await _call(hass, "receive") == {"replies": 1, "reports": 0}
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [event.data["message"] for event in events] == ["Yes", "waits"]
    assert state_of(hass, "sensor.smsadmin_replies").state == "2"


async def test_sensors_are_available_once_the_log_can_be_read(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """The log worked again as soon as I opened the panel, but its sensors stayed unavailable for up to an hour."""
    with _a_directory(_path(hass, entry)):
        await set_up(hass, entry)
        assert state_of(hass, "sensor.smsadmin_replies").state == "unavailable"
    await _call(hass, "get_messages")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == []
    assert state_of(hass, "sensor.smsadmin_replies").state == "0"


async def test_a_disk_that_cant_be_written_raises_one_issue(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, http: Http, events: list[Event], freezer: FrozenDateTimeFactory
) -> None:
    """With a broken SD card, the repair came and went many times a second, and Home Assistant was busy with nothing else."""
    changes = async_capture_events(hass, ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED)
    faults.fail(statement="UPDATE record SET published")
    assert await _push(hass, http) == (200, "000")
    for _ in range(3):
        assert await _call(hass, "get_messages")
        await hass.async_block_till_done()
    of_log = [event.data["action"] for event in changes if "log_unusable" in event.data["issue_id"]]
    assert of_log == ["create"]
    assert issues(hass) == ["log_unusable"]
    faults.recover()
    await _a_minute_later(hass, freezer)
    assert issues(hass) == []
    assert len(events) == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_text_goes_out_and_says_what_became_of_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Path], Any],
) -> None:
    with fault(_path(hass, entry)):
        await set_up(hass, entry)
        assert (await _send(hass))["accepted"] == 1
        simulator.fault("submit", "code:102")
        with pytest.raises(HomeAssistantError) as raised:
            await _send(hass)
        assert "rejected: 1" in str(raised.value)
        simulator.fault("submit", "reset_after")
        with pytest.raises(HomeAssistantError) as raised:
            await _send(hass)
        assert "unconfirmed: 1" in str(raised.value)
    assert len(simulator.sent) == 2
    assert "without a record in the message log" in caplog.text


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_what_is_wrong_with_the_log_goes_with_the_account(
    hass: HomeAssistant, entry: MockConfigEntry, fault: Callable[[Path], Any]
) -> None:
    with fault(_path(hass, entry)):
        await set_up(hass, entry)
        if fault is _a_directory:
            _path(hass, entry).rmdir()
        await hass.config_entries.async_remove(entry.entry_id)
        assert issues(hass) == []
        assert not _path(hass, entry).exists()
        if fault is _a_directory:
            _path(hass, entry).mkdir()


async def test_the_log_of_a_removed_account_is_not_probed(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    log = account_of(hass, account).log
    # It reports its last error while it is being closed.
    faults.error = sqlite3.OperationalError("disk I/O error")
    failing = hass.async_create_task(log.probe())
    await hass.config_entries.async_remove(account.entry_id)
    with pytest.raises(LogError):
        await failing
    await _a_minute_later(hass, freezer)
    assert issues(hass) == []
    assert not _path(hass, account).exists()


async def test_a_log_that_is_no_database_is_set_aside(
    hass: HomeAssistant, entry: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    path = _path(hass, entry)
    path.write_bytes(GARBAGE)
    await set_up(hass, entry)
    assert issues(hass) == ["log_damaged"]
    assert path.with_name(f"{path.name}.damaged").read_bytes() == GARBAGE
    assert await _push(hass, http) == (200, "000")
    assert len(events) == 1
    assert state_of(hass, "sensor.smsadmin_replies").state == "1"
    # The issue stays until the user has read it.
    await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass) == ["log_damaged"]


async def test_a_log_damaged_in_use_loses_nothing_from_then_on(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    for message in ("1", "2", "3"):
        assert await _push(hass, http, message) == (200, "000")
    await _lose_the_connection(hass, account, faults)
    path = _path(hass, account)
    path.write_bytes(GARBAGE)
    for message in ("4", "5"):
        assert await _push(hass, http, message) == (200, "000")
    assert [event.data["message"] for event in events] == ["1", "2", "3", "4", "5"]
    assert issues(hass) == ["log_damaged"]
    assert len((await _call(hass, "get_messages"))["messages"]) == 2


async def test_that_a_log_was_damaged_is_confirmed(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "repairs", {})
    _path(hass, entry).write_bytes(GARBAGE)
    await set_up(hass, entry)
    (issue,) = [issue for issue in ir.async_get(hass).issues.values() if issue.translation_key == "log_damaged"]
    client = await hass_client()
    response = await client.post("/api/repairs/issues/fix", json={"handler": "smsadmin", "issue_id": issue.issue_id})
    flow = await response.json()
    assert (flow["type"], flow["step_id"]) == ("form", "confirm")
    assert flow["description_placeholders"] == {"account": "SMSAdmin", "file": f"smsadmin.{entry.entry_id}.db.damaged"}
    response = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    assert issues(hass) == []


async def test_a_text_reads_accepted_once_the_disk_works_again(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The disk failed while the platform answered, and the text was shown as being sent."""
    simulator.on_request(lambda request: faults.fail())
    assert (await _send(hass))["accepted"] == 1
    simulator.server.listeners.clear()
    faults.recover()
    await account_of(hass, account).log.probe()
    (message,) = (await _call(hass, "get_messages"))["messages"]
    assert message["state"] == "accepted"
    assert len(simulator.sent) == 1


async def test_a_pulled_page_that_cant_be_stored_is_held_until_it_can(
    hass: HomeAssistant,
    faults: Faults,
    account: MockConfigEntry,
    simulator: Simulator,
    events: list[Event],
    freezer: FrozenDateTimeFactory,
) -> None:
    texts = [f"{number} " + "火" * 200 for number in range(20)]
    for text in texts:
        simulator.reply(MOTHER, text, uid=USER)
    simulator.reply(MOTHER, "last", uid=USER)

    def fill_the_disk(request: object) -> None:
        faults.pragmas = ["max_page_count = 1"]

    simulator.on_request(fill_the_disk)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as raised:
            await _call(hass, "receive")
        assert raised.value.translation_key == "log_failed"
        # One page is held; no other is asked for.
        assert _pulls(simulator) == 1
        assert issues(hass) == ["log_full"]
        # A reload does not lose it either.
        assert await hass.config_entries.async_reload(account.entry_id)
    assert events == []
    simulator.server.listeners.clear()
    faults.pragmas = ["max_page_count = 1000000"]
    # It is stored as soon as the log works, without another pull.
    await _a_minute_later(hass, freezer)
    assert issues(hass) == []
    assert [event.data["message"] for event in events] == texts
    assert await _call(hass, "receive") == {"replies": 1, "reports": 0}
    await hass.async_block_till_done()
    assert [event.data["message"] for event in events] == [*texts, "last"]
    assert await _call(hass, "receive") == {"replies": 0, "reports": 0}


async def test_a_page_that_is_held_is_stored_when_home_assistant_stops(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.reply(MOTHER, "火" * 2000, uid=USER)

    def fill_the_disk(request: object) -> None:
        faults.pragmas = ["max_page_count = 1"]

    simulator.on_request(fill_the_disk)
    with pytest.raises(HomeAssistantError):
        await _call(hass, "receive")
    faults.pragmas = ["max_page_count = 1000000"]
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert (await account_of(hass, account).log.summarise()).counters[Counter.REPLIES] == 1


async def test_a_log_that_has_disappeared_raises_one_issue(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    """The message log was deleted by a cleaning script, and weeks later half a year of texts was missing without a trace."""
    assert await _push(hass, http, "1") == (200, "000")
    for file in _path(hass, account).parent.glob(f"{_path(hass, account).name}*"):
        file.unlink()
    for message in ("2", "3"):
        assert await _push(hass, http, message) == (200, "000")
    assert issues(hass) == ["log_missing"]
    assert [event.data["message"] for event in events] == ["1", "2", "3"]
    assert [message["message"] for message in (await _call(hass, "get_messages"))["messages"]] == ["3", "2"]
    # The issue stays until the user has read it.
    await hass.config_entries.async_reload(account.entry_id)
    assert issues(hass) == ["log_missing"]


@pytest.mark.parametrize("how", ["deleted", "emptied"])
async def test_a_log_that_disappears_between_two_runs_raises_an_issue(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, how: str
) -> None:
    assert await _push(hass, http) == (200, "000")
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    path = _path(hass, account)
    if how == "deleted":
        path.unlink()
    else:
        path.write_bytes(b"")
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == ["log_missing"]
    assert await _push(hass, http) == (200, "000")
    # No new issue while the new file stays.
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert issues(hass) == []
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == []
    assert len((await _call(hass, "get_messages"))["messages"]) == 1


async def test_a_new_account_misses_no_log(hass: HomeAssistant, account: MockConfigEntry) -> None:
    assert issues(hass) == []
