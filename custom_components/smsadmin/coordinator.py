"""What the sensors show: the balance, queried now and then and soon after something was sent, and what the log sums up."""

from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, TimestampDataUpdateCoordinator, UpdateFailed

from .const import CONF_BALANCE_INTERVAL, DEFAULT_BALANCE_INTERVAL, LOGGER
from .errors import log_failed, translated
from .gateway.client import GatewayClient
from .gateway.errors import AuthenticationError, GatewayError
from .inbound.publisher import SIGNAL_LOG_CHANGED
from .message_log.errors import LogError
from .message_log.log import MessageLog
from .message_log.models import MessageState, Summary
from .recipients import recipients_of
from .watch import watch_balance, watch_refusal, watch_summary

SUMMARY_INTERVAL = timedelta(hours=1)
"""Without anything new; some trouble shows in that nothing comes."""

REFRESH_DELAY = 2.0
"""Seconds between a send and the query that follows it; several sends in a row are followed by one."""


class BalanceCoordinator(TimestampDataUpdateCoordinator[int]):
    """Keeps the number of messages left."""

    config_entry: ConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, client: GatewayClient) -> None:
        """Take the interval from the options."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name="balance",
            update_interval=timedelta(minutes=entry.options.get(CONF_BALANCE_INTERVAL, DEFAULT_BALANCE_INTERVAL)),
            request_refresh_debouncer=Debouncer(hass, LOGGER, cooldown=REFRESH_DELAY, immediate=False),
        )
        self._client = client

    @override
    async def _async_update_data(self) -> int:
        try:
            balance = await self._client.query_balance()
        except AuthenticationError as err:
            raise translated(err, ConfigEntryAuthFailed) from err
        except GatewayError as err:
            watch_refusal(self.hass, self.config_entry, err)
            raise translated(err, UpdateFailed) from err
        watch_balance(self.hass, self.config_entry, balance)
        return balance


class LogCoordinator(DataUpdateCoordinator[Summary]):
    """Sums up the log whenever it has something new."""

    config_entry: ConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, log: MessageLog) -> None:
        """Ask for the state of each recipient's last message along with the figures."""
        super().__init__(hass, LOGGER, config_entry=entry, name="message log", update_interval=SUMMARY_INTERVAL)
        self._log = log
        self._groups = {recipient.subentry_id: recipient.mobiles for recipient in recipients_of(entry)}
        self._stale = False

    @callback
    def follow(self) -> CALLBACK_TYPE:
        """Follow the log, until the returned function is called."""
        return async_dispatcher_connect(self.hass, SIGNAL_LOG_CHANGED.format(self.config_entry.entry_id), self._log_changed)

    def state_of(self, subentry_id: str) -> MessageState | None:
        """The state of the last message to a recipient."""
        return self.data.states[list(self._groups).index(subentry_id)]

    @callback
    def _log_changed(self) -> None:
        """Ask once for whatever has changed by the time of the answer."""
        if not self._stale:
            self._stale = True
            self.config_entry.async_create_task(self.hass, self.async_refresh(), "smsadmin summary", eager_start=False)

    @override
    async def _async_update_data(self) -> Summary:
        self._stale = False
        try:
            summary = await self._log.summarise(tuple(self._groups.values()))
        except LogError as err:
            raise log_failed(err, UpdateFailed) from err
        watch_summary(self.hass, self.config_entry, summary)
        return summary
