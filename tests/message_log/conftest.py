"""A log in a file of its own, and what goes into it. The log knows nothing of Home Assistant, and its tests start none."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
import threading
from typing import Any, Protocol
from urllib.parse import quote
from weakref import finalize

import pytest

from custom_components.smsadmin.gateway.models import CHINA, RawPage, RawPush, RecordKind, Reply, Report, Submission
from custom_components.smsadmin.message_log.errors import LogError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import (
    Counter,
    Direction,
    ImportCounts,
    Message,
    MessageFilter,
    MessageState,
    Outgoing,
    PendingEvent,
    RawInbound,
)
from custom_components.smsadmin.message_log.worker import connect

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOTHER, FATHER, STRANGER = "13800000001", "13800000002", "13900000009"
SENT_AT = (NOON - SECOND).astimezone(CHINA)
"""When pulled records say that they were sent."""


class OpenLog(Protocol):
    """Opens the log as a new process does."""

    def __call__(self, *, is_expected: bool = False) -> MessageLog: ...


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Take the place of the fixture of all other tests, which starts Home Assistant."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@dataclass
class Faults:
    """What goes wrong with the files that the log opens from now on, or in what is open already."""

    pragmas: list[str] = field(default_factory=list)
    """Settings of SQLite that every transaction begins with."""
    error: Exception | None = None
    """Raised by statements that begin with `statement`: by the next one alone, or until `recover`."""
    statement: str = "BEGIN"
    is_lasting: bool = False
    is_stale: bool = False
    """The error ends when the file is opened again."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """Transactions begin once this is set, as it is at first."""
    entered: threading.Event = field(default_factory=threading.Event)
    """Set when a transaction is about to begin."""
    cursors_ended_in: set[str] = field(default_factory=set)
    """The threads that cursors have ended in."""

    def __post_init__(self) -> None:
        self.go_on.set()

    def fail(self, code: int = sqlite3.SQLITE_IOERR, statement: str = "") -> None:
        """Let statements fail from now on; with an empty `statement` all of them, and opening too."""
        self.error, self.statement, self.is_lasting = sqlite_error(code), statement, True

    def recover(self) -> None:
        """Let everything work again."""
        self.error, self.is_lasting = None, False

    def check(self, sql: str) -> None:
        """Raise the error, if this is a statement that fails."""
        if self.error and sql.lstrip().startswith(self.statement):
            error = self.error
            if not self.is_lasting:
                self.error = None
            raise error

    def connect(self, path: Path) -> sqlite3.Connection:
        if self.is_stale:
            self.recover()
        self.check("")
        return connect(path, factory=type("BoundConnection", (FaultyConnection,), {"faults": self}))


class FaultyConnection(sqlite3.Connection):
    """A connection that fails where the test says so."""

    faults: Faults

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql.startswith(("BEGIN", "PRAGMA wal_checkpoint")):
            self.faults.entered.set()
            self.faults.go_on.wait()
            for pragma in self.faults.pragmas:
                super().execute(f"PRAGMA {pragma}").close()
        self.faults.check(sql)
        cursor = super().execute(sql, parameters)
        finalize(cursor, lambda: self.faults.cursors_ended_in.add(threading.current_thread().name))
        return cursor


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("a reason")
    error.sqlite_errorcode = code
    return error


@dataclass
class Heard:
    """The status changes that a log has reported."""

    statuses: list[LogError | None] = field(default_factory=list)
    changes: int = 0

    @property
    def types(self) -> list[type]:
        return [type(status) for status in self.statuses]

    def change(self) -> None:
        self.changes += 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def open_log(path: Path, heard: Heard, faults: Faults) -> AsyncIterator[OpenLog]:
    """Opens the log as a new process does, an hour after noon; whatever is open in the end is closed."""
    logs: list[MessageLog] = []

    def opened(*, is_expected: bool = False) -> MessageLog:
        logs.append(
            MessageLog(
                path,
                user_id="station",
                now=NOON + HOUR,
                on_status_change=heard.statuses.append,
                on_change=heard.change,
                is_expected=is_expected,
                connect=faults.connect,
            )
        )
        return logs[-1]

    yield opened
    for log in logs:
        await log.close()


@pytest.fixture
async def log(open_log: OpenLog) -> MessageLog:
    return open_log()


def link_id(number: int) -> str:
    return f"{number:020}"


def outgoing(
    number: int,
    *mobiles: str,
    at: datetime = NOON,
    send_at: datetime | None = None,
    call: str | None = None,
    recipients: tuple[str | None, ...] | None = None,
    expires_at: datetime | None = NOON + HOUR,
) -> Outgoing:
    """A text with this number, of a call of its own."""
    mobiles = mobiles or (MOTHER,)
    return Outgoing(
        submission=Submission(mobiles=mobiles, message=f"text {number}", link_id=link_id(number), send_at=send_at),
        call_id=call or f"call {number}",
        message_id=f"{call or f'call {number}'} message",
        called_at=at,
        expires_at=expires_at,
        recipient_ids=recipients or (None,) * len(mobiles),
    )


async def send(
    log: MessageLog,
    number: int,
    *mobiles: str,
    at: datetime = NOON,
    state: MessageState = MessageState.ACCEPTED,
    code: str | None = "000",
    reason: str | None = None,
    **details: Any,
) -> None:
    """Submit, and be answered a second later."""
    assert await log.begin(outgoing(number, *mobiles, at=at, **details), at)
    await log.settle(link_id(number), state, code=code, reason=reason, now=at + SECOND)


def push(*, at: datetime = NOON, **fields: str) -> RawInbound:
    body = "&".join(f"{name}={quote(value)}" for name, value in {"SmsName": "station", **fields}.items())
    return RawInbound(raw=RawPush(query=b"", body=body.encode()), received_at=at)


def pushed_reply(text: str, *, mobile: str = MOTHER, link: str = "", at: datetime = NOON) -> RawInbound:
    return push(Class="mo", Mobile=mobile, Message=text, LinkId=link, at=at)


def pushed_report(status: str, *, mobile: str = MOTHER, link: str = link_id(1), at: datetime = NOON) -> RawInbound:
    return push(Class="rpt", Mobile=mobile, Report=status, LinkId=link, at=at)


def line(content: str, *, mobile: str = MOTHER, link: str = "", sent_at: datetime | None = SENT_AT) -> str:
    """A record of a page."""
    return (
        f"{mobile}/{sent_at:%Y-%m-%d %H:%M:%S}/{link}/{quote(content)}/8" if sent_at else f"{mobile}//{link}/{quote(content)}/8"
    )


def page(*lines: str, kind: RecordKind = RecordKind.REPLY, at: datetime = NOON, complete: bool = True) -> RawInbound:
    return RawInbound(raw=RawPage(kind=kind, body="\n".join(lines).encode(), complete=complete), received_at=at)


def pulled_reply(text: str, *, at: datetime = NOON, **fields: Any) -> RawInbound:
    return page(line(text, **fields), at=at)


def pulled_report(status: str, *, link: str = link_id(1), at: datetime = NOON, **fields: Any) -> RawInbound:
    return page(line(status, link=link, **fields), kind=RecordKind.REPORT, at=at)


async def store(log: MessageLog, raw: RawInbound, *, will_publish: bool = False) -> ImportCounts:
    return await log.store(raw, will_publish=will_publish)


async def all_pending(log: MessageLog) -> list[PendingEvent]:
    return await log.pending_events(after=0, limit=10_000)


async def publish_all(log: MessageLog) -> None:
    """Mark what waits as published."""
    await log.mark_published((await all_pending(log))[-1].id)


async def contents(log: MessageLog) -> list[str]:
    """The texts and statuses that wait, in order."""
    return [content_of(pending.record) for pending in await all_pending(log)]


def content_of(record: Reply | Report) -> str:
    return record.message if isinstance(record, Reply) else record.status


async def counters(log: MessageLog) -> tuple[int, ...]:
    """Submitted, delivered, failed, replies."""
    summary = await log.summarise()
    return tuple(summary.counters[counter] for counter in Counter)


async def states(log: MessageLog, *mobiles: str) -> tuple[MessageState | None, ...]:
    """The states of the last messages to numbers."""
    found = await log.last_messages([("", (mobile,)) for mobile in mobiles])
    return tuple(last.state if last else None for last in found)


async def sent(log: MessageLog, **wanted: Any) -> list[Message]:
    return await log.find(MessageFilter(direction=Direction.OUT, **wanted))


def file_content(path: Path) -> bytes:
    return path.read_bytes()


def write_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a file holds, asked of SQLite itself."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def change(path: Path, statement: str) -> None:
    """Do to a file what no log does."""
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.execute(statement)
