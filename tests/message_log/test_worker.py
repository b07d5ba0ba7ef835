"""Tests of the thread that owns the file: shared commits, failing jobs, closing."""

import asyncio
from collections.abc import AsyncIterator, Callable
import logging
from pathlib import Path
import shutil
import sqlite3
import threading
import traceback

import pytest

from custom_components.smsadmin.message_log import inbound
from custom_components.smsadmin.message_log.errors import LogOperationError, LogUnusableError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.migrations import migrate
from custom_components.smsadmin.message_log.models import MessageFilter
from custom_components.smsadmin.message_log.worker import COMMITS_PER_CHECKPOINT, MAX_BATCH, Work, Worker

from .conftest import NOON, Heard, contents, outgoing, pushed_reply, rows, send, store


class Gate:
    """Work that blocks the thread, so that other work is queued behind it."""

    def __init__(self) -> None:
        self._entered, self._opened = threading.Event(), threading.Event()

    def work(self, connection: sqlite3.Connection) -> None:
        self._entered.set()
        self._opened.wait()

    async def entered(self) -> None:
        await asyncio.to_thread(self._entered.wait)

    def open(self) -> None:
        self._opened.set()


def _worker(path: Path, heard: Heard, on_first_open: Work[None] = lambda connection: None) -> Worker:
    return Worker(
        path,
        migrate=lambda connection: migrate(connection, "station"),
        on_first_open=on_first_open,
        on_close=lambda connection: None,
        on_status_change=heard.statuses.append,
        on_change=heard.change,
    )


@pytest.fixture
def statements() -> list[str]:
    """The statements that SQLite has executed."""
    return []


@pytest.fixture
async def worker(path: Path, statements: list[str], heard: Heard) -> AsyncIterator[Worker]:
    def watch(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(statements.append)

    worker = _worker(path, heard, watch)
    yield worker
    await worker.close()


@pytest.fixture
async def gate(worker: Worker) -> AsyncIterator[Gate]:
    """The thread, blocked by a gate."""
    gate = Gate()
    worker.submit(gate.work)
    await gate.entered()
    yield gate
    gate.open()


def _write(connection: sqlite3.Connection) -> None:
    inbound.store(connection, pushed_reply("Yes"), user_id="station", will_publish=False)


def _replies(path: Path) -> int:
    number: int = rows(path, "SELECT count(*) FROM record")[0][0]
    return number


@pytest.mark.parametrize(("jobs", "commits"), [(1, 1), (100, 1), (MAX_BATCH, 1), (MAX_BATCH + 1, 2)])
async def test_queued_jobs_share_a_commit(
    worker: Worker, gate: Gate, statements: list[str], path: Path, jobs: int, commits: int
) -> None:
    waiting = [worker.submit(_write) for _ in range(jobs)]
    gate.open()
    await asyncio.gather(*waiting)
    # The first job and the gate had commits of their own.
    assert statements.count("COMMIT") == 2 + commits
    assert _replies(path) == jobs


async def test_committed_work_is_on_the_disk(worker: Worker) -> None:
    def settings(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert await worker.submit(settings) == ["wal", 2]


async def test_commits_go_into_the_file_while_no_job_waits(worker: Worker, path: Path, tmp_path: Path) -> None:
    """One text in forty waited until SQLite had written the others into the file."""
    has_begun = threading.Event()

    def see(statement: str) -> None:
        if statement == "PRAGMA wal_checkpoint(PASSIVE)":
            has_begun.set()

    await worker.submit(lambda connection: connection.set_trace_callback(see))
    for _ in range(COMMITS_PER_CHECKPOINT):
        await worker.submit(_write)
    assert await asyncio.to_thread(has_begun.wait, 60)
    await worker.submit(_write)
    copy = tmp_path / "without-wal.db"
    shutil.copy(path, copy)
    assert _replies(copy) == COMMITS_PER_CHECKPOINT


async def test_only_the_owner_may_read_the_file(worker: Worker, path: Path) -> None:
    await worker.submit(_write)
    assert {oct(file.stat().st_mode)[-3:] for file in path.parent.iterdir()} == {"600"}


async def test_a_job_that_fails_is_undone_alone(worker: Worker, gate: Gate, path: Path, heard: Heard) -> None:
    def clumsy(connection: sqlite3.Connection) -> None:
        _write(connection)
        raise ValueError

    def bold(connection: sqlite3.Connection) -> None:
        _write(connection)
        connection.execute("INSERT INTO counter VALUES ('replies', 0)")

    jobs = [worker.submit(work) for work in (_write, clumsy, _write, bold, _write)]
    gate.open()
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), LogOperationError, type(None), LogOperationError, type(None)]
    assert _replies(path) == 3
    assert heard.statuses == []


async def test_a_future_has_its_error_while_the_job_is_retried(worker: Worker, gate: Gate) -> None:
    tried: list[str] = []
    failed, again, go_on = threading.Event(), threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        tried.append("")
        if len(tried) == 1:
            failed.set()
            raise sqlite3.OperationalError("disk I/O error")
        again.set()
        go_on.wait()

    retried = worker.submit(work, retry_on_recovery=True)
    gate.open()
    # The retry begins before the loop resolves the future, and is not on the disk yet.
    failed.wait()
    worker.submit(_write)
    again.wait()
    (outcome,) = await asyncio.wait_for(asyncio.gather(retried, return_exceptions=True), 30)
    go_on.set()
    assert type(outcome) is LogUnusableError
    await worker.submit(_write)
    assert len(tried) == 2


