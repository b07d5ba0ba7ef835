"""Serves the secret paths of pushes, and nothing else, on a port that Home Assistant's own server does not use.

A router can forward port 80 to it without exposing Home Assistant's interface. Requests do not pass Home Assistant's security filter,
which would refuse a reply with a line break in a query string. A `PushServer` has one port, for all accounts that name it in their
options; the `PushPort` of an account adds the account to the server of its port.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_network
from itertools import chain
import logging
import socket
from typing import cast, override

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_LISTENER_PORT, DOMAIN, LOGGER
from ..issues.problems import Problem, clear_issue, raise_issue
from .request_head import MAX_HEAD, RequestTarget, add_version, read_head, read_target
from .webhook import PushWebhook

MAX_PUSHES = 256
"""Connections at a time that have shown a known path."""
MAX_UNAUTHENTICATED = 256
"""Connections at a time that have shown none yet; both figures bound the file descriptors that a port takes."""
MAX_UNAUTHENTICATED_PER_ADDRESS = 128
"""The same for one sender, so that a flood from one address displaces only connections of its own."""

HEAD_DEADLINE = 5.0
"""Seconds in which a connection must show a known path."""
VERSION_DEADLINE = 5.0
"""Seconds after which a line without a version is taken for a request of HTTP/0.9."""
PUSH_DEADLINE = 30.0
"""Seconds that a connection may last altogether; each serves a single push."""

METHODS = ("POST", "GET", "HEAD")

RETRY_PAUSE = 60.0
"""Seconds before a port that another program has is tried again."""

_ACCEPTED_AT_ONCE = 8
"""Connections that asyncio accepts before it reads from any of them.

