"""What reads messages, as users and the panel ask for it: from a log with a million messages, from a small one, and from an empty one.

An empty log has nothing to list, so what the rows of a list cost is in the figure. The small log lists as many as the full one.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import aiohttp

from .home import FRONTEND, Home, home_assistant, platform
from .scale import FILL, MESSAGES_A_NUMBER, MOBILE, fill_account
from .table import Row

SMALL = 5_000
"""Messages of the small log: 100 conversations of 50 messages each."""
EVERYTHING = {"language": "en", "filter": "all"}
CONVERSATIONS, ITEMS = 20, 15
"""How many the panel asks for first: they fill a screen."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A user of a Home Assistant, its account and its recipient."""

    home: Home
    session: aiohttp.ClientSession
    entry_id: str
    recipient_id: str

    async def find(self) -> None:
        await self.home.socket.perform("smsadmin.get_messages", {}, response=True)

    async def find_by_number(self) -> None:
        await self.home.socket.perform("smsadmin.get_messages", {"mobile": MOBILE}, response=True)

    async def list(self) -> None:
        await self.home.socket.command("smsadmin/conversations", **EVERYTHING, before=None, limit=CONVERSATIONS)

    async def thread(self) -> None:
        where = {"config_entry_id": self.entry_id, "conversation_id": self.recipient_id}
        other = dict.fromkeys(("item_id", "entity_id", "before", "after", "around", "since"))
        await self.home.socket.command("smsadmin/thread", language="en", **where, **other, limit=ITEMS)

    async def export(self) -> None:
        """Until the download begins."""
        what = {"format": "csv", "config_entry_id": None, "conversation_id": None, "query": ""}
        found = await self.home.socket.command("smsadmin/export", **EVERYTHING, **what)
        async with self.session.get(self.home.process.origin + found["path"]) as response:
            response.raise_for_status()
            response.close()

    @property
    def steps(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What is measured, by its name."""
        return {
            "`get_messages`, the newest 50": self.find,
            "`get_messages` of one number": self.find_by_number,
            f"the panel's list, the first {CONVERSATIONS} conversations": self.list,
            f"the panel's thread, the last {ITEMS} messages": self.thread,
            "an export, until its download begins": self.export,
        }


async def measure(*, messages: int, repetitions: int) -> list[Row]:
    """Every step in turns with all three."""
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(platform())
        readers = {number: await stack.enter_async_context(_reader(at.url, number)) for number in (messages, SMALL, 0)}
        # The first round fills the caches.
        for repetition in range(repetitions + 1):
            for number, reader in readers.items():
                # A process that waited for its turn takes longer for whatever comes first.
                await reader.find()
                for what, act in reader.steps.items():
                    begun = perf_counter()
                    await act()
                    if repetition:
                        seconds[what, number].append(perf_counter() - begun)
    return [
        Row(
            what=f"Log of {messages:,} messages: {what}",
            ours=median(seconds[what, messages]) * 1000,
            other_name=name,
            other=median(seconds[what, other]) * 1000,
            unit="ms",
            aim="≤ 2",
        )
        for what in readers[0].steps
        for other, name in ((0, "an empty log"), (SMALL, f"a log of {SMALL:,} that lists as many"))
    ]


@asynccontextmanager
async def _reader(url: str, messages: int) -> AsyncIterator[Reader]:
    async with home_assistant(FRONTEND) as home, aiohttp.ClientSession() as session:
        entry_id = (await home.add_account(url, "off"))["entry_id"]
        recipient_id = await home.add_recipient(entry_id, MOBILE)
        if messages:
            values = {"mobiles": messages // MESSAGES_A_NUMBER, "mobile": MOBILE, "recipient": recipient_id}
            await fill_account(home, entry_id, FILL, messages, **values)
        yield Reader(home=home, session=session, entry_id=entry_id, recipient_id=recipient_id)
