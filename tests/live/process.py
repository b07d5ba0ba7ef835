"""Home Assistant as a process: started, stopped, killed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import random
import signal
import socket
import sys

import aiohttp

START_LIMIT = 120.0
"""Seconds that a start may take on a slow machine before it counts as failed."""
STOP_LIMIT = 60.0


class HomeAssistantProcess:
    """Home Assistant in a folder that is ready for it."""

    def __init__(self, folder: Path, port: int, *, environment: Mapping[str, str] | None = None) -> None:
        """Nothing is started yet; the environment adds to that of this process."""
        self.folder = folder
        self._environment = environment or {}
        self.origin = f"http://127.0.0.1:{port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def output(self) -> Path:
        """What it prints, its log above all."""
        return self.folder / "output.log"

    @property
    def pid(self) -> int:
        """The id of the process that runs."""
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        """Start, and return once it answers; RuntimeError if it ends instead or takes too long."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= self._environment
        with self.output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "homeassistant", "--skip-pip", "--config", str(self.folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                # A Ctrl-C in the terminal is for the parent process, which then stops this one in order.
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_LIMIT):
                await self._answers()
        except BaseException:
            await self.kill()
            raise

    async def _answers(self) -> None:
        """Wait for the web server."""
        async with aiohttp.ClientSession() as session:
            while self._process and self._process.returncode is None:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"{self.origin}/manifest.json"):
                        return
                await asyncio.sleep(0.1)
        raise RuntimeError(f"Home Assistant has ended; see {self.output}")

    async def wait(self) -> int:
        """Wait for its end."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> int:
        """Stop it as a user does, and return its exit code; killed where it takes too long."""
        if self._process and self._process.returncode is None:
            self._process.terminate()
            with suppress(TimeoutError):
                return await asyncio.wait_for(self._process.wait(), STOP_LIMIT)
            await self.kill()
        return await self.wait()

    async def kill(self) -> None:
        """Kill it with everything it has started."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


def free_port() -> int:
    """A port of this machine without a listener, outside the range that outgoing connections are given their ports from."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("", port))
            return port
