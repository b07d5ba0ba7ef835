"""The panel and the card in each pair of release, screen, colours, language and user: `scripts/browser --combinations`."""

import itertools
import os
from pathlib import Path

from playwright.async_api import Locator, expect
import pytest

from tests.live.folder import CHECKOUT

from .house import MOTHER, PASSWORD, USER, House
from .panel import Panel, mother_of
from .screen import PHONE, SIZE, Screen, logged_in
from .ui_texts import UiTexts
from .variants import in_a_browser

pytestmark = in_a_browser

RELEASE = os.environ.get("SMSADMIN_COMBINATIONS", "")
"""The release that runs, by the name of its environment; empty: none."""
SIZES = {"desktop": SIZE, "phone": PHONE}
# Of each release two, so that each choice of one column meets each choice of every other.
COMBINATIONS = {
    "oldest": [("desktop", "light", "en", "administrator"), ("phone", "dark", "zh-Hans", "other")],
    "newest": [("desktop", "light", "zh-Hans", "other"), ("phone", "dark", "en", "administrator")],
    "released": [("desktop", "dark", "en", "other"), ("phone", "light", "zh-Hans", "administrator")],
}
OTHER = "family"
"""A user who is no administrator, and the password."""
AXE = CHECKOUT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async (tag) => {
  const find = (root) => root.querySelector(tag) ?? [...root.querySelectorAll('*')].map(
    ({shadowRoot}) => shadowRoot && find(shadowRoot)).find(Boolean);
  return (await axe.run(find(document), {resultTypes: ['violations']})).violations
    .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(', ')}`);
}"""


async def test_each_pair_is_combined() -> None:
    rows = [(release, *rest) for release, combinations in COMBINATIONS.items() for rest in combinations]
    for one, other in itertools.combinations(zip(*rows, strict=True), 2):
        assert set(zip(one, other, strict=True)) == set(itertools.product(one, other))


@pytest.mark.parametrize(("size", "scheme", "language", "user"), COMBINATIONS.get(RELEASE, []))
async def test_people_read_and_write(house: House, pictures: Path, size: str, scheme: str, language: str, user: str) -> None:
    words = UiTexts(language)
    await house.speak(language)
    await _prepare(house, words)
    name, password = (USER, PASSWORD) if user == "administrator" else (OTHER, OTHER)
    settings = {"viewport": SIZES[size], "color_scheme": scheme, "has_touch": size == "phone"}
    async with logged_in(house, words, pictures, name, password, **settings) as screen:
        visit = Visit(house, screen, f"{RELEASE}-{size}-{scheme}-{user}")
        await visit.list(is_phone=size == "phone", is_administrator=user == "administrator")
        await visit.thread()
        assert (await _brightness(visit.panel.page.locator("smsadmin-panel")) < 0x40) is (scheme == "dark")
        await visit.new_text()
        await visit.card()
    await house.tidy_up()


async def _prepare(house: House, words: UiTexts) -> None:
    """A failed text to a recipient, one to a number, and a dashboard."""
    await house.add_user(OTHER)
    await house.add_account(mother_of(words))
    failed = await house.send(words.pick(en="Water in the cellar!", zh_Hans="地下室进水了！"), mother_of(words))
    await house.simulator.push_report(MOTHER, "UNDELIV", uid=USER, link_id=failed)
    await house.send(words.pick(en="Who is this?", zh_Hans="您是哪位？"), mobile="13700000003")
    await house.add_dashboard(
        {"type": "custom:smsadmin-conversation-card", "entity": await house.notify_entity(mother_of(words))}
    )


async def _brightness(element: Locator) -> int:
    script = "element => Math.max(...getComputedStyle(element).backgroundColor.match(/[0-9]+/g).slice(0, 3))"
    return int(await element.evaluate(script))


class Visit:
    """A user who looks at each view, reads and writes."""

    def __init__(self, house: House, screen: Screen, name: str) -> None:
        """Name the pictures."""
        self._house = house
        self._screen = screen
        self._page = screen.page
        self._name = name
        self._mother = mother_of(screen.ui_texts)
        self._question = screen.ui_texts.pick(en="Are the windows closed?", zh_Hans="窗户都关好了吗？")
        self._answer = screen.ui_texts.pick(en="All of them.", zh_Hans="都关好了。")
        self.panel = Panel(screen)

    async def _look(self, view: str, tag: str = "smsadmin-panel") -> None:
        """Take a picture, and look for what is too wide or hard to read."""
        await self._screen.picture(f"{self._name}-{view}")
        await self._page.add_script_tag(path=AXE)
        assert await self._page.evaluate(VIOLATIONS, tag) == []
        assert await self._page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0

    async def list(self, *, is_phone: bool, is_administrator: bool) -> None:
        """Who may see less sees less."""
        if is_phone:
            await self._page.locator("ha-menu-button").first.click()
        title = self._screen.ui_texts("common.panel_title")
        await self._page.locator("ha-sidebar").get_by_text(title, exact=True).click()
        await expect(self.panel.list.locator("a.row")).to_have_count(2 if is_administrator else 1)
        await expect(self.panel.list.locator(".balance")).to_have_count(1 if is_administrator else 0)
        await self._look("list")

    async def thread(self) -> None:
        """A text that is answered, and what became of another one."""
        panel, simulator = self.panel, self._house.simulator
        await panel.choose(self._mother)
        await panel.field.fill(self._question)
        await panel.thread.locator("button.send").click()
        await expect(panel.text(self._question)).to_be_visible()
        link_id = simulator.sent[-1].link_id
        await simulator.push_report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
        await simulator.push_reply(MOTHER, self._answer, uid=USER, link_id=link_id)
        await expect(panel.text(self._answer).locator(".quote")).to_contain_text(self._question)
        await expect(panel.thread.locator(".state.delivered")).to_have_count(1)
        await panel.thread.locator(".state.failed").click()
        await expect(panel.thread.locator(".history")).to_be_visible()
        await self._look("thread")

    async def new_text(self) -> None:
        """Recipients are suggested."""
        await self._screen.open("/smsadmin/new")
        await self._page.locator("smsadmin-new #to").fill(self._mother)
        await self._page.locator(".suggestion").click()
        await expect(self._page.locator(".token")).to_have_text(self._mother)
        await self._look("new")

    async def card(self) -> None:
        """The same conversation on a dashboard."""
        await self._screen.open("/family")
        card = self._page.locator("smsadmin-conversation-card")
        await expect(card.locator(".message.in")).to_contain_text(self._answer)
        await card.locator("textarea").fill(self._answer)
        await card.locator("button.send").click()
        await expect(card.locator(".message.out").last).to_contain_text(self._answer)
        await self._look("card", "smsadmin-conversation-card")
