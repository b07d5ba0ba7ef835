"""The balance, the counters of the message log, and what became of the last message to each recipient, as sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import Account, SmsAdminConfigEntry
from .coordinator import BalanceCoordinator, LogCoordinator
from .entity import AccountEntity, RecipientEntity
from .message_log.models import Counter, MessageState
from .recipients import Recipient, recipients_of

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
    """Something that changes with the message log."""

    value_fn: Callable[[Account], int | datetime | None]


def _counter(counter: Counter) -> AccountDescription:
    return AccountDescription(
        key=counter,
        translation_key=counter,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda account: account.summary.data.counters[counter],
    )


ACCOUNT = (
    *(_counter(counter) for counter in Counter),
    AccountDescription(
        key="quarantined",
        translation_key="quarantined",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda account: account.summary.data.quarantined,
    ),
    AccountDescription(
        key="last_push",
        translation_key="last_push",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda account: account.summary.data.last_push,
    ),
    AccountDescription(
        key="last_pull",
        translation_key="last_pull",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda account: account.puller.last_pull,
    ),
)

OUTBOUND_STATES = [state.value for state in MessageState if state not in (MessageState.RECEIVED, MessageState.QUARANTINED)]
LAST_MESSAGE = SensorEntityDescription(
    key="last_message", translation_key="last_message", device_class=SensorDeviceClass.ENUM, options=OUTBOUND_STATES
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an account and of its recipients."""
    async_add_entities([BalanceSensor(entry), *(AccountSensor(entry, description) for description in ACCOUNT)])
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


class AccountSensor(AccountEntity, CoordinatorEntity[LogCoordinator], SensorEntity):
    """Something that changes with the message log."""

    entity_description: AccountDescription

    def __init__(self, entry: SmsAdminConfigEntry, description: AccountDescription) -> None:
        """Follow the log."""
        CoordinatorEntity.__init__(self, entry.runtime_data.summary)
        AccountEntity.__init__(self, entry, description)
        self._account = entry.runtime_data

    @property
    @override
    def native_value(self) -> int | datetime | None:
        return self.entity_description.value_fn(self._account)


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
