"""Notify entities, and the button that sends a test text."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, make_entry, set_up, state_of
from .sending import eventually_states, send, states


async def _notify(hass: HomeAssistant, entity_id: str, **data: str) -> None:
    await hass.services.async_call("notify", "send_message", {"entity_id": entity_id, "message": "Fire!", **data}, blocking=True)


async def test_it_sends_to_its_recipient(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _notify(hass, "notify.parents", title="Alarm")
    (sent,) = simulator.sent
    assert (sent.mobiles, sent.text) == ((MOTHER, FATHER), "Alarm\nFire!")


async def test_it_raises(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError, match="code 102"):
        await _notify(hass, "notify.mother")
    assert state_of(hass, "notify.mother").state == "unknown"


async def test_it_shows_what_an_action_has_sent(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await send(hass, mobiles=[], recipients="notify.mother")
    assert state_of(hass, "notify.mother").state != "unknown"
    assert state_of(hass, "notify.parents").state == "unknown"


async def test_a_queued_text_is_not_shown_as_sent(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    """Activity said that a text was sent while it waited for the platform."""
    await simulator.stop()
    await send(hass, mobiles=[], recipients="notify.mother")
    await hass.async_block_till_done()
    assert state_of(hass, "notify.mother").state == "unknown"
    await simulator.start()
    await eventually_states(hass, "accepted")
    await hass.async_block_till_done()
    assert state_of(hass, "notify.mother").state != "unknown"


async def test_a_test_text_says_that_it_is_one(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await hass.services.async_call("button", "press", {"entity_id": "button.mother_send_test_text"}, blocking=True)
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER,), "This is a test from Home Assistant.")]


@pytest.mark.parametrize(("charset", "text"), [("utf-8", "이것은 시험"), ("gb2312", "Home Assistant: test")])
async def test_a_test_text_is_readable_in_every_charset(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, charset: str, text: str
) -> None:
    await set_up(hass, make_entry(simulator, data={"charset": charset}))
    monkeypatch.setattr("custom_components.smsadmin.outbound.call.localised", lambda *_: "이것은 시험")
    await hass.services.async_call("button", "press", {"entity_id": "button.mother_send_test_text"}, blocking=True)
    assert simulator.sent[0].text == text


async def test_a_test_text_that_is_rejected_raises(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:108")
    with pytest.raises(HomeAssistantError, match="frozen"):
        await hass.services.async_call("button", "press", {"entity_id": "button.mother_send_test_text"}, blocking=True)
    assert await states(hass) == ["rejected"]
