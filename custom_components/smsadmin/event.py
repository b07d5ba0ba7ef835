"""Replies and delivery reports as event entities."""

from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.signal_type import SignalType

from .account import SmsAdminConfigEntry
from .entity import AccountEntity, RecipientEntity
from .gateway.models import DeliveryStatus, Reply
from .inbound.publisher import SIGNAL_RECEIVED, Received
from .recipients import Recipient, recipients_of

PARALLEL_UPDATES = 0

EVENT_TYPE_RECEIVED = "received"

REPLY = EventEntityDescription(key="reply", translation_key="reply", event_types=[EVENT_TYPE_RECEIVED])
DELIVERY_REPORT = EventEntityDescription(
    key="delivery_report", translation_key="delivery_report", event_types=list(DeliveryStatus)
)

# What the entity itself or its device says already.
_REDUNDANT = {"config_entry_id", "account"}


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entities of an account and of its recipients."""
    async_add_entities([AccountEvent(entry, REPLY), AccountEvent(entry, DELIVERY_REPORT)])
    for recipient in recipients_of(entry):
        async_add_entities([RecipientReply(entry, recipient)], config_subentry_id=recipient.subentry_id)


class ReceivedEvent(EventEntity):
    """Follows what comes in for an account; mixed into an entity that has a device."""

    _signal: SignalType[Received]

    @override
    async def async_added_to_hass(self) -> None:
        self.async_on_remove(async_dispatcher_connect(self.hass, self._signal, self._received))

    @callback
    def _received(self, received: Received) -> None:
        """Show what this entity is about."""
        event_type = _event_type(received)
        if event_type in self.event_types and self._concerns(received):
            self._trigger_event(event_type, {name: value for name, value in received.data.items() if name not in _REDUNDANT})
            self.async_write_ha_state()

    def _concerns(self, received: Received) -> bool:
        """Whether this entity is about it."""
        return True


class AccountEvent(AccountEntity, ReceivedEvent):
    """All replies, or all reports, of an account."""

    def __init__(self, entry: SmsAdminConfigEntry, description: EventEntityDescription) -> None:
        """Follow the account."""
        super().__init__(entry, description)
        self._signal = SIGNAL_RECEIVED.format(entry.entry_id)


class RecipientReply(RecipientEntity, ReceivedEvent):
    """The replies from a recipient's numbers."""

    def __init__(self, entry: SmsAdminConfigEntry, recipient: Recipient) -> None:
        """Follow the account."""
        super().__init__(entry, recipient, REPLY)
        self._signal = SIGNAL_RECEIVED.format(entry.entry_id)

    @override
    def _concerns(self, received: Received) -> bool:
        return received.record.mobile in self._recipient.mobiles


def _event_type(received: Received) -> str:
    """Replies are received; reports are of the type of their outcome."""
    return EVENT_TYPE_RECEIVED if isinstance(received.record, Reply) else received.record.outcome
