"""An account and all that lives as long as it is configured and enabled, whether its setup succeeds or not.

That is its message log, client, sender, outbox, puller, publisher, webhook and port for pushes. So texts are sent or
queued, and pushes come in, even while the platform is unreachable, the password is wrong or the entry reloads.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from homeassistant.components import persistent_notification
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import (
    CONF_URL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    EVENT_HOMEASSISTANT_CLOSE,
    EVENT_HOMEASSISTANT_STOP,
    Platform,
)
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.helpers.dispatcher import async_dispatcher_connect, async_dispatcher_send
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util, ensure_unique_string, slugify
from homeassistant.util.hass_dict import HassKey

from .const import (
    CONF_CHARSET,
    CONF_LEGACY_SERVICE,
    CONF_PASSWORD_MD5,
    CONF_RETENTION_DAYS,
    CONF_SUBMIT_METHOD,
    DEFAULT_RETENTION_DAYS,
    DOMAIN,
    LOGGER,
    SIGNAL_ENTRY_UPDATED,
    SIGNAL_LOG_CHANGED,
    SIGNAL_LOG_REPLACED,
)
from .gateway.client import GatewayClient, session_options
from .gateway.models import Charset, Credentials, SubmitMethod
from .inbound.publisher import EventPublisher
from .inbound.puller import Puller
from .inbound.push_server import PushPort
from .inbound.webhook import PushWebhook, async_register_disabled, async_unregister
from .issues.problems import Problem, clear_all_issues, clear_issue, raise_issue
from .message_log.errors import (
    LogDamagedError,
    LogError,
    LogFullError,
    LogMissingError,
    LogRestoredError,
    LogTooNewError,
    LogUnusableError,
)
from .message_log.log import MessageLog
from .migration import VERSION
from .outbound.outbox import Outbox
from .outbound.sender import Sender
from .recipients import recipient_device_id, recipients_of
from .translation import localised

_ACCOUNTS: HassKey[Accounts] = HassKey(f"{DOMAIN}_accounts")
_SESSIONS: HassKey[dict[bool, ClientSession]] = HassKey(f"{DOMAIN}_sessions")

CLEAN_UP_INTERVAL = timedelta(hours=1)
"""Short, because the clean-up needs the platform's clock, which is unknown after a start. Without old rows it writes nothing."""
PROBE_INTERVAL = timedelta(minutes=1)
"""How often a message log that does not work is tried again if nothing else uses it."""

_LOG_PROBLEMS: dict[type[LogError], Problem] = {
    LogFullError: Problem.LOG_FULL,
    LogTooNewError: Problem.LOG_TOO_NEW,
    LogUnusableError: Problem.LOG_UNUSABLE,
}
_LOG_REPLACED: dict[type[LogError], Problem] = {
    LogDamagedError: Problem.LOG_DAMAGED,
    LogMissingError: Problem.LOG_MISSING,
    LogRestoredError: Problem.LOG_RESTORED,
}


