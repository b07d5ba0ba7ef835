"""Submissions: written before they leave, settled once, counted for good, and never more than a day may have."""

import asyncio
from copy import replace
from datetime import datetime
from pathlib import Path

import pytest

from custom_components.smsadmin.message_log.errors import DailyLimitError, LinkIdUsedError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import DailyLimit, MessageFilter, MessageState

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    STRANGER,
    OpenLog,
    counters,
    link_id,
    outgoing,
    publish_all,
    pushed_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
)

STATUSES = {
    "DELIVRD": MessageState.DELIVERED,
    "EXPIRED": MessageState.EXPIRED,
    "UNDELIV": MessageState.UNDELIVERABLE,
    "UNKNOWN": MessageState.UNKNOWN,
    "REJECTD": MessageState.REJECTED,
    "DTBLACK": MessageState.BLACKLISTED,
    "ERR:104": MessageState.BUSY,
    "MYSTERY": MessageState.OTHER,
}


STATES_OF_A_SUBMISSION = {
    MessageState.QUEUED,
    MessageState.SUBMITTING,
    MessageState.ACCEPTED,
    MessageState.REJECTED,
    MessageState.UNCONFIRMED,
    MessageState.NOT_SENT,
}


async def _numbers(log: MessageLog) -> int:
    """How many numbers the log holds."""
    return len(await log.find(MessageFilter(limit=5000)))


async def test_what_is_about_to_leave_is_on_the_disk(log: MessageLog, path: Path) -> None:
    tomorrow = NOON + DAY
    first = outgoing(1, MOTHER, FATHER, send_at=tomorrow, recipients=("family", None))
    assert await log.begin(first, NOON + SECOND)
    columns = (
        "link_id, call_id, message, numbers, called_at, send_at, expires_at, queued_at, submitted_at, state, code, settled_at"
    )
    noon, day = round(NOON.timestamp() * 1000), 86_400_000
    assert rows(path, f"SELECT {columns} FROM submission") == [
        (link_id(1), "call 1", "text 1", 2, noon, noon + day, noon + 3_600_000, None, noon + 1000, "submitting", None, None),
    ]
    assert rows(path, "SELECT position, mobile, recipient_id, state, state_at FROM number") == [
        (0, MOTHER, "family", "submitting", noon + 1000),
        (1, FATHER, None, "submitting", noon + 1000),
    ]


async def test_nothing_counts_before_it_is_settled(log: MessageLog) -> None:
    await log.begin(outgoing(1), NOON)
    assert await counters(log) == (0, 0, 0, 0)
    assert await states(log, MOTHER) == (MessageState.SUBMITTING,)


@pytest.mark.parametrize(
    ("state", "code", "counted"),
    [
        (MessageState.ACCEPTED, "000", (2, 0, 0, 0)),
        (MessageState.REJECTED, "102", (0, 0, 2, 0)),
        (MessageState.UNCONFIRMED, None, (2, 0, 0, 0)),
    ],
)
async def test_a_submission_is_settled_once(
    log: MessageLog, state: MessageState, code: str | None, counted: tuple[int, ...]
) -> None:
    await send(log, 1, MOTHER, FATHER, state=state, code=code)
    for another in (MessageState.ACCEPTED, MessageState.REJECTED):
        await log.settle(link_id(1), another, code="999", now=NOON + HOUR)
    assert await states(log, MOTHER, FATHER) == (state, state)
    assert [message.history[-1].status for message in await log.find(MessageFilter())] == [code, code]
    assert await counters(log) == counted


async def test_only_its_own_submission_is_settled(log: MessageLog) -> None:
    await log.begin(outgoing(1), NOON)
    await log.begin(outgoing(2, FATHER), NOON)
    await log.settle(link_id(2), MessageState.REJECTED, code="104", now=NOON)
    await log.settle(link_id(3), MessageState.REJECTED, code="104", now=NOON)
    assert await states(log, MOTHER, FATHER) == (MessageState.SUBMITTING, MessageState.REJECTED)


