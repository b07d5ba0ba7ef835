"""What a user has to know and perhaps do something about, as issues of Home Assistant's repairs; one of a kind for an account."""

from datetime import datetime
from enum import StrEnum

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN


class Problem(StrEnum):
    """What can be wrong; the translation key of its issue."""

    ACCOUNT_FROZEN = "account_frozen"
    BALANCE_LOW = "balance_low"
    FOREIGN_PUSHES = "foreign_pushes"
    LISTENER_PORT = "listener_port"
    LOG_DAMAGED = "log_damaged"
    LOG_FULL = "log_full"
    LOG_TOO_NEW = "log_too_new"
    LOG_UNUSABLE = "log_unusable"
    NOT_PERMITTED = "not_permitted"
    PUSH_SERVER_CROWDED = "push_server_crowded"
    PUSH_SILENT = "push_silent"
    PUSH_UNREACHABLE = "push_unreachable"
    QUARANTINE = "quarantine"
    TOO_MANY_PUSHES = "too_many_pushes"


# What is settled by having been read.
_FIXABLE = {Problem.FOREIGN_PUSHES, Problem.LOG_DAMAGED, Problem.QUARANTINE}
# What nothing but its reader can end, over restarts too.
_PERSISTENT = {Problem.LOG_DAMAGED}
_WARNINGS = {
    Problem.BALANCE_LOW,
    Problem.FOREIGN_PUSHES,
    Problem.PUSH_SERVER_CROWDED,
    Problem.PUSH_SILENT,
    Problem.PUSH_UNREACHABLE,
    Problem.QUARANTINE,
    Problem.TOO_MANY_PUSHES,
}

_QUIET = 60.0
"""Seconds without its cause after which a transient issue is cleared."""


@callback
def raise_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem, **placeholders: str) -> None:
    """Tell the user."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, problem),
        data={"entry_id": entry.entry_id, "problem": problem.value},
        is_fixable=problem in _FIXABLE,
        is_persistent=problem in _PERSISTENT,
        severity=ir.IssueSeverity.WARNING if problem in _WARNINGS else ir.IssueSeverity.ERROR,
        translation_key=problem,
        translation_placeholders={"account": entry.title, **placeholders},
    )


@callback
def set_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem, wrong: bool, **placeholders: str) -> None:
    """Tell the user if something is wrong, and take it back if not."""
    if wrong:
        raise_issue(hass, entry, problem, **placeholders)
    else:
        clear_issue(hass, entry, problem)


@callback
def clear_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem) -> None:
    """It is over."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, problem))


@callback
def clear_all_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """The account is gone, and all that was wrong with it."""
    for problem in Problem:
        clear_issue(hass, entry, problem)


def _issue_id(entry: ConfigEntry, problem: Problem) -> str:
    return f"{problem}_{entry.entry_id}"


class TransientIssue:
    """An issue that is cleared once its cause has not been seen for a minute."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, problem: Problem) -> None:
        """No cause has been seen yet."""
        self._hass = hass
        self._entry = entry
        self._problem = problem
        self._last_seen = 0.0
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def touch(self, **placeholders: str) -> None:
        """The cause is seen: raise the issue, or keep it; cheap, because a flood calls it."""
        self._last_seen = self._hass.loop.time()
        if self._cancel is None:
            raise_issue(self._hass, self._entry, self._problem, **placeholders)
            self._schedule_issue_clear(_QUIET)

    @callback
    def close(self) -> None:
        """Do nothing more; the issue stays."""
        if self._cancel:
            self._cancel()
            self._cancel = None

    @callback
    def _schedule_issue_clear(self, delay: float) -> None:
        self._cancel = async_call_later(self._hass, delay, HassJob(self._clear_if_quiet, cancel_on_shutdown=True))

    @callback
    def _clear_if_quiet(self, now: datetime) -> None:
        self._cancel = None
        remaining = self._last_seen + _QUIET - self._hass.loop.time()
        if remaining > 0:
            self._schedule_issue_clear(remaining)
        else:
            clear_issue(self._hass, self._entry, self._problem)
