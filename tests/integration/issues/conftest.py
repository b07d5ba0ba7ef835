"""What a user is warned of, and what makes time pass."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from ..conftest import MOTHER


def all_issues(hass: HomeAssistant) -> list[str]:
    """What the user is warned of."""
    return sorted(issue.translation_key or "" for issue in ir.async_get(hass).issues.values() if issue.domain == "smsadmin")


async def pass_hours(hass: HomeAssistant, freezer: FrozenDateTimeFactory, hours: float = 1) -> None:
    freezer.tick(timedelta(hours=hours, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def send(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!"}, blocking=True)
