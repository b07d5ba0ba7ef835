"""The configuration folder of a Home Assistant: onboarded but for its first user, with the integration installed."""

from collections.abc import Iterable
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[2]
OURS = CHECKOUT / "custom_components"


def prepare(folder: Path, *, port: int, configuration: str, companions: Iterable[Path] = ()) -> None:
    """Make a folder ready for a start on a port of this machine, with more integrations if need be; what is in it already stays."""
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.yaml").write_text(configuration.replace("{port}", str(port)), encoding="utf-8")
    components = folder / "custom_components"
    components.mkdir(exist_ok=True)
    for component in (OURS / "__init__.py", OURS / "smsadmin", *companions):
        link = components / component.name
        if not link.exists():
            link.symlink_to(component)
    if not (storage / "onboarding").exists():
        _store(storage, "onboarding", version=4, minor_version=1, data={"done": ["core_config", "analytics", "integration"]})
    # A port given in YAML is on trial alone, and reverted unless a user confirms it in the interface.
    _store(
        storage, "http", version=2, minor_version=2, data={"stable": _http(port), "pending": None, "yaml_migration_done": True}
    )


def _http(port: int) -> dict[str, Any]:
    """Where the web server listens, in the form in which Home Assistant stores it."""
    return {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": datetime.now(UTC).isoformat(),
        "error": None,
        "error_message": None,
    }


def _store(storage: Path, key: str, *, version: int, minor_version: int, data: dict[str, Any]) -> None:
    stored = {"version": version, "minor_version": minor_version, "key": key, "data": data}
    (storage / key).write_text(json.dumps(stored), encoding="utf-8")
