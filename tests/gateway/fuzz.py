"""Lets the integration read random pages and pushes of the simulator: `python -m tests.gateway.fuzz SECONDS [FIRST SEED]`.

The simulator implements the specification independently, so a difference is a bug in one of the two. The seed of a difference
becomes a case of `test_fuzz.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import gzip
import itertools
import json
import random
import sys
import time
from urllib.parse import quote, quote_plus
import zlib

from custom_components.smsadmin.gateway import models
from custom_components.smsadmin.gateway.pushes import read_push
from custom_components.smsadmin.gateway.records import read_page
from tests.gateway.corpus import Kind, replies
from tests.simulator.pushes import PushShape, fields_of, write_push
from tests.simulator.records import RecordStyle, Reply, Report as SentReport, lay_out
from tests.simulator.vocabulary import Charset, Status

USER = "station"
CHARSETS = {Charset.UTF8: models.Charset.UTF_8, Charset.GB2312: models.Charset.GB2312}
SEPARATORS = ("\n", "\r\n", "\r", "<br>", "<br/>\n", "\\n", ";", "|", "&#10;", "/n", "</p><p>", ",", "；", "\t")
UNEXPECTED = ("", " ", "#", "~~", "/", "&", "$$", "][", "。", "\\", "%20", "＃", "\u2028", "=>", "}", "139")
TIME_FORMS = ("", "%Y/%m/%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %I:%M:%S %p")
MOBILE_FORMS = ("{}", "+86{}", "86{}", "0086{}", "+86 {}", "({})", '"{}"', "tel:{}")
WRAPPERS = (("", ""), ("<html><body>", "</body></html>"), ("<!-- page -->", ""), ("\ufeff", ""), ("<pre>\n", "</pre>"))
# Texts that look like a part of a record or of a push.
TRICKS = (
    *(
        "24/7",
        "1/2/3",
        "http://a.cn/b/2014/10/11?c=d&e=f",
        "2014/10/11",
        "13900000000/13800000000",
        "a;b|c",
        "50%",
        "100%25",
        "1+1=2",
    ),
    *(
        "&",
        "=",
        "/",
        "//",
        "\n",
        "yes\nno",
        "10/11\nok",
        "150",
        "null",
        "<b>",
        "\\n",
        "&amp;",
        '"quoted"',
        "{a}",
        "a@b.cn",
        " ",
    ),
)
ALL = [text for kind in Kind for text in replies(kind)]
NOTATIONS: tuple[Callable[[str], bytes], ...] = (
    lambda page: json.dumps(page.splitlines()).encode(),
    lambda page: json.dumps({"code": 0, "data": page.splitlines()}).encode(),
    lambda page: json.dumps(page).replace("/", "\\/").encode(),
    lambda page: f"callback({json.dumps({'data': [page]})});".encode(),
    lambda page: page.encode("utf-16"),
    lambda page: page.replace("/", "\\/").encode(),
    lambda page: page.replace("/", "&#47;").encode(),
    lambda page: page.replace("/", "／").encode(),
    lambda page: quote(page, safe="").encode(),
    lambda page: quote_plus(page).encode(),
    lambda page: gzip.compress(page.encode()),
    lambda page: zlib.compress(page.encode()),
    lambda page: f"<![CDATA[{page}]]>".encode(),
    lambda page: page.replace("\n", "&lt;br/&gt;").encode(),
)
BRACKETS = ("()", "[]", "{}", "<>", '""', "''", "（）", "【】", "《》", "「」", "“”", "‘’")
BULLETS = ("- ", "* ", "# ", "> ", "• ", "1. ", "(2) ", "#3 ", "12/", "/", "No:", "手机号：")
SIGNS = (" ", "  ", "#", "~~", "&", "$$", "][", "=>", "\\", " - ", ". ", "^", "%%", "!")
NO_SUB_CODES = ("null", "NULL", "None", "(null)", "undefined", " ", "")
OTHER_FIELDS = ("/", "/x", "//", "/null", "/MO", "/2014-10-11 18:39:24", ")", ".", "}")
CASES = (str, str.lower, str.upper)
CONTENT_TYPES = (None, "application/x-www-form-urlencoded", "text/plain; charset=gbk", "application/json", "multipart/form-data")
NOW = datetime(2014, 10, 11, 10, 39, 24, tzinfo=UTC)


def reply(source: random.Random) -> Reply:
    """Draw a reply."""
    text = source.choice(ALL) if source.random() < 0.6 else "".join(source.choices(TRICKS, k=source.choice((1, 1, 2, 3))))
    return Reply(
        id=0,
        uid=USER,
        mobile=f"1{source.choice('3456789')}{source.randrange(10**9):09}",
        at=NOW + timedelta(seconds=source.randrange(10**8)),
        link_id=source.choice(("", f"{source.randrange(10**20):020}")),
        text=text,
        sub_code=source.choice(("", "8", "0012")),
    )


def expected(sent: Reply) -> tuple[str, str, str | None]:
    """Return the fields of a reply that a push and a page have in common."""
    return sent.mobile, sent.text, sent.link_id or None


def got(reading: models.Reading) -> list[tuple[str, str, str | None]]:
    """Return the same fields of the replies that were read."""
    return [(record.mobile, record.message, record.link_id) for record in reading.records if isinstance(record, models.Reply)]


def report(source: random.Random) -> SentReport:
    """Draw a report."""
    sent = reply(source)
    status = source.choice((*Status, "DELIVRD ", "MK:0001", "ID:0076", "-1", "成功", "CA:0051", "0", "REJECT", "UNDELIV-5"))
    return SentReport(
        id=0, uid=USER, mobile=sent.mobile, at=sent.at, link_id=sent.link_id, status=status.strip(), sub_code=sent.sub_code
    )


def damage(source: random.Random, line: bytes) -> bytes:
    """Change a byte in the head of a record, or insert one."""
    at = source.randrange(line.rindex(b"/", 0, 60))
    wrong = source.choice((b"", b" ", b"x", b"/", b"0", b"%", b"\xff", b"-", b"(", b";"))
    return line[:at] + wrong + line[at + source.randint(0, 1) :]


def style_of(source: random.Random) -> RecordStyle:
    """Draw a layout for a page of urlencoded records."""
    before, after = source.choice(WRAPPERS)
    return RecordStyle(
        charset=source.choice(tuple(Charset)),
        separator=source.choice(SEPARATORS),
        padding=source.choice(("", "", " ")),
        trailing=source.random() < 0.5,
        time_form=source.choice(TIME_FORMS),
        mobile_form=source.choice(MOBILE_FORMS),
        field_padding=source.choice(("", "", "", " ")),
        no_link_id=source.choice(("", "0", "null", "None", "空")),
        before=before,
        after=after,
    )


def page_differs(seed: int) -> str | None:
    """Check that pages of urlencoded records are read as they were written, times included."""
    source = random.Random(seed)
    sent, style = [reply(source) for _ in range(source.randint(1, 5))], style_of(source)
    body = lay_out(sent, style).body
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body), evidence=CHARSETS[style.charset])
    times = [record.replied_at for record in reading.records if isinstance(record, models.Reply)]
    as_sent = [expected(one) for one in sent], [one.at for one in sent]
    return None if (got(reading), times) == as_sent and not reading.unreadable else f"{body!r}\n{reading}"


def page_merges(seed: int) -> str | None:
    """Check that no record is read that was not sent, whatever separates raw records."""
    source = random.Random(seed)
    sent = [replace(reply(source), text=source.choice(ALL)) for _ in range(source.randint(2, 4))]
    style = replace(
        style_of(source), raw=source.random() < 0.7, separator=source.choice(UNEXPECTED), before="", after="", trailing=False
    )
    body = lay_out(sent, style).body
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body), evidence=CHARSETS[style.charset])
    texts = {one.mobile: one.text for one in sent}
    merged = [
        (mobile, text)
        for mobile, text, _ in got(reading)
        if mobile not in texts
        or any(other in text for name, other_text in texts.items() if name != mobile for other in (name, f"/{other_text}/"))
    ]
    return f"{body!r}\n{reading}" if merged else None


def push_differs(seed: int) -> str | None:
    """Check that a push is read as it was written, in every shape."""
    source = random.Random(seed)
    sent, charset, shape = reply(source), source.choice(tuple(Charset)), source.choice(tuple(PushShape))
    if shape is PushShape.UNENCODED:
        sent = replace(sent, text=source.choice(ALL))
    written = write_push(sent, charset, shape)
    push = models.RawPush(query=written.query, body=written.body, content_type=written.content_type)
    reading = read_push(push, user_id=USER, evidence=CHARSETS[charset])
    return None if got(reading) == [expected(sent)] else f"{shape} {push}\n{reading}"


def report_differs(seed: int) -> str | None:
    """Check that pages of reports are read as they were written, whether or not they have sub-codes."""
    source = random.Random(seed)
    sent = [report(source) for _ in range(source.randint(1, 5))]
    style = replace(style_of(source), raw=source.random() < 0.5, sub_code=source.random() < 0.7)
    body = lay_out(sent, style).body
    reading = read_page(models.RawPage(kind=models.RecordKind.REPORT, body=body))
    reports = [
        (one.mobile, one.status, one.link_id, one.reported_at) for one in reading.records if isinstance(one, models.Report)
    ]
    as_sent = [(one.mobile, one.status, one.link_id or None, one.at) for one in sent]
    return None if reports == as_sent and not reading.unreadable else f"{body!r}\n{reading}"


def raw_page_differs(seed: int) -> str | None:
    """Check that pages of realistic replies that are not urlencoded are read as they were written."""
    source = random.Random(seed)
    sent = [replace(reply(source), text=source.choice(ALL)) for _ in range(source.randint(1, 5))]
    style = replace(
        style_of(source), raw=True, separator=source.choice(("\n", "\r\n", "\r", "<br>\n")), before="", after="", padding=""
    )
    body = lay_out(sent, style).body
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body), evidence=CHARSETS[style.charset])
    as_sent = [expected(one) for one in sent]
    return None if got(reading) == as_sent and not reading.unreadable else f"{body!r}\n{reading}"


def odd_page(source: random.Random) -> tuple[list[Reply], bytes]:
    """Draw records, and write a page of them in a way that only a person expects."""
    charset, way = source.choice(tuple(Charset)), source.randrange(6)
    sent = [replace(reply(source), text=source.choice(ALL)) for _ in range(source.randint(1, 4))]
    style = replace(style_of(source), charset=charset, raw=source.random() < 0.5, separator="", padding="", before="", after="")
    style = replace(style, trailing=False, field_padding="", mobile_form=source.choice(MOBILE_FORMS[:6]))
    separator = source.choice(("\n", "\r\n", "<br>", ";", ",", "|")) if not style.raw else source.choice(("\n", "\r\n", "\r"))
    if way == 3:
        sent = [replace(one, sub_code=source.choice(NO_SUB_CODES)) for one in sent]
    elif way == 4:
        style = replace(style, raw=False)
        sent = [replace(one, text=source.choice(replies(Kind.CHINESE)), sub_code="8") for one in sent]
    elif way == 5:
        style = replace(style, raw=True, sub_code=False)
        sent = [replace(one, text=one.text + source.choice(("", "/", "/8", "/8/"))) for one in sent]
        sent.insert(source.randint(0, len(sent)), replace(reply(source), text=source.choice(replies(Kind.SHORT))))
    lines = [lay_out([one], style).body.decode(charset.outgoing) for one in sent]
    match way:
        case 0:
            pair = source.choice(BRACKETS)
            page = separator.join(f"{pair[0]}{line}{pair[1]}" for line in lines)
        case 1:
            pair = source.choice(BRACKETS)
            page = f"{pair[0]}{separator.join(lines)}{pair[1]}"
        case 2:
            bullet, style = source.choice(BULLETS), replace(style, mobile_form=source.choice(MOBILE_FORMS[:4]))
            lines = [lay_out([one], style).body.decode(charset.outgoing) for one in sent]
            page = separator.join(f"{bullet}{line}" for line in lines)
        case 3:
            page = separator.join(lines)
        case 4:
            other = source.choice(OTHER_FIELDS)
            page = separator.join(f"{line}{other}" for line in lines)
        case _:
            page = source.choice(("\n", "\r\n")).join(lines)
    return sent, page.encode(charset.outgoing)


def odd_page_differs(seed: int) -> str | None:
    """Check that a person's reading of an odd page is found: brackets, bullets, fields too many or too few."""
    sent, body = odd_page(random.Random(seed))
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body))
    return None if got(reading) == list(map(expected, sent)) and not reading.unreadable else f"{body!r}\n{reading}"


