"""Files that can't be opened, are full, torn, or none of ours: the right error, said once, and nothing acknowledged is lost."""

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
from custom_components.smsadmin.message_log.errors import LogDamagedError, LogError, LogFullError, LogUnusableError, log_error
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.migrations import migrate
from custom_components.smsadmin.message_log.models import ImportCounts, MessageFilter, MessageState

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
)

type Call = Callable[[MessageLog], Awaitable[object]]

GARBAGE = b"This is no database. " * 1000
PAGE = 4096
ROOM = ["max_page_count = 1000000"]
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
    "mark as copy": lambda log: log.mark_as_copy(),
    "unmark": lambda log: log.unmark(),
    "pause checkpoints": lambda log: log.pause_checkpoints(),
    "resume checkpoints": lambda log: log.resume_checkpoints(),
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
    """A file with enough in it to be torn in many places."""
    path = tmp_path_factory.mktemp("filled") / "log.db"
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, "station")
        outbound.begin(connection, outgoing(1), NOON)
        for number in range(10):
            lines = [line(f"{number} {part} {'x' * 300}") for part in range(20)]
            inbound.store(connection, page(*lines), user_id="station", is_published=False)
    return path.read_bytes()


@pytest.fixture
def filled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _files(path: Path) -> list[Path]:
    return list(path.parent.iterdir())


@contextmanager
def _in_the_way(path: Path) -> Iterator[None]:
    """A directory where a file is to be."""
    path.mkdir()
    yield
    path.rmdir()


def _damaged(path: Path) -> Path:
    """Where a damaged file is set aside."""
    return path.with_name(f"{path.name}.damaged")


@every_call
async def test_a_file_that_cant_be_opened_fails_every_call_until_it_can(
    log: MessageLog, path: Path, heard: Heard, call: Call
) -> None:
    with _in_the_way(path):
        for _ in range(2):
            with pytest.raises(LogUnusableError):
                await call(log)
        assert heard.types == [LogUnusableError]
    await call(log)
    assert heard.types == [LogUnusableError, type(None)]


@every_call
async def test_a_file_that_cant_be_written_fails_every_call_and_is_left_as_it_is(
    filled: Path, log: MessageLog, heard: Heard, faults: Faults, call: Call
) -> None:
    faults.pragmas = READ_ONLY
    before = _content(filled)
    for _ in range(2):
        with pytest.raises(LogUnusableError):
            await call(log)
    assert heard.types == [LogUnusableError]
    assert _content(filled) == before


@every_call
async def test_a_disk_without_room_for_a_new_file_fails_every_call(
    log: MessageLog, heard: Heard, faults: Faults, call: Call
) -> None:
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await call(log)
    assert heard.types == [LogFullError]
    faults.pragmas = []
    await send(log, 1)
    assert heard.types == [LogFullError, type(None)]


@every_call
async def test_no_cursor_gets_to_another_thread(log: MessageLog, path: Path, faults: Faults, call: Call) -> None:
    # There, the end of one would hide that the disk is full.
    await call(log)
    await log.probe()
    gc.collect()
    assert f"message log {path.name}" in faults.cursors_ended_in
    assert threading.current_thread().name not in faults.cursors_ended_in


async def test_a_folder_that_is_none_makes_the_log_unusable(log: MessageLog, path: Path, heard: Heard) -> None:
    path.parent.rmdir()
    path.parent.touch()
    with pytest.raises(LogUnusableError):
        await store(log, pushed_reply("Yes"))
    path.parent.unlink()
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogUnusableError, type(None)]


async def test_a_file_that_another_program_holds_makes_the_log_unusable(
    filled: Path, log: MessageLog, heard: Heard, faults: Faults
) -> None:
    # Nobody is waited for.
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
    """Let the disk fail once: the file is opened again after that."""
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
    faults.pragmas = ROOM
    await log.find(MessageFilter())
    assert heard.types == [LogFullError]
    await call(log)
    assert heard.types == [LogFullError, type(None)]


async def test_what_has_no_room_keeps_nothing_from_the_disk_that_has(log: MessageLog, path: Path, faults: Faults) -> None:
    await log.probe()
    ((pages,),) = rows(path, "PRAGMA page_count")
    faults.pragmas = [f"max_page_count = {pages + 10}"]
    faults.entered.clear()
    faults.go_on.clear()
    held = asyncio.ensure_future(log.probe())
    await asyncio.to_thread(faults.entered.wait)
    # These are in one batch.
    jobs = [store(log, pushed_reply("small")), store(log, pushed_reply(BIG * 10)), store(log, pushed_reply("small too"))]
    waiting = [asyncio.ensure_future(job) for job in jobs]
    await asyncio.sleep(0)
    faults.go_on.set()
    await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ImportCounts, LogFullError, ImportCounts]
    assert await contents(log) == ["small", "small too"]


