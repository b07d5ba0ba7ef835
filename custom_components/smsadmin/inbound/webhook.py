"""The webhook that takes pushes (sections 3.6 and 3.7), registered for as long as the account is configured.

The platform pushes once. The webhook takes pushes while the account is reloaded, can't be reached or needs a new password, and answers
503 where a push can't be stored, 403 to a source that is not allowed and to a push for another user id. For a disabled account it answers
503 (`async_register_disabled`). Home Assistant's webhook component would answer 200 even where a handler raises, so this handler catches
every error and answers itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from aiohttp import HttpVersion11
from aiohttp.hdrs import METH_GET, METH_HEAD, METH_POST
from aiohttp.web import BaseRequest, Request, RequestPayloadError, Response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_ALLOWED_SOURCES, DOMAIN, LOGGER, ReceiveMode
from ..errors import log_unexpected_error
from ..gateway.answers import ACCEPTED
from ..gateway.models import RawPush
from ..issues.problems import Problem, TransientIssue, raise_issue
from ..message_log.errors import LogError
from ..message_log.models import ImportCounts, RawInbound

MAX_BODY = 64 * 1024
"""Bytes; a push is a few hundred."""
BODY_DEADLINE = 20.0
"""Seconds within which the body has to arrive."""

MAX_PUSHES_A_MINUTE = 6000
"""More than the reports on a large send; above this rate the URL has probably leaked."""

type Handler = Callable[[HomeAssistant, str, Request], Awaitable[Response]]
type Store = Callable[[RawInbound], Coroutine[Any, Any, ImportCounts]]

_HANDLERS: HassKey[dict[str, Handler]] = HassKey(f"{DOMAIN}_webhooks")


class _RefusedError(Exception):
    """A push is refused."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        """Keep the status of the answer; the reason is logged at debug level."""
        super().__init__(reason)
        self.status = status


class PushWebhook:
    """Takes the pushes for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, store: Store) -> None:
        """Register the webhook; `store` has put a push on the disk once it returns, and raises LogError where it can't."""
        self.path = webhook.async_generate_path(entry.data[CONF_WEBHOOK_ID])
        self._hass = hass
        self._entry = entry
        self._store = store
        self._rate = RateLimiter()
        self._issues = {
            problem: TransientIssue(hass, entry, problem) for problem in (Problem.TOO_MANY_PUSHES, Problem.PUSH_SERVER_CROWDED)
        }
        _register(hass, entry, self._handle_webhook)

    @callback
    def close(self) -> None:
        """Unregister the webhook."""
        for issue in self._issues.values():
            issue.close()
        async_unregister(self._hass, self._entry)

    @callback
    def raise_crowded(self, port: int) -> None:
        """Raise the issue that connections crowd the port for pushes; it is cleared when they no longer do."""
        self._issues[Problem.PUSH_SERVER_CROWDED].touch(port=str(port))

    async def _handle_webhook(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        return await self.async_handle(request)

    async def async_handle(self, request: BaseRequest) -> Response:
        """Answer a push; 200 only for what is on the disk."""
        try:
            await self._receive(request)
        except _RefusedError as err:
            LOGGER.debug("Refused a push from %s with %s: %s", request.remote, err.status.value, err)
            return _answer(err.status)
        except Exception as err:
            log_unexpected_error("taking a push", err)
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
        return Response() if request.method == METH_HEAD else _answer(HTTPStatus.OK)

    async def _receive(self, request: BaseRequest) -> None:
        """Take a push; raise _RefusedError where it is not stored."""
        self._check_access(request)
        body = await _read_body(request)
        raw = RawPush(query=_query(request), body=body, content_type=_content_type(request))
        if request.method == METH_HEAD or not (raw.query or body):
            if request.method == METH_POST and _may_have_lost_body(request):
                raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "it does not say where its body ends")
            # The user or the platform's customer service tests the URL.
            return
        storing = self._hass.async_create_task(
            self._try_store(RawInbound(raw=raw, received_at=dt_util.utcnow())), "smsadmin push"
        )
        # Home Assistant cancels the handler of a request whose client has disconnected.
        counts = await asyncio.shield(storing)
        if counts is None:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "the message log does not work")
        if counts.is_foreign:
            raise_issue(self._hass, self._entry, Problem.FOREIGN_PUSHES)
            raise _RefusedError(HTTPStatus.FORBIDDEN, "it is for another user id")

    async def _try_store(self, raw: RawInbound) -> ImportCounts | None:
        """Store a push; None where the message log does not work. An error would be logged if the request has been cancelled."""
        try:
            return await self._store(raw)
        except LogError:
            return None

    def _check_access(self, request: BaseRequest) -> None:
        """Raise _RefusedError where receiving is off, or the method, source or rate of a push is not allowed."""
        if self._entry.disabled_by or self._entry.options.get(CONF_MODE, ReceiveMode.OFF) == ReceiveMode.OFF:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "receiving is off")
        if request.method not in (METH_POST, METH_GET, METH_HEAD):
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "the method is none of a push")
        if not self._is_allowed(request.remote):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "the source is not allowed")
        if not self._within_rate_limit():
            raise _RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "too many in this minute")

    def _is_allowed(self, remote: str | None) -> bool:
        """Whether pushes may come from an address; requests by Home Assistant's own connections have none."""
        sources = self._entry.options.get(CONF_ALLOWED_SOURCES)
        if not sources:
            return True
        try:
            # Without the scope that a link-local address may carry.
            address = ip_address((remote or "").partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in _network(source) for source in sources)

    def _within_rate_limit(self) -> bool:
        """Whether this minute has room for another push; raises an issue if not."""
        if self._rate.allow(self._hass.loop.time()):
            return True
        self._issues[Problem.TOO_MANY_PUSHES].touch(limit=str(MAX_PUSHES_A_MINUTE))
        return False


