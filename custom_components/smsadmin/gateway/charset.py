"""Bytes of an undeclared charset to text, and text to the account's charset.

The platform takes UTF-8 and GB2312 and does not say which of them it sends. What it declares is often wrong, because web servers
declare a charset unasked; the bytes themselves nearly always say what they are.
"""

from contextlib import suppress
import re
from urllib.parse import unquote_to_bytes

from .models import Charset

# GB18030 contains GBK, which contains GB2312: senders that declare one of them mean any of them.
_DECLARED = {
    "utf-8": Charset.UTF_8,
    "utf8": Charset.UTF_8,
    **dict.fromkeys(
        ("gb2312", "gbk", "gb18030", "gb_2312-80", "gb_2312", "x-gbk", "cp936", "ms936", "windows-936", "euc-cn"), Charset.GB2312
    ),
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# Signs of two bytes in UTF-8 that are 掳, 拢, 卤, 脳 and 梅 in GBK, which never stand there beside a number.
_QUANTITY = re.compile(r"(?<=[0-9]) ?°|[£±](?=\s?[0-9])|(?<=[0-9])\s?[×÷](?=\s?[0-9])")
_WORD = re.compile(r"[^\W\d_]+")
# A word of European languages never begins with these, but 没, 么, 每, 毛 and 忙 in GB2312 have their bytes.
_NEVER_INITIAL = frozenset("ûôÿëæ")
# No encoder writes letters and digits as escapes, so that 5%55 is what somebody typed.
_ENCODED_TWICE = re.compile(rb"(?:[A-Za-z0-9_.~*!'()+-]|%(?!3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])[0-9A-Fa-f]{2})*+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def declared_charset(content_type: str | None) -> Charset | None:
    """The charset that a Content-Type header names, where it is one of the specification's.

    Others, ISO-8859-1 above all, are what web servers declare unasked, and would decode anything.
    """
    found = _CHARSET.search(content_type or "")
    return _DECLARED.get(found[1].lower()) if found else None


def decode(raw: bytes, declared: Charset | None = None, evidence: Charset | None = None) -> str:
    """Decode what came in; what no charset can read becomes U+FFFD.

    `evidence` is the charset that earlier content of the account was in. It and the declared one decide only where the bytes can
    be read in both charsets.
    """
    if raw.isascii():
        # What all of them have in common, and most of what comes.
        return raw.decode("ascii")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_chinese(raw)
    return _disguised(raw, text, declared, evidence) or text


def proven_charset(raw: bytes) -> Charset | None:
    """The charset that content is in, where it can be in no other."""
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
    """GB18030, unless both charsets lack something and UTF-8 reads more: a text that was cut within a character."""
    chinese = raw.decode("gb18030", "replace")
    if "\ufffd" not in chinese:
        return chinese
    text = raw.decode("utf-8", "replace")
    return text if text.count("\ufffd") < chinese.count("\ufffd") else chinese


def _disguised(raw: bytes, text: str, declared: Charset | None, evidence: Charset | None) -> str | None:
    """A Chinese text that is valid UTF-8 by chance; None where UTF-8 is the better reading."""
    words = _QUANTITY.sub("", text)
    expected = evidence or declared
    has_three_bytes = max(text) > "\u07ff"
    if words.isascii() or (expected is not Charset.GB2312 and (has_three_bytes or declared is Charset.UTF_8)):
        return None
    chinese = _as_chinese(raw, "gbk" if evidence is Charset.GB2312 else "gb2312")
    if chinese is None:
        return None
    if has_three_bytes:
        # Chinese in UTF-8 reads as rare Chinese in GB2312, and the other way round.
        return chinese if _rare(chinese) < _rare(text) else None
    # Without a declaration, Chinese wins over two-byte letters, even where earlier content was in UTF-8: 谢谢 is likelier than лл.
    has_signs = any("\x7f" < character <= "\xff" and not character.isalpha() for character in words)
    is_plain = expected is Charset.GB2312 or not has_signs
    return chinese if evidence is Charset.GB2312 or (is_plain and not _is_european(words)) else None


def _as_chinese(raw: bytes, codec: str) -> str | None:
    """The reading in a Chinese charset, if all of it is Chinese."""
    try:
        chinese = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    return chinese if all(map(_is_chinese, chinese)) else None


def _is_chinese(character: str) -> bool:
    return character.isascii() or "\u4e00" <= character <= "\u9fff"


def _rare(text: str) -> int:
    """How many characters are neither ASCII nor among the 3,755 most frequent of Chinese and its punctuation."""
    return sum(not b"" < character.encode("gb2312", "ignore") < b"\xd8" for character in text)


def _is_european(text: str) -> bool:
    """Whether each foreign letter stands in a word of Latin letters, as in café: no Chinese reading of that makes sense."""
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
    """Content that was urlencoded twice, decoded once more: only where all of it is what an encoder writes, and decodes to text."""
    # 100%25 alone is as likely what somebody typed.
    if b"%" not in content.replace(b"%25", b"") or not _ENCODED_TWICE.fullmatch(content):
        return content
    plain = unquote_to_bytes(content.replace(b"+", b" "))
    text = decode(plain)
    return content if "\ufffd" in text or _CONTROL.search(text) else plain


def encode(text: str, charset: Charset) -> bytes:
    """Encode a text to submit; what the charset lacks becomes a question mark.

    By GB2312, Chinese software means GBK: there a dash is A1AA and a middle dot A1A4, as phones write them.
    """
    return text.encode("gbk" if charset is Charset.GB2312 else "utf-8", "replace")
