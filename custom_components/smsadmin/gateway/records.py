r"""Reads pulled pages of replies and reports (sections 3.4 and 3.5).

A record is `mobile/time/linkid/content/sub-code`; a report has its status in the place of the content. Before version 2.0.0 content
was not urlencoded and may contain slashes and line breaks, so a record ends only where the head of another one begins, and a page
is split before it is decoded. Splitting works on bytes: no character of UTF-8 or GB18030 contains the byte of a slash or line break.
"""

from collections.abc import Iterator, Sequence
from html import unescape
import json
import re
from typing import Any, NamedTuple, Self
import unicodedata
from urllib.parse import unquote, unquote_to_bytes

from . import answers
from .charset import declared_charset, decode, proven_charset, undo_second_encoding, without_utf_16
from .compression import decompress
from .errors import GatewayError, InvalidAnswerError
from .models import DELIVERY_STATUSES, Charset, RawPage, Reading, Record, RecordKind, Reply, Report, Unreadable, UnreadableReason
from .numbers import canonical
from .record_patterns import (
    LINE_END,
    NO_LINK_ID,
    OTHER_SEPARATOR,
    between,
    certain_link_id,
    head,
    leading_separators,
    likely_head,
    record,
    trailing_separators,
)
from .times import read_time

PAGE_SIZE = 20
"""The most records that a page may have (3.4, 3.5)."""

MAX_DECOMPRESSED = 4 * 1024 * 1024
"""The most bytes that a page may have after decompression, four times `client.MAX_ANSWER`; a larger one stays compressed."""

_EMPTY = {RecordKind.REPLY: answers.NO_REPLIES, RecordKind.REPORT: answers.NO_REPORTS}
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9](?:[ .-]?[0-9]){9}(?![0-9])|(?:\+|(?<![0-9A-Za-z])00)[1-9][0-9]{6}|[0-9]{7}\s{0,4}/")
MOBILE = re.compile(r"\+?[0-9]{3,20}")
# "1. 13802102102"
_LIST_NUMBER = re.compile(r"\A[\[(]?[0-9]{1,4}(?:[.)\]、]{1,2} ?| )(?=(?:\+|00)?(?:86)?1[3-9][0-9]{9}\Z)")
_NO_LINK_ID = re.compile(rb"[01]?|-{1,3}|''|\"\"|" + NO_LINK_ID, re.IGNORECASE)
# The bytes of urlencoded content. Any other byte shows that the content was not urlencoded.
_URLENCODED = re.compile(rb"(?:[A-Za-z0-9_.~*!'()/+-]|%[0-9A-Fa-f]{2})*+")
# A slash in JSON, in HTML, and from a Chinese keyboard in UTF-8 and in GB2312.
_SLASHES = (b"\\/", b"&#47;", b"&#x2F;", b"&#x2f;", b"\xef\xbc\x8f", b"\xa3\xaf")
_JSONP = re.compile(rb"\A[\w.$]{1,64}\((.*)\);?\Z", re.DOTALL)
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)
# A time of day, or eight and more hexadecimal digits with hyphens: with a decimal one among them, a date or the id of a request.
_VOLATILE = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?|(?<![0-9A-Za-z])[0-9A-Fa-f-]{8,}+")
_DIGIT = re.compile("[0-9]")
_PADDED = re.compile(rb"[ \t]/")
# Brackets and quotes around a record; those of Chinese are the same in both charsets.
_BRACKETS = [
    (pair[0].encode(encoding), pair[1].encode(encoding))
    for encoding in ("utf-8", "gb2312")
    for pair in ("()", "[]", "{}", "<>", '""', "''", "（）", "【】", "《》", "「」", "“”", "‘’")
]
# A sub-code at the end of a line, where a record may end; some software writes that there is none.
_SUB_CODE = re.compile(
    rb"/[ \t]{0,8}(?:(?P<sub_code>[0-9]{0,20})|null|\(null\)|undefined|(?-i:None))(?:[ \t]|"
    + OTHER_SEPARATOR
    + rb"){0,8}(?:"
    + LINE_END
    + rb"|(?:(?:/r)?/n)?\Z)",
    re.IGNORECASE,
)
# Urlencoded content has no slash, so what follows its sub-code is another field or a sign. Another number may be part of a text whose
# slashes were not encoded.
_ENDS_IN_OTHER_FIELD = re.compile(
    rb"(?P<content>[^/\r\n]*+)/[ \t]{0,8}(?P<sub_code>[0-9]{0,20})(?:(?:/(?![0-9]++(?:/|\s*\Z))[^/%\r\n]*+)++|[^0-9A-Za-z/%\r\n]{1,8})\s*"
)
_KNOWN_STATUS = re.compile(
    rb"[ \t+]{0,8}(?P<status>%s)[ \t+]{0,8}/[ \t]{0,8}(?P<sub_code>(?:[a-z]{0,2}[0-9]{1,20})?).*?(?:%s|\Z)"
    % ("|".join(DELIVERY_STATUSES).replace(":", "(?::|%3A)").encode(), LINE_END),
    re.IGNORECASE,
)
# A slash behind urlencoded or empty content is no part of it.
_HAS_SUB_CODE = re.compile(rb"(?:(?=[^/]*+%)[A-Za-z0-9_.~*!'()+%-]++)?/[0-9]{0,20}")
_SEPARATORS_AT_END = re.compile(rb"(?:" + OTHER_SEPARATOR + rb"|[ \t]|(?:/r)?/n){1,8}\Z", re.IGNORECASE)
_ODD_SUB_CODE = re.compile(rb"/[ \t]{0,8}(?P<sub_code>[A-Za-z]{1,2}[0-9]{1,8})\Z")


