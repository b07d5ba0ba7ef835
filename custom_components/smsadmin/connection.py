"""How an account is reached: the client for its settings, and the check that every form uses."""

from collections.abc import Mapping
from ipaddress import ip_address
import re
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import CONF_URL, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .const import CONF_CHARSET, CONF_PASSWORD_MD5, CONF_SUBMIT_METHOD, DOMAIN
from .errors import flow_error, log_unexpected_error
from .gateway.client import GatewayClient, session_options
from .gateway.errors import GatewayError, RedirectedError
from .gateway.models import Charset, Credentials, SubmitMethod

_SETTINGS = (CONF_URL, CONF_USERNAME, CONF_PASSWORD_MD5, CONF_CHARSET, CONF_SUBMIT_METHOD, CONF_VERIFY_SSL)
_SESSIONS: HassKey[dict[bool, ClientSession]] = HassKey(f"{DOMAIN}_sessions")


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> GatewayClient:
    """The client for an account's settings."""
    return GatewayClient(
        _session(hass, verify_ssl=data.get(CONF_VERIFY_SSL, True)),
        Credentials(user_id=data[CONF_USERNAME], password_md5=data[CONF_PASSWORD_MD5]),
        base_url=data[CONF_URL],
        charset=Charset(data[CONF_CHARSET]),
        submit_method=SubmitMethod(data[CONF_SUBMIT_METHOD]),
    )


def connection_settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an account's data that its client is made of."""
    return {name: data.get(name) for name in _SETTINGS}


def _session(hass: HomeAssistant, *, verify_ssl: bool) -> ClientSession:
    """The session for all accounts and forms, on Home Assistant's shared connector.

    It lives as long as Home Assistant: a text under way must not lose it because an entry is reloaded.
    """
    sessions = hass.data.setdefault(_SESSIONS, {})
    if verify_ssl not in sessions:
        sessions[verify_ssl] = async_create_clientsession(hass, verify_ssl, auto_cleanup=False, **session_options())
    return sessions[verify_ssl]


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
