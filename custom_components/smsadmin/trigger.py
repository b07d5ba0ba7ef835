"""The triggers by name.

Home Assistant's trigger helpers are still changing, so an import that fails costs the triggers and nothing else.
"""

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
    LOGGER.warning("There are no SMSAdmin triggers, because this version of Home Assistant is not supported yet: %s", err)
else:
    TRIGGERS |= {
        "delivery_failed": DeliveryFailed,
        "delivery_reported": DeliveryReported,
        "reply_received": ReplyReceived,
    }


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by name."""
    return TRIGGERS
