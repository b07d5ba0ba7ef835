"""Raises the issues of unreadable content and of pushes that do not come, and clears them."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import ReceiveMode
from ..inbound.push_url import push_warnings
from ..message_log.models import Summary
from .problems import Problem, set_issue

REPORTS_DUE = timedelta(hours=6)
"""Reports take five hours at most (section 3.7)."""


@callback
def check_summary(hass: HomeAssistant, entry: ConfigEntry, summary: Summary) -> None:
    """Check for unreadable content that no user has seen, and for expected pushes that do not come."""
    set_issue(hass, entry, Problem.QUARANTINE, summary.unseen > 0, number=str(summary.unseen))
    mode = ReceiveMode(entry.options.get(CONF_MODE, ReceiveMode.OFF))
    has_none = mode.pushes and summary.last_push is None
    is_overdue = summary.first_accepted is not None and dt_util.utcnow() - summary.first_accepted > REPORTS_DUE
    set_issue(hass, entry, Problem.PUSH_SILENT, has_none and is_overdue)
    set_issue(hass, entry, Problem.PUSH_UNREACHABLE, has_none and not is_overdue and bool(push_warnings(hass, entry)))
