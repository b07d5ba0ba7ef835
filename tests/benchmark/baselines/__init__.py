"""An integration for the benchmark: it brings what ours is compared with into the same Home Assistant, and takes the times in there."""

import asyncio
from collections.abc import Callable, Coroutine
import importlib
import sys
from time import perf_counter
from types import MappingProxyType
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import Event, HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.typing import ConfigType

type Action = Callable[[HomeAssistant, dict[str, Any]], Coroutine[Any, Any, dict[str, Any]]]

EVENTS = ("smsadmin_reply", "twilio_data_received")

HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


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
        begun = perf_counter()
        await hass.config_entries.async_add(entry)
        seconds[entry.domain] = perf_counter() - begun
        if entry.state.value != "loaded":
            raise RuntimeError(f"{entry.domain} is {entry.state}: {entry.reason}")
    return seconds


async def _open(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Open the doors that ours is compared with, and take the limit from ours."""
    receiver = importlib.import_module("custom_components.smsadmin.inbound.webhook")
    receiver.MAX_PUSHES_A_MINUTE = sys.maxsize  # type: ignore[attr-defined]
    twilio = importlib.import_module("homeassistant.components.twilio")
    webhook.async_register(hass, "baselines", "Nothing", "nothing", _do_nothing)
    webhook.async_register(hass, "baselines", "Twilio", "twilio", twilio.handle_webhook)
    return {}


async def _do_nothing(hass: HomeAssistant, webhook_id: str, request: object) -> None:
    """Home Assistant answers by itself."""


async def _watch(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Write down from now on when each text is on the bus."""
    seen: dict[str, float] = {}

    @callback
    def write(event: Event) -> None:
        seen[event.data.get("message") or event.data["Message"]] = perf_counter()

    hass.data["baselines"] = seen, [hass.bus.async_listen(event_type, write) for event_type in EVENTS]
    return {}


async def _seen(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """What was written down, and no more of it."""
    seen, stop_listening = hass.data.pop("baselines")
    for stop in stop_listening:
        stop()
    return {"seen": seen}


async def _drain(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Wait until all that came in has been handed over."""
    (entry,) = hass.config_entries.async_entries("smsadmin")
    while (await entry.runtime_data.log.summarise()).waiting:  # noqa: ASYNC110 - nothing says when
        await asyncio.sleep(0.005)
    return {"at": perf_counter()}


async def _send(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Send a text to many numbers, and say how many seconds that took; and the link ids of the submissions."""
    (entry,) = hass.config_entries.async_entries("smsadmin")
    mobiles = _mobiles(data["numbers"])
    begun = perf_counter()
    result = await entry.runtime_data.sender.async_send(mobiles, data["message"])
    seconds = perf_counter() - begun
    if result.failures:
        raise RuntimeError(f"not all was accepted: {result.failures[0]}")
    return {"seconds": seconds, "link_ids": [sent.submission.link_id for sent in result.submissions]}


async def _post(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, Any]:
    """Post the same bytes, link ids aside, in a loop that does nothing else, and say how many seconds that took."""
    (entry,) = hass.config_entries.async_entries("smsadmin")
    gateway = importlib.import_module("custom_components.smsadmin.gateway.submissions")
    mobiles, message, charset = _mobiles(data["numbers"]), data["message"], entry.data["charset"]
    credentials = {"uid": entry.data["username"].encode(), "pwd": entry.data["password_md5"].encode()}
    bodies = [
        gateway.urlencode(credentials | gateway.parameters(submission, charset))
        for submission in gateway.compose(mobiles, message, charset=charset, max_mobiles=1000, now=None)
    ]
    headers = HEADERS | ({"Connection": "close"} if data["close"] else {})
    url = f"{entry.data['url']}postSendSms/"
    session = async_create_clientsession(hass)
    begun = perf_counter()
    for body in bodies:
        async with session.post(url, data=body, headers=headers) as response:
            if await response.read() != b"000":
                raise RuntimeError("not accepted")
    return {"seconds": perf_counter() - begun}


def _mobiles(numbers: int) -> tuple[str, ...]:
    return tuple(f"139{number:08}" for number in range(numbers))


ACTIONS: dict[str, Action] = {
    "start": _start,
    "open": _open,
    "watch": _watch,
    "seen": _seen,
    "drain": _drain,
    "send": _send,
    "post": _post,
}
