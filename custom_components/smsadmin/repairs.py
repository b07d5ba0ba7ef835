"""Issues that the user settles by having read them."""

from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .inbound.publisher import SIGNAL_LOG_CHANGED
from .intake import find_intake
from .issues import Problem


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The flow that ends an issue."""
    return QuarantineFlow() if data and data["problem"] == Problem.QUARANTINE else ConfirmRepairFlow()


class QuarantineFlow(ConfirmRepairFlow):
    """What is in quarantine has been looked at; it stays there to be read."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        entry_id = str(self.data and self.data["entry_id"])
        if user_input is not None and (intake := find_intake(self.hass, entry_id)):
            await intake.log.mark_seen()
            async_dispatcher_send(self.hass, SIGNAL_LOG_CHANGED.format(entry_id))
        return await super().async_step_confirm(user_input)
