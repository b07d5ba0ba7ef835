"""Tests of pulled pages of replies and reports (3.4, 3.5)."""

import codecs
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus
import zlib

import pytest

from custom_components.smsadmin.gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InvalidAnswerError,
    RejectedError,
)
from custom_components.smsadmin.gateway.models import (
    CHINA,
    Charset,
    DeliveryStatus,
    RawPage,
    Reading,
    Record,
    RecordKind,
    Reply,
    Report,
)
from custom_components.smsadmin.gateway.records import (
    MAX_DECOMPRESSED,
    PAGE_SIZE,
    is_empty,
    known_link_id,
    looks_like_record,
    page_error,
    read_page,
)

MOBILE = "13802102102"
TIME = "2014-10-11 18:39:24"
LINK_ID = "20140316192678945632"
HEAD = f"{MOBILE}/{TIME}/{LINK_ID}/"
AT = datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA)
BROKE_OFF = "the answer broke off"
NOT_A_RECORD = "not a record"


def raw_page(body: str | bytes, *, kind: RecordKind = RecordKind.REPLY, **options: Any) -> RawPage:
    return RawPage(kind=kind, body=body.encode() if isinstance(body, str) else body, **options)


def reply(message: str, **changes: Any) -> Reply:
    return Reply(**{"mobile": MOBILE, "message": message, "link_id": LINK_ID, "replied_at": AT, **changes})


def report(status: str, **changes: Any) -> Report:
    return Report(**{"mobile": MOBILE, "status": status, "link_id": LINK_ID, "reported_at": AT, **changes})


def read(body: str | bytes, **options: Any) -> list[Record]:
    """Return the records of a page without unreadable parts."""
    page = read_page(raw_page(body, **options))
    assert page.unreadable == ()
    return list(page.records)


def unreadable(page: Reading) -> list[tuple[bytes, str]]:
    return [(piece.raw, piece.reason) for piece in page.unreadable]


THANKS = reply("Thanks", sub_code="8")
GOODBYE = reply("Goodbye", sub_code="9")


# Codes instead of a page


@pytest.mark.parametrize("white_space", ["", " \r\n", "\ufeff"])
@pytest.mark.parametrize(("kind", "code"), [(RecordKind.REPLY, "150"), (RecordKind.REPORT, "160")])
def test_a_page_may_be_empty(kind: RecordKind, code: str, white_space: str) -> None:
    page = raw_page(f"{white_space}{code}\n", kind=kind)
    assert is_empty(page)
    assert page_error(page) is None
    assert read_page(page) == Reading()


@pytest.mark.parametrize("kind", RecordKind)
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("101", AuthenticationError),
        ("108", AccountFrozenError),
        ("999", RejectedError),
        ("400\n", RejectedError),
        ("000", InvalidAnswerError),
        ("", InvalidAnswerError),
        ("\ufeff \n", InvalidAnswerError),
    ],
)
def test_a_plain_code_is_an_error(kind: RecordKind, body: str, error: type[GatewayError]) -> None:
    page = raw_page(body, kind=kind)
    assert type(page_error(page)) is error
    assert not is_empty(page)
    assert read_page(page) == Reading()


@pytest.mark.parametrize(
    "page",
    [
        raw_page("160", kind=RecordKind.REPLY),
        raw_page("150", kind=RecordKind.REPORT),
        raw_page("150", kind=RecordKind.REPLY, status=500),
    ],
)
def test_an_empty_code_of_the_other_interface_is_an_error(page: RawPage) -> None:
    assert not is_empty(page)
    assert type(page_error(page)) is InvalidAnswerError


@pytest.mark.parametrize(
    "body", ["１５０", "0", "1500", "no record at all", "<html></html>", "<!DOCTYPE html><p>502", "<!-- / -->", "0没有回复"]
)
def test_a_page_that_is_no_code_is_no_error(body: str) -> None:
    page = raw_page(body)
    assert not is_empty(page)
    assert page_error(page) is None
    assert read_page(page).records == ()


@pytest.mark.parametrize("body", ["150", "101", "138"])
def test_three_digits_of_a_broken_off_page_are_no_code(body: str) -> None:
    page = raw_page(body, complete=False)
    assert not is_empty(page)
    assert page_error(page) is None
    assert unreadable(read_page(page)) == [(body.encode(), BROKE_OFF)]


# One record

