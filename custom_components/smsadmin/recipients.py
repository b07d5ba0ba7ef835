"""Recipients: people and groups with a name, stored as subentries of the account.

How targets resolve to recipients, and which ids a recipient has in the registries of devices and entities.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import replace
from typing import Any, NamedTuple

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
    ENTITY_MATCH_NONE,
    Platform,
)
from homeassistant.core import HomeAssistant, callback, valid_entity_id
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.group import get_entity_ids
from homeassistant.helpers.target import SelectedEntities, TargetSelection, async_extract_referenced_entity_ids
import voluptuous as vol

from .const import ATTR_RECIPIENTS, CONF_MOBILES, CONF_SIGNATURE, DOMAIN, SUBENTRY_TYPE_RECIPIENT
from .gateway.numbers import canonical

ATTR_EXCLUDE = "exclude"
ATTR_TARGET = "target"

_GROUP_PREFIXES = ("notify.", "group.")
_CONTAINERS = (ATTR_DEVICE_ID, ATTR_AREA_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID)
_INCLUDED: dict[vol.Marker, Any] = {vol.Optional(name): cv.ensure_list for name in (ATTR_ENTITY_ID, *_CONTAINERS)}


def _as_target(value: object) -> object:
    """A target; a text or a list, as legacy services take it, names entities."""
    return value if isinstance(value, dict) else {ATTR_ENTITY_ID: value}


_TARGET: dict[vol.Marker, Any] = {
    **_INCLUDED,
    vol.Optional(ATTR_EXCLUDE): vol.All(_as_target, vol.Schema(_INCLUDED, extra=vol.ALLOW_EXTRA)),
}
"""What a target may name, in `target` and beside it: Home Assistant merges the target of an automation's action into the data."""

ADDRESSEES: dict[vol.Marker, Any] = {
    vol.Optional(ATTR_RECIPIENTS, default=list): cv.ensure_list,
    vol.Optional(ATTR_TARGET): vol.All(_as_target, vol.Schema(_TARGET, extra=vol.ALLOW_EXTRA)),
    **_TARGET,
}
"""The fields of an action that name recipients."""


class Recipient(NamedTuple):
    """A person or group: a name and its numbers. `signature`: texts to it begin with the account's signature."""

    entry_id: str
    subentry_id: str
    name: str
    mobiles: tuple[str, ...]
    signature: bool = True

    def has_number(self, mobile: str) -> bool:
        """Whether a number is one of the recipient's, in any spelling."""
        return canonical(mobile) in map(canonical, self.mobiles)


class ResolvedTargets(NamedTuple):
    """The selected recipients, each once, and the selected ids that are no recipient, as they were given."""

    recipients: tuple[Recipient, ...]
    missing: tuple[str, ...]


def recipients_of(entry: ConfigEntry) -> Iterator[Recipient]:
    """Return all recipients of an account."""
    return (create_recipient(entry, subentry) for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_RECIPIENT))


def find_recipient_by_id(entry: ConfigEntry, subentry_id: str | None) -> Recipient | None:
    """Return the recipient with a subentry id, or None if it does not exist."""
    subentry = entry.subentries.get(subentry_id) if subentry_id else None
    return create_recipient(entry, subentry) if subentry and subentry.subentry_type == SUBENTRY_TYPE_RECIPIENT else None


def find_recipient_of_message(entry: ConfigEntry, recipient_id: str | None, mobile: str) -> Recipient | None:
    """Return the recipient that a message was addressed to, or else the first one that has its number."""
    found = find_recipient_by_id(entry, recipient_id)
    return found or next((recipient for recipient in recipients_of(entry) if recipient.has_number(mobile)), None)


@callback
def find_recipient_by_entity(hass: HomeAssistant, entity_id: str) -> Recipient | None:
    """Return the recipient of a notify entity, which may be disabled."""
    entity = er.async_get(hass).async_get(entity_id)
    return _find_recipient_by_registry_entry(hass, entity) if entity and entity.domain == Platform.NOTIFY else None


@callback
def resolve_targets(
    hass: HomeAssistant, target: Mapping[str, Any] | None = None, entity_ids: Iterable[str] = ()
) -> ResolvedTargets:
    """Return the recipients of entities and of a target's entities, devices, areas, floors and labels.

    Entities come first, `entity_ids` before those of the target, in the order given. A named entity that belongs to no recipient is
    missing; other entities within devices, areas, floors and labels are ignored. If the target excludes any entity of a recipient,
    the whole recipient is left out: an area holds several entities of it, and the user excludes one.
    """
    included = dict(target or {})
    excluded = resolve_targets(hass, exclude).recipients if (exclude := included.pop(ATTR_EXCLUDE, None)) else ()
    if not entity_ids and not any(included.values()):
        return ResolvedTargets((), ())
    named = tuple(dict.fromkeys((*entity_ids, *_as_list(included.get(ATTR_ENTITY_ID)))))
    expanded = list(_expand_notify_groups(hass, named))
    selected = async_extract_referenced_entity_ids(hass, TargetSelection({**included, ATTR_ENTITY_ID: expanded}))
    # Home Assistant has replaced groups by their members, so a group is not in `referenced` and not missing.
    entities = [entity_id for entity_id in named if entity_id in selected.referenced]
    contained = sorted((selected.referenced | selected.indirectly_referenced) - set(entities))
    found = {entity_id: _find_recipient_by_any_entity(hass, entity_id) for entity_id in (*entities, *contained)}
    recipients = {recipient.subentry_id: recipient for recipient in found.values() if recipient}
    return ResolvedTargets(
        recipients=tuple(recipient for recipient in recipients.values() if recipient not in excluded),
        missing=(*(entity_id for entity_id in entities if found[entity_id] is None), *_missing(selected)),
    )


