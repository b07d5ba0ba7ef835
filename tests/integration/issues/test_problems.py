"""Issues end with their cause."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smsadmin.account import find_account
from tests.simulator import Simulator

from ..conftest import make_entry, set_up
from .conftest import all_issues


async def test_an_issue_ends_with_its_cause_or_the_account(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, mode="pull")
    await set_up(hass, entry)
    account = find_account(hass, entry.entry_id)
    assert account
    account.webhook.raise_crowded(80)
    for _ in range(3):
        freezer.tick(timedelta(seconds=40))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        account.webhook.raise_crowded(80)
        assert all_issues(hass) == ["push_server_crowded"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert all_issues(hass) == []
