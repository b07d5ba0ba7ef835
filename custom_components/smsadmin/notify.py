"""Sending to a recipient as a notify entity, and to any number as the legacy notify service."""

from typing import Any, override

from homeassistant.components.notify import (
    ATTR_DATA,
    ATTR_TARGET,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
    BaseNotificationService,
    NotifyEntity,
    NotifyEntityDescription,
    NotifyEntityFeature,
)
from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import slugify
from homeassistant.util.signal_type import SignalTypeFormat

from .account import SmsAdminConfigEntry
from .const import ATTR_LINK_ID, ATTR_SEND_AT, DOMAIN
from .entity import RecipientEntity
from .recipients import Recipient, recipients_of

PARALLEL_UPDATES = 0

MESSAGE = NotifyEntityDescription(key="message", translation_key="message", name=None)

SIGNAL_NOTIFIED: SignalTypeFormat[()] = SignalTypeFormat("smsadmin_notified_{}_{}")
"""Sent when an action has sent to a recipient; filled in with the ids of entry and subentry."""


async def async_setup_entry(
    hass: HomeAssistant, entry: SmsAdminConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a notify entity for each recipient, and the legacy service, which `alert` and notify groups still need."""
    for recipient in recipients_of(entry):
        async_add_entities([RecipientNotify(entry, recipient)], config_subentry_id=recipient.subentry_id)
    service = LegacyNotify(entry)
    name = _free_name(hass, slugify(f"{DOMAIN}_{entry.data[CONF_USERNAME]}"))
    await service.async_setup(hass, name, name)
    await service.async_register_services()
    entry.async_on_unload(service.async_unregister_services)


def _free_name(hass: HomeAssistant, name: str) -> str:
    """A name for a notify service that no other account has: two platforms may know the same user id."""
    names = (name, *(f"{name}_{number}" for number in range(2, 100)))
    return next(free for free in names if not hass.services.has_service(NOTIFY_DOMAIN, free))


class RecipientNotify(RecipientEntity, NotifyEntity):
    """Sends to all numbers of a recipient."""

    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, entry: SmsAdminConfigEntry, recipient: Recipient) -> None:
        """Send by the recipient's account."""
        super().__init__(entry, recipient, MESSAGE)
        self._entry = entry

    @override
    async def async_added_to_hass(self) -> None:
        signal = SIGNAL_NOTIFIED.format(self._entry.entry_id, self._recipient.subentry_id)
        self.async_on_remove(async_dispatcher_connect(self.hass, signal, self._async_record_notification))

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Send, and raise unless every number was accepted."""
        await self._entry.runtime_data.sender.async_send_all(self._recipient.mobiles, message, title=title)


class LegacyNotify(BaseNotificationService):
    """notify.smsadmin_<username>: numbers in `target`; `send_at` and `link_id` in `data`."""

    def __init__(self, entry: SmsAdminConfigEntry) -> None:
        """Send by one account."""
        self._entry = entry

    @override
    async def async_send_message(self, message: str, **kwargs: Any) -> None:
        """Send, and raise unless every number was accepted."""
        data = kwargs.get(ATTR_DATA) or {}
        if unknown := data.keys() - {ATTR_SEND_AT, ATTR_LINK_ID}:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unknown_data",
                translation_placeholders={"keys": ", ".join(sorted(map(str, unknown)))},
            )
        link_id = data.get(ATTR_LINK_ID)
        await self._entry.runtime_data.sender.async_send_all(
            kwargs.get(ATTR_TARGET) or (),
            message,
            title=kwargs.get(ATTR_TITLE),
            send_at=data.get(ATTR_SEND_AT),
            link_id=None if link_id is None else str(link_id),
        )
