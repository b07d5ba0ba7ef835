"""Pushes: what comes to the webhook, how it is answered, and the events that it becomes."""

from typing import Any
from urllib.parse import quote

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.http import KEY_HASS
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.smsadmin.message_log.models import MessageFilter, MessageState
from tests.simulator import Simulator

from .conftest import MOTHER, STRANGER, USER, WEBHOOK_ID, account_of, issues, make_entry, set_up, state_of

type Http = TestClient[Any, Any]

PATH = f"/api/webhook/{WEBHOOK_ID}"
LINK_ID = "20140316192678945632"
REPLY = {"Class": "mo", "SmsName": USER, "Mobile": MOTHER, "Message": "收到，谢谢", "LinkId": LINK_ID}
REPORT = {"Class": "rpt", "SmsName": USER, "Mobile": MOTHER, "LinkId": LINK_ID, "Report": "DELIVRD"}


def _form(fields: dict[str, str], charset: str = "utf-8") -> str:
    return "&".join(f"{name}={quote(value, encoding=charset)}" for name, value in fields.items())


async def _push(http: Http, query: str = "", **request: Any) -> tuple[int, str]:
    """Push, and wait until everything in it is published."""
    async with http.request(request.pop("method", "POST"), URL(f"{PATH}?{query}", encoded=True), **request) as response:
        assert response.content_type == "text/plain"
        answer = response.status, await response.text()
    await http.app[KEY_HASS].async_block_till_done()
    return answer


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
@pytest.mark.parametrize("place", ["query", "query of a GET", "body", "both"])
async def test_a_reply_becomes_an_event(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], charset: str, place: str
) -> None:
    form = _form(REPLY, charset)
    answer = await _push(
        http,
        "" if place == "body" else form,
        method="GET" if place == "query of a GET" else "POST",
        data=form.encode() if place in ("body", "both") else None,
    )
    assert answer == (200, "000")
    (event,) = events
    assert event.event_type == "smsadmin_reply"
    data = dict(event.data)
    assert len(data.pop("message_id")) == 32
    assert data.pop("received_at").endswith(("-08:00", "-07:00"))
    assert data.pop("device_id") == device_id(hass, "notify.mother")
    assert data == {
        "config_entry_id": account.entry_id,
        "account": USER,
        "mobile": MOTHER,
        "message": "收到，谢谢",
        "link_id": LINK_ID,
        "sub_code": None,
        "replied_at": None,
        "source": "push",
        "recipient": "Mother",
        "entity_id": "notify.mother",
        "in_reply_to": None,
    }


async def test_a_report_becomes_an_event(hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]) -> None:
    assert await _push(http, _form(REPORT)) == (200, "000")
    (event,) = events
    assert event.event_type == "smsadmin_delivery_report"
    data = {name: value for name, value in event.data.items() if name not in ("message_id", "received_at", "device_id")}
    assert data == {
        "config_entry_id": account.entry_id,
        "account": USER,
        "mobile": MOTHER,
        "link_id": LINK_ID,
        "status": "DELIVRD",
        "outcome": "delivered",
        "reported_at": None,
        "source": "push",
        "recipient": "Mother",
        "entity_id": "notify.mother",
        "message": None,
    }


def device_id(hass: HomeAssistant, entity_id: str) -> str | None:
    entity = er.async_get(hass).async_get(entity_id)
    assert entity
    return entity.device_id


async def test_each_event_has_an_id_of_its_own(account: MockConfigEntry, http: Http, events: list[Event]) -> None:
    await _push(http, _form(REPLY))
    await _push(http, _form(REPLY))
    assert len({event.data["message_id"] for event in events}) == 2


