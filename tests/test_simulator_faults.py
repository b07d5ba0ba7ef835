"""Tests of the simulator's faults, and of the violations that it detects in a client."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote_plus

import aiohttp
import pytest

from tests.simulator import Simulator
from tests.simulator.faults import NAMES
from tests.simulator.server import GROUPS
from tests.simulator.vocabulary import PREFIX, SUBMISSIONS, Interface, Misconduct
from tests.test_simulator import DIGEST, HEAD, LINK_ID, MOBILE, PASSWORD, USER, Answer, Caller, ConnectionWasResetError, caller

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def call(socket_enabled: None) -> AsyncIterator[Caller]:
    async with caller() as call:
        yield call


@asynccontextmanager
async def in_flight(call: Caller, interface: Interface, **options: Any) -> AsyncIterator[asyncio.Task[Answer]]:
    """Start a call, wait until it has arrived, and cancel it in the end."""
    arrived = asyncio.Event()
    call.simulator.on_request(lambda request: arrived.set())
    task = asyncio.create_task(call(interface, **options))
    try:
        await arrived.wait()
        yield task
    finally:
        await call.simulator.stop()
        await asyncio.gather(task, return_exceptions=True)


# Violations of the specification

MISCONDUCT: list[tuple[Interface, dict[str, Any], Misconduct]] = [
    (Interface.GET_SEND, {"method": "POST"}, Misconduct.WRONG_METHOD),
    (Interface.POST_SEND, {"method": "PUT"}, Misconduct.WRONG_METHOD),
    (Interface.BALANCE, {"method": "PUT"}, Misconduct.WRONG_METHOD),
    (Interface.POST_SEND, {"query": f"pwd={DIGEST}"}, Misconduct.DIGEST_IN_URL),
    (Interface.BALANCE, {"query": f"pwd={DIGEST}"}, Misconduct.DIGEST_IN_URL),
    (Interface.POST_SEND, {"charset": "utf-8"}, Misconduct.PARAMETER_UNKNOWN),
    (Interface.BALANCE, {"mobile": MOBILE}, Misconduct.PARAMETER_UNKNOWN),
    (Interface.BALANCE, {f"uid={USER}&uid": USER}, Misconduct.PARAMETER_REPEATED),
    (Interface.BALANCE, {"headers": {"Cookie": "JSESSIONID=1"}}, Misconduct.COOKIE_SENT_BACK),
    (Interface.BALANCE, {"pwd": PASSWORD}, Misconduct.PASSWORD_NOT_HASHED),
    (Interface.POST_SEND, {"pwd": DIGEST.upper()}, Misconduct.PASSWORD_NOT_HASHED),
    (Interface.POST_SEND, {"mobile": f"{MOBILE};"}, Misconduct.MALFORMED_MOBILE),
    (Interface.POST_SEND, {"mobile": f"+86{MOBILE}"}, Misconduct.MALFORMED_MOBILE),
    (Interface.POST_SEND, {"mobile": "１３８０２１０２１０２"}, Misconduct.MALFORMED_MOBILE),
    (Interface.POST_SEND, {"mobile": f"{MOBILE};{MOBILE}"}, Misconduct.MOBILE_REPEATED),
    (Interface.POST_SEND, {"msg": quote_plus("你好")}, Misconduct.DOUBLE_URLENCODING),
    (Interface.POST_SEND, {"msg": b"\xff"}, Misconduct.UNDECODABLE_MESSAGE),
    (Interface.POST_SEND, {"dttime": "2014-10-12T00:00:00"}, Misconduct.MALFORMED_SEND_TIME),
    (Interface.POST_SEND, {"dttime": "2014-02-30 00:00:00"}, Misconduct.MALFORMED_SEND_TIME),
    (Interface.POST_SEND, {"dttime": "2014-10-11 18:39:24"}, Misconduct.SEND_TIME_IN_PAST),
    (Interface.POST_SEND, {"linkid": LINK_ID[1:]}, Misconduct.MALFORMED_LINK_ID),
]
FAILING = {
    Misconduct.MALFORMED_MOBILE,
    Misconduct.MOBILE_REPEATED,
    Misconduct.DOUBLE_URLENCODING,
    Misconduct.UNDECODABLE_MESSAGE,
    Misconduct.MALFORMED_SEND_TIME,
    Misconduct.SEND_TIME_IN_PAST,
    Misconduct.MALFORMED_LINK_ID,
}
MISCONDUCT_ON_PATHS = [
    ("revert", Misconduct.MISSING_TRAILING_SLASH),
    ("postSendSms", Misconduct.MISSING_TRAILING_SLASH),
    ("sendSms/", Misconduct.UNKNOWN_PATH),
    ("", Misconduct.UNKNOWN_PATH),
]
MISCONDUCT_OVER_TIME = {Misconduct.LINK_ID_REUSED, Misconduct.CONCURRENT_PULLS, Misconduct.REDIRECT_FOLLOWED}


def test_the_table_has_every_misconduct() -> None:
    tried = {row[-1] for row in (*MISCONDUCT, *MISCONDUCT_ON_PATHS)} | MISCONDUCT_OVER_TIME
    assert tried == set(Misconduct)


@pytest.mark.parametrize(("interface", "options", "misconduct"), MISCONDUCT)
async def test_misconduct_is_recorded(
    call: Caller, interface: Interface, options: dict[str, Any], misconduct: Misconduct
) -> None:
    answer = await call.text(interface, **options)
    assert call.simulator.violations == [misconduct]
    if misconduct in FAILING:
        assert (answer, call.simulator.sent) == ("400", [])


@pytest.mark.parametrize(("path", "misconduct"), MISCONDUCT_ON_PATHS)
async def test_a_wrong_path_is_not_found_and_recorded(call: Caller, path: str, misconduct: Misconduct) -> None:
    async with call.session.post(call.simulator.url + path) as response:
        assert response.status == 404
    assert call.simulator.violations == [misconduct]


async def test_a_link_id_can_be_used_once(call: Caller) -> None:
    assert await call.text(Interface.POST_SEND, linkid=LINK_ID) == "000"
    assert await call.text(Interface.GET_SEND, linkid=LINK_ID) == "400"
    assert await call.text(Interface.POST_SEND, linkid=LINK_ID[::-1]) == "000"
    assert call.simulator.violations == [Misconduct.LINK_ID_REUSED]
    assert len(call.simulator.sent) == 2


async def test_following_a_redirect_is_recorded(call: Caller) -> None:
    call.simulator.fault("balance", "redirect")
    target = (await call(Interface.BALANCE)).headers["Location"]
    assert call.simulator.violations == []
    async with call.session.get(call.simulator.origin + target):
        assert call.simulator.violations == [Misconduct.REDIRECT_FOLLOWED]


async def test_a_cookie_sent_back_is_recorded(call: Caller) -> None:
    call.simulator.fault("balance", "cookie")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        call = Caller(session=session, simulator=call.simulator)
        await call(Interface.BALANCE)
        assert call.simulator.violations == []
        await call(Interface.BALANCE)
    assert call.simulator.violations == [Misconduct.COOKIE_SENT_BACK]


@pytest.mark.parametrize(("second", "violations"), [(USER, [Misconduct.CONCURRENT_PULLS]), ("other", [])])
async def test_concurrent_pulls_of_an_account_are_recorded(call: Caller, second: str, violations: list[Misconduct]) -> None:
    call.simulator.add_account("other", PASSWORD)
    call.simulator.fault("replies", "stall")
    async with in_flight(call, Interface.REVERT):
        assert await call.text(Interface.REVERT, uid=second) == "150"
        assert call.simulator.violations == violations


# Faults

PAGE = b"<!DOCTYPE html><html><body>Log in to the hotel's network</body></html>"
FAULTS: list[tuple[str, bool, Callable[[bytes], tuple[int, bytes]] | type[Exception] | None]] = [
    # Name, whether the request is carried out, and the result: an answer, an error, or None for no answer.
    ("none", True, lambda right: (200, right)),
    ("code:102", False, lambda right: (200, b"102")),
    ("code:999", False, lambda right: (200, b"999")),
    ("body:０００", False, lambda right: (200, "０００".encode())),
    ("body:000:5", False, lambda right: (200, b"000:5")),
    ("body", False, lambda right: (200, b"")),
    ("legacy", False, lambda right: (200, "0提交成功".encode("gb2312"))),
    ("html", False, lambda right: (200, PAGE)),
    ("redirect", False, lambda right: (302, b"")),
    ("status:201", True, lambda right: (201, right)),
    ("status:404", True, lambda right: (404, right)),
    ("status:500", True, lambda right: (500, right)),
    ("bom", True, lambda right: (200, "\ufeff".encode() + right)),
    ("spaces", True, lambda right: (200, b"\r\n  " + right + b" \n")),
    ("cookie", True, lambda right: (200, right)),
    ("gzip", True, lambda right: (200, right)),
    ("oversized", True, lambda right: (200, right + b" " * (MEBIBYTE + 1))),
    ("broken_gzip", True, aiohttp.ClientPayloadError),
    ("truncated", True, aiohttp.ClientPayloadError),
    ("reset_before", False, ConnectionWasResetError),
    ("reset_after", True, ConnectionWasResetError),
    ("stall", False, None),
    ("drip", True, None),
]
RIGHT = {
    Interface.GET_SEND: b"000",
    Interface.POST_SEND: b"000",
    Interface.BALANCE: b"000, 2000",
    Interface.REVERT: f"{HEAD}/Thanks/\n".encode(),
    Interface.REPORT: f"{HEAD}/DELIVRD/\n".encode(),
}
AFTERWARDS = {**RIGHT, Interface.REVERT: b"150", Interface.REPORT: b"160"}


def carried_out(simulator: Simulator) -> int:
    return len(simulator.sent) + len(simulator.platform.handed_out)


def test_the_table_has_every_fault() -> None:
    assert {name.partition(":")[0] for name, _, _ in FAULTS} == set(NAMES)


@pytest.mark.parametrize("interface", Interface)
@pytest.mark.parametrize(("name", "carries_out", "outcome"), FAULTS)
async def test_a_fault_affects_one_answer(
    call: Caller,
    interface: Interface,
    name: str,
    carries_out: bool,
    outcome: Callable[[bytes], tuple[int, bytes]] | type[Exception] | None,
) -> None:
    call.simulator.reply(MOBILE, "Thanks", uid=USER)
    call.simulator.report(MOBILE, "DELIVRD", uid=USER)
    call.simulator.fault(GROUPS[interface], name)
    link_id = {"linkid": LINK_ID} if interface in SUBMISSIONS else {}

    async with in_flight(call, interface, **link_id) as task:
        finished, _ = await asyncio.wait([task], timeout=None if outcome else 0.1)
        assert bool(finished) == bool(outcome)
        if isinstance(outcome, type):
            assert isinstance(task.exception(), outcome)
        elif outcome:
            assert (task.result().status, task.result().body) == outcome(RIGHT[interface])
        # A balance query changes nothing.
        assert carried_out(call.simulator) == int(carries_out and interface is not Interface.BALANCE)
        assert (await call(interface)).body == (AFTERWARDS if carries_out else RIGHT)[interface]


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("none", "Content-Type", "text/html"),
        ("html", "Content-Type", "text/html; charset=utf-8"),
        ("redirect", "Location", f"{PREFIX}elsewhere/"),
        ("cookie", "Set-Cookie", "JSESSIONID=1; Path=/"),
        ("gzip", "Content-Encoding", "gzip"),
    ],
)
async def test_a_fault_shows_in_a_header(call: Caller, name: str, header: str, value: str) -> None:
    call.simulator.fault("balance", name)
    assert (await call(Interface.BALANCE)).headers[header] == value


async def test_a_dripping_answer_is_complete_but_endless(call: Caller) -> None:
    call.simulator.fault("balance", "drip")
    async with call.open(Interface.BALANCE) as response:
        assert await response.content.readexactly(9) == b"000, 2000"
        assert response.content_length == MEBIBYTE
        assert not response.content.at_eof()
        await call.simulator.stop()


async def test_every_group_has_its_own_queue_of_faults(call: Caller) -> None:
    call.simulator.fault("balance", "code:102", times=2)
    call.simulator.fault("balance", "code:103")
    assert await call.text(Interface.REVERT) == "150"
    assert [await call.text(Interface.BALANCE) for _ in range(4)] == ["102", "102", "103", "000, 2000"]


@pytest.mark.parametrize(("group", "name", "error"), [("balance", "earthquake", ValueError), ("weather", "html", KeyError)])
def test_a_fault_that_does_not_exist_is_refused(group: str, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        Simulator().fault(group, name)


@pytest.mark.parametrize("interface", Interface)
async def test_a_held_group_answers_after_its_release(call: Caller, interface: Interface) -> None:
    call.simulator.reply(MOBILE, "Thanks", uid=USER)
    call.simulator.report(MOBILE, "DELIVRD", uid=USER)
    let_go = call.simulator.hold(GROUPS[interface])
    other = Interface.REVERT if interface is Interface.BALANCE else Interface.BALANCE
    async with in_flight(call, interface) as task:
        assert (await call(other)).body == RIGHT[other]
        assert not task.done()
        assert carried_out(call.simulator) == int(other is Interface.REVERT)
        let_go.set()
        assert (await task).body == RIGHT[interface]
        assert (await call(interface, **({"linkid": LINK_ID} if interface in SUBMISSIONS else {}))).body == AFTERWARDS[interface]
