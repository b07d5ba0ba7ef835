"""Searches texts for users' regular expressions with a time limit, because a slow one would block the event loop.

`re` holds the interpreter lock, so another thread can't interrupt a search. It does check for signals, so a timer's signal can.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
import re
import signal
import time
from typing import Any, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton

from ..const import DOMAIN

TIME_LIMIT = 0.02
"""Seconds of processor time that one search may take."""

MAX_PAUSE = 0.03
"""Seconds that the event loop waits for a search at most, on a machine that is too busy to give it its processor time."""

MAX_ATTEMPTS = 3
"""Attempts of a search that was ended because the machine is busy, so that no reply is missed for that alone."""

CHECK_INTERVAL = 0.005
"""Seconds between two signals of the timer."""

MAX_TEXT = 1000
"""Characters of a text that are searched. On so few, no single step of a search takes long."""

MAX_PATTERN = 8000
"""Characters of a regular expression. With many more alternatives, the 4096 steps between two checks for signals take too long."""

MAX_BUSY = 0.01
"""Seconds of processor time after which searches let the event loop run, however quick each of them was."""

MAX_TIMEOUTS = 3
TIMEOUT_MEMORY = 600
"""Seconds: a pattern that exceeded the time limit `MAX_TIMEOUTS` times within this period is suspended."""

_MAX_LOOKUPS = 4000


class TimeLimitError(Exception):
    """The call exceeded its limit of processor time."""


class MachineBusyError(Exception):
    """The call was ended before it had its processor time, because the machine is busy."""


class Pattern(NamedTuple):
    """A regular expression, and the number of characters of a text that it searches."""

    expression: re.Pattern[str]
    max_text: int

    def search(self, text: str) -> bool:
        """Whether a text matches. Raises TimeLimitError and MachineBusyError."""
        return call_within(TIME_LIMIT, MAX_PAUSE, partial(self.expression.search, text[: self.max_text])) is not None


def compile_pattern(source: str) -> Pattern:
    """Compile a regular expression. Raises re.PatternError. Not for the event loop, because a long one takes seconds."""
    if len(source) > MAX_PATTERN:
        raise re.PatternError(f"more than {MAX_PATTERN} characters")
    try:
        expression = re.compile(source)
    except (OverflowError, RecursionError) as err:
        raise re.PatternError(str(err)) from err
    # `re` compares such characters one by one, and checks for signals only every 4096 steps.
    slow_characters = sum(character > "\uffff" for character in source) + source.count(r"\U") + source.count(r"\N")
    return Pattern(expression=expression, max_text=min(MAX_TEXT, _MAX_LOOKUPS // (1 + slow_characters)))


def call_within[T](seconds: float, max_pause: float, call: Callable[[], T]) -> T:
    """Call a function that checks for signals, in the main thread.

    Raises TimeLimitError after `seconds` of processor time, MachineBusyError after `max_pause` seconds of the clock. Calls can be
    nested, and the previous handler and timer of the signal are restored.
    """
    ends_at, waits_until = time.thread_time() + seconds, time.monotonic() + max_pause
    is_running = False

    def time_out(*_: Any) -> None:
        nonlocal is_running
        is_used_up = time.thread_time() >= ends_at
        if is_running and (is_used_up or time.monotonic() >= waits_until):
            is_running = False
            raise TimeLimitError if is_used_up else MachineBusyError

    handler = signal.signal(signal.SIGALRM, time_out)
    timer = signal.setitimer(signal.ITIMER_REAL, CHECK_INTERVAL, CHECK_INTERVAL)
    try:
        try:
            is_running = True
            return call()
        finally:
            is_running = False
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


class PatternSearcher:
    """Runs all searches one after the other, and lets the event loop run between them."""

    def __init__(self) -> None:
        """Start without suspended patterns."""
        self._lock = asyncio.Lock()
        self._timeouts: dict[re.Pattern[str], list[float]] = {}
        self._busy = 0.0

    async def async_search(self, patterns: Iterable[Pattern], text: str, on_slow: Callable[[Pattern], None]) -> bool:
        """Whether one of the patterns matches a text. Calls `on_slow` for each that exceeds the time limit or is suspended."""
        async with self._lock:
            for pattern in patterns:
                if self._is_suspended(pattern):
                    on_slow(pattern)
                elif await self._search(pattern, text, on_slow):
                    return True
        return False

    async def _search(self, pattern: Pattern, text: str, on_slow: Callable[[Pattern], None]) -> bool:
        for _ in range(MAX_ATTEMPTS):
            started = time.thread_time()
            try:
                return pattern.search(text)
            except MachineBusyError:
                await asyncio.sleep(0)
            except TimeLimitError:
                break
            finally:
                self._busy += time.thread_time() - started
                if self._busy > MAX_BUSY:
                    self._busy = 0.0
                    await asyncio.sleep(0)
        self._timeouts.setdefault(pattern.expression, []).append(time.monotonic())
        on_slow(pattern)
        return False

    def _is_suspended(self, pattern: Pattern) -> bool:
        since = time.monotonic() - TIMEOUT_MEMORY
        recent = [at for at in self._timeouts.pop(pattern.expression, ()) if at > since]
        if recent:
            self._timeouts[pattern.expression] = recent
        return len(recent) >= MAX_TIMEOUTS


@singleton(f"{DOMAIN}_pattern_searcher")
def pattern_searcher(hass: HomeAssistant) -> PatternSearcher:
    """Return the searcher that all triggers share."""
    return PatternSearcher()