TEARS: dict[str, Callable[[bytes], bytes]] = {
    "no database": lambda content: GARBAGE,
    "garbage in the head": lambda content: GARBAGE[:100] + content[100:],
    "garbage in the pages": lambda content: content[:PAGE] + GARBAGE * (len(content) // len(GARBAGE)),
    "cut after the first page": lambda content: content[:PAGE],
    "cut within a page": lambda content: content[: len(content) // 2 + 100],
}


def _tear(path: Path, tear: str = "garbage in the pages") -> bytes:
    torn = TEARS[tear](path.read_bytes())
    path.write_bytes(torn)
    return torn


@every_call
async def test_a_torn_file_is_set_aside_and_no_call_fails(filled: Path, log: MessageLog, heard: Heard, call: Call) -> None:
    torn = _tear(filled)
    await call(log)
    assert heard.types == [LogDamagedError]
    assert _content(_damaged(filled)) == torn
    await send(log, 9)
    assert len(heard.statuses) == 1


@pytest.mark.parametrize("tear", TEARS)
async def test_whatever_has_torn_a_file_what_comes_from_then_on_is_kept(
    filled: Path, log: MessageLog, open_log: OpenLog, heard: Heard, tear: str
) -> None:
    torn = _tear(filled, tear)
    texts = [f"{number}" for number in range(50)]
    await asyncio.gather(*(store(log, pushed_reply(text)) for text in texts))
    assert await contents(log) == texts
    await log.close()
    assert await contents(open_log()) == texts
    assert heard.types == [LogDamagedError]
    assert _content(_damaged(filled)) == torn


async def test_a_file_may_be_torn_while_it_is_in_use(filled: Path, log: MessageLog, heard: Heard) -> None:
    await log.probe()
    _tear(filled)
    await store(log, pushed_reply("Yes"))
    assert await contents(log) == ["Yes"]
    assert heard.types == [LogDamagedError]
    assert _damaged(filled).exists()


async def test_what_lies_beside_a_torn_file_is_set_aside_with_it(
    filled: Path, log: MessageLog, open_log: OpenLog, heard: Heard
) -> None:
    beside, aside = Path(f"{filled}-wal"), Path(f"{_damaged(filled)}-wal")
    with closing(sqlite3.connect(filled, autocommit=True)) as other:
        # Whoever reads it keeps SQLite from tidying up.
        other.execute("BEGIN")
        other.execute("PRAGMA user_version").fetchone()
        await store(log, pushed_reply("acknowledged"))
        await log.close()
        torn, kept = _tear(filled), _content(beside)
        assert b"acknowledged" in kept
        after = open_log()
        assert await contents(after) == []
        assert (_content(_damaged(filled)), _content(aside)) == (torn, kept)
        await after.close()
    # The next has nothing beside it.
    _tear(filled)
    assert await contents(open_log()) == []
    assert f"{filled.name}.damaged-2" in [file.name for file in _files(filled)]
    assert f"{filled.name}.damaged-2-wal" not in [file.name for file in _files(filled)]
    assert heard.types == [LogDamagedError] * 2


async def test_each_torn_file_is_kept(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    torn = []
    for number in range(3):
        await _fail_once(log, faults)
        torn.append(_tear(filled))
        await store(log, pushed_reply(f"{number}"))
    names = [f"{filled.name}.damaged", f"{filled.name}.damaged-2", f"{filled.name}.damaged-3"]
    assert [trouble.set_aside_as for trouble in heard.statuses if isinstance(trouble, LogDamagedError)] == names
    assert [_content(filled.with_name(name)) for name in names] == torn


@pytest.mark.parametrize("clock_set_back", [0, 86_400_000_000])
async def test_what_was_meant_for_a_torn_file_is_nothing_to_the_next(filled: Path, log: MessageLog, clock_set_back: int) -> None:
    last = (await all_pending(log))[-1].id + clock_set_back
    _tear(filled)
    await store(log, pushed_reply("Yes"))
    await log.mark_published(last)
    assert [waiting.record for waiting in await log.pending_events(after=last, limit=10)] == [
        Reply(mobile=MOTHER, message="Yes", link_id=None)
    ]


async def test_a_torn_file_that_cant_be_set_aside_makes_the_log_unusable(
    filled: Path, log: MessageLog, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = _tear(filled)
    with monkeypatch.context() as patch:
        # A name that no system takes.
        patch.setattr(worker, "_free_name", lambda path: "x" * 300)
        for _ in range(2):
            with pytest.raises(LogUnusableError, match="name too long"):
                await store(log, pushed_reply("Yes"))
    assert _content(filled) == torn
    assert heard.types == [LogUnusableError]
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogUnusableError, LogDamagedError, type(None)]


async def test_a_torn_file_on_a_full_disk_is_set_aside_once(filled: Path, log: MessageLog, heard: Heard, faults: Faults) -> None:
    torn = _tear(filled)
    faults.pragmas = FULL
    for _ in range(2):
        with pytest.raises(LogFullError):
            await store(log, pushed_reply("Yes"))
    faults.pragmas = []
    assert heard.types == [LogDamagedError, LogFullError]
    assert _content(_damaged(filled)) == torn
    await store(log, pushed_reply("Yes"))
    assert heard.types == [LogDamagedError, LogFullError, type(None)]


@pytest.mark.parametrize("statement", ["BEGIN", "SAVEPOINT", "INSERT INTO arrival", "INSERT INTO record", "RELEASE", "COMMIT"])
async def test_whatever_goes_wrong_the_thread_goes_on(log: MessageLog, heard: Heard, faults: Faults, statement: str) -> None:
    # This is how the module says that SQLite got no memory.
    faults.error, faults.statement = MemoryError(), statement
    with pytest.raises(LogUnusableError, match="MemoryError"):
        await _store_page(log)
    await _store_page(log)
    assert heard.types == [LogUnusableError, type(None)]
    assert await contents(log) == ["One", "Two"]


async def _store_page(log: MessageLog) -> None:
    await store(log, page(line("One"), line("Two")))


async def test_what_could_not_be_settled_is_as_soon_as_it_can(log: MessageLog, heard: Heard, faults: Faults) -> None:
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
async def test_what_is_owed_is_settled_within_the_same_batch(log: MessageLog, faults: Faults, error: int) -> None:
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
    before = await counters(log), len(_content(Path(f"{path}-wal")))
    await log.probe()
    assert await counters(log) == before[0]
    assert len(_content(Path(f"{path}-wal"))) > before[1]


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
def test_sqlites_errors_have_their_kinds(code: int | None, error: type[LogError]) -> None:
    err = sqlite3.OperationalError("a reason")
    if code is not None:
        err.sqlite_errorcode = code
    assert type(log_error(err)) is error
    assert str(log_error(err)) == "a reason"


def _copied(path: Path) -> list[str]:
    """The texts in a copy, which must be whole."""
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return [text for (text,) in rows(path, "SELECT content FROM record ORDER BY id")]


async def test_a_file_that_rests_can_be_copied_while_writes_go_on(log: MessageLog, path: Path, tmp_path: Path) -> None:
    alone, whole = tmp_path / "alone.db", tmp_path / "whole.db"

    async def write(*numbers: int) -> None:
        await asyncio.gather(*(store(log, pushed_reply(f"{number} {BIG}")) for number in numbers))

    def texts(number: int) -> list[str]:
        return [f"{number} {BIG}" for number in range(number)]

    await write(0, 1, 2)
    await asyncio.gather(log.pause_checkpoints(), write(3))
    resting = _content(path)
    # Far more than SQLite leaves beside the file by itself.
    await write(*range(4, 54))
    shutil.copy(path, alone)
    shutil.copy(path, whole)
    await write(54)
    shutil.copy(f"{path}-wal", f"{whole}-wal")
    await write(55)
    assert _content(path) == resting
    assert _copied(alone)[:3] == texts(3)
    assert _copied(whole) == texts(55)
    await log.resume_checkpoints()
    await write(56)
    assert _content(path) != resting
    await log.close()
    assert _copied(path) == texts(57)


@pytest.mark.parametrize("statement", ["PRAGMA wal_autocheckpoint", "PRAGMA wal_checkpoint"])
async def test_a_file_that_cant_be_brought_up_to_date_is_not_copied(log: MessageLog, faults: Faults, statement: str) -> None:
    await log.probe()
    faults.error, faults.statement = sqlite_error(sqlite3.SQLITE_IOERR), statement
    with pytest.raises(LogUnusableError):
        await log.pause_checkpoints()


async def test_a_file_that_another_program_reads_is_not_copied(log: MessageLog, path: Path, faults: Faults) -> None:
    faults.pragmas = ["busy_timeout = 0"]
    await log.probe()
    with closing(sqlite3.connect(path, autocommit=True)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM record").fetchone()
        await store(log, pushed_reply("Yes"))
        with pytest.raises(LogUnusableError, match="another program"):
            await log.pause_checkpoints()
    await log.pause_checkpoints()
