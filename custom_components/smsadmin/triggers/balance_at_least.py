"""The condition balance_at_least."""

from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.condition import Condition
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.ulid import ulid_now
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import SmsAdminConfigEntry
from ..issues.choices import watch_missing
from .options import ACCOUNT_SCHEMA, Selection

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
    """True if the selected account, or every enabled account, is known to have at least `balance` messages left."""

    _stop_watching: CALLBACK_TYPE | None = None

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        validated: ConfigType = SCHEMA(config)
        return validated

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Keep the options."""
        super().__init__(hass, config)
        options = config.options or {}
        self._threshold = options[CONF_BALANCE]
        self._selection = Selection(hass, options)

    @override
    async def _async_setup(self) -> None:
        # A condition does not know its automation, so the issue names the condition.
        self._stop_watching = watch_missing(self._hass, self._selection.missing, f"{DOMAIN}.balance_at_least", ulid_now())

    @override
    def _async_unload(self) -> None:
        if stop := self._stop_watching:
            self._stop_watching = None
            stop()

    @override
    def _async_check(self, **kwargs: Any) -> bool:
        entries = [entry for entry in self._selection.accounts() if entry.disabled_by is None]
        return bool(entries) and all(_balance(entry) >= self._threshold for entry in entries)


def _balance(entry: SmsAdminConfigEntry) -> int:
    """Return the messages left; -1 if the balance is unknown."""
    if entry.state is not ConfigEntryState.LOADED or not entry.runtime_data.balance.last_update_success:
        return -1
    balance = entry.runtime_data.balance.data
    return -1 if balance is None else balance
