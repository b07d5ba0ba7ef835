"""Messages read back, and the log in figures."""

from datetime import datetime
from typing import Any

import pytest

from custom_components.smsadmin.gateway.models import RecordKind
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import (
    Counter,
    Direction,
    Message,
    MessageFilter,
    MessageState,
    Source,
    StatusChange,
    Summary,
)

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    line,
    link_id,
    page,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    send,
    submission,
)


@pytest.fixture
async def filled(log: MessageLog) -> MessageLog:
    """One message an hour: two that were sent, then two replies, then what could not be read."""
    await send(log, 1, MOTHER, at=NOON)
    await send(log, 2, FATHER, at=NOON + HOUR)
    await log.accept(pushed_report("DELIVRD", at=NOON + 9 * HOUR))
    await log.accept(pushed_reply("Yes", link=link_id(1), at=NOON + 2 * HOUR))
    await log.accept(pulled_reply("No", mobile=FATHER, at=NOON + 3 * HOUR))
    await log.accept(push(Class="mystery", at=NOON + 4 * HOUR))
    return log


def _names(messages: list[Message]) -> list[str]:
    return ["mystery" if message.state is MessageState.QUARANTINED else message.message for message in messages]


def _at(hours: int) -> datetime:
    return NOON + hours * HOUR


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["mystery", "No", "Yes", "text 2", "text 1"]),
        ({"direction": Direction.OUT}, ["text 2", "text 1"]),
        ({"direction": Direction.IN}, ["mystery", "No", "Yes"]),
        ({"mobile": MOTHER}, ["Yes", "text 1"]),
        ({"mobile": FATHER}, ["No", "text 2"]),
        ({"mobile": "1"}, []),
        ({"mobile": MOTHER, "direction": Direction.IN}, ["Yes"]),
        ({"link_id": link_id(1)}, ["Yes", "text 1"]),
        ({"link_id": link_id(1), "direction": Direction.OUT}, ["text 1"]),
        ({"link_id": link_id(1), "mobile": FATHER}, []),
        ({"since": _at(2)}, ["mystery", "No", "Yes"]),
        ({"until": _at(2)}, ["text 2", "text 1"]),
        ({"since": _at(1), "until": _at(4)}, ["No", "Yes", "text 2"]),
        ({"since": _at(3), "until": _at(3)}, []),
        ({"since": _at(1), "mobile": MOTHER, "direction": Direction.IN, "link_id": link_id(1), "until": _at(3)}, ["Yes"]),
        ({"limit": 1}, ["mystery"]),
        ({"limit": 4}, ["mystery", "No", "Yes", "text 2"]),
        ({"limit": 1, "direction": Direction.OUT}, ["text 2"]),
        ({"limit": 1, "until": _at(3)}, ["Yes"]),
        ({"limit": 0}, []),
    ],
)
async def test_what_is_asked_for_is_found_newest_first(filled: MessageLog, wanted: dict[str, Any], found: list[str]) -> None:
    assert _names(await filled.find(MessageFilter(**wanted))) == found


async def test_a_sent_message_has_its_whole_history(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, code="000")
    await log.accept(pushed_report("ERR:104", at=NOON + HOUR))
    await log.accept(page(line("DELIVRD", link=link_id(1)), kind=RecordKind.REPORT, at=NOON + 2 * HOUR))
    await log.accept(pushed_report("UNDELIV", mobile=FATHER, at=NOON + HOUR))
    (message,) = await log.find(MessageFilter(mobile=MOTHER))
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.OUT,
        mobile=MOTHER,
        message="text 1",
        link_id=link_id(1),
        state=MessageState.DELIVERED,
        at=NOON,
        history=(
            StatusChange(state=MessageState.SUBMITTING, at=NOON),
            StatusChange(state=MessageState.ACCEPTED, at=NOON + SECOND, status="000"),
            StatusChange(state=MessageState.BUSY, at=NOON + HOUR, status="ERR:104", source=Source.PUSH),
            StatusChange(state=MessageState.DELIVERED, at=NOON + 2 * HOUR, status="DELIVRD", source=Source.PULL),
        ),
    )


async def test_a_message_to_many_is_one_for_each_number(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER)
    messages = await log.find(MessageFilter())
    assert {message.mobile for message in messages} == {MOTHER, FATHER}
    assert len({message.message_id for message in messages}) == 2


async def test_a_reply_has_one_step(log: MessageLog) -> None:
    await log.accept(pulled_reply("Yes", link=link_id(1)))
    (message,) = await log.find(MessageFilter())
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.IN,
        mobile=MOTHER,
        message="Yes",
        link_id=link_id(1),
        state=MessageState.RECEIVED,
        at=NOON,
        history=(StatusChange(state=MessageState.RECEIVED, at=NOON, source=Source.PULL),),
    )


async def test_what_could_not_be_read_is_shown_as_text_with_the_reason(log: MessageLog) -> None:
    await log.accept(page("13800000001/谢谢"))
    (message,) = await log.find(MessageFilter())
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.IN,
        mobile=None,
        message="13800000001/谢谢",
        link_id=None,
        state=MessageState.QUARANTINED,
        at=NOON,
        history=(StatusChange(state=MessageState.QUARANTINED, at=NOON, status="not a record", source=Source.PULL),),
    )


async def test_messages_of_one_moment_come_in_the_order_of_their_ids(log: MessageLog) -> None:
    for number in range(3):
        await log.accept(pushed_reply(f"{number}"))
    assert _names(await log.find(MessageFilter())) == ["2", "1", "0"]
    assert _names(await log.find(MessageFilter(limit=2))) == ["2", "1"]


async def test_an_empty_log_is_all_zeros(log: MessageLog) -> None:
    assert await log.find(MessageFilter()) == []
    assert await log.summarise() == Summary(
        counters=dict.fromkeys(Counter, 0),
        quarantined=0,
        unread=0,
        waiting=0,
        last_push=None,
        first_accepted=None,
        states=(),
    )


async def test_the_log_in_figures(filled: MessageLog) -> None:
    summary = await filled.summarise([(MOTHER,), (FATHER,)])
    assert summary == Summary(
        counters={Counter.SUBMITTED: 2, Counter.DELIVERED: 1, Counter.FAILED: 0, Counter.REPLIES: 2},
        quarantined=1,
        unread=1,
        waiting=3,
        last_push=_at(9),
        first_accepted=NOON,
        states=(MessageState.DELIVERED, MessageState.ACCEPTED),
    )


async def test_the_first_accepted_submission_is_the_earliest_that_was(log: MessageLog) -> None:
    await send(log, 1, at=NOON, state=MessageState.REJECTED)
    await send(log, 2, at=NOON + DAY)
    await send(log, 3, at=NOON + HOUR)
    await log.begin([submission(4)], NOON)
    assert (await log.summarise()).first_accepted == NOON + HOUR


async def test_what_somebody_has_looked_at_is_unread_no_longer(filled: MessageLog) -> None:
    await filled.mark_seen()
    summary = await filled.summarise()
    assert (summary.quarantined, summary.unread) == (1, 0)
    await filled.accept(push(Class="mystery"))
    summary = await filled.summarise()
    assert (summary.quarantined, summary.unread) == (2, 1)


async def test_the_size_is_that_of_all_files(filled: MessageLog) -> None:
    files = [file.stat().st_size for file in filled.path.parent.iterdir()]
    assert len(files) == 3
    assert await filled.size() == sum(files)
