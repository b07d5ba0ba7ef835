"""Brings entries of older versions along; entity ids and unique ids stay."""

import itertools
import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN, SUBENTRY_TYPE_RECIPIENT

VERSION = 1
MINOR_VERSION = 2

_DEFAULT_TITLE = re.compile(r"SMSAdmin( [0-9]+)?")


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring an entry of version 1.1 (release 1.0.0) to 1.2; later minor versions can be read as they are."""
    if entry.minor_version < MINOR_VERSION:
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_RECIPIENT):
            data = {key: value for key, value in subentry.data.items() if key != CONF_NAME}
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
        title = account_title(hass, entry.data[CONF_USERNAME]) if _DEFAULT_TITLE.fullmatch(entry.title) else entry.title
        hass.config_entries.async_update_entry(
            entry, title=title, data={CONF_VERIFY_SSL: True, **entry.data}, minor_version=MINOR_VERSION
        )
    return True


@callback
def account_title(hass: HomeAssistant, username: str) -> str:
    """The title for a user id; numbered where an account of another platform with the same user id has it."""
    titles = {entry.title for entry in hass.config_entries.async_entries(DOMAIN)}
    base = f"SMSAdmin {username}"
    candidates = itertools.chain([base], (f"{base} ({number})" for number in itertools.count(2)))
    return next(title for title in candidates if title not in titles)


def is_account_title(title: str, username: str) -> bool:
    """Whether a title is one that we gave for a user id."""
    return re.fullmatch(rf"SMSAdmin {re.escape(username)}( \(\d+\))?", title) is not None
