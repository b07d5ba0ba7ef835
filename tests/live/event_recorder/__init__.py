"""An integration for tests: it writes each reply and report that is on the bus to a file, before its sender goes on."""

import json
import os

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.typing import ConfigType

EVENTS = ("smsadmin_reply", "smsadmin_delivery_report")


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Listen from the beginning to the end."""
    file = os.open(hass.config.path("recorded_events.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_DSYNC)

    @callback
    def write(event: Event) -> None:
        os.write(file, json.dumps({**event.data, "event": event.event_type}).encode() + b"\n")

    for event_type in EVENTS:
        hass.bus.async_listen(event_type, write)
    return True
