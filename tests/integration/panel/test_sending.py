"""What the panel sends and cancels."""

import asyncio
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.panel import sending
from tests.message_log.conftest import Faults
from tests.simulator import Simulator

from ..conftest import FATHER, MOTHER, STRANGER, USER, make_entry, set_up
from ..sending import eventually, submissions
from .conftest import Client, Connect, recipient_id


def _ref(entry: MockConfigEntry, conversation: str) -> dict[str, Any]:
    return {"conversations": [{"config_entry_id": entry.entry_id, "conversation_id": conversation}]}


@pytest.fixture
def parents(account: MockConfigEntry) -> dict[str, Any]:
    return _ref(account, recipient_id(account, "Parents"))


async def test_a_text_goes_to_a_conversation(admin: Client, simulator: Simulator, parents: dict[str, Any]) -> None:
    answer = await admin.call("send", **parents)
    assert (answer["errors"], answer["accepted"], answer["conversations"]) == ([], 2, parents["conversations"])
    assert [(sms.mobiles, sms.text) for sms in simulator.sent] == [((MOTHER, FATHER), "Hello")]
    thread = await admin.call("thread", **parents["conversations"][0])
    assert thread["items"][0]["call_id"] == "a-call"


async def test_a_text_whose_answer_was_lost_is_sent_once(
    hass: HomeAssistant, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    first = await admin.call("send", **parents)
    assert await admin.call("send", **parents) == first
    hass.data[sending._CALLS].clear()
    assert await admin.call("send", **parents) == first
    assert len(simulator.sent) == 1
    simulator.report(MOTHER, "EXPIRED", uid=USER, link_id=simulator.sent[0].link_id)


async def test_results_of_calls_are_forgotten_in_the_end(
    hass: HomeAssistant, admin: Client, parents: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MAX_CALLS", 1)
    for call_id in ("one", "two"):
        assert (await admin.call("send", **parents, call_id=call_id))["accepted"] == 2
    assert [call_id for _, call_id in hass.data[sending._CALLS]] == ["two"]


async def test_a_text_goes_to_numbers(account: MockConfigEntry, admin: Client, simulator: Simulator) -> None:
    answer = await admin.call("send", config_entry_id=account.entry_id, mobiles=[f"+86 {STRANGER}", "0085212345678"])
    assert [each["conversation_id"] for each in answer["conversations"]] == [f"mobile:{STRANGER}", "mobile:85212345678"]
    again = await admin.call("send", **_ref(account, "mobile:85212345678"), call_id="b")
    assert again["accepted"] == 1
    assert [sms.mobiles for sms in simulator.sent] == [(STRANGER, "0085212345678"), ("0085212345678",)]
    new = await admin.call("send", **_ref(account, "mobile:13900000001"), call_id="c")
    assert new["conversations"] == _ref(account, "mobile:13900000001")["conversations"]


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"message": " "}, "message", "The text is empty."),
        ({"send_at": "2020-01-01T00:00:00+08:00"}, "send_at", "This time has passed."),
        ({"send_at": "soon"}, "send_at", "This is not a time. Write it like 2026-12-31 08:00:00."),
        ({"conversations": []}, "recipients", "There is no recipient and no number to send to."),
        ({"mobiles": ["12"]}, "mobiles", "12 is not a phone number."),
    ],
)
async def test_mistakes_are_shown_at_the_field(
    account: MockConfigEntry,
    admin: Client,
    simulator: Simulator,
    parents: dict[str, Any],
    data: dict[str, Any],
    field: str,
    words: str,
) -> None:
    request = {**parents, "config_entry_id": account.entry_id, **data}
    answer = await admin.call("send", **request)
    assert answer["errors"] == [{"field": field, "message": words}]
    assert simulator.sent == []
    # A mistake that was corrected is no second text of the same call.
    assert (await admin.call("send", **parents))["accepted"] == 2


async def test_mistakes_are_shown_in_chinese(admin: Client, account: MockConfigEntry) -> None:
    answer = await admin.call("send", config_entry_id=account.entry_id, mobiles=["12"], language="zh-Hans")
    assert answer["errors"][0]["message"] == "手机号：12 不是有效的手机号。"