@pytest.mark.parametrize("answer", [MessageState.ACCEPTED, MessageState.UNCONFIRMED])
async def test_a_report_that_is_faster_than_the_answer_stays(log: MessageLog, answer: MessageState) -> None:
    await log.begin(outgoing(1, MOTHER, FATHER), NOON)
    await store(log, pushed_report("DELIVRD", at=NOON + SECOND))
    assert await states(log, MOTHER, FATHER) == (MessageState.DELIVERED, MessageState.SUBMITTING)
    await log.settle(link_id(1), answer, code=None, now=NOON + 2 * SECOND)
    assert await states(log, MOTHER, FATHER) == (MessageState.DELIVERED, answer)
    (message,) = await log.find(MessageFilter(mobile=MOTHER))
    assert [step.state for step in message.history] == [MessageState.SUBMITTING, MessageState.DELIVERED, answer]
    assert await counters(log) == (2, 1, 0, 0)


@pytest.mark.parametrize(("status", "state"), STATUSES.items())
async def test_a_report_settles_its_number_alone(log: MessageLog, status: str, state: MessageState) -> None:
    await send(log, 1, MOTHER, FATHER)
    await store(log, pushed_report(status))
    assert await states(log, MOTHER, FATHER) == (state, MessageState.ACCEPTED)


async def test_a_number_fails_once(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER)
    await send(log, 2, STRANGER, state=MessageState.REJECTED)
    for report in (
        pushed_report("EXPIRED"),
        pushed_report("UNDELIV"),
        pushed_report("MYSTERY", mobile=FATHER),
        pushed_report("REJECTD", mobile=STRANGER, link=link_id(2)),
    ):
        await store(log, report)
    assert await counters(log) == (2, 0, 2, 0)


async def test_a_thousand_numbers_are_one_submission(log: MessageLog) -> None:
    mobiles = [f"{13800000000 + number}" for number in range(1000)]
    await send(log, 1, *mobiles)
    assert await counters(log) == (1000, 0, 0, 0)
    assert {message.mobile for message in await log.find(MessageFilter(limit=5000))} == set(mobiles)


async def test_the_clean_up_takes_nothing_off_the_counters(log: MessageLog, open_log: OpenLog) -> None:
    await send(log, 1, MOTHER, FATHER)
    await send(log, 2, state=MessageState.REJECTED)
    for arrival in (pushed_report("DELIVRD"), pushed_report("EXPIRED", mobile=FATHER), pushed_reply("Yes")):
        await store(log, arrival)
    await publish_all(log)
    await log.clean_up(NOON + DAY)
    assert await log.find(MessageFilter()) == []
    assert await counters(log) == (2, 1, 2, 1)
    await log.close()
    assert await counters(open_log()) == (2, 1, 2, 1)


async def test_what_has_failed_takes_no_lesser_news_and_counts_once(log: MessageLog) -> None:
    await log.begin(outgoing(1, MOTHER), NOON)
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON)
    for status in ("UNDELIV", "UNKNOWN", "EXPIRED"):
        await store(log, pushed_report(status))
    assert await counters(log) == (1, 0, 1, 0)
    (message,) = await log.find(MessageFilter())
    assert [step.state for step in message.history][2:] == [
        MessageState.UNDELIVERABLE,
        MessageState.UNKNOWN,
        MessageState.EXPIRED,
    ]
    assert message.state is MessageState.EXPIRED
    await store(log, pushed_report("DELIVRD"))
    assert (await log.find(MessageFilter()))[0].state is MessageState.DELIVERED


async def test_an_answer_does_not_fail_a_number_that_a_report_failed(log: MessageLog) -> None:
    await log.begin(outgoing(1, MOTHER, FATHER), NOON)
    await store(log, pushed_report("UNDELIV"))
    await log.settle(link_id(1), MessageState.REJECTED, code="400", now=NOON)
    assert await counters(log) == (0, 0, 2, 0)


async def _state(log: MessageLog, recipient_id: str, *mobiles: str) -> MessageState | None:
    (found,) = await log.last_messages([(recipient_id, mobiles)])
    return found.state if found else None


