"""Messages by conversation.

A message belongs to the recipient addressed; without one, to the first recipient with the number; else to the number.

The schema keeps parties (what a call named, and the number), which stay. Conversations are made of them when they are read, because
recipients come, go and change their numbers. A text to several numbers of a conversation by one call is one item.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from heapq import merge
import itertools
import json
import sqlite3
from typing import Any, NamedTuple

from ..gateway.numbers import canonical
from .messages import REPLY_COLUMNS, SENT_COLUMNS, UNREADABLE_COLUMNS, read_reply, read_sent, read_unreadable
from .models import Message, MessageState, from_ms, optional_time, readable, to_ms

UNREADABLE = "unreadable"
"""The conversation of what could not be read."""

_LAST_ID = 2**63 - 1
# An item has the id of its first number. Of a call with several submissions, that may be older than messages that came before the last
# of its numbers, so a query reads this many items more than it needs.
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


class Quote(NamedTuple):
    """The text that a reply answers."""

    id: int | None
    message: str
    at: datetime


class Item(NamedTuple):
    """A text to all numbers of a conversation that one call named, something that came in, or what could not be read."""

    id: int
    messages: tuple[Message, ...]
    call_id: str | None = None
    expires_at: datetime | None = None
    in_reply_to: Quote | None = None


class Conversation(NamedTuple):
    """A conversation as a list shows it; `mobiles` are the numbers that it had messages with, as sent, the last one first."""

    id: str
    mobiles: tuple[str, ...]
    unread: int
    last: Item | None


class Counts(NamedTuple):
    """How many conversations each filter shows, and how much could not be read."""

    unread: int
    failed: int
    waiting: int
    unreadable: int


class Page[EntryT](NamedTuple):
    """A part of a list, and whether the log has more of it in both directions."""

    entries: list[EntryT]
    has_older: bool
    has_newer: bool = False


class Hit(NamedTuple):
    """A text that was found; the next page begins before `cursor`."""

    conversation: str
    item: Item
    cursor: int


def parties_of(connection: sqlite3.Connection, directory: Directory, conversation: str) -> list[Party]:
    """The parties of a conversation, the one with the last message first."""
    return _parties_of_each(connection, directory, [conversation])[conversation]


def _parties_of_each(connection: sqlite3.Connection, directory: Directory, names: Collection[str]) -> dict[str, list[Party]]:
    """The parties of some conversations, the one with the last message first."""
    rows = connection.execute(
        "SELECT addressee, mobile FROM party WHERE (addressee IN (SELECT value FROM json_each(?)) AND addressee != '')"
        " OR mobile IN (SELECT value FROM json_each(?)) ORDER BY last_id DESC",
        (json.dumps([*names]), json.dumps([mobile for name in names for mobile in directory.numbers_of(name)])),
    )
    found: dict[str, list[Party]] = {name: [] for name in names}
    for row in rows:
        if (name := directory.conversation_of(*row)) in found:
            found[name].append(Party(*row))
    return found


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


class SentText(NamedTuple):
    """A text to a number, sent or not."""

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


# Ids of a party, with the calls of texts that were sent.
_IDS = """
SELECT * FROM (
    SELECT number_id, call_id FROM number CROSS JOIN submission ON submission.id = submission_id
    WHERE addressee = :addressee AND compared = :mobile AND number_id {compare} :bound ORDER BY number_id {order} LIMIT :reach
) UNION ALL SELECT * FROM (
    SELECT id, NULL FROM record
    WHERE kind = 'mo' AND addressee = :addressee AND mobile = :mobile AND id {compare} :bound
    ORDER BY id {order} LIMIT :reach
)"""
# The numbers of a call in a conversation; an entry of `wanted` is the conversation, the call and one of the parties.
_NUMBERS = """
FROM json_each(?) AS wanted CROSS JOIN submission ON call_id = wanted.value ->> 1
CROSS JOIN number INDEXED BY number_by_mobile
    ON compared = wanted.value ->> 3 AND submission_id = submission.id AND addressee = wanted.value ->> 2"""
_SENT = f"""
SELECT wanted.value ->> 0, call_id, number_id, expires_at, {SENT_COLUMNS} {_NUMBERS} ORDER BY submission_id, position"""
_FIRST_IDS = f"SELECT wanted.value ->> 0, call_id, min(number_id) {_NUMBERS} GROUP BY 1, 2"
# Each reply with the text that it answers; an entry of `wanted` is the conversation and the id.
_REPLIES = f"""
SELECT wanted.value ->> 0, quoted.call_id, quoted.message, called_at, record.id, {REPLY_COLUMNS}
FROM json_each(?) AS wanted CROSS JOIN record ON record.id = wanted.value ->> 1
LEFT JOIN submission AS quoted ON quoted.link_id = record.link_id"""

type _Key = tuple[str, str | int]
"""What an item is about: the conversation, and the call or the id of a reply."""


type _ReadPart = Callable[..., tuple[list[Item], bool]]
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
        read_part: _ReadPart = partial(_unreadable_part, connection)
    else:
        read_part = partial(_messages_part, connection, conversation, parties_of(connection, directory, conversation))
    if before is not None:
        entries, has_older = read_part(before=before, limit=limit)
        return Page(entries=entries, has_older=has_older, has_newer=True)
    if after is not None:
        entries, has_newer = read_part(after=after, limit=limit)
        return Page(entries=entries, has_older=True, has_newer=has_newer)
    share = limit // 2
    if around is None and since is not None:
        around, share = _first_id_since(connection, since), 0
    if around is not None:
        older, has_older = read_part(before=around, limit=share)
        newer, has_newer = read_part(after=around - 1, limit=limit - share)
        if newer:
            return Page(entries=[*older, *newer], has_older=has_older, has_newer=has_newer)
    entries, has_older = read_part(limit=limit)
    return Page(entries=entries, has_older=has_older)


def _messages_part(
    connection: sqlite3.Connection,
    conversation: str,
    parties: Sequence[Party],
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int,
) -> tuple[list[Item], bool]:
    bound, compare, order = _bound(before, after)
    reach = limit + 1 + (_INTERLEAVED if len(parties) > 1 else 0)
    query = _IDS.format(compare=compare, order=order)
    rows: list[tuple[int, str | None]] = []
    for party in parties:
        rows += connection.execute(query, {**party._asdict(), "bound": bound, "reach": reach})
    rows.sort(key=lambda row: row[0], reverse=after is None)
    keys = dict.fromkeys((conversation, call_id or number) for number, call_id in rows)
    found = sorted(_items(connection, {conversation: parties}, list(keys)[:reach]).values(), key=lambda item: item.id)
    wanted = [item for item in found if (item.id < bound if after is None else item.id > bound)]
    return _nearest(wanted, after, limit), len(wanted) > limit


def _unreadable_part(
    connection: sqlite3.Connection, *, before: int | None = None, after: int | None = None, limit: int
) -> tuple[list[Item], bool]:
    bound, compare, order = _bound(before, after)
    rows = connection.execute(
        f"SELECT id, {UNREADABLE_COLUMNS} FROM quarantine WHERE id {compare} ? ORDER BY id {order} LIMIT ?", (bound, limit + 1)
    )
    found = sorted(
        readable(lambda number, *row: Item(id=number, messages=(read_unreadable(*row),)), rows), key=lambda item: item.id
    )
    return _nearest(found, after, limit), len(found) > limit


def _bound(before: int | None, after: int | None) -> tuple[int, str, str]:
    """An id that a part ends at, how ids compare with it, and their order."""
    if after is not None:
        return after, ">", "ASC"
    return _LAST_ID if before is None else before, "<", "DESC"


def _nearest(items: list[Item], after: int | None, limit: int) -> list[Item]:
    return items[max(len(items) - limit, 0) :] if after is None else items[:limit]


def _first_id_since(connection: sqlite3.Connection, since: datetime) -> int:
    """The id of the first message that was called for or came in at a time or later."""
    (found,) = connection.execute(
        "SELECT min(id) FROM ("
        "SELECT min(number_id) AS id FROM number WHERE submission_id = ("
        "SELECT id FROM submission WHERE called_at >= :since ORDER BY called_at, id LIMIT 1) UNION ALL"
        " SELECT * FROM (SELECT id FROM record WHERE received_at >= :since AND kind = 'mo' ORDER BY received_at, id LIMIT 1) UNION ALL"
        " SELECT * FROM (SELECT id FROM quarantine WHERE received_at >= :since ORDER BY received_at, id LIMIT 1))",
        {"since": to_ms(since)},
    ).fetchone()
    return _LAST_ID if found is None else int(found)


def _items(connection: sqlite3.Connection, parties: Mapping[str, Sequence[Party]], keys: Collection[_Key]) -> dict[_Key, Item]:
    """Items of some conversations, whose parties these are."""
    return {**_sent_items(connection, parties, keys), **_reply_items(connection, parties, keys)}


def _numbers(parties: Mapping[str, Sequence[Party]], keys: Iterable[_Key]) -> str:
    """The entries of `_NUMBERS` for the calls among keys."""
    return json.dumps([(name, call_id, *party) for name, call_id in keys if isinstance(call_id, str) for party in parties[name]])


def _sent_items(connection: sqlite3.Connection, parties: Mapping[str, Sequence[Party]], keys: Iterable[_Key]) -> dict[_Key, Item]:
    """What calls sent to a conversation."""

    def read(name: str, call_id: str, number_id: int, expires_at: int | None, *row: Any) -> tuple[_Key, Item]:
        item = Item(id=number_id, messages=(read_sent(*row),), call_id=call_id, expires_at=optional_time(expires_at))
        return (name, call_id), item

    of_calls: dict[_Key, list[Item]] = {}
    for key, item in readable(read, connection.execute(_SENT, (_numbers(parties, keys),))):
        of_calls.setdefault(key, []).append(item)
    return {
        key: items[0]._replace(
            id=min(item.id for item in items), messages=tuple(message for item in items for message in item.messages)
        )
        for key, items in of_calls.items()
    }


def _reply_items(
    connection: sqlite3.Connection, parties: Mapping[str, Sequence[Party]], keys: Iterable[_Key]
) -> dict[_Key, Item]:
    """Replies, each with the text that it answers."""
    wanted = json.dumps([(name, number) for name, number in keys if isinstance(number, int)])
    rows = connection.execute(_REPLIES, (wanted,)).fetchall()
    quoted = _numbers(parties, {(name, call_id) for name, call_id, *_ in rows})
    first_ids = {(name, call_id): number for name, call_id, number in connection.execute(_FIRST_IDS, (quoted,))}

    def read(name: str, call_id: str | None, text: str, called_at: int, number: int, *row: Any) -> tuple[_Key, Item]:
        quote = Quote(id=first_ids.get((name, call_id)), message=text, at=from_ms(called_at)) if call_id else None
        return (name, number), Item(id=number, messages=(read_reply(*row),), in_reply_to=quote)

    return dict(readable(read, rows))


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
    found: dict[str, int] = {}
    seen: set[str] = set()
    # From the newest one on, because a conversation is on the page of its last message.
    for addressee, mobile, last_id in connection.execute("SELECT addressee, mobile, last_id FROM party ORDER BY last_id DESC"):
        name = directory.conversation_of(addressee, mobile)
        if name in seen or (shown is not None and name not in shown):
            continue
        seen.add(name)
        if last_id < bound:
            found[name] = last_id
        if len(found) > limit or (shown is not None and len(seen) == len(shown)):
            break
    entries = conversations_named(connection, directory, user_id, list(found)[:limit])
    return Page(entries=[(found[entry.id], entry) for entry in entries], has_older=len(found) > limit)


def conversation_named(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str) -> Conversation:
    """A conversation, or what could not be read, whether it has messages or not."""
    if conversation == UNREADABLE:
        items, _ = _unreadable_part(connection, limit=1)
        (unread,) = connection.execute("SELECT count(*) FROM quarantine WHERE seen = 0").fetchone()
        return Conversation(id=conversation, mobiles=(), unread=unread, last=items[-1] if items else None)
    (found,) = conversations_named(connection, directory, user_id, [conversation])
    return found


def conversations_named(
    connection: sqlite3.Connection, directory: Directory, user_id: str, names: Sequence[str]
) -> list[Conversation]:
    """Conversations, whether they have messages or not."""
    parties = _parties_of_each(connection, directory, names)
    wanted = {"parties": json.dumps([*itertools.chain(*parties.values())]), "user_id": user_id}
    figures = {(row.addressee, row.mobile): row for row in itertools.starmap(_Figures, connection.execute(_FIGURES, wanted))}
    of_each = {name: [figures[party] for party in found] for name, found in parties.items()}
    last = {name: max((row.last for row in rows), default=(0, None)) for name, rows in of_each.items()}
    keys = {name: (name, call_id or number) for name, (number, call_id) in last.items()}
    items = _items(connection, parties, keys.values())
    return [
        Conversation(
            id=name,
            mobiles=tuple(dict.fromkeys(row.as_sent for row in rows)),
            unread=sum(row.unread for row in rows),
            last=items.get(keys[name]),
        )
        for name, rows in of_each.items()
    ]


# Of each party the number as texts went out to it, if any did, how many replies a user has not read, and the last text and reply.
_FIGURES = """
SELECT party.addressee, party.mobile, coalesce(number.mobile, party.mobile), coalesce(replies, 0), number_id, call_id, (
    SELECT id FROM record
    WHERE kind = 'mo' AND record.addressee = party.addressee AND record.mobile = party.mobile
    ORDER BY id DESC LIMIT 1)
