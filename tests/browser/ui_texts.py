"""Texts of the user interface, in the language of its user."""

from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
from typing import Any

import hass_frontend

from tests.live.folder import OURS

_FRONTEND = hass_frontend.where() / "static" / "translations"
_PARTS = ("", "config", "lovelace")


class UiTexts:
    """The texts of Home Assistant's frontend and of the integration, by their keys."""

    def __init__(self, language: str) -> None:
        """Read them; what the frontend does not translate, it shows in English."""
        self.language = language
        ours = json.loads((OURS / "smsadmin" / "translations" / f"{language}.json").read_text(encoding="utf-8"))
        self._texts = _frontend("en") | _frontend(language) | dict(_flat(ours, ""))

    def __call__(self, key: str, **values: object) -> str:
        """A text with its values."""
        return self._texts[key].format(**values)

    def pick(self, **texts: str) -> str:
        """One of several texts of a test's own, by language."""
        return texts[self.language.replace("-", "_")]


@cache
def _frontend(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for part in _PARTS:
        (file,) = (path for path in (_FRONTEND / part).glob(f"{language}-*.json") if _is_of(path, language))
        texts |= json.loads(file.read_text(encoding="utf-8"))
    return texts


def _is_of(path: Path, language: str) -> bool:
    """Whether a file is of the very language, and not of a kind of it: `en-GB` begins like `en`."""
    return "-" not in path.stem.removeprefix(f"{language}-")


def _flat(tree: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """The leaves of a tree, with their paths."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value
