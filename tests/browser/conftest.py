"""A house, its user and the user's browser, shared by the tests of a module."""

from collections.abc import AsyncIterator
import os
from pathlib import Path

from playwright.async_api import BrowserContext, expect
import pytest
import pytest_asyncio
import pytest_socket

from .chromium import find
from .house import PASSWORD, USER, House, opened
from .screen import SIZE, STARTUP_GRACE, Screen, logged_in
from .ui_texts import UiTexts
from .variants import PICTURES

expect.set_options(timeout=STARTUP_GRACE)


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Home Assistant is a process of its own here."""


@pytest.fixture(autouse=True)
def verify_cleanup() -> None:
    """No Home Assistant ran in this process that could have left anything behind; what the module shares, stays."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(chosen) if (chosen := os.environ.get(PICTURES)) else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    # What the tests are forbidden unless they ask, a fixture of the whole module has to ask for itself.
    pytest_socket.enable_socket()
    executable = find()
    assert executable
    async with opened(tmp_path_factory.mktemp("house"), executable) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(request: pytest.FixtureRequest, house: House, pictures: Path) -> AsyncIterator[tuple[BrowserContext, UiTexts]]:
    """A browser in a language, logged in."""
    words = UiTexts(request.param)
    await house.speak(words.language)
    async with logged_in(house, words, pictures, USER, PASSWORD, viewport=SIZE) as screen:
        await screen.page.close()
        yield screen.page.context, words


@pytest_asyncio.fixture(loop_scope="module")
async def screen(house: House, desk: tuple[BrowserContext, UiTexts], pictures: Path) -> AsyncIterator[Screen]:
    context, words = desk
    screen = Screen(await context.new_page(), house.process.origin, words, pictures)
    yield screen
    await screen.page.close()
    violations = list(house.simulator.violations)
    await house.tidy_up()
    assert (violations, screen.complaints) == ([], [])


@pytest_asyncio.fixture(loop_scope="module")
async def account(house: House, screen: Screen) -> str:
    """An account with a recipient that is there already; the id of its entry."""
    return await house.add_account(screen.ui_texts.pick(en="Mother", zh_Hans="妈妈"))
