"""What the panel reads."""

from contextlib import suppress
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.account import find_account
from tests.simulator import Simulator

from ..conftest import FATHER, MOTHER, PUSH_PATH, STRANGER, USER, issues, make_entry, set_up
from .conftest import Client, Connect, entity_of, recipient_id


async def send(hass: HomeAssistant, message: str, *mobiles: str, **data: Any) -> None:
    """Send as an automation does."""
    data = {"mobiles": list(mobiles), "message": message, **data}
    await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)


async def pull(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)


@pytest.fixture
async def mother(account: MockConfigEntry) -> str:
    return recipient_id(account, "Mother")


@pytest.fixture
async def parents(account: MockConfigEntry) -> str:
    return recipient_id(account, "Parents")


@pytest.fixture
async def filled(hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator) -> None:
    """A text to the group that is answered and delivered to one of the two, and one to a stranger."""
    await hass.config.async_set_time_zone("Asia/Shanghai")
    await admin.call("conversations")
    await send(hass, "Dinner?", recipients=[entity_of(hass, account, "Parents").entity_id])
    link_id = simulator.sent[0].link_id
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    simulator.reply(MOTHER, "Yes", uid=USER, link_id=link_id)
    await pull(hass)
    await send(hass, "Who are you?", STRANGER)


