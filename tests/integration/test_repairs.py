"""Repair flows: issues that are settled by having been read."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.issues.problems import Problem, raise_issue

from .conftest import PUSH_PATH, account_of, issues, pushed_reply, state_of


async def _fix(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, issue_id: str, result: str = "create_entry"
) -> dict[str, Any]:
    """Read and confirm an issue; its form."""
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_client()
    async with client.post("/api/repairs/issues/fix", json={"handler": "smsadmin", "issue_id": issue_id}) as response:
        form: dict[str, Any] = await response.json()
    async with client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={}) as response:
        assert (await response.json())["type"] == result
    await hass.async_block_till_done()
    return form


async def test_unreadable_content_is_an_issue_until_it_is_seen(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    async with client.post(PUSH_PATH, data=pushed_reply(Class="new")) as response:
        assert response.status == 200
    await hass.async_block_till_done()
    assert issues(hass) == ["quarantine"]
    form = await _fix(hass, hass_client, f"quarantine_{account.entry_id}")
    assert (form["step_id"], form["description_placeholders"]["number"]) == ("confirm", "1")
    assert issues(hass) == []
    assert state_of(hass, "sensor.smsadmin_unreadable").state == "1"


async def test_what_a_failing_log_cant_note_stays_an_issue(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """The disk was full, and the dialog that I confirmed said that an unknown error had occurred."""
    raise_issue(hass, account, Problem.QUARANTINE, number="1")
    await account_of(hass, account).log.close()
    await _fix(hass, hass_client, f"quarantine_{account.entry_id}", result="abort")
    assert issues(hass) == ["quarantine"]


@pytest.mark.parametrize("problem", [Problem.LOG_DAMAGED, Problem.NOT_PUBLISHED, Problem.FOREIGN_PUSHES])
async def test_news_are_settled_by_reading_them(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator, problem: Problem
) -> None:
    raise_issue(hass, account, problem, file="x")
    await _fix(hass, hass_client, f"{problem}_{account.entry_id}")
    assert issues(hass) == []


async def test_a_disabled_account_s_quarantine_can_be_confirmed(
    hass: HomeAssistant, account: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    raise_issue(hass, account, Problem.QUARANTINE, number="1")
    await _fix(hass, hass_client, f"quarantine_{account.entry_id}")
    assert issues(hass) == []
