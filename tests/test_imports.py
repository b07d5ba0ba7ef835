"""Which package may import which, as one table: a layer imports only what is below it."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

import pytest

ROOT = Path(__file__).parents[1]
INTEGRATION = "custom_components.smsadmin"
HOME_ASSISTANT = {"homeassistant", "voluptuous"}
# aiohttp's own URLs are those of yarl, and its sessions take nothing else.
HTTP = {"aiohttp", "yarl"}

# Where something is, and what it may import beside the standard library and its own package.
RULES = {
    f"{INTEGRATION}.gateway": HTTP,
    f"{INTEGRATION}.message_log": {f"{INTEGRATION}.gateway"},
    INTEGRATION: {*HTTP, *HOME_ASSISTANT},
    "tests.simulator": HTTP,
    "tests.gateway": {*HTTP, "cryptography", "hypothesis", "pytest", "tests.simulator", f"{INTEGRATION}.gateway"},
    "tests.message_log": {"hypothesis", "pytest", f"{INTEGRATION}.gateway", f"{INTEGRATION}.message_log"},
    "tests.live": {"aiohttp", "homeassistant.util.yaml", "tests.simulator"},
    "tests.live.event_recorder": {"homeassistant"},
    "tests.live.kill_switch": {"homeassistant", f"{INTEGRATION}.message_log"},
    "tests.benchmark": {
        *("aiohttp", "playwright", "tests.browser.chromium", "tests.live", "tests.simulator"),
        *(f"{INTEGRATION}.gateway", f"{INTEGRATION}.message_log"),
    },
    "tests.benchmark.baselines": {"aiohttp", "homeassistant"},
    "tests.browser": {
        *("aiohttp", "hass_frontend", "homeassistant.util.yaml", "playwright", "pytest", "pytest_asyncio", "pytest_socket"),
        *("tests.live", "tests.simulator"),
    },
    "tests.end_to_end": {"aiohttp", "pytest", "tests.live", "tests.simulator"},
}
# No module imports these, so that they can import all others.
TOPMOST = {INTEGRATION}


def _modules(package: str) -> Iterator[tuple[str, Path]]:
    """The modules of a package that no narrower rule is about."""
    folder = ROOT / package.replace(".", "/")
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if max((rule for rule in RULES if _within(name, rule)), key=len) == package:
            yield name, path


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _imported(name: str, path: Path) -> Iterator[str]:
    """The full names of the modules that a module imports, wherever in it."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            # `from . import answers` imports a module; `from .answers import code_of` a name out of one.
            for alias in node.names:
                full = f"{module}.{alias.name}"
                yield full if (ROOT / full.replace(".", "/")).with_suffix(".py").exists() else module


CASES = [(name, path, package) for package in RULES for name, path in _modules(package)]


@pytest.mark.parametrize(("name", "path", "package"), [pytest.param(*case, id=case[0]) for case in CASES])
def test_a_module_imports_only_what_is_below_it(name: str, path: Path, package: str) -> None:
    imported = {module for module in _imported(name, path) if module.partition(".")[0] not in sys.stdlib_module_names}
    allowed = RULES[package] | {package} | {rule for rule in RULES if rule.startswith(f"{package}.")}
    assert {module for module in imported if not any(_within(module, rule) for rule in allowed)} == set()
    assert imported & TOPMOST == set()


def test_every_module_has_its_rule() -> None:
    everything = {path for folder in ("custom_components/smsadmin", *_test_packages()) for path in (ROOT / folder).rglob("*.py")}
    assert everything == {path for _, path, _ in CASES}


def _test_packages() -> list[str]:
    """The packages below `tests` that have a rule of their own."""
    return [rule.replace(".", "/") for rule in RULES if rule.startswith("tests.")]
