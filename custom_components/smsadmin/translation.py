"""Texts in a user's language and times in Home Assistant's zone, where Home Assistant does not translate automatically."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
import re

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN


@callback
def localised(hass: HomeAssistant, path: str, *, language: str | None = None, **placeholders: str) -> str:
    """A text of the translations, `common.test_text` for example, with its placeholders filled; else in Home Assistant's language.

    Never raises, since one text that is missing must not take the others with it: the language may not be loaded yet, and a later
    version may have written the key. Such a text is in English, or its key in plain words.
    """
    category, _, key = path.partition(".")
    for tag in (_our_tag(language or hass.config.language), "en"):
        with suppress(KeyError):
            texts = async_get_cached_translations(hass, tag, category, DOMAIN)
            return texts[f"component.{DOMAIN}.{path}"].format(**placeholders)
    return " ".join([key.removesuffix(".message").replace("_", " "), *placeholders.values()])


def join_sentences(sentences: Iterable[str]) -> str:
    """Join sentences by spaces, which Chinese does not have after a full stop."""
    return " ".join(sentences).replace("。 ", "。")


def local_iso(time: datetime) -> str:
    """A time as ISO 8601, with the offset of Home Assistant's zone."""
    return dt_util.as_local(time).isoformat()


def optional_local_iso(time: datetime | None) -> str | None:
    """The same for a time that may be missing."""
    return None if time is None else local_iso(time)


async def async_load_texts(hass: HomeAssistant) -> None:
    """Load the texts in Home Assistant's language, which `localised` needs."""
    await async_load_language(hass, hass.config.language)


async def async_load_language(hass: HomeAssistant, language: str) -> None:
    """Load the texts in a language, which `localised` needs."""
    for category in ("common", "exceptions", "issues"):
        await async_get_translations(hass, _our_tag(language), category, {DOMAIN})


def _our_tag(language: str) -> str:
    """The tag of a language as our files have it: voice assistants name Chinese by region, Home Assistant by script."""
    first, *rest = re.split("[-_]", language.lower())
    if first != "zh":
        return language
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & {*rest} else "zh-Hans"
