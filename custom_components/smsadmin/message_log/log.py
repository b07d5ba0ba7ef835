"""The interface of the message log. What a method writes is on the disk once it returns.

The queries of the panel are functions of `conversations`, for `run` or `read_aside`; every other operation has a method.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from functools import partial
import logging
import os
from pathlib import Path
import sqlite3

from . import crash_recovery, failures, inbound, messages, outbound, retention, worker
from .errors import LogError, LogFullError, LogRestoredError, LogUnusableError, error_for_exception
from .migrations import migrate, start_above_other_files
from .models import (
    DailyLimit,
    FailedMessage,
    ImportCounts,
    LastMessage,
    Message,
    MessageFilter,
    MessageState,
    Outgoing,
    Overdue,
    PendingEvent,
    RawInbound,
    Summary,
)
from .worker import Work, Worker

_LOGGER = logging.getLogger(__name__)

MIN_FREE_BYTES = 32 * 1024 * 1024
"""Space on the disk that the log wants: what SQLite may leave beside the file, twice."""


class MessageLog:
    """The log of one account. Every call raises LogError where the file does not work.

    Nothing of the call is in the log then, but a commit that failed at its end can reappear when the file is opened again.
    """

    def __init__(
        self,
        path: Path,
        *,
        user_id: str,
        now: datetime,
        on_status_change: Callable[[LogError | None], None],
        on_change: Callable[[], None],
        is_expected: bool = False,
        connect: Callable[[Path], sqlite3.Connection] = worker.connect,
    ) -> None:
        """Use a file, which the first call makes. Texts that the last process was submitting at its end are unconfirmed from `now` on.

        `on_status_change` is called when the file stops working (the error), works again (None), was damaged and had to be set aside
        (LogDamagedError), has disappeared (LogMissingError; at the start only if it `is_expected`) or is a restored copy
        (LogRestoredError). `on_change` is called after commits that changed rows.
        """
        self.user_id = user_id
        self._now = now
        self._on_change = on_change
        self._connect = connect
        self._has_opened_a_file = False
        self._will_announce = False
        self._begun: dict[str, Outgoing] = {}
        self._is_copied = False
        self._worker = Worker(
            path,
            migrate=self._migrate,
            on_first_open=self._on_first_open,
            on_close=_on_close,
            on_status_change=on_status_change,
            on_change=self._announce_change,
            is_expected=is_expected,
            connect=connect,
        )

    @property
    def path(self) -> Path:
        """Where the file is; SQLite keeps two more beside it."""
        return self._worker.path

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the file up to date. While a backup copies it, another connection must not write into it either."""
        migrate(connection, self.user_id)
        if self._is_copied:
            _allow_checkpoints(connection, are_allowed=False)

    def _on_first_open(self, connection: sqlite3.Connection) -> LogError | None:
        """Mark what a crash or a restored backup leaves uncertain, when a file is first opened and when it was replaced since.

        A file that replaces another gives no id that the other may have given. (The one that replaces a damaged file is new, and its
        ids begin with the present time: see the schema.)
        """
        if self._has_opened_a_file:
            start_above_other_files(connection)
        self._has_opened_a_file = True
        crash_recovery.clear_ambiguous_attempts(connection)
        crash_recovery.mark_interrupted_unconfirmed(connection, self._now)
        if _unmark(connection):
            crash_recovery.mark_queued_unconfirmed(connection, self._now)
            return LogRestoredError("restored from a backup")
        return None

    def _announce_change(self) -> None:
        """Call `on_change` once for all changes until the loop runs."""
        if not self._will_announce:
            self._will_announce = True
            asyncio.get_running_loop().call_soon(self._announce)

    def _announce(self) -> None:
        self._will_announce = False
        self._on_change()

    async def check(self, *, link_ids: Sequence[str], numbers: int, limit: DailyLimit | None) -> None:
        """Raise SendNotAllowedError where submissions with these link ids, and so many numbers, must not leave."""
        await self._worker.submit(lambda connection: outbound.check(connection, link_ids, numbers, limit))

    async def enqueue(self, outgoings: Sequence[Outgoing]) -> None:
        """Write texts that could not leave yet as queued; those that are in the log already stay as they are."""
        await self._worker.submit(lambda connection: outbound.enqueue(connection, outgoings))

    async def begin(self, outgoing: Outgoing, now: datetime) -> bool:
        """Write that a submission is about to leave; False, and nothing is written, where one of its numbers is not queued any more.

        LinkIdUsedError where another call had the link id.
        """
        link_id = outgoing.submission.link_id
        try:
            may_leave = await self._worker.submit(lambda connection: outbound.begin(connection, outgoing, now))
        except asyncio.CancelledError:
            # The caller waits no longer; it is written all the same.
            self._begun[link_id] = outgoing
            raise
        if may_leave:
            self._begun[link_id] = outgoing
        return may_leave

    async def settle(
        self, link_id: str, state: MessageState, *, code: str | None = None, reason: str | None = None, now: datetime
    ) -> None:
        """Write what became of a submission; `code` is the platform's (section 3.8). If it can't be written now, the log writes it later.

        If the file was replaced since `begin`, the submission is written again.
        """
        work = partial(
            outbound.settle, link_id=link_id, state=state, code=code, reason=reason, now=now, begun=self._begun.pop(link_id, None)
        )
        await self._worker.submit(work, retry_on_recovery=True)

    async def record(
        self,
        outgoing: Outgoing,
        state: MessageState,
        *,
        code: str | None = None,
        reason: str | None = None,
        cancelled: frozenset[str] = frozenset(),
        now: datetime,
    ) -> None:
        """Write a text that the log missed, in its present state; some of its numbers may have been cancelled."""
        work = partial(outbound.record, outgoing=outgoing, state=state, code=code, reason=reason, cancelled=cancelled, now=now)
        await self._worker.submit(work)

    async def queued(self, limit: int) -> list[Outgoing]:
        """The oldest submissions with queued numbers, and those numbers."""
        return await self._worker.submit(lambda connection: outbound.queued(connection, limit))

    async def accepted_in_part(self) -> list[tuple[str, str | None]]:
        """The calls of which a part is queued, each with every recipient to whom another part was accepted."""
        return await self._worker.submit(outbound.accepted_in_part)

    async def cancel(self, *, message_id: str | None = None, link_id: str | None = None, now: datetime) -> int:
        """Cancel the number of a message, or all numbers of a link id, as far as they are queued; returns how many."""
        return await self._worker.submit(
            lambda connection: outbound.cancel(connection, message_id=message_id, link_id=link_id, now=now)
        )

    async def store(self, raw: RawInbound, *, will_publish: bool) -> ImportCounts:
        """Store a push or page as it came, and decode it. `will_publish`: an attempt to publish it follows, and is counted."""
        counts = await self._worker.submit(
            lambda connection: inbound.store(connection, raw, user_id=self.user_id, will_publish=will_publish)
        )
        # The puller reports a page without any record, once for as long as such pages come.
        if counts.unseen or (counts.quarantined and counts.records):
            _LOGGER.warning("Something that came in by %s could not be read; smsadmin.get_messages shows it", raw.source)
        return counts

    async def pending_events(self, after: int, limit: int) -> list[PendingEvent]:
        """Replies and reports after an id that wait to be published, in order of id."""
        return await self._worker.submit(lambda connection: inbound.pending_events(connection, after, limit))

    async def count_attempt(self, record_id: int) -> bool:
        """Count an attempt to publish a record; False where it is quarantined instead, or published already.

        Marks all records before it as published.
        """
        return await self._worker.submit(lambda connection: crash_recovery.count_attempt(connection, record_id))

    async def mark_published(self, up_to: int) -> None:
        """Mark all records up to this id as published."""
        await self._worker.submit(lambda connection: inbound.mark_published(connection, up_to))

    async def pending_failures(self, after: int, limit: int) -> list[FailedMessage]:
        """Failures after an id that wait to be published, in order of id."""
        return await self._worker.submit(lambda connection: failures.pending(connection, after, limit))

    async def mark_failures_published(self, up_to: int) -> None:
        """Mark failures up to this id as published."""
        await self._worker.submit(lambda connection: failures.mark_published(connection, up_to))

    async def overdue(self, within: timedelta, *, after: datetime, until: datetime, after_id: int | None = None) -> Overdue:
        """Undelivered messages whose time to be delivered ended by `until`, and that had not failed before.

        It ended after `after`, or they were written after `after_id`, the `last_id` of an earlier result.
        """
        return await self._worker.submit(lambda connection: failures.overdue(connection, within, after, until, after_id))

    async def watermark(self, name: str) -> datetime | None:
        """The time up to which a monitor has fired for all texts; None for a monitor that has never run."""
        return await self._worker.submit(lambda connection: failures.watermark(connection, name))

    async def set_watermark(self, name: str, time: datetime) -> None:
        """Write the time up to which a monitor has fired for all texts."""
        await self._worker.submit(lambda connection: failures.set_watermark(connection, name, time))

    async def find(self, wanted: MessageFilter) -> list[Message]:
        """The newest messages that match, newest first."""
        return await self._worker.submit(lambda connection: messages.find(connection, wanted))

    async def summarise(self) -> Summary:
        """The log in figures."""
        return await self._worker.submit(messages.summarise)

    async def last_messages(self, groups: Sequence[tuple[str, tuple[str, ...]]]) -> list[LastMessage | None]:
        """The last call to each recipient (its id and its numbers)."""
        return await self._worker.submit(lambda connection: messages.last_messages(connection, groups))

    async def run[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Run a query, such as a function of `conversations`, in turn with the other operations."""
        return await self._worker.submit(work)

    async def read_aside[ResultT](self, work: Work[ResultT]) -> ResultT:
        """Run a long query on a connection of its own, so that no text waits for it."""
        # The worker makes the file, or brings it up to date.
        await self._worker.submit(lambda _: None)
        return await _aside(partial(self._read_snapshot, work))

    def _read_snapshot[ResultT](self, work: Work[ResultT]) -> ResultT:
        with closing(self._connect(self.path)) as connection:
            # All statements see the log as it was at one time.
            connection.execute("BEGIN").close()
            return work(connection)

    async def mark_seen(self) -> None:
        """Mark all that is in quarantine as seen by a user."""
        await self._worker.submit(messages.mark_seen)

    async def probe(self) -> None:
        """Raise LogError unless something can be written. It costs a commit, so it is for a log that does not work."""
        await self._worker.submit(_write, is_probe=True)

    async def ensure_writable(self) -> None:
        """Raise LogError where nothing could be stored; this writes only while the log does not work."""
        if self._worker.has_failed:
            await self.probe()
        # A probe is small, and may fit where a page does not.
        if not await self.free_space_ok():
            raise LogFullError("too little space is left")

    async def quarantine_record(self, record_id: int, reason: str) -> None:
        """Quarantine a record that can't be published."""
        await self._worker.submit(lambda connection: inbound.quarantine_record(connection, record_id, reason))

    async def free_space_ok(self) -> bool:
        """Whether the disk has MIN_FREE_BYTES, asked without writing."""
        return await asyncio.to_thread(_has_space, self.path.parent)

    async def clean_up(self, before: datetime) -> None:
        """Remove older rows, except queued and scheduled texts and records that have not been published."""
        while await self._worker.submit(lambda connection: retention.clean_up(connection, before)):
            pass

    async def size(self) -> int:
        """Bytes that the log takes on the disk. Raises LogError."""
        return await _aside(partial(_size, self.path))

    async def begin_copy(self) -> None:
        """Let a backup copy the file: write all rows into it, and from now on new ones beside it.

        The file is marked, so that texts that are queued in a restored copy are not sent again. The mark is in the file that is in use,
        too: if Home Assistant crashes before `end_copy`, this file is taken for a restored copy.
        """
        self._is_copied = True
        await self._worker.submit(_mark_as_copy)
        # Not within the worker's transaction.
        await _aside(self._write_back)

    def _write_back(self) -> None:
        with closing(self._connect(self.path)) as connection:
            _truncate_wal(connection)

    async def end_copy(self) -> None:
        """Undo `begin_copy`, later if nothing can be written now: the backup may have filled the disk."""
        self._is_copied = False
        await self._worker.submit(self._end_copy, retry_on_recovery=True)

    def _end_copy(self, connection: sqlite3.Connection) -> None:
        # Another backup may have begun before the log could be written.
        if not self._is_copied:
            _allow_checkpoints(connection, are_allowed=True)
            _unmark(connection)

    async def close(self) -> None:
        """Do the submitted jobs, and close the file."""
        await self._worker.close()

    async def remove(self) -> None:
        """Close the file and remove it, with all that belongs to it. LogError where that does not work."""
        await self.close()
        try:
            await asyncio.to_thread(_remove, self.path)
        except OSError as err:
            raise error_for_exception(err) from err


async def _aside[ResultT](function: Callable[[], ResultT]) -> ResultT:
    """Run a function that reads or writes the file by itself in a thread of the executor. Raises LogError."""
    try:
        return await asyncio.to_thread(function)
    except (sqlite3.Error, MemoryError, OSError) as err:
        raise error_for_exception(err) from err


def _write(connection: sqlite3.Connection) -> None:
    """Change a row and change it back: if no row changes, SQLite writes nothing, and does not notice a full disk."""
    connection.execute("UPDATE counter SET value = value + 1")
    connection.execute("UPDATE counter SET value = value - 1")


def _allow_checkpoints(connection: sqlite3.Connection, *, are_allowed: bool) -> None:
    """Let commits be written into the file, or else beside it alone, also when the connection is closed."""
    connection.execute(f"PRAGMA wal_autocheckpoint = {1000 if are_allowed else 0}").close()
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, not are_allowed)


