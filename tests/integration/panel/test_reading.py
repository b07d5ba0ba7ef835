"""What the panel reads."""

from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from ..conftest import MOTHER, STRANGER, USER
from .conftest import Client, entity_of


async def _send(hass: HomeAssistant, message: str, **data: Any) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"message": message, **data}, blocking=True)


async def _pull(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)


async def test_conversations_are_listed(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    await admin.call("conversations")
    await _send(hass, "Dinner?", recipients=[entity_of(hass, account, "Parents").entity_id])
    await _send(hass, "Who?", mobiles=[STRANGER])
    simulator.reply(MOTHER, "Yes", uid=USER, link_id=simulator.sent[0].link_id)
    await _pull(hass)
    found = await admin.call("conversations")
    assert found == {}
