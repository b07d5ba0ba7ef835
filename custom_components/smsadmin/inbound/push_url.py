"""The URL to hand to the platform's customer service, and what will keep it from working as far as we can know.

The platform pushes to port 80 over plain HTTP (section 1.3 and chapter 3.6). Whatever listens there, a proxy, the listener of our own
or Home Assistant itself, the URL is the same.
"""

from enum import StrEnum

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL

from ..const import CONF_LISTENER_PORT
from ..translation import async_load_texts, localised


class PushWarning(StrEnum):
    """What stands between the platform and us; each is told in a text of its own."""

    NO_ADDRESS = "push_no_address"
    HTTPS = "push_https"
    OTHER_PORT = "push_other_port"


async def async_placeholders(hass: HomeAssistant, webhook_id: str) -> dict[str, str]:
    """What a form that explains pushes is filled with."""
    await async_load_texts(hass)
    path = webhook.async_generate_path(webhook_id)
    found = push_warnings(hass)
    return {
        "push_url": _push_url(hass, path),
        "webhook_url": _local_url(hass, path),
        "push_warnings": "\n\n".join(f"**{localised(hass, f'common.{obstacle}')}**" for obstacle in found)
        or localised(hass, "common.push_ready"),
    }


@callback
def push_warnings(hass: HomeAssistant, entry: ConfigEntry | None = None) -> list[PushWarning]:
    """What to see to before a push can come; a listener of our own needs no address of Home Assistant's."""
    if entry and entry.options.get(CONF_LISTENER_PORT):
        return []
    address = _public_address(hass)
    if address is None:
        return [PushWarning.NO_ADDRESS]
    if address.scheme == "https":
        return [PushWarning.HTTPS]
    return [] if address.port == 80 else [PushWarning.OTHER_PORT]


@callback
def push_url(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """The URL to hand out for an account that has been set up."""
    return _push_url(hass, webhook.async_generate_path(entry.data[CONF_WEBHOOK_ID]))


def _push_url(hass: HomeAssistant, path: str) -> str:
    address = _public_address(hass)
    host = address.host_subcomponent if address else None
    return f"http://{host or localised(hass, 'common.public_address')}{path}"


def _public_address(hass: HomeAssistant) -> URL | None:
    """Where Home Assistant is reached from outside, as far as the user has told it."""
    try:
        return URL(get_url(hass, allow_internal=False, allow_cloud=False, allow_ip=True))
    except NoURLAvailableError:
        return None


def _local_url(hass: HomeAssistant, path: str) -> str:
    """Where a proxy in the same network passes pushes on to."""
    try:
        return get_url(hass, allow_cloud=False, allow_ip=True) + path
    except NoURLAvailableError:
        return f"http://homeassistant.local:8123{path}"
