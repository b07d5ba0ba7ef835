"""Messages read back, and the log in figures."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.smsadmin.gateway.models import RecordKind
from custom_components.smsadmin.message_log.errors import LogUnusableError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import (
    Counter,
    Direction,
    LastMessage,
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
    STRANGER,
    OpenLog,
    change,
    line,
    link_id,
    outgoing,
    page,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    send,
    states,
    store,
)


@pytest.fixture
async def filled(log: MessageLog) -> MessageLog:
    """One message an hour: two that were sent, then two replies, then what could not be read."""
    await send(log, 1, MOTHER, at=NOON)
    await send(log, 2, FATHER, at=NOON + HOUR)
    await store(log, pushed_report("DELIVRD", at=NOON + 9 * HOUR))
    await store(log, pushed_reply("Yes", link=link_id(1), at=NOON + 2 * HOUR))
    await store(log, pulled_reply("No", mobile=FATHER, at=NOON + 3 * HOUR))
    await store(log, push(Class="mystery", at=NOON + 4 * HOUR))
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
    await store(log, pushed_report("ERR:104", at=NOON + HOUR))
    await store(log, page(line("DELIVRD", link=link_id(1)), kind=RecordKind.REPORT, at=NOON + 2 * HOUR))
    await store(log, pushed_report("UNDELIV", mobile=FATHER, at=NOON + HOUR))
    (message,) = await log.find(MessageFilter(mobile=MOTHER))
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.OUT,
        mobile=MOTHER,
        message="text 1",
        link_id=link_id(1),
        recipient_id=None,
        state=MessageState.DELIVERED,
        code="000",
        status="DELIVRD",
        reason=None,
        send_at=None,
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
    await store(log, pulled_reply("Yes", link=link_id(1)))
    (message,) = await log.find(MessageFilter())
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.IN,
        mobile=MOTHER,
        message="Yes",
        link_id=link_id(1),
        recipient_id=None,
        state=MessageState.RECEIVED,
        code=None,
        status=None,
        reason=None,
        send_at=None,
        at=NOON,
        history=(StatusChange(state=MessageState.RECEIVED, at=NOON, source=Source.PULL),),
        is_published=False,
    )


async def test_what_could_not_be_read_is_shown_as_text_with_the_reason(log: MessageLog) -> None:
    await store(log, page("13800000001/谢谢"))
    (message,) = await log.find(MessageFilter())
    assert message == Message(
        message_id=message.message_id,
        direction=Direction.IN,
        mobile=None,
        message="13800000001/谢谢",
        link_id=None,
        recipient_id=None,
        state=MessageState.QUARANTINED,
        code=None,
        status=None,
        reason="not a record",
        send_at=None,
        at=NOON,
        history=(StatusChange(state=MessageState.QUARANTINED, at=NOON, status="not a record", source=Source.PULL),),
    )


async def test_messages_of_one_moment_come_in_the_order_of_their_ids(log: MessageLog) -> None:
    for number in range(3):
        await store(log, pushed_reply(f"{number}"))
    assert _names(await log.find(MessageFilter())) == ["2", "1", "0"]
    assert _names(await log.find(MessageFilter(limit=2))) == ["2", "1"]


async def test_an_empty_log_is_all_zeros(log: MessageLog) -> None:
    assert await log.find(MessageFilter()) == []
    assert await log.summarise() == Summary(
        counters=dict.fromkeys(Counter, 0),
        queued=0,
        queued_since=None,
        quarantined=0,
        unseen=0,
        unpublished=0,
        last_push=None,
        first_accepted=None,
    )


async def test_the_log_in_figures(filled: MessageLog) -> None:
    await filled.enqueue([outgoing(3, MOTHER, FATHER, at=_at(5)), outgoing(4, at=_at(6))])
    assert await filled.summarise() == Summary(
        counters={Counter.SUBMITTED: 2, Counter.DELIVERED: 1, Counter.FAILED: 0, Counter.REPLIES: 2},
        queued=3,
        queued_since=_at(5),
        quarantined=1,
        unseen=1,
        unpublished=3,
        last_push=_at(4),
        first_accepted=NOON,
    )


async def test_the_first_accepted_submission_is_known_by_its_id(log: MessageLog) -> None:
    await send(log, 1, at=NOON, state=MessageState.REJECTED)
    await send(log, 2, at=NOON + DAY)
    await send(log, 3, at=NOON + HOUR)
    await log.begin(outgoing(4), NOON)
    assert (await log.summarise()).first_accepted == NOON + DAY


async def test_what_a_user_has_looked_at_is_unread_no_longer(filled: MessageLog) -> None:
    await filled.mark_seen()
    summary = await filled.summarise()
    assert (summary.quarantined, summary.unseen) == (1, 0)
    await store(filled, push(Class="mystery", Message="another"))
    summary = await filled.summarise()
    assert (summary.quarantined, summary.unseen) == (2, 1)


async def test_the_size_is_that_of_all_files(filled: MessageLog) -> None:
    files = [file.stat().st_size for file in filled.path.parent.iterdir()]
    assert len(files) == 3
    assert await filled.size() == sum(files)


async def test_a_file_that_has_just_gone_takes_no_space(filled: MessageLog) -> None:
    """SQLite removed a file while the system information was made, which then showed nothing at all."""
    size = await filled.size()
    filled.path.with_name(f"{filled.path.name}-gone").symlink_to("nowhere")
    assert await filled.size() == size


async def test_the_size_of_a_file_that_cant_be_read_is_an_error(filled: MessageLog) -> None:
    unreadable = filled.path.with_name(f"{filled.path.name}-unreadable")
    unreadable.symlink_to(unreadable)
    with pytest.raises(LogUnusableError):
        await filled.size()


async def test_newest_is_by_id_whatever_the_clock_says(log: MessageLog) -> None:
    """After a start in the wrong year, a reply of today was listed behind all of next year's."""
    for number, at in enumerate((NOON + 300 * DAY, NOON, NOON - 300 * DAY)):
        await send(log, number, at=at)
        await store(log, pushed_reply(f"reply {number}", at=at))
        await store(log, push(Class="mystery", Message=f"{number}", at=at))
    names = ["mystery", "reply 2", "text 2", "mystery", "reply 1", "text 1", "mystery", "reply 0", "text 0"]
    assert _names(await log.find(MessageFilter())) == names
    assert _names(await log.find(MessageFilter(limit=4))) == names[:4]
    assert _names(await log.find(MessageFilter(since=NOON))) == names[3:]
    assert _names(await log.find(MessageFilter(since=NOON, limit=2))) == names[3:5]
    assert _names(await log.find(MessageFilter(until=NOON + DAY, mobile=MOTHER))) == ["reply 2", "text 2", "reply 1", "text 1"]


