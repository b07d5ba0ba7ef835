"""The triggers, where Home Assistant has what they are built on; that moves now and then, and nothing else depends on it."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from .const import LOGGER

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import Trigger

TRIGGERS: dict[str, type[Trigger]] = {}

try:
    from .triggers.delivery_failed import DeliveryFailed
    from .triggers.received import DeliveryReported, ReplyReceived
except ImportError as err:
    LOGGER.warning("There are no SMSAdmin triggers: they don't know this version of Home Assistant yet (%s)", err)
else:
    TRIGGERS |= {
        "delivery_failed": DeliveryFailed,
        "delivery_reported": DeliveryReported,
        "reply_received": ReplyReceived,
    }


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """The triggers by name."""
    return TRIGGERS
