"""Tests of the simulated platform over real sockets: its interfaces, charsets, records and clock."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import hashlib
from typing import Any
from urllib.parse import quote_plus

import aiohttp
import pytest
from yarl import URL

from tests.simulator import Simulator
from tests.simulator.clock import Clock
from tests.simulator.server import Request
from tests.simulator.simulator import REPORT_DELAY
from tests.simulator.vocabulary import CHINA, PREFIX, PULLS, SUBMISSIONS, Charset, Interface, Misconduct

USER = "station"
PASSWORD = "open sesame"
DIGEST = hashlib.md5(PASSWORD.encode()).hexdigest()
MOBILE = "13802102102"
LINK_ID = "20141011183924000001"
NOW = datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


class ConnectionWasResetError(Exception):
    """The platform reset the connection."""


async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except aiohttp.ClientOSError as err:
        # aiohttp repeats a GET after its own error.
        raise ConnectionWasResetError from err


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A client that can also violate the specification."""

    session: aiohttp.ClientSession
    simulator: Simulator

    def open(
        self, path: str, *, method: str = "", query: str = "", headers: Mapping[str, str] | None = None, **changes: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Call an interface with a valid form and these changes; a parameter changed to None is omitted."""
        form: dict[str, Any] = {"uid": USER, "pwd": DIGEST}
        if path in SUBMISSIONS:
            form |= {"mobile": MOBILE, "msg": "Fire!"}
        raw = "&".join(f"{name}={quote_plus(value)}" for name, value in (form | changes).items() if value is not None)
        method = method or ("GET" if path == Interface.GET_SEND else "POST")
        query = raw if method == "GET" else query
        return self.session.request(
            method,
            URL(f"{self.simulator.url}{path}/?{query}" if query else f"{self.simulator.url}{path}/", encoded=True),
            data=None if method == "GET" else raw.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})},
            allow_redirects=False,
            middlewares=(once,),
        )

    async def __call__(self, path: str, **options: Any) -> Answer:
        async with self.open(path, **options) as response:
            return Answer(status=response.status, body=await response.read(), headers=response.headers)

    async def text(self, path: str, **options: Any) -> str:
        return (await self(path, **options)).body.decode()


@asynccontextmanager
async def caller() -> AsyncIterator[Caller]:
    """The platform with an account, and a client."""
    async with Simulator(seed=1) as simulator, aiohttp.ClientSession() as session:
        simulator.clock.set(NOW)
        simulator.add_account(USER, PASSWORD, balance=2000)
        yield Caller(session=session, simulator=simulator)


@pytest.fixture
async def call(socket_enabled: None) -> AsyncIterator[Caller]:
    async with caller() as call:
        yield call


def numbers(count: int) -> str:
    return ";".join(str(13800000000 + number) for number in range(count))


# The five interfaces


@pytest.mark.parametrize("interface", SUBMISSIONS)
@pytest.mark.parametrize(
    ("account", "form", "code"),
    [
        ({}, {}, "000"),
        ({}, {"dttime": "2014-10-11 18:39:25", "linkid": LINK_ID}, "000"),
        ({}, {"uid": "unknown"}, "101"),
        ({}, {"uid": None}, "101"),
        ({}, {"pwd": "0" * 32}, "101"),
        ({}, {"pwd": None}, "101"),
        ({"frozen": True}, {"pwd": "0" * 32}, "101"),
        ({"balance": 1}, {}, "000"),
        ({"balance": 0}, {}, "102"),
        ({"balance": 1}, {"mobile": numbers(2)}, "102"),
        ({"may_send": False}, {}, "104"),
        ({}, {"mobile": ""}, "105"),
        ({}, {"mobile": None}, "105"),
        ({}, {"msg": ""}, "105"),
        ({}, {"msg": None}, "105"),
        ({"max_chars": 2}, {"msg": "谢谢"}, "000"),
        ({"max_chars": 2}, {"msg": "谢谢!"}, "107"),
        ({"frozen": True}, {}, "108"),
        ({}, {"mobile": "+86 138"}, "400"),
    ],
)
async def test_only_an_accepted_submission_has_an_effect(
    call: Caller, interface: Interface, account: dict[str, Any], form: dict[str, Any], code: str
) -> None:
    for name, value in account.items():
        setattr(call.simulator.accounts[USER], name, value)
    before = call.simulator.accounts[USER].balance

    assert await call.text(interface, **form) == code

    taken = int(code == "000")
    assert len(call.simulator.sent) == taken
    assert call.simulator.accounts[USER].balance == before - taken


@pytest.mark.parametrize(("interface", "limit"), [(Interface.GET_SEND, 100), (Interface.POST_SEND, 1000)])
async def test_one_number_above_the_limit_is_too_many(call: Caller, interface: Interface, limit: int) -> None:
    assert await call.text(interface, mobile=numbers(limit + 1)) == "103"
    assert await call.text(interface, mobile=numbers(limit)) == "000"
    assert [len(message.mobiles) for message in call.simulator.sent] == [limit]
    assert call.simulator.accounts[USER].balance == 2000 - limit


@pytest.mark.parametrize(("interface", "method"), [(Interface.GET_SEND, "GET"), (Interface.POST_SEND, "POST")])
async def test_an_accepted_submission_is_recorded(call: Caller, interface: Interface, method: str) -> None:
    await call(interface, mobile=f"{MOBILE};10086", msg="1 + 1 = 2 & 100%\n", dttime="2014-10-12 00:00:00", linkid=LINK_ID)

    (message,) = call.simulator.sent
    assert (message.uid, message.mobiles, message.link_id, message.method) == (USER, (MOBILE, "10086"), LINK_ID, method)
    assert (message.text, message.send_at, message.at) == ("1 + 1 = 2 & 100%\n", datetime(2014, 10, 12, tzinfo=CHINA), NOW)
    assert call.simulator.violations == []


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    ("interface", "empty"), [(Interface.BALANCE, "000, 2000"), (Interface.REVERT, "150"), (Interface.REPORT, "160")]
)
async def test_wrong_credentials_and_frozen_accounts_are_rejected(
    call: Caller, interface: Interface, empty: str, method: str
) -> None:
    assert await call.text(interface, method=method) == empty
    assert await call.text(interface, method=method, pwd="0" * 32) == "101"
    assert await call.text(interface, method=method, uid="unknown") == "101"
    call.simulator.accounts[USER].frozen = True
    assert await call.text(interface, method=method) == "108"
    # A GET is allowed, but proxies log its digest.
    assert call.simulator.violations == [Misconduct.DIGEST_IN_URL] * 4 * (method == "GET")


async def test_an_account_that_may_not_send_may_query(call: Caller) -> None:
    call.simulator.accounts[USER].may_send = False
    call.simulator.reply(MOBILE, "Thanks", uid=USER)
    assert await call.text(Interface.BALANCE) == "000, 2000"
    assert "Thanks" in await call.text(Interface.REVERT)


async def test_every_request_is_recorded_and_signalled(call: Caller) -> None:
    heard: list[Request] = []
    call.simulator.on_request(heard.append)
    await call(Interface.BALANCE)
    await call(Interface.GET_SEND, msg="a b")
    assert heard == call.simulator.requests
    assert [(request.method, request.path) for request in heard] == [
        ("POST", f"{PREFIX}queryBalance/"),
        ("GET", f"{PREFIX}getSendSms/"),
    ]
    assert heard[1].raw == f"uid={USER}&pwd={DIGEST}&mobile={MOBILE}&msg=a+b".encode()


# Charsets of submitted texts


@pytest.mark.parametrize("interface", SUBMISSIONS)
@pytest.mark.parametrize(
    ("known", "raw", "text", "charset"),
    [
        (None, "Fire!", "Fire!", "utf-8"),
        (None, "你好", "你好", "utf-8"),
        (None, "🔥", "🔥", "utf-8"),
        (None, "Привет", "Привет", "utf-8"),
        (None, "你好".encode("gb2312"), "你好", "gb2312"),
        # These bytes are valid UTF-8 as well, as two-byte letters.
        (None, b"\xd0\xbb\xd0\xbb", "谢谢", "gb2312"),
        (None, b"OK \xd0\xbb\xd0\xbb!", "OK 谢谢!", "gb2312"),
        (Charset.UTF8, b"\xd0\xbb\xd0\xbb", "лл", "utf-8"),
        (Charset.GB2312, b"\xd0\xbb\xd0\xbb", "谢谢", "gb2312"),
        (None, "100%25 off", "100%25 off", "utf-8"),
        (None, "50%E4 more", "50%E4 more", "utf-8"),
        (None, "“%E4%BD%A0”的意思是你", "“%E4%BD%A0”的意思是你", "utf-8"),
    ],
)
async def test_a_text_is_read_in_its_charset(
    call: Caller, interface: Interface, known: Charset | None, raw: str | bytes, text: str, charset: str
) -> None:
    call.simulator.accounts[USER].charset = known
    assert await call.text(interface, msg=raw) == "000"
    assert [(message.text, message.charset) for message in call.simulator.sent] == [(text, charset)]
    assert call.simulator.violations == []


@pytest.mark.parametrize(
    ("known", "raw", "misconduct"),
    [
        (None, b"\xff\xfe", Misconduct.UNDECODABLE_MESSAGE),
        (None, "€".encode("gb18030"), Misconduct.UNDECODABLE_MESSAGE),
        (Charset.UTF8, "你好".encode("gb2312"), Misconduct.UNDECODABLE_MESSAGE),
        (Charset.GB2312, "€".encode("gb18030"), Misconduct.UNDECODABLE_MESSAGE),
        (None, quote_plus("你好"), Misconduct.DOUBLE_URLENCODING),
        (None, quote_plus("Fire! 你好"), Misconduct.DOUBLE_URLENCODING),
        (None, quote_plus("谢谢".encode("gb2312")), Misconduct.DOUBLE_URLENCODING),
    ],
)
async def test_a_text_in_no_charset_or_encoded_twice_fails(
    call: Caller, known: Charset | None, raw: str | bytes, misconduct: Misconduct
) -> None:
    call.simulator.accounts[USER].charset = known
    assert await call.text(Interface.POST_SEND, msg=raw) == "400"
    assert call.simulator.violations == [misconduct]
    assert call.simulator.sent == []


# Records that are returned


@pytest.mark.parametrize(("interface", "empty"), [(Interface.REVERT, "150"), (Interface.REPORT, "160")])
async def test_records_are_returned_once_in_pages_of_20(call: Caller, interface: Interface, empty: str) -> None:
    put = call.simulator.reply if interface is Interface.REVERT else call.simulator.report
    call.simulator.add_account("other", PASSWORD)
    put(MOBILE, "not ours", uid="other")
    records = [put(MOBILE, f"N{number}", uid=USER) for number in range(45)]

    pages = [(await call.text(interface)).splitlines() for _ in range(4)]

    assert [[line.split("/")[3] for line in page] for page in pages[:3]] == [
        [f"N{number}" for number in numbers] for numbers in (range(20), range(20, 40), range(40, 45))
    ]
    assert pages[3] == [empty]
    assert call.simulator.platform.handed_out == records


async def test_replies_and_reports_have_separate_queues(call: Caller) -> None:
    call.simulator.reply(MOBILE, "Thanks", uid=USER, link_id=LINK_ID)
    call.simulator.report(MOBILE, "ERR:104", uid=USER, link_id=LINK_ID, sub_code="8")
    assert await call.text(Interface.REPORT) == f"{MOBILE}/2014-10-11 18:39:24/{LINK_ID}/ERR%3A104/8\n"
    assert await call.text(Interface.REVERT) == f"{MOBILE}/2014-10-11 18:39:24/{LINK_ID}/Thanks/\n"


HEAD = f"{MOBILE}/2014-10-11 18:39:24/"
FIRST = f"{HEAD}{LINK_ID}/%E5%A5%BD%2F1/8"
SECOND = f"{HEAD}/%F0%9F%94%A5+/"


@pytest.mark.parametrize(
    ("style", "pages"),
    [
        ({}, [f"{FIRST}\n{SECOND}\n"]),
        ({"charset": Charset.GB2312}, [f"{HEAD}{LINK_ID}/%BA%C3%2F1/8\n{HEAD}/%949%E67+/\n"]),
        ({"raw": True}, [f"{HEAD}{LINK_ID}/好/1/8\n{HEAD}/🔥 /\n"]),
        ({"raw": True, "charset": Charset.GB2312}, [f"{HEAD}{LINK_ID}/好/1/8\n{HEAD}/🔥 /\n".encode("gb18030")]),
        ({"separator": "\r\n"}, [f"{FIRST}\r\n{SECOND}\r\n"]),
        ({"separator": "<br>", "padding": " "}, [f"{FIRST} <br> {SECOND} <br> "]),
        ({"trailing": False}, [f"{FIRST}\n{SECOND}"]),
        ({"slash_time": True}, [f"{FIRST}\n{SECOND}\n".replace("2014-10-11", "2014/10/11")]),
        ({"sub_code": False}, [f"{FIRST[:-2]}\n{SECOND[:-1]}\n"]),
        ({"no_link_id": "空"}, [f"{FIRST}\n{HEAD}空/%F0%9F%94%A5+/\n"]),
        ({"page_size": 1}, [f"{FIRST}\n", f"{SECOND}\n"]),
    ],
    ids=str,
)
async def test_a_page_is_written_in_the_style_of_the_account(
    call: Caller, style: dict[str, Any], pages: list[str | bytes]
) -> None:
    call.simulator.set_style(USER, **style)
    call.simulator.reply(MOBILE, "好/1", uid=USER, link_id=LINK_ID, sub_code="8")
    call.simulator.reply(MOBILE, "🔥 ", uid=USER)
    expected = [page.encode() if isinstance(page, str) else page for page in pages]
    assert [(await call(Interface.REVERT)).body for _ in range(len(pages) + 1)] == [*expected, b"150"]


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=gb2312"])
async def test_a_page_has_the_content_type_of_the_account(call: Caller, content_type: str) -> None:
    call.simulator.set_style(USER, content_type=content_type)
    call.simulator.reply(MOBILE, "Thanks", uid=USER)
    assert (await call(Interface.REVERT)).headers["Content-Type"] == content_type


@pytest.mark.parametrize("interface", PULLS)
async def test_garbage_is_returned_among_the_records(call: Caller, interface: Interface) -> None:
    put = call.simulator.reply if interface is Interface.REVERT else call.simulator.report
    put(MOBILE, "one", uid=USER)
    call.simulator.garbage("坏///", uid=USER, interface=interface)
    put(MOBILE, "two", uid=USER)
    assert await call.text(interface) == f"{HEAD}/one/\n坏///\n{HEAD}/two/\n"


# The clock


async def test_jobs_are_done_in_order_and_on_time() -> None:
    clock = Clock()
    clock.set(NOW)
    done: list[tuple[str, float]] = []

    def plan(name: str, seconds: float, *then: tuple[str, float]) -> None:
        async def job() -> None:
            done.append((name, (clock.now() - NOW).total_seconds()))
            for following in then:
                plan(*following)

        clock.call_at(NOW + timedelta(seconds=seconds), job)

    plan("late", 10)
    plan("first", 5, ("at once", 1), ("between", 7), ("far", 100))
    plan("second", 5)
    plan("later", 10.5)
    await clock.advance(4)
    assert done == []
    await clock.advance(6)
    assert done == [("first", 5), ("at once", 5), ("second", 5), ("between", 7), ("late", 10)]
    assert (clock.now(), clock.waiting) == (NOW + timedelta(seconds=10), 2)
    clock.clear()
    await clock.advance(1000)
    assert (len(done), clock.waiting) == (5, 0)


def test_a_clock_stands_still_unless_it_runs() -> None:
    standing, running = Clock(), Clock(running=True)
    assert standing.now() == standing.now()
    before = datetime.now(UTC)
    assert before <= running.now() <= datetime.now(UTC)
    assert running.now().utcoffset() == timedelta(hours=8)


async def test_a_running_clock_does_jobs_when_they_are_due(socket_enabled: None) -> None:
    async with Simulator(running=True) as simulator:
        done = asyncio.Event()
        ended = asyncio.Event()

        async def never_ending() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        async def job() -> None:
            done.set()

        due = simulator.clock.now() + timedelta(hours=1)
        simulator.clock.call_at(due, never_ending)
        simulator.clock.call_at(due, job)
        assert simulator.clock.waiting == 2
        simulator.clock.set(due)
        await done.wait()
        assert (simulator.clock.waiting, ended.is_set()) == (0, False)
    assert ended.is_set()


async def _reported(seed: int, count: int) -> list[tuple[str, str, datetime]]:
    """Return number, status and time of the reports after one submission."""
    async with Simulator(seed=seed) as simulator, aiohttp.ClientSession() as session:
        simulator.clock.set(NOW)
        simulator.add_account(USER, PASSWORD)
        simulator.automatic_status = "UNDELIV"
        await Caller(session=session, simulator=simulator)(Interface.POST_SEND, mobile=numbers(count), linkid=LINK_ID)
        assert simulator.clock.waiting == count
        await simulator.advance(REPORT_DELAY[1])
        assert simulator.clock.waiting == 0
        assert list(simulator.accounts[USER].waiting[Interface.REPORT]) == simulator.reports
        assert {(report.status, report.link_id, report.uid) for report in simulator.reports} == {("UNDELIV", LINK_ID, USER)}
        return [(report.mobile, report.status, report.at) for report in simulator.reports]


async def test_automatic_reports_are_the_same_for_the_same_seed(socket_enabled: None) -> None:
    reports = await _reported(1, 30)
    assert {mobile for mobile, _, _ in reports} == set(numbers(30).split(";"))
    times = [at for _, _, at in reports]
    assert times == sorted(times)
    assert NOW + timedelta(seconds=REPORT_DELAY[0]) <= times[0]
    assert reports == await _reported(1, 30)
    assert reports != await _reported(2, 30)
