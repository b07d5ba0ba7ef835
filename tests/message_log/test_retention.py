"""The clean-up: all that is old, nothing else, and never what still waits."""

from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.smsadmin.message_log import retention
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter

from .conftest import (
    DAY,
    FATHER,
    MOTHER,
    NOON,
    all_waiting,
    contents,
    counters,
    link_id,
    mark_all,
    pulled_reply,
    push,
    pushed_reply,
    pushed_report,
    rows,
    send,
)

TABLES = ("arrival", "record", "quarantine", "submission", "number")


def _left(path: Path) -> list[int]:
    """How many rows each table has."""
    return [rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]


async def _fill(log: MessageLog, number: int, *, old: bool) -> None:
    at = NOON - timedelta(milliseconds=1) if old else NOON
    await send(log, number, MOTHER, FATHER, at=at)
    await log.accept(pushed_report("DELIVRD", link=link_id(number), at=at))
    await log.accept(pulled_reply(f"reply {number}", at=at))
    await log.accept(push(Class="mystery", at=at))


async def test_all_that_is_old_goes_and_all_that_is_not_stays(log: MessageLog, path: Path) -> None:
    await _fill(log, 1, old=True)
    await _fill(log, 2, old=False)
    await mark_all(log)
    newer = await log.find(MessageFilter(since=NOON))
    await log.clean_up(NOON)
    assert _left(path) == [3, 2, 1, 1, 2]
    assert await log.find(MessageFilter()) == newer
    await log.clean_up(NOON + DAY)
    assert _left(path) == [0] * len(TABLES)


async def test_what_waits_to_be_handed_over_stays_however_old(log: MessageLog) -> None:
    await _fill(log, 1, old=True)
    await log.mark_handed_over((await all_waiting(log))[0].id)
    await log.clean_up(NOON + DAY)
    assert await contents(log) == ["reply 1"]
    await mark_all(log)
    await log.clean_up(NOON + DAY)
    assert await log.find(MessageFilter()) == []


async def test_it_takes_small_steps(log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 3)
    await send(log, 1, *(f"1380000000{number}" for number in range(8)))
    for number in range(5):
        await log.accept(pushed_reply(f"{number}"))
    await mark_all(log)
    await log.find(MessageFilter())
    steps = []
    while await log._worker.submit(lambda connection: retention.clean_up(connection, NOON + DAY)):
        steps.append(_left(path))
    assert steps == [[2, 2, 0, 1, 5], [0, 0, 0, 1, 2], [0, 0, 0, 0, 0]]


async def test_it_goes_on_until_nothing_is_left_to_remove(log: MessageLog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "STEP", 1)
    for number in range(3):
        await _fill(log, number, old=True)
    await mark_all(log)
    await log.clean_up(NOON)
    assert _left(path) == [0] * len(TABLES)


async def test_the_place_of_what_was_removed_is_given_to_no_other(log: MessageLog) -> None:
    await log.accept(pushed_reply("old"))
    (old,) = await all_waiting(log)
    await log.mark_handed_over(old.id)
    await log.clean_up(NOON + DAY)
    await log.accept(pushed_reply("new"))
    (new,) = await log.waiting(after=old.id, limit=10)
    assert new.id > old.id


async def test_a_push_that_nobody_has_decoded_is_before_what_it_is_about_goes(log: MessageLog) -> None:
    await send(log, 1, MOTHER)
    await log.keep(pushed_report("DELIVRD"))
    await log.clean_up(NOON + DAY)
    assert await counters(log) == (1, 1, 0, 0)
    assert await contents(log) == ["DELIVRD"]
