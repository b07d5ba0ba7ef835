"""What a user has to know and perhaps do something about, as issues of Home Assistant's repairs; one of a kind for an account."""

from enum import StrEnum

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


class Problem(StrEnum):
    """What can be wrong; the translation key of its issue."""

    ACCOUNT_FROZEN = "account_frozen"
    BALANCE_LOW = "balance_low"
    LISTENER_PORT = "listener_port"
    LOG_DAMAGED = "log_damaged"
    LOG_FULL = "log_full"
    LOG_TOO_NEW = "log_too_new"
    LOG_UNUSABLE = "log_unusable"
    NOT_PERMITTED = "not_permitted"
    PUSH_SILENT = "push_silent"
    PUSH_UNREACHABLE = "push_unreachable"
    QUARANTINE = "quarantine"
    TOO_MANY_PUSHES = "too_many_pushes"


# What is settled by having been read.
_FIXABLE = {Problem.LOG_DAMAGED, Problem.QUARANTINE}
# What nothing but its reader can end, over restarts too.
_PERSISTENT = {Problem.LOG_DAMAGED}
_WARNINGS = {
    Problem.BALANCE_LOW,
    Problem.PUSH_SILENT,
    Problem.PUSH_UNREACHABLE,
    Problem.QUARANTINE,
    Problem.TOO_MANY_PUSHES,
}


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
