"""Bytes of an undeclared charset to text, and text to the account's charset.

The platform takes UTF-8 and GB2312 and does not say which of them it sends.
"""

from .models import Charset

# GB18030 contains GBK, which contains GB2312: senders that declare one of them mean any of them.
_DECLARED = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
}


def decode(raw: bytes, declared: str | None = None) -> str:
    """Decode what came in; what no charset can read becomes U+FFFD.

    Only the two charsets of the specification are believed when declared: others, ISO-8859-1 above all, are what web servers
    declare unasked, and would decode anything.
    """
    if raw.isascii():
        # What all of them have in common, and most of what comes.
        return raw.decode("ascii")
    if codec := _DECLARED.get((declared or "").strip().lower()):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            pass
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")
    return _chinese_disguised(raw, text) or text


def _chinese_disguised(raw: bytes, text: str) -> str | None:
    """Short GB2312 texts that are valid UTF-8 by chance: the two bytes of 谢 are those of the Cyrillic л."""
    foreign = [character for character in text if not character.isascii()]
    if not foreign or not all("\x80" <= character <= "\u07ff" for character in foreign):
        return None
    try:
        chinese = raw.decode("gb2312")
    except UnicodeDecodeError:
        return None
    return chinese if all("\u4e00" <= character <= "\u9fff" for character in chinese if not character.isascii()) else None


def encode(text: str, charset: Charset) -> bytes:
    """Encode a text to submit; what the charset lacks becomes a question mark.

    By GB2312, Chinese software means GBK: there a dash is A1AA and a middle dot A1A4, as phones write them.
    """
    return text.encode("gbk" if charset is Charset.GB2312 else "utf-8", "replace")
