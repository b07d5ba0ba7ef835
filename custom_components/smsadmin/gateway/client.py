"""The interfaces that we call (sections 3.1 to 3.5): one request, and a line per interface."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from aiohttp.connector import Connection
from aiohttp.http import HttpProcessingError
from yarl import URL

from . import answers
from .errors import GatewayError, InvalidAnswerError, NoAnswerError, NotSentError
from .models import Charset, Credentials, RawPage, RecordKind, Submission, SubmitMethod
from .submissions import parameters, urlencode

DEFAULT_BASE_URL = "http://www.smsadmin.cn/smsmarketing/wwwroot/interface/"

MAX_ANSWER = 1024 * 1024
"""Bytes of an answer that are read; the largest that the specification allows is a page of 20 records."""

TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
"""The deadline of a call in seconds; nothing has left while the connection is being made."""

RETRY_PAUSES = (1.0, 3.0)
"""Seconds before a submission that surely was not sent is tried again."""

_PATHS = {RecordKind.REPLY: "revert/", RecordKind.REPORT: "report/"}
# A connection of its own for each request (see _LastResponse as well): one from the pool may be dead already, and then nobody knows
# what became of the request.
_HEADERS = {"Connection": "close", "Content-Type": "application/x-www-form-urlencoded"}
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
_ANSWERED = (aiohttp.ClientResponseError, aiohttp.RedirectClientError)


@dataclass(kw_only=True, slots=True)
class _Answer:
    """The body of an answer with status 200, and what kept it from being whole."""

    body: bytes
    charset: str | None
    broken: GatewayError | None


class GatewayClient:
    """An account at the platform.

    Every call raises NotSentError or OutcomeUnknownError (see `errors`) where no answer can be had, and RejectedError where the
    platform answers with a code. The session is the caller's, and so is what it does with cookies.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        charset: Charset = Charset.UTF_8,
        submit_method: SubmitMethod = SubmitMethod.POST,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
    ) -> None:
        """Take what is needed; nothing is asked of the platform yet."""
        self.charset = charset
        self.submit_method = submit_method
        self._session = session
        self._credentials = credentials
        self._base_url = base_url
        self._retry_pauses = retry_pauses

    async def submit(self, submission: Submission) -> None:
        """Submit a message (3.1, 3.2); return once the platform has accepted it.

        Tried again where it surely was not sent, and only there.
        """
        fields = parameters(submission, self.charset)
        path = "postSendSms/" if self.submit_method is SubmitMethod.POST else "getSendSms/"
        for pause in self._retry_pauses:
            try:
                return await self._submit_once(path, fields)
            except NotSentError:
                await asyncio.sleep(pause)
        return await self._submit_once(path, fields)

    async def query_balance(self) -> int:
        """Messages left (3.3)."""
        return answers.read_balance(await self._whole("queryBalance/"))

    async def pull(self, kind: RecordKind) -> RawPage:
        """The next page of replies (3.4) or reports (3.5), as it came: it is handed out once.

        A page that broke off after its first byte is returned as well, marked incomplete.
        """
        answer = await self._request(_PATHS[kind])
        if answer.broken and not answer.body:
            raise answer.broken
        return RawPage(kind=kind, body=answer.body, charset=answer.charset, complete=answer.broken is None)

    async def _submit_once(self, path: str, fields: dict[str, bytes]) -> None:
        answers.expect_accepted(await self._whole(path, fields, self.submit_method))

    async def _whole(self, path: str, fields: dict[str, bytes] | None = None, method: SubmitMethod = SubmitMethod.POST) -> bytes:
        """The body of an answer that did not break off."""
        answer = await self._request(path, fields, method)
        if answer.broken:
            raise answer.broken
        return answer.body

    async def _request(
        self, path: str, fields: dict[str, bytes] | None = None, method: SubmitMethod = SubmitMethod.POST
    ) -> _Answer:
        """Ask the platform. POST wherever it is allowed: a GET leaves digest and text in the logs of every proxy on the way."""
        credentials = {"uid": self._credentials.user_id.encode(), "pwd": self._credentials.password_md5.encode()}
        form = urlencode(credentials | (fields or {}))
        query = b"?" + form if method is SubmitMethod.GET else b""
        try:
            async with self._session.request(
                method,
                URL(self._base_url + path + query.decode(), encoded=True),
                data=form if method is SubmitMethod.POST else None,
                headers=_HEADERS,
                allow_redirects=False,
                timeout=TIMEOUT,
                middlewares=(_send_once,),
            ) as response:
                if response.status != HTTPStatus.OK:
                    raise InvalidAnswerError(f"HTTP status {response.status}")
                body, broken = await _read(response.content)
                return _Answer(body=body, charset=response.charset, broken=broken)
        except (aiohttp.ClientError, OSError) as err:
            # The text of the cause may hold the whole URL, and with it digest and message.
            raise map_error(err) from None


class _LastResponse(aiohttp.ClientResponse):
    """A response after which the connection serves no other request.

    A server need not say that it closes the connection, and aiohttp keeps one in its pool for as long as nobody says so.
    """

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Keep the connection out of the pool before the answer can end."""
        connection.protocol.force_close()  # type: ignore[union-attr]
        return await super().start(connection)


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from sending a GET again by itself when the connection is lost: it may have got through."""
    request.response_class = _LastResponse
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise map_error(err) from None


async def _read(stream: aiohttp.StreamReader) -> tuple[bytes, GatewayError | None]:
    """All of a body that can be had, and why it is not whole."""
    body = bytearray()
    try:
        async for chunk in stream.iter_any():
            body += chunk
            if len(body) > MAX_ANSWER:
                return bytes(body[:MAX_ANSWER]), InvalidAnswerError(f"more than {MAX_ANSWER} bytes")
    except TimeoutError as err:
        # After the deadline aiohttp hands out nothing more.
        return bytes(body), map_error(err)
    except (aiohttp.ClientError, HttpProcessingError, OSError) as err:
        # What has arrived since the last read is still there, behind the error.
        stream.set_exception(None)  # type: ignore[arg-type]
        body += stream.read_nowait()
        return bytes(body[:MAX_ANSWER]), map_error(err)
    return bytes(body), None


def map_error(err: Exception) -> GatewayError:
    """The error of this package for one of aiohttp's or of the system's."""
    name = type(err).__name__
    # A redirect is an answer, although aiohttp derives some errors about it from those about a URL that it never asked.
    if isinstance(err, _ANSWERED):
        return InvalidAnswerError(name)
    return NotSentError(name) if isinstance(err, _NOT_SENT) else NoAnswerError(name)
