"""The URL that the platform's customer service registers, and what may keep pushes from reaching it.

The platform pushes to port 80 over plain HTTP (section 1.3 and chapter 3.6). Whether a proxy, the port of its own for pushes or Home
Assistant itself listens there, the URL is the same. Its path is the only secret of pushes: it is shown in the account's forms, which only
administrators can open, and nowhere else. Repair issues, for example, can be listed by every user.
"""

from enum import StrEnum

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL

from ..const import CONF_LISTENER_PORT

UNKNOWN_HOST = "IP"
"""In place of a host that Home Assistant does not know: a form says what belongs there, in the language of its user."""


class PushWarning(StrEnum):
    """What may keep the platform from reaching Home Assistant, for diagnostics."""

    NO_ADDRESS = "push_no_address"
    HTTPS = "push_https"
    OTHER_PORT = "push_other_port"


@callback
def push_urls(hass: HomeAssistant, webhook_id: str) -> dict[str, str]:
    """The URL to register and the one that a proxy passes on to; the form that shows them has to be for administrators."""
    path = webhook.async_generate_path(webhook_id)
    address = _public_address(hass)
    host = address.host_subcomponent if address else None
    return {"push_url": f"http://{host or UNKNOWN_HOST}{path}", "webhook_url": _local_url(hass, path)}


@callback
def push_warnings(hass: HomeAssistant, entry: ConfigEntry | None = None) -> list[PushWarning]:
    """What may keep pushes from arriving; empty for a port of its own, because nothing is known of the way to it."""
    if entry and entry.options.get(CONF_LISTENER_PORT):
        return []
    address = _public_address(hass)
    if address is None:
        return [PushWarning.NO_ADDRESS]
    if address.scheme == "https":
        return [PushWarning.HTTPS]
    return [] if address.port == 80 else [PushWarning.OTHER_PORT]


def _public_address(hass: HomeAssistant) -> URL | None:
    """The external URL of Home Assistant, if the user has set one."""
    try:
        return URL(get_url(hass, allow_internal=False, allow_cloud=False, allow_ip=True))
    except NoURLAvailableError:
        return None


def _local_url(hass: HomeAssistant, path: str) -> str:
    """The URL that a proxy in the same network passes pushes on to."""
    try:
        return get_url(hass, allow_cloud=False, allow_ip=True) + path
    except NoURLAvailableError:
        return f"http://homeassistant.local:8123{path}"
