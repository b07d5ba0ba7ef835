"""Outages: the platform is unreachable for a while, or something else answers in its place.

| name | what the client sees |
|---|---|
| `refused` | connections are refused, and established ones are reset, as when the platform restarts |
| `unreachable` | no answer to a connection attempt, as in a network that drops packets |
| `silent` | a connection, and no answer |
| `halfway` | half an answer; nothing is carried out |
| `tls` | a TLS handshake that fails |
| any name of `faults` | every call has this fault: `html` for a captive portal, `redirect`, `status:500`, `stall` |
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing, suppress
import socket
from typing import override

# The fatal alert `handshake_failure` of TLS 1.2.
_TLS_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
_HALF_AN_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n0"
_FILLING_TIME = 0.1
"""Seconds after which a connection on this machine is not established any more, so that the queue is full."""


def bind(host: str, port: int) -> socket.socket:
    """Reserve a port without listening: connections to it are refused, and the system gives it to no other socket."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    return bound


async def _no_listener(host: str, port: int, stack: AsyncExitStack) -> None:
    """Refuse connections: the port is reserved and has no listener."""


async def _full_queue(host: str, port: int, stack: AsyncExitStack) -> None:
    """Ignore connection attempts: the queue of connections that wait to be accepted is full."""
    listener = stack.enter_context(closing(bind(host, port)))
    listener.listen(0)
    loop = asyncio.get_running_loop()
    with suppress(TimeoutError):
        while True:
            filler = stack.enter_context(closing(socket.socket()))
            filler.setblocking(False)
            async with asyncio.timeout(_FILLING_TIME):
                await loop.sock_connect(filler, (host, port))


async def _silent(host: str, port: int, stack: AsyncExitStack) -> None:
    """Accept connections, and do not answer."""
    await _serve(host, port, stack, b"", close=False)


async def _halfway(host: str, port: int, stack: AsyncExitStack) -> None:
    """Send half an answer."""
    await _serve(host, port, stack, _HALF_AN_ANSWER, close=False)


async def _tls(host: str, port: int, stack: AsyncExitStack) -> None:
    """Answer every TLS handshake with an alert."""
    await _serve(host, port, stack, _TLS_ALERT, close=True)


class _FixedAnswer(asyncio.Protocol):
    """Answers the first bytes of a connection, and then closes it or stays silent."""

    def __init__(self, answer: bytes, *, close: bool) -> None:
        self._answer = answer
        self._close = close

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)
        self._answer = b""
        if self._close:
            self._transport.close()


async def _serve(host: str, port: int, stack: AsyncExitStack, answer: bytes, *, close: bool) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _FixedAnswer(answer, close=close), sock=bind(host, port))
    stack.callback(server.abort_clients)
    stack.callback(server.close)


type Network = Callable[[str, int, AsyncExitStack], Awaitable[None]]

NETWORK: dict[str, Network] = {
    "refused": _no_listener,
    "unreachable": _full_queue,
    "silent": _silent,
    "halfway": _halfway,
    "tls": _tls,
}
"""Functions that occupy the platform's port; the stack closes what they open."""
