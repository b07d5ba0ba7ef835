"""What README and docs say: their examples run, their names are the interface's, and all languages say the same."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
import json
import logging
from pathlib import Path
import re
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from homeassistant.components import automation, conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.recorder import CONFIG_SCHEMA as RECORDER_SCHEMA
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    condition as condition_helper,
    config_validation as cv,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.restore_state import async_get as async_get_restore_state
from homeassistant.helpers.script import Script
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events, async_mock_service

from custom_components.smsadmin.const import (
    DEFAULT_BALANCE_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETRY_FOR,
    EVENT_DELIVERY_REPORT,
    EVENT_MESSAGE,
    EVENT_REPLY,
    MIN_RETENTION_DAYS,
)
from custom_components.smsadmin.gateway.client import DEFAULT_BASE_URL, MAX_ANSWER
from custom_components.smsadmin.gateway.models import SubmitMethod, password_digest
from custom_components.smsadmin.gateway.records import PAGE_SIZE
from custom_components.smsadmin.inbound.puller import MAX_PAGES
from custom_components.smsadmin.inbound.webhook import MAX_BODY, MAX_PUSHES_A_MINUTE
from custom_components.smsadmin.services import MAX_LIMIT
from custom_components.smsadmin.triggers.delivery_failed import DEFAULT_WITHIN
from tests.simulator import Simulator

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "smsadmin"
REPOSITORY = "https://github.com/ha-smsadmin/smsadmin"
RAW = "https://raw.githubusercontent.com/ha-smsadmin/smsadmin/main"
USER = "demo"
MOTHER, NEIGHBOURS = "13802102102", ("13900000001", "13900000002")
SENDING = {"smsadmin.send_sms", "notify.send_message", "notify.smsadmin_demo"}

MAX_README_LINES = 250
WAITING_REPLIES = 300
"""Replies that wait at the platform and come in at once."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of Markdown."""

    path: Path

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
    def anchors(self) -> set[str]:
        """The headings as links name them."""
        return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for _, heading in self.headings}

    @cached_property
    def links(self) -> list[str]:
        return re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", self.prose)

    @cached_property
    def pictures(self) -> list[str]:
        return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", self.prose)

    @cached_property
    def examples(self) -> list[Any]:
        """The YAML examples."""
        return [parse_yaml(text) for language, text in self.blocks if language == "yaml"]

    @cached_property
    def outputs(self) -> list[Any]:
        """What the examples show of responses and events."""
        return [json.loads(text) for language, text in self.blocks if language == "json"]


@dataclass(frozen=True, kw_only=True)
class Documentation:
    """README and docs in a language, and what their examples call the recipients."""

    language: str
    suffix: str
    recipients: Mapping[str, str]
    spoken: str
    heard: str

    @cached_property
    def readme(self) -> Page:
        return Page(path=ROOT / f"README{self.suffix}.md")

    @cached_property
    def pages(self) -> dict[str, Page]:
        """The pages for users by their names, the README first."""
        docs = (Page(path=ROOT / "docs" / f"{name}{self.suffix}.md") for name in PAGES)
        return {"README": self.readme, **dict(zip(PAGES, docs, strict=True))}

    @cached_property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages.values())

    @cached_property
    def prose(self) -> str:
        return "\n".join(page.prose for page in self.pages.values())

    @cached_property
    def translations(self) -> dict[str, Any]:
        file = INTEGRATION / "translations" / f"{self.language}.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def examples(self, key: str = "") -> list[dict[str, Any]]:
        """The YAML examples, those with a key on top or all."""
        found = (example for page in self.pages.values() for example in page.examples)
        return [example for example in found if not key or key in example]

    @property
    def outputs(self) -> list[Any]:
        """What the examples show of responses and events."""
        return [output for page in self.pages.values() for output in page.outputs]


SHOWN_ONLY = {"push_url", "webhook_url"}
"""Fields of the options that show a value and take none."""
PAGES = ("panel", "actions", "automations", "receiving", "log-and-privacy", "troubleshooting", "benchmark")
FOR_DEVELOPERS = ("architecture",)
"""Pages in English alone."""

