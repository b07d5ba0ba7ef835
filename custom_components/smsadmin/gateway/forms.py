"""Reads the parameters of a push from a query string, a form, multipart/form-data, JSON or XML (sections 3.6 and 3.7).

The content shows which of them it is, because the Content-Type header is often missing or wrong. Values stay bytes until their
charset is known.
"""

import binascii
from collections.abc import Iterator
from html import unescape
import json
import quopri
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from .charset import decode, undo_second_encoding

type Value = bytes | str
type Parameters = list[tuple[str, Value]]
"""Pairs of a name in lower case and a value, in the order of the request."""

NAMES = ("class", "smsname", "mobile", "message", "linkid", "report")

_PADDING = rb"(?:[ \t+]|%20){0,8}"
_NAME = _PADDING + rb"(?P<name>" + "|".join(NAMES).encode() + rb")" + _PADDING + rb"="
_FIRST = re.compile(rb"(?:[\s?&;]|\xef\xbb\xbf|%EF%BB%BF)*+" + _NAME, re.IGNORECASE)
# A text may contain these characters, so they separate parameters only in front of a known name.
_AMPERSAND = rb"&(?:(?:amp|#38|#x26);)?"
_NEXT = re.compile(rb"(?:" + _AMPERSAND + rb"|[;?\r\n])[\r\n]?" + _NAME, re.IGNORECASE)
# Parameters that are not in the specification, after the last one that is.
_SEPARATOR = re.compile(_AMPERSAND + rb"|;", re.IGNORECASE)
_UNKNOWN = re.compile(
    rb"(?:(?:" + _AMPERSAND + rb"|[;?])++(?:[A-Za-z_][A-Za-z0-9_]{1,31}=[A-Za-z0-9_.~*!'():+%-]*+|=[a-z]?(?=[&;])|\Z))++\Z",
    re.IGNORECASE,
)
_END = re.compile(rb"[&?\r\n]|;(?=[A-Za-z_]|\Z)")
_RAW = re.compile(rb"[\x80-\xff]|[\s\"<>=&]")
_RAW_ASCII = re.compile(rb"[\s\"<>=&]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# What JavaScript's escape() writes: %u8C22 is a unit of UTF-16, %E9 a character of Latin-1.
_UTF_16_UNIT = re.compile(rb"%u[0-9A-F]{4}", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?:u([0-9A-F]{4})|([0-9A-F]{2}))", re.IGNORECASE)
_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;,]{1,200}))", re.IGNORECASE)
_PART_NAME = re.compile(
    rb"^content-disposition[ \t]*:[^\r\n]{0,500}?[; \t]name[ \t]*=[ \t]*(?:\"([^\"\r\n]{0,64})\"|([^\s;\"]{1,64}))",
    re.IGNORECASE | re.MULTILINE,
)
_PART_ENCODING = re.compile(rb"^content-transfer-encoding[ \t]*:[ \t]*(base64|quoted-printable)", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ELEMENT = re.compile(rf"<(?:[\w.-]{{1,64}}+:)?({'|'.join(NAMES)})(?:\s[^<>]{{0,200}})?>([^<]*+)</", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_BLANKS = re.compile(r"\s*+")
# A float would drop digits of a link id, and int() refuses very long numbers.
_JSON = json.JSONDecoder(parse_int=str, parse_float=str)
_BOM = b"\xef\xbb\xbf"


def read_form(raw: bytes) -> Parameters:
    """Read the parameters of a query string or form. Values may be unencoded: a text may contain `&`, `;` and `=`."""
    first = _FIRST.match(raw)
    found = [*([first] if first else []), *_NEXT.finditer(raw, first.end() if first else 0)]
    if not found:
        return read_form(plain) if b"=" not in raw and b"=" in (plain := unquote_to_bytes(raw)) else []
    ends = [*(match.start() for match in found[1:]), len(raw)]
    return [_parameter(match, raw[match.end() : end], is_last=end == len(raw)) for match, end in zip(found, ends, strict=True)]


def _parameter(match: re.Match[bytes], value: bytes, *, is_last: bool) -> tuple[str, Value]:
    name = match["name"].decode("ascii").lower()
    if name != "message":
        end = _END.search(value)
        value = value[: end.start()] if end else value
    else:
        value = _without_unknown(value, is_last=is_last)
    return name, _unquote(value.rstrip(b"&"))


def _without_unknown(value: bytes, *, is_last: bool) -> bytes:
    """Cut off unknown parameters after a text. A text with blanks was not urlencoded, so an `&` in it is part of the text."""
    separator = _SEPARATOR.search(value)
    if separator is None or _RAW_ASCII.search(value, 0, separator.start()):
        return value
    is_encoded = b"%" in value[: separator.start()]
    if not is_encoded and not (is_last and separator[0] != b";"):
        return value
    return value[: separator.start()] if _UNKNOWN.fullmatch(value, separator.start()) else value


def _unquote(value: bytes) -> Value:
    """Decode a urlencoded value. One with raw bytes was urlencoded in part or, if it has an invalid escape, not at all."""
    if _UTF_16_UNIT.search(value):
        text = _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), decode(value))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if not _RAW.search(value):
        return undo_second_encoding(unquote_to_bytes(value.replace(b"+", b" ")))
    if b"%" not in value or _BROKEN_ESCAPE.search(value):
        return value
    return unquote_to_bytes(value if _RAW_ASCII.search(value) else value.replace(b"+", b" "))


