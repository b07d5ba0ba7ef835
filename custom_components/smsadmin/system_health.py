"""What the system information page shows of all accounts together."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration, async_check_can_reach_url
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from yarl import URL

from .account import Account, all_accounts
from .const import DOMAIN
from .coordinator import SmsAdminConfigEntry
from .message_log.errors import LogError


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what the page asks for."""
    register.async_register_info(_info, "/config/integrations/integration/smsadmin")


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """The accounts that are enabled, whether their platforms can be reached, and what their logs hold."""
    accounts = list(all_accounts(hass))
    return {
        "accounts": len(accounts),
        "can_reach_platform": _reach_all(hass, {str(URL(account.entry.data[CONF_URL]).origin()) for account in accounts}),
        "last_contact": _last_contact(hass),
        "waiting_messages": _figure(_unpublished(accounts)),
        "log_size": _figure(_size(accounts)),
    }


def _last_contact(hass: HomeAssistant) -> Any:
    """When a platform last answered a balance query."""
    entries: list[SmsAdminConfigEntry] = hass.config_entries.async_entries(DOMAIN)
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    return max((time for entry in loaded if (time := entry.runtime_data.balance.last_update_success_time)), default=None)


async def _reach_all(hass: HomeAssistant, urls: set[str]) -> Any:
    """Whether all platforms answer; the error of the first that does not."""
    answers = await asyncio.gather(*(async_check_can_reach_url(hass, url) for url in sorted(urls)))
    return next((answer for answer in answers if answer != "ok"), "ok")


async def _figure(figure: Awaitable[Any]) -> Any:
    """A figure of the logs, or the error of one that does not work."""
    try:
        return await figure
    except LogError as err:
        return {"type": "failed", "error": type(err).__name__}


async def _unpublished(accounts: list[Account]) -> int:
    """Replies and reports that were stored and are not published."""
    return sum([(await account.log.summarise()).unpublished for account in accounts])


async def _size(accounts: list[Account]) -> str:
    """The space that the message logs take."""
    return f"{sum([await account.log.size() for account in accounts]) / 2**20:.1f} MiB"
