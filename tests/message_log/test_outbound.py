"""Submissions: written before they leave, settled once, counted for good, and never more than a day may have."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.smsadmin.message_log.errors import DailyLimitError, LinkIdUsedError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState
from custom_components.smsadmin.message_log.outbound import DailyLimit

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
    publish_all,
    pushed_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
    submission,
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


async def _numbers(log: MessageLog) -> int:
    """How many numbers the log holds."""
    return len(await log.find(MessageFilter(limit=5000)))


async def test_what_is_about_to_leave_is_on_the_disk(log: MessageLog, path: Path) -> None:
    await log.begin([submission(1, MOTHER, FATHER, send_at=NOON + DAY), submission(2)], NOON)
    noon, tomorrow = round(NOON.timestamp() * 1000), round((NOON + DAY).timestamp() * 1000)
    assert rows(
        path, "SELECT link_id, message, numbers, mobiles, submitted_at, send_at, state, code, settled_at FROM submission"
    ) == [
        (link_id(1), "text 1", 2, f"{MOTHER};{FATHER}", noon, tomorrow, "submitting", None, None),
        (link_id(2), "text 2", 1, MOTHER, noon, None, "submitting", None, None),
    ]
    await log.find(MessageFilter())
    assert rows(path, "SELECT mobiles FROM submission") == [(None,), (None,)]
    assert rows(path, "SELECT submission_id, position, mobile, state FROM number") == [
        (1, 0, MOTHER, None),
        (1, 1, FATHER, None),
        (2, 0, MOTHER, None),
    ]


async def test_nothing_counts_before_it_is_settled(log: MessageLog) -> None:
    await log.begin([submission(1)], NOON)
    assert await counters(log) == (0, 0, 0, 0)
    assert await states(log, (MOTHER,)) == (MessageState.SUBMITTING,)


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
        await log.settle(link_id(1), another, "999", NOON + HOUR)
    assert await states(log, (MOTHER,), (FATHER,)) == (state, state)
    assert [message.history[-1].status for message in await log.find(MessageFilter())] == [code, code]
    assert await counters(log) == counted


async def test_only_its_own_submission_is_settled(log: MessageLog) -> None:
    await log.begin([submission(1), submission(2, FATHER)], NOON)
    await log.settle(link_id(2), MessageState.REJECTED, "104", NOON)
    await log.settle(link_id(3), MessageState.REJECTED, "104", NOON)
    assert await states(log, (MOTHER,), (FATHER,)) == (MessageState.SUBMITTING, MessageState.REJECTED)


@pytest.mark.parametrize("answer", [MessageState.ACCEPTED, MessageState.UNCONFIRMED])
async def test_a_report_that_is_faster_than_the_answer_stays(log: MessageLog, answer: MessageState) -> None:
    await log.begin([submission(1, MOTHER, FATHER)], NOON)
    await store(log, pushed_report("DELIVRD", at=NOON + SECOND))
    assert await states(log, (MOTHER,), (FATHER,)) == (MessageState.DELIVERED, MessageState.SUBMITTING)
    await log.settle(link_id(1), answer, None, NOON + 2 * SECOND)
    assert await states(log, (MOTHER,), (FATHER,)) == (MessageState.DELIVERED, answer)
    (message,) = await log.find(MessageFilter(mobile=MOTHER))
    assert [step.state for step in message.history] == [MessageState.SUBMITTING, MessageState.DELIVERED, answer]
    assert await counters(log) == (2, 1, 0, 0)


@pytest.mark.parametrize(("status", "state"), STATUSES.items())
async def test_a_report_settles_its_number_alone(log: MessageLog, status: str, state: MessageState) -> None:
    await send(log, 1, MOTHER, FATHER)
    await store(log, pushed_report(status))
    assert await states(log, (MOTHER,), (FATHER,)) == (state, MessageState.ACCEPTED)


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


async def test_all_submissions_of_a_send_count_before_the_first_has_left(log: MessageLog, open_log: OpenLog) -> None:
    limit = DailyLimit(numbers=4, since=NOON)
    await log.begin([submission(1), submission(2), submission(3, MOTHER, FATHER)], NOON, limit)
    with pytest.raises(DailyLimitError):
        await log.begin([submission(4)], NOON, limit)
    sent = [(1, MOTHER), (2, MOTHER), (3, MOTHER), (3, FATHER)]
    for begun, state in ((log, MessageState.SUBMITTING), (open_log(), MessageState.UNCONFIRMED)):
        assert {(one.link_id, one.mobile, one.state) for one in await begun.find(MessageFilter())} == {
            (link_id(number), mobile, state) for number, mobile in sent
        }
        await begun.close()
    assert await counters(open_log()) == (4, 0, 0, 0)


async def test_numbers_that_have_no_rows_yet_get_them_after_a_restart(log: MessageLog, open_log: OpenLog) -> None:
    await log.begin([submission(1, MOTHER, FATHER)], NOON)
    await log.settle(link_id(1), MessageState.ACCEPTED, "000", NOON)
    await log.close()
    reopened = open_log()
    await store(reopened, pushed_report("DELIVRD", mobile=FATHER))
    assert await states(reopened, (MOTHER,), (FATHER,)) == (MessageState.ACCEPTED, MessageState.DELIVERED)


async def test_what_was_being_submitted_when_a_process_died_is_unconfirmed_in_the_next(
    log: MessageLog, open_log: OpenLog
) -> None:
    await send(log, 1)
    await log.begin([submission(2, MOTHER, FATHER)], NOON)
    await store(log, pushed_report("DELIVRD", mobile=FATHER, link=link_id(2)))
    await log.close()
    reopened = open_log()
    assert await states(reopened, (MOTHER,), (FATHER,)) == (MessageState.UNCONFIRMED, MessageState.DELIVERED)
    (message,) = await reopened.find(MessageFilter(mobile=MOTHER, link_id=link_id(2)))
    assert [(step.state, step.at) for step in message.history] == [
        (MessageState.SUBMITTING, NOON),
        (MessageState.UNCONFIRMED, NOON + HOUR),
    ]
    assert await counters(reopened) == (3, 1, 0, 0)
    await reopened.settle(link_id(2), MessageState.ACCEPTED, "000", NOON + HOUR)
    assert await states(reopened, (MOTHER,)) == (MessageState.UNCONFIRMED,)
    await reopened.close()
    assert await counters(open_log()) == (3, 1, 0, 0)


async def test_a_link_id_leaves_once(log: MessageLog) -> None:
    await send(log, 1, state=MessageState.REJECTED)
    for again in ([submission(2), submission(1, FATHER)], [submission(3), submission(3)]):
        with pytest.raises(LinkIdUsedError):
            await log.begin(again, NOON)
    assert await _numbers(log) == 1


def _limit(numbers: int) -> DailyLimit:
    return DailyLimit(numbers=numbers, since=NOON)


async def test_no_more_numbers_leave_than_a_day_may_have(log: MessageLog) -> None:
    await log.begin([submission(1, MOTHER, FATHER)], NOON, _limit(3))
    with pytest.raises(DailyLimitError) as refused:
        await log.begin([submission(2), submission(3)], NOON, _limit(3))
    assert refused.value.submitted == 2
    assert await _numbers(log) == 2
    await log.begin([submission(2)], NOON, _limit(3))


@pytest.mark.parametrize(
    ("state", "room"),
    [
        (MessageState.ACCEPTED, False),
        (MessageState.UNCONFIRMED, False),
        (MessageState.SUBMITTING, False),
        (MessageState.REJECTED, True),
    ],
)
async def test_only_what_was_rejected_makes_room(log: MessageLog, state: MessageState, room: bool) -> None:
    await log.begin([submission(1)], NOON, _limit(1))
    if state is not MessageState.SUBMITTING:
        await log.settle(link_id(1), state, None, NOON)
    (outcome,) = await asyncio.gather(log.begin([submission(2)], NOON, _limit(1)), return_exceptions=True)
    assert isinstance(outcome, DailyLimitError) is not room


async def test_what_left_before_the_day_began_takes_no_room(log: MessageLog) -> None:
    await log.begin([submission(1)], NOON - timedelta(milliseconds=1))
    await log.begin([submission(2)], NOON, _limit(1))
    with pytest.raises(DailyLimitError):
        await log.begin([submission(3)], NOON, _limit(1))


async def test_many_at_once_keep_to_the_limit(log: MessageLog) -> None:
    attempts: list[Any] = await asyncio.gather(
        *(log.begin([submission(number, MOTHER, FATHER, STRANGER)], NOON, _limit(100)) for number in range(50)),
        return_exceptions=True,
    )
    refused = [attempt for attempt in attempts if attempt is not None]
    assert [(type(err), err.submitted) for err in refused] == [(DailyLimitError, 99)] * 17
    assert await _numbers(log) == 99


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


async def test_of_a_group_the_least_good_is_told(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER)
    group = (MOTHER, FATHER)
    assert await states(log, group) == (MessageState.ACCEPTED,)
    await store(log, pushed_report("DELIVRD"))
    assert await states(log, group) == (MessageState.ACCEPTED,)
    await store(log, pushed_report("EXPIRED", mobile=FATHER))
    assert await states(log, group, (MOTHER,)) == (MessageState.EXPIRED, MessageState.DELIVERED)
    await store(log, pushed_report("DELIVRD", mobile=FATHER))
    assert await states(log, group) == (MessageState.DELIVERED,)


async def test_of_a_group_the_last_message_to_any_of_it_counts(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, state=MessageState.REJECTED)
    await send(log, 2, FATHER, STRANGER)
    await store(log, pushed_report("EXPIRED", mobile=STRANGER, link=link_id(2)))
    assert await states(log, (MOTHER, FATHER), (MOTHER,), ()) == (MessageState.ACCEPTED, MessageState.REJECTED, None)


async def test_numbers_that_nothing_was_sent_to_have_no_state(log: MessageLog) -> None:
    await send(log, 1)
    assert await states(log, (STRANGER,), (STRANGER, FATHER)) == (None, None)


async def test_a_group_may_have_every_state_that_a_message_has(log: MessageLog) -> None:
    mobiles = [f"1390000000{number}" for number in range(len(STATUSES) + 1)]
    await send(log, 1, *mobiles)
    for mobile, status in zip(mobiles, STATUSES, strict=False):
        await store(log, pushed_report(status, mobile=mobile))
    assert await states(log, tuple(mobiles)) == (MessageState.REJECTED,)


async def test_of_a_large_group_every_submission_of_a_text_counts(log: MessageLog) -> None:
    first, second = (replace(submission(number, mobile), message="Fire!") for number, mobile in ((1, MOTHER), (2, FATHER)))
    await log.begin([first, second], NOON)
    await log.settle(link_id(1), MessageState.REJECTED, "400", NOON)
    await log.settle(link_id(2), MessageState.ACCEPTED, "000", NOON)
    assert (await log.summarise([(MOTHER, FATHER)])).states == (MessageState.REJECTED,)


async def test_what_has_failed_takes_no_lesser_news_and_counts_once(log: MessageLog) -> None:
    await log.begin([submission(1, MOTHER)], NOON)
    await log.settle(link_id(1), MessageState.ACCEPTED, "000", NOON)
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


async def test_a_number_that_a_report_has_failed_is_not_failed_again_by_the_answer(log: MessageLog) -> None:
    await log.begin([submission(1, MOTHER, FATHER)], NOON)
    await store(log, pushed_report("UNDELIV"))
    await log.settle(link_id(1), MessageState.REJECTED, "400", NOON)
    assert await counters(log) == (0, 0, 2, 0)
