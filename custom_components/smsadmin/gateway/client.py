"""Calls the interfaces of the platform over HTTP, one attempt each, within time limits (sections 3.1 to 3.5)."""

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
from .timeouts import DEFAULT_TIMEOUTS, Timeouts

DEFAULT_BASE_URL = "http://www.smsadmin.cn/smsmarketing/wwwroot/interface/"

MAX_ANSWER = 1024 * 1024
"""The most bytes of an answer that are read; the largest regular answer is a page of 20 records."""

_CLOCK_LIFETIME = 24 * 60 * 60
"""Seconds for which the `Date` of an answer is used as the platform's clock."""

type OnConnected = Callable[[], Awaitable[None]]

_PATHS = {RecordKind.REPLY: "revert/", RecordKind.REPORT: "report/"}
# The platform returns a page once, and a compressed one could be damaged, so the client asks for none.
_HEADERS = {"Accept-Encoding": "identity", "Connection": "close", "Content-Type": "application/x-www-form-urlencoded"}
_ANSWERED = (aiohttp.ClientResponseError, aiohttp.RedirectClientError)
_TLS = (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch, ssl.SSLError)
_TITLE = re.compile(rb"<title[^>]*>([^<]*)", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]*\s*")


class GatewayClient:
    """Calls the platform for one account.

    Every call raises NotSentError if it can't connect, and OutcomeUnknownError if it gets no valid answer afterwards (see `errors`).
    `submit` and `query_balance` raise RejectedError if the platform answers with a code; `pull` returns whatever page arrives.

    The caller owns the session and creates it with `session_options()`.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        charset: Charset = Charset.UTF_8,
        submit_method: SubmitMethod = SubmitMethod.POST,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        """Keep the settings; the first call connects."""
        self.charset = charset
        self.submit_method = submit_method
        self._session = session
        self._credentials = credentials
        self._base_url = base_url
        self._timeouts = timeouts
        self._clock: tuple[datetime, float] | None = None

    @property
    def platform_time(self) -> datetime | None:
        """The platform's current time, from the `Date` of its last answer; None if that is older than a day."""
        if self._clock is None or monotonic() - self._clock[1] > _CLOCK_LIFETIME:
            return None
        date, read_at = self._clock
        return date + timedelta(seconds=monotonic() - read_at)

    async def submit(self, submission: Submission, *, on_connected: OnConnected | None = None) -> None:
        """Submit a text once (3.1, 3.2), and return when the platform has accepted it.

        `on_connected` is awaited after the connection is established and before the first byte leaves. If it raises, the connection
        is closed with nothing sent, and the error is raised unchanged.
        """
        path = "postSendSms/" if self.submit_method is SubmitMethod.POST else "getSendSms/"
        fields = parameters(submission, self.charset)
        exchange = await self._request(path, fields, method=self.submit_method, on_connected=on_connected)
        self._read(exchange, answers.expect_accepted)

    async def query_balance(self) -> int:
        """Return the number of messages left, negative for a debt (3.3)."""
        return self._read(await self._request("queryBalance/"), answers.read_balance)

    async def pull(self, kind: RecordKind) -> RawPage:
        """Return the next page of replies (3.4) or reports (3.5), undecoded.

        The platform returns each page once, so a page is kept whatever its HTTP status and headers are, and one that broke off is
        marked incomplete. Raises only if no byte of a body arrived.
        """
        exchange = await self._request(_PATHS[kind], decompress=False)
        if answers.code_of(bytes(exchange.body)):
            self._note_time(exchange)
        body = bytes(exchange.body) or exchange.unparsed_body()
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
        """Read an answer, and keep its time if it is an answer of this protocol."""
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
            # A date that names no zone (-0000) is in UTC, too.
            self._clock = date.replace(tzinfo=date.tzinfo or UTC), monotonic()

    async def _request(
        self,
        path: str,
        fields: dict[str, bytes] | None = None,
        *,
        method: SubmitMethod = SubmitMethod.POST,
        on_connected: OnConnected | None = None,
        decompress: bool = True,
    ) -> _Exchange:
        """Make one request and receive its answer.

        POST is the default, because proxies log the URL of a GET, and with it the digest and the text.
        """
        credentials = {"uid": self._credentials.user_id.encode(), "pwd": self._credentials.password_md5.encode()}
        private = credentials | (fields or {})
        exchange = _Exchange(path=path, private=private, on_connected=on_connected, answer_timeout=self._timeouts.answer)
        try:
            async with (
                asyncio.timeout(None) as exchange.deadline,
                self._session.request(method, **self._request_options(exchange, method, decompress=decompress)) as response,
            ):
                await exchange.receive(response)
        except Exception as err:  # noqa: BLE001
            failure = err
        else:
            return exchange
        # Outside of the except clause, so that the new error has no context: its text may contain the URL with digest and text.
        exchange.handle_failure(failure)
        return exchange

    def _request_options(self, exchange: _Exchange, method: SubmitMethod, *, decompress: bool) -> dict[str, Any]:
        """Return the keyword arguments of aiohttp's request()."""
        form = urlencode(exchange.private)
        query = "?" + form.decode() if method is SubmitMethod.GET else ""
        return {
            "url": URL(self._base_url + exchange.path + query, encoded=True),
            "data": form if method is SubmitMethod.POST else None,
            "headers": _HEADERS,
            "allow_redirects": False,
            "raise_for_status": False,
            "auto_decompress": decompress,
            "timeout": aiohttp.ClientTimeout(connect=self._timeouts.connect, sock_connect=self._timeouts.tcp),
            "middlewares": (exchange.send_once,),
        }


