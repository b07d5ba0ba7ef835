"""Messages that were not delivered: those that failed, once and in order, and those that are overdue."""

from datetime import datetime, timedelta

import pytest

from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState, Overdue

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    STRANGER,
    OpenLog,
    link_id,
    outgoing,
    pushed_report,
    send,
    store,
)

WITHIN = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
FAILED = {
    "EXPIRED": MessageState.EXPIRED,
    "UNDELIV": MessageState.UNDELIVERABLE,
    "REJECTD": MessageState.REJECTED,
    "DTBLACK": MessageState.BLACKLISTED,
}
HOPEFUL = {"UNKNOWN": MessageState.UNKNOWN, "ERR:104": MessageState.BUSY, "MYSTERY": MessageState.OTHER}


async def _failures(log: MessageLog, after: int = 0) -> list[tuple[str, str, MessageState]]:
    return [(failed.message, failed.mobile, failed.state) for failed in await log.pending_failures(after=after, limit=100)]


async def _overdue(log: MessageLog, until: datetime, *, after: datetime = NOON - DAY, after_id: int | None = None) -> Overdue:
    return await log.overdue(WITHIN, after=after, until=until, after_id=after_id)


def _names(found: Overdue) -> list[tuple[str, str, MessageState]]:
    return [(message.message, message.mobile, message.state) for message in found.messages]


async def test_a_failure_says_what_a_user_wants_to_know(log: MessageLog) -> None:
    await send(
        log,
        1,
        MOTHER,
        FATHER,
        state=MessageState.REJECTED,
        code="102",
        reason="no money",
        send_at=NOON + DAY,
        recipients=("mother", None),
    )
    first, second = await log.pending_failures(after=0, limit=10)
    messages = {message.mobile: message.message_id for message in await log.find(MessageFilter())}
    assert (first.message_id, second.message_id) == (messages[MOTHER], messages[FATHER])
    assert (first.recipient_id, second.recipient_id, first.call_id, first.link_id) == ("mother", None, "call 1", link_id(1))
    assert (first.state, first.code, first.reason) == (MessageState.REJECTED, "102", "no money")
    assert (first.called_at, first.send_at, first.failed_at) == (NOON, NOON + DAY, NOON + SECOND)


@pytest.mark.parametrize(("status", "state"), FAILED.items())
async def test_a_number_fails_once_whatever_comes_then(log: MessageLog, status: str, state: MessageState) -> None:
    await send(log, 1)
    for text in (status, "UNKNOWN", *FAILED, status):
        await store(log, pushed_report(text, at=NOON + MINUTE))
    (failed,) = await log.pending_failures(after=0, limit=10)
    assert failed.failed_at == NOON + MINUTE


@pytest.mark.parametrize("status", HOPEFUL)
async def test_a_report_that_leaves_hope_is_no_failure(log: MessageLog, status: str) -> None:
    await send(log, 1)
    await store(log, pushed_report(status))
    assert await _failures(log) == []


async def test_what_was_delivered_after_all_is_no_failure(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER)
    for mobile, status in ((MOTHER, "EXPIRED"), (FATHER, "EXPIRED"), (MOTHER, "DELIVRD")):
        await store(log, pushed_report(status, mobile=mobile))
    assert await _failures(log) == [("text 1", FATHER, MessageState.EXPIRED)]


async def _first(log: MessageLog, after: int = 0) -> list[tuple[str, str]]:
    """The failures that are the first ones of their recipients."""
    return [(failed.message, failed.mobile) for failed in await log.pending_failures(after=after, limit=100) if failed.is_first]


async def test_the_first_failure_of_each_recipient_is_marked(log: MessageLog) -> None:
    """By call, so that the parts of a large call count as one, whatever each number has failed of."""
    await send(log, 1, MOTHER, FATHER, call="large", recipients=("parents", "parents"))
    await send(log, 2, STRANGER, "13900000010", "13900000011", call="large", recipients=("parents", None, None))
    await send(log, 3, MOTHER, recipients=("parents",))
    for number, mobile, status in (
        (2, STRANGER, "EXPIRED"),
        (1, FATHER, "UNDELIV"),
        (2, "13900000010", "EXPIRED"),
        (1, MOTHER, "EXPIRED"),
        (2, "13900000011", "UNDELIV"),
        (3, MOTHER, "EXPIRED"),
    ):
        await store(log, pushed_report(status, link=link_id(number), mobile=mobile))
    assert await _first(log) == [("text 2", STRANGER), ("text 2", "13900000010"), ("text 3", MOTHER)]