def _network(source: str) -> IPv4Network | IPv6Network:
    """A network; IPv4 addresses that are written as IPv6 ones, as logs show them, are IPv4 addresses."""
    network = ip_network(source)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return ip_network((mapped, network.prefixlen - 96)) if mapped else network


class RateLimiter:
    """Counts pushes minute by minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._count = 0

    def allow(self, now: float) -> bool:
        """Whether one more is allowed in the minute of a time in seconds."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._count = minute, 0
        self._count += 1
        return self._count <= MAX_PUSHES_A_MINUTE


class TrailingSlashView(HomeAssistantView):
    """Takes pushes whose path ends with slashes; Home Assistant's own view of webhooks knows none."""

    url = webhook.URL_WEBHOOK_PATH + "{slashes:/+}"
    name = f"api:{DOMAIN}:push"
    requires_auth = False

    async def _handle(self, request: Request, webhook_id: str, slashes: str) -> Response:
        hass = request.app[KEY_HASS]
        handler = hass.data.get(_HANDLERS, {}).get(webhook_id)
        return await handler(hass, webhook_id, request) if handler else Response(status=HTTPStatus.NOT_FOUND)

    get = _handle
    head = _handle
    post = _handle
    put = _handle


@callback
def async_register_disabled(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Answer 503 to pushes for an account that is disabled; to an unknown id Home Assistant would answer 200, and log it."""

    async def refuse(hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        LOGGER.debug("Refused a push from %s with 503: the account is disabled", request.remote)
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)

    _register(hass, entry, refuse)


@callback
def async_unregister(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unregister the webhook of an account, whatever it answers."""
    webhook.async_unregister(hass, entry.data[CONF_WEBHOOK_ID])
    hass.data.get(_HANDLERS, {}).pop(entry.data[CONF_WEBHOOK_ID], None)


def _register(hass: HomeAssistant, entry: ConfigEntry, handler: Handler) -> None:
    """Register the webhook of an account in place of the one that it may have."""
    async_unregister(hass, entry)
    webhook_id = entry.data[CONF_WEBHOOK_ID]
    # All methods: Home Assistant logs the id, which is a secret, where a method is not allowed.
    webhook.async_register(hass, DOMAIN, "SMSAdmin", webhook_id, handler, allowed_methods=webhook.SUPPORTED_METHODS)
    hass.data.setdefault(_HANDLERS, {})[webhook_id] = handler


def _answer(status: HTTPStatus) -> Response:
    """An answer as the platform expects it."""
    return Response(status=status, text=ACCEPTED if status is HTTPStatus.OK else status.phrase)


async def _read_body(request: BaseRequest) -> bytes:
    """The body; raise _RefusedError where it is too large, too slow or breaks off."""
    # A request by WebSocket or cloud begins again each time that its content is asked for.
    content = request.content
    body = b""
    try:
        async with asyncio.timeout(BODY_DEADLINE):
            while chunk := await content.read(MAX_BODY + 1 - len(body)):
                body += chunk
                if len(body) > MAX_BODY:
                    raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "it is too large")
    except TimeoutError as err:
        raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, "the body is too slow") from err
    except (RequestPayloadError, ConnectionError) as err:
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "the body breaks off") from err
    return body


def _may_have_lost_body(request: BaseRequest) -> bool:
    """Whether a request may have a body that aiohttp does not read: in HTTP/1.0 a body may end with the connection."""
    version = getattr(request, "version", HttpVersion11)
    return version < HttpVersion11 and "Content-Length" not in request.headers


def _query(request: BaseRequest) -> bytes:
    """The query string, still encoded; requests by WebSocket and cloud have no path."""
    path: str | None = getattr(request, "raw_path", None)
    query = request.query_string if path is None else path.partition("?")[2]
    return query.encode("utf-8", "surrogateescape")


def _content_type(request: BaseRequest) -> str | None:
    """The whole header, if there is one; raw bytes in it, which can't be stored as text, are replaced."""
    header = request.headers.get("Content-Type")
    return header and header.encode("utf-8", "replace").decode()
