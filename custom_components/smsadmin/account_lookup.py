"""Finds accounts. Modules that `account.py` imports use it, so it is not part of `account.py`."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

if TYPE_CHECKING:
    from .account import Account, Accounts

ACCOUNTS: HassKey[Accounts] = HassKey(f"{DOMAIN}_accounts")


@callback
def find_account(hass: HomeAssistant, entry_id: str) -> Account | None:
    """An account, if it exists and is enabled."""
    return hass.data[ACCOUNTS].find(entry_id) if ACCOUNTS in hass.data else None


@callback
def all_accounts(hass: HomeAssistant) -> tuple[Account, ...]:
    """All accounts that are enabled."""
    return hass.data[ACCOUNTS].all if ACCOUNTS in hass.data else ()
