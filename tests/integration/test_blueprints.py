"""Tests of the blueprints in all languages, loaded by Home Assistant and run against the simulated platform."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import timedelta
import html
import json
from pathlib import Path
import re
import shutil
import time
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.errors import MissingInput
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.conversation import (
    AbstractConversationAgent,
    ConversationInput,
    ConversationResult,
    async_set_agent,
)
from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentryData
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, MATCH_ALL
from homeassistant.core import CoreState, Event, HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers.intent import IntentResponse
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.message_log.conftest import Faults
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, PUSH_PATH, STRANGER, USER, account_of, make_entry, set_up, state_of

type Texts = list[tuple[str, tuple[str, ...]]]

FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "smsadmin"
NAMES = [
    "alarm_with_acknowledgement",
    "alarm_with_fallback",
    "commands",
    "daily_summary",
    "forward_replies",
    "low_balance",
    "text_with_the_house",
]
SUFFIXES = ["", ".zh-Hans", ".zh-Hant"]
ON_GITHUB = "https://github.com/ha-smsadmin/smsadmin/blob/main/blueprints/automation/smsadmin/"
CHINESE = re.compile(r"[\u4e00-\u9fff\uff00-\uffef]")

SMOKE = "binary_sensor.smoke"
ALARMS = {"": "Alarm: {}", ".zh-Hans": "报警：{}", ".zh-Hant": "警報：{}"}
ALARM: dict[str, Any] = {
    "alarm_triggers": [{"trigger": "state", "entity_id": SMOKE, "to": "on"}],
    "recipients": ["notify.parents"],
    "fallback_recipients": ["notify.mother"],
    "fallback_actions": [{"event": "notified", "event_data": {"text": "{{ alarm_text }}", "whom": "{{ not_reached }}"}}],
}
NOTIFY = [{"event": "notified", "event_data": {"title": "{{ title }}", "message": "{{ message }}"}}]
LATER = timedelta(minutes=15, seconds=1)
PAUSE = 0.01
RUNS_WAIT = 0.3
"""Seconds without an event or a request, after which runs that still go on count as waiting."""


# A test checks that all languages have the same logic, so only tests of their texts run in all of them.
in_every_language = pytest.mark.parametrize("suffix", SUFFIXES, ids=["English", "Simplified", "Traditional"])


@pytest.fixture
def suffix() -> str:
    """The suffix of file names in the language of the test."""
    return ""


class Home:
    """Creates automations from blueprints, and records the texts and events that they send."""

    def __init__(self, hass: HomeAssistant, simulator: Simulator, suffix: str, freezer: FrozenDateTimeFactory) -> None:
        self.hass = hass
        self.simulator = simulator
        self.notified: list[Event] = async_capture_events(hass, "notified")
        self._events = async_capture_events(hass, MATCH_ALL)
        self._suffix = suffix
        self._freezer = freezer

    async def automate(self, name: str, **inputs: Any) -> None:
        """Create one automation from a blueprint."""
        copies = Path(self.hass.config.path("blueprints", "automation", "smsadmin"))
        shutil.copytree(FOLDER, copies, dirs_exist_ok=True)
        blueprint = {"path": f"smsadmin/{name}{self._suffix}.yaml", "input": inputs}
        automation = {"id": "test", "alias": "Test", "use_blueprint": blueprint}
        assert await async_setup_component(self.hass, "automation", {"automation": automation})
        await self.settle()
        assert state_of(self.hass, "automation.test").state == "on"

    async def settle(self) -> None:
        """Wait for all runs that do not wait for time to pass. A run that does never ends here, but nothing happens any more."""
        done = asyncio.ensure_future(self.hass.async_block_till_done(wait_background_tasks=True))
        happened, quiet = 0, 0.0
        while not done.done() and quiet < RUNS_WAIT:
            before, happened = happened, len(self._events) + len(self.simulator.requests)
            quiet = quiet + PAUSE if happened == before else 0.0
            await _sleep()
        done.cancel()

    async def expect_sent(self, *sent: tuple[str, tuple[str, ...]]) -> None:
        """Wait until the platform has accepted these texts, and no others."""
        await _until(lambda: len(self.sent) >= len(sent), 10)
        assert self.sent == list(sent)

    async def call(self, action: str, **data: Any) -> None:
        domain, _, service = action.partition(".")
        await self.hass.services.async_call(domain, service, data, blocking=True)
        await self.settle()

    async def reply(self, text: str, mobile: str = MOTHER) -> None:
        self.simulator.reply(mobile, text, uid=USER)
        await self.call("smsadmin.receive")

    async def report(self, status: str, mobile: str = MOTHER, sent: int = -1) -> None:
        self.simulator.report(mobile, status, uid=USER, link_id=self.simulator.sent[sent].link_id)
        await self.call("smsadmin.receive")

    async def balance(self, balance: int) -> None:
        self.simulator.accounts[USER].balance = balance
        await self.pass_time(timedelta(hours=1))

    async def smoke(self) -> None:
        for state in ("off", "on"):
            self.hass.states.async_set(SMOKE, state, {"friendly_name": "Kitchen"})
        await self.settle()

    async def pass_time(self, time: timedelta = LATER) -> None:
        self._freezer.tick(time)
        async_fire_time_changed(self.hass)
        await self.settle()

    @property
    def sent(self) -> list[tuple[str, tuple[str, ...]]]:
        """The accepted texts and their numbers."""
        return [(sent.text, sent.mobiles) for sent in self.simulator.sent]

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The data of the events that the automation has fired."""
        return [event.data for event in self.notified]


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition or `seconds`."""
    for _ in range(round(seconds / PAUSE)):
        if condition():
            break
        await _sleep()


async def _sleep() -> None:
    """Sleep in a thread, because the clock of the event loop is frozen."""
    await asyncio.to_thread(time.sleep, PAUSE)


@pytest.fixture(autouse=True)
def _link_ids_stay_texts(hass: HomeAssistant) -> Iterator[None]:
    """Fail a test whose automation passes a link id as a number, which is too large for Home Assistant's recorder."""
    calls = async_capture_events(hass, "call_service")
    yield
    assert {type(call.data["service_data"].get("link_id")) for call in calls} <= {str, type(None)}


@pytest.fixture
async def home(hass: HomeAssistant, simulator: Simulator, suffix: str, freezer: FrozenDateTimeFactory) -> AsyncIterator[Home]:
    home = Home(hass, simulator, suffix, freezer)
    for component in ("homeassistant", "persistent_notification"):
        assert await async_setup_component(hass, component, {})
    yield home
    if "automation" in hass.config.components:
        await home.call("automation.turn_off", entity_id="automation.test")


# The files


def _blueprint(name: str) -> Blueprint:
    return Blueprint(load_yaml_dict(FOLDER / name), expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA)


def test_every_blueprint_exists_in_every_language() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}{suffix}.yaml" for name in NAMES for suffix in SUFFIXES}


@in_every_language
@pytest.mark.parametrize("name", NAMES)
def test_a_blueprint_has_its_source_and_minimum_version(name: str, suffix: str) -> None:
    blueprint = _blueprint(f"{name}{suffix}.yaml")
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"] == f"{ON_GITHUB}{name}{suffix}.yaml"
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.8.0"}
    assert blueprint.metadata["author"]


@pytest.mark.parametrize("name", NAMES)
def test_all_languages_have_the_same_logic(name: str) -> None:
    english, *others = (_logic(load_yaml_dict(FOLDER / f"{name}{suffix}.yaml")) for suffix in SUFFIXES)
    assert others == [english, english]


