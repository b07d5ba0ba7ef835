"""Parses urlencoded parameters, and detects the charset of a submitted text."""

import re
from urllib.parse import quote_plus, unquote_to_bytes

from .vocabulary import Charset

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_DECLARED = re.compile(r"charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)


def parse_form(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the parameters in order. Values are percent-decoded once and stay bytes, because only the text has a charset."""
    pairs = (part.partition(b"=") for part in raw.split(b"&") if part)
    return [(_decode(name).decode("latin-1"), _decode(value)) for name, _, value in pairs]


def _decode(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def urlencode(text: str, charset: Charset) -> str:
    """Urlencode a text like the platform."""
    return quote_plus(text.encode(charset.outgoing), safe="")


def declared_charset(content_type: str) -> Charset | None:
    """Return the charset that a Content-Type names, if it is one of the platform's."""
    found = _DECLARED.search(content_type)
    match found and found[1].lower():
        case "utf-8" | "utf8":
            return Charset.UTF8
        case "gb2312" | "gbk" | "gb18030":
            return Charset.GB2312
    return None


def decode_message(raw: bytes, charset: Charset | None) -> tuple[str, Charset]:
    """Return the text and its charset, which is detected if it is unknown. Raises UnicodeDecodeError."""
    if charset:
        return raw.decode(charset.incoming), charset
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(Charset.GB2312.incoming), Charset.GB2312
    # A text of two-byte sequences may be GB2312 that is valid UTF-8 by chance: D0 BB D0 BB is 谢谢.
    if not text.isascii() and max(text) < "\u0800":
        try:
            chinese = raw.decode("gb2312")
        except UnicodeDecodeError:
            return text, Charset.UTF8
        if all(char.isascii() or is_chinese(char) for char in chinese):
            return chinese, Charset.GB2312
    return text, Charset.UTF8


def is_chinese(char: str) -> bool:
    """Whether a character is a Chinese one that GB2312 may have."""
    return "\u4e00" <= char <= "\u9fff"


def encoded_twice(raw: bytes) -> bool:
    """Whether decoded bytes are still urlencoded Chinese, which a text with a percent sign is not."""
    if not raw.isascii() or not _ESCAPE.search(raw.decode("ascii")):
        return False
    try:
        text, _ = decode_message(_decode(raw), None)
    except UnicodeDecodeError:
        return False
    return any(is_chinese(char) for char in text)
