"""Base classes of the entities, with the device that they belong to, and the function that adds those of recipients."""

from collections.abc import Callable, Sequence

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN, SIGNAL_ENTRY_UPDATED
from .coordinator import SmsAdminConfigEntry
from .recipients import Recipient, create_recipient, recipient_device_id, recipient_unique_id, recipients_of
from .translation import localised


class AccountEntity(Entity):
    """An entity of the account itself."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: SmsAdminConfigEntry, description: EntityDescription) -> None:
        """Belong to the account's device."""
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry.entry_id)})


class RecipientEntity(Entity):
    """An entity of a recipient."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: SmsAdminConfigEntry, subentry_id: str, description: EntityDescription) -> None:
        """Belong to the recipient's device, which is shown as connected via the account's."""
        self.entity_description = description
        self._entry = entry
        self._subentry_id = subentry_id
        self._attr_unique_id = recipient_unique_id(entry.entry_id, subentry_id, description.key)
        self._attr_device_info = DeviceInfo(
            identifiers={recipient_device_id(entry, subentry_id)},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="SMSAdmin",
            name=entry.subentries[subentry_id].title,
            via_device_id=entry.runtime_data.device_id,
        )

    @property
    def recipient(self) -> Recipient:
        """The recipient as it is now; its name and numbers may change."""
        return create_recipient(self._entry, self._entry.subentries[self._subentry_id])


@callback
def add_recipient_entities(
    hass: HomeAssistant,
    entry: SmsAdminConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str], Sequence[Entity]],
) -> None:
    """Add the entities of all recipients, and of those that are added later; `create` is called with the id of the subentry."""
    known: set[str] = set()

    @callback
    def add_new() -> None:
        for recipient in recipients_of(entry):
            if recipient.subentry_id not in known:
                known.add(recipient.subentry_id)
                async_add_entities(create(recipient.subentry_id), config_subentry_id=recipient.subentry_id)

    add_new()
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_ENTRY_UPDATED.format(entry.entry_id), add_new))


def account_device(hass: HomeAssistant, entry: ConfigEntry) -> DeviceInfo:
    """The account as a device; its model is in the language of this Home Assistant."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="SMSAdmin",
        model=localised(hass, "common.device_model"),
        name=entry.title,
    )