async def test_a_queued_message_shows_when_it_was_queued_and_cancelled(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER, FATHER, send_at=NOON + DAY)])
    await log.cancel(message_id=(await log.find(MessageFilter(mobile=FATHER)))[0].message_id, now=NOON + SECOND)
    (first,) = await log.queued(10)
    await log.begin(first, NOON + 2 * SECOND)
    await log.settle(link_id(1), MessageState.REJECTED, code="102", reason="a reason", now=NOON + 3 * SECOND)
    cancelled, rejected = await log.find(MessageFilter())
    assert [(step.state, step.at) for step in cancelled.history] == [
        (MessageState.QUEUED, NOON),
        (MessageState.CANCELLED, NOON + SECOND),
    ]
    assert [(step.state, step.at, step.status) for step in rejected.history] == [
        (MessageState.QUEUED, NOON, None),
        (MessageState.SUBMITTING, NOON + 2 * SECOND, None),
        (MessageState.REJECTED, NOON + 3 * SECOND, "102"),
    ]
    assert (rejected.code, rejected.reason, rejected.send_at) == ("102", "a reason", NOON + DAY)


async def test_a_number_may_be_a_recipients_or_bare(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", None))
    await send(log, 2, MOTHER)
    await store(log, pushed_reply("to the first", link=link_id(1)))
    await store(log, pushed_reply("to none"))
    await store(log, push(Class="mystery"))
    family = MessageFilter(parties=[("family", MOTHER)])
    assert _names(await log.find(family)) == ["to the first", "text 1"]
    with_numbers = MessageFilter(parties=[("family", MOTHER), ("", MOTHER)])
    assert _names(await log.find(with_numbers)) == ["to none", "to the first", "text 2", "text 1"]
    assert [message.recipient_id for message in await log.find(with_numbers)] == [None, "family", None, "family"]
    assert await log.find(MessageFilter(parties=[])) == []


async def test_the_last_message_is_that_of_the_last_call(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    await send(log, 2, MOTHER, at=NOON + HOUR, state=MessageState.REJECTED, code="102", reason="no money")
    await store(log, pushed_report("EXPIRED", mobile=FATHER))
    assert await log.last_messages([("family", ()), ("mother", (MOTHER,)), ("friend", (STRANGER,)), ("empty", ())]) == [
        LastMessage(
            state=MessageState.EXPIRED, message="text 1", at=NOON, code="000", status="EXPIRED", reason=None, send_at=None
        ),
        LastMessage(
            state=MessageState.REJECTED,
            message="text 2",
            at=NOON + HOUR,
            code="102",
            status=None,
            reason="no money",
            send_at=None,
        ),
        None,
        None,
    ]


async def _last(log: MessageLog, recipient_id: str, *mobiles: str) -> tuple[str, MessageState] | None:
    """Text and state of the last message."""
    (found,) = await log.last_messages([(recipient_id, mobiles)])
    return (found.message, found.state) if found else None


_OF_TEXTS = [state for state in MessageState if state not in (MessageState.RECEIVED, MessageState.QUARANTINED)]


@pytest.mark.parametrize("state", _OF_TEXTS)
async def test_no_state_hides_the_last_message(log: MessageLog, path: Path, open_log: OpenLog, state: MessageState) -> None:
    """The platform had a new report status, and the sensor did not show the text that had it."""
    await send(log, 1, MOTHER)
    await log.close()
    change(path, f"UPDATE number SET state = '{state}'")
    assert await _last(open_log(), "", MOTHER) == ("text 1", state)


async def test_of_a_call_every_submission_counts_and_of_another_none(log: MessageLog) -> None:
    await send(log, 1, MOTHER, call="alarm", state=MessageState.REJECTED, recipients=("family",))
    await send(log, 2, FATHER, call="alarm", recipients=("family",))
    assert await _last(log, "family") == ("text 1", MessageState.REJECTED)
    await send(log, 3, FATHER, call="all clear", recipients=("family",))
    assert await _last(log, "family") == ("text 3", MessageState.ACCEPTED)


async def test_a_text_to_one_recipient_is_no_text_to_another(log: MessageLog) -> None:
    """Two recipients share a number; the sensor of the one showed the text to the other."""
    await send(log, 1, MOTHER, recipients=("family",))
    await send(log, 2, MOTHER, recipients=("alarm",))
    assert await _last(log, "family", MOTHER) == ("text 1", MessageState.ACCEPTED)


@pytest.mark.parametrize("damage", ["source = 'pigeon'", "content = '1', received_at = 9000000000000000000"])
async def test_a_damaged_reply_hides_no_other(log: MessageLog, path: Path, open_log: OpenLog, damage: str) -> None:
    for number in range(3):
        await store(log, pushed_reply(f"{number}"))
    await log.close()
    change(path, f"UPDATE record SET {damage} WHERE content = '1'")
    assert {"2", "0"} <= set(_names(await open_log().find(MessageFilter())))


async def test_a_damaged_number_hides_no_other(log: MessageLog, path: Path, open_log: OpenLog) -> None:
    await send(log, 1, MOTHER, FATHER, state=MessageState.REJECTED)
    await send(log, 2, MOTHER, FATHER)
    await log.close()
    change(path, f"UPDATE number SET state = 'a later one' WHERE mobile = '{MOTHER}'")
    change(path, f"UPDATE submission SET called_at = -9000000000000000000 WHERE link_id = '{link_id(1)}'")
    reopened = open_log()
    assert _names(await reopened.find(MessageFilter())) == ["text 2", "text 1"]
    assert await _last(reopened, "", MOTHER) is None
    assert await _last(reopened, "", MOTHER, FATHER) == ("text 2", MessageState.ACCEPTED)
    assert [message.mobile for message in (await reopened.overdue(HOUR, after=NOON, until=NOON + HOUR)).messages] == [FATHER]


async def test_a_damaged_failure_hides_no_other(log: MessageLog, path: Path, open_log: OpenLog) -> None:
    await send(log, 1, MOTHER, FATHER, state=MessageState.REJECTED)
    await log.close()
    change(path, "UPDATE failure SET failed_at = 9000000000000000000 WHERE position = 0")
    assert [failed.mobile for failed in await open_log().pending_failures(after=0, limit=10)] == [MOTHER, FATHER]


@pytest.mark.parametrize("written", ["85212345678", "0085212345678", "+852 1234 5678"])
async def test_a_foreign_number_is_found_in_any_spelling(log: MessageLog, written: str) -> None:
    """A text to Hong Kong stayed "accepted" although its report had come, because the platform writes no 00."""
    sent_to = "0085212345678"
    await send(log, 1, sent_to, MOTHER, recipients=("son", None))
    await store(log, pushed_reply("Yes", mobile=written, link=link_id(1)))
    await store(log, pushed_report("UNDELIV", mobile=written))
    for mobile in {sent_to, written}:
        reply, text = await log.find(MessageFilter(mobile=mobile))
        assert (reply.message, reply.recipient_id) == ("Yes", "son")
        assert (text.mobile, text.state, text.status) == (sent_to, MessageState.UNDELIVERABLE, "UNDELIV")
        assert len(text.history) == 3
        assert [pending.recipient_id for pending in await log.pending_events(0, 10)] == ["son", "son"]
    assert [failed.mobile for failed in await log.pending_failures(0, 10)] == [sent_to]


@pytest.mark.parametrize("written", ["85212345678", "0085212345678"])
async def test_a_bare_number_of_another_country_is_an_addressee(log: MessageLog, written: str) -> None:
    await send(log, 1, "0085212345678")
    await store(log, pushed_reply("Yes", mobile="85212345678"))
    found = await log.find(MessageFilter(parties=[("", "85212345678")]))
    assert [message.message for message in found] == ["Yes", "text 1"]
    assert await states(log, written) == (MessageState.ACCEPTED,)


async def test_a_number_of_north_america_is_no_mainland_number(log: MessageLog) -> None:
    await send(log, 1, "0013105551234", "13105551234")
    await store(log, pushed_report("DELIVRD", mobile="0013105551234"))
    assert await states(log, "0013105551234", "13105551234") == (MessageState.DELIVERED, MessageState.ACCEPTED)
