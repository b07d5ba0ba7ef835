"""Raises and clears the issue of a low balance. A balance also clears the issues of a frozen account and of an empty balance."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_LOW_BALANCE
from .problems import Problem, clear_issue, set_issue


@callback
def check_balance(hass: HomeAssistant, entry: ConfigEntry, balance: int) -> None:
    """Check a balance that the platform has just answered with. An answer proves that the account is not frozen."""
    clear_issue(hass, entry, Problem.ACCOUNT_FROZEN)
    if balance > 0:
        clear_issue(hass, entry, Problem.BALANCE_EMPTY)
    check_low_balance(hass, entry, balance)


@callback
def check_low_balance(hass: HomeAssistant, entry: ConfigEntry, balance: int) -> None:
    """Compare the balance that was last known with the limit of the options."""
    threshold = entry.options.get(CONF_LOW_BALANCE, 0)
    is_low = threshold > 0 and balance < threshold
    set_issue(hass, entry, Problem.BALANCE_LOW, is_low, balance=str(balance), threshold=str(threshold))
