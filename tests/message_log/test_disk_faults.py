"""Tests of files that can't be opened, full disks and damaged files: one error each, and no acknowledged row is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
import gc
from pathlib import Path
import shutil
import sqlite3
import threading

import pytest

from custom_components.smsadmin.gateway.models import Reply
from custom_components.smsadmin.message_log import inbound, outbound, worker
from custom_components.smsadmin.message_log.errors import (
    LogDamagedError,
    LogError,
    LogFullError,
    LogUnusableError,
    error_for_exception,
)
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.migrations import migrate
from custom_components.smsadmin.message_log.models import ImportCounts, MessageFilter, MessageState, RawInbound

from .conftest import (
    DAY,
    HOUR,
    MOTHER,
    NOON,
    Faults,
    Heard,
    OpenLog,
    all_pending,
    contents,
    counters,
    file_content,
    line,
    link_id,
    outgoing,
    page,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    rows,
    send,
    sqlite_error,
    states,
    store,
    write_file,
)

type Call = Callable[[MessageLog], Awaitable[object]]

GARBAGE = b"This is no database. " * 1000
PAGE = 4096
SPACE = ["max_page_count = 1000000"]
FULL = ["max_page_count = 1"]
READ_ONLY = ["query_only = ON"]

WRITES: dict[str, Call] = {
    "store a push": lambda log: store(log, pushed_reply("Yes")),
    "store a report": lambda log: store(log, pushed_report("DELIVRD")),
    "store a page": lambda log: store(log, pulled_reply("Yes")),
    "store what can't be read": lambda log: store(log, push(Class="mystery")),
    "enqueue": lambda log: log.enqueue([outgoing(2)]),
    "begin": lambda log: log.begin(outgoing(2), NOON),
    "settle": lambda log: log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON),
    "record": lambda log: log.record(outgoing(3), MessageState.ACCEPTED, code="000", now=NOON),
    "cancel": lambda log: log.cancel(link_id=link_id(1), now=NOON),
    "count an attempt": lambda log: log.count_attempt(100),
    "mark published": lambda log: log.mark_published(100),
    "mark failures published": lambda log: log.mark_failures_published(100),
    "set a watermark": lambda log: log.set_watermark("overdue", NOON),
    "mark seen": lambda log: log.mark_seen(),
    "clean up": lambda log: log.clean_up(NOON - DAY),
    "probe": lambda log: log.probe(),
    "begin a copy": lambda log: log.begin_copy(),
    "end a copy": lambda log: log.end_copy(),
}
READS: dict[str, Call] = {
    "check": lambda log: log.check(link_ids=[link_id(9)], numbers=1, limit=None),
    "queued": lambda log: log.queued(10),
    "pending events": lambda log: log.pending_events(after=0, limit=10),
    "pending failures": lambda log: log.pending_failures(after=0, limit=10),
    "find": lambda log: log.find(MessageFilter()),
    "summarise": lambda log: log.summarise(),
    "last messages": lambda log: log.last_messages([("", (MOTHER,))]),
    "overdue": lambda log: log.overdue(HOUR, after=NOON, until=NOON),
    "watermark": lambda log: log.watermark("overdue"),
}
every_call = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in (WRITES | READS).items()])
every_write = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in WRITES.items()])


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with enough pages to be damaged in many places."""
    path = tmp_path_factory.mktemp("filled") / "log.db"
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, "station")
        outbound.begin(connection, outgoing(1), NOON)
        for number in range(10):
            lines = [line(f"{number} {part} {'x' * 300}") for part in range(20)]
            inbound.store(connection, page(*lines), user_id="station", will_publish=False)
    return path.read_bytes()


@pytest.fixture
def filled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _files(path: Path) -> list[Path]:
    return list(path.parent.iterdir())


@contextmanager
def _directory_at(path: Path) -> Iterator[None]:
    """Put a directory in the place of a file."""
    path.mkdir()
    yield
    path.rmdir()


def _damaged(path: Path) -> Path:
    """The name that a damaged file gets."""
    return path.with_name(f"{path.name}.damaged")


