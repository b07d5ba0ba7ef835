"""Tests that rows which a process has acknowledged survive when the process is killed."""

from collections import defaultdict
from pathlib import Path
from random import Random
import signal
import subprocess
import sys

import pytest

from custom_components.smsadmin.message_log.models import Direction, MessageFilter, MessageState

from .conftest import OpenLog, contents, counters, link_id, rows

ROOT = Path(__file__).parents[2]

type Acknowledged = dict[str, set[int]]


@pytest.fixture(params=range(5))
def acknowledged(request: pytest.FixtureRequest, path: Path) -> Acknowledged:
    """The numbers that a process acknowledged before it was killed, by operation."""
    command = [sys.executable, "-m", "tests.message_log.writer", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        said = [writer.stdout.readline() for _ in range(Random(request.param).randrange(40, 400))]
        writer.kill()
        said += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    found: Acknowledged = defaultdict(set)
    for line in said:
        # The last line may be incomplete.
        if line.endswith(b"\n"):
            what, number = line.decode().split()
            found[what].add(int(number))
    return found


async def test_acknowledged_rows_survive_a_kill(acknowledged: Acknowledged, open_log: OpenLog, path: Path) -> None:
    assert acknowledged.keys() == {"pushed", "pulled", "queued", "begun", "settled"}
    log = open_log()
    sent = {message.link_id: message.state for message in await log.find(MessageFilter(direction=Direction.OUT, limit=10_000))}
    assert sent[link_id(0)] is MessageState.UNCONFIRMED
    assert {sent[link_id(number)] for number in acknowledged["settled"]} <= {MessageState.ACCEPTED}
    assert {sent[link_id(number)] for number in acknowledged["begun"]} <= {MessageState.ACCEPTED, MessageState.UNCONFIRMED}
    assert {sent[link_id(number)] for number in acknowledged["queued"]} <= {
        MessageState.QUEUED,
        MessageState.ACCEPTED,
        MessageState.UNCONFIRMED,
    }
    still_queued = {outgoing.submission.link_id for outgoing in await log.queued(10_000)}
    assert still_queued == {name for name, state in sent.items() if state is MessageState.QUEUED}
    waiting = [content.rpartition(" ")[0] if content.startswith("pulled") else content for content in await contents(log)]
    assert {f"pushed {number}" for number in acknowledged["pushed"]} <= set(waiting)
    # A page is stored in one transaction.
    assert {waiting.count(f"pulled {number}") for number in acknowledged["pulled"]} <= {20}
    assert len([content for content in waiting if content.startswith("pulled")]) % 20 == 0
    assert await counters(log) == (2 * (len(sent) - len(still_queued)), 0, 0, len(waiting))
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
