"""The control interface: the handset's page, and JSON commands for that page and for tests in other processes."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .simulator import Simulator

_PAGE = Path(__file__).with_name("handset.html")

type Handler = Callable[["Simulator", dict[str, Any]], Awaitable[object]]


def routes(simulator: Simulator) -> list[web.RouteDef]:
    """Return the routes of the page, the state and the commands."""

    async def page(request: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE)

    async def state(request: web.Request) -> web.Response:
        return _json(_state(simulator))

    def post(name: str, handler: Handler) -> web.RouteDef:
        async def handle(request: web.Request) -> web.Response:
            try:
                return _json(await handler(simulator, await request.json() if request.can_read_body else {}))
            except (KeyError, TypeError, ValueError) as err:
                return web.json_response({"error": repr(err)}, status=400)

        return web.post(f"/simulator/{name}", handle)

    return [
        web.get("/", page),
        web.get("/simulator/state", state),
        *(post(name, handler) for name, handler in _HANDLERS.items()),
    ]


async def _account(simulator: Simulator, data: dict[str, Any]) -> object:
    """Add an account, or change attributes of an existing one."""
    if account := simulator.accounts.get(data["uid"]):
        for name, value in data.items():
            if not hasattr(account, name):
                raise KeyError(name)
            setattr(account, name, value)
    else:
        simulator.add_account(**data)
    return {}


async def _fault(simulator: Simulator, data: dict[str, Any]) -> object:
    simulator.fault(**data)
    return {}


async def _reply(simulator: Simulator, data: dict[str, Any]) -> object:
    """Push a reply, or let it wait for a pull if no URL is registered or `"wait"` is true."""
    return await _deliver(simulator, data, simulator.push_reply, simulator.reply)


async def _report(simulator: Simulator, data: dict[str, Any]) -> object:
    """Push a report, or let it wait."""
    return await _deliver(simulator, data, simulator.push_report, simulator.report)


async def _deliver(
    simulator: Simulator, data: dict[str, Any], push: Callable[..., Awaitable[Any]], wait: Callable[..., Any]
) -> object:
    if data.pop("wait", False) or data["uid"] not in simulator.registrations:
        wait(**data)
        return {"pushed": False}
    data.pop("sub_code", None)
    result = await push(**data)
    return {"pushed": True, "status": result.status, "body": result.body}


async def _register(simulator: Simulator, data: dict[str, Any]) -> object:
    simulator.register_push(**data)
    return {}


async def _clock(simulator: Simulator, data: dict[str, Any]) -> object:
    await simulator.advance(data["seconds"])
    return {"now": simulator.clock.now()}


async def _automatic(simulator: Simulator, data: dict[str, Any]) -> object:
    simulator.automatic_status = data["status"]
    return {}


async def _outage(simulator: Simulator, data: dict[str, Any]) -> object:
    """Begin an outage, or end it (`"name": null`). Only the handset's port is open during an outage."""
    if data["name"] is None:
        await simulator.end_outage()
    else:
        await simulator.begin_outage(data["name"])
    return {}


async def _reset(simulator: Simulator, data: dict[str, Any]) -> object:
    await simulator.end_outage()
    simulator.reset()
    return {}


_HANDLERS: dict[str, Handler] = {
    "account": _account,
    "fault": _fault,
    "reply": _reply,
    "report": _report,
    "register": _register,
    "clock": _clock,
    "automatic": _automatic,
    "outage": _outage,
    "reset": _reset,
}


def _state(simulator: Simulator) -> dict[str, Any]:
    """Return the whole state except passwords."""
    return {
        "now": simulator.clock.now(),
        "url": simulator.url,
        "accounts": [
            {
                "uid": account.uid,
                "balance": account.balance,
                "frozen": account.frozen,
                "may_send": account.may_send,
                "waiting": sum(len(queue) for queue in account.waiting.values()),
                "push": account.uid in simulator.registrations,
            }
            for account in simulator.accounts.values()
        ],
        "sent": [asdict(message) for message in simulator.sent],
        "replies": [asdict(record) for record in simulator.replies],
        "reports": [asdict(record) for record in simulator.reports],
        "pushes": [{"id": result.record.id, "status": result.status, "body": result.body} for result in simulator.pushes],
        "handed_out": [record.id for record in simulator.platform.handed_out],
        "automatic": simulator.automatic_status,
        "outage": simulator.outage,
        "violations": simulator.violations,
        "requests": len(simulator.requests),
    }


def _json(data: object) -> web.Response:
    return web.json_response(data, dumps=lambda value: json.dumps(value, default=_plain, ensure_ascii=False))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
