"""Runs the checks of `fuzz` with a few seeds, and with every seed that has failed before."""

from collections.abc import Callable

import pytest

from tests.gateway.fuzz import (
    CHECKS,
    neighbour_differs,
    odd_page_differs,
    page_differs,
    page_merges,
    push_differs,
    report_differs,
    variant_differs,
)

FOUND = [
    # `/null` was read as the separator `/n`.
    *((page_merges, seed) for seed in (126, 408, 434, 878, 960)),
    # A record without a link id had blanks around its slashes.
    *((page_differs, seed) for seed in (27, 34, 41, 48, 72, 144)),
    # A urlencoded line break stood in front of digits and of another record.
    *((page_differs, seed) for seed in (2991, 8103, 61536, 68380)),
    *((push_differs, seed) for seed in (243, 1927, 4591)),
    # The last status of a page ended in a separator.
    *((report_differs, seed) for seed in (27, 56, 88, 1496, 2093027042)),
    # A text ended in the next parameter, which had another name than those of the specification.
    *((variant_differs, seed) for seed in (8, 113)),
    # The head of the next record had no slash behind its time, or behind its number.
    *((neighbour_differs, seed) for seed in (3602048547, 18653013663, 40024294, 100047995)),
    # Sub-codes that were `null`, other fields, bullets, brackets around records, slashes at the end of texts, brackets around pages.
    *((odd_page_differs, seed) for seed in (0, 1, 8, 15, 27, 48)),
]


@pytest.mark.parametrize(("check", "seed"), FOUND)
def test_seeds_that_failed_before_pass(check: Callable[[int], str | None], seed: int) -> None:
    assert check(seed) is None


@pytest.mark.parametrize("check", CHECKS)
def test_new_seeds_pass(check: Callable[[int], str | None]) -> None:
    assert [found for seed in range(100, 400) if (found := check(seed))] == []
