"""The messages of the WebSocket connection, as `frontend/src/api.ts` has them; a test compares the names."""

from typing import Any, TypedDict

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

MAX_LIMIT = 500
"""Entries of a list that one command returns at most."""

_FILTER = vol.In(("all", "unread", "failed", "waiting", "unreadable"))
_LIMIT = vol.All(int, vol.Range(1, MAX_LIMIT))
_OPTIONAL_TEXT = vol.Any(None, str)
_OPTIONAL_ID = vol.Any(None, int)

REQUESTS: dict[str, dict[str, Any]] = {
    "smsadmin/conversations": {"filter": _FILTER, "before": _OPTIONAL_TEXT, "limit": _LIMIT},
    "smsadmin/thread": {
        "config_entry_id": _OPTIONAL_TEXT,
        "conversation_id": _OPTIONAL_TEXT,
        "item_id": _OPTIONAL_ID,
        "entity_id": _OPTIONAL_TEXT,
        "before": _OPTIONAL_ID,
        "after": _OPTIONAL_ID,
        "around": _OPTIONAL_ID,
        "since": vol.Any(None, cv.datetime),
        "limit": _LIMIT,
    },
    "smsadmin/search": {"query": str, "before": _OPTIONAL_TEXT, "limit": _LIMIT},
    "smsadmin/subscribe": {"config_entry_id": _OPTIONAL_TEXT, "conversation_id": _OPTIONAL_TEXT},
    "smsadmin/send": {
        "call_id": vol.All(str, vol.Length(1, 64)),
        "config_entry_id": _OPTIONAL_TEXT,
        "conversations": [{vol.Required("config_entry_id"): str, vol.Required("conversation_id"): str}],
        "mobiles": [str],
        "message_ids": [str],
        "message": str,
        "send_at": _OPTIONAL_TEXT,
    },
    "smsadmin/cancel": {"config_entry_id": str, "message_ids": [str]},
    "smsadmin/read": {"config_entry_id": str, "conversation_id": str, "up_to": int},
    "smsadmin/export": {
        "format": vol.In(("csv", "json")),
        "config_entry_id": _OPTIONAL_TEXT,
        "conversation_id": _OPTIONAL_TEXT,
        "filter": _FILTER,
        "query": str,
    },
}
"""Each command and what it takes beside `language`."""

ERROR_CODES = ("not_found", "log_failed", "unauthorized", "not_queued")


def schema_of(command: str) -> VolDictType:
    """The schema of a command."""
    fields: VolDictType = {vol.Required(name): validator for name, validator in REQUESTS[command].items()}
    return {vol.Required("type"): command, vol.Required("language"): str, **fields}


class Counts(TypedDict):
    """How many conversations each filter would show."""

    unread: int
    failed: int
    waiting: int
    unreadable: int


class Account(TypedDict):
    """An account and its state."""

    config_entry_id: str
    name: str
    charset: str
    signature: str
    can_send_to_numbers: bool
    log_error: str | None
    balance: int | None
    is_balance_low: bool
    queued: int
    unreachable_since: str | None
    problem: str | None
    push_url: str | None


class Recipient(TypedDict):
    """A recipient that the user may send to."""

    config_entry_id: str
    conversation_id: str
    entity_id: str | None
    name: str
    mobiles: list[str]
    signature: str


class Preview(TypedDict):
    """The last text of a conversation, or one that was found."""

    id: int
    direction: str
    message: str
    at: str
    state: str
    delivered: int
    total: int
    send_at: str | None


class Conversation(TypedDict):
    """A conversation."""

    config_entry_id: str
    conversation_id: str
    kind: str
    name: str
    mobiles: list[str]
    entity_id: str | None
    signature: str
    can_send: bool
    unread: int
    last: Preview | None
    cursor: str


class ConversationsResponse(TypedDict):
    """A page of conversations."""

    panel_version: str
    accounts: list[Account]
    recipients: list[Recipient] | None
    conversations: list[Conversation]
    has_more: bool
    counts: Counts


class Quote(TypedDict):
    """The text that a reply answers."""

    id: int | None
    message: str
    at: str


class HistoryEntry(TypedDict):
    """One step in the life of a message."""

    state: str
    status: str | None
    at: str
    source: str | None


class NumberState(TypedDict):
    """What became of one number of a text."""

    message_id: str
    mobile: str
    state: str
    reason: str | None
    code: str | None
    at: str
    history: list[HistoryEntry]


class Item(TypedDict):
    """A message of a thread, which the panel shows as one bubble."""

    id: int
    direction: str
    message: str
    at: str
    mobile: str | None
    in_reply_to: Quote | None
    source: str | None
    reason: str | None
    call_id: str | None
    send_at: str | None
    expires_at: str | None
    numbers: list[NumberState]


class ThreadResponse(TypedDict):
    """A part of a conversation."""

    conversation: Conversation
    charset: str
    items: list[Item]
    has_older: bool
    has_newer: bool
    read_up_to: int
    log_error: str | None


class Hit(TypedDict):
    """A text that was found."""

    config_entry_id: str
    conversation_id: str
    name: str
    preview: Preview
    cursor: str


class SearchResponse(TypedDict):
    """What was found."""

    conversations: list[Conversation]
    hits: list[Hit]
    has_more: bool


class ChangeEvent(TypedDict):
    """Something has changed."""

    kind: str
    config_entry_id: str


class ConversationRef(TypedDict):
    """Names a conversation."""

    config_entry_id: str
    conversation_id: str


class FieldError(TypedDict):
    """What is wrong with a field, in words."""

    field: str
    message: str


class SendResponse(TypedDict):
    """What became of a text."""

    errors: list[FieldError]
    conversations: list[ConversationRef]
    accepted: int
    queued: int
    rejected: int
    unconfirmed: int
    not_sent: int
    replaced_characters: int


class CancelResponse(TypedDict):
    """How many numbers were cancelled."""

    cancelled: int


class ExportResponse(TypedDict):
    """Where the export is downloaded."""

    path: str
