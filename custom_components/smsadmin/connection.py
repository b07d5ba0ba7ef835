"""How an account is reached: the client for its settings, and the check that every form uses."""

from collections.abc import Mapping
import re
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .const import CONF_CHARSET, CONF_PASSWORD_MD5, CONF_SUBMIT_METHOD, DOMAIN, LOGGER
from .errors import flow_error
from .gateway.client import GatewayClient, session_options
from .gateway.errors import GatewayError
from .gateway.models import Charset, Credentials, SubmitMethod

_SESSION: HassKey[ClientSession] = HassKey(f"{DOMAIN}_session")


def create_client(hass: HomeAssistant, data: Mapping[str, Any]) -> GatewayClient:
    """The client for an account's settings."""
    return GatewayClient(
        _session(hass),
        Credentials(user_id=data[CONF_USERNAME], password_md5=data[CONF_PASSWORD_MD5]),
        base_url=data[CONF_URL],
        charset=Charset(data[CONF_CHARSET]),
        submit_method=SubmitMethod(data[CONF_SUBMIT_METHOD]),
    )


def _session(hass: HomeAssistant) -> ClientSession:
    """The one session for all accounts and forms, on Home Assistant's shared connector; it keeps no cookies.

    It stays for as long as Home Assistant runs: a message on its way must not lose it because the account is set up anew.
    """
    if _SESSION not in hass.data:
        hass.data[_SESSION] = async_create_clientsession(hass, auto_cleanup=False, **session_options())
    return hass.data[_SESSION]


async def check_connection(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    """Ask for the balance, the one call that changes nothing; the key of the error if that fails."""
    try:
        await create_client(hass, data).query_balance()
    except GatewayError as err:
        return flow_error(err)
    except Exception:
        LOGGER.exception("Unexpected error while checking the connection")
        return "unknown"
    return None


def normalise_url(text: str) -> str | None:
    """The base URL of a platform, with its trailing slash; None for what can't be one."""
    try:
        url = URL(text.strip())
        has_port = bool(url.port)
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or not has_port:
        return None
    if url.user is not None or url.password is not None or url.query_string or url.fragment or re.search(r"\s", url.host):
        return None
    return str(url).removesuffix("/") + "/"
