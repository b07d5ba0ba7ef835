"""The panel on a screen."""

from playwright.async_api import Locator, expect

from .screen import Screen
from .ui_texts import UiTexts


class Panel:
    """The panel on a screen, in the words of the test's language."""

    def __init__(self, screen: Screen) -> None:
        """Look at it."""
        self.page = screen.page
        self.list = self.page.locator("smsadmin-list")
        self.thread = self.page.locator("smsadmin-thread")
        self.field = self.thread.locator("textarea")

    def row(self, name: str) -> Locator:
        """A conversation in the list."""
        return self.list.locator("a.row", has_text=name)

    def text(self, words: str) -> Locator:
        """A text in the thread, with its state."""
        return self.thread.locator(".message", has_text=words)

    async def choose(self, name: str) -> None:
        """Open a conversation."""
        await self.row(name).click()
        await expect(self.thread.locator("h1")).to_have_text(name)


def mother_of(words: UiTexts) -> str:
    return words.pick(en="Mother", zh_Hans="妈妈")