REPLIES = [
    (f"{HEAD}Thanks/8", reply("Thanks", sub_code="8")),
    (f"{HEAD}Thanks/", reply("Thanks")),
    (f"{HEAD}Thanks", reply("Thanks")),
    (f"{HEAD}/", reply("")),
    (f"{HEAD}", reply("")),
    (f"{HEAD}//8", reply("/", sub_code="8")),
    (f"{HEAD}Thanks/ 8 ", reply("Thanks", sub_code="8")),
    (f"{HEAD}Thanks/a8", reply("Thanks", sub_code="a8")),
    # Content, urlencoded.
    (f"{HEAD}{quote_plus('谢谢 & 再见 + 100%')}/8", reply("谢谢 & 再见 + 100%", sub_code="8")),
    (f"{HEAD}{quote('谢谢 & 再见')}/8", reply("谢谢 & 再见", sub_code="8")),
    (f"{HEAD}{quote_plus('谢谢，再见', encoding='gb2312')}/8", reply("谢谢，再见", sub_code="8")),
    (f"{HEAD}{quote_plus('谢谢', encoding='gb2312')}/8", reply("谢谢", sub_code="8")),
    (f"{HEAD}{quote_plus('朱镕基', encoding='gbk')}/8", reply("朱镕基", sub_code="8")),
    (f"{HEAD}%e8%b0%a2%e8%b0%a2/8", reply("谢谢", sub_code="8")),
    (f"{HEAD}a%2Fb%0Ac%5Cn%3Cbr%3E/8", reply("a/b\nc\\n<br>", sub_code="8")),
    (f"{HEAD}+a%20/8", reply(" a ", sub_code="8")),
    (f"{HEAD}%FF/8", reply("\ufffd", sub_code="8")),
    (f"{HEAD}100%2525/8", reply("100%25", sub_code="8")),
    # Content, raw.
    (f"{HEAD}谢谢/8", reply("谢谢", sub_code="8")),
    (f"{HEAD}谢谢/8".encode("gb2312"), reply("谢谢", sub_code="8")),
    (f"{HEAD}朱镕基/8".encode("gbk"), reply("朱镕基", sub_code="8")),
    (f"{HEAD}5 €/8".encode("gb18030"), reply("5 €", sub_code="8")),
    (f"{HEAD}100% + 1/8", reply("100% + 1", sub_code="8")),
    (f"{HEAD}50%/8", reply("50%", sub_code="8")),
    (f"{HEAD}谢谢%2F+/8", reply("谢谢%2F+", sub_code="8")),
    (f"{HEAD}1/2/3/8", reply("1/2/3", sub_code="8")),
    (f"{HEAD}http://a.cn/b?c=d e//", reply("http://a.cn/b?c=d e/")),
    (f"{HEAD}谢谢\n再见/8", reply("谢谢\n再见", sub_code="8")),
    (f"{HEAD}yes\n\nno/8", reply("yes\n\nno", sub_code="8")),
    (f"{HEAD}and/or\nplease/8", reply("and/or\nplease", sub_code="8")),
    (f"{HEAD}and/or\nplease", reply("and/or\nplease")),
    (f"{HEAD}yes no\nor/8", reply("yes no\nor", sub_code="8")),
    (f"{HEAD}谢谢 1/2\n再见/8", reply("谢谢 1/2\n再见", sub_code="8")),
    (f"{HEAD}a<br>b\\nc/8", reply("a<br>b\\nc", sub_code="8")),
    (f"{HEAD}13802102102/8", reply("13802102102", sub_code="8")),
    (b"\xef\xbb\xbf" + f"{HEAD}Thanks/8".encode(), reply("Thanks", sub_code="8")),
    (f" \r\n {HEAD}Thanks/8 \r\n ", reply("Thanks", sub_code="8")),
]


@pytest.mark.parametrize(("body", "record"), REPLIES)
def test_a_reply_is_read(body: str | bytes, record: Reply) -> None:
    assert read(body) == [record]


REPORTS = [
    (f"{HEAD}DELIVRD/8", report("DELIVRD", sub_code="8"), DeliveryStatus.DELIVERED),
    (f"{HEAD}DELIVRD", report("DELIVRD"), DeliveryStatus.DELIVERED),
    (f"{HEAD}ERR:104/", report("ERR:104"), DeliveryStatus.BUSY),
    (f"{HEAD}ERR%3A104/", report("ERR:104"), DeliveryStatus.BUSY),
    (f"{HEAD}+UNDELIV+/8", report("UNDELIV", sub_code="8"), DeliveryStatus.UNDELIVERABLE),
    (f"{HEAD} delivrd /8", report("delivrd", sub_code="8"), DeliveryStatus.DELIVERED),
    (f"{HEAD}{quote_plus('网关繁忙', encoding='gb2312')}/8", report("网关繁忙", sub_code="8"), DeliveryStatus.OTHER),
    (f"{HEAD}MK:0001/2/8", report("MK:0001/2", sub_code="8"), DeliveryStatus.OTHER),
    (f"{HEAD}/", report(""), DeliveryStatus.OTHER),
]


@pytest.mark.parametrize(("body", "record", "outcome"), REPORTS)
def test_a_report_is_read(body: str, record: Report, outcome: DeliveryStatus) -> None:
    assert read(body, kind=RecordKind.REPORT) == [record]
    assert record.outcome is outcome


@pytest.mark.parametrize(
    ("charset", "message"),
    [(None, "谢谢"), ("gb2312", "谢谢"), ("utf-8", "лл"), ("iso-8859-1", "谢谢")],
)
@pytest.mark.parametrize("content", [b"%D0%BB%D0%BB", b"\xd0\xbb\xd0\xbb"])
def test_a_declared_charset_applies_to_the_content(content: bytes, charset: str | None, message: str) -> None:
    content_type = f"text/html; charset={charset}" if charset else None
    assert read(HEAD.encode() + content + b"/", content_type=content_type) == [reply(message)]


