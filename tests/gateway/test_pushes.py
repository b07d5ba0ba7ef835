"""Pushed replies and reports (3.6, 3.7)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from custom_components.smsadmin.gateway.models import DeliveryStatus, RawPush, Record, Reply, Report, Unreadable
from custom_components.smsadmin.gateway.pushes import Push, read_push

USER = "station"
MOBILE = "13802102102"
LINK_ID = "20140316192678945632"
REPLY = {"Class": "mo", "SmsName": USER, "Mobile": MOBILE, "Message": "test", "LinkId": LINK_ID}
REPORT = {"Class": "rpt", "SmsName": USER, "Mobile": MOBILE, "LinkId": LINK_ID, "Report": "DELIVRD"}
THE_REPLY = Reply(mobile=MOBILE, message="test", link_id=LINK_ID)
THE_REPORT = Report(mobile=MOBILE, status="DELIVRD", link_id=LINK_ID)


def form(fields: Mapping[str, str], **changes: str | bytes | None) -> bytes:
    """Fields urlencoded; bytes are what they are, and a field changed to None is left out."""
    pairs = {**fields, **changes}.items()
    return b"&".join(
        name.encode() + b"=" + (value if isinstance(value, bytes) else quote_plus(value).encode())
        for name, value in pairs
        if value is not None
    )


def pushed(query: bytes = b"", body: bytes = b"", charset: str | None = None) -> Push:
    return read_push(RawPush(query=query, body=body, charset=charset))


def reason(push: Push) -> str:
    assert isinstance(push.content, Unreadable)
    return push.content.reason


@pytest.mark.parametrize(("fields", "record"), [(REPLY, THE_REPLY), (REPORT, THE_REPORT)])
def test_the_parameters_come_in_the_query_in_the_form_or_in_both(fields: dict[str, Any], record: Record) -> None:
    raw, expected = form(fields), Push(user_id=USER, content=record)
    assert pushed(query=raw) == expected
    assert pushed(body=raw) == expected
    assert pushed(query=raw, body=raw) == expected
    first, _, second = raw.partition(b"&Mobile")
    assert pushed(query=first, body=b"Mobile" + second) == expected


def test_the_examples_of_the_specification_are_read() -> None:
    mo = pushed(b"Class=mo&SmsName=ID&Mobile=13802102102&Message=test&LinkId=20140316192678945632")
    assert mo == Push(user_id="ID", content=THE_REPLY)
    rpt = pushed(b"Class=rpt&SmsName=ID&Mobile=13802102102&LinkId=20140316192978945612&Report=DELIVRD")
    assert rpt == Push(user_id="ID", content=Report(mobile=MOBILE, status="DELIVRD", link_id="20140316192978945612"))


@pytest.mark.parametrize("fields", [REPLY, REPORT])
@pytest.mark.parametrize("write", [str.lower, str.upper, str.swapcase, lambda name: f" {name} "])
def test_names_are_read_without_regard_to_case_and_spaces(fields: dict[str, str], write: Any) -> None:
    raw = form({quote_plus(write(name)): value for name, value in fields.items()})
    assert pushed(query=raw) == pushed(query=form(fields))


def test_equal_in_query_and_form_is_judged_by_what_is_meant() -> None:
    both = pushed(query=form(REPLY, Message="着火了"), body=form(REPLY, Message=quote("着火了", encoding="gbk").encode()))
    assert both == Push(user_id=USER, content=Reply(mobile=MOBILE, message="着火了", link_id=LINK_ID))


@pytest.mark.parametrize("name", REPLY)
def test_query_and_form_that_contradict_each_other_can_not_be_read(name: str) -> None:
    query, body = form(REPLY), form(REPLY, **{name: "other"})
    assert pushed(query, body) == Push(user_id=None, content=Unreadable(raw=query + b"\n" + body, reason="contradictory fields"))


def test_a_field_twice_in_one_place_counts_once_where_it_is_equal() -> None:
    raw = form(REPLY)
    assert pushed(raw + b"&message=test").content == THE_REPLY
    assert reason(pushed(raw + b"&message=other")) == "contradictory fields"


REQUIRED = [
    *((REPLY, name, f"no {name.lower()}") for name in REPLY),
    *((REPORT, name, f"no {name.lower()}") for name in REPORT),
]


@pytest.mark.parametrize(("fields", "name", "why"), REQUIRED)
def test_every_field_of_the_specification_is_required(fields: dict[str, str], name: str, why: str) -> None:
    raw = form(fields, **{name: None})
    assert pushed(body=raw) == Push(user_id=None if name == "SmsName" else USER, content=Unreadable(raw=b"\n" + raw, reason=why))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Class": "sms"}, "unknown class"),
        ({"Class": ""}, "unknown class"),
        ({"Class": "ｍｏ"}, "unknown class"),
        ({"Mobile": ""}, "not a number"),
        ({"Mobile": "Mama"}, "not a number"),
        ({"Mobile": "12"}, "not a number"),
        ({"Mobile": "1" * 21}, "not a number"),
        ({"Mobile": "１３８０２１０２１０２"}, "not a number"),
        ({"Mobile": f"{MOBILE};10086"}, "not a number"),
    ],
)
def test_what_can_not_be_read_is_kept_as_it_came_with_whom_it_is_for(changes: dict[str, str], why: str) -> None:
    raw = form(REPLY, **changes)
    assert pushed(query=raw) == Push(user_id=USER, content=Unreadable(raw=raw + b"\n", reason=why))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no smsname"),
        (b'{"Class": "mo", "SmsName": "station"}', "no smsname"),
        (b"\xff\xfe\x00", "no smsname"),
        (b"&&&", "no smsname"),
        (b"=", "no smsname"),
        (b"a&" * 65, "too many fields"),
        (form(REPLY) + b"&a" * 60, "too many fields"),
    ],
)
def test_what_is_no_form_is_kept_as_it_came(body: bytes, why: str) -> None:
    assert pushed(body=body) == Push(user_id=None, content=Unreadable(raw=b"\n" + body, reason=why))


@pytest.mark.parametrize(("given", "class_"), [("MO", "mo"), (" mo ", "mo"), ("Rpt", "rpt"), ("RPT\n", "rpt")])
def test_a_class_is_read_without_regard_to_case_and_spaces(given: str, class_: str) -> None:
    fields = {**REPLY, **REPORT}
    assert pushed(query=form(fields, Class=given)) == pushed(query=form(fields, Class=class_))
    assert isinstance(pushed(query=form(fields, Class=given)).content, Reply if class_ == "mo" else Report)


@pytest.mark.parametrize(
    ("mobile", "canonical"),
    [
        ("+8613802102102", MOBILE),
        (b"+8613802102102", MOBILE),
        ("8613802102102", MOBILE),
        ("008613802102102", MOBILE),
        (" 138-0210-2102 ", MOBILE),
        ("10086", "10086"),
        ("+85212345678", "+85212345678"),
    ],
)
def test_a_mobile_has_the_form_in_which_it_is_sent_to(mobile: str | bytes, canonical: str) -> None:
    assert pushed(query=form(REPLY, Mobile=mobile)).content == Reply(mobile=canonical, message="test", link_id=LINK_ID)


@pytest.mark.parametrize("given", ["", " ", "0", "1", "空", quote("空", encoding="gb2312").encode()])
@pytest.mark.parametrize("fields", [REPLY, REPORT])
def test_a_blank_link_id_is_none(fields: dict[str, str], given: str | bytes) -> None:
    content = pushed(query=form(fields, LinkId=given)).content
    assert not isinstance(content, Unreadable)
    assert content.link_id is None


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", ""),
        (b"+a%20", " a "),
        (b"a%2Bb%26c%3Dd%25", "a+b&c=d%"),
        (b"a=b;c", "a=b;c"),
        (b"100%", "100%"),
        (b"a%0D%0Ab", "a\r\nb"),
        (quote("着火了").encode(), "着火了"),
        (quote("着火了", encoding="gb2312").encode(), "着火了"),
        (quote("朱镕基", encoding="gbk").encode(), "朱镕基"),
        ("着火了".encode(), "着火了"),
        ("着火了".encode("gb2312"), "着火了"),
        (b"%D0%BB%D0%BB", "谢谢"),
        (b"\xd0\xbb\xd0\xbb", "谢谢"),
        (b"OK+%D0%BB%D0%BB", "OK 谢谢"),
        (quote("🔥").encode(), "🔥"),
        (b"%FF", "\ufffd"),
        (b"%00", "\x00"),
    ],
)
def test_a_message_is_read_in_the_charset_that_nobody_declared(raw: bytes, message: str) -> None:
    for push in (pushed(query=form(REPLY, Message=raw)), pushed(body=form(REPLY, Message=raw))):
        assert push == Push(user_id=USER, content=Reply(mobile=MOBILE, message=message, link_id=LINK_ID))


@pytest.mark.parametrize(
    ("charset", "message"), [("utf-8", "лл"), ("GB2312", "谢谢"), ("gbk", "谢谢"), ("iso-8859-1", "谢谢"), ("nonsense", "谢谢")]
)
def test_a_declared_charset_is_believed(charset: str, message: str) -> None:
    push = pushed(body=form(REPLY, Message=b"%D0%BB%D0%BB"), charset=charset)
    assert push.content == Reply(mobile=MOBILE, message=message, link_id=LINK_ID)


@pytest.mark.parametrize(
    ("raw", "user_id"),
    [(" station ", USER), ("other", "other"), ("", ""), ("消防", "消防"), (quote("消防", encoding="gb2312").encode(), "消防")],
)
def test_a_push_says_whose_account_it_is_for(raw: str | bytes, user_id: str) -> None:
    assert pushed(query=form(REPLY, SmsName=raw)).user_id == user_id


@pytest.mark.parametrize(
    ("given", "status", "outcome"),
    [
        ("DELIVRD", "DELIVRD", DeliveryStatus.DELIVERED),
        (" DELIVRD\n", "DELIVRD", DeliveryStatus.DELIVERED),
        ("ERR:104", "ERR:104", DeliveryStatus.BUSY),
        (b"ERR:104", "ERR:104", DeliveryStatus.BUSY),
        ("MK:0001", "MK:0001", DeliveryStatus.OTHER),
        ("", "", DeliveryStatus.OTHER),
    ],
)
def test_a_status_is_kept_as_it_came(given: str | bytes, status: str, outcome: DeliveryStatus) -> None:
    content = pushed(query=form(REPORT, Report=given)).content
    assert isinstance(content, Report)
    assert (content.status, content.outcome) == (status, outcome)


def test_fields_that_nobody_knows_are_no_harm() -> None:
    assert pushed(query=form(REPLY) + b"&Time=now&&=x&y").content == THE_REPLY
