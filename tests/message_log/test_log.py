"""A file that disappears or comes back from a backup, the space on the disk, and the status changes that the log reports."""

import asyncio
from collections.abc import Callable
import errno
import os
from pathlib import Path
import shutil
import sqlite3

import pytest

from custom_components.smsadmin.message_log.errors import LogFullError, LogMissingError, LogUnusableError
from custom_components.smsadmin.message_log.log import MIN_FREE_BYTES, MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState

from .conftest import (
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    STRANGER,
    Faults,
    Heard,
    OpenLog,
    all_pending,
    contents,
    counters,
    link_id,
    outgoing,
    pushed_reply,
    rows,
    send,
    sqlite_error,
    store,
)

type Loss = Callable[[Path], None]


def _delete_all(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def _delete_the_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def _move(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))


def _replace_by_an_empty_file(path: Path) -> None:
    path.unlink()
    path.touch()


LOSSES: dict[str, Loss] = {
    "deleted": Path.unlink,
    "deleted with what is beside it": _delete_all,
    "deleted with its folder": _delete_the_folder,
    "moved": _move,
    "truncated": lambda path: os.truncate(path, 0),
    "replaced by an empty file": _replace_by_an_empty_file,
}
every_loss = pytest.mark.parametrize("loss", [pytest.param(loss, id=name) for name, loss in LOSSES.items()])


def _copy(path: Path, to: Path) -> None:
    """Copy a log with what is beside it."""
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{to}{suffix}")


def _times(path: Path) -> list[tuple[str, int, int]]:
    """When the file, and what SQLite writes beside it, were last written."""
    files = [file for file in sorted(path.parent.iterdir()) if not file.name.endswith("-shm")]
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "storage").mkdir()
    return tmp_path / "storage" / "log.db"


@every_loss
async def test_a_file_that_disappears_is_noticed_once(log: MessageLog, path: Path, heard: Heard, loss: Loss) -> None:
    """A user emptied a folder; for weeks the log wrote into a file that had no name any more."""
    await store(log, pushed_reply("before"))
    loss(path)
    for text in ("after", "later"):
        await store(log, pushed_reply(text))
    assert await contents(log) == ["after", "later"]
    assert heard.types == [LogMissingError]
    (missing,) = heard.statuses
    assert isinstance(missing, LogMissingError)
    assert (missing.name, str(missing)) == ("log.db", "log.db has disappeared")
    await log.close()
    assert rows(path, "SELECT content FROM record ORDER BY id") == [("after",), ("later",)]


async def test_a_rebuilt_log_keeps_message_ids_after_a_cancel(log: MessageLog, path: Path) -> None:
    """One number of a queued text was cancelled, the file disappeared, and the ids of the numbers behind it moved to other phones."""
    await log.enqueue([outgoing(1, MOTHER, FATHER, STRANGER)])
    ids = {message.mobile: message.message_id for message in await log.find(MessageFilter())}
    await log.cancel(message_id=ids[MOTHER], now=NOON)
    left = await log.queued(10)
    _delete_all(path)
    await log.enqueue([*left, outgoing(2)])
    assert {message.mobile: message.message_id for message in await log.find(MessageFilter(link_id=link_id(1)))} == {
        FATHER: ids[FATHER],
        STRANGER: ids[STRANGER],
    }
    assert await log.queued(10) == [*left, outgoing(2)]


@every_loss
async def test_a_file_that_disappears_between_runs_is_noticed(
    log: MessageLog, path: Path, heard: Heard, open_log: OpenLog, loss: Loss
) -> None:
    await store(log, pushed_reply("before"))
    await log.close()
    loss(path)
    reopened = open_log(is_expected=True)
    assert await contents(reopened) == []
    assert heard.types == [LogMissingError]


async def test_a_first_start_misses_nothing(open_log: OpenLog, heard: Heard) -> None:
    first = open_log()
    await send(first, 1)
    await first.close()
    await send(open_log(is_expected=True), 2)
    assert heard.types == []


async def test_a_file_that_disappears_after_an_error_is_noticed(
    log: MessageLog, path: Path, heard: Heard, faults: Faults
) -> None:
    await log.probe()
    faults.error = sqlite_error(sqlite3.SQLITE_IOERR)
    await asyncio.gather(log.probe(), return_exceptions=True)
    _delete_all(path)
    await log.probe()
    assert [type(status) for status in heard.statuses if status] == [type(heard.statuses[0]), LogMissingError]


async def test_another_log_in_the_place_is_used_and_left_whole(
    log: MessageLog, path: Path, heard: Heard, tmp_path: Path, open_log: OpenLog
) -> None:
    await store(log, pushed_reply("in both"))
    await log.close()
    older = shutil.copy(path, tmp_path / "older.db")
    running = open_log()
    await store(running, pushed_reply("lost"))
    lost = (await all_pending(running))[-1].id
    shutil.move(older, path)
    await store(running, pushed_reply("after"))
    await running.mark_published(lost)
    assert await contents(running) == ["after"]
    assert [message.message for message in await running.find(MessageFilter())] == ["after", "in both"]
    assert heard.types == [LogMissingError]
    await running.close()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