@pytest.mark.parametrize(
    ("time", "replied_at"),
    [
        ("2014-10-11 18:39:24", AT),
        ("2014/10/11 18:39:24", AT),
        ("2014/1/2 3:04:05", datetime(2014, 1, 2, 3, 4, 5, tzinfo=CHINA)),
        (" 2014-10-11 18:39:24 ", AT),
        ("2014/10/11 18:39:24 ", AT),
        ("2000-01-01 00:00:00", datetime(2000, 1, 1, tzinfo=CHINA)),
        ("1999-12-31 23:59:59", None),
        ("0001-01-01 00:00:00", None),
        # Out of range in other time zones.
        ("9999-12-31 23:59:59", None),
        ("", None),
        ("0", None),
        ("0000-00-00 00:00:00", None),
        ("2014-02-30 00:00:00", None),
        ("2014-10-11 25:00:00", None),
        ("2014/13/11 18:39:24", None),
        ("2014/10/11", None),
        ("2014-10-11", None),
        ("2014-10-11T18:39:24", AT),
        ("2014-10-11T10:39:24Z", AT),
        ("2014-10-11T12:39:24.123+02:00", AT),
        ("2014-10-11 05:39:24 GMT-5", AT),
        ("2014-10-11 18:39:24 CST", AT),
        ("2014-10-11 18:39:24.000", AT),
        ("2014-10-11+18%3A39%3A24", AT),
        ("2014-10-11%2018:39:24", AT),
        ("2014.10.11 18:39:24", AT),
        ("2014年10月11日 18时39分24秒", AT),
        ("2014年10月11日 下午6:39:24", AT),
        ("2014-10-11 上午12:39", datetime(2014, 10, 11, 0, 39, tzinfo=CHINA)),
        ("2014-10-11 06:39:24 PM", AT),
        ("2014-10-11 12:39:24 pm", datetime(2014, 10, 11, 12, 39, 24, tzinfo=CHINA)),
        ("11-10-2014 18:39:24", AT),
        ("11/10/2014 18:39:24", AT),
        ("10/11/2014 6:39:24 PM", AT),
        ("10/13/2014 18:39:24", datetime(2014, 10, 13, 18, 39, 24, tzinfo=CHINA)),
        ("20141011183924", AT),
        ("1413023964", AT),
        ("1413023964000", AT),
        ("14-10-11 18:39:24", None),
        ("2014-10-11 18:39:24 PMX", None),
        ("2014-10-11 18:39:24 +99:99", None),
        ("20149911183924", None),
        ("13/13/2014 18:39:24", None),
        ("yesterday", None),
        ("昨天", None),
        ("２０１４-10-11 18:39:24", None),
    ],
)
def test_a_time_is_read_in_every_format_or_none(time: str, replied_at: datetime | None) -> None:
    (record,) = read(f"{MOBILE}/{time}/{LINK_ID}/Thanks/8")
    assert record == reply("Thanks", sub_code="8", replied_at=replied_at)
    if replied_at is not None:
        assert isinstance(record, Reply)
        assert record.replied_at is not None
        assert str(record.replied_at).endswith("+08:00")


def test_a_time_can_be_converted_to_other_zones() -> None:
    (record,) = read(f"{HEAD}DELIVRD/", kind=RecordKind.REPORT)
    assert isinstance(record, Report)
    assert record.reported_at == datetime(2014, 10, 11, 10, 39, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "link_id"),
    [
        (b"", None),
        (b"0", None),
        (b"1", None),
        ("空".encode(), None),
        ("空".encode("gb2312"), None),
        (b"2", "2"),
        (b"00", "00"),
        (LINK_ID.encode(), LINK_ID),
        (b"1" * 32, "1" * 32),
    ],
)
def test_a_link_id_may_be_none(raw: bytes, link_id: str | None) -> None:
    assert read(f"{MOBILE}/{TIME}/".encode() + raw + b"/Thanks/8") == [reply("Thanks", sub_code="8", link_id=link_id)]


@pytest.mark.parametrize(
    ("given", "link_id"), [(" ", None), (" 0 ", None), ("1", None), ("空", None), (f" {LINK_ID}\n", LINK_ID), ("abc", "abc")]
)
def test_white_space_is_no_part_of_a_link_id(given: str, link_id: str | None) -> None:
    assert known_link_id(given) == link_id


@pytest.mark.parametrize(
    ("given", "mobile"),
    [
        (f"+86{MOBILE}", MOBILE),
        (f"86{MOBILE}", MOBILE),
        (f"0086{MOBILE}", MOBILE),
        ("+85212345678", "85212345678"),
        ("(+86) 138-0210-2102", MOBILE),
        ("tel:138.0210.2102", MOBILE),
        ("１３８０２１０２１０２", MOBILE),
        ("10086", "10086"),
        ("106575", "106575"),
    ],
)
def test_a_mobile_is_canonical(given: str, mobile: str) -> None:
    assert read(f"{given}/{TIME}/{LINK_ID}/Thanks/8") == [reply("Thanks", sub_code="8", mobile=mobile)]


ODD_LINK_IDS = [
    *((word, None) for word in ("null", "NULL", "None", "(null)", "undefined", "nil", "空", "无", " ", " 0 ")),
    *(
        (word, word)
        for word in ("-1", "0xFF3A", "6f1c", "550e8400-e29b-41d4-a716-446655440000", "a_b.c", "20140316192678945632a")
    ),
]


@pytest.mark.parametrize(("given", "link_id"), ODD_LINK_IDS)
def test_a_record_with_an_odd_link_id_is_separate(given: str, link_id: str | None) -> None:
    """One person's reply contained the number and the words of another."""
    body = f"{HEAD}Thanks/8\n13900000000/{TIME}/{given}/Hi/9"
    assert read(body) == [THANKS, reply("Hi", mobile="13900000000", link_id=link_id, sub_code="9")]


