"""Files that can't be opened, are full, torn, or none of ours: the right error, said once, and nothing acknowledged is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
import shutil
import sqlite3
import threading

import pytest

from custom_components.smsadmin.gateway.models import Reply
from custom_components.smsadmin.message_log import inbound, outbound, schema, worker
from custom_components.smsadmin.message_log.errors import LogDamagedError, LogError, LogFullError, LogUnusableError, log_error
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState
from custom_components.smsadmin.message_log.overdue import Told

from .conftest import (
    DAY,
    HOUR,
    MOTHER,
    NOON,
    OpenLog,
    all_pending,
    contents,
    counters,
    line,
    link_id,
    page,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
    submission,
)

type Call = Callable[[MessageLog], Awaitable[object]]

GARBAGE = b"This is no database. " * 1000
PAGE = 4096
FULL = (*worker.PRAGMAS, "max_page_count = 1")

WRITES: dict[str, Call] = {
    "keep": lambda log: log.keep(pushed_reply("Yes")),
    "accept a push": lambda log: store(log, pushed_reply("Yes")),
    "accept a report": lambda log: store(log, pushed_report("DELIVRD")),
    "accept a page": lambda log: store(log, pulled_reply("Yes")),
    "accept what can't be read": lambda log: store(log, push(Class="mystery")),
    "begin": lambda log: log.begin([submission(2)], NOON),
    "settle": lambda log: log.settle(link_id(1), MessageState.ACCEPTED, "000", NOON),
    "mark handed over": lambda log: log.mark_published(100),
    "mark seen": lambda log: log.mark_seen(),
    "tell": lambda log: log.tell("watcher", Told(until=NOON, early={"one": NOON})),
    "clean up": lambda log: log.clean_up(NOON - DAY),
    "probe": lambda log: log.probe(),
    "rest": lambda log: log.rest(),
    "resume": lambda log: log.resume(),
}
READS: dict[str, Call] = {
    "decode": lambda log: log.decode_pushes(limit=10),
    "waiting": lambda log: log.pending_events(after=0, limit=10),
    "find": lambda log: log.find(MessageFilter()),
    "summarise": lambda log: log.summarise([(MOTHER,)]),
    "undelivered": lambda log: log.undelivered(HOUR, mobiles=None, after=NOON, now=NOON),
    "told": lambda log: log.told("watcher"),
}
every_call = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in (WRITES | READS).items()])
every_write = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in WRITES.items()])


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with enough in it to be torn in many places."""
    path = tmp_path_factory.mktemp("filled") / "log.db"
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        schema.migrate(connection)
        outbound.begin(connection, [submission(1)], NOON)
        outbound.settle(connection, link_id(1), MessageState.ACCEPTED, "000", NOON)
        for number in range(10):
            store(inbound, connection, page(*(line(f"{number} {part} {'x' * 300}") for part in range(20))))
    return path.read_bytes()


@pytest.fixture
def filled(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _types(troubles: list[LogError | None]) -> list[type]:
    return [type(trouble) for trouble in troubles]


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
    log: MessageLog, path: Path, troubles: list[LogError | None], call: Call
) -> None:
    with _in_the_way(path):
        for _ in range(2):
            with pytest.raises(LogUnusableError):
                await call(log)
        assert _types(troubles) == [LogUnusableError]
    await call(log)
    assert _types(troubles) == [LogUnusableError, type(None)]


