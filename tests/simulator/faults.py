"""Faults by name: how the answer is wrong, and whether the request is carried out.

| name | carried out | what the client sees |
|---|---|---|
| `none` | yes | the right answer |
| `code:NNN`, `body:TEXT` | no | this body instead of the answer |
| `legacy` | no | an answer of the V1 API |
| `html`, `redirect`, `status:NNN` | no, no, yes | HTTP 200 with a page; 302; another status with the right body |
| `bom`, `spaces`, `cookie`, `gzip` | yes | the answer with a harmless addition |
| `reset_before`, `reset_after` | no, yes | a connection reset instead of an answer |
| `stall` | no | nothing, until the client times out |
| `drip` | yes | the answer, byte by byte and endless |
| `truncated`, `broken_gzip` | yes | half an answer; one that can't be decompressed |
| `oversized` | yes | more than a mebibyte |
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import gzip
import socket
import struct

from aiohttp import web

from .vocabulary import PREFIX

NOT_CARRIED_OUT = ("code", "body", "legacy", "html", "redirect", "reset_before", "stall")
REDIRECTED = PREFIX + "elsewhere/"
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The right answer of the platform."""

    body: bytes
    content_type: str = "text/html"

    @property
    def response(self) -> web.Response:
        """The answer as an HTTP response."""
        return web.Response(body=self.body, headers={"Content-Type": self.content_type})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault by its name."""

    name: str

    @property
    def kind(self) -> str:
        """The part of the name in front of the colon."""
        return self.name.partition(":")[0]

    @property
    def argument(self) -> str:
        """The part of the name after the colon."""
        return self.name.partition(":")[2]

    @property
    def carried_out(self) -> bool:
        """Whether the platform carries out the request."""
        return self.kind not in NOT_CARRIED_OUT

    async def answer(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Answer a request with the fault."""
        return await _KINDS[self.kind](self, request, answer)


async def _plain(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return answer.response


async def _body(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=fault.argument.encode())


async def _legacy(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=b"0" + "提交成功".encode("gb2312"))


async def _html(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(text="<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>", content_type="text/html")


async def _status(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(status=int(fault.argument), body=answer.body)


async def _redirect(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": REDIRECTED})


async def _bom(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=b"\xef\xbb\xbf" + answer.body)


async def _spaces(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=b"\r\n  " + answer.body + b" \n")


async def _cookie(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    response = answer.response
    response.set_cookie("JSESSIONID", "1")
    return response


async def _gzip(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=gzip.compress(answer.body), headers={"Content-Encoding": "gzip"})


async def _broken_gzip(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=b"this is not packed", headers={"Content-Encoding": "gzip"})


async def _oversized(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    return web.Response(body=answer.body + b" " * (_MEBIBYTE + 1))


async def _reset(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    reset(request)
    return web.Response()


async def _stall(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def _truncated(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(answer.body) + 100), "Content-Type": answer.content_type})
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2 + 1])
    if request.transport:
        request.transport.close()
    return response


async def _drip(fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(_MEBIBYTE), "Content-Type": answer.content_type})
    await response.prepare(request)
    for byte in answer.body:
        await response.write(bytes([byte]))
        await asyncio.sleep(0.01)
    await asyncio.Event().wait()
    return response


def reset(request: web.Request) -> None:
    """Close the connection with a TCP reset."""
    if request.transport:
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()


_KINDS: dict[str, Callable[[Fault, web.Request, Answer], Awaitable[web.StreamResponse]]] = {
    "none": _plain,
    "code": _body,
    "body": _body,
    "legacy": _legacy,
    "html": _html,
    "status": _status,
    "redirect": _redirect,
    "bom": _bom,
    "spaces": _spaces,
    "cookie": _cookie,
    "gzip": _gzip,
    "broken_gzip": _broken_gzip,
    "oversized": _oversized,
    "reset_before": _reset,
    "reset_after": _reset,
    "stall": _stall,
    "truncated": _truncated,
    "drip": _drip,
}
NAMES = tuple(_KINDS)
