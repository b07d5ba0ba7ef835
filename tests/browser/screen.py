"""A page of the browser, and what its user does there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import ConsoleMessage, Locator, Page, ViewportSize

from .house import House
from .ui_texts import UiTexts

SIZE = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
STARTUP_GRACE = 30_000
"""Milliseconds after which what has not appeared is taken for missing, on the slowest machine."""
_FLOW = "ui.panel.config.integrations.config_flow"


class Screen:
    """What the user sees, and where a test clicks and types."""

    def __init__(self, page: Page, origin: str, words: UiTexts, pictures: Path) -> None:
        """Watch a page."""
        self.page = page
        self.ui_texts = words
        self.complaints: list[str] = []
        """Errors of the console that concern this integration."""
        self._origin = origin
        self.pictures = pictures
        page.on("console", self._on_console)
        page.on("pageerror", lambda err: self.complaints.append(str(err)))

    def _on_console(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        text = f"{message.text} ({where})"
        if message.type in {"error", "warning"} and any(word in text.lower() for word in ("smsadmin", "translation")):
            self.complaints.append(text)

    async def open(self, path: str) -> None:
        """Go to a page of Home Assistant, as a click on a link to it does."""
        if not self.page.url.startswith(self._origin):
            await self.page.goto(f"{self._origin}{path}")
            return
        await self.page.evaluate("path => history.pushState(null, '', path)", path)
        await self.page.evaluate("window.dispatchEvent(new CustomEvent('location-changed'))")

    async def picture(self, name: str) -> None:
        """Keep what is seen, once nothing moves any more."""
        await self.page.screenshot(path=self.pictures / f"{name}.{self.ui_texts.language}.png", animations="disabled")

    async def log_in(self, username: str, password: str) -> None:
        """Log in, from wherever one is asked to."""
        await self.page.locator("input[name=username]").fill(username)
        await self.page.locator("input[name=password]").fill(password)
        await self.page.keyboard.press("Enter")
        await self.page.locator("home-assistant-main").wait_for()
        await self.page.locator("#ha-launch-screen").wait_for(state="detached")

    def button(self, key: str) -> Locator:
        """The first button of a text."""
        return self.page.get_by_role("button", name=self.ui_texts(key), exact=True).first

    def text(self, key: str, **values: object) -> Locator:
        """The first place of a text."""
        return self.page.get_by_text(self.ui_texts(key, **values), exact=True).first

    def in_form(self, key: str, **values: object) -> Locator:
        """The first place of a text in the form."""
        return self.form.get_by_text(self.ui_texts(key, **values), exact=True).first

    def row(self, key: str) -> Locator:
        """The row of an editor that a text describes."""
        return self.page.locator("ha-settings-row").filter(has_text=self.ui_texts(key))

    @property
    def form(self) -> Locator:
        """The form that is open in front of all else."""
        return self.page.locator("dialog-data-entry-flow")

    def field(self, name: str) -> Locator:
        """A field of the form by its name."""
        return self.form.locator(f"input[name={name}]")

    @property
    def numbers(self) -> Locator:
        """The fields of the form for phone numbers."""
        return self.form.locator("input[type=tel]")

    async def unfold(self, key: str) -> None:
        """Open or close a section of the form."""
        await self.form.get_by_role("button", name=self.ui_texts(key), exact=True).click()

    async def submit(self) -> None:
        """Submit the form."""
        await self.form.get_by_role("button", name=self.ui_texts(f"{_FLOW}.submit"), exact=True).click()

    async def finish(self, key: str = f"{_FLOW}.finish") -> None:
        """Close the form that has come to its end."""
        # The cross in the corner may have the same name.
        button = self.form.get_by_role("button", name=self.ui_texts(key), exact=True).last
        await button.click()
        await button.wait_for(state="hidden")


@asynccontextmanager
async def logged_in(
    house: House, words: UiTexts, pictures: Path, username: str, password: str, **settings: Any
) -> AsyncIterator[Screen]:
    """A user who has logged in with a new browser; an error of the console fails the test."""
    locale = words.pick(en="en-GB", zh_Hans="zh-CN")
    async with await house.browser.new_context(locale=locale, timezone_id="Asia/Shanghai", **settings) as context:
        context.set_default_timeout(STARTUP_GRACE)
        screen = Screen(await context.new_page(), house.process.origin, words, pictures)
        await screen.open("/")
        await screen.log_in(username, password)
        yield screen
    assert screen.complaints == []