class Account:
    """One account that is configured and enabled."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Take pushes and be ready to send; this needs no answer from the platform."""
        self.entry = entry
        self._hass = hass
        self.log = _message_log(hass, entry, on_status_change=self._log_status_changed, on_change=self._log_changed)
        self.publisher = EventPublisher(hass, entry, self.log)
        self.webhook = PushWebhook(hass, entry, self.publisher.async_store)
        self.sender = Sender(hass, entry, self)
        self.outbox = Outbox(hass, entry, self)
        self.puller = Puller(hass, entry, self)
        self.push_port = PushPort(hass, entry, self.webhook)
        self.client = create_client(hass, entry.data)
        self._settings = _connection_settings(entry.data)
        self._cancel_probe: CALLBACK_TYPE | None = None
        self._unsubscribe = (
            entry.add_update_listener(self._entry_updated),
            async_track_time_interval(hass, self._clean_up, CLEAN_UP_INTERVAL, cancel_on_shutdown=True),
            hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._home_assistant_stops),
            hass.bus.async_listen(EVENT_HOMEASSISTANT_CLOSE, self._home_assistant_closes),
        )
        hass.async_create_task(self._async_start(), f"smsadmin {entry.entry_id}")

    async def _async_start(self) -> None:
        """Open the push server, and try the queued texts."""
        await self.push_port.async_update()
        await self.outbox.async_load()

    @callback
    def apply_settings(self) -> None:
        """Use the URL, user and password of the entry from now on, and try the queued texts with them at once."""
        self._settings = _connection_settings(self.entry.data)
        self.client = create_client(self._hass, self.entry.data)
        self.log.user_id = self.entry.data[CONF_USERNAME]
        self.outbox.wake()
        async_dispatcher_send(self._hass, SIGNAL_ENTRY_UPDATED.format(self.entry.entry_id))

    async def _entry_updated(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Follow a change of settings, options or recipients, without being set up again."""
        self.puller.update_interval()
        _update_device_names(hass, entry)
        if self._settings == _connection_settings(entry.data):
            async_dispatcher_send(hass, SIGNAL_ENTRY_UPDATED.format(entry.entry_id))
        else:
            self.apply_settings()
        await self.push_port.async_update()

    async def async_close(self) -> None:
        """Stop everything, because the account is disabled or removed. The file of the message log stays."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.webhook.close()
        await self.push_port.async_close()
        await self._end_traffic()
        await self.publisher.async_close()
        await self.log.close()
        # A job that failed while the log closed may have scheduled a probe.
        self._schedule_probe(is_needed=False)
        clear_all_issues(self._hass, self.entry)

    async def _end_traffic(self) -> None:
        """Start no new request, and wait for those that have left this machine."""
        self.outbox.stop()
        await asyncio.gather(self.puller.async_stop(), self.sender.async_stop())

    async def _home_assistant_stops(self, event: Event) -> None:
        # Before it ends, Home Assistant waits for the tasks that this event starts, and not for those that were started earlier.
        await self._end_traffic()

    async def _home_assistant_closes(self, event: Event) -> None:
        # Closed last, so that pushes are stored while Home Assistant stops.
        await self.push_port.async_close()
        await self.publisher.async_close()
        await self.log.close()

    @callback
    def _log_changed(self) -> None:
        async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format(self.entry.entry_id))
        self.publisher.wake()

    @callback
    def _log_status_changed(self, error: LogError | None) -> None:
        """React to a message log that stops working, works again, or continues with another file."""
        if error and type(error) in _LOG_REPLACED:
            # The log works, with another file. The issue stays until the user has read it.
            file = getattr(error, "set_aside_as", self.log.path.name)
            raise_issue(self._hass, self.entry, _LOG_REPLACED[type(error)], file=file)
            # Of a restored copy that took the place of the file, another error has come before.
            if not isinstance(error, LogRestoredError):
                async_dispatcher_send(self._hass, SIGNAL_LOG_REPLACED.format(self.entry.entry_id))
                self.publisher.log_replaced()
                self.sender.log_replaced(self.outbox.outgoings)
        else:
            for problem in _LOG_PROBLEMS.values():
                clear_issue(self._hass, self.entry, problem)
            self._schedule_probe(is_needed=error is not None)
            if error:
                raise_issue(self._hass, self.entry, _LOG_PROBLEMS[type(error)], file=self.log.path.name)
                return
        self._hass.async_create_task(self._async_log_recovered(), "smsadmin log")
        self._hass.async_create_task(self.puller.async_store_page(), "smsadmin page")
        # What could not be read meanwhile is read now, such as figures and overdue texts.
        self._log_changed()

    async def _async_log_recovered(self) -> None:
        """Write the texts that the message log has missed, and try the texts that an earlier run left queued in it."""
        await self.sender.async_log_recovered()
        await self.outbox.async_load()

    @callback
    def _schedule_probe(self, *, is_needed: bool) -> None:
        """Find out when the message log works again, even if nothing else uses it."""
        if self._cancel_probe:
            self._cancel_probe()
        self._cancel_probe = (
            async_track_time_interval(self._hass, self._probe, PROBE_INTERVAL, cancel_on_shutdown=True) if is_needed else None
        )

    async def _probe(self, now: datetime) -> None:
        with suppress(LogError):
            await self.log.probe()

    async def _clean_up(self, now: datetime) -> None:
        """Remove rows that are too old by this machine's clock and by the platform's, so that one wrong clock deletes nothing."""
        if (platform_time := self.client.platform_time) is None:
            return
        days = self.entry.options.get(CONF_RETENTION_DAYS, DEFAULT_RETENTION_DAYS)
        try:
            await self.log.clean_up(min(now, platform_time) - timedelta(days=days))
        except LogError as err:
            LOGGER.debug("The message log could not be cleaned up: %s", err)


