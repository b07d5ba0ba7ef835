"""Tests of the client against the simulated platform and against broken servers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import gzip
import hashlib
import re
import socket
import ssl
import time
import traceback
import tracemalloc
from typing import Any, cast
from unittest.mock import AsyncMock
from urllib.parse import quote_plus

import aiohttp
from aiohttp.abc import AbstractCookieJar, AbstractResolver, ResolveResult
from aiohttp.http_exceptions import TransferEncodingError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
import pytest

from custom_components.smsadmin.gateway import client as client_module, errors
from custom_components.smsadmin.gateway.client import (
    MAX_ANSWER,
    GatewayClient,
    answer_error,
    connect_error,
    session_options,
)
from custom_components.smsadmin.gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InsufficientBalanceError,
    InvalidAnswerError,
    LegacyAnswerError,
    NoAnswerError,
    NotPermittedError,
    NotSentError,
    RedirectedError,
    RejectedError,
    TlsError,
)
from custom_components.smsadmin.gateway.models import (
    Charset,
    Credentials,
    RawPage,
    RecordKind,
    Submission,
    SubmitMethod,
    password_digest,
)
from custom_components.smsadmin.gateway.timeouts import Timeouts
from tests.simulator import Simulator
from tests.simulator.faults import NAMES, Fault
from tests.simulator.vocabulary import CHINA, Misconduct

USER = "station-seven"
PASSWORD = "open sesame"
DIGEST = hashlib.md5(PASSWORD.encode()).hexdigest()
MOBILE = "13802102102"
TEXT = "着火了，快回家 & 100%+1"
LINK_ID = "20141011183924000001"
SUBMISSION = Submission(mobiles=(MOBILE,), message=TEXT, link_id=LINK_ID)
SECRETS = (USER, PASSWORD, DIGEST, MOBILE, TEXT, quote_plus(TEXT))
GROUPS = {RecordKind.REPLY: "replies", RecordKind.REPORT: "reports"}
PAGES = {
    RecordKind.REPLY: f"{MOBILE}/2014-10-11 18:39:24/{LINK_ID}/%E5%A5%BD%2F1/8\n".encode(),
    RecordKind.REPORT: f"{MOBILE}/2014-10-11 18:39:24/{LINK_ID}/ERR%3A104/\n".encode(),
}


@pytest.fixture
def expected_lingering_tasks() -> bool:
    """Allow tasks of a server that never answers; the client has none of its own."""
    return True


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """The platform with one account and a record of each kind; it must see no violation of the specification."""
    async with Simulator(seed=1) as simulator:
        simulator.clock.set(datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA))
        simulator.add_account(USER, PASSWORD, balance=5000)
        simulator.reply(MOBILE, "好/1", uid=USER, link_id=LINK_ID, sub_code="8")
        simulator.report(MOBILE, "ERR:104", uid=USER, link_id=LINK_ID)
        yield simulator
        assert simulator.violations == []


@dataclass(kw_only=True)
class Caller:
    """Creates clients, counts their attempts, and checks that no connection serves two requests."""

    trace: aiohttp.TraceConfig = field(default_factory=aiohttp.TraceConfig)
    attempts: int = 0
    reused: int = 0

    def __post_init__(self) -> None:
        async def started(*_: object) -> None:
            self.attempts += 1

        async def reused(*_: object) -> None:
            self.reused += 1

        self.trace.on_request_start.append(started)
        self.trace.on_connection_reuseconn.append(reused)

    @asynccontextmanager
    async def client(
        self,
        base_url: str,
        *,
        jar: Callable[[], AbstractCookieJar] = aiohttp.DummyCookieJar,
        session: Any = None,
        **options: Any,
    ) -> AsyncIterator[GatewayClient]:
        """Create a client with its own session."""
        kept = {**session_options(), "cookie_jar": jar(), "trace_configs": [self.trace], **(session or {})}
        async with aiohttp.ClientSession(**kept) as http:
            yield GatewayClient(
                http,
                Credentials(user_id=USER, password_md5=password_digest(PASSWORD)),
                base_url=base_url,
                **options,
            )


@pytest.fixture
def caller() -> Iterator[Caller]:
    caller = Caller()
    yield caller
    assert caller.reused == 0


@pytest.fixture
async def client(simulator: Simulator, caller: Caller) -> AsyncIterator[GatewayClient]:
    async with caller.client(simulator.url) as client:
        yield client


BRIEF_CONNECT, BRIEF_ANSWER = Timeouts(connect=1), Timeouts(answer=1)
"""For what never connects, or never answers; what does has its time, on a slow machine too."""


async def outcome[T](call: Awaitable[T]) -> T | type[GatewayError]:
    """Return the result of a call or the class of its error, which must contain nothing private."""
    try:
        return await call
    except GatewayError as err:
        shown = f"{err!r} {''.join(traceback.format_exception(err))}"
        assert [secret for secret in SECRETS if secret in shown] == []
        return type(err)


# The interfaces


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize("charset", Charset)
async def test_a_text_arrives_as_it_was_written(
    simulator: Simulator, caller: Caller, method: SubmitMethod, charset: Charset
) -> None:
    async with caller.client(simulator.url, submit_method=method, charset=charset) as client:
        await client.submit(SUBMISSION)
    (sent,) = simulator.sent
    assert (sent.uid, sent.mobiles, sent.text, sent.charset) == (USER, (MOBILE,), TEXT, charset.value)
    assert (sent.method, sent.link_id, sent.send_at) == (method.upper(), LINK_ID, None)


@pytest.mark.parametrize("method", SubmitMethod)
async def test_a_submission_may_have_as_many_numbers_as_specified(
    simulator: Simulator, caller: Caller, method: SubmitMethod
) -> None:
    mobiles = tuple(str(13_800_000_000 + number) for number in range(method.max_mobiles + 1))
    async with caller.client(simulator.url, submit_method=method) as client:
        await client.submit(Submission(mobiles=mobiles[1:], message=TEXT, link_id=LINK_ID))
        with pytest.raises(RejectedError) as raised:
            await client.submit(Submission(mobiles=mobiles, message=TEXT, link_id=LINK_ID[::-1]))
    assert raised.value.code == "103"
    assert [sent.mobiles for sent in simulator.sent] == [mobiles[1:]]


async def test_the_time_of_a_scheduled_text_is_sent_in_china_time(client: GatewayClient, simulator: Simulator) -> None:
    await client.submit(
        Submission(mobiles=(MOBILE,), message=TEXT, link_id=LINK_ID, send_at=datetime(2099, 12, 31, 16, 5, 9, tzinfo=UTC))
    )
    assert b"dttime=2100-01-01+00%3A05%3A09" in simulator.requests[0].raw
    assert simulator.sent[0].send_at == datetime(2100, 1, 1, 0, 5, 9, tzinfo=CHINA)


@pytest.mark.parametrize("balance", [5000, 0, -3])
async def test_the_balance_is_the_platform_s(client: GatewayClient, simulator: Simulator, balance: int) -> None:
    simulator.accounts[USER].balance = balance
    assert await client.query_balance() == balance


@pytest.mark.parametrize(("kind", "empty"), [(RecordKind.REPLY, b"150"), (RecordKind.REPORT, b"160")])
async def test_a_page_is_returned_undecoded(client: GatewayClient, simulator: Simulator, kind: RecordKind, empty: bytes) -> None:
    simulator.set_style(USER, content_type="text/plain; charset=GBK")
    assert await client.pull(kind) == RawPage(kind=kind, body=PAGES[kind], content_type="text/plain; charset=GBK")
    page = await client.pull(kind)
    assert (page.body, page.status, page.complete) == (empty, 200, True)


async def test_every_call_is_a_post_but_a_submission_by_get(simulator: Simulator, caller: Caller) -> None:
    async with caller.client(simulator.url, submit_method=SubmitMethod.GET) as client:
        await client.submit(SUBMISSION)
        await client.query_balance()
        await client.pull(RecordKind.REPLY)
        await client.pull(RecordKind.REPORT)
    assert [request.method for request in simulator.requests] == ["GET", "POST", "POST", "POST"]


async def test_a_wrong_password_is_an_authentication_error(client: GatewayClient, simulator: Simulator) -> None:
    simulator.accounts[USER].password = "changed"
    assert await outcome(client.submit(SUBMISSION)) is AuthenticationError
    assert await outcome(client.query_balance()) is AuthenticationError
    assert [(await client.pull(kind)).body for kind in RecordKind] == [b"101", b"101"]


# The platform's clock


CLOCK_READERS: dict[str, tuple[Callable[[GatewayClient], Awaitable[object]], bytes]] = {
    "submit": (lambda client: client.submit(SUBMISSION), b"000"),
    "a rejection": (lambda client: client.submit(SUBMISSION), b"102"),
    "balance": (GatewayClient.query_balance, b"000, 5"),
    "pull": (lambda client: client.pull(RecordKind.REPLY), b"150"),
}


@pytest.mark.parametrize(("ask", "body"), CLOCK_READERS.values(), ids=list(CLOCK_READERS))
@pytest.mark.parametrize("date", [b"Sat, 11 Oct 2014 10:39:24 GMT", b"Sat, 11 Oct 2014 10:39:24 -0000"])
async def test_an_answer_sets_the_clock(
    socket_enabled: None, caller: Caller, ask: Callable[[GatewayClient], Awaitable[object]], body: bytes, date: bytes
) -> None:
    answer = OK + b"Date: " + date + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with listening(Script(parts=(answer,))) as url, caller.client(url) as client:
        assert client.platform_time is None
        await outcome(ask(client))
        assert client.platform_time is not None
        assert client.platform_time - datetime(2014, 10, 11, 10, 39, 24, tzinfo=UTC) < timedelta(minutes=1)


@pytest.mark.parametrize("head", [b"Date: Sat, 11 Oct 2014 10:39:24 GMT\r\n", b"Date: today\r\n", b""])
async def test_only_the_platform_sets_the_clock(socket_enabled: None, caller: Caller, head: bytes) -> None:
    """The login page of a captive portal, or an answer without a date, says nothing of the platform's clock."""
    body = HTML if b"GMT" in head else b"150"
    answer = OK + head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    async with listening(Script(parts=(answer,))) as url, caller.client(url) as client:
        await client.pull(RecordKind.REPLY)
        assert client.platform_time is None


