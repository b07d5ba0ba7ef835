"""The trigger about messages that were not delivered."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..automation_options import accounts, duration, is_selected
from ..const import ATTR_LINK_ID, ATTR_MESSAGE
from ..intake import find_intake
from ..message_log.overdue import OverdueMessage
from ..recipients import recipient_name
from .base import SmsAdminTrigger, whom
from .undelivered_monitor import UndeliveredMonitor

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerActionRunner, TriggerNotTriggeredReporter

CONF_WITHIN = "within"

DEFAULT_WITHIN = timedelta(minutes=5)


class DeliveryFailed(SmsAdminTrigger):
    """A message to a number has failed, or no report says in time that it was delivered.

    What was sent while the message log did not work is not in it, and fires nothing.
    """

    schema: ClassVar[dict[vol.Marker, Any]] = {vol.Optional(CONF_WITHIN, default=DEFAULT_WITHIN): duration}

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        watchers: dict[str, UndeliveredMonitor] = {}

        def watch(entry: ConfigEntry) -> UndeliveredMonitor | None:
            """Watch an account from now on, if that is not done yet and there is something to watch."""
            intake = find_intake(self._hass, entry.entry_id)
            if intake is None or entry.entry_id in watchers or not is_selected(entry.entry_id, self._options):
                return None

            @callback
            def tell(message: OverdueMessage) -> None:
                data = _data(entry, message)
                run_action(data, f"text to {whom(data)} not delivered: {message.state}")

            watcher = UndeliveredMonitor(self._hass, entry, intake.log, self._options, self._options[CONF_WITHIN], tell)
            watchers[entry.entry_id] = watcher
            return watcher

        @callback
        def accounts_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
            if change is ConfigEntryChange.REMOVED:
                if watcher := watchers.pop(entry.entry_id, None):
                    watcher.stop()
            elif watcher := watch(entry):
                self._hass.async_create_task(watcher.async_start(), "smsadmin delivery_failed")

        @callback
        def detach() -> None:
            stop_following()
            for watcher in watchers.values():
                watcher.stop()

        stop_following = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, accounts_changed)
        for entry in accounts(self._hass, self._options):
            if watcher := watch(entry):
                await watcher.async_start()
        return detach


def _data(entry: ConfigEntry, message: OverdueMessage) -> dict[str, Any]:
    """What automations get to know of a message."""
    return {
        ATTR_CONFIG_ENTRY_ID: entry.entry_id,
        "account": entry.data[CONF_USERNAME],
        "message_id": message.message_id,
        "mobile": message.mobile,
        ATTR_MESSAGE: message.message,
        ATTR_LINK_ID: message.link_id,
        "recipient": recipient_name(entry, message.mobile),
        "state": message.state.value,
        "submitted_at": dt_util.as_local(message.submitted_at).isoformat(),
    }
