"""Options of triggers and conditions that select an account, recipients and numbers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
import json
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.target import TargetSelection
import voluptuous as vol

from ..const import ATTR_MOBILES, ATTR_RECIPIENTS, DOMAIN
from ..gateway.numbers import ParsedNumbers, canonical, parse_all
from ..recipients import Recipient, ResolvedTargets, find_recipient_by_id, resolve_targets


def string_option(value: object) -> str:
    """Validate a text. YAML reads some words as booleans unless they are in quotes."""
    if isinstance(value, bool):
        raise vol.Invalid("put it in quotes: without them, YAML reads it as true or false")
    return cv.string(value)


def _list(value: object) -> list[Any]:
    """Validate a list. A blueprint passes None or an empty text for an input without a value."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _entity_ids(value: object) -> list[str]:
    """Validate entity ids. They need not exist, because an automation has to work for the remaining ones."""
    return [part.strip().lower() for item in _list(value) for part in str(item).split(",")]


ACCOUNT_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_CONFIG_ENTRY_ID, default=""): vol.Any(None, cv.string)}
RECIPIENTS_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_RECIPIENTS, default=list): _entity_ids}
MOBILES_SCHEMA: dict[vol.Marker, Any] = {vol.Optional(ATTR_MOBILES, default=list): _list}

duration = vol.All(cv.positive_time_period, vol.Range(min=timedelta(seconds=1)))


class Selection:
    """The account, recipients and numbers that the options and target of a trigger or condition select.

    Without recipients, target and numbers, it selects all numbers. Recipients are looked up at each use, because their numbers may
    change.
    """

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any], target: Mapping[str, Any] | None = None) -> None:
        """Keep the options, of which only the account is required."""
        self._hass = hass
        self._entry_id: str | None = options[ATTR_CONFIG_ENTRY_ID]
        self._entity_ids: list[str] = options.get(ATTR_RECIPIENTS, [])
        self._target = dict(target or {})
        self._typed_numbers: list[Any] = options.get(ATTR_MOBILES, [])
        self._numbers = parse_all(self._typed_numbers) if self._typed_numbers else ParsedNumbers(mobiles=(), invalid=())
        self._selects_all = not (self._typed_numbers or self._entity_ids or TargetSelection(self._target).has_any_target)

    @property
    def key(self) -> str:
        """A text that identifies the selected recipients and target."""
        target = [json.dumps(self._target, sort_keys=True)] if self._target else []
        return " ".join([*sorted(self._entity_ids), *target])

    @callback
    def accounts(self) -> Iterator[ConfigEntry]:
        """Return the selected account, or all."""
        return (entry for entry in self._hass.config_entries.async_entries(DOMAIN) if self.has_account(entry.entry_id))

    def has_account(self, entry_id: str | None) -> bool:
        """Whether an account is selected."""
        return self._entry_id in (None, "", entry_id)

    @callback
    def covers(self, entry_id: str | None, mobile: str, recipient_id: str | None = None) -> bool:
        """Whether a number of an account is selected, or the recipient that a text was sent to if it still exists."""
        if not self.has_account(entry_id) or self._selects_all:
            return self.has_account(entry_id)
        if canonical(mobile) in map(canonical, self._numbers.mobiles):
            return True
        selected = [recipient for recipient in self._resolve().recipients if recipient.entry_id == entry_id]
        recipient = self._recipient(entry_id, recipient_id)
        return recipient in selected if recipient else any(candidate.has_number(mobile) for candidate in selected)

    def _recipient(self, entry_id: str | None, recipient_id: str | None) -> Recipient | None:
        entry = self._hass.config_entries.async_get_entry(entry_id) if entry_id else None
        return find_recipient_by_id(entry, recipient_id) if entry else None

    @callback
    def missing(self) -> list[str]:
        """Return the selected ids that do not exist and the invalid numbers, as the user typed them."""
        if self._entry_id and not list(self.accounts()):
            return [self._entry_id]
        resolved = self._resolve()
        of_other_accounts = [recipient.name for recipient in resolved.recipients if not self.has_account(recipient.entry_id)]
        return [*resolved.missing, *of_other_accounts, *self._invalid_numbers()]

    def _invalid_numbers(self) -> list[str]:
        """Return the typed values that are no numbers, such as separators and blanks alone."""
        if not self._numbers.mobiles and not self._numbers.invalid:
            return [str(typed) for typed in self._typed_numbers]
        return [invalid.typed for invalid in self._numbers.invalid]

    def _resolve(self) -> ResolvedTargets:
        return resolve_targets(self._hass, self._target, self._entity_ids)