@every_call
async def test_calls_fail_until_the_file_can_be_opened(log: MessageLog, path: Path, heard: Heard, call: Call) -> None:
    with _directory_at(path):
        for _ in range(2):
            with pytest.raises(LogUnusableError):
                await call(log)
        assert heard.types == [LogUnusableError]
    await call(log)
    assert heard.types == [LogUnusableError, type(None)]


@every_call
async def test_calls_fail_and_change_nothing_in_an_unwritable_file(
    filled: Path, log: MessageLog, heard: Heard, faults: Faults, call: Call
) -> None:
    faults.pragmas = READ_ONLY
    before = file_content(filled)
    for _ in range(2):
        with pytest.raises(LogUnusableError):
            await call(log)
    assert heard.types == [LogUnusableError]
    assert file_content(filled) == before


@every_call
async def test_calls_fail_without_space_for_a_new_file(log: MessageLog, heard: Heard, faults: Faults, call: Call) -> None:
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await call(log)
    assert heard.types == [LogFullError]
    faults.pragmas = []
    await send(log, 1)
    assert heard.types == [LogFullError, type(None)]


@every_call
async def test_no_call_returns_a_cursor(log: MessageLog, path: Path, faults: Faults, call: Call) -> None:
    # Releasing one in another thread would hide that the disk is full.
    await call(log)
    await log.probe()
    gc.collect()
    assert f"message log {path.name}" in faults.cursors_ended_in
    assert threading.current_thread().name not in faults.cursors_ended_in


async def test_a_file_in_place_of_the_folder_makes_the_log_unusable(log: MessageLog, path: Path, heard: Heard) -> None:
    path.parent.rmdir()
    path.parent.touch()
    with pytest.raises(LogUnusableError):
        await store(log, pushed_reply("Yes"))
    path.parent.unlink()
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogUnusableError, type(None)]


async def test_a_file_locked_by_another_program_is_unusable(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    # Without a time-out, a locked file fails at once.
    faults.pragmas = ["busy_timeout = 0"]
    await log.probe()
    with closing(sqlite3.connect(filled, autocommit=True)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnusableError):
            await store(log, pushed_reply("Yes"))
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogUnusableError, type(None)]


BIG = "x" * 50_000
MANY = [f"{13800000000 + number}" for number in range(1000)]
GROWING: dict[str, Call] = {
    "store a push": lambda log: store(log, pushed_reply(BIG)),
    "store a report": lambda log: store(log, pushed_report(BIG)),
    "store a page": lambda log: store(log, pulled_reply(BIG)),
    "store what can't be read": lambda log: store(log, push(Class="mystery", Message=BIG)),
    "enqueue": lambda log: log.enqueue([outgoing(3, *MANY)]),
    "begin": lambda log: log.begin(outgoing(3, *MANY), NOON),
    "record": lambda log: log.record(outgoing(3, *MANY), MessageState.ACCEPTED, now=NOON),
    "settle": lambda log: log.settle(link_id(2), MessageState.ACCEPTED, reason=BIG, now=NOON),
}


async def _fail_once(log: MessageLog, faults: Faults) -> None:
    """Let the disk fail once, after which the file is opened again."""
    faults.error = sqlite_error(sqlite3.SQLITE_IOERR)
    with pytest.raises(LogUnusableError):
        await log.find(MessageFilter())


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in GROWING.items()])
async def test_a_full_disk_can_be_read_and_is_full_until_a_write(
    filled: Path, log: MessageLog, heard: Heard, faults: Faults, caplog: pytest.LogCaptureFixture, call: Call
) -> None:
    await log.begin(outgoing(2), NOON)
    before = await contents(log), await log.find(MessageFilter())
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await call(log)
    assert (await contents(log), await log.find(MessageFilter())) == before
    assert caplog.text == ""
    assert heard.types == [LogFullError]
    faults.pragmas = SPACE
    await log.find(MessageFilter())
    assert heard.types == [LogFullError]
    await call(log)
    assert heard.types == [LogFullError, type(None)]