FROM json_each(:parties) AS wanted
CROSS JOIN party ON party.addressee = wanted.value ->> 0 AND party.mobile = wanted.value ->> 1
LEFT JOIN unread ON party_id = party.id AND user_id = :user_id
LEFT JOIN number ON number.addressee = party.addressee AND compared = party.mobile AND number_id = (
    SELECT max(number_id) FROM number WHERE addressee = party.addressee AND compared = party.mobile)
LEFT JOIN submission ON submission.id = submission_id"""


class _Figures(NamedTuple):
    """A row of `_FIGURES`."""

    addressee: str
    mobile: str
    as_sent: str
    unread: int
    sent_id: int | None
    call_id: str | None
    reply_id: int | None

    @property
    def last(self) -> tuple[int, str | None]:
        """The id of the last message, and the call of one that was sent."""
        return max((self.sent_id or 0, self.call_id), (self.reply_id or 0, None))


def read_up_to(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str) -> int:
    """The id up to which a user has read a conversation."""
    if conversation == UNREADABLE:
        (first,) = connection.execute("SELECT min(id) FROM quarantine WHERE seen = 0").fetchone()
    else:
        (first,) = connection.execute(
            "SELECT min(first_id) FROM json_each(?) AS wanted"
            " CROSS JOIN party ON addressee = wanted.value ->> 0 AND mobile = wanted.value ->> 1"
            " CROSS JOIN unread ON party_id = party.id AND user_id = ?",
            (json.dumps(parties_of(connection, directory, conversation)), user_id),
        ).fetchone()
    (last,) = connection.execute("SELECT id FROM next_id").fetchone()
    return int(last if first is None else first) - 1


def add_reader(connection: sqlite3.Connection, user_id: str) -> None:
    """Begin to count the replies that a user has not read."""
    connection.execute("INSERT INTO reader VALUES (?) ON CONFLICT DO NOTHING", (user_id,))


def mark_read(connection: sqlite3.Connection, directory: Directory, user_id: str, conversation: str, up_to: int) -> None:
    """Mark a conversation as read by a user, up to an id; older marks stay."""
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
                "INSERT INTO unread SELECT ?, ?, min(id), count(*) FROM record WHERE kind = 'mo'"
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


class CallResult(NamedTuple):
    """What became of the numbers of a call in one conversation."""

    conversation: str
    states: tuple[MessageState, ...]


def call_results(connection: sqlite3.Connection, directory: Directory, call_id: str) -> list[CallResult]:
    """The results of a call by conversation; empty if the log does not know the call."""
    rows = connection.execute(
        "SELECT addressee, compared, number.state FROM submission CROSS JOIN number ON submission_id = submission.id WHERE call_id = ?",
        (call_id,),
    )
    found: dict[str, list[MessageState]] = {}
    for addressee, mobile, state in rows:
        found.setdefault(directory.conversation_of(addressee, mobile), []).append(MessageState(state))
    return [CallResult(conversation=conversation, states=tuple(states)) for conversation, states in found.items()]


_FOUND_SENT = """
SELECT number_id, addressee, compared, call_id FROM submission CROSS JOIN number ON submission_id = submission.id
WHERE {condition} AND submission.id <= coalesce((SELECT id FROM submission WHERE id >= :before ORDER BY id LIMIT 1), :before)
AND number_id < :before ORDER BY submission.id DESC, position"""
_FOUND_REPLIES = """
SELECT id, addressee, mobile, NULL FROM record WHERE kind = 'mo' AND {condition} AND id < :before ORDER BY id DESC"""
_PARTY_SENT = """
SELECT number_id, addressee, compared, call_id FROM number CROSS JOIN submission ON submission_id = submission.id
WHERE addressee = :addressee AND compared = :mobile AND number_id < :before AND {condition} ORDER BY number_id DESC"""
_PARTY_REPLIES = """
SELECT id, addressee, mobile, NULL FROM record
WHERE kind = 'mo' AND addressee = :addressee AND mobile = :mobile AND id < :before AND {condition}
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
    hits: dict[_Key, int] = {}
    for number, addressee, mobile, call_id in rows:
        key = directory.conversation_of(addressee, mobile), call_id or number
        if key not in hits and len(hits) == limit:
            return _hits(connection, directory, hits), True
        hits[key] = number
    return _hits(connection, directory, hits), False


