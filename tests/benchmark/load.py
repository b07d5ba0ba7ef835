"""Pushes from a process of its own, with little more than sockets, so that what is measured is the other side."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import override
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class Result:
    """How many were answered, since when and in how many seconds; of a single connection, when each was sent."""

    answered: int = 0
    begun_at: float = 0.0
    seconds: float = 0.0
    sent_at: list[float] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    """Sends one request after the other over one connection, each once the last is answered."""

    def __init__(self, requests: Iterator[bytes], result: Result, *, pause: float) -> None:
        self._requests = requests
        self._result = result
        self._pause = pause
        self._answer = b""
        self.done = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        if (request := next(self._requests, None)) is None:
            self._transport.close()
            self.done.set_result(None)
        else:
            self._result.sent_at.append(perf_counter())
            self._transport.write(request)

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.done.set_exception(RuntimeError(head.decode()))
            self._transport.close()
            return
        self._answer = b""
        self._result.answered += 1
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._send)
        else:
            self._send()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


def push(url: str, bodies: list[bytes], *, connections: int, seconds: float, pause: float = 0.0) -> Result:
    """Push over some connections at once, for a time or until nothing is left."""
    return asyncio.run(_push(url, bodies, connections, seconds, pause))


async def _push(url: str, bodies: list[bytes], connections: int, seconds: float, pause: float) -> Result:
    where = urlsplit(url)
    assert where.hostname
    assert where.port
    host, port = where.hostname, where.port
    head = f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    prepared = [f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
    result = Result(begun_at=perf_counter())

    def requests() -> Iterator[bytes]:
        for request in prepared:
            if perf_counter() - result.begun_at >= seconds:
                return
            yield request

    waiting = requests()
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: _Connection(waiting, result, pause=pause), host, port) for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.done for _, protocol in opened))
    result.seconds = perf_counter() - result.begun_at
    return result
