"""The commands that send and cancel."""

import asyncio
from collections.abc import Iterable
from copy import replace
from functools import partial
import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.hass_dict import HassKey

from ..account import find_account
from ..const import DOMAIN
from ..errors import describe, describe_validation
from ..gateway.errors import InputField, InvalidInputError
from ..gateway.numbers import InvalidNumber, canonical, parse_all
from ..message_log import conversations
from ..message_log.conversations import UNREADABLE, CallResult, SentText
from ..message_log.errors import LogError
from ..message_log.models import MessageState
from ..outbound.call import SendRequest, async_send
from ..outbound.result import SendResult, SubmissionStatus
from ..recipients import Recipient, find_recipient_by_id
from ..rights import async_may_cancel, directory_of
from . import api
from .commands import AccountView, CommandError, Request, administrators_only, not_found

MAX_CALLS = 1000
"""Calls whose results are remembered, for callers who have lost the answer."""

_CALLS: HassKey[dict[tuple[str, str], asyncio.Task[api.SendResponse]]] = HassKey("smsadmin_panel_calls")

_FIELDS = {
    "empty_message": "message",
    "invalid_time": "send_at",
    "in_the_past": "send_at",
    "no_time_zone": "send_at",
    "skipped_time": "send_at",
    "no_number": "recipients",
    "not_a_recipient": "recipients",
    "account_needed": "account",
}
"""The field of the panel that an error of the action is about; all other errors are about the text."""

# Errors of the action begin with the name of a field of the action, which the panel does not have.
_FIELD_NAME = re.compile(r"^[a-z_]+(?: \([^)]*\))?: |（[a-z_]+[^）]*）")


async def send_command(request: Request) -> api.SendResponse:
    """Send a text once for each call id, however often it is asked for."""
    calls = request.hass.data.setdefault(_CALLS, {})
    key = (request.user.id, request.data["call_id"])
    if key not in calls or (calls[key].done() and calls[key].exception()):
        while len(calls) >= MAX_CALLS:
            del calls[next(iter(calls))]
        calls[key] = request.hass.async_create_task(_send(request), "smsadmin panel send")
    response = await asyncio.shield(calls[key])
    if response["errors"]:
        # Nothing was sent, so the caller may correct the mistake under the same id.
        calls.pop(key, None)
    return response


async def _send(request: Request) -> api.SendResponse:
    if (known := await _known(request)) is not None:
        return known
    try:
        to_send, errors = await _send_request(request)
        if errors:
            return _response(errors=errors)
        result = await async_send(request.hass, to_send)
    except ServiceValidationError as err:
        message = describe_validation(request.hass, err, request.language)
        return _response(errors=[_field_error(_FIELDS.get(err.translation_key or "", "message"), message)])
    return _response(conversations=_refs(request, result), result=result)


async def _known(request: Request) -> api.SendResponse | None:
    """What became of a call that an earlier process has sent."""
    refs: list[api.ConversationRef] = []
    states: list[MessageState] = []
    for view in request.views():
        try:
            found: list[CallResult] = await view.account.log.run(
                partial(conversations.call_results, directory=view.directory, call_id=request.data["call_id"])
            )
        except LogError:
            continue
        for result in found:
            if view.shown is None or result.conversation in view.shown:
                refs.append({"config_entry_id": view.entry_id, "conversation_id": result.conversation})
                states += result.states
    if not states:
        return None
    counts = {status: sum(_status(state) is status for state in states) for status in SubmissionStatus}
    return _response(conversations=refs, counts=counts)


def _status(state: MessageState) -> SubmissionStatus:
    """The status of a submission whose number is in a state; what the platform has reported on was accepted."""
    return next((status for status in SubmissionStatus if status.value == state.value), SubmissionStatus.ACCEPTED)


async def _send_request(request: Request) -> tuple[SendRequest, list[api.FieldError]]:
    """The send that a command asks for, and the errors of its fields."""
    data = request.data
    if data["message_ids"]:
        return await _repeated(request), []
    mobiles: dict[ConfigEntry, list[str]] = {}
    recipients: list[Recipient] = []
    for ref in data["conversations"]:
        view = request.view_of(ref["config_entry_id"])
        conversation = view.conversation(ref["conversation_id"])
        if conversation == UNREADABLE:
            raise not_found()
        if recipient := find_recipient_by_id(view.account.entry, conversation):
            recipients.append(recipient)
        else:
            mobiles.setdefault(view.account.entry, []).append(await _as_sent(view, conversation))
    parsed = parse_all(data["mobiles"])
    if parsed.mobiles:
        view = request.view_of(data["config_entry_id"])
        if view.shown is not None:
            raise administrators_only()
        mobiles.setdefault(view.account.entry, []).extend(parsed.mobiles)
    if len(mobiles) > 1:
        # Sent by one call for each account, some would have the text when another account refuses it.
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="account_needed")
    entry, numbers = next(iter(mobiles.items()), (None, []))
    to_send = SendRequest(
        message=data["message"],
        recipients=tuple(recipients),
        mobiles=tuple(numbers),
        entry=entry,
        send_at=data["send_at"],
        call_id=data["call_id"],
    )
    return to_send, [_number_error(request, number) for number in parsed.invalid]


