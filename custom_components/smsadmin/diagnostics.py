"""What somebody who helps needs to see: settings, states and figures, and nothing of what was written to or by whom."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant

from .account import SmsAdminConfigEntry
from .const import CONF_ALLOWED_SOURCES, CONF_PASSWORD_MD5, CONF_SIGNATURE
from .inbound.push_url import push_warnings
from .message_log.errors import LogError
from .message_log.models import Message, MessageFilter
from .recipients import recipients_of

_SECRETS = {CONF_USERNAME, CONF_PASSWORD_MD5, CONF_WEBHOOK_ID, CONF_SIGNATURE, CONF_ALLOWED_SOURCES}

RECENT = 20
"""Messages whose states are shown."""


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> dict[str, Any]:
    """Everything about an account but what is private."""
    account = entry.runtime_data
    return {
        "data": async_redact_data(entry.data, _SECRETS),
        "options": async_redact_data(entry.options, _SECRETS),
        "recipients": [len(recipient.mobiles) for recipient in recipients_of(entry)],
        "balance": {"value": account.balance.data, "last_update_success": account.balance.last_update_success},
        "last_pull": account.puller.last_pull,
        "push_obstacles": push_warnings(hass, entry),
        "log": await _log(entry),
    }


async def _log(entry: SmsAdminConfigEntry) -> dict[str, Any]:
    """The message log in figures, and what became of the last messages; or why it does not tell."""
    account = entry.runtime_data
    try:
        recent = await account.log.find(MessageFilter(limit=RECENT))
    except LogError as err:
        return {"error": type(err).__name__}
    summary = account.summary.data
    return {
        "counters": summary.counters,
        "quarantined": summary.quarantined,
        "waiting": summary.waiting,
        "size": await account.log.size(),
        "recent": [_without_content(message) for message in recent],
    }


def _without_content(message: Message) -> dict[str, Any]:
    """When a message came to which state, and by which way."""
    return {
        "direction": message.direction,
        "length": len(message.message),
        "history": [(step.at.isoformat(), step.state, step.source) for step in message.history],
    }
