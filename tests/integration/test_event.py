"""The event entities of accounts and recipients."""

from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, STRANGER, USER, state_of


async def _receive(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()


async def test_a_reply_is_an_event_of_the_account_and_its_recipient(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.reply(FATHER, "Yes", uid=USER, sub_code="01")
    await _receive(hass)
    for entity_id in ("event.smsadmin_reply", "event.parents_reply"):
        attributes = state_of(hass, entity_id).attributes
        assert attributes["event_type"] == "received"
        assert attributes.keys() >= {
            "message_id",
            "mobile",
            "message",
            "link_id",
            "sub_code",
            "replied_at",
            "received_at",
            "source",
            "recipient",
            "in_reply_to",
        }
        assert (attributes["message"], attributes["mobile"], attributes["recipient"]) == ("Yes", FATHER, "Parents")
        # The entity and its device say these.
        assert not {"config_entry_id", "account", "entity_id", "device_id"} & attributes.keys()
    assert state_of(hass, "event.mother_reply").state == "unknown"
    assert state_of(hass, "event.smsadmin_delivery_report").state == "unknown"


@pytest.mark.parametrize(("status", "outcome"), [("DELIVRD", "delivered"), ("UNKNOWN", "unknown"), ("MK:0001", "other")])
async def test_a_report_is_shown_by_the_account(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, status: str, outcome: str
) -> None:
    simulator.report(MOTHER, status, uid=USER)
    await _receive(hass)
    attributes = state_of(hass, "event.smsadmin_delivery_report").attributes
    assert (attributes["event_type"], attributes["outcome"], attributes["status"]) == (outcome, outcome, status)
    assert state_of(hass, "event.mother_reply").state == "unknown"


async def test_a_reply_of_a_stranger_is_shown_by_the_account_alone(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event]
) -> None:
    simulator.reply(STRANGER, "Who is this?", uid=USER)
    await _receive(hass)
    assert state_of(hass, "event.smsadmin_reply").attributes["recipient"] is None
    assert state_of(hass, "event.parents_reply").state == "unknown"
    assert (events[0].data["entity_id"], events[0].data["device_id"]) == (None, None)
