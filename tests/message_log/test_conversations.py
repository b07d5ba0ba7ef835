"""Messages by conversation."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
import sqlite3
import threading

import pytest

from custom_components.smsadmin.message_log import conversations
from custom_components.smsadmin.message_log.conversations import UNREADABLE, Directory, Item
from custom_components.smsadmin.message_log.errors import LogError
from custom_components.smsadmin.message_log.log import MessageLog
from custom_components.smsadmin.message_log.models import MessageState

from .conftest import (
    FATHER,
    HOUR,
    MOTHER,
    NOON,
    SECOND,
    STRANGER,
    change,
    link_id,
    outgoing,
    push,
    pushed_reply,
    pushed_report,
    send,
    store,
)

DIRECTORY = Directory({"mother": [MOTHER], "family": [MOTHER, FATHER]})
NO_RECIPIENTS = Directory({})
USER = "a user"


async def _list(
    log: MessageLog,
    directory: Directory = DIRECTORY,
    *,
    shown: set[str] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[str]:
    page = await log.run(partial(conversations.page, directory=directory, user_id=USER, shown=shown, before=before, limit=limit))
    return [conversation.id for _, conversation in page.entries]


async def _items(
    log: MessageLog, conversation: str, directory: Directory = DIRECTORY, limit: int = 50, **where: object
) -> list[Item]:
    page = await log.run(
        partial(conversations.thread, directory=directory, conversation=conversation, limit=limit, **where)  # type: ignore[arg-type]
    )
    return page.entries


def _texts(items: list[Item]) -> list[str]:
    return [item.messages[0].message for item in items]


async def _unread(log: MessageLog, conversation: str, directory: Directory = DIRECTORY) -> int:
    found = await log.run(partial(conversations.conversation_named, directory=directory, user_id=USER, conversation=conversation))
    return found.unread


async def _read(log: MessageLog, conversation: str, up_to: int) -> None:
    await log.run(partial(conversations.mark_read, directory=DIRECTORY, user_id=USER, conversation=conversation, up_to=up_to))


async def _read_up_to(log: MessageLog, conversation: str) -> int:
    return await log.run(partial(conversations.read_up_to, directory=DIRECTORY, user_id=USER, conversation=conversation))


async def _open(log: MessageLog) -> None:
    await log.run(partial(conversations.add_reader, user_id=USER))


async def _counts(log: MessageLog, shown: set[str] | None = None) -> conversations.Counts:
    return await log.run(partial(conversations.count, directory=DIRECTORY, user_id=USER, shown=shown))


async def _search(log: MessageLog, words: str, shown: set[str] | None = None, **where: int) -> list[tuple[str, str]]:
    hits, _ = await log.read_aside(
        partial(
            conversations.search,
            directory=DIRECTORY,
            words=words,
            shown=shown,
            before=where.get("before"),
            limit=where.get("limit", 50),
        )
    )
    return [(hit.conversation, hit.item.messages[0].message) for hit in hits]


async def test_a_text_belongs_to_whom_it_was_addressed_to(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    await send(log, 2, MOTHER, recipients=("mother",))
    await send(log, 3, MOTHER)
    await send(log, 4, FATHER)
    await send(log, 5, STRANGER)
    assert await _list(log) == [f"mobile:{STRANGER}", "family", "mother"]
    assert _texts(await _items(log, "family")) == ["text 1", "text 4"]
    assert _texts(await _items(log, "mother")) == ["text 2", "text 3"]
    assert _texts(await _items(log, f"mobile:{STRANGER}")) == ["text 5"]


async def test_a_text_to_a_group_is_one_item(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    await store(log, pushed_report("DELIVRD"))
    (item,) = await _items(log, "family")
    assert [(message.mobile, message.state) for message in item.messages] == [
        (MOTHER, MessageState.DELIVERED),
        (FATHER, MessageState.ACCEPTED),
    ]


async def test_a_call_to_three_is_three_items(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, STRANGER, recipients=("mother", "family", None))
    names = ["mother", "family", f"mobile:{STRANGER}"]
    items = [(await _items(log, name))[0] for name in names]
    assert len({item.id for item in items}) == 3
    assert [
        await log.run(partial(conversations.conversation_of_item, directory=DIRECTORY, item_id=item.id)) for item in items
    ] == names


async def test_a_reply_belongs_to_the_text_that_it_answers(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    await store(log, pushed_reply("answer", link=link_id(1)))
    await store(log, pushed_reply("by itself"))
    assert _texts(await _items(log, "family")) == ["text 1", "answer"]
    assert _texts(await _items(log, "mother")) == ["by itself"]
    text, answer = await _items(log, "family")
    assert answer.in_reply_to == conversations.Quote(id=text.id, message="text 1", at=NOON)


async def test_a_reply_to_a_removed_text_quotes_nothing(log: MessageLog) -> None:
    await store(log, pushed_reply("answer", link=link_id(1)))
    (answer,) = await _items(log, "mother")
    assert answer.in_reply_to is None


async def test_what_a_removed_recipient_had_is_its_numbers(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"))
    await store(log, pushed_reply("answer", link=link_id(1)))
    assert await _list(log, NO_RECIPIENTS) == [f"mobile:{MOTHER}", f"mobile:{FATHER}"]
    assert _texts(await _items(log, f"mobile:{MOTHER}", NO_RECIPIENTS)) == ["text 1", "answer"]
    (item,) = await _items(log, f"mobile:{FATHER}", NO_RECIPIENTS)
    assert [message.mobile for message in item.messages] == [FATHER]
    assert (
        await log.run(partial(conversations.conversation_of_item, directory=NO_RECIPIENTS, item_id=item.id)) == f"mobile:{FATHER}"
    )
    only_father = Directory({"father": [FATHER]})
    assert await _list(log, only_father) == [f"mobile:{MOTHER}", "father"]


async def test_a_number_of_another_country_is_one_conversation(log: MessageLog) -> None:
    """A text to 0085212345678 and the reply, which the platform writes without the zeros, were two conversations."""
    await send(log, 1, "0085212345678")
    await store(log, pushed_reply("from abroad", mobile="85212345678", link=link_id(1)))
    await store(log, pushed_report("DELIVRD", mobile="85212345678"))
    assert await _list(log) == ["mobile:85212345678"]
    text, reply = await _items(log, "mobile:85212345678")
    assert (text.messages[0].state, reply.messages[0].message) == (MessageState.DELIVERED, "from abroad")
    found = await log.run(
        partial(conversations.conversation_named, directory=DIRECTORY, user_id=USER, conversation="mobile:85212345678")
    )
    assert found.mobiles == ("0085212345678",)
    assert await _list(log, Directory({"abroad": ["0085212345678"]})) == ["abroad"]


async def test_a_list_comes_in_pages(log: MessageLog) -> None:
    mobiles = [f"139000000{number:02}" for number in range(10)]
    for number, mobile in enumerate(mobiles):
        await send(log, number, mobile)
        if number == 2:
            await send(log, 50, MOTHER, recipients=("family",))
    await send(log, 51, FATHER, recipients=("family",))
    await send(log, 52, mobiles[0])
    wanted = ["mobile:13900000000", "family", *(f"mobile:{mobile}" for mobile in reversed(mobiles[1:]))]
    found: list[str] = []
    before = None
    while True:
        page = await log.run(partial(conversations.page, directory=DIRECTORY, user_id=USER, shown=None, before=before, limit=3))
        found += [conversation.id for _, conversation in page.entries]
        if not page.has_older:
            break
        before = page.entries[-1][0]
    assert found == wanted
    assert await _list(log, shown={"family", "mother"}) == ["family"]
    assert await _list(log, shown={"family"}, limit=1) == ["family"]


async def test_a_thread_comes_in_pages(log: MessageLog) -> None:
    for number in range(5):
        await send(log, number, MOTHER, recipients=("mother",))
        await store(log, pushed_reply(f"reply {number}"))
    everything = await _items(log, "mother")
    assert _texts(everything) == [text for number in range(5) for text in (f"text {number}", f"reply {number}")]
    ids = [item.id for item in everything]
    assert await _items(log, "mother", limit=3) == everything[7:]
    assert await _items(log, "mother", before=ids[7], limit=3) == everything[4:7]
    assert await _items(log, "mother", after=ids[2], limit=3) == everything[3:6]
    assert await _items(log, "mother", around=ids[5], limit=4) == everything[3:7]
    page = await log.run(partial(conversations.thread, directory=DIRECTORY, conversation="mother", around=ids[1], limit=4))
    assert (page.entries, page.has_older, page.has_newer) == (everything[0:3], False, True)


async def test_a_thread_begins_at_a_time(log: MessageLog) -> None:
    for number in range(4):
        await send(log, number, MOTHER, FATHER, at=NOON + number * HOUR)
        await store(log, pushed_reply(f"reply {number}", at=NOON + number * HOUR + SECOND))
    thread = partial(conversations.thread, directory=DIRECTORY, conversation="mother")
    page = await log.run(partial(thread, since=NOON + 2 * HOUR, limit=2))
    assert (_texts(page.entries), page.has_older, page.has_newer) == (["text 2", "reply 2"], True, True)
    assert _texts(await _items(log, "mother", since=NOON + 2 * HOUR + SECOND)) == ["reply 2", "text 3", "reply 3"]
    assert _texts(await _items(log, "mother", since=NOON + 9 * HOUR, limit=1)) == ["reply 3"]


async def test_a_call_of_several_submissions_is_one_item(log: MessageLog) -> None:
    """What comes between two submissions of a call is behind the call, and on one page alone."""
    await send(log, 1, MOTHER, call="one", recipients=("family",))
    await store(log, pushed_reply("quick", link=link_id(1)))
    await send(log, 2, FATHER, call="one", recipients=("family",))
    call, reply = await _items(log, "family")
    assert [message.mobile for message in call.messages] == [MOTHER, FATHER]
    assert reply.messages[0].message == "quick"
    assert await _items(log, "family", limit=1) == [reply]
    assert await _items(log, "family", before=reply.id) == [call]
    assert await _items(log, "family", after=call.id) == [reply]
    assert await _items(log, "family", after=reply.id) == []


async def test_unread_replies_are_counted_from_the_first_opening_on(log: MessageLog) -> None:
    await store(log, pushed_reply("before"))
    await _open(log)
    assert await _unread(log, "mother") == 0
    for number in range(3):
        await store(log, pushed_reply(f"reply {number}"))
    await _open(log)
    items = await _items(log, "mother")
    assert await _unread(log, "mother") == 3
    assert await _read_up_to(log, "mother") == items[1].id - 1
    await _read(log, "mother", items[2].id)
    assert await _unread(log, "mother") == 1
    await _read(log, "mother", items[1].id)
    assert await _unread(log, "mother") == 1
    await _read(log, "mother", items[3].id)
    assert await _unread(log, "mother") == 0
    assert await _read_up_to(log, "mother") >= items[3].id
    await store(log, pushed_reply("later"))
    assert await _unread(log, "mother") == 1
    await _read(log, "family", 2**60)
    assert await _unread(log, "mother") == 1


async def test_what_could_not_be_read_is_a_conversation(log: MessageLog) -> None:
    for number in range(3):
        await store(log, push(Class="mystery", Message=f"{number}"))
    assert await _list(log) == []
    items = await _items(log, UNREADABLE)
    assert [item.messages[0].state for item in items] == [MessageState.QUARANTINED] * 3
    assert await _items(log, UNREADABLE, before=items[2].id, limit=1) == [items[1]]
    assert await _items(log, UNREADABLE, after=items[0].id, limit=1) == [items[1]]
    assert await log.run(partial(conversations.conversation_of_item, directory=DIRECTORY, item_id=items[0].id)) == UNREADABLE
    assert await log.run(partial(conversations.conversation_of_item, directory=DIRECTORY, item_id=1)) is None
    assert (await _unread(log, UNREADABLE), await _read_up_to(log, UNREADABLE)) == (3, items[0].id - 1)
    await _read(log, UNREADABLE, items[1].id)
    assert (await _unread(log, UNREADABLE), await _read_up_to(log, UNREADABLE)) == (1, items[2].id - 1)
    assert (await _counts(log)).unreadable == 3
    assert (await _counts(log, {"mother"})).unreadable == 0


async def test_an_empty_conversation_has_nothing(log: MessageLog) -> None:
    assert await _items(log, "mother") == []
    assert await _items(log, UNREADABLE) == []
    for name in ("mother", UNREADABLE):
        found = await log.run(partial(conversations.conversation_named, directory=DIRECTORY, user_id=USER, conversation=name))
        assert (found.last, found.unread) == (None, 0)


async def test_filters_count_conversations(log: MessageLog) -> None:
    await _open(log)
    await send(log, 1, MOTHER, FATHER, recipients=("family", "family"), state=MessageState.REJECTED, code="102")
    await send(log, 2, STRANGER)
    await store(log, pushed_report("EXPIRED", mobile=STRANGER, link=link_id(2)))
    await log.enqueue([outgoing(3, MOTHER, recipients=("mother",))])
    await store(log, pushed_reply("hello"))
    assert await _counts(log) == conversations.Counts(unread=1, failed=2, waiting=1, unreadable=0)
    assert await _counts(log, {"family"}) == conversations.Counts(unread=0, failed=1, waiting=0, unreadable=0)
    await store(log, pushed_report("DELIVRD", mobile=STRANGER, link=link_id(2)))
    await send(log, 4, MOTHER, recipients=("family",))
    await store(log, pushed_reply("it has come", mobile=FATHER, link=link_id(1)))
    assert (await _counts(log)).failed == 0


async def test_words_are_found_in_what_was_sent_and_what_came_in(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, STRANGER, recipients=("family", "family", None))
    await store(log, pushed_reply("Text me"))
    await store(log, pushed_reply("消防队几点到", mobile=STRANGER))
    await send(log, 2, STRANGER)
    stranger = f"mobile:{STRANGER}"
    everything = [(stranger, "text 2"), ("mother", "Text me"), (stranger, "text 1"), ("family", "text 1")]
    assert sorted(await _search(log, "text")) == sorted(everything)
    assert (await _search(log, "TEXT"))[:2] == everything[:2]
    assert await _search(log, "点") == await _search(log, "几点") == [(stranger, "消防队几点到")]
    assert await _search(log, "text", {"family", "mother"}) == [("mother", "Text me"), ("family", "text 1")]
    assert await _search(log, "100%") == await _search(log, "t_xt") == []
    assert await _search(log, "1") == [entry for entry in await _search(log, "text") if entry[1] == "text 1"]


async def test_what_is_found_comes_in_pages(log: MessageLog) -> None:
    for number in range(5):
        await send(log, number, MOTHER, FATHER, recipients=("family", "family"))
        await store(log, pushed_reply(f"text back {number}", link=link_id(number)))
    found: list[str] = []
    before = None
    while True:
        hits, has_more = await log.read_aside(
            partial(conversations.search, directory=DIRECTORY, words="text", shown=None, before=before, limit=3)
        )
        found += [hit.item.messages[0].message for hit in hits]
        if not has_more:
            break
        before = hits[-1].cursor
    assert found == [text for number in reversed(range(5)) for text in (f"text back {number}", f"text {number}")]


async def test_conversations_are_found_by_number(log: MessageLog) -> None:
    await send(log, 1, STRANGER)
    await send(log, 2, MOTHER)
    find = partial(conversations.with_number, directory=DIRECTORY)
    assert await log.run(partial(find, digits="9000")) == [f"mobile:{STRANGER}"]
    assert await log.run(partial(find, digits="0000")) == ["mother", f"mobile:{STRANGER}"]


async def test_sent_texts_are_found_by_the_ids_of_their_messages(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, recipients=("family", None))
    (item,) = await _items(log, "family")
    father = next(message for message in (await _items(log, "family"))[0].messages if message.mobile == FATHER)
    texts = await log.run(
        partial(conversations.sent_texts, directory=DIRECTORY, message_ids=[father.message_id, "nonsense", "x-y"])
    )
    assert texts == [conversations.SentText(conversation="family", recipient_id=None, mobile=FATHER, message="text 1")]
    assert len(item.messages) == 2


async def test_queued_texts_have_conversations(log: MessageLog) -> None:
    await log.enqueue([outgoing(1, MOTHER, STRANGER, recipients=("mother", None))])
    await send(log, 2, FATHER)
    find = partial(conversations.queued_in, directory=DIRECTORY)
    assert await log.run(partial(find, message_id=None, link_id=link_id(1))) == {"mother", f"mobile:{STRANGER}"}
    (item,) = await _items(log, "mother")
    assert await log.run(partial(find, message_id=item.messages[0].message_id, link_id=None)) == {"mother"}
    assert await log.run(partial(find, message_id=None, link_id=link_id(2))) == set()


async def test_everything_is_exported_in_order(log: MessageLog) -> None:
    await send(log, 1, MOTHER, FATHER, STRANGER, recipients=("mother", "family", None))
    await store(log, pushed_reply("hello"))
    await store(log, push(Class="mystery"))
    await send(log, 2, STRANGER)
    found = []
    after = 0
    while entries := await log.read_aside(partial(conversations.export, directory=DIRECTORY, after=after, limit=2)):
        found += entries
        after = entries[-1].id
    assert [(entry.conversation, entry.message.mobile) for entry in found] == [
        (f"mobile:{STRANGER}", STRANGER),
        ("family", FATHER),
        ("mother", MOTHER),
        ("mother", MOTHER),
        (UNREADABLE, None),
        (f"mobile:{STRANGER}", STRANGER),
    ]


async def test_a_party_ends_with_its_last_message(log: MessageLog) -> None:
    await _open(log)
    await send(log, 1, MOTHER)
    await store(log, pushed_reply("hello"))
    await store(log, pushed_reply("hello", mobile=STRANGER))
    await send(log, 2, FATHER, at=NOON + HOUR)
    await log.mark_published((await log.pending_events(0, 10))[-1].id)
    await log.clean_up(NOON + timedelta(minutes=1))
    assert await _list(log) == ["family"]
    assert await _counts(log) == conversations.Counts(unread=0, failed=0, waiting=0, unreadable=0)


async def test_a_reply_that_cant_be_published_is_in_its_thread(log: MessageLog) -> None:
    """No event told of a reply, and a conversation without any message had one that was not read, for ever."""
    await _open(log)
    await store(log, pushed_reply("hello"))
    await log.quarantine_record((await log.pending_events(0, 1))[0].id, "a reason")
    assert (_texts(await _items(log, "mother")), await _unread(log, "mother")) == (["hello"], 1)
    assert await _search(log, "hello") == [("mother", "hello")]
    assert _texts(await _items(log, conversations.UNREADABLE)) == ["hello"]
    await _read(log, "mother", 2**60)
    assert (await _counts(log)).unread == 0


async def test_damaged_rows_hide_no_others(log: MessageLog, path: Path) -> None:
    """Of a conversation with one damaged text, nothing was shown."""
    await send(log, 1, MOTHER)
    await store(log, pushed_reply("1"))
    await send(log, 2, MOTHER)
    await store(log, pushed_reply("2"))
    change(
        path,
        f"UPDATE number SET state = 'damaged' WHERE submission_id = (SELECT id FROM submission WHERE link_id = {link_id(1)!r})",
    )
    change(path, "UPDATE record SET source = 'damaged' WHERE content = '1'")
    assert _texts(await _items(log, "mother")) == ["text 2", "2"]
    assert await _search(log, "text") == [("mother", "text 2")]
    exported = await log.run(partial(conversations.export, directory=DIRECTORY, after=0, limit=50))
    assert [entry.message.message for entry in exported] == ["text 2", "2"]


async def test_the_last_text_is_that_which_is_left(log: MessageLog) -> None:
    """A machine without a clock of its own had dated the newest text 1970, and so the clean-up removed it first."""
    await send(log, 1, "0085291234567")
    await send(log, 2, "0085291234567", at=NOON - HOUR)
    await log.clean_up(NOON)
    found = partial(conversations.conversation_named, directory=DIRECTORY, user_id=USER, conversation="mobile:85291234567")
    conversation = await log.run(found)
    assert conversation.last
    assert (conversation.mobiles, _texts([conversation.last])) == (("0085291234567",), ["text 1"])


async def test_a_long_read_sees_the_log_at_one_time(log: MessageLog) -> None:
    """What the panel reads in several statements fits together, whatever is written meanwhile."""
    await send(log, 1, MOTHER)
    has_begun, is_written = threading.Event(), threading.Event()

    def read(connection: sqlite3.Connection) -> tuple[list[Item], list[Item]]:
        first = conversations.thread(connection, DIRECTORY, "mother", limit=50).entries
        has_begun.set()
        is_written.wait()
        return first, conversations.thread(connection, DIRECTORY, "mother", limit=50).entries

    reading = asyncio.create_task(log.read_aside(read))
    await asyncio.to_thread(has_begun.wait)
    await send(log, 2, MOTHER)
    is_written.set()
    first, second = await reading
    assert _texts(first) == _texts(second) == ["text 1"]


async def test_a_long_read_fails_with_the_log(log: MessageLog) -> None:
    with pytest.raises(LogError):
        await log.read_aside(lambda connection: connection.execute("SELECT * FROM nothing").fetchall())