async def test_a_disk_without_any_space_is_full_and_can_be_read(log: MessageLog, heard: Heard, faults: Faults) -> None:
    """The disk was full to the last byte: the repair spoke of a broken disk, and the panel could not show a single text."""
    await store(log, pushed_reply("Yes"))
    # SQLite can't open the file then, because it can't make the -shm file beside it.
    faults.fail(sqlite3.SQLITE_IOERR_SHMSIZE, "PRAGMA journal_mode")
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await store(log, pushed_reply(BIG))
        assert await contents(log) == ["Yes"]
    assert heard.types == [LogFullError]


async def test_a_push_that_was_refused_is_not_stored_after_all(
    log: MessageLog, path: Path, tmp_path: Path, faults: Faults
) -> None:
    """While the memory card failed, a push was answered 503, the platform repeated it, and the reply was there twice."""
    await store(log, pushed_reply("before"))
    written = _written_by(path, tmp_path / "aside.db", pushed_reply("Yes"))
    faults.error, faults.statement = sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), "COMMIT"
    with pytest.raises(LogUnusableError):
        await store(log, pushed_reply("Yes"))
    # A commit whose fsync fails has been written.
    write_file(Path(f"{path}-wal"), written)
    assert await contents(log) == ["before"]
    await store(log, pushed_reply("Yes"))
    assert await contents(log) == ["before", "Yes"]


def _written_by(path: Path, copy: Path, raw: RawInbound) -> bytes:
    """Return the -wal file of a copy of a log after something was stored in it."""
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    with closing(worker.connect(copy)) as connection:
        inbound.store(connection, raw, user_id="station", will_publish=False)
        return Path(f"{copy}-wal").read_bytes()


@pytest.mark.parametrize("error", [None, sqlite_error(sqlite3.SQLITE_IOERR), MemoryError()])
async def test_a_failed_transaction_is_undone_in_any_case(log: MessageLog, faults: Faults, error: Exception | None) -> None:
    """SQLite undoes a transaction itself after some errors, and can't after others."""
    await store(log, pushed_reply("before"))

    def fail(connection: sqlite3.Connection) -> None:
        inbound.store(connection, pushed_reply("Yes"), user_id="station", will_publish=False)
        if error is None:
            connection.execute("ROLLBACK").close()
        else:
            faults.error, faults.statement = error, "ROLLBACK"
        raise sqlite_error(sqlite3.SQLITE_IOERR)

    with pytest.raises(LogUnusableError):
        await log.run(fail)
    assert await contents(log) == ["before"]
    await store(log, pushed_reply("Yes"))
    assert await contents(log) == ["before", "Yes"]


async def test_a_disk_that_cant_be_written_can_be_read_and_fails_until_a_write(
    log: MessageLog, heard: Heard, faults: Faults
) -> None:
    await store(log, pushed_reply("Yes"))
    faults.fail(statement="UPDATE record SET published")
    for _ in range(2):
        with pytest.raises(LogUnusableError):
            await log.mark_published(100)
        assert await contents(log) == ["Yes"]
        assert heard.types == [LogUnusableError]
    faults.recover()
    assert await contents(log) == ["Yes"]
    assert heard.types == [LogUnusableError]
    await log.probe()
    assert heard.types == [LogUnusableError, type(None)]


async def test_a_log_whose_disk_comes_back_is_opened_again(log: MessageLog, heard: Heard, faults: Faults) -> None:
    """The network share with the log was gone for a minute, and nothing was stored until I restarted Home Assistant."""
    await store(log, pushed_reply("before"))
    faults.fail(statement="UPDATE")
    faults.is_stale = True
    for _ in range(2):
        with pytest.raises(LogUnusableError):
            await log.mark_published(100)
    with pytest.raises(LogUnusableError):
        await log.probe()
    await log.probe()
    assert heard.types == [LogUnusableError, type(None)]
    assert await contents(log) == ["before"]