def notation_differs(seed: int) -> str | None:
    """Check that a page is read as it was written if all of it is in another notation."""
    source = random.Random(seed)
    sent = [replace(reply(source), text=source.choice(ALL)) for _ in range(source.randint(1, 5))]
    page = lay_out(sent, RecordStyle(charset=Charset.UTF8)).body.decode()
    body = source.choice(NOTATIONS)(page)
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body))
    return None if got(reading) == list(map(expected, sent)) and not reading.unreadable else f"{body!r}\n{reading}"


def neighbour_differs(seed: int) -> str | None:
    """Check that damage to the head of one record changes no other, which may be quarantined together with it."""
    source = random.Random(seed)
    before, damaged, after = [replace(reply(source), text=source.choice(ALL)) for _ in range(3)]
    style = RecordStyle(charset=source.choice(tuple(Charset)), raw=source.random() < 0.5, trailing=False)
    lines = [lay_out([one], style).body for one in (before, damaged, after)]
    lines[1] = damage(source, lines[1])
    body = b"\n".join(lines)
    reading = read_page(models.RawPage(kind=models.RecordKind.REPLY, body=body), evidence=CHARSETS[style.charset])
    found = {mobile: (mobile, text, link_id) for mobile, text, link_id in got(reading)}
    unread = b"\n".join(piece.raw for piece in reading.unreadable)
    changed = [
        one
        for one, line in ((before, lines[0]), (after, lines[2]))
        if (found.get(one.mobile) != expected(one)) and (one.mobile in found or line not in unread)
    ]
    return f"{body!r}\n{reading}" if changed or len(reading.records) > 3 else None


