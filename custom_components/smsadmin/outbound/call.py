"""One call that sends a text: who gets it, by which account, and with which signature.

Everything is checked before anything leaves; after that, whatever can be sent is sent, and the result tells of the rest.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
import itertools
from typing import TYPE_CHECKING, Any
from uuid import uuid7

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..account_lookup import find_account
from ..const import CONF_RETRY_FOR, CONF_SIGNATURE, DEFAULT_RETRY_FOR, DOMAIN
from ..errors import send_failed, validation_error
from ..gateway.errors import InputField, InputProblem, InvalidInputError
from ..gateway.numbers import InvalidNumber, mask, parse_all
from ..gateway.segments import estimate_segments
from ..gateway.submissions import compose, prepare_text
from ..message_log.models import Outgoing
from ..recipients import Recipient
from ..translation import localised
from .result import SendResult
from .send_time import parse_send_at
from .sender import Sender
from .text import compose_text

if TYPE_CHECKING:
    from ..account import Account


@dataclass(frozen=True, kw_only=True, slots=True)
class SendRequest:
    """What one call wants to send, as the caller gave it.

    `mobiles` may hold anything that YAML and templates make of numbers; they go out by the account of `entry`. `retry_for` None means
    the account's option. `unknown_recipients` were addressed and do not exist.
    """

    message: str
    title: str | None = None
    recipients: tuple[Recipient, ...] = ()
    mobiles: tuple[object, ...] = ()
    entry: ConfigEntry | None = None
    send_at: object = None
    link_id: str | None = None
    retry_for: timedelta | None = None
    signature: bool = True
    unknown_recipients: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class _Draft:
    """The numbers that get the same text by the same account, each with the recipient that it was addressed by."""

    entry_id: str
    is_signed: bool
    mobiles: dict[str, str | None] = field(default_factory=dict)


async def async_send(hass: HomeAssistant, request: SendRequest) -> SendResult:
    """Send a text; ServiceValidationError before anything leaves where nothing can be sent (sections 3.1 and 3.2)."""
    drafts, invalid = _address(hass, request)
    try:
        composed = _compose_all(drafts, request)
    except InvalidInputError as err:
        raise validation_error(err) from err
    by_sender: dict[Sender, list[Outgoing]] = {}
    for account, outgoings, _ in composed:
        by_sender.setdefault(account.sender, []).extend(outgoings)
    for sender, outgoings in by_sender.items():
        await sender.async_check(outgoings, has_link_id=request.link_id is not None)
    # An automation that is stopped in between must neither leave out half of the numbers nor leave an outcome unknown.
    sending = asyncio.gather(
        *(hass.async_create_task(sender.async_submit(outgoings), "smsadmin send") for sender, outgoings in by_sender.items())
    )
    results = await asyncio.shield(sending)
    return SendResult(
        results=tuple(itertools.chain.from_iterable(results)),
        invalid_numbers=invalid,
        unknown_recipients=request.unknown_recipients,
        replaced_characters=max(replaced for _, _, replaced in composed),
        estimated_segments=max(estimate_segments(outgoings[0].submission.message) for _, outgoings, _ in composed),
    )


async def async_send_all(hass: HomeAssistant, request: SendRequest) -> SendResult:
    """Send a text, and raise HomeAssistantError where not everybody is reached; a text that waits for the platform is no failure."""
    result = await async_send(hass, request)
    if result.has_failed:
        raise send_failed(hass, result)
    return result


async def async_send_test(hass: HomeAssistant, recipient: Recipient) -> SendResult:
    """Send a text that says that it is a test, once; raise as `async_send` does."""
    text = localised(hass, "common.test_text")
    if (account := find_account(hass, recipient.entry_id)) and prepare_text(text, account.client.charset).replaced_characters:
        # The account's charset lacks the script of this Home Assistant's language.
        text = "Home Assistant: test"
    return await async_send(hass, SendRequest(message=text, recipients=(recipient,), retry_for=timedelta()))


def _address(hass: HomeAssistant, request: SendRequest) -> tuple[list[tuple[Account, _Draft]], tuple[InvalidNumber, ...]]:
    """The drafts of a request: a number gets one text, by the first recipient that has it."""
    parsed = parse_all(request.mobiles)
    drafts: dict[tuple[str, bool], _Draft] = {}
    addressed: set[str] = set()

    def add(mobiles: Iterable[str], entry_id: str, recipient_id: str | None, *, is_signed: bool) -> None:
        draft = drafts.setdefault((entry_id, is_signed), _Draft(entry_id=entry_id, is_signed=is_signed))
        draft.mobiles.update({mobile: recipient_id for mobile in mobiles if mobile not in addressed})
        addressed.update(mobiles)

    for recipient in request.recipients:
        add(
            recipient.mobiles,
            recipient.entry_id,
            recipient.subentry_id,
            is_signed=request.signature and recipient.signature,
        )
    if parsed.mobiles:
        entry = request.entry
        if entry is None and request.recipients:
            entry = hass.config_entries.async_get_entry(request.recipients[0].entry_id)
        if entry is None:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="account_needed")
        add(parsed.mobiles, entry.entry_id, None, is_signed=request.signature)
    found = [(account, draft) for draft in drafts.values() if draft.mobiles and (account := find_account(hass, draft.entry_id))]
    if not found:
        raise _nobody(drafts, parsed.invalid, request)
    return found, parsed.invalid


def _nobody(drafts: dict[Any, _Draft], invalid: tuple[InvalidNumber, ...], request: SendRequest) -> ServiceValidationError:
    """The error of a call that reaches nobody."""
    if drafts:
        return ServiceValidationError(translation_domain=DOMAIN, translation_key="account_disabled")
    if request.unknown_recipients:
        return ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_recipient",
            translation_placeholders={"entity_id": ", ".join(request.unknown_recipients)},
        )
    if invalid:
        return validation_error(InvalidInputError(InputField.MOBILE, invalid[0].problem, mask(invalid[0].typed)))
    return validation_error(InvalidInputError(InputField.MOBILE, InputProblem.NO_NUMBER))


def _compose_all(drafts: list[tuple[Account, _Draft]], request: SendRequest) -> list[tuple[Account, list[Outgoing], int]]:
    """The submissions of each draft, and how many of its characters were replaced; the first submission has the caller's link id."""
    now = dt_util.utcnow()
    call_id = uuid7().hex
    send_at = parse_send_at(request.send_at)
    link_ids = itertools.chain([request.link_id], itertools.repeat(None))
    composed = []
    for (account, draft), link_id in zip(drafts, link_ids, strict=False):
        prepared = prepare_text(_text(account, draft, request), account.client.charset)
        submissions = compose(
            tuple(draft.mobiles),
            prepared.text,
            charset=account.client.charset,
            max_mobiles=account.client.submit_method.max_mobiles,
            now=now,
            send_at=send_at,
            link_id=link_id,
        )
        retry_for = _retry_for(account, request)
        outgoings = [
            Outgoing(
                submission=submission,
                call_id=call_id,
                called_at=now,
                expires_at=(send_at or now) + retry_for if retry_for else None,
                recipient_ids=tuple(draft.mobiles[mobile] for mobile in submission.mobiles),
            )
            for submission in submissions
        ]
        composed.append((account, outgoings, prepared.replaced_characters))
    return composed


def _text(account: Account, draft: _Draft, request: SendRequest) -> str:
    """The text of a draft as it goes out."""
    signature = account.entry.options.get(CONF_SIGNATURE) if draft.is_signed else None
    return compose_text(request.message, request.title, signature)


def _retry_for(account: Account, request: SendRequest) -> timedelta:
    """How long the text is tried; zero means once."""
    if request.retry_for is not None:
        return request.retry_for
    return timedelta(minutes=account.entry.options.get(CONF_RETRY_FOR, DEFAULT_RETRY_FOR))
