"""Tests of searches for users' regular expressions, which must not block the event loop."""

import asyncio
import re
import signal
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smsadmin.triggers import patterns
from custom_components.smsadmin.triggers.patterns import (
    MAX_ATTEMPTS,
    MAX_TIMEOUTS,
    TIMEOUT_MEMORY,
    MachineBusyError,
    Pattern,
    TimeLimitError,
    call_within,
    compile_pattern,
    pattern_searcher,
)

EVIL = r"^(\w+\s?)+$"
LETTERS = "a" * 60 + "!"
_MANY_IDEOGRAPHS = "".join(chr(0x20000 + 2 * number) for number in range(480))

SLOW = [
    (EVIL, LETTERS),
    (r"(a+)+$", LETTERS),
    (r"(a|aa)+$", LETTERS),
    (r"(.*)(.*)(.*)(.*)(.*)(.*)x", "a" * 2000),
    (r"(?:(?:a*)*)*b", "a" * 100_000),
    (r"^(a?){60}a{60}$", "a" * 60),
    (r"(?=(a+)+b)", LETTERS),
    (r"(x+x+)+y", "x" * 60),
    ("a.?" * 200 + "x", "a" * 1000),
]


def _stall(seconds: float = 10) -> None:
    """Use processor time."""
    ends_at = time.thread_time() + seconds
    while time.thread_time() < ends_at:
        pass


@pytest.mark.parametrize(("source", "text"), SLOW)
def test_a_search_ends_at_its_time_limit(source: str, text: str) -> None:
    begun_at = time.thread_time()
    with pytest.raises((TimeLimitError, MachineBusyError)):
        compile_pattern(source).search(text)
    assert time.thread_time() - begun_at < 1


@pytest.mark.parametrize("source", ["[{}]*x", "[^{}]*x", "(?:[^{}]*x|.)*?y", "(?i)(?:[^{}]*x|.)*?y"])
def test_rare_characters_take_no_longer(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """A set of 480 rare ideographs took a second for 2,000 characters, because `re` checks for signals rarely."""
    monkeypatch.setattr(patterns, "MAX_PAUSE", 10.0)
    pattern = compile_pattern(source.format(_MANY_IDEOGRAPHS))
    assert pattern.max_text < 10
    assert not pattern.search("𠀀" * 2000)
    assert compile_pattern(source.format(r"\U00020000" * 99)).max_text == 40
    assert compile_pattern(source.format("门")).max_text == 1000


def test_a_huge_number_of_alternatives_is_an_error() -> None:
    """60,000 alternatives held the event loop for a tenth of a second, because `re` tries them all in one step."""
    with pytest.raises(re.PatternError, match="more than 8000 characters"):
        compile_pattern("|".join(f"{chr(0x4E00 + number)}门" for number in range(3000)))
    compile_pattern("|".join(f"{chr(0x4E00 + number)}门" for number in range(2000)))


@pytest.mark.parametrize("source", ["(", "a{99999999999}", "(" * 3000 + ")" * 3000])
def test_an_invalid_regular_expression_is_an_error(source: str) -> None:
    with pytest.raises(re.PatternError):
        compile_pattern(source)


def test_a_quick_call_returns_its_result() -> None:
    assert call_within(1, 10, lambda: "found") == "found"
    with pytest.raises(ZeroDivisionError):
        call_within(1, 10, lambda: 1 / 0)


def test_a_call_ends_by_the_clock_on_a_busy_machine() -> None:
    """A hostile pattern held Home Assistant for longer, the more other programs there were."""

    def wait() -> None:
        for _ in range(3000):
            time.sleep(0.01)

    with pytest.raises(MachineBusyError):
        call_within(10, 0.02, wait)


def test_the_time_limit_of_a_nested_call_ends_it_alone() -> None:
    def inner() -> str:
        with pytest.raises(TimeLimitError):
            call_within(0.02, 10, _stall)
        return "went on"

    assert call_within(5, 50, inner) == "went on"

    def outer() -> None:
        call_within(5, 50, lambda: None)
        _stall()

    with pytest.raises(TimeLimitError):
        call_within(0.02, 10, outer)


def test_the_previous_signal_handler_is_restored() -> None:
    rings: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda number, frame: rings.append(number))
    try:
        signal.setitimer(signal.ITIMER_REAL, 2)
        with pytest.raises(TimeLimitError):
            call_within(0.02, 10, _stall)
        assert rings == []
        while not rings:
            time.sleep(0.01)
        assert rings == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


