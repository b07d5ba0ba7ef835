"""What the READMEs say: their examples run, their names are the interface's, and both say the same."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cached_property
import json
import logging
from pathlib import Path
import re
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from homeassistant.components import automation, conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.notify.legacy import async_setup_legacy
from homeassistant.components.recorder import CONFIG_SCHEMA as RECORDER_SCHEMA
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import condition as condition_helper, config_validation as cv, entity_registry as er
from homeassistant.helpers.script import Script
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_mock_service

from custom_components.smsadmin.const import (
    DEFAULT_BALANCE_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_RETENTION_DAYS,
    EVENT_DELIVERY_REPORT,
    EVENT_REPLY,
    MIN_RETENTION_DAYS,
)
from custom_components.smsadmin.gateway.client import DEFAULT_BASE_URL, MAX_ANSWER
from custom_components.smsadmin.gateway.models import SubmitMethod, password_digest
from custom_components.smsadmin.gateway.records import PAGE_SIZE
from custom_components.smsadmin.inbound.puller import MAX_PAGES
from custom_components.smsadmin.inbound.webhook import MAX_BODY, MAX_PUSHES_A_MINUTE
from custom_components.smsadmin.services import MAX_LIMIT
from tests.simulator import Simulator

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "smsadmin"
REPOSITORY = "https://github.com/ha-smsadmin/smsadmin"
USER = "demo"
MOTHER, NEIGHBOURS = "13802102102", ("13900000001", "13900000002")


@dataclass(frozen=True, kw_only=True)
class Readme:
    """A README, the language that it is in, and what its examples call the recipients."""

    language: str
    path: Path
    recipients: Mapping[str, str]
    spoken: str
    heard: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """The code blocks, each with its language."""
        return re.findall(r"^```(\w+)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)

    @cached_property
    def prose(self) -> str:
        """What is not in code blocks."""
        return re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)

    @cached_property
    def headings(self) -> list[tuple[str, str]]:
        return re.findall(r"^(#+) (.+)$", self.prose, re.MULTILINE)

    @cached_property
    def translations(self) -> dict[str, Any]:
        file = INTEGRATION / "translations" / f"{self.language}.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def examples(self, key: str = "") -> list[dict[str, Any]]:
        """The YAML examples, those with a key on top or all."""
        found: list[Any] = [parse_yaml(text) for language, text in self.blocks if language == "yaml"]
        return [example for example in found if not key or key in example]

    @property
    def outputs(self) -> list[Any]:
        """What the examples show of responses and events."""
        return [json.loads(text) for language, text in self.blocks if language == "json"]


ENGLISH = Readme(
    language="en",
    path=ROOT / "README.md",
    recipients={"notify.mother": "Mother", "notify.neighbours": "Neighbours"},
    spoken="text Mother that I am late",
    heard="I am late",
)
CHINESE = Readme(
    language="zh-Hans",
    path=ROOT / "README.zh-Hans.md",
    recipients={"notify.ma_ma": "妈妈", "notify.lin_ju": "邻居"},
    spoken="给妈妈发短信说我要晚到",
    heard="我要晚到",
)
READMES = [ENGLISH, CHINESE]

both = pytest.mark.parametrize("readme", READMES, ids=lambda readme: readme.language)


# The text


def test_both_have_the_same_headings_and_examples() -> None:
    assert [level for level, _ in ENGLISH.headings] == [level for level, _ in CHINESE.headings]
    assert [language for language, _ in ENGLISH.blocks] == [language for language, _ in CHINESE.blocks]
    recipients = zip(CHINESE.recipients, ENGLISH.recipients, strict=True)
    translated = {name.partition(".")[2]: english.partition(".")[2] for name, english in recipients} | {"zh-CN": "en"}
    for example, chinese in zip(ENGLISH.examples(), CHINESE.examples(), strict=True):
        assert _same(example, chinese, translated), chinese
    for output, chinese in zip(ENGLISH.outputs, CHINESE.outputs, strict=True):
        assert _same(output, chinese, translated), chinese


def _same(english: Any, chinese: Any, translated: Mapping[str, str]) -> bool:
    """Whether two examples differ in nothing but their texts."""
    if isinstance(english, dict) and isinstance(chinese, dict):
        return english.keys() == chinese.keys() and all(_same(english[key], chinese[key], translated) for key in english)
    if isinstance(english, list) and isinstance(chinese, list):
        return len(english) == len(chinese) and all(_same(*pair, translated) for pair in zip(english, chinese, strict=True))
    if isinstance(chinese, str) and not chinese.isascii():
        return isinstance(english, str)
    if isinstance(chinese, str):
        for name, english_name in translated.items():
            chinese = chinese.replace(name, english_name)
    return bool(english == chinese)


@both
def test_every_link_leads_somewhere(readme: Readme) -> None:
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for _, heading in readme.headings}
    for target in re.findall(r"\]\(([^)]+)\)", readme.prose):
        if target.startswith("#"):
            assert unquote(target[1:]) in anchors, target
        elif not target.startswith("https://"):
            assert (ROOT / target).is_file(), target


@both
def test_every_blueprint_can_be_imported(readme: Readme) -> None:
    suffix = "" if readme is ENGLISH else f".{readme.language}"
    paths = [path for path in (ROOT / "blueprints").rglob("*.yaml") if "".join(path.suffixes) == f"{suffix}.yaml"]
    there = {f"{REPOSITORY}/blob/main/{path.relative_to(ROOT)}" for path in paths}
    imported = re.findall(r"\((https://my\.home-assistant\.io/redirect/blueprint_import/[^)]*)\)", readme.text)
    assert {parse_qs(urlsplit(link).query)["blueprint_url"][0] for link in imported} == there


def _names(translations: dict[str, Any]) -> set[str]:
    """What the interface calls what a README has to explain."""
    sections = [
        *translations["options"]["step"]["init"]["sections"].values(),
        translations["config"]["step"]["user"],
        translations["config"]["step"]["receive"],
        translations["config"]["step"]["user"]["sections"]["advanced"],
    ]
    entities = (entity for platform in translations["entity"].values() for entity in platform.values())
    return {
        *(name for section in sections for name in section["data"].values()),
        *(entity["name"] for entity in entities if "name" in entity),
        *(part for issue in translations["issues"].values() for part in re.split(r"\{\w+\}", issue["title"]) if part),
        *translations["selector"]["mode"]["options"].values(),
    }


def _keys(translations: dict[str, Any]) -> set[str]:
    """What scripts call what a README has to explain."""
    described = [*translations["services"].values(), *translations["triggers"].values(), *translations["conditions"].values()]
    options = translations["options"]["step"]["init"]["sections"].values()
    selectors = ("mode", "match", "outcome", "direction")
    return {
        *(field for fields in options for field in fields["data"]),
        *(field for description in described for field in description["fields"]),
        *(option for selector in selectors for option in translations["selector"][selector]["options"]),
        *translations["entity"]["sensor"]["last_message"]["state"],
    }


@both
def test_everything_is_explained_by_the_name_that_it_has(readme: Readme) -> None:
    assert {name for name in _names(readme.translations) if name not in readme.prose} == set()
    code = " ".join(re.findall(r"`[^`\n]+`", readme.text) + [text for _, text in readme.blocks])
    assert {key for key in _keys(readme.translations) if not re.search(rf"\b{key}\b", code)} == set()
    actions_and_more = [*readme.translations["services"], *readme.translations["triggers"], *readme.translations["conditions"]]
    assert {name for name in actions_and_more if f"smsadmin.{name}" not in readme.text} == set()
    codes = {key.removeprefix("code_") for key in readme.translations["exceptions"] if re.fullmatch(r"code_\d+", key)}
    assert {code for code in codes if f"| {code} |" not in readme.text} == set()


FIGURES = (
    f"`poll_interval` | {DEFAULT_POLL_INTERVAL} ",
    f"`balance_interval` | {DEFAULT_BALANCE_INTERVAL} ",
    f"`retention_days` | {DEFAULT_RETENTION_DAYS} ",
    f" {MIN_RETENTION_DAYS} ",
    f" {MAX_PUSHES_A_MINUTE} ",
    f" {MAX_BODY // 1024} KiB",
    f" {MAX_PAGES} ",
    f" {PAGE_SIZE} ",
    f" {MAX_LIMIT}",
    f" {MAX_ANSWER // 2**20} MiB",
    *(f" {method.max_mobiles} " for method in SubmitMethod),
    DEFAULT_BASE_URL,
)


@both
@pytest.mark.parametrize("figure", FIGURES)
def test_the_figures_are_those_in_force(readme: Readme, figure: str) -> None:
    assert figure in readme.prose


# The examples


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """The platform, with the account of the examples."""
    async with Simulator(seed=1) as simulator:
        simulator.add_account(USER, "secret", balance=500)
        yield simulator
        assert simulator.violations == []


@dataclass(kw_only=True)
class House:
    """A Home Assistant in the language of a README, with the account and the recipients of its examples."""

    hass: HomeAssistant
    simulator: Simulator
    readme: Readme

    @classmethod
    async def build(cls, hass: HomeAssistant, simulator: Simulator, readme: Readme, folder: Path) -> Self:
        hass.config.config_dir = str(folder)
        hass.config.language = readme.language
        await hass.config.async_set_time_zone("Asia/Shanghai")
        for component in ("homeassistant", "intent", "notify", "persistent_notification"):
            assert await async_setup_component(hass, component, {})
        mobiles = zip(readme.recipients.values(), ((MOTHER,), NEIGHBOURS), strict=True)
        entry = MockConfigEntry(
            domain="smsadmin",
            title="SMSAdmin",
            data={
                "username": USER,
                "password_md5": password_digest("secret"),
                "url": simulator.url,
                "charset": "utf-8",
                "submit_method": "post",
                "webhook_id": "SECRET",
            },
            options={"mode": "off"},
            subentries_data=[
                ConfigSubentryData(
                    data={"name": name, "mobiles": list(numbers)}, subentry_type="recipient", title=name, unique_id=None
                )
                for name, numbers in mobiles
            ],
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return cls(hass=hass, simulator=simulator, readme=readme)

    async def call(self, action: str, **data: Any) -> Any:
        """Call an action of the integration, for its response."""
        response = await self.hass.services.async_call("smsadmin", action, data, blocking=True, return_response=True)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return response

    async def receive(self) -> Any:
        """Pull what waits."""
        return await self.call("receive")


@pytest.fixture(params=READMES, ids=lambda readme: readme.language)
async def house(request: pytest.FixtureRequest, hass: HomeAssistant, simulator: Simulator, tmp_path: Path) -> House:
    return await House.build(hass, simulator, request.param, tmp_path)


async def test_the_entities_have_the_ids_of_the_examples(house: House) -> None:
    ids = {entity.entity_id for entity in er.async_get(house.hass).entities.values() if entity.platform == "smsadmin"}
    mother, neighbours = (notify.partition(".")[2] for notify in house.readme.recipients)
    named = set(re.findall(rf"\| `(\w+\.(?:smsadmin|{mother})\w*)` \|", house.readme.text))
    assert named == {entity_id for entity_id in ids if neighbours not in entity_id}
    assert ids >= house.readme.recipients.keys()


async def test_responses_and_events_have_the_fields_of_the_examples(house: House) -> None:
    replies, reports = (async_capture_events(house.hass, event) for event in (EVENT_REPLY, EVENT_DELIVERY_REPORT))
    sent = await house.call("send_sms", message="?", mobiles=[MOTHER, *NEIGHBOURS])
    link_id = sent["submissions"][0]["link_id"]
    house.simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    house.simulator.reply(MOTHER, "!", uid=USER, link_id=link_id)
    received = await house.receive()
    logged = await house.call("get_messages", direction="out", mobile=MOTHER)
    real = [sent, received, logged, dict(replies[0].data), dict(reports[0].data)]
    assert [_shape(output) for output in house.readme.outputs] == [_shape(output) for output in real]


def _shape(value: Any) -> Any:
    """Names and nesting; in lists, all items have the same."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        (shape,) = {json.dumps(_shape(item)) for item in value}
        return [shape]
    return None