async def test_a_group_has_the_worst_state_of_its_numbers(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    assert await _state(log, "family") is MessageState.ACCEPTED
    await store(log, pushed_report("DELIVRD"))
    assert await _state(log, "family") is MessageState.ACCEPTED
    await store(log, pushed_report("EXPIRED", mobile=FATHER))
    assert await _state(log, "family") is MessageState.EXPIRED
    await store(log, pushed_report("DELIVRD", mobile=FATHER))
    assert await _state(log, "family") is MessageState.DELIVERED


async def test_a_group_may_have_every_state_of_a_report(log: MessageLog) -> None:
    mobiles = [f"1390000000{number}" for number in range(len(STATUSES) + 1)]
    await send(log, 1, *mobiles)
    for mobile, status in zip(mobiles, STATUSES, strict=False):
        await store(log, pushed_report(status, mobile=mobile))
    assert await _state(log, "", *mobiles) is MessageState.REJECTED


async def test_a_link_id_is_of_one_submission(log: MessageLog) -> None:
    await send(log, 1, state=MessageState.REJECTED)
    for link_ids in ([link_id(2), link_id(1)], [link_id(3), link_id(3)]):
        with pytest.raises(LinkIdUsedError):
            await log.check(link_ids=link_ids, numbers=2, limit=None)
    await log.check(link_ids=[link_id(2), link_id(3)], numbers=2, limit=None)
    with pytest.raises(LinkIdUsedError):
        await log.begin(outgoing(1, FATHER, call="another"), NOON)
    assert await _numbers(log) == 1


QUARTER = HOUR / 4


def _limit(numbers: int, *, since: datetime = NOON, until: datetime = NOON + HOUR) -> DailyLimit:
    return DailyLimit(numbers=numbers, since=since, until=until)


async def test_no_more_numbers_than_a_day_may_have(log: MessageLog) -> None:
    await log.begin(outgoing(1, MOTHER, FATHER), NOON)
    with pytest.raises(DailyLimitError) as refused:
        await log.check(link_ids=[], numbers=2, limit=_limit(3))
    assert refused.value.submitted == 2
    await log.check(link_ids=[], numbers=1, limit=_limit(3))


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (MessageState.ACCEPTED, True),
        (MessageState.UNCONFIRMED, True),
        (MessageState.SUBMITTING, True),
        (MessageState.QUEUED, True),
        (MessageState.REJECTED, False),
        (MessageState.NOT_SENT, False),
        (MessageState.CANCELLED, False),
    ],
)
async def test_what_got_nothing_gives_the_day_its_number_back(log: MessageLog, state: MessageState, counts: bool) -> None:
    await log.enqueue([outgoing(1)])
    if state is MessageState.CANCELLED:
        await log.cancel(link_id=link_id(1), now=NOON)
    elif state is not MessageState.QUEUED:
        await log.begin(outgoing(1), NOON)
    if state not in (MessageState.CANCELLED, MessageState.QUEUED, MessageState.SUBMITTING):
        await log.settle(link_id(1), state, now=NOON)
    (outcome,) = await asyncio.gather(log.check(link_ids=[], numbers=1, limit=_limit(1)), return_exceptions=True)
    assert isinstance(outcome, DailyLimitError) is counts


async def test_what_is_under_way_counts_by_the_log_once_there(log: MessageLog) -> None:
    """A text was rejected, and its numbers counted until the whole call was over."""
    limit = _limit(4)._replace(under_way={link_id(1): 2, link_id(2): 3})
    with pytest.raises(DailyLimitError) as refused:
        await log.check(link_ids=[], numbers=1, limit=limit)
    assert refused.value.submitted == 5
    await log.begin(outgoing(1, MOTHER, FATHER), NOON)
    with pytest.raises(DailyLimitError) as refused:
        await log.check(link_ids=[], numbers=1, limit=limit)
    assert refused.value.submitted == 5
    await log.settle(link_id(1), MessageState.REJECTED, now=NOON)
    await log.check(link_ids=[], numbers=1, limit=limit)


