"""Tests of pushed replies and reports (3.6, 3.7)."""

import base64
from collections.abc import Mapping
from dataclasses import replace
import gzip
from html import escape
import json
import quopri
from typing import Any
from urllib.parse import quote, quote_plus
import zlib

import pytest

from custom_components.smsadmin.gateway.models import Charset, DeliveryStatus, RawPush, Reading, Record, Reply, Report, Unreadable
from custom_components.smsadmin.gateway.pushes import MAX_DECOMPRESSED, read_push

USER = "station"
MOBILE = "13802102102"
LINK_ID = "20140316192678945632"
REPLY = {"Class": "mo", "SmsName": USER, "Mobile": MOBILE, "Message": "test", "LinkId": LINK_ID}
REPORT = {"Class": "rpt", "SmsName": USER, "Mobile": MOBILE, "LinkId": LINK_ID, "Report": "DELIVRD"}
THE_REPLY = Reply(mobile=MOBILE, message="test", link_id=LINK_ID)
THE_REPORT = Report(mobile=MOBILE, status="DELIVRD", link_id=LINK_ID)


def form(fields: Mapping[str, str], **changes: str | bytes | None) -> bytes:
    """Urlencode fields; bytes are used unencoded, and a field changed to None is omitted."""
    pairs = {**fields, **changes}.items()
    return b"&".join(
        name.encode() + b"=" + (value if isinstance(value, bytes) else quote_plus(value).encode())
        for name, value in pairs
        if value is not None
    )


def pushed(
    query: bytes = b"",
    body: bytes = b"",
    content_type: str | None = None,
    *,
    user_id: str = USER,
    evidence: Charset | None = None,
) -> Reading:
    return read_push(RawPush(query=query, body=body, content_type=content_type), user_id=user_id, evidence=evidence)


def records(*pushes: Reading) -> list[Record]:
    """Return the records of pushes without unreadable parts."""
    assert [push.unreadable for push in pushes] == [()] * len(pushes)
    return [record for push in pushes for record in push.records]


def unreadable(query: bytes, body: bytes, why: str, **options: Any) -> Reading:
    return Reading(unreadable=(Unreadable(raw=query + b"\n" + body, reason=why),), **options)


EVERY_KIND = pytest.mark.parametrize(("fields", "record"), [(REPLY, THE_REPLY), (REPORT, THE_REPORT)])


@EVERY_KIND
def test_parameters_may_be_in_query_form_or_both(fields: dict[str, Any], record: Record) -> None:
    raw, expected = form(fields), Reading(records=(record,))
    assert pushed(query=raw) == expected
    assert pushed(body=raw) == expected
    assert pushed(query=raw, body=raw) == expected
    first, _, second = raw.partition(b"&Mobile")
    assert pushed(query=first, body=b"Mobile" + second) == expected


def test_the_examples_of_the_specification_are_read() -> None:
    mo = b"Class=mo&SmsName=ID&Mobile=13802102102&Message=test&LinkId=20140316192678945632"
    rpt = b"Class=rpt&SmsName=ID&Mobile=13802102102&LinkId=20140316192978945612&Report=DELIVRD"
    assert records(pushed(mo, user_id="ID"), pushed(rpt, user_id="ID")) == [
        THE_REPLY,
        Report(mobile=MOBILE, status="DELIVRD", link_id="20140316192978945612"),
    ]


# Clients that push

TEXTS = ["test", "谢谢你", "Tom & Jerry", "1+1=2", "100%", "a=b;c?d", "two\nlines", "21 °C", "OK 谢谢", "{brace}"]


def multipart(fields: Mapping[str, str], charset: str, *, file: bool = False, newline: str = "\r\n") -> bytes:
    """Write a body like PHP's curl with an array, `curl -F`, and a browser's FormData."""
    lines = []
    for name, value in fields.items():
        kind = ['; filename="a.txt"', "Content-Type: text/plain"] if file and name == "Message" else [""]
        lines += ["--X-1", f'Content-Disposition: form-data; name="{name}"{kind[0]}', *kind[1:], "", value]
    return newline.join([*lines, "--X-1--", ""]).encode(charset)


