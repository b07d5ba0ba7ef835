"""The bus event by which Activity shows what became of a text, at the recipient that it was for."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN, EVENT_MESSAGE
from .message_log.models import MessageState
from .recipients import find_recipient_by_id


@callback
def fire_message_event(
    hass: HomeAssistant,
    entry: ConfigEntry,
    recipient_id: str | None,
    message_id: str,
    state: MessageState,
    reason: str | None = None,
) -> None:
    """Fire the event of a text that is queued, was accepted, or has failed. It holds neither the text nor a number."""
    recipient = find_recipient_by_id(entry, recipient_id)
    hass.bus.async_fire(
        EVENT_MESSAGE,
        {
            ATTR_CONFIG_ENTRY_ID: entry.entry_id,
            "message_id": message_id,
            "recipient": recipient.name if recipient else None,
            **registry_ids(hass, entry, recipient_id),
            "state": state.value,
            "reason": reason,
        },
    )


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
