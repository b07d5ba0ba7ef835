"""Tests of the condition balance_at_least."""

import hashlib
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition as condition_helper, config_validation as cv
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.smsadmin import condition
from tests.simulator import Simulator

from .conftest import issues, make_entry, set_up


async def _check(hass: HomeAssistant, **options: Any) -> bool | None:
    """Check the condition as an automation does."""
    config = cv.CONDITION_SCHEMA({"condition": "smsadmin.balance_at_least", "options": options})
    validated = await condition_helper.async_validate_condition_config(hass, config)
    checker = await condition_helper.async_from_config(hass, validated)
    result = checker.async_check()
    checker.async_unload()
    return result


async def _add(hass: HomeAssistant, simulator: Simulator, name: str, balance: int) -> MockConfigEntry:
    simulator.add_account(name, "secret", balance=balance)
    digest = hashlib.md5(b"secret").hexdigest()
    entry = make_entry(simulator, data={"username": name, "password_md5": digest, "webhook_id": name})
    await set_up(hass, entry)
    return entry


@pytest.mark.parametrize(("balance", "result"), [(0, True), (499.5, True), ("500", True), (501, False)])
async def test_the_balance_is_compared(hass: HomeAssistant, account: MockConfigEntry, balance: Any, result: bool) -> None:
    assert await _check(hass, balance=balance) is result
    assert await _check(hass, balance=balance, config_entry_id=account.entry_id) is result


async def test_without_an_account_every_account_needs_the_balance(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    other = await _add(hass, simulator, "school", 100)
    assert await _check(hass, balance=100)
    assert not await _check(hass, balance=101)
    assert await _check(hass, balance=101, config_entry_id=account.entry_id)
    assert not await _check(hass, balance=101, config_entry_id=other.entry_id)


async def test_an_unknown_balance_is_not_enough(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("balance", "code:400")
    await account.runtime_data.balance.async_refresh()
    assert not await _check(hass, balance=0)
    await account.runtime_data.balance.async_refresh()
    assert await _check(hass, balance=0)
    await hass.config_entries.async_unload(account.entry_id)
    assert not await _check(hass, balance=0)


async def test_a_disabled_account_does_not_count(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    other = await _add(hass, simulator, "school", 100)
    await hass.config_entries.async_set_disabled_by(other.entry_id, ConfigEntryDisabler.USER)
    assert await _check(hass, balance=500)
    assert not await _check(hass, balance=0, config_entry_id=other.entry_id)


async def test_without_accounts_the_condition_is_false(hass: HomeAssistant) -> None:
    assert not await _check(hass, balance=0)


@pytest.mark.parametrize("options", [{}, {"balance": "much"}, {"balance": -1}, {"balance": 1, "recipients": []}])
async def test_a_wrong_option_is_refused(hass: HomeAssistant, account: MockConfigEntry, options: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await _check(hass, **options)


async def test_a_missing_account_raises_an_issue_while_it_is_used(hass: HomeAssistant, account: MockConfigEntry) -> None:
    config = cv.CONDITION_SCHEMA(
        {"condition": "smsadmin.balance_at_least", "options": {"balance": 1, "config_entry_id": "nothing"}}
    )
    checker = await condition_helper.async_from_config(hass, await condition_helper.async_validate_condition_config(hass, config))
    assert not checker.async_check()
    assert issues(hass) == ["missing_choice"]
    checker.async_unload()
    assert issues(hass) == []
    # Home Assistant may unload a condition twice.
    checker.async_unload()


async def test_the_editor_has_the_condition_and_its_options(hass: HomeAssistant, account: MockConfigEntry) -> None:
    described = (await condition_helper.async_get_all_descriptions(hass))["smsadmin.balance_at_least"]
    assert described is not None
    assert set(described["fields"]) == {"balance", "config_entry_id"}
    assert list(condition.CONDITIONS) == ["balance_at_least"]


async def test_an_automation_uses_the_condition(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    def automation(balance: int) -> dict[str, Any]:
        return {
            "triggers": {"trigger": "event", "event_type": "alarm"},
            "conditions": {"condition": "smsadmin.balance_at_least", "options": {"balance": balance}},
            "actions": {"action": "smsadmin.send_sms", "data": {"mobiles": ["13800000001"], "message": f"{balance}"}},
        }

    assert await async_setup_component(hass, "automation", {"automation": [automation(500), automation(501)]})
    hass.bus.async_fire("alarm")
    await hass.async_block_till_done()
    assert [sent.text for sent in simulator.sent] == ["500"]
