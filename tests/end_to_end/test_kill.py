"""Ten deaths of a real Home Assistant; `scripts/soak` has as many as one likes."""

import asyncio
from pathlib import Path

from tests.live.kill import Ordeal, kill_test


async def test_ten_kills_lose_and_double_nothing(socket_enabled: None, tmp_path: Path) -> None:
    """Two at a time, since each waits for its Home Assistant most of the time."""
    ordeals = [Ordeal(kills=5, seed=seed, outages=(5.0,)) for seed in (1, 2)]
    async with asyncio.TaskGroup() as group:
        tests = [group.create_task(kill_test(tmp_path / str(ordeal.seed), ordeal)) for ordeal in ordeals]
    results = [test.result() for test in tests]

    assert [violation for result in results for violation in result.violations] == []
    assert [result.counts["kills"] for result in results] == [5, 5]
