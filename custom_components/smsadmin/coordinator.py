"""The balance: queried now and then, and soon after something was sent."""

from datetime import timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed

from .const import CONF_BALANCE_INTERVAL, DEFAULT_BALANCE_INTERVAL, LOGGER
from .errors import translated
from .gateway.client import GatewayClient
from .gateway.errors import AuthenticationError, GatewayError

REFRESH_DELAY = 2.0
"""Seconds between a send and the query that follows it; several sends in a row are followed by one."""


class BalanceCoordinator(DataUpdateCoordinator[int]):
    """Keeps the number of messages left."""

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
            return await self._client.query_balance()
        except AuthenticationError as err:
            raise translated(err, ConfigEntryAuthFailed) from err
        except GatewayError as err:
            raise translated(err, UpdateFailed) from err
