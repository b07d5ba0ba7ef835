"""Tests of the simulator's pushes, of its handset and control interface, and of its process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
import re
import signal
import sys
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from tests.live.process import free_port
from tests.simulator.pushes import PushStyle
from tests.simulator.simulator import REPORT_DELAY
from tests.simulator.vocabulary import Charset, Interface, Misconduct
from tests.test_simulator import DIGEST, HEAD, LINK_ID, MOBILE, NOW, PASSWORD, USER, Caller, caller

type Json = dict[str, Any]


@pytest.fixture
async def call(socket_enabled: None) -> AsyncIterator[Caller]:
    async with caller() as call:
        yield call


# Pushes


@dataclass(kw_only=True)
class PushTarget:
    """A server that receives pushes."""

    url: str
    status: int = 200
    seen: list[tuple[str, str, bytes, str | None]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        content_type = request.headers.get("Content-Type")
        self.seen.append((request.method, request.raw_path, await request.read(), content_type))
        return web.Response(text="好的", status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def target(socket_enabled: None) -> AsyncIterator[PushTarget]:
    app = web.Application()
    target = PushTarget(url="")
    app.router.add_route("*", "/{rest:.*}", target.take)
    async with TestServer(app, host="127.0.0.1") as server:
        target.url = str(server.make_url("/secret"))
        yield target


REPLY = f"Class=mo&SmsName={USER}&Mobile={MOBILE}&Message={{}}&LinkId={LINK_ID}"
REPORT = f"Class=rpt&SmsName={USER}&Mobile={MOBILE}&LinkId={LINK_ID}&Report=ERR%3A104"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("style", PushStyle)
@pytest.mark.parametrize(
    ("charset", "message"), [(Charset.UTF8, "%E5%A5%BD%F0%9F%94%A5+%26"), (Charset.GB2312, "%BA%C3%949%E67+%26")]
)
@pytest.mark.parametrize("declared", [True, False])
async def test_a_push_has_the_registered_style(
    call: Caller, target: PushTarget, style: PushStyle, charset: Charset, message: str, declared: bool
) -> None:
    call.simulator.register_push(USER, target.url, style=style, charset=charset, declared=declared)

    reply = await call.simulator.push_reply(MOBILE, "好🔥 &", uid=USER, link_id=LINK_ID)
    report = await call.simulator.push_report(MOBILE, "ERR:104", uid=USER, link_id=LINK_ID)

    for (method, path, body, content_type), form in zip(target.seen, (REPLY.format(message), REPORT), strict=True):
        assert method == ("GET" if style is PushStyle.GET else "POST")
        if style is PushStyle.FORM:
            assert (path, body) == ("/secret", form.encode())
        else:
            assert (path, body) == (f"/secret?{form}", b"")
        assert ("charset" in (content_type or "")) == declared
        if declared:
            assert content_type == f"{FORM}; charset={charset}"
        elif style is PushStyle.FORM:
            assert content_type == FORM
    assert call.simulator.pushes == [reply, report]
    assert [result.record for result in (reply, report)] == [*call.simulator.replies, *call.simulator.reports]
    assert await call.text(Interface.REVERT) == "150"
    assert await call.text(Interface.REPORT) == "160"


@pytest.mark.parametrize("status", [200, 307, 403, 503])
async def test_a_push_is_not_repeated(call: Caller, target: PushTarget, status: int) -> None:
    target.status = status
    call.simulator.register_push(USER, target.url)
    result = await call.simulator.push_reply(MOBILE, "Thanks", uid=USER)
    assert (result.status, result.body) == (status, "好的")
    assert len(target.seen) == 1
    assert call.simulator.pushes == [result]


async def test_a_push_to_a_port_without_listener_is_lost(call: Caller) -> None:
    call.simulator.register_push(USER, f"http://127.0.0.1:{free_port()}/")
    result = await call.simulator.push_reply(MOBILE, "Thanks", uid=USER)
    assert (result.status, result.body) == (None, "")
    assert call.simulator.pushes == [result]
    assert await call.text(Interface.REVERT) == "150"


async def test_without_a_registered_url_records_wait_for_a_pull(call: Caller, target: PushTarget) -> None:
    call.simulator.register_push(USER, target.url)
    record = (await call.simulator.push_reply(MOBILE, "Thanks", uid=USER)).record
    assert await call.simulator.deliver(record) == call.simulator.pushes[0]
    assert len(target.seen) == 2
    call.simulator.register_push(USER, None)
    assert await call.simulator.deliver(record) is None
    assert len(target.seen) == 2
    assert await call.text(Interface.REVERT) == f"{HEAD}/Thanks/\n"


async def test_a_scheduled_text_is_reported_only_after_its_time(call: Caller) -> None:
    """I scheduled a text for tomorrow, and ten minutes later a report said that it was delivered."""
    call.simulator.automatic_status = "DELIVRD"
    await call(Interface.POST_SEND, linkid=LINK_ID, dttime="2014-10-12 18:39:24")
    await call.simulator.advance(24 * 3600)
    assert call.simulator.reports == []
    await call.simulator.advance(REPORT_DELAY[1])
    assert [report.at > NOW + timedelta(days=1) for report in call.simulator.reports] == [True]


async def test_automatic_reports_are_pushed_to_a_registered_url(call: Caller, target: PushTarget) -> None:
    call.simulator.register_push(USER, target.url)
    await call(Interface.POST_SEND, linkid=LINK_ID)
    call.simulator.automatic_status = "DELIVRD"
    await call(Interface.POST_SEND, linkid=LINK_ID[::-1])
    await call.simulator.advance(REPORT_DELAY[1])
    assert [path.partition("LinkId=")[2] for _, path, _, _ in target.seen] == [f"{LINK_ID[::-1]}&Report=DELIVRD"]


# The handset and the control interface


async def post(call: Caller, name: str, data: object = None, *, status: int = 200) -> Json:
    async with call.session.post(f"{call.simulator.origin}/simulator/{name}", json=data if data is not None else {}) as response:
        assert response.status == status
        answer: Json = await response.json()
        return answer


async def state_of(call: Caller) -> Json:
    async with call.session.get(f"{call.simulator.origin}/simulator/state") as response:
        assert response.content_type == "application/json"
        assert DIGEST not in await response.text()
        assert PASSWORD not in await response.text()
        state: Json = await response.json()
        return state


async def test_the_page_loads_nothing_else_and_escapes_texts(call: Caller) -> None:
    async with call.session.get(f"{call.simulator.origin}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        page = await response.text()
    assert page.startswith("<!doctype html>")
    assert re.findall(r"(?i)\b(?:https?|wss?):|['\"(=]\s*//|@import|url\(|\bimport\b", page) == []
    assert re.findall(r"(?:src|href|action)=\"([^\"]*)\"", page) == ["data:,"]
    assert re.findall(r"(?i)innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bFunction\(|srcdoc", page) == []
    paths = set(re.findall(r"simulator/(\w+)", page)) | set(re.findall(r"(?:post|deliver)\(\"(\w+)\"", page))
    assert paths == {"state", "reply", "report", "automatic", "outage"}


async def test_the_state_of_a_new_platform(call: Caller) -> None:
    assert await state_of(call) == {
        "now": NOW.isoformat(),
        "url": call.simulator.url,
        "accounts": [{"uid": USER, "balance": 2000, "frozen": False, "may_send": True, "waiting": 0, "push": False}],
        **{name: [] for name in ("sent", "replies", "reports", "pushes", "handed_out", "violations")},
        "automatic": None,
        "outage": None,
        "requests": 0,
    }


async def test_the_state_contains_all_events(call: Caller, target: PushTarget) -> None:
    await call(Interface.POST_SEND, msg="谢谢".encode("gb2312"), linkid=LINK_ID, dttime="2014-10-12 00:00:00")
    pulled = call.simulator.reply(MOBILE, "好", uid=USER, link_id=LINK_ID, sub_code="8")
    await call(Interface.REVERT, mobile=MOBILE)
    call.simulator.report(MOBILE, "DELIVRD", uid=USER)
    call.simulator.register_push(USER, target.url)
    pushed = await call.simulator.push_report(MOBILE, "EXPIRED", uid=USER)

    state = await state_of(call)

    common = {"uid": USER, "mobile": MOBILE, "at": NOW.isoformat()}
    assert state["sent"] == [
        {
            "uid": USER,
            "mobiles": [MOBILE],
            "text": "谢谢",
            "charset": "gb2312",
            "send_at": "2014-10-12T00:00:00+08:00",
            "link_id": LINK_ID,
            "method": "POST",
            "at": NOW.isoformat(),
        }
    ]
    assert state["replies"] == [{**common, "id": pulled.id, "link_id": LINK_ID, "text": "好", "sub_code": "8"}]
    assert [(report["status"], report["link_id"]) for report in state["reports"]] == [("DELIVRD", ""), ("EXPIRED", "")]
    assert state["pushes"] == [{"id": pushed.record.id, "status": 200, "body": "好的"}]
    assert (state["handed_out"], state["violations"], state["requests"]) == ([pulled.id], [Misconduct.PARAMETER_UNKNOWN], 2)
    assert state["accounts"] == [{"uid": USER, "balance": 1999, "frozen": False, "may_send": True, "waiting": 1, "push": True}]


async def test_the_control_port_adds_and_changes_accounts(call: Caller) -> None:
    await post(call, "account", {"uid": "other", "password": PASSWORD, "balance": 7, "max_chars": 2})
    assert await call.text(Interface.BALANCE, uid="other") == "000, 7"
    await post(call, "account", {"uid": "other", "balance": -3})
    assert await call.text(Interface.BALANCE, uid="other") == "000, -3"
    await post(call, "account", {"uid": "other", "frozen": True})
    assert await call.text(Interface.BALANCE, uid="other") == "108"
    assert call.simulator.accounts["other"].max_chars == 2
    assert await call.text(Interface.BALANCE) == "000, 2000"


async def test_the_control_port_sets_faults_and_reports(call: Caller) -> None:
    await post(call, "fault", {"group": "balance", "name": "code:104", "times": 2})
    assert [await call.text(Interface.BALANCE) for _ in range(3)] == ["104", "104", "000, 2000"]
    for status in ("DELIVRD", None):
        await post(call, "automatic", {"status": status})
        assert (await state_of(call))["automatic"] == status


async def test_the_control_port_advances_the_clock(call: Caller) -> None:
    await post(call, "automatic", {"status": "DELIVRD"})
    await call(Interface.POST_SEND)
    assert await post(call, "clock", {"seconds": 600}) == {"now": "2014-10-11T18:49:24+08:00"}
    assert [report.status for report in call.simulator.reports] == ["DELIVRD"]


@pytest.mark.parametrize(
    ("name", "content", "pulled"),
    [("reply", {"text": "好"}, Interface.REVERT), ("report", {"status": "DELIVRD"}, Interface.REPORT)],
)
async def test_records_of_the_control_port_are_pushed_or_wait(
    call: Caller, target: PushTarget, name: str, content: Json, pulled: Interface
) -> None:
    record = {"uid": USER, "mobile": MOBILE, "link_id": LINK_ID, "sub_code": "8", **content}
    assert await post(call, name, record) == {"pushed": False}
    await post(call, "register", {"uid": USER, "url": target.url, "style": "form", "charset": "gb2312", "declared": True})
    assert await post(call, name, record) == {"pushed": True, "status": 200, "body": "好的"}
    assert await post(call, name, {**record, "wait": True}) == {"pushed": False}
    await post(call, "register", {"uid": USER, "url": f"http://127.0.0.1:{free_port()}/"})
    assert await post(call, name, record) == {"pushed": True, "status": None, "body": ""}
    await post(call, "register", {"uid": USER, "url": None})
    assert await post(call, name, record) == {"pushed": False}
    assert [content_type for *_, content_type in target.seen] == [f"{FORM}; charset=gb2312"]
    assert len((await call.text(pulled)).splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("account", {}),
        ("account", {"uid": "other"}),
        ("account", {"uid": "other", "password": PASSWORD, "colour": "red"}),
        ("account", {"uid": USER, "colour": "red"}),
        ("fault", {"group": "balance"}),
        ("fault", {"group": "weather", "name": "html"}),
        ("fault", {"group": "balance", "name": "earthquake"}),
        ("fault", {"group": "balance", "name": "html", "times": "twice"}),
        ("reply", {"uid": "unknown", "mobile": MOBILE, "text": "Thanks"}),
        ("reply", {"uid": USER, "text": "Thanks"}),
        ("report", {"uid": "unknown", "mobile": MOBILE, "status": "DELIVRD"}),
        ("report", {"uid": USER, "mobile": MOBILE}),
        ("register", {"uid": USER}),
        ("register", {"uid": USER, "url": "http://127.0.0.1/", "style": "carrier pigeon"}),
        ("register", {"uid": USER, "url": "http://127.0.0.1/", "charset": "klingon"}),
        ("clock", {}),
        ("clock", {"seconds": "ten"}),
        ("automatic", {}),
        ("outage", {}),
        ("outage", {"name": "earthquake"}),
        *((name, [1]) for name in ("account", "fault", "reply", "report", "register", "clock", "automatic", "outage")),
    ],
)
async def test_an_impossible_command_is_a_bad_request(call: Caller, name: str, data: object) -> None:
    assert (await post(call, name, data, status=400)).keys() == {"error"}
    assert call.simulator.accounts.keys() == {USER}
    assert await call.text(Interface.BALANCE) == "000, 2000"


@pytest.mark.parametrize("name", ["account", "fault", "reply", "report", "register", "clock", "automatic", "outage", "reset"])
@pytest.mark.parametrize("body", [b"{", b"\xff", b"uid=station"])
async def test_invalid_json_is_a_bad_request(call: Caller, name: str, body: bytes) -> None:
    async with call.session.post(f"{call.simulator.origin}/simulator/{name}", data=body) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("method", "name", "status"), [("POST", "earthquake", 404), ("GET", "reset", 405), ("POST", "state", 405)]
)
async def test_an_unknown_command_is_not_found(call: Caller, method: str, name: str, status: int) -> None:
    async with call.session.request(method, f"{call.simulator.origin}/simulator/{name}") as response:
        assert response.status == status


@pytest.mark.parametrize("outside", [True, False])
async def test_a_reset_keeps_only_user_ids_and_passwords(call: Caller, target: PushTarget, outside: bool) -> None:
    fresh = await state_of(call)
    simulator = call.simulator
    simulator.automatic_status = "DELIVRD"
    await call(Interface.POST_SEND, linkid=LINK_ID)
    await call(Interface.POST_SEND, linkid="1")
    simulator.register_push(USER, target.url)
    await simulator.push_reply(MOBILE, "Thanks", uid=USER)
    simulator.report(MOBILE, "DELIVRD", uid=USER)
    simulator.reply(MOBILE, "Thanks", uid=USER)
    await call(Interface.REVERT)
    simulator.fault("submit", "html")
    simulator.set_style(USER, page_size=1)
    simulator.accounts[USER].frozen = True
    held = simulator.hold("balance")

    if outside:
        async with call.session.post(f"{simulator.origin}/simulator/reset") as response:
            assert await response.json() == {}
    else:
        simulator.reset()

    fresh["accounts"][0]["balance"] = 1000
    assert await state_of(call) == fresh
    assert held.is_set()
    assert (simulator.clock.waiting, simulator.registrations) == (0, {})
    assert await call.text(Interface.BALANCE) == "000, 1000"
    assert await call.text(Interface.POST_SEND, linkid=LINK_ID) == "000"
    for _ in range(2):
        simulator.reply(MOBILE, "Thanks", uid=USER)
    assert await call.text(Interface.REVERT) == f"{HEAD}/Thanks/\n" * 2


# The process


@dataclass(frozen=True, kw_only=True)
class Standalone:
    """The simulator as a process, and the URLs that it prints."""

    process: asyncio.subprocess.Process
    handset: str
    interface: str

    async def end(self, number: signal.Signals) -> tuple[int | None, bytes, bytes]:
        """Send a signal; return the exit code, the rest of the output, and the errors."""
        self.process.send_signal(number)
        output, errors = await self.process.communicate()
        return self.process.returncode, output, errors


@asynccontextmanager
async def standalone(*options: str) -> AsyncIterator[Standalone]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulator", "--port", "0", "--handset-port", "0", *options),
        cwd=Path(__file__).parents[1],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        lines = [(await process.stdout.readline()).decode() for _ in range(2)]
        found = re.fullmatch(
            r"Handset:   (http://127\.0\.0\.1:\d+/)\nInterface: (http://127\.0\.0\.1:\d+/smsmarketing/wwwroot/interface/)\n",
            "".join(lines),
        )
        assert found
        yield Standalone(process=process, handset=found[1], interface=found[2])
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


DEMO = {"uid": "demo", "pwd": "fe01ce2a7fbac8fafaed7c982a04e229"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_process_runs_until_a_signal(socket_enabled: None, number: signal.Signals) -> None:
    async with standalone() as simulator, aiohttp.ClientSession() as session:
        async with session.post(f"{simulator.interface}queryBalance/", data=DEMO) as response:
            assert await response.text() == "000, 500"
        async with session.get(simulator.handset) as response:
            assert response.content_type == "text/html"
        assert await simulator.end(number) == (0, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_stalled_call_does_not_delay_the_exit(socket_enabled: None, number: signal.Signals) -> None:
    async with standalone() as simulator, aiohttp.ClientSession() as session:
        await session.post(f"{simulator.handset}simulator/fault", json={"group": "balance", "name": "drip"})
        async with session.post(f"{simulator.interface}queryBalance/", data=DEMO) as response:
            assert await response.content.readexactly(8) == b"000, 500"
            assert await simulator.end(number) == (0, b"", b"")


async def test_the_process_takes_its_account_from_the_command_line(socket_enabled: None) -> None:
    options = ("--uid", USER, "--password", PASSWORD, "--balance", "3", "--report", "EXPIRED", "--seed", "5")
    async with standalone(*options) as simulator, aiohttp.ClientSession() as session:
        form = {"uid": USER, "pwd": DIGEST, "mobile": MOBILE, "msg": "Fire!"}
        async with session.post(f"{simulator.interface}postSendSms/", data=form) as response:
            assert await response.text() == "000"
        await session.post(f"{simulator.handset}simulator/clock", json={"seconds": 600})
        async with session.get(f"{simulator.handset}simulator/state") as response:
            state = await response.json()
        assert [account["balance"] for account in state["accounts"]] == [2]
        assert [report["status"] for report in state["reports"]] == ["EXPIRED"]
        assert await simulator.end(signal.SIGTERM) == (0, b"", b"")
