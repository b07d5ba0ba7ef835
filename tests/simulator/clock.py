"""The platform's clock: tests advance it; in a process of its own it runs in real time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import heapq
import itertools

from .vocabulary import CHINA

type Job = Callable[[], Awaitable[object]]


class Clock:
    """Knows the time in China, and does jobs when they are due."""

    def __init__(self, *, running: bool = False) -> None:
        """Start at the real time; a running clock follows it."""
        self.running = running
        self._start = datetime.now(UTC)
        self._offset = timedelta()
        self._jobs: list[tuple[datetime, int, Job]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[object]] = set()

    def now(self) -> datetime:
        """Return the time in China."""
        return ((datetime.now(UTC) if self.running else self._start) + self._offset).astimezone(CHINA)

    def set(self, now: datetime) -> None:
        """Set the clock without doing the jobs that become due."""
        self._offset += now - self.now()
        self._changed.set()

    def call_at(self, when: datetime, job: Job) -> None:
        """Schedule a job."""
        heapq.heappush(self._jobs, (when, next(self._order), job))
        self._changed.set()

    @property
    def waiting(self) -> int:
        """The number of jobs that are not due yet."""
        return len(self._jobs)

    async def advance(self, seconds: float) -> None:
        """Advance the clock, and do each job at its own time and in order."""
        target = self.now() + timedelta(seconds=seconds)
        while self._jobs and self._jobs[0][0] <= target:
            when, _, job = heapq.heappop(self._jobs)
            self.set(max(when, self.now()))
            await job()
        self.set(max(target, self.now()))

    async def run(self) -> None:
        """Do jobs as real time passes, until cancelled."""
        try:
            while True:
                self._changed.clear()
                while self._jobs and self._jobs[0][0] <= self.now():
                    task = asyncio.ensure_future(heapq.heappop(self._jobs)[2]())
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                wait = (self._jobs[0][0] - self.now()).total_seconds() if self._jobs else None
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), wait)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def clear(self) -> None:
        """Cancel all jobs."""
        self._jobs.clear()