Few, because a new connection may displace an older one, whose request must have been read by then.
"""
_QUEUE = 1024
"""Connections that wait in the kernel until asyncio accepts them; the client of another would try again only after a second."""

# aiohttp logs what it can't parse, which may be the text of a reply.
_NULL_LOGGER = logging.Logger("smsadmin.push_server", logging.CRITICAL + 1)  # noqa: LOG001

_SERVERS: HassKey[dict[int, PushServer]] = HassKey(f"{DOMAIN}_push_servers")


class PushServer:
    """Listens on one port for all accounts that name it."""

    def __init__(self, hass: HomeAssistant, port: int) -> None:
        self.port = port
        self._hass = hass
        self._webhooks: list[PushWebhook] = []
        self._new_connections = _NewConnections()
        self._pushes: set[_PushConnection] = set()
        self._web_server = web.Server(self._handle)
        self._server: asyncio.Server | None = None
        self._lock = asyncio.Lock()

    async def async_add(self, webhook: PushWebhook) -> None:
        """Take pushes for an account; OSError if the port can't be opened."""
        async with self._lock:
            if self._server is None:
                self._server = await self._hass.loop.create_server(
                    lambda: _NewConnection(self), port=self.port, backlog=_ACCEPTED_AT_ONCE
                )
                _lengthen_queues(self._server)
        self._webhooks.append(webhook)

    async def async_remove(self, webhook: PushWebhook) -> None:
        """Take no more pushes for an account; the last one closes the port."""
        self._webhooks.remove(webhook)
        if not self._webhooks and self._server:
            # Remove it before the first await, so that no account is added to a server that is about to end.
            self._hass.data[_SERVERS].pop(self.port)
            self._server.close()
            for connection in self._new_connections:
                connection.close()
            await self._web_server.shutdown(timeout=1)

    def admit(self, connection: _NewConnection) -> None:
        """Count a new connection; where there are too many, close an older one and raise an issue."""
        if displaced := self._new_connections.add(connection):
            displaced.close()
            for webhook in self._webhooks:
                webhook.raise_crowded(self.port)

    def forget(self, connection: _NewConnection) -> None:
        """Stop counting a connection that has ended or has shown a path."""
        self._new_connections.discard(connection)

    def open_push(self, target: RequestTarget) -> _PushConnection | HTTPStatus:
        """Return the protocol that reads and answers a push to this target, or the status that refuses it."""
        if target.method not in METHODS or self._find(target.path) is None:
            return HTTPStatus.NOT_FOUND
        if len(self._pushes) >= MAX_PUSHES:
            return HTTPStatus.SERVICE_UNAVAILABLE
        return _PushConnection(self._web_server, self._hass.loop, target, self._pushes)

    def _find(self, path: str) -> PushWebhook | None:
        """The webhook of a path; all are compared, so that the time taken reveals nothing about a path."""
        found = [webhook for webhook in self._webhooks if compare_digest(path.encode(), webhook.path.encode())]
        return found[0] if found else None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Pass a push on to the account whose path it came by; the account may have been removed since the path was shown."""
        webhook = self._find(request.raw_path.partition("?")[0])
        response = await webhook.async_handle(request) if webhook else web.Response(status=HTTPStatus.NOT_FOUND)
        response.force_close()
        return response


class _NewConnections:
    """Connections that have shown no path yet, by sender, the oldest first."""

    def __init__(self) -> None:
        self._by_sender: dict[str, list[_NewConnection]] = {}

    def __iter__(self) -> Iterator[_NewConnection]:
        """Iterate over all connections."""
        return iter(list(chain.from_iterable(self._by_sender.values())))

    def add(self, connection: _NewConnection) -> _NewConnection | None:
        """Add a connection. If there are too many now, return the one to close: the oldest of the sender with the most."""
        same = self._by_sender.setdefault(connection.sender, [])
        same.append(connection)
        if len(same) > MAX_UNAUTHENTICATED_PER_ADDRESS:
            return same[0]
        if sum(map(len, self._by_sender.values())) > MAX_UNAUTHENTICATED:
            return max(self._by_sender.values(), key=len)[0]
        return None

    def discard(self, connection: _NewConnection) -> None:
        """Forget a connection, which may have been forgotten before."""
        same = self._by_sender.get(connection.sender, [])
        if connection in same:
            same.remove(connection)
            if not same:
                del self._by_sender[connection.sender]


class _NewConnection(asyncio.Protocol):
    """A connection that has shown no path yet. A known path makes a push of it; any other is answered with 404."""

    def __init__(self, server: PushServer) -> None:
        self.sender = ""
        self._server = server
        self._data = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        # There is no peer name if the connection has ended already.
        self.sender = sender_id((transport.get_extra_info("peername") or ("",))[0])
        self._deadline = asyncio.get_running_loop().call_later(HEAD_DEADLINE, self.close)
        self._server.admit(self)

    @override
    def data_received(self, data: bytes) -> None:
        self._data += data
        try:
            target = read_target(self._data)
        except ValueError:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        if target is None:
            return
        push = self._server.open_push(target)
        if isinstance(push, HTTPStatus):
            self._refuse(push)
        else:
            self._become(push)

    def _become(self, push: _PushConnection) -> None:
        """Pass the connection on to a push, which reads and answers from now on."""
        self._deadline.cancel()
        self._server.forget(self)
        self._transport.set_protocol(push)
        push.connection_made(self._transport)
        push.data_received(self._data)

    def _refuse(self, status: HTTPStatus) -> None:
        LOGGER.debug("Refused a request from %s on the port for pushes with %s", self.sender, status)
        _answer(self._transport, status)

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        self._deadline.cancel()
        self._server.forget(self)

    def close(self) -> None:
        """Close the connection at once."""
        self._server.forget(self)
        self._transport.abort()


class _PushConnection(web.RequestHandler):
    """A connection that has shown a known path; it rewrites the head for aiohttp, and has a deadline."""

    __slots__ = ("_body_left", "_deadline", "_head", "_others", "_target", "_version_deadline")

    def __init__(
        self, server: web.Server, loop: asyncio.AbstractEventLoop, target: RequestTarget, others: set[_PushConnection]
    ) -> None:
        """Wait for the connection; `others` are the pushes under way."""
        # A raw byte takes three once it is urlencoded.
        limits = {"max_line_size": 4 * MAX_HEAD, "max_field_size": MAX_HEAD}
        super().__init__(server, loop=loop, logger=_NULL_LOGGER, access_log=None, **limits)  # type: ignore[arg-type]
        self._target = target
        self._others = others
        self._head: bytes | None = b""
        self._body_left: int | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._others.add(self)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(PUSH_DEADLINE, cast("asyncio.Transport", transport).abort)
        self._version_deadline = loop.call_later(VERSION_DEADLINE, self._take_line)
        super().connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self._head is None:
            super().data_received(self._cut(data))
            return
        transport = cast("asyncio.Transport", self.transport)
        self._head += data
        try:
            head = read_head(self._head, self._target)
        except ValueError:
            _answer(transport, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        if head:
            body, self._head = self._head[head.length :], None
            if head.expects_continue and not body:
                transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._body_left = head.body_length
            super().data_received(head.rewritten + self._cut(body))

    def _cut(self, data: bytes) -> bytes:
        """Return what belongs to the push. Behind it aiohttp would expect a second request, and refuse both if it is none."""
        if self._body_left is None:
            return data
        data = data[: self._body_left]
        self._body_left -= len(data)
        return data

    def _take_line(self) -> bool:
        """Take what came for a request of HTTP/0.9, if it can be one."""
        line = add_version(self._head, self._target) if self._head else None
        if line:
            self._head = b""
            self.data_received(line)
        return line is not None

    @override
    def eof_received(self) -> bool:  # type: ignore[override]
        """Stay open for the answer where the client has sent all of its push and sends no more."""
        if self._head is None:
            return self._current_request is not None and self._current_request.content.is_eof()
        if not self._take_line():
            _answer(cast("asyncio.Transport", self.transport), HTTPStatus.BAD_REQUEST)
        return True

    @override
    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answer a request that is not HTTP, without an echo of it."""
        response = web.Response(status=status)
        response.force_close()
        return response

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._others.discard(self)
        self._deadline.cancel()
        self._version_deadline.cancel()


