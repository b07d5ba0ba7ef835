"""Tests of submissions and their parameters (3.1, 3.2)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from custom_components.smsadmin.gateway.charset import encode
from custom_components.smsadmin.gateway.errors import InputField, InputProblem, InvalidInputError
from custom_components.smsadmin.gateway.models import (
    CHINA,
    Charset,
    DeliveryStatus,
    RecordKind,
    Report,
    Submission,
    SubmitMethod,
    password_digest,
)
from custom_components.smsadmin.gateway.submissions import (
    PreparedText,
    compose,
    fits_charset,
    parameters,
    prepare_text,
    urlencode,
)

MOBILE = "13802102102"
LINK_ID = "20140316192678945632"
NOW = datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA)
SECOND = timedelta(seconds=1)


def composed(
    mobiles: tuple[str, ...] = (MOBILE,),
    message: str = "Fire!",
    *,
    charset: Charset = Charset.UTF_8,
    max_mobiles: int = 1000,
    **options: Any,
) -> tuple[Submission, ...]:
    return compose(mobiles, prepare_text(message, charset), max_mobiles=max_mobiles, now=NOW, **options)


def numbers(count: int) -> tuple[str, ...]:
    return tuple(str(13800000000 + number) for number in range(count))


@pytest.mark.parametrize(
    ("method", "count", "sizes"),
    [
        (SubmitMethod.GET, 1, [1]),
        (SubmitMethod.GET, 100, [100]),
        (SubmitMethod.GET, 101, [100, 1]),
        (SubmitMethod.GET, 250, [100, 100, 50]),
        (SubmitMethod.POST, 1000, [1000]),
        (SubmitMethod.POST, 1001, [1000, 1]),
        (SubmitMethod.POST, 3000, [1000, 1000, 1000]),
    ],
)
def test_many_numbers_need_several_submissions(method: SubmitMethod, count: int, sizes: list[int]) -> None:
    submissions = composed(numbers(count), max_mobiles=method.max_mobiles)
    assert [len(submission.mobiles) for submission in submissions] == sizes
    assert tuple(mobile for submission in submissions for mobile in submission.mobiles) == numbers(count)
    assert len({submission.link_id for submission in submissions}) == len(sizes)
    assert {(submission.message, submission.send_at) for submission in submissions} == {("Fire!", None)}


def test_the_first_submission_has_the_caller_s_link_id() -> None:
    """My text to 1,200 numbers was refused because I had set a link id."""
    assert [submission.link_id for submission in composed(numbers(1000), link_id=LINK_ID)] == [LINK_ID]
    first, *others = composed(numbers(3000), link_id=LINK_ID)
    assert first.link_id == LINK_ID
    assert len({first.link_id, *(submission.link_id for submission in others)}) == 3


REFUSED: list[tuple[dict[str, Any], InputField, InputProblem, str]] = [
    ({"message": ""}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": " \t\n\u3000"}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": "\x00\x1b\n"}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": "\u200b\ufeff"}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": "\u200b", "charset": Charset.GB2312}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"mobiles": ()}, InputField.MOBILE, InputProblem.NO_NUMBER, ""),
    ({"send_at": NOW}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": NOW - SECOND}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": NOW.astimezone(UTC) - SECOND}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": datetime.min.replace(tzinfo=UTC)}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": datetime(2100, 1, 1)}, InputField.SEND_AT, InputProblem.NO_TIME_ZONE, ""),  # noqa: DTZ001
    ({"send_at": datetime.max.replace(tzinfo=UTC)}, InputField.SEND_AT, InputProblem.INVALID_TIME, ""),
    ({"link_id": "123", "mobiles": numbers(1001)}, InputField.LINK_ID, InputProblem.INVALID_LINK_ID, ""),
    ({"link_id": "123"}, InputField.LINK_ID, InputProblem.INVALID_LINK_ID, ""),
]


PREPARED: list[tuple[str, Charset, str, int]] = [
    ("Fire! 着火了\n\t", Charset.UTF_8, "Fire! 着火了\n\t", 0),
    ("🔥 ❤️ 👨‍👩‍👧‍👦 1️⃣", Charset.UTF_8, "🔥 ❤️ 👨‍👩‍👧‍👦 1️⃣", 0),
    ("Fire! 着火了", Charset.GB2312, "Fire! 着火了", 0),
    # Punctuation of Chinese phones, which GBK has and GB2312 has not.
    ("—·…～镕謝￥", Charset.GB2312, "—·…～镕謝￥", 0),
    ("is it? yes", Charset.GB2312, "is it? yes", 0),
    # Control characters
    ("a\r\nb\rc", Charset.UTF_8, "a\nb\nc", 0),
    ("a\x00b\x1b\x7f\x85", Charset.UTF_8, "ab", 4),
    ("a\x00🔥", Charset.GB2312, "a?", 2),
    # Surrogates of an emoji
    ("a\ud83d", Charset.UTF_8, "a?", 1),
    ("\udd25\ud83d", Charset.UTF_8, "??", 2),
    ("\ud83d\udd25", Charset.UTF_8, "🔥", 0),
    ("\ud83d\udd25", Charset.GB2312, "?", 1),
    # A cluster that a phone shows as one character becomes one question mark.
    ("Fire 🔥!", Charset.GB2312, "Fire ?!", 1),
    ("🔥🔥🔥", Charset.GB2312, "???", 3),
    ("❤️", Charset.GB2312, "?", 1),
    ("👍🏽", Charset.GB2312, "?", 1),
    ("👨‍👩‍👧‍👦", Charset.GB2312, "?", 1),
    ("🏃‍♂️", Charset.GB2312, "?", 1),
    ("🇨🇳🇩🇪", Charset.GB2312, "??", 2),
    ("🏴\U000e0067\U000e0062\U000e007f", Charset.GB2312, "?", 1),
    ("n\u0303o", Charset.GB2312, "?o", 1),
    ("5 €", Charset.GB2312, "5 ?", 1),
    # Characters that the charset has are kept.
    ("1️⃣", Charset.GB2312, "1", 1),
    ("★️", Charset.GB2312, "★", 1),
    ("cafe\u0301 🔥", Charset.GB2312, "café ?", 1),
    # Invisible characters are removed.
    ("a\u200bb", Charset.GB2312, "ab", 1),
    ("\ufeffa", Charset.GB2312, "a", 1),
    ("a\u200db", Charset.GB2312, "ab", 1),
    ("\ufe0fa", Charset.GB2312, "a", 1),
    ("21\u00a0°C", Charset.GB2312, "21 °C", 1),
]


@pytest.mark.parametrize(("message", "charset", "text", "count"), PREPARED)
def test_a_text_is_fitted_to_its_charset(message: str, charset: Charset, text: str, count: int) -> None:
    """The alarm's text had one emoji, and was not sent at all."""
    assert prepare_text(message, charset) == PreparedText(text=text, replaced_characters=count)
    assert prepare_text(text, charset) == PreparedText(text=text, replaced_characters=0)
    assert [submission.message for submission in composed(message=message, charset=charset)] == [text]
    assert fits_charset(message, charset) == (count == 0)


