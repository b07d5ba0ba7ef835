"""Answers of the platform that raise issues, and what clears them."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.simulator import Simulator

from ..conftest import USER, make_entry, set_up
from .conftest import all_issues, pass_hours, send


async def test_a_frozen_account_warns_until_it_is_taken_again(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, mode="pull")
    simulator.accounts[USER].frozen = True
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert all_issues(hass) == ["account_frozen"]
    simulator.accounts[USER].frozen = False
    await pass_hours(hass, freezer)
    assert all_issues(hass) == []


async def test_an_account_that_may_not_send_has_an_issue(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, mode="pull"))
    simulator.accounts[USER].may_send = False
    with pytest.raises(HomeAssistantError):
        await send(hass)
    assert all_issues(hass) == ["not_permitted"]
    simulator.accounts[USER].may_send = True
    await send(hass)
    assert all_issues(hass) == []


@pytest.mark.parametrize("fault", ["html", "status:500", "redirect", "legacy"])
async def test_a_strange_balance_page_is_no_issue_about_a_text(hass: HomeAssistant, simulator: Simulator, fault: str) -> None:
    simulator.fault("balance", fault, times=5)
    await set_up(hass, make_entry(simulator, mode="pull"))
    assert all_issues(hass) == []
