"""What a crash or a restored backup leaves uncertain.

A text that was being submitted at a crash may have gone out, so it is unconfirmed, and never submitted again. In a restored backup the
same holds for queued texts: they may have gone out after the backup was made.

A record that was being published at a crash is published again. It may have caused the crash, so each attempt is counted before it
begins; only a crash leaves a count behind, and after MAX_CRASHES of them the record is quarantined.
"""

from datetime import datetime
import sqlite3

from .inbound import mark_published, quarantine_record
from .models import REASON_CRASHED, to_ms

MAX_CRASHES = 2
"""How many crashes in a row, each while a record was being published, put it into quarantine."""


def mark_interrupted_unconfirmed(connection: sqlite3.Connection, now: datetime) -> None:
    """Mark the texts that were being submitted when the last process ended: they may or may not have gone out."""
    connection.execute(
        "UPDATE submission SET state = 'unconfirmed', settled_at = ? WHERE state = 'submitting'",
        (to_ms(now),),
    )


def mark_queued_unconfirmed(connection: sqlite3.Connection, now: datetime) -> None:
    """Mark the texts that are queued in a file with the mark of a copy: they may have gone out since the copy was made."""
    connection.execute(
        "UPDATE submission SET state = 'unconfirmed', settled_at = ?"
        " WHERE state = 'queued' AND id IN (SELECT submission_id FROM number WHERE state = 'queued')",
        (to_ms(now),),
    )


def count_attempt(connection: sqlite3.Connection, record_id: int) -> bool:
    """Count an attempt to publish a record; False where it must not be published.

    That is where it was being published at MAX_CRASHES crashes in a row, and is quarantined now, or is published or deleted already.

    All records before it have been published, and are marked, so that they are not suspected at the next crash.
    """
    mark_published(connection, record_id - 1)
    row = connection.execute(
        "UPDATE record SET attempts = attempts + 1 WHERE id = ? AND published = 0 RETURNING attempts", (record_id,)
    ).fetchone()
    if row and row[0] > MAX_CRASHES:
        quarantine_record(connection, record_id, REASON_CRASHED)
        return False
    return row is not None


def clear_ambiguous_attempts(connection: sqlite3.Connection) -> None:
    """Forget the attempts that a crash left if it left several: only a record that was being published alone is suspected.

    A new record is stored with its attempt counted, and may then wait for older ones.
    """
    connection.execute(
        "UPDATE record SET attempts = 0 WHERE published = 0 AND attempts > 0"
        " AND (SELECT count(*) FROM record WHERE published = 0 AND attempts > 0) > 1"
    )


def reset_attempts(connection: sqlite3.Connection) -> None:
    """Forget the attempts, because the process ends regularly, and not by a record that crashes it."""
    connection.execute("UPDATE record SET attempts = 0 WHERE published = 0 AND attempts > 0")