@pytest.mark.parametrize(
    "mobile",
    [
        "139-0000-0000",
        "+86 139 0000 0000",
        "(139)00000000",
        "１３９００００００００",
        '"13900000000"',
        "tel:13900000000",
        "8613900000000 ",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_a_record_with_a_decorated_number_is_separate(mobile: str, encoding: str) -> None:
    body = f"{HEAD}Thanks/8\n{mobile}/{TIME}/{LINK_ID}/谢谢你/9".encode(encoding)
    assert read(body) == [THANKS, reply("谢谢你", mobile="13900000000", sub_code="9")]


def test_blanks_around_fields_are_no_part_of_them() -> None:
    assert read(f"{MOBILE} / {TIME} / {LINK_ID} / Thanks / 8\n{HEAD}Goodbye/9") == [THANKS, GOODBYE]


@pytest.mark.parametrize("label", ["1. ", "1.", "12) ", "[3] ", "No=", "手机:", "phone: ", "sms:"])
def test_a_label_is_no_part_of_a_number(label: str) -> None:
    """The replies of a numbered list came from 113802102102."""
    labelled = f"{label}{HEAD}Thanks/8\n{label}{HEAD}Goodbye/9"
    assert read(labelled) == [THANKS, GOODBYE]


def test_a_label_needs_a_time_behind_its_number() -> None:
    page = read_page(raw_page(f"{HEAD}Order\nCode: 123/x//8"))
    assert page.records == (reply("Order\nCode: 123/x/", sub_code="8"),)


BRACKETS = ["()", "[]", "{}", "<>", '""', "''", "（）", "【】", "“”"]


@pytest.mark.parametrize("pair", BRACKETS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_brackets_around_a_record_are_no_part_of_it(pair: str, encoding: str) -> None:
    """A reseller put each record in parentheses, and my wife's reply was "谢谢/8)"."""
    opening, closing = pair[0], pair[1]
    for separator in ("\n", ",", ";"):
        each = separator.join(f"{opening}{record}{closing}" for record in (f"{HEAD}谢谢/8", f"{SECOND_HEAD}好的，马上来/"))
        whole = f"{opening}{HEAD}谢谢/8{separator}{SECOND_HEAD}好的，马上来/{closing}"
        records = [reply("谢谢", sub_code="8"), reply("好的，马上来", mobile="13900000000")]
        assert read(each.encode(encoding)) == read(whole.encode(encoding)) == records


@pytest.mark.parametrize("number", ["(139)00000000", '"13900000000"', "[3] 13900000000"])
def test_brackets_around_the_number_alone_stay_out_of_the_text(number: str) -> None:
    assert read(f"{number}/{TIME}/{LINK_ID}/ok :)") == [reply("ok :)", mobile="13900000000")]
    assert read(f"({number}/{TIME}/{LINK_ID}/ok :))") == [reply("ok :)", mobile="13900000000")]


@pytest.mark.parametrize("text", ["open [24/7]", "open (24/7)", 'he said "ok"', "see 1/2.", "[ok]", "(1/2)"])
def test_brackets_of_a_text_stay(text: str) -> None:
    assert read(f"{HEAD}{text}") == [reply(text)]
    assert read(f"{HEAD}{text}/8") == [reply(text, sub_code="8")]
    assert read(f"({HEAD}{text}/8)") == [reply(text, sub_code="8")]


@pytest.mark.parametrize("bullet", ["- ", "* ", "# ", "> ", "• ", "#1 ", "12/", "/"])
def test_a_bullet_is_no_part_of_a_record(bullet: str) -> None:
    """A reseller numbered the records in a field of their own, and all replies were quarantined."""
    assert read(f"{bullet}{HEAD}Thanks/8\n{bullet}{HEAD}Goodbye/9") == [THANKS, GOODBYE]


def test_a_label_in_front_of_a_country_code_is_no_part_of_it() -> None:
    """A numbered list with 0086 in front of its numbers brought replies from 10086138…, which is no number of a phone."""
    assert read(f"1. 0086{HEAD}Thanks/8\n2. +86{HEAD}Goodbye/9") == [THANKS, GOODBYE]


@pytest.mark.parametrize("other", ["/", "/x", "//", "/null", "/MO/x", ")", "."])
def test_fields_behind_urlencoded_content_are_no_part_of_it(other: str) -> None:
    """A reseller ended each record with a slash, and no reply equalled the "好" of an automation."""
    assert read(f"{HEAD}{quote('好')}/8{other}\n{HEAD}OK/8{other}") == [reply("好", sub_code="8"), reply("OK", sub_code="8")]
    assert read(f"{HEAD}{quote('好')}/{other}") == [reply("好")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        # An encoder may leave slashes as they are.
        (f"{quote('约好 2014')}/10/11/", "约好 2014/10/11"),
        (f"{quote('约好 2014')}/10/11/x", "约好 2014/10/11/x"),
        (f"{quote('甲')}/8/{quote('乙')}", "甲/8/乙"),
        # Nothing shows whether this content ends at its first slash.
        ("meet 10/11/", "meet 10/11"),
        ("谢谢/8/x", "谢谢/8/x"),
    ],
)
def test_what_may_be_a_part_of_a_text_stays_in_it(body: str, text: str) -> None:
    assert read(HEAD + body) == [reply(text)]


def test_a_slash_at_the_end_of_a_text_stays() -> None:
    """The other reply had one field less, so neither had a sub-code, and the slash was the sender's own."""
    assert read(f"{HEAD}yes/\n{SECOND_HEAD}no") == [reply("yes/"), reply("no", mobile="13900000000")]
    shown = f"{HEAD}yes/\n{SECOND_HEAD}no\n{SECOND_HEAD}{quote('好')}/8"
    assert [record.message for record in read(shown) if isinstance(record, Reply)] == ["yes", "no", "好"]


@pytest.mark.parametrize("none", ["null", "NULL", "None", "(null)", "undefined"])
def test_a_sub_code_may_be_spelled_out_as_none(none: str) -> None:
    assert read(f"{HEAD}好的/{none}\n{HEAD}和/或/{none}") == [reply("好的"), reply("和/或")]
    assert read(f"{HEAD}all or none\n{HEAD}all/none") == [reply("all or none"), reply("all/none")]


@pytest.mark.parametrize(
    "record",
    [
        *(f"DELIVRD/8{other}" for other in ("", "/", "/x", "//", ")", ".", "/x/y", "<br>")),
        *("delivrd /8/x", "DELIVRD/ 8 /"),
    ],
)
def test_fields_behind_a_known_status_are_no_part_of_it(record: str) -> None:
    """A reseller ended each report with a slash, and no text counted as delivered."""
    reports = read(f"{HEAD}{record}\n{SECOND_HEAD}ERR%3A104/9/x", kind=RecordKind.REPORT)
    assert [(one.outcome, one.sub_code) for one in reports if isinstance(one, Report)] == [
        (DeliveryStatus.DELIVERED, "8"),
        (DeliveryStatus.BUSY, "9"),
    ]


@pytest.mark.parametrize("sign", [" ", "  ", "#", "~~", "&", "$$", "][", "=>", "\\", " - ", ". "])
def test_any_sign_between_a_sub_code_and_a_head_separates(sign: str) -> None:
    """A blank stood between the records, and the page was quarantined."""
    assert read(f"{HEAD}谢谢/8{sign}{SECOND_HEAD}1/2/12") == [
        reply("谢谢", sub_code="8"),
        reply("1/2", mobile="13900000000", sub_code="12"),
    ]


def test_a_record_in_angle_brackets_is_no_tag() -> None:
    """The replies of a page that began with `<tel:` were taken for HTML and thrown away."""
    assert read(f"<tel:{HEAD}Thanks/8>\n<tel:{HEAD}Goodbye/9>") == [THANKS, GOODBYE]


@pytest.mark.parametrize("separator", [";", "|", " | ", ",", "/n"])
def test_a_separator_at_the_end_is_no_part_of_content(separator: str) -> None:
    """The status of the last report was "DELIVRD|", and the text counted as not delivered."""
    page = f"{HEAD}DELIVRD{separator}{SECOND_HEAD}ERR%3A104{separator}"
    reports = read(page, kind=RecordKind.REPORT)
    assert [record.status for record in reports if isinstance(record, Report)] == ["DELIVRD", "ERR:104"]
    encoded = f"{HEAD}{quote('谢谢')}{separator}{SECOND_HEAD}{quote('好的')}{separator}"
    assert [record.message for record in read(encoded) if isinstance(record, Reply)] == ["谢谢", "好的"]


def test_a_page_with_one_field_too_few_has_no_sub_codes() -> None:
    body = f"{HEAD}open 24/7\n{HEAD}Yes\n{HEAD}10/11 or 10/12\n{HEAD}{quote_plus('谢谢')}"
    assert read(body) == [reply("open 24/7"), reply("Yes"), reply("10/11 or 10/12"), reply("谢谢")]


RAW_TEXTS = [
    "24/7\nplease",
    "1/2\n3/4\nthat is all",
    "见面 10/11\n请回复",
    "see http://a.cn/b/2014/10/11/c",
    "http://a.cn/13900000000",
    "2014/10/11 or 2014-10-12 18:00",
    "on 2014-10-11 18:39:24/maybe",
    "航班CA1234/2014-10-11 18:39/上海",
    "call 13900000000/13800000000",
    "a|b;c,d\te",
    "1/2 cup; 3/4 spoon",
    "12:30/13:30",
    "北京/上海/广州",
    "<3 you >",
]


@pytest.mark.parametrize("text", RAW_TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_may_look_like_a_part_of_a_record(text: str, encoding: str) -> None:
    assert read(f"{HEAD}{text}/8\n{HEAD}谢谢你/9".encode(encoding)) == [reply(text, sub_code="8"), reply("谢谢你", sub_code="9")]


def test_urlencoded_content_ends_at_the_first_sub_code() -> None:
    page = read_page(raw_page(f"{HEAD}{quote_plus('谢谢')}/8\nx/9\n{HEAD}Goodbye/9"))
    assert list(page.records) == [reply("谢谢", sub_code="8"), GOODBYE]
    assert unreadable(page) == [(b"x/9", NOT_A_RECORD)]


# Several records

SEPARATORS = [
    "\n",
    "\r\n",
    " \n",
    "\n ",
    " \n ",
    "\n\n",
    "\r\n\r\n",
    "<br>",
    "<BR>",
    "<br/>",
    "<br />",
    "<br>\n",
    "\n<br>",
    "<br>\r\n",
    "\\n",
    " \\n ",
    "\\r\\n",
    "\\n\n",
    "\\n<br>",
    "\r",
    ";",
    "|",
    ",",
    "\t",
    "；",
    "，",
    "、",
    "/n",
    "/r/n",
    "&#10;",
    "&#xA;",
    "%0A",
    "</p><p>",
    "</li>\n<li class='x'>",
    "\x0b",
    "\x1e",
    "||",
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_any_separator_in_front_of_a_head_splits_records(separator: str) -> None:
    bodies = [f"{HEAD}谢谢 1/2/8", f"{HEAD}/", f"10086/昨天//{quote_plus('谢谢', encoding='gb2312')}", f"{HEAD}1+1/8"]
    records = [
        reply("谢谢 1/2", sub_code="8"),
        reply(""),
        reply("谢谢", mobile="10086", link_id=None, replied_at=None),
        reply("1 1", sub_code="8"),
    ]
    page = separator.join(bodies)
    assert read(page) == read(page + separator) == read(separator + page) == records


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\\n", "<br>"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb2312"])
def test_content_with_line_breaks_ends_at_the_next_head(separator: str, encoding: str) -> None:
    body = f"{HEAD}谢谢\n再/见\n/8{separator}{HEAD}好\\n吗<br>/{separator}".encode(encoding)
    assert read(body) == [reply("谢谢\n再/见\n", sub_code="8"), reply("好\\n吗<br>")]


def test_two_equal_records_are_two() -> None:
    assert read(f"{HEAD}Yes/8\n{HEAD}Yes/8\n") == [reply("Yes", sub_code="8")] * 2


@pytest.mark.parametrize("count", [PAGE_SIZE, PAGE_SIZE + 1, 500])
def test_all_records_of_a_page_are_read_in_order(count: int) -> None:
    body = "\n".join(f"{HEAD}N{number}/8" for number in range(count))
    assert read(body) == [reply(f"N{number}", sub_code="8") for number in range(count)]


# Unreadable records

GARBAGE = [
    "no record at all",
    "Mama/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    "12/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    "123456789012345678901/2014-10-11 18:39:24/1/Hi/8",
    "13802102102/2014-10-11 18:39:24/no link id/Hi/8",
    "13802102102/2014/10/11 18:39:24/no link id/Hi/8",
    "13802102102/2014-10-11 18:39:24/Hi",
    "13802102102/a time that is far too long to be one, in any notation at all/1/Hi/8",
    "{}/{}",
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_unreadable_and_its_neighbours_are_read(garbage: str) -> None:
    for separator in ("\n", "\r\n", "<br>", "\\n", "\\r\\n"):
        page = read_page(raw_page(separator.join([f"{HEAD}Thanks/8", garbage, f"{HEAD}Goodbye/9", ""])))
        assert list(page.records) == [THANKS, GOODBYE]
        assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_does_not_change_the_status_before_it(garbage: str) -> None:
    for separator in ("\n", "\r\n", "<br>", "\\n", "\\r\\n"):
        body = f"{HEAD}ERR:104/{separator}{garbage}{separator}{HEAD}DELIVRD/9"
        page = read_page(raw_page(body, kind=RecordKind.REPORT))
        assert list(page.records) == [report("ERR:104"), report("DELIVRD", sub_code="9")]
        assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_may_come_first(garbage: str) -> None:
    page = read_page(raw_page(f"{garbage}\n{HEAD}Thanks/8"))
    assert list(page.records) == [THANKS]
    assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("content", ["谢谢", "Thank you"])
def test_a_line_after_a_sub_code_is_no_part_of_raw_content(content: str) -> None:
    page = read_page(raw_page(f"{HEAD}{content}/8\r\nno record at all\r\n{HEAD}Goodbye/9"))
    assert list(page.records) == [reply(content, sub_code="8"), GOODBYE]
    assert unreadable(page) == [(b"no record at all", NOT_A_RECORD)]


def test_a_page_without_a_record_is_unreadable() -> None:
    page = read_page(raw_page(b" \xff/\x00\nabc/\n"))
    assert page.records == ()
    assert unreadable(page) == [(b"\xff/\x00\nabc/", NOT_A_RECORD)]


def test_white_space_is_not_decompressed() -> None:
    """As raw deflate, these bytes would be the letter T."""
    page = raw_page(b"\n\t", content_encoding="deflate", complete=False)
    assert type(page_error(page)) is InvalidAnswerError
    assert read_page(page) == Reading()


def test_a_page_of_separators_is_empty() -> None:
    assert read_page(raw_page("<br/>\r\n<br/>\\n")) == Reading()


SECOND_HEAD = f"13900000000/{TIME}/{LINK_ID}/"


@pytest.mark.parametrize("separator", ["", " ", "#", "&", "~~", "/", "\u2028", "\u00a0", "。", "]][[", "=>", "\\", "^", "$$$"])
@pytest.mark.parametrize(
    "head",
    [
        SECOND_HEAD,
        f"139-0000-0000/{TIME}/null/",
        f"139****0000 / {TIME} / {LINK_ID} / ",
        f"13900000000//{LINK_ID}/",
        "13900000000/昨天//",
        f"13900000000/2014/10/11 18:39/{LINK_ID}/",
        f"１３９００００００００/{TIME}/abc/",
    ],
)
def test_no_text_contains_another_person_s_reply(separator: str, head: str) -> None:
    """My wife's reply contained a stranger's words."""
    page = read_page(raw_page(f"{HEAD}Yes{separator}{head}I quit/9\n{HEAD}Goodbye/9"))
    assert [record for record in page.records if "quit" in str(record) and "Yes" in str(record)] == []
    assert page.records[-1] == GOODBYE
    assert page.unreadable or len(page.records) == 3


@pytest.mark.parametrize(
    "damaged",
    [
        f"138021x02102/{TIME}/{LINK_ID}/Yes/8",
        f"1380/2102102/{TIME}/{LINK_ID}/Yes/8",
        f"13802102102/{TIME}/20140316\ufffd192678945632/Yes/8",
        "138021021021/20;14-10-11 18:39:24//22 °C/8",
        f"13802102102/{TIME}{LINK_ID}/Yes/x/8",
    ],
)
def test_a_damaged_head_ends_the_text_before_it(damaged: str) -> None:
    """A reply ended in the number and the words of the next phone, whose record had a wrong character."""
    page = read_page(raw_page(f"{HEAD}是，谢谢/8\n{damaged}\n{SECOND_HEAD}好的/9"))
    assert [record.message for record in page.records if isinstance(record, Reply)] == ["是，谢谢", "好的"]
    assert unreadable(page) == [(damaged.encode(), NOT_A_RECORD)]


def test_a_broken_record_is_no_part_of_the_text() -> None:
    page = read_page(raw_page(f"{HEAD}Yes\n13900000000/{TIME}/9"))
    assert page.records == ()
    assert [piece.reason for piece in page.unreadable] == ["another record in the text"]


# Records within other content

TWO = f"{HEAD}Thanks/8\n{HEAD}Goodbye/9\n"


@pytest.mark.parametrize(
    "body",
    [
        f"<html><body>{HEAD}Thanks/8<br>{HEAD}Goodbye/9</body></html>",
        f"<!DOCTYPE html>\n<html><body><pre>\n{TWO}</pre></body></html>\n",
        f"<p>{HEAD}Thanks/8</p><p>{HEAD}Goodbye/9</p>",
        f"<!-- cached -->{TWO}",
        f"<!--\n{TWO}-->",
        f"\ufeff{TWO}",
        f'["{HEAD}Thanks/8","{HEAD}Goodbye/9"]',
        f'["{HEAD}Thanks/8\\n{HEAD}Goodbye/9"]'.replace("/", "\\/"),
        f'"{HEAD}Thanks/8\\n{HEAD}Goodbye/9"',
        f"[{HEAD}Thanks/8,{HEAD}Goodbye/9]",
        f'{{"code": 0, "time": "{TIME}", "data": [{{"a": "{HEAD}Thanks/8"}}, "{HEAD}Goodbye/9"]}}',
        f'callback(["{HEAD}Thanks/8", "{HEAD}Goodbye/9"]);',
        f"<string><![CDATA[{TWO}]]></string>",
        f"{HEAD}Thanks/8&lt;br /&gt;{HEAD}Goodbye/9&lt;br /&gt;",
    ],
)
@pytest.mark.parametrize("status", [200, 206, 500])
def test_records_are_read_whatever_surrounds_them(body: str, status: int) -> None:
    """The platform returns each record once, so none of them may be lost."""
    page = read_page(raw_page(body, status=status))
    assert list(page.records) == [THANKS, GOODBYE]
    assert all(b"/" not in piece.raw or piece.raw.startswith(b"<!") for piece in page.unreadable)


@pytest.mark.parametrize(
    "body",
    [
        TWO.replace("/", "\\/").encode(),
        TWO.replace("/", "&#47;").encode(),
        TWO.replace("/", "&#x2F;").encode(),
        TWO.replace("/", "／").encode(),
        TWO.replace("/", "／").encode("gbk"),
        TWO.replace("/", "%2F").encode(),
        quote(TWO, safe="").encode(),
        quote_plus(TWO).encode(),
        TWO.encode("utf-16"),
        codecs.BOM_UTF16_BE + TWO.encode("utf-16-be"),
    ],
)
def test_a_page_in_another_notation_is_read(body: bytes) -> None:
    """A reseller's page had its slashes escaped, and all replies of it were set apart."""
    assert read(body) == [THANKS, GOODBYE]
    assert looks_like_record(body)


def test_a_slash_is_replaced_in_one_notation_alone() -> None:
    """The bytes of 壯 contain those of a slash in GB2312."""
    page = f"{HEAD}{quote('謝謝壯壯')}/8\n{HEAD}謝謝壯壯/8".replace("/", "\\/")
    assert [record.message for record in read(page) if isinstance(record, Reply)] == ["謝謝壯壯"] * 2


def test_words_around_records_are_unreadable() -> None:
    page = read_page(raw_page(f"<html><body><h1>Replies</h1>{TWO}</body></html>"))
    assert list(page.records) == [THANKS, GOODBYE]
    assert unreadable(page) == [(b"Replies", NOT_A_RECORD)]


@pytest.mark.parametrize("body", ["{}", '{"a": 1}', "[1]", "[[[", '["a"]', "[" * 100_000, "x^ 2", "callback([1])"])
def test_other_json_is_unreadable(body: str) -> None:
    page = read_page(raw_page(body))
    assert page.records == ()
    assert len(page.unreadable) == 1


def test_text_in_html_is_unescaped() -> None:
    assert read(f"<p>{HEAD}Tom &amp; Jerry/8</p>") == [reply("Tom & Jerry", sub_code="8")]
    assert read(f"{HEAD}Tom &amp; Jerry/8") == [reply("Tom &amp; Jerry", sub_code="8")]


def deflated(data: bytes, window: int) -> bytes:
    deflater = zlib.compressobj(wbits=window)
    return deflater.compress(data) + deflater.flush()


GZIP, ZLIB, BARE = 31, 15, -15


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (deflated(TWO.encode(), GZIP), "gzip"),
        (deflated(TWO.encode(), GZIP), None),
        (deflated(TWO.encode(), ZLIB), "deflate"),
        (deflated(TWO.encode(), ZLIB), None),
        (deflated(TWO.encode(), GZIP), "deflate"),
        (deflated(TWO.encode(), BARE), "Deflate"),
        # Wrong Content-Encoding headers.
        (TWO.encode(), "gzip"),
        (TWO.encode(), "deflate"),
        (TWO.encode(), "br"),
        (deflated(f"{HEAD}Thanks/8\n".encode(), GZIP) + f"{HEAD}Goodbye/9".encode(), "gzip"),
    ],
)
def test_a_compressed_page_is_decompressed(body: bytes, encoding: str | None) -> None:
    assert read(body, content_encoding=encoding) == [THANKS, GOODBYE]


def test_the_last_record_of_a_broken_off_gzip_is_unreadable() -> None:
    body = deflated("".join(f"{HEAD}{number}/8\n" for number in range(5000)).encode(), GZIP)
    page = read_page(raw_page(body[: len(body) // 2], content_encoding="gzip"))
    assert page.records[:2] == (reply("0", sub_code="8"), reply("1", sub_code="8"))
    assert [piece.reason for piece in page.unreadable] == [BROKE_OFF]


def test_a_decompression_bomb_is_unreadable() -> None:
    body = deflated(b"0" * (MAX_DECOMPRESSED + 1), GZIP)
    page = read_page(raw_page(body, content_encoding="gzip"))
    (piece,) = page.unreadable
    assert piece.raw in body


@pytest.mark.parametrize(
    "raw",
    [
        f"{HEAD}Hi/8",
        f"error: {HEAD}Hi",
        f"<p>{SECOND_HEAD}",
        f"13900000000//{LINK_ID}/Hi",
        quote(f"{HEAD}Hi/8", safe=""),
        f'{{"a": "{HEAD}"}}'.replace("/", "\\/"),
        "Mama/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    ],
)
def test_content_that_looks_like_a_record(raw: str) -> None:
    assert looks_like_record(raw.encode())


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "502 Bad Gateway",
        "<html><head><title>502</title></head><body><center>nginx/1.18.0</center></body></html>",
        "<a href='/static/2014/10/11/site.css'>2014-10-11 18:39:24</a>",
        "Server Error in '/' Application. Version 4.0.30319/4.8",
        "1/2/3/4/5",
    ],
)
def test_content_that_does_not_look_like_a_record(raw: str) -> None:
    assert not looks_like_record(raw.encode())


def test_a_page_proves_its_charset_unless_it_has_two() -> None:
    assert read_page(raw_page(f"{HEAD}着火了/8\n{HEAD}OK/8")).charset is Charset.UTF_8
    assert read_page(raw_page(f"{HEAD}着火了/8".encode("gb2312"))).charset is Charset.GB2312
    assert read_page(raw_page(f"{HEAD}{quote('着火了', encoding='gbk')}/8\n{HEAD}着火了/8")).charset is None
    assert read_page(raw_page(f"{HEAD}OK/8")).charset is None


def test_evidence_decides_where_two_charsets_are_valid() -> None:
    body = HEAD.encode() + b"%D0%BB%D0%BB/8"
    for charset, text in ((Charset.UTF_8, "лл"), (Charset.GB2312, "谢谢")):
        page = read_page(raw_page(body, content_type="text/html; charset=utf-8"), evidence=charset)
        assert page.records == (reply(text, sub_code="8"),)


def test_double_urlencoding_is_undone() -> None:
    assert read(f"{HEAD}{quote(quote('谢谢 & 再见'))}/8") == [reply("谢谢 & 再见", sub_code="8")]


# Pages that broke off

WHOLE = f"{HEAD}Thanks/8\n{HEAD}{quote_plus('谢谢')}/9\n"
SECOND = WHOLE.index("\n") + 1


def test_the_last_record_of_a_broken_off_page_is_unreadable() -> None:
    for end in range(len(MOBILE) + 1, len(WHOLE) + 1):
        page = read_page(raw_page(WHOLE[:end], complete=False))
        head_of_the_second = end >= SECOND + len(HEAD)
        assert list(page.records) == ([THANKS] if head_of_the_second else [])
        rest = WHOLE[SECOND:end] if head_of_the_second else WHOLE[:end]
        assert unreadable(page) == [(rest.strip().encode(), BROKE_OFF)]


def test_a_page_broken_off_in_a_separator_has_no_empty_piece() -> None:
    assert read_page(raw_page("<br/>\n", complete=False)) == Reading()
