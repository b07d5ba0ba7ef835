"""The legacy notify services, which `alert` and notify groups still need: one for an account, and one for each of its recipients.

They are registered here and not by Home Assistant's notify component, whose schema makes texts of numbers that YAML has changed.
"""

import itertools
from typing import Any

from homeassistant.components.notify import ATTR_DATA, ATTR_MESSAGE, ATTR_TARGET, ATTR_TITLE, DOMAIN as NOTIFY_DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DESCRIPTION, CONF_NAME
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_set_service_schema
from homeassistant.util import slugify
import voluptuous as vol

from ..const import ATTR_LINK_ID, ATTR_RETRY_FOR, ATTR_SEND_AT, ATTR_SIGNATURE, CONF_LEGACY_SERVICE, DOMAIN, LOGGER
from ..recipients import Recipient, find_recipient, find_recipient_by_id, recipients_of
from ..translation import localised
from .app_commands import is_app_command
from .call import SendRequest, async_send_all

SCHEMA = vol.Schema(
    {
        vol.Required(ATTR_MESSAGE): cv.string,
        vol.Optional(ATTR_TITLE): vol.Any(None, cv.string),
        vol.Optional(ATTR_TARGET): vol.Any(None, cv.ensure_list),
        vol.Optional(ATTR_DATA): vol.Any(None, dict),
    }
)
DATA_SCHEMA = vol.Schema(
    {
        vol.Optional(ATTR_SEND_AT): object,
        vol.Optional(ATTR_LINK_ID): vol.All(vol.Coerce(str)),
        vol.Optional(ATTR_RETRY_FOR): cv.positive_time_period,
        vol.Optional(ATTR_SIGNATURE): cv.boolean,
    },
    extra=vol.REMOVE_EXTRA,
)
_FIELDS = {
    ATTR_MESSAGE: {"required": True, "selector": {"text": {"multiline": True}}},
    ATTR_TITLE: {"selector": {"text": None}},
    ATTR_TARGET: {"selector": {"object": None}},
    ATTR_DATA: {"selector": {"object": None}},
}


class LegacyNotifyServices:
    """`notify.smsadmin_<username>` and `notify.smsadmin_<username>_<recipient>`."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Register the services."""
        self._hass = hass
        self._entry = entry
        self._services: dict[str, str | None] = {}
        self._ignored_keys: set[str] = set()
        self.update()

    @callback
    def update(self) -> None:
        """Follow the recipients."""
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
        """The names of the services, each with the recipient that it sends to."""
        account = self._entry.data[CONF_LEGACY_SERVICE]
        wanted: dict[str, str | None] = {account: None}
        for recipient in recipients_of(self._entry):
            base = slugify(f"{account}_{recipient.name}")
            names = itertools.chain([base], (f"{base}_{number}" for number in itertools.count(2)))
            wanted[next(name for name in names if name not in wanted and not self._is_taken(name))] = recipient.subentry_id
        return wanted

    def _is_taken(self, name: str) -> bool:
        """Whether a name belongs to another account, or to another notify service."""
        accounts = {entry.data.get(CONF_LEGACY_SERVICE) for entry in self._hass.config_entries.async_entries(DOMAIN)}
        return name in accounts or (name not in self._services and self._hass.services.has_service(NOTIFY_DOMAIN, name))

    async def _send(self, call: ServiceCall) -> None:
        """Send, and raise where a number was addressed to which the text does not go."""
        message: str = call.data[ATTR_MESSAGE]
        if is_app_command(message):
            return
        data = call.data.get(ATTR_DATA) or {}
        self._log_ignored_keys(data)
        recipients, mobiles = self._addressees(call)
        await async_send_all(
            self._hass,
            SendRequest(
                message=message,
                title=call.data.get(ATTR_TITLE),
                recipients=tuple(recipients),
                mobiles=tuple(mobiles),
                entry=self._entry,
                **DATA_SCHEMA({key: value for key, value in data.items() if value is not None}),
            ),
        )

    def _addressees(self, call: ServiceCall) -> tuple[list[Recipient], list[object]]:
        """The recipients and numbers of a call."""
        if recipient := find_recipient_by_id(self._entry, self._services.get(call.service)):
            return [recipient], []
        recipients, mobiles = [], []
        for target in call.data.get(ATTR_TARGET) or ():
            if recipient := self._find_recipient(target):
                recipients.append(recipient)
            else:
                mobiles.append(target)
        return recipients, mobiles

    def _find_recipient(self, target: object) -> Recipient | None:
        """A recipient by its notify entity, or by its name in this account."""
        if not isinstance(target, str):
            return None
        named = (recipient for recipient in recipients_of(self._entry) if recipient.name.casefold() == target.strip().casefold())
        return find_recipient(self._hass, target.strip()) or next(named, None)

    def _log_ignored_keys(self, data: dict[Any, Any]) -> None:
        """Log once what is meant for other notify services."""
        known = {str(key) for key in DATA_SCHEMA.schema}
        if ignored := {str(key) for key in data} - known - self._ignored_keys:
            self._ignored_keys |= ignored
            LOGGER.info("Keys of `data` that are not for SMS are ignored: %s", ", ".join(sorted(ignored)))