def xml(fields: Mapping[str, str], charset: str, *, cdata: bool = False) -> bytes:
    """Write a body like SOAP, or like the push of another SMS platform."""
    parts = [
        f"<a:{name} type='s'>{escape(value)}</a:{name}>" if not cdata or "<" in value else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    ]
    return f'<?xml version="1.0"?>\n<root><code>0</code>{"".join(parts)}</root>'.encode(charset)


def clients(fields: dict[str, str], charset: str) -> dict[str, tuple[bytes, bytes, str | None]]:
    """Return query, body and Content-Type of a push, by the client that sends it."""
    encoded = b"&".join(f"{name}={quote_plus(value, encoding=charset)}".encode() for name, value in fields.items())
    spaced = b"&".join(f"{name}={quote(value, safe='', encoding=charset)}".encode() for name, value in fields.items())
    raw = "&".join(f"{name}={value}" for name, value in fields.items()).encode(charset)
    json_ = json.dumps(fields, ensure_ascii=False).encode(charset)
    numbers = json.dumps({**fields, "Mobile": 13802102102, "LinkId": 20140316192678945632}, ensure_ascii=False).encode(charset)
    return {
        "form": (b"", encoded, "application/x-www-form-urlencoded"),
        "form without content type": (b"", encoded, None),
        "form as text": (b"", spaced, "text/plain"),
        "form with BOM": (b"", b"\xef\xbb\xbf" + encoded, None),
        "form with line break": (b"", encoded + b"\r\n", None),
        "query": (encoded, b"", None),
        "raw query": (raw, b"", None),
        "raw form": (b"", raw, None),
        "semicolons": (encoded.replace(b"&", b";"), b"", None),
        "escaped ampersands": (encoded.replace(b"&", b"&amp;"), b"", None),
        "question mark twice": (b"?" + encoded, b"", None),
        "question marks": (b"??" + encoded.replace(b"&Mobile", b"?Mobile"), b"", None),
        "all encoded": (quote(encoded).encode(), b"", None),
        "multipart": (b"", multipart(fields, charset), "multipart/form-data; boundary=X-1"),
        "multipart, quoted": (b"", multipart(fields, charset), 'multipart/form-data; charset=x; boundary="X-1"'),
        "multipart without content type": (b"", multipart(fields, charset), None),
        "multipart with another boundary": (b"", multipart(fields, charset), "multipart/form-data; boundary=other"),
        "multipart with a file": (b"", multipart(fields, charset, file=True), "multipart/form-data; boundary=X-1"),
        "multipart with bare line feeds": (b"", multipart(fields, charset, newline="\n"), "multipart/form-data; boundary=X-1"),
        "JSON": (b"", json_, "application/json"),
        "JSON as form": (b"", json_, "application/x-www-form-urlencoded"),
        "JSON with BOM": (b"", b"\xef\xbb\xbf" + json_ if charset == "utf-8" else json_, None),
        "JSON in ASCII": (b"", json.dumps(fields).encode(), None),
        "JSON with numbers": (b"", numbers, "application/json"),
        "JSON array": (b"", b"[" + json_ + b"]", None),
        "nested JSON": (b"", b'{"code": 0, "data": [' + json_ + b"]}", None),
        "JSON in a form": (b"", b"data=" + json_, None),
        "JSON in a urlencoded form": (b"", b"data=" + quote_plus(json_).encode(), None),
        "JSON in JSON": (b"", json.dumps(json.dumps(fields)).encode(), None),
        "XML": (b"", xml(fields, charset), "text/xml"),
        "XML with CDATA": (b"", xml(fields, charset, cdata=True), None),
        "encoded BOM": (b"%EF%BB%BF" + encoded, b"", None),
        "numeric ampersands": (encoded.replace(b"&", b"&#38;"), b"", None),
        "UTF-16": (b"", encoded.decode().encode("utf-16"), "text/plain; charset=utf-16"),
        "JSON in UTF-16": (b"", json.dumps(fields, ensure_ascii=False).encode("utf-16"), "application/json"),
        "compressed form": (b"", gzip.compress(encoded), None),
        "compressed JSON": (b"", zlib.compress(json_), "application/json"),
        "both": (encoded, multipart(fields, charset), "multipart/form-data; boundary=X-1"),
    }


