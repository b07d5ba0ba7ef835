"""The thread that owns the file. What many ask for at once shares one commit: an fsync costs as much as a hundred rows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
import itertools
from pathlib import Path
import queue
import sqlite3
import threading
from traceback import clear_frames
from typing import Any, NamedTuple

from .errors import LogDamagedError, LogError, LogFullError, LogMissingError, LogUnusableError, log_error

MAX_BATCH = 500
"""Jobs that share a commit at most, so that none of them waits long for the others."""

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 16777216", "temp_store = MEMORY")

type Work[ResultT] = Callable[[sqlite3.Connection], ResultT]

# What SQLite holds against a job, and not against the file.
_JOB_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)


def connect(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open a file, or make one that its owner alone may read, as SQLite does with the two files beside it then."""
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, autocommit=True, factory=factory)
    for pragma in PRAGMAS:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return connection


class Identity(NamedTuple):
    """What tells a file from another one of the same name, and from itself before it was emptied."""

    inode: int
    device: int
    is_empty: bool


@dataclass(kw_only=True, slots=True)
class _Job:
    """Work, who waits for it, whether it is done later if it can't be now, and what came of it."""

    work: Work[Any]
    future: asyncio.Future[Any]
    is_owed: bool
    result: Any = None
    error: Exception | None = None


