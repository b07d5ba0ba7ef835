"""The legacy notify services, which `alert` and notify groups still need: one for an account, and one for each of its recipients.

They are registered here and not by Home Assistant's notify component, whose schema makes texts of numbers that YAML has changed.
"""

from collections.abc import Callable, Iterable, Iterator
import re
from typing import Any

from homeassistant.components.notify import ATTR_DATA, ATTR_MESSAGE, ATTR_TARGET, ATTR_TITLE, DOMAIN as NOTIFY_DOMAIN
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import CONF_DESCRIPTION, CONF_NAME
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util import ensure_unique_string, slugify
import voluptuous as vol

from ..account import find_account
from ..const import (
    ATTR_LINK_ID,
    ATTR_SEND_AT,
    CONF_LEGACY_SERVICE,
    CONF_NUMBERED_SERVICES,
    CONF_RECIPIENT_SERVICES,
    DOMAIN,
    LOGGER,
)
from ..errors import mask_digits
from ..recipients import Recipient, find_recipient_by_entity, find_recipient_by_id, recipients_of
from ..rights import async_rights, check_recipients
from ..translation import localised
from .app_commands import is_app_command
from .call import SendRequest, async_send_or_raise
from .fields import SEND_OPTIONS, read_options, text

SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE): text,
        vol.Optional(ATTR_TITLE): text,
        vol.Optional(ATTR_TARGET): vol.Any(None, cv.ensure_list),
        vol.Optional(ATTR_DATA): object,
    }
)
_DATA: dict[str, Callable[[Any], Any]] = {
    ATTR_SEND_AT: lambda value: value,
    ATTR_LINK_ID: str,
    **SEND_OPTIONS,
}
"""The keys of `data` that are for us, each with its validator."""

_ENTITY_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_FIELDS = {
    ATTR_MESSAGE: {"required": True, "selector": {"text": {"multiline": True}}},
    ATTR_TITLE: {"selector": {"text": None}},
    ATTR_TARGET: {"selector": {"object": None}},
    ATTR_DATA: {"selector": {"object": None}},
}


_split = re.compile("[,;，；、\n]").split


@callback
def async_setup_legacy_notify(hass: HomeAssistant) -> None:
    """Register the services of all accounts, those that are added later too."""
    services: dict[str, LegacyNotifyServices] = {}

    @callback
    def entry_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain != DOMAIN:
            return
        if find_account(hass, entry.entry_id):
            services.setdefault(entry.entry_id, LegacyNotifyServices(hass, entry)).update()
        elif removed := services.pop(entry.entry_id, None):
            removed.remove()

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)
    for entry in hass.config_entries.async_entries(DOMAIN):
        entry_changed(ConfigEntryChange.ADDED, entry)


