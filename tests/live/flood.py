"""An attack on the port for pushes of a running Home Assistant: what becomes of its pushes and of its interface, as ratios.

Run with `python -m tests.live.flood`; it takes about a minute. The attackers run in a process of their own, on this machine alone, and
end with it.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
import random
from statistics import median
import sys
from tempfile import TemporaryDirectory
import time
from urllib.parse import quote

import aiohttp

from tests.simulator import Simulator

from .client import Client
from .folder import CHECKOUT, prepare
from .process import HomeAssistantProcess, free_port
from .push_account import PASSWORD, USER, add_push_account

CONFIGURATION = "config:\n"
PUSHES = 100
REQUESTS = 200
"""Requests to the interface, whose median is compared."""
CONNECTIONS = 1000
"""Idle and slow ones at a time; half as many again flood."""
PAUSE = 0.5
"""Seconds that an attacker waits before it comes again."""


async def main() -> None:
    """Measure in peace, then under attack."""
    port, listener_port = free_port(), free_port()
    with TemporaryDirectory() as folder:
        prepare(Path(folder), port=port, configuration=CONFIGURATION)
        process = HomeAssistantProcess(Path(folder), port)
        await process.start()
        try:
            async with Simulator(seed=1) as simulator, aiohttp.ClientSession() as session:
                path = await _set_up(Client(session, process.origin), simulator, listener_port)
                await _measure(session, process.origin, f"http://127.0.0.1:{listener_port}{path}")
        finally:
            await process.stop()


async def _set_up(client: Client, simulator: Simulator, listener_port: int) -> str:
    """Add an account with a port for pushes; the secret path."""
    simulator.add_account(USER, PASSWORD, balance=100)
    await client.onboard(name="Demo", username="demo", password="demo")
    async with client.web_socket() as socket:
        await socket.until_running()
    return await add_push_account(client, simulator.url, listener_port)


async def _measure(session: aiohttp.ClientSession, origin: str, url: str) -> None:
    """Print how many pushes are taken, and the interface's median as a ratio to the one in peace."""
    await _interface(session, origin)
    in_peace = await _interface(session, origin)
    attackers = await asyncio.create_subprocess_exec(sys.executable, "-m", __spec__.name, url.split("/")[2], cwd=CHECKOUT)
    try:
        await asyncio.sleep(10)
        taken, attacked = await asyncio.gather(_push(session, url), _interface(session, origin))
    finally:
        attackers.terminate()
        await attackers.wait()
    sys.stdout.write(f"pushes taken: {taken} of {PUSHES}\n")
    sys.stdout.write(f"interface, median under attack to median in peace: {attacked / in_peace:.2f}\n")


async def _push(session: aiohttp.ClientSession, url: str) -> int:
    """Push one after the other, each over a connection of its own; how many were taken."""
    taken = 0
    for number in range(PUSHES):
        query = f"Class=mo&SmsName={USER}&Mobile=13800000001&Message={quote(f'第{number}条')}&LinkId="
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(f"{url}?{query}", headers={"Connection": "close"}) as response:
                taken += await response.text() == "000"
    return taken


async def _interface(session: aiohttp.ClientSession, origin: str) -> float:
    """The median time of a request to Home Assistant's interface."""
    times = []
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        async with session.get(f"{origin}/manifest.json") as response:
            await response.read()
        times.append(time.perf_counter() - begin)
        await asyncio.sleep(0.02)
    return median(times)


async def attack(host: str, port: int) -> None:
    """Attack until the process is ended."""
    unknown = b"POST /api/webhook/" + b"0" * 64
    kinds: dict[bytes, int] = {
        b"": CONNECTIONS // 2,
        unknown[:40]: CONNECTIONS // 2,
        unknown + b" HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + b"x" * 65536: CONNECTIONS // 10,
        b"GET /" + b"a" * 65536: CONNECTIONS // 10,
        unknown + b" HTTP/1.1\r\nX: " + b"x" * 65536: CONNECTIONS // 10,
        (unknown + b" HTTP/1.1\r\nHost: h\r\n\r\n") * 500: CONNECTIONS // 10,
        random.Random(1).randbytes(65536): CONNECTIONS // 10,
    }
    async with asyncio.TaskGroup() as group:
        for data, count in kinds.items():
            for _ in range(count):
                group.create_task(_attacker(host, port, data))


async def _attacker(host: str, port: int, data: bytes) -> None:
    """Connect, send, go on byte by byte until the other side ends, and come again."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(data)
                while not reader.at_eof():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.read(1024), 1)
                    if data:
                        writer.write(b"a")
            finally:
                writer.close()
        await asyncio.sleep(PAUSE)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        host, _, port = sys.argv[1].partition(":")
        asyncio.run(attack(host, int(port)))
    else:
        asyncio.run(main())
