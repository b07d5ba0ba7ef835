"""Lets the integration read random pages and pushes of the simulator: `python -m tests.gateway.fuzz SECONDS [FIRST SEED]`.

The simulator implements the specification independently, so a difference is a bug in one of the two. The seed of a difference
becomes a case of `test_fuzz.py`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import itertools
import random
import sys
import time

from custom_components.smsadmin.gateway import models
from custom_components.smsadmin.gateway.pushes import read_push
from custom_components.smsadmin.gateway.records import read_page
from tests.gateway.corpus import Kind, replies
from tests.simulator.pushes import PushShape, write_push
from tests.simulator.records import RecordStyle, Reply, lay_out
from tests.simulator.vocabulary import Charset

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


CHECKS: tuple[Callable[[int], str | None], ...] = (page_differs, page_merges, push_differs)


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
