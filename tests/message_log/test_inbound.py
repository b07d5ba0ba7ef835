"""What comes in: kept once, as it came, and handed over in order until it was."""

from datetime import timedelta
from pathlib import Path
import sqlite3
from typing import Any

import pytest

from custom_components.smsadmin.gateway.models import RawPage, RawPush, RecordKind, Reply, Report
from custom_components.smsadmin.message_log import inbound
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import ImportCounts, MessageFilter, MessageState, RawInbound, Source

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    SENT_AT,
    STRANGER,
    OpenLog,
    all_pending,
    contents,
    counters,
    line,
    link_id,
    page,
    pulled_reply,
    pulled_report,
    push,
    pushed_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
)

NEW_REPLY = ImportCounts(replies=1, records=1)
NEW_REPORT = ImportCounts(reports=1, records=1)
NOTHING_NEW = ImportCounts(records=1)
MOMENT = timedelta(milliseconds=1)


async def test_a_pushed_reply_waits_as_it_was_written(log: MessageLog) -> None:
    assert await store(log, pushed_reply("好 & thanks\n/8", link=link_id(1))) == NEW_REPLY
    (waiting,) = await all_pending(log)
    assert waiting.record == Reply(mobile=MOTHER, message="好 & thanks\n/8", link_id=link_id(1))
    assert (waiting.source, waiting.received_at, waiting.original_text) == (Source.PUSH, NOON, None)


async def test_a_pulled_report_waits_with_all_that_it_says(log: MessageLog) -> None:
    assert await store(log, pulled_report("DELIVRD")) == NEW_REPORT
    (waiting,) = await all_pending(log)
    assert waiting.record == Report(mobile=MOTHER, status="DELIVRD", link_id=link_id(1), sub_code="8", reported_at=SENT_AT)
    assert waiting.source is Source.PULL


async def test_what_waits_knows_the_text_that_it_is_about(log: MessageLog) -> None:
    await store(log, pushed_reply("before it is known", link=link_id(1)))
    await send(log, 1)
    await store(log, pushed_report("DELIVRD"))
    await store(log, pushed_reply("about another", link=link_id(2)))
    assert [waiting.original_text for waiting in await all_pending(log)] == ["text 1", "text 1", None]


@pytest.mark.parametrize("arrival", [pushed_reply, pulled_reply])
async def test_two_equal_replies_over_one_channel_are_two(log: MessageLog, arrival: Any) -> None:
    assert [await store(log, arrival("Yes")) for _ in range(2)] == [NEW_REPLY, NEW_REPLY]
    assert await contents(log) == ["Yes", "Yes"]


@pytest.mark.parametrize(("first", "second"), [(pushed_reply, pulled_reply), (pulled_reply, pushed_reply)])
async def test_the_same_reply_over_both_channels_is_one(log: MessageLog, first: Any, second: Any) -> None:
    assert await store(log, first("Yes", link=link_id(1))) == NEW_REPLY
    assert await store(log, second("Yes", link=link_id(1))) == NOTHING_NEW
    assert len(await all_pending(log)) == 1


async def test_each_record_takes_one_partner_at_most(log: MessageLog) -> None:
    arrivals = [pushed_reply, pulled_reply, pulled_reply, pushed_reply, pushed_reply]
    new = [(await store(log, arrival("Yes"))).replies for arrival in arrivals]
    assert new == [1, 0, 1, 0, 1]


async def test_two_equal_replies_of_a_page_are_two_of_which_one_was_pushed(log: MessageLog) -> None:
    await store(log, pushed_reply("Yes"))
    assert await store(log, page(line("Yes"), line("Yes"))) == ImportCounts(replies=1, records=2)


@pytest.mark.parametrize(
    "other",
    [pulled_reply("No"), pulled_reply("Yes", mobile=FATHER), pulled_reply("Yes", link=link_id(1)), pulled_report("Yes", link="")],
)
async def test_replies_that_differ_are_no_partners(log: MessageLog, other: RawInbound) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, other)) in (NEW_REPLY, NEW_REPORT)
    assert len(await all_pending(log)) == 2


