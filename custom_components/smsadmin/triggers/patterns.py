"""Searches texts by users' regular expressions, none of which may hold the event loop for long.

`re` holds the interpreter lock, so that no thread could end a search; but it looks for signals, and a timer's signal ends it.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
import re
import signal
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton

from ..const import DOMAIN

TIME_LIMIT = 0.02
"""Seconds of processor time that one search may take; a machine that is busy with something else ends no search."""

CHECK_INTERVAL = 0.005

MAX_TEXT = 1000
"""Characters of a text that are searched: no single step of a search takes long on so few."""

MAX_TIMEOUTS = 3
TIMEOUT_MEMORY = 600
"""A pattern that has taken too long for `MAX_TIMEOUTS` texts within so many seconds is not tried meanwhile."""

# `re` looks such characters up one by one, and looks for signals only every 4096 steps.
_SLOW_CHARACTER = re.compile(r"[^\u0000-\uffff]|\\[UN]")
_MAX_LOOKUPS = 4000


class TimeLimitError(Exception):
    """A call took too long and was ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """A regular expression, and how much of a text it may be tried on."""

    expression: re.Pattern[str]
    max_text: int

    def search(self, text: str) -> bool:
        """Whether a text contains it; TimeLimitError if that takes too long."""
        return call_within(TIME_LIMIT, partial(self.expression.search, text[: self.max_text])) is not None


def compile_pattern(source: str) -> Pattern:
    """Compile a regular expression; re.PatternError where it is none. Long ones take long: not for the event loop."""
    try:
        expression = re.compile(source)
    except (OverflowError, RecursionError) as err:
        raise re.PatternError(str(err)) from err
    slow_characters = len(_SLOW_CHARACTER.findall(source))
    return Pattern(expression=expression, max_text=min(MAX_TEXT, _MAX_LOOKUPS // (1 + slow_characters)))


def call_within[T](seconds: float, call: Callable[[], T]) -> T:
    """Call something that looks for signals, in the main thread; TimeLimitError after so many seconds of processor time.

    The timer counts the whole process's time, and may ring early where other threads work; the handler looks at this thread's alone.
    Calls can be nested, and whoever uses the same signal has it back afterwards.
    """
    ends_at = time.thread_time() + seconds
    is_running = False

    def ring(*_: Any) -> None:
        nonlocal is_running
        if is_running and time.thread_time() >= ends_at:
            is_running = False
            raise TimeLimitError

    handler = signal.signal(signal.SIGVTALRM, ring)
    timer = signal.setitimer(signal.ITIMER_VIRTUAL, CHECK_INTERVAL, CHECK_INTERVAL)
    try:
        try:
            is_running = True
            return call()
        finally:
            is_running = False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *timer)
        signal.signal(signal.SIGVTALRM, handler)


class PatternSearcher:
    """Searches for the whole house: between two searches that take too long, the event loop does everything else that waits."""

    def __init__(self) -> None:
        """Know of no slow pattern."""
        self._lock = asyncio.Lock()
        self._timeouts: dict[re.Pattern[str], list[float]] = {}

    async def async_search(self, patterns: Iterable[Pattern], text: str, on_slow: Callable[[Pattern], None]) -> bool:
        """Whether one of the patterns is in a text; `on_slow` is called for each that takes too long, or did so repeatedly."""
        async with self._lock:
            for pattern in patterns:
                if self._is_suspended(pattern):
                    on_slow(pattern)
                    continue
                try:
                    if pattern.search(text):
                        return True
                except TimeLimitError:
                    self._timeouts.setdefault(pattern.expression, []).append(time.monotonic())
                    on_slow(pattern)
                    await asyncio.sleep(0)
        return False

    def _is_suspended(self, pattern: Pattern) -> bool:
        since = time.monotonic() - TIMEOUT_MEMORY
        recent = [at for at in self._timeouts.pop(pattern.expression, ()) if at > since]
        if recent:
            self._timeouts[pattern.expression] = recent
        return len(recent) >= MAX_TIMEOUTS


@singleton(f"{DOMAIN}_pattern_searcher")
def pattern_searcher(hass: HomeAssistant) -> PatternSearcher:
    """The searcher that all triggers share."""
    return PatternSearcher()
