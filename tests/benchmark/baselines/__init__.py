"""An integration for the benchmark: it brings what ours is compared with into the same Home Assistant, and takes the times in there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
import gc
import importlib
import sqlite3
import sys
from time import perf_counter, perf_counter_ns
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import Event, HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession, async_get_clientsession
from homeassistant.helpers.typing import ConfigType

type Action = Callable[[HomeAssistant, dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]

EVENTS = ("smsadmin_reply", "smsadmin_delivery_report", "twilio_data_received")

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLOSE = {"Connection": "close"}
"""One connection a request: over one that is kept, it is unknown whether a failed request has left."""
MOBILES_A_SUBMISSION = 1000


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Offer the actions; nothing of what is to be measured is imported yet."""
    for name, action in ACTIONS.items():
        hass.services.async_register("baselines", name, _perform(hass, action), supports_response=SupportsResponse.OPTIONAL)
    return True


def _perform(hass: HomeAssistant, action: Action) -> Callable[[ServiceCall], Coroutine[Any, Any, dict[str, Any]]]:
    async def perform(call: ServiceCall) -> dict[str, Any]:
        return await action(hass, dict(call.data))

    return perform


async def _start(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Import and set up entries, one after the other, and say how many seconds each took."""
    # Otherwise ntfy would ask GitHub for its latest release.
    hass.data["ntfy"] = None
    seconds = {}
    for stored in data["entries"]:
        entry = ConfigEntry(
            **stored,
            version=1,
            minor_version=1,
            source=SOURCE_USER,
            unique_id=None,
            discovery_keys=MappingProxyType({}),
            subentries_data=None,
        )
        # Otherwise the first one would pay for a collection of all that Home Assistant has made before.
        gc.collect()
        begun = perf_counter()
        await hass.config_entries.async_add(entry)
        seconds[entry.domain] = perf_counter() - begun
        if entry.state.value != "loaded":
            raise RuntimeError(f"{entry.domain} is {entry.state}: {entry.reason}")
    return seconds


class _Disk:
    """A file whose every commit is durable before it returns: what a log costs at the least."""

    def __init__(self, path: str) -> None:
        """Open it as the message log opens its own."""
        self._connection = sqlite3.connect(path, autocommit=True, check_same_thread=False)
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE text (at REAL NOT NULL, text TEXT NOT NULL) STRICT;"
        )

    def commit(self, text: str) -> None:
        """One row, durably."""
        self._connection.execute("INSERT INTO text VALUES (?, ?)", (perf_counter(), text)).close()


async def _open(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Open what ours is compared with, and take the rate limit from ours."""
    ours = importlib.import_module("custom_components.smsadmin.inbound.webhook")
    ours.MAX_PUSHES_A_MINUTE = sys.maxsize  # type: ignore[attr-defined]
    twilio = importlib.import_module("homeassistant.components.twilio")
    disk = hass.data["baselines_disk"] = await hass.async_add_executor_job(_Disk, hass.config.path("baselines.db"))

    async def twilio_and_commit(hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        await hass.async_add_executor_job(disk.commit, "push")
        response: Response = await twilio.handle_webhook(hass, webhook_id, request)
        return response

    webhook.async_register(hass, "baselines", "Twilio", "twilio", twilio.handle_webhook)
    webhook.async_register(hass, "baselines", "Twilio and a commit", "twilio_and_commit", twilio_and_commit)
    return {}


async def _watch(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Write down from now on when each text is on the bus."""
    seen: dict[str, float] = {}

    @callback
    def write(event: Event) -> None:
        seen[event.data.get("message") or event.data["Message"]] = perf_counter()

    hass.data["baselines"] = seen, [hass.bus.async_listen(event_type, write) for event_type in EVENTS]
    return {}


async def _seen(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """What was written down, once it is so much, and no more of it."""
    seen, stop_listening = hass.data["baselines"]
    while len(seen) < data["number"]:  # noqa: ASYNC110 - nothing says when
        await asyncio.sleep(0.005)
    for stop in stop_listening:
        stop()
    return {"seen": seen}


async def _send(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Send texts one after the other, as a script does, and say when each was asked for and how many seconds all took."""
    begun_at = []
    for mobiles in data["mobiles"]:
        begun_at.append(perf_counter())
        await hass.services.async_call(
            "smsadmin", "send_sms", {"mobiles": mobiles, "message": data["message"]}, blocking=True, return_response=True
        )
        ended_at = perf_counter()
        await asyncio.sleep(data["pause"])
    return {"begun_at": begun_at, "seconds": ended_at - begun_at[0]}


async def _call_least(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Do the same by the action that does the least, and say when each was asked for."""
    body, begun_at = _bodies(hass, ["13900000000"], data["message"])[0], []
    hass.data["baselines_post"] = f"{_entry(hass).data['url']}postSendSms/", body
    for _ in range(data["number"]):
        begun_at.append(perf_counter())
        await hass.services.async_call("baselines", "least", {}, blocking=True, return_response=True)
        await asyncio.sleep(data["pause"])
    return {"begun_at": begun_at}


async def _least(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """One durable commit and one POST over a connection of its own: alarms are so rare that none is kept open between them."""
    await hass.async_add_executor_job(hass.data["baselines_disk"].commit, "text")
    url, body = hass.data["baselines_post"]
    async with async_get_clientsession(hass).post(url, data=body, headers=FORM | CLOSE) as response:
        await response.read()
    return {}


async def _post(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Post the same bytes, link ids aside, in a loop that does nothing else, and say how many seconds that took."""
    bodies, url = _bodies(hass, data["mobiles"], data["message"]), f"{_entry(hass).data['url']}postSendSms/"
    session = async_create_clientsession(hass)
    begun = perf_counter()
    for body in bodies:
        async with session.post(url, data=body, headers=FORM | CLOSE) as response:
            if await response.read() != b"000":
                raise RuntimeError("not accepted")
    return {"seconds": perf_counter() - begun}


def _entry(hass: HomeAssistant) -> ConfigEntry:
    (entry,) = hass.config_entries.async_entries("smsadmin")
    return entry


def _bodies(hass: HomeAssistant, mobiles: list[str], message: str) -> list[bytes]:
    """The forms of the submissions, each with a link id of its own."""
    data = _entry(hass).data
    parameters = {"uid": data["username"], "pwd": data["password_md5"], "msg": message}
    chunks = [mobiles[start : start + MOBILES_A_SUBMISSION] for start in range(0, len(mobiles), MOBILES_A_SUBMISSION)]
    return [
        urlencode(parameters | {"mobile": ";".join(chunk), "linkid": f"7{perf_counter_ns():019}"}).encode() for chunk in chunks
    ]


async def _count_rows(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Count the changes of states from now on, each of which a recorder writes down as a row; how many there were until now."""
    count = hass.data.setdefault("baselines_rows", Counter())
    if not count:

        @callback
        def write(event: Event) -> None:
            count["rows"] += 1

        count["listening"] = 1
        hass.bus.async_listen("state_changed", write)
    return {"rows": count["rows"]}


ACTIONS: dict[str, Action] = {
    "start": _start,
    "open": _open,
    "watch": _watch,
    "seen": _seen,
    "send": _send,
    "call_least": _call_least,
    "least": _least,
    "post": _post,
    "count_rows": _count_rows,
}
