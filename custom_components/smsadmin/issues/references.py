"""Finds the automations, scripts and groups that name a recipient which is missing or disabled, and raises an issue for each.

Home Assistant leaves such a recipient out of `notify.send_message` without an error, and says nothing before the alarm.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
import re
from typing import Any

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DOMAIN,
    ATTR_ENTITY_ID,
    EVENT_SERVICE_REGISTERED,
    EVENT_SERVICE_REMOVED,
    Platform,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.template import is_template_string
import voluptuous as vol

from ..const import ATTR_MOBILES, CONF_FORMER_IDS, CONF_LEGACY_SERVICE, CONF_RECIPIENT_SERVICES, DOMAIN
from ..gateway.numbers import parse_all
from ..recipients import ADDRESSEES, ATTR_TARGET, resolve_addressees
from .choices import ISSUE_DISABLED_CHOICE, REGISTRY_EVENTS, set_choice_issue, set_missing

_ID = re.compile(r"(?<![\w.])(?:[a-z_]+\.[a-z0-9_]+|[0-9a-f]{32})\b")
_CONFIGURATION = "configuration"
"""The part of an automation that this module checks. Its triggers check themselves."""

_ADDRESSEES = vol.Schema(ADDRESSEES, extra=vol.REMOVE_EXTRA)


class ReferenceMonitor:
    """Keeps an issue for each automation, script and group while it names a recipient that is missing or disabled."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Check when Home Assistant has started, and after every change that may matter."""
        self._hass = hass
        self._checked: set[str] = set()
        self._is_scheduled = False
        hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._entity_updated)
        hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._device_updated)
        async_at_started(hass, self._start)

    @callback
    def _start(self, hass: HomeAssistant) -> None:
        for registry_event in REGISTRY_EVENTS:
            hass.bus.async_listen(registry_event, self._registry_updated)
        for service_event in (EVENT_SERVICE_REGISTERED, EVENT_SERVICE_REMOVED):
            hass.bus.async_listen(service_event, self._service_changed)
        hass.bus.async_listen("automation_reloaded", self._schedule_check)
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        self._check()

    @callback
    def _service_changed(self, event: Event[Any]) -> None:
        """Check after a change of a legacy service; or of a script, which registers its action again when it is loaded again."""
        if event.data[ATTR_DOMAIN] in (Platform.NOTIFY, "script"):
            self._schedule_check()

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain in (DOMAIN, "group"):
            self._schedule_check()

    @callback
    def _entity_updated(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Remember the ids of an entity of ours that is removed or renamed."""
        registry = er.async_get(self._hass)
        entity_id = event.data["entity_id"]
        if event.data["action"] == "remove":
            for removed in _removed_entities(registry):
                if removed.entity_id == entity_id:
                    self._remember(removed.config_entry_id, {entity_id: entity_id, removed.id: entity_id})
        elif event.data["action"] == "update" and (former := event.data.get("old_entity_id")):
            renamed = registry.async_get(entity_id)
            self._remember(renamed.config_entry_id if renamed else None, {former: former})

    @callback
    def _device_updated(self, event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        """Remember the id of a device of ours that is removed."""
        if event.data["action"] == "remove":
            device = event.data["device"]
            for entry_id in [identifier[1].partition("_")[0] for identifier in device["identifiers"] if identifier[0] == DOMAIN]:
                self._remember(entry_id, {device["id"]: device["name_by_user"] or device["name"]})

    @callback
    def _remember(self, entry_id: str | None, names: dict[str, str]) -> None:
        """Keep ids that no longer exist, if an account of ours had them: Home Assistant forgets them, at once or later."""
        entry = self._hass.config_entries.async_get_entry(entry_id or "")
        if entry and entry.domain == DOMAIN:
            former = {**entry.data.get(CONF_FORMER_IDS, {}), **names}
            self._hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_FORMER_IDS: former})

    @callback
    def _registry_updated(self, event: Event[Any]) -> None:
        if event.data["action"] != "update" or event.data.get("changes", {}).keys() & {"entity_id", "disabled_by"}:
            self._schedule_check()

    @callback
    def _schedule_check(self, *_: object) -> None:
        """Check once for all that changes in a moment: with a recipient, its entities and its device are removed one by one."""
        if not self._is_scheduled:
            self._is_scheduled = True
            self._hass.loop.call_soon(self._check)

    @callback
    def _check(self) -> None:
        self._is_scheduled = False
        missing, disabled = _missing_ids(self._hass), _disabled_ids(self._hass)
        existing: dict[str, tuple[str, Mapping[str, Any]]] = {
            owner: (name, config) for owner, name, config in _configurations(self._hass)
        }
        removed: dict[str, tuple[str, Mapping[str, Any]]] = dict.fromkeys(self._checked - existing.keys(), ("", {}))
        for owner, (name, config) in (removed | existing).items():
            set_missing(self._hass, owner, _CONFIGURATION, name, _missing_names(self._hass, config, missing))
            names = _named(_texts(config, is_left_out=_knows_disabled), disabled)
            set_choice_issue(self._hass, ISSUE_DISABLED_CHOICE, owner, name, names)
        self._checked = set(existing)


def _configurations(hass: HomeAssistant) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The id, name and configuration of each automation, script and group; blueprints are filled in."""
    for domain in ("automation", "script"):
        component = hass.data.get(domain)
        for entity in component.entities if component else ():
            # An invalid automation has no configuration.
            yield entity.entity_id, str(entity.name), entity.raw_config or {}
    for entry in hass.config_entries.async_entries("group"):
        yield entry.entry_id, entry.title, entry.options


@callback
def _missing_ids(hass: HomeAssistant) -> dict[str, str]:
    """The ids of entities and devices of ours that no longer exist, each with the name that the user knows."""
    registry, devices = er.async_get(hass), dr.async_get(hass)
    # Those of an account that is removed are in the registry alone.
    names = {id_: entity.entity_id for entity in _removed_entities(registry) for id_ in (entity.entity_id, entity.id)}
    for entry in hass.config_entries.async_entries(DOMAIN):
        names |= entry.data.get(CONF_FORMER_IDS, {})
    return {
        id_: name
        for id_, name in names.items()
        if not (registry.async_get(id_) or hass.states.get(id_) or devices.async_get(id_))
    }


@callback
def _disabled_ids(hass: HomeAssistant) -> dict[str, str]:
    """The ids of entities, devices and services of ours that are disabled, each with the name that the user knows."""
    entries = hass.config_entries.async_entries(DOMAIN)
    entities = [entity for entity in er.async_get(hass).entities.values() if entity.platform == DOMAIN and entity.disabled_by]
    devices = [device for entry in entries for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)]
    services = [f"notify.{name}" for entry in entries if entry.disabled_by for name in _services(entry)]
    return {
        **{id_: entity.entity_id for entity in entities for id_ in (entity.entity_id, entity.id)},
        **{device.id: device.name_by_user or device.name or device.id for device in devices if device.disabled_by},
        **dict(zip(services, services, strict=True)),
    }


