"""System health: all accounts together."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.message_log.errors import LogUnusableError
from tests.simulator import Simulator


async def _health(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> dict[str, Any]:
    """What the system information page shows once all of it has come."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "system_health/info"})
    shown: dict[str, Any] = {}
    while True:
        message = await client.receive_json()
        event = message.get("event", {})
        if event.get("type") == "initial":
            shown = event["data"]["smsadmin"]["info"]
        elif event.get("type") == "update" and event["domain"] == "smsadmin":
            shown[event["key"]] = event["data"] if event["success"] else event["error"]
        elif event.get("type") == "finish":
            return shown


async def test_all_accounts_are_shown_together(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, account: MockConfigEntry
) -> None:
    health = await _health(hass, hass_ws_client)
    assert (health["accounts"], health["waiting_messages"], health["can_reach_platform"]) == (1, 0, "ok")
    assert health["last_contact"]["type"] == "date"
    assert health["log_size"].endswith(" MiB")


async def test_what_does_not_work_is_shown(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, account: MockConfigEntry, simulator: Simulator
) -> None:
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    unreadable = found.log.path.with_name(f"{found.log.path.name}-unreadable")
    unreadable.symlink_to(unreadable)
    await simulator.stop()
    health = await _health(hass, hass_ws_client)
    assert health["can_reach_platform"] == {"type": "failed", "error": "unreachable"}
    assert health["waiting_messages"] == health["log_size"] == {"type": "failed", "error": LogUnusableError.__name__}


async def test_an_account_that_is_not_loaded_counts_too(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, account: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(account.entry_id)
    health = await _health(hass, hass_ws_client)
    assert (health["accounts"], health["can_reach_platform"], health["last_contact"]) == (1, "ok", None)