ENGLISH = Documentation(
    language="en",
    suffix="",
    recipients={"notify.mother": "Mother", "notify.neighbours": "Neighbours"},
    spoken="text Mother that I am late",
    heard="I am late",
)
CHINESE = Documentation(
    language="zh-Hans",
    suffix=".zh-Hans",
    recipients={"notify.ma_ma": "妈妈", "notify.lin_ju": "邻居"},
    spoken="给妈妈发短信说我要晚到",
    heard="我要晚到",
)
LANGUAGES = [ENGLISH, CHINESE]
EVERY_PAGE = [
    *(page for documentation in LANGUAGES for page in documentation.pages.values()),
    *(Page(path=ROOT / "docs" / f"{name}.md") for name in FOR_DEVELOPERS),
    Page(path=ROOT / "CONTRIBUTING.md"),
]

both = pytest.mark.parametrize("documentation", LANGUAGES, ids=lambda documentation: documentation.language)
every_page = pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.path.name)


# The text


def test_every_page_has_its_twin() -> None:
    expected = {f"{name}{documentation.suffix}.md" for name in PAGES for documentation in LANGUAGES}
    assert {path.name for path in (ROOT / "docs").glob("*.md")} == expected | {f"{name}.md" for name in FOR_DEVELOPERS}


@both
def test_the_readme_is_short_and_begins_with_pictures(documentation: Documentation) -> None:
    assert len(documentation.readme.text.splitlines()) <= MAX_README_LINES
    pictures = [f"{RAW}/docs/images/{name}.{documentation.language}.png" for name in ("panel", "card")]
    assert documentation.readme.pictures[:2] == pictures


@every_page
def test_every_picture_is_there(page: Page) -> None:
    for picture in page.pictures:
        path = ROOT / picture.removeprefix(f"{RAW}/") if picture.startswith(RAW) else page.path.parent / picture
        assert path.is_file(), picture


@pytest.mark.parametrize("name", ENGLISH.pages)
def test_both_have_the_same_headings_and_examples(name: str) -> None:
    english, chinese = ENGLISH.pages[name], CHINESE.pages[name]
    assert [level for level, _ in english.headings] == [level for level, _ in chinese.headings]
    assert [language for language, _ in english.blocks] == [language for language, _ in chinese.blocks]
    recipients = zip(CHINESE.recipients, ENGLISH.recipients, strict=True)
    translated = {name.partition(".")[2]: english.partition(".")[2] for name, english in recipients} | {"zh-CN": "en"}
    for one, other in zip([*english.examples, *english.outputs], [*chinese.examples, *chinese.outputs], strict=True):
        assert _same(one, other, translated), other


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


@every_page
def test_every_link_leads_somewhere(page: Page) -> None:
    pages = {other.path: other for other in EVERY_PAGE}
    for link in page.links:
        target, _, anchor = unquote(link).partition("#")
        if target.startswith(f"{REPOSITORY}/blob/main/"):
            path = ROOT / target.removeprefix(f"{REPOSITORY}/blob/main/")
        elif target.startswith("https://"):
            continue
        else:
            path = (page.path.parent / target).resolve() if target else page.path
        assert path.is_file(), link
        assert not anchor or anchor in pages[path].anchors, link


@both
def test_the_readme_links_absolutely(documentation: Documentation) -> None:
    """HACS shows the README alone, where a relative link leads nowhere."""
    assert [link for link in documentation.readme.links if not link.startswith(("#", "https://"))] == []


@both
def test_no_page_of_the_docs_is_left_out(documentation: Documentation) -> None:
    linked = {link.removeprefix(f"{REPOSITORY}/blob/main/docs/") for link in documentation.readme.links}
    assert {page.path.name for name, page in documentation.pages.items() if name != "README"} - linked == set()
    assert {f"{name}.md" for name in FOR_DEVELOPERS} - linked == set()


