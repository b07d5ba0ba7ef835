"""A Home Assistant to measure in, and the simulated platform in a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from tests.live.client import Client, Json, WebSocket
from tests.live.folder import CHECKOUT, prepare
from tests.live.process import HomeAssistantProcess, free_port

from .platform import PASSWORD, USER

BASELINES = Path(__file__).with_name("baselines")

CONFIGURATION = """
homeassistant:
  internal_url: http://127.0.0.1:{port}
config:
baselines:
"""

# With what the panel needs.
FRONTEND = f"{CONFIGURATION}frontend:\n"


def folder() -> TemporaryDirectory[str]:
    """A folder on the disk that the checkout is on: many a system has its temporary files in memory, where nothing is durable."""
    (CHECKOUT / ".cache").mkdir(exist_ok=True)
    return TemporaryDirectory(prefix="benchmark-", dir=CHECKOUT / ".cache")


@asynccontextmanager
async def home_assistant(configuration: str = CONFIGURATION) -> AsyncIterator[Home]:
    """A fresh one, without a recorder, and with the baselines."""
    port = free_port()
    with folder() as path:
        prepare(Path(path), port=port, configuration=configuration, companions=[BASELINES])
        process = HomeAssistantProcess(Path(path), port)
        await process.start()
        try:
            async with aiohttp.ClientSession() as session:
                client = Client(session, process.origin)
                await client.onboard(name="Demo", username="demo", password="demo")
                async with client.web_socket() as socket:
                    await socket.until_running()
                    yield Home(process=process, client=client, socket=socket)
        finally:
            await process.stop()


@dataclass(frozen=True, kw_only=True)
class Home:
    """A Home Assistant that runs."""

    process: HomeAssistantProcess
    client: Client
    socket: WebSocket

    async def perform(self, action: str, **data: Any) -> dict[str, Any]:
        """Perform an action of the baselines."""
        answer: dict[str, Any] = await self.socket.perform(f"baselines.{action}", data, response=True)
        return answer

    async def add_account(self, url: str, mode: str) -> Json:
        """Add an account at a platform; its entry."""
        account = {"username": USER, "password": PASSWORD, "advanced": {"url": url}}
        await self.client.flow("flow", "smsadmin", account, {"mode": mode})
        (entry,) = await self.client.entries("smsadmin")
        await self.socket.until_available("sensor.smsadmin_station_balance")
        return entry

    async def add_recipient(self, entry_id: str, mobile: str) -> str:
        """Add a recipient to an account that has none; its id."""
        await self.client.flow("subentries/flow", [entry_id, "recipient"], {"name": "Mother", "mobiles": [mobile]})
        (recipient,) = await self.socket.command("config_entries/subentries/list", entry_id=entry_id)
        recipient_id: str = recipient["subentry_id"]
        return recipient_id

    async def push_url(self, entry: Json) -> str:
        """Where an account takes pushes."""
        form = await self.client.flow("options/flow", entry["entry_id"])
        url: str = form["description_placeholders"]["webhook_url"]
        return url


class Platform:
    """The simulator in its process."""

    def __init__(self, url: str, lines: asyncio.StreamReader) -> None:
        """Read when submissions arrive."""
        self.url = url
        self._lines = lines

    async def arrivals(self, number: int) -> list[float]:
        """When the next so many submissions arrived."""
        return [float(await self._lines.readline()) for _ in range(number)]


@asynccontextmanager
async def platform(*, distance: float = 0.0) -> AsyncIterator[Platform]:
    """The simulator; it thinks for some seconds about a submission."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.benchmark.platform", str(free_port()), str(distance)),
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    assert process.stdout
    try:
        yield Platform((await process.stdout.readline()).decode().strip(), process.stdout)
    finally:
        process.terminate()
        await process.wait()
