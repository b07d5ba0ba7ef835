"""What is watched for the user: when something is wrong it becomes an issue, which is gone as soon as it is right again."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import CONF_LOW_BALANCE, ReceiveMode
from .gateway.errors import AccountFrozenError, GatewayError, NotPermittedError
from .inbound.push_url import push_warnings
from .issues import Problem, clear_issue, raise_issue, set_issue
from .message_log.models import Summary

REPORTS_DUE = timedelta(hours=6)
"""Reports take five hours at most (section 3.7)."""


@callback
def watch_refusal(hass: HomeAssistant, entry: ConfigEntry, err: GatewayError | None) -> None:
    """Whether the account is frozen, or may not send; None where a submission was accepted."""
    if err is None:
        clear_issue(hass, entry, Problem.ACCOUNT_FROZEN)
        clear_issue(hass, entry, Problem.NOT_PERMITTED)
    elif isinstance(err, AccountFrozenError):
        raise_issue(hass, entry, Problem.ACCOUNT_FROZEN)
    elif isinstance(err, NotPermittedError):
        raise_issue(hass, entry, Problem.NOT_PERMITTED)


@callback
def watch_balance(hass: HomeAssistant, entry: ConfigEntry, balance: int) -> None:
    """Whether the balance is low; no frozen account is told its balance."""
    clear_issue(hass, entry, Problem.ACCOUNT_FROZEN)
    threshold = entry.options.get(CONF_LOW_BALANCE, 0)
    low = threshold > 0 and balance < threshold
    set_issue(hass, entry, Problem.BALANCE_LOW, low, balance=str(balance), threshold=str(threshold))


@callback
def watch_summary(hass: HomeAssistant, entry: ConfigEntry, summary: Summary) -> None:
    """Whether something unreadable waits for a reader, and whether pushes come where they are expected."""
    set_issue(hass, entry, Problem.QUARANTINE, summary.unread > 0, number=str(summary.unread))
    none_ever = ReceiveMode(entry.options[CONF_MODE]).pushes and summary.last_push is None
    overdue = summary.first_accepted is not None and dt_util.utcnow() - summary.first_accepted > REPORTS_DUE
    set_issue(hass, entry, Problem.PUSH_SILENT, none_ever and overdue)
    set_issue(hass, entry, Problem.PUSH_UNREACHABLE, none_ever and not overdue and bool(push_warnings(hass, entry)))
