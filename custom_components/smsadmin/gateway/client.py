"""The interfaces that we call (sections 3.1 to 3.5): one request, and a line per interface."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from http import HTTPStatus
import re
import ssl
from time import monotonic
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import aiohttp
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.connector import Connection
from yarl import URL

from . import answers
from .errors import (
    GatewayError,
    InvalidAnswerError,
    NoAnswerError,
    NotSentError,
    OutcomeUnknownError,
    RedirectedError,
    RejectedError,
    TlsError,
)
from .models import Charset, Credentials, RawPage, RecordKind, Submission, SubmitMethod
from .submissions import parameters, urlencode

DEFAULT_BASE_URL = "http://www.smsadmin.cn/smsmarketing/wwwroot/interface/"

MAX_ANSWER = 1024 * 1024
"""Bytes of an answer that are read; the largest that the specification allows is a page of 20 records."""

_CLOCK_LIFETIME = 24 * 60 * 60
"""Seconds for which the time of an answer tells the platform's clock."""

type OnConnected = Callable[[], Awaitable[None]]

_PATHS = {RecordKind.REPLY: "revert/", RecordKind.REPORT: "report/"}
# A packed page could break in unpacking, so none is asked for.
_HEADERS = {"Accept-Encoding": "identity", "Connection": "close", "Content-Type": "application/x-www-form-urlencoded"}
_ANSWERED = (aiohttp.ClientResponseError, aiohttp.RedirectClientError)
_TLS = (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError)
_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]*\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """How long the steps of a call may take, in seconds.

    `connect` covers everything before the request leaves: a free connection, DNS, TCP, TLS. Where queries for IPv6 addresses are
    dropped, a resolver goes on with the IPv4 addresses only after its own time-outs: c-ares, which aiodns uses, after 2 to 12
    seconds with one name server, and 35 with three. A lookup outlives the attempt that began it, and the next attempt joins it.
    `tcp` is for one address after the other. `answer` begins when the request may leave.
    """

    connect: float = 30
    tcp: float = 10
    answer: float = 30


class GatewayClient:
    """An account at the platform.

    Every call raises NotSentError while connecting and OutcomeUnknownError afterwards where no answer can be had (see `errors`),
    and RejectedError where the platform answers with a code. The session is the caller's: make it with `session_options()`.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        charset: Charset = Charset.UTF_8,
        submit_method: SubmitMethod = SubmitMethod.POST,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        """Take what is needed; nothing is asked of the platform yet."""
        self.charset = charset
        self.submit_method = submit_method
        self._session = session
        self._credentials = credentials
        self._base_url = base_url
        self._timeouts = timeouts
        self._clock: tuple[datetime, float] | None = None

    @property
    def platform_time(self) -> datetime | None:
        """The platform's clock, by the `Date` of its last answer; None where that is older than a day."""
        if self._clock is None or monotonic() - self._clock[1] > _CLOCK_LIFETIME:
            return None
        date, read_at = self._clock
        return date + timedelta(seconds=monotonic() - read_at)

    async def submit(self, submission: Submission, *, on_connected: OnConnected | None = None) -> None:
        """Submit a message once (3.1, 3.2); return when the platform has accepted it.

        `on_connected` is awaited when the connection stands and before the first byte leaves. What it raises ends the attempt
        with nothing sent and the connection closed, and is raised as it is.
        """
        path = "postSendSms/" if self.submit_method is SubmitMethod.POST else "getSendSms/"
        fields = parameters(submission, self.charset)
        exchange = await self._ask(path, fields, method=self.submit_method, on_connected=on_connected)
        self._read(exchange, answers.expect_accepted)

    async def query_balance(self) -> int:
        """Messages left (3.3)."""
        return self._read(await self._ask("queryBalance/"), answers.read_balance)

    async def pull(self, kind: RecordKind) -> RawPage:
        """The next page of replies (3.4) or reports (3.5) as it came, whatever its status and headers: it is handed out once.

        Raises only where no byte of a body came. A page that broke off is marked incomplete.
        """
        exchange = await self._ask(_PATHS[kind], unpack=False)
        if answers.code_of(bytes(exchange.body)):
            self._note_time(exchange)
        body = bytes(exchange.body) or exchange.unread_body()
        if not body:
            raise exchange.error or exchange.invalid(f"HTTP status {exchange.status}, no body")
        return RawPage(
            kind=kind,
            body=body[:MAX_ANSWER],
            content_type=exchange.header("Content-Type"),
            content_encoding=exchange.header("Content-Encoding"),
            status=exchange.status,
            complete=exchange.error is None and bool(exchange.body),
        )

    def _read[T](self, exchange: _Exchange, reader: Callable[[bytes], T]) -> T:
        """What a reader of `answers` makes of an answer; one of this protocol tells the platform's time."""
        try:
            answer = exchange.read(reader)
        except RejectedError:
            self._note_time(exchange)
            raise
        self._note_time(exchange)
        return answer

    def _note_time(self, exchange: _Exchange) -> None:
        with suppress(ValueError):
            date = parsedate_to_datetime(exchange.header("Date") or "")
            # One that names no zone (-0000) is in UTC all the same.
            self._clock = date.replace(tzinfo=date.tzinfo or UTC), monotonic()

    async def _ask(
        self,
        path: str,
        fields: dict[str, bytes] | None = None,
        *,
        method: SubmitMethod = SubmitMethod.POST,
        on_connected: OnConnected | None = None,
        unpack: bool = True,
    ) -> _Exchange:
        """One request and its answer. POST wherever it is allowed: a GET leaves digest and text in the logs of every proxy."""
        credentials = {"uid": self._credentials.user_id.encode(), "pwd": self._credentials.password_md5.encode()}
        private = credentials | (fields or {})
        form = urlencode(private)
        exchange = _Exchange(path=path, private=private, on_connected=on_connected, answer_timeout=self._timeouts.answer)
        url = self._base_url + path + ("?" + form.decode() if method is SubmitMethod.GET else "")
        try:
            async with (
                asyncio.timeout(None) as exchange.deadline,
                self._session.request(
                    method,
                    URL(url, encoded=True),
                    data=form if method is SubmitMethod.POST else None,
                    headers=_HEADERS,
                    allow_redirects=False,
                    raise_for_status=False,
                    auto_decompress=unpack,
                    timeout=aiohttp.ClientTimeout(connect=self._timeouts.connect, sock_connect=self._timeouts.tcp),
                    middlewares=(exchange.send_once,),
                ) as response,
            ):
                await exchange.receive(response)
        except Exception as err:  # noqa: BLE001
            failure = err
        else:
            return exchange
        # Raised here, without the cause: its text may hold the whole URL, and with it digest and message.
        exchange.fail(failure)
        return exchange


