"""The balance, the counters of the message log, and what became of the last message to each recipient, as sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import SmsAdminConfigEntry
from .coordinator import BalanceCoordinator, LogCoordinator
from .entity import AccountEntity, RecipientEntity
from .message_log.models import Counter, State, Summary
from .recipients import Recipient, recipients_of

PARALLEL_UPDATES = 0

BALANCE = SensorEntityDescription(key="balance", translation_key="balance", state_class=SensorStateClass.MEASUREMENT)


@dataclass(frozen=True, kw_only=True)
class SummaryDescription(SensorEntityDescription):
    """A figure of the message log."""

    value_fn: Callable[[Summary], int]


def _counter(counter: Counter) -> SummaryDescription:
    return SummaryDescription(
        key=counter,
        translation_key=counter,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda summary: summary.counters[counter],
    )


SUMMARIES = (
    *(_counter(counter) for counter in Counter),
    SummaryDescription(
        key="quarantined",
        translation_key="quarantined",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda summary: summary.quarantined,
    ),
)

OUTBOUND_STATES = [state.value for state in State if state not in (State.RECEIVED, State.QUARANTINED)]
LAST_MESSAGE = SensorEntityDescription(
    key="last_message", translation_key="last_message", device_class=SensorDeviceClass.ENUM, options=OUTBOUND_STATES
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an account and of its recipients."""
    async_add_entities([BalanceSensor(entry), *(SummarySensor(entry, description) for description in SUMMARIES)])
    for recipient in recipients_of(entry):
        async_add_entities([LastMessageSensor(entry, recipient)], config_subentry_id=recipient.subentry_id)


class BalanceSensor(AccountEntity, CoordinatorEntity[BalanceCoordinator], SensorEntity):
    """Messages left."""

    def __init__(self, entry: SmsAdminConfigEntry) -> None:
        """Follow the account's coordinator."""
        CoordinatorEntity.__init__(self, entry.runtime_data.balance)
        AccountEntity.__init__(self, entry, BALANCE)

    @property
    @override
    def native_value(self) -> int:
        """Negative for a debt."""
        return self.coordinator.data


class SummarySensor(AccountEntity, CoordinatorEntity[LogCoordinator], SensorEntity):
    """A figure of the message log."""

    entity_description: SummaryDescription

    def __init__(self, entry: SmsAdminConfigEntry, description: SummaryDescription) -> None:
        """Follow the log."""
        CoordinatorEntity.__init__(self, entry.runtime_data.summary)
        AccountEntity.__init__(self, entry, description)

    @property
    @override
    def native_value(self) -> int:
        return self.entity_description.value_fn(self.coordinator.data)


class LastMessageSensor(RecipientEntity, CoordinatorEntity[LogCoordinator], SensorEntity):
    """What became of the last message to a recipient; of a group, the least good of it."""

    def __init__(self, entry: SmsAdminConfigEntry, recipient: Recipient) -> None:
        """Follow the log."""
        CoordinatorEntity.__init__(self, entry.runtime_data.summary)
        RecipientEntity.__init__(self, entry, recipient, LAST_MESSAGE)

    @property
    @override
    def native_value(self) -> str | None:
        return self.coordinator.state_of(self._recipient.subentry_id)
