"""Replies and reports that are pushed, beside core's twilio in the same Home Assistant."""

import asyncio
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import itertools
from multiprocessing import get_context
from statistics import median
from typing import Any
from urllib.parse import quote_plus

from .home import Home, home_assistant, platform
from .load import Result, push
from .platform import USER
from .table import Row, latencies

CONNECTIONS = 16
FASTEST = 15_000
"""Pushes a second that no Home Assistant answers."""
TWILIO, TWILIO_AND_COMMIT, OURS = "`twilio` of core", "`twilio` of core and one commit", "smsadmin"


class Pushing:
    """Pushes to the three from another process."""

    def __init__(self, home: Home, urls: dict[str, str], pool: ProcessPoolExecutor) -> None:
        """Know the URLs by the names of what is compared."""
        self._home = home
        self._urls = urls
        self._pool = pool
        self._numbers = itertools.count(1)

    async def rate(self, *, rounds: int, seconds: float) -> Row:
        """Pushes a second, one after the other over some connections at once."""
        taken: dict[str, list[float]] = defaultdict(list)
        for _, name in itertools.product(range(rounds + 1), (TWILIO, OURS)):
            result = await self._push(name, self._bodies(int(FASTEST * seconds)), connections=CONNECTIONS, seconds=seconds)
            taken[name].append(result.answered / result.seconds)
        rate = {name: median(rates[1:]) for name, rates in taken.items()}
        return Row(
            what=f"Durable pushes, {CONNECTIONS} connections",
            ours=rate[OURS],
            other_name=TWILIO,
            other=rate[TWILIO],
            unit="/s",
            aim="≥ 0.2",
        )

    async def latency(self, *, rounds: int, pushes: int) -> list[Row]:
        """From the first byte of a push to its event, while little goes on."""
        seconds: dict[str, list[float]] = defaultdict(list)
        for number, name in itertools.product(range(rounds + 1), (TWILIO_AND_COMMIT, OURS)):
            texts = [str(next(self._numbers)) for _ in range(pushes)]
            await self._home.perform("watch")
            result = await self._push(name, [_reply(int(text), text) for text in texts], connections=1, seconds=60, pause=0.005)
            seen = (await self._home.perform("seen", number=pushes))["seen"]
            if number:
                seconds[name] += [seen[text] - sent_at for text, sent_at in zip(texts, result.sent_at, strict=True)]
        return latencies("From push to event", seconds[OURS], TWILIO_AND_COMMIT, seconds[TWILIO_AND_COMMIT], aim="≤ 1.5")

    async def _push(self, name: str, bodies: list[bytes], **how: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(push, self._urls[name], bodies, **how))

    def _bodies(self, number: int) -> list[bytes]:
        """Replies and reports in turns."""
        pairs = ((_reply(count, f"好的 {count}"), _report(count)) for count in itertools.islice(self._numbers, number // 2))
        return list(itertools.chain.from_iterable(pairs))


def _reply(number: int, text: str) -> bytes:
    return f"Class=mo&SmsName={USER}&Mobile=138{number % 1000:08}&Message={quote_plus(text)}&LinkId=".encode()


def _report(number: int) -> bytes:
    return f"Class=rpt&SmsName={USER}&Mobile=138{number % 1000:08}&LinkId=7{number:019}&Report=DELIVRD".encode()


async def measure(*, rounds: int, seconds: float, pushes: int) -> list[Row]:
    """All of it; the slow pushes before the many, whose events may come later."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        async with platform() as at, home_assistant() as home:
            entry = await home.add_account(at.url, "push")
            await home.perform("open")
            urls = {
                TWILIO: f"{home.client.origin}/api/webhook/twilio",
                TWILIO_AND_COMMIT: f"{home.client.origin}/api/webhook/twilio_and_commit",
                OURS: await home.push_url(entry),
            }
            pushing = Pushing(home, urls, pool)
            return [*await pushing.latency(rounds=rounds, pushes=pushes), await pushing.rate(rounds=rounds, seconds=seconds)]
