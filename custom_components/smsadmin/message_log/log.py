"""The log as its users see it: one call for each thing that happens, on the disk once the call has returned."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
import logging
from pathlib import Path
import sqlite3

from ..gateway.models import Submission
from . import inbound, messages, outbound, overdue as told, retention
from .errors import LogError, LogFullError, log_error
from .models import ImportCounts, Message, MessageFilter, MessageState, PendingEvent, RawInbound, Source, Summary
from .overdue import Told, Undelivered
from .worker import Worker

_LOGGER = logging.getLogger(__name__)


class MessageLog:
    """The log of one account. Every call raises LogError where the file does not work; what it was to bring is not on the disk then."""

    def __init__(self, path: Path, *, now: datetime, report: Callable[[LogError | None], None]) -> None:
        """Use a file, made with the first call. What was being submitted when the last process ended is unconfirmed from `now` on.

        `report` hears when the file stops working (the error), works again (None), or was damaged and had to be set aside.
        """

        def mark_interrupted_unconfirmed(connection: sqlite3.Connection) -> None:
            outbound.mark_interrupted_unconfirmed(connection, now)

        self._worker = Worker(path, first=mark_interrupted_unconfirmed, report=report)

    @property
    def path(self) -> Path:
        """Where the file is; SQLite keeps two more beside it."""
        return self._worker.path

    def keep(self, push: RawInbound) -> asyncio.Future[None]:
        """Keep a push as it came; it is on the disk once the future is done, and what is asked for after this knows of it already."""
        return self._worker.submit_jointly(inbound.keep_all, push)

    async def decode_pushes(self, *, limit: int) -> ImportCounts:
        """Decode the next of the pushes that are kept; nothing counts if none was left."""
        return _tell_of_unreadable(
            await self._worker.submit(lambda connection: inbound.decode_pushes(connection, limit)), Source.PUSH
        )

    async def accept(self, arrival: RawInbound) -> ImportCounts:
        """Keep what came in as it came, and decode it, after the pushes that came before it."""
        await self._decode_all_pushes()
        return _tell_of_unreadable(
            await self._worker.submit(lambda connection: inbound.accept(connection, arrival)), arrival.source
        )

    async def waiting(self, *, after: int, limit: int) -> list[PendingEvent]:
        """What has been decoded and not been handed over yet, in the order in which it came, beginning behind an id."""
        return await self._worker.submit(lambda connection: inbound.waiting(connection, after, limit))

    async def mark_handed_over(self, up_to: int) -> None:
        """Everything up to this id was handed over."""
        await self._worker.submit(lambda connection: inbound.mark_handed_over(connection, up_to))

    async def begin(self, submissions: Sequence[Submission], now: datetime, limit: outbound.DailyLimit | None = None) -> None:
        """Write what is about to leave; SendNotAllowedError where any of it must not."""
        await self._worker.submit(lambda connection: outbound.begin(connection, submissions, now, limit))

    async def settle(self, link_id: str, state: MessageState, code: str | None, now: datetime) -> None:
        """Write what became of a submission; `code` is the platform's (section 3.8). What can't be written now is as soon as it can."""
        await self._worker.submit(lambda connection: outbound.settle(connection, link_id, state, code, now), is_owed=True)

    async def find(self, wanted: MessageFilter) -> list[Message]:
        """The newest messages that match, newest first."""
        await self._bring_up_to_date()
        return await self._worker.submit(lambda connection: messages.find(connection, wanted))

    async def summarise(self, groups: Sequence[tuple[str, ...]] = ()) -> Summary:
        """The log in figures, and the state of the last message to each group of numbers."""
        if groups:
            with suppress(LogFullError):
                await self._worker.submit(outbound.spread)
        return await self._worker.submit(lambda connection: messages.summarise(connection, tuple(groups)))

    async def mark_seen(self) -> None:
        """Somebody has looked at what is in quarantine."""
        await self._worker.submit(messages.mark_seen)

    async def undelivered(
        self, within: timedelta, *, mobiles: Sequence[str] | None, after: datetime, now: datetime
    ) -> Undelivered:
        """What failed, or was not delivered within a time by `now`; of messages whose time ends after `after`, to these numbers or all."""
        await self._bring_up_to_date()
        return await self._worker.submit(lambda connection: told.undelivered(connection, within, mobiles, after, now))

    async def told(self, watcher: str) -> Told | None:
        """What a watcher has told of; None of one that never did `tell`."""
        return await self._worker.submit(lambda connection: told.told(connection, watcher))

    async def tell(self, watcher: str, news: Told) -> None:
        """Write what a watcher has told of."""
        await self._worker.submit(lambda connection: told.tell(connection, watcher, news))

    async def probe(self) -> None:
        """Return if something could be written."""
        await self._worker.submit(_write)

    async def clean_up(self, before: datetime) -> None:
        """Remove what is older, but for what waits to be handed over."""
        await self._decode_all_pushes()
        while await self._worker.submit(lambda connection: retention.clean_up(connection, before)):
            pass

    async def _bring_up_to_date(self) -> None:
        """Decode what came in, and spread what goes out; on a full disk, which can be read, what is done of it has to do."""
        with suppress(LogFullError):
            await self._decode_all_pushes()
            await self._worker.submit(outbound.spread)

    async def _decode_all_pushes(self) -> None:
        """Decode what is there by now, in steps so small that nobody who wants to write waits long."""
        step = decoded = inbound.AT_ONCE
        while decoded == step:
            counts = await self.decode_pushes(limit=step)
            decoded = counts.records + counts.quarantined

    async def size(self) -> int:
        """Bytes that the log takes on the disk."""
        return await asyncio.to_thread(lambda: sum(file.stat().st_size for file in _files(self.path)))

    async def rest(self) -> None:
        """Bring the file up to date and leave it alone, so that it can be copied, until `resume`; what is written is kept beside it."""
        await self._worker.submit(lambda connection: connection.execute("PRAGMA wal_autocheckpoint = 0").close())
        await asyncio.to_thread(_checkpoint, self.path)

    async def resume(self) -> None:
        """Go on as before."""
        await self._worker.submit(lambda connection: connection.execute("PRAGMA wal_autocheckpoint = 1000").close())

    async def close(self) -> None:
        """Finish what was asked for, and close the file."""
        await self._worker.close()

    async def remove(self) -> None:
        """Close the file and remove it, with all that belongs to it."""
        await self.close()
        await asyncio.to_thread(_remove, self.path)


def _tell_of_unreadable(brought: ImportCounts, source: Source) -> ImportCounts:
    if brought.quarantined:
        _LOGGER.warning("Something that came in by %s could not be read; smsadmin.get_messages shows it", source)
    return brought


def _write(connection: sqlite3.Connection) -> None:
    """Write something and take it back: where nothing changes, SQLite writes nothing, and finds room on a full disk."""
    connection.execute("UPDATE counter SET value = value + 1")
    connection.execute("UPDATE counter SET value = value - 1")


def _checkpoint(path: Path) -> None:
    """Write all that is beside the file into it."""
    try:
        with closing(sqlite3.connect(path, autocommit=True)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as err:
        raise log_error(err) from err


def _files(path: Path) -> list[Path]:
    """The file and all that belongs to it."""
    return list(path.parent.glob(f"{path.name}*"))


def _remove(path: Path) -> None:
    for file in _files(path):
        file.unlink(missing_ok=True)