@pytest.mark.parametrize("client", clients(REPLY, "utf-8"))
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_reply_of_every_client_is_read(client: str, charset: str, text: str) -> None:
    """Replies stopped when the reseller changed to PHP's curl."""
    query, body, content_type = clients({**REPLY, "Message": text}, charset)[client]
    assert records(pushed(query, body, content_type)) == [Reply(mobile=MOBILE, message=text, link_id=LINK_ID)]


@pytest.mark.parametrize("text", ["谢谢", "好的，10°C + 1/2", "café 门", "OK 👍", "50% 的 & %"])
def test_what_javascript_has_escaped_is_read(text: str) -> None:
    """A reseller's page used JavaScript's escape(), and a reply was "%u8C22%u8C22"."""
    units = text.encode("utf-16-be")
    characters = [chr(int.from_bytes(units[at : at + 2])) for at in range(0, len(units), 2)]
    escaped = "".join(
        one if (one.isascii() and one.isalnum()) or one in "+/" else f"%{ord(one):02X}" if ord(one) < 256 else f"%u{ord(one):04x}"
        for one in characters
    )
    query = f"Class=mo&SmsName={USER}&Mobile={MOBILE}&Message={escaped}&LinkId={LINK_ID}".encode()
    assert records(pushed(query), pushed(b"", query)) == [Reply(mobile=MOBILE, message=text, link_id=LINK_ID)] * 2


@pytest.mark.parametrize("client", clients(REPORT, "utf-8"))
def test_a_report_of_every_client_is_read(client: str) -> None:
    assert records(pushed(*clients(REPORT, "utf-8")[client])) == [THE_REPORT]


@pytest.mark.parametrize(
    "text", ["A && B", "how are you?", "hi;", "a&b=c", "Q&A", "1+1 = 2", "50% off & more", "Class 5", "谢谢+再见", "-> x"]
)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_an_unencoded_text_is_read(text: str, charset: str) -> None:
    whole = "&".join(f"{name}={value}" for name, value in {**REPLY, "Message": text}.items()).encode(charset)
    without_link_id = whole.partition(b"&LinkId")[0]
    assert [record for record in records(pushed(whole), pushed(b"", without_link_id)) if isinstance(record, Reply)] == [
        Reply(mobile=MOBILE, message=text, link_id=LINK_ID),
        Reply(mobile=MOBILE, message=text, link_id=None),
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("着火了%20now+ok".encode(), "着火了 now ok"),
        ("着火了 %E5%BF%AB+".encode(), "着火了 快+"),
        ("谢谢%D4%D9".encode("gb2312"), "谢谢再"),
        (quote(quote("谢谢 & 再见")).encode(), "谢谢 & 再见"),
        (b"%25D0%25BB", "谢"),
    ],
)
def test_a_text_may_be_urlencoded_in_part_or_twice(raw: bytes, message: str) -> None:
    assert records(pushed(form(REPLY, Message=raw))) == [Reply(mobile=MOBILE, message=message, link_id=LINK_ID)]


@pytest.mark.parametrize(
    ("mobile", "mobiles"),
    [
        (f"{MOBILE};139-0000-0000", [MOBILE, "13900000000"]),
        (f"{MOBILE},+8613900000000", [MOBILE, "13900000000"]),
        (f"{MOBILE} 13900000000", [MOBILE, "13900000000"]),
        (f"{MOBILE}；13900000000；", [MOBILE, "13900000000"]),
        (f"{MOBILE}|{MOBILE}", [MOBILE]),
    ],
)
@pytest.mark.parametrize("fields", [REPLY, REPORT])
def test_several_numbers_are_several_records(fields: dict[str, str], mobile: str, mobiles: list[str]) -> None:
    raw = b"&".join(f"{name}={value}".encode() for name, value in {**fields, "Mobile": mobile}.items())
    for query in (form(fields, Mobile=mobile), raw):
        assert [record.mobile for record in records(pushed(query))] == mobiles
    body = json.dumps({**fields, "Mobile": [*mobiles]}).encode()
    assert [record.mobile for record in records(pushed(b"", body))] == mobiles