async def test_a_job_without_space_fails_alone(log: MessageLog, path: Path, faults: Faults) -> None:
    await log.probe()
    ((pages,),) = rows(path, "PRAGMA page_count")
    faults.pragmas = [f"max_page_count = {pages + 10}"]
    faults.entered.clear()
    faults.go_on.clear()
    held = asyncio.ensure_future(log.probe())
    await asyncio.to_thread(faults.entered.wait)
    # These jobs are in one batch.
    jobs = [store(log, pushed_reply("small")), store(log, pushed_reply(BIG * 10)), store(log, pushed_reply("small too"))]
    waiting = [asyncio.ensure_future(job) for job in jobs]
    await asyncio.sleep(0)
    faults.go_on.set()
    await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ImportCounts, LogFullError, ImportCounts]
    assert await contents(log) == ["small", "small too"]


async def test_a_read_does_not_fail_with_the_writes_beside_it(log: MessageLog, faults: Faults) -> None:
    """While a memory card could not be written, the sensors were available on some days and unavailable on others."""
    await store(log, pushed_reply("Yes"))
    faults.entered.clear()
    faults.go_on.clear()
    held = asyncio.ensure_future(log.find(MessageFilter()))
    await asyncio.to_thread(faults.entered.wait)
    written, read = asyncio.ensure_future(store(log, pushed_reply("No"))), asyncio.ensure_future(contents(log))
    await asyncio.sleep(0)
    faults.fail(statement="INSERT INTO arrival")
    faults.go_on.set()
    await held
    with pytest.raises(LogUnusableError):
        await written
    assert await read == ["Yes"]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no database": lambda content: GARBAGE,
    "garbage in the head": lambda content: GARBAGE[:100] + content[100:],
    "garbage in the pages": lambda content: content[:PAGE] + GARBAGE * (len(content) // len(GARBAGE)),
    "cut after the first page": lambda content: content[:PAGE],
    "cut within a page": lambda content: content[: len(content) // 2 + 100],
}


def _damage(path: Path, damage: str = "garbage in the pages") -> bytes:
    damaged = DAMAGES[damage](path.read_bytes())
    path.write_bytes(damaged)
    return damaged


@every_call
async def test_a_damaged_file_is_renamed_and_no_call_fails(filled: Path, log: MessageLog, heard: Heard, call: Call) -> None:
    damaged = _damage(filled)
    await call(log)
    assert heard.types == [LogDamagedError]
    assert file_content(_damaged(filled)) == damaged
    await send(log, 9)
    assert len(heard.statuses) == 1


@pytest.mark.parametrize("damage", DAMAGES)
async def test_after_any_damage_new_rows_are_kept(
    filled: Path, log: MessageLog, open_log: OpenLog, heard: Heard, damage: str
) -> None:
    damaged = _damage(filled, damage)
    texts = [f"{number}" for number in range(50)]
    await asyncio.gather(*(store(log, pushed_reply(text)) for text in texts))
    assert await contents(log) == texts
    await log.close()
    assert await contents(open_log()) == texts
    assert heard.types == [LogDamagedError]
    assert file_content(_damaged(filled)) == damaged


async def test_a_file_damaged_during_use_is_renamed(filled: Path, log: MessageLog, heard: Heard) -> None:
    await log.probe()
    _damage(filled)
    await store(log, pushed_reply("Yes"))
    assert await contents(log) == ["Yes"]
    assert heard.types == [LogDamagedError]
    assert _damaged(filled).exists()


async def test_the_wal_file_is_renamed_with_the_damaged_file(
    filled: Path, log: MessageLog, open_log: OpenLog, heard: Heard
) -> None:
    beside, aside = Path(f"{filled}-wal"), Path(f"{_damaged(filled)}-wal")
    with closing(sqlite3.connect(filled, autocommit=True)) as other:
        # A reader keeps SQLite from deleting the -wal file.
        other.execute("BEGIN")
        other.execute("PRAGMA user_version").fetchone()
        await store(log, pushed_reply("acknowledged"))
        await log.close()
        damaged, kept = _damage(filled), file_content(beside)
        assert b"acknowledged" in kept
        after = open_log()
        assert await contents(after) == []
        assert (file_content(_damaged(filled)), file_content(aside)) == (damaged, kept)
        await after.close()
    # The next damaged file has no -wal file.
    _damage(filled)
    assert await contents(open_log()) == []
    assert f"{filled.name}.damaged-2" in [file.name for file in _files(filled)]
    assert f"{filled.name}.damaged-2-wal" not in [file.name for file in _files(filled)]
    assert heard.types == [LogDamagedError] * 2


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    """Let reading a file fail with EIO, for all who open it from now on."""
    aside = path.rename(f"{path}.aside")
    path.symlink_to("/proc/self/mem")
    yield
    path.unlink()
    aside.rename(path)


async def test_a_page_that_cant_be_read_for_a_moment_is_no_damage(log: MessageLog, heard: Heard, faults: Faults) -> None:
    await store(log, pushed_reply("Yes"))
    # SQLite reports a failed read so.
    faults.error, faults.statement = sqlite_error(sqlite3.SQLITE_CORRUPT), "SAVEPOINT"
    assert await contents(log) == ["Yes"]
    assert heard.types == []


async def test_a_disk_that_cant_be_read_is_no_damage(log: MessageLog, path: Path, heard: Heard, faults: Faults) -> None:
    """A memory card could not be read for a minute: the log was set aside as damaged, and the panel stayed empty."""
    await store(log, pushed_reply("Yes"))
    faults.fail(sqlite3.SQLITE_CORRUPT, "SAVEPOINT")
    with _unreadable(Path(f"{path}-wal")):
        for _ in range(2):
            with pytest.raises(LogUnusableError):
                await contents(log)
    faults.recover()
    assert await contents(log) == ["Yes"]
    assert heard.types == [LogUnusableError]
    await log.probe()
    assert heard.types == [LogUnusableError, type(None)]


async def test_every_damaged_file_is_kept(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    damaged = []
    for number in range(3):
        await _fail_once(log, faults)
        damaged.append(_damage(filled))
        await store(log, pushed_reply(f"{number}"))
    names = [f"{filled.name}.damaged", f"{filled.name}.damaged-2", f"{filled.name}.damaged-3"]
    assert [error.set_aside_as for error in heard.statuses if isinstance(error, LogDamagedError)] == names
    assert [file_content(filled.with_name(name)) for name in names] == damaged


@pytest.mark.parametrize("clock_set_back", [0, 86_400_000_000])
async def test_a_new_file_ignores_updates_for_the_damaged_one(filled: Path, log: MessageLog, clock_set_back: int) -> None:
    last = (await all_pending(log))[-1].id + clock_set_back
    _damage(filled)
    await store(log, pushed_reply("Yes"))
    await log.mark_published(last)
    assert [waiting.record for waiting in await log.pending_events(after=last, limit=10)] == [
        Reply(mobile=MOTHER, message="Yes", link_id=None)
    ]


async def test_a_damaged_file_that_cant_be_renamed_is_unusable(
    filled: Path, log: MessageLog, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = _damage(filled)
    with monkeypatch.context() as patch:
        # A name that is too long for the file system.
        patch.setattr(worker, "_free_name", lambda path: "x" * 300)
        for _ in range(2):
            with pytest.raises(LogUnusableError, match="name too long"):
                await store(log, pushed_reply("Yes"))
    assert file_content(filled) == damaged
    assert heard.types == [LogUnusableError]
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogUnusableError, LogDamagedError, type(None)]


async def test_a_damaged_file_on_a_full_disk_is_renamed_once(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    damaged = _damage(filled)
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await store(log, pushed_reply("Yes"))
    faults.pragmas = []
    assert heard.types == [LogDamagedError, LogFullError]
    assert file_content(_damaged(filled)) == damaged
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogDamagedError, LogFullError, type(None)]


async def test_a_new_file_that_is_damaged_too_is_unusable(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    """My memory card died, and the log filled the folder with damaged files that nothing was in."""
    damaged = _damage(filled)
    faults.fail(sqlite3.SQLITE_CORRUPT, "INSERT")
    for _ in range(3):
        with pytest.raises(LogUnusableError):
            await store(log, pushed_reply("Yes"))
    assert heard.types == [LogDamagedError, LogUnusableError]
    assert [getattr(error, "set_aside_as", None) for error in heard.statuses] == [f"{filled.name}.damaged", None]
    assert {file.name for file in _files(filled)} == {f"{filled.name}.damaged", f"{filled.name}.damaged-new"}
    assert file_content(_damaged(filled)) == damaged
    faults.recover()
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogDamagedError, LogUnusableError, type(None)]
    assert await contents(log) == ["Yes"]
    # It is a log like any other from now on.
    faults.error, faults.statement = sqlite_error(sqlite3.SQLITE_IOERR), "BEGIN"
    with pytest.raises(LogUnusableError):
        await log.probe()
    _damage(filled)
    await store(log, pushed_reply("No"))
    assert filled.with_name(f"{filled.name}.damaged-2").exists()


@pytest.mark.parametrize("statement", ["BEGIN", "SAVEPOINT", "INSERT INTO arrival", "INSERT INTO record", "RELEASE", "COMMIT"])
async def test_the_thread_survives_every_error(log: MessageLog, heard: Heard, faults: Faults, statement: str) -> None:
    # The sqlite3 module raises this error if SQLite gets no memory.
    faults.error, faults.statement = MemoryError(), statement
    with pytest.raises(LogUnusableError, match="MemoryError"):
        await _store_page(log)
    await _store_page(log)
    assert heard.types == [LogUnusableError, type(None)]
    assert await contents(log) == ["One", "Two"]


async def _store_page(log: MessageLog) -> None:
    await store(log, page(line("One"), line("Two")))


async def test_a_failed_settlement_is_retried_on_recovery(log: MessageLog, heard: Heard, faults: Faults) -> None:
    await log.begin(outgoing(1), NOON)
    await _fail_once(log, faults)
    faults.pragmas = READ_ONLY
    with pytest.raises(LogUnusableError):
        await log.settle(link_id(1), MessageState.REJECTED, code="102", now=NOON)
    faults.pragmas = []
    await log.probe()
    assert await states(log, MOTHER) == (MessageState.REJECTED,)
    assert (await counters(log))[2] == 1
    assert heard.types == [LogUnusableError, type(None)]


@pytest.mark.parametrize("error", [sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL])
async def test_a_failed_settlement_is_retried_in_the_same_batch(log: MessageLog, faults: Faults, error: int) -> None:
    await log.begin(outgoing(1), NOON)
    faults.entered.clear()
    faults.go_on.clear()
    held = asyncio.ensure_future(log.find(MessageFilter()))
    await asyncio.to_thread(faults.entered.wait)
    settled = asyncio.ensure_future(log.settle(link_id(1), MessageState.REJECTED, code="102", now=NOON))
    probed = asyncio.ensure_future(log.probe())
    await asyncio.sleep(0)
    faults.error, faults.statement = sqlite_error(error), "UPDATE submission SET state = :state"
    faults.go_on.set()
    await asyncio.gather(held, settled, probed, return_exceptions=True)
    await log.probe()
    assert await states(log, MOTHER) == (MessageState.REJECTED,)
    assert (await counters(log))[2] == 1


async def test_a_probe_writes(log: MessageLog, path: Path) -> None:
    await log.probe()
    before = await counters(log), len(file_content(Path(f"{path}-wal")))
    await log.probe()
    assert await counters(log) == before[0]
    assert len(file_content(Path(f"{path}-wal"))) > before[1]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (sqlite3.SQLITE_FULL, LogFullError),
        (sqlite3.SQLITE_CORRUPT, LogDamagedError),
        (sqlite3.SQLITE_CORRUPT_INDEX, LogDamagedError),
        (sqlite3.SQLITE_NOTADB, LogDamagedError),
        (sqlite3.SQLITE_IOERR_FSYNC, LogUnusableError),
        (None, LogUnusableError),
    ],
)
def test_every_error_of_sqlite_has_an_error_of_the_log(code: int | None, error: type[LogError]) -> None:
    err = sqlite3.OperationalError("a reason")
    if code is not None:
        err.sqlite_errorcode = code
    assert type(error_for_exception(err)) is error
    assert str(error_for_exception(err)) == "a reason"


