"""The action that reads the message log."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.smsadmin.gateway.models import Submission
from custom_components.smsadmin.message_log.models import MessageState, Outgoing
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, STRANGER, USER


async def _get(hass: HomeAssistant, **data: Any) -> list[dict[str, Any]]:
    response: Any = await hass.services.async_call("smsadmin", "get_messages", data, blocking=True, return_response=True)
    messages: list[dict[str, Any]] = response["messages"]
    return messages


@pytest.fixture
async def link_id(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: FrozenDateTimeFactory) -> str:
    """A text to two phones, one of which answers; then something unreadable, and another text."""
    await hass.config.async_set_time_zone("Asia/Shanghai")
    freezer.move_to("2030-06-01 10:00:00+08:00")
    await _send(hass, [MOTHER, FATHER], "Fire!")
    link_id = simulator.sent[0].link_id
    for receive in (
        lambda: simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id),
        lambda: simulator.reply(MOTHER, "Where?", uid=USER, link_id=link_id),
        lambda: simulator.garbage("no/record/at/all", uid=USER),
    ):
        receive()
        freezer.tick(timedelta(minutes=1))
        with suppress(HomeAssistantError):
            await hass.services.async_call("smsadmin", "receive", blocking=True)
    freezer.tick(timedelta(minutes=1))
    await _send(hass, [STRANGER], "Never mind")
    return link_id


async def _send(hass: HomeAssistant, mobiles: list[str], message: str) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": mobiles, "message": message}, blocking=True)


async def test_a_message_has_all_that_is_known_of_it(hass: HomeAssistant, link_id: str) -> None:
    (message,) = await _get(hass, mobile=f"+86 {MOTHER}", direction="out")
    assert message.pop("message_id")
    assert message == {
        "direction": "out",
        "mobile": MOTHER,
        "recipient": "Mother",
        "message": "Fire!",
        "link_id": link_id,
        "state": "delivered",
        "reason": None,
        "send_at": None,
        "at": "2030-06-01T10:00:00+08:00",
        "history": [
            {"state": "submitting", "status": None, "at": "2030-06-01T10:00:00+08:00", "source": None},
            {"state": "accepted", "status": "000", "at": "2030-06-01T10:00:00+08:00", "source": None},
            {"state": "delivered", "status": "DELIVRD", "at": "2030-06-01T10:01:00+08:00", "source": "pull"},
        ],
        "published": None,
    }


async def test_a_reply_says_whether_its_event_was_fired(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    hass.set_state(CoreState.starting)
    simulator.reply(MOTHER, "Yes", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    assert [message["published"] for message in await _get(hass)] == [False]
    hass.set_state(CoreState.running)
    simulator.reply(MOTHER, "No", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()
    assert [message["published"] for message in await _get(hass)] == [True, True]


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        ({}, ["Never mind", "no/record/at/all", "Where?", "Fire!", "Fire!"]),
        ({"limit": 2}, ["Never mind", "no/record/at/all"]),
        ({"direction": "in"}, ["no/record/at/all", "Where?"]),
        ({"direction": "out"}, ["Never mind", "Fire!", "Fire!"]),
        ({"mobile": FATHER}, ["Fire!"]),
        ({"mobile": MOTHER}, ["Where?", "Fire!"]),
        ({"since": "2030-06-01 10:02:00"}, ["Never mind", "no/record/at/all", "Where?"]),
        ({"since": "2030-06-01T10:02:00+08:00", "until": "2030-06-01 10:03:00"}, ["Where?"]),
        ({"until": "2030-06-01 10:00:00"}, []),
    ],
)
async def test_the_newest_that_match_come_first(
    hass: HomeAssistant, link_id: str, wanted: dict[str, Any], texts: list[str]
) -> None:
    assert [message["message"] for message in await _get(hass, **wanted)] == texts


async def test_a_link_id_finds_a_text_and_the_replies_to_it(hass: HomeAssistant, link_id: str) -> None:
    assert [message["message"] for message in await _get(hass, link_id=link_id)] == ["Where?", "Fire!", "Fire!"]
    assert await _get(hass, link_id="0" * 20) == []


async def test_what_can_t_be_read_is_there_as_it_came(hass: HomeAssistant, link_id: str) -> None:
    unreadable = [message for message in await _get(hass) if message["state"] == "quarantined"]
    assert [(message["message"], message["mobile"], message["history"][0]["source"]) for message in unreadable] == [
        ("no/record/at/all", None, "pull")
    ]


async def test_why_something_can_t_be_read_is_in_words(hass: HomeAssistant, link_id: str) -> None:
    """Why a push was unreadable was a code in English; the message log keeps that."""
    (unreadable,) = [message for message in await _get(hass) if message["state"] == "quarantined"]
    assert unreadable["reason"] == "This does not have the form of a reply or delivery report."
    assert unreadable["history"][0]["status"] == "not a record"


async def test_an_unexpected_error_is_a_reason_as_it_is(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    hass.set_state(CoreState.starting)
    simulator.reply(MOTHER, "Yes", uid=USER)
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    log = account.runtime_data.account.log
    (reply,) = await log.pending_events(0, 1)
    await log.quarantine_record(reply.id, "KeyError")
    assert [message["reason"] for message in await _get(hass)] == ["KeyError"]


@pytest.mark.parametrize("data", [{"limit": 0}, {"limit": 1001}, {"direction": "up"}, {"since": "then"}])
async def test_wrong_values_are_refused(hass: HomeAssistant, account: MockConfigEntry, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await _get(hass, **data)


async def test_what_is_no_number_is_refused(hass: HomeAssistant, account: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await _get(hass, mobile="Mother")
    assert raised.value.translation_key == "invalid_number"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        pytest.param('["code_109", {"code": "109"}]', "code 109 109", id="of a later version"),
        pytest.param("damaged", "damaged", id="damaged"),
    ],
)
async def test_a_reason_without_a_translation_hides_no_message(
    hass: HomeAssistant, account: MockConfigEntry, link_id: str, reason: str, shown: str
) -> None:
    """I went back to an older release, and since then the action and the sensor failed for one text of the newer one."""
    now = dt_util.utcnow()
    submission = Submission(mobiles=(MOTHER,), message="Newer", link_id="1" * 20)
    outgoing = Outgoing(submission=submission, call_id="c", called_at=now, expires_at=None, recipient_ids=(None,))
    log = account.runtime_data.account.log
    await log.record(outgoing, MessageState.REJECTED, code="109", reason=reason, now=now)
    messages = await _get(hass)
    assert [(message["message"], message["reason"]) for message in messages][:1] == [("Newer", shown)]
    assert len(messages) == 6


async def test_a_language_that_is_not_loaded_yet_is_english(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """I changed the language of Home Assistant, and an alarm that failed at that moment was told to no automation."""
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await _send(hass, [MOTHER], "Fire!")
    english = (await _get(hass))[0]["reason"]
    # No test loads this language: the texts of all tests in a process share a cache.
    hass.config.language = "fr"
    assert english
    assert (await _get(hass))[0]["reason"] == english


async def test_numbers_without_quotes_are_never_guessed(hass: HomeAssistant, link_id: str) -> None:
    """I left out the quotes, YAML read my landline as octal, and I was shown that there are no messages."""
    assert len(await _get(hass, mobile=int(MOTHER))) == 2
    for changed in (0o1012345670, 0, True):
        with pytest.raises(ServiceValidationError) as raised:
            await _get(hass, mobile=changed)
        assert raised.value.translation_key == "changed_number"
    assert len(await _get(hass, mobile="")) == 5


async def test_a_log_that_does_not_work_is_said_to_be_so(hass: HomeAssistant, account: MockConfigEntry) -> None:
    await account.runtime_data.account.log.close()
    with pytest.raises(HomeAssistantError) as raised:
        await _get(hass)
    assert raised.value.translation_key == "log_failed"