async def test_a_day_counts_calls_until_now(log: MessageLog) -> None:
    """The clock was a day ahead once, and what was sent then used up the limit of the next day."""
    await log.enqueue([outgoing(1, at=NOON - SECOND), outgoing(2, at=NOON + HOUR + QUARTER)])
    await log.check(link_ids=[], numbers=1, limit=_limit(1))
    await log.enqueue([outgoing(3, at=NOON), outgoing(4, at=NOON + HOUR + QUARTER - SECOND)])
    with pytest.raises(DailyLimitError):
        await log.check(link_ids=[], numbers=1, limit=_limit(2))


async def test_what_is_queued_comes_back_oldest_first(log: MessageLog, open_log: OpenLog) -> None:
    waiting = [
        outgoing(1, MOTHER, FATHER, at=NOON + HOUR, recipients=("mother", None)),
        outgoing(2, at=NOON, expires_at=None, send_at=NOON + DAY),
    ]
    await log.enqueue(waiting)
    assert await log.queued(10) == waiting
    assert await log.queued(1) == waiting[:1]
    await log.close()
    assert await open_log().queued(10) == waiting


async def test_what_is_there_is_not_queued_again(log: MessageLog) -> None:
    await send(log, 1)
    await log.enqueue([outgoing(1), outgoing(2)])
    await log.enqueue([outgoing(2)])
    assert await log.queued(10) == [outgoing(2)]
    assert await states(log, MOTHER) == (MessageState.QUEUED,)
    assert await _numbers(log) == 2


async def test_what_is_queued_leaves_once(log: MessageLog) -> None:
    await log.enqueue([outgoing(1)])
    assert [await log.begin(outgoing(1), NOON + SECOND) for _ in range(2)] == [True, False]
    assert await log.queued(10) == []
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON + SECOND)
    assert not await log.begin(outgoing(1), NOON)
    assert await counters(log) == (1, 0, 0, 0)


async def test_what_comes_back_is_queued_again(log: MessageLog) -> None:
    await log.begin(outgoing(1), NOON)
    await log.settle(link_id(1), MessageState.QUEUED, code="101", reason="a reason", now=NOON + SECOND)
    assert await log.queued(10) == [outgoing(1)]
    (message,) = await log.find(MessageFilter())
    assert [step.state for step in message.history] == [MessageState.QUEUED]
    assert (message.code, message.reason) == ("101", "a reason")
    assert await log.begin(outgoing(1), NOON + HOUR)
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON + HOUR)
    assert (await log.find(MessageFilter()))[0].code == "000"


async def test_what_is_never_sent_has_failed(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER, FATHER)])
    await log.begin(outgoing(2), NOON)
    for number in (1, 2):
        await log.settle(link_id(number), MessageState.NOT_SENT, reason="a reason", now=NOON + HOUR)
    assert await states(log, MOTHER, FATHER) == (MessageState.NOT_SENT, MessageState.NOT_SENT)
    assert await counters(log) == (0, 0, 3, 0)
    assert await log.queued(10) == []


@pytest.mark.parametrize("state", [MessageState.ACCEPTED, MessageState.REJECTED, MessageState.UNCONFIRMED])
async def test_what_has_not_left_has_no_answer(log: MessageLog, state: MessageState) -> None:
    await log.enqueue([outgoing(1)])
    await log.settle(link_id(1), state, now=NOON)
    assert await log.queued(10) == [outgoing(1)]


async def test_a_number_or_all_of_a_link_id_is_cancelled(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER, FATHER, STRANGER), outgoing(2)])
    (message,) = await log.find(MessageFilter(mobile=FATHER))
    assert await log.cancel(message_id=message.message_id, now=NOON) == 1
    assert await log.cancel(message_id=message.message_id, now=NOON) == 0
    (left, other) = await log.queued(10)
    assert (left.submission.mobiles, other.submission.mobiles) == ((MOTHER, STRANGER), (MOTHER,))
    assert not await log.begin(outgoing(1, MOTHER, FATHER, STRANGER), NOON)
    assert await log.cancel(link_id=link_id(1), now=NOON) == 2
    assert await log.queued(10) == [outgoing(2)]
    assert not await log.begin(left, NOON)
    assert await log.cancel(now=NOON) == 0


