"""The HTTP server of the five interfaces (3.1 to 3.5)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from .faults import REDIRECTED, Answer, Fault
from .platform import Platform
from .vocabulary import PREFIX, PULLS, SUBMISSIONS, Code, Interface, Misconduct
from .wire import parse_form

GROUPS = {
    Interface.GET_SEND: "submit",
    Interface.POST_SEND: "submit",
    Interface.BALANCE: "balance",
    Interface.REVERT: "replies",
    Interface.REPORT: "reports",
}
_METHODS = {Interface.GET_SEND: {"GET"}, Interface.POST_SEND: {"POST"}}
_PARAMETERS = {"uid", "pwd"}
_SUBMISSION_PARAMETERS = {*_PARAMETERS, "mobile", "msg", "dttime", "linkid"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as received."""

    method: str
    path: str
    raw: bytes


class Server:
    """Checks requests strictly, and answers like the platform or with a fault."""

    def __init__(self, platform: Platform) -> None:
        """Serve a platform."""
        self.requests: list[Request] = []
        self.listeners: list[Callable[[Request], None]] = []
        self.faults: dict[str, deque[Fault]] = {group: deque() for group in GROUPS.values()}
        self.lasting_fault = Fault(name="none")
        """The fault of all requests that have no fault of their own."""
        self.gates: dict[str, asyncio.Event] = {}
        self._platform = platform
        self._pulling: set[bytes] = set()
        self._unanswered: list[web.Request] = []

    def forget(self) -> None:
        """Remove all requests, faults and gates."""
        self.requests.clear()
        for faults in self.faults.values():
            faults.clear()
        for gate in self.gates.values():
            gate.set()
        self.gates.clear()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the platform."""
        return [
            *(web.route("*", f"{PREFIX}{interface.value}/", self._handler(interface)) for interface in Interface),
            web.route("*", REDIRECTED, self._redirected),
            web.route("*", PREFIX + "{rest:.*}", self._unknown),
        ]

    def _handler(self, interface: Interface) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(interface, request)

        return handle

    async def _handle(self, interface: Interface, request: web.Request) -> web.StreamResponse:
        """Check a request, carry it out unless a fault prevents that, and answer."""
        body = await request.read()
        query = request.rel_url.raw_query_string.encode()
        raw = query if request.method == "GET" else body
        self._record(Request(method=request.method, path=request.path, raw=raw))
        group = GROUPS[interface]
        if group in self.gates:
            await self.gates[group].wait()
        form = self._read(interface, request, query, raw)
        fault = self.faults[group].popleft() if self.faults[group] else self.lasting_fault
        user = form.get("uid", b"")
        if interface in PULLS:
            if user in self._pulling:
                self._platform.violations.append(Misconduct.CONCURRENT_PULLS)
            self._pulling.add(user)
        self._unanswered.append(request)
        try:
            answer = self._carry_out(interface, form) if fault.carried_out else Answer(body=b"")
            return await fault.answer(request, answer)
        finally:
            self._pulling.discard(user)
            self._unanswered = [other for other in self._unanswered if other is not request]

    def _record(self, request: Request) -> None:
        self.requests.append(request)
        for listener in self.listeners:
            listener(request)

    def recover(self) -> None:
        """End the lasting fault, and close the connections of unanswered requests."""
        self.lasting_fault = Fault(name="none")
        for request in self._unanswered:
            if request.transport:
                request.transport.abort()

    def _read(self, interface: Interface, request: web.Request, query: bytes, raw: bytes) -> dict[str, bytes]:
        """Return the parameters, and record violations in how they were sent."""
        found = []
        pairs = parse_form(raw)
        form = dict(pairs)
        if request.method not in _METHODS.get(interface, {"GET", "POST"}):
            found.append(Misconduct.WRONG_METHOD)
        if query and interface is not Interface.GET_SEND:
            found.append(Misconduct.DIGEST_IN_URL)
        if len(form) < len(pairs):
            found.append(Misconduct.PARAMETER_REPEATED)
        if form.keys() - (_SUBMISSION_PARAMETERS if interface in SUBMISSIONS else _PARAMETERS):
            found.append(Misconduct.PARAMETER_UNKNOWN)
        if "Cookie" in request.headers:
            found.append(Misconduct.COOKIE_SENT_BACK)
        self._platform.violations += found
        return form

    def _carry_out(self, interface: Interface, form: dict[str, bytes]) -> Answer:
        """Carry out a request, and return the platform's answer."""
        if interface in SUBMISSIONS:
            return Answer(body=self._platform.submit(interface, form).value.encode())
        if interface is Interface.BALANCE:
            return Answer(body=self._platform.balance(form).encode())
        pulled = self._platform.pull(interface, form)
        if isinstance(pulled, Code):
            return Answer(body=pulled.value.encode())
        page, style = pulled
        return Answer(body=page.body, content_type=style.content_type)

    async def _redirected(self, request: web.Request) -> web.Response:
        self._platform.violations.append(Misconduct.REDIRECT_FOLLOWED)
        return web.Response(text=Code.ACCEPTED.value)

    async def _unknown(self, request: web.Request) -> web.Response:
        known = request.match_info["rest"] in list(Interface)
        self._platform.violations.append(Misconduct.MISSING_TRAILING_SLASH if known else Misconduct.UNKNOWN_PATH)
        return web.Response(status=404)
