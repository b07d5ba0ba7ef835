"""Repair flows: issues that are settled by having been read."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.issues import Problem, raise_issue
from tests.simulator import Simulator

from .conftest import MOTHER, USER, issues, make_entry, set_up, state_of


async def _fix(hass: HomeAssistant, hass_client: ClientSessionGenerator, issue_id: str) -> dict[str, Any]:
    """Read and confirm an issue; its form."""
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_client()
    async with client.post("/api/repairs/issues/fix", json={"handler": "smsadmin", "issue_id": issue_id}) as response:
        form: dict[str, Any] = await response.json()
    async with client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={}) as response:
        assert (await response.json())["type"] == "create_entry"
    await hass.async_block_till_done()
    return form


async def test_what_is_unreadable_is_told_until_somebody_has_looked_at_it(
    hass: HomeAssistant, simulator: Simulator, hass_client: ClientSessionGenerator
) -> None:
    entry = make_entry(simulator, mode="pull")
    await set_up(hass, entry)
    simulator.garbage("nobody/can/read/this", uid=USER)
    simulator.reply(MOTHER, "1", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    assert issues(hass) == ["quarantine"]
    form = await _fix(hass, hass_client, f"quarantine_{entry.entry_id}")
    assert (form["step_id"], form["description_placeholders"]["number"]) == ("confirm", "1")
    assert issues(hass) == []
    assert state_of(hass, "sensor.smsadmin_unreadable").state == "1"


@pytest.mark.parametrize("problem", [Problem.LOG_DAMAGED, Problem.NOT_PUBLISHED, Problem.FOREIGN_PUSHES])
async def test_news_are_settled_by_reading_them(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator, problem: Problem
) -> None:
    raise_issue(hass, account, problem, file="x")
    await _fix(hass, hass_client, f"{problem}_{account.entry_id}")
    assert issues(hass) == []


async def test_what_is_unreadable_can_be_confirmed_while_the_account_is_disabled(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    raise_issue(hass, account, Problem.QUARANTINE, number="1")
    await _fix(hass, hass_client, f"quarantine_{account.entry_id}")
    assert issues(hass) == []
