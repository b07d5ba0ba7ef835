"""The sensors of accounts and recipients."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.smsadmin.account import find_account
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, USER, make_entry, state_of


async def _later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float) -> None:
    freezer.tick(timedelta(**delta))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def _send(hass: HomeAssistant, recipient: str = "notify.mother", **data: Any) -> None:
    action = {"recipients": [recipient], "message": "Fire!", **data}
    await hass.services.async_call("smsadmin", "send_sms", action, blocking=True)
    await hass.async_block_till_done()


async def _receive(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()


async def test_the_balance_follows_the_platform(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    async def an_hour_later() -> str:
        await _later(hass, freezer, minutes=61)
        return state_of(hass, "sensor.smsadmin_balance").state

    assert state_of(hass, "sensor.smsadmin_balance").attributes["state_class"] == "measurement"
    assert state_of(hass, "sensor.smsadmin_balance").attributes["unit_of_measurement"] == "messages"
    simulator.accounts[USER].balance -= 600
    assert await an_hour_later() == "-100"
    simulator.fault("balance", "html")
    assert await an_hour_later() == "unavailable"
    assert await an_hour_later() == "-100"
    simulator.fault("balance", "code:101")
    assert await an_hour_later() == "unavailable"
    assert [flow["step_id"] for flow in hass.config_entries.flow.async_progress()] == ["reauth_confirm"]


async def test_the_balance_is_queried_after_a_send(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    await _send(hass)
    await _later(hass, freezer, seconds=3)
    assert state_of(hass, "sensor.smsadmin_balance").state == "499"


async def test_the_counters_follow_the_log(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    def counters() -> list[str]:
        names = ("submitted", "delivered", "failed", "replies", "waiting", "unreadable")
        return [state_of(hass, f"sensor.smsadmin_{name}").state for name in names]

    assert counters() == ["0"] * 6
    await _send(hass, "notify.parents")
    link_id = simulator.sent[0].link_id
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    simulator.report(FATHER, "EXPIRED", uid=USER, link_id=link_id)
    simulator.reply(MOTHER, "Yes", uid=USER)
    simulator.garbage("not/a/readable/record", uid=USER)
    await _receive(hass)
    assert counters() == ["2", "1", "1", "1", "0", "1"]
    await simulator.stop()
    await _send(hass, "notify.parents")
    assert counters()[4] == "2"
    assert state_of(hass, "sensor.smsadmin_waiting").attributes["state_class"] == "measurement"
    await simulator.start()


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("DELIVRD", "delivered", None),
        ("EXPIRED", "expired", "not delivered: expired"),
        ("UNKNOWN", "unknown_status", "state unknown"),
        ("MK:0001", "other", "reported as MK:0001"),
    ],
)
async def test_the_last_message_has_its_state_text_time_and_reason(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, status: str, state: str, reason: str | None
) -> None:
    assert state_of(hass, "sensor.mother_last_message").state == "unknown"
    await _send(hass)
    assert state_of(hass, "sensor.mother_last_message").state == "accepted"
    simulator.report(MOTHER, status, uid=USER, link_id=simulator.sent[0].link_id)
    await _receive(hass)
    found = state_of(hass, "sensor.mother_last_message")
    assert found.state == state
    assert state in found.attributes["options"]
    assert (found.attributes["message"], found.attributes["reason"]) == ("Fire!", reason)
    assert dt_util.parse_datetime(found.attributes["sent_at"], raise_on_error=True) <= dt_util.utcnow()
    assert found.attributes["send_at"] is None


async def test_the_last_message_says_why_it_was_rejected(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await _send(hass, send_at="2099-01-01 08:00:00+08:00")
    await hass.async_block_till_done()
    found = state_of(hass, "sensor.mother_last_message")
    assert found.state == "rejected"
    assert found.attributes["reason"] == "The balance is too low (code 102)."
    assert found.attributes["send_at"].startswith("2098-12-31T") or found.attributes["send_at"].startswith("2099-01-01T")


async def test_nothing_moves_while_nothing_happens(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    """A pull every minute wrote a row of history every minute."""
    freezer.move_to("2026-11-26T10:00:30+00:00")
    entry = make_entry(simulator, mode="pull", balance_interval=1440)
    entry.add_to_hass(hass)
    # In installations of 1.0.0 it is enabled.
    er.async_get(hass).async_get_or_create(
        "sensor", "smsadmin", f"{entry.entry_id}_last_pull", suggested_object_id="smsadmin_last_pull", config_entry=entry
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _later(hass, freezer, minutes=1)
    last_pull = state_of(hass, "sensor.smsadmin_last_pull")
    assert last_pull.state == "2026-11-26T10:00:00+00:00"
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    asked = len(simulator.requests)
    for _ in range(30):
        await _later(hass, freezer, minutes=1)
    assert len(simulator.requests) > asked + 50
    assert changes == []
    for _ in range(30):
        await _later(hass, freezer, minutes=1)
    assert [event.data["entity_id"] for event in changes] == ["sensor.smsadmin_last_pull"]


async def test_a_log_that_does_not_work_makes_its_sensors_unavailable(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    assert await hass.config_entries.async_reload(account.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_submitted").state == "unavailable"
    assert state_of(hass, "sensor.mother_last_message").state == "unavailable"
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"
    assert state_of(hass, "notify.mother").state != "unavailable"


async def test_no_text_of_the_last_message_gets_into_the_history(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await _send(hass)
    state_info = state_of(hass, "sensor.mother_last_message").state_info
    assert state_info
    assert "message" in state_info["unrecorded_attributes"]
