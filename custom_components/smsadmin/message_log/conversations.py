"""Messages by conversation: of the recipient that was addressed, else of the first recipient with the number, else of the number itself.

The schema keeps parties (what a call named, and the number), which stay. Conversations are made of them when they are read, because
recipients come, go and change their numbers. A text to several numbers of a conversation by one call is one item.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from heapq import merge
import itertools
import json
import sqlite3
from typing import Any, NamedTuple

from ..gateway.numbers import canonical
from .messages import REPLY_COLUMNS, SENT_COLUMNS, UNREADABLE_COLUMNS, read_reply, read_sent, read_unreadable
from .models import Message, MessageState, from_ms, optional_time, to_ms

UNREADABLE = "unreadable"
"""The conversation of what could not be read."""

_LAST_ID = 2**63 - 1
# A call of several submissions may have begun before what came between them: of a group, so many items more are looked at.
_INTERLEAVED = 8


class Party(NamedTuple):
    """Whom messages are exchanged with: the recipient that was addressed, '' for a bare number, and the number as compared."""

    addressee: str
    mobile: str


class Directory:
    """The recipients of an account, by whose numbers parties belong to conversations."""

    def __init__(self, recipients: Mapping[str, Iterable[str]]) -> None:
        """Take the numbers of each recipient, in the order of the recipients."""
        self._numbers = {recipient: tuple(map(canonical, mobiles)) for recipient, mobiles in recipients.items()}
        self._owners = {mobile: recipient for recipient in reversed(self._numbers) for mobile in self._numbers[recipient]}

    def has(self, recipient: str) -> bool:
        """Whether a recipient exists."""
        return recipient in self._numbers

    def conversation_of(self, addressee: str, mobile: str) -> str:
        """The conversation that a party belongs to."""
        return addressee if addressee in self._numbers else self._owners.get(mobile) or f"mobile:{mobile}"

    def numbers_of(self, conversation: str) -> tuple[str, ...]:
        """The numbers, as compared, of a recipient or of a conversation that is a number's."""
        kind, _, mobile = conversation.partition("mobile:")
        return self._numbers.get(conversation) or ((mobile,) if not kind and mobile else ())


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """The text that a reply answers."""

    id: int | None
    message: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A text to all numbers of a conversation that one call named, something that came in, or what could not be read."""

    id: int
    messages: tuple[Message, ...]
    call_id: str | None = None
    expires_at: datetime | None = None
    in_reply_to: Quote | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A conversation as a list shows it; `mobiles` are the numbers that it had messages with, as sent, the last one first."""

    id: str
    mobiles: tuple[str, ...]
    unread: int
    last: Item | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many conversations each filter shows, and how much could not be read."""

    unread: int
    failed: int
    waiting: int
    unreadable: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page[EntryT]:
    """A part of a list, and whether the log has more of it in both directions."""

    entries: list[EntryT]
    has_older: bool
    has_newer: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A text that was found; the next page begins before `cursor`."""

    conversation: str
    item: Item
    cursor: int


def parties_of(connection: sqlite3.Connection, directory: Directory, conversation: str) -> list[Party]:
    """The parties of a conversation, the one with the last message first."""
    rows = connection.execute(
        "SELECT addressee, mobile FROM party WHERE (addressee = ? AND addressee != '')"
        " OR mobile IN (SELECT value FROM json_each(?)) ORDER BY last_id DESC",
        (conversation, json.dumps(directory.numbers_of(conversation))),
    )
    return [Party(*row) for row in rows if directory.conversation_of(*row) == conversation]


def conversation_of_item(connection: sqlite3.Connection, directory: Directory, item_id: int) -> str | None:
    """The conversation of a text, by the id of one of its numbers; None where the log has no such id."""
    row = connection.execute(
        "SELECT addressee, compared FROM number WHERE number_id = :id AND submission_id = ("
        "SELECT id FROM submission WHERE id >= :id ORDER BY id LIMIT 1)"
        " UNION ALL SELECT addressee, mobile FROM record WHERE id = :id AND kind = 'mo'",
        {"id": item_id},
    ).fetchone()
    if row:
        return directory.conversation_of(*row)
    is_unreadable = connection.execute("SELECT 1 FROM quarantine WHERE id = ?", (item_id,)).fetchone()
    return UNREADABLE if is_unreadable else None


