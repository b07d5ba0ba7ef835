"""The URL for pushes, which only administrators are shown."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.inbound.push_url import push_urls, push_warnings
from tests.simulator import Simulator

from .conftest import PUSH_PATH, WEBHOOK_ID, issues, make_entry


@pytest.mark.parametrize(
    ("external_url", "shown", "warnings"),
    [
        (None, "http://IP", ["push_no_address"]),
        ("http://sms.example.com", "http://sms.example.com", []),
        ("http://203.0.113.7", "http://203.0.113.7", []),
        ("http://[2001:db8::1]", "http://[2001:db8::1]", []),
        ("https://sms.example.com", "http://sms.example.com", ["push_https"]),
        ("http://sms.example.com:8123", "http://sms.example.com", ["push_other_port"]),
    ],
)
async def test_the_url_and_its_warnings(hass: HomeAssistant, external_url: str | None, shown: str, warnings: list[str]) -> None:
    await hass.config.async_update(external_url=external_url, internal_url="http://192.0.2.1:8123")
    texts = push_urls(hass, WEBHOOK_ID)
    assert texts["push_url"] == shown + PUSH_PATH
    assert texts["webhook_url"].endswith(PUSH_PATH)
    assert push_warnings(hass) == warnings


async def test_a_port_of_its_own_needs_no_address(hass: HomeAssistant, simulator: Simulator, port: int) -> None:
    assert push_warnings(hass, make_entry(simulator)) == ["push_no_address"]
    assert push_warnings(hass, make_entry(simulator, listener_port=port)) == []


async def test_a_home_without_an_address_is_named_by_its_usual_one(hass: HomeAssistant) -> None:
    texts = push_urls(hass, WEBHOOK_ID)
    assert texts["webhook_url"] == f"http://homeassistant.local:8123{PUSH_PATH}"


async def test_no_user_without_rights_sees_the_secret_path(
    hass: HomeAssistant,
    account: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The path stood in the placeholders of repair issues, which the read-only group can list."""
    events = async_capture_events(hass, "*")
    assert await async_setup_component(hass, "repairs", {})
    assert await async_setup_component(hass, "config", {})
    found = find_account(hass, account.entry_id)
    assert found
    found.webhook.raise_crowded(80)
    assert issues(hass) == ["push_server_crowded"]
    client = await hass_ws_client(hass, hass_read_only_access_token)

    async def seen_by(command: str, **data: Any) -> str:
        await client.send_json_auto_id({"type": command, **data})
        return json.dumps(await client.receive_json())

    listed = await seen_by("repairs/list_issues")
    assert "push_unreachable" in listed
    everything = [
        listed,
        await seen_by("get_states"),
        await seen_by("config_entries/get"),
        await seen_by("config/device_registry/list"),
        await seen_by("config/entity_registry/list"),
        await seen_by("webhook/list"),
        *(repr(event.data) for event in events),
        *(record.getMessage() for record in caplog.records if not record.name.startswith(("aiohttp", "homeassistant"))),
    ]
    assert [text for text in everything if WEBHOOK_ID in text] == []
