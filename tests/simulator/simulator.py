"""The simulator as a whole: the platform, its server, its pushes and its handset."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
import socket
from typing import Any, Self

import aiohttp
from aiohttp import web

from . import control
from .clock import Clock
from .faults import NAMES, Fault
from .outages import NETWORK, bind
from .platform import Account, Platform, SentMessage
from .pushes import PushResult, PushStyle, Registration, push
from .records import Garbage, Reply, Report
from .server import Request, Server
from .vocabulary import PREFIX, Charset, Interface, Misconduct

REPORT_DELAY = (5.0, 600.0)
"""Seconds that automatic reports take at least and at most."""


class Simulator:
    """The platform behind a port of this machine."""

    def __init__(
        self, *, seed: int = 0, host: str = "127.0.0.1", port: int = 0, control_port: int = 0, running: bool = False
    ) -> None:
        """A platform without accounts; its clock stands still unless it is a running one."""
        self.clock = Clock(running=running)
        self.platform = Platform(seed=seed, clock=self.clock)
        self.server = Server(self.platform)
        self.registrations: dict[str, Registration] = {}
        self.pushes: list[PushResult] = []
        self.replies: list[Reply] = []
        self.reports: list[Report] = []
        self.automatic_status: str | None = None
        """The status that each number of whatever is accepted gets, some time after it goes out."""
        self.platform.on_accepted = self._schedule_reports
        self._host = host
        self._port = port
        self.outage: str | None = None
        """The name of the outage that lasts."""
        self._control_port = control_port
        self._reserved: socket.socket | None = None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._in_its_place = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None
        self._clockwork: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.add_routes(self.server.routes())
        app.add_routes(control.routes(self))
        # A stalled handler must not hold up the end, nor outlive a client that has given up.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        control_site = web.TCPSite(self._runner, self._host, self._control_port)
        await control_site.start()
        self._control_port = self._runner.addresses[0][1]
        self._reserved = bind(self._host, self._port)
        self._port = self._reserved.getsockname()[1]
        await self._listen()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self._clockwork = asyncio.create_task(self.clock.run()) if self.clock.running else None

    async def stop(self) -> None:
        """Close everything; once is enough."""
        if self._clockwork:
            self._clockwork.cancel()
            with suppress(asyncio.CancelledError):
                await self._clockwork
            self._clockwork = None
        if self._session:
            await self._session.close()
            self._session = None
        if self._runner:
            await self._in_its_place.aclose()
            await self._runner.cleanup()
            self._runner = self._site = None
        if self._reserved:
            self._reserved.close()
            self._reserved = None

    async def _listen(self) -> None:
        """Be the platform at its port."""
        assert self._runner
        self._site = web.TCPSite(self._runner, self._host, self._port)
        await self._site.start()

    async def _close(self) -> None:
        """Listen no longer at the platform's port, and reset what is connected there."""
        if self._site:
            await self._site.stop()
            self._site = None
        assert self._runner
        assert self._runner.server
        for connection in self._runner.server.connections:
            transport = connection.transport
            if transport and transport.get_extra_info("sockname")[1] == self._port:
                transport.abort()

    async def begin_outage(self, name: str) -> None:
        """Let the platform be out of reach, or go wrong at every call, until the outage ends; `outages` has the names."""
        fault = Fault(name=name)
        if name not in NETWORK and fault.kind not in NAMES:
            raise ValueError(name)
        await self.end_outage()
        self.outage = name
        if name in NETWORK:
            await self._close()
            await NETWORK[name](self._host, self._port, self._in_its_place)
        else:
            self.server.lasting_fault = fault

    async def end_outage(self) -> None:
        """Be the platform again, if it was not; what still waits for an answer gets none."""
        await self._in_its_place.aclose()
        if self._site is None:
            await self._listen()
        elif self.outage:
            self.server.recover()
        self.outage = None

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self._host}:{self._port}"

    @property
    def handset(self) -> str:
        """The URL of the handset and of what controls the simulator, at a port of its own that no outage closes."""
        return f"http://{self._host}:{self._control_port}/"

    @property
    def url(self) -> str:
        """The base URL of the interfaces, with its trailing slash."""
        return self.origin + PREFIX

    @property
    def accounts(self) -> dict[str, Account]:
        """The accounts by user id."""
        return self.platform.accounts

    @property
    def sent(self) -> list[SentMessage]:
        """What was accepted, in order."""
        return self.platform.sent

    @property
    def requests(self) -> list[Request]:
        """Every call, in order."""
        return self.server.requests

    @property
    def violations(self) -> list[Misconduct]:
        """What no well-behaved client does."""
        return self.platform.violations

    def add_account(self, uid: str, password: str, *, balance: int = 1000, **settings: Any) -> Account:
        """A user of the platform."""
        self.accounts[uid] = Account(uid=uid, password=password, balance=balance, **settings)
        return self.accounts[uid]

    def set_style(self, uid: str, **style: Any) -> None:
        """Change how an account's pages are written."""
        self.accounts[uid].style = replace(self.accounts[uid].style, **style)

    def fault(self, group: str, name: str, times: int = 1) -> None:
        """Let the next calls of `submit`, `balance`, `replies` or `reports` go wrong."""
        fault = Fault(name=name)
        if fault.kind not in NAMES:
            raise ValueError(name)
        self.server.faults[group].extend([fault] * times)

    def on_request(self, listener: Callable[[Request], None]) -> None:
        """Call a listener with each request before it is answered."""
        self.server.listeners.append(listener)

    def hold(self, group: str) -> asyncio.Event:
        """Answer no call of a group until the event is set."""
        return self.server.gates.setdefault(group, asyncio.Event())

    def reply(self, mobile: str, text: str, *, uid: str, link_id: str = "", sub_code: str = "") -> Reply:
        """Somebody answers; the reply waits to be pulled."""
        record = self._reply(mobile, text, uid, link_id, sub_code)
        self.platform.put(record)
        return record

    def report(self, mobile: str, status: str, *, uid: str, link_id: str = "", sub_code: str = "") -> Report:
        """A network reports; the report waits to be pulled."""
        record = self._report(mobile, status, uid, link_id, sub_code)
        self.platform.put(record)
        return record

    def garbage(self, raw: str, *, uid: str, interface: Interface = Interface.REVERT) -> None:
        """Something that is no record waits among them."""
        self.platform.put(Garbage(id=self.platform.new_id(), uid=uid, at=self.clock.now(), interface=interface, raw=raw.encode()))

    def register_push(
        self,
        uid: str,
        url: str | None,
        *,
        style: PushStyle | str = PushStyle.QUERY,
        charset: Charset | str = Charset.UTF8,
        declared: bool = False,
    ) -> None:
        """Set up where a user's pushes go, as the customer service does; None takes it back."""
        if url is None:
            self.registrations.pop(uid, None)
        else:
            self.registrations[uid] = Registration(url=url, style=PushStyle(style), charset=Charset(charset), declared=declared)

    async def push_reply(self, mobile: str, text: str, *, uid: str, link_id: str = "") -> PushResult:
        """Somebody answers, and the reply is pushed."""
        return await self._push(self._reply(mobile, text, uid, link_id, ""))

    async def push_report(self, mobile: str, status: str, *, uid: str, link_id: str = "") -> PushResult:
        """A network reports, and the report is pushed."""
        return await self._push(self._report(mobile, status, uid, link_id, ""))

    async def deliver(self, record: Reply | Report) -> PushResult | None:
        """Push where a URL is registered, else let it wait."""
        if record.uid in self.registrations:
            return await self._push(record)
        self.platform.put(record)
        return None

    async def advance(self, seconds: float) -> None:
        """Move the clock on, and do what becomes due."""
        await self.clock.advance(seconds)

    def reset(self) -> None:
        """Forget everything but the accounts' names and passwords."""
        accounts = [(account.uid, account.password) for account in self.accounts.values()]
        self.platform.forget()
        self.server.forget()
        self.clock.clear()
        for history in (self.pushes, self.replies, self.reports):
            history.clear()
        self.registrations.clear()
        self.automatic_status = None
        for uid, password in accounts:
            self.add_account(uid, password)

    def _schedule_reports(self, message: SentMessage) -> None:
        status = self.automatic_status
        if status is None:
            return
        for mobile in message.mobiles:

            async def report(mobile: str = mobile) -> None:
                await self.deliver(self._report(mobile, status, message.uid, message.link_id, ""))

            sent_at = message.send_at or self.clock.now()
            self.clock.call_at(sent_at + timedelta(seconds=self.platform.random.uniform(*REPORT_DELAY)), report)

    def _reply(self, mobile: str, text: str, uid: str, link_id: str, sub_code: str) -> Reply:
        record = Reply(
            id=self.platform.new_id(), uid=uid, mobile=mobile, at=self.clock.now(), link_id=link_id, text=text, sub_code=sub_code
        )
        self.replies.append(record)
        return record

    def _report(self, mobile: str, status: str, uid: str, link_id: str, sub_code: str) -> Report:
        record = Report(
            id=self.platform.new_id(),
            uid=uid,
            mobile=mobile,
            at=self.clock.now(),
            link_id=link_id,
            status=status,
            sub_code=sub_code,
        )
        self.reports.append(record)
        return record

    async def _push(self, record: Reply | Report) -> PushResult:
        if self._session is None:
            raise RuntimeError("not started")
        result = await push(self._session, self.registrations[record.uid], record)
        self.pushes.append(result)
        return result