async def test_the_automations_do_what_they_say(house: House, caplog: pytest.LogCaptureFixture) -> None:
    automations = house.readme.examples("triggers")
    automations += [{"triggers": [trigger], "actions": []} for trigger in house.readme.examples("trigger")]
    for config in automations:
        await automation.config.async_validate_config_item(house.hass, "test", config)
    assert await async_setup_component(house.hass, "automation", {"automation": automations})
    house.hass.states.async_set("alarm_control_panel.home", "armed_away")
    caplog.clear()

    house.hass.states.async_set("binary_sensor.smoke_kitchen", "on")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    (question,) = [text for config in automations for text in _options(config, "smsadmin.reply_received").get("text", [])[:1]]
    house.simulator.reply(MOTHER, question, uid=USER)
    for status in ("UNDELIV", "DELIVRD"):
        sent = await house.call("send_sms", message=f"A text that is {status}", mobiles=[MOTHER])
        house.simulator.report(MOTHER, status, uid=USER, link_id=sent["submissions"][0]["link_id"])
        await house.receive()

    states = house.hass.states.async_all("automation")
    assert len(states) == len(automations)
    assert [state.name for state in states if state.attributes["last_triggered"] is None] == []
    warnings = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    # asyncio warns of a busy machine.
    assert [record.getMessage() for record in warnings if record.name != "asyncio"] == []
    texts = "\n".join(message.text for message in house.simulator.sent)
    assert re.search("armed_away.*undeliverable[^\n]*A text that is UNDELIV", texts, re.DOTALL)
    await house.hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def test_where_a_text_is_not_accepted_the_automation_goes_another_way(house: House) -> None:
    (config,) = [config for config in house.readme.examples("triggers") if len(config["actions"]) == 2]
    fallbacks = async_mock_service(house.hass, "notify", "send_message")
    assert await async_setup_component(house.hass, "automation", {"automation": [config]})
    for fault, number in ((None, 0), ("code:102", 1), ("reset_after", 2)):
        if fault:
            house.simulator.fault("submit", fault)
        for state in ("off", "on"):
            house.hass.states.async_set("binary_sensor.smoke_kitchen", state)
        await house.hass.async_block_till_done(wait_background_tasks=True)
        assert len(fallbacks) == number