@both
def test_every_blueprint_can_be_imported(documentation: Documentation) -> None:
    paths = (ROOT / "blueprints").rglob("*.yaml")
    there = {
        f"{REPOSITORY}/blob/main/{path.relative_to(ROOT)}"
        for path in paths
        if "".join(path.suffixes) == f"{documentation.suffix}.yaml"
    }
    imported = re.findall(r"\((https://my\.home-assistant\.io/redirect/blueprint_import/[^)]*)\)", documentation.text)
    assert {parse_qs(urlsplit(link).query)["blueprint_url"][0] for link in imported} == there


def _names(translations: dict[str, Any]) -> set[str]:
    """What the interface calls what the documentation has to explain."""
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
    """What scripts call what the documentation has to explain."""
    described = [*translations["services"].values(), *translations["triggers"].values(), *translations["conditions"].values()]
    options = translations["options"]["step"]["init"]["sections"].values()
    selectors = ("mode", "match", "outcome", "direction")
    return {
        *(field for fields in options for field in fields["data"] if field not in SHOWN_ONLY),
        *(field for description in described for field in description["fields"]),
        *(option for selector in selectors for option in translations["selector"][selector]["options"]),
        *translations["entity"]["sensor"]["last_message"]["state"],
    }


@both
def test_everything_is_explained_by_the_name_that_it_has(documentation: Documentation) -> None:
    translations, blocks = documentation.translations, [block for page in documentation.pages.values() for block in page.blocks]
    assert {name for name in _names(translations) if name not in documentation.prose} == set()
    code = " ".join(re.findall(r"`[^`\n]+`", documentation.text) + [text for _, text in blocks])
    assert {key for key in _keys(translations) if not re.search(rf"\b{key}\b", code)} == set()
    actions_and_more = [*translations["services"], *translations["triggers"], *translations["conditions"]]
    assert {name for name in actions_and_more if f"smsadmin.{name}" not in documentation.text} == set()
    codes = {key.removeprefix("code_") for key in translations["exceptions"] if re.fullmatch(r"code_\d+", key)}
    assert {code for code in codes if f"| {code} |" not in documentation.text} == set()


