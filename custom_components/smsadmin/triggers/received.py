"""Triggers about what came in: they follow the events on the bus."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from enum import StrEnum
import re
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import CALLBACK_TYPE, Event, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..automation_options import MOBILES_SCHEMA, duration, is_selected, selected_mobiles, string_option
from ..const import ATTR_MESSAGE, DOMAIN, EVENT_DELIVERY_REPORT, EVENT_REPLY
from ..gateway.models import DeliveryStatus
from .base import SmsAdminTrigger, whom

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerActionRunner, TriggerNotTriggeredReporter

CONF_MATCH = "match"
CONF_MAX_AGE = "max_age"
CONF_OUTCOMES = "outcomes"
CONF_TEXT = "text"


class Match(StrEnum):
    """How a message has to be like a given text."""

    EQUALS = "equals"
    CONTAINS = "contains"
    REGEX = "regex"


_MATCHERS: Mapping[Match, Callable[[str, str], object]] = {
    Match.EQUALS: lambda given, message: given.strip().casefold() == message.strip().casefold(),
    Match.CONTAINS: lambda given, message: given.casefold() in message.casefold(),
    Match.REGEX: re.search,
}


class ReceivedTrigger(SmsAdminTrigger):
    """Fires for events of a type, with their data."""

    event_type: ClassVar[str]

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        @callback
        def received(event: Event) -> None:
            if self._concerns(event.data) and self._matches(event.data):
                run_action({**event.data}, self._describe(event.data), event.context)

        return self._hass.bus.async_listen(self.event_type, received)

    def _concerns(self, data: Mapping[str, Any]) -> bool:
        """Whether it is about the chosen account and numbers."""
        entry_id = data.get(ATTR_CONFIG_ENTRY_ID)
        if not is_selected(entry_id, self._options):
            return False
        mobiles = selected_mobiles(self._hass, entry_id, self._options)
        return mobiles is None or data.get("mobile") in mobiles

    @abstractmethod
    def _matches(self, data: Mapping[str, Any]) -> bool:
        """Whether it is as the other options want it."""

    @abstractmethod
    def _describe(self, data: Mapping[str, Any]) -> str:
        """What has happened, for the trace."""


class ReplyReceived(ReceivedTrigger):
    """A reply has come in."""

    event_type = EVENT_REPLY
    schema: ClassVar[dict[vol.Marker, Any]] = {
        **MOBILES_SCHEMA,
        vol.Optional(CONF_TEXT, default=list): vol.All(cv.ensure_list, [string_option]),
        vol.Optional(CONF_MATCH, default=Match.EQUALS): vol.Coerce(Match),
        vol.Optional(CONF_MAX_AGE): duration,
    }

    @override
    @classmethod
    def check(cls, options: dict[str, Any]) -> dict[str, Any]:
        texts = [given for given in options[CONF_TEXT] if given.strip()]
        if options[CONF_MATCH] is Match.REGEX:
            for expression in texts:
                _check_expression(expression)
        return {**options, CONF_TEXT: texts}

    @override
    def _matches(self, data: Mapping[str, Any]) -> bool:
        return self._has_the_text(data) and self._is_new_enough(data)

    def _has_the_text(self, data: Mapping[str, Any]) -> bool:
        texts, matches = self._options[CONF_TEXT], _MATCHERS[self._options[CONF_MATCH]]
        return not texts or any(matches(given, data.get(ATTR_MESSAGE, "")) for given in texts)

    def _is_new_enough(self, data: Mapping[str, Any]) -> bool:
        """Whether it was sent not too long ago; an event that somebody fires for a try may have no time."""
        max_age = self._options.get(CONF_MAX_AGE)
        sent_at = dt_util.parse_datetime(data.get("replied_at") or data.get("received_at") or "")
        return max_age is None or sent_at is None or dt_util.utcnow() - sent_at <= max_age

    @override
    def _describe(self, data: Mapping[str, Any]) -> str:
        return f"reply from {whom(data)}"


class DeliveryReported(ReceivedTrigger):
    """A delivery report has come in."""

    event_type = EVENT_DELIVERY_REPORT
    schema: ClassVar[dict[vol.Marker, Any]] = {
        vol.Optional(CONF_OUTCOMES, default=list): vol.All(cv.ensure_list, [vol.Coerce(DeliveryStatus)]),
    }

    @override
    def _matches(self, data: Mapping[str, Any]) -> bool:
        return not self._options[CONF_OUTCOMES] or data.get("outcome") in self._options[CONF_OUTCOMES]

    @override
    def _describe(self, data: Mapping[str, Any]) -> str:
        return f"text to {whom(data)}: {data.get('outcome')}"


def _check_expression(expression: str) -> None:
    """Raise ServiceValidationError for what is no regular expression; it may be secret, and is not repeated."""
    try:
        re.compile(expression)
    except re.PatternError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="wrong_expression", translation_placeholders={"reason": str(err)}
        ) from err