@pytest.mark.parametrize("name", NAMES)
def test_300_waiting_replies_do_not_exceed_the_runs(name: str) -> None:
    config = load_yaml_dict(FOLDER / f"{name}.yaml")
    assert (config["mode"], config.get("max")) in [("single", None), ("queued", 1000), ("parallel", 1000)]


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_send_does_not_stop_what_follows(name: str) -> None:
    actions: list[dict[str, Any]] = load_yaml_dict(FOLDER / f"{name}.yaml")["actions"]
    sends = [action for action in _actions(actions) if action["action"] in ("notify.send_message", "smsadmin.send_sms")]
    assert sends
    assert [action for action in sends if not action.get("continue_on_error")] in ([], actions[-1:])


def _actions(part: object) -> Iterator[dict[str, Any]]:
    """Yield the actions at all depths."""
    if isinstance(part, dict):
        if "action" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _actions(inner)


@pytest.mark.parametrize("name", NAMES)
def test_all_texts_are_translated(name: str) -> None:
    english, *others = (list(_texts(load_yaml_dict(FOLDER / f"{name}{suffix}.yaml"))) for suffix in SUFFIXES)
    assert english
    assert not [text for text in english if CHINESE.search(text)]
    assert not [text for chinese in others for text in chinese if text != "PIN" and not CHINESE.search(text)]


def _logic(config: dict[str, Any]) -> str:
    """Return the logic of a blueprint: everything except names, descriptions, default texts and terms."""
    del config["blueprint"]["source_url"]
    config["variables"].pop("terms", None)
    for described in _described(config["blueprint"]):
        for key in ("name", "description"):
            described.pop(key, None)
        if _is_text(described):
            del described["default"]
    # Each language has its own punctuation.
    return json.dumps(config, default=repr, ensure_ascii=False).replace("join('、')", "join(', ')").replace("}}：{{", "}}: {{")


def _texts(config: dict[str, Any]) -> Iterator[str]:
    yield from config["variables"].get("terms", {}).values()
    for described in _described(config["blueprint"]):
        yield from (described[key] for key in ("name", "description") if key in described)
        if _is_text(described) and described["default"]:
            yield described["default"]


