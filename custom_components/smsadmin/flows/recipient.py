"""Adding and changing a recipient."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from ..account import SmsAdminConfigEntry
from ..const import CONF_MOBILES
from ..gateway.errors import InvalidInputError
from ..gateway.numbers import normalise_all

CONF_SEND_TEST = "send_test"

SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_MOBILES): TextSelector(TextSelectorConfig(type=TextSelectorType.TEL, multiple=True)),
        vol.Optional(CONF_SEND_TEST, default=False): BooleanSelector(),
    }
)


class _WrongInputError(Exception):
    """A field can't be as it was entered."""

    def __init__(self, field: str, error: str, detail: str = "") -> None:
        """Name the field, the error's text, and what it is about."""
        super().__init__(error)
        self.errors = {field: error}
        self.detail = detail


class RecipientFlow(ConfigSubentryFlow):
    """The form of a recipient: a name, and one number or those of a group; a test text goes out before anything is saved."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a recipient."""
        if user_input is None:
            # One field to write in, ready; without it, the frontend would show a button that makes one.
            return self._show("user", {CONF_MOBILES: [""]})
        try:
            data = await self._checked(user_input)
        except _WrongInputError as err:
            return self._show("user", user_input, err)
        return self.async_create_entry(title=user_input[CONF_NAME].strip(), data=data)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a recipient."""
        subentry = self._get_reconfigure_subentry()
        if user_input is None:
            return self._show("reconfigure", {**subentry.data, CONF_NAME: subentry.title})
        try:
            data = await self._checked(user_input)
        except _WrongInputError as err:
            return self._show("reconfigure", user_input, err)
        return self.async_update_and_abort(
            self._get_entry(), subentry, title=user_input[CONF_NAME].strip(), data=data
        )

    async def _checked(self, user_input: dict[str, Any]) -> dict[str, Any]:
        """The recipient that a form's input stands for."""
        name = user_input[CONF_NAME].strip()
        if not name:
            raise _WrongInputError(CONF_NAME, "empty_name")
        try:
            mobiles = list(normalise_all(user_input[CONF_MOBILES]))
        except InvalidInputError as err:
            raise _WrongInputError(CONF_MOBILES, err.problem.value, err.detail) from err
        if user_input.get(CONF_SEND_TEST):
            await self._send_test(mobiles)
        return {CONF_NAME: name, CONF_MOBILES: mobiles}

    async def _send_test(self, mobiles: list[str]) -> None:
        """Send a test text to the numbers as they were entered."""
        entry: SmsAdminConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            raise _WrongInputError(CONF_SEND_TEST, "not_loaded")
        try:
            await entry.runtime_data.sender.async_send_test(mobiles)
        except HomeAssistantError as err:
            raise _WrongInputError(CONF_SEND_TEST, "test_failed", str(err)) from err

    def _show(self, step_id: str, values: Mapping[str, Any], err: _WrongInputError | None = None) -> SubentryFlowResult:
        """The form with what was entered before, and what is wrong with it."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(SCHEMA, values),
            errors=err.errors if err else {},
            description_placeholders={"detail": err.detail if err else ""},
        )
