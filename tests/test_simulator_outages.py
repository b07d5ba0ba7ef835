"""Tests of the simulator's outages."""

import asyncio
from collections.abc import AsyncIterator, Callable
import ssl

import aiohttp
import pytest

from tests.simulator.outages import NETWORK
from tests.simulator.vocabulary import Interface
from tests.test_simulator import LINK_ID, Caller, ConnectionWasResetError, caller

SHORT_TIMEOUT = aiohttp.ClientTimeout(total=0.3)


@pytest.fixture
async def call(socket_enabled: None) -> AsyncIterator[Caller]:
    async with caller() as call:
        yield call


async def attempt(
    call: Caller, timeouts: aiohttp.ClientTimeout | None = None, on_connected: Callable[[], None] = lambda: None
) -> str:
    """Query the balance over a new connection."""

    async def connected(*_: object) -> None:
        on_connected()

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(connected)
    async with (
        aiohttp.ClientSession(timeout=timeouts or aiohttp.ClientTimeout(), trace_configs=[trace]) as session,
        session.post(f"{call.simulator.url}queryBalance/", data={"uid": "x", "pwd": "x"}) as response,
    ):
        return await response.text()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("refused", aiohttp.ClientConnectorError),
        ("unreachable", TimeoutError),
        ("silent", TimeoutError),
        ("halfway", TimeoutError),
        ("tls", aiohttp.ClientError),
    ],
)
async def test_a_network_outage_begins_and_ends(call: Caller, name: str, error: type[Exception]) -> None:
    for _ in range(2):
        await call.simulator.begin_outage(name)
        assert call.simulator.outage == name
        with pytest.raises(error):
            await attempt(call, SHORT_TIMEOUT if error is TimeoutError else None)
        await call.simulator.end_outage()
        assert call.simulator.outage is None
        assert await attempt(call) == "101"
    assert len(call.simulator.requests) == 2


async def test_no_connection_is_established_to_an_unreachable_host(call: Caller) -> None:
    """Unlike a silent server, a network that drops packets shows that no request has left."""
    stands = asyncio.Event()
    await call.simulator.begin_outage("unreachable")
    with pytest.raises(TimeoutError):
        await attempt(call, SHORT_TIMEOUT, on_connected=stands.set)
    assert not stands.is_set()
    await call.simulator.begin_outage("silent")
    waiting = asyncio.create_task(attempt(call, on_connected=stands.set))
    await stands.wait()
    await call.simulator.end_outage()
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_an_outage_resets_established_connections(call: Caller) -> None:
    held = call.simulator.hold("submit")
    arrived = asyncio.Event()
    call.simulator.on_request(lambda request: arrived.set())
    waiting = asyncio.create_task(call(Interface.POST_SEND, linkid=LINK_ID))
    await arrived.wait()
    await call.simulator.begin_outage("refused")
    with pytest.raises((ConnectionWasResetError, aiohttp.ClientError)):
        await waiting
    held.set()


async def test_a_stalled_call_is_reset_when_the_outage_ends(call: Caller) -> None:
    await call.simulator.begin_outage("stall")
    arrived = asyncio.Event()
    call.simulator.on_request(lambda request: arrived.set())
    waiting = asyncio.create_task(call(Interface.REVERT))
    await arrived.wait()
    await call.simulator.end_outage()
    with pytest.raises((ConnectionWasResetError, aiohttp.ClientError)):
        await waiting
    assert await call.text(Interface.REVERT) == "150"
    assert call.simulator.violations == []


async def test_a_tls_outage_fails_in_the_handshake(call: Caller) -> None:
    await call.simulator.begin_outage("tls")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError) as raised:
            await session.get(call.simulator.url.replace("http:", "https:"))
    assert isinstance(raised.value.os_error, ssl.SSLError)


async def test_a_lasting_fault_affects_every_call_until_it_ends(call: Caller) -> None:
    await call.simulator.begin_outage("html")
    assert {await call.text(interface) for interface in Interface} == {await call.text(Interface.BALANCE)}
    assert "Log in" in await call.text(Interface.BALANCE)
    call.simulator.fault("balance", "code:102")
    assert await call.text(Interface.BALANCE) == "102"
    await call.simulator.begin_outage("status:500")
    assert (await call(Interface.BALANCE)).status == 500
    await call.simulator.end_outage()
    assert await call.text(Interface.BALANCE) == "000, 2000"


async def test_an_unknown_outage_changes_nothing(call: Caller) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        await call.simulator.begin_outage("earthquake")
    assert call.simulator.outage is None
    assert await call.text(Interface.BALANCE) == "000, 2000"


@pytest.mark.parametrize("name", [*NETWORK, "stall"])
async def test_the_control_port_begins_and_ends_outages(call: Caller, name: str) -> None:
    control = f"{call.simulator.handset}simulator"
    await call.session.post(f"{control}/outage", json={"name": name})
    async with call.session.get(f"{control}/state") as response:
        assert (await response.json())["outage"] == name
    await call.session.post(f"{control}/outage", json={"name": None})
    async with call.session.get(f"{control}/state") as response:
        assert (await response.json())["outage"] is None
    assert await call.text(Interface.BALANCE) == "000, 2000"


@pytest.mark.parametrize("name", NETWORK)
async def test_a_reset_ends_an_outage(call: Caller, name: str) -> None:
    await call.simulator.begin_outage(name)
    async with call.session.post(f"{call.simulator.handset}simulator/reset") as response:
        assert response.status == 200
    assert await call.text(Interface.BALANCE) == "000, 1000"


@pytest.mark.parametrize("name", NETWORK)
async def test_the_simulator_stops_during_an_outage(call: Caller, name: str) -> None:
    await call.simulator.begin_outage(name)
    await call.simulator.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await attempt(call)