@every_call
async def test_a_file_that_cant_be_written_fails_every_call_and_is_left_as_it_is(
    filled: Path, log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setattr(worker, "PRAGMAS", (*worker.PRAGMAS, "query_only = ON"))
    before = _content(filled)
    for _ in range(2):
        with pytest.raises(LogUnusableError):
            await call(log)
    assert _types(troubles) == [LogUnusableError]
    assert _content(filled) == before


@every_call
async def test_a_disk_without_room_for_a_new_file_fails_every_call(
    log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", FULL)
        for _ in range(2):
            with pytest.raises(LogFullError):
                await call(log)
        assert _types(troubles) == [LogFullError]
    await send(log, 1)
    assert _types(troubles) == [LogFullError, type(None)]


@every_call
async def test_no_cursor_gets_to_another_thread(log: MessageLog, monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    # There, the end of one would hide that the disk is full.
    results: list[object] = []
    tell = worker._tell

    def watch(jobs: list[worker._Job]) -> None:
        results.extend(job.result for job in jobs)
        tell(jobs)

    monkeypatch.setattr(worker, "_tell", watch)
    await call(log)
    assert results
    assert not [result for result in results if isinstance(result, sqlite3.Cursor)]


async def test_a_folder_that_is_none_makes_the_log_unusable(log: MessageLog, path: Path, troubles: list[LogError | None]) -> None:
    path.parent.rmdir()
    path.parent.touch()
    with pytest.raises(LogUnusableError):
        await store(log, pushed_reply("Yes"))
    path.parent.unlink()
    await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogUnusableError, type(None)]


async def test_a_file_that_another_program_holds_makes_the_log_unusable(
    filled: Path, log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody is waited for.
    monkeypatch.setattr(worker, "PRAGMAS", ("busy_timeout = 0", *worker.PRAGMAS))
    await log.probe()
    with closing(sqlite3.connect(filled, autocommit=True)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnusableError):
            await store(log, pushed_reply("Yes"))
    await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogUnusableError, type(None)]


BIG = "x" * 50_000
GROWING: dict[str, Call] = {
    "accept a push": lambda log: store(log, pushed_reply(BIG)),
    "accept a report": lambda log: store(log, pushed_report(BIG)),
    "accept a page": lambda log: store(log, pulled_reply(BIG)),
    "accept what can't be read": lambda log: store(log, push(Class="mystery", Message=BIG)),
    "begin": lambda log: log.begin([submission(3, *(f"{13800000000 + number}" for number in range(1000)))], NOON),
    "settle": lambda log: log.settle(link_id(2), MessageState.ACCEPTED, BIG, NOON),
    "tell": lambda log: log.tell("watcher", Told(until=NOON, early={f"{number}": NOON for number in range(5000)})),
}


async def _give_room(log: MessageLog, pages: int) -> None:
    """Let the file that is open grow to so many pages."""
    await log._worker.submit(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").close())


async def _reopen(log: MessageLog) -> None:
    """Let the disk fail once: the file is opened anew after that."""

    def fail(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(LogUnusableError):
        await log._worker.submit(fail)


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in GROWING.items()])
async def test_a_full_disk_can_be_read_and_is_full_until_something_was_written(
    filled: Path,
    log: MessageLog,
    troubles: list[LogError | None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    call: Call,
) -> None:
    await log.begin([submission(2)], NOON)
    before = await contents(log), await log.find(MessageFilter())
    with monkeypatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", FULL)
        await _give_room(log, 1)
        for _ in range(2):
            with pytest.raises(LogFullError):
                await call(log)
        assert (await contents(log), await log.find(MessageFilter())) == before
    assert caplog.text == ""
    assert _types(troubles) == [LogFullError]
    await _give_room(log, 10_000)
    assert _types(troubles) == [LogFullError]
    await call(log)
    assert _types(troubles) == [LogFullError, type(None)]


async def test_what_has_no_room_keeps_nothing_from_the_disk_that_has(
    log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mobiles = [f"{13800000000 + number}" for number in range(5000)]
    await log.begin([submission(1, *mobiles)], NOON)
    ((pages,),) = rows(path, "PRAGMA page_count")
    with monkeypatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", (*worker.PRAGMAS, f"max_page_count = {pages + 10}"))
        await _give_room(log, pages + 10)
        # In one batch, as when somebody pushes and the hand-over begins at once.
        kept = log.keep(pushed_report("DELIVRD", mobile=mobiles[7]))
        decoded = log._worker.submit(lambda connection: inbound.decode_pushes(connection, 10))
        await kept
        with pytest.raises(LogFullError):
            await decoded
        # What can't be decoded or spread now is found later, and whatever was found before is found.
        assert await log.find(MessageFilter()) == []
        assert (await log.summarise([(mobiles[7],)])).waiting == 1
        assert (await log.undelivered(HOUR, mobiles=None, after=NOON, now=NOON)).due == ()
    await _give_room(log, 10_000)
    assert [message.state for message in await log.find(MessageFilter(mobile=mobiles[7]))] == [MessageState.DELIVERED]
    assert await contents(log) == ["DELIVRD"]


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
async def test_a_torn_file_is_set_aside_and_no_call_fails(
    filled: Path, log: MessageLog, troubles: list[LogError | None], call: Call
) -> None:
    torn = _tear(filled)
    await call(log)
    assert _types(troubles) == [LogDamagedError]
    assert _content(_damaged(filled)) == torn
    await send(log, 9)
    assert len(troubles) == 1


@pytest.mark.parametrize("tear", TEARS)
async def test_whatever_has_torn_a_file_what_comes_from_then_on_is_kept(
    filled: Path, log: MessageLog, open_log: OpenLog, troubles: list[LogError | None], tear: str
) -> None:
    torn = _tear(filled, tear)
    texts = [f"{number}" for number in range(50)]
    await asyncio.gather(*(store(log, pushed_reply(text)) for text in texts))
    assert await contents(log) == texts
    await log.close()
    assert await contents(open_log()) == texts
    assert _types(troubles) == [LogDamagedError]
    assert _content(_damaged(filled)) == torn


async def test_a_file_may_be_torn_while_it_is_in_use(filled: Path, log: MessageLog, troubles: list[LogError | None]) -> None:
    await log.probe()
    _tear(filled)
    await store(log, pushed_reply("Yes"))
    assert await contents(log) == ["Yes"]
    assert _types(troubles) == [LogDamagedError]
    assert _damaged(filled).exists()


async def test_what_lies_beside_a_torn_file_is_set_aside_with_it(
    filled: Path, log: MessageLog, open_log: OpenLog, troubles: list[LogError | None]
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
    assert _types(troubles) == [LogDamagedError] * 2


async def test_each_torn_file_is_kept(filled: Path, log: MessageLog, troubles: list[LogError | None]) -> None:
    torn = []
    for number in range(3):
        await _reopen(log)
        torn.append(_tear(filled))
        await store(log, pushed_reply(f"{number}"))
    names = [f"{filled.name}.damaged", f"{filled.name}.damaged-2", f"{filled.name}.damaged-3"]
    assert [trouble.set_aside_as for trouble in troubles if isinstance(trouble, LogDamagedError)] == names
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
    filled: Path, log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = _tear(filled)
    with monkeypatch.context() as patch:
        # A name that no system takes.
        patch.setattr(worker, "_free_name", lambda path: "x" * 300)
        for _ in range(2):
            with pytest.raises(LogUnusableError, match="name too long"):
                await store(log, pushed_reply("Yes"))
    assert _content(filled) == torn
    assert _types(troubles) == [LogUnusableError]
    await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogUnusableError, LogDamagedError, type(None)]


async def test_a_torn_file_on_a_full_disk_is_set_aside_once(
    filled: Path, log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = _tear(filled)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", FULL)
        for _ in range(2):
            with pytest.raises(LogFullError):
                await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogDamagedError, LogFullError]
    assert _content(_damaged(filled)) == torn
    await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogDamagedError, LogFullError, type(None)]


@pytest.mark.parametrize(("module", "name"), [(worker, "migrate"), (inbound, "accept")])
async def test_whatever_goes_wrong_the_thread_goes_on(
    log: MessageLog, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    def fail(connection: sqlite3.Connection, *arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        # This is how the module says that SQLite got no memory.
        patch.setattr(module, name, fail)
        with pytest.raises(LogUnusableError, match="MemoryError"):
            await store(log, pushed_reply("Yes"))
    await store(log, pushed_reply("Yes"))
    assert _types(troubles) == [LogUnusableError, type(None)]


async def test_what_could_not_be_settled_is_as_soon_as_it_can(
    log: MessageLog, path: Path, troubles: list[LogError | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await log.begin([submission(1)], NOON)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "PRAGMAS", (*worker.PRAGMAS, "query_only = ON"))
        await _reopen(log)
        for _ in range(2):
            with pytest.raises(LogUnusableError):
                await log.settle(link_id(1), MessageState.REJECTED, "102", NOON)
    await log.probe()
    assert await states(log, (MOTHER,)) == (MessageState.REJECTED,)
    assert (await counters(log))[2] == 1
    assert _types(troubles) == [LogUnusableError, type(None)]


@pytest.mark.parametrize("error", [sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL])
async def test_what_could_not_be_settled_is_even_if_nobody_was_told_in_between(
    log: MessageLog, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    await log.begin([submission(1)], NOON)
    settle, begun, go_on = outbound.settle, threading.Event(), threading.Event()

    def fail_once(*_: object) -> None:
        # Of a full disk, what is to be written together hears twice: then each is tried by itself.
        if error == sqlite3.SQLITE_IOERR or begun.is_set():
            monkeypatch.setattr(outbound, "settle", settle)
        begun.set()
        err = sqlite3.OperationalError("a reason")
        err.sqlite_errorcode = error
        raise err

    def wait(connection: sqlite3.Connection) -> None:
        go_on.wait()

    monkeypatch.setattr(outbound, "settle", fail_once)
    # All are in one batch.
    waiting = log._worker.submit(wait)
    jobs = [asyncio.ensure_future(job) for job in (log.settle(link_id(1), MessageState.REJECTED, "102", NOON), log.probe())]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(waiting, *jobs, return_exceptions=True)
    await log.probe()
    assert await states(log, (MOTHER,)) == (MessageState.REJECTED,)


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
    await asyncio.gather(log.rest(), write(3))
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
    await log.resume()
    await write(56)
    assert _content(path) != resting
    await log.close()
    assert _copied(path) == texts(57)


async def test_a_file_that_cant_be_brought_up_to_date_does_not_rest(log: MessageLog, path: Path) -> None:
    await log.probe()
    shutil.move(path, path.with_name("elsewhere"))
    with _in_the_way(path), pytest.raises(LogUnusableError):
        await log.rest()
