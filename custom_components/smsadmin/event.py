"""Replies and delivery reports as event entities."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import SIGNAL_RECEIVED
from .coordinator import SmsAdminConfigEntry
from .entity import AccountEntity, RecipientEntity, add_recipient_entities
from .gateway.models import DeliveryStatus, Record, Reply
from .message_log.models import PublishedRecord
from .recipients import find_recipient_by_id

PARALLEL_UPDATES = 0

EVENT_TYPE_RECEIVED = "received"

REPLY = EventEntityDescription(key="reply", translation_key="reply", event_types=[EVENT_TYPE_RECEIVED])
DELIVERY_REPORT = EventEntityDescription(
    key="delivery_report", translation_key="delivery_report", event_types=list(DeliveryStatus)
)

# The entity itself or its device says these already.
_REDUNDANT = {"config_entry_id", "account", "entity_id", "device_id"}


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entities of an account and of its recipients."""
    async_add_entities([AccountEvent(entry, REPLY), AccountEvent(entry, DELIVERY_REPORT)])
    add_recipient_entities(hass, entry, async_add_entities, lambda subentry_id: [RecipientReply(entry, subentry_id, REPLY)])


class ReceivedEvent(EventEntity):
    """Shows replies or reports of an account; mixed into an entity that has a device."""

    _entry: SmsAdminConfigEntry

    @override
    async def async_added_to_hass(self) -> None:
        signal = SIGNAL_RECEIVED.format(self._entry.entry_id)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self._received))

    @callback
    def _received(self, published: PublishedRecord) -> None:
        """Show a reply or report that this entity is about."""
        record, data = published
        event_type = EVENT_TYPE_RECEIVED if isinstance(record, Reply) else record.outcome
        if event_type in self.event_types and self._is_about(record):
            self._trigger_event(event_type, {name: value for name, value in data.items() if name not in _REDUNDANT})
            self.async_write_ha_state()

    def _is_about(self, record: Record) -> bool:
        """Whether this entity is about a record."""
        return True


class AccountEvent(AccountEntity, ReceivedEvent):
    """All replies, or all reports, of an account."""

    def __init__(self, entry: SmsAdminConfigEntry, description: EventEntityDescription) -> None:
        """Follow the account."""
        super().__init__(entry, description)
        self._entry = entry


class RecipientReply(RecipientEntity, ReceivedEvent):
    """The replies from a recipient's numbers."""

    @override
    def _is_about(self, record: Record) -> bool:
        recipient = find_recipient_by_id(self._entry, self._subentry_id)
        return recipient is not None and recipient.has_number(record.mobile)