class _Piece(NamedTuple):
    """A piece of a page that begins with a head. `rest` follows the head; `is_padded`: there are blanks around the slashes."""

    raw: bytes
    mobile: str
    time: str
    link_id: str | None
    is_padded: bool
    rest: bytes


class _Fields(NamedTuple):
    """The fields of a record, with the content still encoded."""

    piece: _Piece
    content: bytes
    sub_code: str | None

    @property
    def text(self) -> bytes:
        """The content, urldecoded where it was urlencoded."""
        is_encoded = _URLENCODED.fullmatch(self.content)
        return undo_second_encoding(unquote_to_bytes(self.content.replace(b"+", b" "))) if is_encoded else self.content


class _Layout(NamedTuple):
    """How the records of a page are written, derived from all of them.

    `is_encoded`: all content is urlencoded and has no slash or line break. `has_sub_codes`: records end in a sub-code.
    """

    is_encoded: bool
    has_sub_codes: bool

    @classmethod
    def of(cls, pieces: Sequence[_Piece]) -> Self:
        """Derive the layout. A record with one field too few shows that none has a sub-code, unless another clearly has one.

        The field of a record with an odd link id may be missing because its head is damaged.
        """
        pieces = [piece for piece in pieces if piece.link_id is None or piece.link_id.isdigit()] or pieces
        lines = [piece.rest.partition(b"\n")[0].rstrip() for piece in pieces]
        return cls(
            is_encoded=any(map(_is_encoded, lines)) and all(map(_URLENCODED.fullmatch, lines)),
            has_sub_codes=all(b"/" in piece.rest for piece in pieces) or any(map(_HAS_SUB_CODE.fullmatch, lines)),
        )


class _TextReader(NamedTuple):
    """Decodes the content of the records of a page."""

    declared: Charset | None
    evidence: Charset | None
    is_html: bool

    def read(self, fields: _Fields) -> str:
        """Return the text of a record. In an HTML page, content that is not urlencoded is escaped as HTML."""
        text = decode(fields.text, self.declared, self.evidence)
        return unescape(text) if self.is_html and fields.text is fields.content else text


