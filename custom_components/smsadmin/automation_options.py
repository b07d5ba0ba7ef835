"""What automations choose, in triggers and conditions: an account, recipients, numbers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .const import ATTR_MOBILES, ATTR_RECIPIENTS, DOMAIN
from .errors import translated
from .gateway.errors import InvalidInputError
from .gateway.numbers import normalise_all
from .recipients import find_recipient


def string_option(value: object) -> str:
    """A text; YAML makes some words something else if they have no quotes."""
    if isinstance(value, bool):
        raise vol.Invalid("put it in quotes: without them, YAML reads it as true or false")
    return cv.string(value)


# A blueprint leaves out what it has no value for by an empty one.
ACCOUNT_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_CONFIG_ENTRY_ID, default=""): vol.Any(None, cv.string)}
RECIPIENTS_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_RECIPIENTS, default=list): cv.entity_ids}
MOBILES_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_MOBILES, default=list): vol.All(cv.ensure_list, [string_option])}

duration = vol.All(cv.positive_time_period, vol.Range(min=timedelta(seconds=1)))


@callback
def validate_options(hass: HomeAssistant, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options whose choices exist, numbers in their one form; ServiceValidationError for any that does not."""
    return {**options, **{name: check(hass, options) for name, check in _CHECKS.items() if name in options}}


def _account(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    entry_id: str | None = options[ATTR_CONFIG_ENTRY_ID]
    if entry_id and not list(accounts(hass, options)):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_account", translation_placeholders={"config_entry_id": entry_id}
        )
    return entry_id


def _recipients(hass: HomeAssistant, options: Mapping[str, Any]) -> list[str]:
    entity_ids: list[str] = options[ATTR_RECIPIENTS]
    entry_ids = {entry.entry_id for entry in accounts(hass, options)}
    for entity_id in entity_ids:
        recipient = find_recipient(hass, entity_id)
        if recipient is None or recipient.entry_id not in entry_ids:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="not_a_recipient", translation_placeholders={"entity_id": entity_id}
            )
    return entity_ids


def _mobiles(hass: HomeAssistant, options: Mapping[str, Any]) -> tuple[str, ...]:
    try:
        return normalise_all(options[ATTR_MOBILES]) if options[ATTR_MOBILES] else ()
    except InvalidInputError as err:
        raise translated(err, ServiceValidationError) from err


_CHECKS = {ATTR_CONFIG_ENTRY_ID: _account, ATTR_RECIPIENTS: _recipients, ATTR_MOBILES: _mobiles}


@callback
def accounts(hass: HomeAssistant, options: Mapping[str, Any]) -> Iterator[ConfigEntry]:
    """The chosen account, or all."""
    return (entry for entry in hass.config_entries.async_entries(DOMAIN) if is_selected(entry.entry_id, options))


def is_selected(entry_id: str | None, options: Mapping[str, Any]) -> bool:
    """Whether an account is the chosen one, or any will do."""
    return options[ATTR_CONFIG_ENTRY_ID] in (None, "", entry_id)


@callback
def selected_mobiles(hass: HomeAssistant, entry_id: str | None, options: Mapping[str, Any]) -> frozenset[str] | None:
    """The chosen numbers, with those that the chosen recipients of an account have now; None where any number will do."""
    mobiles, entity_ids = options.get(ATTR_MOBILES, ()), options[ATTR_RECIPIENTS]
    if not mobiles and not entity_ids:
        return None
    recipients = [recipient for recipient in (find_recipient(hass, entity_id) for entity_id in entity_ids) if recipient]
    return frozenset(mobiles).union(*(recipient.mobiles for recipient in recipients if recipient.entry_id == entry_id))
