"""A low balance warns, and no longer than it is low."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from tests.simulator import Simulator

from ..conftest import USER, make_entry, set_up
from .conftest import all_issues, pass_hours


async def test_a_low_balance_warns_until_it_is_topped_up(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    simulator.accounts[USER].balance = 9
    await set_up(hass, make_entry(simulator, mode="pull", low_balance=10))
    assert all_issues(hass) == ["balance_low"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders == {"account": "SMSAdmin", "balance": "9", "threshold": "10"}
    simulator.accounts[USER].balance = 10
    await pass_hours(hass, freezer)
    assert all_issues(hass) == []


async def test_a_new_limit_is_compared_with_the_known_balance(hass: HomeAssistant, simulator: Simulator) -> None:
    """After the limit alone was changed, the warning came and went with the next query, up to an hour later."""
    simulator.accounts[USER].balance = 15
    entry = make_entry(simulator, mode="pull", low_balance=10)
    await set_up(hass, entry)
    for limit, issues in ((20, ["balance_low"]), (10, [])):
        hass.config_entries.async_update_entry(entry, options={**entry.options, "low_balance": limit})
        await hass.async_block_till_done()
        assert all_issues(hass) == issues


async def test_a_new_limit_says_nothing_of_an_unknown_balance(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, mode="pull")
    simulator.accounts[USER].frozen = True
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, options={**entry.options, "low_balance": 20})
    await hass.async_block_till_done()
    assert all_issues(hass) == ["account_frozen"]


async def test_no_threshold_is_no_warning(hass: HomeAssistant, simulator: Simulator) -> None:
    simulator.accounts[USER].balance = -1
    await set_up(hass, make_entry(simulator, mode="pull"))
    assert all_issues(hass) == []
