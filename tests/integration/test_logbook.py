"""Activity: one row of words of ours for each reply, report and state of a text, at the recipient that it belongs to."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.smsadmin import logbook
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, STRANGER, USER

type Rows = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def rows(hass: HomeAssistant, account: MockConfigEntry) -> Rows:
    """The rows of what happens from now on."""
    describers: dict[str, Callable[[Event[Any]], dict[str, Any]]] = {}

    def describe(domain: str, event_type: str, describer: Callable[[Event[Any]], dict[str, Any]]) -> None:
        assert domain == "smsadmin"
        describers[event_type] = describer

    logbook.async_describe_events(hass, describe)
    seen = async_capture_events(hass, "*")
    return lambda: [describers[str(event.event_type)](event) for event in seen if event.event_type in describers]


async def _send(hass: HomeAssistant, *recipients: str) -> None:
    action = {"recipients": list(recipients), "message": "Fire!"}
    await hass.services.async_call("smsadmin", "send_sms", action, blocking=True)
    await hass.async_block_till_done()


async def _receive(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()


async def test_a_reply_is_one_row_at_the_recipient(hass: HomeAssistant, rows: Rows, simulator: Simulator) -> None:
    simulator.reply(MOTHER, "On my way", uid=USER)
    simulator.reply(STRANGER, "Who is this?", uid=USER)
    simulator.reply(MOTHER, " ", uid=USER)
    await _receive(hass)
    assert rows() == [
        {
            "name": "Mother",
            "message": "replied: On my way",
            "icon": "mdi:message-reply-text",
            "entity_id": "notify.mother",
        },
        {"name": "139****0009", "message": "replied: Who is this?", "icon": "mdi:message-reply-text"},
        {
            "name": "Mother",
            "message": "replied without words",
            "icon": "mdi:message-reply-text",
            "entity_id": "notify.mother",
        },
    ]


async def test_an_accepted_text_and_each_report_is_a_row(hass: HomeAssistant, rows: Rows, simulator: Simulator) -> None:
    await _send(hass, "notify.parents")
    link_id = simulator.sent[0].link_id
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    simulator.report(FATHER, "MK:0001", uid=USER, link_id=link_id)
    await _receive(hass)
    assert [(row["name"], row["message"], row["icon"], row["entity_id"]) for row in rows()] == [
        ("Parents", "will be sent a text: the platform has accepted it", "mdi:check", "notify.parents"),
        ("Parents", "received a text", "mdi:check-all", "notify.parents"),
        ("Parents", "may have received a text: reported as MK:0001", "mdi:message-alert", "notify.parents"),
    ]


async def test_a_text_that_failed_is_a_row_that_says_why(hass: HomeAssistant, rows: Rows, simulator: Simulator) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await _send(hass, "notify.parents")
    await hass.async_block_till_done()
    assert [(row["name"], row["message"], row["entity_id"]) for row in rows()] == [
        ("Parents", "did not receive a text: The balance is too low (code 102).", "notify.parents")
    ]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("REJECTD", "did not receive a text: rejected by the network"),
        ("EXPIRED", "did not receive a text: expired"),
    ],
)
async def test_a_report_of_failure_reads_as_a_sentence(
    hass: HomeAssistant, rows: Rows, simulator: Simulator, status: str, message: str
) -> None:
    """Activity read "Mother text failed: not delivered: expired"."""
    await _send(hass, "notify.mother")
    simulator.report(MOTHER, status, uid=USER, link_id=simulator.sent[0].link_id)
    await _receive(hass)
    assert {(row["name"], row["message"]) for row in rows()[1:]} == {("Mother", message)}


async def test_a_text_that_waits_is_a_row(hass: HomeAssistant, rows: Rows, simulator: Simulator) -> None:
    await simulator.stop()
    await _send(hass, "notify.mother")
    await simulator.start()
    assert [(row["name"], row["message"], row["icon"]) for row in rows()] == [
        ("Mother", "will be sent a text: it waits for the platform", "mdi:timer-sand")
    ]


async def test_no_row_ends_with_a_colon_and_none_has_a_number(hass: HomeAssistant, rows: Rows, simulator: Simulator) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER], "message": "Fire!"}, blocking=True)
    simulator.report(STRANGER, "EXPIRED", uid=USER, link_id=simulator.sent[0].link_id)
    simulator.reply(STRANGER, "", uid=USER)
    await _receive(hass)
    assert rows()
    for row in rows():
        assert not row["name"].endswith((":", "："))
        assert not row["message"].endswith((":", "："))
        assert STRANGER not in str(row)
        assert "Fire!" not in str(row)
        assert row["icon"].startswith("mdi:")


async def test_what_is_stored_for_activity_has_entity_and_device(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """Activity filtered by an entity or a device takes only events whose stored data has its id."""
    seen = async_capture_events(hass, "*")
    await _send(hass, "notify.mother")
    simulator.reply(MOTHER, "Yes", uid=USER)
    simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=simulator.sent[0].link_id)
    await _receive(hass)
    ours = [event for event in seen if str(event.event_type).startswith("smsadmin_")]
    entity = er.async_get(hass).async_get("notify.mother")
    assert entity
    assert {str(event.event_type) for event in ours} == {"smsadmin_message", "smsadmin_reply", "smsadmin_delivery_report"}
    assert {(event.data["entity_id"], event.data["device_id"]) for event in ours} == {("notify.mother", entity.device_id)}
    (message,) = [event for event in ours if event.event_type == "smsadmin_message"]
    assert message.data.keys() == {
        "config_entry_id",
        "message_id",
        "recipient",
        "entity_id",
        "device_id",
        "state",
        "reason",
    }
