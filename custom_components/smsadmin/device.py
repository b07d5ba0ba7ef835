"""The devices: one for an account, and one for each of its recipients."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import DOMAIN
from .recipients import recipients_of


def account_device(entry: ConfigEntry) -> DeviceInfo:
    """The account as a device."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="SMSAdmin",
        model="HTTP interface V2.0.1",
        name=entry.title,
    )


@callback
def update_device_names(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the devices the names that the account and its recipients have by now."""
    names = {(DOMAIN, entry.entry_id): entry.title} | {
        recipient_device_id(entry, recipient.subentry_id): recipient.name for recipient in recipients_of(entry)
    }
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        name = next((names[identifier] for identifier in device.identifiers if identifier in names), device.name)
        if name != device.name:
            registry.async_update_device(device.id, name=name)


def recipient_device_id(entry: ConfigEntry, subentry_id: str) -> tuple[str, str]:
    """The identifier of a recipient's device."""
    return DOMAIN, f"{entry.entry_id}_{subentry_id}"