async def test_the_time_of_an_answer_is_known_for_a_day(client: GatewayClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await client.query_balance()
    now = time.monotonic()
    monkeypatch.setattr(client_module, "monotonic", lambda: now + 86_300)
    assert client.platform_time is not None
    monkeypatch.setattr(client_module, "monotonic", lambda: now + 86_500)
    assert client.platform_time is None


# Faults of the simulator

type Kept = Callable[[bytes], tuple[bytes, bool]]


def whole(right: bytes) -> tuple[bytes, bool]:
    return right, True


def just(body: bytes) -> Kept:
    return lambda right: (body, True)


OK = b"HTTP/1.1 200 OK\r\n"
THREE = b"Content-Length: 3\r\n\r\n000"
HTML = b"<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>"
# Fault; result of a submission (None: accepted); result of a balance query (None: the balance); bytes of a page that are kept, and
# whether they are complete. `records` reads the code of a page, not the client.
FAULTS: list[tuple[str, type[GatewayError] | None, type[GatewayError] | int | None, type[GatewayError] | Kept]] = [
    ("none", None, None, whole),
    ("code:000", None, InvalidAnswerError, just(b"000")),
    ("code:101", AuthenticationError, AuthenticationError, just(b"101")),
    ("code:102", InsufficientBalanceError, InsufficientBalanceError, just(b"102")),
    ("code:103", RejectedError, RejectedError, just(b"103")),
    ("code:104", NotPermittedError, NotPermittedError, just(b"104")),
    ("code:105", RejectedError, RejectedError, just(b"105")),
    ("code:106", RejectedError, RejectedError, just(b"106")),
    ("code:107", RejectedError, RejectedError, just(b"107")),
    ("code:108", AccountFrozenError, AccountFrozenError, just(b"108")),
    ("code:150", InvalidAnswerError, InvalidAnswerError, just(b"150")),
    ("code:160", InvalidAnswerError, InvalidAnswerError, just(b"160")),
    ("code:400", RejectedError, RejectedError, just(b"400")),
    ("code:999", RejectedError, RejectedError, just(b"999")),
    ("body:", InvalidAnswerError, InvalidAnswerError, InvalidAnswerError),
    # Before version 2.0.1 the balance was a bare number, unless it has three digits.
    ("body:0", InvalidAnswerError, 0, just(b"0")),
    ("body:00", InvalidAnswerError, 0, just(b"00")),
    ("body:0000", InvalidAnswerError, 0, just(b"0000")),
    ("body:000,5", InvalidAnswerError, 5, just(b"000,5")),
    ("body:000,", InvalidAnswerError, InvalidAnswerError, just(b"000,")),
    ("body:０００", InvalidAnswerError, InvalidAnswerError, just("０００".encode())),
    ("legacy", LegacyAnswerError, LegacyAnswerError, just(b"0" + "提交成功".encode("gb2312"))),
    ("html", InvalidAnswerError, InvalidAnswerError, just(HTML)),
    ("redirect", RedirectedError, RedirectedError, RedirectedError),
    ("status:201", InvalidAnswerError, InvalidAnswerError, whole),
    ("status:404", InvalidAnswerError, InvalidAnswerError, whole),
    ("status:500", InvalidAnswerError, InvalidAnswerError, whole),
    ("bom", None, None, lambda right: (b"\xef\xbb\xbf" + right, True)),
    ("spaces", None, None, lambda right: (b"\r\n  " + right + b" \n", True)),
    ("cookie", None, None, whole),
    # `records` decompresses pages, not the client.
    ("gzip", None, None, lambda right: (gzip.compress(right), True)),
    ("broken_gzip", NoAnswerError, NoAnswerError, just(b"this is not packed")),
    ("oversized", InvalidAnswerError, InvalidAnswerError, lambda right: (right.ljust(MAX_ANSWER), False)),
    ("reset_before", NoAnswerError, NoAnswerError, NoAnswerError),
    ("reset_after", NoAnswerError, NoAnswerError, NoAnswerError),
    ("stall", NoAnswerError, NoAnswerError, NoAnswerError),
    ("truncated", NoAnswerError, NoAnswerError, lambda right: (right[: len(right) // 2 + 1], False)),
]
# How much of a dripping page arrives depends on timing, so it has tests of its own.
DRIP = "drip"


def test_the_table_has_every_fault() -> None:
    assert {name.partition(":")[0] for name, *_ in FAULTS} | {DRIP} == set(NAMES)


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("fault", "expected"), [*((row[0], row[1]) for row in FAULTS), (DRIP, NoAnswerError)])
async def test_a_faulty_submission_is_sent_once(
    simulator: Simulator, caller: Caller, method: SubmitMethod, fault: str, expected: type[GatewayError] | None
) -> None:
    simulator.fault("submit", fault)
    timeouts = BRIEF_ANSWER if fault in ("stall", DRIP) else Timeouts()
    async with caller.client(simulator.url, submit_method=method, timeouts=timeouts) as client:
        assert await outcome(client.submit(SUBMISSION)) is expected
        assert (len(simulator.requests), caller.attempts) == (1, 1)
        assert len(simulator.sent) == Fault(name=fault).carried_out
    # The fault leaves no cookie and no connection behind.
    async with caller.client(simulator.url, submit_method=method) as client:
        assert await outcome(client.submit(Submission(mobiles=(MOBILE,), message=TEXT, link_id=LINK_ID[::-1]))) is None


@pytest.mark.parametrize(("fault", "expected"), [*((row[0], row[2]) for row in FAULTS), (DRIP, NoAnswerError)])
async def test_a_faulty_balance_query_is_sent_once(
    simulator: Simulator, caller: Caller, fault: str, expected: type[GatewayError] | int | None
) -> None:
    simulator.fault("balance", fault)
    timeouts = BRIEF_ANSWER if fault in ("stall", DRIP) else Timeouts()
    async with caller.client(simulator.url, timeouts=timeouts) as client:
        assert await outcome(client.query_balance()) == (5000 if expected is None else expected)
    assert caller.attempts == len(simulator.requests) == 1
    async with caller.client(simulator.url) as client:
        assert await client.query_balance() == 5000


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize(("fault", "expected"), [(row[0], row[3]) for row in FAULTS])
async def test_a_faulty_page_is_kept(
    simulator: Simulator, caller: Caller, kind: RecordKind, fault: str, expected: type[GatewayError] | Kept
) -> None:
    """The platform answered 500 with my replies in it, and never returned them again."""
    simulator.fault(GROUPS[kind], fault)
    async with caller.client(simulator.url, timeouts=BRIEF_ANSWER if fault == "stall" else Timeouts()) as client:
        result = await outcome(client.pull(kind))
    if isinstance(result, RawPage):
        assert not isinstance(expected, type)
        assert (result.body, result.complete) == expected(PAGES[kind])
        assert result.status == (int(fault[-3:]) if fault.startswith("status") else 200)
        assert result.content_encoding == ("gzip" if "gzip" in fault else None)
    else:
        assert result is expected
    assert caller.attempts == len(simulator.requests) == 1
    assert len(simulator.platform.handed_out) == Fault(name=fault).carried_out


@pytest.mark.parametrize("kind", RecordKind)
async def test_a_page_that_drips_is_kept(simulator: Simulator, caller: Caller, kind: RecordKind) -> None:
    simulator.fault(GROUPS[kind], DRIP)
    async with caller.client(simulator.url, timeouts=BRIEF_ANSWER) as client:
        page = await client.pull(kind)
    assert page.body
    assert PAGES[kind].startswith(page.body)
    assert not page.complete


@pytest.mark.parametrize("code", ["101", "102", "104", "108", "106", "999"])
async def test_a_rejection_contains_its_code_and_nothing_else(client: GatewayClient, simulator: Simulator, code: str) -> None:
    simulator.fault("submit", f"code:{code}")
    with pytest.raises(RejectedError, match=f"^rejected with code {code}$") as raised:
        await client.submit(SUBMISSION)
    assert raised.value.code == code


async def test_the_session_decides_about_cookies(simulator: Simulator, caller: Caller) -> None:
    simulator.fault("balance", "cookie")
    async with caller.client(simulator.url, jar=lambda: aiohttp.CookieJar(unsafe=True)) as client:
        await client.query_balance()
        await client.query_balance()
    assert simulator.violations == [Misconduct.COOKIE_SENT_BACK]
    simulator.violations.clear()


async def test_a_session_that_raises_for_status_changes_nothing(simulator: Simulator, caller: Caller) -> None:
    simulator.fault("submit", "status:500")
    async with caller.client(simulator.url, submit_method=SubmitMethod.GET, session={"raise_for_status": True}) as client:
        assert await outcome(client.submit(SUBMISSION)) is InvalidAnswerError
    assert caller.attempts == 1


# Requests that did not leave


class NoSuchHost(AbstractResolver):
    """A resolver that knows no host."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        raise OSError(socket.EAI_NONAME, f"no such host: {host}")

    async def close(self) -> None:
        """Do nothing: no resource is open."""


type Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(speak: Speak, scheme: str = "http", **options: Any) -> AsyncIterator[str]:
    """Start a server that calls `speak` for each connection, and yield its URL."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await speak(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, **options)
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        server.close_clients()
        await server.wait_closed()


async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


@asynccontextmanager
async def refused() -> AsyncIterator[str]:
    async with listening(say_nothing) as url:
        pass
    yield url


def never_finished() -> AbstractAsyncContextManager[str]:
    return listening(say_nothing, "https")


@asynccontextmanager
async def at(url: str) -> AsyncIterator[str]:
    yield url


UNREACHABLE: dict[str, tuple[Callable[[], Any], type[GatewayError]]] = {
    "connection refused": (refused, NotSentError),
    "no such host": (lambda: at("http://sms.example/"), NotSentError),
    "no TLS": (lambda: listening(no_tls, "https"), TlsError),
    "TLS broken off": (lambda: listening(hang_up, "https"), TlsError),
    "TLS never finished": (never_finished, NotSentError),
    "no URL": (lambda: at("smsadmin"), NotSentError),
    "no port": (lambda: at("http://127.0.0.1:x/"), NotSentError),
    "no host": (lambda: at("http:///"), NotSentError),
    "a host that is none": (lambda: at(f"http://{'a' * 70}.example/"), NotSentError),
    "not HTTP": (lambda: at("ftp://127.0.0.1/"), NotSentError),
}


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("place", "expected"), UNREACHABLE.values(), ids=list(UNREACHABLE))
async def test_without_a_connection_nothing_is_sent(
    socket_enabled: None, caller: Caller, place: Any, expected: type[GatewayError], method: SubmitMethod
) -> None:
    session = {"connector": aiohttp.TCPConnector(resolver=NoSuchHost())}
    timeouts = BRIEF_CONNECT if place is never_finished else Timeouts()
    asked = AsyncMock()
    async with (
        place() as url,
        caller.client(url, submit_method=method, timeouts=timeouts, session=session) as client,
    ):
        assert await outcome(client.submit(SUBMISSION, on_connected=asked)) is expected
        assert await outcome(client.query_balance()) is expected
        assert [await outcome(client.pull(kind)) for kind in RecordKind] == [expected, expected]
    asked.assert_not_awaited()


async def test_a_closed_session_is_a_failure_to_connect(socket_enabled: None, caller: Caller) -> None:
    async with refused() as url, caller.client(url) as client:
        pass
    assert await outcome(client.submit(SUBMISSION)) is NotSentError


async def test_a_session_without_the_options_is_refused(socket_enabled: None, caller: Caller) -> None:
    """A session without `session_options()` would send texts before they are recorded."""
    script = Script(parts=(OK + THREE,))
    async with listening(script) as url, caller.client(url, session={"request_class": aiohttp.ClientRequest}) as client:
        with pytest.raises(TypeError, match="session_options"):
            await client.submit(SUBMISSION)
    assert script.requests == []


class DroppingDns(asyncio.DatagramProtocol):
    """A name server that answers queries for IPv4 addresses and drops all others."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.dropped = 0

    def datagram_received(self, data: bytes, addr: Any) -> None:
        end = data.index(b"\0", 12) + 5
        if data[end - 4 : end - 2] != b"\0\1":
            self.dropped += 1
            return
        head = data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0"
        self.transport.sendto(head + data[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton("127.0.0.1"), addr)


async def test_a_text_goes_out_where_dns_drops_aaaa_queries(socket_enabled: None, caller: Caller) -> None:
    """My router drops DNS queries for IPv6 addresses, and no text went out."""
    transport, dns = await asyncio.get_running_loop().create_datagram_endpoint(DroppingDns, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    resolver = aiohttp.AsyncResolver(nameservers=["127.0.0.1"], udp_port=port, timeout=0.2)
    script = Script(parts=(OK + THREE,))
    async with listening(script) as url:
        session = {"connector": aiohttp.TCPConnector(resolver=resolver)}
        async with caller.client(url.replace("127.0.0.1", "sms.example"), session=session) as client:
            await client.submit(SUBMISSION)
    await resolver.close()
    transport.close()
    assert dns.dropped
    assert len(script.requests) == 1


# The callback before the first byte


@dataclass(kw_only=True)
class Listener:
    """A server that reads until the client closes the connection."""

    received: bytes = b""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            self.received += data
        self.closed.set()


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(
    "error",
    [ValueError("mine"), OSError("mine"), TimeoutError("mine"), aiohttp.ServerDisconnectedError("mine"), NoAnswerError("mine")],
)
async def test_an_error_in_the_callback_ends_the_attempt_unsent(
    socket_enabled: None, caller: Caller, error: Exception, method: SubmitMethod
) -> None:
    async def refuse() -> None:
        raise error

    listener = Listener()
    async with listening(listener) as url, caller.client(url, submit_method=method) as client:
        with pytest.raises(type(error)) as raised:
            await client.submit(SUBMISSION, on_connected=refuse)
        await listener.closed.wait()
    assert raised.value is error
    assert listener.received == b""
    assert caller.attempts == 1


async def test_cancelling_the_callback_sends_nothing(socket_enabled: None, caller: Caller) -> None:
    asked = asyncio.Event()

    async def wait() -> None:
        asked.set()
        await asyncio.Event().wait()

    listener = Listener()
    async with listening(listener) as url, caller.client(url) as client:
        task = asyncio.create_task(client.submit(SUBMISSION, on_connected=wait))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await listener.closed.wait()
    assert listener.received == b""


@pytest.mark.parametrize("method", SubmitMethod)
async def test_the_callback_runs_before_the_first_byte_leaves(socket_enabled: None, caller: Caller, method: SubmitMethod) -> None:
    script = Script(parts=(OK + THREE,))
    connected = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await script(reader, writer)

    async def ask() -> None:
        await connected.wait()
        assert script.requests == []
        # The deadline for connecting has nothing to do with how long this takes.
        await asyncio.sleep(1.5 * BRIEF_CONNECT.connect)

    async with listening(speak) as url, caller.client(url, submit_method=method, timeouts=BRIEF_CONNECT) as client:
        await client.submit(SUBMISSION, on_connected=ask)
    assert len(script.requests) == 1


@pytest.mark.parametrize("method", SubmitMethod)
async def test_a_connection_lost_during_the_callback_is_not_sent(
    socket_enabled: None, caller: Caller, method: SubmitMethod
) -> None:
    """A disk hung while it recorded an alarm, and the server gave up waiting. It was unknown whether the alarm had gone out."""

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.1)

    async with listening(leave) as url, caller.client(url, submit_method=method) as client:
        assert await outcome(client.submit(SUBMISSION, on_connected=ask)) is NotSentError
    assert (asked, caller.attempts) == (1, 1)


async def test_a_connection_lost_before_the_callback_is_not_sent(socket_enabled: None, caller: Caller) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def dawdle(*_: object) -> None:
        await asyncio.sleep(0.1)

    caller.trace.on_connection_create_end.append(dawdle)
    asked = AsyncMock()
    async with listening(leave) as url, caller.client(url) as client:
        assert await outcome(client.submit(SUBMISSION, on_connected=asked)) is NotSentError
    asked.assert_not_awaited()


# Descriptions of the server that answered

ANSWERS: dict[str, tuple[bytes, str]] = {
    "a captive portal": (
        OK + b"Server: portal\r\n\r\n<html><title>\n Log in &amp;\tpay </title>",
        "HTTP 200, Log in & pay, portal",
    ),
    "an error page": (b"HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n<TITLE class=x>404</TITLE>", "HTTP 404, 404, nginx"),
    "an echo": (OK + b"\r\n<title>Blocked: /?uid=" + USER.encode() + b"</title>", "HTTP 200"),
    "an encoded echo": (OK + b"\r\n<title>msg=" + quote_plus(TEXT).encode() + b"</title>", "HTTP 200"),
    "a part of an echo": (OK + b"\r\n<title>Blocked: " + TEXT[:4].encode() + b"</title>", "HTTP 200"),
    "a title in GBK": (OK + b"\r\n<title>" + "请登录".encode("gbk") + b"</title>", "HTTP 200, 请登录"),
    "an echoed number": (OK + b"\r\n<title>Sent to " + MOBILE.encode() + b"</title>", "HTTP 200"),
    "odd characters": (OK + b"\r\n<title>a\x00\x1b\xffb&#10;c</title>", "HTTP 200, a \ufffdb c"),
    "a long title": (OK + b"\r\n<title>" + b"x" * 500, f"HTTP 200, {'x' * 80}…"),
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: http://wifi.example/login?mac=1\r\n\r\n", "HTTP 302, wifi.example"),
    "no HTTP": (b"<html><title>Router</title>\r\n\r\n", "no HTTP, Router"),
}


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("answer", "answered"), ANSWERS.values(), ids=list(ANSWERS))
async def test_an_error_names_the_server_and_nothing_private(
    socket_enabled: None, caller: Caller, answer: bytes, answered: str, method: SubmitMethod
) -> None:
    """The hotel's login page answered, and the error said only that the answer was invalid."""
    async with listening(Script(parts=(answer,))) as url, caller.client(url, submit_method=method) as client:
        with pytest.raises(InvalidAnswerError) as raised:
            await client.submit(SUBMISSION)
    assert raised.value.answered == answered


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (b"https://sms.example/interface/{path}?uid=1&pwd=2", "https://sms.example/interface/"),
        (b"https://me:secret@sms.example/interface/{path}#x", "https://sms.example/interface/"),
        (b"/v2/{path}", "{base}v2/"),
        (b"//wifi.example/login", "http://wifi.example/login"),
    ],
)
@pytest.mark.parametrize("method", SubmitMethod)
async def test_a_redirect_names_the_new_base_url(
    socket_enabled: None, caller: Caller, location: bytes, expected: str, method: SubmitMethod
) -> None:
    """The platform moved to https, and the form said that it can't be reached."""
    path = b"postSendSms/" if method is SubmitMethod.POST else b"getSendSms/"
    answer = b"HTTP/1.1 301 Moved\r\nLocation: " + location.replace(b"{path}", path) + b"\r\nContent-Length: 0\r\n\r\n"
    async with listening(Script(parts=(answer,))) as url, caller.client(url, submit_method=method) as client:
        with pytest.raises(RedirectedError) as raised:
            await client.submit(SUBMISSION)
        assert raised.value.location == expected.replace("{base}", url)


