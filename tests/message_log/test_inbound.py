"""What comes in: kept once, as it came, and published in order until it was."""

from copy import replace
from datetime import timedelta
import gzip
from pathlib import Path
from typing import Any

import pytest

from custom_components.smsadmin.gateway.models import CHINA, Charset, RawPage, RawPush, Reading, RecordKind, Reply, Report
from custom_components.smsadmin.message_log import inbound
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import ImportCounts, MessageFilter, MessageState, RawInbound, Source

from .conftest import (
    DAY,
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SENT_AT,
    STRANGER,
    OpenLog,
    all_pending,
    change,
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
MINUTE = timedelta(minutes=1)


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


async def test_each_record_takes_one_copy_at_most(log: MessageLog) -> None:
    arrivals = [pushed_reply, pulled_reply, pulled_reply, pushed_reply, pushed_reply]
    new = [(await store(log, arrival("Yes"))).replies for arrival in arrivals]
    assert new == [1, 0, 1, 0, 1]


async def test_of_two_equal_replies_of_a_page_one_was_pushed(log: MessageLog) -> None:
    await store(log, pushed_reply("Yes"))
    assert await store(log, page(line("Yes"), line("Yes"))) == ImportCounts(replies=1, records=2)


@pytest.mark.parametrize(
    "other",
    [pulled_reply("No"), pulled_reply("Yes", mobile=FATHER), pulled_reply("Yes", link=link_id(1)), pulled_report("Yes", link="")],
)
async def test_replies_that_differ_are_no_copies(log: MessageLog, other: RawInbound) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, other)) in (NEW_REPLY, NEW_REPORT)
    assert len(await all_pending(log)) == 2


async def test_a_published_reply_still_finds_its_copy(log: MessageLog) -> None:
    await store(log, pushed_reply("Yes"))
    await log.mark_published((await all_pending(log))[0].id)
    assert await store(log, pulled_reply("Yes")) == NOTHING_NEW
    assert await all_pending(log) == []


@pytest.mark.parametrize(("later", "new"), [(DAY, 0), (DAY + MOMENT, 1)])
async def test_copies_come_within_a_day(log: MessageLog, later: timedelta, new: int) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, pulled_reply("Yes", at=NOON + later, sent_at=None))).replies == new


@pytest.mark.parametrize("later", [HOUR, 9 * DAY])
async def test_a_late_pull_matches_what_was_pushed_at_its_stated_time(log: MessageLog, later: timedelta) -> None:
    await store(log, pushed_reply("Yes"))
    assert (await store(log, pulled_reply("Yes", at=NOON + later))).replies == 0


async def test_a_push_days_after_a_pull_is_its_own(log: MessageLog) -> None:
    await store(log, pulled_reply("Yes"))
    assert (await store(log, pushed_reply("Yes", at=NOON + 9 * DAY))).replies == 1


@pytest.mark.parametrize("again", [pushed_report, pulled_report])
async def test_a_status_is_reported_once_however_often_it_comes(log: MessageLog, again: Any) -> None:
    assert await store(log, pushed_report("EXPIRED")) == NEW_REPORT
    for late in (NOON, NOON + 9 * DAY):
        assert await store(log, again("EXPIRED", at=late)) == NOTHING_NEW
    assert await contents(log) == ["EXPIRED"]


async def test_a_status_is_one_of_a_message_to_a_number(log: MessageLog) -> None:
    arrivals = [pushed_report("EXPIRED"), pushed_report("EXPIRED", mobile=FATHER), pushed_report("EXPIRED", link=link_id(2))]
    assert [await store(log, arrival) for arrival in arrivals] == [NEW_REPORT] * 3


async def test_reports_without_a_link_id_are_matched_like_replies(log: MessageLog) -> None:
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
        assert await states(log, MOTHER) == (state,)


async def test_a_report_on_what_is_not_in_the_log_is_kept(log: MessageLog) -> None:
    assert await store(log, pushed_report("DELIVRD", link=link_id(9))) == NEW_REPORT
    await send(log, 1, FATHER)
    assert await store(log, pushed_report("DELIVRD", mobile=STRANGER)) == NEW_REPORT
    assert await counters(log) == (1, 0, 0, 0)


ANYTHING = bytes(range(256))


async def test_what_cant_be_read_is_set_apart_from_its_neighbours(log: MessageLog) -> None:
    arrival = page(line("One"), "13800000001/broken", line("Two"))
    assert await store(log, arrival) == ImportCounts(replies=2, records=2, quarantined=1)
    assert await contents(log) == ["One", "Two"]
    assert [message.message for message in await log.find(MessageFilter()) if message.state is MessageState.QUARANTINED] == [
        "13800000001/broken"
    ]