async def test_a_failed_job_releases_its_cursors_in_the_thread(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    def clumsy(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT 1 UNION ALL SELECT 2")
        raise ValueError(next(rows))

    caplog.set_level(logging.DEBUG)
    with pytest.raises(LogOperationError, match="ValueError"):
        await worker.submit(clumsy)
    (logged,) = [record.exc_info for record in caplog.records if record.exc_info]
    assert not [
        value
        for frame, _ in traceback.walk_tb(logged[2])
        for value in frame.f_locals.values()
        if isinstance(value, sqlite3.Cursor)
    ]


async def test_an_error_of_the_file_fails_the_job_that_meets_it(worker: Worker, gate: Gate, path: Path, heard: Heard) -> None:
    def impossible(connection: sqlite3.Connection) -> None:
        connection.execute("SELECT * FROM nothing")

    jobs = [worker.submit(work) for work in (_write, impossible, _write)]
    gate.open()
    outcomes = await asyncio.gather(*jobs, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), LogUnusableError, type(None)]
    assert _replies(path) == 2
    assert heard.types == [LogUnusableError, type(None)]


async def test_jobs_are_done_in_the_order_of_submission(log: MessageLog) -> None:
    await asyncio.gather(*(store(log, pushed_reply(f"{number}")) for number in range(200)))
    assert await contents(log) == [f"{number}" for number in range(200)]


async def test_a_cancelled_job_is_done(worker: Worker, gate: Gate, path: Path) -> None:
    async def wait() -> None:
        await worker.submit(_write)

    waiter = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert waiter.cancelled()
    gate.open()
    await worker.submit(_write)
    assert _replies(path) == 2


async def test_jobs_submitted_before_closing_are_done(worker: Worker, gate: Gate, path: Path) -> None:
    jobs = [worker.submit(_write) for _ in range(MAX_BATCH + 1)]
    closing = asyncio.create_task(worker.close())
    await asyncio.sleep(0)
    gate.open()
    await closing
    assert [job.result() for job in jobs] == [None] * len(jobs)
    assert _replies(path) == len(jobs)


async def test_nothing_is_signalled_once_the_log_is_closed(worker: Worker, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account was removed, and the repair about its message log appeared after that and stayed."""

    def fail(connection: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    loop = asyncio.get_running_loop()

    def run_at_once(executor: None, function: Callable[[], None]) -> asyncio.Future[None]:
        """Return a future that is done, as asyncio does where the executor's thread has been quick."""
        function()
        future = loop.create_future()
        future.set_result(None)
        return future

    monkeypatch.setattr(loop, "run_in_executor", run_at_once)
    failing = worker.submit(fail)
    await worker.close()
    assert heard.types == [LogUnusableError]
    assert isinstance(failing.exception(), LogUnusableError)


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


async def test_closing_ends_the_thread_and_leaves_one_file(log: MessageLog) -> None:
    await send(log, 1)
    assert f"message log {log.path.name}" in _threads()
    await log.close()
    assert f"message log {log.path.name}" not in _threads()
    assert list(log.path.parent.iterdir()) == [log.path]


async def test_an_unused_log_creates_no_file(log: MessageLog) -> None:
    await log.close()
    assert list(log.path.parent.iterdir()) == []


async def test_a_closed_log_refuses_jobs_and_can_be_closed_again(log: MessageLog) -> None:
    await log.close()
    await log.close()
    for call in (store(log, pushed_reply("Yes")), log.begin(outgoing(1), NOON), log.find(MessageFilter())):
        with pytest.raises(LogUnusableError):
            await call


async def test_a_removed_log_leaves_no_file(log: MessageLog) -> None:
    await send(log, 1)
    log.path.with_name(f"{log.path.name}.damaged").touch()
    await log.remove()
    assert list(log.path.parent.iterdir()) == []


async def test_a_missing_folder_is_created(tmp_path: Path, heard: Heard) -> None:
    path = tmp_path / ".storage" / "log.db"
    log = MessageLog(path, user_id="station", now=NOON, on_status_change=heard.statuses.append, on_change=heard.change)
    await send(log, 1)
    await log.close()
    assert path.exists()


def test_jobs_are_done_after_the_loop_has_ended(path: Path) -> None:
    gate = Gate()

    async def leave_behind() -> None:
        worker = _worker(path, Heard())
        worker.submit(gate.work)
        await gate.entered()
        worker.submit(_write)
        # No task awaits this job either.
        asyncio.ensure_future(worker.close())  # noqa: RUF006
        await asyncio.sleep(0)
        threading.Timer(0.1, gate.open).start()

    asyncio.run(leave_behind())
    while f"message log {path.name}" in _threads():
        pass
    assert _replies(path) == 1


async def test_changes_are_signalled_once_after_the_commit(worker: Worker, gate: Gate, heard: Heard) -> None:
    waiting = [worker.submit(_write) for _ in range(10)]
    gate.open()
    await asyncio.gather(*waiting)
    await asyncio.sleep(0)
    assert heard.changes == 1
    await worker.submit(lambda connection: connection.execute("SELECT count(*) FROM record").fetchone())
    assert heard.changes == 1