async def test_a_failure_is_the_first_one_in_one_process_alone(log: MessageLog, open_log: OpenLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("parents", "parents"))
    await store(log, pushed_report("EXPIRED"))
    (first,) = await log.pending_failures(after=0, limit=100)
    await log.mark_failures_published(first.id)
    # Delivered after all, but its failure has been published.
    await store(log, pushed_report("DELIVRD"))
    await log.close()
    reopened = open_log()
    await store(reopened, pushed_report("EXPIRED", mobile=FATHER))
    assert len(await _failures(reopened)) == 1
    assert await _first(reopened) == []


async def test_what_was_delivered_after_all_is_no_first_failure(log: MessageLog) -> None:
    """Its failure has never been published, so that of the next number has to be."""
    await send(log, 1, MOTHER, FATHER, recipients=("parents", "parents"))
    for mobile, status in ((MOTHER, "EXPIRED"), (FATHER, "EXPIRED"), (MOTHER, "DELIVRD")):
        await store(log, pushed_report(status, mobile=mobile))
    assert await _first(log) == [("text 1", FATHER)]


async def test_failures_come_in_the_order_of_failing(log: MessageLog) -> None:
    await send(log, 1)
    await send(log, 2)
    await store(log, pushed_report("EXPIRED", link=link_id(2), at=NOON + HOUR))
    await store(log, pushed_report("UNDELIV", link=link_id(1), at=NOON - HOUR))
    await send(log, 3, state=MessageState.REJECTED)
    assert [message for message, *_ in await _failures(log)] == ["text 2", "text 1", "text 3"]
    first = (await log.pending_failures(after=0, limit=1))[0]
    assert [message for message, *_ in await _failures(log, first.id)] == ["text 1", "text 3"]


async def test_published_failures_are_not_published_again(log: MessageLog, open_log: OpenLog) -> None:
    await send(log, 1, MOTHER, FATHER, STRANGER, state=MessageState.REJECTED)
    pending = await log.pending_failures(after=0, limit=10)
    await log.mark_failures_published(pending[1].id)
    await log.mark_failures_published(pending[0].id)
    await log.close()
    reopened = open_log()
    assert [failed.mobile for failed in await reopened.pending_failures(after=0, limit=10)] == [STRANGER]
    await reopened.mark_failures_published(pending[2].id)
    assert await _failures(reopened) == []


async def test_a_mark_of_another_file_publishes_nothing(log: MessageLog) -> None:
    await send(log, 1, state=MessageState.REJECTED)
    (failed,) = await log.pending_failures(after=0, limit=1)
    await log.mark_failures_published(failed.id + 1)
    assert len(await _failures(log, after=failed.id + 1)) == 1


async def test_a_message_is_overdue_once_its_time_has_ended(log: MessageLog) -> None:
    await send(log, 1, recipients=("mother",))
    assert (await _overdue(log, NOON + WITHIN - SECOND))[:2] == ((), NOON + WITHIN)
    found = await _overdue(log, NOON + WITHIN)
    (message,) = found.messages
    assert (message.mobile, message.recipient_id, message.message, message.link_id) == (MOTHER, "mother", "text 1", link_id(1))
    assert (message.state, message.called_at, message.due_at) == (MessageState.ACCEPTED, NOON, NOON + WITHIN)
    assert (message.message_id, message.call_id) == ((await log.find(MessageFilter()))[0].message_id, "call 1")
    assert found.next_at is None


async def test_a_message_is_overdue_in_one_interval(log: MessageLog) -> None:
    await send(log, 1)
    await send(log, 2, at=NOON + MINUTE)
    assert [name for name, *_ in _names(await _overdue(log, NOON + HOUR, after=NOON + WITHIN))] == ["text 2"]
    assert _names(await _overdue(log, NOON + HOUR, after=NOON + MINUTE + WITHIN)) == []


async def test_a_message_that_is_written_late_is_overdue(log: MessageLog) -> None:
    await send(log, 1)
    found = await _overdue(log, NOON + WITHIN)
    assert _names(await _overdue(log, NOON + HOUR, after=NOON + WITHIN, after_id=found.last_id)) == []
    await send(log, 2)
    late = await _overdue(log, NOON + HOUR, after=NOON + WITHIN, after_id=found.last_id)
    assert [name for name, *_ in _names(late)] == ["text 2"]
    assert _names(await _overdue(log, NOON + HOUR, after=NOON + WITHIN, after_id=late.last_id)) == []