def test_the_architecture_names_what_exists() -> None:
    """A reader who follows a path or a name of the page finds it."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[\w.]+/)*\w+\.(?:py|sql|ts|json|yaml|md)|(?:\w+/)+)`(?: \((`[^)]+`)\))?", text)
    for path, names in named:
        found = [folder / path for folder in (ROOT, INTEGRATION, INTEGRATION / "message_log") if (folder / path).exists()]
        assert found or "/" not in path, path
        for name in re.findall(r"`(\w+)`", names):
            assert name in found[0].read_text(encoding="utf-8"), f"{path}: {name}"
    for step in re.findall(r"^\d+\. .*(?:\n   .*)*", text, re.MULTILINE):
        paths = [folder / path for folder in (ROOT, INTEGRATION) for path in re.findall(r"`((?:\w+/)*\w+\.py)`", step)]
        code = "".join(path.read_text(encoding="utf-8") for path in paths if path.exists())
        assert [name for name in re.findall(r"`(_\w+|[A-Z_]{3,})`", step) if name not in code] == [], step
    schema = (INTEGRATION / "message_log" / "schema" / "007.sql").read_text(encoding="utf-8")
    assert {table for table in re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE) if f"`{table}`" not in text} == set()


FIGURES = (
    f"`poll_interval` | {DEFAULT_POLL_INTERVAL} ",
    f"`balance_interval` | {DEFAULT_BALANCE_INTERVAL} ",
    f"`retention_days` | {DEFAULT_RETENTION_DAYS} ",
    f"`retry_for` | {DEFAULT_RETRY_FOR} ",
    f" {MIN_RETENTION_DAYS} ",
    f" {MAX_PUSHES_A_MINUTE} ",
    f" {MAX_BODY // 1024} KiB",
    f" {MAX_PAGES} ",
    f" {PAGE_SIZE} ",
    f" {MAX_LIMIT}",
    f" {MAX_ANSWER // 2**20} MiB",
    f" {DEFAULT_WITHIN.total_seconds() / 60:.0f} ",
    *(f" {method.max_mobiles} " for method in SubmitMethod),
    DEFAULT_BASE_URL,
)


@both
@pytest.mark.parametrize("figure", FIGURES)
def test_the_figures_are_those_in_force(documentation: Documentation, figure: str) -> None:
    assert figure in documentation.prose


# The examples


@both
def test_automations_keep_all_replies_that_waited(documentation: Documentation) -> None:
    """Of three replies in one page, two were dropped as "already running"; the default of queued is ten."""
    for config in documentation.examples("triggers"):
        assert config["mode"] == "queued", config["alias"]
        assert config["max"] >= WAITING_REPLIES, config["alias"]


@both
def test_a_failed_send_keeps_nothing_from_being_done(documentation: Documentation) -> None:
    """The error for one gone recipient stopped the siren."""
    for config in documentation.examples("actions"):
        for action in _followed(config["actions"]):
            assert action.get("continue_on_error") or action["action"] not in SENDING, config["alias"]


def _followed(actions: list[dict[str, Any]], *, is_last: bool = True) -> Iterator[dict[str, Any]]:
    """The actions that something is done after."""
    for position, action in enumerate(actions):
        ends = is_last and position == len(actions) - 1
        if "action" in action and not ends:
            yield action
        for branch in ("then", "else", "sequence"):
            yield from _followed(action.get(branch, []), is_last=ends)


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """The platform, with the account of the examples."""
    async with Simulator(seed=1) as simulator:
        simulator.add_account(USER, "secret", balance=500)
        yield simulator
        assert simulator.violations == []


@dataclass(kw_only=True)
class House:
    """A Home Assistant in the language of a documentation, with the account and the recipients of its examples."""

    hass: HomeAssistant
    simulator: Simulator
    documentation: Documentation

    @classmethod
    async def build(cls, hass: HomeAssistant, simulator: Simulator, documentation: Documentation, folder: Path) -> Self:
        hass.config.config_dir = str(folder)
        hass.config.language = documentation.language
        await hass.config.async_set_time_zone("Asia/Shanghai")
        for component in ("homeassistant", "intent", "notify", "persistent_notification"):
            assert await async_setup_component(hass, component, {})
        mobiles = zip(documentation.recipients.values(), ((MOTHER,), NEIGHBOURS), strict=True)
        entry = MockConfigEntry(
            domain="smsadmin",
            minor_version=2,
            title=f"SMSAdmin {USER}",
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
                ConfigSubentryData(data={"mobiles": list(numbers)}, subentry_type="recipient", title=name, unique_id=None)
                for name, numbers in mobiles
            ],
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return cls(hass=hass, simulator=simulator, documentation=documentation)

    async def call(self, action: str, **data: Any) -> Any:
        """Call an action of the integration, for its response."""
        response = await self.hass.services.async_call("smsadmin", action, data, blocking=True, return_response=True)
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return response

    async def receive(self) -> Any:
        """Pull what waits."""
        return await self.call("receive")

    async def detect_smoke(self) -> None:
        """Let the smoke detector of the examples go off."""
        for state in ("off", "on"):
            self.hass.states.async_set("binary_sensor.smoke_kitchen", state)
        await self.hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture(params=LANGUAGES, ids=lambda documentation: documentation.language)
async def house(request: pytest.FixtureRequest, hass: HomeAssistant, simulator: Simulator, tmp_path: Path) -> House:
    return await House.build(hass, simulator, request.param, tmp_path)


async def test_the_entities_have_the_ids_of_the_examples(house: House) -> None:
    ids = {entity.entity_id for entity in er.async_get(house.hass).entities.values() if entity.platform == "smsadmin"}
    mother, neighbours = (notify.partition(".")[2] for notify in house.documentation.recipients)
    named = set(re.findall(rf"\| `(\w+\.(?:smsadmin|{mother})\w*)` \|", house.documentation.readme.text))
    assert named == {entity_id for entity_id in ids if neighbours not in entity_id}
    assert ids >= house.documentation.recipients.keys()


async def test_responses_and_events_have_the_fields_of_the_examples(house: House) -> None:
    replies, reports, messages = (
        async_capture_events(house.hass, event) for event in (EVENT_REPLY, EVENT_DELIVERY_REPORT, EVENT_MESSAGE)
    )
    sent = await house.call("send_sms", message="?", mobiles=[MOTHER, *NEIGHBOURS])
    link_id = sent["submissions"][0]["link_id"]
    house.simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    house.simulator.reply(MOTHER, "!", uid=USER, link_id=link_id)
    received = await house.receive()
    logged = await house.call("get_messages", direction="out", mobile=MOTHER)
    await house.simulator.begin_outage("refused")
    queued = await house.call("send_sms", message="?", mobiles=[MOTHER])
    cancelled = await house.call("cancel", link_id=queued["submissions"][0]["link_id"])
    real = [
        {**sent, "invalid": []},
        cancelled,
        received,
        logged,
        *(dict(events[0].data) for events in (replies, reports, messages)),
    ]
    assert [_shape(output) for output in house.documentation.outputs] == [_shape(output) for output in real]


def _shape(value: Any) -> Any:
    """Names and nesting; in lists, all items have the same."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json.loads(shape) for shape in {json.dumps(_shape(item)) for item in value}]
    return None


