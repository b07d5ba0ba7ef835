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

_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+|[0-9a-f]{32}|[0-9A-Z]{26}")
"""Ids of entities, of devices, and of accounts."""


@callback
def watch_missing(hass: HomeAssistant, missing: Callable[[], list[str]], automation: str, owner: str) -> CALLBACK_TYPE:
    """Keep an issue while `missing` returns names, until the returned function is called.

    `automation` names the automation to the user. `owner` identifies the issue, also after a restart.
    """
    issue_id = f"{ISSUE_MISSING_CHOICE}_{owner}"

    @callback
    def check(*_: Event[Any] | ConfigEntryChange | ConfigEntry) -> None:
        if names := missing():
            create_issue(hass, issue_id, ISSUE_MISSING_CHOICE, automation, names)
        else:
            ir.async_delete_issue(hass, DOMAIN, issue_id)

    unsubscribe = [hass.bus.async_listen(event_type, check) for event_type in REGISTRY_EVENTS]
    unsubscribe.append(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, check))
    check()

    @callback
    def stop() -> None:
        for remove in unsubscribe:
            remove()
        ir.async_delete_issue(hass, DOMAIN, issue_id)

    return stop


@callback
def create_issue(hass: HomeAssistant, issue_id: str, key: str, automation: str, names: list[str]) -> None:
    """Raise an issue about what an automation names and is `missing` or `disabled`. Every user can read it, so numbers are masked."""
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
