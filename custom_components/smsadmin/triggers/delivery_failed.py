"""The trigger delivery_failed: a text has failed, or no report says in time that it was delivered.

`UndeliveredMonitor` decides when; here are the options and variables.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..account import find_account
from ..const import ATTR_LINK_ID, ATTR_MESSAGE
from ..errors import describe_reason
from ..message_log.models import FailedMessage, UndeliveredMessage
from ..recipients import find_recipient_by_id, recipient_for, registry_ids
from .base import SmsAdminTrigger, recipient_label
from .options import duration
from .undelivered_monitor import UndeliveredMonitor

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerActionRunner, TriggerNotTriggeredReporter

CONF_WITHIN = "within"

DEFAULT_WITHIN = timedelta(minutes=15)
"""Reports usually take 5 to 10 minutes to arrive."""


class DeliveryFailed(SmsAdminTrigger):
    """Fires once for each number whose text has failed or is not delivered within a time."""

    schema: ClassVar[dict[vol.Marker, Any]] = {vol.Optional(CONF_WITHIN, default=DEFAULT_WITHIN): duration}

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        monitors: dict[str, UndeliveredMonitor] = {}

        @callback
        def account_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
            if change is ConfigEntryChange.REMOVED:
                if removed := monitors.pop(entry.entry_id, None):
                    removed.stop()
            elif added := self._add_monitor(entry, monitors, run_action):
                self._hass.async_create_task(added.async_start(), "smsadmin delivery_failed")

        @callback
        def detach() -> None:
            stop_listening()
            for monitor in monitors.values():
                monitor.stop()

        stop_listening = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, account_changed)
        for entry in self._selection.accounts():
            if added := self._add_monitor(entry, monitors, run_action):
                await added.async_start()
        return detach

    @callback
    def _add_monitor(
        self, entry: ConfigEntry, monitors: dict[str, UndeliveredMonitor], run_action: TriggerActionRunner
    ) -> UndeliveredMonitor | None:
        """Add a monitor for an account that is selected and has none yet, and return it."""
        account = find_account(self._hass, entry.entry_id)
        if account is None or entry.entry_id in monitors or not self._selection.has_account(entry.entry_id):
            return None

        @callback
        def fire(message: UndeliveredMessage) -> None:
            if self._selection.covers(entry.entry_id, message.mobile, message.recipient_id):
                variables = self._variables(entry, message)
                run_action(variables, f"text to {recipient_label(variables)} not delivered: {message.state}")

        within: timedelta = self._options[CONF_WITHIN]
        name = f"delivery_failed {within} {self._selection.key}"
        monitors[entry.entry_id] = UndeliveredMonitor(self._hass, entry.entry_id, account.log, name, within, fire)
        return monitors[entry.entry_id]

    def _variables(self, entry: ConfigEntry, message: UndeliveredMessage) -> dict[str, Any]:
        """Return the trigger variables for a message."""
        recipient = find_recipient_by_id(entry, message.recipient_id) or recipient_for(entry, message.mobile)
        return {
            ATTR_CONFIG_ENTRY_ID: entry.entry_id,
            "account": entry.data[CONF_USERNAME],
            "message_id": message.message_id,
            "mobile": message.mobile,
            ATTR_MESSAGE: message.message,
            ATTR_LINK_ID: message.link_id,
            "recipient": recipient.name if recipient else None,
            **registry_ids(self._hass, entry, recipient.subentry_id if recipient else None),
            "state": message.state.value,
            "reason": describe_reason(self._hass, message.state, message.reason) if isinstance(message, FailedMessage) else None,
            "submitted_at": dt_util.as_local(message.called_at).isoformat(),
        }
