"""Sending by voice."""

from datetime import timedelta
from typing import Any

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, set_up
from .sending import states

ASSISTANT = "conversation"
TOOL = "smsadmin__send_text"


@pytest.fixture
async def assist(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """The account, with only the group of parents exposed to the assistant."""
    for component in ("homeassistant", "intent", "llm"):
        assert await async_setup_component(hass, component, {})
    await set_up(hass, entry)
    async_expose_entity(hass, ASSISTANT, "notify.parents", True)
    async_expose_entity(hass, ASSISTANT, "notify.mother", False)
    return entry


async def _say(hass: HomeAssistant, name: Any, message: Any = "I am late", language: str = "en") -> intent.IntentResponse:
    slots = {"name": {"value": name}, "message": {"value": message}}
    return await intent.async_handle(hass, "test", TOOL, slots, assistant=ASSISTANT, language=language)


async def test_a_text_goes_to_the_recipient_that_is_named(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator
) -> None:
    response = await _say(hass, "parents")
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER, FATHER), "I am late")]
    assert response.speech["plain"]["speech"] == "Text sent to Parents."
    assert [(target.name, target.id) for target in response.success_results] == [("Parents", "notify.parents")]


@pytest.mark.parametrize("name", ["Mother", "Unknown", "Bell"])
async def test_only_an_exposed_recipient_can_be_named(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, name: str
) -> None:
    hass.states.async_set("notify.bell", "unknown", {"friendly_name": "Bell"})
    async_expose_entity(hass, ASSISTANT, "notify.bell", True)
    with pytest.raises(intent.MatchFailedError):
        await _say(hass, name)
    assert simulator.sent == []


def _speech(response: intent.IntentResponse) -> str:
    return str(response.speech["plain"]["speech"])


FAILURES = [
    ("code:102", "en", "The text to Parents was not sent. The balance is too low (code 102)."),
    ("code:102", "zh-Hans", "发给Parents的短信没有发出。余额不足"),
    ("reset_after", "en", "It is not certain whether the text to Parents goes out, so don't send it again."),
    ("html", "zh-Hant", "傳給Parents的簡訊"),
]


@pytest.mark.parametrize(("fault", "language", "speech"), FAILURES)
async def test_it_says_in_the_language_of_the_request_why_it_failed(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, fault: str, language: str, speech: str
) -> None:
    """The answer was "An unexpected error occurred", which invites saying it again."""
    simulator.fault("submit", fault)
    response = await _say(hass, "Parents", language=language)
    assert response.error_code is intent.IntentResponseErrorCode.FAILED_TO_HANDLE
    if language == "en":
        assert _speech(response).startswith(speech)
    assert _speech(response).isascii() is (language == "en")
    assert "Parents" in _speech(response)


CHINESE = [
    ("zh-CN", "余额不足"),
    ("zh", "余额不足"),
    ("zh_hans", "余额不足"),
    ("zh-TW", "餘額不足"),
    ("zh-HK", "餘額不足"),
    ("zh-Hant-MO", "餘額不足"),
]


@pytest.mark.parametrize(("language", "reason"), CHINESE)
async def test_it_speaks_chinese_where_assist_names_a_region(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, language: str, reason: str
) -> None:
    """My assistant's language is zh-CN, and it told me in English why the text had failed."""
    simulator.fault("submit", "code:102")
    assert reason in _speech(await _say(hass, "Parents", language=language))


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_it_says_that_a_text_waits_and_until_when(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, language: str
) -> None:
    await simulator.stop()
    response = await _say(hass, "Parents", language=language)
    assert response.error_code is None
    assert ("waits, and is tried until " in _speech(response)) is (language == "en")
    minute = dt_util.now() + timedelta(minutes=60)
    expected = {(minute - timedelta(minutes=back)).strftime("%H:%M") for back in range(2)}
    assert any(time in _speech(response) for time in expected)
    assert await states(hass) == ["queued", "queued"]


async def test_it_says_that_a_text_was_not_sent(hass: HomeAssistant, simulator: Simulator, assist: MockConfigEntry) -> None:
    hass.config_entries.async_update_entry(assist, options=dict(assist.options) | {"retry_for": 0})
    await simulator.stop()
    response = await _say(hass, "Parents")
    assert _speech(response) == "The text to Parents was not sent. The platform can't be reached."


@pytest.mark.parametrize(
    ("name", "message", "speech"),
    [
        ("", "Hello", "Tell me who the text is for."),
        (None, "Hello", "Tell me who the text is for."),
        ("Parents", " ", "Tell me what the text should say."),
        ("Parents", None, "Tell me what the text should say."),
        ("Parents", "\u200b", "message: the text is empty."),
    ],
)
async def test_an_empty_slot_gets_a_readable_answer(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, name: Any, message: Any, speech: str
) -> None:
    assert _speech(await _say(hass, name, message)) == speech
    assert simulator.sent == []


async def test_a_missing_slot_gets_a_readable_answer(hass: HomeAssistant, assist: MockConfigEntry) -> None:
    response = await intent.async_handle(hass, "test", TOOL, {}, assistant=ASSISTANT, language="en")
    assert _speech(response) == "Tell me who the text is for."