def _brief(answer: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [(each["name"], each["last"]["message"], each["last"]["state"], each["unread"]) for each in answer["conversations"]]


@pytest.mark.usefixtures("filled")
async def test_conversations_are_listed(admin: Client, account: MockConfigEntry, parents: str) -> None:
    # It is queried a moment after a send, or now.
    await account.runtime_data.balance.async_refresh()
    answer = await admin.call("conversations")
    assert _brief(answer) == [(STRANGER, "Who are you?", "accepted", 0), ("Parents", "Yes", "received", 1)]
    assert answer["counts"] == {"unread": 1, "failed": 0, "waiting": 0, "unreadable": 0}
    assert not answer["has_more"]
    (about,) = answer["accounts"]
    assert (about["name"], about["balance"], about["can_send_to_numbers"]) == (account.title, 497, True)
    assert about["push_url"].endswith("/api/webhook/a-secret-path")
    assert (about["queued"], about["unreachable_since"], about["problem"]) == (0, None, None)
    assert [(each["name"], each["mobiles"]) for each in answer["recipients"]] == [
        ("Mother", [MOTHER]),
        ("Parents", [MOTHER, FATHER]),
    ]
    last = answer["conversations"][1]
    assert (last["conversation_id"], last["kind"], last["entity_id"]) == (parents, "recipient", "notify.parents")
    assert answer["conversations"][0]["conversation_id"] == f"mobile:{STRANGER}"


@pytest.mark.usefixtures("filled")
async def test_a_list_comes_in_pages(admin: Client) -> None:
    first = await admin.call("conversations", limit=1)
    assert first["has_more"]
    second = await admin.call("conversations", limit=1, before=first["conversations"][0]["cursor"])
    assert [_brief(first)[0][0], _brief(second)[0][0], second["has_more"]] == [STRANGER, "Parents", False]
    assert second["recipients"] is None


@pytest.mark.parametrize("before", ["nonsense", "[]", '{"a": "b"}'])
async def test_a_cursor_that_is_none_is_refused(admin: Client, before: str) -> None:
    assert (await admin.call("conversations", before=before))["code"] == "not_found"


@pytest.mark.usefixtures("filled")
async def test_lists_are_filtered(hass: HomeAssistant, admin: Client, simulator: Simulator) -> None:
    assert _brief(await admin.call("conversations", filter="unread"))[0][0] == "Parents"
    assert _brief(await admin.call("conversations", filter="failed")) == []
    assert _brief(await admin.call("conversations", filter="unreadable")) == []
    simulator.report(STRANGER, "EXPIRED", uid=USER, link_id=simulator.sent[1].link_id)
    simulator.garbage("13800000001/no/record", uid=USER)
    with suppress(HomeAssistantError):
        await pull(hass)
    assert _brief(await admin.call("conversations", filter="failed")) == [(STRANGER, "Who are you?", "expired", 0)]
    answer = await admin.call("conversations", filter="unreadable")
    assert [(each["kind"], each["can_send"]) for each in answer["conversations"]] == [("unreadable", False)]
    assert answer["counts"]["unreadable"] == 1


@pytest.mark.usefixtures("filled")
async def test_a_thread_has_everything(admin: Client, account: MockConfigEntry, parents: str) -> None:
    thread = await admin.call("thread", config_entry_id=account.entry_id, conversation_id=parents)
    text, reply = thread["items"]
    assert (text["direction"], text["message"], text["mobile"]) == ("out", "Dinner?", None)
    assert [(each["mobile"], each["state"], each["code"]) for each in text["numbers"]] == [
        (MOTHER, "delivered", "DELIVRD"),
        (FATHER, "accepted", "000"),
    ]
    assert [step["state"] for step in text["numbers"][0]["history"]] == ["submitting", "accepted", "delivered"]
    assert (reply["direction"], reply["message"], reply["mobile"], reply["source"]) == ("in", "Yes", MOTHER, "pull")
    assert reply["in_reply_to"]["id"] == text["id"]
    assert reply["numbers"] == []
    assert (thread["has_older"], thread["has_newer"], thread["charset"]) == (False, False, "utf-8")
    assert thread["read_up_to"] == reply["id"] - 1
    by_text = await admin.call("thread", config_entry_id=account.entry_id, item_id=text["id"], limit=1)
    assert [item["id"] for item in by_text["items"]] == [reply["id"]]
    by_entity = await admin.call("thread", entity_id="notify.parents", since="2020-01-01T00:00:00+08:00")
    assert by_entity["items"] == thread["items"]


async def test_a_text_that_is_tried_for_ever_is_shown(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, simulator: Simulator
) -> None:
    """After a text with a `retry_for` of thousands of years its conversation said "Unknown error", for good."""
    await hass.config.async_set_time_zone("Pacific/Auckland")
    await send(hass, "For ever", STRANGER, retry_for={"days": 900_000_000})
    where = {"config_entry_id": account.entry_id, "conversation_id": f"mobile:{STRANGER}"}
    (item,) = (await admin.call("thread", **where))["items"]
    assert item["message"] == "For ever"


@pytest.mark.usefixtures("filled")
async def test_what_was_read_is_read(admin: Client, account: MockConfigEntry, parents: str) -> None:
    where = {"config_entry_id": account.entry_id, "conversation_id": parents}
    thread = await admin.call("thread", **where)
    assert await admin.call("read", **where, up_to=thread["items"][-1]["id"]) is None
    assert (await admin.call("conversations"))["counts"]["unread"] == 0


async def test_unreadable_content_is_explained_and_settled(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, hass_client: ClientSessionGenerator
) -> None:
    """The panel gave the reason as "no mobile", though all else was in Chinese."""
    client = await hass_client()
    async with client.post(PUSH_PATH, data=f"Class=mo&SmsName={USER}&Message=Yes") as response:
        assert response.status == 200
    await hass.async_block_till_done()
    assert issues(hass) == ["quarantine"]
    where = {"config_entry_id": account.entry_id, "conversation_id": "unreadable"}
    (item,) = (await admin.call("thread", **where, language="zh-Hans"))["items"]
    assert item["reason"] == "推送中没有手机号（参数 Mobile）。"
    await admin.call("read", **where, up_to=item["id"])
    await hass.async_block_till_done()
    assert issues(hass) == []


@pytest.mark.usefixtures("filled")
async def test_words_names_and_numbers_are_found(admin: Client, parents: str) -> None:
    answer = await admin.call("search", query=" dinner ")
    assert [(hit["name"], hit["conversation_id"], hit["preview"]["message"]) for hit in answer["hits"]] == [
        ("Parents", parents, "Dinner?")
    ]
    assert answer["conversations"] == []
    by_name = await admin.call("search", query="paRENTS")
    assert ([each["name"] for each in by_name["conversations"]], by_name["hits"]) == (["Parents"], [])
    by_number = await admin.call("search", query="139 0000")
    assert [each["name"] for each in by_number["conversations"]] == [STRANGER]
    assert await admin.call("search", query=" ") == {"conversations": [], "hits": [], "has_more": False}
    first = await admin.call("search", query="e", limit=1)
    assert first["has_more"]
    second = await admin.call("search", query="e", limit=1, before=first["hits"][0]["cursor"])
    assert second["hits"][0]["preview"]["id"] != first["hits"][0]["preview"]["id"]
    assert second["conversations"] == []


@pytest.mark.parametrize(
    "where",
    [
        {"config_entry_id": None},
        {"config_entry_id": "no account", "conversation_id": "x"},
        {"conversation_id": "no recipient"},
        {"conversation_id": None},
        {"item_id": 1},
        {"entity_id": "notify.unknown"},
    ],
)
async def test_what_does_not_exist_is_not_found(admin: Client, account: MockConfigEntry, where: dict[str, Any]) -> None:
    answer = await admin.call("thread", **{"config_entry_id": account.entry_id, **where})
    assert answer["code"] == "not_found"
    assert answer["message"].startswith("This conversation does not exist")


async def test_errors_come_in_the_users_language(admin: Client) -> None:
    assert "对话" in (await admin.call("thread", language="zh-Hans"))["message"]
    assert (await admin.call("thread", language="tlh"))["message"].startswith("This")


@pytest.mark.usefixtures("filled")
async def test_a_son_sees_his_mother_alone(
    hass: HomeAssistant, account: MockConfigEntry, son: User, connect: Connect, mother: str, parents: str
) -> None:
    client = await connect(son)
    await send(hass, "For her alone", recipients=["notify.mother"])
    answer = await client.call("conversations")
    assert [each["name"] for each in answer["conversations"]] == ["Mother"]
    assert [each["name"] for each in answer["recipients"]] == ["Mother"]
    (about,) = answer["accounts"]
    assert (about["balance"], about["push_url"], about["can_send_to_numbers"]) == (None, None, False)
    entry_id = account.entry_id
    assert (await client.call("thread", config_entry_id=entry_id, conversation_id=mother))["items"]
    for conversation in (parents, f"mobile:{STRANGER}", "unreadable"):
        where = {"config_entry_id": entry_id, "conversation_id": conversation}
        assert (await client.call("thread", **where))["code"] == "not_found"
        assert (await client.call("read", **where, up_to=1))["code"] == "not_found"
        assert (await client.call("subscribe", **where))["code"] == "not_found"
    assert [hit["name"] for hit in (await client.call("search", query="e"))["hits"]] == ["Mother"]
    assert [each["name"] for each in (await client.call("search", query="13"))["conversations"]] == ["Mother"]
    assert _brief(await client.call("conversations", filter="unread")) == []
    assert _brief(await client.call("conversations", filter="unreadable")) == []
    assert (await client.call("export"))["code"] == "unauthorized"
    er.async_get(hass).async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    answer = await client.call("conversations")
    assert (answer["accounts"], answer["conversations"], answer["recipients"]) == ([], [], [])


@pytest.mark.usefixtures("filled")
async def test_a_user_sees_all_recipients_and_a_reader_none(
    account: MockConfigEntry, user: User, reader: User, connect: Connect
) -> None:
    answer = await (await connect(user)).call("conversations")
    assert [each["name"] for each in answer["conversations"]] == ["Parents"]
    assert (await (await connect(reader)).call("conversations"))["conversations"] == []


@pytest.mark.usefixtures("filled")
async def test_two_accounts_are_one_list(
    hass: HomeAssistant, admin: Client, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    freezer.tick(1)
    await send(hass, "From the other", STRANGER, config_entry_id=other.entry_id)
    freezer.tick(1)
    await send(hass, "Once more", "13900000010", config_entry_id=admin_entry(hass, other))
    found: list[str] = []
    before = None
    while True:
        answer = await admin.call("conversations", limit=1, before=before)
        found += [each["last"]["message"] for each in answer["conversations"]]
        if not answer["has_more"]:
            break
        before = answer["conversations"][-1]["cursor"]
    assert found == ["Once more", "From the other", "Who are you?", "Yes"]
    assert [hit["preview"]["message"] for hit in (await admin.call("search", query="o"))["hits"]] == [
        "Once more",
        "From the other",
        "Who are you?",
    ]


def admin_entry(hass: HomeAssistant, other: MockConfigEntry) -> str:
    """The id of the first account."""
    return next(each.entry_id for each in hass.config_entries.async_entries("smsadmin") if each is not other)


@pytest.mark.usefixtures("filled")
async def test_a_log_that_does_not_work_is_said_to_be_so(hass: HomeAssistant, admin: Client, account: MockConfigEntry) -> None:
    """Texts go out nevertheless, but there was no field to write them in."""
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    words = "The message log does not work. See Settings > System > Repairs."
    listed = await admin.call("conversations")
    assert ([each["log_error"] for each in listed["accounts"]], listed["conversations"]) == ([words], [])
    assert [each["name"] for each in listed["recipients"]] == ["Mother", "Parents"]
    thread = await admin.call("thread", entity_id="notify.mother")
    assert (thread["log_error"], thread["items"]) == (words, [])
    assert (thread["conversation"]["name"], thread["conversation"]["can_send"]) == ("Mother", True)
    answer = await admin.call("search", query="Dinner")
    assert (answer["code"], answer["message"]) == ("log_failed", words)


@pytest.mark.usefixtures("filled")
async def test_an_account_whose_log_does_not_work_is_named(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, user: User, connect: Connect
) -> None:
    """Beside an account that works, its conversations were just missing; other users have no repairs to look at."""
    other = make_entry(simulator, data={"webhook_id": "another"})
    await set_up(hass, other)
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    listed = await (await connect(user)).call("conversations")
    words = "The message log does not work. Please tell an administrator."
    errors = {each["config_entry_id"]: each["log_error"] for each in listed["accounts"]}
    assert errors == {account.entry_id: words, other.entry_id: None}
    assert listed["conversations"] == []
