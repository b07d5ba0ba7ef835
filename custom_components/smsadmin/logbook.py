"""Replies and delivery reports in the logbook, with the name of whoever has one and the masked number of whoever has not."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN, EVENT_DELIVERY_REPORT, EVENT_REPLY
from .gateway.numbers import mask
from .translation import localised


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, str]]], None]
) -> None:
    """Say how our events read."""

    @callback
    def reply(event: Event[Any]) -> dict[str, str]:
        return {
            LOGBOOK_ENTRY_NAME: localised(hass, "common.logbook_reply", sender=_who(event)),
            LOGBOOK_ENTRY_MESSAGE: event.data["message"],
        }

    @callback
    def report(event: Event[Any]) -> dict[str, str]:
        return {
            LOGBOOK_ENTRY_NAME: localised(hass, "common.logbook_report", recipient=_who(event)),
            LOGBOOK_ENTRY_MESSAGE: localised(hass, f"common.logbook_{event.data['outcome']}", status=event.data["status"]),
        }

    async_describe_event(DOMAIN, EVENT_REPLY, reply)
    async_describe_event(DOMAIN, EVENT_DELIVERY_REPORT, report)


def _who(event: Event[Any]) -> str:
    return event.data["recipient"] or mask(event.data["mobile"])
