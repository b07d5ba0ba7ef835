"""The devices, one for an account and one for each of its recipients, and the ids of a recipient in the registries."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
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


@callback
def registry_ids(hass: HomeAssistant, entry: ConfigEntry, recipient_id: str | None) -> dict[str, Any]:
    """The notify entity and the device of a recipient, None where there is none."""
    registry = er.async_get(hass)
    entity_id = recipient_id and registry.async_get_entity_id(
        Platform.NOTIFY, DOMAIN, recipient_unique_id(entry.entry_id, recipient_id, "message")
    )
    entity = registry.async_get(entity_id) if entity_id else None
    return {ATTR_ENTITY_ID: entity_id or None, ATTR_DEVICE_ID: entity.device_id if entity else None}


def recipient_unique_id(entry_id: str, subentry_id: str, key: str) -> str:
    """The unique id of an entity of a recipient."""
    return f"{entry_id}_{subentry_id}_{key}"
