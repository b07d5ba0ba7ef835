"""Prepares the message logs for Home Assistant's backups: while a file is copied, SQLite writes only to the -wal file beside it."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant

from .account import Account, all_accounts
from .const import LOGGER
from .message_log.errors import LogError


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Mark the files as copies, so that one restored on a second machine sends no queued text again, and let them be copied."""
    await _each(hass, lambda account: account.log.begin_copy())


async def async_post_backup(hass: HomeAssistant) -> None:
    """Undo what `async_pre_backup` has done."""
    await _each(hass, lambda account: account.log.end_copy())


async def _each(hass: HomeAssistant, prepare: Callable[[Account], Awaitable[None]]) -> None:
    """Prepare each account; a log that does not work does not keep the rest from being backed up."""
    for account in all_accounts(hass):
        try:
            await prepare(account)
        except LogError as err:
            LOGGER.warning("A message log is not ready for a backup: %s", err)
