"""The door for pushes (sections 3.6 and 3.7): a webhook that is open from the moment the integration loads.

The platform pushes once. The door stays open while the account is set up anew, can't be reached or wants a new password, and says
503 where a push can't be stored. Home Assistant's webhook component answers 200 to an unknown id and to a handler that raises, so
the handler answers for itself.
"""

from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from aiohttp import StreamReader
from aiohttp.web import BaseRequest, Request, RequestPayloadError, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE, CONF_USERNAME, CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import CONF_ALLOWED_SOURCES, DOMAIN, LOGGER, ReceiveMode
from ..gateway.answers import ACCEPTED
from ..gateway.models import RawPush
from ..gateway.pushes import is_for
from ..issues import Problem, clear_issue, raise_issue
from ..message_log.errors import LogError
from ..message_log.models import RawInbound
from .publisher import EventPublisher

METHODS = ("POST", "GET")

MAX_BODY = 64 * 1024
"""Bytes; a push is a few hundred."""

MAX_PUSHES_A_MINUTE = 6000
"""More than the reports on any send come in at; beyond it somebody who is not the platform has found the door."""


class PushWebhook:
    """Takes the pushes for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, dispatcher: EventPublisher) -> None:
        """Open the door."""
        self.path = webhook.async_generate_path(entry.data[CONF_WEBHOOK_ID])
        self._hass = hass
        self._entry = entry
        self._dispatcher = dispatcher
        self._rate = RateLimiter()
        self._stop_waiting_for_calm: CALLBACK_TYPE | None = None
        webhook.async_register(
            hass, DOMAIN, "SMSAdmin", entry.data[CONF_WEBHOOK_ID], self._handle_webhook, allowed_methods=METHODS
        )

    def close(self) -> None:
        """Close the door for good."""
        self._wait_for_calm(on=False)
        webhook.async_unregister(self._hass, self._entry.data[CONF_WEBHOOK_ID])

    async def _handle_webhook(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        return await self.async_handle(request)

    async def async_handle(self, request: BaseRequest) -> Response:
        """Answer a push; 200 only for what is on the disk."""
        try:
            status = await self._receive(request)
        except LogError:
            # The user has been told by an issue already.
            status = HTTPStatus.SERVICE_UNAVAILABLE
        except RequestPayloadError, ConnectionError:
            # Whoever pushed has gone, or spoke something other than HTTP.
            status = HTTPStatus.BAD_REQUEST
        except Exception:
            LOGGER.exception("A push could not be taken")
            status = HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status=status, text=ACCEPTED if status is HTTPStatus.OK else status.phrase)

    async def _receive(self, request: BaseRequest) -> HTTPStatus:
        """Take a push, or say why not."""
        if refusal := self._refusal(request.remote):
            return refusal
        body = await _read_body(request)
        if body is None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raw = RawPush(query=_query(request), body=body, charset=_charset(request))
        if not raw.query and not body:
            # Somebody looks whether there is a door.
            return HTTPStatus.OK
        if not is_for(raw, self._entry.data[CONF_USERNAME]):
            return HTTPStatus.FORBIDDEN
        await self._dispatcher.accept_push(RawInbound(raw=raw, received_at=dt_util.utcnow()))
        return HTTPStatus.OK

    def _refusal(self, remote: str | None) -> HTTPStatus | None:
        """Why nothing is taken from there now, whatever it is."""
        if self._entry.disabled_by or self._entry.options[CONF_MODE] == ReceiveMode.OFF:
            return HTTPStatus.SERVICE_UNAVAILABLE
        if not self._is_allowed(remote):
            return HTTPStatus.FORBIDDEN
        return None if self._has_room() else HTTPStatus.TOO_MANY_REQUESTS

    def _is_allowed(self, remote: str | None) -> bool:
        """Whether pushes may come from there; what comes by Home Assistant's own connections has no address."""
        sources = self._entry.options.get(CONF_ALLOWED_SOURCES)
        if not sources:
            return True
        try:
            # Without the scope that a link-local address may carry.
            address = ip_address((remote or "").partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in _networks(sources))

    def _has_room(self) -> bool:
        """Whether this minute still has room for a push; the user is told when one has not, until a minute was calm."""
        if self._rate.take(self._hass.loop.time()):
            return True
        raise_issue(self._hass, self._entry, Problem.TOO_MANY_PUSHES, limit=str(MAX_PUSHES_A_MINUTE))
        self._wait_for_calm(on=True)
        return False

    @callback
    def _wait_for_calm(self, *, on: bool) -> None:
        """Take the issue back a minute after the last push that was refused."""
        if self._stop_waiting_for_calm:
            self._stop_waiting_for_calm()
        self._stop_waiting_for_calm = (
            async_call_later(self._hass, 60, HassJob(self._calm, cancel_on_shutdown=True)) if on else None
        )

    @callback
    def _calm(self, now: datetime) -> None:
        self._stop_waiting_for_calm = None
        clear_issue(self._hass, self._entry, Problem.TOO_MANY_PUSHES)


class RateLimiter:
    """ImportCounts pushes minute by minute."""

    def __init__(self) -> None:
        """All is calm."""
        self._minute = 0
        self._taken = 0

    def take(self, now: float) -> bool:
        """Take a place in the minute of a time in seconds, if one is left."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        self._taken += 1
        return self._taken <= MAX_PUSHES_A_MINUTE


def _networks(sources: list[str]) -> Iterator[IPv4Network | IPv6Network]:
    """The networks that the option names; the form has checked them."""
    return (ip_network(source) for source in sources)


async def _read_body(request: BaseRequest) -> bytes | None:
    """The body, or None if it is too large."""
    # Requests by WebSocket and cloud begin anew each time that they are asked for their content, which is no StreamReader.
    content = request.content
    if isinstance(content, StreamReader) and content.is_eof():
        # Most come whole: there is nothing to wait for.
        body = content.read_nowait()
        return body if len(body) <= MAX_BODY else None
    body = b""
    while chunk := await content.read(MAX_BODY + 1 - len(body)):
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


def _query(request: BaseRequest) -> bytes:
    """The query string, still encoded; requests by WebSocket and cloud have no URL."""
    url = getattr(request, "rel_url", None)
    return (url.raw_query_string if url is not None else request.query_string).encode()


def _charset(request: BaseRequest) -> str | None:
    """The charset that the sender declares, if it does."""
    content_type = request.headers.get("Content-Type", "")
    if "charset" not in content_type.lower():
        return None
    headers = Message()
    headers["Content-Type"] = content_type
    return headers.get_content_charset()
