"""The actions send_sms, cancel, receive and get_messages, for all accounts.

They work unless the entry is disabled, even while its setup fails.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .account import Account, all_accounts, find_account
from .const import (
    ATTR_LINK_ID,
    ATTR_MESSAGE,
    ATTR_MOBILES,
    ATTR_SEND_AT,
    ATTR_TITLE,
    DOMAIN,
)
from .errors import describe, describe_reason, message_log_error, send_error, start_reauth, translated, validation_error
from .gateway.errors import AuthenticationError, GatewayError, InvalidInputError
from .gateway.numbers import canonical, normalise
from .message_log.errors import LogError
from .message_log.models import Direction, Message, MessageFilter, MessageState
from .outbound.call import SendRequest, async_send
from .outbound.fields import SEND_OPTIONS, read_options, text
from .outbound.result import SendResult, SubmissionResult, SubmissionStatus
from .recipients import ADDRESSEES, recipients_of, resolve_addressees
from .rights import async_may_cancel, async_permitted_filter, async_rights, check_recipients, directory_of, not_permitted
from .translation import local_iso

SERVICE_SEND_SMS = "send_sms"
SERVICE_CANCEL = "cancel"
SERVICE_RECEIVE = "receive"
SERVICE_GET_MESSAGES = "get_messages"

ATTR_DIRECTION = "direction"
ATTR_LIMIT = "limit"
ATTR_MESSAGE_ID = "message_id"
ATTR_MOBILE = "mobile"
ATTR_SINCE = "since"
ATTR_UNTIL = "until"

MAX_LIMIT = 1000
"""Messages that one call returns at most."""

SCHEDULED = "scheduled"
"""The state of a text that the platform has accepted and keeps until its time."""


def _blank(value: object) -> None:
    """Validate a blank text as None, so that a field whose template gives nothing counts as left out."""
    if not isinstance(value, str) or value.strip():
        raise vol.Invalid("not blank")


RECEIVE_SCHEMA = vol.Schema({vol.Optional(ATTR_CONFIG_ENTRY_ID): vol.Any(None, cv.string)})
_SEND_SMS = {
    vol.Optional(ATTR_CONFIG_ENTRY_ID): object,
    # Recipients and numbers are checked later, one by one: a wrong one must not keep the text from the others.
    **ADDRESSEES,
    vol.Optional(ATTR_MOBILES, default=list): cv.ensure_list,
    vol.Required(ATTR_MESSAGE): text,
    vol.Optional(ATTR_TITLE): text,
    vol.Optional(ATTR_SEND_AT): vol.Any(None, cv.datetime, cv.string),
    vol.Optional(ATTR_LINK_ID): vol.Any(None, _blank, cv.string),
}
# `SEND_OPTIONS` are read on their own.
SEND_SMS_SCHEMA = vol.Schema(_SEND_SMS, extra=vol.ALLOW_EXTRA)

CANCEL_SCHEMA = vol.All(
    RECEIVE_SCHEMA.extend({vol.Exclusive(ATTR_MESSAGE_ID, "id"): cv.string, vol.Exclusive(ATTR_LINK_ID, "id"): cv.string}),
    cv.has_at_least_one_key(ATTR_MESSAGE_ID, ATTR_LINK_ID),
)
GET_MESSAGES_SCHEMA = RECEIVE_SCHEMA.extend(
    {
        vol.Optional(ATTR_DIRECTION): vol.In(list(Direction)),
        # `cv.string` would make a text of a number that YAML has changed.
        vol.Optional(ATTR_MOBILE): vol.Any(int, cv.string),
        vol.Optional(ATTR_LINK_ID): cv.string,
        vol.Optional(ATTR_SINCE): cv.datetime,
        vol.Optional(ATTR_UNTIL): cv.datetime,
        vol.Optional(ATTR_LIMIT, default=50): vol.All(vol.Coerce(int), vol.Range(1, MAX_LIMIT)),
    }
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    optional, only = SupportsResponse.OPTIONAL, SupportsResponse.ONLY
    for name, action, schema, supports_response in (
        (SERVICE_SEND_SMS, _send_sms, SEND_SMS_SCHEMA, optional),
        (SERVICE_CANCEL, _cancel, CANCEL_SCHEMA, optional),
        (SERVICE_RECEIVE, _receive, RECEIVE_SCHEMA, optional),
        (SERVICE_GET_MESSAGES, _get_messages, GET_MESSAGES_SCHEMA, only),
    ):
        hass.services.async_register(DOMAIN, name, action, schema=schema, supports_response=supports_response)


async def _send_sms(call: ServiceCall) -> ServiceResponse:
    """Send a text. Raise if anything failed, unless the caller reads the response and something was accepted or queued."""
    targets = resolve_addressees(call.hass, call.data)
    options, left_out = read_options({key: value for key, value in call.data.items() if key not in _SEND_SMS}, SEND_OPTIONS)
    check_recipients(await async_rights(call.hass, call.context), targets.recipients)
    result = await async_send(
        call.hass,
        SendRequest(
            message=call.data[ATTR_MESSAGE],
            title=call.data.get(ATTR_TITLE),
            recipients=targets.recipients,
            unknown_recipients=targets.missing,
            mobiles=tuple(call.data[ATTR_MOBILES]),
            entry=_find_entry(call),
            send_at=call.data.get(ATTR_SEND_AT),
            link_id=call.data.get(ATTR_LINK_ID),
            left_out=left_out,
            **options,
        ),
    )
    if result.has_failed and not (result.is_under_way and call.return_response):
        raise send_error(call.hass, result)
    return _send_response(call.hass, result)


def _find_entry(call: ServiceCall) -> ConfigEntry | None:
    """The account that a call names. If it names none, or one that no longer exists: the only one."""
    entries = call.hass.config_entries.async_entries(DOMAIN)
    if named := [entry for entry in entries if entry.entry_id == call.data.get(ATTR_CONFIG_ENTRY_ID)]:
        return named[0]
    usable = [entry for entry in entries if entry.disabled_by is None] or entries
    return usable[0] if len(usable) == 1 else None


def _account(call: ServiceCall) -> Account:
    """The account that a call is about; ServiceValidationError where none or several could be meant."""
    entry_id = call.data.get(ATTR_CONFIG_ENTRY_ID)
    if entry_id and not call.hass.config_entries.async_get_entry(entry_id):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_account", translation_placeholders={"config_entry_id": entry_id}
        )
    if (entry := _find_entry(call)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="account_needed")
    if (account := find_account(call.hass, entry.entry_id)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="account_disabled")
    return account


def _send_response(hass: HomeAssistant, result: SendResult) -> ServiceResponse:
    """What became of every number, for the automation to read."""
    return {
        **{status.value: result.count(status) for status in SubmissionStatus},
        "invalid": [*(number.typed for number in result.invalid_numbers), *result.unknown_recipients, *result.left_out],
        "replaced_characters": result.replaced_characters,
        "estimated_segments": result.estimated_segments,
        "submissions": [_submission(hass, one) for one in result.results],
    }


def _submission(hass: HomeAssistant, result: SubmissionResult) -> JsonObjectType:
    """What became of one submission."""
    return {
        "config_entry_id": result.entry_id,
        "link_id": result.submission.link_id,
        "mobiles": list(result.submission.mobiles),
        "outcome": result.status.value,
        "code": result.code,
        "description": describe(hass, result.error) if result.error else None,
    }


async def _cancel(call: ServiceCall) -> ServiceResponse:
    """Cancel queued texts; ServiceValidationError where none of them is queued any more."""
    cancelled, error = 0, None
    rights = await async_rights(call.hass, call.context)
    named = {key: call.data.get(key) for key in (ATTR_MESSAGE_ID, ATTR_LINK_ID)}
    for account in _accounts(call):
        try:
            if not await async_may_cancel(rights, account, **named):
                raise not_permitted()
            cancelled += await account.sender.async_cancel(**named)
        except LogError as err:
            error = err
    if error and not cancelled:
        raise message_log_error(error, HomeAssistantError) from error
    if not cancelled:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_queued")
    return {"cancelled": cancelled}


def _accounts(call: ServiceCall) -> Iterable[Account]:
    """The account that a call names; otherwise all, so that an id is enough to find a text."""
    if call.data.get(ATTR_CONFIG_ENTRY_ID):
        return [_account(call)]
    return all_accounts(call.hass)


async def _receive(call: ServiceCall) -> ServiceResponse:
    """Pull replies and reports now."""
    account = _account(call)
    try:
        counts = await account.puller.async_pull()
    except GatewayError as err:
        if isinstance(err, AuthenticationError):
            start_reauth(call.hass, account.entry)
        raise translated(err, HomeAssistantError) from err
    except LogError as err:
        raise message_log_error(err, HomeAssistantError) from err
    return {"replies": counts.replies, "reports": counts.reports}


async def _get_messages(call: ServiceCall) -> ServiceResponse:
    """Messages from the log, newest first."""
    account = _account(call)
    wanted = MessageFilter(
        direction=Direction(call.data[ATTR_DIRECTION]) if ATTR_DIRECTION in call.data else None,
        mobile=_mobile(call.data.get(ATTR_MOBILE)),
        link_id=call.data.get(ATTR_LINK_ID),
        since=_aware(call.data.get(ATTR_SINCE)),
        until=_aware(call.data.get(ATTR_UNTIL)),
        limit=call.data[ATTR_LIMIT],
    )
    rights = await async_rights(call.hass, call.context)
    try:
        wanted = await async_permitted_filter(rights, account, wanted)
        messages = await account.log.find(wanted)
    except LogError as err:
        raise message_log_error(err, HomeAssistantError) from err
    if wanted.link_id and wanted.parties is not None and not messages:
        raise not_permitted()
    directory = directory_of(account.entry)
    names = {recipient.subentry_id: recipient.name for recipient in recipients_of(account.entry)}

    def recipient_name(message: Message) -> str | None:
        return names.get(directory.conversation_of(message.recipient_id or "", canonical(message.mobile or "")))

    # A message has most of its times more than once.
    iso = cache(local_iso)
    return {"messages": [_message(call.hass, message, recipient_name(message), iso) for message in messages]}


def _mobile(mobile: object) -> str | None:
    """A number as it is in the log; None for a field that is left out or empty."""
    try:
        return None if mobile in (None, "") else normalise(mobile)
    except InvalidInputError as err:
        raise validation_error(err) from err


def _aware(time: datetime | None) -> datetime | None:
    """A time; one without a zone is in Home Assistant's own."""
    return time.replace(tzinfo=dt_util.get_default_time_zone()) if time and time.tzinfo is None else time


def _message(hass: HomeAssistant, message: Message, recipient: str | None, iso: Callable[[datetime], str]) -> JsonObjectType:
    """A message as automations read it; `recipient` is the name, and `iso` writes a time."""
    return {
        "message_id": message.message_id,
        "direction": message.direction.value,
        "mobile": message.mobile,
        "recipient": recipient,
        "message": message.message,
        "link_id": message.link_id,
        "state": message_state(message),
        "reason": describe_reason(hass, message.state, message.reason, message.status),
        "send_at": iso(message.send_at) if message.send_at else None,
        "at": iso(message.at),
        "history": [
            {
                "state": change.state.value,
                "status": change.status,
                "at": iso(change.at),
                "source": change.source.value if change.source else None,
            }
            for change in message.history
        ],
        "published": message.is_published,
    }


def message_state(message: Message) -> str:
    """The state of a message; one that the platform keeps until its time is scheduled."""
    is_ahead = message.send_at is not None and message.send_at > dt_util.utcnow()
    return SCHEDULED if is_ahead and message.state is MessageState.ACCEPTED else message.state.value
