"""How an account is reached: the client for its settings, and the check that every form uses."""

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientSession, DummyCookieJar
from yarl import URL

from homeassistant.const import CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_create_clientsession

from .const import CONF_CHARSET, CONF_PASSWORD_MD5, CONF_SUBMIT_METHOD, LOGGER
from .errors import flow_error
from .gateway.client import GatewayClient
from .gateway.errors import GatewayError
from .gateway.models import Charset, Credentials, SubmitMethod


def create_client(session: ClientSession, data: Mapping[str, Any]) -> GatewayClient:
    """The client for an account's settings."""
    return GatewayClient(
        session,
        Credentials(user_id=data[CONF_USERNAME], password_md5=data[CONF_PASSWORD_MD5]),
        base_url=data[CONF_URL],
        charset=Charset(data[CONF_CHARSET]),
        submit_method=SubmitMethod(data[CONF_SUBMIT_METHOD]),
    )


def create_session(hass: HomeAssistant, *, auto_cleanup: bool = True) -> ClientSession:
    """A session on Home Assistant's shared connector that keeps no cookies."""
    return async_create_clientsession(hass, auto_cleanup=auto_cleanup, cookie_jar=DummyCookieJar())


async def check_connection(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    """Ask for the balance, the one call that changes nothing; the key of the error if that fails."""
    session = create_session(hass, auto_cleanup=False)
    try:
        await create_client(session, data).query_balance()
    except GatewayError as err:
        return flow_error(err)
    except Exception:
        LOGGER.exception("Unexpected error while checking the connection")
        return "unknown"
    finally:
        session.detach()
    return None


def normalise_url(text: str) -> str | None:
    """The base URL of a platform, with its trailing slash; None for what can't be one."""
    try:
        url = URL(text.strip())
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or url.user or url.query_string or url.fragment:
        return None
    return str(url).removesuffix("/") + "/"