def _removed_entities(registry: er.EntityRegistry) -> Iterator[er.DeletedRegistryEntry]:
    return (entity for entity in registry.deleted_entities.values() if entity.platform == DOMAIN)


def _services(entry: ConfigEntry) -> list[str]:
    """The legacy services of an account, whether or not it is enabled."""
    return [entry.data[CONF_LEGACY_SERVICE], *entry.data.get(CONF_RECIPIENT_SERVICES, ())]


@callback
def _missing_names(hass: HomeAssistant, config: Mapping[str, Any], missing: Mapping[str, str]) -> list[str]:
    """The names in a configuration of things that do not exist."""
    names = dict.fromkeys(_named(_texts(_without_attached_triggers(config)), missing))
    for action, step in _steps(config):
        if action.startswith(f"{DOMAIN}."):
            names.update(dict.fromkeys(_missing_in_action(hass, step)))
        elif _is_missing_service(hass, action):
            names[action] = None
    return list(names)


def _named(texts: Iterator[str], names: Mapping[str, str]) -> list[str]:
    """The names of those ids that texts mention: alone, in a list, or in a template."""
    mentioned = (id_ for text in texts for id_ in _ID.findall(text))
    return list(dict.fromkeys(names[id_] for id_ in mentioned if id_ in names))


