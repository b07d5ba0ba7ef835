"""Turns errors of the gateway and the message log into Home Assistant's, in the user's language."""

from collections.abc import Iterable
import json
import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN, LOGGER
from .gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InvalidAnswerError,
    InvalidInputError,
    LegacyAnswerError,
    NotPermittedError,
    NotSentError,
    RedirectedError,
    RejectedError,
    TlsError,
)
from .gateway.models import DeliveryStatus, UnreadableReason
from .gateway.numbers import mask
from .message_log.errors import DailyLimitError, LogError, SendNotAllowedError
from .message_log.models import REASON_CRASHED, MessageState
from .outbound.result import DuplicateLinkIdError, NotQueuedError, NotRecordedError, SendResult, SubmissionStatus
from .translation import join_sentences, localised

_NUMBER = re.compile(r"[0-9]{5}")
# Codes of the specification (section 3.8) that have a text of their own.
_DOCUMENTED_CODES = {"101", "102", "103", "104", "105", "107", "108", "400"}
# Keys of messages that say what became of a text. Those with `query_` in front do not: for a call that sends no text, and where the state
# of the text stands beside its reason.
_ABOUT_A_TEXT = {"invalid_answer", "no_answer", "not_sent"}


def log_unexpected_error(activity: str, err: Exception) -> None:
    """Log an error of ours, above debug by its type alone: its text may hold numbers, texts or secrets."""
    LOGGER.error("Unexpected error while %s: %s", activity, type(err).__name__)
    LOGGER.debug("Unexpected error while %s", activity, exc_info=err)


def translation_of(err: GatewayError) -> tuple[str, dict[str, str]]:
    """The translation key of an error, and the placeholders of its text."""
    key, placeholders = "no_answer", {}
    match err:
        case InvalidInputError():
            key, placeholders = err.problem.value, {"detail": err.detail}
        case RejectedError():
            key = f"code_{err.code}" if err.code in _DOCUMENTED_CODES else "code_other"
            placeholders = {"code": err.code}
        case TlsError():
            key = "tls_failed"
        case NotSentError():
            key = "not_sent"
        case NotRecordedError():
            key = "log_failed"
        case DuplicateLinkIdError():
            key = "link_id_used"
        case NotQueuedError():
            key = "cancelled"
        case RedirectedError() if err.location:
            key, placeholders = "redirected", {"location": err.location}
        case LegacyAnswerError():
            key = "legacy_answer"
        case InvalidAnswerError():
            key, placeholders = "invalid_answer", {"answered": err.answered}
    return key, placeholders


def query_translation_of(err: GatewayError) -> tuple[str, dict[str, str]]:
    """The same for a call that sends no text: of the balance, of replies and reports."""
    key, placeholders = translation_of(err)
    return _without_text(key), placeholders


def _without_text(key: str) -> str:
    """The key of the message that does not say what became of a text."""
    return f"query_{key}" if key in _ABOUT_A_TEXT else key


def translated[ErrorT: HomeAssistantError](err: GatewayError, kind: type[ErrorT]) -> ErrorT:
    """An error of Home Assistant for a call that has sent no text, in the user's language."""
    key, placeholders = query_translation_of(err)
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def validation_error(err: GatewayError) -> ServiceValidationError:
    """The error of a caller's mistake."""
    return translated(err, ServiceValidationError)


