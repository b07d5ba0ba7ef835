"""Makes the tables of a new file, and brings a file of an older version up to date.

Each version of the schema is a file in `schema/`. Versions 2 to 6 are steps from the one before; 007.sql is whole.
"""

from pathlib import Path
import sqlite3

from ..gateway.models import RawPush
from ..gateway.numbers import canonical
from . import inbound
from .errors import LogTooNewError
from .models import RawInbound, from_ms

VERSION = 7
_LAST_STEP = 6

_OLD_TABLES = ("submission", "number", "arrival", "record", "quarantine", "counter", "told")


def migrate(connection: sqlite3.Connection, user_id: str) -> None:
    """Bring a file up to date, in one transaction; after an error, close the connection. LogTooNewError for a file of a later version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise LogTooNewError(f"the file has version {version}, and {VERSION} is the latest that is known here")
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    if version:
        _upgrade(connection, version, user_id)
    else:
        run(connection, f"{VERSION:03}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def run(connection: sqlite3.Connection, script: str) -> None:
    """Run a script of the schema, inside the transaction that is open."""
    connection.executescript(Path(__file__).with_name("schema").joinpath(f"{script}.sql").read_text(encoding="utf-8"))


def _upgrade(connection: sqlite3.Connection, version: int, user_id: str) -> None:
    """Bring a file of an older version to version 7; its messages keep their ids for users (`message_id`)."""
    for step in range(version + 1, _LAST_STEP + 1):
        run(connection, f"{step:03}")
    for (index,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall():
        connection.execute(f"DROP INDEX {index}")
    for table in _OLD_TABLES:
        connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    run(connection, f"{VERSION:03}")
    connection.create_function("canonical", 1, canonical, deterministic=True)
    connection.create_function("match_key", 4, inbound.match_key, deterministic=True)
    run(connection, "006_to_007")
    _decode_pushes(connection, user_id)
    for table in _OLD_TABLES:
        connection.execute(f"DROP TABLE old_{table}")


def _decode_pushes(connection: sqlite3.Connection, user_id: str) -> None:
    """Read the pushes that version 6 had stored and not decoded."""
    rows = connection.execute("SELECT query, body, charset, received_at FROM old_arrival WHERE is_decoded = 0 ORDER BY id")
    for query, body, charset, received_at in rows:
        push = RawPush(query=query, body=body, content_type=f"text/plain; charset={charset}" if charset else None)
        inbound.decode_stored(
            connection, RawInbound(raw=push, received_at=from_ms(received_at)), user_id=user_id, will_publish=False
        )


def start_above_other_files(connection: sqlite3.Connection) -> None:
    """Give no id that a file before this one may have given."""
    connection.execute("UPDATE sqlite_sequence SET seq = max(seq, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER))")