async def test_a_failed_text_is_sent_again_as_it_was(
    account: MockConfigEntry, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    await admin.call("send", **parents, config_entry_id=account.entry_id, mobiles=[STRANGER], message="【Fire】Hello")
    thread = await admin.call("thread", **parents["conversations"][0])
    father = thread["items"][0]["numbers"][1]
    bare = (await admin.call("thread", config_entry_id=account.entry_id, conversation_id=f"mobile:{STRANGER}"))["items"][0]
    ids = [father["message_id"], bare["numbers"][0]["message_id"]]
    again = {"config_entry_id": account.entry_id, "message": ""}
    assert (await admin.call("send", **again, message_ids=ids, call_id="again"))["accepted"] == 2
    assert {mobile for sms in simulator.sent[1:] for mobile in sms.mobiles} == {FATHER, STRANGER}
    assert {sms.text for sms in simulator.sent} == {"【Fire】Hello"}
    assert (await admin.call("send", **again, message_ids=["none"], call_id="c"))["code"] == "not_found"


async def test_a_son_writes_to_his_mother_alone(
    account: MockConfigEntry,
    admin: Client,
    son: User,
    connect: Connect,
    simulator: Simulator,
    parents: dict[str, Any],
) -> None:
    client = await connect(son)
    mother = _ref(account, recipient_id(account, "Mother"))
    assert (await client.call("send", **mother))["accepted"] == 1
    assert (await client.call("send", **parents, call_id="b"))["code"] == "not_found"
    assert (await client.call("send", **_ref(account, "unreadable"), call_id="c"))["code"] == "not_found"
    to_number = {"config_entry_id": account.entry_id, "mobiles": [STRANGER], "call_id": "d"}
    assert (await client.call("send", **to_number))["code"] == "unauthorized"
    await admin.call("send", **parents, call_id="e")
    theirs = (await admin.call("thread", **parents["conversations"][0]))["items"][0]["numbers"][0]["message_id"]
    again = {"config_entry_id": account.entry_id, "message_ids": [theirs], "call_id": "f"}
    assert (await client.call("send", **again))["code"] == "not_found"
    assert len(simulator.sent) == 2
    # The result of another user's call is not sent.
    assert (await client.call("send", **mother, call_id="e"))["accepted"] == 1


async def test_a_text_goes_out_while_the_log_does_not_work(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    assert (await admin.call("send", **_ref(account, f"mobile:{STRANGER}")))["accepted"] == 1
    assert simulator.sent[0].mobiles == (STRANGER,)


async def test_a_text_is_sent_again_while_another_log_does_not_work(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    """A failed text could not be sent again, as the message log of another account was broken."""
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    broken = find_account(hass, account.entry_id)
    assert broken
    to_stranger = {"config_entry_id": other.entry_id, "mobiles": [STRANGER]}
    await admin.call("send", **to_stranger)
    thread = await admin.call("thread", config_entry_id=other.entry_id, conversation_id=f"mobile:{STRANGER}")
    await broken.log.close()
    ids = [thread["items"][0]["numbers"][0]["message_id"]]
    assert (await admin.call("send", config_entry_id=other.entry_id, message_ids=ids, call_id="again"))["accepted"] == 1


async def test_numbers_of_two_accounts_are_refused_before_anything_is_sent(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    """The second account refused the text, and that the first had sent it was not said."""
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    request = {**_ref(account, f"mobile:{STRANGER}"), "config_entry_id": other.entry_id, "mobiles": [MOTHER]}
    assert [error["field"] for error in (await admin.call("send", **request))["errors"]] == ["account"]
    assert simulator.sent == []


async def _under_way(
    hass: HomeAssistant, admin: Client, simulator: Simulator, request: dict[str, Any]
) -> tuple[asyncio.Task[dict[str, Any]], asyncio.Event]:
    """Send a text, and let the platform have it; the platform answers once the event is set."""
    release = simulator.hold("submit")
    sending = hass.async_create_task(admin.call("send", **request))
    await eventually(lambda: submissions(simulator))
    return sending, release


async def test_a_text_whose_recipient_was_removed_meanwhile_is_sent(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    """The text had gone out, and was said to be about a conversation that does not exist."""
    sending, release = await _under_way(hass, admin, simulator, parents)
    hass.config_entries.async_remove_subentry(account, recipient_id(account, "Parents"))
    release.set()
    answer = await sending
    assert (answer["errors"], answer["accepted"]) == ([], 2)
    assert [each["conversation_id"] for each in answer["conversations"]] == [recipient_id(account, "Mother"), f"mobile:{FATHER}"]


async def test_a_text_whose_account_is_removed_meanwhile_is_no_error(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    sending, release = await _under_way(hass, admin, simulator, parents)
    removing = hass.async_create_task(hass.config_entries.async_remove(account.entry_id))
    await eventually(lambda: hass.config_entries.async_get_entry(account.entry_id) is None)
    release.set()
    answer = await sending
    await removing
    assert (answer["errors"], answer["conversations"]) == ([], [])


async def test_the_daily_limit_is_named_where_the_text_is_written(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, parents: dict[str, Any]
) -> None:
    """The text came back into its field without a word, as the error belonged to a field that was not shown."""
    hass.config_entries.async_update_entry(account, options={**account.options, "daily_limit": 1})
    (error,) = (await admin.call("send", **parents))["errors"]
    assert error["field"] == "message"
    assert "1" in error["message"]


async def test_nothing_is_sent_to_what_could_not_be_read(account: MockConfigEntry, admin: Client) -> None:
    assert (await admin.call("send", **_ref(account, "unreadable")))["code"] == "not_found"


async def test_what_waits_is_cancelled(
    account: MockConfigEntry, admin: Client, son: User, connect: Connect, simulator: Simulator, parents: dict[str, Any]
) -> None:
    await simulator.stop()
    answer = await admin.call("send", **parents)
    assert answer["queued"] == 2
    listed = await admin.call("conversations", filter="waiting")
    assert (listed["counts"]["waiting"], listed["accounts"][0]["queued"]) == (1, 2)
    thread = await admin.call("thread", **parents["conversations"][0])
    ids = [number["message_id"] for number in thread["items"][0]["numbers"]]
    assert thread["items"][0]["expires_at"]
    request = {"config_entry_id": account.entry_id, "message_ids": ids}
    assert (await (await connect(son)).call("cancel", **request))["code"] == "not_found"
    assert await admin.call("cancel", **request) == {"cancelled": 2}
    assert (await admin.call("cancel", **request))["code"] == "not_queued"


async def test_who_may_write_to_mother_cancels_what_waits_for_her(
    account: MockConfigEntry, son: User, connect: Connect, simulator: Simulator
) -> None:
    await simulator.stop()
    mother = _ref(account, recipient_id(account, "Mother"))
    client = await connect(son)
    assert (await client.call("send", **mother))["queued"] == 1
    thread = await client.call("thread", **mother["conversations"][0])
    ids = [number["message_id"] for number in thread["items"][0]["numbers"]]
    assert await client.call("cancel", config_entry_id=account.entry_id, message_ids=ids) == {"cancelled": 1}


async def test_what_waits_in_memory_is_cancelled(
    hass: HomeAssistant,
    faults: Faults,
    account: MockConfigEntry,
    admin: Client,
    son: User,
    connect: Connect,
    simulator: Simulator,
    parents: dict[str, Any],
) -> None:
    """The message log did not work, and the panel could not call the text off."""
    announced = async_capture_events(hass, "smsadmin_message")
    await simulator.stop()
    faults.fail()
    assert (await admin.call("send", **parents))["queued"] == 2
    request = {"config_entry_id": account.entry_id, "message_ids": [announced[0].data["message_id"]]}
    assert (await (await connect(son)).call("cancel", **request))["code"] == "not_found"
    assert await admin.call("cancel", **request) == {"cancelled": 1}
    assert (await admin.call("cancel", **request))["code"] == "not_queued"


async def test_what_an_earlier_process_sent_may_have_been_reported_on(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator, parents: dict[str, Any]
) -> None:
    await admin.call("send", **parents)
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=simulator.sent[0].link_id)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    hass.data[sending._CALLS].clear()
    assert (await admin.call("send", **parents))["accepted"] == 2