def _options(config: dict[str, Any], trigger: str) -> dict[str, Any]:
    return next((found["options"] for found in config["triggers"] if found["trigger"] == trigger), {})


async def test_the_actions_are_accepted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # The examples of scheduled texts name times that will pass.
    monkeypatch.setattr("custom_components.smsadmin.gateway.submissions.check_send_at", lambda send_at, now: None)
    examples = house.readme.examples("action")
    assert len(examples) == 5
    for example in examples:
        sequence = cv.SCRIPT_SCHEMA([example])
        await Script(house.hass, sequence, "example", "test").async_run(context=Context())
    assert [len(message.mobiles) for message in house.simulator.sent] == [1, 1, 2]
    assert [message.send_at is not None for message in house.simulator.sent] == [True, False, True]


async def test_the_conditions_are_met(house: House) -> None:
    for example in house.readme.examples("condition"):
        config = await condition_helper.async_validate_condition_config(house.hass, cv.CONDITION_SCHEMA(example))
        checker = await condition_helper.async_from_config(house.hass, config)
        assert checker.async_check()
        checker.async_unload()


async def test_an_alert_reaches_the_numbers_of_its_group(house: House) -> None:
    (config,) = house.readme.examples("alert")
    for setting_up in async_setup_legacy(house.hass, {"notify": config["notify"]}):
        await setting_up
    assert await async_setup_component(house.hass, "alert", {"alert": config["alert"]})
    house.hass.states.async_set("binary_sensor.water_cellar", "on")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    (message,) = house.simulator.sent
    assert message.mobiles == (MOTHER, NEIGHBOURS[0])
    assert message.text == next(iter(config["alert"].values()))["name"]
    house.hass.states.async_set("binary_sensor.water_cellar", "off")
    await house.hass.async_block_till_done()


@both
def test_the_recorder_takes_its_example(readme: Readme) -> None:
    (config,) = readme.examples("recorder")
    validated = RECORDER_SCHEMA(config)["recorder"]["exclude"]
    assert validated["event_types"] == [EVENT_REPLY, EVENT_DELIVERY_REPORT]


async def test_the_sentence_is_understood(house: House) -> None:
    (path,) = re.findall(r"`(custom_sentences/[^`]+)`", house.readme.text)
    (sentences,) = [text for language, text in house.readme.blocks if language == "yaml" and "intents:" in text]
    _save(Path(house.hass.config.path(path)), sentences)
    for entity_id in house.readme.recipients:
        async_expose_entity(house.hass, "conversation", entity_id, True)
    assert await async_setup_component(house.hass, "conversation", {})
    result = await conversation.async_converse(house.hass, house.readme.spoken, None, Context(), language=house.readme.language)
    assert result.response.error_code is None, result.response.speech
    (message,) = house.simulator.sent
    assert (message.mobiles, message.text) == ((MOTHER,), house.readme.heard)
    assert result.response.speech["plain"]["speech"] in house.readme.text.replace("“", "").replace("”", "")


def _save(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
