"""Both sides of the WebSocket connection have the same names."""

from pathlib import Path
import re
from typing import is_typeddict

import pytest

from custom_components.smsadmin.message_log.models import SEVERITY
from custom_components.smsadmin.panel import api

SOURCES = Path("frontend/src")


def _interfaces() -> dict[str, list[str]]:
    """The interfaces of api.ts, and the properties of each."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", (SOURCES / "api.ts").read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"export interface (\w+) \{\n(.*?)\n\}", text, flags=re.DOTALL)
    return {name: re.findall(r'^  "?([\w/]+)"?: ', body, flags=re.MULTILINE) for name, body in found}


INTERFACES = _interfaces()
REQUESTS = dict(
    re.findall(r'^  "(smsadmin/\w+)": (\w+Request);', (SOURCES / "api.ts").read_text(encoding="utf-8"), flags=re.MULTILINE)
)
TYPES = [name for name, found in vars(api).items() if is_typeddict(found)]


@pytest.mark.parametrize("name", TYPES)
def test_what_is_returned_has_the_same_names(name: str) -> None:
    assert list(getattr(api, name).__annotations__) == INTERFACES[name]


@pytest.mark.parametrize("command", api.REQUESTS)
def test_what_is_asked_for_has_the_same_names(command: str) -> None:
    assert list(api.REQUESTS[command]) == INTERFACES[REQUESTS[command]]


def test_no_interface_is_missing() -> None:
    requests = {*REQUESTS.values(), "Requests", "Responses", "ErrorCodes"}
    assert set(INTERFACES) == set(TYPES) | requests
    assert set(REQUESTS) == set(api.REQUESTS) == set(INTERFACES["Responses"]) == set(INTERFACES["Requests"])
    assert tuple(INTERFACES["ErrorCodes"]) == api.ERROR_CODES


def test_the_worst_state_is_the_same() -> None:
    text = (SOURCES / "states.ts").read_text(encoding="utf-8")
    tones = dict(re.findall(r'^  (\w+): "(\w+)",', text, flags=re.MULTILINE))
    order = re.findall(r'"(\w+)",', text.partition("const SEVERITY")[2].partition("];")[0])
    assert {*SEVERITY, "scheduled"} == set(tones)
    places = [order.index(tones[state]) for state in SEVERITY]
    assert places == sorted(places)
    # What is scheduled is accepted in the log.
    assert order.index(tones["accepted"]) - order.index(tones["scheduled"]) == 1
