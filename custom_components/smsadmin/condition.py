"""The conditions by name.

Home Assistant's condition helpers are still changing, so an import that fails costs the conditions and nothing else.
"""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from .const import LOGGER

if TYPE_CHECKING:
    from homeassistant.helpers.condition import Condition

CONDITIONS: dict[str, type[Condition]] = {}

try:
    from .triggers.balance_at_least import BalanceAtLeast
except ImportError as err:
    LOGGER.warning("There are no SMSAdmin conditions, because this version of Home Assistant is not supported yet: %s", err)
else:
    CONDITIONS["balance_at_least"] = BalanceAtLeast


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by name."""
    return CONDITIONS