class LegacyNotifyServices:
    """`notify.smsadmin_<username>` and `notify.smsadmin_<username>_<recipient>` of one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """`update` registers the services."""
        self._hass = hass
        self._entry = entry
        self._services: dict[str, str | None] = {}
        self._ignored_keys: set[str] = set()

    @callback
    def update(self) -> None:
        """Register a service for the account and one for each recipient, and remove those of removed recipients."""
        wanted = self._wanted_services()
        for name in self._services.keys() - wanted.keys():
            self._hass.services.async_remove(NOTIFY_DOMAIN, name)
        for name in wanted.keys() - self._services.keys():
            self._hass.services.async_register(NOTIFY_DOMAIN, name, self._send, schema=SCHEMA)
            description = {
                CONF_NAME: localised(self._hass, "common.legacy_service_name", service=name),
                CONF_DESCRIPTION: localised(self._hass, "common.legacy_service_description"),
                "fields": _FIELDS,
            }
            async_set_service_schema(self._hass, NOTIFY_DOMAIN, name, description)
        self._services = wanted

    @callback
    def remove(self) -> None:
        """Remove the services."""
        for name in self._services:
            self._hass.services.async_remove(NOTIFY_DOMAIN, name)
        self._services = {}

    def _wanted_services(self) -> dict[str, str | None]:
        """The names of the services, each with the recipient that it sends to: the names that recipients have, and those that they had.

        An alert that names a recipient by an earlier name still reaches it, until another recipient has that name.
        """
        names = self._current_names()
        known: dict[str, str] = {
            **self._entry.data.get(CONF_RECIPIENT_SERVICES, {}),
            **{name: id_ for id_, name in names.items()},
        }
        wanted = {name: id_ for name, id_ in known.items() if id_ in names}
        self._save(CONF_RECIPIENT_SERVICES, wanted)
        return {self._entry.data[CONF_LEGACY_SERVICE]: None, **wanted}

    def _current_names(self) -> dict[str, str]:
        """The service of each recipient by its name.

        Where two recipients have the same name, the later one has a number and keeps it when the other is removed: a service must not
        begin to send to another recipient.
        """
        account: str = self._entry.data[CONF_LEGACY_SERVICE]
        bases = {recipient.subentry_id: slugify(f"{account}_{recipient.name}") for recipient in recipients_of(self._entry)}
        numbered: dict[str, str] = self._entry.data.get(CONF_NUMBERED_SERVICES, {})
        names = {id_: name for id_, name in numbered.items() if name.rpartition("_")[0] == bases.get(id_)}
        taken = self._taken_names()
        for id_, base in bases.items():
            if id_ not in names:
                names[id_] = ensure_unique_string(base, taken.union(names.values()))
        self._save(CONF_NUMBERED_SERVICES, {id_: name for id_, name in names.items() if name != bases[id_]})
        return names

    def _save(self, key: str, services: dict[str, str]) -> None:
        data = dict(self._entry.data)
        if services != data.pop(key, {}):
            data |= {key: services} if services else {}
            self._hass.config_entries.async_update_entry(self._entry, data=data)

    def _taken_names(self) -> set[str]:
        """The names that belong to an account, or to another notify service."""
        accounts = {entry.data[CONF_LEGACY_SERVICE] for entry in self._hass.config_entries.async_entries(DOMAIN)}
        return accounts | self._hass.services.async_services_for_domain(NOTIFY_DOMAIN).keys() - self._services

    async def _send(self, call: ServiceCall) -> None:
        """Send a text; HomeAssistantError if any addressee failed, ServiceValidationError for a user who may not write to one."""
        message: str = call.data[ATTR_MESSAGE]
        if is_app_command(message):
            return
        recipients, mobiles, unknown = self._addressees(call)
        check_recipients(await async_rights(self._hass, call.context), recipients)
        await async_send_or_raise(
            self._hass,
            SendRequest(
                message=message,
                title=call.data.get(ATTR_TITLE),
                recipients=tuple(recipients),
                mobiles=tuple(mobiles),
                unknown_recipients=tuple(unknown),
                entry=self._entry,
                **self._data(call),
            ),
        )

    def _addressees(self, call: ServiceCall) -> tuple[list[Recipient], list[object], list[str]]:
        """The recipients and numbers of a call, and entities that are no recipients."""
        if recipient := find_recipient_by_id(self._entry, self._services.get(call.service)):
            return [recipient], [], []
        recipients, mobiles, unknown = [], [], []
        for target in self._targets(call.data.get(ATTR_TARGET) or ()):
            if recipient := self._find_recipient(target):
                recipients.append(recipient)
            elif isinstance(target, str) and _ENTITY_ID.fullmatch(target.strip()):
                unknown.append(target.strip())
            else:
                mobiles.append(target)
        return recipients, mobiles, unknown

    def _targets(self, values: Iterable[object]) -> Iterator[object]:
        """Targets one by one: a string may hold several, and so may a list in the list."""
        for value in values:
            if isinstance(value, list):
                yield from self._targets(value)
            elif isinstance(value, str) and not self._find_recipient(value) and any(map(self._find_recipient, _split(value))):
                yield from _split(value)
            else:
                yield value

    def _find_recipient(self, target: object) -> Recipient | None:
        """A recipient by its notify entity, or by its name in this account."""
        if not isinstance(target, str):
            return None
        named = (recipient for recipient in recipients_of(self._entry) if recipient.name.casefold() == target.strip().casefold())
        return find_recipient_by_entity(self._hass, target.strip()) or next(named, None)

    def _data(self, call: ServiceCall) -> dict[str, Any]:
        """The part of `data` that is for us; a notify group passes it to all of its members, so keys for others are ignored."""
        data = call.data.get(ATTR_DATA)
        options, ignored = read_options(data if isinstance(data, dict) else {}, _DATA)
        if new := {mask_digits(name) for name in ignored} - self._ignored_keys:
            self._ignored_keys |= new
            LOGGER.info("Keys of `data` that are not for SMS are ignored: %s", ", ".join(sorted(new)))
        return options
