"""The panel in the sidebar."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components import frontend, panel_custom
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.simulator import Simulator

from ..conftest import make_entry, set_up
from .conftest import Client

BUNDLES = Path("custom_components/smsadmin/panel/dist")


@pytest.fixture
def loaded(hass: HomeAssistant) -> None:
    """Home Assistant's frontend, as far as it knows of panels."""
    hass.config.components.add("frontend")
    hass.data[frontend.DATA_EXTRA_MODULE_URL] = frontend.UrlManager(lambda *_: None, [])


def _panel(hass: HomeAssistant, path: str = "smsadmin") -> Any:
    return hass.data.get(frontend.DATA_PANELS, {}).get(path)


def _cards(hass: HomeAssistant) -> list[str]:
    return list(hass.data[frontend.DATA_EXTRA_MODULE_URL].urls)


@pytest.mark.usefixtures("loaded")
async def test_the_panel_exists_while_there_is_an_account(
    hass: HomeAssistant, simulator: Simulator, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "smsadmin", {})
    assert _panel(hass) is None
    entries = [make_entry(simulator, data={"webhook_id": name}) for name in ("one", "two")]
    for entry in entries:
        await hass.config_entries.async_add(entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    panel = _panel(hass)
    assert (panel.sidebar_title, panel.sidebar_icon, panel.require_admin) == ("SMS", "mdi:message-text", False)
    custom = panel.config["_panel_custom"]
    assert custom["name"] == "smsadmin-panel"
    (card,) = _cards(hass)
    http = await hass_client_no_auth()
    for url, bundle in ((custom["module_url"], "panel.js"), (card, "card.js")):
        assert await (await http.get(url)).read() == (BUNDLES / bundle).read_bytes()
    await hass.config_entries.async_remove(entries[0].entry_id)
    await hass.async_block_till_done()
    assert _panel(hass)
    await hass.config_entries.async_remove(entries[1].entry_id)
    await hass.async_block_till_done()
    assert (_panel(hass), _cards(hass)) == (None, [])


@pytest.mark.usefixtures("loaded")
async def test_the_title_is_in_the_language_of_home_assistant(hass: HomeAssistant, account: MockConfigEntry) -> None:
    for language, title in (("zh-Hans", "短信"), ("zh-Hant", "簡訊"), ("en", "SMS")):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done()
        assert _panel(hass).sidebar_title == title
        assert len(_cards(hass)) == 1
    await hass.config.async_update(location_name="Home")
    await hass.async_block_till_done()
    assert _panel(hass)


async def test_all_else_works_without_the_frontend(hass: HomeAssistant, account: MockConfigEntry, admin: Client) -> None:
    assert _panel(hass) is None
    assert (await admin.call("conversations"))["conversations"] == []


@pytest.mark.usefixtures("loaded")
async def test_a_dashboard_of_the_same_name_stays(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    frontend.async_register_built_in_panel(hass, "lovelace", frontend_url_path="smsadmin")
    await set_up(hass, entry)
    assert _panel(hass).component_name == "lovelace"
    assert _panel(hass, "smsadmin-panel").component_name == "custom"


@pytest.mark.usefixtures("loaded")
async def test_a_panel_that_finds_no_path_is_left_out(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("smsadmin", "smsadmin-panel"):
        frontend.async_register_built_in_panel(hass, "lovelace", frontend_url_path=path)
    await set_up(hass, entry)
    assert "The panel can't be added" in caplog.text
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert _panel(hass).component_name == "lovelace"


@pytest.mark.usefixtures("loaded")
async def test_an_old_home_assistant_keeps_the_safe_area(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Home Assistant 2026.8.0 takes no `handle_safe_area`."""

    async def register(hass: HomeAssistant, frontend_url_path: str, webcomponent_name: str, **settings: Any) -> None:
        frontend.async_register_built_in_panel(hass, webcomponent_name, frontend_url_path=frontend_url_path)
        assert "handle_safe_area" not in settings

    with patch.object(panel_custom, "async_register_panel", register):
        await set_up(hass, entry)
    assert _panel(hass)


@pytest.mark.usefixtures("loaded")
async def test_the_panel_keeps_clear_of_a_phones_notch_itself(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    async def register(
        hass: HomeAssistant,
        frontend_url_path: str,
        webcomponent_name: str,
        *,
        handle_safe_area: bool = False,
        **settings: Any,
    ) -> None:
        frontend.async_register_built_in_panel(hass, webcomponent_name, frontend_url_path=frontend_url_path)
        assert handle_safe_area

    with patch.object(panel_custom, "async_register_panel", register):
        await set_up(hass, entry)
    assert _panel(hass)
