"""The events that an open panel gets."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smsadmin.issues.problems import Problem, raise_issue
from custom_components.smsadmin.panel import subscription
from tests.simulator import Simulator

from ..conftest import STRANGER, make_entry, set_up
from .conftest import Client, Connect, recipient_id


async def _next(client: Client, seconds: float = 60.0) -> tuple[str, str]:
    """The next event."""
    event = await client.event(seconds)
    return event["kind"], event["config_entry_id"]


async def _events(client: Client) -> set[tuple[str, str]]:
    """What comes next, and all that follows closely."""
    found = {await _next(client)}
    with suppress(TimeoutError):
        while True:
            found.add(await _next(client, 0.5))
    return found


async def _until(client: Client, kind: str, entry_id: str) -> None:
    """Wait for an event, and pass over those before it."""
    while await _next(client) != (kind, entry_id):
        pass


async def _send(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER], "message": "Hello"}, blocking=True)


async def test_an_open_panel_hears_of_texts(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    assert await admin.call("subscribe") is None
    await _send(hass)
    await _until(admin, "messages", account.entry_id)


async def test_a_closed_panel_hears_nothing(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "DELAY", 60.0)
    where = {"config_entry_id": account.entry_id, "conversation_id": recipient_id(account, "Mother")}
    await admin.call("subscribe", **where)
    await admin.call("subscribe", config_entry_id=account.entry_id)
    await _send(hass)
    for number in (1, 2):
        assert await admin.command("unsubscribe_events", subscription=number) is None
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
    assert "conversations" in await admin.call("conversations")
    with pytest.raises(TimeoutError):
        await admin.event(0.1)


async def test_a_panel_hears_of_its_accounts(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    await admin.call("subscribe")
    hass.config_entries.async_update_entry(account, options={**account.options, "signature": "Fire"})
    assert await _events(admin) == {("account", account.entry_id)}
    raise_issue(hass, account, Problem.ACCOUNT_FROZEN)
    assert await _events(admin) == {("account", account.entry_id)}
    er.async_get(hass).async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    await _until(admin, "account", account.entry_id)
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    await _until(admin, "account", other.entry_id)
    await hass.config_entries.async_remove(account.entry_id)
    await _until(admin, "removed", account.entry_id)


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


async def test_a_panel_hears_of_its_users_rights(
    hass: HomeAssistant, account: MockConfigEntry, reader: User, connect: Connect
) -> None:
    """It went on to show what its user may no longer see, and did not show what its user may see now."""
    client = await connect(reader)
    await client.call("subscribe")
    await hass.auth.async_update_user(reader, group_ids=[GROUP_ID_USER])
    assert await _events(client) == {("account", account.entry_id)}
    await hass.auth.async_update_user(await hass.auth.async_create_user("Another"), name="Other")
    await _send(hass)
    assert await _events(client) == {("messages", account.entry_id)}


async def test_who_may_see_nothing_hears_of_no_text(
    hass: HomeAssistant, account: MockConfigEntry, reader: User, connect: Connect
) -> None:
    client = await connect(reader)
    await client.call("subscribe")
    await _send(hass)
    await asyncio.sleep(0.3)
    hass.config_entries.async_update_entry(account, options={**account.options, "signature": "Fire"})
    assert ("messages", account.entry_id) not in await _events(client)


async def test_the_account_tells_what_is_wrong(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    account.async_start_reauth(hass)
    await hass.async_block_till_done()
    assert (await admin.call("conversations"))["accounts"][0]["problem"] == "Wrong user ID or password (code 101)."
    raise_issue(hass, account, Problem.ACCOUNT_FROZEN)
    raise_issue(hass, account, Problem.PLATFORM_UNREACHABLE, number="1", since="now")
    hass.config_entries.async_update_entry(account, options={**account.options, "mode": "pull"})
    (about,) = (await admin.call("conversations", language="zh-Hans"))["accounts"]
    assert about["push_url"] is None
    assert (about["problem"], about["unreachable_since"]) == ("短信账户已冻结", None)