def _lengthen_queues(server: asyncio.Server) -> None:
    """Let more connections wait in the kernel than asyncio accepts at once: `create_server` takes one number for both."""
    for listening in server.sockets:
        with socket.fromfd(listening.fileno(), listening.family, listening.type) as duplicate:
            duplicate.listen(_QUEUE)


def sender_id(host: str) -> str:
    """Identify the sender of a connection: by its address, or by the /64 network of an IPv6 address."""
    if ":" not in host:
        return host
    return str(ip_network((host.partition("%")[0], 64), strict=False))


def _answer(transport: asyncio.Transport, status: HTTPStatus) -> None:
    """Answer without aiohttp, and close the connection."""
    line = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
    transport.write(f"{line}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
    transport.close()


class PushPort:
    """The port that the options of one account name, if any; while another program has it, it is tried again."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, webhook: PushWebhook) -> None:
        self._hass = hass
        self._entry = entry
        self._webhook = webhook
        self._server: PushServer | None = None
        self._lock = asyncio.Lock()
        self._cancel_retry: CALLBACK_TYPE | None = None

    async def async_update(self, now: datetime | None = None) -> None:
        """Listen on the port that the options name."""
        port = self._entry.options.get(CONF_LISTENER_PORT)
        async with self._lock:
            if self._server and self._server.port == port:
                return
            await self._close()
            if port is None:
                clear_issue(self._hass, self._entry, Problem.LISTENER_PORT)
            else:
                await self._open(port)

    async def async_close(self) -> None:
        """Take no more pushes on it."""
        async with self._lock:
            await self._close()

    async def _open(self, port: int) -> None:
        server = self._hass.data.setdefault(_SERVERS, {}).setdefault(port, PushServer(self._hass, port))
        try:
            await server.async_add(self._webhook)
        except OSError:
            raise_issue(self._hass, self._entry, Problem.LISTENER_PORT, port=str(port))
            retry = HassJob(self.async_update, cancel_on_shutdown=True)
            self._cancel_retry = async_call_later(self._hass, RETRY_PAUSE, retry)
        else:
            clear_issue(self._hass, self._entry, Problem.LISTENER_PORT)
            self._server = server

    async def _close(self) -> None:
        if self._cancel_retry:
            self._cancel_retry()
            self._cancel_retry = None
        if self._server:
            await self._server.async_remove(self._webhook)
            self._server = None