async def test_a_handed_over_reply_still_finds_its_partner(log: MessageLog) -> None:
    await store(log, pushed_reply("Yes"))
    await log.mark_published((await all_pending(log))[0].id)
    assert await store(log, pulled_reply("Yes")) == NOTHING_NEW
    assert await all_pending(log) == []


@pytest.mark.parametrize(("later", "new"), [(DAY, 0), (DAY + MOMENT, 1)])
async def test_partners_come_within_a_day(log: MessageLog, later: timedelta, new: int) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, pulled_reply("Yes", at=NOON + later, sent_at=None))).replies == new


@pytest.mark.parametrize("later", [HOUR, 9 * DAY])
async def test_a_pull_that_comes_days_later_is_the_partner_of_what_was_pushed_when_it_was_sent(
    log: MessageLog, later: timedelta
) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, pulled_reply("Yes", at=NOON + later))).replies == 0


async def test_partners_that_come_together_may_say_that_they_were_sent_long_ago(log: MessageLog) -> None:
    await store(log, pulled_reply("Yes", sent_at=SENT_AT - 9 * DAY))
    assert (await store(log, pushed_reply("Yes"))).replies == 0


async def test_a_push_that_comes_days_after_the_pull_of_what_was_sent_then_is_its_own(log: MessageLog) -> None:
    await store(log, pulled_reply("Yes"))
    assert (await store(log, pushed_reply("Yes", at=NOON + 9 * DAY))).replies == 1


@pytest.mark.parametrize("again", [pushed_report, pulled_report])
async def test_a_status_is_told_once_however_often_it_comes(log: MessageLog, again: Any) -> None:
    assert await store(log, pushed_report("EXPIRED")) == NEW_REPORT
    for late in (NOON, NOON + 9 * DAY):
        assert await store(log, again("EXPIRED", at=late)) == NOTHING_NEW
    assert await contents(log) == ["EXPIRED"]


async def test_a_status_is_one_of_a_message_to_a_number(log: MessageLog) -> None:
    arrivals = [pushed_report("EXPIRED"), pushed_report("EXPIRED", mobile=FATHER), pushed_report("EXPIRED", link=link_id(2))]
    assert [await store(log, arrival) for arrival in arrivals] == [NEW_REPORT] * 3


async def test_reports_without_a_link_id_are_told_apart_like_replies(log: MessageLog) -> None:
    arrivals: list[Any] = [pushed_report, pushed_report, pulled_report, pulled_report, pulled_report]
    assert [(await store(log, arrival("EXPIRED", link=""))).reports for arrival in arrivals] == [1, 1, 0, 0, 1]


async def test_a_late_status_is_kept_and_takes_no_delivery_back(log: MessageLog) -> None:
    await send(log, 1)
    for number, status in enumerate(("DELIVRD", "EXPIRED", "UNDELIV"), 1):
        await store(log, pushed_report(status, at=NOON + number * HOUR))
    (message,) = await log.find(MessageFilter())
    assert message.state is MessageState.DELIVERED
    assert [step.status for step in message.history] == [None, "000", "DELIVRD", "EXPIRED", "UNDELIV"]
    assert await contents(log) == ["DELIVRD", "EXPIRED", "UNDELIV"]
    assert await counters(log) == (1, 1, 0, 0)


async def test_any_other_status_gives_way_to_a_later_one(log: MessageLog) -> None:
    await send(log, 1)
    for status, state in (
        ("ERR:104", MessageState.BUSY),
        ("UNDELIV", MessageState.UNDELIVERABLE),
        ("DELIVRD", MessageState.DELIVERED),
    ):
        await store(log, pushed_report(status))
        assert await states(log, (MOTHER,)) == (state,)


async def test_a_report_on_what_is_not_in_the_log_is_kept(log: MessageLog) -> None:
    assert await store(log, pushed_report("DELIVRD", link=link_id(9))) == NEW_REPORT
    await send(log, 1, FATHER)
    assert await store(log, pushed_report("DELIVRD", mobile=STRANGER)) == NEW_REPORT
    assert await counters(log) == (1, 0, 0, 0)


