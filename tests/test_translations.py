"""The texts: complete, the same in every language, and each one used."""

import ast
from collections.abc import Iterator
from importlib import import_module
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import SelectSelector
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components import smsadmin
from custom_components.smsadmin import condition, config_flow, services, trigger
from custom_components.smsadmin.errors import QUARANTINED, flow_error, query_translation_of, translation_of
from custom_components.smsadmin.event import EVENT_TYPE_RECEIVED
from custom_components.smsadmin.flows import options as options_flow, recipient as recipient_flow
from custom_components.smsadmin.gateway.errors import (
    GatewayError,
    InputField,
    InputProblem,
    InvalidInputError,
    RedirectedError,
    error_for_code,
)
from custom_components.smsadmin.gateway.models import DeliveryStatus
from custom_components.smsadmin.issues.choices import ISSUE_DISABLED_CHOICE, ISSUE_MISSING_CHOICE
from custom_components.smsadmin.issues.problems import Problem
from custom_components.smsadmin.sensor import OUTBOUND_STATES
from custom_components.smsadmin.triggers.received import ISSUE_SLOW_PATTERN

PACKAGE = Path(smsadmin.__file__).parent
CODE = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_bytes()) for path in sorted(PACKAGE.rglob("*.py"))}

# Names that are the same in every language.
NAMES = {"GET", "POST", "UTF-8", "GB2312", "URL", "{details}"}

# Each script has a charset that knows little of the other; these are what it knows all the same.
SCRIPTS = {"zh-Hans": ("gb2312", "後於"), "zh-Hant": ("big5", "与万么云体余听后复里")}

# What Home Assistant's own interface, or these texts elsewhere, call by another name.
OTHER_TERMS = {
    "zh-Hans": "你|会话|消息|指令|只限|账号|仪表板|客服人员|口令",
    "zh-Hant": "你|帳戶|連接埠|指令|只限|主動|規則運算式|動作|記錄|卡片|客服人員",
}
REPOSITORY = PACKAGE.parents[1]
WRITTEN = {
    "zh-Hans": [
        REPOSITORY / "README.zh-Hans.md",
        *sorted((REPOSITORY / "docs").glob("*.zh-Hans.md")),
        *sorted((PACKAGE / "blueprints").glob("*.zh-Hans.yaml")),
    ],
    "zh-Hant": [],
}

_OPTIONS = {str(field) for fields in options_flow.SECTIONS.values() for field in fields}

HAN = "[\u4e00-\u9fff]"
# Chinese texts take punctuation of full width, which has its space within.
WIDE = "[\u3000-\u303f\uff00-\uffef“”…—]"

FLOWS = ("config", "options", "config_subentries.recipient")

