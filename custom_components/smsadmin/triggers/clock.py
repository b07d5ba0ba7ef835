"""Measures the age of events even if the wall clock has been set since."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from homeassistant.util import dt as dt_util

_TOLERANCE = 2.0
"""Seconds by which the wall clock may drift before it counts as set."""

_MAX_SPANS = 20
"""The oldest spans are dropped, so that a clock which is set all the time takes no memory."""


class _Span(NamedTuple):
    """A time in which the wall clock was not set, and was `offset` seconds ahead of the monotonic clock."""

    begins_at: float
    offset: float


class RunClock:
    """Measures by the monotonic clock since events of this run, and by the wall clock since earlier ones."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Take the current time of both clocks; `monotonic` returns seconds."""
        self._monotonic = monotonic
        self._observed_at = monotonic()
        self._spans: list[_Span] = []
        self.observe()

    def observe(self) -> None:
        """Check whether the wall clock was set since the last call."""
        wall, now = dt_util.utcnow().timestamp(), self._monotonic()
        if not self._spans or abs(wall - now - self._spans[-1].offset) > _TOLERANCE:
            # It may have been set at any time since the last call.
            span = _Span(begins_at=wall - (now - self._observed_at), offset=wall - now)
            self._spans = [*self._spans[1 - _MAX_SPANS :], span]
        self._observed_at = now

    def age(self, moment: datetime) -> timedelta:
        """Return how long ago a moment was that was read from the wall clock."""
        offset = self._offset_at(moment)
        if offset is None:
            return dt_util.utcnow() - moment
        return timedelta(seconds=self._monotonic() + offset - moment.timestamp())

    def is_of_this_run(self, moment: datetime) -> bool:
        """Whether the wall clock has shown a moment since this object was created."""
        return self._offset_at(moment) is not None

    def _offset_at(self, moment: datetime) -> float | None:
        """Return how far ahead the wall clock was at a moment. If it showed the moment several times, the last one counts."""
        at, now = moment.timestamp(), self._monotonic()
        return next((span.offset for span in reversed(self._spans) if span.begins_at <= at <= now + span.offset), None)

    def latest(self) -> datetime:
        """Return the current time by the wall clock, or the time that it would show if it had not been set back."""
        return dt_util.utc_from_timestamp(self._monotonic() + max(span.offset for span in self._spans))