ANYTHING = bytes(range(256))


async def test_what_came_in_is_kept_to_the_byte(log: MessageLog, path: Path) -> None:
    await store(log, RawInbound(raw=RawPush(query=ANYTHING, body=ANYTHING[::-1], charset="gbk"), received_at=NOON))
    await store(log, RawInbound(raw=RawPage(kind=RecordKind.REPORT, body=ANYTHING, complete=False), received_at=NOON + MOMENT))
    await log.close()
    noon = round(NOON.timestamp() * 1000)
    assert rows(path, "SELECT source, kind, query, body, charset, complete, received_at FROM arrival ORDER BY id") == [
        ("push", None, ANYTHING, ANYTHING[::-1], "gbk", 1, noon),
        ("pull", "rpt", b"", ANYTHING, None, 0, noon + 1),
    ]


async def test_what_cant_be_read_is_set_apart_and_its_neighbours_are_kept(log: MessageLog) -> None:
    arrival = page(line("One"), "13800000001/broken", line("Two"))
    assert await store(log, arrival) == ImportCounts(replies=2, records=2, quarantined=1)
    assert await contents(log) == ["One", "Two"]
    assert [message.message for message in await log.find(MessageFilter()) if message.state is MessageState.QUARANTINED] == [
        "13800000001/broken"
    ]


async def test_the_end_of_a_page_that_broke_off_is_set_apart(log: MessageLog) -> None:
    assert await store(log, page(line("One"), line("Tw"), complete=False)) == ImportCounts(replies=1, records=1, quarantined=1)


async def test_a_push_that_says_nothing_known_is_set_apart(log: MessageLog) -> None:
    assert await store(log, push(Class="mystery")) == ImportCounts(quarantined=1)
    (message,) = await log.find(MessageFilter())
    assert (message.state, message.history[0].status) == (MessageState.QUARANTINED, "unknown class")


async def test_an_answer_that_is_no_page_is_set_apart(log: MessageLog) -> None:
    assert await store(log, page("<html>404 / Not found</html>")) == ImportCounts(quarantined=1)
    assert (await log.find(MessageFilter()))[0].history[0].status == "InvalidAnswerError"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (RawPush(query=b"Class=mo", body=b"Message=Yes"), "Class=mo\nMessage=Yes"),
        (RawPage(kind=RecordKind.REPLY, body=b"13800000001/a page"), "13800000001/a page"),
    ],
)
async def test_what_no_codec_survives_is_kept_all_the_same(
    log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch, raw: RawPush | RawPage, text: str
) -> None:
    def broken(raw: object) -> None:
        raise RecursionError(raw)

    monkeypatch.setattr(inbound, "read_push", broken)
    monkeypatch.setattr(inbound, "read_page", broken)
    assert await store(log, RawInbound(raw=raw, received_at=NOON)) == ImportCounts(quarantined=1)
    (message,) = await log.find(MessageFilter())
    assert (message.message, message.history[0].status) == (text, "RecursionError")
    await log.close()
    assert rows(path, "SELECT body FROM arrival") == [(raw.body,)]


async def test_what_waits_comes_in_the_order_of_arrival_whatever_its_times_say(log: MessageLog) -> None:
    await store(log, pushed_reply("first", at=NOON + HOUR))
    await store(log, page(line("second"), line("third", sent_at=SENT_AT - DAY)))
    await store(log, pushed_report("DELIVRD", at=NOON - HOUR))
    assert await contents(log) == ["first", "second", "third", "DELIVRD"]


async def test_what_waits_is_asked_for_piece_by_piece(log: MessageLog) -> None:
    await store(log, page(*(line(f"{number}") for number in range(5))))
    first = await log.pending_events(after=0, limit=2)
    second = await log.pending_events(after=first[-1].id, limit=2)
    third = await log.pending_events(after=second[-1].id, limit=2)
    assert [
        [waiting.record.message for waiting in piece if isinstance(waiting.record, Reply)] for piece in (first, second, third)
    ] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]


