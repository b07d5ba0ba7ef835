"""The bus event by which Activity shows the state of a text, at the recipient that it was for."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback

from ..const import EVENT_MESSAGE
from ..message_log.models import MessageState
from ..recipients import find_recipient_by_id, registry_ids


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
