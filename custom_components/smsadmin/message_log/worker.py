"""The thread that owns the database file. Waiting jobs share a commit, because an fsync costs as much as a hundred rows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from copy import replace
from dataclasses import dataclass
import itertools
import logging
from pathlib import Path
import queue
import sqlite3
import threading
from traceback import clear_frames
from typing import Any, NamedTuple

from .errors import (
    LogDamagedError,
    LogError,
    LogFullError,
    LogMissingError,
    LogOperationError,
    LogUnusableError,
    SendNotAllowedError,
    error_for_exception,
)

_LOGGER = logging.getLogger(__name__)

MAX_BATCH = 500
"""The most jobs that share a commit, so that none of them waits long for the others."""

PAGE_SIZE = 4096
"""Bytes that SQLite reads at a time."""

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 16777216", "temp_store = MEMORY")

COMMITS_PER_CHECKPOINT = 32
"""Commits after which the -wal file is written into the database once no job waits. SQLite itself does that within the commit that brings
the -wal file to 1,000 pages, and a text would wait for it.
"""

type Work[ResultT] = Callable[[sqlite3.Connection], ResultT]

# SQLite without memory raises MemoryError; the thread has to go on.
_ERRORS = (sqlite3.Error, MemoryError)
# Errors of a job; every other error of SQLite is one of the file.
_JOB_ERRORS = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)


def connect(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open a file, creating it with permissions for the owner alone; SQLite copies them to its -wal and -shm files."""
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, autocommit=True, factory=factory)
    try:
        # Otherwise SQLite prepares a statement with `LIMIT ?` again each time that it is executed, in case another plan suits the value.
        # The price: only literals, no bound values, show that a partial index or the prefix of a LIKE can be used.
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_QPSG, True)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


class Identity(NamedTuple):
    """Distinguishes a file from another one of the same name, and from itself after it was emptied."""

    inode: int
    device: int
    is_empty: bool


@dataclass(kw_only=True, slots=True)
class _Job:
    """Work, the future of its result, and the result.

    `retry_on_recovery`: it is done later if the file fails now. `is_probe`: it finds out whether the file works again.
    """

    work: Work[Any]
    future: asyncio.Future[Any]
    retry_on_recovery: bool = False
    is_probe: bool = False
    result: Any = None
    error: Exception | None = None


