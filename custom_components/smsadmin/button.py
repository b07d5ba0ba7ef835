"""Sends a test text to a recipient."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SmsAdminConfigEntry
from .entity import RecipientEntity, add_recipient_entities
from .errors import send_error
from .outbound.call import async_send_test

PARALLEL_UPDATES = 0

TEST = ButtonEntityDescription(key="test", translation_key="test", entity_category=EntityCategory.CONFIG)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a button for each recipient."""
    add_recipient_entities(hass, entry, async_add_entities, lambda subentry_id: [SendTestButton(entry, subentry_id, TEST)])


class SendTestButton(RecipientEntity, ButtonEntity):
    """Sends a text that says that it is a test."""

    @override
    async def async_press(self) -> None:
        result = await async_send_test(self.hass, self.recipient)
        if result.has_failed:
            raise send_error(self.hass, result)
