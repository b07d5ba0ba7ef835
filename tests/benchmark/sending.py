"""Texts that go out, beside the least that an action could do for them, in one Home Assistant."""

from statistics import median
from typing import Any

from .home import Home, Platform, home_assistant, platform
from .table import Row, latencies

MESSAGE = "明早八点停水，请提前储水。Water is off from 8 a.m."
NUMBERS = 10_000
DISTANCE = 0.02
"""Seconds that a platform takes for an answer which is near and has nothing else to do."""
PAUSE = 0.01
MANY = [f"139{number:08}" for number in range(NUMBERS)]


async def measure(*, rounds: int, texts: int) -> list[Row]:
    """One text, and one to many numbers."""
    async with platform() as near, home_assistant() as home:
        await _prepare(home, near)
        rows = await _one_text(home, near, rounds=rounds, texts=texts)
    async with platform(distance=DISTANCE) as farther, home_assistant() as home:
        await _prepare(home, farther)
        return [*rows, await _many_numbers(home, rounds=rounds)]


async def _prepare(home: Home, at: Platform) -> None:
    await home.add_account(at.url, "off")
    await home.perform("open")


async def _one_text(home: Home, at: Platform, *, rounds: int, texts: int) -> list[Row]:
    """From the call of the action until the platform has the whole request."""
    ours: list[float] = []
    least: list[float] = []

    async def take(seconds: list[float], action: str, **data: Any) -> None:
        called = await home.perform(action, message=MESSAGE, pause=PAUSE, **data)
        arrived = await at.arrivals(texts)
        seconds += [end - begun for begun, end in zip(called["begun_at"], arrived, strict=True)]

    # The first round warms up.
    for number in range(rounds + 1):
        await take(ours, "send", mobiles=[[f"139{position:08}"] for position in range(texts)])
        await take(least, "call_least", number=texts)
        if not number:
            ours.clear()
            least.clear()
    return latencies("One text, from call to platform", ours, "an action that commits and posts", least, aim="≤ 1.3")


async def _many_numbers(home: Home, *, rounds: int) -> Row:
    """Numbers a second."""
    ours, bare = [], []
    for _ in range(rounds + 1):
        ours.append((await home.perform("send", mobiles=[MANY], message=MESSAGE, pause=0))["seconds"])
        bare.append((await home.perform("post", mobiles=MANY, message=MESSAGE))["seconds"])
    return Row(
        what=f"{NUMBERS:,} numbers, the platform answers after {DISTANCE * 1000:.0f} ms",
        ours=NUMBERS / median(ours[1:]),
        other_name="a bare aiohttp loop",
        other=NUMBERS / median(bare[1:]),
        unit="/s",
        aim="≥ 0.95",
    )
