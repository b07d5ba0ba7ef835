"""Backups by Home Assistant while messages come in, and what is left of a log when its account is removed."""

from pathlib import Path
import sqlite3
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.backup import DOMAIN as BACKUP
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smsadmin.account import find_account
from tests.simulator import Simulator

from .conftest import PUSH_PATH, STRANGER, issues, make_entry, pushed_reply, set_up
from .sending import eventually

type Http = TestClient[Any, Any]

GARBAGE = b"This is no database. " * 1000


def _path(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    return Path(hass.config.path(".storage", f"smsadmin.{entry.entry_id}.db"))


def _files(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    path = _path(hass, entry)
    return sorted(file.name.removeprefix(path.name) for file in path.parent.glob(f"{path.name}*"))


async def _push(hass: HomeAssistant, http: Http, number: int = 1, size: int = 0) -> None:
    for _ in range(number):
        async with http.post(PUSH_PATH, data=f"{pushed_reply()}&x={'x' * size}".encode()) as response:
            assert response.status == 200
    await hass.async_block_till_done()


@pytest.fixture
async def manager(hass: HomeAssistant, account: MockConfigEntry) -> Any:
    """Home Assistant's own backups."""
    assert await async_setup_component(hass, BACKUP, {})
    await hass.async_block_till_done()
    return hass.data[BACKUP]


async def test_a_backup_copies_an_unchanging_file_and_loses_nothing(
    hass: HomeAssistant, account: MockConfigEntry, manager: Any, http: Http, events: list[Event], tmp_path: Path
) -> None:
    await _push(hass, http, 3)
    await manager.async_pre_backup_actions()
    resting = _path(hass, account).read_bytes()
    # More than SQLite leaves beside the file without a pause.
    await _push(hass, http, 80, size=60_000)
    assert _path(hass, account).read_bytes() == resting
    await manager.async_post_backup_actions()
    await _push(hass, http)
    assert _path(hass, account).read_bytes() != resting
    assert len(events) == 84

    # The copy is complete without the -wal file, and has all that was in the log when the backup began.
    copy = tmp_path / "copy.db"
    copy.write_bytes(resting)
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM record").fetchone() == (3,)
    connection.close()


async def test_a_failed_log_does_not_stop_a_backup(
    hass: HomeAssistant, account: MockConfigEntry, manager: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
    assert "not ready for a backup" not in caplog.text
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    await manager.async_pre_backup_actions()
    await manager.async_post_backup_actions()
    assert "not ready for a backup" in caplog.text


async def test_a_copy_sends_no_queued_text_again(
    hass: HomeAssistant, account: MockConfigEntry, manager: Any, simulator: Simulator
) -> None:
    """A backup restored on a second machine sent an alarm once more."""
    await simulator.stop()
    action = {"mobiles": [STRANGER], "message": "Fire!"}
    await hass.services.async_call("smsadmin", "send_sms", action, blocking=True)
    await manager.async_pre_backup_actions()
    copy = _path(hass, account).read_bytes()
    await manager.async_post_backup_actions()
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    for file in _files(hass, account):
        _path(hass, account).with_name(_path(hass, account).name + file).unlink()
    _path(hass, account).write_bytes(copy)
    await simulator.start()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert simulator.sent == []
    assert issues(hass) == ["log_restored"]
    result = await hass.services.async_call("smsadmin", "get_messages", {}, blocking=True, return_response=True)
    assert result
    assert isinstance(result["messages"], list)
    assert [message["state"] for message in result["messages"] if isinstance(message, dict)] == ["unconfirmed"]


async def test_an_account_disabled_during_a_backup_sends_its_texts(
    hass: HomeAssistant, account: MockConfigEntry, manager: Any, simulator: Simulator
) -> None:
    """I disabled the account while a backup was made. Enabled again, it took its log for a restored copy, and the alarm never left."""
    await simulator.stop()
    action = {"mobiles": [STRANGER], "message": "Fire!"}
    await hass.services.async_call("smsadmin", "send_sms", action, blocking=True)
    await manager.async_pre_backup_actions()
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await manager.async_post_backup_actions()
    await simulator.start()
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await eventually(lambda: simulator.sent)
    await hass.async_block_till_done()
    assert issues(hass) == []


@pytest.mark.parametrize("loaded", [True, False])
async def test_removing_an_account_removes_the_files_of_its_log_alone(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, http: Http, loaded: bool
) -> None:
    _path(hass, entry).parent.mkdir(exist_ok=True)
    _path(hass, entry).write_bytes(GARBAGE)
    await set_up(hass, entry)
    await _push(hass, http)
    simulator.add_account("police", "open sesame", balance=10)
    another = make_entry(simulator, data={"username": "police", "webhook_id": "another-path"})
    await set_up(hass, another)
    assert _files(hass, entry) == ["", "-shm", "-wal", ".damaged"]
    others = _files(hass, another)
    assert others == ["", "-shm", "-wal"]
    if not loaded:
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert _files(hass, entry) == []
    assert _files(hass, another) == others
    assert issues(hass) == []


async def test_removing_a_disabled_account_removes_its_log(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = MockConfigEntry(
        domain="smsadmin",
        data=dict(make_entry(simulator).data),
        options={"mode": "push"},
        disabled_by=ConfigEntryDisabler.USER,
    )
    entry.add_to_hass(hass)
    _path(hass, entry).parent.mkdir(exist_ok=True)
    for suffix in ("", "-wal", "-shm", ".damaged"):
        _path(hass, entry).with_name(_path(hass, entry).name + suffix).write_bytes(b"old")
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert _files(hass, entry) == []