def test_the_readable_parts_of_an_array_are_read() -> None:
    """One push for another account in a bundle made all of ours unreadable."""
    body = json.dumps({"SmsName": USER, "items": [REPLY, {**REPORT, "SmsName": "other"}, {"Mobile": "Mama"}, REPORT]}).encode()
    push = pushed(b"", body)
    assert push == Reading(
        records=(THE_REPLY, THE_REPORT), unreadable=(Unreadable(raw=b"\n" + body, reason="for another user id"),)
    )


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("content", ["谢谢", "OK"])
def test_a_part_may_have_a_transfer_encoding(encoding: str, content: str) -> None:
    raw = content.encode("gbk")
    written = base64.encodebytes(raw) if encoding == "base64" else quopri.encodestring(raw)
    head = f'Content-Disposition: form-data; name="Message"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'.encode()
    body = multipart({**REPLY, "Message": "@"}, "utf-8").replace(
        b'Content-Disposition: form-data; name="Message"\r\n\r\n@', head + written.strip()
    )
    assert records(pushed(b"", body)) == [Reply(mobile=MOBILE, message=content, link_id=LINK_ID)]


def test_a_part_with_a_wrong_transfer_encoding_is_read() -> None:
    body = multipart({**REPLY, "Message": "a"}, "utf-8").replace(b'"Message"', b'"Message"\r\nContent-Transfer-Encoding: base64')
    assert records(pushed(b"", body)) == [Reply(mobile=MOBILE, message="a", link_id=LINK_ID)]


def test_parts_without_a_name_are_ignored() -> None:
    body = multipart(REPLY, "utf-8").replace(b"--X-1--", b"--X-1\r\n\r\nx\r\n--X-1\r\nno end--X-1--")
    assert records(pushed(b"", body)) == [THE_REPLY]


# Names, values and contradictions


@pytest.mark.parametrize("fields", [REPLY, REPORT])
@pytest.mark.parametrize("write", [str.lower, str.upper, str.swapcase, lambda name: f" {name} "])
def test_case_and_blanks_of_names_are_ignored(fields: dict[str, str], write: Any) -> None:
    raw = form({quote_plus(write(name)): value for name, value in fields.items()})
    assert pushed(query=raw) == pushed(query=form(fields))
    body = json.dumps({write(name): value for name, value in fields.items()}).encode()
    assert pushed(body=body) == pushed(query=form(fields))


def test_query_and_form_may_be_encoded_differently() -> None:
    both = pushed(query=form(REPLY, Message="着火了"), body=form(REPLY, Message=quote("着火了", encoding="gbk").encode()))
    assert records(both) == [Reply(mobile=MOBILE, message="着火了", link_id=LINK_ID)]


@pytest.mark.parametrize("name", REPLY)
def test_contradictory_query_and_form_are_unreadable(name: str) -> None:
    query, body = form(REPLY), form(REPLY, **{name: "other"})
    assert pushed(query, body) == unreadable(query, body, "contradictory fields")


def test_a_repeated_field_with_one_value_is_read() -> None:
    raw = form(REPLY)
    assert records(pushed(raw + b"&message=test")) == [THE_REPLY]
    assert pushed(raw + b"&message=other") == unreadable(raw + b"&message=other", b"", "contradictory fields")


REQUIRED = [
    *((REPLY, name, f"no {name.lower()}") for name in REPLY if name != "LinkId"),
    *((REPORT, name, f"no {name.lower()}") for name in REPORT if name != "LinkId"),
]


@pytest.mark.parametrize(("fields", "name", "why"), REQUIRED)
def test_every_field_but_the_link_id_is_required(fields: dict[str, str], name: str, why: str) -> None:
    raw = form(fields, **{name: None})
    assert pushed(body=raw) == unreadable(b"", raw, why)


