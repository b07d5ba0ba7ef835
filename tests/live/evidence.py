"""What a Home Assistant leaves behind when it is killed: the events that the event recorder wrote down, and the message log as it is on the disk."""

from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import sqlite3
from tempfile import TemporaryDirectory
from typing import Any

EVENT_RECORDER = Path(__file__).with_name("event_recorder")

type Key = tuple[str, ...]
"""What identifies replies and reports: number and text, or link id, number and status. The traffic makes no two alike."""

_SUSPECTED = """
SELECT message_id, kind, record.link_id, record.mobile, content FROM record JOIN quarantine USING (message_id)
WHERE reason = 'crashed while it was published'"""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An event as it was on the bus."""

    message_id: str
    key: Key


@dataclass(frozen=True, kw_only=True)
class LogCopy:
    """The message log: the ids of replies and reports in their order, those that are marked as published, submissions by link id.

    `suspected` are those that are in quarantine because they may have caused the deaths that came while they were being published.
    """

    order: tuple[str, ...]
    marked: frozenset[str]
    suspected: dict[str, Key]
    submissions: dict[str, str]


def take_events(folder: Path) -> list[Seen]:
    """The events since the last call; for a moment when no Home Assistant runs."""
    file = folder / "recorded_events.jsonl"
    if not file.exists():
        return []
    # The end of the process may have cut the last line short, and then its event may not have been published.
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    file.unlink()
    return [_seen(json.loads(line)) for line in lines]


def _seen(data: dict[str, Any]) -> Seen:
    fields = ("mobile", "message") if data["event"] == "smsadmin_reply" else ("link_id", "mobile", "status")
    return Seen(message_id=data["message_id"], key=tuple(data[field] for field in fields))


def recorded_keys(folder: Path) -> set[Key]:
    """What has been on the bus since the last call of `take_events`, also while Home Assistant runs."""
    file = folder / "recorded_events.jsonl"
    lines = file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []
    return {_seen(json.loads(line)).key for line in lines}


def read_log(folder: Path, entry_id: str) -> LogCopy:
    """Read a copy, so that what the next process finds is what the last one left."""
    with TemporaryDirectory() as copy:
        for file in (folder / ".storage").glob(f"smsadmin.{entry_id}.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy)
        connection = sqlite3.connect(Path(copy) / f"smsadmin.{entry_id}.db")
        try:
            records = connection.execute("SELECT message_id, published FROM record ORDER BY id").fetchall()
            submissions = connection.execute("SELECT link_id, state FROM submission").fetchall()
            suspected = connection.execute(_SUSPECTED).fetchall()
        finally:
            connection.close()
    return LogCopy(
        order=tuple(message_id for message_id, _ in records),
        marked=frozenset(message_id for message_id, published in records if published),
        suspected={
            message_id: (mobile, content) if kind == "mo" else (link_id, mobile, content)
            for message_id, kind, link_id, mobile, content in suspected
        },
        submissions=dict(submissions),
    )