async def test_the_declared_charset_is_believed(account: MockConfigEntry, http: Http, events: list[Event]) -> None:
    await _push(
        http,
        data=_form({**REPLY, "Message": "лл"}).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
    )
    await _push(http, data=_form({**REPLY, "Message": "лл"}).encode())
    await _push(
        http,
        data=_form(REPLY, "gb2312").encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=no-such-charset"},
    )
    assert [event.data["message"] for event in events] == ["лл", "谢谢", "收到，谢谢"]


async def test_earlier_replies_decide_the_charset_over_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event]
) -> None:
    """Bytes that mean one thing in UTF-8 and another one in GB2312 were read differently after each restart."""
    ambiguous = _form({**REPLY, "Message": "·"})
    for charset in ("utf-8", "gb2312"):
        await _push(http, _form(REPLY, charset))
        await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
        await hass.config_entries.async_set_disabled_by(account.entry_id, None)
        await _push(http, ambiguous)
    assert [event.data["message"] for event in events[1::2]] == ["·", "路"]


async def test_the_event_entities_follow(hass: HomeAssistant, account: MockConfigEntry, http: Http) -> None:
    await _push(http, _form({**REPLY, "Mobile": STRANGER}))
    await hass.async_block_till_done()
    state = state_of(hass, "event.smsadmin_reply")
    assert state.attributes["event_type"] == "received"
    assert state.attributes["message"] == "收到，谢谢"
    assert "account" not in state.attributes
    assert state_of(hass, "event.mother_reply").state == "unknown"

    await _push(http, _form(REPLY))
    await _push(http, _form({**REPORT, "Report": "网关内部状态"}))
    await hass.async_block_till_done()
    assert state_of(hass, "event.mother_reply").attributes["mobile"] == MOTHER
    assert state_of(hass, "event.parents_reply").attributes["mobile"] == MOTHER
    report = state_of(hass, "event.smsadmin_delivery_report")
    assert report.attributes["event_type"] == report.attributes["outcome"] == "other"
    assert report.attributes["status"] == "网关内部状态"


UNREADABLE = [
    *({name: value for name, value in REPLY.items() if name != left_out} for left_out in REPLY if left_out != "LinkId"),
    {name: value for name, value in REPORT.items() if name != "Report"},
    {**REPLY, "Class": "mms"},
    {**REPLY, "Mobile": "unknown"},
]


@pytest.mark.parametrize("fields", UNREADABLE)
async def test_an_unreadable_push_is_taken_and_reported_once(
    account: MockConfigEntry, http: Http, events: list[Event], caplog: pytest.LogCaptureFixture, fields: dict[str, str]
) -> None:
    assert await _push(http, _form(fields)) == (200, "000")
    assert events == []
    assert caplog.text.count("could not be read") == 1


async def test_a_contradictory_push_is_no_event(account: MockConfigEntry, http: Http, events: list[Event]) -> None:
    assert await _push(http, _form(REPLY), data=_form({**REPLY, "Message": "No"}).encode()) == (200, "000")
    assert events == []


@pytest.mark.parametrize("user", ["police", ""])
async def test_the_push_of_another_user_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, http: Http, events: list[Event], user: str
) -> None:
    for _ in range(2):
        assert await _push(http, _form({**REPLY, "SmsName": user})) == (403, "Forbidden")
    assert events == []
    assert issues(hass) == ["foreign_pushes"]
    (message,) = await account_of(hass, account).log.find(MessageFilter())
    assert message.state is MessageState.QUARANTINED


async def test_nothing_is_taken_by_an_account_that_is_off_or_disabled(
    hass: HomeAssistant, simulator: Simulator, http: Http, events: list[Event]
) -> None:
    entry = make_entry(simulator, mode="off")
    await set_up(hass, entry)
    assert (await _push(http, _form(REPLY)))[0] == 503
    hass.config_entries.async_update_entry(entry, options={"mode": "push"})
    await hass.async_block_till_done()
    assert (await _push(http, _form(REPLY)))[0] == 200
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert (await _push(http, _form(REPLY)))[0] == 503
    assert len(events) == 1