def _number_error(request: Request, number: InvalidNumber) -> api.FieldError:
    """The error of a number that was typed."""
    err = InvalidInputError(InputField.MOBILE, number.problem, number.typed)
    return _field_error("mobiles", describe(request.hass, err, request.language))


async def _as_sent(view: AccountView, conversation: str) -> str:
    """The number of a conversation as texts go out to it."""
    named = partial(conversations.conversation_named, directory=view.directory, user_id="", conversation=conversation)
    try:
        mobiles = (await view.account.log.run(named)).mobiles
    except LogError:
        # The text goes out even if the log does not work.
        mobiles = ()
    return next(iter(mobiles), conversation.partition("mobile:")[2])


async def _repeated(request: Request) -> SendRequest:
    """The request that sends a text to its numbers once more, unchanged."""
    data = request.data
    view = request.view_of(data["config_entry_id"])
    texts: list[SentText] = await view.account.log.run(
        partial(conversations.sent_texts, directory=view.directory, message_ids=data["message_ids"])
    )
    if not texts or (view.shown is not None and not {text.conversation for text in texts} <= view.shown):
        raise not_found()
    return _repeat(request, view, texts)


def _repeat(request: Request, view: AccountView, texts: list[SentText]) -> SendRequest:
    entry = view.account.entry
    by_recipient: dict[str | None, list[str]] = {}
    for text in texts:
        recipient = find_recipient_by_id(entry, text.recipient_id)
        by_recipient.setdefault(recipient.subentry_id if recipient else None, []).append(text.mobile)
    bare = tuple(by_recipient.pop(None, ()))
    named = [(find_recipient_by_id(entry, name), mobiles) for name, mobiles in by_recipient.items()]
    return SendRequest(
        message=texts[0].message,
        recipients=tuple(replace(recipient, mobiles=tuple(mobiles)) for recipient, mobiles in named if recipient),
        mobiles=bare,
        entry=entry,
        send_at=request.data["send_at"],
        # It carries its signature already.
        signature=False,
        call_id=request.data["call_id"],
    )


def _field_error(field: str, message: str) -> api.FieldError:
    """An error without the name of the action's field."""
    words = _FIELD_NAME.sub("", message, count=1)
    return {"field": field, "message": words[:1].upper() + words[1:]}


def _response(
    *,
    errors: Iterable[api.FieldError] = (),
    conversations: list[api.ConversationRef] | None = None,
    result: SendResult | None = None,
    counts: dict[SubmissionStatus, int] | None = None,
) -> api.SendResponse:
    result = result or SendResult(results=())
    counts = counts or {status: result.count(status) for status in SubmissionStatus}
    return {
        "errors": list(errors),
        "conversations": conversations or [],
        "accepted": counts[SubmissionStatus.ACCEPTED],
        "queued": counts[SubmissionStatus.QUEUED],
        "rejected": counts[SubmissionStatus.REJECTED],
        "unconfirmed": counts[SubmissionStatus.UNCONFIRMED],
        "not_sent": counts[SubmissionStatus.NOT_SENT],
        "replaced_characters": result.replaced_characters,
    }


def _refs(request: Request, result: SendResult) -> list[api.ConversationRef]:
    """The conversations that have the text now; recipients and accounts may have been removed meanwhile."""
    found: dict[tuple[str, str], None] = {}
    for sent in result.results:
        if account := find_account(request.hass, sent.entry_id):
            directory = directory_of(account.entry)
            for mobile, recipient_id in zip(sent.submission.mobiles, sent.recipient_ids, strict=True):
                found[sent.entry_id, directory.conversation_of(recipient_id or "", canonical(mobile))] = None
    return [{"config_entry_id": entry_id, "conversation_id": conversation} for entry_id, conversation in found]


async def cancel_command(request: Request) -> api.CancelResponse:
    """Cancel queued messages; CommandError where none is queued any more."""
    view = request.view_of(request.data["config_entry_id"])
    cancelled = 0
    for message_id in request.data["message_ids"]:
        if not await async_may_cancel(request.rights, view.account, message_id=message_id):
            raise not_found()
        cancelled += await view.account.sender.async_cancel(message_id=message_id)
    if not cancelled:
        raise CommandError("not_queued", translation_domain=DOMAIN, translation_key="not_queued")
    return {"cancelled": cancelled}