def not_a_recipient(names: Iterable[str]) -> ServiceValidationError:
    """The error of a call to recipients that do not exist."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_a_recipient",
        translation_placeholders={"entity_id": ", ".join(map(mask_digits, names))},
    )


def mask_digits(name: str) -> str:
    """A name as it may be logged and shown: a number may have been typed in its place."""
    return mask(name) if _NUMBER.search(name) else name or '""'


def send_not_allowed(err: SendNotAllowedError, limit: int) -> ServiceValidationError:
    """The error where the message log forbids a submission."""
    if isinstance(err, DailyLimitError):
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="daily_limit",
            translation_placeholders={"limit": str(limit), "submitted": str(err.submitted)},
        )
    return ServiceValidationError(translation_domain=DOMAIN, translation_key="link_id_used")


def message_log_error[ErrorT: HomeAssistantError](err: LogError, kind: type[ErrorT]) -> ErrorT:
    """The error where the message log does not work; an issue says what to do."""
    # Only logged: the exception's text is English, and the translated sentence may not be.
    LOGGER.debug("The message log does not work: %s", err)
    return kind(translation_domain=DOMAIN, translation_key="log_failed")


def encode_reason(err: GatewayError | None) -> str | None:
    """Encode an error for the message log, so that `describe_reason` can translate it later, into any language."""
    return json.dumps(translation_of(err)) if err else None


@callback
def describe(hass: HomeAssistant, err: GatewayError, language: str | None = None) -> str:
    """An error in words, in a language or in that of this Home Assistant."""
    key, placeholders = translation_of(err)
    return localised(hass, f"exceptions.{key}.message", language=language, **placeholders)


@callback
def describe_query(hass: HomeAssistant, err: GatewayError, language: str | None = None) -> str:
    """An error in words that do not say what became of a text."""
    key, placeholders = query_translation_of(err)
    return localised(hass, f"exceptions.{key}.message", language=language, **placeholders)


@callback
def describe_validation(hass: HomeAssistant, err: ServiceValidationError, language: str) -> str:
    """A mistake of a caller in words."""
    return localised(hass, f"exceptions.{err.translation_key}.message", language=language, **(err.translation_placeholders or {}))


@callback
def describe_reason(
    hass: HomeAssistant, state: MessageState, reason: str | None, status: str | None = None, *, language: str | None = None
) -> str | None:
    """Why a text is in a state, in words; None where the state needs no explanation. `status` is the raw one of a report."""
    # The platform's rejection has a reason, that of a report has none.
    if state in _REPORTED and not (state is MessageState.REJECTED and reason):
        return localised(hass, f"common.report_{state}", language=language, status=status or "")
    if reason is None:
        return None
    if state is MessageState.QUARANTINED:
        # Without a text for it, this is the type of an unexpected error.
        return localised(hass, f"common.quarantined_{key}", language=language) if (key := QUARANTINED.get(reason)) else reason
    try:
        key, placeholders = json.loads(reason)
    except ValueError:
        # A damaged row.
        return reason
    # The state says what became of the text.
    return localised(hass, f"exceptions.{_without_text(key)}.message", language=language, **placeholders)


QUARANTINED = {**{reason.value: reason.name.lower() for reason in UnreadableReason}, REASON_CRASHED: "crashed"}
"""The text of each reason why something is quarantined."""

_REPORTED = frozenset(status.value for status in DeliveryStatus) - {DeliveryStatus.DELIVERED.value}


@callback
def send_error(hass: HomeAssistant, result: SendResult) -> HomeAssistantError:
    """The error of a call that did not reach all of its recipients and numbers, in the language of this Home Assistant.

    Home Assistant logs it, so it names invalid numbers by position and masked form.
    """
    errors = dict.fromkeys(describe(hass, one.error) for one in result.results if one.error and one.has_failed)
    counts = {status.value: str(result.count(status)) for status in SubmissionStatus}
    sentences = [
        *errors,
        *(
            localised(hass, "common.send_invalid", position=str(number.position), number=mask(number.typed))
            for number in result.invalid_numbers
        ),
        *(localised(hass, "common.send_unknown", recipient=mask_digits(name)) for name in result.unknown_recipients),
        *(localised(hass, "common.send_disabled", account=account) for account in result.disabled_accounts),
        *(localised(hass, "common.send_left_out", field=mask_digits(field)) for field in result.left_out),
        localised(hass, "common.send_counts", **counts),
    ]
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="send_failed",
        translation_placeholders={"details": join_sentences(sentences)},
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
        case TlsError():
            return "tls_failed"
        case _:
            return "cannot_connect"
