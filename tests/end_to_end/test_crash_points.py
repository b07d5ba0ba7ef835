"""What holds after Home Assistant was killed at a certain point: the table of docs/architecture.md, line by line."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.live.client import Client, WebSocket
from tests.live.evidence import read_log
from tests.live.folder import prepare
from tests.live.process import HomeAssistantProcess, free_port
from tests.simulator import Simulator
from tests.simulator.server import Request

KILL_SWITCH = Path(__file__).parents[1] / "live" / "kill_switch"
CONFIGURATION = """
homeassistant:
  internal_url: http://127.0.0.1:{port}
config:
kill_switch:
"""
ACCOUNT = {"username": "station", "password": "open sesame"}
GRACE = 120.0
"""Seconds after which what has not happened counts as never happening, on the slowest machine."""


@dataclass(frozen=True, kw_only=True)
class Death:
    """A point at which Home Assistant is killed while it sends a text, and what becomes of the text.

    `when` is a point of the kill switch; None: once the platform has the request. An `outage` lasts until the text is queued: then the
    attempt that is connecting, or the next one, comes to the point. `left` is the state on the disk, `state` that of the next life.
    """

    when: str | None
    outage: str | None = None
    left: str | None
    state: str | None
    sent: int


DEATHS = (
    Death(when="before enqueue", outage="unreachable", left=None, state=None, sent=0),
    Death(when="after enqueue", outage="unreachable", left="queued", state="accepted", sent=1),
    Death(when="before begin", outage="unreachable", left="queued", state="accepted", sent=1),
    Death(when="before begin", outage="refused", left="queued", state="accepted", sent=1),
    Death(when="after begin", left="submitting", state="unconfirmed", sent=0),
    Death(when="after begin", outage="refused", left="submitting", state="unconfirmed", sent=0),
    Death(when=None, left="submitting", state="unconfirmed", sent=1),
    Death(when="before settle", left="submitting", state="unconfirmed", sent=1),
    Death(when="before settle", outage="refused", left="submitting", state="unconfirmed", sent=1),
    Death(when="after settle", left="accepted", state="accepted", sent=1),
)


class Home:
    """A Home Assistant of many lives with one account, and the platform."""

    def __init__(self, folder: Path, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        port = free_port()
        prepare(folder, port=port, configuration=CONFIGURATION, companions=[KILL_SWITCH])
        self.process = HomeAssistantProcess(folder, port)
        self._simulator = simulator
        self._entry_id = ""
        self._client = Client(session, self.process.origin)
        self._received = asyncio.Event()
        simulator.on_request(self._request_received)

    def _request_received(self, request: Request) -> None:
        if "Send" in request.path:
            self._received.set()

    async def set_up(self) -> None:
        """Make the account; Home Assistant writes it when it stops."""
        await self.process.start()
        await self._client.onboard(name="Demo", username="demo", password="demo")
        async with self._client.web_socket() as socket:
            await socket.until_running()
            account = ACCOUNT | {"advanced": {"url": self._simulator.url}}
            created = await self._client.flow("flow", "smsadmin", account, {"mode": "off"})
            self._entry_id = created["result"]["entry_id"]
            self._client.token = await socket.command("auth/long_lived_access_token", client_name="test", lifespan=30)
        await self.process.stop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[WebSocket]:
        """A life."""
        await self.process.start()
        async with self._client.web_socket() as socket:
            await socket.until_running()
            yield socket

    async def die(self, socket: WebSocket, link_id: str, death: Death) -> None:
        """Send a text, and be killed."""
        if death.outage:
            await self._simulator.begin_outage(death.outage)
        if death.when:
            await socket.perform("kill_switch.arm", {"when": death.when})
        else:
            # The platform takes the text, and its answer never ends.
            self._simulator.fault("submit", "drip")
        self._received.clear()
        async with asyncio.timeout(GRACE):
            await asyncio.gather(self._send(socket, link_id), self._end(socket, link_id, death), return_exceptions=True)
            await self.process.wait()
        await self._simulator.end_outage()

    async def _send(self, socket: WebSocket, link_id: str) -> None:
        data = {"mobiles": ["13802102102"], "message": f"Fire! {link_id}", "link_id": link_id}
        await socket.perform("smsadmin.send_sms", data)

    async def _end(self, socket: WebSocket, link_id: str, death: Death) -> None:
        """End the outage, or the life itself. A connection that is lost meanwhile was the end."""
        if death.outage:

            async def is_queued() -> bool:
                return await self.states(socket, link_id) == ["queued"]

            await socket.until(is_queued, GRACE)
            await self._simulator.end_outage()
        elif death.when is None:
            await self._received.wait()
            await self.process.kill()

    @staticmethod
    async def states(socket: WebSocket, link_id: str) -> list[str]:
        """The states of a text."""
        answer = await socket.perform("smsadmin.get_messages", {"link_id": link_id}, response=True)
        return [message["state"] for message in answer["messages"]]

    async def until_settled(self, socket: WebSocket, link_id: str) -> list[str]:
        """The states of a text once it is not queued any more."""

        async def is_settled() -> bool:
            return "queued" not in await self.states(socket, link_id)

        await socket.until(is_settled, GRACE)
        return await self.states(socket, link_id)

    def state_on_disk(self, link_id: str) -> str | None:
        """The state of a text that a life has left; None where it has left none."""
        return read_log(self.process.folder, self._entry_id).submissions.get(link_id)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    async with Simulator(seed=1, running=True) as simulator:
        simulator.add_account(ACCOUNT["username"], ACCOUNT["password"], balance=100)
        yield simulator
        assert simulator.violations == []


@pytest.fixture
async def home(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Home]:
    async with aiohttp.ClientSession() as session:
        home = Home(tmp_path, simulator, session)
        try:
            await home.set_up()
            yield home
        finally:
            await home.process.kill()


async def test_each_point_of_sending_has_its_outcome(home: Home, simulator: Simulator) -> None:
    """What was queued goes out once; what may have left is never sent again."""
    async with home.running() as socket:
        await home.die(socket, _link_id(0), DEATHS[0])
    for number, death in enumerate(DEATHS):
        assert (death, home.state_on_disk(_link_id(number))) == (death, death.left)
        async with home.running() as socket:
            states = await home.until_settled(socket, _link_id(number))
            assert (death, states) == (death, [death.state] if death.state else [])
            if number + 1 < len(DEATHS):
                await home.die(socket, _link_id(number + 1), DEATHS[number + 1])
    sent = Counter(message.link_id for message in simulator.sent)
    assert [sent[_link_id(number)] for number in range(len(DEATHS))] == [death.sent for death in DEATHS]


def _link_id(number: int) -> str:
    return f"{number + 1:020}"
