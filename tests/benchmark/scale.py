"""A message log with a million messages beside an empty one: how long each thing takes that is done with it, but for reading lists."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
import itertools
from pathlib import Path
import sqlite3
from statistics import median
from time import perf_counter

from custom_components.smsadmin.gateway.models import RawPush, Submission
from custom_components.smsadmin.message_log import conversations
from custom_components.smsadmin.message_log.conversations import Directory
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import (
    DailyLimit,
    MessageFilter,
    MessageState,
    Outgoing,
    RawInbound,
    to_ms,
)

from .home import Home, folder
from .platform import USER
from .table import Row

AGE = timedelta(days=180)
RETENTION = timedelta(days=200)
MESSAGES_A_NUMBER = 50
MOBILE, RECIPIENT = "13900000000", "recipient"
READER = "reader"
DIRECTORY = Directory({RECIPIENT: [MOBILE]})
GROUPS = ((RECIPIENT, (MOBILE,)), ("others", ("13900000001", "13900000002")))

# Of ten messages, eight went out, to eight numbers at a time, and were reported on, and two came in. The triggers do the same for
# less at a time, and so they are dropped meanwhile.
FILL = f"""
CREATE TEMP TABLE many AS WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :messages)
    SELECT n, n % 10 < 8 AS sent, n / 10 AS submission, printf('139%08d', n * 7919 % :mobiles) AS mobile,
    :since + n * :step AS at FROM counted;
INSERT INTO submission (id, message_id, link_id, call_id, message, numbers, state, called_at, submitted_at, settled_at, code)
    SELECT n, printf('%032x', n), printf('8%019d', submission), printf('%032x', n), 'Water is off from 8 a.m.', 8, 'accepted',
    at, at, at + 200, '000' FROM many WHERE n % 10 = 0;
INSERT INTO daily_usage SELECT quarter, sum(usage) FROM submission GROUP BY quarter;
INSERT INTO number (submission_id, position, mobile, recipient_id, state, state_at)
    SELECT submission * 10, n % 10, mobile, iif(mobile = :mobile, :recipient, NULL), 'delivered', at + 400
    FROM many WHERE sent AND submission > 0;
INSERT INTO arrival (id, source, kind, query, body, content_type, status, complete, received_at) SELECT n, 'push', NULL, x'',
    CAST(iif(sent, printf('Class=rpt&SmsName={USER}&Mobile=%s&LinkId=8%019d&Report=DELIVRD', mobile, submission),
    printf('Class=mo&SmsName={USER}&Mobile=%s&LinkId=8%019d&Message=Thanks', mobile, submission)) AS BLOB), NULL, 200, 1, at FROM many;
INSERT INTO record (id, message_id, kind, source, mobile, link_id, content, outcome, received_at, match_key, published)
    SELECT :messages + n, printf('%032x', n), iif(sent, 'rpt', 'mo'), 'push', mobile, printf('8%019d', submission),
    iif(sent, 'DELIVRD', 'Thanks'), iif(sent, 'delivered', NULL), at, iif(sent, NULL, randomblob(16)), 1 FROM many;
INSERT INTO party (addressee, mobile, last_id, sent_id) SELECT addressee, mobile, max(id), max(sent_id) FROM (
    SELECT addressee, compared AS mobile, number_id AS id, number_id AS sent_id FROM number
    UNION ALL SELECT addressee, mobile, id, NULL FROM record WHERE kind = 'mo') GROUP BY addressee, mobile;
