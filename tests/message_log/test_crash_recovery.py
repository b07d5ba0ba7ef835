"""After a crash, or in a restored copy: what is unconfirmed, and which record is quarantined."""

from pathlib import Path
import sqlite3
from typing import Any

import pytest

from custom_components.smsadmin.message_log.errors import LogFullError, LogRestoredError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import ImportCounts, MessageFilter, MessageState

from .conftest import (
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    Faults,
    Heard,
    OpenLog,
    all_pending,
    content_of,
    contents,
    counters,
    file_content,
    line,
    link_id,
    outgoing,
    page,
    pulled_reply,
    pulled_report,
    pushed_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
    write_file,
)


async def test_what_was_being_submitted_at_a_crash_is_unconfirmed(log: MessageLog, open_log: OpenLog) -> None:
    await send(log, 1)
    await log.begin(outgoing(2, MOTHER, FATHER), NOON)
    await store(log, pushed_report("DELIVRD", mobile=FATHER, link=link_id(2)))
    await log.close()
    reopened = open_log()
    assert await states(reopened, MOTHER, FATHER) == (MessageState.UNCONFIRMED, MessageState.DELIVERED)
    (message,) = await reopened.find(MessageFilter(mobile=MOTHER, link_id=link_id(2)))
    assert [(step.state, step.at) for step in message.history] == [
        (MessageState.SUBMITTING, NOON),
        (MessageState.UNCONFIRMED, NOON + HOUR),
    ]
    assert await counters(reopened) == (3, 1, 0, 0)
    await reopened.settle(link_id(2), MessageState.ACCEPTED, code="000", now=NOON + HOUR)
    assert await states(reopened, MOTHER) == (MessageState.UNCONFIRMED,)
    await reopened.close()
    assert await counters(open_log()) == (3, 1, 0, 0)


async def test_a_restored_copy_sends_nothing_again(log: MessageLog, path: Path, heard: Heard, open_log: OpenLog) -> None:
    """A backup was restored on a second machine, which sent last month's alarms again."""
    await log.enqueue([outgoing(1, MOTHER, FATHER), outgoing(2)])
    (message,) = await log.find(MessageFilter(mobile=FATHER))
    await log.cancel(message_id=message.message_id, now=NOON)
    await send(log, 3)
    await log.begin_copy()
    copy = file_content(path)
    await log.end_copy()
    assert len(await log.queued(10)) == 2
    await log.close()
    original = open_log()
    assert len(await original.queued(10)) == 2
    await original.close()
    assert heard.types == []
    write_file(path, copy)
    restored = open_log()
    assert await restored.queued(10) == []
    assert heard.types == [LogRestoredError]
    found = {(one.link_id, one.mobile): one for one in await restored.find(MessageFilter())}
    assert found[link_id(1), MOTHER].state is MessageState.UNCONFIRMED
    assert found[link_id(1), MOTHER].history[-1].at == NOON + HOUR
    assert found[link_id(1), FATHER].state is MessageState.CANCELLED
    assert found[link_id(3), MOTHER].state is MessageState.ACCEPTED
    assert await counters(restored) == (3, 0, 0, 0)
    await restored.close()
    assert await states(open_log(), MOTHER) == (MessageState.ACCEPTED,)
    assert heard.types == [LogRestoredError]


async def test_a_log_is_no_copy_after_a_backup_that_filled_the_disk(
    log: MessageLog, heard: Heard, faults: Faults, open_log: OpenLog
) -> None:
    """A backup filled the disk. After the next restart, a repair said that the log was restored, and the queued alarm never left."""
    await log.enqueue([outgoing(1)])
    await log.begin_copy()
    faults.fail(sqlite3.SQLITE_FULL, "DELETE FROM property")
    with pytest.raises(LogFullError):
        await log.end_copy()
    faults.recover()
    await log.probe()
    assert await states(open_log(), MOTHER) == (MessageState.QUEUED,)
    assert heard.types == [LogFullError, type(None)]


async def test_a_copy_keeps_its_mark_when_an_earlier_backup_ends_late(
    log: MessageLog, path: Path, tmp_path: Path, faults: Faults
) -> None:
    await log.begin_copy()
    faults.fail(sqlite3.SQLITE_FULL, "DELETE FROM property")
    with pytest.raises(LogFullError):
        await log.end_copy()
    faults.recover()
    await log.begin_copy()
    copy = tmp_path / "copy.db"
    write_file(copy, file_content(path))
    assert rows(copy, "SELECT name FROM property WHERE name = 'copy'") == [("copy",)]