def _texts(config: Any, *, is_left_out: Callable[[Mapping[str, Any]], bool] = lambda _: False) -> Iterator[str]:
    """All texts of a configuration, but for the parts that are left out."""
    if isinstance(config, str):
        yield config
    elif not (isinstance(config, Mapping) and is_left_out(config)):
        for child in _children(config):
            yield from _texts(child, is_left_out=is_left_out)


def _steps(config: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All calls of actions in a configuration, each with the name of the action."""
    if isinstance(config, Mapping):
        yield _action(config), config
    for child in _children(config):
        yield from _steps(child)


def _children(config: Any) -> Iterable[Any]:
    if isinstance(config, Mapping):
        return config.values()
    return config if isinstance(config, list) else ()


def _action(step: Mapping[str, Any]) -> str:
    """The name of the action that a step calls, empty for another step."""
    return str(step.get("action", step.get("service", "")))


def _is_trigger_of_ours(config: Mapping[str, Any]) -> bool:
    return str(config.get("trigger", config.get("platform", ""))).startswith(f"{DOMAIN}.")


def _knows_disabled(config: Mapping[str, Any]) -> bool:
    """Whether this is an action or trigger of ours. Those may name a disabled recipient: they send to it and listen to it all the same."""
    return _is_trigger_of_ours(config) or _action(config).startswith(f"{DOMAIN}.")


def _without_attached_triggers(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without the triggers of ours that are attached all the time, and raise issues of their own."""
    return {key: _without_triggers_of_ours(value) if key in ("trigger", "triggers") else value for key, value in config.items()}


def _without_triggers_of_ours(triggers: Any) -> list[Any]:
    """Triggers without those of ours, also in the `triggers` that one of them may hold."""
    return [
        _without_attached_triggers(one) if isinstance(one, Mapping) else one
        for one in cv.ensure_list(triggers)
        if not (isinstance(one, Mapping) and _is_trigger_of_ours(one))
    ]


@callback
def _missing_in_action(hass: HomeAssistant, step: Mapping[str, Any]) -> list[str]:
    """The recipients, numbers and account that a call of an action of ours will not find. Templates are left out."""
    parts = ({ATTR_ENTITY_ID: step.get(ATTR_ENTITY_ID)}, step.get(ATTR_TARGET), step.get("data"))
    fields = {key: value for part in parts if isinstance(part, dict) for key, value in _without_templates(part).items()}
    addressees = resolve_addressees(hass, _ADDRESSEES(fields))
    numbers = parse_all(cv.ensure_list(fields.get(ATTR_MOBILES)))
    entry_id = fields.get(ATTR_CONFIG_ENTRY_ID)
    is_known = not entry_id or hass.config_entries.async_get_entry(str(entry_id))
    return [*addressees.missing, *(number.typed for number in numbers.invalid), *([] if is_known else [str(entry_id)])]


def _without_templates(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _without_templates(value) for key, value in config.items() if not _is_template(value)}
    return [_without_templates(item) for item in config if not _is_template(item)] if isinstance(config, list) else config


def _is_template(value: object) -> bool:
    return isinstance(value, str) and is_template_string(value)


@callback
def _is_missing_service(hass: HomeAssistant, action: str) -> bool:
    """Whether an action is a legacy service of a recipient that does not exist."""
    domain, _, name = action.partition(".")
    entries = hass.config_entries.async_entries(DOMAIN)
    return (
        domain == Platform.NOTIFY
        and name.startswith(tuple(f"{entry.data[CONF_LEGACY_SERVICE]}_" for entry in entries))
        and not any(name in _services(entry) for entry in entries)
        and not hass.services.has_service(domain, name)
    )
