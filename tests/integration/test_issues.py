"""Repair issues: what raises and what clears them."""

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smsadmin.account import find_account
from tests.simulator import Simulator

from .conftest import MOTHER, USER, WEBHOOK_ID, make_entry, set_up


def _issues(hass: HomeAssistant) -> list[str]:
    """What the user is warned of."""
    return sorted(issue.translation_key or "" for issue in ir.async_get(hass).issues.values() if issue.domain == "smsadmin")


async def _next_hour(hass: HomeAssistant, freezer: FrozenDateTimeFactory, hours: float = 1) -> None:
    freezer.tick(timedelta(hours=hours, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def _send(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!"}, blocking=True)


async def test_a_low_balance_warns_until_it_is_topped_up(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    simulator.accounts[USER].balance = 9
    await set_up(hass, make_entry(simulator, mode="pull", low_balance=10))
    assert _issues(hass) == ["balance_low"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders == {"account": "SMSAdmin", "balance": "9", "threshold": "10"}
    simulator.accounts[USER].balance = 10
    await _next_hour(hass, freezer)
    assert _issues(hass) == []


async def test_a_new_limit_is_compared_with_the_known_balance(hass: HomeAssistant, simulator: Simulator) -> None:
    """After the limit alone was changed, the warning came and went with the next query, up to an hour later."""
    simulator.accounts[USER].balance = 15
    entry = make_entry(simulator, mode="pull", low_balance=10)
    await set_up(hass, entry)
    for limit, issues in ((20, ["balance_low"]), (10, [])):
        hass.config_entries.async_update_entry(entry, options={**entry.options, "low_balance": limit})
        await hass.async_block_till_done()
        assert _issues(hass) == issues


async def test_a_new_limit_says_nothing_of_an_unknown_balance(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, mode="pull")
    simulator.accounts[USER].frozen = True
    await set_up(hass, entry)
    hass.config_entries.async_update_entry(entry, options={**entry.options, "low_balance": 20})
    await hass.async_block_till_done()
    assert _issues(hass) == ["account_frozen"]


async def test_no_threshold_is_no_warning(hass: HomeAssistant, simulator: Simulator) -> None:
    simulator.accounts[USER].balance = -1
    await set_up(hass, make_entry(simulator, mode="pull"))
    assert _issues(hass) == []


async def test_a_frozen_account_warns_until_it_is_taken_again(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(simulator, mode="pull")
    simulator.accounts[USER].frozen = True
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert _issues(hass) == ["account_frozen"]
    simulator.accounts[USER].frozen = False
    await _next_hour(hass, freezer)
    assert _issues(hass) == []


async def test_an_account_that_may_not_send_has_an_issue(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, mode="pull"))
    simulator.accounts[USER].may_send = False
    with pytest.raises(HomeAssistantError):
        await _send(hass)
    assert _issues(hass) == ["not_permitted"]
    simulator.accounts[USER].may_send = True
    await _send(hass)
    assert _issues(hass) == []


async def _push(http: TestClient[Any, Any]) -> None:
    form = {"Class": "rpt", "SmsName": USER, "Mobile": MOTHER, "LinkId": "1", "Report": "DELIVRD"}
    async with http.post(f"/api/webhook/{WEBHOOK_ID}", data=form) as response:
        assert await response.text() == "000"


@pytest.mark.parametrize("mode", ["push", "both"])
async def test_pushes_that_do_not_come_raise_issues_until_one_comes(
    hass: HomeAssistant, simulator: Simulator, http: TestClient[Any, Any], freezer: FrozenDateTimeFactory, mode: str
) -> None:
    await set_up(hass, make_entry(simulator, mode=mode))
    assert _issues(hass) == ["push_unreachable"]
    await _send(hass)
    await _next_hour(hass, freezer, 5)
    assert _issues(hass) == ["push_unreachable"]
    await _next_hour(hass, freezer)
    assert _issues(hass) == ["push_silent"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders == {"account": "SMSAdmin"}
    await _push(http)
    await hass.async_block_till_done()
    assert _issues(hass) == []


@pytest.mark.parametrize(
    ("mode", "external_url", "ports"),
    [
        ("pull", None, []),
        ("off", None, []),
        ("push", "http://sms.example.com", []),
        ("push", "https://sms.example.com", ["listener_port"]),
    ],
)
async def test_expected_or_unwanted_pushes_raise_no_issue(
    hass: HomeAssistant,
    simulator: Simulator,
    port: int,
    mode: str,
    external_url: str | None,
    ports: list[str],
) -> None:
    await hass.config.async_update(external_url=external_url)
    options: dict[str, Any] = dict.fromkeys(ports, port)
    await set_up(hass, make_entry(simulator, mode=mode, **options))
    assert _issues(hass) == []


@pytest.mark.parametrize("fault", ["html", "status:500", "redirect", "legacy"])
async def test_a_strange_balance_page_is_no_issue_about_a_text(hass: HomeAssistant, simulator: Simulator, fault: str) -> None:
    simulator.fault("balance", fault, times=5)
    await set_up(hass, make_entry(simulator, mode="pull"))
    assert _issues(hass) == []


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
        assert _issues(hass) == ["push_server_crowded"]
    await hass.config_entries.async_remove(entry.entry_id)
    assert _issues(hass) == []
