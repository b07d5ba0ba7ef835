"""Adding and changing a recipient."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .const import CONF_MOBILES
from .gateway.errors import InvalidInputError
from .gateway.numbers import normalise_all

SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_MOBILES): TextSelector(TextSelectorConfig(type=TextSelectorType.TEL, multiple=True)),
    }
)


class RecipientFlow(ConfigSubentryFlow):
    """The form of a recipient: a name, and one number or those of a group."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a recipient."""
        data, errors, detail = _checked(user_input)
        if data:
            return self.async_create_entry(title=data[CONF_NAME], data=data)
        return self._show("user", user_input, errors, detail)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a recipient."""
        subentry = self._get_reconfigure_subentry()
        data, errors, detail = _checked(user_input)
        if data:
            return self.async_update_and_abort(self._get_entry(), subentry, title=data[CONF_NAME], data=data)
        return self._show("reconfigure", user_input or dict(subentry.data), errors, detail)

    def _show(self, step_id: str, values: dict[str, Any] | None, errors: dict[str, str], detail: str) -> SubentryFlowResult:
        """The form with what was entered before."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(SCHEMA, values),
            errors=errors,
            description_placeholders={"detail": detail},
        )


def _checked(user_input: dict[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, str], str]:
    """The recipient that a form's input stands for; else what is wrong with which field, and the number it is about."""
    if user_input is None:
        return None, {}, ""
    name = user_input[CONF_NAME].strip()
    if not name:
        return None, {CONF_NAME: "empty_name"}, ""
    try:
        return {CONF_NAME: name, CONF_MOBILES: list(normalise_all(user_input[CONF_MOBILES]))}, {}, ""
    except InvalidInputError as err:
        return None, {CONF_MOBILES: err.problem.value}, err.detail
