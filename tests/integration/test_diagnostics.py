"""Diagnostics: what happened, and nothing private, in every state of the entry."""

import json
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.account import find_account
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
    # The component finds the platform of the integration afterwards.
    await hass.async_block_till_done()
    client = await hass_client()
    async with client.get(f"/api/diagnostics/config_entry/{entry.entry_id}") as response:
        assert response.status == 200
        data: dict[str, Any] = await response.json()
        return data


async def test_diagnostics_show_what_happened(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, busy: MockConfigEntry, simulator: Simulator
) -> None:
    # It is queried a moment after a send, or now.
    await busy.runtime_data.balance.async_refresh()
    data = (await _download(hass, hass_client, busy))["data"]
    assert data["data"]["url"] == simulator.url
    assert data["data"]["password_md5"] == data["options"]["signature"] == REDACTED
    assert data["recipients"] == [1, 2]
    assert data["balance"] == {"value": 498, "last_update_success": True}
    assert data["last_pull"] is not None
    assert data["queued_submissions"] == 0
    assert data["push_warnings"] == ["push_no_address"]
    log = data["log"]
    assert log["counters"] == {"submitted": 2, "delivered": 1, "failed": 0, "replies": 1}
    assert (log["quarantined"], log["unpublished"], log["queued"]) == (1, 0, 0)
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
    private = [USER, "fire_station", PASSWORD, DIGEST, WEBHOOK_ID, MOTHER, FATHER, STRANGER, TEXT, ANSWER, SIGNATURE, SOURCE]
    private += [sent.link_id for sent in simulator.sent]
    assert [secret for secret in private if secret in download] == []


async def test_diagnostics_say_that_the_log_does_not_work(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, account: MockConfigEntry
) -> None:
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    data = (await _download(hass, hass_client, account))["data"]
    assert data["log"] == {"error": "LogUnusableError"}


async def test_diagnostics_come_from_an_account_that_is_not_loaded(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, busy: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(busy.entry_id)
    data = (await _download(hass, hass_client, busy))["data"]
    assert data["balance"] is None
    assert data["log"]["counters"]["submitted"] == 2


async def test_diagnostics_come_from_an_account_that_is_disabled(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, busy: MockConfigEntry
) -> None:
    await hass.config_entries.async_set_disabled_by(busy.entry_id, ConfigEntryDisabler.USER)
    data = (await _download(hass, hass_client, busy))["data"]
    assert (data["balance"], data["last_pull"], data["queued_submissions"], data["log"]) == (None, None, None, None)