class Accounts:
    """The accounts of this Home Assistant, from the start of the integration to the end of the process."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow the configuration entries."""
        self._hass = hass
        self._accounts: dict[str, Account] = {}
        self._disabled: set[str] = set()
        self._closing: dict[str, asyncio.Task[None]] = {}
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._home_assistant_stops)

    @property
    def all(self) -> tuple[Account, ...]:
        """All accounts that are enabled."""
        return tuple(self._accounts.values())

    def find(self, entry_id: str) -> Account | None:
        """An account, if it exists and is enabled."""
        return self._accounts.get(entry_id)

    @callback
    def update(self, entry: ConfigEntry) -> None:
        """Make the account of an entry; for a disabled entry, a webhook that answers 503."""
        entry_id = entry.entry_id
        if entry.version > VERSION or self._hass.config_entries.async_get_entry(entry_id) is not entry:
            # A later version has written it, or it is being removed.
            return
        # This changes the entry, which calls this method again.
        _name_legacy_services(self._hass)
        if entry.disabled_by:
            self._close(entry_id)
            if entry_id not in self._disabled:
                self._disabled.add(entry_id)
                async_register_disabled(self._hass, entry)
        elif entry_id not in self._accounts and entry_id not in self._closing:
            self._disabled.discard(entry_id)
            self._accounts[entry_id] = Account(self._hass, entry)

    async def async_get(self, entry: ConfigEntry) -> Account | None:
        """The account of an entry, made once an earlier one has closed; None if the entry was disabled meanwhile."""
        await self._async_closed(entry.entry_id)
        self.update(entry)
        return self._accounts.get(entry.entry_id)

    async def async_remove(self, entry: ConfigEntry) -> None:
        """Close an account, and remove its webhook and message log."""
        if entry.entry_id in self._disabled:
            self._disabled.discard(entry.entry_id)
            async_unregister(self._hass, entry)
        account = self._accounts.get(entry.entry_id)
        self._close(entry.entry_id)
        await self._async_closed(entry.entry_id)
        # A disabled entry has no account, but may have a log.
        log = _message_log(self._hass, entry, on_status_change=lambda _: None, on_change=lambda: None)
        # Counted after the account has closed, because a text whose answer came meanwhile has left the queue.
        numbers = account.outbox.number_count if account else await _queued_in(log)
        try:
            await log.remove()
        except LogError as err:
            LOGGER.error("The message log of a removed account could not be deleted (%s): %s", log.path.name, err)
        if numbers:
            _notify_removed(self._hass, entry, numbers)

    @callback
    def _close(self, entry_id: str) -> None:
        """Begin to close an account, if there is one."""
        if account := self._accounts.pop(entry_id, None):
            self._closing[entry_id] = self._hass.async_create_task(account.async_close(), f"smsadmin close {entry_id}")

    async def _async_closed(self, entry_id: str) -> None:
        """Wait for an account that is being closed; cancelling the caller does not end that."""
        if closing := self._closing.get(entry_id):
            await asyncio.shield(closing)
            self._closing.pop(entry_id, None)

    async def _home_assistant_stops(self, event: Event) -> None:
        """Let accounts that were disabled or removed a moment ago close. Their own listeners have gone."""
        await asyncio.gather(*self._closing.values())

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self.update(entry)


@callback
def async_accounts(hass: HomeAssistant) -> Accounts:
    """The accounts of this Home Assistant."""
    if _ACCOUNTS not in hass.data:
        hass.data[_ACCOUNTS] = Accounts(hass)
    return hass.data[_ACCOUNTS]


