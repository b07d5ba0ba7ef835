"""The options of an account."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID, UnitOfTime
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from .const import (
    CONF_BALANCE_INTERVAL,
    CONF_CHARSET,
    CONF_POLL_INTERVAL,
    CONF_SIGNATURE,
    DEFAULT_BALANCE_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    ReceiveMode,
)
from .gateway.errors import InvalidInputError
from .gateway.models import Charset
from .gateway.submissions import check_message
from .receiver import push_url


def mode_selector() -> SelectSelector:
    """How replies and reports come in."""
    return SelectSelector(SelectSelectorConfig(options=[mode.value for mode in ReceiveMode], translation_key=CONF_MODE))


def _whole_number(minimum: int, maximum: int, unit: str) -> Callable[[Any], Any]:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(min=minimum, max=maximum, step=1, unit_of_measurement=unit, mode=NumberSelectorMode.BOX)
        ),
        vol.Coerce(int),
    )


SCHEMA = vol.Schema(
    {
        vol.Required(CONF_MODE): mode_selector(),
        vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_INTERVAL): _whole_number(10, 3600, UnitOfTime.SECONDS),
        vol.Required(CONF_BALANCE_INTERVAL, default=DEFAULT_BALANCE_INTERVAL): _whole_number(5, 1440, UnitOfTime.MINUTES),
        vol.Optional(CONF_SIGNATURE): TextSelector(),
    }
)


class SmsAdminOptionsFlow(OptionsFlow):
    """The form of the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all of them at once."""
        errors: dict[str, str] = {}
        if user_input is not None:
            options, errors = self._checked(user_input)
            if not errors:
                return self.async_create_entry(data=options)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(SCHEMA, user_input or self.config_entry.options),
            errors=errors,
            description_placeholders={"webhook_url": push_url(self.hass, self.config_entry.data[CONF_WEBHOOK_ID])},
        )

    def _checked(self, user_input: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The options that a form's input stands for, and what is wrong with them."""
        signature = user_input.pop(CONF_SIGNATURE, "").strip().removeprefix("【").removesuffix("】").strip()
        if not signature:
            return user_input, {}
        try:
            check_message(signature, Charset(self.config_entry.data[CONF_CHARSET]))
        except InvalidInputError:
            return {}, {CONF_SIGNATURE: "invalid_signature"}
        if {"【", "】", "\n", "\t"} & set(signature):
            return {}, {CONF_SIGNATURE: "invalid_signature"}
        return {**user_input, CONF_SIGNATURE: signature}, {}
