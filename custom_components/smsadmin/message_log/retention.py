"""The daily clean-up, in small steps, so that nobody who wants to write waits long."""

from datetime import datetime
import sqlite3

from .models import to_ms

STEP = 2000
"""Rows of a table that one step removes at most."""

_CLEAN_UPS = (
    """DELETE FROM arrival WHERE id IN (SELECT id FROM arrival WHERE source IN ('push', 'pull') AND received_at < ?
    AND is_decoded = 1 LIMIT ?)""",
    "DELETE FROM record WHERE id IN (SELECT id FROM record WHERE received_at < ? AND handed_over = 1 LIMIT ?)",
    "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE received_at < ? LIMIT ?)",
    """DELETE FROM number WHERE (submission_id, position) IN (SELECT submission_id, position FROM submission
    JOIN number ON submission_id = submission.id WHERE submitted_at < ? LIMIT ?)""",
    """DELETE FROM submission WHERE id IN (SELECT id FROM submission WHERE submitted_at < ?
    AND NOT EXISTS (SELECT 1 FROM number WHERE submission_id = submission.id) LIMIT ?)""",
    """DELETE FROM told WHERE (watcher, message_id) IN (SELECT watcher, message_id FROM told
    WHERE due_at < ? AND message_id != '' LIMIT ?)""",
)


def clean_up(connection: sqlite3.Connection, before: datetime) -> int:
    """Remove some of what is older; 0 once nothing is left to remove. What has not been decoded, or not been handed over, stays."""
    return sum(connection.execute(clean_up, (to_ms(before), STEP)).rowcount for clean_up in _CLEAN_UPS)