def is_empty(page: RawPage) -> bool:
    """Whether the page is the code for "no replies" or "no reports" (3.8: 150, 160)."""
    return _code(page) == _EMPTY[page.kind] and page.status == 200


def page_error(page: RawPage) -> GatewayError | None:
    """Return the error for a page that is another code (3.8), or empty; None for any other page."""
    code = _code(page)
    if is_empty(page) or (code is None and answers.bare(page.body)):
        return None
    if code in {None, *_EMPTY.values()}:
        return no_record_error(page)
    return answers.error_for_answer(code, page.body)


def no_record_error(page: RawPage) -> InvalidAnswerError:
    """Return the error for a page in which no record was found."""
    return answers.unknown_answer(page.body, answered=f"HTTP {page.status}")


def _code(page: RawPage) -> str | None:
    """Return the code if a page is one. Three digits of a page that broke off may be the beginning of a number."""
    return answers.code_of(page.body) if page.complete else None


def looks_like_record(raw: bytes) -> bool:
    """Whether the bytes contain something that looks like the head of a record (3.4, 3.5)."""
    texts = raw, unquote_to_bytes(raw.replace(b"\\/", b"/")), _plain(raw)
    return any(between().match(b"\n" + text) or likely_head().search(text) for text in texts)


def is_without_records(page: RawPage) -> bool:
    """Whether a page is text that holds no record in any form, because it contains no number of a phone."""
    body, _ = decompress(page.body, page.content_encoding, limit=MAX_DECOMPRESSED)
    text = decode(body)
    return "\ufffd" not in text and not _PHONE.search(_readable(text)) and not looks_like_record(body)


def html_outline(page: RawPage) -> str | None:
    """Return an HTML page without times and the ids of requests, with the numbers of phones in front; None for any other page."""
    body, _ = decompress(page.body, page.content_encoding, limit=MAX_DECOMPRESSED)
    text = _readable(decode(body))
    if not _HTML.match(text):
        return None
    # A look ahead for the digit within `_VOLATILE` would read a long line of hyphens again at each of them.
    stable = _VOLATILE.sub(lambda found: "" if _DIGIT.search(found[0]) else found[0], text)
    return " ".join([*_PHONE.findall(text), stable])


def _readable(text: str) -> str:
    """Return a text without escapes and full-width digits."""
    return unicodedata.normalize("NFKC", unescape(unquote(text)))


def read_page(page: RawPage, *, evidence: Charset | None = None) -> Reading:
    """Read a page (3.4, 3.5). Never raises.

    Records that can't be read are in `unreadable`, and so is the last record of a page that broke off, because its end is unknown.
    `evidence` is the charset of earlier content of the account.
    """
    if _code(page) or not answers.bare(page.body):
        return Reading()
    body, is_complete = decompress(page.body, page.content_encoding, limit=MAX_DECOMPRESSED)
    body = _plain(body)
    raw = _unwrap_page([piece for piece in map(_strip_separators, between().split(body)) if piece])
    broken_off = (
        [] if page.complete and is_complete else [Unreadable(raw=piece, reason=UnreadableReason.BROKE_OFF) for piece in raw[-1:]]
    )
    items = _split_fields(raw[: len(raw) - len(broken_off)], page.kind)
    fields = [item for item in items if isinstance(item, _Fields)]
    proven = {proven_charset(each.text) for each in fields} - {None}
    reader = _TextReader(declared_charset(page.content_type), evidence, is_html=body.startswith(b"<"))
    return Reading(
        records=tuple(_record(each, page.kind, reader) for each in fields),
        unreadable=(*(item for item in items if isinstance(item, Unreadable)), *broken_off),
        charset=proven.pop() if len(proven) == 1 else None,
    )


def _plain(body: bytes) -> bytes:
    """Return a page as the specification writes it: JSON, UTF-16, and slashes in another notation or urlencoded are undone."""
    body = answers.bare(_join_json_strings(without_utf_16(body)))
    others = [body.replace(slash, b"/") for slash in _SLASHES if slash in body]
    if b"/" not in body:
        others.append(unquote_to_bytes(body.replace(b"+", b" ")))
    return next((form for form in (body, *others) if _has_head(form)), body)


