r"""Pulled pages of replies and reports (sections 3.4 and 3.5).

A record is `mobile/time/linkid/content/sub-code`, with the status in the place of the content in reports. Content was sent raw
before version 2.0.0 and may hold slashes and line breaks, so a record ends only where the head of another follows, and pages are
split first and decoded after. Everything works on bytes: neither UTF-8 nor GB18030 has a slash or a line break inside a character.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
import json
import re
from typing import Self
from urllib.parse import unquote_to_bytes
import zlib

from . import answers
from .charset import declared_charset, decode, proven_charset, undo_second_encoding
from .errors import GatewayError, InvalidAnswerError
from .heads import BETWEEN, LEADING, LIKELY_HEAD, LINE_END, NO_LINK_ID, OTHER_SEPARATOR, RECORD, SURE_LINK_ID, TRAILING
from .models import Charset, RawPage, Reading, Record, RecordKind, Reply, Report, Unreadable
from .numbers import canonical
from .times import read_time

PAGE_SIZE = 20
"""The most records that the specification lets a page have."""

MAX_DECOMPRESSED = 4 * 1024 * 1024
"""Bytes of a page once it is decompressed: four times what the client reads of an answer."""

_EMPTY = {RecordKind.REPLY: answers.NO_REPLIES, RecordKind.REPORT: answers.NO_REPORTS}
MOBILE = re.compile(r"\+?[0-9]{3,20}")
_NO_LINK_ID = re.compile(rb"[01]?|" + NO_LINK_ID, re.IGNORECASE)
# What urlencode leaves as it is. Any other byte means that the content was never encoded.
_URLENCODED = re.compile(rb"(?:[A-Za-z0-9_.~*!'()/+-]|%[0-9A-Fa-f]{2})*+")
_PADDED = re.compile(rb"[ \t]/")
# The end of a line that can be the end of a record.
_SUB_CODE = re.compile(
    rb"/[ \t]{0,8}(?P<sub_code>[0-9]{0,20})(?:[ \t\"'\]]|" + OTHER_SEPARATOR + rb"){0,8}(?:" + LINE_END + rb"|(?:(?:/r)?/n)?\Z)",
    re.IGNORECASE,
)
_ODD_SUB_CODE = re.compile(rb"/[ \t]{0,8}(?P<sub_code>[A-Za-z]{1,2}[0-9]{1,8})\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """A piece of a page that begins with a head, and what follows the head; `is_padded`: with blanks around the slashes."""

    raw: bytes
    mobile: str
    time: str
    link_id: str | None
    is_padded: bool
    rest: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fields:
    """A record, its content still encoded."""

    piece: _Piece
    content: bytes
    sub_code: str | None

    @property
    def text(self) -> bytes:
        """The content without its urlencoding, where it has one."""
        is_encoded = _URLENCODED.fullmatch(self.content)
        return undo_second_encoding(unquote_to_bytes(self.content.replace(b"+", b" "))) if is_encoded else self.content


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layout:
    """How the records of a page are written, judged by all of them.

    `is_encoded`: all content is urlencoded, so that no slash or line break is part of it. `has_sub_codes`: a record ends in one.
    """

    is_encoded: bool
    has_sub_codes: bool

    @classmethod
    def of(cls, pieces: Sequence[_Piece]) -> Self:
        """The layout of a page: one field too few in any record means that none has a sub-code, unless one has an empty one."""
        lines = [piece.rest.partition(b"\n")[0].rstrip() for piece in pieces]
        return cls(
            is_encoded=any(map(_is_encoded, lines)) and all(map(_URLENCODED.fullmatch, lines)),
            has_sub_codes=all(b"/" in piece.rest for piece in pieces) or any(piece.rest.endswith(b"/") for piece in pieces),
        )


@dataclass(frozen=True, slots=True)
class _TextReader:
    """Decodes the content of a page."""

    declared: Charset | None
    evidence: Charset | None
    is_html: bool

    def read(self, fields: _Fields) -> str:
        """The text of a record; of a page in HTML, what was never urlencoded has been escaped instead."""
        text = decode(fields.text, self.declared, self.evidence)
        return unescape(text) if self.is_html and fields.text is fields.content else text


def is_empty(page: RawPage) -> bool:
    """Whether the platform plainly says that nothing waits."""
    return _code(page) == _EMPTY[page.kind] and page.status == 200


def page_error(page: RawPage) -> GatewayError | None:
    """The error of a page that is a plain code other than that nothing waits, or nothing at all; None for any other page."""
    code = _code(page)
    if is_empty(page) or (code is None and answers.bare(page.body)):
        return None
    if code in {None, *_EMPTY.values()}:
        return no_record_error(page)
    return answers.response_error(code, page.body)


def no_record_error(page: RawPage) -> InvalidAnswerError:
    """The error of a page in which no record was found."""
    return answers.unknown_answer(page.body, answered=f"HTTP {page.status}")


def _code(page: RawPage) -> str | None:
    """The code that a page consists of; of a page that broke off, three digits may be the beginning of a number."""
    return answers.code_of(page.body) if page.complete else None


def looks_like_record(raw: bytes) -> bool:
    """Whether something in it looks like the head of a record."""
    plain = raw.replace(b"\\/", b"/")
    return any(BETWEEN.match(b"\n" + text) or LIKELY_HEAD.search(text) for text in (plain, unquote_to_bytes(plain)))


def read_page(page: RawPage, *, evidence: Charset | None = None) -> Reading:
    """Read a page; never raises.

    What of it can't be read is in the result as it came, and so is the last record of a page that broke off: nobody knows how it
    went on. `evidence` is the charset that earlier content of the account was in.
    """
    if _code(page):
        return Reading()
    body, is_whole = _decompress(page)
    body = answers.bare(_strings(body))
    raw = [piece for piece in map(_without_separators, BETWEEN.split(body)) if piece]
    broken_off = [] if is_whole else [Unreadable(raw=piece, reason="the answer broke off") for piece in raw[-1:]]
    pieces = [_read_head(piece) for piece in raw[: len(raw) - len(broken_off)]]
    layout = _Layout.of([piece for piece in pieces if isinstance(piece, _Piece)])
    items = [
        item for piece in pieces for item in ([piece] if isinstance(piece, Unreadable) else _split(piece, page.kind, layout))
    ]
    fields = [item for item in items if isinstance(item, _Fields)]
    proven = {proven_charset(each.text) for each in fields} - {None}
    reader = _TextReader(declared_charset(page.content_type), evidence, is_html=body.startswith(b"<"))
    return Reading(
        records=tuple(_record(each, page.kind, reader) for each in fields),
        unreadable=(*(item for item in items if isinstance(item, Unreadable)), *broken_off),
        charset=proven.pop() if len(proven) == 1 else None,
    )


def _decompress(page: RawPage) -> tuple[bytes, bool]:
    """The bytes of a page, decompressed where they are compressed, and whether they are all of them.

    The header alone proves nothing, and a small page that unfolds to a huge one is none of the platform's.
    """
    named = (page.content_encoding or "").lower()
    if page.body[:2] != b"\x1f\x8b" and "deflate" not in named:
        return page.body, page.complete
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        inflater = zlib.decompressobj(window)
        with suppress(zlib.error):
            plain = inflater.decompress(page.body, MAX_DECOMPRESSED)
            if plain and not inflater.unconsumed_tail:
                return plain + inflater.unused_data, page.complete and inflater.eof
    return page.body, page.complete


def _strings(body: bytes) -> bytes:
    """The strings of a JSON array, one a line, where a body is one."""
    if body.lstrip()[:1] not in (b"[", b'"'):
        return body
    try:
        strings = json.loads(decode(body))
    except ValueError, RecursionError:
        return body
    strings = [strings] if isinstance(strings, str) else strings
    if not isinstance(strings, list) or not all(isinstance(string, str) for string in strings):
        return body
    return "\n".join(strings).encode(errors="replace")


def _without_separators(piece: bytes) -> bytes:
    """A piece of a page without the separators and spaces around it."""
    trailing = TRAILING.match(piece[::-1])
    end = len(piece) - (trailing.end() if trailing else 0)
    leading = LEADING.match(piece, 0, end)
    return piece[leading.end() if leading else 0 : end]


def _read_head(piece: bytes) -> _Piece | Unreadable:
    """A piece as a record whose content is not known yet."""
    match = RECORD.fullmatch(piece)
    if match is None or not _is_record(match):
        return Unreadable(raw=piece, reason="not a record")
    return _Piece(
        raw=piece,
        mobile=_mobile(match),
        time=decode(match["time"] or b""),
        link_id=known_link_id(decode(match["link_id"])),
        is_padded=_PADDED.search(piece, 0, match.start("rest")) is not None,
        rest=match["rest"],
    )


def _is_record(match: re.Match[bytes]) -> bool:
    """Whether a head is one: of a field that is no time, only together with a link id, or behind a long number."""
    mobile = _mobile(match)
    return MOBILE.fullmatch(mobile) is not None and (
        match["time"] is not None or SURE_LINK_ID.fullmatch(match["link_id"]) is not None or len(mobile) >= 11
    )


def _mobile(match: re.Match[bytes]) -> str:
    return canonical(decode(match["mobile"]).strip("[]\"' \t"))


def _split(piece: _Piece, kind: RecordKind, layout: _Layout) -> list[_Fields | Unreadable]:
    """The fields behind a head, and what is left over; neither where another head is among them."""
    content, sub_code, remainder = _split_report(piece.rest) if kind is RecordKind.REPORT else _split_reply(piece.rest, layout)
    head = LIKELY_HEAD.search(piece.rest)
    if head and head.start() < len(piece.rest) - len(remainder):
        return [Unreadable(raw=piece.raw, reason="another record in the text")]
    fields = _Fields(piece=piece, content=content.strip(b" \t") if piece.is_padded else content, sub_code=sub_code)
    left = _without_separators(remainder)
    return [fields, Unreadable(raw=left, reason="not a record")] if left else [fields]


def _split_report(rest: bytes) -> tuple[bytes, str | None, bytes]:
    """Status, sub-code and what follows: a status has one line."""
    if ended := _SUB_CODE.search(rest):
        return rest[: ended.start()], _sub_code(ended), rest[ended.end() :]
    status, _, sub_code = rest.rpartition(b"/") if b"/" in rest and b"\n" not in rest else (rest, b"", b"")
    return status, decode(sub_code).strip() or None, b""


def _split_reply(rest: bytes, layout: _Layout) -> tuple[bytes, str | None, bytes]:
    """Content, sub-code and what follows.

    A record ends in a line that ends in a sub-code: the first such line where slashes are encoded, and the last one where they may
    be part of the text.
    """
    ends = list(_SUB_CODE.finditer(rest))
    if not ends:
        odd = None if b"://" in rest else _ODD_SUB_CODE.search(rest)
        return (rest[: odd.start()], _sub_code(odd), b"") if odd else (rest, None, b"")
    is_encoded = layout.is_encoded or _is_encoded(rest[: ends[0].start()])
    end = ends[0] if is_encoded else ends[-1]
    if not is_encoded and not layout.has_sub_codes and end.end() == len(rest):
        return rest, None, b""
    return rest[: end.start()], _sub_code(end), rest[end.end() :]


def _sub_code(match: re.Match[bytes]) -> str | None:
    return match["sub_code"].decode("ascii") or None


def _is_encoded(content: bytes) -> bool:
    """Whether content is certainly urlencoded."""
    return _URLENCODED.fullmatch(content) is not None and b"%" in content


def _record(fields: _Fields, kind: RecordKind, reader: _TextReader) -> Record:
    piece, text = fields.piece, reader.read(fields)
    time = read_time(piece.time)
    if kind is RecordKind.REPLY:
        return Reply(mobile=piece.mobile, message=text, link_id=piece.link_id, sub_code=fields.sub_code, replied_at=time)
    return Report(mobile=piece.mobile, status=text.strip(), link_id=piece.link_id, sub_code=fields.sub_code, reported_at=time)


def known_link_id(link_id: str) -> str | None:
    """A link id, or None for the ways of writing none."""
    bare = link_id.strip()
    return None if _NO_LINK_ID.fullmatch(bare.encode(errors="replace")) else bare