@callback
def resolve_addressees(hass: HomeAssistant, data: Mapping[str, Any]) -> ResolvedTargets:
    """Return the recipients that the fields of a call name (`ADDRESSEES`), and the names that are no recipient."""
    targets = [data, data.get(ATTR_TARGET) or {}]
    names = _names([*data[ATTR_RECIPIENTS], *_values(targets, ATTR_ENTITY_ID)])
    excludes = [target.get(ATTR_EXCLUDE, {}) for target in targets]
    exclude = _containers(excludes) | {ATTR_ENTITY_ID: _entity_ids(_names(_values(excludes, ATTR_ENTITY_ID)))}
    entity_ids = _entity_ids(names)
    found = resolve_targets(hass, {**_containers(targets), ATTR_EXCLUDE: exclude}, entity_ids)
    others = [name for name in names if name.lower() not in entity_ids and name != ENTITY_MATCH_NONE]
    unknown_keys = [str(key) for key in data.get(ATTR_TARGET) or {} if key not in _TARGET]
    return replace(found, missing=(*found.missing, *others, *unknown_keys))


def _values(targets: Iterable[Mapping[str, Any]], key: str) -> list[Any]:
    """What several targets have under a key."""
    return [item for target in targets for item in target.get(key, ())]


def _containers(targets: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The devices, areas, floors and labels of several targets."""
    return {key: [str(item) for item in _values(targets, key) if item] for key in _CONTAINERS}


def _entity_ids(names: Iterable[str]) -> list[str]:
    return [name.lower() for name in names if valid_entity_id(name.lower())]


def _names(values: Iterable[object]) -> list[str]:
    """The names in a list, each once; it may hold lists, and texts with several names."""
    names: dict[str, None] = {}
    for value in values:
        names |= dict.fromkeys(_names(value) if isinstance(value, list) else (name.strip() for name in str(value).split(",")))
    return list(names)


def _expand_notify_groups(hass: HomeAssistant, entity_ids: Iterable[str], groups: tuple[str, ...] = ()) -> Iterator[str]:
    """Replace notify groups by their members: Home Assistant expands other groups, but not those of the notify platform."""
    for entity_id in entity_ids:
        if members := get_entity_ids(hass, entity_id) if entity_id.startswith(_GROUP_PREFIXES) else []:
            yield from _expand_notify_groups(hass, (id_ for id_ in members if id_ not in groups), (*groups, entity_id))
        else:
            yield entity_id


def _missing(selected: SelectedEntities) -> list[str]:
    return sorted(selected.missing_devices | selected.missing_areas | selected.missing_floors | selected.missing_labels)


def _as_list(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


@callback
def _find_recipient_by_any_entity(hass: HomeAssistant, entity_id: str) -> Recipient | None:
    """Return the recipient that an entity of any platform belongs to."""
    entity = er.async_get(hass).async_get(entity_id)
    return _find_recipient_by_registry_entry(hass, entity) if entity else None


@callback
def _find_recipient_by_registry_entry(hass: HomeAssistant, entity: er.RegistryEntry) -> Recipient | None:
    entry = hass.config_entries.async_get_entry(entity.config_entry_id) if entity.config_entry_id else None
    return find_recipient_by_id(entry, entity.config_subentry_id) if entry and entry.domain == DOMAIN else None


def create_recipient(entry: ConfigEntry, subentry: ConfigSubentry) -> Recipient:
    """Create a recipient from its subentry."""
    return Recipient(
        entry_id=entry.entry_id,
        subentry_id=subentry.subentry_id,
        name=subentry.title,
        mobiles=tuple(subentry.data[CONF_MOBILES]),
        signature=subentry.data.get(CONF_SIGNATURE, True),
    )


def recipient_device_id(entry: ConfigEntry, subentry_id: str) -> tuple[str, str]:
    """The identifier of a recipient's device."""
    return DOMAIN, f"{entry.entry_id}_{subentry_id}"


def recipient_unique_id(entry_id: str, subentry_id: str, key: str) -> str:
    """The unique id of an entity of a recipient."""
    return f"{entry_id}_{subentry_id}_{key}"


@callback
def registry_ids(hass: HomeAssistant, entry: ConfigEntry, recipient_id: str | None) -> dict[str, Any]:
    """The notify entity and the device of a recipient, None where there is none."""
    registry = er.async_get(hass)
    entity_id = recipient_id and registry.async_get_entity_id(
        Platform.NOTIFY, DOMAIN, recipient_unique_id(entry.entry_id, recipient_id, "message")
    )
    entity = registry.async_get(entity_id) if entity_id else None
    return {ATTR_ENTITY_ID: entity_id or None, ATTR_DEVICE_ID: entity.device_id if entity else None}
