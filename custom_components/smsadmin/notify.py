"""Sends to a recipient as a notify entity."""

from typing import override

from homeassistant.components.notify import NotifyEntity, NotifyEntityDescription, NotifyEntityFeature
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import SIGNAL_SENT
from .coordinator import SmsAdminConfigEntry
from .entity import RecipientEntity, add_recipient_entities
from .outbound.app_commands import is_app_command
from .outbound.call import SendRequest, async_send_or_raise

PARALLEL_UPDATES = 0

MESSAGE = NotifyEntityDescription(key="message", translation_key="message", name=None)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a notify entity for each recipient."""
    add_recipient_entities(hass, entry, async_add_entities, lambda subentry_id: [RecipientNotify(entry, subentry_id, MESSAGE)])


class RecipientNotify(RecipientEntity, NotifyEntity):
    """Sends to all numbers of a recipient."""

    _attr_supported_features = NotifyEntityFeature.TITLE

    @override
    async def async_added_to_hass(self) -> None:
        signal = SIGNAL_SENT.format(self._entry.entry_id)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self._sent))

    @callback
    def _sent(self, recipient_ids: frozenset[str]) -> None:
        """Show that an action has sent to this recipient."""
        if self._subentry_id in recipient_ids:
            self._async_record_notification()

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send a text; HomeAssistantError if any number failed. A queued text is no failure."""
        if not is_app_command(message):
            await async_send_or_raise(self.hass, SendRequest(message=message, title=title, recipients=(self.recipient,)))