async def test_another_log_keeps_what_is_beside_it(log: MessageLog, path: Path, tmp_path: Path, open_log: OpenLog) -> None:
    await store(log, pushed_reply("in the file"))
    await log.close()
    # A copy of a log that is in use has a part of it beside it.
    source = open_log()
    await store(source, pushed_reply("beside it"))
    _copy(path, tmp_path / path.name)
    _delete_all(path)
    await store(source, pushed_reply("in another"))
    _delete_all(path)
    _copy(tmp_path / path.name, path)
    assert await contents(source) == ["in the file", "beside it"]


async def test_what_is_under_way_goes_into_the_new_file(log: MessageLog, path: Path) -> None:
    await log.begin(outgoing(1, MOTHER, FATHER, recipients=("mother", None)), NOON)
    _delete_all(path)
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON + SECOND)
    second, first = await log.find(MessageFilter())
    assert [(message.mobile, message.recipient_id, message.state) for message in (first, second)] == [
        (MOTHER, "mother", MessageState.ACCEPTED),
        (FATHER, None, MessageState.ACCEPTED),
    ]
    assert await counters(log) == (2, 0, 0, 0)


async def test_an_outcome_of_an_unknown_submission_changes_nothing(log: MessageLog, path: Path) -> None:
    await send(log, 1)
    _delete_all(path)
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON)
    assert await log.find(MessageFilter()) == []


async def test_an_id_of_a_lost_file_is_none_of_the_next(log: MessageLog, path: Path) -> None:
    await store(log, pushed_reply("before"))
    await send(log, 1, state=MessageState.REJECTED)
    last = (await all_pending(log))[-1].id
    failed = (await log.pending_failures(after=0, limit=1))[-1].id
    _delete_all(path)
    await store(log, pushed_reply("after"))
    await send(log, 2, state=MessageState.REJECTED)
    await log.mark_published(last)
    await log.mark_failures_published(failed)
    assert [pending.id > last for pending in await log.pending_events(after=last, limit=10)] == [True]
    assert [one.id > failed for one in await log.pending_failures(after=failed, limit=10)] == [True]


async def test_space_that_can_t_be_asked_for_is_an_error_of_the_log(log: MessageLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pull ended with an unhandled exception where the disk had gone."""

    def gone(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "statvfs", gone)
    with pytest.raises(LogUnusableError):
        await log.ensure_writable()


async def test_free_space_is_asked_for_without_writing(log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await log.probe()
    before = _times(path)
    assert await log.free_space_ok()
    found = os.statvfs(path.parent)
    blocks = MIN_FREE_BYTES // found.f_frsize
    for free, is_ok in ((blocks, True), (blocks - 1, False)):
        values = list(found)
        values[4] = free
        monkeypatch.setattr(os, "statvfs", lambda _, values=values: os.statvfs_result(values))
        assert await log.free_space_ok() is is_ok
    with pytest.raises(LogFullError):
        await log.ensure_writable()
    assert _times(path) == before


async def test_where_a_probe_fits_a_page_may_not(log: MessageLog, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk was full. A page of replies was pulled, could not be stored, and was gone after a restart."""
    await log.probe()
    faults.fail(sqlite3.SQLITE_FULL)
    with pytest.raises(LogFullError):
        await log.probe()
    faults.recover()
    values = list(os.statvfs(log.path.parent))
    values[4] = 0
    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", lambda _: os.statvfs_result(values))
        with pytest.raises(LogFullError):
            await log.ensure_writable()
    await log.ensure_writable()


async def test_a_log_that_is_only_read_writes_nothing(log: MessageLog, path: Path) -> None:
    await send(log, 1, state=MessageState.REJECTED)
    await store(log, pushed_reply("Yes"))
    before = _times(path)
    for _ in range(3):
        await log.find(MessageFilter())
        await log.summarise()
        await log.last_messages([("", (MOTHER,))])
        await log.pending_events(after=0, limit=10)
        await log.pending_failures(after=0, limit=10)
        await log.overdue(HOUR, after=NOON, until=NOON)
        await log.queued(10)
        await log.clean_up(NOON - HOUR)
        await log.mark_seen()
    assert _times(path) == before


async def test_changes_are_signalled_and_reads_are_not(log: MessageLog, heard: Heard) -> None:
    await log.find(MessageFilter())
    await asyncio.sleep(0)
    assert heard.changes == 0
    for number in range(3):
        await store(log, pushed_reply(f"{number}"))
        await asyncio.sleep(0)
        assert heard.changes == number + 1
    await log.summarise()
    await asyncio.sleep(0)
    assert heard.changes == 3
    await asyncio.gather(*(store(log, pushed_reply("Yes")) for _ in range(100)))
    await asyncio.sleep(0)
    assert 3 < heard.changes < 100


async def test_changes_of_several_commits_are_signalled_once(log: MessageLog, heard: Heard, faults: Faults) -> None:
    for number in range(2):
        faults.entered.clear()
        written = asyncio.ensure_future(store(log, pushed_reply(f"{number}")))
        await asyncio.sleep(0)
        # The loop is busy while the thread commits.
        while not written.done() and not faults.entered.wait(0.001):
            pass
    await log.find(MessageFilter())
    await asyncio.sleep(0)
    assert 1 <= heard.changes <= 2
