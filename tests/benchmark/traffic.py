"""Pushes and sends in one Home Assistant, and what else could have been done with them there."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
import itertools
from multiprocessing import get_context
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote_plus

from tests.live.client import WebSocket

from .home import add_account, home_assistant, platform
from .load import Result, push
from .platform import USER
from .table import Row

CONNECTIONS = (1, 16, 64)
NUMBERS = 100_000
MESSAGE = "明早八点停水，请提前储水。Water is off from 8 a.m."
DISTANCE = 0.02
"""Seconds that a platform takes for an answer which is near and has nothing else to do."""

FASTEST = 15_000
"""Pushes a second that no Home Assistant answers."""

NOTHING, TWILIO, OURS = "a webhook that does nothing", "`twilio` of core", "smsadmin"


class Traffic:
    """Measures in a Home Assistant with all baselines."""

    def __init__(self, socket: WebSocket, doors: dict[str, str], pool: ProcessPoolExecutor) -> None:
        """Know the doors by the names of the baselines."""
        self._socket = socket
        self._doors = doors
        self._pool = pool
        self._numbers = itertools.count(1)
        self._submitted: list[str] = []
        self._reports = self._sent_numbers()

    async def sending(self, what: str, *, rounds: int) -> list[Row]:
        """100,000 numbers, by the sender and by loops that only post what it posts; the second keeps the connection, as the sender must not."""
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            seconds[OURS].append(await self._send())
            for name, close in (("a bare aiohttp loop, the same bytes", True), ("the same over one connection", False)):
                posted = await self._perform("post", numbers=NUMBERS, message=MESSAGE, close=close)
                seconds[name].append(posted["seconds"])
        ours, *others = ((name, NUMBERS / median(times)) for name, times in seconds.items())
        return [
            Row(
                what=f"Sending to {NUMBERS:,} numbers, {what}",
                ours=ours[1],
                other_name=name,
                other=other,
                unit="/s",
                aim="≥ 0.95" if number == 0 else "",
            )
            for number, (name, other) in enumerate(others)
        ]

    async def _send(self) -> float:
        sent = await self._perform("send", numbers=NUMBERS, message=MESSAGE)
        self._submitted += sent["link_ids"]
        seconds: float = sent["seconds"]
        return seconds

    async def pushes(self, *, rounds: int, seconds: float) -> list[Row]:
        """Pushes a second, one after the other over some connections at once."""
        taken: dict[tuple[str, int], list[float]] = defaultdict(list)
        handed_over: list[float] = []
        for door in self._doors.values():
            await self._push(door, self._bodies(500), connections=16, seconds=seconds)
        for _, connections in itertools.product(range(rounds), CONNECTIONS):
            bodies = self._bodies(int(FASTEST * seconds))
            for name, door in self._doors.items():
                result = await self._push(door, bodies, connections=connections, seconds=seconds)
                drained = await self._perform("drain")
                taken[name, connections].append(result.answered / result.seconds)
                if name == OURS and connections == CONNECTIONS[-1]:
                    handed_over.append(result.answered / (drained["at"] - result.begun_at))
        rate = {key: median(rates) for key, rates in taken.items()}
        rows = [
            Row(
                what=f"Durable pushes, {connections} connection{'s' if connections > 1 else ''}",
                ours=rate[OURS, connections],
                other_name=name,
                other=rate[name, connections],
                unit="/s",
                aim="≥ 0.7" if (name, connections) == (NOTHING, CONNECTIONS[-1]) else "",
            )
            for connections in CONNECTIONS
            for name in (NOTHING, TWILIO)
        ]
        what = f"The same until all are on the bus, {CONNECTIONS[-1]} connections"
        return [
            *rows,
            Row(what=what, ours=median(handed_over), other_name=TWILIO, other=rate[TWILIO, CONNECTIONS[-1]], unit="/s"),
        ]

    async def latency(self, *, rounds: int, pushes: int) -> list[Row]:
        """From the first byte of a push to its event, while little goes on."""
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for name in (TWILIO, OURS):
                texts = [str(next(self._numbers)) for _ in range(pushes)]
                await self._perform("watch")
                bodies = [_reply(number, text) for number, text in enumerate(texts)]
                result = await self._push(self._doors[name], bodies, connections=1, seconds=60, pause=0.005)
                await self._perform("drain")
                seen = (await self._perform("seen"))["seen"]
                seconds[name] += [seen[text] - sent_at for text, sent_at in zip(texts, result.sent_at, strict=True)]
        return [
            Row(
                what=f"From push to event, {name}",
                ours=choose(seconds[OURS]) * 1000,
                other_name=TWILIO,
                other=choose(seconds[TWILIO]) * 1000,
                unit="ms",
            )
            for name, choose in (("median", median), ("99th percentile", lambda times: quantiles(times, n=100)[98]))
        ]

    async def _push(self, door: str, bodies: list[bytes], **how: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(push, door, bodies, **how))

    async def _perform(self, action: str, **data: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self._socket.perform(f"baselines.{action}", data, response=True)
        return answer

    def _bodies(self, number: int) -> list[bytes]:
        """Replies and reports in turns, each report the first on a number that was sent to."""
        pairs = ((_reply(count, f"好的 {count}"), next(self._reports)) for count in itertools.islice(self._numbers, number // 2))
        return [body for pair in pairs for body in pair]

    def _sent_numbers(self) -> Iterator[bytes]:
        for number in itertools.count():
            submission, position = divmod(number, 1000)
            mobile = f"139{submission % (NUMBERS // 1000) * 1000 + position:08}"
            yield f"Class=rpt&SmsName={USER}&Mobile={mobile}&LinkId={self._submitted[submission]}&Report=DELIVRD".encode()


def _reply(number: int, text: str) -> bytes:
    return f"Class=mo&SmsName={USER}&Mobile=138{number % 1000:08}&Message={quote_plus(text)}&LinkId=".encode()


async def measure(*, rounds: int, seconds: float, pushes: int) -> list[Row]:
    """All of it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        async with _home(pool, DISTANCE) as traffic:
            rows = await traffic.sending(f"a platform that answers after {DISTANCE * 1000:.0f} ms", rounds=max(rounds // 2, 1))
        async with _home(pool, 0.0) as traffic:
            return [
                *rows,
                *await traffic.sending("one that answers at once", rounds=max(rounds, 3)),
                *await traffic.pushes(rounds=rounds, seconds=seconds),
                *await traffic.latency(rounds=rounds, pushes=pushes),
            ]


@asynccontextmanager
async def _home(pool: ProcessPoolExecutor, distance: float) -> AsyncIterator[Traffic]:
    """A Home Assistant with an account at a platform."""
    async with platform(distance=distance) as url, home_assistant() as (client, socket):
        entry = await add_account(client, url)
        form = await client.flow("options/flow", entry["entry_id"])
        await socket.perform("baselines.open", {}, response=True)
        doors = {
            NOTHING: f"{client.origin}/api/webhook/nothing",
            TWILIO: f"{client.origin}/api/webhook/twilio",
            OURS: form["description_placeholders"]["webhook_url"],
        }
        yield Traffic(socket, doors, pool)
