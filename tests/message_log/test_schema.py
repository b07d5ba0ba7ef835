"""A file of an older version becomes one of this, and nobody touches one of a later."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest

from custom_components.smsadmin.message_log import schema
from custom_components.smsadmin.message_log.errors import LogError, LogTooNewError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageFilter, MessageState

from .conftest import FATHER, MOTHER, STRANGER, OpenLog, contents, counters, link_id, rows, states

VERSION = len(schema.MIGRATIONS)

_DATA = f"""
INSERT INTO submission VALUES
    (1, 'one', '{link_id(1)}', 'text 1', 3, 1000, NULL, 'accepted', '000', 1001),
    (2, 'two', '{link_id(2)}', 'text 2', 1, 2000, NULL, 'unconfirmed', NULL, 2001),
    (3, 'three', '{link_id(3)}', 'text 3', 2, 3000, NULL, 'rejected', '102', 3001),
    (4, 'four', '{link_id(4)}', 'text 4', 1, 4000, NULL, 'submitting', NULL, NULL),
    (5, 'not left', '{link_id(5)}', 'text 5', 1, 4000, NULL, 'submitting', NULL, NULL);
INSERT INTO number VALUES
    (1, 0, '{MOTHER}', 'delivered'), (1, 1, '{FATHER}', 'expired'), (1, 2, '{STRANGER}', 'unknown'),
    (2, 0, '{MOTHER}', 'undeliverable'), (3, 0, '{MOTHER}', NULL), (3, 1, '{FATHER}', NULL), (4, 0, '{STRANGER}', NULL);
INSERT INTO record (message_id, kind, source, mobile, link_id, content, received_at, handed_over) VALUES
    ('five', 'rpt', 'push', '{MOTHER}', '{link_id(1)}', 'DELIVRD', 5000, 1),
    ('six', 'mo', 'pull', '{MOTHER}', NULL, 'Yes', 6000, 1),
    ('seven', 'mo', 'push', '{FATHER}', NULL, 'No', 7000, 0);
INSERT INTO quarantine VALUES (1, 'eight', 'push', x'ff', 'a reason', 8000, 0);
"""


@pytest.fixture
def oldest(path: Path) -> Path:
    """A file of version 1 with something of everything."""
    with closing(sqlite3.connect(path, autocommit=True)) as connection:
        connection.executescript(f"{schema.MIGRATIONS[0]} {_DATA} PRAGMA user_version = 1;")
    return path


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}


def _version(path: Path) -> int:
    version: int = rows(path, "PRAGMA user_version")[0][0]
    return version


async def test_the_oldest_file_is_brought_up_to_date_with_what_it_has_to_count(oldest: Path, log: MessageLog) -> None:
    # The submission that was still open is the first work on the new file; one that had not left is in none.
    assert await counters(log) == (3 + 1 + 1, 1, 2 + 2, 2)
    assert await contents(log) == ["No"]
    assert await states(log, (MOTHER,), (FATHER,), (STRANGER,)) == (
        MessageState.REJECTED,
        MessageState.REJECTED,
        MessageState.UNCONFIRMED,
    )
    assert [message.message_id for message in await log.find(MessageFilter())] == [
        *("eight", "seven", "six"),
        *("four-0", "three-1", "three-0", "two-0", "one-2", "one-1", "one-0"),
    ]
    assert _version(oldest) == VERSION


@pytest.mark.parametrize("version", range(1, VERSION))
def test_every_older_version_ends_like_a_new_file(memory: sqlite3.Connection, version: int) -> None:
    memory.executescript("".join(schema.MIGRATIONS[:version]) + f"PRAGMA user_version = {version};")
    schema.migrate(memory)
    with closing(sqlite3.connect(":memory:", autocommit=True)) as new:
        schema.migrate(new)
        assert _tables(memory) == _tables(new)
    assert memory.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_file_that_is_up_to_date_is_left_alone(memory: sqlite3.Connection) -> None:
    schema.migrate(memory)
    before = memory.total_changes
    schema.migrate(memory)
    assert memory.total_changes == before


async def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(
    oldest: Path, log: MessageLog, troubles: list[LogError | None], open_log: OpenLog
) -> None:
    with closing(sqlite3.connect(oldest, autocommit=True)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    for _ in range(2):
        with pytest.raises(LogTooNewError):
            await log.find(MessageFilter())
    assert [type(trouble) for trouble in troubles] == [LogTooNewError]
    assert _version(oldest) == VERSION + 1
    assert rows(oldest, "SELECT count(*) FROM submission WHERE state = 'submitting'") == [(2,)]
    assert [file.name for file in oldest.parent.glob("*damaged*")] == []


async def test_a_migration_that_breaks_off_leaves_the_older_version(
    oldest: Path, log: MessageLog, open_log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = rows(oldest, "SELECT sql FROM sqlite_schema")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (schema.MIGRATIONS[0], f"{schema.MIGRATIONS[1]} SELECT no_such_function();"))
        with pytest.raises(LogError):
            await log.find(MessageFilter())
        assert _version(oldest) == 1
        assert rows(oldest, "SELECT sql FROM sqlite_schema") == tables
    assert await counters(log) == (5, 1, 4, 2)
