"""The live connection of an open panel: what has changed, a few times a second at most."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from homeassistant.auth import EVENT_USER_UPDATED
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, Event, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later

from ..account import all_accounts, find_account
from ..const import DOMAIN, SIGNAL_ENTRY_UPDATED, SIGNAL_LOG_CHANGED
from . import api
from .commands import Request

DELAY = 0.2
"""Seconds in which changes gather."""


class Subscription:
    """Sends one open panel, or card, the changes of the accounts that its user may see."""

    def __init__(self, request: Request, entry_id: str | None) -> None:
        """Follow one account, or all."""
        self._request = request
        self._hass = request.hass
        self._entry_id = entry_id
        self._changes: dict[tuple[str, str], None] = {}
        self._cancel_sending: CALLBACK_TYPE | None = None
        self._followed: dict[str, list[CALLBACK_TYPE]] = {}
        self._unsubscribe = [
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed),
            self._hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, self._issues_changed),
            self._hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._entities_changed),
            self._hass.bus.async_listen(EVENT_USER_UPDATED, self._user_changed),
        ]
        for account in all_accounts(self._hass):
            self._follow(account.entry.entry_id)

    @callback
    def close(self) -> None:
        """Stop following."""
        for unsubscribe in (*self._unsubscribe, *(each for found in self._followed.values() for each in found)):
            unsubscribe()
        if self._cancel_sending:
            self._cancel_sending()

    def _follow(self, entry_id: str) -> None:
        if entry_id in self._followed or self._entry_id not in (None, entry_id):
            return
        self._followed[entry_id] = [
            async_dispatcher_connect(self._hass, signal.format(entry_id), self._noting(kind, entry_id))
            for signal, kind in ((SIGNAL_LOG_CHANGED, "messages"), (SIGNAL_ENTRY_UPDATED, "account"))
        ]

    def _noting(self, kind: str, entry_id: str) -> Callable[[], None]:
        @callback
        def note() -> None:
            self._note(kind, entry_id)

        return note

    @callback
    def _note(self, kind: str, entry_id: str) -> None:
        self._changes[kind, entry_id] = None
        if self._cancel_sending is None:
            self._cancel_sending = async_call_later(self._hass, DELAY, self._send)

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain != DOMAIN or self._entry_id not in (None, entry.entry_id):
            return
        self._follow(entry.entry_id)
        is_gone = change is ConfigEntryChange.REMOVED or entry.disabled_by is not None
        self._note("removed" if is_gone else "account", entry.entry_id)

    @callback
    def _issues_changed(self, event: Event[Any]) -> None:
        """Note a change of the issues."""
        if event.data["domain"] == DOMAIN:
            self._note_all()

    @callback
    def _user_changed(self, event: Event[Any]) -> None:
        """Note that the user may have other rights now."""
        if event.data["user_id"] == self._request.user.id:
            self._note_all()

    def _note_all(self) -> None:
        for entry_id in self._followed:
            self._note("account", entry_id)

    @callback
    def _entities_changed(self, event: Event[Any]) -> None:
        """Note that other users may see a conversation now, because its notify entity has changed."""
        entity = er.async_get(self._hass).async_get(event.data["entity_id"])
        if entity and entity.platform == DOMAIN and entity.config_entry_id in self._followed:
            self._note("account", entity.config_entry_id)

    @callback
    def _send(self, now: datetime) -> None:
        changes, self._changes, self._cancel_sending = self._changes, {}, None
        for kind, entry_id in changes:
            account = find_account(self._hass, entry_id)
            if account and kind == "messages" and self._request.view(account).shown == frozenset():
                continue
            event: api.ChangeEvent = {"kind": kind, "config_entry_id": entry_id}
            self._request.connection.send_message(websocket_api.event_message(self._request.data["id"], event))


async def subscribe_command(request: Request) -> None:
    """Send changes until the caller unsubscribes."""
    entry_id, conversation_id = request.data["config_entry_id"], request.data["conversation_id"]
    if entry_id is not None:
        view = request.view_of(entry_id)
        if conversation_id is not None:
            view.conversation(conversation_id)
    connection: ActiveConnection = request.connection
    connection.subscriptions[request.data["id"]] = Subscription(request, entry_id).close