async def test_what_was_handed_over_waits_no_longer(log: MessageLog) -> None:
    await store(log, page(*(line(f"{number}") for number in range(5))))
    await log.mark_published((await all_pending(log))[2].id)
    assert await contents(log) == ["3", "4"]
    assert (await log.summarise()).waiting == 2


async def test_what_waits_is_the_same_after_a_restart(log: MessageLog, open_log: OpenLog) -> None:
    await store(log, page(line("One"), "13800000001/broken", line("Two")))
    waiting, found = await all_pending(log), await log.find(MessageFilter())
    await log.close()
    reopened = open_log()
    assert (await all_pending(reopened), await reopened.find(MessageFilter())) == (waiting, found)
    assert {message.message_id for message in found} > {one.message_id for one in waiting}


async def test_replies_are_counted_once(log: MessageLog) -> None:
    for arrival in (pushed_reply("Yes"), pulled_reply("Yes"), pulled_reply("Yes"), pushed_report("EXPIRED")):
        await store(log, arrival)
    assert await counters(log) == (0, 0, 0, 2)


async def test_pushes_are_decoded_when_somebody_asks_for_messages(log: MessageLog) -> None:
    for text in ("One", "Two"):
        await log.keep(pushed_reply(text))
    assert await contents(log) == []
    assert (await log.summarise()).waiting == 2
    assert [message.message for message in await log.find(MessageFilter())] == ["Two", "One"]
    assert await contents(log) == ["One", "Two"]
    assert (await log.summarise()).waiting == 2


async def test_pushes_are_decoded_before_a_page_that_came_later(log: MessageLog) -> None:
    await log.keep(pushed_reply("first"))
    await log.keep(pushed_reply("Yes"))
    assert await store(log, page(line("Yes"), line("last"))) == ImportCounts(replies=1, records=2)
    assert await contents(log) == ["first", "Yes", "last"]


async def test_pushes_are_decoded_some_at_a_time(log: MessageLog) -> None:
    await send(log, 1, MOTHER)
    for _ in range(3):
        await log.keep(pushed_report("DELIVRD"))
    await log.keep(push(Class="mystery"))
    assert [await log.decode_pushes(limit=2) for _ in range(3)] == [
        ImportCounts(reports=1, records=2),
        ImportCounts(records=1, quarantined=1),
        ImportCounts(),
    ]
    assert await contents(log) == ["DELIVRD"]


async def test_pushes_that_nobody_has_decoded_are_there_after_a_restart(log: MessageLog, open_log: OpenLog) -> None:
    await log.keep(pushed_reply("Yes"))
    await log.close()
    reopened = open_log()
    await reopened.decode_pushes(limit=1)
    assert await contents(reopened) == ["Yes"]


async def test_a_failure_that_somebody_watches_for_is_known_although_nobody_has_decoded_its_push(log: MessageLog) -> None:
    await send(log, 1, MOTHER)
    await log.keep(pushed_report("UNDELIV"))
    (due,) = (await log.undelivered(HOUR, mobiles=None, after=NOON - DAY, now=NOON + SECOND)).due
    assert (due.mobile, due.state) == (MOTHER, MessageState.UNDELIVERABLE)


async def test_what_was_kept_before_a_question_is_decoded_however_much_it_is(
    log: MessageLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "AT_ONCE", 2)
    for number in range(4):
        await log.keep(pushed_reply(str(number)))
    assert len(await log.find(MessageFilter())) == 4
    await log.keep(push(Class="mystery"))
    await log.keep(pushed_reply("5"))
    await log.keep(pushed_reply("6"))
    assert len(await log.find(MessageFilter())) == 7


async def test_a_question_is_answered_although_pushes_keep_coming(log: MessageLog, monkeypatch: pytest.MonkeyPatch) -> None:
    decode_pushes = inbound.decode_pushes

    def decode_and_receive(connection: sqlite3.Connection, limit: int) -> ImportCounts:
        counts = decode_pushes(connection, limit)
        inbound.keep_all(connection, [pushed_reply("one more")])
        return counts

    monkeypatch.setattr(inbound, "decode_pushes", decode_and_receive)
    assert await log.find(MessageFilter()) == []
    assert len(await log.find(MessageFilter())) == 1
