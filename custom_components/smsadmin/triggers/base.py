"""What the triggers have in common."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.const import CONF_OPTIONS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.trigger import Trigger
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from ..automation_options import ACCOUNT_SCHEMA, RECIPIENTS_SCHEMA, validate_options
from ..gateway.numbers import mask

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import TriggerConfig


class SmsAdminTrigger(Trigger):
    """Takes an account and recipients, and what `schema` says, as options."""

    schema: ClassVar[dict[vol.Marker, Any]]

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        options = {**ACCOUNT_SCHEMA, **RECIPIENTS_SCHEMA, **cls.schema}
        validated: ConfigType = vol.Schema({vol.Required(CONF_OPTIONS, default=dict): options})(config)
        return {CONF_OPTIONS: cls.check(validate_options(hass, validated[CONF_OPTIONS]))}

    @classmethod
    def check(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Options that go together; ServiceValidationError where they don't."""
        return options

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the options."""
        super().__init__(hass, config)
        self._options = config.options or {}


def whom(data: Mapping[str, Any]) -> str:
    """The name of the recipient, or the number as it may be shown."""
    return data.get("recipient") or mask(str(data.get("mobile")))
