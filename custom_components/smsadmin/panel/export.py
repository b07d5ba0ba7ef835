"""The export of messages as CSV or JSON, streamed, for administrators."""

from collections.abc import AsyncIterator, Callable
import csv
from datetime import timedelta
from functools import partial
import io
import json
import re
import secrets
from typing import Any, NamedTuple

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from ..message_log import conversations
from ..message_log.conversations import UNREADABLE, Exported
from ..message_log.errors import LogError
from ..services import message_state
from ..translation import local_iso, optional_local_iso
from . import api
from .commands import AccountView, Request, administrators_only
from .presentation import Presenter

VALID_FOR = timedelta(minutes=5)
"""How long the path can be opened."""
MAX_EXPORTS = 100
"""Exports that wait to be downloaded."""
PAGE = 100
"""Messages that are in memory at once, so few that the event loop is never busy with them for long."""

_EXPORTS: HassKey[dict[str, Export]] = HassKey("smsadmin_panel_exports")

COLUMNS = (
    *("account", "id", "direction", "conversation", "mobile", "message", "state", "reason", "code", "link_id"),
    *("at", "send_at", "state_at", "source", "message_id"),
)

# A cell that a spreadsheet would calculate, or take for a number or a time, and change; it is marked as text.
_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠\t\r\n|]|[\s\d.,:/\-+%eE￥¥$年月日]+\Z")


class Export(NamedTuple):
    """What is exported, of which accounts, and the conversations that are shown of each; None for all."""

    request: Request
    views: tuple[AccountView, ...]
    shown: dict[str, frozenset[str] | None]
    is_csv: bool
    words: str


async def export_command(request: Request) -> api.ExportResponse:
    """A path to download what is shown."""
    if not request.rights.is_unlimited:
        raise administrators_only()
    data = request.data
    views = tuple(request.views()) if data["config_entry_id"] is None else (request.view_of(data["config_entry_id"]),)
    export = Export(
        request=request,
        views=views,
        shown={view.entry_id: await _shown(request, view) for view in views},
        is_csv=data["format"] == "csv",
        words=data["query"].strip().casefold(),
    )
    exports = request.hass.data.setdefault(_EXPORTS, {})
    while len(exports) >= MAX_EXPORTS:
        del exports[next(iter(exports))]
    token = secrets.token_urlsafe()
    exports[token] = export
    return {"path": async_sign_path(request.hass, f"/api/{DOMAIN}/export/{token}", VALID_FOR)}


async def _shown(request: Request, view: AccountView) -> frozenset[str] | None:
    """The conversations of an account that are exported."""
    wanted, conversation = request.data["filter"], request.data["conversation_id"]
    if conversation is not None:
        return frozenset({view.conversation(conversation)})
    if wanted == "all":
        return None
    if wanted == UNREADABLE:
        return frozenset({UNREADABLE})
    matching = partial(conversations.matching, directory=view.directory, user_id=request.user.id, wanted=wanted)
    return frozenset(await view.account.log.run(matching))


class ExportView(HomeAssistantView):
    """Serves an export; its path is signed, and says nothing of what is exported."""

    url = f"/api/{DOMAIN}/export/{{token}}"
    name = f"api:{DOMAIN}:export"

    async def get(self, request: web.Request, token: str) -> web.StreamResponse:
        """Stream the export."""
        hass = request.app[KEY_HASS]
        export = hass.data.get(_EXPORTS, {}).get(token)
        if export is None:
            raise web.HTTPNotFound
        user = request[KEY_HASS_USER]
        if not user.is_admin or user.id != export.request.user.id:
            raise web.HTTPForbidden
        return await _stream(hass, request, export)


async def _stream(hass: HomeAssistant, request: web.Request, export: Export) -> web.StreamResponse:
    kind, write = ("csv", _csv) if export.is_csv else ("json", _json)
    name = f"{DOMAIN}-{dt_util.now():%Y-%m-%d}.{kind}"
    response = web.StreamResponse(
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Type": f"{'text/csv' if export.is_csv else 'application/json'}; charset=utf-8",
            "Cache-Control": "no-store",
        }
    )
    pages = _pages(export)
    try:
        # Read the first page before the headers leave, so that a log that does not work is answered by 503.
        first: list[dict[str, Any]] = await anext(pages, [])
    except LogError as err:
        LOGGER.debug("The message log does not work: %s", err)
        raise web.HTTPServiceUnavailable from err
    response.enable_compression()
    await response.prepare(request)
    async for text in write(first, pages):
        await response.write(text.encode(errors="replace"))
    await response.write_eof()
    return response


async def _pages(export: Export) -> AsyncIterator[list[dict[str, Any]]]:
    """The messages of all accounts, some at a time."""
    for view in export.views:
        presenter = Presenter(export.request, view)
        after = 0
        while found := await view.account.log.read_aside(
            partial(conversations.export, directory=view.directory, after=after, limit=PAGE)
        ):
            after = found[-1].id
            shown = export.shown[view.entry_id]
            rows = [
                _row(presenter, view, entry)
                for entry in found
                if (shown is None or entry.conversation in shown) and export.words in entry.message.message.casefold()
            ]
            yield rows


def _row(presenter: Presenter, view: AccountView, entry: Exported) -> dict[str, Any]:
    """A message as it is exported."""
    message = entry.message
    return {
        "account": view.account.entry.title,
        "id": entry.id,
        "direction": message.direction.value,
        "conversation": presenter.name(entry.conversation, [message.mobile or ""]),
        "mobile": message.mobile,
        "message": message.message,
        "state": message_state(message),
        "reason": presenter.reason(message),
        "code": message.status or message.code,
        "link_id": message.link_id,
        "at": local_iso(message.at),
        "send_at": optional_local_iso(message.send_at),
        "state_at": local_iso(next((change.at for change in message.history if change.state is message.state), message.at)),
        "source": message.history[0].source if message.history else None,
        "message_id": message.message_id,
    }


async def _csv(first: list[dict[str, Any]], pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[str]:
    """CSV with the byte order mark that a Chinese Excel needs to read UTF-8."""
    yield "\ufeff" + _lines([list(COLUMNS)])
    yield _lines([[_cell(row[column]) for column in COLUMNS] for row in first])
    async for page in pages:
        yield _lines([[_cell(row[column]) for column in COLUMNS] for row in page])


def _lines(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _cell(value: object) -> str:
    """A cell that no spreadsheet changes, or calculates."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


async def _json(first: list[dict[str, Any]], pages: AsyncIterator[list[dict[str, Any]]]) -> AsyncIterator[str]:
    """A JSON array, one message a line."""
    encode: Callable[[dict[str, Any]], str] = partial(json.dumps, ensure_ascii=False)
    yield "["
    separator = "\n"
    rows = first
    while True:
        for row in rows:
            yield separator + encode(row)
            separator = ",\n"
        try:
            rows = await anext(pages)
        except StopAsyncIteration:
            break
    yield "\n]\n"
