"""What a user looks at: diagnostics, system health and the logbook."""

from collections.abc import Callable
import json
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.smsadmin import logbook
from custom_components.smsadmin.message_log.errors import LogUnusableError
from tests.simulator import Simulator

from .conftest import DIGEST, FATHER, MOTHER, PASSWORD, STRANGER, USER, WEBHOOK_ID, make_entry, set_up

SIGNATURE = "Station 7"
TEXT = "The kitchen is on fire"
ANSWER = "On my way"
SOURCE = "127.0.0.0/8"


@pytest.fixture
async def busy(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """An account that has sent, received and failed to read."""
    entry = make_entry(simulator, mode="both", signature=SIGNATURE, allowed_sources=[SOURCE])
    await set_up(hass, entry)
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER, FATHER], "message": TEXT}, blocking=True)
    link_id = simulator.sent[0].link_id
    simulator.reply(MOTHER, ANSWER, uid=USER, link_id=link_id)
    simulator.report(STRANGER, "DELIVRD", uid=USER, link_id=link_id)
    simulator.garbage(f"garbage/{STRANGER}/{ANSWER}", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    return entry


async def _download(hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry) -> dict[str, Any]:
    """The diagnostics as the browser gets them, with all that Home Assistant adds."""
    for component in ("diagnostics", "http"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client()
    async with client.get(f"/api/diagnostics/config_entry/{entry.entry_id}") as response:
        assert response.status == 200
        data: dict[str, Any] = await response.json()
        return data


async def test_diagnostics_tell_what_happened_and_nothing_private(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, busy: MockConfigEntry, simulator: Simulator
) -> None:
    data = (await _download(hass, hass_client, busy))["data"]
    assert data["data"]["url"] == simulator.url
    assert data["data"]["password_md5"] == data["options"]["signature"] == REDACTED
    assert data["recipients"] == [1, 2]
    assert data["balance"] == {"value": 500, "last_update_success": True}
    assert data["last_pull"] is not None
    assert data["push_obstacles"] == ["push_no_address"]
    log = data["log"]
    assert log["counters"] == {"submitted": 2, "delivered": 1, "failed": 0, "replies": 1}
    assert (log["quarantined"], log["waiting"]) == (1, 0)
    assert log["size"] > 0
    histories = [[state for _, state, _ in message["history"]] for message in log["recent"]]
    assert sorted(histories) == [
        ["quarantined"],
        ["received"],
        ["submitting", "accepted"],
        ["submitting", "accepted", "delivered"],
    ]


async def test_nothing_private_is_anywhere_in_the_download(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, busy: MockConfigEntry, simulator: Simulator
) -> None:
    download = json.dumps(await _download(hass, hass_client, busy), ensure_ascii=False)
    private = [USER, PASSWORD, DIGEST, WEBHOOK_ID, MOTHER, FATHER, STRANGER, TEXT, ANSWER, SIGNATURE, SOURCE]
    private += [sent.link_id for sent in simulator.sent]
    assert [secret for secret in private if secret in download] == []


async def test_diagnostics_say_that_the_log_does_not_work(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, account: MockConfigEntry
) -> None:
    await account.runtime_data.log.close()
    data = (await _download(hass, hass_client, account))["data"]
    assert data["log"] == {"error": "LogUnusableError"}


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


async def test_system_health_shows_all_accounts_together(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, busy: MockConfigEntry
) -> None:
    health = await _health(hass, hass_ws_client)
    assert (health["accounts"], health["waiting_messages"], health["can_reach_platform"]) == (1, 0, "ok")
    assert health["last_contact"]["type"] == "date"
    assert health["log_size"].endswith(" MiB")


async def test_system_health_shows_what_does_not_work(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, account: MockConfigEntry, simulator: Simulator
) -> None:
    await account.runtime_data.log.close()
    await simulator.stop()
    health = await _health(hass, hass_ws_client)
    assert health["can_reach_platform"] == {"type": "failed", "error": "unreachable"}
    assert health["waiting_messages"] == {"type": "failed", "error": LogUnusableError.__name__}


def _logbook(hass: HomeAssistant) -> dict[str, Callable[[Event[Any]], dict[str, str]]]:
    """How our events are described."""
    described: dict[str, Callable[[Event[Any]], dict[str, str]]] = {}

    def describe(domain: str, event_type: str, describer: Callable[[Event[Any]], dict[str, str]]) -> None:
        assert domain == "smsadmin"
        described[event_type] = describer

    logbook.async_describe_events(hass, describe)
    return described


async def test_the_logbook_tells_of_replies_and_reports(
    hass: HomeAssistant, events: list[Event], busy: MockConfigEntry, simulator: Simulator
) -> None:
    described = _logbook(hass)
    simulator.reply(STRANGER, "Who is this?", uid=USER)
    simulator.report(FATHER, "EXPIRED", uid=USER, link_id=simulator.sent[0].link_id)
    simulator.report(MOTHER, "DELIVRD", uid=USER)
    simulator.report(MOTHER, "MK:0001", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    entries = [described[str(event.event_type)](event) for event in events]
    assert [(entry["name"], entry["message"]) for entry in entries] == [
        ("Reply from Mother:", ANSWER),
        ("Text to 139****0009", "delivered"),
        ("Reply from 139****0009:", "Who is this?"),
        ("Text to Parents", "not delivered: expired"),
        ("Text to Mother", "delivered"),
        ("Text to Mother", "reported as MK:0001"),
    ]