class Worker:
    """Runs work on the file in the order of submission, and reopens, renames or replaces a file that fails."""

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
        """Start the thread. The first job opens the file. `is_expected`: the file exists, so that it is missed if it does not.

        The thread calls `migrate` each time it opens the file. It calls `on_first_open` when it first opens a file, and again after
        that file was deleted, replaced or emptied. It calls `on_close` before it closes the file for good.

        The event loop calls `on_change` after rows have changed. It calls `on_status_change` with the error when the file stops
        working, with None when it works again, with LogDamagedError or LogMissingError when the log continues with another file, and
        with an error that `on_first_open` returns.
        """
        self.path = path
        self._migrate, self._on_first_open, self._on_close, self._connect = migrate, on_first_open, on_close, connect
        self._on_status_change, self._on_change = on_status_change, on_change
        self._is_expected = is_expected
        self._identity: Identity | None = None
        self._wal_inode: int | None = None
        self._error: LogError | None = None
        self._was_opened = self._is_closed = self._has_changed = False
        self._commits = 0
        """Since the last checkpoint."""
        self._is_new = False
        """Whether the file replaces a damaged one, and nothing has been written to it."""
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._retries: list[_Job] = []
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name=f"message log {path.name}", daemon=True)
        self._thread.start()

    @property
    def has_failed(self) -> bool:
        """Whether the file does not work. If it could be read, it works again once something could be written."""
        return self._error is not None

    def submit[ResultT](
        self, work: Work[ResultT], *, retry_on_recovery: bool = False, is_probe: bool = False
    ) -> asyncio.Future[ResultT]:
        """Submit work. The future gets its result once it is on the disk, or a LogError if nothing of it is.

        With `retry_on_recovery`, failed work is done once the file works again; its future has the error already. After a probe that
        failed, the file is opened again: its disk or network share may have come back.

        The result must not be a cursor: when another thread releases it, SQLite clears the connection's error code, which this thread
        may not have read yet.
        """
        future: asyncio.Future[ResultT] = self._loop.create_future()
        if self._is_closed:
            future.set_exception(LogUnusableError("the log is closed"))
        else:
            self._jobs.put(_Job(work=work, future=future, retry_on_recovery=retry_on_recovery, is_probe=is_probe))
        return future

    async def close(self) -> None:
        """Do the submitted jobs, and close the file. All futures are done then, and nothing is signalled any more."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)
        # If the thread has ended already, the wait ends before the loop has run the last callbacks of the thread.
        await asyncio.sleep(0)

    def _run(self) -> None:
        """Do jobs until the log is closed; this is the thread's function."""
        is_open = True
        while is_open:
            jobs, is_open = self._next_batch()
            if jobs:
                self._work(jobs)
                if self._retries and self._error is None:
                    retries, self._retries = self._retries, []
                    self._work(retries)
                has_changed, self._has_changed = self._has_changed, False
                self._in_loop(self._resolve_futures, jobs, has_changed)
                if self._connection and self._commits >= COMMITS_PER_CHECKPOINT and self._jobs.empty():
                    self._commits = 0
                    _checkpoint(self._connection)
        if self._connection:
            # The file is closed even if it does not work.
            with suppress(LogError):
                self._attempt([_Job(work=self._on_close, future=self._loop.create_future())])
        self._close_connection()

    def _resolve_futures(self, jobs: list[_Job], has_changed: bool) -> None:
        """Resolve the futures that are not cancelled, and signal that rows have changed."""
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
        """Wait for a job, and return it with those that are queued behind it; False with the last batch."""
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
        """Do jobs in one transaction, and signal a change of the file's status. An error of the file fails all of them.

        If the file can still be read, only the jobs that write fail: each is done in a transaction of its own.
        """
        error: LogError | None = None
        try:
            has_written = self._transact(jobs)
            # What can't be written may still be readable, so only a write shows that the file works again.
            if self._error and self._error.is_readable and not has_written:
                return
        except LogError as err:
            if err.is_readable and len(jobs) > 1:
                for job in jobs:
                    self._work([job])
                return
            error = err
            for job in jobs:
                job.error = err
            # Copies, because the loop has not resolved the futures with the errors of the jobs yet.
            self._retries += [replace(job) for job in jobs if job.retry_on_recovery]
        # Called when the status changes, and not for every failed batch.
        if type(error) is not type(self._error):
            self._in_loop(self._on_status_change, error)
        self._error = error

    def _transact(self, jobs: list[_Job]) -> bool:
        """Do jobs, in a new file if this one is damaged; return whether they changed rows."""
        try:
            has_written = self._attempt_twice(jobs)
        except LogDamagedError as err:
            self._close_connection()
            # Nothing is in a new file, so only the last one that is damaged is kept.
            name = f"{self.path.name}.damaged-new" if self._is_new else _free_name(self.path)
            set_aside(self.path, name)
            self._expect_new_file()
            if self._is_new:
                raise LogUnusableError(str(err)) from err
            self._is_new, err.set_aside_as = True, name
            self._in_loop(self._on_status_change, err)
            return self._transact(jobs)
        self._is_new &= not has_written
        return has_written

    def _attempt_twice(self, jobs: list[_Job]) -> bool:
        """Do jobs, again if the file seems damaged: SQLite says so of a page that the disk could not read, too.

        Raises LogUnusableError if the disk can't read the file; another attempt tells whether it could not for a moment.
        """
        try:
            return self._attempt(jobs)
        except LogDamagedError:
            _read_through(self.path)
            return self._attempt(jobs)

    def _attempt(self, jobs: list[_Job]) -> bool:
        """Do jobs in one transaction; return whether they changed rows.

        The file is opened if it is not. After an error it stays open if it can be read: the next connection would find what a failed
        COMMIT has left in the -wal file, and take it for committed, and on a full disk SQLite could not make the -shm file again.
        """
        has_begun = False
        try:
            self._check_file()
            if self._connection is None:
                self._connection = self._open()
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            has_begun = True
            for job in jobs:
                _do(job, self._connection)
            self._connection.execute("COMMIT")
        except LogError:
            raise
        except Exception as err:
            # Every exception, because the thread has to go on.
            error = error_for_exception(err)
            error.is_readable |= has_begun
            may_be_stale = any(job.is_probe for job in jobs) and not isinstance(error, LogFullError)
            if may_be_stale or not (has_begun and _roll_back(self._connection)):
                self._close_connection()
            raise error from err
        has_written = self._connection.total_changes > before
        self._has_changed |= has_written
        self._commits += has_written
        return has_written

    def _check_file(self) -> None:
        """Detect that the file was deleted, replaced or emptied, because SQLite would continue to write to the deleted file."""
        found = _identity(self.path)
        if not self._is_expected or (found and not found.is_empty and self._identity in (None, found)):
            return
        if self._connection:
            # A checkpoint on close would delete the -wal file, which may belong to the new file.
            self._connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
            self._close_connection()
        wal = self.path.with_name(f"{self.path.name}-wal")
        if self._wal_inode and (found_wal := _identity(wal)) and found_wal.inode == self._wal_inode:
            # SQLite would apply the old -wal file to the new database.
            wal.unlink()
            self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)
        self._expect_new_file()
        self._was_opened = False
        self._in_loop(self._on_status_change, LogMissingError(self.path.name))

    def _expect_new_file(self) -> None:
        """Accept any file, or none, when the file is opened next."""
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
        wal = _identity(self.path.with_name(f"{self.path.name}-wal"))
        self._wal_inode = wal and wal.inode
        return connection

    def _close_connection(self) -> None:
        """Close the file, if it is open."""
        if self._connection:
            with suppress(*_ERRORS):
                self._connection.close()
            self._connection = None

    def _in_loop[*ArgumentsT](self, function: Callable[[*ArgumentsT], None], *arguments: *ArgumentsT) -> None:
        """Call a function in the event loop, unless the loop is closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)


def _checkpoint(connection: sqlite3.Connection) -> None:
    """Write commits from the -wal file into the database, unless a backup is copying that now.

    A failure loses nothing: the commits stay in the -wal file, and the next checkpoint tries again.
    """
    with suppress(*_ERRORS):
        if connection.execute("PRAGMA wal_autocheckpoint").fetchone() != (0,):
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def _identity(path: Path) -> Identity | None:
    """Return the identity of a file, or None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError, NotADirectoryError:
        return None
    return Identity(found.st_ino, found.st_dev, is_empty=not found.st_size)


