"""What the tests of sending have in common."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import socket
from typing import Any

from homeassistant.core import HomeAssistant

from tests.simulator import Simulator
from tests.simulator.server import Request

from .conftest import MOTHER

WAIT_LIMIT = 60.0
"""Seconds after which what has not happened yet never will, on the slowest machine."""


async def send(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    """Send a text, and read what became of it."""
    response: Any = await call(hass, "send_sms", **{"mobiles": [MOTHER], "message": "Fire!", **data})
    return dict(response)


async def call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call an action of ours for its response."""
    return await hass.services.async_call("smsadmin", action, data, blocking=True, return_response=True)


async def notify(hass: HomeAssistant, service: str, **data: Any) -> None:
    """Call a legacy service."""
    await hass.services.async_call("notify", service, {"message": "Fire!", **data}, blocking=True)


def submissions(simulator: Simulator) -> list[Request]:
    """The submissions that have reached the platform, carried out or not."""
    return [request for request in simulator.requests if "Send" in request.path]


async def states(hass: HomeAssistant, **wanted: Any) -> list[str]:
    """The states of the texts in the message log, oldest first."""
    response = await call(hass, "get_messages", direction="out", **wanted)
    return [message["state"] for message in reversed(response["messages"])]


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(WAIT_LIMIT):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def eventually_states(hass: HomeAssistant, *wanted: str) -> None:
    """Wait until the texts in the message log are in these states."""
    found: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT_LIMIT):
            while (found := await states(hass)) != list(wanted):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    assert found == list(wanted)


class Swallow:
    """A port that takes no connection and refuses none, as behind a router that restarts."""

    def __init__(self, port: int) -> None:
        """Fill the queue of connections of a port."""
        self._server = socket.create_server(("127.0.0.1", port), backlog=0, reuse_port=False)
        self._fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            self._fillers.append(filler)

    def accept(self) -> None:
        """Take connections from now on."""
        self._server.listen(100)

    def close(self) -> None:
        """Refuse connections from now on."""
        for connection in (self._server, *self._fillers):
            connection.close()


@asynccontextmanager
async def swallowing(simulator: Simulator) -> AsyncIterator[Swallow]:
    """A platform that can't be reached, and does not say so."""
    await simulator.stop()
    swallow = Swallow(int(simulator.origin.rpartition(":")[2]))
    try:
        yield swallow
    finally:
        swallow.close()
