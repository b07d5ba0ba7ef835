"""The thread that owns the file. What many ask for at once shares one commit: an fsync costs as much as a hundred rows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
import itertools
from operator import attrgetter
from pathlib import Path
import queue
import sqlite3
import threading
from traceback import clear_frames
from typing import Any

from .errors import LogDamagedError, LogError, LogFullError, LogUnusableError, log_error
from .schema import migrate

MAX_BATCH = 500
"""Jobs that share a commit at most, so that none of them waits long for the others."""

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 16777216", "temp_store = MEMORY")

type Work[ResultT] = Callable[[sqlite3.Connection], ResultT]
type JointWork[ItemT, ResultT] = Callable[[sqlite3.Connection, list[ItemT]], list[ResultT]]

# What SQLite holds against a piece of work, and not against the file.
_ITS_OWN_FAULT = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)


@dataclass(kw_only=True, slots=True)
class _Job:
    """Work on an item, whoever waits for it, whether it is done later if it can't be now, and what came of it."""

    work: JointWork[Any, Any]
    item: Any
    future: asyncio.Future[Any]
    is_owed: bool
    result: Any = None
    error: Exception | None = None


class Worker:
    """Runs work on the file, in the order in which it is asked for."""

    def __init__(self, path: Path, *, first: Work[None], report: Callable[[LogError | None], None]) -> None:
        """The file is opened with the first work, and again whenever it had to be given up; `first` runs once, before all else.

        `report` is called in the loop with the error when the file stops working, with None when it works again, and with
        LogDamagedError when a damaged one was set aside.
        """
        self.path = path
        self._first: Work[None] | None = first
        self._report = report
        self._trouble: LogError | None = None
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._owed: list[_Job] = []
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name=f"message log {path.name}", daemon=True)
        self._thread.start()

    def submit[ResultT](self, work: Work[ResultT], *, is_owed: bool = False) -> asyncio.Future[ResultT]:
        """Ask for work; the future has its result once it is on the disk, or a LogError and nothing of it is.

        What is owed is done all the same then, as soon as the file works again.

        The result must be no cursor: one that another thread lets go of clears the connection's error code, and with it an error that
        the thread has not raised yet.
        """
        return self.submit_jointly(lambda connection, _: [work(connection)], None, is_owed=is_owed)

    def submit_jointly[ItemT, ResultT](
        self, work: JointWork[ItemT, ResultT], item: ItemT, *, is_owed: bool = False
    ) -> asyncio.Future[ResultT]:
        """Ask for work as `submit` does; done for many items at once, where it is asked for one after the other."""
        future: asyncio.Future[ResultT] = self._loop.create_future()
        if self._closed:
            future.set_exception(LogUnusableError("the log is closed"))
        else:
            self._jobs.put(_Job(work=work, item=item, future=future, is_owed=is_owed))
        return future

    async def close(self) -> None:
        """Finish what was asked for, and close the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _run(self) -> None:
        """Work until told to stop."""
        going_on = True
        while going_on:
            jobs, going_on = self._next_batch()
            if jobs:
                self._work(jobs)
                if self._owed and self._trouble is None:
                    owed, self._owed = self._owed, []
                    self._work(owed)
                self._in_loop(_tell, jobs)
        self._give_up()

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job, and take those that have gathered behind it; False with the last."""
        jobs: list[_Job] = []
        with suppress(queue.Empty):
            job = self._jobs.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == MAX_BATCH:
                    return jobs, True
                job = self._jobs.get_nowait()
            return jobs, False
        return jobs, True

    def _work(self, jobs: list[_Job]) -> None:
        """Do jobs in one transaction; what goes wrong with the file goes wrong with all of them."""
        trouble: LogError | None = None
        try:
            written = self._transact(jobs)
            # A full disk can still be read: only what is written shows that it has room again.
            if isinstance(self._trouble, LogFullError) and not written:
                return
        except LogError as err:
            if isinstance(err, LogFullError) and len(groups := _alike(jobs)) > 1:
                # What has no room takes nobody along that still has.
                for group in groups:
                    self._work(group)
                return
            trouble = err
            for job in jobs:
                job.error = err
            # Of these, the loop may still have to tell that they failed.
            self._owed += [replace(job) for job in jobs if job.is_owed]
        # One report when it begins, and one when it is over.
        if type(trouble) is not type(self._trouble):
            self._in_loop(self._report, trouble)
        self._trouble = trouble

    def _transact(self, jobs: list[_Job]) -> bool:
        """Do jobs, and tell whether they wrote; a damaged file is set aside, so that what comes from now on is kept."""
        try:
            return self._attempt(jobs)
        except LogDamagedError as err:
            err.set_aside_as = set_aside(self.path)
            self._in_loop(self._report, err)
            return self._attempt(jobs)

    def _attempt(self, jobs: list[_Job]) -> bool:
        """Do jobs, in a file that is opened if need be and given up after an error: opened anew, it is what the last commit left."""
        try:
            if self._connection is None:
                self._connection = self._open()
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            for group in _alike(jobs):
                _do(group, self._connection)
            self._connection.execute("COMMIT")
        except LogError:
            raise
        except Exception as err:
            # Whatever it is, the thread goes on. That SQLite gets no memory, for one, is none of its own errors.
            self._give_up()
            raise log_error(err) from err
        return self._connection.total_changes > before

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(exist_ok=True)
        # For its owner's eyes alone, like SQLite's other two files then.
        self.path.touch(mode=0o600)
        connection = sqlite3.connect(self.path, autocommit=True)
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            migrate(connection)
            if self._first:
                connection.execute("BEGIN IMMEDIATE")
                self._first(connection)
                connection.execute("COMMIT")
                self._first = None
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_up(self) -> None:
        """Close the file."""
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _in_loop[*ArgumentsT](self, tell: Callable[[*ArgumentsT], None], *arguments: *ArgumentsT) -> None:
        """Call something in the loop; one that has ended has nobody left who listens."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(tell, *arguments)


def set_aside(path: Path) -> str:
    """Give a damaged file another name, and return it; whoever knows how may still read it. LogUnusableError where that can't be done."""
    name = _free_name(path)
    try:
        # First what is beside it: left alone, that would be read as a part of the next file.
        for suffix in ("-wal", ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(path.with_name(name + suffix))
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    except OSError as err:
        raise log_error(err) from err
    return name


def _free_name(path: Path) -> str:
    """One that no earlier damaged file has, and nothing that was beside one."""
    taken = {file.name.removesuffix("-wal") for file in path.parent.glob(f"{path.name}.damaged*")}
    names = itertools.chain([f"{path.name}.damaged"], (f"{path.name}.damaged-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _alike(jobs: list[_Job]) -> list[list[_Job]]:
    """Jobs in their order, those of the same work that follow each other together."""
    return [list(group) for _, group in itertools.groupby(jobs, key=attrgetter("work"))]


def _do(jobs: list[_Job], connection: sqlite3.Connection) -> None:
    """Do jobs of the same work; an error of its own undoes a job alone."""
    connection.execute("SAVEPOINT job")
    try:
        results = jobs[0].work(connection, [job.item for job in jobs])
        for job, result in zip(jobs, results, strict=True):
            job.result, job.error = result, None
    except Exception as err:
        # What it holds of the connection must not end in another thread.
        clear_frames(err.__traceback__)
        if isinstance(err, (sqlite3.Error, MemoryError)) and not isinstance(err, _ITS_OWN_FAULT):
            raise
        connection.execute("ROLLBACK TO job")
        if len(jobs) == 1:
            jobs[0].error = err
        else:
            for job in jobs:
                _do([job], connection)
    connection.execute("RELEASE job")


def _tell(jobs: list[_Job]) -> None:
    """Tell everybody who still waits."""
    for job in jobs:
        if job.future.done():
            continue
        if job.error:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