class _Turns:
    """Counts the iterations of the event loop."""

    def __init__(self) -> None:
        self.number = 0
        self._handle = asyncio.get_running_loop().call_soon(self._take)

    def _take(self) -> None:
        self.number += 1
        self._handle = asyncio.get_running_loop().call_soon(self._take)

    def stop(self) -> None:
        self._handle.cancel()


async def test_the_loop_runs_between_two_slow_searches(hass: HomeAssistant) -> None:
    patterns = [compile_pattern(source) for source in (EVIL, r"(a+)+$", r"(a|aa)+$", "a!$")]
    slow: list[str] = []
    seen_at: list[int] = []
    turns = _Turns()

    def on_slow(pattern: Pattern) -> None:
        slow.append(pattern.expression.pattern)
        seen_at.append(turns.number)

    searches = [pattern_searcher(hass).async_search(patterns, LETTERS, on_slow) for _ in range(2)]
    # A slow pattern does not hide the match of another one.
    assert await asyncio.gather(*searches) == [True, True]
    turns.stop()
    assert slow == [EVIL, r"(a+)+$", r"(a|aa)+$"] * 2
    assert len(set(seen_at)) == len(seen_at)


class _BusyPattern(Pattern):
    """Takes a few milliseconds, which is within the time limit."""

    def search(self, text: str) -> bool:
        _stall(0.004)
        return False


async def test_the_loop_runs_between_many_quick_searches(hass: HomeAssistant) -> None:
    """A hundred automations whose patterns took 15 ms each held Home Assistant for more than a second."""
    pattern = _BusyPattern(expression=re.compile("a"), max_text=1)
    turns = _Turns()
    searches = [pattern_searcher(hass).async_search([pattern] * 6, "yes", lambda slow: None) for _ in range(5)]
    assert await asyncio.gather(*searches) == [False] * 5
    turns.stop()
    assert turns.number >= 10


def _starved(attempts: int) -> Pattern:
    """A pattern that finds the text at the last of so many attempts, the first that the machine has time for."""
    has_time = iter([False] * (attempts - 1) + [True])

    class StarvedPattern(Pattern):
        def search(self, text: str) -> bool:
            if not next(has_time):
                raise MachineBusyError
            return True

    return StarvedPattern(expression=re.compile(str(attempts)), max_text=1)


async def test_a_search_is_tried_again_on_a_busy_machine(hass: HomeAssistant) -> None:
    """A reply was missed because Home Assistant was making a backup."""
    slow: list[Pattern] = []
    search = pattern_searcher(hass).async_search
    for attempts in range(1, MAX_ATTEMPTS + 1):
        assert await search([_starved(attempts)], "yes", slow.append)
    assert slow == []
    starved = _starved(MAX_ATTEMPTS + 1)
    assert not await search([starved], "yes", slow.append)
    assert slow == [starved]


async def test_a_pattern_that_is_slow_repeatedly_is_suspended(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Three hundred replies blocked Home Assistant for six seconds."""
    slow: list[Pattern] = []
    pattern = compile_pattern(EVIL)

    async def found(text: str) -> bool:
        return await pattern_searcher(hass).async_search([pattern], text, slow.append)

    assert await found("yes")
    begun_at = time.thread_time()
    for _ in range(300):
        assert not await found(LETTERS)
    assert time.thread_time() - begun_at < 2
    assert len(slow) == 300
    assert not await found("yes")
    freezer.tick(TIMEOUT_MEMORY + 1)
    assert await found("yes")
    for _ in range(MAX_TIMEOUTS - 1):
        assert not await found(LETTERS)
    assert await found("yes")
