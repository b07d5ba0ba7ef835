"""Diagnostics: settings, states and figures, without texts, numbers or secrets."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant

from .account import find_account
from .const import (
    CONF_ALLOWED_SOURCES,
    CONF_FORMER_IDS,
    CONF_LEGACY_SERVICE,
    CONF_NUMBERED_SERVICES,
    CONF_PASSWORD_MD5,
    CONF_RECIPIENT_SERVICES,
    CONF_SIGNATURE,
)
from .coordinator import SmsAdminConfigEntry
from .inbound.push_url import push_warnings
from .message_log.errors import LogError
from .message_log.log import MessageLog
from .message_log.models import Message, MessageFilter
from .recipients import recipients_of

_SECRETS = {
    CONF_USERNAME,
    CONF_LEGACY_SERVICE,
    CONF_NUMBERED_SERVICES,
    CONF_RECIPIENT_SERVICES,
    CONF_FORMER_IDS,
    CONF_PASSWORD_MD5,
    CONF_WEBHOOK_ID,
    CONF_SIGNATURE,
    CONF_ALLOWED_SOURCES,
}

RECENT = 20
"""Messages whose states are shown."""


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> dict[str, Any]:
    """Everything about an account but what is private; in every state of its entry."""
    account = find_account(hass, entry.entry_id)
    return {
        "data": async_redact_data(entry.data, _SECRETS),
        "options": async_redact_data(entry.options, _SECRETS),
        "recipients": [len(recipient.mobiles) for recipient in recipients_of(entry)],
        "balance": _balance(entry),
        "last_pull": account.puller.last_pull if account else None,
        "queued_submissions": len(account.outbox.outgoings) if account else None,
        "push_warnings": push_warnings(hass, entry),
        "log": await _log(account.log) if account else None,
    }


def _balance(entry: SmsAdminConfigEntry) -> dict[str, Any] | None:
    if entry.state is not ConfigEntryState.LOADED:
        return None
    balance = entry.runtime_data.balance
    return {"value": balance.data, "last_update_success": balance.last_update_success}


async def _log(log: MessageLog) -> dict[str, Any]:
    """The message log in figures, and the states of the last messages; or why it can't be read."""
    try:
        summary = await log.summarise()
        recent = await log.find(MessageFilter(limit=RECENT))
        size = await log.size()
    except LogError as err:
        return {"error": type(err).__name__}
    return {
        "counters": summary.counters,
        "queued": summary.queued,
        "quarantined": summary.quarantined,
        "unpublished": summary.unpublished,
        "size": size,
        "recent": [_without_content(message) for message in recent],
    }


def _without_content(message: Message) -> dict[str, Any]:
    """When a message came to which state, and by which channel."""
    return {
        "direction": message.direction,
        "length": len(message.message),
        "history": [(change.at.isoformat(), change.state, change.source) for change in message.history],
    }
