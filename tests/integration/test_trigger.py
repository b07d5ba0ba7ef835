"""Tests of the triggers: events that fire them, their variables, and their options."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
import hashlib
import logging
from pathlib import Path
import sys
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CALLBACK_TYPE, CoreState, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    condition as condition_helper,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
    trigger as trigger_helper,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components import smsadmin
from custom_components.smsadmin import condition, trigger
from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.const import SIGNAL_LOG_CHANGED
from custom_components.smsadmin.triggers.base import SmsAdminTrigger
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, STRANGER, USER, issues, make_entry, set_up

SETTLED = timedelta(seconds=61)
"""Once Home Assistant has been up for this long, what is not delivered is not delivered."""
LATER = timedelta(minutes=15, seconds=1)


class Fired(list[dict[str, Any]]):
    """The trigger variables of each time that a trigger fired."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__()
        self._hass = hass

    async def attach(self, trigger: str, target: dict[str, Any] | None = None, **options: Any) -> CALLBACK_TYPE:
        """Attach a trigger as an automation does."""
        config = [{"trigger": f"smsadmin.{trigger}", "options": options, **({"target": target} if target is not None else {})}]
        validated = await trigger_helper.async_validate_trigger_config(self._hass, cv.TRIGGER_SCHEMA(config))
        detach = await trigger_helper.async_initialize_triggers(self._hass, validated, self._fire, "test", "test", _log)
        assert detach is not None
        return detach

    async def _fire(self, variables: dict[str, Any], context: Any = None) -> None:
        self.append(variables["trigger"])

    @property
    def messages(self) -> list[str]:
        """The texts that it fired for."""
        return [fired["message"] for fired in self]


def _log(level: int, message: str, **_: Any) -> None:
    assert level < logging.WARNING, message


@pytest.fixture
async def fired(hass: HomeAssistant) -> Fired:
    assert await async_setup_component(hass, "homeassistant", {})
    return Fired(hass)


async def _receive(hass: HomeAssistant) -> None:
    await hass.services.async_call("smsadmin", "receive", blocking=True)
    await hass.async_block_till_done()


async def _reply(hass: HomeAssistant, simulator: Simulator, text: str, mobile: str = MOTHER) -> None:
    simulator.reply(mobile, text, uid=USER)
    await _receive(hass)


async def _send(hass: HomeAssistant, simulator: Simulator, message: str = "Help", *mobiles: str, **data: Any) -> str:
    """Send, and return the link id."""
    data = {"mobiles": list(mobiles) or [MOTHER], "message": message, **data}
    await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    await hass.async_block_till_done()
    return simulator.sent[-1].link_id


async def _report(hass: HomeAssistant, simulator: Simulator, link_id: str, status: str = "DELIVRD", mobile: str = MOTHER) -> None:
    simulator.report(mobile, status, uid=USER, link_id=link_id)
    await _receive(hass)


async def _pass(hass: HomeAssistant, freezer: FrozenDateTimeFactory, time: timedelta = LATER) -> None:
    freezer.tick(time)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def _started(hass: HomeAssistant) -> None:
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)


# Replies


async def test_a_reply_fires_with_the_data_of_its_event(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event], fired: Fired
) -> None:
    await fired.attach("reply_received")
    await _reply(hass, simulator, "Yes")
    (event,), (data,) = events, fired
    assert {**data, **event.data} == data
    assert data.keys() - event.data.keys() == {"id", "idx", "alias", "platform", "description"}
    assert (data["platform"], data["description"]) == ("smsadmin.reply_received", "reply from Mother")
    await _reply(hass, simulator, "Yes", STRANGER)
    assert fired[-1]["description"] == "reply from 139****0009"


