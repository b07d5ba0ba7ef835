"""Backups by Home Assistant: the files of the message logs rest while they are copied. What comes in meanwhile is kept beside them."""

from homeassistant.core import HomeAssistant

from .const import LOGGER
from .intake import all_intakes
from .message_log.errors import LogError


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Let the files rest; a log that does not work keeps nobody from backing up everything else."""
    for intake in all_intakes(hass):
        try:
            await intake.log.rest()
        except LogError as err:
            LOGGER.warning("A message log could not be made ready for the backup: %s", err)


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on as before."""
    for intake in all_intakes(hass):
        try:
            await intake.log.resume()
        except LogError as err:
            LOGGER.warning("A message log did not go on after the backup: %s", err)