async def test_a_redirect_that_repeats_the_request_is_not_named(socket_enabled: None, caller: Caller) -> None:
    """A portal put what it was asked for into its own path, and the password's digest was in Home Assistant's log."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split(b" ")[1]
        location = b"/login/" + path.partition(b"?")[2]
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with listening(answer) as url, caller.client(url, submit_method=SubmitMethod.GET) as client:
        with pytest.raises(InvalidAnswerError) as raised:
            await client.submit(SUBMISSION)
    assert not isinstance(raised.value, RedirectedError)
    assert not any(private in str(vars(raised.value)) for private in (SUBMISSION.mobiles[0], DIGEST))


# Cancellation


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize("fault", ["stall", "drip"])
async def test_a_cancelled_submission_is_not_sent_again(
    simulator: Simulator, caller: Caller, method: SubmitMethod, fault: str
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    simulator.fault("submit", fault)
    async with caller.client(simulator.url, submit_method=method) as client:
        task = asyncio.create_task(client.submit(SUBMISSION))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (caller.attempts, len(simulator.requests)) == (1, 1)


# Broken servers


@dataclass(kw_only=True)
class Script:
    """A server that reads a request, sends its parts one by one, and closes the connection."""

    parts: tuple[bytes, ...]
    requests: list[bytes] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [line.partition(b":")[2] for line in head.splitlines() if line.lower().startswith(b"content-length:")]
        self.requests.append(head + await reader.readexactly(int(lengths[0]) if lengths else 0))
        for part in self.parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"000")
KEPT = (b"000", True)
CUT = (b"000", False)
# Bytes that a server sends; result of a submission (None: accepted), and of a page.
SCRIPTS: dict[str, tuple[tuple[bytes, ...], type[GatewayError] | None, type[GatewayError] | tuple[bytes, bool]]] = {
    "nothing": ((), NoAnswerError, NoAnswerError),
    "half a head": ((OK,), NoAnswerError, NoAnswerError),
    "no HTTP": ((b"000\r\n\r\n",), InvalidAnswerError, (b"000\r\n\r\n", False)),
    "an endless header": ((OK + b"X: " + b"x" * 100_000,), InvalidAnswerError, InvalidAnswerError),
    "another protocol": (
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n000",),
        InvalidAnswerError,
        CUT,
    ),
    "no content": ((b"HTTP/1.1 204 No Content\r\n\r\n",), InvalidAnswerError, InvalidAnswerError),
    "no content with content": ((b"HTTP/1.1 204 No Content\r\n\r\n000",), InvalidAnswerError, CUT),
    "the size of a chunk": ((CHUNKED, b"14\r\n"), NoAnswerError, NoAnswerError),
    "records as chunks": ((CHUNKED + b"xyz/000\n",), InvalidAnswerError, (b"xyz/000\n", False)),
    "no chunks": ((CHUNKED, b"0\r\n\r\n"), InvalidAnswerError, InvalidAnswerError),
    "a hint and half a head": ((b"HTTP/1.1 103 Early Hints\r\n\r\n", OK), NoAnswerError, NoAnswerError),
    "a redirect to nowhere": ((b"HTTP/1.1 302 Found\r\nLocation: ftp://[\r\n" + THREE,), InvalidAnswerError, KEPT),
    "no length at all": ((OK + b"\r\n000",), None, KEPT),
    "a length": ((OK + THREE,), None, KEPT),
    "a length that is none": ((OK + b"Content-Length: x\r\n\r\n000",), InvalidAnswerError, CUT),
    "a redirect with content": ((b"HTTP/1.1 302 Found\r\nLocation: /x\r\n" + THREE,), RedirectedError, KEPT),
    "HTTP 1.0": ((b"HTTP/1.0 200 OK\r\n\r\n000",), None, KEPT),
    "a hint before": ((b"HTTP/1.1 103 Early Hints\r\n\r\n", OK + THREE), None, KEPT),
    "chunks": ((CHUNKED, b"1\r\n0\r\n", b"2\r\n00\r\n0\r\n\r\n"), None, KEPT),
    "chunks without an end": ((CHUNKED, b"3\r\n000\r\n"), NoAnswerError, CUT),
    "less than announced": ((OK + b"Content-Length: 9\r\n\r\n", b"000"), NoAnswerError, CUT),
    "an odd content type": ((OK + b"Content-Type: \xff/;;charset\r\n" + THREE,), None, KEPT),
    "an odd cookie": ((OK + b"Set-Cookie: \xff=;;\r\n" + THREE,), None, KEPT),
    "an unknown packing": ((OK + b"Content-Encoding: rot13\r\n" + THREE,), None, KEPT),
    "a packing that is none": ((OK + b"Content-Encoding: deflate\r\n", b"\r\n", b"000"), NoAnswerError, KEPT),
    "packed": (
        (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED), PACKED[:5], PACKED[5:]),
        None,
        (PACKED, True),
    ),
}


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("parts", "expected"), [row[:2] for row in SCRIPTS.values()], ids=list(SCRIPTS))
async def test_a_submission_to_a_broken_server_is_sent_once(
    socket_enabled: None, caller: Caller, parts: tuple[bytes, ...], expected: type[GatewayError] | None, method: SubmitMethod
) -> None:
    script = Script(parts=parts)
    async with listening(script) as url, caller.client(url, submit_method=method) as client:
        assert await outcome(client.submit(SUBMISSION)) is expected
    assert (len(script.requests), caller.attempts) == (1, 1)


@pytest.mark.parametrize(("parts", "expected"), [row[::2] for row in SCRIPTS.values()], ids=list(SCRIPTS))
async def test_a_page_of_a_broken_server_is_kept(
    socket_enabled: None, caller: Caller, parts: tuple[bytes, ...], expected: type[GatewayError] | tuple[bytes, bool]
) -> None:
    script = Script(parts=parts)
    async with listening(script) as url, caller.client(url) as client:
        result = await outcome(client.pull(RecordKind.REPLY))
    assert ((result.body, result.complete) if isinstance(result, RawPage) else result) == expected
    assert len(script.requests) == 1


@pytest.mark.parametrize("method", SubmitMethod)
async def test_a_connection_serves_one_request(socket_enabled: None, caller: Caller, method: SubmitMethod) -> None:
    script = Script(parts=(OK + THREE,))

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await script(reader, writer)
        # A second request on this connection would be lost.
        await say_nothing(reader, writer)

    async with listening(keep) as url, caller.client(url, submit_method=method) as client:
        assert [await outcome(client.submit(SUBMISSION)) for _ in range(3)] == [None, None, None]
    assert len(script.requests) == 3
    assert all(b"\r\nConnection: close\r\n" in request for request in script.requests)


async def test_a_connection_of_another_integration_is_not_used(socket_enabled: None, caller: Caller) -> None:
    """A pooled connection may be dead already, and an alarm on it would be unconfirmed."""
    connections: list[list[bytes]] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads: list[bytes] = []
        connections.append(heads)
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads.append(head)
                writer.write(OK + THREE)

    async with listening(keep) as url, aiohttp.TCPConnector() as connector:
        shared: dict[str, Any] = {"connector": connector, "connector_owner": False}
        async with aiohttp.ClientSession(**shared) as other, caller.client(url, session=shared) as client:
            assert await (await other.get(url)).text() == "000"
            await client.submit(SUBMISSION)
            assert await (await other.get(url)).text() == "000"
    assert [len(heads) for heads in connections] == [2, 1]


# TLS


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS context with a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sms.example")])
    start = datetime(2014, 10, 11, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, start.replace(year=2114))
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("method", SubmitMethod)
async def test_an_untrusted_certificate_is_a_tls_error(
    socket_enabled: None, caller: Caller, self_signed: ssl.SSLContext, method: SubmitMethod
) -> None:
    asked = AsyncMock()
    script = Script(parts=(OK + THREE,))
    async with (
        listening(script, "https", ssl=self_signed) as url,
        caller.client(url, submit_method=method) as client,
    ):
        assert await outcome(client.submit(SUBMISSION, on_connected=asked)) is TlsError
        assert await outcome(client.query_balance()) is TlsError
    asked.assert_not_awaited()
    assert script.requests == []


async def test_verification_of_certificates_can_be_switched_off(
    socket_enabled: None, caller: Caller, self_signed: ssl.SSLContext
) -> None:
    asked = AsyncMock()
    async with (
        listening(Script(parts=(OK + THREE,)), "https", ssl=self_signed) as url,
        caller.client(url, session={"connector": aiohttp.TCPConnector(ssl=False)}) as client,
    ):
        await client.submit(SUBMISSION, on_connected=asked)
        assert await client.pull(RecordKind.REPLY) == RawPage(kind=RecordKind.REPLY, body=b"000")
    asked.assert_awaited_once()


BOMB = gzip.compress(b"000".ljust(64 * MAX_ANSWER))
BOMBS = {
    "of known length": OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB,
    "without a length": OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB,
    "in a chunk": CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n%x\r\n" % len(BOMB) + BOMB + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("answer", BOMBS.values(), ids=list(BOMBS))
async def test_a_decompression_bomb_takes_little_memory(socket_enabled: None, caller: Caller, answer: bytes) -> None:
    async with listening(Script(parts=(answer,))) as url, caller.client(url) as client:
        tracemalloc.start()
        try:
            assert await outcome(client.submit(SUBMISSION)) is InvalidAnswerError
            assert tracemalloc.get_traced_memory()[1] < 16 * MAX_ANSWER
        finally:
            tracemalloc.stop()
        page = await client.pull(RecordKind.REPLY)
    assert page.body.startswith(BOMB[:1000])


@pytest.mark.parametrize("status", [b"200", b"500"])
async def test_an_endless_answer_is_cut_off(socket_enabled: None, caller: Caller, status: bytes) -> None:
    hung_up = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 " + status + b" Whatever\r\n\r\n")
        try:
            while True:
                writer.write(b"0" * 65536)
                await writer.drain()
        except ConnectionError:
            hung_up.set()

    async with listening(endless) as url, caller.client(url) as client:
        assert await outcome(client.submit(SUBMISSION)) is InvalidAnswerError
        await hung_up.wait()
    assert caller.attempts == 1


async def test_an_answer_of_the_maximum_size_is_complete(socket_enabled: None, caller: Caller) -> None:
    body = b"000".ljust(MAX_ANSWER)
    async with listening(Script(parts=(OK + b"\r\n" + body,))) as url, caller.client(url) as client:
        assert await outcome(client.submit(SUBMISSION)) is None
        assert await client.pull(RecordKind.REPLY) == RawPage(kind=RecordKind.REPLY, body=body)


# Errors of aiohttp

# The gateway's error while connecting, and after the request has left.
ERRORS: dict[str, tuple[type[GatewayError], type[GatewayError]]] = {
    "ClientConnectorError": (NotSentError, NoAnswerError),
    "ClientConnectorDNSError": (NotSentError, NoAnswerError),
    "ClientProxyConnectionError": (NotSentError, NoAnswerError),
    "UnixClientConnectorError": (NotSentError, NoAnswerError),
    "ClientSSLError": (TlsError, NoAnswerError),
    "ClientConnectorSSLError": (TlsError, NoAnswerError),
    "ClientConnectorCertificateError": (TlsError, NoAnswerError),
    "ServerFingerprintMismatch": (TlsError, NoAnswerError),
    "ConnectionTimeoutError": (NotSentError, NoAnswerError),
    "InvalidURL": (NotSentError, NoAnswerError),
    "InvalidUrlClientError": (NotSentError, NoAnswerError),
    "NonHttpUrlClientError": (NotSentError, NoAnswerError),
    # A server answered, although the client follows no redirect.
    "ClientResponseError": (NotSentError, InvalidAnswerError),
    "ContentTypeError": (NotSentError, InvalidAnswerError),
    "WSServerHandshakeError": (NotSentError, InvalidAnswerError),
    "ClientHttpProxyError": (NotSentError, InvalidAnswerError),
    "TooManyRedirects": (NotSentError, InvalidAnswerError),
    "RedirectClientError": (NotSentError, InvalidAnswerError),
    "InvalidUrlRedirectClientError": (NotSentError, InvalidAnswerError),
    "NonHttpUrlRedirectClientError": (NotSentError, InvalidAnswerError),
    "ClientError": (NotSentError, NoAnswerError),
    "ClientConnectionError": (NotSentError, NoAnswerError),
    "ClientConnectionResetError": (NotSentError, NoAnswerError),
    "ClientOSError": (NotSentError, NoAnswerError),
    "ServerConnectionError": (NotSentError, NoAnswerError),
    "ServerDisconnectedError": (NotSentError, NoAnswerError),
    "ServerTimeoutError": (NotSentError, NoAnswerError),
    "SocketTimeoutError": (NotSentError, NoAnswerError),
    "ClientPayloadError": (NotSentError, NoAnswerError),
    "UploadAbortedError": (NotSentError, NoAnswerError),
}


def _family(error: type[Exception]) -> set[type[Exception]]:
    children = [child for child in error.__subclasses__() if child.__module__.startswith("aiohttp")]
    return {error}.union(*map(_family, children))


# Many need a whole request to be constructed; only their class matters.
@pytest.mark.parametrize("error", sorted(_family(aiohttp.ClientError), key=str))
def test_every_error_of_aiohttp_has_an_error_of_the_gateway(error: type[Exception]) -> None:
    mapped = connect_error(error.__new__(error)), answer_error(error.__new__(error))
    assert (type(mapped[0]), type(mapped[1])) == ERRORS[error.__name__]
    assert {str(one) for one in mapped} == {error.__name__}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), NotSentError),
        (ConnectionResetError(MOBILE), NotSentError),
        (OSError(MOBILE), NotSentError),
        (ssl.SSLError(MOBILE), TlsError),
        (RuntimeError(MOBILE), NotSentError),
        (TransferEncodingError(MOBILE), NotSentError),
    ],
)
def test_an_error_of_the_system_keeps_its_text_private(error: Exception, expected: type[GatewayError]) -> None:
    mapped = connect_error(error), answer_error(error)
    assert (type(mapped[0]), type(mapped[1])) == (expected, NoAnswerError)
    assert {str(one) for one in mapped} == {type(error).__name__}


def test_the_docstring_shows_the_tree_of_errors() -> None:
    drawn = [line for line in (errors.__doc__ or "").splitlines() if re.search("─ |^GatewayError", line)]
    parents: list[str] = []
    for line in drawn:
        found = re.match(r"([│├└─ ]*)(\w+)", line)
        assert found
        depth = len(found[1]) // 4
        kind = getattr(errors, found[2])
        assert kind.__base__.__name__ == (parents[depth - 1] if depth else "Exception")
        parents[depth:] = [found[2]]
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert kinds == {match[1] for line in drawn if (match := re.match(r"[│├└─ ]*(\w+)", line))}
