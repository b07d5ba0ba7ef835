"""The simulator: the platform with its server, pushes, clock, outages and control interface."""

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
"""The shortest and longest delay of automatic reports, in seconds."""


class Simulator:
    """The platform on a port of this machine."""

    def __init__(
        self, *, seed: int = 0, host: str = "127.0.0.1", port: int = 0, control_port: int = 0, running: bool = False
    ) -> None:
        """Create a platform without accounts; its clock stands still unless it is `running`."""
        self.clock = Clock(running=running)
        self.platform = Platform(seed=seed, clock=self.clock)
        self.server = Server(self.platform)
        self.registrations: dict[str, Registration] = {}
        self.pushes: list[PushResult] = []
        self.replies: list[Reply] = []
        self.reports: list[Report] = []
        self.automatic_status: str | None = None
        """The status that is reported for every number of an accepted submission, after a delay."""
        self.platform.on_accepted = self._schedule_reports
        self._host = host
        self._port = port
        self.outage: str | None = None
        """The name of the current outage."""
        self._control_port = control_port
        self._reserved: socket.socket | None = None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._replacement = AsyncExitStack()
        """Occupies the platform's port during an outage."""
        self._session: aiohttp.ClientSession | None = None
        self._clock_task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Listen on both ports, and start the clock."""
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.add_routes(self.server.routes())
        app.add_routes(control.routes(self))
        # A stalled handler must not delay the end, nor run on after its client has closed the connection.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        control_site = web.TCPSite(self._runner, self._host, self._control_port)
        await control_site.start()
        self._control_port = self._runner.addresses[0][1]
        self._reserved = bind(self._host, self._port)
        self._port = self._reserved.getsockname()[1]
        await self._listen()
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        self._clock_task = asyncio.create_task(self.clock.run()) if self.clock.running else None

    async def stop(self) -> None:
        """Close all ports and connections; a second call does nothing."""
        if self._clock_task:
            self._clock_task.cancel()
            with suppress(asyncio.CancelledError):
                await self._clock_task
            self._clock_task = None
        if self._session:
            await self._session.close()
            self._session = None
        if self._runner:
            await self._replacement.aclose()
            await self._runner.cleanup()
            self._runner = self._site = None
        if self._reserved:
            self._reserved.close()
            self._reserved = None

    async def _listen(self) -> None:
        """Listen on the platform's port."""
        assert self._runner
        self._site = web.TCPSite(self._runner, self._host, self._port)
        await self._site.start()

    async def _close(self) -> None:
        """Close the platform's port, and reset its connections."""
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
        """Make the platform unreachable, or every call faulty, until the outage ends. `outages` lists the names."""
        fault = Fault(name=name)
        if name not in NETWORK and fault.kind not in NAMES:
            raise ValueError(name)
        await self.end_outage()
        self.outage = name
        if name in NETWORK:
            await self._close()
            await NETWORK[name](self._host, self._port, self._replacement)
        else:
            self.server.lasting_fault = fault

    async def end_outage(self) -> None:
        """End the outage, if there is one, and close the connections of unanswered requests."""
        await self._replacement.aclose()
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
        """The URL of the handset and of the control interface, on a port of its own that no outage closes."""
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
        """The accepted submissions, in order."""
        return self.platform.sent

    @property
    def requests(self) -> list[Request]:
        """All requests, in order."""
        return self.server.requests

    @property
    def violations(self) -> list[Misconduct]:
        """The violations of the specification, in order."""
        return self.platform.violations

    def add_account(self, uid: str, password: str, *, balance: int = 1000, **settings: Any) -> Account:
        """Add an account, and return it."""
        self.accounts[uid] = Account(uid=uid, password=password, balance=balance, **settings)
        return self.accounts[uid]

    def set_style(self, uid: str, **style: Any) -> None:
        """Change the layout of an account's pages."""
        self.accounts[uid].style = replace(self.accounts[uid].style, **style)

    def fault(self, group: str, name: str, times: int = 1) -> None:
        """Give the next calls of a group (`submit`, `balance`, `replies`, `reports`) a fault."""
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
        """Add a reply that waits for a pull."""
        record = self._reply(mobile, text, uid, link_id, sub_code)
        self.platform.put(record)
        return record

    def report(self, mobile: str, status: str, *, uid: str, link_id: str = "", sub_code: str = "") -> Report:
        """Add a report that waits for a pull."""
        record = self._report(mobile, status, uid, link_id, sub_code)
        self.platform.put(record)
        return record

    def garbage(self, raw: str, *, uid: str, interface: Interface = Interface.REVERT) -> None:
        """Add bytes that are no record among those that wait for a pull."""
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
        """Register the push URL of an account, as the customer service does; None removes it."""
        if url is None:
            self.registrations.pop(uid, None)
        else:
            self.registrations[uid] = Registration(url=url, style=PushStyle(style), charset=Charset(charset), declared=declared)

    async def push_reply(self, mobile: str, text: str, *, uid: str, link_id: str = "") -> PushResult:
        """Push a reply."""
        return await self._push(self._reply(mobile, text, uid, link_id, ""))

    async def push_report(self, mobile: str, status: str, *, uid: str, link_id: str = "") -> PushResult:
        """Push a report."""
        return await self._push(self._report(mobile, status, uid, link_id, ""))

    async def deliver(self, record: Reply | Report) -> PushResult | None:
        """Push a record if a URL is registered, otherwise let it wait for a pull."""
        if record.uid in self.registrations:
            return await self._push(record)
        self.platform.put(record)
        return None

    async def advance(self, seconds: float) -> None:
        """Advance the clock, and do the jobs that become due."""
        await self.clock.advance(seconds)

    def reset(self) -> None:
        """Remove everything except the accounts' user ids and passwords."""
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
