"""The form of a recipient: a name, and one number or those of a group."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from ..const import CONF_MOBILES, CONF_SIGNATURE
from ..errors import describe
from ..gateway.errors import RejectedError
from ..gateway.numbers import InvalidNumber, canonical, looks_mistyped, parse_all
from ..outbound.call import async_send_test
from ..outbound.result import SubmissionStatus
from ..recipients import Recipient, recipients_of

CONF_SEND_TEST = "send_test"
CONF_CONFIRM = "confirm"

SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_MOBILES): TextSelector(TextSelectorConfig(type=TextSelectorType.TEL, multiple=True)),
        vol.Optional(CONF_SIGNATURE, default=True): BooleanSelector(),
        vol.Optional(CONF_SEND_TEST, default=False): BooleanSelector(),
    }
)
TEST_ERRORS = {
    SubmissionStatus.REJECTED: "test_rejected",
    SubmissionStatus.UNCONFIRMED: "test_unconfirmed",
    SubmissionStatus.NOT_SENT: "test_not_sent",
}
CONFIRM_SCHEMA = SCHEMA.extend({vol.Optional(CONF_CONFIRM, default=False): BooleanSelector()})


class _WrongInputError(Exception):
    """A field has an invalid value, or a doubtful one that the user may confirm."""

    def __init__(self, field: str, error: str, detail: str = "", *, can_be_confirmed: bool = False) -> None:
        """Keep the field, the key of the error's text, and the detail for that text."""
        super().__init__(error)
        self.errors = {field: error}
        self.detail = detail
        self.can_be_confirmed = can_be_confirmed


class RecipientFlow(ConfigSubentryFlow):
    """Adds and changes a recipient; a test text goes out before anything is saved."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a recipient."""
        if user_input is None:
            # An empty field to write in; without it, the frontend shows only a button that adds one.
            return self._show("user", {CONF_MOBILES: [""]})
        try:
            recipient = await self._validate(user_input, None)
        except _WrongInputError as err:
            return self._show("user", user_input, err)
        description = "test_sent" if user_input.get(CONF_SEND_TEST) else None
        return self.async_create_entry(title=recipient.name, data=_data(recipient), description=description)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a recipient."""
        subentry = self._get_reconfigure_subentry()
        if user_input is None:
            return self._show("reconfigure", {CONF_NAME: subentry.title, **subentry.data})
        try:
            recipient = await self._validate(user_input, subentry.subentry_id)
        except _WrongInputError as err:
            return self._show("reconfigure", user_input, err)
        return self.async_update_and_abort(self._get_entry(), subentry, title=recipient.name, data=_data(recipient))

    async def _validate(self, user_input: dict[str, Any], subentry_id: str | None) -> Recipient:
        """Return the recipient that a form's input stands for; _WrongInputError if there is none."""
        entry = self._get_entry()
        name = user_input[CONF_NAME].strip()
        if not name:
            raise _WrongInputError(CONF_NAME, "empty_name")
        parsed = parse_all(mobile for mobile in user_input[CONF_MOBILES] if mobile.strip())
        for invalid in parsed.invalid:
            raise _wrong_number(invalid)
        if not parsed.mobiles:
            raise _WrongInputError(CONF_MOBILES, "no_number")
        if not user_input.get(CONF_CONFIRM):
            _check_doubtful(entry, name, parsed.mobiles, subentry_id)
        recipient = Recipient(
            entry_id=entry.entry_id,
            subentry_id=subentry_id or "",
            name=name,
            mobiles=parsed.mobiles,
            signature=user_input.get(CONF_SIGNATURE, True),
        )
        if user_input.get(CONF_SEND_TEST):
            await self._send_test(recipient)
        return recipient

    async def _send_test(self, recipient: Recipient) -> None:
        """Send a test text to the numbers as they were entered."""
        try:
            result = await async_send_test(self.hass, recipient)
        except ServiceValidationError as err:
            raise _WrongInputError(CONF_SEND_TEST, "test_not_allowed") from err
        for one in result.results:
            if one.status in TEST_ERRORS:
                detail = describe(self.hass, one.error) if isinstance(one.error, RejectedError) else ""
                raise _WrongInputError(CONF_SEND_TEST, TEST_ERRORS[one.status], detail)

    def _show(self, step_id: str, values: Mapping[str, Any], err: _WrongInputError | None = None) -> SubentryFlowResult:
        """The form with what was entered before, and what is wrong with it."""
        schema = CONFIRM_SCHEMA if err and err.can_be_confirmed else SCHEMA
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=err.errors if err else {},
            description_placeholders={"detail": err.detail if err else ""},
        )


def _data(recipient: Recipient) -> dict[str, Any]:
    """A recipient as its subentry stores it; its name is the title."""
    return {CONF_MOBILES: list(recipient.mobiles), CONF_SIGNATURE: recipient.signature}


def _wrong_number(invalid: InvalidNumber) -> _WrongInputError:
    return _WrongInputError(CONF_MOBILES, invalid.problem.value, invalid.typed)


def _check_doubtful(entry: ConfigEntry, name: str, mobiles: tuple[str, ...], subentry_id: str | None) -> None:
    """Raise _WrongInputError for a value that is probably a mistake; the user may confirm it."""
    for mobile in mobiles:
        if looks_mistyped(mobile):
            raise _WrongInputError(CONF_MOBILES, "looks_mistyped", mobile, can_be_confirmed=True)
    for other in recipients_of(entry):
        if other.subentry_id == subentry_id:
            continue
        if other.name.casefold() == name.casefold():
            raise _WrongInputError(CONF_NAME, "name_exists", other.name, can_be_confirmed=True)
        if {*map(canonical, other.mobiles)} == {*map(canonical, mobiles)}:
            raise _WrongInputError(CONF_MOBILES, "numbers_exist", other.name, can_be_confirmed=True)