def queued_in(connection: sqlite3.Connection, directory: Directory, *, message_id: str | None, link_id: str | None) -> set[str]:
    """The conversations of the queued message to a number, or of all queued ones of a link id."""
    rows = connection.execute(
        "SELECT addressee, compared FROM number CROSS JOIN submission ON submission.id = submission_id"
        " WHERE number.state = 'queued' AND (message_id || '-' || position = ? OR link_id = ?)",
        (message_id, link_id),
    )
    return {directory.conversation_of(*row) for row in rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class SentText:
    """What went out to a number, or was to."""

    conversation: str
    recipient_id: str | None
    mobile: str
    message: str


def sent_texts(connection: sqlite3.Connection, directory: Directory, message_ids: Sequence[str]) -> list[SentText]:
    """The messages to numbers with these ids."""
    wanted = [message_id.rpartition("-")[::2] for message_id in message_ids]
    rows = connection.execute(
        "SELECT addressee, compared, recipient_id, mobile, message FROM json_each(?) AS wanted"
        " CROSS JOIN submission ON message_id = wanted.value ->> 0"
        " CROSS JOIN number ON submission_id = submission.id AND position = CAST(wanted.value ->> 1 AS INTEGER)",
        (json.dumps(wanted),),
    )
    return [
        SentText(
            conversation=directory.conversation_of(addressee, compared), recipient_id=recipient_id, mobile=mobile, message=message
        )
        for addressee, compared, recipient_id, mobile, message in rows
    ]


_SENT_IDS = "SELECT number_id, submission_id FROM number WHERE addressee = ? AND compared = ? AND number_id"
_REPLY_IDS = "SELECT id, NULL FROM record WHERE kind = 'mo' AND quarantined = 0 AND addressee = ? AND mobile = ? AND id"
_NUMBERS = f"""
SELECT call_id, expires_at, number_id, {SENT_COLUMNS}
FROM submission CROSS JOIN json_each(:parties) AS party
CROSS JOIN number ON submission_id = submission.id AND compared = party.value ->> 1 AND addressee = party.value ->> 0
WHERE call_id IN (SELECT value FROM json_each(:calls)) ORDER BY submission.id, position"""


type _Part = Callable[..., tuple[list[Item], bool]]
"""The newest items before an id, or the oldest after one, by id; and whether there are more that way."""


def thread(
    connection: sqlite3.Connection,
    directory: Directory,
    conversation: str,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    since: datetime | None = None,
    limit: int,
) -> Page[Item]:
    """A part of a conversation, by id: before or after an id, around one, or from a time on; else the newest."""
    if conversation == UNREADABLE:
        part: _Part = partial(_unreadable_part, connection)
    else:
        part = partial(_part, connection, parties_of(connection, directory, conversation))
    if before is not None:
        entries, has_older = part(before=before, limit=limit)
        return Page(entries=entries, has_older=has_older, has_newer=True)
    if after is not None:
        entries, has_newer = part(after=after, limit=limit)
        return Page(entries=entries, has_older=True, has_newer=has_newer)
    share = limit // 2
    if around is None and since is not None:
        around, share = _first_id_since(connection, since), 0
    if around is not None:
        older, has_older = part(before=around, limit=share)
        newer, has_newer = part(after=around - 1, limit=limit - share)
        if newer:
            return Page(entries=[*older, *newer], has_older=has_older, has_newer=has_newer)
    entries, has_older = part(limit=limit)
    return Page(entries=entries, has_older=has_older)


def _part(
    connection: sqlite3.Connection, parties: Sequence[Party], *, before: int | None = None, after: int | None = None, limit: int
) -> tuple[list[Item], bool]:
    bound, compare, order = _bound(before, after)
    reach = limit + 1 + (_INTERLEAVED if len(parties) > 1 else 0)
    rows: list[tuple[int, int | None]] = []
    for party, (query, column) in itertools.product(parties, ((_SENT_IDS, "number_id"), (_REPLY_IDS, "id"))):
        rows += connection.execute(f"{query} {compare} ? ORDER BY {column} {order} LIMIT ?", (*party, bound, reach))
    rows.sort(reverse=after is None)
    found = _items(connection, parties, rows, reach)
    wanted = [item for item in found if (item.id < bound if after is None else item.id > bound)]
    return _nearest(wanted, after, limit), len(wanted) > limit


def _unreadable_part(
    connection: sqlite3.Connection, *, before: int | None = None, after: int | None = None, limit: int
) -> tuple[list[Item], bool]:
    bound, compare, order = _bound(before, after)
    rows = connection.execute(
        f"SELECT id, {UNREADABLE_COLUMNS} FROM quarantine WHERE id {compare} ? ORDER BY id {order} LIMIT ?", (bound, limit + 1)
    )
    found = sorted((Item(id=number, messages=(read_unreadable(*row),)) for number, *row in rows), key=lambda item: item.id)
    return _nearest(found, after, limit), len(found) > limit


def _bound(before: int | None, after: int | None) -> tuple[int, str, str]:
    """An id that a part ends at, how ids compare with it, and their order."""
    if after is not None:
        return after, ">", "ASC"
    return _LAST_ID if before is None else before, "<", "DESC"


def _nearest(items: list[Item], after: int | None, limit: int) -> list[Item]:
    return items[max(len(items) - limit, 0) :] if after is None else items[:limit]


def _first_id_since(connection: sqlite3.Connection, since: datetime) -> int:
    """The id that messages begin with at a time, by the clock of that time."""
    (found,) = connection.execute(
        "SELECT min(id) FROM ("
        "SELECT min(number_id) AS id FROM number WHERE submission_id = ("
        "SELECT id FROM submission WHERE called_at >= :since ORDER BY called_at, id LIMIT 1) UNION ALL"
        " SELECT * FROM (SELECT id FROM record WHERE received_at >= :since AND kind = 'mo' ORDER BY received_at, id LIMIT 1) UNION ALL"
        " SELECT * FROM (SELECT id FROM quarantine WHERE received_at >= :since ORDER BY received_at, id LIMIT 1))",
        {"since": to_ms(since)},
    ).fetchone()
    return _LAST_ID if found is None else int(found)


def _items(
    connection: sqlite3.Connection, parties: Sequence[Party], rows: Iterable[tuple[int, int | None]], limit: int
) -> list[Item]:
    """The first items that rows of ids (and of submissions, for what was sent) are about, by id."""
    calls: dict[str, None] = {}
    replies: list[int] = []
    for number, submission_id in rows:
        if len(calls) + len(replies) == limit:
            break
        if submission_id is None:
            replies.append(number)
        else:
            calls[_call_of(connection, submission_id)] = None
    return sorted([*_sent_items(connection, parties, calls), *_replies(connection, parties, replies)], key=lambda item: item.id)


def _call_of(connection: sqlite3.Connection, submission_id: int) -> str:
    (call_id,) = connection.execute("SELECT call_id FROM submission WHERE id = ?", (submission_id,)).fetchone()
    return str(call_id)


def _sent_items(connection: sqlite3.Connection, parties: Sequence[Party], calls: Collection[str]) -> Iterator[Item]:
    """What calls sent to a conversation."""
    rows = connection.execute(_NUMBERS, {"parties": json.dumps(parties), "calls": json.dumps([*calls])}).fetchall()
    by_call: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_call.setdefault(row[0], []).append(row)
    for call_id, numbers in by_call.items():
        yield Item(
            id=min(row[2] for row in numbers),
            messages=tuple(read_sent(connection, row[3:]) for row in numbers),
            call_id=call_id,
            expires_at=optional_time(numbers[0][1]),
        )


def _replies(connection: sqlite3.Connection, parties: Sequence[Party], ids: Sequence[int]) -> Iterator[Item]:
    """Replies, each with the text that it answers."""
    query = f"SELECT id, {REPLY_COLUMNS} FROM record WHERE id IN (SELECT value FROM json_each(?))"
    for number, *row in connection.execute(query, (json.dumps(ids),)).fetchall():
        message = read_reply(*row)
        yield Item(id=number, messages=(message,), in_reply_to=_quote(connection, parties, message.link_id))


def _quote(connection: sqlite3.Connection, parties: Sequence[Party], link_id: str | None) -> Quote | None:
    """The text with a link id, and the item that it is in the conversation."""
    row = connection.execute("SELECT call_id, message, called_at FROM submission WHERE link_id = ?", (link_id,)).fetchone()
    if row is None:
        return None
    call_id, message, called_at = row
    (item_id,) = connection.execute(
        f"SELECT min(number_id) FROM ({_NUMBERS})", {"parties": json.dumps(parties), "calls": json.dumps([call_id])}
    ).fetchone()
    return Quote(id=item_id, message=message, at=from_ms(called_at))


def page(
    connection: sqlite3.Connection,
    directory: Directory,
    user_id: str,
    *,
    shown: Collection[str] | None,
    before: int | None,
    limit: int,
) -> Page[tuple[int, Conversation]]:
    """The conversations with the newest messages, without what could not be read, each with the id that the next page begins before.

    `shown`: no others than these.
    """
    bound = _LAST_ID if before is None else before
    rows = connection.execute("SELECT addressee, mobile, last_id FROM party WHERE last_id < ? ORDER BY last_id DESC", (bound,))
    found: dict[str, int] = {}
    seen: set[str] = set()
    for addressee, mobile, last_id in rows:
        conversation = directory.conversation_of(addressee, mobile)
        if conversation in seen or (shown is not None and conversation not in shown):
            continue
        seen.add(conversation)
        if before is None or _last_id(connection, directory, conversation) == last_id:
            found[conversation] = last_id
        if len(found) > limit or (shown is not None and len(seen) == len(shown)):
            break
    wanted = itertools.islice(found.items(), limit)
    entries = [(last_id, conversation_named(connection, directory, user_id, name)) for name, last_id in wanted]
    return Page(entries=entries, has_older=len(found) > limit)


def _last_id(connection: sqlite3.Connection, directory: Directory, conversation: str) -> int:
    """The id of the last message of a conversation that has one."""
    parties = parties_of(connection, directory, conversation)
    (last_id,) = connection.execute("SELECT last_id FROM party WHERE addressee = ? AND mobile = ?", parties[0]).fetchone()
    return int(last_id)


def conversation_named(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str) -> Conversation:
    """A conversation, whether it has messages or not."""
    if conversation == UNREADABLE:
        items, _ = _unreadable_part(connection, limit=1)
        (unread,) = connection.execute("SELECT count(*) FROM quarantine WHERE seen = 0").fetchone()
        return Conversation(id=conversation, mobiles=(), unread=unread, last=items[-1] if items else None)
    parties = parties_of(connection, directory, conversation)
    items, _ = _part(connection, parties, limit=1)
    return Conversation(
        id=conversation,
        mobiles=tuple(dict.fromkeys(_as_sent(connection, party) for party in parties)),
        unread=sum(replies for _, replies in _unread(connection, user_id, parties)),
        last=items[-1] if items else None,
    )


def _as_sent(connection: sqlite3.Connection, party: Party) -> str:
    """The number of a party as texts went out to it, if any did."""
    query = "SELECT mobile FROM number WHERE addressee = ? AND compared = ? ORDER BY number_id DESC LIMIT 1"
    (mobile,) = connection.execute(query, party).fetchone() or (party.mobile,)
    return str(mobile)


def _unread(connection: sqlite3.Connection, user_id: str, parties: Sequence[Party]) -> Iterator[tuple[int, int]]:
    """Of each party with unread replies, the first one's id, and how many there are."""
    yield from connection.execute(
        "SELECT first_id, replies FROM json_each(?) AS wanted"
        " CROSS JOIN party ON addressee = wanted.value ->> 0 AND mobile = wanted.value ->> 1"
        " CROSS JOIN unread ON party_id = party.id AND user_id = ?",
        (json.dumps(parties), user_id),
    )


def read_up_to(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str) -> int:
    """The id up to which a user has read a conversation."""
    if conversation == UNREADABLE:
        (first,) = connection.execute("SELECT min(id) FROM quarantine WHERE seen = 0").fetchone()
    else:
        unread = _unread(connection, user_id, parties_of(connection, directory, conversation))
        first = min((first_id for first_id, _ in unread), default=None)
    (last,) = connection.execute("SELECT id FROM next_id").fetchone()
    return int(last if first is None else first) - 1


def add_reader(connection: sqlite3.Connection, user_id: str) -> None:
    """Count the replies from now on that a user has not read."""
    connection.execute("INSERT INTO reader VALUES (?) ON CONFLICT DO NOTHING", (user_id,))


def mark_read(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str, up_to: int) -> None:
    """A user has read a conversation up to an id; what was read before stays so."""
    if conversation == UNREADABLE:
        connection.execute("UPDATE quarantine SET seen = 1 WHERE seen = 0 AND id <= ?", (up_to,))
        return
    for party in parties_of(connection, directory, conversation):
        row = connection.execute(
            "DELETE FROM unread WHERE user_id = ? AND party_id = (SELECT id FROM party WHERE addressee = ? AND mobile = ?)"
            " RETURNING party_id, first_id",
            (user_id, *party),
        ).fetchone()
        if row:
            party_id, first_id = row
            connection.execute(
                "INSERT INTO unread SELECT ?, ?, min(id), count(*) FROM record WHERE kind = 'mo' AND quarantined = 0"
                " AND addressee = ? AND mobile = ? AND id > ? HAVING count(*)",
                (user_id, party_id, *party, max(up_to, first_id - 1)),
            )


_FILTERS = {
    "unread": "SELECT addressee, mobile FROM unread JOIN party ON party.id = party_id WHERE user_id = :user_id",
    "failed": "SELECT addressee, mobile FROM party WHERE failed AND sent_id = last_id",
    # Without the hint, SQLite reads the index of parties.
    "waiting": "SELECT addressee, compared FROM number INDEXED BY number_queued WHERE state = 'queued'",
}


def matching(connection: sqlite3.Connection, directory: Directory, user_id: str, wanted: str) -> set[str]:
    """The conversations with unread replies, whose last text has failed, or with a text that is queued."""
    return {directory.conversation_of(*row) for row in connection.execute(_FILTERS[wanted], {"user_id": user_id})}


def count(connection: sqlite3.Connection, directory: Directory, user_id: str, shown: Collection[str] | None) -> Counts:
    """How many conversations each filter shows; `shown`: of no others than these."""
    found = {wanted: matching(connection, directory, user_id, wanted) for wanted in _FILTERS}
    if shown is not None:
        return Counts(**{wanted: len(names.intersection(shown)) for wanted, names in found.items()}, unreadable=0)
    (number,) = connection.execute("SELECT count(*) FROM quarantine").fetchone()
    return Counts(**{wanted: len(names) for wanted, names in found.items()}, unreadable=number)


def with_number(connection: sqlite3.Connection, directory: Directory, digits: str) -> list[str]:
    """Conversations, of those with messages, that have a number with these digits; the last one first."""
    rows = connection.execute("SELECT addressee, mobile FROM party WHERE instr(mobile, ?) ORDER BY last_id DESC", (digits,))
    return list(dict.fromkeys(directory.conversation_of(*row) for row in rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallResult:
    """What became of the numbers of a call in one conversation."""

    conversation: str
    states: tuple[MessageState, ...]


def call_results(connection: sqlite3.Connection, directory: Directory, call_id: str) -> list[CallResult]:
    """What a call has sent; nothing where the log does not know it."""
    rows = connection.execute(
        "SELECT addressee, compared, number.state FROM submission CROSS JOIN number ON submission_id = submission.id WHERE call_id = ?",
        (call_id,),
    )
    found: dict[str, list[MessageState]] = {}
    for addressee, mobile, state in rows:
        found.setdefault(directory.conversation_of(addressee, mobile), []).append(MessageState(state))
    return [CallResult(conversation=conversation, states=tuple(states)) for conversation, states in found.items()]


_FOUND_SENT = """
SELECT number_id, addressee, compared, submission_id FROM submission CROSS JOIN number ON submission_id = submission.id
WHERE {condition} AND submission.id <= coalesce((SELECT id FROM submission WHERE id >= :before ORDER BY id LIMIT 1), :before)
AND number_id < :before ORDER BY submission.id DESC, position"""
_FOUND_REPLIES = """
SELECT id, addressee, mobile, NULL FROM record WHERE kind = 'mo' AND quarantined = 0 AND {condition} AND id < :before ORDER BY id DESC"""
_PARTY_SENT = """
SELECT number_id, addressee, compared, submission_id FROM number CROSS JOIN submission ON submission_id = submission.id
WHERE addressee = :addressee AND compared = :mobile AND number_id < :before AND {condition} ORDER BY number_id DESC"""
_PARTY_REPLIES = """
SELECT id, addressee, mobile, NULL FROM record
WHERE kind = 'mo' AND quarantined = 0 AND addressee = :addressee AND mobile = :mobile AND id < :before AND {condition}
ORDER BY id DESC"""


def search(
    connection: sqlite3.Connection,
    directory: Directory,
    words: str,
    *,
    shown: Collection[str] | None,
    before: int | None,
    limit: int,
) -> tuple[list[Hit], bool]:
    """The newest items with these words before an id, newest first, and whether there are more; `shown`: in no other conversations.

    This reads every text in the worst case, as one- and two-character words of Chinese allow no index of SQLite's.
    """
    rows = _found(connection, directory, words, shown, _LAST_ID if before is None else before)
    hits: dict[tuple[str, str | int], list[Any]] = {}
    for number, addressee, mobile, submission_id in rows:
        conversation = directory.conversation_of(addressee, mobile)
        text = number if submission_id is None else _call_of(connection, submission_id)
        if (conversation, text) not in hits and len(hits) == limit:
            return _hits(connection, directory, hits), True
        hits.setdefault((conversation, text), [number, submission_id, number])[2] = number
    return _hits(connection, directory, hits), False


def _hits(connection: sqlite3.Connection, directory: Directory, hits: Mapping[tuple[str, str | int], Sequence[Any]]) -> list[Hit]:
    return [
        Hit(conversation=conversation, item=item, cursor=cursor)
        for (conversation, _), (number, submission_id, cursor) in hits.items()
        for item in _items(connection, parties_of(connection, directory, conversation), [(number, submission_id)], 1)
    ]


def _found(
    connection: sqlite3.Connection, directory: Directory, words: str, shown: Collection[str] | None, before: int
) -> Iterator[tuple[int, str, str, int | None]]:
    """The messages with these words, newest first: id, party, and submission of what was sent."""
    is_cased = words.lower() != words.upper()
    # LIKE takes capital and small letters for the same; this costs twice as much, and only letters need it.
    test = "{0} LIKE :words ESCAPE char(92)" if is_cased else "instr({0}, :words)"
    given: dict[str, Any] = {"words": f"%{_escaped(words)}%" if is_cased else words, "before": before}
    sources = []
    if shown is None:
        queries, parties = (_FOUND_SENT, _FOUND_REPLIES), [Party("", "")]
    else:
        queries = (_PARTY_SENT, _PARTY_REPLIES)
        parties = list(itertools.chain.from_iterable(parties_of(connection, directory, name) for name in shown))
    for party, (query, column) in itertools.product(parties, zip(queries, ("message", "content"), strict=True)):
        statement = query.format(condition=test.format(column))
        sources.append(connection.execute(statement, given | party._asdict()))
    return merge(*sources, key=lambda row: row[0], reverse=True)


def _escaped(words: str) -> str:
    """Words that LIKE takes as they are."""
    return "".join(f"\\{character}" if character in "%_\\" else character for character in words)


_EXPORTED_SENT = f"""
SELECT number_id, addressee, compared, {SENT_COLUMNS} FROM number CROSS JOIN submission ON submission.id = submission_id
WHERE submission_id > :after AND number_id > :after ORDER BY submission_id, position DESC LIMIT :limit"""
_EXPORTED_REPLIES = f"""
SELECT id, addressee, mobile, {REPLY_COLUMNS} FROM record
WHERE kind = 'mo' AND quarantined = 0 AND id > :after ORDER BY id LIMIT :limit"""
_EXPORTED_UNREADABLE = f"SELECT id, NULL, NULL, {UNREADABLE_COLUMNS} FROM quarantine WHERE id > :after ORDER BY id LIMIT :limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A message, its id and its conversation."""

    id: int
    conversation: str
    message: Message


def export(connection: sqlite3.Connection, directory: Directory, *, after: int, limit: int) -> list[Exported]:
    """The messages after an id, oldest first."""
    wanted = {"after": after, "limit": limit}
    read: tuple[tuple[str, Callable[..., Message]], ...] = (
        (_EXPORTED_SENT, lambda *row: read_sent(connection, row)),
        (_EXPORTED_REPLIES, read_reply),
        (_EXPORTED_UNREADABLE, read_unreadable),
    )
    rows = [(row, reader) for query, reader in read for row in connection.execute(query, wanted).fetchall()]
    return [
        Exported(
            id=number,
            conversation=UNREADABLE if addressee is None else directory.conversation_of(addressee, mobile),
            message=reader(*row),
        )
        for (number, addressee, mobile, *row), reader in sorted(rows, key=lambda found: found[0][0])[:limit]
    ]
