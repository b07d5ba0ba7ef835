"""Pulled pages of replies and reports (3.4, 3.5)."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from custom_components.smsadmin.gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    GatewayError,
    InvalidAnswerError,
    LegacyAnswerError,
    RejectedError,
)
from custom_components.smsadmin.gateway.models import CHINA, DeliveryStatus, RawPage, Record, RecordKind, Reply, Report
from custom_components.smsadmin.gateway.records import PAGE_SIZE, Page, has_records, known_link_id, read_page

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
    """The records of a page that can be read whole."""
    page = read_page(raw_page(body, **options))
    assert page.unreadable == ()
    return list(page.records)


def unreadable(page: Page) -> list[tuple[bytes, str]]:
    return [(piece.raw, piece.reason) for piece in page.unreadable]


# What is no page


@pytest.mark.parametrize("white_space", ["", " \r\n"])
@pytest.mark.parametrize(("kind", "code"), [(RecordKind.REPLY, "150"), (RecordKind.REPORT, "160")])
def test_a_page_may_be_empty(kind: RecordKind, code: str, white_space: str) -> None:
    page = raw_page(f"{white_space}{code}{white_space}", kind=kind)
    assert has_records(page) is False
    assert read_page(page) == Page()


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
        ("１５０", InvalidAnswerError),
        ("１６０", InvalidAnswerError),
        ("0", InvalidAnswerError),
        ("1500", InvalidAnswerError),
        ("no record at all", InvalidAnswerError),
        ("<html></html>", InvalidAnswerError),
        (" <HTML></HTML>", InvalidAnswerError),
        ("<!DOCTYPE html><p>502</p>", InvalidAnswerError),
        ("<!-- / -->", InvalidAnswerError),
        ("0没有回复".encode("gb2312"), LegacyAnswerError),
    ],
)
def test_an_answer_that_is_no_page_raises(kind: RecordKind, body: str | bytes, error: type[GatewayError]) -> None:
    for function in (has_records, read_page):
        with pytest.raises(GatewayError) as raised:
            function(raw_page(body, kind=kind))
        assert type(raised.value) is error


@pytest.mark.parametrize(("kind", "code"), [(RecordKind.REPLY, "160"), (RecordKind.REPORT, "150")])
def test_the_empty_code_of_the_other_kind_means_nothing(kind: RecordKind, code: str) -> None:
    with pytest.raises(InvalidAnswerError):
        has_records(raw_page(code, kind=kind))


@pytest.mark.parametrize("body", ["150", "101", "138"])
def test_three_digits_of_a_page_that_broke_off_are_no_code(body: str) -> None:
    with pytest.raises(InvalidAnswerError):
        has_records(raw_page(body, complete=False))


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
    assert has_records(raw_page(body)) is True


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
def test_the_declared_charset_is_the_content_s_and_not_the_page_s_alone(
    content: bytes, charset: str | None, message: str
) -> None:
    assert read(HEAD.encode() + content + b"/", charset=charset) == [reply(message)]


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
        # No other zone could show it.
        ("9999-12-31 23:59:59", None),
        ("", None),
        ("0", None),
        ("0000-00-00 00:00:00", None),
        ("2014-02-30 00:00:00", None),
        ("2014-10-11 25:00:00", None),
        ("2014/13/11 18:39:24", None),
        ("2014/10/11", None),
        ("2014-10-11", None),
        ("2014-10-11T18:39:24", None),
        ("2014-10-11 18:39:24.000", None),
        ("1413023964", None),
        ("yesterday", None),
        ("昨天", None),
        ("２０１４-10-11 18:39:24", None),
    ],
)
def test_a_time_is_china_s_and_a_record_lives_without(time: str, replied_at: datetime | None) -> None:
    (record,) = read(f"{MOBILE}/{time}/{LINK_ID}/Thanks/8")
    assert record == reply("Thanks", sub_code="8", replied_at=replied_at)
    if replied_at is not None:
        assert isinstance(record, Reply)
        assert record.replied_at is not None
        assert str(record.replied_at).endswith("+08:00")


def test_a_time_can_be_told_in_other_zones() -> None:
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
        ("+85212345678", "+85212345678"),
        ("10086", "10086"),
        ("106575", "106575"),
    ],
)
def test_a_mobile_has_the_form_in_which_it_is_sent_to(given: str, mobile: str) -> None:
    assert read(f"{given}/{TIME}/{LINK_ID}/Thanks/8") == [reply("Thanks", sub_code="8", mobile=mobile)]


# Many records

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
]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_records_are_told_apart_by_any_separator_before_a_head(separator: str) -> None:
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
def test_content_with_line_breaks_ends_where_the_next_head_begins(separator: str, encoding: str) -> None:
    body = f"{HEAD}谢谢\n再/见\n/8{separator}{HEAD}好\\n吗<br>/{separator}".encode(encoding)
    assert read(body) == [reply("谢谢\n再/见\n", sub_code="8"), reply("好\\n吗<br>")]


def test_two_equal_records_are_two() -> None:
    assert read(f"{HEAD}Yes/8\n{HEAD}Yes/8\n") == [reply("Yes", sub_code="8")] * 2


@pytest.mark.parametrize("count", [PAGE_SIZE, PAGE_SIZE + 1, 500])
def test_all_records_of_a_page_are_kept_in_order_however_many(count: int) -> None:
    body = "\n".join(f"{HEAD}N{number}/8" for number in range(count))
    assert read(body) == [reply(f"N{number}", sub_code="8") for number in range(count)]


# What can't be read

GARBAGE = [
    "no record at all",
    "Mama/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    "138 0210 2102/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    "12/2014-10-11 18:39:24/20140316192678945632/Hi/8",
    "123456789012345678901/2014-10-11 18:39:24/1/Hi/8",
    "13802102102/2014-10-11 18:39:24/no link id/Hi/8",
    "13802102102/2014/10/11 18:39:24/no link id/Hi/8",
    "13802102102/2014-10-11 18:39:24/Hi",
    "13802102102/a time that is far too long to be one, whoever has written it/1/Hi/8",
    "{}/{}",
]
THANKS = reply("Thanks", sub_code="8")
GOODBYE = reply("Goodbye", sub_code="9")


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_record_is_kept_as_it_came_and_its_neighbours_are_read(garbage: str) -> None:
    for separator in ("\n", "\r\n", "<br>", "\\n", "\\r\\n"):
        page = read_page(raw_page(separator.join([f"{HEAD}Thanks/8", garbage, f"{HEAD}Goodbye/9", ""])))
        assert list(page.records) == [THANKS, GOODBYE]
        assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_record_does_not_change_the_status_before_it(garbage: str) -> None:
    for separator in ("\n", "\r\n", "<br>", "\\n", "\\r\\n"):
        body = f"{HEAD}ERR:104/{separator}{garbage}{separator}{HEAD}DELIVRD/9"
        page = read_page(raw_page(body, kind=RecordKind.REPORT))
        assert list(page.records) == [report("ERR:104"), report("DELIVRD", sub_code="9")]
        assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_record_may_come_first(garbage: str) -> None:
    page = read_page(raw_page(f"{garbage}\n{HEAD}Thanks/8"))
    assert list(page.records) == [THANKS]
    assert unreadable(page) == [(garbage.encode(), NOT_A_RECORD)]


@pytest.mark.parametrize("content", ["谢谢", "Thank you"])
def test_a_line_after_the_digits_of_a_sub_code_is_no_part_of_raw_content(content: str) -> None:
    page = read_page(raw_page(f"{HEAD}{content}/8\r\nno record at all\r\n{HEAD}Goodbye/9"))
    assert list(page.records) == [reply(content, sub_code="8"), GOODBYE]
    assert unreadable(page) == [(b"no record at all", NOT_A_RECORD)]


def test_a_page_without_a_record_is_kept_as_it_came() -> None:
    page = read_page(raw_page(b" \xff/\x00\nabc/\n"))
    assert page.records == ()
    assert unreadable(page) == [(b"\xff/\x00\nabc/", NOT_A_RECORD)]


def test_a_page_of_separators_alone_holds_nothing() -> None:
    assert read_page(raw_page("<br/>\r\n<br/>\\n")) == Page()


# A page that broke off

WHOLE = f"{HEAD}Thanks/8\n{HEAD}{quote_plus('谢谢')}/9\n"
SECOND = WHOLE.index("\n") + 1


def test_of_a_page_that_broke_off_the_last_record_is_kept_as_it_came() -> None:
    for end in range(len(MOBILE) + 1, len(WHOLE) + 1):
        page = read_page(raw_page(WHOLE[:end], complete=False))
        head_of_the_second = end >= SECOND + len(HEAD)
        assert list(page.records) == ([THANKS] if head_of_the_second else [])
        rest = WHOLE[SECOND:end] if head_of_the_second else WHOLE[:end]
        assert unreadable(page) == [(rest.strip().encode(), BROKE_OFF)]


def test_a_page_that_broke_off_within_a_separator_keeps_no_empty_piece() -> None:
    assert read_page(raw_page("<br/>\n", complete=False)) == Page()