async def test_the_automations_do_what_they_say(house: House, caplog: pytest.LogCaptureFixture) -> None:
    automations = house.documentation.examples("triggers")
    automations += [{"triggers": [trigger], "actions": []} for trigger in house.documentation.examples("trigger")]
    for config in automations:
        await automation.config.async_validate_config_item(house.hass, "test", config)
    for domain, service in (("notify", "send_message"), ("siren", "turn_on"), ("light", "turn_on")):
        async_mock_service(house.hass, domain, service)
    assert await async_setup_component(house.hass, "automation", {"automation": automations})
    house.hass.states.async_set("alarm_control_panel.home", "armed_away")
    caplog.clear()

    await house.detect_smoke()
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
    assert "armed_away" in texts
    undelivered = house.documentation.translations["common"]["report_undeliverable"]
    assert re.search(rf"{undelivered}[^\n]*A text that is UNDELIV", texts)
    await house.hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def test_a_strangers_text_is_not_rendered(house: House) -> None:
    """A picture in a reply was fetched when its owner opened the notification."""
    (config,) = [config for config in house.documentation.examples("triggers") if config["triggers"][0]["trigger"] == "event"]
    shown = async_mock_service(house.hass, "persistent_notification", "create")
    assert await async_setup_component(house.hass, "automation", {"automation": [config]})
    house.simulator.reply(MOTHER, "Hi! ![x](http://x.example/x.png) <img src='y'> [z][1] `q` &lt;b&gt;", uid=USER)
    await house.receive()
    assert not set("<>[]`&") & set(shown[0].data["message"])
    assert "http://x.example/x.png" in shown[0].data["message"]


ALARMS_WITH_FALLBACK = 2


async def test_alarms_fall_back_whatever_keeps_the_text_back(house: House) -> None:
    """A text that waits for the platform is no text that has gone out."""
    configs = [config for config in house.documentation.examples("triggers") if any("if" in step for step in config["actions"])]
    assert len(configs) == ALARMS_WITH_FALLBACK
    fallbacks = async_mock_service(house.hass, "notify", "send_message")
    assert await async_setup_component(house.hass, "automation", {"automation": configs})
    await house.detect_smoke()
    assert fallbacks == []
    for fault in ("code:102", "reset_after"):
        fallbacks.clear()
        house.simulator.fault("submit", fault, times=ALARMS_WITH_FALLBACK)
        await house.detect_smoke()
        assert len(fallbacks) == ALARMS_WITH_FALLBACK, fault
    fallbacks.clear()
    await house.simulator.begin_outage("refused")
    await house.detect_smoke()
    assert len(fallbacks) == ALARMS_WITH_FALLBACK


def _options(config: dict[str, Any], trigger: str) -> dict[str, Any]:
    return next((found["options"] for found in config["triggers"] if found["trigger"] == trigger and "options" in found), {})