def variant_differs(seed: int) -> str | None:
    """Check that a push is read as it was written with the liberties that clients take with parameters."""
    source = random.Random(seed)
    record, charset = source.choice((reply, report))(source), source.choice(tuple(Charset))
    fields = fields_of(record)
    if source.random() < 0.3 and not record.link_id:
        del fields["LinkId"]
    pairs = [
        (change(name), value)
        for name, value in source.sample(list(fields.items()), len(fields))
        for change in source.choices(CASES)
    ]
    # After a text without an escape, what looks like a parameter may belong to the text.
    if source.random() < 0.3 and "%" in quote(fields.get("Message", "%"), safe=""):
        pairs.insert(source.randint(0, len(pairs)), (source.choice(("sign", "ts", "version")), f"{source.randrange(10**6)}"))
    parts = [f"{name}={quote(value, safe='', encoding=charset.outgoing)}".encode() for name, value in pairs]
    form = source.choice((b"&", b";", b"&amp;", b"&#38;")).join(parts)
    form = source.choice((b"", b"?", b"??", b"&", b"\xef\xbb\xbf", b"%EF%BB%BF")) + form + source.choice((b"", b"&"))
    query, body = source.choice(((form, b""), (b"", form), (form, form), (b"", gzip.compress(form))))
    push = models.RawPush(query=query, body=body, content_type=source.choice(CONTENT_TYPES))
    reading = read_push(push, user_id=USER.upper(), evidence=CHARSETS[charset])
    [read] = reading.records or [None]
    if isinstance(record, SentReport):
        same = isinstance(read, models.Report) and (read.mobile, read.status) == (record.mobile, record.status)
    else:
        same = got(reading) == [expected(record)]
    return None if same else f"{push}\n{reading}"


CHECKS: tuple[Callable[[int], str | None], ...] = (
    *(page_differs, page_merges, push_differs, report_differs, raw_page_differs, notation_differs),
    *(neighbour_differs, variant_differs, odd_page_differs),
)


def main() -> None:
    """Try one seed after the other, and print those that fail."""
    end, first = time.monotonic() + float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for seed in itertools.count(first):
        for check in CHECKS:
            if found := check(seed):
                sys.stdout.write(f"{check.__name__} {seed}\n{found}\n\n")
        if time.monotonic() > end:
            sys.stdout.write(f"{seed - first + 1} seeds\n")
            return


if __name__ == "__main__":
    main()