def _mark_as_copy(connection: sqlite3.Connection) -> None:
    _allow_checkpoints(connection, are_allowed=False)
    connection.execute("INSERT OR REPLACE INTO property VALUES ('copy', '')").close()


def _unmark(connection: sqlite3.Connection) -> bool:
    """Take the mark of a copy away; return whether there was one."""
    return connection.execute("DELETE FROM property WHERE name = 'copy'").rowcount > 0


def _on_close(connection: sqlite3.Connection) -> None:
    """Leave nothing uncertain for the next process, even if the log is closed during a backup."""
    crash_recovery.reset_attempts(connection)
    _unmark(connection)


def _has_space(folder: Path) -> bool:
    try:
        found = os.statvfs(folder)
    except OSError as err:
        raise LogUnusableError(type(err).__name__) from err
    return found.f_bavail * found.f_frsize >= MIN_FREE_BYTES


def _truncate_wal(connection: sqlite3.Connection) -> None:
    """Write all that is beside the file into it."""
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if is_busy:
        raise LogUnusableError("another program is reading the file")


def _files(path: Path) -> list[Path]:
    """The file and all that belongs to it."""
    return list(path.parent.glob(f"{path.name}*"))


def _size(path: Path) -> int:
    size = 0
    for file in _files(path):
        # The -wal file may just have gone.
        with suppress(FileNotFoundError):
            size += file.stat().st_size
    return size


def _remove(path: Path) -> None:
    for file in _files(path):
        file.unlink(missing_ok=True)