def _hits(connection: sqlite3.Connection, directory: Directory, hits: Mapping[_Key, int]) -> list[Hit]:
    items = _items(connection, _parties_of_each(connection, directory, {conversation for conversation, _ in hits}), hits)
    return [Hit(conversation=key[0], item=items[key], cursor=cursor) for key, cursor in hits.items() if key in items]


def _found(
    connection: sqlite3.Connection, directory: Directory, words: str, shown: Collection[str] | None, before: int
) -> Iterator[tuple[int, str, str, str | None]]:
    """The messages with these words, newest first: id, party, and call of what was sent."""
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


class Exported(NamedTuple):
    """A message, its id and its conversation."""

    id: int
    conversation: str
    message: Message


def export(connection: sqlite3.Connection, directory: Directory, *, after: int, limit: int) -> list[Exported]:
    """The messages after an id, oldest first."""
    wanted = {"after": after, "limit": limit}
    kinds: tuple[tuple[str, Callable[..., Message]], ...] = (
        (_EXPORTED_SENT, read_sent),
        (_EXPORTED_REPLIES, read_reply),
        (_EXPORTED_UNREADABLE, read_unreadable),
    )

    def exported(row: tuple[Any, ...], read: Callable[..., Message]) -> Exported:
        number, addressee, mobile, *rest = row
        conversation = UNREADABLE if addressee is None else directory.conversation_of(addressee, mobile)
        return Exported(id=number, conversation=conversation, message=read(*rest))

    sources = (zip(connection.execute(query, wanted), itertools.repeat(read)) for query, read in kinds)
    return list(readable(exported, itertools.islice(merge(*sources, key=lambda found: found[0][0]), limit)))