@dataclass(kw_only=True)
class _Exchange:
    """One request, and what came back for it: `error` is what kept the answer from being whole."""

    path: str
    private: dict[str, bytes]
    on_connected: OnConnected | None
    answer_timeout: float
    deadline: asyncio.Timeout = field(init=False)
    has_left: bool = False
    caller_error: Exception | None = None
    response: aiohttp.ClientResponse | None = None
    raw: bytearray = field(default_factory=bytearray)
    body: bytearray = field(default_factory=bytearray)
    error: OutcomeUnknownError | None = None

    @property
    def status(self) -> int:
        """The HTTP status; 0 where the answer had none that can be read."""
        return self.response.status if self.response else 0

    def header(self, name: str) -> str | None:
        """A header in ASCII, if it was sent: others hold bytes that no file takes."""
        value = self.response.headers.get(name) if self.response else None
        return None if value is None else value.encode("ascii", "replace").decode()

    def unread_body(self) -> bytes:
        """What follows the heads of an answer that aiohttp refuses, or that should have no body."""
        raw = bytes(self.raw)
        while raw.startswith(b"HTTP/"):
            _, *rest = _HEAD_END.split(raw, 1)
            raw = b"".join(rest)
        return b"" if self.header("Transfer-Encoding") and _CHUNK_SIZE.fullmatch(raw) else raw

    def read[T](self, reader: Callable[[bytes], T]) -> T:
        """What a reader of `answers` makes of the body, if the answer is whole and has the right status."""
        if self.response and self.status != HTTPStatus.OK:
            raise self.invalid(f"HTTP status {self.status}")
        if self.error:
            raise self.error
        try:
            return reader(bytes(self.body))
        except InvalidAnswerError as err:
            err.answered = self.answered
            raise

    def invalid(self, reason: str) -> InvalidAnswerError:
        """The error of an answer that is none of this protocol."""
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST and self.response:
            with suppress(KeyError, ValueError):
                location = self.response.url.join(URL(self.response.headers["Location"]))
                base_url = str(location.with_query(None).with_fragment(None).with_user(None)).removesuffix(self.path)
                answered = f"HTTP {self.status}, {_printable(location.host or '')}"
                return RedirectedError(reason, location=_printable(base_url), answered=answered)
        return InvalidAnswerError(reason, answered=self.answered)

    @property
    def answered(self) -> str:
        """What answered: the status, the title of a page, the name of the server."""
        title = _TITLE.search(self.body or self.raw)
        words = [title[1] if title else b"", (self.header("Server") or "").encode()]
        protocol = f"HTTP {self.status}" if self.response else "no HTTP"
        return ", ".join([protocol, *(_printable(_decode(word)) for word in words if word.strip() and not self._is_echo(word))])

    def _is_echo(self, words: bytes) -> bool:
        """Whether words of an answer repeat a part of the request."""
        plain = words + unquote_to_bytes(words.replace(b"+", b" "))
        parts = (value[start : start + 8] for value in self.private.values() for start in range(max(1, len(value) - 7)))
        return any(part in plain for part in parts if part)

    async def send_once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Keep aiohttp from sending a GET again when the connection is lost: it may have got through."""
        if not isinstance(request, Request):
            self.caller_error = TypeError("the session of a GatewayClient is made with session_options()")
            raise self.caller_error
        request.exchange = self
        try:
            return await handler(request)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
            raise self._mapped(err) from None

    async def before_sending(self) -> None:
        """Let the caller write down that the request leaves; from here on its outcome may be unknown."""
        try:
            if self.on_connected:
                await self.on_connected()
        except Exception as err:
            self.caller_error = err
            raise
        self.has_left = True
        self.deadline.reschedule(asyncio.get_running_loop().time() + self.answer_timeout)

    async def receive(self, response: aiohttp.ClientResponse) -> None:
        """Take all of the answer that can be had."""
        self.response = response
        content = response.content
        try:
            while len(self.body) <= MAX_ANSWER and (chunk := await content.readany()):
                self.body += chunk
        finally:
            # What has arrived since the last read is still there, behind an error.
            content.set_exception(None)  # type: ignore[arg-type]
            self.body += content.read_nowait()
            is_too_long = len(self.body) > MAX_ANSWER
            del self.body[MAX_ANSWER:]
        if is_too_long:
            self.error = InvalidAnswerError(f"more than {MAX_ANSWER} bytes", answered=self.answered)

    def fail(self, err: Exception) -> None:
        """Keep the error of an answer, and raise that of a request that did not leave."""
        if self.caller_error:
            raise self.caller_error
        mapped = self._mapped(err)
        if not isinstance(mapped, OutcomeUnknownError):
            raise mapped
        if isinstance(mapped, InvalidAnswerError):
            mapped.answered = self.answered
        self.error = mapped

    def _mapped(self, err: Exception) -> GatewayError:
        if isinstance(err, GatewayError):
            return err
        return answer_error(err) if self.has_left else connect_error(err)


class Request(aiohttp.ClientRequest):
    """A request on a connection of its own, before whose first byte the caller is asked.

    aiohttp's traces could ask as well, but it leaves a connection open whose trace has raised.
    """

    exchange: _Exchange

    @property
    def connection_key(self) -> ConnectionKey:
        """A key that no other request has: a connection from the pool may be dead, and a text on it would be unconfirmed."""
        return super().connection_key._replace(proxy_headers_hash=id(self))

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Ask the caller, then send. aiohttp puts the connection into its pool afterwards unless it is told not to."""
        if conn.protocol is None or conn.protocol.transport is None:
            raise aiohttp.ClientConnectionError
        conn.protocol.force_close()
        conn.protocol.transport.set_protocol(cast("asyncio.BaseProtocol", _Tap(conn.protocol, self.exchange.raw)))
        await self.exchange.before_sending()
        return await super().send(conn)