@dataclass(kw_only=True)
class _Exchange:
    """One request and its answer. `error` is set if the answer is not complete; `private` is the parameters of the request."""

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
        """The HTTP status, or 0 if the answer has no readable one."""
        return self.response.status if self.response else 0

    def header(self, name: str) -> str | None:
        """Return a header of the answer as ASCII, because other bytes could not be written to a file."""
        value = self.response.headers.get(name) if self.response else None
        return None if value is None else value.encode("ascii", "replace").decode()

    def unparsed_body(self) -> bytes:
        """Return the body of an answer whose head aiohttp refuses, or whose status allows no body."""
        raw = bytes(self.raw)
        while raw.startswith(b"HTTP/"):
            _, *rest = _HEAD_END.split(raw, 1)
            raw = b"".join(rest)
        return b"" if self.header("Transfer-Encoding") and _CHUNK_SIZE.fullmatch(raw) else raw

    def read[T](self, reader: Callable[[bytes], T]) -> T:
        """Read the body with a function of `answers`. Raises OutcomeUnknownError unless the answer is complete and has status 200."""
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
        """Return the error for an answer that is not one of this protocol."""
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST and self.response:
            with suppress(KeyError, ValueError):
                location = self.response.url.join(URL(self.response.headers["Location"]))
                base_url = str(location.with_query(None).with_fragment(None).with_user(None)).removesuffix(self.path)
                if not self._is_echo(base_url.encode()):
                    answered = f"HTTP {self.status}, {_printable(location.host or '')}"
                    return RedirectedError(reason, location=_printable(base_url), answered=answered)
        return InvalidAnswerError(reason, answered=self.answered)

    @property
    def answered(self) -> str:
        """The HTTP status, title of the page and server name of the answer, without parts of the request."""
        title = _TITLE.search(self.body or self.raw)
        words = [title[1] if title else b"", (self.header("Server") or "").encode()]
        protocol = f"HTTP {self.status}" if self.response else "no HTTP"
        return ", ".join([protocol, *(_printable(_decode(word)) for word in words if word.strip() and not self._is_echo(word))])

    def _is_echo(self, words: bytes) -> bool:
        """Whether words of an answer repeat eight bytes of a parameter of the request, which are private."""
        plain = words + unquote_to_bytes(words.replace(b"+", b" "))
        parts = (value[start : start + 8] for value in self.private.values() for start in range(max(1, len(value) - 7)))
        return any(part in plain for part in parts if part)

    async def send_once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Keep aiohttp from repeating a GET after a lost connection: the platform may have carried it out already."""
        if not isinstance(request, Request):
            self.caller_error = TypeError("create the session of a GatewayClient with session_options()")
            raise self.caller_error
        request.exchange = self
        try:
            return await handler(request)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
            raise self._gateway_error(err) from None

    async def before_sending(self) -> None:
        """Let the caller record that the request leaves."""
        try:
            if self.on_connected:
                await self.on_connected()
        except Exception as err:
            self.caller_error = err
            raise

    def leave(self) -> None:
        """Start the time limit of the answer."""
        self.has_left = True
        self.deadline.reschedule(asyncio.get_running_loop().time() + self.answer_timeout)

    async def receive(self, response: aiohttp.ClientResponse) -> None:
        """Read the body up to MAX_ANSWER bytes, and keep what arrived if the connection is lost."""
        self.response = response
        content = response.content
        try:
            while len(self.body) <= MAX_ANSWER and (chunk := await content.readany()):
                self.body += chunk
        finally:
            # An error hides the bytes that arrived since the last read.
            content.set_exception(None)  # type: ignore[arg-type]
            self.body += content.read_nowait()
            is_too_long = len(self.body) > MAX_ANSWER
            del self.body[MAX_ANSWER:]
        if is_too_long:
            self.error = InvalidAnswerError(f"more than {MAX_ANSWER} bytes", answered=self.answered)

    def handle_failure(self, err: Exception) -> None:
        """Raise the error of a request that did not leave; keep the error of an answer, whose first bytes may have arrived."""
        if self.caller_error:
            raise self.caller_error
        error = self._gateway_error(err)
        if not isinstance(error, OutcomeUnknownError):
            raise error
        if isinstance(error, InvalidAnswerError):
            error.answered = self.answered
        self.error = error

    def _gateway_error(self, err: Exception) -> GatewayError:
        if isinstance(err, GatewayError):
            return err
        return answer_error(err) if self.has_left else connect_error(err)


class Request(aiohttp.ClientRequest):
    """A request on a connection of its own that calls `before_sending` before its first byte leaves.

    aiohttp's traces can't do that: when a trace raises, aiohttp leaves the connection open.
    """

    exchange: _Exchange

    @property
    def connection_key(self) -> ConnectionKey:
        """A unique key, which keeps aiohttp from reusing a connection: a dead one would leave a text unconfirmed."""
        return super().connection_key._replace(proxy_headers_hash=id(self))

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Record what arrives, let the caller know, then send. force_close() keeps aiohttp from pooling the connection."""
        if conn.protocol is None or conn.protocol.transport is None:
            raise aiohttp.ClientConnectionError
        conn.protocol.force_close()
        recorder = _RecordingProtocol(conn.protocol, self.exchange.raw)
        conn.protocol.transport.set_protocol(cast("asyncio.BaseProtocol", recorder))
        await self.exchange.before_sending()
        if conn.protocol.transport is None or conn.protocol.transport.is_closing():
            # While the caller recorded it, the server has waited in vain.
            raise aiohttp.ClientConnectionError
        self.exchange.leave()
        return await super().send(conn)


