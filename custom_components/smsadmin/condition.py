"""The conditions, where Home Assistant has what they are built on; that moves now and then, and nothing else depends on it."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from .const import LOGGER

if TYPE_CHECKING:
    from homeassistant.helpers.condition import Condition

CONDITIONS: dict[str, type[Condition]] = {}

try:
    from .conditions import BalanceAtLeast
except ImportError as err:
    LOGGER.warning("There are no SMSAdmin conditions: they don't know this version of Home Assistant yet (%s)", err)
else:
    CONDITIONS["balance_at_least"] = BalanceAtLeast


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """The conditions by name."""
    return CONDITIONS
