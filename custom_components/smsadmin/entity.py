"""What all entities have in common: the device that they belong to."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .account import SmsAdminConfigEntry
from .const import DOMAIN
from .recipients import Recipient


def account_device(entry: SmsAdminConfigEntry) -> DeviceInfo:
    """The account as a device."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer="SMSAdmin",
        model="HTTP interface V2.0.1",
        name=entry.title,
    )


class AccountEntity(Entity):
    """An entity of the account itself."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: SmsAdminConfigEntry, description: EntityDescription) -> None:
        """Belong to the account's device."""
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(entry)


class RecipientEntity(Entity):
    """An entity of a recipient."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: SmsAdminConfigEntry, recipient: Recipient, description: EntityDescription) -> None:
        """Belong to the recipient's device, which hangs on the account's."""
        self.entity_description = description
        self._recipient = recipient
        self._attr_unique_id = f"{entry.entry_id}_{recipient.subentry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{entry.entry_id}_{recipient.subentry_id}")},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="SMSAdmin",
            name=recipient.name,
            via_device_id=entry.runtime_data.device_id,
        )
