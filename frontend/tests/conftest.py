"""The harness in Debian's Chromium."""

from collections.abc import Callable, Iterator
import json
from pathlib import Path
import sys
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "harness"))
from serve import harness, version

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]

type Open = Callable[..., Page]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the harness is served."""
    if not (Path(__file__).parents[1] / "harness" / "out" / "harness.js").exists():
        pytest.skip("the harness is not built: run scripts/frontend")
    with harness() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(address: str, browser: Browser) -> Iterator[Open]:
    """Opens the panel, wide or as narrow as a phone, with a mouse or by touch; an error in a page fails the test."""
    errors: list[str] = []
    contexts = []

    def open_page(path: str = "", *, phone: bool = False, touch: bool = False, **settings: Any) -> Page:
        size = ViewportSize(width=390, height=844) if phone else ViewportSize(width=1280, height=800)
        context = browser.new_context(
            viewport=size, has_touch=touch, is_mobile=touch, timezone_id="Asia/Shanghai", accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        settings.setdefault("version", version(settings.get("what", "panel")))
        page.goto(f"{address}/smsadmin{path}?settings={quote(json.dumps(settings))}")
        page.wait_for_function("window.backend")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
