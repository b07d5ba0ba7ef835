"""What the integration adds to Home Assistant's start, beside ntfy of core: both imported and set up in the same process, in turns first."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import hashlib
from statistics import mean, median

from aiohttp import web

from tests.live.client import Json

from .home import CONFIGURATION, home_assistant, platform
from .platform import PASSWORD, USER
from .table import Row

# What either uses of Home Assistant's own is there already, as it is in almost every Home Assistant.
SHARED = CONFIGURATION + "\n".join(
    f"{domain}:"
    for domain in ("button", "camera", "event", "image", "intent", "media_source", "notify", "sensor", "tts", "update", "webhook")
)

_COUNTED = ("messages", "emails", "calls", "reservations", "attachment_total_size")
ACCOUNT = {"username": "benchmark", "stats": dict.fromkeys((*_COUNTED, *(f"{name}_remaining" for name in _COUNTED)), 0)}


@asynccontextmanager
async def ntfy() -> AsyncIterator[str]:
    """As much of a server as ntfy needs."""
    app = web.Application()
    app.add_routes([web.get("/v1/account", _account), web.get("/v1/version", _version)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def _account(request: web.Request) -> web.Response:
    return web.json_response(ACCOUNT)


async def _version(request: web.Request) -> web.Response:
    """The answer to a user without the right to know."""
    return web.json_response({"code": 40401, "http": 404, "error": "page not found"}, status=404)


async def measure(*, repetitions: int) -> list[Row]:
    """Seconds of both, the median of several starts."""
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    async with platform() as at, ntfy() as ntfy_url:
        entries = [_smsadmin_entry(at.url), _ntfy_entry(ntfy_url)]
        # The first one compiles.
        for repetition in range(-1, repetitions):
            entries.reverse()
            async with home_assistant(SHARED) as home:
                taken = await home.perform("start", entries=entries)
            for place, (domain, time) in enumerate(taken.items() if repetition >= 0 else ()):
                seconds[domain, place].append(time)
    # The first to start does a part of the other's work, so each is first as often as second.
    ours, other = (mean(median(seconds[domain, place]) * 1000 for place in (0, 1)) for domain in ("smsadmin", "ntfy"))
    return [Row(what="Import and set-up at start", ours=ours, other_name="`ntfy` of core", other=other, unit="ms", aim="≤ 0.7")]


def _smsadmin_entry(url: str) -> Json:
    return {
        "domain": "smsadmin",
        "title": USER,
        "data": {
            "username": USER,
            "password_md5": hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest(),
            "url": url,
            "charset": "utf-8",
            "submit_method": "post",
            "webhook_id": "benchmark",
        },
        "options": {"mode": "both"},
    }


def _ntfy_entry(url: str) -> Json:
    return {
        "domain": "ntfy",
        "title": "ntfy",
        "data": {"url": url, "username": None, "token": None, "verify_ssl": True},
        "options": {},
    }
