"""Deletes old rows in small steps, because other jobs wait while a step runs."""

from datetime import datetime
import sqlite3

from .models import quarter_of, to_ms

STEP = 2000
"""The most rows of a table that one step deletes."""

# Queued and scheduled texts are kept, and so are unpublished records.
_OLD_SUBMISSIONS = """submission WHERE called_at < :before AND coalesce(send_at, 0) < :before
    AND NOT EXISTS (SELECT 1 FROM number WHERE submission_id = submission.id AND state = 'queued')"""
_CLEAN_UPS = (
    "DELETE FROM arrival WHERE id IN (SELECT id FROM arrival WHERE received_at < :before LIMIT :step)",
    "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE received_at < :before AND published = 1 LIMIT :step)",
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE received_at < :before LIMIT :step)",
    f"""DELETE FROM number WHERE (submission_id, position) IN (SELECT submission_id, position
    FROM (SELECT id FROM {_OLD_SUBMISSIONS}) JOIN number ON submission_id = id LIMIT :step)""",
    f"""DELETE FROM submission WHERE id IN (SELECT id FROM {_OLD_SUBMISSIONS}
    AND NOT EXISTS (SELECT 1 FROM number WHERE submission_id = submission.id) LIMIT :step)""",
    """DELETE FROM failure WHERE id IN (SELECT id FROM failure
    WHERE NOT EXISTS (SELECT 1 FROM submission WHERE id = submission_id) ORDER BY id LIMIT :step)""",
    "DELETE FROM daily_usage WHERE quarter IN (SELECT quarter FROM daily_usage WHERE quarter < :quarter LIMIT :step)",
)


def clean_up(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete up to STEP rows of each table that are older than `before`; return how many. 0 means that nothing is left."""
    given = {"before": to_ms(before), "quarter": quarter_of(before), "step": STEP}
    return sum(connection.execute(statement, given).rowcount for statement in _CLEAN_UPS)