async def test_a_detached_trigger_does_not_fire(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    detach = await fired.attach("reply_received")
    detach()
    await _reply(hass, simulator, "Yes")
    assert fired == []


async def test_reports_are_no_replies_and_replies_no_reports(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("reply_received")
    await _report(hass, simulator, "1" * 20)
    assert fired == []
    await fired.attach("delivery_reported")
    await _reply(hass, simulator, "Yes")
    assert [data["platform"] for data in fired] == ["smsadmin.reply_received"]


@pytest.mark.parametrize(
    ("options", "senders"),
    [
        ({}, [MOTHER, FATHER, STRANGER]),
        ({"recipients": [], "mobiles": [], "text": "", "config_entry_id": ""}, [MOTHER, FATHER, STRANGER]),
        ({"config_entry_id": None}, [MOTHER, FATHER, STRANGER]),
        ({"recipients": "", "mobiles": None}, [MOTHER, FATHER, STRANGER]),
        ({"recipients": "notify.mother"}, [MOTHER]),
        ({"recipients": ["notify.parents"]}, [MOTHER, FATHER]),
        ({"mobiles": "+86 139-0000-0009"}, [STRANGER]),
        ({"mobiles": [int(FATHER), f"0086{STRANGER}"]}, [FATHER, STRANGER]),
        ({"mobiles": f"{FATHER}, {STRANGER}"}, [FATHER, STRANGER]),
        ({"mobiles": [STRANGER], "recipients": ["notify.mother"]}, [MOTHER, STRANGER]),
    ],
)
async def test_only_chosen_senders_fire(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    fired: Fired,
    options: dict[str, Any],
    senders: list[str],
) -> None:
    await fired.attach("reply_received", **options)
    for mobile in (MOTHER, FATHER, STRANGER):
        await _reply(hass, simulator, "Yes", mobile)
    assert [data["mobile"] for data in fired] == senders


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ({"text": "status?"}, [" STATUS?\n", "status?"]),
        ({"text": "status?", "match": "equals"}, [" STATUS?\n", "status?"]),
        ({"text": [" Status? ", "开门"]}, [" STATUS?\n", "status?", "开门"]),
        ({"text": "", "match": "contains"}, [" STATUS?\n", "status?", "what is the status? now", "开门", "24"]),
        ({"text": "STATUS", "match": "contains"}, [" STATUS?\n", "status?", "what is the status? now"]),
        ({"text": ["门", " now"], "match": "contains"}, ["what is the status? now", "开门"]),
        ({"text": "^status", "match": "regex"}, ["status?"]),
        ({"text": r"(?i)\bstatus\?", "match": "regex"}, [" STATUS?\n", "status?", "what is the status? now"]),
        ({"text": [r"^\d+$", "开(?=门)"], "match": "regex"}, ["开门", "24"]),
        ({"text": 24}, ["24"]),
        ({"text": "ＳＴＡＴＵＳ？　"}, [" STATUS?\n", "status?"]),
        ({"text": "２４", "match": "contains"}, ["24"]),
        ({"text": "２４", "match": "regex"}, []),
    ],
)
async def test_only_chosen_texts_fire(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    fired: Fired,
    options: dict[str, Any],
    messages: list[str],
) -> None:
    await fired.attach("reply_received", **options)
    for message in (" STATUS?\n", "status?", "what is the status? now", "开门", "24"):
        hass.bus.async_fire("smsadmin_reply", {"message": message})
    await hass.async_block_till_done()
    assert fired.messages == messages


