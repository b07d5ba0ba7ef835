"""The commands that read: conversations, threads, search; and the mark of what was read."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from heapq import merge
import itertools
import json
import re
import sqlite3
from typing import Any

from homeassistant.util import dt as dt_util

from ..message_log import conversations
from ..message_log.conversations import UNREADABLE, Page
from ..message_log.errors import LogError
from ..recipients import find_recipient_by_entity
from . import api
from .commands import AccountView, Request, not_found
from .presentation import Presenter

_DIGITS = re.compile(r"[0-9+()\s\-]*[0-9][0-9+()\s\-]*")


def conversations_command(panel_version: str) -> Callable[[Request], Any]:
    """The command that lists conversations; `panel_version` names the bundle that is served."""

    async def run(request: Request) -> api.ConversationsResponse:
        before = _cursor(request.data["before"])
        limit, views = request.data["limit"], list(request.views())
        presenters = {view.entry_id: Presenter(request, view) for view in views}
        await _each(views, partial(_add_reader, request))
        found, errors = await _each(views, partial(_list, request, before, limit), is_long=True)
        log_errors = {entry_id: request.describe_log_error(err) for entry_id, err in errors.items()}
        parts = [[(view, last_id, conversation) for last_id, conversation in page.entries] for view, (page, _) in found]
        # Merge the accounts by time, and keep the order within each.
        merged = list(merge(*parts, key=lambda entry: _time_of(entry[2].last), reverse=True))
        shown: list[api.Conversation] = []
        for view, last_id, conversation in merged[:limit]:
            before = {**before, view.entry_id: last_id}
            shown.append(presenters[view.entry_id].conversation(conversation, json.dumps(before)))
        return {
            "panel_version": panel_version,
            "accounts": [presenter.account(log_errors.get(entry_id)) for entry_id, presenter in presenters.items()],
            "recipients": _recipients(presenters.values()) if request.data["before"] is None else None,
            "conversations": shown,
            "has_more": len(merged) > limit or any(page.has_older for _, (page, _) in found),
            "counts": _sum_counts(counts for _, (_, counts) in found),
        }

    return run


def _time_of(item: conversations.Item | None) -> datetime:
    return item.messages[0].at if item else dt_util.utc_from_timestamp(0)


def _cursor(text: str | None) -> dict[str, int]:
    """Where each account's page begins."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        raise not_found() from None
    if not isinstance(found, dict) or not all(isinstance(number, int) for number in found.values()):
        raise not_found()
    return found


async def _each[ResultT](
    views: Iterable[AccountView], work: Callable[[AccountView, sqlite3.Connection], ResultT], *, is_long: bool = False
) -> tuple[list[tuple[AccountView, ResultT]], dict[str, LogError]]:
    """Read the logs of accounts; one that does not work hides none of the others. Its error is returned by the account's id."""
    found, errors = [], {}
    for view in views:
        log = view.account.log
        try:
            found.append((view, await (log.read_aside if is_long else log.run)(partial(work, view))))
        except LogError as err:
            errors[view.entry_id] = err
    return found, errors


def _add_reader(request: Request, _: AccountView, connection: sqlite3.Connection) -> None:
    """Register a user who opens the panel for the first time: replies that come from now on are unread."""
    conversations.add_reader(connection, request.user.id)


def _list(
    request: Request, before: dict[str, int], limit: int, view: AccountView, connection: sqlite3.Connection
) -> tuple[Page[tuple[int, conversations.Conversation]], conversations.Counts]:
    """A page of an account's conversations, and the counts."""
    counts = conversations.count(connection, view.directory, request.user.id, view.shown)
    wanted = request.data["filter"]
    if wanted == UNREADABLE:
        return _list_unreadable(request, connection, counts, is_first=view.entry_id not in before), counts
    shown = view.shown
    if wanted != "all":
        matching = conversations.matching(connection, view.directory, request.user.id, wanted)
        shown = frozenset(matching) if shown is None else shown & matching
    page = conversations.page(
        connection, view.directory, request.user.id, shown=shown, before=before.get(view.entry_id), limit=limit
    )
    return page, counts


def _list_unreadable(
    request: Request, connection: sqlite3.Connection, counts: conversations.Counts, *, is_first: bool
) -> Page[tuple[int, conversations.Conversation]]:
    if not counts.unreadable or not is_first:
        return Page(entries=[], has_older=False)
    found = conversations.conversation_named(connection, conversations.Directory({}), request.user.id, UNREADABLE)
    return Page(entries=[(0, found)], has_older=False)


def _sum_counts(counts: Iterable[conversations.Counts]) -> api.Counts:
    found = list(counts)
    return {
        "unread": sum(each.unread for each in found),
        "failed": sum(each.failed for each in found),
        "waiting": sum(each.waiting for each in found),
        "unreadable": sum(each.unreadable for each in found),
    }


def _recipients(presenters: Iterable[Presenter]) -> list[api.Recipient]:
    found = itertools.chain.from_iterable(presenter.recipients() for presenter in presenters)
    return sorted(found, key=lambda recipient: recipient["name"].casefold())