async def test_the_end_of_a_page_that_broke_off_is_set_apart(log: MessageLog) -> None:
    assert await store(log, page(line("One"), line("Tw"), complete=False)) == ImportCounts(
        replies=1, records=1, quarantined=1, unseen=1
    )


async def test_a_push_that_says_nothing_known_is_set_apart(log: MessageLog) -> None:
    assert await store(log, push(Class="mystery")) == ImportCounts(quarantined=1, unseen=1)
    (message,) = await log.find(MessageFilter())
    assert (message.state, message.history[0].status) == (MessageState.QUARANTINED, "unknown class")


async def test_what_waits_comes_in_order_whatever_its_times_say(log: MessageLog) -> None:
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


async def test_what_was_published_waits_no_longer(log: MessageLog) -> None:
    await store(log, page(*(line(f"{number}") for number in range(5))))
    await log.mark_published((await all_pending(log))[2].id)
    assert await contents(log) == ["3", "4"]
    assert (await log.summarise()).unpublished == 2


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


@pytest.mark.parametrize(("first", "second"), [(pushed_reply, pulled_reply), (pulled_reply, pushed_reply)])
async def test_the_same_reply_over_both_channels_is_one(log: MessageLog, first: Any, second: Any) -> None:
    assert await store(log, first("Yes", link=link_id(1))) == NEW_REPLY
    assert await store(log, second("Yes", link=link_id(1))) == NOTHING_NEW
    assert len(await all_pending(log)) == 1


async def test_copies_that_come_together_may_state_old_times(log: MessageLog) -> None:
    await store(log, pulled_reply("Yes", sent_at=SENT_AT - 9 * DAY))
    assert (await store(log, pushed_reply("Yes"))).replies == 0


async def test_a_copy_of_the_right_time_is_found_among_many(log: MessageLog) -> None:
    for number in range(20):
        await store(log, pushed_reply("ON", at=NOON + number * 2 * DAY))
    late = NOON + 100 * DAY
    for number in (0, 19, 7, 7):
        sent_at = (NOON + number * 2 * DAY).astimezone(CHINA)
        counts = await store(log, pulled_reply("ON", at=late, sent_at=sent_at))
        late += HOUR
    assert counts == NEW_REPLY
    assert len(await all_pending(log)) == 21


async def test_what_waits_knows_the_recipient_that_it_is_about(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("mother", None))
    for arrival in (
        pushed_reply("Yes", link=link_id(1)),
        pushed_report("DELIVRD"),
        pushed_report("DELIVRD", mobile=FATHER),
        pushed_reply("No"),
    ):
        await store(log, arrival)
    assert [pending.recipient_id for pending in await all_pending(log)] == ["mother", "mother", None, None]


async def test_what_came_in_is_kept_to_the_byte(log: MessageLog, path: Path) -> None:
    anything = bytes(range(256))
    raw_push = RawPush(query=anything, body=anything[::-1], content_type="text/plain; charset=gbk")
    raw_page = RawPage(kind=RecordKind.REPORT, body=anything, content_encoding="gzip", status=502, complete=False)
    await store(log, RawInbound(raw=raw_push, received_at=NOON))
    await store(log, RawInbound(raw=raw_page, received_at=NOON + MOMENT))
    noon = round(NOON.timestamp() * 1000)
    columns = "source, kind, query, body, content_type, content_encoding, status, complete, received_at, repeats"
    assert rows(path, f"SELECT {columns} FROM arrival ORDER BY id") == [
        ("push", None, anything, anything[::-1], "text/plain; charset=gbk", None, 200, 1, noon, 0),
        ("pull", "rpt", b"", anything, None, "gzip", 502, 0, noon + 1, 0),
    ]


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
    def broken(raw: object, **_: object) -> None:
        raise RecursionError(raw)

    monkeypatch.setattr(inbound, "read_push", broken)
    monkeypatch.setattr(inbound, "read_page", broken)
    assert await store(log, RawInbound(raw=raw, received_at=NOON)) == ImportCounts(
        quarantined=1, unseen=int(isinstance(raw, RawPush))
    )
    (message,) = await log.find(MessageFilter())
    assert (message.message, message.reason) == (text, "RecursionError")
    assert rows(path, "SELECT body FROM arrival") == [(raw.body,)]


ERROR_PAGE = "<html>502 Bad Gateway</html>"