class _RecordingProtocol:
    """Copies the first MAX_ANSWER received bytes, because aiohttp drops the body of an answer whose head it refuses."""

    def __init__(self, protocol: asyncio.Protocol, raw: bytearray) -> None:
        self._protocol = protocol
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol, name)

    def data_received(self, data: bytes) -> None:
        self._raw += data[: MAX_ANSWER - len(self._raw)]
        self._protocol.data_received(data)


def session_options() -> dict[str, Any]:
    """Return the keyword arguments for the aiohttp.ClientSession of a GatewayClient: its request class, and no cookies."""
    return {"request_class": Request, "cookie_jar": aiohttp.DummyCookieJar()}


def connect_error(err: Exception) -> NotSentError:
    """Return the error for an exception that was raised before the request left."""
    # A connection that ends during the TLS handshake has no errno.
    cause = getattr(err, "os_error", None)
    is_tls = isinstance(err, _TLS) or (isinstance(cause, ConnectionError) and cause.errno is None)
    return (TlsError if is_tls else NotSentError)(type(err).__name__)


def answer_error(err: Exception) -> OutcomeUnknownError:
    """Return the error for an exception that was raised after the request left."""
    return (InvalidAnswerError if isinstance(err, _ANSWERED) else NoAnswerError)(type(err).__name__)


def _decode(title: bytes) -> str:
    """Decode the title of a page as UTF-8, otherwise as GB18030."""
    try:
        return unescape(title.decode())
    except UnicodeDecodeError:
        return unescape(title.decode("gb18030", "replace"))


def _printable(text: str) -> str:
    """Return untrusted text on one line of at most 80 characters, so that it fits into a sentence."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= 80 else f"{line[:80]}…"