@EVERY_KIND
def test_a_link_id_may_be_missing(fields: dict[str, str], record: Record) -> None:
    assert records(pushed(form(fields, LinkId=None))) == [replace(record, link_id=None)]
    assert records(pushed(b"", json.dumps({**fields, "LinkId": None}).encode())) == [replace(record, link_id=None)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"Class": "sms"}, "unknown class"),
        ({"Class": ""}, "unknown class"),
        ({"Mobile": ""}, "not a number"),
        ({"Mobile": "Mama"}, "not a number"),
        ({"Mobile": "12"}, "not a number"),
        ({"Mobile": "1" * 21}, "not a number"),
        ({"Mobile": f"{MOBILE};Mama"}, "not a number"),
    ],
)
def test_a_push_with_an_invalid_field_is_unreadable(changes: dict[str, str], why: str) -> None:
    raw = form(REPLY, **changes)
    assert pushed(query=raw) == unreadable(raw, b"", why)


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"\xff\xfe\x00",
            b"&&&",
            b"=",
            b"a&" * 65,
            b"{",
            b"[" * 60000,
            b'{"Class": "mo"}',
            b"[1, null]",
            b"--",
            b"--X\r\n",
        ),
        *(b"--X\nContent-Disposition: form-data\n\nx", b"\nContent-Disposition: x", b"%3D", b"%253D" * 9000, b'{"a": ' * 9000),
    ],
)
def test_a_body_that_is_no_push_is_unreadable(body: bytes) -> None:
    assert pushed(body=body) == unreadable(b"", body, "no smsname")
    assert pushed(query=body) == unreadable(body, b"", "no smsname")


@pytest.mark.parametrize(("given", "class_"), [("MO", "mo"), (" mo ", "mo"), ("Rpt", "rpt"), ("RPT\n", "rpt")])
def test_case_and_blanks_of_the_class_are_ignored(given: str, class_: str) -> None:
    fields = {**REPLY, **REPORT}
    assert pushed(query=form(fields, Class=given)) == pushed(query=form(fields, Class=class_))
    assert isinstance(pushed(query=form(fields, Class=given)).records[0], Reply if class_ == "mo" else Report)


@pytest.mark.parametrize(
    ("mobile", "canonical"),
    [
        ("+8613802102102", MOBILE),
        (b"+8613802102102", MOBILE),
        ("8613802102102", MOBILE),
        ("008613802102102", MOBILE),
        (" 138-0210-2102 ", MOBILE),
        ("１３８０２１０２１０２", MOBILE),
        ("10086", "10086"),
        ("+85212345678", "85212345678"),
    ],
)
def test_a_mobile_is_canonical(mobile: str | bytes, canonical: str) -> None:
    assert records(pushed(query=form(REPLY, Mobile=mobile))) == [Reply(mobile=canonical, message="test", link_id=LINK_ID)]


@pytest.mark.parametrize("given", ["", " ", "0", "1", "null", "空", quote("空", encoding="gb2312").encode()])
@EVERY_KIND
def test_a_blank_link_id_is_none(fields: dict[str, str], record: Record, given: str | bytes) -> None:
    assert records(pushed(query=form(fields, LinkId=given))) == [replace(record, link_id=None)]


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
def test_a_message_is_read_in_an_undeclared_charset(raw: bytes, message: str) -> None:
    for push in (pushed(query=form(REPLY, Message=raw)), pushed(body=form(REPLY, Message=raw))):
        assert records(push) == [Reply(mobile=MOBILE, message=message, link_id=LINK_ID)]


@pytest.mark.parametrize(
    ("charset", "evidence", "message"),
    [
        ("utf-8", None, "лл"),
        ("GB2312", None, "谢谢"),
        ("iso-8859-1", None, "谢谢"),
        ("utf-8", Charset.GB2312, "谢谢"),
        ("gbk", Charset.UTF_8, "谢谢"),
    ],
)
def test_a_declared_charset_and_evidence_decide_in_doubt(charset: str, evidence: Charset | None, message: str) -> None:
    push = pushed(body=form(REPLY, Message=b"%D0%BB%D0%BB"), content_type=f"text/plain; charset={charset}", evidence=evidence)
    assert records(push) == [Reply(mobile=MOBILE, message=message, link_id=LINK_ID)]


def test_json_in_ascii_leaves_no_doubt() -> None:
    push = pushed(body=json.dumps({**REPLY, "Message": "лл"}).encode())
    assert records(push) == [Reply(mobile=MOBILE, message="лл", link_id=LINK_ID)]
    push = pushed(body=json.dumps({**REPLY, "Message": "a\ud800"}).encode())
    assert records(push) == [Reply(mobile=MOBILE, message="a\ufffd", link_id=LINK_ID)]


