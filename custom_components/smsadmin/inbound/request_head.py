"""The head of a pushed request, rewritten so that aiohttp's strict parser takes what lenient clients write.

Some clients end lines with a bare LF or CR, write the method in lower case, or put a text into the URL without encoding it: raw bytes,
spaces, even line breaks.
"""

import re
from typing import NamedTuple
from urllib.parse import quote_from_bytes

MAX_PATH = 2048
"""Bytes of a request within which its path has to end."""
MAX_HEAD = 64 * 1024
"""Bytes; a long reply is three times as long once it is UTF-8, and three times as long again once it is urlencoded."""

# Possessive, because backtracking in a long beginning without an end takes minutes.
_PATH = re.compile(rb"[\r\n]*+([A-Z]{1,16}+)[ \t]++(?:https?://[^/?\s]*+)?+([^?\s]*+)(?=[?\s])", re.IGNORECASE)
# A CR at the very end may be the first half of a CRLF.
_VERSION = re.compile(rb"[ \t]HTTP/([0-9](?:\.[0-9])?)[ \t]*(?:\r?\n|\r(?=[^\n]))", re.IGNORECASE)
_END = re.compile(rb"\n\r?\n")
_END_CR_ONLY = re.compile(rb"\r\r")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(rb"[0-9]{1,18}")
_HEADER = re.compile(rb"(?:Host|User-Agent|Accept[A-Z-]*|Connection|Content-[A-Z]+|X-[A-Z-]+)[ \t]*:.*", re.IGNORECASE)
_UNQUOTED = "/?!$&'()*,;=:@[]-._~"
_RAW = re.compile(rb"[^A-Za-z0-9/?%!$&'()*+,;=:@\[\]._~-]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# aiohttp reads the body by these; it sees no other header. It would refuse a body with a wrong Content-Encoding.
_KEPT = (b"content-type", b"content-length", b"transfer-encoding")


class RequestTarget(NamedTuple):
    """The beginning of a request: its method, its path without slashes at the end, and the bytes that it takes."""

    method: str
    path: str
    length: int


class RequestHead(NamedTuple):
    """A whole head, rewritten; the body begins after `length` bytes of what came, and has `body_length`, None where its chunks show its end."""

    rewritten: bytes
    length: int
    expects_continue: bool
    body_length: int | None


def read_target(data: bytes) -> RequestTarget | None:
    """The target of a request, None as long as it is incomplete; ValueError where it can't become one."""
    if match := _PATH.match(data, 0, MAX_PATH):
        path = match[2].rstrip(b"/").decode("latin-1")
        return RequestTarget(method=match[1].decode().upper(), path=path, length=match.end())
    if len(data) >= MAX_PATH or b"\n" in data.lstrip(b"\r\n"):
        raise ValueError("no path")
    return None


def read_head(data: bytes, target: RequestTarget) -> RequestHead | None:
    """The head of a request, None as long as it is incomplete; ValueError where it is too long."""
    version = _VERSION.search(data, target.length)
    end = _find_end(data, version.end() - 1) if version else None
    if (end.end() if end else len(data)) > MAX_HEAD:
        raise ValueError("too long")
    if not version or not end:
        return None
    query = data[target.length : version.start()].rstrip(b" \t")
    headers = _headers(data[version.end() : end.start()])
    if target.method == "POST" and not query.strip(b"?") and not headers.keys() & {b"content-length", b"transfer-encoding"}:
        # The body of such a push can only be the bytes that came along with its head.
        headers[b"content-length"] = b"%d" % (len(data) - end.end())
    is_old = version[1] < b"1.1"
    body_length = headers.get(b"content-length", b"0")
    return RequestHead(
        rewritten=_rewrite(target, query, headers, is_old=is_old),
        length=end.end(),
        expects_continue=not is_old and headers.get(b"expect", b"").lower() == b"100-continue",
        body_length=int(body_length) if _LENGTH.fullmatch(body_length) and not _is_chunked(headers) else None,
    )


def add_version(data: bytes, target: RequestTarget) -> bytes | None:
    """Complete a line with a query but no version, which is all of a request in HTTP/0.9; None for any other beginning.

    Only a client that sends no more shows that the line has ended: a query may have line breaks. Headers behind it are left out.
    """
    query = data[target.length :]
    if not query.startswith(b"?") or query[-1:] not in (b"\n", b"\r") or _VERSION.search(data, target.length):
        return None
    lines = query.rstrip().splitlines(keepends=True)
    while _HEADER.fullmatch(lines[-1].rstrip()):
        lines.pop()
    return data[: target.length] + b"".join(lines).rstrip() + b" HTTP/0.9\r\n\r\n"


def _find_end(data: bytes, line_end: int) -> re.Match[bytes] | None:
    """The blank line that ends a head; the last byte of the request line shows how lines end."""
    pattern = _END_CR_ONLY if data[line_end] == ord("\r") else _END
    return pattern.search(data, line_end)


def _headers(block: bytes) -> dict[bytes, bytes]:
    """The headers by lower-case name; the first of a name counts."""
    headers: dict[bytes, bytes] = {}
    for line in re.split(rb"[\r\n]+", _FOLD.sub(b" ", block)):
        name, _, value = line.partition(b":")
        headers.setdefault(name.strip().lower(), _CONTROL.sub(b"", value).strip())
    return headers


def _is_chunked(headers: dict[bytes, bytes]) -> bool:
    return b"chunked" in headers.get(b"transfer-encoding", b"").lower()


def _rewrite(target: RequestTarget, query: bytes, headers: dict[bytes, bytes], *, is_old: bool) -> bytes:
    """The head as HTTP wants it, with the headers that say how to read the body."""
    if _is_chunked(headers):
        # HTTP/1.0 has no chunks; a client that sends some speaks HTTP/1.1, whatever it says.
        is_old = False
        headers = headers | {b"transfer-encoding": b"chunked"}
        headers.pop(b"content-length", None)
    else:
        headers.pop(b"transfer-encoding", None)
    url = target.path + quote_from_bytes(query, safe=_UNQUOTED if _is_unencoded(query) else _UNQUOTED + "%+")
    lines = [f"{target.method} {url} HTTP/1.{0 if is_old else 1}".encode(), b"Host: push"]
    lines += [name + b": " + headers[name] for name in _KEPT if name in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _is_unencoded(query: bytes) -> bool:
    """Whether nothing of a query was urlencoded, so that `%` and `+` in it are part of a text."""
    return _RAW.search(query) is not None and (b"%" not in query or _BROKEN_ESCAPE.search(query) is not None)