class Worker:
    """Runs work on the file, in the order in which it is asked for."""

    def __init__(
        self,
        path: Path,
        *,
        migrate: Work[None],
        on_first_open: Work[LogError | None],
        on_close: Work[None],
        on_status_change: Callable[[LogError | None], None],
        on_change: Callable[[], None],
        is_expected: bool = False,
        connect: Callable[[Path], sqlite3.Connection] = connect,
    ) -> None:
        """The file is opened with the first work, and again after an error. `is_expected`: it exists already.

        `migrate` runs whenever it is opened, `on_first_open` once, and again when the file was replaced; an error that it returns is told.
        `on_close` runs before the file is closed for good.
        `on_status_change` is called in the loop with the error when the file stops working, with None when it works again, and with
        LogDamagedError or LogMissingError when the log goes on with another file. `on_change` is called in the loop after rows changed.
        """
        self.path = path
        self._migrate = migrate
        self._on_first_open = on_first_open
        self._on_close = on_close
        self._on_status_change = on_status_change
        self._on_change = on_change
        self._connect = connect
        self._is_expected = is_expected
        self._identity: Identity | None = None
        self._wal_inode: int | None = None
        self._was_opened = False
        self._error: LogError | None = None
        self._is_closed = False
        self._has_changed = False
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._owed: list[_Job] = []
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name=f"message log {path.name}", daemon=True)
        self._thread.start()

    @property
    def has_failed(self) -> bool:
        """Whether the file did not work at the last commit."""
        return self._error is not None

    def submit[ResultT](self, work: Work[ResultT], *, is_owed: bool = False) -> asyncio.Future[ResultT]:
        """Ask for work; the future has its result once it is on the disk, or a LogError and nothing of it is.

        What is owed is done all the same then, as soon as the file works again.

        The result must be no cursor: one that another thread lets go of clears the connection's error code, and with it an error that
        the thread has not raised yet.
        """
        future: asyncio.Future[ResultT] = self._loop.create_future()
        if self._is_closed:
            future.set_exception(LogUnusableError("the log is closed"))
        else:
            self._jobs.put(_Job(work=work, future=future, is_owed=is_owed))
        return future

    async def close(self) -> None:
        """Finish what was asked for, and close the file."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _run(self) -> None:
        """Work until told to stop."""
        is_open = True
        while is_open:
            jobs, is_open = self._next_batch()
            if jobs:
                self._work(jobs)
                if self._owed and self._error is None:
                    owed, self._owed = self._owed, []
                    self._work(owed)
                has_changed, self._has_changed = self._has_changed, False
                self._in_loop(self._finish, jobs, has_changed)
        if self._connection:
            # A file that does not work is closed all the same.
            with suppress(LogError):
                self._attempt([_Job(work=self._on_close, future=self._loop.create_future(), is_owed=False)])
        self._close_connection()

    def _finish(self, jobs: list[_Job], has_changed: bool) -> None:
        """Give everybody who still waits the result, and tell that rows have changed."""
        for job in jobs:
            if job.future.done():
                continue
            if job.error:
                job.future.set_exception(job.error)
            else:
                job.future.set_result(job.result)
        if has_changed:
            self._on_change()

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
        error: LogError | None = None
        try:
            has_written = self._transact(jobs)
            # A full disk can still be read: only a write shows that it has space again.
            if isinstance(self._error, LogFullError) and not has_written:
                return
        except LogError as err:
            if isinstance(err, LogFullError) and len(jobs) > 1:
                # A job that needs no space is done all the same.
                for job in jobs:
                    self._work([job])
                return
            error = err
            for job in jobs:
                job.error = err
            # The loop may still have to be told that these failed.
            self._owed += [replace(job) for job in jobs if job.is_owed]
        # One call when it begins, and one when it is over.
        if type(error) is not type(self._error):
            self._in_loop(self._on_status_change, error)
        self._error = error

    def _transact(self, jobs: list[_Job]) -> bool:
        """Do jobs, and tell whether they wrote; a damaged file is set aside, so that what comes from now on is kept."""
        try:
            return self._attempt(jobs)
        except LogDamagedError as err:
            err.set_aside_as = set_aside(self.path)
            self._expect_new_file()
            self._in_loop(self._on_status_change, err)
            return self._attempt(jobs)

    def _attempt(self, jobs: list[_Job]) -> bool:
        """Do jobs, in a file that is opened if need be and closed after an error: opened again, it is what the last commit left."""
        try:
            self._look_for_file()
            if self._connection is None:
                self._connection = self._open()
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                _do(job, self._connection)
            self._connection.execute("COMMIT")
        except LogError:
            raise
        except Exception as err:
            # Whatever it is, the thread goes on. That SQLite gets no memory, for one, is none of its own errors.
            self._close_connection()
            raise log_error(err) from err
        has_written = self._connection.total_changes > before
        self._has_changed |= has_written
        return has_written

    def _look_for_file(self) -> None:
        """Notice that the file was deleted, replaced or emptied: SQLite would go on writing to what nobody can find."""
        found = _identity(self.path)
        if not self._is_expected or (found and not found.is_empty and self._identity in (None, found)):
            return
        if self._connection:
            # Closing must not take away what belongs to the file that is there now.
            self._connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
            self._close_connection()
        wal = self.path.with_name(f"{self.path.name}-wal")
        if self._wal_inode and (beside := _identity(wal)) and beside.inode == self._wal_inode:
            # Left alone, it would be read as a part of the next file.
            wal.unlink()
            self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)
        self._expect_new_file()
        self._was_opened = False
        self._in_loop(self._on_status_change, LogMissingError(self.path.name))

    def _expect_new_file(self) -> None:
        """Whatever file is opened next is the right one."""
        self._is_expected, self._identity, self._wal_inode = False, None, None

    def _open(self) -> sqlite3.Connection:
        connection = self._connect(self.path)
        try:
            self._migrate(connection)
            if not self._was_opened:
                connection.execute("BEGIN IMMEDIATE")
                error = self._on_first_open(connection)
                connection.execute("COMMIT")
                self._was_opened = True
                if error:
                    self._in_loop(self._on_status_change, error)
        except BaseException:
            connection.close()
            raise
        self._is_expected, self._identity = True, _identity(self.path)
        beside = _identity(self.path.with_name(f"{self.path.name}-wal"))
        self._wal_inode = beside and beside.inode
        return connection

    def _close_connection(self) -> None:
        """Close the file."""
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _in_loop[*ArgumentsT](self, function: Callable[[*ArgumentsT], None], *arguments: *ArgumentsT) -> None:
        """Call something in the loop, unless it has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)


def _identity(path: Path) -> Identity | None:
    """What tells a file from another one of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError, NotADirectoryError:
        return None
    return Identity(found.st_ino, found.st_dev, is_empty=not found.st_size)


def set_aside(path: Path) -> str:
    """Give a damaged file another name, and return it; what can be saved of it still can. LogUnusableError where that can't be done."""
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


def _do(job: _Job, connection: sqlite3.Connection) -> None:
    """Do a job; an error of its own undoes it alone."""
    connection.execute("SAVEPOINT job")
    try:
        job.result, job.error = job.work(connection), None
    except Exception as err:
        # What it holds of the connection must not end in another thread.
        clear_frames(err.__traceback__)
        if isinstance(err, (sqlite3.Error, MemoryError)) and not isinstance(err, _JOB_ERRORS):
            raise
        connection.execute("ROLLBACK TO job")
        job.error = err
    connection.execute("RELEASE job")