def _has_head(body: bytes) -> bool:
    return head().search(body) is not None or likely_head().search(body) is not None


def _join_json_strings(body: bytes) -> bytes:
    """Join the strings of a JSON document that look like records with line breaks; return any other body unchanged."""
    called = _JSONP.match(body.strip())
    text = (called[1] if called else body).strip()
    if text[:1] not in (b"[", b"{", b'"'):
        return body
    try:
        document = json.loads(decode(text))
    except ValueError, RecursionError:
        return body
    strings = [string.encode(errors="replace") for string in _strings(document)]
    return b"\n".join(string for string in strings if _has_head(string)) or body


def _strings(document: Any) -> Iterator[str]:
    """Yield the strings of a JSON document, in order."""
    stack = [document]
    while stack:
        match stack.pop():
            case str() as string:
                yield string
            case list() as items:
                stack += reversed(items)
            case dict() as members:
                stack += reversed(members.values())


def _strip_separators(piece: bytes) -> bytes:
    """Strip the separators and blanks around a piece of a page."""
    trailing = trailing_separators().match(piece[::-1])
    end = len(piece) - (trailing.end() if trailing else 0)
    leading = leading_separators().match(piece, 0, end)
    return piece[leading.end() if leading else 0 : end]


def _brackets(first: bytes, last: bytes) -> tuple[bytes, bytes]:
    """Return the brackets that open in front of a record, but not around its number alone, and close at the end of the same or another."""
    number = first.partition(b"/")[0]
    for opening, closing in _BRACKETS:
        if first.startswith(opening) and last.endswith(closing) and sum(map(number.count, {opening, closing})) % 2:
            return opening, closing
    return b"", b""


def _unwrap_page(pieces: list[bytes]) -> list[bytes]:
    """Remove the brackets around all records of a page."""
    opening, closing = _brackets(pieces[0], pieces[-1]) if pieces else (b"", b"")
    if not opening or pieces[0].endswith(closing):
        return pieces
    return [pieces[0].removeprefix(opening), *pieces[1:-1], pieces[-1].removesuffix(closing)]


def _unwrap(piece: bytes) -> bytes:
    """Remove the brackets around a record."""
    for _ in range(2):
        opening, closing = _brackets(piece, piece)
        piece = piece.removeprefix(opening).removesuffix(closing)
    return piece


def _split_fields(raw: Sequence[bytes], kind: RecordKind) -> list[_Fields | Unreadable]:
    """Split the pieces of a page into fields, in the layout of the whole page."""
    pieces = [_read_head(piece) for piece in raw]
    layout = _Layout.of([piece for piece in pieces if isinstance(piece, _Piece)])
    items: list[_Fields | Unreadable] = []
    for piece in pieces:
        items += [piece] if isinstance(piece, Unreadable) else _split(piece, kind, layout)
    return items


def _read_head(piece: bytes) -> _Piece | Unreadable:
    """Read the head of a record."""
    match = record().fullmatch(_unwrap(piece))
    if match is None or not _is_record(match):
        return Unreadable(raw=piece, reason=UnreadableReason.NOT_A_RECORD)
    return _Piece(
        raw=piece,
        mobile=_mobile(match),
        time=decode(match["time"] or b""),
        link_id=known_link_id(decode(match["link_id"])),
        is_padded=_PADDED.search(match.string, 0, match.start("rest")) is not None,
        rest=match["rest"],
    )


def _is_record(match: re.Match[bytes]) -> bool:
    """Whether a match is a record: one without a time needs a long number or a link id that no text contains, and no label."""
    mobile = _mobile(match)
    is_certain = certain_link_id().fullmatch(match["link_id"]) is not None or len(mobile) >= 11
    return MOBILE.fullmatch(mobile) is not None and (match["time"] is not None or (is_certain and match["label"] is None))