class _Tap:
    """Copies what arrives, as far as it is read: aiohttp drops the body of an answer whose head it refuses."""

    def __init__(self, protocol: asyncio.Protocol, raw: bytearray) -> None:
        self._protocol = protocol
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    def data_received(self, data: bytes) -> None:
        self._raw += data[: MAX_ANSWER - len(self._raw)]
        self._protocol.data_received(data)


def session_options() -> dict[str, Any]:
    """The keyword arguments of the aiohttp.ClientSession that a GatewayClient needs: it asks before it sends, and keeps no cookies."""
    return {"request_class": Request, "cookie_jar": aiohttp.DummyCookieJar()}


def connect_error(err: Exception) -> NotSentError:
    """The error of this package for whatever goes wrong before the request leaves."""
    # A connection that ends during the handshake of TLS has no error number of the system.
    cause = getattr(err, "os_error", None)
    is_tls = isinstance(err, _TLS) or (isinstance(cause, ConnectionError) and cause.errno is None)
    return (TlsError if is_tls else NotSentError)(type(err).__name__)


def answer_error(err: Exception) -> OutcomeUnknownError:
    """The error of this package for whatever goes wrong once the request has left."""
    return (InvalidAnswerError if isinstance(err, _ANSWERED) else NoAnswerError)(type(err).__name__)


def _decode(title: bytes) -> str:
    """The title of a page in the charset that it is probably in."""
    try:
        return unescape(title.decode())
    except UnicodeDecodeError:
        return unescape(title.decode("gb18030", "replace"))


def _printable(text: str) -> str:
    """A text of a stranger's on one line, at a length that fits into a sentence."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= 80 else f"{line[:80]}…"