def _copied(path: Path) -> list[str]:
    """Return the texts in a copy, which must pass SQLite's integrity check."""
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return [text for (text,) in rows(path, "SELECT content FROM record ORDER BY id")]


@pytest.mark.parametrize("error", [sqlite_error(sqlite3.SQLITE_IOERR), MemoryError()])
async def test_a_checkpoint_that_fails_fails_no_commit(
    log: MessageLog, heard: Heard, faults: Faults, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(worker, "COMMITS_PER_CHECKPOINT", 1)
    faults.error, faults.statement = error, "PRAGMA wal_checkpoint"
    await store(log, pushed_reply("1"))
    await store(log, pushed_reply("2"))
    assert len(await all_pending(log)) == 2
    assert faults.error is None
    assert heard.types == []


async def test_a_file_can_be_copied_during_writes(
    log: MessageLog, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "COMMITS_PER_CHECKPOINT", 1)
    alone, whole = tmp_path / "alone.db", tmp_path / "whole.db"

    async def write(*numbers: int) -> None:
        await asyncio.gather(*(store(log, pushed_reply(f"{number} {BIG}")) for number in numbers))

    def texts(number: int) -> list[str]:
        return [f"{number} {BIG}" for number in range(number)]

    await write(0, 1, 2)
    await asyncio.gather(log.begin_copy(), write(3))
    resting = file_content(path)
    # Far more than SQLite keeps in its -wal file without a checkpoint.
    await write(*range(4, 54))
    shutil.copy(path, alone)
    shutil.copy(path, whole)
    await write(54)
    shutil.copy(f"{path}-wal", f"{whole}-wal")
    await write(55)
    assert file_content(path) == resting
    assert _copied(alone)[:3] == texts(3)
    assert _copied(whole) == texts(55)
    await log.end_copy()
    await write(56)
    assert file_content(path) != resting
    await log.close()
    assert _copied(path) == texts(57)


async def test_a_file_that_is_opened_again_can_be_copied(
    log: MessageLog, path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk failed for a moment during a backup; the log was opened again, and wrote into the file that was being copied."""
    monkeypatch.setattr(worker, "COMMITS_PER_CHECKPOINT", 1)
    await store(log, pushed_reply("1"))
    await log.begin_copy()
    resting = file_content(path)
    await store(log, pushed_reply("2"))
    faults.error = sqlite_error(sqlite3.SQLITE_IOERR)
    with pytest.raises(LogUnusableError):
        await log.probe()
    for text in ("3", "4"):
        await store(log, pushed_reply(text))
    await all_pending(log)
    assert file_content(path) == resting
    await log.end_copy()
    await store(log, pushed_reply("5"))
    await log.close()
    assert file_content(path) != resting
    assert _copied(path) == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("error", [sqlite_error(sqlite3.SQLITE_IOERR), MemoryError()])
@pytest.mark.parametrize("statement", ["PRAGMA wal_autocheckpoint", "PRAGMA journal_mode", "PRAGMA wal_checkpoint"])
async def test_a_failed_checkpoint_prevents_the_copy(log: MessageLog, faults: Faults, statement: str, error: Exception) -> None:
    """One log could not be opened once more before a backup, and no other was made ready for it."""
    await log.probe()
    faults.error, faults.statement = error, statement
    with pytest.raises(LogUnusableError):
        await log.begin_copy()


async def test_a_reader_prevents_the_copy(log: MessageLog, path: Path, faults: Faults) -> None:
    faults.pragmas = ["busy_timeout = 0"]
    await log.probe()
    with closing(sqlite3.connect(path, autocommit=True)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM record").fetchone()
        await store(log, pushed_reply("Yes"))
        with pytest.raises(LogUnusableError, match="another program"):
            await log.begin_copy()
    await log.begin_copy()
