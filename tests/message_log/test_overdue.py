"""What was not delivered in time, and what has been told of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.smsadmin.gateway.models import RawPush, Submission
from custom_components.smsadmin.message_log import schema
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState, RawInbound
from custom_components.smsadmin.message_log.overdue import Told, Undelivered

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WITHIN = 5 * MINUTE
LONG_AGO = NOON - timedelta(days=100)
MOTHER, FATHER = "13800000001", "13800000002"


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """The log knows nothing of Home Assistant."""


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[MessageLog]:
    log = MessageLog(tmp_path / "log.db", now=NOON, report=lambda trouble: None)
    yield log
    await log.close()


def _link_id(number: int) -> str:
    return f"{number:020}"


async def _send(
    log: MessageLog,
    number: int,
    *mobiles: str,
    at: datetime = NOON,
    send_at: datetime | None = None,
    state: MessageState = MessageState.ACCEPTED,
) -> None:
    submission = Submission(mobiles=mobiles or (MOTHER,), message=f"text {number}", link_id=_link_id(number), send_at=send_at)
    await log.begin([submission], at)
    await log.settle(submission.link_id, state, None, at)


async def _report(log: MessageLog, number: int, status: str, mobile: str = MOTHER) -> None:
    query = f"Class=rpt&SmsName=x&Mobile={mobile}&LinkId={_link_id(number)}&Report={status}"
    counts = await log.accept(RawInbound(raw=RawPush(query=query.encode(), body=b""), received_at=NOON))
    assert counts.reports == 1


async def _undelivered(
    log: MessageLog, now: datetime, *, after: datetime = LONG_AGO, mobiles: tuple[str, ...] | None = None
) -> Undelivered:
    return await log.undelivered(WITHIN, mobiles=mobiles, after=after, now=now)


def _due(found: Undelivered) -> list[tuple[str, str, MessageState]]:
    return [(message.message, message.mobile, message.state) for message in found.due]


async def test_a_message_is_due_once_its_time_has_ended(log: MessageLog) -> None:
    await _send(log, 1)
    found = await _undelivered(log, NOON + WITHIN - timedelta(milliseconds=1))
    assert (found.due, found.next_at) == ((), NOON + WITHIN)
    found = await _undelivered(log, NOON + WITHIN)
    (message,) = found.due
    assert (message.mobile, message.message, message.link_id) == (MOTHER, "text 1", _link_id(1))
    assert (message.state, message.submitted_at, message.due_at) == (MessageState.ACCEPTED, NOON, NOON + WITHIN)
    assert found.next_at is None


async def test_a_message_has_the_id_that_it_is_found_by(log: MessageLog) -> None:
    await _send(log, 1, MOTHER, FATHER)
    found = await _undelivered(log, NOON + WITHIN)
    assert {message.message_id for message in found.due} == {message.message_id for message in await log.find(MessageFilter())}


async def test_a_delivered_message_is_never_due(log: MessageLog) -> None:
    await _send(log, 1, MOTHER, FATHER)
    await _report(log, 1, "DELIVRD")
    found = await _undelivered(log, NOON)
    assert (found.due, found.next_at) == ((), NOON + WITHIN)
    assert _due(await _undelivered(log, NOON + WITHIN)) == [("text 1", FATHER, MessageState.ACCEPTED)]
    await _report(log, 1, "DELIVRD", FATHER)
    assert await _undelivered(log, NOON + WITHIN) == Undelivered(due=(), next_at=None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("EXPIRED", MessageState.EXPIRED),
        ("UNDELIV", MessageState.UNDELIVERABLE),
        ("REJECTD", MessageState.REJECTED),
        ("DTBLACK", MessageState.BLACKLISTED),
    ],
)
async def test_a_message_that_has_failed_is_due_at_once(log: MessageLog, status: str, state: MessageState) -> None:
    await _send(log, 1)
    await _report(log, 1, status)
    found = await _undelivered(log, NOON)
    assert (_due(found), found.next_at) == ([("text 1", MOTHER, state)], None)


@pytest.mark.parametrize(
    ("status", "state"), [("UNKNOWN", MessageState.UNKNOWN), ("ERR:104", MessageState.BUSY), ("MYSTERY", MessageState.OTHER)]
)
async def test_a_report_that_leaves_hope_leaves_time(log: MessageLog, status: str, state: MessageState) -> None:
    await _send(log, 1)
    await _report(log, 1, status)
    assert await _undelivered(log, NOON) == Undelivered(due=(), next_at=NOON + WITHIN)
    assert _due(await _undelivered(log, NOON + WITHIN)) == [("text 1", MOTHER, state)]


async def test_a_rejected_submission_is_due_at_once_for_every_number(log: MessageLog) -> None:
    await _send(log, 1, MOTHER, FATHER, state=MessageState.REJECTED)
    assert _due(await _undelivered(log, NOON)) == [
        ("text 1", MOTHER, MessageState.REJECTED),
        ("text 1", FATHER, MessageState.REJECTED),
    ]


async def test_an_unconfirmed_submission_has_its_time(log: MessageLog) -> None:
    await _send(log, 1, state=MessageState.UNCONFIRMED)
    assert await _undelivered(log, NOON) == Undelivered(due=(), next_at=NOON + WITHIN)


async def test_the_time_of_a_scheduled_message_begins_when_it_is_to_be_sent(log: MessageLog) -> None:
    tomorrow = NOON + timedelta(days=1)
    await _send(log, 1, send_at=tomorrow)
    for after in (LONG_AGO, NOON + timedelta(hours=1)):
        assert await _undelivered(log, tomorrow, after=after) == Undelivered(due=(), next_at=tomorrow + WITHIN)
        assert _due(await _undelivered(log, tomorrow + WITHIN, after=after)) == [("text 1", MOTHER, MessageState.ACCEPTED)]


async def test_the_next_time_is_the_earliest_and_what_is_due_comes_in_the_order_of_sending(log: MessageLog) -> None:
    await _send(log, 1, send_at=NOON + 3 * MINUTE)
    await _send(log, 2, at=NOON + MINUTE)
    await _send(log, 3, at=NOON + 2 * MINUTE)
    assert (await _undelivered(log, NOON + WITHIN)).next_at == NOON + MINUTE + WITHIN
    found = await _undelivered(log, NOON + 3 * MINUTE + WITHIN)
    assert [message.message for message in found.due] == ["text 1", "text 2", "text 3"]


async def test_what_ended_before_is_left_out(log: MessageLog) -> None:
    await _send(log, 1, state=MessageState.REJECTED)
    await _send(log, 2, at=NOON + MINUTE)
    assert [message.message for message in (await _undelivered(log, NOON + 9 * MINUTE, after=NOON + WITHIN)).due] == ["text 2"]
    assert (await _undelivered(log, NOON + 9 * MINUTE, after=NOON + MINUTE + WITHIN)).due == ()


async def test_only_some_numbers_are_asked_for(log: MessageLog) -> None:
    await _send(log, 1, MOTHER, FATHER)
    assert await _undelivered(log, NOON, mobiles=()) == Undelivered(due=(), next_at=None)
    assert _due(await _undelivered(log, NOON + WITHIN, mobiles=(FATHER,))) == [("text 1", FATHER, MessageState.ACCEPTED)]


async def test_what_was_told_is_known_in_another_process(log: MessageLog, tmp_path: Path) -> None:
    assert await log.told("a watcher") is None
    told = Told(until=NOON, early={"one": NOON + MINUTE, "two": NOON + 2 * MINUTE})
    await log.tell("a watcher", Told(until=LONG_AGO, early={"zero": NOON}))
    await log.tell("a watcher", told)
    await log.tell("another", Told(until=LONG_AGO, early={}))
    await log.close()
    reopened = MessageLog(tmp_path / "log.db", now=NOON, report=lambda trouble: None)
    assert await reopened.told("a watcher") == told
    assert await reopened.told("another") == Told(until=LONG_AGO, early={})
    await reopened.close()


async def test_the_clean_up_forgets_messages_and_no_watcher(log: MessageLog) -> None:
    await log.tell("a watcher", Told(until=LONG_AGO, early={"old": LONG_AGO, "new": NOON}))
    await log.clean_up(NOON)
    assert await log.told("a watcher") == Told(until=LONG_AGO, early={"new": NOON})


async def test_a_file_without_it_becomes_one_with_it(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "log.db", autocommit=True)
    connection.executescript("".join(schema.MIGRATIONS[:2]) + "PRAGMA user_version = 2;")
    connection.execute("INSERT INTO submission VALUES (1, 'id', ?, 'text', 1, 0, NULL, 'accepted', NULL, NULL)", (_link_id(1),))
    connection.close()
    log = MessageLog(tmp_path / "log.db", now=NOON, report=lambda trouble: None)
    assert await log.told("a watcher") is None
    await log.close()
    connection = sqlite3.connect(tmp_path / "log.db", autocommit=True)
    assert connection.execute("SELECT count(*) FROM submission").fetchone() == (1,)
    connection.close()
