"""Sending through a language model."""
# ruff: noqa: F811 - pytest passes fixtures by their names

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import llm
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER
from .test_intent import ASSISTANT, TOOL, assist  # noqa: F401 - a fixture


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


async def test_a_model_gets_no_tool_without_exposed_recipients(hass: HomeAssistant, assist: MockConfigEntry) -> None:
    async_expose_entity(hass, ASSISTANT, "notify.parents", False)
    assert hass.states.async_entity_ids(Platform.NOTIFY) != []
    assert TOOL not in [tool.name for tool in (await _api(hass)).tools]


async def test_a_language_model_learns_why_a_text_was_not_sent(
    hass: HomeAssistant, assist: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "reset_after")
    api = await _api(hass)
    answer = await api.async_call_tool(llm.ToolInput(tool_name=TOOL, tool_args={"name": "Parents", "message": "I am late"}))
    assert "don't send it again" in str(answer)
    answer = await api.async_call_tool(llm.ToolInput(tool_name=TOOL, tool_args={"name": "Parents", "message": " "}))
    assert "Tell me what the text should say." in str(answer)
    assert len(simulator.sent) == 1


async def test_the_slots_of_the_tool_are_required(hass: HomeAssistant, assist: MockConfigEntry) -> None:
    (tool,) = [tool for tool in (await _api(hass)).tools if tool.name == TOOL]
    assert sorted(str(key) for key in tool.parameters.schema) == ["message", "name"]
    assert all(type(key).__name__ == "Required" for key in tool.parameters.schema)
