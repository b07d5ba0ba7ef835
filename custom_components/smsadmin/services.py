"""The actions of the integration, the same for all accounts."""

from collections.abc import Iterable
from datetime import datetime

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .account import SmsAdminConfigEntry
from .const import ATTR_LINK_ID, ATTR_MESSAGE, ATTR_MOBILES, ATTR_RECIPIENTS, ATTR_SEND_AT, ATTR_TITLE, DOMAIN
from .errors import describe, log_failed, send_failed, start_reauth, translated
from .gateway.errors import AuthenticationError, GatewayError, InvalidInputError
from .gateway.numbers import normalise
from .gateway.segments import estimate_segments
from .message_log.errors import LogError
from .message_log.models import Direction, Message, MessageFilter
from .notify import SIGNAL_NOTIFIED
from .outbound.result import SendResult, SubmissionResult, SubmissionStatus
from .recipients import Recipient, find_recipient

SERVICE_SEND_SMS = "send_sms"
SERVICE_RECEIVE = "receive"
SERVICE_GET_MESSAGES = "get_messages"

ATTR_DIRECTION = "direction"
ATTR_LIMIT = "limit"
ATTR_MOBILE = "mobile"
ATTR_SINCE = "since"
ATTR_UNTIL = "until"

MAX_LIMIT = 1000
"""Messages that one call returns at most."""

RECEIVE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string})
SEND_SMS_SCHEMA = RECEIVE_SCHEMA.extend(
    {
        vol.Optional(ATTR_RECIPIENTS, default=list): cv.entity_ids,
        vol.Optional(ATTR_MOBILES, default=list): vol.All(cv.ensure_list, [cv.string]),
        vol.Required(ATTR_MESSAGE): cv.string,
        vol.Optional(ATTR_TITLE): cv.string,
        # Checked where the other input is, for the same kind of error.
        vol.Optional(ATTR_SEND_AT): vol.Any(cv.datetime, cv.string),
        vol.Optional(ATTR_LINK_ID): cv.string,
    }
)
GET_MESSAGES_SCHEMA = RECEIVE_SCHEMA.extend(
    {
        vol.Optional(ATTR_DIRECTION): vol.In(list(Direction)),
        vol.Optional(ATTR_MOBILE): cv.string,
        vol.Optional(ATTR_LINK_ID): cv.string,
        vol.Optional(ATTR_SINCE): cv.datetime,
        vol.Optional(ATTR_UNTIL): cv.datetime,
        vol.Optional(ATTR_LIMIT, default=50): vol.All(vol.Coerce(int), vol.Range(1, MAX_LIMIT)),
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN, SERVICE_SEND_SMS, _send_sms, schema=SEND_SMS_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, SERVICE_RECEIVE, _receive, schema=RECEIVE_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, SERVICE_GET_MESSAGES, _get_messages, schema=GET_MESSAGES_SCHEMA, supports_response=SupportsResponse.ONLY
    )


async def _send_sms(call: ServiceCall) -> ServiceResponse:
    """Send a text; raise unless every number was accepted, or some were and the caller wants to read which."""
    entry: SmsAdminConfigEntry = service.async_get_config_entry(call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
    recipients = list(_recipients(call.hass, entry, call.data[ATTR_RECIPIENTS]))
    result = await entry.runtime_data.sender.async_send(
        (*(mobile for recipient in recipients for mobile in recipient.mobiles), *call.data[ATTR_MOBILES]),
        call.data[ATTR_MESSAGE],
        title=call.data.get(ATTR_TITLE),
        send_at=call.data.get(ATTR_SEND_AT),
        link_id=call.data.get(ATTR_LINK_ID),
    )
    accepted = result.accepted_mobiles
    for recipient in recipients:
        if accepted.intersection(recipient.mobiles):
            async_dispatcher_send(call.hass, SIGNAL_NOTIFIED.format(entry.entry_id, recipient.subentry_id))
    if result.failures and not (accepted and call.return_response):
        raise send_failed(call.hass, result)
    return _response(call.hass, result)


def _recipients(hass: HomeAssistant, entry: SmsAdminConfigEntry, entity_ids: Iterable[str]) -> Iterable[Recipient]:
    """The recipients behind notify entities of the account."""
    for entity_id in entity_ids:
        recipient = find_recipient(hass, entity_id)
        if recipient is None or recipient.entry_id != entry.entry_id:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="not_a_recipient", translation_placeholders={"entity_id": entity_id}
            )
        yield recipient


def _response(hass: HomeAssistant, result: SendResult) -> ServiceResponse:
    """What became of every number, for the automation to read."""
    return {
        **{outcome.value: result.count(outcome) for outcome in SubmissionStatus},
        "estimated_segments": estimate_segments(result.message),
        "submissions": [_submission(hass, submission) for submission in result.submissions],
    }


def _submission(hass: HomeAssistant, result: SubmissionResult) -> ServiceResponse:
    """What became of one submission."""
    return {
        "link_id": result.submission.link_id,
        "mobiles": list(result.submission.mobiles),
        "outcome": result.outcome.value,
        "code": result.code,
        "description": describe(hass, result.error) if result.error else None,
    }


async def _receive(call: ServiceCall) -> ServiceResponse:
    """Pull replies and reports now."""
    entry: SmsAdminConfigEntry = service.async_get_config_entry(call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
    try:
        counts = await entry.runtime_data.puller.async_pull()
    except GatewayError as err:
        if isinstance(err, AuthenticationError):
            start_reauth(call.hass, entry)
        raise translated(err, HomeAssistantError) from err
    except LogError as err:
        raise log_failed(err, HomeAssistantError) from err
    return {"replies": counts.replies, "reports": counts.reports}


async def _get_messages(call: ServiceCall) -> ServiceResponse:
    """Messages from the log, newest first."""
    entry: SmsAdminConfigEntry = service.async_get_config_entry(call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
    wanted = MessageFilter(
        direction=Direction(call.data[ATTR_DIRECTION]) if ATTR_DIRECTION in call.data else None,
        mobile=_mobile(call.data.get(ATTR_MOBILE)),
        link_id=call.data.get(ATTR_LINK_ID),
        since=_aware(call.data.get(ATTR_SINCE)),
        until=_aware(call.data.get(ATTR_UNTIL)),
        limit=call.data[ATTR_LIMIT],
    )
    try:
        messages = await entry.runtime_data.log.find(wanted)
    except LogError as err:
        raise log_failed(err, HomeAssistantError) from err
    return {"messages": [_message(message) for message in messages]}


def _mobile(mobile: str | None) -> str | None:
    """A number as it is in the log."""
    try:
        return normalise(mobile) if mobile else None
    except InvalidInputError as err:
        raise translated(err, ServiceValidationError) from err


def _aware(time: datetime | None) -> datetime | None:
    """A time; one without a zone is in Home Assistant's own."""
    return time.replace(tzinfo=dt_util.get_default_time_zone()) if time and time.tzinfo is None else time


def _message(message: Message) -> JsonObjectType:
    """A message as automations read it."""
    return {
        "message_id": message.message_id,
        "direction": message.direction.value,
        "mobile": message.mobile,
        "message": message.message,
        "link_id": message.link_id,
        "state": message.state.value,
        "at": _local(message.at),
        "history": [
            {
                "state": step.state.value,
                "status": step.status,
                "at": _local(step.at),
                "source": step.source.value if step.source else None,
            }
            for step in message.history
        ],
    }


def _local(time: datetime) -> str:
    return dt_util.as_local(time).isoformat()