def _mobile(match: re.Match[bytes]) -> str:
    return canonical(_LIST_NUMBER.sub("", decode(match["mobile"]).strip()).strip("[]\"' \t-•"))


def _split(piece: _Piece, kind: RecordKind, layout: _Layout) -> list[_Fields | Unreadable]:
    """Split what follows a head into fields and an unreadable remainder; all is unreadable where it contains another head."""
    content, sub_code, remainder = _split_report(piece.rest) if kind is RecordKind.REPORT else _split_reply(piece.rest, layout)
    other = likely_head().search(piece.rest)
    if other and other.start() < len(piece.rest) - len(remainder):
        return [Unreadable(raw=piece.raw, reason=UnreadableReason.ANOTHER_RECORD)]
    fields = _Fields(piece=piece, content=content.strip(b" \t") if piece.is_padded else content, sub_code=sub_code)
    remainder = _strip_separators(remainder)
    return [fields, Unreadable(raw=remainder, reason=UnreadableReason.NOT_A_RECORD)] if remainder else [fields]


def _split_report(rest: bytes) -> tuple[bytes, str | None, bytes]:
    """Split a report into status, sub-code and remainder; a status has one line."""
    if known := _KNOWN_STATUS.match(rest):
        return known["status"], _sub_code(known), rest[known.end() :]
    if ended := _SUB_CODE.search(rest):
        return rest[: ended.start()], _sub_code(ended), rest[ended.end() :]
    rest = _SEPARATORS_AT_END.sub(b"", rest)
    status, _, sub_code = rest.rpartition(b"/") if b"/" in rest and b"\n" not in rest else (rest, b"", b"")
    return status, decode(sub_code).strip() or None, b""


def _split_reply(rest: bytes, layout: _Layout) -> tuple[bytes, str | None, bytes]:
    """Split a reply into content, sub-code and remainder.

    A record ends in a line with a sub-code: the first such line where slashes are encoded, the last one where a text may contain
    slashes.
    """
    other = _ENDS_IN_OTHER_FIELD.fullmatch(rest)
    if other and (layout.is_encoded or _is_encoded(other["content"])):
        return other["content"], _sub_code(other), b""
    ends = list(_SUB_CODE.finditer(rest))
    if not ends:
        odd = None if b"://" in rest else _ODD_SUB_CODE.search(rest)
        bare = _SEPARATORS_AT_END.sub(b"", rest)
        return (rest[: odd.start()], _sub_code(odd), b"") if odd else (bare if _is_encoded(bare) else rest, None, b"")
    is_encoded = layout.is_encoded or _is_encoded(rest[: ends[0].start()])
    end = ends[0] if is_encoded else ends[-1]
    if not is_encoded and not layout.has_sub_codes and end.end() == len(rest):
        return rest, None, b""
    return rest[: end.start()], _sub_code(end), rest[end.end() :]


def _sub_code(match: re.Match[bytes]) -> str | None:
    return (match["sub_code"] or b"").decode("ascii") or None


def _is_encoded(content: bytes) -> bool:
    """Whether content is urlencoded and not merely ASCII."""
    return _URLENCODED.fullmatch(content) is not None and b"%" in content


def _record(fields: _Fields, kind: RecordKind, reader: _TextReader) -> Record:
    piece, text = fields.piece, reader.read(fields)
    time = read_time(piece.time)
    if kind is RecordKind.REPLY:
        return Reply(mobile=piece.mobile, message=text, link_id=piece.link_id, sub_code=fields.sub_code, replied_at=time)
    return Report(mobile=piece.mobile, status=text.strip(), link_id=piece.link_id, sub_code=fields.sub_code, reported_at=time)


def known_link_id(link_id: str) -> str | None:
    """Return a link id, or None for the spellings of "no link id": empty, 0, 1, null and the like."""
    bare = link_id.strip()
    return None if _NO_LINK_ID.fullmatch(bare.encode(errors="replace")) else bare