UPDATE counter SET value = :messages / 10 * 8 WHERE name IN ('submitted', 'delivered');
DROP TABLE many;
"""


def fill(path: Path, script: str, messages: int, **values: object) -> None:
    """Write what so many messages would have left."""
    since = datetime.now(UTC) - AGE
    figures = {
        "messages": messages,
        "since": to_ms(since),
        "step": AGE // timedelta(milliseconds=1) // messages,
        **values,
    }
    with closing(sqlite3.connect(path)) as connection:
        # All of an index at once is made in a tenth of the time.
        objects = connection.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _ in objects:
            connection.execute(f"DROP {kind} {name}")
        for statement in script.split(";\n"):
            connection.execute(statement, {name: value for name, value in figures.items() if f":{name}" in statement})
        for _, _, statement in objects:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def fill_account(home: Home, entry_id: str, script: str, messages: int, **values: object) -> None:
    """Write into the log of an account while the account is disabled."""
    path = Path(home.process.folder, ".storage", f"smsadmin.{entry_id}.db")
    await home.socket.command("config_entries/disable", entry_id=entry_id, disabled_by="user")
    await asyncio.to_thread(fill, path, script, messages, **values)
    await home.socket.command("config_entries/disable", entry_id=entry_id, disabled_by=None)
    await home.socket.until_available("sensor.smsadmin_station_balance")


class Subject:
    """A log, and what is done with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = self._new_log()
        self._numbers = itertools.count(1)
        self._published = 0
        self._last_link_id = ""

    def _new_log(self) -> MessageLog:
        return MessageLog(self._path, user_id=USER, now=datetime.now(UTC), on_status_change=_complain, on_change=lambda: None)

    def _outgoing(self) -> Outgoing:
        link_id, now = f"7{next(self._numbers):019}", datetime.now(UTC)
        submission = Submission(mobiles=(MOBILE,), message="Fire!", link_id=link_id, send_at=None)
        return Outgoing(
            submission=submission,
            call_id=link_id,
            called_at=now,
            expires_at=now + timedelta(hours=1),
            recipient_ids=(RECIPIENT,),
        )

    async def open(self) -> None:
        """What has to be done with it before an account is set up."""
        self._log = self._new_log()
        await self._log.summarise()
        await self._log.last_messages(GROUPS)

    async def close(self) -> None:
        await self._log.close()

    async def check(self) -> None:
        now = datetime.now(UTC)
        limit = DailyLimit(numbers=10**9, since=now - timedelta(days=1), until=now)
        await self._log.check(link_ids=["7" * 20], numbers=1, limit=limit)

    async def send(self) -> None:
        outgoing = self._outgoing()
        self._last_link_id = outgoing.submission.link_id
        await self._log.begin(outgoing, datetime.now(UTC))
        await self._log.settle(outgoing.submission.link_id, MessageState.ACCEPTED, code="000", now=datetime.now(UTC))

    async def queue_and_cancel(self) -> None:
        outgoing = self._outgoing()
        await self._log.enqueue([outgoing])
        await self._log.queued(10)
        await self._log.cancel(link_id=outgoing.submission.link_id, now=datetime.now(UTC))

    async def take_in(self) -> None:
        """A report, and a reply."""
        number = next(self._numbers)
        for form in (f"rpt&LinkId=7{number - 3:019}&Report=DELIVRD", f"mo&LinkId=&Message=Thanks+{number}"):
            body = f"SmsName={USER}&Mobile={MOBILE}&Class={form}".encode()
            raw = RawInbound(raw=RawPush(query=b"", body=body), received_at=datetime.now(UTC))
            await self._log.store(raw, will_publish=True)
        waiting = await self._log.pending_events(after=self._published, limit=100)
        self._published = waiting[-1].id
        await self._log.mark_published(self._published)

    async def failures(self) -> None:
        await self._log.pending_failures(after=0, limit=100)

    async def summarise(self) -> None:
        await self._log.summarise()

    async def last_messages(self) -> None:
        await self._log.last_messages(GROUPS)

    async def mark_read(self) -> None:
        await self._log.run(
            partial(conversations.mark_read, directory=DIRECTORY, user_id=READER, conversation=RECIPIENT, up_to=2**60)
        )

    async def search(self) -> None:
        """Words that many texts have: the newest are found."""
        await self._search("Water")

    async def search_in_vain(self) -> None:
        """Words that no text has: every text is read."""
        await self._search("没有")

    async def _search(self, words: str) -> None:
        await self._log.read_aside(
            partial(conversations.search, directory=DIRECTORY, words=words, shown=None, before=None, limit=50)
        )

    async def find_by_link_id(self) -> None:
        await self._log.find(MessageFilter(link_id=self._last_link_id))

    async def overdue(self) -> None:
        now = datetime.now(UTC)
        await self._log.overdue(timedelta(minutes=10), after=now - timedelta(minutes=1), until=now)

    async def clean_up(self) -> None:
        await self._log.clean_up(datetime.now(UTC) - RETENTION)

    @property
    def steps(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What is measured, by its name."""
        return {
            "a send checked": self.check,
            "a send begun and settled": self.send,
            "a text queued and cancelled": self.queue_and_cancel,
            "a report and a reply stored and published": self.take_in,
            "failures to publish": self.failures,
            "summed up": self.summarise,
            "the last messages of two recipients": self.last_messages,
            "`get_messages` of one link id": self.find_by_link_id,
            "the panel's mark of what was read": self.mark_read,
            "what is overdue": self.overdue,
            "clean-up, nothing to do": self.clean_up,
        }

    @property
    def searches(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What has a limit of its own."""
        return {"the first 50 hits of a search": self.search, "a search that finds nothing": self.search_in_vain}


def _complain(error: Exception | None) -> None:
    raise RuntimeError(f"the log does not work: {error}")


async def measure(*, messages: int, repetitions: int) -> list[Row]:
    """Every step in turns with both."""
    with folder() as path:
        full, empty = (Path(path, f"{name}.db") for name in ("full", "empty"))
        for file in (full, empty):
            subject = Subject(file)
            await subject.open()
            await subject.close()
        values = {"mobiles": messages // MESSAGES_A_NUMBER, "mobile": MOBILE, "recipient": RECIPIENT}
        await asyncio.to_thread(fill, full, FILL, messages, **values)
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
        for _, (what, act) in itertools.product(range(5), subject.steps.items()):
            await take(what, subject, act)
    # On their own: what follows a search of everything finds the processor's caches filled with other things.
    for _, subject in itertools.product(range(repetitions), (full, empty)):
        for what, act in subject.searches.items():
            await take(what, subject, act)
    for subject in (full, empty):
        await subject.close()
    return [
        Row(
            what=f"Log of {messages:,} messages: {what}",
            ours=median(times) * 1000,
            other_name="an empty log",
            other=median(seconds[what, empty]) * 1000,
            unit="ms",
            aim="≤ 300 ms" if what in full.searches else "≤ 2",
            has_ratio=what not in full.searches,
        )
        for (what, subject), times in seconds.items()
        if subject is full
    ]
