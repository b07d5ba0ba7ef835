"""What somebody wants to send, made into submissions that the platform takes (3.1, 3.2)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

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
from custom_components.smsadmin.gateway.submissions import compose, parameters, urlencode

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
    return compose(mobiles, message, charset=charset, max_mobiles=max_mobiles, now=NOW, **options)


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
def test_more_numbers_than_a_submission_takes_become_several_each_with_its_link_id(
    method: SubmitMethod, count: int, sizes: list[int]
) -> None:
    submissions = composed(numbers(count), max_mobiles=method.max_mobiles)
    assert [len(submission.mobiles) for submission in submissions] == sizes
    assert tuple(mobile for submission in submissions for mobile in submission.mobiles) == numbers(count)
    assert len({submission.link_id for submission in submissions}) == len(sizes)
    assert {(submission.message, submission.send_at) for submission in submissions} == {("Fire!", None)}


def test_a_link_id_of_one_s_own_serves_one_submission_alone() -> None:
    assert [submission.link_id for submission in composed(numbers(1000), link_id=LINK_ID)] == [LINK_ID]
    with pytest.raises(InvalidInputError) as raised:
        composed(numbers(1001), link_id=LINK_ID)
    assert (raised.value.field, raised.value.problem) == (InputField.LINK_ID, InputProblem.LINK_ID_OF_MANY)
    assert raised.value.detail == "1000"


REFUSED: list[tuple[dict[str, Any], InputField, InputProblem, str]] = [
    ({"message": ""}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": " \t\n\u3000"}, InputField.MESSAGE, InputProblem.EMPTY_MESSAGE, ""),
    ({"message": "a\x00b"}, InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, "U+0000"),
    ({"message": "a\r\nb"}, InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, "U+000D"),
    ({"message": "a\x1bb"}, InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, "U+001B"),
    ({"message": "a\x7fb"}, InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, "U+007F"),
    ({"message": "a\x85b"}, InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, "U+0085"),
    ({"message": "a\ud83d"}, InputField.MESSAGE, InputProblem.NOT_ENCODABLE, "U+D83D"),
    ({"message": "着火🔥", "charset": Charset.GB2312}, InputField.MESSAGE, InputProblem.NOT_ENCODABLE, "🔥"),
    ({"send_at": NOW}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": NOW - SECOND}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": NOW.astimezone(UTC) - SECOND}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": datetime.min.replace(tzinfo=UTC)}, InputField.SEND_AT, InputProblem.IN_THE_PAST, ""),
    ({"send_at": datetime(2100, 1, 1)}, InputField.SEND_AT, InputProblem.NO_TIME_ZONE, ""),  # noqa: DTZ001
    ({"send_at": datetime.max.replace(tzinfo=UTC)}, InputField.SEND_AT, InputProblem.INVALID_TIME, ""),
    ({"link_id": "123"}, InputField.LINK_ID, InputProblem.INVALID_LINK_ID, ""),
]


@pytest.mark.parametrize(("changes", "field", "problem", "detail"), REFUSED)
def test_bad_input_is_refused_before_there_is_a_submission(
    changes: dict[str, Any], field: InputField, problem: InputProblem, detail: str
) -> None:
    with pytest.raises(InvalidInputError) as raised:
        composed(**changes)
    assert (raised.value.field, raised.value.problem, raised.value.detail) == (field, problem, detail)


def test_what_follows_a_good_text_is_looked_at_even_when_it_is_the_last_of_many_submissions() -> None:
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
def test_a_time_is_submitted_as_the_clock_in_china_shows_it(send_at: datetime, dttime: bytes) -> None:
    (submission,) = composed(send_at=send_at)
    assert submission.send_at == send_at
    assert parameters(submission, Charset.UTF_8)["dttime"] == dttime


@pytest.mark.parametrize(
    ("charset", "msg"), [(Charset.UTF_8, b"\xe8\xb0\xa2\xe8\xb0\xa2"), (Charset.GB2312, b"\xd0\xbb\xd0\xbb")]
)
def test_parameters_are_bytes_in_the_account_s_charset_and_the_specification_s_order(charset: Charset, msg: bytes) -> None:
    submission = Submission(mobiles=(MOBILE, "10086"), message="谢谢", link_id=LINK_ID, send_at=NOW)
    assert list(parameters(submission, charset).items()) == [
        ("mobile", f"{MOBILE};10086".encode()),
        ("msg", msg),
        ("dttime", b"2014-10-11 18:39:24"),
        ("linkid", LINK_ID.encode()),
    ]


def test_a_message_that_goes_out_now_has_no_time() -> None:
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
def test_a_status_has_an_outcome_and_stays_as_it_came(status: str, outcome: DeliveryStatus) -> None:
    report = Report(mobile=MOBILE, status=status, link_id=LINK_ID)
    assert (report.status, report.outcome) == (status, outcome)


def test_the_kinds_of_records_are_the_classes_of_pushes() -> None:
    assert [str(kind) for kind in RecordKind] == ["mo", "rpt"]
