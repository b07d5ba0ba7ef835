"""Sending a text to a recipient by voice or through a language model: "text Mother that I am late"."""

from typing import override

from homeassistant.components.notify import ATTR_MESSAGE, DOMAIN as NOTIFY_DOMAIN, SERVICE_SEND_MESSAGE
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, intent

from .const import DOMAIN
from .translation import localised

INTENT_SEND_TEXT = "smsadmin__send_text"
"""The name of the intent and of the tool: the latter has to begin with the domain."""


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intent."""
    intent.async_register(hass, SendTextIntent())


class SendTextIntent(intent.IntentHandler):
    """Sends to a recipient whose notify entity is exposed to whoever asks."""

    intent_type = INTENT_SEND_TEXT
    description = "Sends a text message (SMS) to a person or group by name. It costs money and can't be taken back."
    platforms = {NOTIFY_DOMAIN}  # noqa: RUF012 - as Home Assistant declares it
    slot_schema = {"name": intent.non_empty_string, "message": intent.non_empty_string}  # noqa: RUF012

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Send, and say that it was accepted; IntentHandleError says why not."""
        hass = intent_obj.hass
        slots = self.async_validate_slots(intent_obj.slots)
        constraints = intent.MatchTargetsConstraints(
            name=slots["name"]["value"], assistant=intent_obj.assistant, single_target=True
        )
        found = intent.async_match_targets(hass, constraints, states=recipients(hass))
        if not found.is_match:
            raise intent.MatchFailedError(result=found, constraints=constraints)
        (recipient,) = found.states
        data = {ATTR_ENTITY_ID: recipient.entity_id, ATTR_MESSAGE: slots["message"]["value"]}
        try:
            await hass.services.async_call(NOTIFY_DOMAIN, SERVICE_SEND_MESSAGE, data, blocking=True, context=intent_obj.context)
        except HomeAssistantError as err:
            raise intent.IntentHandleError(str(err)) from err
        response = intent_obj.create_response()
        response.async_set_results(
            [intent.IntentResponseTarget(recipient.name, intent.IntentResponseTargetType.ENTITY, recipient.entity_id)]
        )
        response.async_set_speech(localised(hass, "common.intent_sent", recipient=recipient.name))
        return response


@callback
def recipients(hass: HomeAssistant) -> list[State]:
    """The notify entities that are ours."""
    registry = er.async_get(hass)
    ours = {entity.entity_id for entity in registry.entities.values() if entity.platform == DOMAIN}
    return [state for state in hass.states.async_all(NOTIFY_DOMAIN) if state.entity_id in ours]