async def test_a_page_without_records_that_equals_the_last_is_counted(log: MessageLog, path: Path) -> None:
    """An error page of a proxy, pulled every minute of a night, filled the log."""
    assert await store(log, page(ERROR_PAGE)) == ImportCounts(quarantined=1)
    for minute in range(1, 4):
        repeated = page(ERROR_PAGE, at=NOON + minute * MINUTE)
        assert await store(log, repeated) == ImportCounts(is_repeated=True)
    assert await store(log, page(ERROR_PAGE, kind=RecordKind.REPORT)) == ImportCounts(quarantined=1)
    assert await store(log, page("<html>504</html>")) == ImportCounts(quarantined=1)
    assert await store(log, page(ERROR_PAGE)) == ImportCounts(quarantined=1)
    noon = round(NOON.timestamp() * 1000)
    assert rows(path, "SELECT repeats, received_at FROM arrival ORDER BY id") == [
        (3, noon + 180_000),
        (0, noon),
        (0, noon),
        (0, noon),
    ]
    assert (await log.summarise()).quarantined == 4


async def test_error_pages_that_differ_fill_no_disk(log: MessageLog, path: Path) -> None:
    """The error page of a proxy named the time and the request; pulled every minute of a weekend, it filled the log."""
    await store(log, page(line("Yes")))
    pages = [page(f"<html>502 Bad Gateway, request 4f{number:x}, 2026-12-01 12:{number:02}</html>") for number in range(60)]
    for differing in pages:
        assert await store(log, differing) == ImportCounts(quarantined=1)
    assert (await log.summarise()).quarantined == 20
    kept = rows(path, "SELECT body, repeats FROM arrival WHERE is_bare ORDER BY id")
    assert [body for body, _ in kept] == [one.raw.body for one in pages[-20:]]
    assert sum(1 + repeats for _, repeats in kept) == 60
    assert await contents(log) == ["Yes"]


async def test_a_line_of_hyphens_does_not_stop_home_assistant(log: MessageLog) -> None:
    """A portal's page had a long line of hyphens in a comment, and Home Assistant stood still for minutes."""
    for hyphens in ("-" * 500_000, "a-" * 250_000):
        assert await store(log, page(f"<!doctype html>13800138000 <!-- {hyphens} -->")) == ImportCounts(quarantined=1)


PORTAL = """<!DOCTYPE html><html><body>
<p>请先缴费，联系 <a href="tel:{number}">138 0000 0001</a>，您的地址 183.192.17.123，{day} 12:{minute:02}:00</p>
<p>Ray ID: 4f{minute:06x}a1b2c3d4, Reference 18.2f{minute:06x}.1413023964</p></body></html>"""


async def test_a_portal_with_a_phone_number_fills_no_disk(log: MessageLog, path: Path) -> None:
    """The page of a hotel's network named its caretaker's number; pulled every minute, it filled the log."""
    await store(log, page(line("Yes")))
    pages = [page(PORTAL.format(number=MOTHER, day="2026-12-01", minute=minute)) for minute in range(60)]
    for differing in pages:
        assert await store(log, differing) == ImportCounts(quarantined=1)
    kept = [body for (body,) in rows(path, "SELECT body FROM arrival ORDER BY id")]
    assert kept[1:] == [one.raw.body for one in (pages[0], *pages[-20:])]
    assert (await log.summarise()).quarantined == 21


@pytest.mark.parametrize(
    "text", ["是 {minute}", "+491511234{minute:04}", "138000000{minute:02}", "no{minute}", "<b>{minute}</b>"]
)
async def test_what_a_person_could_read_in_html_is_kept(log: MessageLog, text: str) -> None:
    """A reseller shows replies as a table of HTML."""
    for minute in range(30):
        shown = f"<html><td>{MOTHER}</td><td>2026-12-01 12:{minute:02}</td><td>{text.format(minute=minute)}</td></html>"
        await store(log, page(shown))
    assert (await log.summarise()).quarantined == 30


@pytest.mark.parametrize(
    "text",
    [
        "{number} says yes {minute}",
        "138-0000-0001: yes {minute}",
        "１３８０００００００１ {minute}",
        "+4915112345678 yes {minute}",
        '{{"mobile":"{number}","content":"yes {minute}"}}',
        "<td>{number}</td><td>yes {minute}</td>",
        "85212345678 / yes {minute}",
        "&#49;3800000001 yes {minute}",
        "%31%33800000001 yes {minute}",
    ],
)
async def test_a_page_that_a_person_could_read_is_not_dropped(log: MessageLog, text: str) -> None:
    """A reseller wrote replies in a notation of its own, and only the newest of them were kept."""
    for minute in range(30):
        await store(log, page(text.format(number=MOTHER, minute=minute)))
    assert (await log.summarise()).quarantined == 30


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00 {minute}", gzip.compress(line("Yes").encode())[:-9], b"\x28\xb5\x2f\xfd{minute}\x80\x81\xff"]
)
async def test_a_page_that_is_no_text_is_not_dropped(log: MessageLog, content: bytes) -> None:
    for minute in range(30):
        body = content.replace(b"{minute}", b"%d" % minute)
        raw = RawPage(kind=RecordKind.REPLY, body=body, content_encoding="zstd", status=500, complete=False)
        await store(log, RawInbound(raw=raw, received_at=NOON))
    assert (await log.summarise()).quarantined == 30


