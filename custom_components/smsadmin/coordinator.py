"""What the sensors show: the balance, and the figures of the message log. A reload of the entry may discard all of this."""

from datetime import datetime, timedelta
from typing import NamedTuple, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, TimestampDataUpdateCoordinator, UpdateFailed

from .account import Account
from .const import (
    CONF_BALANCE_INTERVAL,
    DEFAULT_BALANCE_INTERVAL,
    DOMAIN,
    LOGGER,
    SIGNAL_ENTRY_UPDATED,
    SIGNAL_LOG_CHANGED,
    SIGNAL_SENT,
)
from .errors import message_log_error, translated
from .gateway.errors import AccountFrozenError, AuthenticationError, GatewayError, NotPermittedError, OutcomeUnknownError
from .issues.low_balance import check_balance, check_low_balance
from .issues.receiving import check_summary
from .issues.submission_errors import check_submission
from .message_log.errors import LogError
from .message_log.models import LastMessage, Summary
from .recipients import recipients_of

SUMMARY_INTERVAL = timedelta(hours=1)
"""How often the log is summarised without a change: pushes that do not come raise an issue after a time (`check_summary`)."""

REFRESH_DELAY = 2.0
"""Seconds between a send and the query that follows it; several sends in a row are followed by one."""


class RuntimeData(NamedTuple):
    """What the platforms use. The set-up of an entry makes the coordinators, and its unload discards them; the account goes on."""

    account: Account
    balance: BalanceCoordinator
    summary: LogCoordinator
    device_id: str


type SmsAdminConfigEntry = ConfigEntry[RuntimeData]


class BalanceCoordinator(TimestampDataUpdateCoordinator[int | None]):
    """Keeps the number of messages left, None before the first answer."""

    config_entry: ConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Follow the options, and what is sent."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name="balance",
            update_interval=_balance_interval(entry),
            request_refresh_debouncer=Debouncer(hass, LOGGER, cooldown=REFRESH_DELAY, immediate=False),
            always_update=False,
        )
        self._account = account
        self._client = account.client
        entry_id = entry.entry_id
        entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_ENTRY_UPDATED.format(entry_id), self._entry_updated))
        entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_SENT.format(entry_id), self._sent))

    @callback
    def _entry_updated(self) -> None:
        """Follow the options, and query at once with new settings."""
        if self.data is not None:
            check_low_balance(self.hass, self.config_entry, self.data)
        interval = _balance_interval(self.config_entry)
        if self.config_entry.pref_disable_polling:
            self._unschedule_refresh()
        elif self._client is not self._account.client:
            self.config_entry.async_create_background_task(self.hass, self.async_refresh(), "smsadmin balance")
        elif self.update_interval != interval:
            self.update_interval = interval
            self._schedule_refresh()
        self.update_interval = interval
        self._client = self._account.client

    @callback
    def _sent(self, recipient_ids: frozenset[str]) -> None:
        if self.config_entry.pref_disable_polling:
            return
        self.config_entry.async_create_task(self.hass, self.async_request_refresh(), "smsadmin balance")

    @override
    async def _async_update_data(self) -> int:
        try:
            balance = await self._account.client.query_balance()
        except AuthenticationError as err:
            raise translated(err, ConfigEntryAuthFailed) from err
        except (AccountFrozenError, NotPermittedError) as err:
            check_submission(self.hass, self.config_entry, err)
            raise translated(err, UpdateFailed) from err
        except OutcomeUnknownError as err:
            # The translation of this error is about a text that may have gone out.
            raise UpdateFailed(translation_domain=DOMAIN, translation_key="no_balance") from err
        except GatewayError as err:
            raise translated(err, UpdateFailed) from err
        self._account.outbox.wake()
        check_balance(self.hass, self.config_entry, balance)
        return balance


def _balance_interval(entry: ConfigEntry) -> timedelta:
    return timedelta(minutes=entry.options.get(CONF_BALANCE_INTERVAL, DEFAULT_BALANCE_INTERVAL))


class LogFigures(NamedTuple):
    """The message log in figures, and the last message to each recipient by the id of its subentry."""

    summary: Summary
    last_messages: dict[str, LastMessage | None]
    last_pull: datetime | None
    """Rounded down to the hour, so that a pull every minute adds no row of history every minute."""


class LogCoordinator(DataUpdateCoordinator[LogFigures]):
    """Sums up the message log after each change, after each pull without an error, and when recipients or options change."""

    config_entry: ConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, account: Account) -> None:
        """Follow the log and the recipients."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name="message log", update_interval=SUMMARY_INTERVAL, always_update=False
        )
        self._account = account
        self._is_requested = False
        for signal in (SIGNAL_LOG_CHANGED, SIGNAL_ENTRY_UPDATED):
            entry.async_on_unload(async_dispatcher_connect(hass, signal.format(entry.entry_id), self._request))

    @callback
    def _request(self) -> None:
        """Schedule one refresh for all changes until it runs."""
        if not self._is_requested:
            self._is_requested = True
            self.config_entry.async_create_task(self.hass, self.async_refresh(), "smsadmin summary", eager_start=False)

    @override
    async def _async_update_data(self) -> LogFigures:
        self._is_requested = False
        groups = {recipient.subentry_id: recipient.mobiles for recipient in recipients_of(self.config_entry)}
        try:
            summary = await self._account.log.summarise()
            last_messages = await self._account.log.last_messages(list(groups.items()))
        except LogError as err:
            raise message_log_error(err, UpdateFailed) from err
        check_summary(self.hass, self.config_entry, summary)
        last_pull = self._account.puller.last_pull
        return LogFigures(
            summary=summary,
            last_messages=dict(zip(groups, last_messages, strict=True)),
            last_pull=last_pull and last_pull.replace(minute=0, second=0, microsecond=0),
        )