async def test_a_reply_that_is_too_old_does_not_fire(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("reply_received", max_age={"minutes": 10})
    now = dt_util.utcnow()

    def ago(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    times: dict[str, dict[str, str | None]] = {
        "new": {"replied_at": ago(9), "received_at": ago(0)},
        "old": {"replied_at": ago(11), "received_at": ago(0)},
        "pushed": {"replied_at": None, "received_at": ago(9)},
        "pushed long ago": {"replied_at": None, "received_at": ago(11)},
        "by hand": {},
    }
    for message, given in times.items():
        hass.bus.async_fire("smsadmin_reply", {"message": message, **given})
    await hass.async_block_till_done()
    assert fired.messages == ["new", "pushed", "by hand"]


async def test_only_the_chosen_account_fires(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    simulator.add_account("school", "secret")
    other = make_entry(simulator, data={"username": "school", "webhook_id": "another", "password_md5": _md5("secret")})
    await set_up(hass, other)
    await fired.attach("reply_received", config_entry_id=other.entry_id)
    await fired.attach("reply_received", recipients=["notify.mother"], mobiles=[STRANGER])
    await _reply_to(hass, simulator, "to the first", USER, account)
    await _reply_to(hass, simulator, "to the other", "school", other)
    # The recipient is one of the first account; what Mother writes to the other is no reply from it.
    assert [(data["config_entry_id"], data["message"]) for data in fired] == [
        (account.entry_id, "to the first"),
        (other.entry_id, "to the other"),
    ]
    assert issues(hass) == []
    await fired.attach("reply_received", config_entry_id=other.entry_id, recipients=["notify.mother"])
    assert _missing(hass) == ["Mother"]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


async def _reply_to(hass: HomeAssistant, simulator: Simulator, text: str, uid: str, entry: MockConfigEntry) -> None:
    simulator.reply(MOTHER, text, uid=uid)
    await hass.services.async_call("smsadmin", "receive", {"config_entry_id": entry.entry_id}, blocking=True)
    await hass.async_block_till_done()


async def test_the_numbers_of_a_recipient_are_those_that_it_has_now(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("reply_received", recipients=["notify.mother"])
    mother = next(iter(account.subentries.values()))
    hass.config_entries.async_update_subentry(account, mother, data={"name": "Mother", "mobiles": [STRANGER]})
    await hass.async_block_till_done()
    for mobile in (MOTHER, STRANGER):
        await _reply(hass, simulator, "Yes", mobile)
    assert [data["mobile"] for data in fired] == [STRANGER]
    hass.config_entries.async_remove_subentry(account, mother.subentry_id)
    await hass.async_block_till_done()
    await _reply(hass, simulator, "Yes", STRANGER)
    assert len(fired) == 1


# What the editor says


@pytest.mark.parametrize("expression", ["(yes", "a{99999999999}"])
async def test_what_is_no_regular_expression_is_named(
    hass: HomeAssistant, account: MockConfigEntry, fired: Fired, expression: str
) -> None:
    with pytest.raises(HomeAssistantError, match="no regular expression"):
        await fired.attach("reply_received", text=expression, match="regex")


@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("reply_received", {"text": True}),
        ("reply_received", {"match": "sounds_like"}),
        ("reply_received", {"max_age": 0}),
        ("reply_received", {"max_age": "-00:05:00"}),
        ("reply_received", {"outcomes": ["delivered"]}),
        ("delivery_reported", {"outcomes": ["lost"]}),
        ("delivery_failed", {"within": "soon"}),
        ("delivery_failed", {"within": {"seconds": 0}}),
        ("delivery_failed", {"mobiles": [MOTHER]}),
    ],
)
async def test_a_wrong_option_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, fired: Fired, trigger: str, options: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await fired.attach(trigger, **options)


async def test_the_editor_knows_every_trigger_and_every_option(hass: HomeAssistant, account: MockConfigEntry) -> None:
    descriptions = await trigger_helper.async_get_all_descriptions(hass)
    for name, kind in trigger.TRIGGERS.items():
        described = descriptions[f"smsadmin.{name}"]
        assert described is not None
        assert issubclass(kind, SmsAdminTrigger)
        assert set(described["fields"]) == {"config_entry_id", "recipients", *map(str, kind.schema)}
        assert described["target"] == {"entity": [{"integration": "smsadmin", "domain": ["notify"]}]}


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(
    ("category", "keys"),
    [
        ("triggers", ("reply_received", "delivery_reported", "delivery_failed")),
        ("conditions", ("balance_at_least",)),
        ("services", ("send_sms", "cancel", "receive", "get_messages")),
    ],
)
async def test_a_search_in_the_editor_finds_all_of_ours(
    hass: HomeAssistant, language: str, category: str, keys: tuple[str, ...]
) -> None:
    """The editor searches names and descriptions; a search for SMS did not find the condition."""
    texts = await async_get_translations(hass, language, category, {"smsadmin"})
    prefix = f"component.smsadmin.{category}"
    for key in keys:
        said = f"{texts[f'{prefix}.{key}.name']} {texts[f'{prefix}.{key}.description']}"
        assert "SMS" in said
        assert "短信" in said
        assert language != "zh-Hant" or "簡訊" in said
        assert language != "en" or category == "conditions" or "text message" in said
    assert category != "triggers" or "上行" in texts[f"{prefix}.reply_received.description"]


# Choices that don't exist, or no longer do


def _missing(hass: HomeAssistant) -> list[str]:
    """What issues say is missing, each of them once."""
    found = [issue for issue in ir.async_get(hass).issues.values() if issue.translation_key == "missing_choice"]
    return sorted(issue.translation_placeholders["missing"] for issue in found if issue.translation_placeholders)


@pytest.mark.parametrize(
    ("trigger", "options", "missing"),
    [
        ("reply_received", {"config_entry_id": "nothing"}, "nothing"),
        ("delivery_failed", {"config_entry_id": "nothing"}, "nothing"),
        ("reply_received", {"recipients": ["notify.unknown", "notify.mother"]}, "notify.unknown"),
        ("reply_received", {"recipients": "notify.unknown, notify.mother"}, "notify.unknown"),
        ("delivery_reported", {"recipients": ["sensor.nothing"]}, "sensor.nothing"),
        ("delivery_failed", {"recipients": ["unknown", ""]}, 'unknown, ""'),
        ("reply_received", {"recipients": [5, ["x"]]}, "5, ['x']"),
        ("reply_received", {"mobiles": ["twelve", STRANGER, False]}, "twelve, False"),
        ("reply_received", {"mobiles": ["; ;"]}, "; ;"),
        ("reply_received", {"mobiles": [""]}, '""'),
        ("reply_received", {"target": {"entity_id": "notify.unknown"}}, "notify.unknown"),
        ("reply_received", {"target": {"device_id": "d", "area_id": "a", "floor_id": "f", "label_id": "l"}}, "a, d, f, l"),
    ],
)
async def test_a_missing_choice_raises_an_issue_and_is_ignored(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    fired: Fired,
    trigger: str,
    options: dict[str, Any],
    missing: str,
) -> None:
    """Only the remaining recipients may fire a trigger that opens a door."""
    detach = await fired.attach(trigger, **options)
    assert _missing(hass) == [missing]
    await _reply(hass, simulator, "Yes", FATHER)
    assert fired == []
    detach()
    assert issues(hass) == []


async def test_after_a_recipient_is_removed_the_others_fire(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    recipients = ["notify.mother", "notify.parents"]
    await _automate(hass, recipients=recipients)
    assert issues(hass) == []
    mother = next(iter(account.subentries.values()))
    hass.config_entries.async_remove_subentry(account, mother.subentry_id)
    await hass.async_block_till_done()
    assert _missing(hass) == ["notify.mother"]
    ((_, issue_id),) = [key for key in ir.async_get(hass).issues if key[1].startswith("missing_choice")]
    (issue,) = [issue for issue in ir.async_get(hass).issues.values() if issue.issue_id == issue_id]
    assert issue.translation_placeholders == {"automation": "Answer", "missing": "notify.mother"}
    await _reply(hass, simulator, "Yes", FATHER)
    assert [sent.text for sent in simulator.sent] == ["Seen"]
    # As after a restart: it loads, and says the same once more.
    await hass.services.async_call("automation", "turn_off", {"entity_id": "automation.answer"}, blocking=True)
    assert issues(hass) == []
    await hass.services.async_call("automation", "turn_on", {"entity_id": "automation.answer"}, blocking=True)
    assert [key[1] for key in ir.async_get(hass).issues if key[1].startswith("missing_choice")] == [issue_id]
    await _reply(hass, simulator, "Yes", FATHER)
    assert [sent.text for sent in simulator.sent] == ["Seen", "Seen"]


async def _automate(hass: HomeAssistant, target: dict[str, Any] | None = None, **options: Any) -> None:
    """Answer each reply that a trigger fires for."""
    trigger = {"trigger": "smsadmin.reply_received", "options": options, **({"target": target} if target else {})}
    action = {"action": "smsadmin.send_sms", "data": {"mobiles": ["{{ trigger.mobile }}"], "message": "Seen"}}
    assert await async_setup_component(
        hass, "automation", {"automation": {"alias": "Answer", "triggers": trigger, "actions": action}}
    )
    await hass.async_block_till_done()


async def test_a_renamed_recipient_is_missing_until_renamed_back(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("reply_received", recipients=["notify.mother"])
    registry = er.async_get(hass)
    registry.async_update_entity("notify.mother", new_entity_id="notify.mum")
    await hass.async_block_till_done()
    assert _missing(hass) == ["notify.mother"]
    registry.async_update_entity("notify.mum", new_entity_id="notify.mother")
    await hass.async_block_till_done()
    assert issues(hass) == []


async def test_a_disabled_recipient_is_known(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    er.async_get(hass).async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    await fired.attach("reply_received", recipients=["notify.mother"])
    assert issues(hass) == []
    await _reply(hass, simulator, "Yes")
    assert fired.messages == ["Yes"]


async def test_a_removed_account_is_missing_until_the_automation_goes(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await set_up(hass, make_entry(simulator, data={"username": "school", "webhook_id": "school"}))
    detach = await fired.attach("reply_received", config_entry_id=account.entry_id)
    assert issues(hass) == []
    await hass.config_entries.async_remove(account.entry_id)
    await hass.async_block_till_done()
    assert _missing(hass) == [account.entry_id]
    detach()
    assert issues(hass) == []


# Targets


@pytest.fixture
def target(hass: HomeAssistant, account: MockConfigEntry, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Mother, as an automation may choose her."""
    entity = er.async_get(hass).async_get("notify.mother")
    assert entity is not None
    assert entity.device_id is not None
    floor = fr.async_get(hass).async_create("Ground")
    area = ar.async_get(hass).async_create("Kitchen", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Family")
    dr.async_get(hass).async_update_device(entity.device_id, area_id=area.id, labels={label.label_id})
    targets: dict[str, dict[str, Any]] = {
        "entity": {"entity_id": ["notify.mother"]},
        "other entity": {"entity_id": "event.mother_reply"},
        "group": {"entity_id": "group.family"},
        "device": {"device_id": entity.device_id},
        "area": {"area_id": area.id},
        "floor": {"floor_id": floor.floor_id},
        "label": {"label_id": label.label_id},
    }
    return targets[request.param]


@pytest.mark.parametrize("target", ["entity", "other entity", "group", "device", "area", "floor", "label"], indirect=True)
async def test_a_target_adds_to_the_recipients(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, target: dict[str, Any]
) -> None:
    group = {"family": {"entities": ["notify.mother", "light.of_the_family"]}}
    assert await async_setup_component(hass, "group", {"group": group})
    await fired.attach("reply_received", target=target)
    await fired.attach("reply_received", target=target, mobiles=[STRANGER])
    await fired.attach("reply_received", target={})
    assert issues(hass) == []
    for mobile in (MOTHER, FATHER, STRANGER):
        await _reply(hass, simulator, "Yes", mobile)
    assert [data["mobile"] for data in fired] == [MOTHER, MOTHER, MOTHER, FATHER, STRANGER, STRANGER]


async def test_a_target_without_recipients_never_fires(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("reply_received", target={"area_id": ar.async_get(hass).async_create("Garden").id})
    await _reply(hass, simulator, "Yes")
    assert fired == []


# Regular expressions that take too long

EVIL = r"^(\w+\s?)+$"


def _slow_patterns(hass: HomeAssistant) -> list[dict[str, str] | None]:
    found = [issue for issue in ir.async_get(hass).issues.values() if issue.translation_key == "slow_pattern"]
    assert all(issue.is_persistent and issue.is_fixable for issue in found)
    return [issue.translation_placeholders for issue in found]


async def test_a_slow_pattern_does_not_block_home_assistant(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """A pattern of mine and a reply of sixty letters froze Home Assistant for good, and again after every restart."""
    await _automate(hass, text=[EVIL, "^open!$"], match="regex")
    await _reply(hass, simulator, "a" * 60 + "!")
    assert simulator.sent == []
    assert _slow_patterns(hass) == [{"automation": "Answer", "pattern": EVIL}]
    for text in ("open!", "all is well"):
        await _reply(hass, simulator, text)
    assert len(simulator.sent) == 2
    await hass.services.async_call("automation", "turn_off", {"entity_id": "automation.answer"}, blocking=True)
    assert issues(hass) == []


async def test_a_script_raises_an_issue_for_a_slow_pattern(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    detach = await fired.attach("reply_received", text=EVIL, match="regex")
    await _reply(hass, simulator, "a" * 60 + "!")
    detach()
    assert _slow_patterns(hass) == [{"automation": "smsadmin.reply_received", "pattern": EVIL}]


async def test_a_trigger_detached_during_a_search_does_not_fire(
    hass: HomeAssistant, account: MockConfigEntry, fired: Fired
) -> None:
    detach = await fired.attach("reply_received", text=[EVIL, "a!$"], match="regex")
    hass.bus.async_fire("smsadmin_reply", {"message": "a" * 60 + "!"})
    detach()
    await hass.async_block_till_done()
    assert fired == []


async def test_a_huge_text_is_compared_as_far_as_a_phone_can_write(
    hass: HomeAssistant, account: MockConfigEntry, fired: Fired
) -> None:
    await fired.attach("reply_received", text="end", match="contains")
    await fired.attach("reply_received", text="end", match="regex")
    for message in ("a" * 10_000_000 + "end", "a" * 5000 + "end", "a" * 500 + "end"):
        hass.bus.async_fire("smsadmin_reply", {"message": message})
        await hass.async_block_till_done()
    assert list(map(len, fired.messages)) == [5003, 503, 503]


# Reports


@pytest.mark.parametrize(
    ("options", "outcomes"),
    [
        ({}, ["delivered", "expired", "other"]),
        ({"outcomes": []}, ["delivered", "expired", "other"]),
        ({"outcomes": "delivered"}, ["delivered"]),
        ({"outcomes": ["expired", "other"]}, ["expired", "other"]),
    ],
)
async def test_only_reports_of_chosen_outcomes_fire(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    events: list[Event],
    fired: Fired,
    options: dict[str, Any],
    outcomes: list[str],
) -> None:
    await fired.attach("delivery_reported", recipients="notify.mother", **options)
    for number, status in enumerate(("DELIVRD", "EXPIRED", "MYSTERY")):
        await _report(hass, simulator, f"{number:020}", status)
        await _report(hass, simulator, f"{number:020}", status, STRANGER)
    assert [data["outcome"] for data in fired] == outcomes
    assert fired[0]["description"] == f"text to Mother: {outcomes[0]}"
    assert {**fired[0], **next(event.data for event in events if event.data["outcome"] == outcomes[0])} == fired[0]


async def test_a_report_on_a_text_to_a_group_fires_there_alone(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    """A text to the parents was delivered, and the automation said that Mother had got hers, which was still on its way."""
    await fired.attach("delivery_reported", recipients=["notify.mother"])
    await fired.attach("delivery_reported", target={"entity_id": "notify.parents"})
    data = {"recipients": ["notify.parents"], "message": "Dinner"}
    await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    await _report(hass, simulator, simulator.sent[-1].link_id)
    assert [(data["mobile"], data["recipient"]) for data in fired] == [(MOTHER, "Parents")]
    hass.bus.async_fire(
        "smsadmin_delivery_report", {"config_entry_id": account.entry_id, "mobile": FATHER, "outcome": "delivered"}
    )
    await hass.async_block_till_done()
    assert [data["mobile"] for data in fired] == [MOTHER, FATHER]


# What was not delivered


async def test_an_overdue_text_fires_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await fired.attach("delivery_failed")
    freezer.move_to(dt_util.utcnow().replace(microsecond=0))
    sent_at = dt_util.now()
    link_id = await _send(hass, simulator, "Help", MOTHER, STRANGER)
    await _report(hass, simulator, link_id)
    await _pass(hass, freezer, timedelta(minutes=14))
    assert fired == []
    await _pass(hass, freezer, timedelta(minutes=1, seconds=1))
    (data,) = fired
    assert data.pop("message_id")
    assert data == {
        "id": "0",
        "idx": "0",
        "alias": None,
        "platform": "smsadmin.delivery_failed",
        "description": "text to 139****0009 not delivered: accepted",
        "config_entry_id": account.entry_id,
        "account": USER,
        "mobile": STRANGER,
        "message": "Help",
        "link_id": link_id,
        "recipient": None,
        "entity_id": None,
        "device_id": None,
        "state": "accepted",
        "reason": None,
        "submitted_at": sent_at.isoformat(),
    }
    await _pass(hass, freezer)
    assert len(fired) == 1


async def test_a_message_that_has_failed_fires_at_once_and_not_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await fired.attach("delivery_failed", within={"minutes": 30})
    await _report(hass, simulator, await _send(hass, simulator), "UNDELIV")
    assert [(data["state"], data["recipient"], data["entity_id"]) for data in fired] == [
        ("undeliverable", "Mother", "notify.mother")
    ]
    entity = er.async_get(hass).async_get("notify.mother")
    assert entity is not None
    assert fired[0]["device_id"] == entity.device_id
    await _send(hass, simulator, "another")
    await _pass(hass, freezer)
    assert fired.messages == ["Help"]
    await _pass(hass, freezer)
    assert fired.messages == ["Help", "another"]


async def test_a_text_to_a_group_fires_at_the_group_alone(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("delivery_failed", recipients=["notify.mother"])
    await fired.attach("delivery_failed", target={"entity_id": "notify.parents"})
    data = {"recipients": ["notify.parents"], "message": "Help"}
    await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    await _report(hass, simulator, simulator.sent[-1].link_id, "UNDELIV")
    assert [(data["mobile"], data["recipient"]) for data in fired] == [(MOTHER, "Parents")]


async def test_a_rejected_message_fires_at_once_for_every_number(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("delivery_failed")
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError):
        await _send(hass, simulator, "Help", MOTHER, FATHER)
    await hass.async_block_till_done()
    assert [(data["mobile"], data["state"]) for data in fired] == [(MOTHER, "rejected"), (FATHER, "rejected")]


async def test_the_time_of_a_scheduled_text_starts_at_send_at(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await fired.attach("delivery_failed")
    await _send(hass, simulator, send_at=(dt_util.now() + timedelta(hours=1)).isoformat())
    await _pass(hass, freezer, timedelta(hours=1))
    assert fired == []
    await _pass(hass, freezer)
    assert fired.messages == ["Help"]


async def test_only_messages_to_chosen_recipients_fire(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await fired.attach("delivery_failed", recipients=["notify.mother"], within="00:01:00")
    await _send(hass, simulator, "Help", FATHER, STRANGER)
    await _send(hass, simulator, "Help", MOTHER)
    await _pass(hass, freezer)
    assert [data["mobile"] for data in fired] == [MOTHER]


async def test_a_new_trigger_does_not_fire_for_what_is_old(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await _send(hass, simulator, "late already")
    await _pass(hass, freezer)
    await _report(hass, simulator, await _send(hass, simulator, "failed already"), "UNDELIV")
    await _send(hass, simulator, "under way")
    await fired.attach("delivery_failed")
    await _pass(hass, freezer)
    assert fired.messages == ["under way"]


async def test_every_trigger_fires_even_if_another_is_the_same(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    await fired.attach("delivery_failed")
    await fired.attach("delivery_failed")
    await _report(hass, simulator, await _send(hass, simulator), "UNDELIV")
    assert fired.messages == ["Help", "Help"]


async def test_a_detached_trigger_is_not_fired_by_overdue_texts(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    link_id = await _send(hass, simulator)
    detach()
    await _report(hass, simulator, link_id, "UNDELIV")
    await _pass(hass, freezer)
    assert fired == []


async def test_a_trigger_detached_during_a_check_does_not_fire(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    detach = await fired.attach("delivery_failed")
    link_id = await _send(hass, simulator)
    # Listeners that connect later are called later: the log has been asked by then, and has not answered.
    async_dispatcher_connect(hass, SIGNAL_LOG_CHANGED.format(account.entry_id), callback(_once(detach)))
    await _report(hass, simulator, link_id, "UNDELIV")
    assert fired == []


async def test_a_trigger_detached_during_its_start_does_not_fire(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    detach = _once(await fired.attach("delivery_failed"))

    @callback
    def changed(change: ConfigEntryChange, changed: ConfigEntry) -> None:
        if find_account(hass, changed.entry_id):
            detach()

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
    await set_up(hass, entry)
    await _report(hass, simulator, await _send(hass, simulator), "UNDELIV")
    assert fired == []


def _once(call: Callable[[], None]) -> Callable[[], None]:
    calls = [call]
    return lambda: calls.pop()() if calls else None


# Restarts


async def _restart(hass: HomeAssistant, fired: Fired, detach: CALLBACK_TYPE, **options: Any) -> CALLBACK_TYPE:
    """Attach the trigger again, as during a start of Home Assistant."""
    detach()
    hass.set_state(CoreState.starting)
    return await fired.attach("delivery_failed", **options)


async def test_a_text_overdue_during_a_restart_fires_afterwards(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    await _send(hass, simulator, "reported")
    await _pass(hass, freezer)
    await _report(hass, simulator, await _send(hass, simulator, "failed"), "UNDELIV")
    await _send(hass, simulator, "late")
    arrived = await _send(hass, simulator, "arrived")
    assert fired.messages == ["reported", "failed"]
    detach()
    freezer.tick(timedelta(hours=1))
    await _restart(hass, fired, detach)
    await hass.async_block_till_done()
    assert fired.messages == ["reported", "failed"]
    await _started(hass)
    # The report on it waited at the platform.
    await _report(hass, simulator, arrived)
    assert fired.messages == ["reported", "failed"]
    await _pass(hass, freezer, SETTLED)
    assert fired.messages == ["reported", "failed", "late"]
    await _pass(hass, freezer)
    assert fired.messages == ["reported", "failed", "late"]


async def test_a_failure_right_after_a_start_fires_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    link_id = await _send(hass, simulator)
    detach()
    freezer.tick(timedelta(hours=1))
    await _restart(hass, fired, detach)
    await _started(hass)
    await _report(hass, simulator, link_id, "UNDELIV")
    assert [data["state"] for data in fired] == ["undeliverable"]
    await _pass(hass, freezer, SETTLED)
    assert len(fired) == 1


async def test_nothing_fires_again_after_another_restart(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    await _send(hass, simulator, "late")
    await _report(hass, simulator, await _send(hass, simulator, "failed"), "UNDELIV")
    for _ in range(2):
        detach = await _restart(hass, fired, detach)
        await _started(hass)
        await _pass(hass, freezer)
    assert fired.messages == ["failed", "late"]


async def test_the_same_triggers_both_fire_after_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    await _send(hass, simulator)
    await _restart(hass, fired, detach)
    await fired.attach("delivery_failed")
    await _started(hass)
    await _pass(hass, freezer)
    assert fired.messages == ["Help", "Help"]


async def test_a_trigger_new_at_a_start_ignores_old_texts(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    await _send(hass, simulator, "old")
    detach()
    await _pass(hass, freezer)
    # Other options make it another trigger.
    await _restart(hass, fired, detach, within={"minutes": 4})
    await _started(hass)
    await _send(hass, simulator, "new")
    await _pass(hass, freezer)
    assert fired.messages == ["new"]


async def test_a_reloaded_automation_does_not_fire_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    detach = await fired.attach("delivery_failed")
    await _report(hass, simulator, await _send(hass, simulator, "failed"), "UNDELIV")
    await _send(hass, simulator, "under way")
    detach()
    await fired.attach("delivery_failed")
    await _pass(hass, freezer)
    assert fired.messages == ["failed", "under way"]


async def test_a_clock_that_is_set_back_hides_nothing(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await fired.attach("delivery_failed")
    freezer.tick(timedelta(days=-1))
    await _report(hass, simulator, await _send(hass, simulator), "UNDELIV")
    assert fired.messages == ["Help"]


# Accounts that come and go, and logs that don't work


async def test_an_account_that_comes_later_is_watched_until_it_goes(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    assert await async_setup_component(hass, "smsadmin", {})
    entry.add_to_hass(hass)
    await fired.attach("delivery_failed")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _send(hass, simulator)
    await _pass(hass, freezer)
    assert fired.messages == ["Help"]
    await _send(hass, simulator)
    await hass.config_entries.async_remove(entry.entry_id)
    await _pass(hass, freezer)
    assert fired.messages == ["Help"]


async def test_only_the_chosen_account_is_watched(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired
) -> None:
    simulator.add_account("school", "secret")
    other = make_entry(simulator, data={"username": "school", "webhook_id": "another", "password_md5": _md5("secret")})
    await fired.attach("delivery_failed", config_entry_id=account.entry_id)
    await set_up(hass, other)
    await hass.config_entries.async_remove(other.entry_id)
    await _report(hass, simulator, await _send(hass, simulator), "UNDELIV")
    assert fired.messages == ["Help"]


async def test_an_account_that_is_not_set_up_is_watched(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    await set_up(hass, entry)
    await fired.attach("delivery_failed")
    await _send(hass, simulator)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await _pass(hass, freezer)
    assert fired.messages == ["Help"]


async def test_an_account_enabled_again_is_watched_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    """I switched the account off and on, and since then my automation never said that a text was not delivered."""
    await fired.attach("delivery_failed")
    await _send(hass, simulator, "fired before")
    await _pass(hass, freezer)
    await _send(hass, simulator, "late")
    arrived = await _send(hass, simulator, "arrived")
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await _pass(hass, freezer)
    await hass.config_entries.async_set_disabled_by(account.entry_id, None)
    await hass.async_block_till_done()
    # The report on it waited at the platform.
    await _report(hass, simulator, arrived)
    assert fired.messages == ["fired before"]
    await _pass(hass, freezer, SETTLED)
    assert fired.messages == ["fired before", "late"]
    await _send(hass, simulator, "afterwards")
    await _pass(hass, freezer)
    assert fired.messages == ["fired before", "late", "afterwards"]


@contextmanager
def _a_directory(path: Path) -> Iterator[None]:
    path.mkdir(parents=True)
    yield
    path.rmdir()


async def test_a_log_that_recovers_is_monitored(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, fired: Fired, freezer: FrozenDateTimeFactory
) -> None:
    with _a_directory(Path(hass.config.path(".storage", f"smsadmin.{entry.entry_id}.db"))):
        await set_up(hass, entry)
        await fired.attach("delivery_failed")
        await _send(hass, simulator, "written once it works")
    await _pass(hass, freezer)
    await _send(hass, simulator, "in the log")
    await _pass(hass, freezer)
    assert fired.messages == ["written once it works", "in the log"]


# In Home Assistant as a whole


async def test_an_automation_runs(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, events: list[Event]
) -> None:
    automation = {
        "alias": "Answer",
        "triggers": {
            "trigger": "smsadmin.reply_received",
            "options": {"recipients": "notify.mother", "text": "status?", "max_age": "00:10:00"},
        },
        "actions": {
            "action": "smsadmin.send_sms",
            "data": {"mobiles": ["{{ trigger.mobile }}"], "message": "{{ trigger.message }} All is well."},
        },
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await _reply(hass, simulator, "Status?")
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER,), "Status? All is well.")]


async def test_a_wrong_automation_says_what_is_wrong_and_not_the_text(
    hass: HomeAssistant, account: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    options = {"text": "Fire!(", "match": "regex"}
    automation = {"triggers": {"trigger": "smsadmin.reply_received", "options": options}, "actions": []}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    assert "no regular expression (missing ), unterminated subpattern at position 5)" in caplog.text
    caplog.clear()


EXAMPLES: dict[str, dict[str, Any]] = {
    "trigger": {"trigger": "smsadmin.reply_received"},
    "condition": {"condition": "smsadmin.balance_at_least", "options": {"balance": 1}},
}


@pytest.mark.parametrize(
    ("helper", "moved", "kind", "other", "modules"),
    [
        (trigger_helper, "Trigger", "trigger", "condition", ("trigger",)),
        (condition_helper, "Condition", "condition", "trigger", ("condition", "triggers.balance_at_least")),
    ],
)
async def test_where_home_assistant_moves_its_helpers_all_else_works(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    hass_ws_client: WebSocketGenerator,
    helper: Any,
    moved: str,
    kind: str,
    other: str,
    modules: tuple[str, ...],
) -> None:
    prefixes = tuple(f"{smsadmin.__name__}.{module}" for module in modules)
    assert {trigger.__name__, condition.__name__} <= sys.modules.keys()
    for module in [module for module in sys.modules if module.startswith(prefixes)]:
        monkeypatch.delitem(sys.modules, module)
        monkeypatch.delattr(smsadmin, module.split(".")[2], raising=False)
    monkeypatch.delattr(helper, moved)
    await set_up(hass, entry)
    await _send(hass, simulator)
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "validate_config", **{f"{name}s": example for name, example in EXAMPLES.items()}})
    answers = (await client.receive_json())["result"]
    assert answers[f"{kind}s"]["error"].startswith(f"Invalid {kind} 'smsadmin.")
    assert answers[f"{other}s"] == {"valid": True, "error": None}
    said = [
        record.getMessage() for record in caplog.records if record.name == smsadmin.__name__ and record.levelname == "WARNING"
    ]
    (text,) = said
    assert f"no SMSAdmin {kind}s" in text
    assert moved in text
