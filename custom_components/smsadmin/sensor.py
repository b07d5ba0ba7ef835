"""The balance as a sensor."""

from typing import override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import SmsAdminConfigEntry
from .coordinator import BalanceCoordinator
from .entity import AccountEntity

PARALLEL_UPDATES = 0

BALANCE = SensorEntityDescription(key="balance", translation_key="balance", state_class=SensorStateClass.MEASUREMENT)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of an account."""
    async_add_entities([BalanceSensor(entry)])


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
