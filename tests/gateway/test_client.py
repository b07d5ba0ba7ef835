"""The client against the simulated platform, and against servers that are worse: each outcome as protocol and table have it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import gzip
import hashlib
import inspect
import socket
import ssl
import traceback
import tracemalloc
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote_plus

import aiohttp
from aiohttp.abc import AbstractCookieJar, AbstractResolver, ResolveResult
from aiohttp.http_exceptions import TransferEncodingError
import pytest

from custom_components.smsadmin.gateway import client as client_module
from custom_components.smsadmin.gateway.client import MAX_ANSWER, RETRY_PAUSES, GatewayClient, map_error
from custom_components.smsadmin.gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InputProblem,
    InvalidAnswerError,
    InvalidInputError,
    LegacyAnswerError,
    NoAnswerError,
    NotPermittedError,
    NotSentError,
    RejectedError,
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
    """A server that never answers outlives the client that gave up on it; the client itself has no tasks."""
    return True


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """The platform, with our account and a record of each kind; what it saw must keep to the specification."""
    async with Simulator(seed=1) as simulator:
        simulator.clock.set(datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA))
        simulator.add_account(USER, PASSWORD, balance=5000)
        simulator.reply(MOBILE, "好/1", uid=USER, link_id=LINK_ID, sub_code="8")
        simulator.report(MOBILE, "ERR:104", uid=USER, link_id=LINK_ID)
        yield simulator
        assert simulator.violations == []


@dataclass(kw_only=True)
class Caller:
    """Makes clients whose attempts are counted, and sees that no connection serves two requests."""

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
        """A client with a session of the integration's kind."""
        async with aiohttp.ClientSession(cookie_jar=jar(), trace_configs=[self.trace], **(session or {})) as http:
            yield GatewayClient(
                http,
                Credentials(user_id=USER, password_md5=password_digest(PASSWORD)),
                base_url=base_url,
                **{"retry_pauses": (0.0, 0.0), **options},
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


def deadline(monkeypatch: pytest.MonkeyPatch, *, total: float = 30, connect: float = 10) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", aiohttp.ClientTimeout(total=total, connect=connect))


async def outcome[T](call: Awaitable[T]) -> T | type[GatewayError]:
    """The result of a call or the class of its error, which must not tell what nobody else may know."""
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
async def test_a_submission_takes_as_many_numbers_as_its_interface(
    simulator: Simulator, caller: Caller, method: SubmitMethod
) -> None:
    mobiles = tuple(str(13_800_000_000 + number) for number in range(method.max_mobiles + 1))
    async with caller.client(simulator.url, submit_method=method) as client:
        await client.submit(Submission(mobiles=mobiles[1:], message=TEXT, link_id=LINK_ID))
        with pytest.raises(RejectedError) as raised:
            await client.submit(Submission(mobiles=mobiles, message=TEXT, link_id=LINK_ID[::-1]))
    assert raised.value.code == "103"
    assert [sent.mobiles for sent in simulator.sent] == [mobiles[1:]]


async def test_a_time_to_send_at_is_told_in_china_time(client: GatewayClient, simulator: Simulator) -> None:
    await client.submit(
        Submission(mobiles=(MOBILE,), message=TEXT, link_id=LINK_ID, send_at=datetime(2099, 12, 31, 16, 5, 9, tzinfo=UTC))
    )
    assert b"dttime=2100-01-01+00%3A05%3A09" in simulator.requests[0].raw
    assert simulator.sent[0].send_at == datetime(2100, 1, 1, 0, 5, 9, tzinfo=CHINA)


async def test_what_the_charset_does_not_have_is_refused_before_anything_is_sent(simulator: Simulator, caller: Caller) -> None:
    async with caller.client(simulator.url, charset=Charset.GB2312) as client:
        with pytest.raises(InvalidInputError, match=r"^message: not_encodable \(😀\)$") as raised:
            await client.submit(Submission(mobiles=(MOBILE,), message="Fire 😀", link_id=LINK_ID))
    assert raised.value.problem is InputProblem.NOT_ENCODABLE
    assert caller.attempts == 0


@pytest.mark.parametrize("balance", [5000, 0, -3])
async def test_the_balance_is_what_the_platform_says(client: GatewayClient, simulator: Simulator, balance: int) -> None:
    simulator.accounts[USER].balance = balance
    assert await client.query_balance() == balance


@pytest.mark.parametrize(("kind", "empty"), [(RecordKind.REPLY, b"150"), (RecordKind.REPORT, b"160")])
async def test_a_page_is_handed_on_as_it_came_with_the_charset_that_it_declares(
    client: GatewayClient, simulator: Simulator, kind: RecordKind, empty: bytes
) -> None:
    simulator.set_style(USER, content_type="text/plain; charset=GBK")
    assert await client.pull(kind) == RawPage(kind=kind, body=PAGES[kind], charset="GBK")
    assert await client.pull(kind) == RawPage(kind=kind, body=empty)


async def test_everything_is_posted_but_a_submission_that_shall_not_be(simulator: Simulator, caller: Caller) -> None:
    async with caller.client(simulator.url, submit_method=SubmitMethod.GET) as client:
        await client.submit(SUBMISSION)
        await client.query_balance()
        await client.pull(RecordKind.REPLY)
        await client.pull(RecordKind.REPORT)
    assert [request.method for request in simulator.requests] == ["GET", "POST", "POST", "POST"]


async def test_another_s_password_is_an_authentication_error_everywhere(client: GatewayClient, simulator: Simulator) -> None:
    simulator.accounts[USER].password = "changed"
    assert await outcome(client.submit(SUBMISSION)) is AuthenticationError
    assert await outcome(client.query_balance()) is AuthenticationError
    assert [(await client.pull(kind)).body for kind in RecordKind] == [b"101", b"101"]


# The faults

type Kept = Callable[[bytes], tuple[bytes, bool]]


def whole(right: bytes) -> tuple[bytes, bool]:
    return right, True


def just(body: bytes) -> Kept:
    return lambda right: (body, True)


HTML = b"<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>"
# Fault; what becomes of a submission (None: accepted), of the balance (None: the right one), and of a page: what of it is kept, and
# whether it is complete. The code in a page is read where pages are.
FAULTS: list[tuple[str, type[GatewayError] | None, type[GatewayError] | int | None, type[GatewayError] | Kept]] = [
    ("none", None, None, whole),
    ("code:000", None, InvalidAnswerError, just(b"000")),
    ("code:101", AuthenticationError, AuthenticationError, just(b"101")),
    ("code:102", RejectedError, RejectedError, just(b"102")),
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
    ("body:", InvalidAnswerError, InvalidAnswerError, just(b"")),
    # A bare number was the balance before 2.0.1, unless it has three digits.
    ("body:0", InvalidAnswerError, 0, just(b"0")),
    ("body:00", InvalidAnswerError, 0, just(b"00")),
    ("body:0000", InvalidAnswerError, 0, just(b"0000")),
    ("body:000,5", InvalidAnswerError, 5, just(b"000,5")),
    ("body:000,", InvalidAnswerError, InvalidAnswerError, just(b"000,")),
    ("body:０００", InvalidAnswerError, InvalidAnswerError, just("０００".encode())),
    ("legacy", LegacyAnswerError, LegacyAnswerError, just(b"0" + "提交成功".encode("gb2312"))),
    ("html", InvalidAnswerError, InvalidAnswerError, just(HTML)),
    ("redirect", InvalidAnswerError, InvalidAnswerError, InvalidAnswerError),
    ("status:201", InvalidAnswerError, InvalidAnswerError, InvalidAnswerError),
    ("status:404", InvalidAnswerError, InvalidAnswerError, InvalidAnswerError),
    ("status:500", InvalidAnswerError, InvalidAnswerError, InvalidAnswerError),
    ("bom", None, None, lambda right: (b"\xef\xbb\xbf" + right, True)),
    ("spaces", None, None, lambda right: (b"\r\n  " + right + b" \n", True)),
    ("cookie", None, None, whole),
    ("gzip", None, None, whole),
    ("broken_gzip", NoAnswerError, NoAnswerError, NoAnswerError),
    ("oversized", InvalidAnswerError, InvalidAnswerError, lambda right: (right.ljust(MAX_ANSWER), False)),
    ("reset_before", NoAnswerError, NoAnswerError, NoAnswerError),
    ("reset_after", NoAnswerError, NoAnswerError, NoAnswerError),
    ("stall", NoAnswerError, NoAnswerError, NoAnswerError),
    ("truncated", NoAnswerError, NoAnswerError, lambda right: (right[: len(right) // 2 + 1], False)),
]
# How much of it comes before the deadline is a matter of time, and so it has tests of its own.
DRIP = "drip"


def test_every_fault_is_tried() -> None:
    assert {name.partition(":")[0] for name, *_ in FAULTS} | {DRIP} == set(NAMES)


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("fault", "expected"), [*((row[0], row[1]) for row in FAULTS), (DRIP, NoAnswerError)])
async def test_a_submission_that_meets_a_fault_has_one_outcome_and_is_never_sent_again(
    simulator: Simulator,
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    method: SubmitMethod,
    fault: str,
    expected: type[GatewayError] | None,
) -> None:
    simulator.fault("submit", fault)
    if fault in ("stall", DRIP):
        deadline(monkeypatch, total=0.5)
    async with caller.client(simulator.url, submit_method=method) as client:
        assert await outcome(client.submit(SUBMISSION)) is expected
        monkeypatch.undo()
        assert (len(simulator.requests), caller.attempts) == (1, 1)
        assert len(simulator.sent) == Fault(name=fault).carried_out
        # Nothing of the fault lingers, be it a cookie or a connection.
        assert await outcome(client.submit(Submission(mobiles=(MOBILE,), message=TEXT, link_id=LINK_ID[::-1]))) is None


@pytest.mark.parametrize(("fault", "expected"), [*((row[0], row[2]) for row in FAULTS), (DRIP, NoAnswerError)])
async def test_a_balance_query_that_meets_a_fault_is_not_repeated(
    client: GatewayClient,
    simulator: Simulator,
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    expected: type[GatewayError] | int | None,
) -> None:
    simulator.fault("balance", fault)
    if fault in ("stall", DRIP):
        deadline(monkeypatch, total=0.5)
    assert await outcome(client.query_balance()) == (5000 if expected is None else expected)
    monkeypatch.undo()
    assert caller.attempts == len(simulator.requests) == 1
    assert await client.query_balance() == 5000


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize(("fault", "expected"), [(row[0], row[3]) for row in FAULTS])
async def test_of_a_page_that_meets_a_fault_is_kept_what_came(
    client: GatewayClient,
    simulator: Simulator,
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    kind: RecordKind,
    fault: str,
    expected: type[GatewayError] | Kept,
) -> None:
    simulator.fault(GROUPS[kind], fault)
    if fault == "stall":
        deadline(monkeypatch, total=0.5)
    result = await outcome(client.pull(kind))
    monkeypatch.undo()
    if isinstance(result, RawPage):
        assert not isinstance(expected, type)
        assert (result.body, result.complete) == expected(PAGES[kind])
    else:
        assert result is expected
    assert caller.attempts == len(simulator.requests) == 1
    assert len(simulator.platform.handed_out) == Fault(name=fault).carried_out


@pytest.mark.parametrize("kind", RecordKind)
async def test_what_dripped_in_of_a_page_before_the_deadline_is_kept(
    client: GatewayClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, kind: RecordKind
) -> None:
    simulator.fault(GROUPS[kind], DRIP)
    deadline(monkeypatch, total=1)
    page = await client.pull(kind)
    assert page.body
    assert PAGES[kind].startswith(page.body)
    assert not page.complete


@pytest.mark.parametrize("code", ["101", "102", "104", "108", "106", "999"])
async def test_a_rejection_says_its_code_and_nothing_else(client: GatewayClient, simulator: Simulator, code: str) -> None:
    simulator.fault("submit", f"code:{code}")
    with pytest.raises(RejectedError, match=f"^rejected with code {code}$") as raised:
        await client.submit(SUBMISSION)
    assert raised.value.code == code


async def test_what_a_caller_s_session_does_with_cookies_is_the_caller_s_business(simulator: Simulator, caller: Caller) -> None:
    simulator.fault("balance", "cookie")
    async with caller.client(simulator.url, jar=lambda: aiohttp.CookieJar(unsafe=True)) as client:
        await client.query_balance()
        await client.query_balance()
    assert simulator.violations == [Misconduct.COOKIE_SENT_BACK]
    simulator.violations.clear()


async def test_a_session_that_raises_by_itself_changes_nothing_and_tells_nothing(simulator: Simulator, caller: Caller) -> None:
    simulator.fault("submit", "status:500")
    async with caller.client(simulator.url, submit_method=SubmitMethod.GET, session={"raise_for_status": True}) as client:
        assert await outcome(client.submit(SUBMISSION)) is InvalidAnswerError
    assert caller.attempts == 1


# What surely was not sent


class NoSuchHost(AbstractResolver):
    """Knows no host."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        raise OSError(socket.EAI_NONAME, f"no such host: {host}")

    async def close(self) -> None:
        """Nothing is open."""


type Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(speak: Speak, scheme: str = "http") -> AsyncIterator[str]:
    """A server that does what it likes with a connection, at the URL that comes back."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await speak(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
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


@asynccontextmanager
async def at(url: str) -> AsyncIterator[str]:
    yield url


UNREACHABLE = {
    "connection refused": refused,
    "no such host": lambda: at("http://sms.example/"),
    "no TLS": lambda: listening(no_tls, "https"),
    "TLS broken off": lambda: listening(hang_up, "https"),
    "TLS never finished": lambda: listening(say_nothing, "https"),
    "no URL": lambda: at("smsadmin"),
    "not HTTP": lambda: at("ftp://127.0.0.1/"),
}


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize("pauses", [(), (0.0,), (0.0, 0.0)])
@pytest.mark.parametrize("place", UNREACHABLE.values(), ids=list(UNREACHABLE))
async def test_what_surely_was_not_sent_is_tried_again_once_for_each_pause(
    socket_enabled: None,
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    pauses: tuple[float, ...],
    method: SubmitMethod,
) -> None:
    deadline(monkeypatch, connect=0.2)
    tried = Mock(wraps=client_module.map_error)
    monkeypatch.setattr(client_module, "map_error", tried)
    session = {"connector": aiohttp.TCPConnector(resolver=NoSuchHost())}
    async with (
        place() as url,
        caller.client(url, submit_method=method, retry_pauses=pauses, session=session) as client,
    ):
        assert await outcome(client.submit(SUBMISSION)) is NotSentError
    # Where there is no URL, aiohttp does not even call it a request.
    assert tried.call_count == len(pauses) + 1


@pytest.mark.parametrize("place", UNREACHABLE.values(), ids=list(UNREACHABLE))
async def test_queries_leave_it_to_the_caller_to_try_again(
    socket_enabled: None, caller: Caller, monkeypatch: pytest.MonkeyPatch, place: Any
) -> None:
    deadline(monkeypatch, connect=0.2)
    tried = Mock(wraps=client_module.map_error)
    monkeypatch.setattr(client_module, "map_error", tried)
    session = {"connector": aiohttp.TCPConnector(resolver=NoSuchHost())}
    async with place() as url, caller.client(url, session=session) as client:
        assert await outcome(client.query_balance()) is NotSentError
        assert [await outcome(client.pull(kind)) for kind in RecordKind] == [NotSentError, NotSentError]
    assert tried.call_count == 3


class Pauses(list[float]):
    """The pauses that were made, in no time; something may happen in them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, then: Callable[[int], Awaitable[None]] | None = None) -> None:
        super().__init__()

        async def sleep(seconds: float) -> None:
            self.append(seconds)
            if then:
                await then(len(self))

        monkeypatch.setattr(client_module, "asyncio", Mock(sleep=sleep))


async def test_by_default_a_submission_pauses_a_little_and_then_longer(
    socket_enabled: None, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = Pauses(monkeypatch)
    async with refused() as url, caller.client(url, retry_pauses=RETRY_PAUSES) as client:
        assert await outcome(client.submit(SUBMISSION)) is NotSentError
    assert pauses == [1.0, 3.0]
    assert inspect.signature(GatewayClient).parameters["retry_pauses"].default is RETRY_PAUSES


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("none", None), ("reset_after", NoAnswerError), ("status:500", InvalidAnswerError), ("code:400", RejectedError)],
)
async def test_the_first_attempt_that_may_have_been_sent_is_the_last(
    client: GatewayClient,
    simulator: Simulator,
    caller: Caller,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    expected: type[GatewayError] | None,
) -> None:
    async def start(pause: int) -> None:
        await simulator.start()

    await simulator.stop()
    simulator.fault("submit", fault)
    pauses = Pauses(monkeypatch, start)
    assert await outcome(client.submit(SUBMISSION)) is expected
    assert (len(pauses), caller.attempts, len(simulator.requests)) == (1, 2, 1)


# Giving up


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize("fault", ["stall", "drip"])
async def test_a_submission_that_is_cancelled_is_not_sent_again(
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


async def test_a_submission_that_is_cancelled_in_a_pause_is_not_sent(socket_enabled: None, caller: Caller) -> None:
    failed = asyncio.Event()

    async def seen(*_: object) -> None:
        failed.set()

    caller.trace.on_request_exception.append(seen)
    async with refused() as url, caller.client(url, retry_pauses=(3600.0,)) as client:
        task = asyncio.create_task(client.submit(SUBMISSION))
        await failed.wait()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert caller.attempts == 1


# Servers that are worse than the simulator


@dataclass(kw_only=True)
class Script:
    """Reads a request, says its parts one by one, and hangs up without a word about it."""

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


OK = b"HTTP/1.1 200 OK\r\n"
THREE = b"Content-Length: 3\r\n\r\n000"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"000")
KEPT = (b"000", True)
CUT = (b"000", False)
# What a server says; what becomes of a submission (None: accepted), and of a page.
SCRIPTS: dict[str, tuple[tuple[bytes, ...], type[GatewayError] | None, type[GatewayError] | tuple[bytes, bool]]] = {
    "nothing": ((), NoAnswerError, NoAnswerError),
    "half a head": ((OK,), NoAnswerError, NoAnswerError),
    "no HTTP": ((b"000\r\n\r\n",), InvalidAnswerError, InvalidAnswerError),
    "an endless header": ((OK + b"X: " + b"x" * 100_000,), InvalidAnswerError, InvalidAnswerError),
    "another protocol": (
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n000",),
        InvalidAnswerError,
        InvalidAnswerError,
    ),
    "no content": ((b"HTTP/1.1 204 No Content\r\n\r\n",), InvalidAnswerError, InvalidAnswerError),
    "a redirect to nowhere": ((b"HTTP/1.1 302 Found\r\nLocation: ftp://[\r\n" + THREE,), InvalidAnswerError, InvalidAnswerError),
    "no length at all": ((OK + b"\r\n000",), None, KEPT),
    "a length": ((OK + THREE,), None, KEPT),
    "a length that is none": ((OK + b"Content-Length: x\r\n\r\n000",), InvalidAnswerError, InvalidAnswerError),
    "HTTP 1.0": ((b"HTTP/1.0 200 OK\r\n\r\n000",), None, KEPT),
    "a hint before": ((b"HTTP/1.1 103 Early Hints\r\n\r\n", OK + THREE), None, KEPT),
    "chunks": ((CHUNKED, b"1\r\n0\r\n", b"2\r\n00\r\n0\r\n\r\n"), None, KEPT),
    "chunks without an end": ((CHUNKED, b"3\r\n000\r\n"), NoAnswerError, CUT),
    "less than announced": ((OK + b"Content-Length: 9\r\n\r\n", b"000"), NoAnswerError, CUT),
    "an odd content type": ((OK + b"Content-Type: \xff/;;charset\r\n" + THREE,), None, KEPT),
    "an odd cookie": ((OK + b"Set-Cookie: \xff=;;\r\n" + THREE,), None, KEPT),
    "an unknown packing": ((OK + b"Content-Encoding: rot13\r\n" + THREE,), None, KEPT),
    "a packing that is none": ((OK + b"Content-Encoding: deflate\r\n", b"\r\n", b"000"), NoAnswerError, NoAnswerError),
    "packed": ((OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED), PACKED[:5], PACKED[5:]), None, KEPT),
}


@pytest.mark.parametrize("method", SubmitMethod)
@pytest.mark.parametrize(("parts", "expected"), [row[:2] for row in SCRIPTS.values()], ids=list(SCRIPTS))
async def test_a_submission_to_an_odd_server_is_sent_once(
    socket_enabled: None, caller: Caller, parts: tuple[bytes, ...], expected: type[GatewayError] | None, method: SubmitMethod
) -> None:
    script = Script(parts=parts)
    async with listening(script) as url, caller.client(url, submit_method=method) as client:
        assert await outcome(client.submit(SUBMISSION)) is expected
    assert (len(script.requests), caller.attempts) == (1, 1)


@pytest.mark.parametrize(("parts", "expected"), [row[::2] for row in SCRIPTS.values()], ids=list(SCRIPTS))
async def test_of_an_odd_server_s_page_is_kept_what_came(
    socket_enabled: None, caller: Caller, parts: tuple[bytes, ...], expected: type[GatewayError] | tuple[bytes, bool]
) -> None:
    script = Script(parts=parts)
    async with listening(script) as url, caller.client(url) as client:
        result = await outcome(client.pull(RecordKind.REPLY))
    assert ((result.body, result.complete) if isinstance(result, RawPage) else result) == expected
    assert len(script.requests) == 1


@pytest.mark.parametrize("method", SubmitMethod)
async def test_a_connection_serves_one_request_even_where_the_server_would_keep_it(
    socket_enabled: None, caller: Caller, method: SubmitMethod
) -> None:
    script = Script(parts=(OK + THREE,))

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await script(reader, writer)
        # A second request on this connection would be lost.
        await say_nothing(reader, writer)

    async with listening(keep) as url, caller.client(url, submit_method=method) as client:
        assert [await outcome(client.submit(SUBMISSION)) for _ in range(3)] == [None, None, None]
    assert len(script.requests) == 3
    assert all(b"\r\nConnection: close\r\n" in request for request in script.requests)


BOMB = gzip.compress(b"000".ljust(64 * MAX_ANSWER))
BOMBS = {
    "of known length": OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB,
    "without a length": OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB,
    "in a chunk": CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n%x\r\n" % len(BOMB) + BOMB + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("answer", BOMBS.values(), ids=list(BOMBS))
async def test_an_answer_that_unpacks_to_much_more_takes_little_memory(
    socket_enabled: None, caller: Caller, answer: bytes
) -> None:
    async with listening(Script(parts=(answer,))) as url, caller.client(url) as client:
        assert await outcome(client.submit(SUBMISSION)) is InvalidAnswerError
        tracemalloc.start()
        try:
            page = await client.pull(RecordKind.REPLY)
            assert tracemalloc.get_traced_memory()[1] < 16 * MAX_ANSWER
        finally:
            tracemalloc.stop()
    assert (page.body, page.complete) == (b"000".ljust(MAX_ANSWER), False)


@pytest.mark.parametrize("status", [b"200", b"500"])
async def test_an_answer_without_an_end_is_hung_up_on(socket_enabled: None, caller: Caller, status: bytes) -> None:
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


async def test_exactly_as_much_as_is_read_is_a_whole_answer(socket_enabled: None, caller: Caller) -> None:
    body = b"000".ljust(MAX_ANSWER)
    async with listening(Script(parts=(OK + b"\r\n" + body,))) as url, caller.client(url) as client:
        assert await outcome(client.submit(SUBMISSION)) is None
        assert await client.pull(RecordKind.REPLY) == RawPage(kind=RecordKind.REPLY, body=body)


# Reading, where chance decides what comes first


@pytest.mark.parametrize(
    "err",
    [
        aiohttp.ClientPayloadError("not enough"),
        ConnectionResetError("reset"),
        # Raised as it is where aiohttp runs without its C extension.
        TransferEncodingError(f"bad chunk {MOBILE}"),
    ],
)
async def test_what_came_before_an_error_is_kept_and_not_more_than_what_is_read(err: Exception) -> None:
    stream = aiohttp.StreamReader(Mock(), 2**16, loop=asyncio.get_running_loop())
    stream.feed_data(b"1" * (MAX_ANSWER + 1))
    stream.set_exception(err)
    body, broken = await client_module._read(stream)
    assert body == b"1" * MAX_ANSWER
    assert (type(broken), str(broken)) == (NoAnswerError, type(err).__name__)


# The errors of aiohttp

ERRORS: dict[str, type[GatewayError]] = {
    # Nothing was connected, or nothing that we speak to.
    "ClientConnectorError": NotSentError,
    "ClientConnectorDNSError": NotSentError,
    "ClientProxyConnectionError": NotSentError,
    "UnixClientConnectorError": NotSentError,
    "ClientSSLError": NotSentError,
    "ClientConnectorSSLError": NotSentError,
    "ClientConnectorCertificateError": NotSentError,
    "ConnectionTimeoutError": NotSentError,
    "ServerFingerprintMismatch": NotSentError,
    "InvalidURL": NotSentError,
    "InvalidUrlClientError": NotSentError,
    "NonHttpUrlClientError": NotSentError,
    # Somebody answered, although none may ever follow a redirect here.
    "ClientResponseError": InvalidAnswerError,
    "ContentTypeError": InvalidAnswerError,
    "WSServerHandshakeError": InvalidAnswerError,
    "ClientHttpProxyError": InvalidAnswerError,
    "TooManyRedirects": InvalidAnswerError,
    "RedirectClientError": InvalidAnswerError,
    "InvalidUrlRedirectClientError": InvalidAnswerError,
    "NonHttpUrlRedirectClientError": InvalidAnswerError,
    # Something may have left.
    "ClientError": NoAnswerError,
    "ClientConnectionError": NoAnswerError,
    "ClientConnectionResetError": NoAnswerError,
    "ClientOSError": NoAnswerError,
    "ServerConnectionError": NoAnswerError,
    "ServerDisconnectedError": NoAnswerError,
    "ServerTimeoutError": NoAnswerError,
    "SocketTimeoutError": NoAnswerError,
    "ClientPayloadError": NoAnswerError,
    "UploadAbortedError": NoAnswerError,
}


def _family(error: type[Exception]) -> set[type[Exception]]:
    children = [child for child in error.__subclasses__() if child.__module__.startswith("aiohttp")]
    return {error}.union(*map(_family, children))


# Many take a whole request to be made; what they are is all that counts.
@pytest.mark.parametrize("error", sorted(_family(aiohttp.ClientError), key=str))
def test_each_error_of_aiohttp_is_mapped_on_purpose(error: type[Exception]) -> None:
    mapped = map_error(error.__new__(error))
    assert (type(mapped), str(mapped)) == (ERRORS[error.__name__], error.__name__)


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError(MOBILE), BrokenPipeError(MOBILE), OSError(MOBILE), ssl.SSLError(MOBILE)]
)
def test_an_error_of_the_system_s_says_nothing_of_what_became_of_the_request(error: Exception) -> None:
    mapped = map_error(error)
    assert (type(mapped), str(mapped)) == (NoAnswerError, type(error).__name__)
