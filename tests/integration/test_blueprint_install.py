"""Tests of the packaged blueprints and of their copies in the user's blueprint folder."""

import hashlib
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.smsadmin.blueprints.install import SOURCE, VERSIONS, async_install_blueprints

ON_GITHUB = Path(__file__).parents[2] / "blueprints" / "automation" / "smsadmin"
NAME = "commands.yaml"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.yaml")}


def _put(folder: Path, content: bytes) -> None:
    """Put a copy of one blueprint into the folder."""
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(content)


def _written_at(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


ENGLISH, SIMPLIFIED, TRADITIONAL = (
    {name: content for name, content in _contents(SOURCE).items() if Path(name).suffixes == suffixes}
    for suffixes in ([".yaml"], [".zh-Hans", ".yaml"], [".zh-Hant", ".yaml"])
)


@pytest.fixture
def folder(hass: HomeAssistant) -> Path:
    return Path(hass.config.path("blueprints", "automation", "smsadmin"))


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bytes:
    """An earlier released version of a blueprint."""
    content = b"# an older version"
    versions = json.loads(VERSIONS.read_bytes())
    versions[NAME].append(hashlib.sha256(content).hexdigest())
    changed = tmp_path / "versions.json"
    changed.write_text(json.dumps(versions), encoding="utf-8")
    monkeypatch.setattr("custom_components.smsadmin.blueprints.install.VERSIONS", changed)
    return content


def test_the_package_has_the_blueprints_of_the_repository() -> None:
    """If this fails: cp blueprints/automation/smsadmin/* custom_components/smsadmin/blueprints/."""
    assert _contents(SOURCE) == _contents(ON_GITHUB)


@pytest.mark.parametrize("name", [*ENGLISH, *SIMPLIFIED, *TRADITIONAL])
def test_the_current_version_is_listed(name: str) -> None:
    """If this fails, replace the last version in the list, unless it was released; then append the new one."""
    assert hashlib.sha256((SOURCE / name).read_bytes()).hexdigest() in json.loads(VERSIONS.read_bytes())[name]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ENGLISH),
        ("en-GB", ENGLISH),
        ("de", ENGLISH),
        ("zh", SIMPLIFIED),
        ("zh-CN", SIMPLIFIED),
        ("zh-SG", SIMPLIFIED),
        ("zh-Hans", SIMPLIFIED),
        ("zh-Hant", TRADITIONAL),
    ],
)
async def test_blueprints_are_copied_in_the_users_language(
    hass: HomeAssistant, folder: Path, language: str, expected: dict[str, bytes]
) -> None:
    hass.config.language = language
    await async_install_blueprints(hass)
    assert _contents(folder) == expected


async def test_an_unchanged_copy_is_updated(hass: HomeAssistant, folder: Path, older: bytes) -> None:
    _put(folder, older)
    await async_install_blueprints(hass)
    assert _contents(folder) == ENGLISH


async def test_a_copy_in_another_language_is_updated_too(hass: HomeAssistant, folder: Path, older: bytes) -> None:
    hass.config.language = "zh-Hans"
    _put(folder, older)
    await async_install_blueprints(hass)
    assert _contents(folder) == SIMPLIFIED | {NAME: ENGLISH[NAME]}


async def test_a_copy_that_the_user_has_changed_stays(hass: HomeAssistant, folder: Path) -> None:
    _put(folder, ENGLISH[NAME] + b"# mine")
    await async_install_blueprints(hass)
    assert _contents(folder) == ENGLISH | {NAME: ENGLISH[NAME] + b"# mine"}


async def test_a_copy_that_the_user_has_deleted_stays_deleted(
    hass: HomeAssistant, hass_storage: dict[str, Any], folder: Path
) -> None:
    await async_install_blueprints(hass)
    (folder / NAME).unlink()
    await async_install_blueprints(hass)
    assert NAME not in _contents(folder)


async def test_nothing_is_written_without_a_new_version(hass: HomeAssistant, hass_storage: dict[str, Any], folder: Path) -> None:
    await async_install_blueprints(hass)
    before = _written_at(folder)
    remembered = hass_storage["smsadmin.blueprints"]
    await async_install_blueprints(hass)
    assert _written_at(folder) == before
    assert hass_storage["smsadmin.blueprints"] is remembered


async def test_a_folder_that_can_not_be_created_logs_a_warning(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, folder: Path
) -> None:
    folder.parents[1].write_text("a file", encoding="utf-8")
    await async_install_blueprints(hass)
    assert "The blueprints could not be copied to the blueprint folder" in caplog.text
