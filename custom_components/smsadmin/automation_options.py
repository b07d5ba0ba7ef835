"""What automations choose, in triggers and conditions: an account, recipients, numbers; and an issue where some of it does not exist."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
import json
from typing import Any

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.target import TargetSelection
import voluptuous as vol

from .const import ATTR_MOBILES, ATTR_RECIPIENTS, DOMAIN
from .gateway.numbers import ParsedNumbers, canonical, parse_all
from .recipients import Recipient, ResolvedTargets, find_recipient_by_id, resolve_targets

ISSUE_MISSING_CHOICE = "missing_choice"

_REGISTRY_EVENTS = (
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    fr.EVENT_FLOOR_REGISTRY_UPDATED,
    lr.EVENT_LABEL_REGISTRY_UPDATED,
)


def string_option(value: object) -> str:
    """A text; YAML makes some words something else if they have no quotes."""
    if isinstance(value, bool):
        raise vol.Invalid("put it in quotes: without them, YAML reads it as true or false")
    return cv.string(value)


def _list(value: object) -> list[Any]:
    """A list as it was given; None and an empty text are how a blueprint leaves out what it has no value for."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _entity_ids(value: object) -> list[str]:
    """Ids of entities, which need not exist: an automation has to work for the others."""
    return [part.strip().lower() for item in _list(value) for part in str(item).split(",")]


ACCOUNT_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_CONFIG_ENTRY_ID, default=""): vol.Any(None, cv.string)}
RECIPIENTS_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_RECIPIENTS, default=list): _entity_ids}
MOBILES_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_MOBILES, default=list): _list}

duration = vol.All(cv.positive_time_period, vol.Range(min=timedelta(seconds=1)))


class Selection:
    """What the options and the target of a trigger or condition choose; without recipients, target and numbers: all of them.

    Recipients are looked up whenever they are needed, as their numbers change.
    """

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any], target: Mapping[str, Any] | None = None) -> None:
        """Take the options, of which all but the account may be left out."""
        self._hass = hass
        self._entry_id: str | None = options[ATTR_CONFIG_ENTRY_ID]
        self._entity_ids: list[str] = options.get(ATTR_RECIPIENTS, [])
        self._target = dict(target or {})
        self._typed_numbers: list[Any] = options.get(ATTR_MOBILES, [])
        self._numbers = parse_all(self._typed_numbers) if self._typed_numbers else ParsedNumbers(mobiles=(), invalid=())
        self._chooses_all = not (self._typed_numbers or self._entity_ids or TargetSelection(self._target).has_any_target)

    @property
    def key(self) -> str:
        """Differs where recipients or target do."""
        target = [json.dumps(self._target, sort_keys=True)] if self._target else []
        return " ".join([*sorted(self._entity_ids), *target])

    @callback
    def accounts(self) -> Iterator[ConfigEntry]:
        """The chosen account, or all."""
        return (entry for entry in self._hass.config_entries.async_entries(DOMAIN) if self.has_account(entry.entry_id))

    def has_account(self, entry_id: str | None) -> bool:
        """Whether an account is the chosen one, or any will do."""
        return self._entry_id in (None, "", entry_id)

    @callback
    def covers(self, entry_id: str | None, mobile: str, recipient_id: str | None = None) -> bool:
        """Whether a number of an account is chosen, or the recipient that a text was sent to, where that still exists."""
        if not self.has_account(entry_id) or self._chooses_all:
            return self.has_account(entry_id)
        if canonical(mobile) in map(canonical, self._numbers.mobiles):
            return True
        chosen = [recipient for recipient in self._resolve().recipients if recipient.entry_id == entry_id]
        own = self._recipient(entry_id, recipient_id)
        return own in chosen if own else any(recipient.has_number(mobile) for recipient in chosen)

    def _recipient(self, entry_id: str | None, recipient_id: str | None) -> Recipient | None:
        entry = self._hass.config_entries.async_get_entry(entry_id) if entry_id else None
        return find_recipient_by_id(entry, recipient_id) if entry else None

    @callback
    def missing(self) -> list[str]:
        """What was chosen and does not exist: ids and numbers, as they were typed."""
        if self._entry_id and not list(self.accounts()):
            return [self._entry_id]
        resolved = self._resolve()
        elsewhere = [recipient.name for recipient in resolved.recipients if not self.has_account(recipient.entry_id)]
        return [*resolved.missing, *elsewhere, *self._missing_numbers()]

    def _missing_numbers(self) -> list[str]:
        """What was typed and is no number; separators and blanks alone are none either."""
        if not self._numbers.mobiles and not self._numbers.invalid:
            return [str(typed) for typed in self._typed_numbers]
        return [invalid.typed for invalid in self._numbers.invalid]

    def _resolve(self) -> ResolvedTargets:
        return resolve_targets(self._hass, self._target, self._entity_ids)


@callback
def watch_missing(hass: HomeAssistant, selection: Selection, automation: str, owner: str) -> CALLBACK_TYPE:
    """Have an issue for as long as something that `automation` chooses is missing, until the returned function is called.

    `owner` makes the issue the same one after a restart.
    """
    issue_id = f"{ISSUE_MISSING_CHOICE}_{owner}"

    @callback
    def check(*_: Event[Any] | ConfigEntryChange | ConfigEntry) -> None:
        if missing := selection.missing():
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=ISSUE_MISSING_CHOICE,
                translation_placeholders={
                    "automation": automation,
                    "missing": ", ".join(item.strip() or '""' for item in missing),
                },
            )
        else:
            ir.async_delete_issue(hass, DOMAIN, issue_id)

    removes = [hass.bus.async_listen(event_type, check) for event_type in _REGISTRY_EVENTS]
    removes.append(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, check))
    check()

    @callback
    def stop() -> None:
        for remove in removes:
            remove()
        ir.async_delete_issue(hass, DOMAIN, issue_id)

    return stop