def read_body(raw: bytes, content_type: str | None) -> list[Parameters]:
    """Read the parameters of a body: one set, or one for each object of a JSON document."""
    raw = raw.strip().removeprefix(_BOM).lstrip()
    if boundary := _boundary(raw, content_type):
        return [list(_read_parts(raw, boundary))]
    form = read_form(raw)
    is_document = raw.startswith((b"{", b"[", b'"'))
    if is_document or not form:
        if objects := list(_read_json(raw if is_document else _only_value(raw))):
            return objects
        form = form or _read_xml(raw)
    return [form] if form else []


def _only_value(raw: bytes) -> bytes:
    """Return the JSON document that is the only value of a form; empty if there is none."""
    plain = raw if b"{" in raw else unquote_to_bytes(raw.replace(b"+", b" "))
    return plain[plain.find(b"{") : plain.rfind(b"}") + 1]


def _boundary(raw: bytes, content_type: str | None) -> bytes | None:
    """Return the boundary of a multipart body, from the Content-Type header or the first line; None for other bodies."""
    if b"content-disposition" not in raw[:4096].lower():
        return None
    declared = _BOUNDARY.search(content_type or "")
    named = b"--" + (declared[1] or declared[2]).encode(errors="replace") if declared else b""
    first = raw.partition(b"\n")[0].rstrip()
    return named if named and named in raw else first if first.startswith(b"--") and len(first) > 2 else None


def _read_parts(raw: bytes, boundary: bytes) -> Iterator[tuple[str, Value]]:
    """Yield the parts of a multipart body, files as well as fields."""
    for part in raw.split(boundary)[1:]:
        blank = _BLANK_LINE.search(part)
        name = _PART_NAME.search(part, 0, blank.start()) if blank else None
        if blank is None or name is None:
            continue
        encoding = _PART_ENCODING.search(part, 0, blank.start())
        content = part[blank.end() :].removesuffix(b"\n").removesuffix(b"\r")
        value = _transfer_decode(content, encoding[1].lower() if encoding else b"")
        yield decode(name[1] or name[2] or b"").strip().lower(), undo_second_encoding(value)


def _transfer_decode(content: bytes, encoding: bytes) -> bytes:
    if encoding == b"quoted-printable":
        return quopri.decodestring(content)
    try:
        return binascii.a2b_base64(content) if encoding else content
    except binascii.Error:
        return content


def _read_json(raw: bytes) -> Iterator[Parameters]:
    """Yield the parameters of each JSON object that has a number, including those of the objects that contain it."""
    stack: list[tuple[Any, dict[str, str]]] = [(_parse_json(raw), {})]
    while stack:
        node, inherited = stack.pop()
        children = node if isinstance(node, list) else []
        if isinstance(node, dict):
            own = {_key(name): _scalar(value) for name, value in node.items() if _key(name) in NAMES and value is not None}
            inherited, children = inherited | own, list(node.values())
            if "mobile" in own:
                yield list(inherited.items())
        stack += [(child, inherited) for child in reversed(children)]


def _parse_json(raw: bytes) -> list[Any]:
    """Parse JSON documents that follow each other; no document for anything else."""
    text = decode(raw)
    documents: list[Any] = []
    start = 0
    try:
        while start < len(text):
            document, end = _JSON.raw_decode(text, start)
            documents.append(_JSON.decode(document) if isinstance(document, str) else document)
            start = _BLANKS.match(text, end).end()  # type: ignore[union-attr]
    except ValueError, RecursionError:
        return []
    return documents


def _key(name: str) -> str:
    return name.strip().lower()


def _scalar(value: Any) -> str:
    """Convert a JSON value to text. A list of numbers is joined with semicolons, as in a form."""
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return decode(undo_second_encoding(text.encode())) if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _read_xml(raw: bytes) -> Parameters:
    """Read the elements of an XML document that have the name of a parameter."""
    text = _CDATA.sub("", decode(raw)) if raw.startswith(b"<") else ""
    return [(name.lower(), unescape(value)) for name, value in _ELEMENT.findall(text)]
