"""The trigger delivery_failed: a text has failed, or no report says in time that it was delivered."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
import time
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import ATTR_CONFIG_ENTRY_ID, CONF_USERNAME
from homeassistant.core import CALLBACK_TYPE, CoreState, HassJob, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..account import find_account
from ..const import ATTR_LINK_ID, ATTR_MESSAGE, LOGGER, SIGNAL_FAILED, SIGNAL_LOG_CHANGED, SIGNAL_LOG_REPLACED
from ..errors import describe_reason
from ..message_log.errors import LogError
from ..message_log.log import MessageLog
from ..message_log.models import FailedMessage, OverdueMessage, UndeliveredMessage
from ..recipients import find_recipient_of_message, registry_ids
from ..translation import local_iso
from .base import SmsAdminTrigger, recipient_label
from .clock import RunClock
from .options import duration

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerActionRunner, TriggerNotTriggeredReporter

CONF_WITHIN = "within"

DEFAULT_WITHIN = timedelta(minutes=15)
"""Reports usually take 5 to 10 minutes to arrive."""

STARTUP_GRACE = timedelta(minutes=1)
"""How long after the start of Home Assistant, or of an account, nothing counts as overdue: reports still wait at the platform."""

_MAX_FIRED = 10_000
"""The most message ids that a monitor remembers, so that no message fires twice."""

_RESOLUTION = timedelta(milliseconds=1)
"""The resolution of times in the message log."""


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
            if find_account(self._hass, entry.entry_id) is None:
                if closed := monitors.pop(entry.entry_id, None):
                    closed.stop()
            elif added := self._add_monitor(entry, monitors, run_action, may_continue=True):
                self._hass.async_create_task(added.async_start(), "smsadmin delivery_failed")

        @callback
        def detach() -> None:
            stop_listening()
            for monitor in monitors.values():
                monitor.stop()

        stop_listening = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, account_changed)
        for entry in self._selection.accounts():
            if added := self._add_monitor(entry, monitors, run_action, may_continue=self._hass.state is not CoreState.running):
                await added.async_start()
        return detach

    @callback
    def _add_monitor(
        self, entry: ConfigEntry, monitors: dict[str, UndeliveredMonitor], run_action: TriggerActionRunner, *, may_continue: bool
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
        added = UndeliveredMonitor(self._hass, entry.entry_id, account.log, name, within, fire, may_continue=may_continue)
        monitors[entry.entry_id] = added
        return added

    def _variables(self, entry: ConfigEntry, message: UndeliveredMessage) -> dict[str, Any]:
        """Return the trigger variables for a message."""
        recipient = find_recipient_of_message(entry, message.recipient_id, message.mobile)
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
            # The name is older than the queue: it is the time of the call, whether the text has left or not.
            "submitted_at": local_iso(message.called_at),
        }


class UndeliveredMonitor:
    """Monitors one account for one trigger, and fires once for each number.

    A new monitor ignores texts that are overdue already. A monitor that starts with Home Assistant, or when its account is enabled,
    continues where the monitor of the same name stopped: texts that became overdue meanwhile fire after a period of grace.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        log: MessageLog,
        name: str,
        within: timedelta,
        fire: Callable[[UndeliveredMessage], None],
        *,
        may_continue: bool,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Keep the settings. `fire` is called in the event loop; `name` identifies the monitor in the log.

        `may_continue`: it starts with Home Assistant or with its account, so that an earlier monitor of the same name is continued.
        `monotonic` returns seconds; by default it is the clock of the event loop.
        """
        self._hass = hass
        self._entry_id = entry_id
        self._log = log
        self._name = name
        self._within = within
        self._fire = fire
        self._clock = RunClock(monotonic or time.monotonic)
        # The log stores milliseconds: a failure later in this one must not seem older than the monitor.
        now = dt_util.utcnow()
        # Texts that were due by `_ignored_until` do not fire: the user learned of them earlier, or had no such trigger then.
        self._created_at = self._ignored_until = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._may_continue = may_continue
        self._continues = False
        self._after: datetime | None = None
        """Texts that were due by then have fired or are ignored; the next check looks at later ones. None until it is loaded."""
        self._last_id: int | None = None
        """The last submission of the log at the last check. While the log does not work, texts are sent that it gets late."""
        self._is_log_replaced = False
        """Whether the log has continued with another file since the last check; that file has a watermark of its own, or none."""
        self._grace_until: datetime | None = None
        """The end of STARTUP_GRACE; None if the monitor did not start with Home Assistant."""
        self._fired: dict[str, None] = {}
        self._needs_check = self._is_checking = self._is_stopped = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Load where an earlier monitor stopped, and start to monitor once Home Assistant has started."""
        # If the log does not work yet, the first check tries again.
        with suppress(LogError):
            await self._async_load()
        if not self._is_stopped:
            signal = SIGNAL_FAILED.format(self._entry_id)
            self._unsubscribe.append(async_dispatcher_connect(self._hass, signal, self._message_failed))
            replaced = SIGNAL_LOG_REPLACED.format(self._entry_id)
            self._unsubscribe.append(async_dispatcher_connect(self._hass, replaced, self._log_replaced))
            self._unsubscribe.append(async_at_started(self._hass, self._home_assistant_started))

    @callback
    def stop(self) -> None:
        """Stop monitoring."""
        self._is_stopped = True
        self._schedule_check(None)
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    @callback
    def _home_assistant_started(self, hass: HomeAssistant) -> None:
        if self._may_continue:
            self._grace_until = dt_util.utcnow() + STARTUP_GRACE
        signal = SIGNAL_LOG_CHANGED.format(self._entry_id)
        self._unsubscribe.append(async_dispatcher_connect(hass, signal, self._check))
        self._check()

    @callback
    def _log_replaced(self) -> None:
        self._is_log_replaced = True

    @callback
    def _message_failed(self, message: FailedMessage) -> None:
        """Fire for a failed text, unless it failed before this monitor started, has fired as overdue or was overdue then."""
        now, due_at = dt_util.utcnow(), _started_at(message) + self._within
        # After the clock was set back, a new failure may seem older than this monitor.
        is_old = not self._continues and message.failed_at + _RESOLUTION <= self._created_at <= now
        # A text that failed in the very millisecond in which its time ended is not overdue.
        was_overdue = self._after is not None and due_at <= self._ignored_until and due_at < message.failed_at
        if not (is_old or was_overdue or message.message_id in self._fired):
            self._fire_and_remember(message)

    @callback
    def _fire_and_remember(self, message: UndeliveredMessage) -> None:
        self._fired[message.message_id] = None
        if len(self._fired) > _MAX_FIRED:
            del self._fired[next(iter(self._fired))]
        self._fire(message)

    @callback
    def _check(self, now: datetime | None = None) -> None:
        """Check for overdue texts, and again if the log changes during the check."""
        self._needs_check = True
        if not self._is_checking:
            self._is_checking = True
            self._hass.async_create_task(self._async_check_while_needed(), "smsadmin delivery_failed")

    async def _async_check_while_needed(self) -> None:
        try:
            while self._needs_check and not self._is_stopped:
                self._needs_check = False
                if self._is_log_replaced:
                    self._is_log_replaced, self._after, self._last_id = False, None, None
                await self._async_check(await self._async_load())
        except LogError as err:
            # The log signals a change when it works again, which starts the next check.
            LOGGER.debug("Could not query the message log for undelivered texts: %s", err)
        finally:
            self._is_checking = False

    async def _async_load(self) -> datetime:
        """Return the time until which overdue texts have fired or are ignored, loading it from the log the first time."""
        if self._after is None:
            previous = await self._log.watermark(self._name) if self._may_continue else None
            self._continues = previous is not None
            self._ignored_until = previous or self._created_at
            if previous is None:
                await self._log.set_watermark(self._name, self._created_at)
            self._after = self._ignored_until
        return self._after

    async def _async_check(self, after: datetime) -> None:
        """Fire for texts that became overdue after a time, and schedule the next check."""
        self._clock.observe()
        now, until = dt_util.utcnow(), self._clock.latest()
        if self._grace_until and (grace := -self._clock.age(self._grace_until)) > timedelta():
            self._schedule_check(grace)
            return
        found = await self._log.overdue(self._within, after=min(after, now), until=until, after_id=self._last_id)
        if self._is_stopped:
            return
        self._last_id = found.last_id
        # If the wall clock was set forward, a text may have time left by the monotonic clock.
        remaining = [(message, self._within - self._clock.age(message.due_at - self._within)) for message in found.messages]
        early = [(message, time_left) for message, time_left in remaining if time_left > _RESOLUTION]
        overdue = [message for message, time_left in remaining if time_left <= _RESOLUTION and not self._is_known(message)]
        for message in overdue:
            self._fire_and_remember(message)
        self._after = min([now, until, *(message.due_at - _RESOLUTION for message, _ in early)])
        waits = [time_left for _, time_left in early] + ([found.next_at - until] if found.next_at else [])
        self._schedule_check(min(waits, default=None))
        if overdue and not self._is_log_replaced:
            await self._log.set_watermark(self._name, self._after)

    def _is_known(self, message: OverdueMessage) -> bool:
        """Whether a text has fired or is ignored. A clock that was set back finds such texts again."""
        is_of_this_run = self._clock.is_of_this_run(message.due_at - self._within)
        return message.message_id in self._fired or (message.due_at <= self._ignored_until and not is_of_this_run)

    @callback
    def _schedule_check(self, wait: timedelta | None) -> None:
        """Check after `wait`, replacing the scheduled check; None cancels it."""
        if self._cancel_timer:
            self._cancel_timer()
        job = HassJob(self._check, cancel_on_shutdown=True)
        self._cancel_timer = async_call_later(self._hass, wait, job) if wait is not None else None


def _started_at(message: FailedMessage) -> datetime:
    """Return the time from which the time for delivery counts: the call, or the time of a scheduled text."""
    return max(message.called_at, message.send_at or message.called_at)
