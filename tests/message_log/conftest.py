"""A log in a file of its own, and what goes into it. The log knows nothing of Home Assistant, and its tests start none."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
from typing import Any
from urllib.parse import quote

import pytest

from custom_components.smsadmin.gateway.models import CHINA, RawPage, RawPush, RecordKind, Reply, Report, Submission
from custom_components.smsadmin.message_log.errors import LogError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import Counter, MessageState, PendingEvent, RawInbound

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MOTHER, FATHER, STRANGER = "13800000001", "13800000002", "13900000009"
SENT_AT = (NOON - SECOND).astimezone(CHINA)
"""When pulled records say that they were sent."""

type OpenLog = Callable[[], MessageLog]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Take the place of the fixture of all other tests, which starts Home Assistant."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def troubles() -> list[LogError | None]:
    """What the log has reported."""
    return []


@pytest.fixture
async def open_log(path: Path, troubles: list[LogError | None]) -> AsyncIterator[OpenLog]:
    """Opens the log as a new process does, an hour after noon; whatever is open in the end is closed."""
    logs: list[MessageLog] = []

    def opened() -> MessageLog:
        logs.append(MessageLog(path, now=NOON + HOUR, report=troubles.append))
        return logs[-1]

    yield opened
    for log in logs:
        await log.close()


@pytest.fixture
async def log(open_log: OpenLog) -> MessageLog:
    return open_log()


def link_id(number: int) -> str:
    return f"{number:020}"


def submission(number: int, *mobiles: str, send_at: datetime | None = None) -> Submission:
    return Submission(mobiles=mobiles or (MOTHER,), message=f"text {number}", link_id=link_id(number), send_at=send_at)


async def send(
    log: MessageLog,
    number: int,
    *mobiles: str,
    at: datetime = NOON,
    state: MessageState = MessageState.ACCEPTED,
    code: str | None = "000",
) -> None:
    """Submit, and be answered a second later."""
    await log.begin([submission(number, *mobiles)], at)
    await log.settle(link_id(number), state, code, at + SECOND)


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


async def all_waiting(log: MessageLog) -> list[PendingEvent]:
    return await log.waiting(after=0, limit=10_000)


async def mark_all(log: MessageLog) -> None:
    """Mark as handed over what waits."""
    await log.mark_handed_over((await all_waiting(log))[-1].id)


async def contents(log: MessageLog) -> list[str]:
    """The texts and statuses that wait, in order."""
    return [content_of(waiting.record) for waiting in await all_waiting(log)]


def content_of(record: Reply | Report) -> str:
    return record.message if isinstance(record, Reply) else record.status


async def counters(log: MessageLog) -> tuple[int, ...]:
    """Submitted, delivered, failed, replies."""
    summary = await log.summarise()
    return tuple(summary.counters[counter] for counter in Counter)


async def states(log: MessageLog, *groups: tuple[str, ...]) -> tuple[MessageState | None, ...]:
    return (await log.summarise(groups)).states


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What a file holds, asked of SQLite itself."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def memory() -> Iterator[sqlite3.Connection]:
    """A database without a file and without tables."""
    with closing(sqlite3.connect(":memory:", autocommit=True)) as connection:
        yield connection
