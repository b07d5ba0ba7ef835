"""One call that sends a text: who gets it, by which account, and with which signature.

Everything is checked before anything leaves; after that, whatever can be sent is sent, and the result reports the rest.
"""

import asyncio
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import itertools
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid7

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..account import find_account
from ..const import CONF_RETRY_FOR, CONF_SIGNATURE, DEFAULT_RETRY_FOR, DOMAIN, LOGGER
from ..errors import not_a_recipient, send_error, validation_error
from ..gateway.errors import InputField, InputProblem, InvalidInputError
from ..gateway.models import LAST_TIME, Submission
from ..gateway.numbers import InvalidNumber, canonical, mask, parse_all
from ..gateway.segments import estimate_segments
from ..gateway.submissions import compose, fits_charset, prepare_text
from ..message_log.models import Outgoing
from ..recipients import Recipient
from ..translation import localised
from .result import SendResult, SubmissionResult
from .send_time import parse_send_at
from .signature import add_signature

if TYPE_CHECKING:
    from ..account import Account


class SendRequest(NamedTuple):
    """What one call wants to send, as the caller gave it.

    `mobiles` may hold anything that YAML and templates make of numbers; they go out by the account of `entry`. `retry_for` None means
    the account's option. `unknown_recipients` were addressed and do not exist; `left_out` are fields that can't be read.
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
    left_out: tuple[str, ...] = ()
    call_id: str | None = None


@dataclass(kw_only=True, slots=True)
class _Draft:
    """The numbers that get the same text by the same account, each with the recipient that it was addressed by."""

    account: Account
    is_signed: bool
    mobiles: dict[str, str | None] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class _Addressees:
    """Whom a call reaches, and whom it does not: `disabled` are the titles of disabled accounts."""

    drafts: list[_Draft]
    invalid: tuple[InvalidNumber, ...]
    disabled: tuple[str, ...]


async def async_send(hass: HomeAssistant, request: SendRequest) -> SendResult:
    """Send a text; ServiceValidationError before anything leaves where nothing can be sent (sections 3.1 and 3.2)."""
    addressees = _address(hass, request)
    try:
        composed, replaced_characters = _compose_all(addressees.drafts, request)
    except InvalidInputError as err:
        raise validation_error(err) from err
    if replaced_characters:
        LOGGER.warning("%d characters that the account's charset lacks were replaced or left out of a text", replaced_characters)
    return SendResult(
        results=await _async_submit(hass, composed, has_link_id=request.link_id is not None),
        invalid_numbers=addressees.invalid,
        unknown_recipients=request.unknown_recipients,
        disabled_accounts=addressees.disabled,
        left_out=request.left_out,
        replaced_characters=replaced_characters,
        estimated_segments=max(estimate_segments(outgoings[0].submission.message) for _, outgoings in composed),
    )


async def async_send_or_raise(hass: HomeAssistant, request: SendRequest) -> SendResult:
    """Send a text; HomeAssistantError if any addressee failed. A queued text is no failure."""
    result = await async_send(hass, request)
    if result.has_failed:
        raise send_error(hass, result)
    return result


async def async_send_test(hass: HomeAssistant, recipient: Recipient) -> SendResult:
    """Send a text that says that it is a test, once; raise as `async_send` does."""
    text = localised(hass, "common.test_text")
    if (account := find_account(hass, recipient.entry_id)) and not fits_charset(text, account.client.charset):
        # The account's charset lacks the script of this Home Assistant's language.
        text = "Home Assistant: test"
    return await async_send(hass, SendRequest(message=text, recipients=(recipient,), retry_for=timedelta()))


async def _async_submit(
    hass: HomeAssistant, composed: list[tuple[Account, list[Outgoing]]], *, has_link_id: bool
) -> tuple[SubmissionResult, ...]:
    """Submit by all accounts at once, if none of them forbids it."""
    by_account: dict[Account, list[Outgoing]] = {}
    for account, outgoings in composed:
        by_account.setdefault(account, []).extend(outgoings)
    with ExitStack() as stack:
        for number, (account, outgoings) in enumerate(by_account.items()):
            await account.sender.async_reserve(outgoings, has_link_id=has_link_id and number == 0)
            stack.callback(account.sender.release, outgoings)
        reservations = stack.pop_all()
    # An automation that is stopped in between must neither leave out half of the numbers nor leave an outcome unknown.
    sending = asyncio.gather(
        *(
            hass.async_create_task(account.sender.async_submit(outgoings), "smsadmin send")
            for account, outgoings in by_account.items()
        )
    )
    sending.add_done_callback(lambda _: reservations.close())
    return tuple(itertools.chain.from_iterable(await asyncio.shield(sending)))


def _address(hass: HomeAssistant, request: SendRequest) -> _Addressees:
    """The drafts of a request: a number gets one text, by the first recipient that has it and can send."""
    parsed = parse_all(request.mobiles)
    drafts: dict[tuple[str, bool], _Draft] = {}
    disabled: dict[str, None] = {}
    addressed: set[str] = set()

    def add(mobiles: Iterable[str], entry: ConfigEntry, recipient_id: str | None, *, is_signed: bool) -> None:
        if (account := find_account(hass, entry.entry_id)) is None:
            disabled[entry.title] = None
            return
        # Another form of the same number must not get the text again.
        forms = {mobile: canonical(mobile) for mobile in mobiles}
        new = {mobile: recipient_id for mobile, form in forms.items() if form not in addressed}
        addressed.update(forms.values())
        if new:
            draft = drafts.setdefault((entry.entry_id, is_signed), _Draft(account=account, is_signed=is_signed))
            draft.mobiles.update(new)

    for recipient in request.recipients:
        entry = hass.config_entries.async_get_known_entry(recipient.entry_id)
        add(recipient.mobiles, entry, recipient.subentry_id, is_signed=request.signature and recipient.signature)
    if parsed.mobiles:
        add(parsed.mobiles, _account_of_numbers(hass, request), None, is_signed=request.signature)
    if not drafts:
        raise _no_addressee_error(tuple(disabled), parsed.invalid, request)
    return _Addressees(drafts=list(drafts.values()), invalid=parsed.invalid, disabled=tuple(disabled))


def _account_of_numbers(hass: HomeAssistant, request: SendRequest) -> ConfigEntry:
    """The account that sends to numbers without a recipient: the one that is named, or that of the first recipient that can send."""
    if request.entry:
        return request.entry
    entries = [hass.config_entries.async_get_known_entry(recipient.entry_id) for recipient in request.recipients]
    if not entries:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="account_needed")
    return next((entry for entry in entries if find_account(hass, entry.entry_id)), entries[0])


def _no_addressee_error(
    disabled: tuple[str, ...], invalid: tuple[InvalidNumber, ...], request: SendRequest
) -> ServiceValidationError:
    """The error of a call without any addressee that can be sent to."""
    if disabled:
        return ServiceValidationError(translation_domain=DOMAIN, translation_key="account_disabled")
    if request.unknown_recipients:
        return not_a_recipient(request.unknown_recipients)
    if invalid:
        return validation_error(InvalidInputError(InputField.MOBILE, invalid[0].problem, mask(invalid[0].typed)))
    return validation_error(InvalidInputError(InputField.MOBILE, InputProblem.NO_NUMBER))


def _compose_all(drafts: list[_Draft], request: SendRequest) -> tuple[list[tuple[Account, list[Outgoing]]], int]:
    """The submissions of each draft, and how many characters were replaced; the first submission has the caller's link id."""
    now = dt_util.utcnow()
    call_id = request.call_id or uuid7().hex
    send_at = parse_send_at(request.send_at)
    link_ids = itertools.chain([request.link_id], itertools.repeat(None))
    composed, replaced_characters = [], 0
    for draft, link_id in zip(drafts, link_ids, strict=False):
        client = draft.account.client
        prepared = prepare_text(_text(draft, request), client.charset)
        replaced_characters = max(replaced_characters, prepared.replaced_characters)
        submissions = compose(
            tuple(draft.mobiles),
            prepared,
            max_mobiles=client.submit_method.max_mobiles,
            now=now,
            send_at=send_at,
            link_id=link_id,
        )
        expires_at = _expires_at(send_at or now, _retry_for(draft.account, request))
        composed.append((draft.account, [_outgoing(draft, submission, call_id, now, expires_at) for submission in submissions]))
    return composed, replaced_characters


def _outgoing(draft: _Draft, submission: Submission, call_id: str, now: datetime, expires_at: datetime | None) -> Outgoing:
    return Outgoing(
        submission=submission,
        call_id=call_id,
        called_at=now,
        expires_at=expires_at,
        recipient_ids=tuple(draft.mobiles[mobile] for mobile in submission.mobiles),
    )


def _text(draft: _Draft, request: SendRequest) -> str:
    """The text of a draft as it goes out."""
    signature = draft.account.entry.options.get(CONF_SIGNATURE) if draft.is_signed else None
    return add_signature(request.message, request.title, signature)


def _retry_for(account: Account, request: SendRequest) -> timedelta:
    """How long the text is tried; zero means once."""
    if request.retry_for is not None:
        return request.retry_for
    return timedelta(minutes=account.entry.options.get(CONF_RETRY_FOR, DEFAULT_RETRY_FOR))


def _expires_at(start: datetime, retry_for: timedelta) -> datetime | None:
    """Until when a text is tried; None for a text that is tried once."""
    if not retry_for:
        return None
    return start.astimezone(UTC) + min(retry_for, LAST_TIME - start)