@callback
def find_account(hass: HomeAssistant, entry_id: str) -> Account | None:
    """An account, if it exists and is enabled."""
    return hass.data[_ACCOUNTS].find(entry_id) if _ACCOUNTS in hass.data else None


@callback
def all_accounts(hass: HomeAssistant) -> tuple[Account, ...]:
    """All accounts that are enabled."""
    return hass.data[_ACCOUNTS].all if _ACCOUNTS in hass.data else ()


@callback
def _name_legacy_services(hass: HomeAssistant) -> None:
    """Give each entry the name of its legacy service, once: those with the same slug are numbered by age, disabled ones too."""
    entries = sorted(hass.config_entries.async_entries(DOMAIN), key=lambda entry: entry.created_at)
    named = {entry.data[CONF_LEGACY_SERVICE] for entry in entries if CONF_LEGACY_SERVICE in entry.data}
    # A recipient of another account may have the name already, or a notify group.
    taken = named | hass.services.async_services_for_domain(Platform.NOTIFY).keys()
    for entry in entries:
        if CONF_LEGACY_SERVICE in entry.data:
            continue
        name = ensure_unique_string(slugify(f"{DOMAIN}_{entry.data[CONF_USERNAME]}"), taken)
        taken.add(name)
        hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_LEGACY_SERVICE: name})


async def _queued_in(log: MessageLog) -> int:
    """How many numbers are queued in the log of a disabled account."""
    try:
        return (await log.summarise()).queued
    except LogError as err:
        LOGGER.debug("The queued texts can't be counted: %s", err)
        return 0


@callback
def _notify_removed(hass: HomeAssistant, entry: ConfigEntry, numbers: int) -> None:
    """Notify the user that queued texts were removed with their account: Home Assistant's own dialog can't warn of it."""
    persistent_notification.async_create(
        hass,
        localised(hass, "common.removed_text", account=entry.title, number=str(numbers)),
        localised(hass, "common.removed_title"),
        f"{DOMAIN}_removed_{entry.entry_id}",
    )


def _message_log(
    hass: HomeAssistant, entry: ConfigEntry, *, on_status_change: Callable[[LogError | None], None], on_change: Callable[[], None]
) -> MessageLog:
    """The message log of an account, whose file is made with its first use."""
    return MessageLog(
        Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry.entry_id}.db")),
        user_id=entry.data[CONF_USERNAME],
        now=dt_util.utcnow(),
        on_status_change=on_status_change,
        on_change=on_change,
        is_expected=bool(er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)),
    )


@callback
def _update_device_names(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Rename the devices after the account and its recipients."""
    names = {(DOMAIN, entry.entry_id): entry.title} | {
        recipient_device_id(entry, recipient.subentry_id): recipient.name for recipient in recipients_of(entry)
    }
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        name = next((names[identifier] for identifier in device.identifiers if identifier in names), device.name)
        if name != device.name:
            registry.async_update_device(device.id, name=name)


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> GatewayClient:
    """The client for an account's settings."""
    return GatewayClient(
        _session(hass, verify_ssl=data.get(CONF_VERIFY_SSL, True)),
        Credentials(user_id=data[CONF_USERNAME], password_md5=data[CONF_PASSWORD_MD5]),
        base_url=data[CONF_URL],
        charset=Charset(data[CONF_CHARSET]),
        submit_method=SubmitMethod(data[CONF_SUBMIT_METHOD]),
    )


def _connection_settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an account's data that its client is made of."""
    names = (CONF_URL, CONF_USERNAME, CONF_PASSWORD_MD5, CONF_CHARSET, CONF_SUBMIT_METHOD, CONF_VERIFY_SSL)
    return {name: data.get(name) for name in names}


def _session(hass: HomeAssistant, *, verify_ssl: bool) -> ClientSession:
    """The session for all accounts and forms, on Home Assistant's shared connector.

    It lives as long as Home Assistant: a text under way must not lose it because an entry is reloaded.
    """
    sessions = hass.data.setdefault(_SESSIONS, {})
    if verify_ssl not in sessions:
        sessions[verify_ssl] = async_create_clientsession(hass, verify_ssl, auto_cleanup=False, **session_options())
    return sessions[verify_ssl]