async def test_what_is_left_of_a_cancelled_text_goes_out(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER, FATHER)])
    (message,) = await log.find(MessageFilter(mobile=FATHER))
    await log.cancel(message_id=message.message_id, now=NOON)
    (left,) = await log.queued(10)
    assert await log.begin(left, NOON)
    await log.settle(link_id(1), MessageState.ACCEPTED, code="000", now=NOON)
    assert await states(log, MOTHER, FATHER) == (MessageState.ACCEPTED, MessageState.CANCELLED)
    assert await counters(log) == (1, 0, 0, 0)


async def test_what_has_left_cant_be_cancelled(log: MessageLog) -> None:
    await log.begin(outgoing(1), NOON)
    assert await log.cancel(link_id=link_id(1), now=NOON) == 0


async def test_a_crash_while_connecting_leaves_what_is_queued(log: MessageLog, open_log: OpenLog) -> None:
    await log.enqueue([outgoing(1)])
    await log.close()
    assert await open_log().queued(10) == [outgoing(1)]


@pytest.mark.parametrize("state", [state for state in MessageState if state in STATES_OF_A_SUBMISSION])
async def test_a_text_that_the_log_missed_is_written_as_it_is(log: MessageLog, path: Path, state: MessageState) -> None:
    first, second = outgoing(1, MOTHER, FATHER, recipients=("mother", None)), outgoing(2)
    if state is MessageState.QUEUED:
        await log.enqueue([first])
    elif state is MessageState.NOT_SENT:
        await log.enqueue([first])
        await log.settle(link_id(1), state, code="999", reason="a reason", now=NOON)
    else:
        await log.begin(first, NOON)
        if state is not MessageState.SUBMITTING:
            await log.settle(link_id(1), state, code="999", reason="a reason", now=NOON)
    before = await counters(log), len(await log.pending_failures(after=0, limit=10))
    await log.record(
        replace(first, submission=replace(first.submission, link_id=link_id(2))), state, code="999", reason="a reason", now=NOON
    )
    after = await counters(log), len(await log.pending_failures(after=0, limit=10))
    assert after == (tuple(2 * number for number in before[0]), 2 * before[1])
    columns = "called_at, expires_at, queued_at, submitted_at, settled_at, state"
    assert len(set(rows(path, f"SELECT {columns} FROM submission"))) == 1
    assert len(set(rows(path, "SELECT position, mobile, recipient_id, state, state_at FROM number"))) == 2
    for number in (1, 2):
        await log.record(
            replace(second, submission=replace(second.submission, link_id=link_id(number))), MessageState.REJECTED, now=NOON
        )
    assert await counters(log) == after[0]


async def test_a_text_that_the_log_missed_takes_the_reports_before_it(log: MessageLog) -> None:
    await store(log, pushed_report("ERR:104"))
    await store(log, pushed_report("DELIVRD"))
    await store(log, pushed_report("EXPIRED", mobile=FATHER))
    await log.record(outgoing(1, MOTHER, FATHER), MessageState.ACCEPTED, code="000", now=NOON)
    assert await states(log, MOTHER, FATHER) == (MessageState.DELIVERED, MessageState.EXPIRED)
    assert await counters(log) == (2, 1, 1, 0)


@pytest.mark.parametrize("state", [MessageState.SUBMITTING, MessageState.ACCEPTED, MessageState.QUEUED])
async def test_a_text_that_left_since_it_was_queued_is_updated(log: MessageLog, state: MessageState) -> None:
    """A commit failed after the row was written: the text left, and must not leave again."""
    await log.enqueue([outgoing(1, MOTHER)])
    await log.record(outgoing(1, MOTHER), state, now=NOON)
    assert await states(log, MOTHER) == (state,)


async def test_a_text_of_another_call_keeps_its_row(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER)])
    await log.record(replace(outgoing(1, MOTHER), call_id="another"), MessageState.ACCEPTED, now=NOON)
    assert await states(log, MOTHER) == (MessageState.QUEUED,)
