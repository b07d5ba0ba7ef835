"""Texts in the language of this Home Assistant, for where it does not translate by itself."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations

from .const import DOMAIN


@callback
def localised(hass: HomeAssistant, path: str, **placeholders: str) -> str:
    """A text of the translations, `common.test_text` for example, with its placeholders filled."""
    category = path.partition(".")[0]
    texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    return texts[f"component.{DOMAIN}.{path}"].format(**placeholders)


async def async_load_texts(hass: HomeAssistant) -> None:
    """Have the texts at hand before anything of this integration is set up, as its first form needs them."""
    await async_get_translations(hass, hass.config.language, "common", {DOMAIN})
