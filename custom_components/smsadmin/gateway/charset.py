"""Decodes bytes whose charset is uncertain, and encodes text in the account's charset.

The platform accepts UTF-8 and GB2312 and does not say which of them it sends. Its Content-Type header is often wrong, because web
servers add a charset of their own. The bytes themselves nearly always show the charset.
"""

import codecs
from contextlib import suppress
import re
from urllib.parse import unquote_to_bytes

from .models import Charset

# GB18030 contains GBK, which contains GB2312, and software declares any one of them for all three.
_DECLARED = {
    "utf-8": Charset.UTF_8,
    "utf8": Charset.UTF_8,
    **dict.fromkeys(
        ("gb2312", "gbk", "gb18030", "gb_2312-80", "gb_2312", "x-gbk", "cp936", "ms936", "windows-936", "euc-cn"), Charset.GB2312
    ),
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# The UTF-8 bytes of °, £, ±, × and ÷ are 掳, 拢, 卤, 脳 and 梅 in GBK, which are never written beside a number.
_QUANTITY = re.compile(r"(?<=[0-9]) ?°|[£±](?=\s?[0-9])|(?<=[0-9])\s?[×÷](?=\s?[0-9])")
_WORD = re.compile(r"[^\W\d_]+")
# No word of a European language begins with one of these letters; 没, 么, 每, 毛 and 忙 have the same bytes in GB2312.
_NEVER_INITIAL = frozenset("ûôÿëæ")
# No encoder escapes letters and digits, so 5%55 was typed by the sender.
_ENCODED_TWICE = re.compile(rb"(?:[A-Za-z0-9_.~*!'()+-]|%(?!3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])[0-9A-Fa-f]{2})*+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def declared_charset(content_type: str | None) -> Charset | None:
    """Return the charset that a Content-Type header names, if it is one of the specification's.

    Others are ignored: web servers add ISO-8859-1 by default, which decodes any bytes.
    """
    found = _CHARSET.search(content_type or "")
    return _DECLARED.get(found[1].lower()) if found else None


def decode(raw: bytes, declared: Charset | None = None, evidence: Charset | None = None) -> str:
    """Decode bytes from the platform. Bytes that are invalid in both charsets become U+FFFD.

    `evidence` is the charset of earlier content of the account. It and the declared charset matter only where the bytes are valid
    in both charsets.
    """
    if raw.isascii():
        return raw.decode("ascii")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_chinese(raw)
    return _gb2312_read_as_utf_8(raw, text, declared, evidence) or text


def without_utf_16(raw: bytes) -> bytes:
    """Return in UTF-8 what a byte order mark shows to be UTF-16; other bytes unchanged."""
    is_utf_16 = raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return raw.decode("utf-16", "replace").encode(errors="replace") if is_utf_16 else raw


def proven_charset(raw: bytes) -> Charset | None:
    """Return the charset of content that is valid in one charset alone, otherwise None."""
    if raw.isascii():
        return None
    with suppress(UnicodeDecodeError):
        text = raw.decode("utf-8")
        return Charset.UTF_8 if decode(raw, evidence=Charset.GB2312) == text == decode(raw) else None
    with suppress(UnicodeDecodeError):
        raw.decode("gb18030")
        return Charset.GB2312
    return None


def _decode_chinese(raw: bytes) -> str:
    """Decode as GB18030. Where both charsets fail, a text was cut within a character; the charset with fewer errors wins."""
    chinese = raw.decode("gb18030", "replace")
    if "\ufffd" not in chinese:
        return chinese
    text = raw.decode("utf-8", "replace")
    return text if text.count("\ufffd") < chinese.count("\ufffd") else chinese


def _gb2312_read_as_utf_8(raw: bytes, text: str, declared: Charset | None, evidence: Charset | None) -> str | None:
    """Return the Chinese reading of a GB2312 text that is valid UTF-8 by chance: 谢 has the bytes of the Cyrillic л."""
    words = _QUANTITY.sub("", text)
    expected = evidence or declared
    has_three_bytes = max(text) > "\u07ff"
    if words.isascii() or (expected is not Charset.GB2312 and (has_three_bytes or declared is Charset.UTF_8)):
        return None
    chinese = _decode_if_chinese(raw, "gbk" if evidence is Charset.GB2312 else "gb2312")
    if chinese is None:
        return None
    if has_three_bytes:
        # Read in the wrong charset, common Chinese characters become rare ones.
        return chinese if _count_rare(chinese) < _count_rare(text) else None
    # Without a declaration, Chinese wins over two-byte letters, even where earlier content was in UTF-8: 谢谢 is likelier than лл.
    has_signs = any("\x7f" < character <= "\xff" and not character.isalpha() for character in words)
    is_plain = expected is Charset.GB2312 or not has_signs
    return chinese if evidence is Charset.GB2312 or (is_plain and not _is_european(words)) else None


def _decode_if_chinese(raw: bytes, codec: str) -> str | None:
    """Decode with a Chinese codec; None unless every character is ASCII or Chinese."""
    try:
        chinese = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return chinese if all(map(_is_chinese, chinese)) else None


def _is_chinese(character: str) -> bool:
    return character.isascii() or "\u4e00" <= character <= "\u9fff"


def _count_rare(text: str) -> int:
    """Count the characters outside ASCII, Chinese punctuation and the 3,755 most frequent Chinese characters."""
    return sum(not b"" < character.encode("gb2312", "ignore") < b"\xd8" for character in text)


def _is_european(text: str) -> bool:
    """Whether every non-ASCII letter is part of a word of Latin letters, as in café: a Chinese reading of that makes no sense."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return _WORD.sub("", text).isascii() and all(map(_is_latin_word, words))


def _is_latin_word(word: str) -> bool:
    return (
        any(map(str.isascii, word))
        and word[0] not in _NEVER_INITIAL
        and (word[1:].islower() or word.isupper())
        and all(character <= "\u017f" for character in word)
    )


def undo_second_encoding(content: bytes) -> bytes:
    """Decode once more what was urlencoded twice: only content that an encoder can have written and that decodes to text."""
    # 100%25 alone may as well have been typed by the sender.
    if b"%" not in content.replace(b"%25", b"") or not _ENCODED_TWICE.fullmatch(content):
        return content
    plain = unquote_to_bytes(content.replace(b"+", b" "))
    text = decode(plain)
    return content if "\ufffd" in text or _CONTROL.search(text) else plain


def encode(text: str, charset: Charset) -> bytes:
    """Encode a text to submit (3.1, msg). Characters that the charset lacks become question marks.

    Chinese software that says GB2312 means GBK, which has the dash (A1AA) and the middle dot (A1A4) that phones write.
    """
    return text.encode("gbk" if charset is Charset.GB2312 else "utf-8", "replace")
