"""The kinds of issues, and how one is raised and cleared. An account has at most one of each kind."""

from datetime import datetime
from enum import StrEnum

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from ..const import DOMAIN


class Problem(StrEnum):
    """The kinds of issues; the value is the translation key."""

    ACCOUNT_FROZEN = "account_frozen"
    BALANCE_EMPTY = "balance_empty"
    BALANCE_LOW = "balance_low"
    DAILY_LIMIT = "daily_limit"
    FOREIGN_PUSHES = "foreign_pushes"
    LISTENER_PORT = "listener_port"
    LOG_DAMAGED = "log_damaged"
    LOG_FULL = "log_full"
    LOG_MISSING = "log_missing"
    LOG_RESTORED = "log_restored"
    LOG_TOO_NEW = "log_too_new"
    LOG_UNUSABLE = "log_unusable"
    NOT_PERMITTED = "not_permitted"
    NOT_PUBLISHED = "not_published"
    PLATFORM_UNREACHABLE = "platform_unreachable"
    PUSH_SERVER_CROWDED = "push_server_crowded"
    PUSH_SILENT = "push_silent"
    PUSH_UNREACHABLE = "push_unreachable"
    QUARANTINE = "quarantine"
    TOO_MANY_PUSHES = "too_many_pushes"
    UNEXPECTED_ANSWER = "unexpected_answer"


# The user settles these by reading them.
_FIXABLE = {
    Problem.DAILY_LIMIT,
    Problem.FOREIGN_PUSHES,
    Problem.LOG_DAMAGED,
    Problem.LOG_MISSING,
    Problem.LOG_RESTORED,
    Problem.NOT_PUBLISHED,
    Problem.QUARANTINE,
}
# Only the user can clear these, so they survive a restart.
_PERSISTENT = {Problem.DAILY_LIMIT, Problem.LOG_DAMAGED, Problem.LOG_MISSING, Problem.LOG_RESTORED, Problem.NOT_PUBLISHED}
_ERRORS = {
    Problem.ACCOUNT_FROZEN,
    Problem.BALANCE_EMPTY,
    Problem.LISTENER_PORT,
    Problem.LOG_DAMAGED,
    Problem.LOG_FULL,
    Problem.LOG_MISSING,
    Problem.LOG_TOO_NEW,
    Problem.LOG_UNUSABLE,
    Problem.NOT_PERMITTED,
    Problem.PLATFORM_UNREACHABLE,
}

_QUIET = 60.0
"""Seconds without its cause after which a transient issue is cleared."""


@callback
def raise_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem, **placeholders: str) -> None:
    """Raise an issue. Every user can list its placeholders, so they hold no secret, number or text."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry, problem),
        data={"entry_id": entry.entry_id, "problem": problem.value},
        is_fixable=problem in _FIXABLE,
        is_persistent=problem in _PERSISTENT,
        severity=ir.IssueSeverity.ERROR if problem in _ERRORS else ir.IssueSeverity.WARNING,
        translation_key=problem,
        translation_placeholders={"account": entry.title, **placeholders},
    )


@callback
def set_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem, is_wrong: bool, **placeholders: str) -> None:
    """Raise an issue if something is wrong, and clear it if not."""
    if is_wrong:
        raise_issue(hass, entry, problem, **placeholders)
    else:
        clear_issue(hass, entry, problem)


@callback
def clear_issue(hass: HomeAssistant, entry: ConfigEntry, problem: Problem) -> None:
    """Clear an issue."""
    ir.async_delete_issue(hass, DOMAIN, issue_id(entry, problem))


@callback
def clear_all_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Clear all issues of an account that is disabled or removed."""
    for problem in Problem:
        clear_issue(hass, entry, problem)


def issue_id(entry: ConfigEntry, problem: Problem) -> str:
    """The id of an issue in the registry."""
    return f"{problem}_{entry.entry_id}"


class TransientIssue:
    """An issue that is cleared once its cause has not been seen for a minute."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, problem: Problem) -> None:
        self._hass = hass
        self._entry = entry
        self._problem = problem
        self._last_seen = 0.0
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def touch(self, **placeholders: str) -> None:
        """Raise the issue, or keep it for another minute. Cheap, because a flood of pushes calls it for each."""
        self._last_seen = self._hass.loop.time()
        if self._cancel is None:
            raise_issue(self._hass, self._entry, self._problem, **placeholders)
            self._schedule_issue_clear(_QUIET)

    @callback
    def close(self) -> None:
        """Stop the timer; the issue stays."""
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