# What Home Assistant's own flows abort with.
ABORTS_OF_HELPERS = {
    "async_update_and_abort": "reconfigure_successful",
}


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Files are compared here: nothing is loaded by a Home Assistant."""


def _json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((PACKAGE / name).read_bytes())
    return content


def _texts(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _texts(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _at(tree: dict[str, Any], path: str) -> dict[str, Any]:
    for key in path.split("."):
        tree = tree[key]
    return tree


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


TREES = {path.stem: _json(f"translations/{path.name}") for path in sorted((PACKAGE / "translations").glob("*.json"))}
TEXTS = {language: dict(_texts(tree)) for language, tree in TREES.items()}
ENGLISH = TREES["en"]
ICONS = _json("icons.json")
SERVICES = load_yaml_dict(str(PACKAGE / "services.yaml"))
# What automations pick: how an editor describes it, and what there is.
PICKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "triggers": (load_yaml_dict(str(PACKAGE / "triggers.yaml")), trigger.TRIGGERS),
    "conditions": (load_yaml_dict(str(PACKAGE / "conditions.yaml")), condition.CONDITIONS),
}

every_language = pytest.mark.parametrize("language", TREES)
every_chinese = pytest.mark.parametrize("language", SCRIPTS)


def _matching(language: str, pattern: str) -> dict[str, str]:
    return {path: text for path, text in TEXTS[language].items() if re.search(pattern, text)}


def test_the_languages_are_english_and_both_kinds_of_chinese() -> None:
    assert TREES.keys() == {"en", *SCRIPTS}


@every_language
def test_every_language_has_the_same_texts_in_the_same_order(language: str) -> None:
    assert list(TEXTS[language]) == list(TEXTS["en"])


@every_language
def test_every_text_has_the_same_placeholders(language: str) -> None:
    assert {path: _placeholders(text) for path, text in TEXTS[language].items()} == {
        path: _placeholders(text) for path, text in TEXTS["en"].items()
    }


@every_language
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\A\s*\Z", id="empty"),
        pytest.param(r"\A\s|\s\Z|  |[ \t]\n|\n[ \t]|[\t\r\u00a0\u200b\ufeff]", id="stray space"),
        pytest.param(r"(?i)https?:/|www\.|\.(com|net|org|io|cn)\b", id="address"),
        pytest.param(r"<[^>]*>|&#?\w+;", id="HTML"),
        pytest.param(r"'\{|\}'", id="placeholder in single quotes"),
    ],
)
def test_no_text_has(language: str, pattern: str) -> None:
    assert _matching(language, pattern) == {}


@every_chinese
def test_every_chinese_text_is_chinese(language: str) -> None:
    assert {text for text in TEXTS[language].values() if not re.search(HAN, text)} <= NAMES


@every_chinese
def test_every_chinese_text_keeps_to_its_script(language: str) -> None:
    charset, foreign = SCRIPTS[language]
    used = set(re.findall(HAN, "".join(TEXTS[language].values())))
    assert {character for character in used if character in foreign or not character.encode(charset, "ignore")} == set()


@every_chinese
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(f"{HAN} +{HAN}", id="space between characters"),
        pytest.param(f" {WIDE}|{WIDE} ", id="space beside wide punctuation"),
        pytest.param(f"{HAN}[,.;:!?()]|[,;!?()]{HAN}", id="narrow punctuation"),
        pytest.param(rf"{HAN}[A-Za-z0-9{{]|[A-Za-z0-9]{HAN}|(?<!reasons)\}}{HAN}", id="no space between scripts"),
    ],
)
def test_no_chinese_text_has(language: str, pattern: str) -> None:
    assert _matching(language, pattern) == {}


@pytest.mark.parametrize("file", WRITTEN["zh-Hans"], ids=lambda file: file.name)
def test_no_chinese_page_lacks_a_space_between_scripts(file: Path) -> None:
    assert re.findall(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}", file.read_text(encoding="utf-8")) == []


@every_chinese
def test_one_thing_has_one_name(language: str) -> None:
    """A user in Taiwan found three words for one account."""
    files = [
        *WRITTEN[language],
        PACKAGE / f"translations/{language}.json",
        REPOSITORY / f"frontend/src/translations/{language}.json",
    ]
    found = {file.name: re.findall(OTHER_TERMS[language], file.read_text(encoding="utf-8")) for file in files}
    assert {name: terms for name, terms in found.items() if terms} == {}


def test_only_fields_are_described() -> None:
    def undescribable(tree: dict[str, Any], path: str = "") -> Iterator[str]:
        yield from (f"{path}.{name}" for name in tree.get("data_description", {}).keys() - tree.get("data", {}).keys())
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from undescribable(value, f"{path}.{key}")

    assert list(undescribable(ENGLISH)) == []


def _fields(schema: vol.Schema) -> dict[str, Any]:
    """What a form asks, as translations name it."""
    fields = {str(marker): value for marker, value in schema.schema.items()}
    sections = {name: _fields(value.schema) for name, value in fields.items() if isinstance(value, section)}
    form: dict[str, Any] = {"data": fields.keys() - sections.keys()} if fields.keys() - sections.keys() else {}
    return {**form, "sections": sections} if sections else form


def _translated_fields(step: dict[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {"data": set(step["data"])} if "data" in step else {}
    sections = {name: _translated_fields(value) for name, value in step.get("sections", {}).items()}
    return {**form, "sections": sections} if sections else form


async def _forms() -> dict[str, vol.Schema]:
    """What each step of each flow asks."""
    account = (await config_flow.SmsAdminConfigFlow().async_step_user())["data_schema"]
    assert account is not None
    return {
        "config.step.user": account,
        "config.step.receive": config_flow.RECEIVE_SCHEMA,
        "config.step.reauth_confirm": config_flow.REAUTH_SCHEMA,
        "config.step.reconfigure": account,
        "options.step.init": options_flow.options_schema({}),
        "config_subentries.recipient.step.user": recipient_flow.CONFIRM_SCHEMA,
        "config_subentries.recipient.step.reconfigure": recipient_flow.CONFIRM_SCHEMA,
    }


async def test_every_field_of_every_form_is_translated_and_no_other() -> None:
    translated = {f"{flow}.step.{name}": step for flow in FLOWS for name, step in _at(ENGLISH, flow)["step"].items()}
    assert {path: _translated_fields(step) for path, step in translated.items()} == {
        path: _fields(schema) for path, schema in (await _forms()).items()
    }


def _selectors(schema: vol.Schema) -> Iterator[SelectSelector]:
    for value in schema.schema.values():
        if isinstance(value, section):
            yield from _selectors(value.schema)
        elif isinstance(value, SelectSelector):
            yield value


async def test_every_option_of_a_selector_is_translated_and_no_other() -> None:
    configs = [selector.config for schema in (await _forms()).values() for selector in _selectors(schema)]
    described = (*SERVICES.values(), *(item for items, _ in PICKED.values() for item in items.values()))
    fields = (field for item in described for field in item.get("fields", {}).values())
    configs += [field["selector"]["select"] for field in fields if "select" in field["selector"]]
    assert {name: set(selector["options"]) for name, selector in ENGLISH["selector"].items()} == {
        config["translation_key"]: set(config["options"]) for config in configs
    }


def test_every_action_is_translated_and_no_other() -> None:
    registered = {value for name, value in vars(services).items() if name.startswith("SERVICE_")}
    assert registered == SERVICES.keys() == ENGLISH["services"].keys() == ICONS["services"].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_field_of_an_action_is_translated_and_no_other(name: str) -> None:
    translation = ENGLISH["services"][name]
    assert translation.get("fields", {}).keys() == (SERVICES[name] or {}).get("fields", {}).keys()
    texts = [translation, *translation.get("fields", {}).values()]
    assert all(text["name"] and text["description"] for text in texts)


@pytest.mark.parametrize("kind", PICKED)
def test_every_trigger_and_condition_is_translated_and_no_other(kind: str) -> None:
    described, existing = PICKED[kind]
    assert {name for name in described if not name.startswith(".")} == existing.keys()
    assert existing.keys() == ENGLISH[kind].keys() == ICONS[kind].keys()
    assert {tuple(icon) for icon in ICONS[kind].values()} == {(kind.removesuffix("s"),)}
    for name, translation in ENGLISH[kind].items():
        assert translation["fields"].keys() == described[name]["fields"].keys()
        assert all(text["name"] and text["description"] for text in (translation, *translation["fields"].values()))


def _calls(tree: ast.AST) -> Iterator[tuple[str, dict[str, ast.expr], ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}, node


def _literals(nodes: Iterator[ast.expr | None]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _entities() -> Iterator[tuple[str, str, bool]]:
    """Platform and translation key of every kind of entity, and whether it has a name of its own."""
    for platform in smsadmin.PLATFORMS:
        for described in vars(import_module(f"{smsadmin.__name__}.{platform}")).values():
            for description in described if isinstance(described, tuple) else (described,):
                # The classes of descriptions make instances of others, so that they can be frozen or not.
                if type(description).__name__.endswith("Description"):
                    yield platform.value, str(description.translation_key), description.name is not None


def test_every_named_entity_is_translated_and_no_other() -> None:
    translated = {(platform, key) for platform, entities in ENGLISH["entity"].items() for key in entities}
    assert translated == {(platform, key) for platform, key, named in _entities() if named}
    assert all(ENGLISH["entity"][platform][key]["name"] for platform, key in translated)


def test_every_entity_has_an_icon_and_no_other() -> None:
    icons = {(platform, key) for platform, entities in ICONS["entity"].items() for key in entities}
    assert icons == {(platform, key) for platform, key, _ in _entities()}


def test_every_state_with_an_icon_is_translated() -> None:
    with_icon = {path for path, _ in _texts(ICONS["entity"]) if ".state." in path}
    assert with_icon <= dict(_texts(ENGLISH["entity"])).keys()


@pytest.mark.parametrize(
    ("path", "states"),
    [
        ("event.reply.state_attributes.event_type", {EVENT_TYPE_RECEIVED}),
        ("event.delivery_report.state_attributes.event_type", set(DeliveryStatus)),
        ("event.delivery_report.state_attributes.outcome", set(DeliveryStatus)),
        ("sensor.last_message", set(OUTBOUND_STATES)),
    ],
)
def test_every_state_is_translated_and_no_other(path: str, states: set[str]) -> None:
    assert _at(ENGLISH["entity"], path)["state"].keys() == states


def _gateway_errors() -> Iterator[GatewayError]:
    """One error of each kind that the gateway can raise, with every code that the platform could answer."""
    yield from (InvalidInputError(field, problem, "?") for field in InputField for problem in InputProblem)
    yield from (error_for_code(f"{code:03}") for code in range(1000))
    kinds = [GatewayError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
        if not issubclass(kind, (InvalidInputError, type(error_for_code("400")))):
            yield kind("?")
    yield RedirectedError("?", location="?")


def test_every_exception_is_translated_and_no_other() -> None:
    raised = _literals(
        arguments["translation_key"]
        for tree in CODE.values()
        for _, arguments, _ in _calls(tree)
        if {"translation_domain", "translation_key"} <= arguments.keys()
    )
    assert raised
    of_gateway = {find(err)[0] for err in _gateway_errors() for find in (translation_of, query_translation_of)}
    assert ENGLISH["exceptions"].keys() == raised | of_gateway


def test_every_placeholder_of_an_error_of_the_gateway_is_filled() -> None:
    for key, given in (find(err) for err in _gateway_errors() for find in (translation_of, query_translation_of)):
        assert _placeholders(ENGLISH["exceptions"][key]["message"]) <= given.keys(), key


def _literal_errors(file: str) -> set[str]:
    """What a flow writes down itself: `{CONF_…: "the_error"}` or `{"base": "the_error"}`."""
    dicts = (node for node in ast.walk(CODE[file]) if isinstance(node, ast.Dict) and len(node.keys) == 1)
    calls = list(_calls(CODE[file]))
    raised = (call.args[1] for name, _, call in calls if name == "_WrongInputError")
    raised_by_name = (arguments.get("error") for name, arguments, _ in calls if name == "_WrongOptionError")
    return _literals(value for node in dicts for value in node.values) | _literals(raised) | _literals(raised_by_name)


def _errors_of_the_connection_check() -> set[str]:
    returned = (
        node.value for node in ast.walk(_function("flows/connection.py", "check_connection")) if isinstance(node, ast.Return)
    )
    keys = (value.elts[0] for value in returned if isinstance(value, ast.Tuple))
    return _literals(keys) | {flow_error(err) for err in _gateway_errors()}


def _problems_of_numbers() -> set[str]:
    nodes = (node for node in ast.walk(CODE["gateway/numbers.py"]) if isinstance(node, ast.Attribute))
    return {InputProblem[node.attr] for node in nodes if getattr(node.value, "id", None) == InputProblem.__name__}


def _function(file: str, name: str) -> ast.AST:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return next(node for node in ast.walk(CODE[file]) if isinstance(node, kinds) and node.name == name)


def test_every_error_of_a_form_is_translated_and_no_other() -> None:
    assert {flow: _at(ENGLISH, flow)["error"].keys() for flow in FLOWS} == {
        "config": _literal_errors("config_flow.py") | _errors_of_the_connection_check(),
        "options": _literal_errors("flows/options.py") | {f"invalid_{option}" for option in _OPTIONS},
        "config_subentries.recipient": _literal_errors("flows/recipient.py")
        | _problems_of_numbers()
        | set(recipient_flow.TEST_ERRORS.values()),
    }


@every_language
def test_every_error_of_an_option_names_its_field(language: str) -> None:
    """The frontend shows the error at the section, so only its words say which field is meant."""
    flow = TREES[language]["options"]
    labels = {name: label for part in flow["step"]["init"]["sections"].values() for name, label in part["data"].items()}
    errors = {name: flow["error"][f"invalid_{name}"] for name in _OPTIONS}
    assert [name for name, error in errors.items() if not error.startswith(labels[name])] == []
    assert flow["error"]["port_in_use"].startswith(labels["listener_port"])


@every_language
def test_every_error_of_a_recipient_names_its_field(language: str) -> None:
    flow = TREES[language]["config_subentries"]["recipient"]
    for step in flow["step"].values():
        labels = tuple(step["data"].values())
        assert [error for error in flow["error"].values() if not error.startswith(labels)] == []


def _aborts(file: str) -> Iterator[str]:
    for name, arguments, call in _calls(CODE[file]):
        if name in ABORTS_OF_HELPERS:
            yield ABORTS_OF_HELPERS[name]
        elif name == "async_abort":
            yield from _literals(iter([arguments["reason"]]))
        elif name in ("AbortFlow", "_save"):
            yield from _literals(iter(call.args))


def test_every_end_of_a_flow_is_translated_and_no_other() -> None:
    assert {flow: _at(ENGLISH, flow).get("abort", {}).keys() for flow in FLOWS} == {
        "config": set(_aborts("config_flow.py")),
        "options": set(_aborts("flows/options.py")),
        "config_subentries.recipient": set(_aborts("flows/recipient.py")),
    }


def test_every_issue_is_translated_and_no_other() -> None:
    assert ENGLISH["issues"].keys() == {*Problem, ISSUE_DISABLED_CHOICE, ISSUE_MISSING_CHOICE, ISSUE_SLOW_PATTERN}


def test_every_reason_of_quarantine_is_translated_and_no_other() -> None:
    translated = {key.removeprefix("quarantined_") for key in ENGLISH["common"] if key.startswith("quarantined_")}
    assert translated == set(QUARANTINED.values())


@every_language
@pytest.mark.parametrize("issue", [Problem.QUARANTINE, Problem.FOREIGN_PUSHES, Problem.NOT_PUBLISHED])
def test_an_issue_of_quarantine_leads_to_the_panel_first(language: str, issue: str) -> None:
    """I was sent to an action, though the panel shows in a click what could not be read."""
    panel = json.loads((REPOSITORY / f"frontend/src/translations/{language}.json").read_bytes())["panel"]
    text = TEXTS[language][f"issues.{issue}.fix_flow.step.confirm.description"]
    places = [text.find(name) for name in (f"**{panel['title']}**", f"**{panel['filter_unreadable']}**", "get_messages")]
    assert -1 not in places
    assert places == sorted(places)


def test_every_icon_is_one_of_material_design() -> None:
    assert {icon for _, icon in _texts(ICONS) if not re.fullmatch("mdi:[a-z0-9]+(-[a-z0-9]+)*", icon)} == set()


def test_the_manifest_is_in_order() -> None:
    domain, name, *others = _json("manifest.json")
    assert [domain, name, *others] == ["domain", "name", *sorted(others)]
