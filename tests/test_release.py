"""The archive that HACS installs, and what keeps a version from being released."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
import subprocess
import sys
import zipfile

import pytest

CHECKOUT = Path(__file__).parents[1]

type Release = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Nothing is loaded by a Home Assistant here."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository of its own with all that a release is made of."""
    repository = tmp_path / "repository"
    for part in ("custom_components/smsadmin", "scripts"):
        shutil.copytree(CHECKOUT / part, repository / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "CHANGELOG.md", repository)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Everything"]):
        _git(repository, *command)
    return repository


def _git(repository: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=repository, check=True)


@pytest.fixture
def release(copy: Path) -> Release:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(copy / "scripts/release"), "--output", str(copy / "dist")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_the_archive_holds_the_integration_and_nothing_else(copy: Path, release: Release) -> None:
    (copy / "notes.txt").write_text("not ours", encoding="utf-8")
    assert release().returncode == 0
    folder = copy / "custom_components/smsadmin"
    with zipfile.ZipFile(copy / "dist/smsadmin.zip") as archive:
        assert set(archive.namelist()) == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert json.loads(archive.read("manifest.json"))["domain"] == "smsadmin"


def test_the_archive_is_the_same_each_time(copy: Path, release: Release) -> None:
    archives = []
    for _ in range(2):
        assert release().returncode == 0
        archives.append((copy / "dist/smsadmin.zip").read_bytes())
    assert archives[0] == archives[1]


def test_a_version_missing_in_the_changelog_is_not_released(copy: Path, release: Release) -> None:
    changelog = copy / "CHANGELOG.md"
    changelog.write_text(changelog.read_text(encoding="utf-8").replace("## ", "## 0."), encoding="utf-8")
    _git(copy, "commit", "-q", "-a", "-m", "Forget the version")
    result = release()
    assert result.returncode == 1
    assert "the changelog does not begin" in result.stderr
    assert not (copy / "dist").exists()


def test_a_version_of_another_form_is_not_released(copy: Path, release: Release) -> None:
    manifest = copy / "custom_components/smsadmin/manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_bytes()), "version": "1.0"}), encoding="utf-8")
    _git(copy, "commit", "-q", "-a", "-m", "Shorten the version")
    assert "does not have the form 1.2.3" in release().stderr


def test_what_is_not_committed_is_not_released(copy: Path, release: Release) -> None:
    (copy / "custom_components/smsadmin/new.py").touch()
    assert "uncommitted" in release().stderr


def test_a_commit_with_another_tag_is_not_released(copy: Path, release: Release) -> None:
    _git(copy, "tag", "v0.0.1")
    assert "another tag: v0.0.1" in release().stderr


def test_hacs_finds_the_archive() -> None:
    hacs = json.loads((CHECKOUT / "hacs.json").read_bytes())
    assert (hacs["zip_release"], hacs["filename"]) == (True, "smsadmin.zip")


def test_the_version_stands_in_one_place() -> None:
    version = json.loads((CHECKOUT / "custom_components/smsadmin/manifest.json").read_bytes())["version"]
    assert f'version = "{version}"' not in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