@pytest.mark.parametrize(
    "field", [{"status": 500}, {"content_type": "text/html"}, {"content_encoding": "br"}, {"complete": False}]
)
async def test_an_equal_page_that_came_differently_is_another(log: MessageLog, field: dict[str, Any]) -> None:
    raw = page(ERROR_PAGE).raw
    assert isinstance(raw, RawPage)
    for one in (raw, replace(raw, **field)):
        assert not (await store(log, RawInbound(raw=one, received_at=NOON))).is_repeated


async def test_only_what_looks_like_a_record_asks_to_be_looked_at(log: MessageLog) -> None:
    await store(log, page(ERROR_PAGE))
    assert (await log.summarise()).unseen == 0
    await store(log, page(line("Ye"), complete=False))
    assert (await log.summarise()).unseen == 1
    await store(log, push(Class="mystery"))
    assert (await log.summarise()).unseen == 2


@pytest.mark.parametrize("arrival", [page(line("Ye"), complete=False), page(line("Yes"), line("N"), complete=False)])
async def test_what_may_be_a_record_is_stored_again(log: MessageLog, path: Path, arrival: RawInbound) -> None:
    for _ in range(2):
        assert (await store(log, arrival)).quarantined == 1
    assert rows(path, "SELECT count(*), sum(repeats) FROM arrival") == [(2, 0)]


async def test_a_push_of_another_user_is_kept_apart(log: MessageLog) -> None:
    foreign = push(SmsName="another", Class="mo", Mobile=MOTHER, Message="Yes", LinkId="")
    assert await store(log, foreign) == ImportCounts(quarantined=1, is_foreign=True)
    assert await store(log, foreign) == ImportCounts(is_foreign=True, is_repeated=True)
    assert await contents(log) == []
    summary = await log.summarise()
    assert (summary.quarantined, summary.unseen) == (1, 0)


async def test_the_charset_of_the_last_clear_content_is_evidence(
    log: MessageLog, open_log: OpenLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Charset | None] = []
    clear: list[Charset | None] = [Charset.GB2312, None, Charset.UTF_8, Charset.UTF_8, None]

    def read(raw: object, *, evidence: Charset | None, **_: object) -> Reading:
        seen.append(evidence)
        return Reading(charset=clear[len(seen) - 1])

    monkeypatch.setattr(inbound, "read_push", read)
    monkeypatch.setattr(inbound, "read_page", read)
    for arrival in (pushed_reply("1"), pulled_reply("2"), pushed_reply("3")):
        await store(log, arrival)
    await log.close()
    reopened = open_log()
    for arrival in (pulled_reply("4"), pushed_reply("5")):
        await store(reopened, arrival)
    assert seen == [None, Charset.GB2312, Charset.GB2312, Charset.UTF_8, Charset.UTF_8]


@pytest.mark.parametrize("damage", ["source = 'pigeon'", "kind = 'fax'"])
async def test_a_row_that_cant_be_read_back_stops_no_other(log: MessageLog, open_log: OpenLog, path: Path, damage: str) -> None:
    await store(log, page(line("One"), line("Two"), line("Three")))
    await log.close()
    change(path, f"UPDATE record SET {damage} WHERE content = 'Two'")
    reopened = open_log()
    (one,) = await reopened.pending_events(after=0, limit=1)
    # A batch in which no row can be read hides none behind it.
    (three,) = await reopened.pending_events(after=one.id, limit=1)
    assert [event.record.message for event in (one, three) if isinstance(event.record, Reply)] == ["One", "Three"]
    summary = await reopened.summarise()
    assert (summary.quarantined, summary.unseen, summary.unpublished) == (1, 1, 2)


async def test_a_row_with_an_impossible_time_is_published(log: MessageLog, open_log: OpenLog, path: Path) -> None:
    await store(log, page(line("One"), line("Two")))
    await log.close()
    change(path, "UPDATE record SET received_at = 9000000000000000000, stated_at = -9000000000000000000 WHERE content = 'One'")
    reopened = open_log()
    assert await contents(reopened) == ["One", "Two"]
