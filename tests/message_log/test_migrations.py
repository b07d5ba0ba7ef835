"""Files of older versions."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest

from custom_components.smsadmin.message_log import inbound, migrations
from custom_components.smsadmin.message_log.errors import DailyLimitError, LogError, LogTooNewError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.migrations import VERSION
from custom_components.smsadmin.message_log.models import DailyLimit, MessageFilter, MessageState, from_ms

from .conftest import (
    FATHER,
    MOTHER,
    NOON,
    STRANGER,
    Heard,
    OpenLog,
    change,
    contents,
    counters,
    pulled_reply,
    pushed_report,
    rows,
    send,
    states,
    store,
)

FIXTURES = Path(__file__).with_name("fixtures")
every_version = pytest.mark.parametrize("version", range(1, VERSION))


@pytest.fixture
def old(path: Path, version: int) -> Path:
    """A file of an older version with something of everything, made by that version."""
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.executescript((FIXTURES / f"version_{version}.sql").read_text(encoding="utf-8"))
    return path


def _schema(path: Path) -> set[str]:
    return {sql for (sql,) in rows(path, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}


def _version(path: Path) -> int:
    version: int = rows(path, "PRAGMA user_version")[0][0]
    return version


@every_version
async def test_every_message_of_an_older_file_is_found(old: Path, log: MessageLog, version: int) -> None:
    found = {message.message_id: message for message in await log.find(MessageFilter())}
    names = ["one-0", "one-1", "one-2", "two-0", "three-0", "three-1", "four-0", "six", "seven"]
    names += ["eight"] if version < 5 else ["packed-0", "packed-1", "interrupted-0", "eight"]
    # What was not decoded yet comes last.
    decoded = list(reversed(found))
    assert decoded[: len(names)] == names
    assert [found[name].message for name in decoded[len(names) :]] == ([] if version < 4 else ["later", _mystery()])
    states = {name: message.state for name, message in found.items()}
    assert (states["one-0"], states["one-1"], states["one-2"]) == (
        MessageState.DELIVERED,
        MessageState.EXPIRED,
        MessageState.UNKNOWN,
    )
    assert (states["three-0"], states["four-0"]) == (MessageState.REJECTED, MessageState.UNCONFIRMED)
    if version >= 5:
        assert (found["packed-0"].mobile, found["packed-1"].mobile) == (MOTHER, STRANGER)
        assert (states["packed-0"], states["packed-1"]) == (MessageState.ACCEPTED, MessageState.UNDELIVERABLE)
        assert states["interrupted-0"] is MessageState.UNCONFIRMED
    assert [step.state for step in found["one-0"].history] == [
        MessageState.SUBMITTING,
        MessageState.ACCEPTED,
        MessageState.DELIVERED,
    ]


def _mystery() -> str:
    return f"\nClass=mystery&SmsName=station&Mobile={MOTHER}&LinkId=&Message=x"


@every_version
async def test_the_counters_of_an_older_file_go_on(old: Path, log: MessageLog, version: int) -> None:
    before = await counters(log)
    undecoded = 1 if version >= 4 else 0
    assert before == (5 + (3 if version >= 5 else 0), 1, 4 + (1 if version >= 5 else 0), 2 + undecoded)
    await send(log, 100)
    assert (await counters(log))[0] == before[0] + 1


@every_version
async def test_a_daily_limit_counts_what_is_in_an_older_file(old: Path, log: MessageLog, version: int) -> None:
    with pytest.raises(DailyLimitError) as refused:
        await log.check(link_ids=[], numbers=1, limit=DailyLimit(numbers=0, since=from_ms(0), until=NOON))
    assert refused.value.submitted == 5 + (3 if version >= 5 else 0)


@every_version
async def test_what_waited_in_an_older_file_waits(old: Path, log: MessageLog, version: int) -> None:
    assert await contents(log) == (["No"] if version < 4 else ["No", "UNDELIV", "later"])
    failures = await log.pending_failures(after=0, limit=10)
    assert [failed.mobile for failed in failures] == ([STRANGER] if version >= 5 else [])


@every_version
async def test_what_an_older_file_knows_is_known_again(old: Path, log: MessageLog, version: int) -> None:
    assert (await store(log, pushed_report("DELIVRD"))).reports == 0
    assert (await store(log, pulled_reply("No", mobile=FATHER, at=NOON, sent_at=None))).replies == 1
    assert await states(log, MOTHER) == ((MessageState.ACCEPTED,) if version >= 5 else (MessageState.REJECTED,))


async def test_the_copy_of_what_an_older_file_holds_is_known(path: Path, open_log: OpenLog) -> None:
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.executescript((FIXTURES / "version_6.sql").read_text(encoding="utf-8"))
        connection.execute("UPDATE record SET received_at = ?", (round(NOON.timestamp() * 1000),))
    log = open_log()
    assert (await store(log, pulled_reply("No", mobile=FATHER))).replies == 0
    assert (await store(log, pulled_reply("No", mobile=FATHER))).replies == 1


async def test_a_foreign_number_in_an_older_file_is_still_found(path: Path, open_log: OpenLog) -> None:
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.executescript((FIXTURES / "version_6.sql").read_text(encoding="utf-8"))
        connection.execute(
            "UPDATE record SET mobile = '0085212345678', received_at = ? WHERE content = 'No'", (round(NOON.timestamp() * 1000),)
        )
    log = open_log()
    assert [message.mobile for message in await log.find(MessageFilter(mobile="85212345678"))] == ["85212345678"]
    assert (await store(log, pulled_reply("No", mobile="85212345678"))).replies == 0


@every_version
async def test_an_older_file_ends_like_a_new_one(old: Path, log: MessageLog, tmp_path: Path, version: int) -> None:
    await log.probe()
    await log.close()
    new = tmp_path / "new.db"
    with closing(sqlite3.connect(new, autocommit=True)) as connection:
        migrations.migrate(connection, "station")
    assert _schema(old) == _schema(new)
    assert _version(old) == VERSION
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]


@every_version
async def test_ids_go_on_above_those_of_an_older_file(old: Path, log: MessageLog, version: int) -> None:
    ((last,),) = rows(old, "SELECT max(id) FROM record")
    await send(log, 100)
    await store(log, pulled_reply("new"))
    newest = [message.message for message in await log.find(MessageFilter(limit=2))]
    assert newest == ["new", "text 100"]
    assert (await log.pending_events(after=0, limit=10))[-1].id > last


@every_version
async def test_what_was_reported_as_overdue_is_not_reported_again(old: Path, log: MessageLog, version: int) -> None:
    watermarks = [await log.watermark(name) for name in ("watcher", "other", "three-0")]
    expected = [9000, 8000] if version >= 3 else []
    assert [round(time.timestamp() * 1000) for time in watermarks if time] == expected


@pytest.mark.parametrize("version", [1])
async def test_a_file_of_a_later_version_is_left_as_it_is(old: Path, log: MessageLog, heard: Heard, version: int) -> None:
    change(old, f"PRAGMA user_version = {VERSION + 1}")
    for _ in range(2):
        with pytest.raises(LogTooNewError):
            await log.find(MessageFilter())
    assert heard.types == [LogTooNewError]
    assert _version(old) == VERSION + 1
    assert rows(old, "SELECT count(*) FROM submission WHERE state = 'submitting'") == [(2,)]
    assert [file.name for file in old.parent.glob("*damaged*")] == []


@every_version
async def test_a_migration_that_breaks_off_leaves_the_older_version(
    old: Path, log: MessageLog, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    before = _schema(old)
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_decode_pushes", fail)
        with pytest.raises(LogError):
            await log.find(MessageFilter())
        assert (_version(old), _schema(old)) == (version, before)
    assert (await counters(log))[1] == 1


async def test_a_file_that_is_up_to_date_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        migrations.migrate(connection, "station")
        before = connection.total_changes
        migrations.migrate(connection, "station")
        assert connection.total_changes == before


def test_the_match_key_covers_all_of_a_record() -> None:
    keys = {
        inbound.match_key(*parts)
        for parts in (
            ("mo", MOTHER, None, "Yes"),
            ("mo", MOTHER, "1", "Yes"),
            ("mo", FATHER, None, "Yes"),
            ("rpt", MOTHER, None, "Yes"),
            ("mo", MOTHER, None, "\ud800"),
        )
    }
    assert len(keys) == 5
