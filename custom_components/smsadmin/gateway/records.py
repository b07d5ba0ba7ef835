r"""Pulled pages of replies and reports (sections 3.4 and 3.5).

A record is `mobile/time/linkid/content/sub-code`, with the status in the place of the content in reports. Content was sent raw
before version 2.0.0 and may hold slashes and line breaks, so a record ends only where the head of another follows, and pages are
split first and decoded after. Everything works on bytes: neither UTF-8 nor GB18030 has a slash or a line break inside a character.
"""

from contextlib import suppress
from datetime import datetime
import re
from urllib.parse import unquote_to_bytes

from . import answers
from .charset import decode
from .errors import GatewayError
from .models import CHINA, Charset, RawPage, Reading, Record, RecordKind, Reply, Report, Unreadable
from .numbers import canonical

PAGE_SIZE = 20
"""The most records that the specification lets a page have."""

# Atomic, so that a time with slashes is not read as a year, a link id and the rest when what follows is none.
_START = (
    rb"(?P<mobile>\+?[0-9]{3,20})/(?P<time>(?>[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}[^/\n]{0,16}|[^/\n]{0,48}))"
    rb"/(?P<link_id>[0-9]{0,32}|\xe7\xa9\xba|\xbf\xd5)/"
)
_SEPARATOR = rb"(?:\n|<br ?/?>|\\n)"
_RECORD = re.compile(_START + rb"(?P<rest>.*)", re.DOTALL)
# No repetition here is unbounded: a page of nothing but line breaks must not take quadratic time.
_BETWEEN = re.compile(_SEPARATOR + rb"(?=\s{0,8}" + re.sub(rb"\?P<\w+>", b"?:", _START) + rb")", re.IGNORECASE)
# The same separators at the end of a record, read backwards from there.
_TRAILING = re.compile(rb"(?:\s|>/? ?rb<|n\\|r\\)*", re.IGNORECASE)
# The end of a record whose content has neither white space nor other than ASCII in it, as urlencoded content never has.
_ENDED = re.compile(
    rb"(?P<content>[!-~]*?)/(?P<sub_code>[0-9]*)(?:\s|\\r)*?" + _SEPARATOR + rb"(?P<remainder>.*)", re.DOTALL | re.IGNORECASE
)
# What urlencode leaves as it is. Any other byte means that the content was never encoded.
_URLENCODED = re.compile(rb"(?:[A-Za-z0-9_.~*!'()/+-]|%[0-9A-Fa-f]{2})*")
_NO_LINK_ID = {"", "0", "1", "空"}
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")


def has_records(page: RawPage) -> bool:
    """Whether something is in a page; False where the platform says that nothing waits.

    RejectedError where it answers with another code, InvalidAnswerError where the body can't be a page.
    """
    body = answers.bare(page.body)
    # Of a page that broke off, three digits may be the beginning of a number.
    code = answers.code_of(body) if page.complete else None
    if code == (answers.NO_REPLIES if page.kind is RecordKind.REPLY else answers.NO_REPORTS):
        return False
    if code is not None or b"/" not in body or body[:5].lower().startswith((b"<!", b"<html")):
        raise answers.refusal(code, body)
    return True


def looks_like_record(raw: bytes) -> bool:
    """Whether something in it looks like the head of a record."""
    return re.search(rb"[0-9]{11}/", raw) is not None


def read_page(page: RawPage, *, evidence: Charset | None = None) -> Reading:
    """Read a page; whatever can't be read is in the result as it came. Never raises."""
    try:
        if not has_records(page):
            return Reading()
    except GatewayError as err:
        return Reading(unreadable=(Unreadable(raw=page.body, reason=type(err).__name__),))
    body = answers.bare(page.body)
    read: list[Record] = []
    unreadable: list[Unreadable] = []
    pieces = [piece for piece in map(_without_separator, _BETWEEN.split(body)) if piece]
    for number, piece in enumerate(pieces, 1):
        if not page.complete and number == len(pieces):
            unreadable.append(Unreadable(raw=piece, reason="the answer broke off"))
            continue
        record, remainder = _read_piece(piece, page)
        if record is not None:
            read.append(record)
        if remainder:
            unreadable.append(Unreadable(raw=remainder, reason="not a record"))
    return Reading(records=tuple(read), unreadable=tuple(unreadable))


def _without_separator(piece: bytes) -> bytes:
    """A piece of a page without the separators and spaces around it."""
    trailing = _TRAILING.match(piece[::-1])
    return piece[: len(piece) - len(trailing[0])].lstrip() if trailing else piece


def _read_piece(piece: bytes, page: RawPage) -> tuple[Record | None, bytes]:
    """The record that a piece begins with, and what follows it that is none."""
    match = _RECORD.fullmatch(piece)
    if match is None:
        return None, piece
    content, sub_code, remainder = _split_content(match["rest"])
    mobile = canonical(match["mobile"].decode())
    link_id = known_link_id(decode(match["link_id"]))
    time = _read_time(match["time"].decode("ascii", "replace"))
    sub = decode(sub_code, (page.content_type or "").partition("charset=")[2] or None).strip() or None
    text = decode(_unquote(content), (page.content_type or "").partition("charset=")[2] or None)
    if page.kind is RecordKind.REPLY:
        return Reply(mobile=mobile, message=text, link_id=link_id, sub_code=sub, replied_at=time), remainder
    return Report(mobile=mobile, status=text.strip(), link_id=link_id, sub_code=sub, reported_at=time), remainder


def _split_content(rest: bytes) -> tuple[bytes, bytes, bytes]:
    """Content, sub-code, and what follows them.

    The sub-code is what stands behind the last slash, but it has no line breaks: a line that follows one of digits is no part
    of the record, and after anything else the content goes on. Only content that was never encoded may have slashes after that.
    """
    if ended := _ENDED.fullmatch(rest):
        return ended["content"], ended["sub_code"], ended["remainder"]
    content, slash, tail = rest.rpartition(b"/")
    if slash and (ended := _ENDED.fullmatch(slash + tail)):
        return content, ended["sub_code"], ended["remainder"]
    return (content, tail, b"") if slash and b"\n" not in tail else (rest, b"", b"")


def _unquote(content: bytes) -> bytes:
    """Undo the urlencoding, where there is one."""
    return unquote_to_bytes(content.replace(b"+", b" ")) if _URLENCODED.fullmatch(content) else content


def known_link_id(link_id: str) -> str | None:
    """A link id, or None for the ways of writing none."""
    return None if (bare := link_id.strip()) in _NO_LINK_ID else bare


def _read_time(time: str) -> datetime | None:
    """A time in China, or None where it can't be read: the record lives without."""
    for form in _TIME_FORMATS:
        with suppress(ValueError):
            read = datetime.strptime(time.strip(), form).replace(tzinfo=CHINA)
            # Years that no message was sent in can't all be converted to other zones.
            return read if 2000 <= read.year < 9999 else None
    return None
