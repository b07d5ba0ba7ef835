"""The tool by which a language model sends a text to the recipients that are exposed to it."""

from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.llm import LLM_API_ASSIST, IntentTool, LLMContext

from .const import DOMAIN
from .intent import INTENT_SEND_TEXT, SendTextIntent, recipient_states


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """The tool, if a recipient is exposed. The prompt names the exposed recipients, so that the model asks for no other."""
    exposed = [state for state in recipient_states(hass) if async_should_expose(hass, llm_context.assistant, state.entity_id)]
    if api_id != LLM_API_ASSIST or not exposed:
        return None
    tool = IntentTool(INTENT_SEND_TEXT, SendTextIntent())
    tool.title = "Send text message"
    tool.integration = DOMAIN
    return LLMTools(
        tools=[tool], prompt=f"Text messages (SMS) can be sent to: {', '.join(sorted(state.name for state in exposed))}."
    )