async def test_a_log_closed_during_a_backup_is_no_copy(log: MessageLog, heard: Heard, open_log: OpenLog) -> None:
    """I disabled the account while a backup was made, and enabled it later: the queued alarm never left."""
    await log.enqueue([outgoing(1)])
    await log.begin_copy()
    await log.close()
    assert await states(open_log(), MOTHER) == (MessageState.QUEUED,)
    assert heard.types == []


async def _attempts(log: MessageLog) -> list[int]:
    return [pending.attempts for pending in await all_pending(log)]


async def test_an_attempt_to_publish_is_counted_with_what_is_stored(log: MessageLog) -> None:
    await store(log, pushed_reply("while starting"), will_publish=False)
    await store(log, page(line("1"), line("2")), will_publish=True)
    assert await _attempts(log) == [0, 1, 1]


async def test_a_record_at_two_crashes_in_a_row_is_quarantined(log: MessageLog) -> None:
    """A reply crashed an automation, and Home Assistant with it, at every start."""
    await store(log, pushed_reply("poison", link=link_id(1)), will_publish=True)
    await store(log, pushed_reply("after it"), will_publish=True)
    poison, other = await all_pending(log)
    # Once for each start; nothing is marked as published because the process dies first.
    assert await log.count_attempt(poison.id)
    assert not await log.count_attempt(poison.id)
    assert not await log.count_attempt(poison.id)
    assert await log.count_attempt(other.id)
    assert await contents(log) == ["after it"]
    (message,) = [one for one in await log.find(MessageFilter()) if one.state is MessageState.QUARANTINED]
    assert (message.message_id, message.message, message.mobile) == (poison.message_id, "poison", MOTHER)
    assert (message.link_id, message.reason) == (link_id(1), "crashed while it was published")
    assert len(await log.find(MessageFilter())) == 2
    summary = await log.summarise()
    assert (summary.unseen, summary.unpublished) == (1, 1)


async def test_what_was_published_before_a_crash_is_no_suspect(log: MessageLog) -> None:
    """Two replies that had come in just before the one that crashed Home Assistant were quarantined with it."""
    await store(log, page(line("innocent"), line("poison"), line("after it")), will_publish=True)
    for _ in range(2):
        for pending in await all_pending(log):
            await log.count_attempt(pending.id)
            if content_of(pending.record) == "poison":
                break
    assert [one.message for one in await log.find(MessageFilter()) if one.state is MessageState.QUARANTINED] == ["poison"]


async def test_only_what_was_being_published_alone_is_suspected(log: MessageLog, open_log: OpenLog) -> None:
    """Two power cuts came while a page was being published, and a reply that had nothing to do with them was quarantined."""
    await store(log, page(line("1"), line("2")), will_publish=True)
    (pending, _) = await all_pending(log)
    found = []
    for _ in range(3):
        # As a new process does after a crash: the log was not closed.
        log = open_log()
        found.append((await _attempts(log), await log.count_attempt(pending.id)))
    assert found == [([0, 0], True), ([1, 0], True), ([2, 0], False)]


@pytest.mark.parametrize("again", [pulled_reply, pulled_report])
async def test_a_quarantined_record_is_known_when_it_comes_again(log: MessageLog, again: Any) -> None:
    await store(log, pushed_reply("poison", link=link_id(1)), will_publish=True)
    await store(log, pushed_report("poison"), will_publish=True)
    for pending in await all_pending(log):
        await log.count_attempt(pending.id)
        await log.count_attempt(pending.id)
    assert await store(log, again("poison", link=link_id(1))) == ImportCounts(records=1)
    assert await contents(log) == []


async def test_an_end_in_order_forgets_attempts(log: MessageLog, open_log: OpenLog) -> None:
    await store(log, pushed_reply("One"), will_publish=True)
    (pending,) = await all_pending(log)
    await log.count_attempt(pending.id)
    await log.close()
    reopened = open_log()
    assert await _attempts(reopened) == [0]
    assert await reopened.count_attempt(pending.id)


async def test_what_is_published_is_attempted_no_more(log: MessageLog) -> None:
    await store(log, pushed_reply("One"), will_publish=True)
    (pending,) = await all_pending(log)
    await log.mark_published(pending.id)
    assert not await log.count_attempt(pending.id)
    assert (await log.summarise()).quarantined == 0
