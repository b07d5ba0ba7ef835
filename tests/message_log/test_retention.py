"""Tests of the clean-up: it deletes old rows, except those that still wait."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.smsadmin.message_log import retention
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState

from .conftest import (
    DAY,
    FATHER,
    MOTHER,
    NOON,
    all_pending,
    contents,
    link_id,
    outgoing,
    publish_all,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    rows,
    send,
    store,
)

TABLES = ("arrival", "record", "quarantine", "submission", "number", "daily_usage")


def _left(path: Path) -> list[int]:
    """Return the number of rows of each table."""
    return [rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


async def _fill(log: MessageLog, number: int, *, old: bool) -> None:
    at = NOON - timedelta(milliseconds=1) if old else NOON
    await send(log, number, MOTHER, FATHER, at=at)
    await store(log, pushed_report("DELIVRD", link=link_id(number), at=at))
    await store(log, pulled_reply(f"reply {number}", at=at))
    await store(log, push(Class="mystery", at=at))


async def test_old_rows_are_deleted_and_new_rows_are_kept(log: MessageLog, path: Path) -> None:
    await _fill(log, 1, old=True)
    await _fill(log, 2, old=False)
    await publish_all(log)
    newer = await log.find(MessageFilter(since=NOON))
    await log.clean_up(NOON)
    assert _left(path) == [3, 2, 1, 1, 2, 1]
    assert await log.find(MessageFilter()) == newer
    await log.clean_up(NOON + DAY)
    assert _left(path) == [0] * len(TABLES)


async def test_unpublished_records_are_kept(log: MessageLog) -> None:
    await _fill(log, 1, old=True)
    await log.mark_published((await all_pending(log))[0].id)
    await log.clean_up(NOON + DAY)
    assert await contents(log) == ["reply 1"]
    await publish_all(log)
    await log.clean_up(NOON + DAY)
    assert await log.find(MessageFilter()) == []


async def test_a_clean_up_takes_as_many_steps_as_necessary(log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 1)
    for number in range(3):
        await _fill(log, number, old=True)
    await publish_all(log)
    await log.clean_up(NOON)
    assert _left(path) == [0] * len(TABLES)


async def test_ids_of_deleted_rows_are_not_reused(log: MessageLog) -> None:
    await store(log, pushed_reply("old"))
    (old,) = await all_pending(log)
    await log.mark_published(old.id)
    await log.clean_up(NOON + DAY)
    await store(log, pushed_reply("new"))
    (new,) = await log.pending_events(after=old.id, limit=10)
    assert new.id > old.id


async def test_queued_and_scheduled_texts_are_kept(log: MessageLog, path: Path) -> None:
    await log.enqueue([outgoing(1, MOTHER), outgoing(2, FATHER)])
    await send(log, 3, send_at=NOON + 9 * DAY)
    await log.cancel(link_id=link_id(2), now=NOON)
    await log.clean_up(NOON + DAY)
    assert [message.link_id for message in await log.find(MessageFilter())] == [link_id(3), link_id(1)]
    await log.clean_up(NOON + 10 * DAY)
    assert [message.link_id for message in await log.find(MessageFilter())] == [link_id(1)]


async def test_failures_are_deleted_with_their_numbers(log: MessageLog, path: Path) -> None:
    await send(log, 1, MOTHER, FATHER, state=MessageState.REJECTED)
    await log.clean_up(NOON + DAY)
    assert rows(path, "SELECT count(*) FROM failure") == [(0,)]
    assert await log.pending_failures(after=0, limit=10) == []


async def test_a_step_deletes_at_most_its_number_of_rows(path: Path, log: MessageLog, monkeypatch: pytest.MonkeyPatch) -> None:
    await send(log, 1, *(f"1380000000{number}" for number in range(8)))
    await log.close()
    monkeypatch.setattr(retention, "STEP", 3)
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        removed = [retention.clean_up(connection, NOON + DAY) for _ in range(5)]
    assert removed == [3 + 1, 3, 2 + 1, 0, 0]
