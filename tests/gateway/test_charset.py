"""Bytes of a charset that nobody may have declared to text, and text to the account's charset."""

import pytest

from custom_components.smsadmin.gateway.charset import declared_charset, decode, encode, proven_charset, undo_second_encoding
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
    ("没忙去".encode("gb2312"), "没忙去"),
    ("没wifi".encode("gb2312"), "没wifi"),
    ("姚志".encode("gb2312"), "姚志"),
    # Words of European languages, and signs beside numbers: in Chinese they would be caf茅, 21 掳C and 拢5.
    ("café".encode(), "café"),
    ("Łódź, señor".encode(), "Łódź, señor"),
    ("21 °C".encode(), "21 °C"),
    ("21°".encode(), "21°"),
    ("£5".encode(), "£5"),
    ("±3 mm, 2×4 ÷ 2".encode(), "±3 mm, 2×4 ÷ 2"),
    ("5¥".encode(), "5¥"),
    # One letter that GB2312 has no Chinese for, and one that has more than two bytes, show that it is UTF-8.
    (THANKS + "Ж".encode(), "ллЖ"),
    (THANKS + "，".encode(), "лл，"),
    (b"\x00\x7f", "\x00\x7f"),
    (b"\xff", "\ufffd"),
    (b"a\xffb", "a\ufffdb"),
    ("着火".encode("gb2312") + b"\xc1", "着火\ufffd"),
]


@pytest.mark.parametrize(("raw", "text"), UNDECLARED)
def test_what_no_charset_is_declared_for_is_guessed(raw: bytes, text: str) -> None:
    assert decode(raw) == text


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        (None, None),
        ("text/html", None),
        ("text/html; charset=UTF-8", Charset.UTF_8),
        ('text/plain;Charset="utf8"', Charset.UTF_8),
        ("text/plain; charset = gbk", Charset.GB2312),
        ("application/x-www-form-urlencoded; charset=GB_2312-80; x=y", Charset.GB2312),
        ("text/plain; charset='GB18030'", Charset.GB2312),
        # What web servers declare unasked, and what would decode anything.
        *((f"text/html; charset={name}", None) for name in ("iso-8859-1", "windows-1252", "us-ascii", "utf-16", "no-such")),
        ("charset=", None),
    ],
)
def test_the_charsets_of_the_specification_alone_are_believed(content_type: str | None, charset: Charset | None) -> None:
    assert declared_charset(content_type) is charset


UTF_8, GB2312 = Charset.UTF_8, Charset.GB2312
FLOOR = "5楼".encode("gb2312")


@pytest.mark.parametrize(
    ("raw", "declared", "evidence", "text"),
    [
        (THANKS, UTF_8, None, "лл"),
        (THANKS, GB2312, None, "谢谢"),
        (THANKS, None, UTF_8, "谢谢"),
        (THANKS, None, GB2312, "谢谢"),
        # Web servers declare a charset unasked: evidence is worth more.
        (THANKS, UTF_8, GB2312, "谢谢"),
        (THANKS, GB2312, UTF_8, "谢谢"),
        (FLOOR, None, None, "5¥"),
        (FLOOR, GB2312, None, "5楼"),
        (FLOOR, None, GB2312, "5楼"),
        ("café".encode(), GB2312, None, "café"),
        ("café".encode(), None, GB2312, "caf茅"),
        ("21 °C".encode(), GB2312, GB2312, "21 °C"),
        ("Привет".encode(), GB2312, None, "Привет"),
        # Only one reading is possible.
        ("着火了".encode("gb2312"), UTF_8, UTF_8, "着火了"),
        ("着火了".encode(), GB2312, GB2312, "着火了"),
        ("🔥".encode(), GB2312, GB2312, "🔥"),
        (b"\xff", UTF_8, UTF_8, "\ufffd"),
        (b"\xff", GB2312, GB2312, "\ufffd"),
    ],
)
def test_declaration_and_evidence_decide_between_two_readings(
    raw: bytes, declared: Charset | None, evidence: Charset | None, text: str
) -> None:
    """Most of our replies came garbled, because the platform's server declared UTF-8 for GB2312."""
    assert decode(raw, declared, evidence) == text


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b"OK", None),
        (THANKS, None),
        (FLOOR, None),
        ("café".encode(), None),
        ("着火了".encode(), UTF_8),
        ("👍".encode(), UTF_8),
        ("Привет".encode(), None),
        ("着火了".encode("gb2312"), GB2312),
        ("朱镕基".encode("gbk"), GB2312),
        (b"\xff", None),
        ("着火".encode("gb2312") + b"\xc1", None),
    ],
)
def test_content_proves_its_charset_where_it_can_be_in_no_other(raw: bytes, charset: Charset | None) -> None:
    assert proven_charset(raw) is charset


def test_a_text_that_was_cut_within_a_character_stays_readable() -> None:
    assert decode("着火了".encode()[:-1]) == "着火\ufffd"
    assert decode("着火了".encode("gb2312")[:-1]) == "着火\ufffd"


@pytest.mark.parametrize(
    ("once", "plain"),
    [
        (b"%E8%B0%A2", "谢".encode()),
        (b"%d0%bb+OK%21", THANKS[:2] + b" OK!"),
        # Percent signs that somebody typed.
        (b"100%", b"100%"),
        (b"100%25", b"100%25"),
        (b"50%25 off", b"50%25 off"),
        (b"5%55", b"5%55"),
        (b"http://a.cn/?q=%E8%B0%A2", b"http://a.cn/?q=%E8%B0%A2"),
        ("涨%20".encode(), "涨%20".encode()),
        (b"1+1", b"1+1"),
        (b"%100", b"%100"),
        (b"%FF", b"%FF"),
    ],
)
def test_double_urlencoding_is_undone_where_all_of_it_is_valid(once: bytes, plain: bytes) -> None:
    assert undo_second_encoding(once) == plain


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
