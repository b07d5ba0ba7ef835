"""Copies the blueprints of this integration to the user's blueprint folder.

GitHub is often unreachable from China, so blueprints have to be available without an import. A copy that the user has not changed
is updated, and automations use it after their next reload. A copy that the user has changed or deleted stays as it is.
"""

from collections.abc import Collection
import hashlib
import json
from pathlib import Path
from typing import TypedDict

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import write_utf8_file_atomic
from homeassistant.util.language import matches

from ..const import DOMAIN, LOGGER

SOURCE = Path(__file__).parent
VERSIONS = SOURCE / "versions.json"
"""The SHA-256 of every released version of each file, including the current one."""

STORAGE_KEY = f"{DOMAIN}.blueprints"
STORAGE_VERSION = 1

SUFFIXES = {"en": "", "zh-Hans": ".zh-Hans", "zh-Hant": ".zh-Hant"}
"""What follows a blueprint's name in the names of its files in each language."""


class Installed(TypedDict):
    """The stored data: names of the files that have been installed, including those that the user has deleted."""

    files: list[str]


async def async_install_blueprints(hass: HomeAssistant) -> None:
    """Copy new blueprints, and update copies that the user has not changed. Logs a warning on failure."""
    store = Store[Installed](hass, STORAGE_VERSION, STORAGE_KEY)
    folder = Path(hass.config.path("blueprints", "automation", DOMAIN))
    try:
        stored = await store.async_load()
        known = set(stored["files"]) if stored else set()
        present = await hass.async_add_executor_job(_install, folder, hass.config.language, known)
        if not present <= known:
            await store.async_save({"files": sorted(known | present)})
    except (OSError, HomeAssistantError) as err:
        LOGGER.warning("The blueprints could not be copied to the blueprint folder: %s", err)


def _install(folder: Path, language: str, known: Collection[str]) -> set[str]:
    """Update the folder, and return the names of the files that exist now."""
    versions: dict[str, list[str]] = json.loads(VERSIONS.read_bytes())
    suffix = SUFFIXES[(matches(language, SUFFIXES) or ["en"])[0]]
    present = set()
    for source in SOURCE.glob("*.yaml"):
        copy = folder / source.name
        is_new = source.name not in known and Path(source.stem).suffix == suffix
        if _is_outdated(copy, source, versions[source.name]) if copy.exists() else is_new:
            folder.mkdir(parents=True, exist_ok=True)
            write_utf8_file_atomic(str(copy), source.read_bytes(), mode="wb")
        if copy.exists():
            present.add(source.name)
    return present


def _is_outdated(copy: Path, source: Path, versions: Collection[str]) -> bool:
    """Whether a copy is an earlier released version; otherwise it is current, or the user has changed it."""
    digest = _digest(copy)
    return digest in versions and digest != _digest(source)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
