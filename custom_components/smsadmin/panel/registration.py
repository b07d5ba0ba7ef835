"""Registers the panel in the sidebar, one for all accounts, and the card's module, as long as there is an account.

`frontend` serves both; where it is not loaded, all else works.
"""

from hashlib import sha256
import inspect
from pathlib import Path
from typing import Any

from homeassistant.components.http import StaticPathConfig
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, LOGGER
from ..translation import async_load_texts, localised
from .commands import async_register
from .export import ExportView, export_command
from .reading import conversations_command, read_command, search_command, thread_command
from .sending import cancel_command, send_command
from .subscription import subscribe_command

_BUNDLES = Path(__file__).with_name("dist")
_ICON = "mdi:message-text"
_PATHS = (DOMAIN, f"{DOMAIN}-panel")
"""The panel's path, and the one that it has where a dashboard of the user's has taken that."""


async def async_setup_panel(hass: HomeAssistant) -> None:
    """Serve the bundles, register the commands, and keep the panel in step with the accounts; once per process."""
    version = await hass.async_add_executor_job(_hash_bundles)
    base = f"/{DOMAIN}_static/{version}"
    await hass.http.async_register_static_paths([StaticPathConfig(base, str(_BUNDLES), cache_headers=True)])
    hass.http.register_view(ExportView)
    for command, handler in (
        ("smsadmin/conversations", conversations_command(version)),
        ("smsadmin/thread", thread_command),
        ("smsadmin/search", search_command),
        ("smsadmin/subscribe", subscribe_command),
        ("smsadmin/send", send_command),
        ("smsadmin/cancel", cancel_command),
        ("smsadmin/read", read_command),
        ("smsadmin/export", export_command),
    ):
        async_register(hass, command, handler)
    if "frontend" in hass.config.components:
        await Panel(hass, base).async_update()


def _hash_bundles() -> str:
    """The hash of what is served, which is in the path: a browser never takes an old bundle for the new one."""
    digest = sha256()
    for bundle in sorted(_BUNDLES.glob("*.js")):
        digest.update(bundle.read_bytes())
    return digest.hexdigest()[:16]


class Panel:
    """The entry in the sidebar and the card's module."""

    def __init__(self, hass: HomeAssistant, base: str) -> None:
        """Follow the accounts, and Home Assistant's language."""
        self._hass = hass
        self._base = base
        self._path: str | None = None
        self._title = ""
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed)
        hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._config_changed)

    @callback
    def _entry_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN and change is not ConfigEntryChange.UPDATED:
            self._hass.async_create_task(self.async_update(), "smsadmin panel")

    @callback
    def _config_changed(self, event: Event) -> None:
        if "language" in event.data:
            self._hass.async_create_task(self.async_update(), "smsadmin panel")

    async def async_update(self) -> None:
        """Add the panel with the first account, rename it with the language, and remove it with the last account."""
        await async_load_texts(self._hass)
        title = localised(self._hass, "common.panel_title")
        is_needed = bool(self._hass.config_entries.async_entries(DOMAIN))
        if self._path and (not is_needed or title != self._title):
            self._remove()
        if is_needed and not self._path:
            self._title = title
            await self._add()

    def _remove(self) -> None:
        from homeassistant.components import frontend  # noqa: PLC0415

        frontend.async_remove_panel(self._hass, self._path or "")
        frontend.remove_extra_js_url(self._hass, f"{self._base}/card.js")
        self._path = None

    async def _add(self) -> None:
        from homeassistant.components import frontend, panel_custom  # noqa: PLC0415

        # Home Assistant 2026.8.0 does not have it.
        has_safe_area = "handle_safe_area" in inspect.signature(panel_custom.async_register_panel).parameters
        safe_area: dict[str, Any] = {"handle_safe_area": True} if has_safe_area else {}
        path = next((path for path in _PATHS if not frontend.async_panel_exists(self._hass, path)), None)
        if path is None:
            LOGGER.warning("The panel can't be added: dashboards have its paths, %s", " and ".join(_PATHS))
            return
        self._path = path
        await panel_custom.async_register_panel(
            self._hass,
            frontend_url_path=path,
            webcomponent_name="smsadmin-panel",
            sidebar_title=self._title,
            sidebar_icon=_ICON,
            module_url=f"{self._base}/panel.js",
            require_admin=False,
            **safe_area,
        )
        frontend.add_extra_js_url(self._hass, f"{self._base}/card.js")