@pytest.mark.parametrize("message", ["", " ", "\x00", "\u200b"])
def test_a_blank_text_is_refused(message: str) -> None:
    with pytest.raises(InvalidInputError, match="empty_message"):
        prepare_text(message, Charset.GB2312)


def test_a_queued_text_is_fitted_to_a_new_charset() -> None:
    """The account was switched to GB2312 while the text was queued."""
    submission = Submission(mobiles=(MOBILE,), message="着火 👨‍👩‍👧‍👦", link_id=LINK_ID)
    assert parameters(submission, Charset.GB2312)["msg"] == "着火 ?".encode("gbk")


@pytest.mark.parametrize(("text", "raw"), [("谢谢", b"\xd0\xbb\xd0\xbb"), ("—·", b"\xa1\xaa\xa1\xa4"), ("🔥", b"?")])
def test_gb2312_is_written_as_gbk(text: str, raw: bytes) -> None:
    assert encode(text, Charset.GB2312) == raw


@pytest.mark.parametrize(("changes", "field", "problem", "detail"), REFUSED)
def test_invalid_input_is_refused(changes: dict[str, Any], field: InputField, problem: InputProblem, detail: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        composed(**changes)
    assert (raised.value.field, raised.value.problem, raised.value.detail) == (field, problem, detail)


def test_all_input_is_checked_before_numbers_are_divided() -> None:
    with pytest.raises(InvalidInputError, match="in_the_past"):
        composed(numbers(2000), send_at=NOW)


@pytest.mark.parametrize(
    ("send_at", "dttime"),
    [
        (NOW + SECOND, b"2014-10-11 18:39:25"),
        (datetime(2014, 12, 31, 16, 0, tzinfo=UTC), b"2015-01-01 00:00:00"),
        (datetime(2100, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=-5))), b"2100-01-01 21:00:00"),
        (datetime(2100, 2, 3, 4, 5, 6, 789, tzinfo=CHINA), b"2100-02-03 04:05:06"),
    ],
)
def test_a_time_is_submitted_in_china_time(send_at: datetime, dttime: bytes) -> None:
    (submission,) = composed(send_at=send_at)
    assert submission.send_at == send_at
    assert parameters(submission, Charset.UTF_8)["dttime"] == dttime


