"""Repair flows: issues that the user settles by having read them."""

from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .account import find_account
from .issues.problems import Problem
from .message_log.errors import LogError


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """The flow that settles an issue."""
    return QuarantineFlow() if data and data["problem"] == Problem.QUARANTINE else ConfirmRepairFlow()


class QuarantineFlow(ConfirmRepairFlow):
    """Marks the quarantine as seen by the user; its content stays there to be read."""

    @override
    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        account = find_account(self.hass, str(self.data and self.data["entry_id"]))
        if user_input is not None and account:
            try:
                await account.log.mark_seen()
            except LogError:
                return self.async_abort(reason="log_failed")
        return await super().async_step_confirm(user_input)
