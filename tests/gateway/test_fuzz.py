"""What the simulator writes, the integration reads: some seeds of each check, and all that ever differed."""

from collections.abc import Callable

import pytest

from tests.gateway.fuzz import CHECKS, page_differs, page_merges, push_differs

FOUND = [
    # A separator `/n` was seen in `/null`.
    *((page_merges, seed) for seed in (126, 408, 434, 878, 960)),
    # Blanks around the slashes of a record without a link id.
    *((page_differs, seed) for seed in (27, 34, 41, 48, 72, 144)),
    # An urlencoded line break in front of digits, and the record behind it.
    *((page_differs, seed) for seed in (2991, 8103, 61536, 68380)),
    *((push_differs, seed) for seed in (243, 1927, 4591)),
]


@pytest.mark.parametrize(("check", "seed"), FOUND)
def test_what_once_differed_is_read_alike(check: Callable[[int], str | None], seed: int) -> None:
    assert check(seed) is None


@pytest.mark.parametrize("check", CHECKS)
def test_the_integration_reads_what_the_simulator_writes(check: Callable[[int], str | None]) -> None:
    assert [found for seed in range(100, 400) if (found := check(seed))] == []
