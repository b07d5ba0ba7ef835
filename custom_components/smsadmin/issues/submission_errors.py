"""Raises the issues that the platform's answer to a text shows, and clears them."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..gateway.errors import AccountFrozenError, GatewayError, InsufficientBalanceError, InvalidAnswerError, NotPermittedError
from .problems import Problem, clear_issue, raise_issue


@callback
def check_submission(hass: HomeAssistant, entry: ConfigEntry, error: GatewayError | None) -> None:
    """Raise the issue that the error of a submission shows. Without an error the platform accepted a text: clear these issues."""
    match error:
        case None:
            for problem in (
                Problem.ACCOUNT_FROZEN,
                Problem.BALANCE_EMPTY,
                Problem.NOT_PERMITTED,
                Problem.UNEXPECTED_ANSWER,
            ):
                clear_issue(hass, entry, problem)
        case AccountFrozenError():
            raise_issue(hass, entry, Problem.ACCOUNT_FROZEN)
        case NotPermittedError():
            raise_issue(hass, entry, Problem.NOT_PERMITTED)
        case InsufficientBalanceError():
            raise_issue(hass, entry, Problem.BALANCE_EMPTY)
        case InvalidAnswerError():
            raise_issue(hass, entry, Problem.UNEXPECTED_ANSWER, answered=error.answered)
