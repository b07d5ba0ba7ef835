"""The one place where errors of the gateway become errors of Home Assistant, in the user's language."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InvalidAnswerError,
    InvalidInputError,
    LegacyAnswerError,
    NotPermittedError,
    NotSentError,
    RejectedError,
)
from .message_log.errors import DailyLimitError, LogError, SendNotAllowedError
from .outbound.result import SendResult, SubmissionStatus
from .translation import localised

# Codes of the specification (section 3.8) that have a text of their own.
_DOCUMENTED_CODES = {"101", "102", "103", "104", "105", "107", "108", "400"}


def translation_of(err: GatewayError) -> tuple[str, dict[str, str]]:
    """The translation key of an error and what its text is filled with."""
    match err:
        case InvalidInputError():
            return err.problem, {"detail": err.detail}
        case RejectedError():
            return f"code_{err.code}" if err.code in _DOCUMENTED_CODES else "code_other", {"code": err.code}
        case NotSentError():
            return "not_sent", {"reason": str(err)}
        case LegacyAnswerError():
            return "legacy_answer", {}
        case InvalidAnswerError():
            return "invalid_answer", {"reason": str(err)}
        case _:
            return "no_answer", {"reason": str(err)}


def translated[ErrorT: HomeAssistantError](err: GatewayError, kind: type[ErrorT]) -> ErrorT:
    """An error of Home Assistant that says in the user's language what an error of the gateway says."""
    key, placeholders = translation_of(err)
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def validation_error(err: SendNotAllowedError, limit: int) -> ServiceValidationError:
    """What is raised where the log says that a submission must not leave."""
    if isinstance(err, DailyLimitError):
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="daily_limit",
            translation_placeholders={"limit": str(limit), "submitted": str(err.submitted)},
        )
    return ServiceValidationError(translation_domain=DOMAIN, translation_key="link_id_used")


def log_failed[ErrorT: HomeAssistantError](err: LogError, kind: type[ErrorT]) -> ErrorT:
    """What is raised where the message log does not work; an issue says what to do."""
    return kind(translation_domain=DOMAIN, translation_key="log_failed", translation_placeholders={"reason": str(err)})


@callback
def describe(hass: HomeAssistant, err: GatewayError) -> str:
    """What an error says, in the language of this Home Assistant."""
    key, placeholders = translation_of(err)
    return localised(hass, f"exceptions.{key}.message", **placeholders)


@callback
def send_failed(hass: HomeAssistant, result: SendResult) -> HomeAssistantError:
    """What is raised where not every number was accepted."""
    reasons = dict.fromkeys(describe(hass, err) for err in result.failures)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="send_failed",
        translation_placeholders={
            "reasons": " ".join(reasons),
            **{outcome.value: str(result.count(outcome)) for outcome in SubmissionStatus},
        },
    )


@callback
def start_reauth(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Ask for the password, unless the account was removed while the platform was asked."""
    if hass.config_entries.async_get_entry(entry.entry_id) is entry:
        entry.async_start_reauth(hass)


def flow_error(err: GatewayError) -> str:
    """The key of the error that a form shows when the account can't be reached."""
    match err:
        case AuthenticationError():
            return "invalid_auth"
        case AccountFrozenError():
            return "account_frozen"
        case NotPermittedError():
            return "not_permitted"
        case RejectedError() | InvalidAnswerError():
            return "invalid_response"
        case _:
            return "cannot_connect"