def _read_through(path: Path) -> None:
    """Read a file and its -wal file. Raises LogUnusableError if the disk can't."""
    for suffix in ("", "-wal"):
        try:
            with suppress(FileNotFoundError), path.with_name(path.name + suffix).open("rb", buffering=0) as file:
                while file.read(PAGE_SIZE):
                    pass
        except OSError as err:
            error = error_for_exception(err)
            # Other pages can be read.
            error.is_readable = True
            raise error from err


def set_aside(path: Path, name: str) -> None:
    """Rename a damaged file, so that it can still be repaired. Raises LogUnusableError."""
    try:
        # The -wal file first, because SQLite would apply it to the next database.
        for suffix in ("-wal", ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(path.with_name(name + suffix))
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    except OSError as err:
        raise error_for_exception(err) from err


def _free_name(path: Path) -> str:
    """Return a name that neither an earlier damaged file nor its -wal file has."""
    taken = {file.name.removesuffix("-wal") for file in path.parent.glob(f"{path.name}.damaged*")}
    names = itertools.chain([f"{path.name}.damaged"], (f"{path.name}.damaged-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _roll_back(connection: sqlite3.Connection | None) -> bool:
    """Undo a failed transaction, unless SQLite has undone it already; False where that fails."""
    try:
        if connection and connection.in_transaction:
            connection.execute("ROLLBACK")
    except _ERRORS:
        return False
    return True


def _operation_error(err: Exception) -> LogOperationError:
    """Return the error for an exception of a job's own, and log it: above debug by its type alone, because its text may be private."""
    _LOGGER.error("Unexpected error in the message log: %s", type(err).__name__)
    _LOGGER.debug("Unexpected error in the message log", exc_info=err)
    return LogOperationError(type(err).__name__)


def _do(job: _Job, connection: sqlite3.Connection) -> None:
    """Do a job within a savepoint, so that an error of its own undoes this job alone."""
    connection.execute("SAVEPOINT job")
    try:
        job.result, job.error = job.work(connection), None
    except Exception as err:
        # The frames hold cursors, which another thread must not release.
        clear_frames(err.__traceback__)
        if isinstance(err, _ERRORS) and not isinstance(err, _JOB_ERRORS):
            raise
        connection.execute("ROLLBACK TO job")
        job.error = err if isinstance(err, LogError | SendNotAllowedError) else _operation_error(err)
    connection.execute("RELEASE job")
