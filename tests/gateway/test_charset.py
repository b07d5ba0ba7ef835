"""Bytes of a charset that nobody may have declared to text, and text to the account's charset."""

import pytest

from custom_components.smsadmin.gateway.charset import decode, encode
from custom_components.smsadmin.gateway.models import Charset

THANKS = "谢谢".encode("gb2312")

UNDECLARED = [
    (b"", ""),
    (b"Fire!", "Fire!"),
    ("着火了".encode(), "着火了"),
    ("着火了".encode("gb2312"), "着火了"),
    ("朱镕基".encode("gbk"), "朱镕基"),
    ("€ 𠀀".encode("gb18030"), "€ 𠀀"),
    ("🔥".encode(), "🔥"),
    ("Привет".encode(), "Привет"),
    ("Zürich, Ünye".encode(), "Zürich, Ünye"),
    # Letters of two bytes in UTF-8, and Chinese in GB2312.
    (THANKS, "谢谢"),
    (b"OK " + THANKS + b"!\n", "OK 谢谢!\n"),
    # The price of that.
    ("café".encode(), "caf茅"),
    # One letter that GB2312 has no Chinese for, and one that has more than two bytes, show that it is UTF-8.
    (THANKS + "Ж".encode(), "ллЖ"),
    (THANKS + "，".encode(), "лл，"),
    (b"\x00\x7f", "\x00\x7f"),
    (b"\xff", "\ufffd"),
    (b"a\xffb", "a\ufffdb"),
    ("着火".encode("gb2312") + b"\xc1", "着火\ufffd"),
]


@pytest.mark.parametrize(("raw", "text"), UNDECLARED)
def test_what_no_charset_of_the_specification_is_declared_for_is_guessed(raw: bytes, text: str) -> None:
    for declared in (None, "", "iso-8859-1", "windows-1252", "us-ascii", "utf-16", "no such charset"):
        assert decode(raw, declared) == text


DECLARED = [
    (THANKS, "utf-8", "лл"),
    (THANKS, "UTF8", "лл"),
    (THANKS, "gb2312", "谢谢"),
    ("Привет".encode(), " GBK ", "袩褉懈胁械褌"),
    ("朱镕基".encode("gbk"), "GB2312", "朱镕基"),
    ("€".encode("gb18030"), "gb_2312-80", "€"),
    (THANKS, "x-gbk", "谢谢"),
    (THANKS, "cp936", "谢谢"),
    (THANKS, "GB18030", "谢谢"),
]


@pytest.mark.parametrize(("raw", "declared", "text"), DECLARED)
def test_a_declared_charset_is_believed(raw: bytes, declared: str, text: str) -> None:
    assert decode(raw, declared) == text


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("着火了".encode("gb2312"), "utf-8", "着火了"),
        ("着火了".encode(), "gb2312", "着火了"),
        (b"\xff", "utf-8", "\ufffd"),
        (b"\xff", "gbk", "\ufffd"),
    ],
)
def test_a_declared_charset_that_does_not_decode_is_not_believed(raw: bytes, declared: str, text: str) -> None:
    assert decode(raw, declared) == text


@pytest.mark.parametrize(
    ("text", "charset", "raw"),
    [
        ("Fire!\n", Charset.UTF_8, b"Fire!\n"),
        ("谢谢", Charset.UTF_8, b"\xe8\xb0\xa2\xe8\xb0\xa2"),
        ("🔥", Charset.UTF_8, b"\xf0\x9f\x94\xa5"),
        ("Fire!\n", Charset.GB2312, b"Fire!\n"),
        ("谢谢", Charset.GB2312, b"\xd0\xbb\xd0\xbb"),
    ],
)
def test_a_text_is_encoded_in_the_account_s_charset(text: str, charset: Charset, raw: bytes) -> None:
    assert encode(text, charset) == raw