@pytest.mark.parametrize("client", ["form", "raw query", "multipart", "JSON"])
@pytest.mark.parametrize(
    ("text", "charset", "proven"),
    [
        ("着火了", "utf-8", Charset.UTF_8),
        ("着火了", "gbk", Charset.GB2312),
        ("test", "utf-8", None),
        ("谢", "gb2312", None),
    ],
)
def test_a_push_proves_its_charset(client: str, text: str, charset: str, proven: Charset | None) -> None:
    assert pushed(*clients({**REPLY, "Message": text}, charset)[client]).charset is proven


@pytest.mark.parametrize(
    ("raw", "user_id"),
    [
        (" station ", USER),
        ("STATION", USER),
        ("ｓｔａｔｉｏｎ", USER),
        ("sta tion", USER),
        ("消防", "消防"),
        (quote("消防", encoding="gb2312").encode(), "消防"),
    ],
)
def test_case_width_and_blanks_of_the_user_id_are_ignored(raw: str | bytes, user_id: str) -> None:
    assert records(pushed(query=form(REPLY, SmsName=raw), user_id=user_id)) == [THE_REPLY]


@pytest.mark.parametrize("name", ["other", "", "station2"])
@pytest.mark.parametrize("class_", ["mo", "nonsense"])
def test_a_push_for_another_account_is_unreadable(name: str, class_: str) -> None:
    raw = form(REPLY, SmsName=name, Class=class_)
    assert pushed(raw) == unreadable(raw, b"", "for another user id", is_foreign=True)


@pytest.mark.parametrize(
    ("given", "status", "outcome"),
    [
        ("DELIVRD", "DELIVRD", DeliveryStatus.DELIVERED),
        (" DELIVRD\n", "DELIVRD", DeliveryStatus.DELIVERED),
        ("delivrd", "delivrd", DeliveryStatus.DELIVERED),
        ("ERR:104", "ERR:104", DeliveryStatus.BUSY),
        (b"ERR:104", "ERR:104", DeliveryStatus.BUSY),
        ("MK:0001", "MK:0001", DeliveryStatus.OTHER),
        ("", "", DeliveryStatus.OTHER),
    ],
)
def test_a_status_keeps_its_raw_text(given: str | bytes, status: str, outcome: DeliveryStatus) -> None:
    (report,) = records(pushed(query=form(REPORT, Report=given)))
    assert isinstance(report, Report)
    assert (report.status, report.outcome) == (status, outcome)


@pytest.mark.parametrize("unknown", [b"&Time=now&&=x&y", b";Time=now", b"&SubCode=8&Sign=ab%20c"])
def test_unknown_fields_are_ignored(unknown: bytes) -> None:
    assert records(pushed(form(REPLY) + unknown)) == [THE_REPLY]
    assert records(pushed(b"a=b&" + form(REPLY))) == [THE_REPLY]


@pytest.mark.parametrize("separator", [b"&", b";", b"&amp;", b"&#38;"])
def test_unknown_fields_may_follow_an_encoded_text(separator: bytes) -> None:
    """Texts ended in "&version=2"."""
    for pairs in ([b"version=2", b"LinkId="], [b"LinkId=", b"version=2"], [b"version=2"]):
        push = separator.join([b"Class=mo", b"SmsName=station", b"Mobile=13802102102", b"Message=24%2F7", *pairs])
        assert records(pushed(push)) == [Reply(mobile=MOBILE, message="24/7", link_id=None)]


def test_json_documents_may_follow_each_other() -> None:
    texts = ["1", "2", "3"]
    body = "\r\n".join(json.dumps({**REPLY, "Message": text}) for text in texts).encode() + b"\n"
    assert [record.message for record in records(pushed(b"", body)) if isinstance(record, Reply)] == texts


def test_what_is_larger_once_decompressed_is_unreadable() -> None:
    body = gzip.compress(form(REPLY, Message="a" * MAX_DECOMPRESSED))
    assert pushed(b"", body).records == ()


def test_unknown_fields_are_no_part_of_the_text() -> None:
    raw = form(REPLY, LinkId=None)
    assert records(pushed(raw + b"&Time=2014-10-11+18%3A39&Sign=ab")) == [replace(THE_REPLY, link_id=None)]
    assert records(pushed(raw + b"&&" + b"LinkId=0")) == [replace(THE_REPLY, link_id=None)]
