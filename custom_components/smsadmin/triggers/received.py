"""The triggers reply_received and delivery_reported, which listen to the events on the bus."""

from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
import re
from typing import TYPE_CHECKING, Any, ClassVar, override
import unicodedata

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import ATTR_MESSAGE, DOMAIN, EVENT_DELIVERY_REPORT, EVENT_REPLY
from ..gateway.models import DeliveryStatus
from ..recipients import find_recipient_by_entity
from .base import SmsAdminTrigger, recipient_label
from .options import MOBILES_SCHEMA, duration, string_option
from .patterns import Pattern, compile_pattern, pattern_searcher

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerActionRunner, TriggerConfig, TriggerNotTriggeredReporter

CONF_MATCH = "match"
CONF_MAX_AGE = "max_age"
CONF_OUTCOMES = "outcomes"
CONF_TEXT = "text"

ISSUE_SLOW_PATTERN = "slow_pattern"

MAX_COMPARED = 20_000
"""Characters of a message that are compared with a text; the longest message of a phone has fewer."""


class Match(StrEnum):
    """How a message is compared with a text."""

    EQUALS = "equals"
    CONTAINS = "contains"
    REGEX = "regex"


class ReceivedTrigger(SmsAdminTrigger):
    """Fires for events of one type, with their data as trigger variables."""

    event_type: ClassVar[str]

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        is_attached = True

        async def received(event: Event) -> None:
            if self._is_selected(event.data) and await self._async_matches(event.data) and is_attached:
                run_action({**event.data}, self._describe(event.data), event.context)

        stop_listening = self._hass.bus.async_listen(self.event_type, received)

        @callback
        def detach() -> None:
            nonlocal is_attached
            is_attached = False
            stop_listening()

        return detach

    def _is_selected(self, data: Mapping[str, Any]) -> bool:
        return self._selection.covers(data.get(ATTR_CONFIG_ENTRY_ID), str(data.get("mobile")), self._recipient_id(data))

    def _recipient_id(self, data: Mapping[str, Any]) -> str | None:
        """The recipient that has to be selected; None where all that have the number count."""
        return None

    @abstractmethod
    async def _async_matches(self, data: Mapping[str, Any]) -> bool:
        """Whether an event matches the other options."""

    @abstractmethod
    def _describe(self, data: Mapping[str, Any]) -> str:
        """Describe an event for the trace of the automation."""


class ReplyReceived(ReceivedTrigger):
    """Fires when a reply has been received."""

    event_type = EVENT_REPLY
    schema: ClassVar[dict[vol.Marker, Any]] = {
        **MOBILES_SCHEMA,
        vol.Optional(CONF_TEXT, default=list): vol.All(cv.ensure_list, [string_option]),
        vol.Optional(CONF_MATCH, default=Match.EQUALS): vol.Coerce(Match),
        vol.Optional(CONF_MAX_AGE): duration,
    }

    @override
    @classmethod
    async def async_check(cls, hass: HomeAssistant, options: dict[str, Any]) -> dict[str, Any]:
        texts = [given for given in options[CONF_TEXT] if given.strip()]
        if options[CONF_MATCH] is Match.REGEX:
            await _async_compile(hass, texts)
        return {**options, CONF_TEXT: texts}

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Prepare the texts for comparison."""
        super().__init__(hass, config)
        self._texts: list[str] = self._options[CONF_TEXT]
        self._folded = [fold(text) for text in self._texts]
        self._patterns: list[Pattern] = []

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        if self._options[CONF_MATCH] is Match.REGEX:
            self._patterns = await _async_compile(self._hass, self._texts)
        detach = await super().async_attach_runner(run_action, did_not_trigger)

        @callback
        def detach_and_clear() -> None:
            detach()
            # A script detaches its trigger when it stops waiting, perhaps before the user has seen the issue, so that one stays.
            for pattern in self._patterns if self._automation_id else ():
                ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(pattern))

        return detach_and_clear

    @override
    async def _async_matches(self, data: Mapping[str, Any]) -> bool:
        return self._is_new_enough(data) and (not self._texts or await self._async_matches_text(data.get(ATTR_MESSAGE, "")))

    async def _async_matches_text(self, message: str) -> bool:
        match self._options[CONF_MATCH]:
            case Match.REGEX:
                return await pattern_searcher(self._hass).async_search(self._patterns, message, self._create_slow_pattern_issue)
            case Match.CONTAINS:
                folded = fold(message[:MAX_COMPARED])
                return any(text in folded for text in self._folded)
            case _:
                return fold(message[:MAX_COMPARED]).strip() in [text.strip() for text in self._folded]

    @callback
    def _create_slow_pattern_issue(self, pattern: Pattern) -> None:
        """Create an issue that stays until the user closes it, because a reply may have been missed."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(pattern),
            data={"problem": ISSUE_SLOW_PATTERN},
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_SLOW_PATTERN,
            translation_placeholders={"automation": self._automation, "pattern": pattern.expression.pattern},
        )

    def _issue_id(self, pattern: Pattern) -> str:
        return f"{ISSUE_SLOW_PATTERN}_{self._automation_id}_{pattern.expression.pattern}"

    def _is_new_enough(self, data: Mapping[str, Any]) -> bool:
        """Whether a reply is newer than `max_age`. An event that the user fires as a test may have no time."""
        max_age = self._options.get(CONF_MAX_AGE)
        sent_at = dt_util.parse_datetime(data.get("replied_at") or data.get("received_at") or "")
        return max_age is None or sent_at is None or dt_util.utcnow() - sent_at <= max_age

    @override
    def _describe(self, data: Mapping[str, Any]) -> str:
        return f"reply from {recipient_label(data)}"


class DeliveryReported(ReceivedTrigger):
    """Fires when a delivery report has been received."""

    event_type = EVENT_DELIVERY_REPORT
    schema: ClassVar[dict[vol.Marker, Any]] = {
        vol.Optional(CONF_OUTCOMES, default=list): vol.All(cv.ensure_list, [vol.Coerce(DeliveryStatus)]),
    }

    @override
    def _recipient_id(self, data: Mapping[str, Any]) -> str | None:
        """The recipient that the text was sent to: several may have its number."""
        recipient = find_recipient_by_entity(self._hass, str(data.get("entity_id")))
        return recipient.subentry_id if recipient else None

    @override
    async def _async_matches(self, data: Mapping[str, Any]) -> bool:
        return not self._options[CONF_OUTCOMES] or data.get("outcome") in self._options[CONF_OUTCOMES]

    @override
    def _describe(self, data: Mapping[str, Any]) -> str:
        return f"text to {recipient_label(data)}: {data.get('outcome')}"


# All automations compare the same message, and a long one takes milliseconds.
@lru_cache(maxsize=1)
def fold(text: str) -> str:
    """Remove the differences between full-width and half-width, upper-case and lower-case letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


async def _async_compile(hass: HomeAssistant, sources: list[str]) -> list[Pattern]:
    """Compile regular expressions. Raises ServiceValidationError without the expression, which may be secret."""
    try:
        # A long expression takes seconds. `re` compiles in Python, so that the event loop runs meanwhile.
        return await hass.async_add_executor_job(lambda: [compile_pattern(source) for source in sources])
    except re.PatternError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="wrong_expression", translation_placeholders={"reason": str(err)}
        ) from err
