"""A second door for pushes: a port of its own that serves their secret paths and nothing else.

Port 80 of the internet can be mapped to it without leading anybody to Home Assistant's interface, and no security filter stands in
front of it, which would refuse a reply with a line break in a query string before any handler sees it.
"""

import asyncio
from hmac import compare_digest
from http import HTTPStatus
import logging

from aiohttp import web
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .webhook import METHODS, PushWebhook

MAX_CONNECTIONS = 256
"""Connections at a time; whoever comes on top is turned away."""

DEADLINE = 30.0
"""Seconds that a connection may last, so that nobody holds one up by being slow. Each serves a single push."""

MAX_REQUEST_LINE = 64 * 1024
"""Bytes; a long reply is three times as long once it is UTF-8, and thrice as long again once it is urlencoded."""

# aiohttp quotes in its log what it can't parse, and with it whoever has written what.
_NULL_LOGGER = logging.Logger("nobody", logging.CRITICAL + 1)  # noqa: LOG001

_LISTENERS: HassKey[dict[int, PushServer]] = HassKey(f"{DOMAIN}_listeners")


class PortInUseError(Exception):
    """Another program listens on the port, or this one may not."""


class PushServer:
    """Listens on one port for all accounts that name it."""

    def __init__(self, hass: HomeAssistant, port: int) -> None:
        """Nothing is open yet."""
        self.port = port
        self._hass = hass
        self._receivers: list[PushWebhook] = []
        self._connections: set[_Connection] = set()
        self._web_server = web.Server(self._handle)
        self._server: asyncio.Server | None = None

    async def async_add(self, receiver: PushWebhook) -> None:
        """Take pushes for an account; OSError where the port can't be had."""
        if self._server is None:
            self._server = await self._hass.loop.create_server(self._connection, port=self.port)
        self._receivers.append(receiver)

    async def async_forget(self, receiver: PushWebhook) -> None:
        """Take no more pushes for an account; the last one closes the port."""
        self._receivers.remove(receiver)
        if not self._receivers and self._server:
            # At once, so that nobody joins a listener that is about to end.
            self._hass.data[_LISTENERS].pop(self.port)
            self._server.close()
            await self._web_server.shutdown(timeout=1)

    def _connection(self) -> asyncio.Protocol:
        return _Connection(self._web_server, self._hass.loop, self._connections)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a push on to the account whose path it came by; whoever knows no path learns none."""
        path = request.rel_url.raw_path.encode()
        found = [receiver for receiver in self._receivers if compare_digest(path, receiver.path.encode())]
        if found and request.method in METHODS:
            if request.headers.get("Expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            response = await found[0].async_handle(request)
        else:
            response = web.Response(status=HTTPStatus.NOT_FOUND)
        response.force_close()
        return response


class _Connection(web.RequestHandler):
    """A connection that has a deadline, and a place among few."""

    __slots__ = ("_deadline", "_others")

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop, others: set[_Connection]) -> None:
        """One more."""
        super().__init__(server, loop=loop, logger=_NULL_LOGGER, access_log=None, max_line_size=MAX_REQUEST_LINE)  # type: ignore[arg-type]
        self._others = others
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, if one is left."""
        super().connection_made(transport)
        if len(self._others) >= MAX_CONNECTIONS:
            self.force_close()
            return
        self._others.add(self)
        self._deadline = asyncio.get_running_loop().call_later(DEADLINE, self.force_close)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer what is no HTTP, without an echo of it."""
        response = web.Response(status=status)
        response.force_close()
        return response

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        super().connection_lost(exc)
        self._others.discard(self)
        if self._deadline:
            self._deadline.cancel()


async def async_listen(hass: HomeAssistant, port: int, receiver: PushWebhook) -> PushServer:
    """Take pushes for an account on a port; PortInUseError where the port can't be had."""
    listeners = hass.data.setdefault(_LISTENERS, {})
    listener = listeners.get(port) or PushServer(hass, port)
    try:
        await listener.async_add(receiver)
    except OSError as err:
        raise PortInUseError from err
    listeners[port] = listener
    return listener