@pytest.mark.parametrize(
    ("charset", "msg"), [(Charset.UTF_8, b"\xe8\xb0\xa2\xe8\xb0\xa2"), (Charset.GB2312, b"\xd0\xbb\xd0\xbb")]
)
def test_parameters_have_the_specified_charset_and_order(charset: Charset, msg: bytes) -> None:
    submission = Submission(mobiles=(MOBILE, "10086"), message="谢谢", link_id=LINK_ID, send_at=NOW)
    assert list(parameters(submission, charset).items()) == [
        ("mobile", f"{MOBILE};10086".encode()),
        ("msg", msg),
        ("dttime", b"2014-10-11 18:39:24"),
        ("linkid", LINK_ID.encode()),
    ]


def test_a_text_without_a_time_has_no_dttime() -> None:
    submission = Submission(mobiles=(MOBILE,), message="Fire!", link_id=LINK_ID)
    assert list(parameters(submission, Charset.UTF_8)) == ["mobile", "msg", "linkid"]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("谢谢".encode(), b"%E8%B0%A2%E8%B0%A2"),
        ("谢谢".encode("gb2312"), b"%D0%BB%D0%BB"),
        (b"1 + 1 = 2 & 100%\n", b"1+%2B+1+%3D+2+%26+100%25%0A"),
        (b"%E8%B0%A2", b"%25E8%25B0%25A2"),
        (b"10086;10010", b"10086%3B10010"),
        (b"", b""),
    ],
)
def test_values_are_urlencoded_once(value: bytes, encoded: bytes) -> None:
    assert urlencode({"uid": b"station", "msg": value}) == b"uid=station&msg=" + encoded


def test_a_password_becomes_32_lowercase_hex_digits() -> None:
    assert password_digest("password") == "5f4dcc3b5aa765d61d8327deb882cf99"
    assert password_digest("密码") == "a8105204604a0b11e916f3879aae3b0b"


OUTCOMES = [
    ("DELIVRD", DeliveryStatus.DELIVERED),
    ("EXPIRED", DeliveryStatus.EXPIRED),
    ("UNDELIV", DeliveryStatus.UNDELIVERABLE),
    ("UNKNOWN", DeliveryStatus.UNKNOWN),
    ("REJECTD", DeliveryStatus.REJECTED),
    ("DTBLACK", DeliveryStatus.BLACKLISTED),
    ("ERR:104", DeliveryStatus.BUSY),
    (" delivrd\n", DeliveryStatus.DELIVERED),
    ("DELIVERED", DeliveryStatus.OTHER),
    ("MK:0001", DeliveryStatus.OTHER),
    ("", DeliveryStatus.OTHER),
]


@pytest.mark.parametrize(("status", "outcome"), OUTCOMES)
def test_a_status_has_an_outcome_and_keeps_its_raw_text(status: str, outcome: DeliveryStatus) -> None:
    report = Report(mobile=MOBILE, status=status, link_id=LINK_ID)
    assert (report.status, report.outcome) == (status, outcome)


def test_the_kinds_of_records_are_the_classes_of_pushes() -> None:
    assert [str(kind) for kind in RecordKind] == ["mo", "rpt"]
