"""Brings entries of older versions along; entity ids and unique ids stay."""

import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant

from .const import SUBENTRY_TYPE_RECIPIENT

VERSION = 1
MINOR_VERSION = 2

_DEFAULT_TITLE = re.compile(r"SMSAdmin( [0-9]+)?")


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring an entry of version 1.1 (release 1.0.0) to 1.2; a later major version can't be read."""
    if entry.version > VERSION:
        return False
    if entry.minor_version < MINOR_VERSION:
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_RECIPIENT):
            data = {key: value for key, value in subentry.data.items() if key != CONF_NAME}
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
        title = account_title(entry.data[CONF_USERNAME]) if _DEFAULT_TITLE.fullmatch(entry.title) else entry.title
        hass.config_entries.async_update_entry(
            entry, title=title, data={CONF_VERIFY_SSL: True, **entry.data}, minor_version=MINOR_VERSION
        )
    return True


def account_title(username: str) -> str:
    """The title of an account, by which people tell accounts apart."""
    return f"SMSAdmin {username}"
