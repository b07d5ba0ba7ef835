"""The balance, the counters of the message log, and the state of the last text to each recipient, as sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import BalanceCoordinator, LogCoordinator, LogFigures, SmsAdminConfigEntry
from .entity import AccountEntity, RecipientEntity, add_recipient_entities
from .errors import describe_reason
from .message_log.models import Counter, LastMessage, MessageState
from .translation import local_iso, optional_local_iso

PARALLEL_UPDATES = 0

BALANCE = SensorEntityDescription(
    key="balance",
    translation_key="balance",
    # A class of our own, so that blueprints can offer balance sensors alone.
    device_class="smsadmin__balance",  # type: ignore[arg-type]
    state_class=SensorStateClass.MEASUREMENT,
)


@dataclass(frozen=True, kw_only=True)
class AccountDescription(SensorEntityDescription):
    """A sensor of the account, and how its value is read from the figures of the message log."""

    value_fn: Callable[[LogFigures], int | datetime | None]


def _counter(counter: Counter) -> AccountDescription:
    return AccountDescription(
        key=counter,
        translation_key=counter,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda figures: figures.summary.counters[counter],
    )


ACCOUNT_SENSORS = (
    *(_counter(counter) for counter in Counter),
    AccountDescription(
        key="queued",
        translation_key="queued",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda figures: figures.summary.queued,
    ),
    # The unique id keeps the key of release 1.0.0.
    AccountDescription(
        key="quarantined",
        translation_key="quarantined",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda figures: figures.summary.quarantined,
    ),
    AccountDescription(
        key="last_push",
        translation_key="last_push",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda figures: figures.summary.last_push,
    ),
    AccountDescription(
        key="last_pull",
        translation_key="last_pull",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda figures: figures.last_pull,
    ),
)


UNKNOWN_STATUS = "unknown_status"
"""`unknown` is a state of Home Assistant's own: a report of the status UNKNOWN has another name here."""

OUTBOUND_STATES = [
    UNKNOWN_STATUS if state is MessageState.UNKNOWN else state.value
    for state in MessageState
    if state not in (MessageState.RECEIVED, MessageState.QUARANTINED)
]

LAST_MESSAGE = SensorEntityDescription(
    key="last_message", translation_key="last_message", device_class=SensorDeviceClass.ENUM, options=OUTBOUND_STATES
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an account and of its recipients."""
    async_add_entities([BalanceSensor(entry), *(AccountSensor(entry, description) for description in ACCOUNT_SENSORS)])
    add_recipient_entities(
        hass, entry, async_add_entities, lambda subentry_id: [LastMessageSensor(entry, subentry_id, LAST_MESSAGE)]
    )


class BalanceSensor(AccountEntity, CoordinatorEntity[BalanceCoordinator], SensorEntity):
    """The number of messages left."""

    def __init__(self, entry: SmsAdminConfigEntry) -> None:
        """Follow the account's coordinator."""
        CoordinatorEntity.__init__(self, entry.runtime_data.balance)
        AccountEntity.__init__(self, entry, BALANCE)

    @property
    @override
    def available(self) -> bool:
        """Available once the platform has answered; until then the coordinator reports success without data."""
        return super().available and self.coordinator.data is not None

    @property
    @override
    def native_value(self) -> int | None:
        """The balance, negative for a debt."""
        return self.coordinator.data


class AccountSensor(AccountEntity, CoordinatorEntity[LogCoordinator], SensorEntity):
    """A figure or time of the message log."""

    entity_description: AccountDescription

    def __init__(self, entry: SmsAdminConfigEntry, description: AccountDescription) -> None:
        """Follow the log."""
        CoordinatorEntity.__init__(self, entry.runtime_data.summary)
        AccountEntity.__init__(self, entry, description)

    @property
    @override
    def native_value(self) -> int | datetime | None:
        return self.entity_description.value_fn(self.coordinator.data)


class LastMessageSensor(RecipientEntity, CoordinatorEntity[LogCoordinator], SensorEntity):
    """The state of the last text to a recipient; of a group, the worst of its numbers'."""

    # Texts stay out of the history.
    _unrecorded_attributes = frozenset({"message"})

    def __init__(self, entry: SmsAdminConfigEntry, subentry_id: str, description: SensorEntityDescription) -> None:
        """Follow the log."""
        CoordinatorEntity.__init__(self, entry.runtime_data.summary)
        RecipientEntity.__init__(self, entry, subentry_id, description)

    @property
    def _message(self) -> LastMessage | None:
        return self.coordinator.data.last_messages.get(self._subentry_id)

    @property
    @override
    def native_value(self) -> str | None:
        if self._message is None:
            return None
        return UNKNOWN_STATUS if self._message.state is MessageState.UNKNOWN else self._message.state.value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """The text, when it was sent, and why it is in its state."""
        if (message := self._message) is None:
            return None
        return {
            "message": message.message,
            "sent_at": local_iso(message.at),
            "send_at": optional_local_iso(message.send_at),
            "reason": describe_reason(self.hass, message.state, message.reason, message.status),
        }
