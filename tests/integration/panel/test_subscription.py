"""The events that an open panel gets."""

import asyncio
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smsadmin.issues import Problem, raise_issue
from tests.simulator import Simulator

from ..conftest import STRANGER, make_entry, set_up
from .conftest import Client, Connect, recipient_id


async def _events(client: Client) -> list[tuple[str, str]]:
    """What comes next, and all that follows closely."""
    found: list[dict[str, Any]] = [(await client.socket.receive_json(timeout=5))["event"]]
    try:
        while True:
            found.append((await client.socket.receive_json(timeout=0.5))["event"])
    except TimeoutError:
        return [(event["kind"], event["config_entry_id"]) for event in found]


async def _send(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER], "message": "Hello"}, blocking=True)


async def test_an_open_panel_hears_of_texts(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    assert await admin.call("subscribe") is None
    await _send(hass)
    assert ("messages", account.entry_id) in await _events(admin)


async def test_a_closed_panel_hears_nothing(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    where = {"config_entry_id": account.entry_id, "conversation_id": recipient_id(account, "Mother")}
    await admin.call("subscribe", **where)
    await admin.call("subscribe", config_entry_id=account.entry_id)
    await _send(hass)
    for number in (1, 2):
        await admin.socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": number})
        # On a loaded machine an event comes first.
        while (answer := await admin.socket.receive_json())["type"] == "event":
            pass
        assert answer["success"]
    await asyncio.sleep(0.3)
    assert "conversations" in await admin.call("conversations")


async def test_a_panel_hears_of_its_accounts(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    await admin.call("subscribe")
    hass.config_entries.async_update_entry(account, options={**account.options, "signature": "Fire"})
    assert await _events(admin) == [("account", account.entry_id)]
    raise_issue(hass, account, Problem.ACCOUNT_FROZEN)
    assert await _events(admin) == [("account", account.entry_id)]
    er.async_get(hass).async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    assert ("account", account.entry_id) in await _events(admin)
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    assert ("account", other.entry_id) in await _events(admin)
    await hass.config_entries.async_remove(account.entry_id)
    assert ("removed", account.entry_id) in await _events(admin)


async def test_a_card_hears_of_its_account_alone(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    await admin.call("subscribe", config_entry_id=account.entry_id)
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    await hass.config_entries.async_add(MockConfigEntry(domain="other"))
    ir.async_create_issue(hass, "other", "x", is_fixable=False, severity=ir.IssueSeverity.ERROR, translation_key="x")
    hass.config_entries.async_update_entry(account, options={**account.options, "signature": "Fire"})
    assert {entry_id for _, entry_id in await _events(admin)} == {account.entry_id}


async def test_who_may_see_nothing_hears_of_no_text(
    hass: HomeAssistant, account: MockConfigEntry, reader: User, connect: Connect
) -> None:
    client = await connect(reader)
    await client.call("subscribe")
    await _send(hass)
    await asyncio.sleep(0.3)
    hass.config_entries.async_update_entry(account, options={**account.options, "signature": "Fire"})
    assert ("messages", account.entry_id) not in await _events(client)


async def test_the_account_shows_what_is_wrong(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    account.async_start_reauth(hass)
    await hass.async_block_till_done()
    assert (await admin.call("conversations"))["accounts"][0]["problem"] == "Wrong user ID or password (code 101)."
    raise_issue(hass, account, Problem.ACCOUNT_FROZEN)
    raise_issue(hass, account, Problem.PLATFORM_UNREACHABLE, number="1", since="now")
    hass.config_entries.async_update_entry(account, options={**account.options, "mode": "pull"})
    (about,) = (await admin.call("conversations", language="zh-Hans"))["accounts"]
    assert about["push_url"] is None
    assert (about["problem"], about["unreachable_since"]) == ("短信账户已冻结", None)
