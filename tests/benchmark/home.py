"""A Home Assistant to measure in, and the simulated platform in a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import sys
from tempfile import TemporaryDirectory

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


def folder() -> TemporaryDirectory[str]:
    """A folder on the disk that the checkout is on: many a system has its temporary files in memory, where nothing is durable."""
    (CHECKOUT / ".cache").mkdir(exist_ok=True)
    return TemporaryDirectory(prefix="benchmark-", dir=CHECKOUT / ".cache")


@asynccontextmanager
async def home_assistant(configuration: str = CONFIGURATION) -> AsyncIterator[tuple[Client, WebSocket]]:
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
                    yield client, socket
        finally:
            await process.stop()


@asynccontextmanager
async def platform(*, distance: float = 0.0) -> AsyncIterator[str]:
    """The base URL of the simulator; it thinks for some seconds about a submission."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.benchmark.platform", str(free_port()), str(distance)),
        stdout=asyncio.subprocess.PIPE,
        cwd=CHECKOUT,
    )
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def add_account(client: Client, url: str) -> Json:
    """An account that takes pushes; its entry."""
    account = {"username": USER, "password": PASSWORD, "advanced": {"url": url}}
    await client.flow("flow", "smsadmin", account, {"mode": "push"})
    (entry,) = await client.entries("smsadmin")
    return entry
