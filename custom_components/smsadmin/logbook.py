"""Replies, delivery reports and the states of texts in Activity, at the recipient that they belong to.

Home Assistant shows the name of the recipient in front of each message.
"""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN, EVENT_DELIVERY_REPORT, EVENT_MESSAGE, EVENT_REPLY
from .gateway.numbers import mask
from .translation import localised

_ICONS = {"queued": "mdi:timer-sand", "accepted": "mdi:check"}


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, Any]]], None]
) -> None:
    """Describe our events; numbers without a name are masked."""

    @callback
    def reply(event: Event[Any]) -> dict[str, Any]:
        message = event.data["message"].strip()
        text = localised(hass, "common.logbook_replied" if message else "common.logbook_replied_blank", message=message)
        return _entry(hass, event, text, "mdi:message-reply-text")

    @callback
    def report(event: Event[Any]) -> dict[str, Any]:
        outcome = event.data["outcome"]
        text = localised(hass, f"common.logbook_{outcome}", status=event.data["status"])
        return _entry(hass, event, text, "mdi:check-all" if outcome == "delivered" else "mdi:message-alert")

    @callback
    def message(event: Event[Any]) -> dict[str, Any]:
        state, reason = event.data["state"], event.data["reason"] or event.data["state"]
        key = f"text_{state if state in _ICONS else 'failed'}"
        if reason == localised(hass, f"common.report_{state}"):
            # A report has settled the text: "rejected", for example, without the platform's rejection.
            key = state
        text = localised(hass, f"common.logbook_{key}", reason=reason)
        return _entry(hass, event, text, _ICONS.get(state, "mdi:message-alert"))

    async_describe_event(DOMAIN, EVENT_REPLY, reply)
    async_describe_event(DOMAIN, EVENT_DELIVERY_REPORT, report)
    async_describe_event(DOMAIN, EVENT_MESSAGE, message)


def _entry(hass: HomeAssistant, event: Event[Any], message: str, icon: str) -> dict[str, Any]:
    """A row of Activity: recipient or masked number, message and icon, at the recipient's entity if there is one."""
    data = event.data
    name = data.get("recipient") or (mask(data["mobile"]) if "mobile" in data else localised(hass, "common.logbook_number"))
    entry = {LOGBOOK_ENTRY_NAME: name, LOGBOOK_ENTRY_MESSAGE: message, LOGBOOK_ENTRY_ICON: icon}
    return entry | ({LOGBOOK_ENTRY_ENTITY_ID: data["entity_id"]} if data.get("entity_id") else {})
