"""Pushes that do not come raise issues."""

from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from tests.simulator import Simulator

from ..conftest import MOTHER, USER, WEBHOOK_ID, make_entry, set_up
from .conftest import all_issues, pass_hours, send


async def _push(http: TestClient[Any, Any]) -> None:
    form = {"Class": "rpt", "SmsName": USER, "Mobile": MOTHER, "LinkId": "1", "Report": "DELIVRD"}
    async with http.post(f"/api/webhook/{WEBHOOK_ID}", data=form) as response:
        assert await response.text() == "000"


@pytest.mark.parametrize("mode", ["push", "both"])
async def test_pushes_that_do_not_come_raise_issues_until_one_comes(
    hass: HomeAssistant, simulator: Simulator, http: TestClient[Any, Any], freezer: FrozenDateTimeFactory, mode: str
) -> None:
    await set_up(hass, make_entry(simulator, mode=mode))
    assert all_issues(hass) == ["push_unreachable"]
    await send(hass)
    await pass_hours(hass, freezer, 5)
    assert all_issues(hass) == ["push_unreachable"]
    await pass_hours(hass, freezer)
    assert all_issues(hass) == ["push_silent"]
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_placeholders == {"account": "SMSAdmin"}
    await _push(http)
    await hass.async_block_till_done()
    assert all_issues(hass) == []


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
    assert all_issues(hass) == []