async def test_a_delivered_or_cancelled_message_is_never_overdue(log: MessageLog) -> None:
    await send(log, 1)
    await store(log, pushed_report("DELIVRD"))
    await log.enqueue([outgoing(2)])
    await log.cancel(link_id=link_id(2), now=NOON)
    assert (await _overdue(log, NOON + WITHIN))[:2] == ((), None)
    assert (await _overdue(log, NOON))[:2] == ((), None)


@pytest.mark.parametrize(("status", "state"), HOPEFUL.items())
async def test_a_report_that_leaves_hope_leaves_time(log: MessageLog, status: str, state: MessageState) -> None:
    await send(log, 1)
    await store(log, pushed_report(status))
    assert (await _overdue(log, NOON)).next_at == NOON + WITHIN
    assert _names(await _overdue(log, NOON + WITHIN)) == [("text 1", MOTHER, state)]


@pytest.mark.parametrize("state", [MessageState.UNCONFIRMED, MessageState.SUBMITTING, MessageState.QUEUED])
async def test_time_runs_from_the_call_in_every_state(log: MessageLog, state: MessageState) -> None:
    await log.enqueue([outgoing(1)])
    if state is not MessageState.QUEUED:
        await log.begin(outgoing(1), NOON + HOUR)
    if state is MessageState.UNCONFIRMED:
        await log.settle(link_id(1), state, now=NOON + HOUR)
    assert _names(await _overdue(log, NOON + WITHIN)) == [("text 1", MOTHER, state)]


@pytest.mark.parametrize(("status", "state"), FAILED.items())
async def test_a_failure_before_the_deadline_is_not_overdue(log: MessageLog, status: str, state: MessageState) -> None:
    await send(log, 1, MOTHER, FATHER)
    await store(log, pushed_report(status, at=NOON + WITHIN))
    await store(log, pushed_report(status, mobile=FATHER, at=NOON + WITHIN + SECOND))
    assert await _failures(log) == [("text 1", MOTHER, state), ("text 1", FATHER, state)]
    assert _names(await _overdue(log, NOON + HOUR)) == [("text 1", FATHER, state)]


async def test_a_text_that_is_never_sent_fails_or_is_overdue(log: MessageLog) -> None:
    await log.enqueue([outgoing(1), outgoing(2, FATHER)])
    await log.settle(link_id(1), MessageState.NOT_SENT, now=NOON + MINUTE)
    await log.settle(link_id(2), MessageState.NOT_SENT, now=NOON + HOUR)
    assert _names(await _overdue(log, NOON + HOUR)) == [("text 2", FATHER, MessageState.NOT_SENT)]


async def test_a_published_failure_is_not_overdue(log: MessageLog, open_log: OpenLog) -> None:
    """The user was warned that the text had failed, and once more after Home Assistant had been restarted."""
    await send(log, 1, MOTHER, FATHER, STRANGER)
    for mobile in (MOTHER, FATHER):
        await store(log, pushed_report("UNDELIV", mobile=mobile, at=NOON + HOUR))
    (first, _) = await log.pending_failures(after=0, limit=10)
    await log.mark_failures_published(first.id)
    await log.close()
    found = _names(await _overdue(open_log(), NOON + HOUR))
    assert found == [("text 1", FATHER, MessageState.UNDELIVERABLE), ("text 1", STRANGER, MessageState.ACCEPTED)]


async def test_the_time_of_a_scheduled_message_begins_at_that_time(log: MessageLog) -> None:
    tomorrow = NOON + DAY
    await send(log, 1, send_at=tomorrow)
    for after in (NOON - DAY, NOON + HOUR):
        assert (await _overdue(log, tomorrow, after=after))[:2] == ((), tomorrow + WITHIN)
        assert _names(await _overdue(log, tomorrow + WITHIN, after=after)) == [("text 1", MOTHER, MessageState.ACCEPTED)]


async def test_the_next_time_is_the_earliest_and_order_is_kept(log: MessageLog) -> None:
    await send(log, 1, send_at=NOON + 3 * MINUTE)
    await send(log, 2, at=NOON + MINUTE)
    await send(log, 3, at=NOON + 2 * MINUTE)
    assert (await _overdue(log, NOON + WITHIN)).next_at == NOON + MINUTE + WITHIN
    assert [name for name, *_ in _names(await _overdue(log, NOON + HOUR))] == ["text 1", "text 2", "text 3"]


async def test_a_watermark_is_known_in_another_process(log: MessageLog, open_log: OpenLog) -> None:
    assert await log.watermark("overdue") is None
    for time in (NOON, NOON - HOUR):
        await log.set_watermark("overdue", time)
    await log.close()
    assert await open_log().watermark("overdue") == NOON - HOUR