def _described(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the blueprint, its sections and its inputs."""
    yield part
    for inner in part.get("input", {}).values():
        yield from _described(inner)


def _is_text(described: dict[str, Any]) -> bool:
    return isinstance(described.get("default"), str) and bool({"text", "template"} & described["selector"].keys())


@in_every_language
@pytest.mark.parametrize("name", NAMES)
async def test_an_imported_blueprint_is_unchanged(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, name: str, suffix: str
) -> None:
    assert await async_setup_component(hass, "automation", {})
    client = await hass_ws_client()
    path, text = f"ha-smsadmin/{name}{suffix}.yaml", (FOLDER / f"{name}{suffix}.yaml").read_text(encoding="utf-8")
    message = {"domain": "automation", "path": path, "yaml": text, "source_url": f"{ON_GITHUB}{name}{suffix}.yaml"}
    await client.send_json_auto_id({"type": "blueprint/save", **message})
    assert (await client.receive_json())["success"]
    saved = load_yaml_dict(hass.config.path("blueprints", "automation", path))
    assert Blueprint(saved, schema=AUTOMATION_BLUEPRINT_SCHEMA).data == _blueprint(f"{name}{suffix}.yaml").data


# forward_replies


@in_every_language
@pytest.mark.usefixtures("account")
async def test_replies_are_forwarded_to_phones_and_by_text(home: Home, suffix: str) -> None:
    await home.automate("forward_replies", text_to=["notify.parents"], devices=["notify.mother"], actions=NOTIFY)
    await home.reply("[1]", STRANGER)
    title = {"": "Reply from {}", ".zh-Hans": "{}的回复", ".zh-Hant": "{}的回覆"}[suffix].format(STRANGER)
    text = f"{STRANGER}{'：' if suffix else ': '}[1]"
    assert home.events == [{"title": title, "message": text}]
    assert sorted(home.sent) == sorted([(text, (MOTHER, FATHER)), (f"{title}\n{text}", (MOTHER,))])


@in_every_language
@pytest.mark.usefixtures("account")
async def test_by_default_replies_are_shown_in_home_assistant(home: Home, suffix: str) -> None:
    await home.automate("forward_replies")
    calls = async_capture_events(home.hass, "call_service")
    await home.reply("Yes")
    (shown,) = [call.data["service_data"] for call in calls if call.data["domain"] == "persistent_notification"]
    assert shown == {
        "title": {"": "Reply from Mother", ".zh-Hans": "Mother的回复", ".zh-Hant": "Mother的回覆"}[suffix],
        "message": f"Mother{'：' if suffix else ': '}Yes",
    }


@pytest.mark.usefixtures("account")
async def test_only_replies_of_selected_senders_are_forwarded(home: Home) -> None:
    inputs: dict[str, Any] = {
        "senders": ["notify.mother"],
        "numbers": [STRANGER],
        "message": "{{ trigger.message }}",
        "actions": NOTIFY,
    }
    await home.automate("forward_replies", **inputs)
    for mobile in (MOTHER, FATHER, STRANGER):
        await home.reply(f"I am {mobile}", mobile)
    assert [event["message"] for event in home.events] == [f"I am {MOTHER}", f"I am {STRANGER}"]


@pytest.mark.usefixtures("account")
async def test_a_reply_is_not_forwarded_to_its_sender(home: Home) -> None:
    await home.automate("forward_replies", text_to=["notify.mother"], actions=NOTIFY)
    await home.reply("I am in a meeting.")
    assert (len(home.events), home.sent) == (1, [])
    await home.reply("Yes", FATHER)
    assert len(home.sent) == 1


@pytest.mark.usefixtures("people")
async def test_a_reply_is_forwarded_to_all_but_its_sender(home: Home) -> None:
    """My own reply was kept from me, but from the rest of the family, too."""
    await home.automate(
        "forward_replies", text_to=["notify.mother", "notify.father", "notify.child"], message="{{ trigger.message }}"
    )
    await home.reply("Yes")
    assert home.sent == [("Yes", (FATHER, CHILD))]


@pytest.mark.usefixtures("account")
async def test_a_failed_notification_does_not_stop_the_others(home: Home) -> None:
    missing = [{"action": "notify.old_phone", "data": {"message": "x"}}]
    await home.automate("forward_replies", text_to=["notify.parents"], actions=missing)
    await home.reply("Yes", STRANGER)
    assert len(home.sent) == 1


@pytest.mark.usefixtures("account")
async def test_pushed_replies_are_forwarded(home: Home, http: TestClient[Any, Any]) -> None:
    await home.automate("forward_replies", message="{{ trigger.message }}", actions=NOTIFY)
    home.simulator.register_push(USER, str(http.make_url(PUSH_PATH)))
    result = await home.simulator.push_reply(MOTHER, "收到", uid=USER)
    assert result.status == 200
    await home.settle()
    assert [event["message"] for event in home.events] == ["收到"]


@pytest.mark.usefixtures("account")
async def test_texts_of_strangers_are_not_rendered(home: Home) -> None:
    """When I opened the notification, it loaded a picture that a stranger had put into a reply."""
    await home.automate("forward_replies", devices=["notify.mother"], title="{{ trigger.message }}")
    calls = async_capture_events(home.hass, "call_service")
    await home.reply("![x](http://evil.example/x.png) <img src=//evil.example> www.evil.example a@evil.example\n# `x` &lt; \\")
    (shown,) = [call.data["service_data"]["message"] for call in calls if call.data["domain"] == "persistent_notification"]
    assert not set(shown) & set("![]()<>/.@`\\*_|~=-+")
    assert shown.startswith("Mother: &#33;&#91;x&#93;&#40;http:&#47;&#47;evil&#46;example")
    assert html.unescape(shown).endswith("a@evil.example\n# `x` &lt; \\")
    assert not [text for text, _ in home.sent if "<" in text or "](" in text]


# low_balance


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", ["low_balance", "daily_summary"])
async def test_only_balance_sensors_are_offered(home: Home, name: str) -> None:
    section = next(
        part["input"] for part in _blueprint(f"{name}.yaml").metadata["input"].values() if "balance_sensor" in part["input"]
    )
    (wanted,) = section["balance_sensor"]["selector"]["entity"]["filter"]
    offered = [
        state.entity_id
        for state in home.hass.states.async_all("sensor")
        if state.attributes.get("device_class") in wanted["device_class"]
    ]
    assert offered == ["sensor.smsadmin_balance"]


@in_every_language
@pytest.mark.usefixtures("account")
async def test_a_low_balance_and_its_recovery_notify_once(home: Home, suffix: str) -> None:
    await home.automate("low_balance", balance_sensor="sensor.smsadmin_balance", actions=NOTIFY)
    for balance in (100, 99, 50, 100, 300):
        await home.balance(balance)
    titles = {
        "": ["SMS balance is low", "SMS balance is fine again"],
        ".zh-Hans": ["短信余额不足", "短信余额已恢复"],
        ".zh-Hant": ["簡訊餘額不足", "簡訊餘額已恢復"],
    }
    assert [event["title"] for event in home.events] == titles[suffix]
    assert ["99" in home.events[0]["message"], "100" in home.events[1]["message"]] == [True, True]


@pytest.mark.usefixtures("account")
async def test_after_a_gap_only_a_low_balance_notifies(home: Home) -> None:
    await home.automate("low_balance", balance_sensor="sensor.smsadmin_balance", threshold=200, actions=NOTIFY, low_title="low")
    for balance in (300, 150):
        home.simulator.fault("balance", "code:400")
        await home.balance(balance)
        assert state_of(home.hass, "sensor.smsadmin_balance").state == "unavailable"
        await home.balance(balance)
    assert [event["title"] for event in home.events] == ["low"]


@pytest.mark.usefixtures("account")
async def test_a_manual_run_notifies_the_current_balance(home: Home) -> None:
    inputs: dict[str, Any] = {
        "balance_sensor": "sensor.smsadmin_balance",
        "enough_message": "{{ balance }}",
        "devices": ["notify.mother"],
    }
    await home.automate("low_balance", **inputs, enough_title="Fine")
    await home.call("automation.trigger", entity_id="automation.test")
    assert home.sent == [("Fine\n500", (MOTHER,))]


@pytest.mark.usefixtures("account")
async def test_a_manual_run_without_a_balance_notifies_nothing(home: Home) -> None:
    await home.automate("low_balance", balance_sensor="sensor.smsadmin_balance", actions=NOTIFY)
    home.simulator.fault("balance", "code:400")
    await home.balance(50)
    await home.call("automation.trigger", entity_id="automation.test")
    assert home.events == []


@pytest.mark.usefixtures("account")
async def test_a_low_balance_notifies_again_after_a_restart(home: Home) -> None:
    """The balance was known before the automations had started, so no change of it told me."""
    inputs: dict[str, Any] = {"actions": [{"event": "notified", "event_data": {"low": "{{ low }}"}}]}
    await home.automate("low_balance", balance_sensor="sensor.smsadmin_balance", **inputs)
    await home.balance(50)
    await _restart(home, timedelta(minutes=1))
    await home.balance(500)
    await _restart(home, timedelta(minutes=1))
    assert home.events == [{"low": True}, {"low": True}, {"low": False}]


# alarm_with_fallback


@in_every_language
@pytest.mark.usefixtures("account")
async def test_a_delivered_alarm_has_no_fallback(home: Home, suffix: str) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    await home.smoke()
    text = ALARMS[suffix].format("Kitchen")
    assert home.sent == [(text, (MOTHER, FATHER))]
    for mobile in (MOTHER, FATHER):
        await home.report("DELIVRD", mobile)
    await home.pass_time()
    assert (len(home.sent), home.events) == (1, [])


@in_every_language
@pytest.mark.usefixtures("account")
async def test_an_overdue_alarm_has_one_fallback(home: Home, suffix: str) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    await home.smoke()
    await home.pass_time(timedelta(minutes=14))
    assert home.events == []
    await home.pass_time(timedelta(minutes=1, seconds=1))
    text = ALARMS[suffix].format("Kitchen")
    added = {
        "": " (Not delivered to Parents.)",
        ".zh-Hans": "（Parents未收到此短信。）",
        ".zh-Hant": "（Parents未收到此簡訊。）",
    }[suffix]
    assert home.events == [{"text": text, "whom": "Parents"}]
    assert home.sent[1:] == [(text + added, (MOTHER,))]
    await home.pass_time()
    assert (len(home.sent), len(home.events)) == (2, 1)


@pytest.mark.usefixtures("account")
async def test_a_failed_alarm_has_one_immediate_fallback(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM | {"fallback_recipients": []})
    await home.smoke()
    await home.report("UNDELIV", FATHER)
    assert [event["whom"] for event in home.events] == ["Parents"]
    await home.pass_time(timedelta(seconds=1))
    await home.report("EXPIRED", MOTHER)
    await home.pass_time()
    assert len(home.events) == 1
    await home.smoke()
    await home.report("UNDELIV", MOTHER)
    assert [event["whom"] for event in home.events] == ["Parents", "Parents"]


@pytest.mark.usefixtures("account")
async def test_a_rejected_alarm_has_one_immediate_fallback(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM, message="Help", fallback_message="{{ alarm_text }}, {{ not_reached }}")
    home.simulator.fault("submit", "code:102")
    await home.smoke()
    assert home.events == [{"text": "Help", "whom": "Parents"}]
    assert home.sent == [("Help, Parents", (MOTHER,))]


@pytest.mark.usefixtures("account")
async def test_an_unconfirmed_alarm_has_its_full_time(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    home.simulator.fault("submit", "status:500")
    await home.smoke()
    assert home.events == []
    await home.pass_time()
    assert len(home.events) == 1


async def test_a_forbidden_alarm_has_an_immediate_fallback(hass: HomeAssistant, simulator: Simulator, home: Home) -> None:
    await set_up(hass, make_entry(simulator, daily_limit=1))
    await home.automate("alarm_with_fallback", **ALARM, message="Help")
    await home.smoke()
    assert home.events == [{"text": "Help", "whom": "Parents"}]
    await home.pass_time()
    assert len(home.events) == 1


async def test_an_alarm_of_a_disabled_account_has_a_fallback(hass: HomeAssistant, account: MockConfigEntry, home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM, message="Help")
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await home.smoke()
    assert [event["text"] for event in home.events] == ["Help"]


def _spoil_log(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Put a folder in the place of the log's file."""
    Path(hass.config.path(".storage", f"smsadmin.{entry.entry_id}.db")).mkdir(parents=True)


async def test_an_unrecorded_alarm_is_sent_and_has_a_fallback(hass: HomeAssistant, entry: MockConfigEntry, home: Home) -> None:
    _spoil_log(hass, entry)
    await set_up(hass, entry)
    await home.automate("alarm_with_fallback", **ALARM, message="Help", fallback_message="Go there")
    await home.smoke()
    assert home.sent == [("Help", (MOTHER, FATHER)), ("Go there", (MOTHER,))]


@pytest.mark.usefixtures("account")
async def test_an_alarm_overdue_during_a_restart_has_a_fallback(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    await home.smoke()
    await home.call("automation.turn_off", entity_id="automation.test")
    home.hass.set_state(CoreState.starting)
    await home.pass_time(timedelta(hours=1))
    await home.call("automation.turn_on", entity_id="automation.test")
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await home.pass_time(timedelta(seconds=61))
    assert len(home.events) == 1
    await home.pass_time()
    assert len(home.events) == 1


@pytest.mark.usefixtures("account")
async def test_other_failed_texts_have_no_fallback(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    await home.call("smsadmin.send_sms", recipients=["notify.parents"], message="Dinner?")
    await home.report("UNDELIV")
    await home.pass_time()
    assert home.events == []


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("message", ["{{ 1 / 0 }}", "{{ states('sensor.none') | float }}"])
async def test_an_alarm_with_a_broken_template_is_sent(home: Home, message: str) -> None:
    await home.automate("alarm_with_fallback", **ALARM, message=message, fallback_message=message)
    await home.smoke()
    await home.report("UNDELIV")
    await home.expect_sent(("Test", (MOTHER, FATHER)), ("Test", (MOTHER,)))
    assert len(home.events) == 1


class QueuedTexts:
    """Replaces the actions by those of an unreachable platform: texts are queued, and are in the log."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.calls: list[ServiceCall] = []
        self.texts: list[dict[str, Any]] = []
        for name, act in (("send_sms", self._send_sms), ("get_messages", self._get_messages)):
            hass.services.async_register("smsadmin", name, act, supports_response=SupportsResponse.OPTIONAL)

    async def _send_sms(self, call: ServiceCall) -> ServiceResponse:
        self.calls.append(call)
        at = dt_util.now().isoformat()
        text = {"message_id": f"id-{len(self.texts)}", "direction": "out", "mobile": MOTHER, "message": call.data["message"]}
        state = {"state": "queued", "at": at, "history": [{"state": "queued", "at": at}]}
        self.texts.append(text | state | {"link_id": call.data["link_id"]})
        return {"queued": 1}

    async def _get_messages(self, call: ServiceCall) -> ServiceResponse:
        link_ids = [call.data["link_id"]] if "link_id" in call.data else [text["link_id"] for text in self.texts]
        return {"messages": [text for text in reversed(self.texts) if text["link_id"] in link_ids]}


@pytest.mark.usefixtures("account")
async def test_a_queued_alarm_has_an_immediate_fallback(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM | {"fallback_recipients": []}, message="Help")
    QueuedTexts(home.hass)
    await home.smoke()
    assert home.events == [{"text": "Help", "whom": "Parents"}]


@pytest.mark.usefixtures("account")
async def test_two_simultaneous_alarms_are_sent(home: Home) -> None:
    await home.automate("alarm_with_fallback", **ALARM)
    home.hass.states.async_set(SMOKE, "off")
    for state in ("on", "off", "on"):
        home.hass.states.async_set(SMOKE, state)
    await home.settle()
    assert len(home.sent) == 2
    await home.pass_time()
    assert len(home.events) == 2


@in_every_language
@pytest.mark.usefixtures("account")
async def test_an_action_can_raise_the_alarm(home: Home, suffix: str) -> None:
    await home.automate("alarm_with_fallback", recipients=["notify.mother"])
    await home.call("automation.trigger", entity_id="automation.test")
    assert home.sent == [(ALARMS[suffix].format("Test"), (MOTHER,))]


@pytest.mark.usefixtures("account")
async def test_an_alarm_needs_its_conditions(home: Home) -> None:
    armed = [{"condition": "state", "entity_id": "switch.armed", "state": "on"}]
    await home.automate("alarm_with_fallback", **ALARM, alarm_conditions=armed)
    home.hass.states.async_set("switch.armed", "off")
    await home.smoke()
    assert (home.sent, home.events) == ([], [])
    home.hass.states.async_set("switch.armed", "on")
    await home.smoke()
    assert len(home.sent) == 1
    # The fallback does not depend on the conditions.
    home.hass.states.async_set("switch.armed", "off")
    await home.pass_time()
    assert len(home.events) == 1


# alarm_with_acknowledgement

ROUND: dict[str, Any] = {
    "alarm_triggers": ALARM["alarm_triggers"],
    "people": ["notify.mother", "notify.father", "notify.child"],
    "rounds": 2,
    "acknowledged_actions": [{"event": "notified", "event_data": {"who": "{{ who }}", "text": "{{ alarm_text }}"}}],
    "unacknowledged_actions": [{"event": "notified", "event_data": {"unacknowledged": "{{ alarm_text }}"}}],
}
CHILD = "13800000003"
PEOPLE = {"Mother": MOTHER, "Father": FATHER, "Child": CHILD}
ALL_PEOPLE = tuple(PEOPLE.values())
ALARM_TEXT = "Alarm: Kitchen\nReply 1 to acknowledge."


@pytest.fixture
async def people(hass: HomeAssistant, simulator: Simulator) -> None:
    """An account with three recipients of one number each."""
    entry = make_entry(simulator)
    recipients = [
        ConfigSubentryData(data={"name": name, "mobiles": [mobile]}, subentry_type="recipient", title=name, unique_id=None)
        for name, mobile in PEOPLE.items()
    ]
    await set_up(
        hass,
        MockConfigEntry(domain="smsadmin", data=entry.data, options=entry.options, title="SMSAdmin", subentries_data=recipients),
    )


async def _restart(home: Home, down: timedelta) -> None:
    """Simulate a restart of Home Assistant for the automations."""
    await home.call("automation.turn_off", entity_id="automation.test")
    home.hass.set_state(CoreState.starting)
    await home.pass_time(down)
    await home.call("automation.turn_on", entity_id="automation.test")
    home.hass.set_state(CoreState.running)
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await home.settle()
    # Alarms go on a few seconds later.
    await home.pass_time(timedelta(seconds=11))


@pytest.mark.usefixtures("people")
async def test_people_are_texted_in_order_until_one_replies(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    await home.pass_time(timedelta(minutes=4))
    texts: Texts = [(ALARM_TEXT, (MOTHER,))]
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(minutes=1, seconds=1))
    texts.append((ALARM_TEXT, (FATHER,)))
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(minutes=1))
    await home.reply("1", FATHER)
    texts.append(("Father has acknowledged: Alarm: Kitchen", ALL_PEOPLE))
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(hours=1))
    await home.reply("1")
    await home.expect_sent(*texts)
    assert home.events == [{"who": "Father", "text": "Alarm: Kitchen"}]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "acknowledges"),
    [("1", True), ("１", True), (" 收到，马上到", True), ("1。", True), ("10", False), ("no 1", False), ("收到了吗", False)],
)
async def test_only_the_agreed_reply_acknowledges(home: Home, text: str, acknowledges: bool) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    await home.pass_time(timedelta(minutes=1))
    await home.reply(text)
    assert len(home.events) == acknowledges


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("text", ["ok", "OK!", "４２"])
async def test_words_of_ones_own_acknowledge(home: Home, text: str) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND, words=["Ok", 42])
    await home.smoke()
    await home.pass_time(timedelta(minutes=1))
    await home.reply(text)
    assert len(home.events) == 1


@pytest.mark.usefixtures("people")
async def test_after_a_failed_text_the_next_person_is_texted(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    home.simulator.fault("submit", "code:400")
    await home.smoke()
    texts: Texts = [(ALARM_TEXT, (FATHER,))]
    await home.expect_sent(*texts)
    await home.report("UNDELIV", FATHER)
    texts.append((ALARM_TEXT, (CHILD,)))
    await home.expect_sent(*texts)
    await home.report("DELIVRD", CHILD)
    await home.expect_sent(*texts)


@pytest.mark.usefixtures("people")
async def test_after_a_queued_text_the_next_person_is_texted(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    queued = QueuedTexts(home.hass)
    await home.smoke()
    assert [call.data["recipients"] for call in queued.calls] == [["notify.mother"], ["notify.father"], ["notify.child"]]


@pytest.mark.usefixtures("people")
async def test_queued_texts_do_not_outlive_their_alarm(home: Home, http: TestClient[Any, Any]) -> None:
    """After the outage, the alarm reached each of us twice, although Mother had acknowledged it."""
    await home.automate("alarm_with_acknowledgement", **ROUND)
    home.simulator.register_push(USER, str(http.make_url(PUSH_PATH)))
    await home.simulator.begin_outage("refused")
    await home.smoke()
    await home.pass_time(timedelta(minutes=5, seconds=1))
    assert await _unsent(home, "cancelled") == await _unsent(home, "queued") == [(name, ALARM_TEXT) for name in PEOPLE]
    assert (await home.simulator.push_reply(MOTHER, "1", uid=USER)).status == 200
    await home.settle()
    assert await _unsent(home, "queued") == [(name, "Mother has acknowledged: Alarm: Kitchen") for name in PEOPLE]


async def _unsent(home: Home, state: str) -> list[tuple[str, str]]:
    """Return the recipients and texts of the messages in a state, oldest first."""
    data = {"direction": "out"}
    found: Any = await home.hass.services.async_call("smsadmin", "get_messages", data, blocking=True, return_response=True)
    return [(sent["recipient"], sent["message"]) for sent in reversed(found["messages"]) if sent["state"] == state]


@pytest.mark.usefixtures("people")
async def test_after_a_failed_round_there_is_a_pause(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    home.simulator.fault("submit", "code:400", times=3)
    await home.smoke()
    assert home.sent == []
    await home.pass_time(timedelta(minutes=5, seconds=1))
    await home.expect_sent((ALARM_TEXT, (MOTHER,)))


@pytest.mark.usefixtures("people")
async def test_an_unacknowledged_alarm_ends_after_the_last_round(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND | {"people": ["notify.mother", "notify.child"]})
    await home.smoke()
    texts: Texts = []
    for mobile in (MOTHER, CHILD, MOTHER, CHILD):
        texts.append((ALARM_TEXT, (mobile,)))
        await home.expect_sent(*texts)
        assert home.events == []
        await home.pass_time(timedelta(minutes=5, seconds=1))
    assert home.events == [{"unacknowledged": "Alarm: Kitchen"}]
    await home.pass_time(timedelta(hours=1))
    await home.expect_sent(*texts)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("down", [timedelta(minutes=1), timedelta(minutes=20)])
async def test_an_alarm_continues_after_a_restart(home: Home, down: timedelta) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    texts: Texts = [(ALARM_TEXT, (MOTHER,))]
    await home.expect_sent(*texts)
    await _restart(home, down)
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(minutes=5))
    texts.append((ALARM_TEXT, (FATHER,)))
    await home.expect_sent(*texts)
    await home.reply("1", FATHER)
    await home.expect_sent(*texts, ("Father has acknowledged: Alarm: Kitchen", ALL_PEOPLE))


@pytest.mark.usefixtures("people")
async def test_a_reply_while_home_assistant_was_down_acknowledges(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    texts: Texts = [(ALARM_TEXT, (MOTHER,))]
    await home.expect_sent(*texts)
    await home.call("automation.turn_off", entity_id="automation.test")
    await home.pass_time(timedelta(minutes=1))
    # The reply's event was fired before the crash, but the automation did not react to it.
    await home.reply("收到")
    await _restart(home, timedelta(minutes=20))
    await home.pass_time(timedelta(minutes=1, seconds=1))
    texts.append(("Mother has acknowledged: Alarm: Kitchen", ALL_PEOPLE))
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(hours=1))
    await _restart(home, timedelta(minutes=1))
    await home.pass_time(timedelta(hours=1))
    await home.expect_sent(*texts)


@pytest.mark.usefixtures("people")
async def test_a_reload_neither_ends_nor_repeats_an_alarm(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    texts: Texts = [(ALARM_TEXT, (MOTHER,))]
    home.hass.bus.async_fire("automation_reloaded")
    await home.settle()
    await home.call("automation.turn_off", entity_id="automation.test")
    await home.call("automation.turn_on", entity_id="automation.test")
    home.hass.bus.async_fire("automation_reloaded")
    await home.settle()
    await home.pass_time(timedelta(seconds=11))
    await home.expect_sent(*texts)
    await home.pass_time(timedelta(minutes=5, seconds=1))
    texts.append((ALARM_TEXT, (FATHER,)))
    await home.expect_sent(*texts)


@pytest.mark.usefixtures("people")
async def test_an_old_alarm_is_not_continued(home: Home) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    await _restart(home, timedelta(hours=13))
    await home.pass_time(timedelta(hours=1))
    await home.reply("1")
    await home.expect_sent((ALARM_TEXT, (MOTHER,)))


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("suffix", "alarm", "acknowledged"),
    [
        (".zh-Hans", "报警：Kitchen\n收到请回复 1。", "Mother已确认：报警：Kitchen"),
        (".zh-Hant", "警報：Kitchen\n收到請回覆 1。", "Mother已確認：警報：Kitchen"),
    ],
)
async def test_the_texts_of_the_alarm_in_chinese(home: Home, alarm: str, acknowledged: str) -> None:
    await home.automate("alarm_with_acknowledgement", **ROUND)
    await home.smoke()
    await home.pass_time(timedelta(minutes=1))
    await home.reply("收到")
    await home.expect_sent((alarm, (MOTHER,)), (acknowledged, ALL_PEOPLE))


# commands

COMMANDS: dict[str, Any] = {
    "allowed": ["notify.mother"],
    "status_command": "status?",
    "status_entities": ["sensor.humidity", "input_boolean.door"],
    "command_1": "Open 门",
    "actions_1": [{"event": "notified", "event_data": {"by": "{{ trigger.mobile }}"}}],
    "answer_1": "Open.",
    "command_4": "24",
    "actions_4": [{"action": "smsadmin.send_sms", "data": {"mobiles": "x", "message": "x"}}],
    "failed_answer": "Alas.",
    "help_answer": "{{ known | join('/') }}",
}
HELP = "status?/Open 门/24"


@pytest.fixture
async def states(hass: HomeAssistant, account: MockConfigEntry) -> None:
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"door": {"name": "Door", "initial": True}}})
    attributes = {"friendly_name": "Attic", "unit_of_measurement": "%"}
    hass.states.async_set("sensor.humidity", "21.5", attributes)


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize("text", ["status?", " STATUS？\n"])
async def test_status_is_answered_with_states(home: Home, text: str) -> None:
    await home.automate("commands", **COMMANDS)
    await home.reply(text)
    assert home.sent == [("Attic: 21.5 %\nDoor: On", (MOTHER,))]


@in_every_language
@pytest.mark.usefixtures("states")
async def test_a_status_has_its_unit_in_the_language(home: Home, suffix: str) -> None:
    """In Chinese, my balance was answered as "500 messages"."""
    await home.automate("commands", **COMMANDS | {"status_entities": ["sensor.smsadmin_balance", "sensor.smsadmin_failed"]})
    await home.reply("status?")
    unit, colon = {"": ("messages", ": "), ".zh-Hans": ("条", "："), ".zh-Hant": ("則", "：")}[suffix]
    assert [text for text, _ in home.sent] == [f"SMSAdmin Balance{colon}500 {unit}\nSMSAdmin Failed{colon}0 {unit}"]


@in_every_language
@pytest.mark.usefixtures("states")
async def test_an_unavailable_sensor_has_no_unit_in_a_status(home: Home, suffix: str) -> None:
    await home.automate("commands", **COMMANDS)
    home.hass.states.async_set("sensor.humidity", "unavailable", {"friendly_name": "Attic", "unit_of_measurement": "%"})
    await home.reply("status?")
    words = {"": "Attic: Unavailable", ".zh-Hans": "Attic：不可用", ".zh-Hant": "Attic：不可用"}
    assert [text.split("\n")[0] for text, _ in home.sent] == [words[suffix]]


@pytest.mark.usefixtures("states")
async def test_a_command_is_executed_and_then_answered(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    await home.reply("open 门")
    assert [event["by"] for event in home.events] == [int(MOTHER)]
    assert home.sent == [("Open.", (MOTHER,))]


@pytest.mark.usefixtures("states")
async def test_a_failed_command_is_answered_with_the_failure(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    await home.reply("24")
    assert home.sent == [("Alas.", (MOTHER,))]


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize(
    "failing",
    [
        {"action": "notify.old_phone", "data": {"message": "x"}},
        {"action": "smsadmin.send_sms", "data": {"wrong": "x"}},
        {"stop": "Not today", "error": True},
    ],
)
async def test_a_command_that_stops_its_run_is_answered(home: Home, failing: dict[str, Any]) -> None:
    """An unknown action stops an automation in spite of continue_on_error."""
    await home.automate("commands", **COMMANDS | {"actions_4": [failing]})
    await home.reply("24")
    assert home.sent == [("Alas.", (MOTHER,))]
    await home.reply("open 门")
    assert home.sent[1:] == [("Open.", (MOTHER,))]


@pytest.mark.usefixtures("states")
async def test_an_unknown_command_is_answered_with_help_once(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    for text in ("Hello", "I am driving.", ""):
        await home.reply(text)
    assert home.sent == [(HELP, (MOTHER,))]
    await home.reply("open 门")
    assert home.sent[1:] == [("Open.", (MOTHER,))]
    await home.pass_time(timedelta(minutes=11))
    home.simulator.clock.set(dt_util.utcnow())
    await home.reply("Hello")
    assert home.sent[2:] == [(HELP, (MOTHER,))]


@in_every_language
@pytest.mark.usefixtures("states")
async def test_help_lists_the_commands(home: Home, suffix: str) -> None:
    await home.automate("commands", allowed=["notify.mother"], command_2="a", command_3="b", pin="1234")
    await home.reply("Hello")
    commands = {
        "": "Commands (after your PIN): a, b",
        ".zh-Hans": "可用命令（先输入 PIN 码）：a、b",
        ".zh-Hant": "可用命令（先輸入 PIN）：a、b",
    }
    assert [text for text, _ in home.sent] == [commands[suffix]]


@pytest.mark.usefixtures("states")
async def test_commands_of_strangers_are_ignored(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    for text in ("status?", "open 门", "Hello"):
        for mobile in (STRANGER, FATHER):
            await home.reply(text, mobile)
    assert (home.sent, home.events) == ([], [])


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize("allowed", [[], "", None])
async def test_without_allowed_people_commands_are_ignored(home: Home, allowed: object) -> None:
    await home.automate("commands", **COMMANDS | {"allowed": allowed})
    for mobile in (MOTHER, STRANGER):
        await home.reply("open 门", mobile)
        await home.reply("Hello", mobile)
    assert (home.sent, home.events) == ([], [])


@pytest.mark.usefixtures("states")
async def test_allowed_people_are_a_required_input(home: Home) -> None:
    blueprints = async_get_blueprints(home.hass)
    assert await async_setup_component(home.hass, "automation", {})
    shutil.copytree(FOLDER, home.hass.config.path("blueprints", "automation", "smsadmin"), dirs_exist_ok=True)
    with pytest.raises(MissingInput, match="allowed"):
        await blueprints.async_inputs_from_config({"use_blueprint": {"path": "smsadmin/commands.yaml", "input": {}}})


@pytest.mark.usefixtures("states")
async def test_commands_of_a_removed_recipient_are_ignored(home: Home, account: MockConfigEntry) -> None:
    await home.automate("commands", **COMMANDS)
    (mother,) = [subentry for subentry in account.subentries.values() if subentry.title == "Mother"]
    home.hass.config_entries.async_remove_subentry(account, mother.subentry_id)
    await home.settle()
    for mobile in (MOTHER, STRANGER):
        await home.reply("open 门", mobile)
    assert (home.sent, home.events) == ([], [])


@pytest.mark.usefixtures("states")
async def test_an_expired_command_is_ignored(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    home.simulator.reply(MOTHER, "open 门", uid=USER)
    await home.pass_time(timedelta(minutes=11))
    await home.call("smsadmin.receive")
    assert (home.sent, home.events) == ([], [])


@pytest.mark.usefixtures("states")
async def test_a_command_that_is_published_twice_is_executed_once(home: Home, events: list[Event]) -> None:
    await home.automate("commands", **COMMANDS)
    await home.reply("open 门")
    home.hass.bus.async_fire("smsadmin_reply", {**events[0].data})
    await home.settle()
    assert (len(home.sent), len(home.events)) == (1, 1)
    await home.reply("open 门")
    assert (len(home.sent), len(home.events)) == (2, 2)


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize(
    ("text", "obeyed"),
    [
        ("0123 open 门", True),
        ("0123OPEN 门", True),
        ("open 门", False),
        ("0124 open 门", False),
        ("0123", False),
        ("123 open 门", False),
    ],
)
async def test_a_command_has_to_begin_with_the_pin(home: Home, text: str, obeyed: bool) -> None:
    await home.automate("commands", **COMMANDS, pin="0123")
    await home.reply(text)
    assert [text for text, _ in home.sent] == ["Open." if obeyed else HELP]
    assert len(home.events) == obeyed


@pytest.mark.usefixtures("states")
async def test_a_manual_run_sends_no_text(home: Home) -> None:
    await home.automate("commands", **COMMANDS)
    await home.hass.services.async_call("automation", "trigger", {"entity_id": "automation.test"}, blocking=True)
    await home.settle()
    assert (home.sent, home.events) == ([], [])


# Interrupted commands


SLOW: dict[str, Any] = COMMANDS | {
    "actions_1": [{"event": "notified", "event_data": {"by": "{{ who }}"}}, {"delay": {"hours": 1}}],
    "interrupted_answer": "Interrupted.",
}


@pytest.mark.usefixtures("states")
async def test_interrupted_commands_are_answered_after_a_restart(home: Home) -> None:
    """Home Assistant restarted while my gate opened, and neither this command nor the one behind it had any answer."""
    await home.automate("commands", **SLOW)
    await home.reply("status?")
    for text in ("open 门", "24", "Hello"):
        await home.reply(text)
    answered = home.sent
    await _restart(home, timedelta(minutes=5))
    assert home.sent == [*answered, ("Interrupted.", (MOTHER,))]
    await _restart(home, timedelta(minutes=5))
    assert (len(home.sent), len(home.events)) == (2, 1)


@pytest.mark.usefixtures("states")
async def test_each_interrupted_phone_has_an_answer(home: Home) -> None:
    await home.automate("commands", **SLOW | {"allowed": ["notify.mother", "notify.parents"]})
    await home.reply("status?")
    for text, mobile in [("status?", FATHER), ("open 门", MOTHER), ("status?", FATHER)]:
        await home.reply(text, mobile)
    await _restart(home, timedelta(minutes=5))
    assert home.sent[2:] == [("Interrupted.", (MOTHER,)), ("Interrupted.", (FATHER,))]


@pytest.mark.usefixtures("states")
async def test_a_new_automation_answers_no_older_texts(home: Home) -> None:
    """I had answered commands by an automation of my own, and when I replaced it, all of them were answered again."""
    for text in ("status?", "open 门"):
        await home.reply(text)
    await home.pass_time(timedelta(minutes=1))
    await home.automate("commands", **SLOW)
    home.hass.bus.async_fire("automation_reloaded")
    await home.settle()
    assert home.sent == []


@pytest.mark.usefixtures("states")
async def test_a_reload_answers_interrupted_commands(home: Home) -> None:
    await home.automate("commands", **SLOW)
    for text in ("status?", "open 门"):
        await home.reply(text)
    await home.call("automation.turn_off", entity_id="automation.test")
    await home.pass_time(timedelta(minutes=1))
    await home.call("automation.turn_on", entity_id="automation.test")
    home.hass.bus.async_fire("automation_reloaded")
    await home.settle()
    assert (home.sent[1:], len(home.events)) == ([("Interrupted.", (MOTHER,))], 1)


@pytest.mark.usefixtures("states")
async def test_a_reload_of_others_leaves_a_running_command(home: Home) -> None:
    await home.automate("commands", **SLOW)
    await home.reply("open 门")
    home.hass.bus.async_fire("automation_reloaded")
    await home.pass_time(timedelta(hours=1, seconds=1))
    assert home.sent == [("Open.", (MOTHER,))]


@pytest.mark.usefixtures("states")
async def test_other_texts_have_no_answer_after_a_restart(home: Home) -> None:
    notified = [{"event": "notified", "event_data": {"locked": "{{ who }}"}}]
    await home.automate("commands", **SLOW, pin="0123", wrong_pins=1, locked_actions=notified)
    await home.reply("0123 status?")
    for text, mobile in [("open 门", FATHER), ("0123 open 门", FATHER), ("0123 open 门", STRANGER), ("0000 open 门", MOTHER)]:
        await home.reply(text, mobile)
    await home.reply("0123 open 门")
    answered, notifications = home.sent, home.events
    await _restart(home, timedelta(minutes=5))
    assert (home.sent, home.events) == (answered, notifications)


@pytest.mark.usefixtures("states")
async def test_an_old_command_has_no_answer_after_a_restart(home: Home) -> None:
    await home.automate("commands", **SLOW)
    for text in ("status?", "open 门"):
        await home.reply(text)
    await _restart(home, timedelta(hours=2))
    assert len(home.sent) == 1


async def test_a_command_is_not_executed_twice_after_a_crash(
    hass: HomeAssistant, faults: Faults, entry: MockConfigEntry, home: Home, events: list[Event]
) -> None:
    """Home Assistant was killed right after the garage door had opened, and after its start, the door was closed."""
    await set_up(hass, entry)
    await home.automate("commands", **COMMANDS)
    faults.fail(statement="UPDATE record SET published")
    await home.reply("open 门")
    await home.expect_sent(("Alas.", (MOTHER,)))
    # The log still counts the reply as one that is to be published again, so nothing is done.
    assert home.events == []
    faults.recover()
    await account_of(home.hass, entry).log.probe()
    home.hass.bus.async_fire("smsadmin_reply", {**events[0].data})
    await home.settle()
    assert (len(home.sent), home.events) == (1, [])


# Wrong PINs


@pytest.mark.usefixtures("states")
async def test_after_wrong_pins_the_right_one_is_refused(home: Home) -> None:
    notified = [{"event": "notified", "event_data": {"locked": "{{ locked_message }}"}}]
    await home.automate("commands", **COMMANDS, pin="0123", wrong_pins=3, locked_actions=notified)
    for guess in ("0000 open 门", "1111 OPEN 门", "01 open 门"):
        assert home.events == []
        await home.reply(guess)
    assert home.events == [{"locked": "Locked after wrong PINs, the last from Mother."}]
    for text in ("0123 open 门", "2222 open 门", "0123 open 门"):
        await home.reply(text)
    # The answer must not reveal whether the PIN was right.
    assert (len(home.events), home.sent) == (1, [(HELP, (MOTHER,))])
    await home.pass_time(timedelta(hours=1, seconds=1))
    home.simulator.clock.set(dt_util.utcnow())
    await home.reply("0123 open 门")
    assert home.sent[1:] == [("Open.", (MOTHER,))]


@pytest.mark.usefixtures("states")
async def test_wrong_pins_of_several_phones_count_together(home: Home) -> None:
    notified = [{"event": "notified", "event_data": {"locked": "{{ who }}"}}]
    inputs = COMMANDS | {"allowed": ["notify.parents"], "pin": "0123", "wrong_pins": 2, "locked_actions": notified}
    await home.automate("commands", **inputs)
    for mobile in (MOTHER, FATHER):
        await home.reply("0000 open 门", mobile)
    assert home.events == []
    await home.reply("0123 open 门", FATHER)
    assert [*home.events[0]] == ["by"]
    for mobile in (MOTHER, FATHER):
        await home.reply("0001 open 门", mobile)
    await home.reply("0123 open 门", FATHER)
    assert len([event for event in home.events if "by" in event]) == 1
    assert len([event for event in home.events if "locked" in event]) == 2


@pytest.mark.usefixtures("states")
async def test_ordinary_texts_are_no_wrong_pins(home: Home) -> None:
    await home.automate("commands", **COMMANDS, pin="0123", wrong_pins=1)
    for text in ("I am late", "10 minutes", "open 门", "0123 hello"):
        await home.reply(text)
    await home.reply("0123 open 门")
    assert home.sent[-1] == ("Open.", (MOTHER,))


@pytest.mark.usefixtures("states")
async def test_strangers_can_not_cause_a_lockout(home: Home) -> None:
    await home.automate("commands", **COMMANDS, pin="0123", wrong_pins=1)
    await home.reply("0000 open 门", STRANGER)
    await home.reply("0123 open 门")
    assert home.sent == [("Open.", (MOTHER,))]


@pytest.mark.usefixtures("states")
async def test_guesses_in_one_pull_are_counted_separately(home: Home) -> None:
    """Thirty-five guesses arrived in one pull, and the right one among them opened the door."""
    notified = [{"event": "notified", "event_data": {"locked": "{{ who }}"}}]
    await home.automate("commands", **COMMANDS, pin="0123", locked_actions=notified)
    for guess in range(95, 130):
        home.simulator.reply(MOTHER, f"{guess:04} open 门", uid=USER)
    await home.call("smsadmin.receive")
    await _until(lambda: state_of(home.hass, "automation.test").attributes["current"] == 0, 30)
    # One lockout of the phone, and one of all phones.
    assert home.events == [{"locked": "Mother"}] * 2


# text_with_the_house


class Agent(AbstractConversationAgent):
    """A conversation agent that answers with the text it received and the conversation id."""

    supported_languages = "*"

    def __init__(self) -> None:
        self.heard: list[ConversationInput] = []
        self.is_slow = False

    async def async_process(self, user_input: ConversationInput) -> ConversationResult:
        self.heard.append(user_input)
        if self.is_slow:
            await asyncio.Event().wait()
        if user_input.text == "fail":
            raise ValueError("An agent may fail in ways that Home Assistant does not expect")
        response = IntentResponse(language="en")
        response.async_set_speech(f"You said: {user_input.text}")
        return ConversationResult(response=response, conversation_id=user_input.conversation_id)


@pytest.fixture
async def agent(hass: HomeAssistant, account: MockConfigEntry) -> Agent:
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})
    agent = Agent()
    async_set_agent(hass, account, agent)
    return agent


HOUSE: dict[str, Any] = {"allowed": ["notify.mother"]}


@in_every_language
async def test_the_house_answers_in_a_conversation(home: Home, account: MockConfigEntry, agent: Agent, suffix: str) -> None:
    await home.automate("text_with_the_house", **HOUSE, agent=account.entry_id, length=25)
    await home.reply("Is it warm?")
    await home.reply("And tomorrow morning, will it be?")
    await home.reply("fail")
    failed = {"": "That has failed.", ".zh-Hans": "执行失败。", ".zh-Hant": "執行失敗。"}[suffix]
    assert [text for text, _ in home.sent] == ["You said: Is it warm?", "You said: And tomorrow m…", failed]
    assert len({heard.conversation_id for heard in agent.heard}) == 1
    assert MOTHER not in str(agent.heard[0].conversation_id)


async def test_each_phone_has_a_conversation_of_its_own(home: Home, account: MockConfigEntry, agent: Agent) -> None:
    await home.automate("text_with_the_house", allowed=["notify.parents"], agent=account.entry_id)
    for mobile in (MOTHER, FATHER, MOTHER):
        await home.reply("And now?", mobile)
    mother, father, mother_again = (heard.conversation_id for heard in agent.heard)
    assert mother == mother_again != father


async def test_questions_of_strangers_are_ignored(home: Home, account: MockConfigEntry, agent: Agent) -> None:
    await home.automate("text_with_the_house", **HOUSE, agent=account.entry_id)
    await home.reply("Open the door", STRANGER)
    assert (home.sent, agent.heard) == ([], [])


async def test_a_question_that_is_published_twice_is_answered_once(
    home: Home, account: MockConfigEntry, agent: Agent, events: list[Event]
) -> None:
    await home.automate("text_with_the_house", **HOUSE, agent=account.entry_id)
    await home.reply("Is it warm?")
    home.hass.bus.async_fire("smsadmin_reply", {**events[0].data})
    await home.settle()
    assert (len(home.sent), len(agent.heard)) == (1, 1)


async def test_an_interrupted_question_is_answered_after_a_restart(home: Home, account: MockConfigEntry, agent: Agent) -> None:
    """Home Assistant restarted while the agent was still thinking, and my question had no answer."""
    await home.automate("text_with_the_house", **HOUSE, agent=account.entry_id, interrupted_answer="Interrupted.")
    await home.reply("Hello")
    agent.is_slow = True
    for text in ("Open the door", "Is it warm?"):
        await home.reply(text)
    await home.reply("Open the door", STRANGER)
    await _restart(home, timedelta(minutes=5))
    assert [text for text, _ in home.sent] == ["You said: Hello", "Interrupted."]
    assert [heard.text for heard in agent.heard] == ["Hello", "Open the door"]


async def test_the_number_of_answers_per_hour_is_limited(home: Home, account: MockConfigEntry, agent: Agent) -> None:
    await home.automate("text_with_the_house", **HOUSE, agent=account.entry_id, per_hour=2)
    for _ in range(4):
        await home.reply("Hello")
    assert (len(home.sent), len(agent.heard)) == (2, 2)
    await home.pass_time(timedelta(hours=1, seconds=1))
    home.simulator.clock.set(dt_util.utcnow())
    await home.reply("Hello")
    assert len(home.sent) == 3


async def test_a_question_has_to_begin_with_the_pin(home: Home, account: MockConfigEntry, agent: Agent) -> None:
    notified = [{"event": "notified", "event_data": {"locked": "{{ who }}"}}]
    inputs: dict[str, Any] = {"agent": account.entry_id, "pin": "0123", "wrong_pins": 2, "locked_actions": notified}
    await home.automate("text_with_the_house", **HOUSE, **inputs)
    for text in ("Open", "0123 Open", "0124 Open", "0125 Open", "0123 Open"):
        await home.reply(text)
    assert [heard.text for heard in agent.heard] == ["Open"]
    assert (len(home.sent), home.events) == (1, [{"locked": "Mother"}])


# daily_summary


async def _a_day(home: Home) -> None:
    """Simulate a day with four texts (one delivered, one failed) and a reply, and one of each on the day before."""
    await home.pass_time(dt_util.start_of_local_day() + timedelta(days=1, hours=20) - dt_util.now())
    await home.call("smsadmin.send_sms", mobiles=[MOTHER], message="yesterday")
    await home.report("DELIVRD")
    await home.reply("yesterday")
    await home.pass_time(timedelta(hours=24))
    await home.call("smsadmin.send_sms", mobiles=[MOTHER, FATHER, STRANGER], message="today")
    await home.report("DELIVRD")
    await home.report("UNDELIV", FATHER)
    await home.reply("today")
    await home.call("smsadmin.send_sms", mobiles=[MOTHER], message="later")
    # Let the next balance query happen.
    await home.pass_time(timedelta(minutes=1))
    home.notified.clear()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("time", "after"),
    [("20:59:00", timedelta(minutes=58, seconds=1)), ("00:00:00", timedelta(hours=3, minutes=59, seconds=1))],
)
@in_every_language
async def test_the_day_is_summarised(home: Home, suffix: str, time: str, after: timedelta) -> None:
    await home.automate("daily_summary", balance_sensor="sensor.smsadmin_balance", time=time, actions=NOTIFY)
    await _a_day(home)
    await home.pass_time(after)
    title, message = {
        "": ("Texts of the day", "Sent: 4, delivered: 1, failed: 1, replies: 1. Messages left: 495."),
        ".zh-Hans": ("今日短信", "发送 4 条，送达 1 条，失败 1 条，回复 1 条。余额 495 条。"),
        ".zh-Hant": ("今日簡訊", "傳送 4 則，送達 1 則，失敗 1 則，回覆 1 則。餘額 495 則。"),
    }[suffix]
    assert home.events == [{"title": title, "message": message}]


@pytest.mark.usefixtures("account")
async def test_the_summary_is_sent_as_text(home: Home) -> None:
    inputs: dict[str, Any] = {
        "balance_sensor": "sensor.smsadmin_balance",
        "devices": ["notify.mother"],
        "message": "{{ sent }}",
        "title": "Sent",
    }
    await home.automate("daily_summary", **inputs)
    await home.call("automation.trigger", entity_id="automation.test")
    assert home.sent == [("Sent\n0", (MOTHER,))]


async def test_the_summary_names_missing_counters(hass: HomeAssistant, account: MockConfigEntry, home: Home) -> None:
    inputs: dict[str, Any] = {"message": "{{ sent }} {{ delivered }} {{ failed }} {{ replies }} {{ balance }}", "actions": NOTIFY}
    await home.automate("daily_summary", balance_sensor="sensor.smsadmin_balance", **inputs)
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    await home.call("automation.trigger", entity_id="automation.test")
    assert [event["message"] for event in home.events] == ["? ? ? ? unavailable"]
