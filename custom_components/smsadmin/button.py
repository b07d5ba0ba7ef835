"""Sending a test text to a recipient."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import SmsAdminConfigEntry
from .entity import RecipientEntity
from .recipients import Recipient, recipients_of

PARALLEL_UPDATES = 0

TEST = ButtonEntityDescription(key="test", translation_key="test", entity_category=EntityCategory.CONFIG)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a button for each recipient."""
    for recipient in recipients_of(entry):
        async_add_entities([SendTestButton(entry, recipient)], config_subentry_id=recipient.subentry_id)


class SendTestButton(RecipientEntity, ButtonEntity):
    """Sends a text that says that it is a test."""

    def __init__(self, entry: SmsAdminConfigEntry, recipient: Recipient) -> None:
        """Send by the recipient's account."""
        super().__init__(entry, recipient, TEST)
        self._entry = entry

    @override
    async def async_press(self) -> None:
        await self._entry.runtime_data.sender.async_send_test(self._recipient.mobiles)
