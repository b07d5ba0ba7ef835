"""Attempts that outlive their callers, accounts that are removed during an attempt, and unexpected errors."""

import asyncio
import sqlite3
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.gateway.client import GatewayClient
from custom_components.smsadmin.outbound import sender
from tests.simulator import Simulator

from .conftest import MOTHER, USER
from .sending import eventually, send, states, submissions


async def test_a_send_outlives_the_call_that_started_it(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.accounts[USER].balance += 5000
    task = hass.async_create_task(send(hass, mobiles=[str(13_800_000_000 + number) for number in range(2000)]))
    await eventually(lambda: submissions(simulator))
    task.cancel()
    await hass.async_block_till_done()
    assert task.cancelled()
    assert [len(sent.mobiles) for sent in simulator.sent] == [1000, 1000]


async def test_a_stop_waits_for_the_answer_to_what_is_being_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    release = simulator.hold("submit")
    sending = hass.async_create_task(send(hass))
    await eventually(lambda: submissions(simulator))
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    waiting = hass.async_create_task(hass.async_block_till_done())
    await asyncio.sleep(0)
    assert not waiting.done()
    release.set()
    await waiting
    assert (await sending)["accepted"] == 1


async def test_a_stop_waits_for_an_account_that_was_just_disabled(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """I disabled the account and restarted: the text was unconfirmed, though the platform had accepted it."""
    release = simulator.hold("submit")
    log = account.runtime_data.account.log
    sending = asyncio.create_task(send(hass))
    await eventually(lambda: submissions(simulator))
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    stopping = asyncio.create_task(hass.async_stop(force=True))
    asyncio.get_running_loop().call_later(0.2, release.set)
    await stopping
    assert (await sending)["accepted"] == 1
    connection = sqlite3.connect(log.path)
    assert connection.execute("SELECT state FROM number").fetchall() == [("accepted",)]
    connection.close()


@pytest.mark.parametrize("is_removed", [False, True])
async def test_a_stop_waits_although_its_caller_has_gone(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, is_removed: bool
) -> None:
    """I disabled the account, enabled it, and restarted at once: the text was unconfirmed, though the platform had accepted it."""
    release = simulator.hold("submit")
    entries = hass.config_entries
    sending = asyncio.create_task(send(hass))
    await eventually(lambda: submissions(simulator))
    if is_removed:
        caller: asyncio.Task[Any] = asyncio.create_task(entries.async_remove(account.entry_id))
        await eventually(lambda: find_account(hass, account.entry_id) is None)
    else:
        await entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
        caller = asyncio.create_task(entries.async_set_disabled_by(account.entry_id, None))
        await eventually(lambda: account.state is ConfigEntryState.SETUP_IN_PROGRESS)
    stopping = asyncio.create_task(hass.async_stop(force=True))
    # Home Assistant cancels what a browser has asked for.
    caller.cancel()
    asyncio.get_running_loop().call_later(0.2, release.set)
    await stopping
    assert (await sending)["accepted"] == 1


async def test_an_account_disabled_while_it_is_being_enabled_stays_so(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """While a slow text was under way I disabled, enabled and disabled the account: the log had a KeyError."""
    release = simulator.hold("submit")
    sending = asyncio.create_task(send(hass))
    await eventually(lambda: submissions(simulator))
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    enabling = asyncio.create_task(hass.config_entries.async_set_disabled_by(account.entry_id, None))
    await eventually(lambda: account.state is ConfigEntryState.SETUP_IN_PROGRESS)
    disabling = asyncio.create_task(hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER))
    await eventually(lambda: account.disabled_by is not None)
    release.set()
    await asyncio.gather(enabling, disabling)
    assert (await sending)["accepted"] == 1
    assert account.state is ConfigEntryState.NOT_LOADED
    assert find_account(hass, account.entry_id) is None
    assert "KeyError" not in caplog.text
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    assert await states(hass) == ["accepted"]


async def test_a_removed_account_starts_no_reauthentication(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    release = simulator.hold("submit")
    simulator.fault("submit", "code:101")
    sending = hass.async_create_task(send(hass))
    await eventually(lambda: submissions(simulator))
    removing = hass.async_create_task(hass.config_entries.async_remove(account.entry_id))
    await eventually(lambda: hass.config_entries.async_get_entry(account.entry_id) is None)
    release.set()
    with pytest.raises(HomeAssistantError):
        await sending
    await removing
    assert hass.config_entries.flow.async_progress() == []
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize(("has_left", "state"), [(False, "queued"), (True, "unconfirmed")])
async def test_an_unexpected_error_is_no_lost_text(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    has_left: bool,
    state: str,
) -> None:
    async def fail(client: GatewayClient, submission: Any, *, on_connected: Any) -> None:
        if has_left:
            await on_connected()
        raise ZeroDivisionError(MOTHER)

    with monkeypatch.context() as patch:
        patch.setattr(GatewayClient, "submit", fail)
        if has_left:
            with pytest.raises(HomeAssistantError, match="unconfirmed: 1"):
                await send(hass)
        else:
            assert (await send(hass))["queued"] == 1
        assert await states(hass) == [state]
    assert "Unexpected error while submitting: ZeroDivisionError" in caplog.text


async def test_activity_remembers_no_more_than_it_needs(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "_MAX_ANNOUNCED", 1)
    events = async_capture_events(hass, "smsadmin_message")
    await send(hass)
    await send(hass, recipients="notify.mother", mobiles="13700000000")
    assert [event.data["recipient"] for event in events] == [None, "Mother", None]
