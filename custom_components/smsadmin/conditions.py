"""Conditions about accounts."""

from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import Condition
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .account import SmsAdminConfigEntry
from .automation_options import ACCOUNT_SCHEMA, accounts, validate_options

if TYPE_CHECKING:
    from homeassistant.helpers.condition import ConditionConfig

CONF_BALANCE = "balance"

SCHEMA = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): {
            **ACCOUNT_SCHEMA,
            vol.Required(CONF_BALANCE): vol.All(vol.Coerce(float), vol.Range(min=0)),
        }
    }
)


class BalanceAtLeast(Condition):
    """True while an account, or else every one, is known to have so many messages left."""

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        return {CONF_OPTIONS: validate_options(hass, SCHEMA(config)[CONF_OPTIONS])}

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take the options."""
        super().__init__(hass, config)
        self._options = config.options or {}

    @override
    def _async_check(self, **kwargs: Any) -> bool:
        entries = [entry for entry in accounts(self._hass, self._options) if entry.disabled_by is None]
        return bool(entries) and all(_balance(entry) >= self._options[CONF_BALANCE] for entry in entries)


def _balance(entry: SmsAdminConfigEntry) -> int:
    """The messages left; less than none where that is not known."""
    if entry.state is not ConfigEntryState.LOADED or not entry.runtime_data.balance.last_update_success:
        return -1
    return entry.runtime_data.balance.data
