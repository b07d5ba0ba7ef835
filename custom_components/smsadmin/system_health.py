"""What the system information page says of all accounts together."""

import asyncio
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration, async_check_can_reach_url
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_URL
from homeassistant.core import HomeAssistant, callback
from yarl import URL

from .account import SmsAdminConfigEntry
from .const import DOMAIN
from .message_log.errors import LogError


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Show the page what to ask."""
    register.async_register_info(_info, "/config/integrations/integration/smsadmin")


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """The accounts that are loaded, whether their platforms can be reached, and what their logs hold."""
    entries: list[SmsAdminConfigEntry] = [
        entry for entry in hass.config_entries.async_entries(DOMAIN) if entry.state is ConfigEntryState.LOADED
    ]
    contacts = [time for entry in entries if (time := entry.runtime_data.balance.last_update_success_time)]
    return {
        "accounts": len(entries),
        "can_reach_platform": _reach_all(hass, {str(URL(entry.data[CONF_URL]).origin()) for entry in entries}),
        "last_contact": max(contacts, default=None),
        "waiting_messages": _waiting(entries),
        "log_size": _size(entries),
    }


async def _reach_all(hass: HomeAssistant, urls: set[str]) -> Any:
    """Whether all platforms answer; what keeps the first from it that does not."""
    answers = await asyncio.gather(*(async_check_can_reach_url(hass, url) for url in sorted(urls)))
    return next((answer for answer in answers if answer != "ok"), "ok")


async def _waiting(entries: list[SmsAdminConfigEntry]) -> Any:
    """Replies and reports that were received and have not been handed over."""
    try:
        return sum([(await entry.runtime_data.log.summarise()).waiting for entry in entries])
    except LogError as err:
        return {"type": "failed", "error": type(err).__name__}


async def _size(entries: list[SmsAdminConfigEntry]) -> str:
    """The space that the message logs take."""
    return f"{sum([await entry.runtime_data.log.size() for entry in entries]) / 2**20:.1f} MiB"
