"""Sending by voice and through a language model."""

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, set_up

ASSISTANT = "conversation"
TOOL = "smsadmin__send_text"


@pytest.fixture
async def assist(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """The account, with the group of parents exposed to the assistant, and nobody else."""
    for component in ("homeassistant", "intent", "llm"):
        assert await async_setup_component(hass, component, {})
    await set_up(hass, entry)
    async_expose_entity(hass, ASSISTANT, "notify.parents", True)
    async_expose_entity(hass, ASSISTANT, "notify.mother", False)
    return entry


async def _say(hass: HomeAssistant, name: str, message: str = "I am late") -> intent.IntentResponse:
    slots = {"name": {"value": name}, "message": {"value": message}}
    return await intent.async_handle(hass, "test", TOOL, slots, assistant=ASSISTANT)


async def test_a_text_goes_to_whoever_is_named(hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator) -> None:
    response = await _say(hass, "parents")
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER, FATHER), "I am late")]
    assert response.speech["plain"]["speech"] == "Text sent to Parents."
    assert [(target.name, target.id) for target in response.success_results] == [("Parents", "notify.parents")]


@pytest.mark.parametrize("name", ["Mother", "Somebody", "Bell"])
async def test_nobody_else_can_be_named(hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator, name: str) -> None:
    hass.states.async_set("notify.bell", "unknown", {"friendly_name": "Bell"})
    async_expose_entity(hass, ASSISTANT, "notify.bell", True)
    with pytest.raises(intent.MatchFailedError):
        await _say(hass, name)
    assert simulator.sent == []


async def test_whoever_asked_is_told_that_it_was_not_sent(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(intent.IntentHandleError, match="balance is too low"):
        await _say(hass, "Parents")


async def _api(hass: HomeAssistant) -> llm.APIInstance:
    context = llm.LLMContext(platform="test", context=Context(), language="en", assistant=ASSISTANT, device_id=None)
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)


async def test_a_language_model_gets_a_tool_that_sends(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator
) -> None:
    api = await _api(hass)
    assert "Text messages (SMS) can be sent to: Parents." in api.api_prompt
    await api.async_call_tool(llm.ToolInput(tool_name=TOOL, tool_args={"name": "Parents", "message": "I am late"}))
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER, FATHER), "I am late")]


async def test_a_language_model_gets_no_tool_where_nobody_is_exposed(hass: HomeAssistant, assist: MockConfigEntry) -> None:
    async_expose_entity(hass, ASSISTANT, "notify.parents", False)
    assert hass.states.async_entity_ids(Platform.NOTIFY) != []
    assert TOOL not in [tool.name for tool in (await _api(hass)).tools]
