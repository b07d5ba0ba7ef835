"""Ten deaths of a real Home Assistant; `scripts/soak` has as many as one likes."""

import asyncio
from pathlib import Path

from tests.live.kill import kill_test


async def test_nothing_is_lost_or_doubled_by_ten_kills(socket_enabled: None, tmp_path: Path) -> None:
    results = await asyncio.gather(*(kill_test(tmp_path / str(seed), kills=5, seed=seed) for seed in (1, 2)))

    assert [violation for result in results for violation in result.violations] == []
    assert [result.counts["kills"] for result in results] == [5, 5]
