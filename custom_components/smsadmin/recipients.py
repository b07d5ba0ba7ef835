"""The people and groups that the user has given names to: subentries of the account."""

from collections.abc import Iterator
from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import CONF_MOBILES, DOMAIN, SUBENTRY_TYPE_RECIPIENT


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """A name and the numbers behind it."""

    entry_id: str
    subentry_id: str
    name: str
    mobiles: tuple[str, ...]


def recipients_of(entry: ConfigEntry) -> Iterator[Recipient]:
    """All recipients of an account."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_RECIPIENT):
        yield Recipient(
            entry_id=entry.entry_id,
            subentry_id=subentry.subentry_id,
            name=subentry.data[CONF_NAME],
            mobiles=tuple(subentry.data[CONF_MOBILES]),
        )


def recipient_name(entry: ConfigEntry, mobile: str) -> str | None:
    """The name of whoever has a number; where several do, the first."""
    return next((recipient.name for recipient in recipients_of(entry) if mobile in recipient.mobiles), None)


@callback
def find_recipient(hass: HomeAssistant, entity_id: str) -> Recipient | None:
    """The recipient behind a notify entity."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.domain != Platform.NOTIFY:
        return None
    recipients = (recipient for entry in hass.config_entries.async_entries(DOMAIN) for recipient in recipients_of(entry))
    return next((recipient for recipient in recipients if recipient.subentry_id == entity.config_subentry_id), None)