async def test_the_actions_are_accepted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # The examples of scheduled texts name times that will pass.
    monkeypatch.setattr("custom_components.smsadmin.gateway.submissions.check_send_at", lambda send_at, now: None)
    cancelled = async_mock_service(house.hass, "smsadmin", "cancel")
    label = lr.async_get(house.hass).async_create("family")
    er.async_get(house.hass).async_update_entity(next(iter(house.documentation.recipients)), labels={label.label_id})
    for example in house.documentation.examples("action"):
        if example["action"] == "smsadmin.cancel":
            # A mock returns no response.
            example.pop("response_variable")
        await Script(house.hass, cv.SCRIPT_SCHEMA([example]), "example", "test").async_run(context=Context())
    assert len(cancelled) == 1
    assert [len(message.mobiles) for message in house.simulator.sent] == [1, 1, 1, 4]
    assert [message.send_at is not None for message in house.simulator.sent] == [True, False, False, True]


async def test_the_conditions_are_met(house: House) -> None:
    for example in house.documentation.examples("condition"):
        config = await condition_helper.async_validate_condition_config(house.hass, cv.CONDITION_SCHEMA(example))
        checker = await condition_helper.async_from_config(house.hass, config)
        assert checker.async_check()
        checker.async_unload()


async def test_an_alert_reaches_its_recipients(house: House) -> None:
    (config,) = house.documentation.examples("alert")
    assert await async_setup_component(house.hass, "alert", {"alert": config["alert"]})
    house.hass.states.async_set("binary_sensor.water_cellar", "on")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert [message.mobiles for message in house.simulator.sent] == [(MOTHER,), NEIGHBOURS]
    assert {message.text for message in house.simulator.sent} == {next(iter(config["alert"].values()))["name"]}
    house.hass.states.async_set("binary_sensor.water_cellar", "off")
    await house.hass.async_block_till_done()


async def test_the_recorder_keeps_no_text_by_its_example(house: House) -> None:
    (config,) = house.documentation.examples("recorder")
    excluded = RECORDER_SCHEMA(config)["recorder"]["exclude"]
    assert excluded["event_types"] == ["call_service", EVENT_REPLY, EVENT_DELIVERY_REPORT]
    link_id = (await house.call("send_sms", message="A secret", recipients=list(house.documentation.recipients)))["submissions"][
        0
    ]["link_id"]
    house.simulator.reply(MOTHER, "A secret", uid=USER, link_id=link_id)
    house.simulator.report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    await house.receive()
    telling = [state.entity_id for state in house.hass.states.async_all() if "A secret" in str(state.as_dict())]
    assert len(telling) == 5
    assert [id_ for id_ in telling if not any(fnmatch(id_, pattern) for pattern in excluded["entity_globs"])] == []
    # What no setting of the recorder keeps out, the page names.
    restored = [str(stored.as_dict()) for stored in async_get_restore_state(house.hass).async_get_stored_states()]
    assert any("A secret" in stored for stored in restored)
    assert "`.storage/core.restore_state`" in house.documentation.pages["log-and-privacy"].text


async def test_the_sentence_is_understood(house: House) -> None:
    automations = house.documentation.pages["automations"]
    (path,) = re.findall(r"`(custom_sentences/[^`]+)`", automations.text)
    (sentences,) = [text for language, text in automations.blocks if language == "yaml" and "intents:" in text]
    _save(Path(house.hass.config.path(path)), sentences)
    for entity_id in house.documentation.recipients:
        async_expose_entity(house.hass, "conversation", entity_id, True)
    assert await async_setup_component(house.hass, "conversation", {})
    language = house.documentation.language
    result = await conversation.async_converse(house.hass, house.documentation.spoken, None, Context(), language=language)
    assert result.response.error_code is None, result.response.speech
    (message,) = house.simulator.sent
    assert (message.mobiles, message.text) == ((MOTHER,), house.documentation.heard)
    assert _unquoted(result.response.speech["plain"]["speech"]) in _unquoted(house.documentation.text)


def _unquoted(text: str) -> str:
    return text.replace("“", "").replace("”", "")


def _save(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
