"""Checks the settings of an account for the forms: its URL, and whether the platform takes user and password."""

from collections.abc import Mapping
from ipaddress import ip_address
import re
from typing import Any

from homeassistant.const import CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from yarl import URL

from ..account import create_client
from ..errors import flow_error, log_unexpected_error
from ..gateway.errors import GatewayError, RedirectedError


async def check_connection(hass: HomeAssistant, data: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """Query the balance, the one call that changes nothing; the key of the error and its placeholders if that fails."""
    try:
        await create_client(hass, data).query_balance()
    except GatewayError as err:
        if isinstance(err, RedirectedError) and err.location:
            return "redirected", {"location": err.location}
        return flow_error(err), {}
    except Exception as err:
        log_unexpected_error("checking the connection", err)
        return "unknown", {}
    return None


def normalise_url(text: str) -> str | None:
    """The base URL of a platform, with one trailing slash and no doubled ones; None for what can't be one."""
    try:
        url = URL(text.strip())
        has_port = bool(url.port)
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or not has_port:
        return None
    if url.user is not None or url.password is not None or url.query_string or url.fragment or re.search(r"\s", url.host):
        return None
    path = re.sub("/+", "/", url.raw_path).rstrip("/") + "/"
    return str(url.with_path(path, encoded=True))


def account_key(data: Mapping[str, Any]) -> tuple[str, str]:
    """What two entries of the same account have in common, however its URL is spelled."""
    url = URL(normalise_url(data[CONF_URL]) or data[CONF_URL])
    return f"{_canonical_host(url.host or '')}:{url.port}{url.path}", data[CONF_USERNAME]


def _canonical_host(host: str) -> str:
    """A host in one spelling; all names of this machine are one."""
    host = host.rstrip(".").lower()
    try:
        address = ip_address(host)
    except ValueError:
        return "localhost" if host.endswith(".localhost") else host
    address = getattr(address, "ipv4_mapped", None) or address
    return "localhost" if address.is_loopback else str(address)
