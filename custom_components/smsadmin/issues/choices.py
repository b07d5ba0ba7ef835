"""The issues for recipients, accounts and numbers that an automation names, and that are missing or disabled."""

from collections.abc import Callable
import re
from typing import Any

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..errors import mask_digits

ISSUE_DISABLED_CHOICE = "disabled_choice"
ISSUE_MISSING_CHOICE = "missing_choice"

REGISTRY_EVENTS = (
    ar.EVENT_AREA_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    fr.EVENT_FLOOR_REGISTRY_UPDATED,
    lr.EVENT_LABEL_REGISTRY_UPDATED,
)
"""What changes when something that an automation names is added, removed, renamed or disabled."""

_FOUND: HassKey[dict[tuple[str, str], list[str]]] = HassKey(f"{DOMAIN}_missing_choices")
"""What is missing, by the automation and its part that names it."""

_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+|[0-9a-f]{32}|[0-9A-Z]{26}")
"""Ids of entities, of devices, and of accounts."""


@callback
def watch_missing(hass: HomeAssistant, missing: Callable[[], list[str]], automation: str, owner: str) -> CALLBACK_TYPE:
    """Keep an issue while `missing` returns names, until the returned function is called.

    `automation` names the automation to the user. `owner` identifies it, also after a restart.
    """
    part = ulid_now()

    @callback
    def check(*_: Event[Any] | ConfigEntryChange | ConfigEntry) -> None:
        set_missing(hass, owner, part, automation, missing())

    unsubscribe = [hass.bus.async_listen(event_type, check) for event_type in REGISTRY_EVENTS]
    unsubscribe.append(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, check))
    check()

    @callback
    def stop() -> None:
        for remove in unsubscribe:
            remove()
        set_missing(hass, owner, part, automation, [])

    return stop


@callback
def set_missing(hass: HomeAssistant, owner: str, part: str, automation: str, names: list[str]) -> None:
    """Set what one part of an automation finds missing; the automation has one issue for all of its parts.

    Without an account there is nothing that could be missing.
    """
    found = hass.data.setdefault(_FOUND, {})
    found.pop((owner, part), None)
    if names and hass.config_entries.async_entries(DOMAIN):
        found[owner, part] = names
    all_names = dict.fromkeys(name for key, part_names in found.items() if key[0] == owner for name in part_names)
    set_choice_issue(hass, ISSUE_MISSING_CHOICE, owner, automation, list(all_names))


@callback
def set_choice_issue(hass: HomeAssistant, key: str, owner: str, automation: str, names: list[str]) -> None:
    """Raise an issue about what an automation names and is missing or disabled; clear it if there is nothing.

    Every user can read it, so numbers are masked.
    """
    issue_id = f"{key}_{owner}"
    if not names:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"automation": automation, key.removesuffix("_choice"): ", ".join(map(_label, names))},
    )


def _label(name: str) -> str:
    return name if _ID.fullmatch(name) else mask_digits(name.strip())
