"""Sends a text to a recipient by voice or through a language model: "text Mother that I am late"."""

from typing import override

from homeassistant.components.notify import DOMAIN as NOTIFY_DOMAIN
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er, intent
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN
from .errors import describe_query, describe_validation
from .outbound.call import SendRequest, async_send
from .outbound.result import SendResult, SubmissionStatus
from .recipients import Recipient, find_recipient_by_entity
from .rights import async_rights, check_recipients
from .translation import async_load_language, join_sentences, localised

INTENT_SEND_TEXT = "smsadmin__send_text"
"""The name of the intent and of the tool: the latter has to begin with the domain."""


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intent."""
    intent.async_register(hass, SendTextIntent())


class SendTextIntent(intent.IntentHandler):
    """Sends to a recipient whose notify entity is exposed to the assistant that asks."""

    intent_type = INTENT_SEND_TEXT
    description = "Sends a text message (SMS) to a person or group by name. It costs money and can't be taken back."
    platforms = {NOTIFY_DOMAIN}  # noqa: RUF012 - as Home Assistant declares it
    slot_schema = {vol.Required("name"): cv.string, vol.Required("message"): cv.string}  # noqa: RUF012

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Send, and say in the language of the request what became of the text, and why."""
        language = intent_obj.language
        await async_load_language(intent_obj.hass, language)
        # Home Assistant answers a missing slot by "An unexpected error occurred".
        slots = {slot: str(content.get("value") or "").strip() for slot, content in intent_obj.slots.items()}
        name, message = slots.get("name"), slots.get("message")
        if not name or not message:
            key = "intent_no_message" if name else "intent_no_name"
            return _failed(intent_obj, localised(intent_obj.hass, f"common.{key}", language=language))
        state, recipient = _match(intent_obj, name)
        try:
            check_recipients(await async_rights(intent_obj.hass, intent_obj.context), [recipient])
            result = await async_send(intent_obj.hass, SendRequest(message=message, recipients=(recipient,)))
        except ServiceValidationError as err:
            return _failed(intent_obj, describe_validation(intent_obj.hass, err, language))
        speech = _speech(intent_obj.hass, result, recipient, language)
        if result.has_failed:
            return _failed(intent_obj, speech)
        response = intent_obj.create_response()
        response.async_set_results(
            [intent.IntentResponseTarget(state.name, intent.IntentResponseTargetType.ENTITY, state.entity_id)]
        )
        response.async_set_speech(speech)
        return response


def _match(intent_obj: intent.Intent, name: str) -> tuple[State, Recipient]:
    """The recipient of a name; MatchFailedError where none or several have it."""
    constraints = intent.MatchTargetsConstraints(name=name, assistant=intent_obj.assistant, single_target=True)
    found = intent.async_match_targets(intent_obj.hass, constraints, states=recipient_states(intent_obj.hass))
    recipient = find_recipient_by_entity(intent_obj.hass, found.states[0].entity_id) if found.is_match else None
    if recipient is None:
        raise intent.MatchFailedError(result=found, constraints=constraints)
    return found.states[0], recipient


def _speech(hass: HomeAssistant, result: SendResult, recipient: Recipient, language: str) -> str:
    """Say what became of a text. Only a text that was rejected or not sent can be repeated without being received twice."""
    statuses = [status for status in _MOST_IMPORTANT_FIRST if result.count(status)]
    status = statuses[0]
    reasons = dict.fromkeys(
        describe_query(hass, one.error, language) for one in result.results if one.error and one.status is status
    )
    until = max((one.expires_at for one in result.results if one.expires_at), default=dt_util.utcnow())
    return localised(
        hass,
        f"common.intent_{status}",
        language=language,
        recipient=recipient.name,
        reason=join_sentences(reasons),
        until=dt_util.as_local(until).strftime("%H:%M"),
    )


_MOST_IMPORTANT_FIRST = (
    SubmissionStatus.UNCONFIRMED,
    SubmissionStatus.REJECTED,
    SubmissionStatus.NOT_SENT,
    SubmissionStatus.QUEUED,
    SubmissionStatus.ACCEPTED,
)


def _failed(intent_obj: intent.Intent, speech: str) -> intent.IntentResponse:
    """The answer of a request that failed; an exception would be answered by "An unexpected error occurred"."""
    response = intent_obj.create_response()
    response.async_set_error(intent.IntentResponseErrorCode.FAILED_TO_HANDLE, speech)
    return response


@callback
def recipient_states(hass: HomeAssistant) -> list[State]:
    """The states of our notify entities."""
    registry = er.async_get(hass)
    ours = {entity.entity_id for entity in registry.entities.values() if entity.platform == DOMAIN}
    return [state for state in hass.states.async_all(NOTIFY_DOMAIN) if state.entity_id in ours]
