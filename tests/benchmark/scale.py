"""A message log with a million messages beside an empty one: how long each thing takes that is done with it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
import itertools
from pathlib import Path
import sqlite3
from statistics import median
from time import perf_counter

from custom_components.smsadmin.gateway.models import RawPush, Submission
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState, RawInbound, to_ms

from .home import folder
from .platform import USER
from .table import Row

AGE = timedelta(days=180)
RETENTION = timedelta(days=200)
MOBILES = 20_000

# Of ten messages, eight went out, to eight numbers at a time, and were reported on, and two came in.
FILL = f"""
CREATE TEMP TABLE many AS WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :messages)
    SELECT n, n % 10 < 8 AS sent, n / 10 AS submission, printf('139%08d', n * 7919 % {MOBILES}) AS mobile,
    :since + n * :step AS at FROM counted;
INSERT INTO submission (id, message_id, link_id, message, numbers, submitted_at, state, code, settled_at)
    SELECT DISTINCT submission, printf('%032x', n), printf('8%019d', submission), 'Water is off from 8 a.m.', 8, at, 'accepted', '000',
    at + 200 FROM many WHERE n % 10 = 0;
INSERT INTO number SELECT submission, n % 10, mobile, 'delivered' FROM many WHERE sent AND submission > 0;
INSERT INTO arrival (id, source, kind, query, body, charset, complete, received_at) SELECT n, 'push', NULL, x'', CAST(iif(sent,
    printf('Class=rpt&SmsName={USER}&Mobile=%s&LinkId=8%019d&Report=DELIVRD', mobile, submission),
    printf('Class=mo&SmsName={USER}&Mobile=%s&LinkId=8%019d&Message=Thanks', mobile, submission)) AS BLOB), NULL, 1, at FROM many;
INSERT INTO record (id, message_id, kind, source, mobile, link_id, content, received_at, handed_over)
    SELECT n, printf('%032x', n), iif(sent, 'rpt', 'mo'), 'push', mobile, printf('8%019d', submission), iif(sent, 'DELIVRD', 'Thanks'),
    at, 1 FROM many;
DROP TABLE many;
"""


def _fill(path: Path, messages: int) -> None:
    """Write what so many messages would have left."""
    since = datetime.now(UTC) - AGE
    figures = {"messages": messages, "since": to_ms(since), "step": AGE // timedelta(milliseconds=1) // messages}
    with closing(sqlite3.connect(path)) as connection:
        indices = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        # All of an index at once is made in a tenth of the time.
        for name, _ in indices:
            connection.execute(f"DROP INDEX {name}")
        for statement in FILL.split(";\n"):
            connection.execute(statement, {name: value for name, value in figures.items() if f":{name}" in statement})
        for _, statement in indices:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Subject:
    """A log, and what is done with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = self._new_log()
        self._numbers = itertools.count(1)

    def _new_log(self) -> MessageLog:
        return MessageLog(self._path, now=datetime.now(UTC), report=_complain)

    async def open(self) -> None:
        """What has to be done with it before an account is set up."""
        self._log = self._new_log()
        await self._log.summarise((("13900000000",),))

    async def close(self) -> None:
        await self._log.close()

    async def send(self) -> None:
        link_id = f"7{next(self._numbers):019}"
        submission = Submission(mobiles=("13900000000",), message="Fire!", link_id=link_id, send_at=None)
        await self._log.begin([submission], datetime.now(UTC))
        await self._log.settle(link_id, MessageState.ACCEPTED, "000", datetime.now(UTC))

    async def accept(self) -> None:
        """A report, handed over."""
        link_id = f"7{next(self._numbers) // 2:019}"
        body = f"Class=rpt&SmsName={USER}&Mobile=13900000000&LinkId={link_id}&Report=DELIVRD".encode()
        kept = self._log.keep(RawInbound(raw=RawPush(query=b"", body=body, charset=None), received_at=datetime.now(UTC)))
        await self._log.decode_pushes(limit=100)
        waiting = await self._log.waiting(after=0, limit=100)
        await kept
        if waiting:
            await self._log.mark_handed_over(waiting[-1].id)

    async def summarise(self) -> None:
        await self._log.summarise((("13900000000",), ("13900000001", "13900000002")))

    async def find(self) -> None:
        await self._log.find(MessageFilter())

    async def find_by_number(self) -> None:
        await self._log.find(MessageFilter(mobile="13900000000"))

    async def undelivered(self) -> None:
        now = datetime.now(UTC)
        await self._log.undelivered(timedelta(minutes=10), mobiles=None, after=now - timedelta(minutes=1), now=now)

    async def clean_up(self) -> None:
        await self._log.clean_up(datetime.now(UTC) - RETENTION)


def _complain(trouble: Exception | None) -> None:
    raise RuntimeError(f"the log does not work: {trouble}")


async def measure(*, messages: int, repetitions: int) -> list[Row]:
    """Every step in turns with both."""
    with folder() as path:
        full, empty = Path(path, "full.db"), Path(path, "empty.db")
        for file in (full, empty):
            subject = Subject(file)
            await subject.open()
            await subject.close()
        await asyncio.to_thread(_fill, full, messages)
        return await _compare(Subject(full), Subject(empty), messages, repetitions)


async def _compare(full: Subject, empty: Subject, messages: int, repetitions: int) -> list[Row]:
    seconds: dict[tuple[str, Subject], list[float]] = defaultdict(list)

    async def take(what: str, subject: Subject, act: Callable[[], Awaitable[None]]) -> None:
        begun = perf_counter()
        await act()
        seconds[what, subject].append(perf_counter() - begun)

    for _, subject in itertools.product(range(repetitions), (full, empty)):
        await subject.close()
        await take("opened and summed up", subject, subject.open)
        for _ in range(5):
            await take("a send begun and settled", subject, subject.send)
            await take("a push stored, decoded and marked", subject, subject.accept)
            await take("summed up", subject, subject.summarise)
            await take("`get_messages`, the newest 50", subject, subject.find)
            await take("`get_messages` of one number", subject, subject.find_by_number)
            await take("what was not delivered", subject, subject.undelivered)
            await take("clean-up, nothing to do", subject, subject.clean_up)
    for subject in (full, empty):
        await subject.close()
    return [
        Row(
            what=f"Log of {messages:,} messages: {what}",
            ours=median(times) * 1000,
            other_name="an empty log",
            other=median(seconds[what, empty]) * 1000,
            unit="ms",
        )
        for (what, subject), times in seconds.items()
        if subject is full
    ]
