"""Base class of the triggers: their common options, and the issue for missing choices."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.trigger import Trigger
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.ulid import ulid_now
import voluptuous as vol

from ..gateway.numbers import mask
from ..issues.choices import watch_missing
from .options import ACCOUNT_SCHEMA, RECIPIENTS_SCHEMA, Selection

if TYPE_CHECKING:
    from homeassistant.helpers.trigger import (
        TriggerAction,
        TriggerActionPayloadBuilder,
        TriggerConfig,
        TriggerNotTriggeredReporter,
    )


class SmsAdminTrigger(Trigger):
    """Takes an account, recipients and the options of `schema`; a target adds to the recipients."""

    schema: ClassVar[dict[vol.Marker, Any]]

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        options = {**ACCOUNT_SCHEMA, **RECIPIENTS_SCHEMA, **cls.schema}
        schema = vol.Schema({vol.Required(CONF_OPTIONS, default=dict): options, vol.Optional(CONF_TARGET): dict})
        validated: ConfigType = schema(config)
        return {**validated, CONF_OPTIONS: await cls.async_check(hass, validated[CONF_OPTIONS])}

    @classmethod
    async def async_check(cls, hass: HomeAssistant, options: dict[str, Any]) -> dict[str, Any]:
        """Check and complete validated options. Raises ServiceValidationError."""
        return options

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep the options."""
        super().__init__(hass, config)
        self._options = config.options or {}
        self._selection = Selection(hass, self._options, config.target)
        self._automation = config.key
        self._automation_id: str | None = None

    @override
    async def async_attach_action(
        self,
        action: TriggerAction,
        action_payload_builder: TriggerActionPayloadBuilder,
        *,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Attach the trigger, and raise an issue while a choice is missing."""
        # The owner of the action is the only hint at the automation that the trigger belongs to.
        if isinstance(automation := getattr(action, "__self__", None), Entity):
            self._automation = str(automation.name)
            self._automation_id = automation.entity_id
        detach = await super().async_attach_action(action, action_payload_builder, did_not_trigger=did_not_trigger)
        owner = self._automation_id or ulid_now()
        stop_watching = watch_missing(self._hass, self._selection.missing, self._automation, owner)

        @callback
        def detach_all() -> None:
            stop_watching()
            detach()

        return detach_all


def recipient_label(data: Mapping[str, Any]) -> str:
    """Return the name of the recipient, otherwise the masked number."""
    return data.get("recipient") or mask(str(data.get("mobile")))
