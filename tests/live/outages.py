"""Outages of the platform that come and go, over the deaths and starts of Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import random

from tests.simulator import Simulator

KINDS = ("refused", "refused", "unreachable", "silent", "halfway", "stall", "status:500", "html", "redirect")
"""Nothing leaves this machine where connections are refused or unreachable; of all else, it may have."""
_PAUSES = (1.0, 6.0)
_GRACE = 2.0
"""Seconds in which what began during an outage may still fail."""


class Outages:
    """What was out of reach, and when."""

    def __init__(self, simulator: Simulator, *, seconds: tuple[float, ...], seed: int, on_change: Callable[[], None]) -> None:
        """Each outage lasts for one of these times; none comes where there are none. Connections are lost at every change."""
        self.begun = self.over = 0
        """How many have begun, and how many nothing can fail by any more that begins from now on."""
        self.longest = max(seconds, default=0.0)
        self._simulator = simulator
        self._seconds = seconds
        self._random = random.Random(seed)
        self._on_change = on_change
        self._lasting = asyncio.Event()
        self._ended = asyncio.Event()
        self._stopped = asyncio.Event()

    @asynccontextmanager
    async def coming_and_going(self) -> AsyncIterator[None]:
        """Let them, until the platform can be reached for good."""
        async with asyncio.TaskGroup() as group:
            if self._seconds:
                group.create_task(self._come_and_go())
            try:
                yield
            finally:
                self._stopped.set()

    async def _come_and_go(self) -> None:
        """Go on until it is stopped. A cancelled task could leave an outage that has half begun, for good."""
        while not await self._is_stopped_within(self._random.uniform(*_PAUSES)):
            self.begun += 1
            await self._simulator.begin_outage(self._random.choice(KINDS))
            self._on_change()
            self._lasting.set()
            await self._is_stopped_within(self._random.choice(self._seconds))
            await self._end()

    async def _is_stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
        return self._stopped.is_set()

    async def _end(self) -> None:
        await self._simulator.end_outage()
        self._on_change()
        self._lasting.clear()
        self._ended.set()
        self._ended.clear()
        asyncio.get_running_loop().call_later(_GRACE, self._forget)

    def _forget(self) -> None:
        self.over += 1

    async def until_begun(self) -> None:
        """Wait until the platform is out of reach."""
        await self._lasting.wait()

    async def until_ended(self) -> None:
        """Wait until it has been, and can be reached again."""
        await self._lasting.wait()
        await self._ended.wait()