async def thread_command(request: Request) -> api.ThreadResponse:
    """A part of a conversation."""
    data = request.data
    view, conversation = await _conversation_meant(request)
    where: dict[str, Any] = {name: data[name] for name in ("before", "after", "around")}
    if data["since"]:
        where["since"] = dt_util.as_utc(data["since"])

    def read(connection: sqlite3.Connection) -> tuple[conversations.Conversation, Page[conversations.Item], int]:
        return (
            conversations.conversation_named(connection, view.directory, request.user.id, conversation),
            conversations.thread(connection, view.directory, conversation, **where, limit=data["limit"]),
            conversations.read_up_to(connection, view.directory, request.user.id, conversation),
        )

    log_error = None
    try:
        await view.account.log.run(partial(conversations.add_reader, user_id=request.user.id))
        found, page, read_up_to = await view.account.log.read_aside(read)
    except LogError as err:
        # Texts go out nevertheless, so that it is shown whom they go to.
        found, page, read_up_to = (
            conversations.Conversation(conversation, mobiles=(), unread=0, last=None),
            Page([], has_older=False),
            0,
        )
        log_error = request.describe_log_error(err)
    presenter = Presenter(request, view)
    return {
        "conversation": presenter.conversation(found),
        "charset": presenter.charset,
        "items": [presenter.item(item) for item in page.entries],
        "has_older": page.has_older,
        "has_newer": page.has_newer,
        "read_up_to": read_up_to,
        "log_error": log_error,
    }


async def _conversation_meant(request: Request) -> tuple[AccountView, str]:
    """The conversation that an id, a text or a notify entity names; CommandError where it is not for this user."""
    data = request.data
    if data["entity_id"] is not None:
        if (recipient := find_recipient_by_entity(request.hass, data["entity_id"])) is None:
            raise not_found()
        view = request.view_of(recipient.entry_id)
        return view, view.conversation(recipient.subentry_id)
    view = request.view_of(data["config_entry_id"])
    conversation = data["conversation_id"]
    if data["item_id"] is not None:
        find = partial(conversations.conversation_of_item, directory=view.directory, item_id=data["item_id"])
        conversation = await view.account.log.run(find)
    if conversation is None:
        raise not_found()
    return view, view.conversation(conversation)


async def search_command(request: Request) -> api.SearchResponse:
    """The texts, and the conversations, that have the words."""
    words, limit = request.data["query"].strip(), request.data["limit"]
    before = _cursor(request.data["before"])
    if not words:
        return {"conversations": [], "hits": [], "has_more": False}
    views = list(request.views())
    presenters = {view.entry_id: Presenter(request, view) for view in views}

    def find(view: AccountView, connection: sqlite3.Connection) -> tuple[list[conversations.Hit], bool]:
        return conversations.search(
            connection, view.directory, words, shown=view.shown, before=before.get(view.entry_id), limit=limit
        )

    found, errors = await _each(views, find, is_long=True)
    if errors and not found:
        raise next(iter(errors.values()))
    parts = [[(view, hit) for hit in hits] for view, (hits, _) in found]
    merged = list(merge(*parts, key=lambda entry: entry[1].item.messages[0].at, reverse=True))
    cursors, hits = dict(before), []
    for view, hit in merged[:limit]:
        cursors = {**cursors, view.entry_id: hit.cursor}
        hits.append(_hit(presenters[view.entry_id], view, hit, json.dumps(cursors)))
    return {
        "conversations": await _named(request, views, presenters, words) if request.data["before"] is None else [],
        "hits": hits,
        "has_more": len(merged) > limit or any(has_more for _, (_, has_more) in found),
    }


def _hit(presenter: Presenter, view: AccountView, hit: conversations.Hit, cursor: str) -> api.Hit:
    return {
        "config_entry_id": view.entry_id,
        "conversation_id": hit.conversation,
        "name": presenter.name(hit.conversation, [message.mobile or "" for message in hit.item.messages]),
        "preview": presenter.preview(hit.item),
        "cursor": cursor,
    }


async def _named(
    request: Request, views: list[AccountView], presenters: dict[str, Presenter], words: str
) -> list[api.Conversation]:
    """The conversations whose names or numbers have the words."""
    limit = request.data["limit"]
    digits = re.sub("[^0-9]", "", words) if _DIGITS.fullmatch(words) else ""

    def find(view: AccountView, connection: sqlite3.Connection) -> list[conversations.Conversation]:
        names = presenters[view.entry_id].named(words)
        if digits:
            names += conversations.with_number(connection, view.directory, digits)
        shown = [name for name in dict.fromkeys(names) if view.shown is None or name in view.shown]
        return conversations.conversations_named(connection, view.directory, request.user.id, shown[:limit])

    found, _ = await _each(views, find)
    return [presenters[view.entry_id].conversation(each) for view, entries in found for each in entries][:limit]


async def read_command(request: Request) -> None:
    """Mark a conversation as read by this user, up to an id."""
    view = request.view_of(request.data["config_entry_id"])
    mark = partial(
        conversations.mark_read,
        directory=view.directory,
        user_id=request.user.id,
        conversation=view.conversation(request.data["conversation_id"]),
        up_to=request.data["up_to"],
    )
    await view.account.log.run(mark)
