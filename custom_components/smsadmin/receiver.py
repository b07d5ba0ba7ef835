"""The door for pushes (sections 3.6 and 3.7): a webhook that is open from the moment the integration loads.

The platform pushes once. The door stays open while the account is set up anew, can't be reached or wants a new password, and says
503 where it can't take a push. Home Assistant's webhook component answers 200 to an unknown id and to a handler that raises, so the
handler answers for itself.
"""

from email.message import Message
from http import HTTPStatus

from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE, CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER, ReceiveMode
from .dispatcher import Arrival, Dispatcher
from .gateway.answers import ACCEPTED
from .gateway.models import RawPush
from .gateway.pushes import read_push

MAX_BODY = 64 * 1024
"""Bytes; a push is a few hundred."""


class Receiver:
    """Takes the pushes for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, dispatcher: Dispatcher) -> None:
        """Open the door."""
        self._entry = entry
        self._dispatcher = dispatcher
        webhook.async_register(
            hass, DOMAIN, "SMSAdmin", entry.data[CONF_WEBHOOK_ID], self._handle, allowed_methods=("POST", "GET")
        )

    def close(self, hass: HomeAssistant) -> None:
        """Close the door for good."""
        webhook.async_unregister(hass, self._entry.data[CONF_WEBHOOK_ID])

    async def _handle(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        """Answer a push; 200 only for what was taken."""
        try:
            status = await self._receive(request)
        except Exception:
            LOGGER.exception("A push could not be taken")
            status = HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status=status, text=ACCEPTED if status is HTTPStatus.OK else status.phrase)

    async def _receive(self, request: Request) -> HTTPStatus:
        """Take a push, or say why not."""
        if self._entry.disabled_by or self._entry.options[CONF_MODE] == ReceiveMode.OFF:
            return HTTPStatus.SERVICE_UNAVAILABLE
        body = await _read_body(request)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raw = RawPush(query=_query(request), body=body, charset=_charset(request))
        if not raw.query and not body:
            # Somebody looks whether there is a door.
            return HTTPStatus.OK
        if read_push(raw).user_id not in (None, self._entry.data[CONF_USERNAME]):
            return HTTPStatus.FORBIDDEN
        await self._dispatcher.async_accept(Arrival(raw=raw, received_at=dt_util.utcnow()))
        return HTTPStatus.OK


async def _read_body(request: Request) -> bytes | None:
    """The body, or None if it is too large."""
    # Requests by WebSocket and cloud begin anew each time that they are asked for their content.
    content, body = request.content, b""
    while chunk := await content.read(MAX_BODY + 1 - len(body)):
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


def _query(request: Request) -> bytes:
    """The query string, still encoded; requests by WebSocket and cloud have no URL."""
    url = getattr(request, "rel_url", None)
    return (url.raw_query_string if url is not None else request.query_string).encode()


def _charset(request: Request) -> str | None:
    """The charset that the sender declares, if it does."""
    headers = Message()
    headers["Content-Type"] = request.headers.get("Content-Type", "")
    return headers.get_content_charset()


def push_url(hass: HomeAssistant, webhook_id: str) -> str:
    """The URL to hand to the platform's customer service."""
    try:
        return webhook.async_generate_url(hass, webhook_id)
    except NoURLAvailableError:
        return f"http://homeassistant.local{webhook.async_generate_path(webhook_id)}"
