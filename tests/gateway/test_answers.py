"""Answers of one line: codes (3.8), and the balance (3.3)."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.smsadmin.gateway.answers import bare, code_of, expect_accepted, read_balance
from custom_components.smsadmin.gateway.errors import (
    AccountFrozenError,
    AuthenticationError,
    InsufficientBalanceError,
    InvalidAnswerError,
    LegacyAnswerError,
    NotPermittedError,
    OutcomeUnknownError,
    RejectedError,
)

BOM = b"\xef\xbb\xbf"
ACCEPTED = [b"000", BOM + b"000", b"000\r\n", b"\n 000\t", b" " + BOM + b" 000 \n"]
REJECTIONS: list[tuple[bytes, str, type[RejectedError]]] = [
    (b"101", "101", AuthenticationError),
    (b"102", "102", InsufficientBalanceError),
    (b"103", "103", RejectedError),
    (b"104", "104", NotPermittedError),
    (b"105", "105", RejectedError),
    (b"107", "107", RejectedError),
    (b"108", "108", AccountFrozenError),
    (b"400", "400", RejectedError),
    # Documented nowhere.
    (b"106", "106", RejectedError),
    (b"999", "999", RejectedError),
    (b"001", "001", RejectedError),
    (BOM + b" 101\r\n", "101", AuthenticationError),
]
MEANINGLESS = [
    b"",
    b" \r\n",
    BOM,
    b"0",
    b"00",
    b"0000",
    b"10",
    b"1010",
    b"-101",
    b"+101",
    b"1 1",
    b"0 0 0",
    b"000 000",
    b"000\n000",
    b"101,",
    b"OK",
    b"10O",
    b"\x00000",
    b"150",
    b"160",
    "０００".encode(),
    "１０１".encode(),
    "１０１".encode("gbk"),
    # Digits to `str.isdigit`, and to `\d`.
    "٠٠٠".encode(),
    "000".encode("utf-16"),
    BOM + BOM + b"000",
    b"<html><body>000</body></html>",
    b"<!DOCTYPE html>",
    b'{"code": "000"}',
    b"\xff\xfe",
]
LEGACY = [
    "0发送成功".encode("gb2312"),
    "0,发送成功".encode("gb2312"),
    "-1用户名或密码错误".encode("gb2312"),
    "0发送成功".encode(),
    "\r\n0发送成功\r\n".encode("gb2312"),
    BOM + "0发送成功".encode(),
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_000_alone_is_accepted_whatever_white_space_is_around_it(body: bytes) -> None:
    assert code_of(body) == "000"
    assert bare(body) == b"000"
    expect_accepted(body)


@pytest.mark.parametrize("read", [expect_accepted, read_balance])
@pytest.mark.parametrize(("body", "code", "error"), REJECTIONS)
def test_any_other_code_is_a_rejection_that_keeps_it(
    read: Callable[[bytes], Any], body: bytes, code: str, error: type[RejectedError]
) -> None:
    with pytest.raises(RejectedError) as raised:
        read(body)
    assert type(raised.value) is error
    assert raised.value.code == code
    assert str(raised.value) == f"rejected with code {code}"


@pytest.mark.parametrize("body", [*MEANINGLESS, b"000,5", b"000, 585858", b"585858"])
def test_answer_that_is_no_code_leaves_a_submission_unconfirmed(body: bytes) -> None:
    with pytest.raises(OutcomeUnknownError) as raised:
        expect_accepted(body)
    assert type(raised.value) is InvalidAnswerError
    assert str(raised.value) == "an answer that means nothing here"


@pytest.mark.parametrize("read", [expect_accepted, read_balance])
@pytest.mark.parametrize("body", LEGACY)
def test_answer_of_the_older_api_leaves_the_outcome_unknown(read: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(LegacyAnswerError, match=r"^this looks like the V1 API$") as raised:
        read(body)
    assert isinstance(raised.value, InvalidAnswerError)


BALANCES = [
    (b"000, 585858", 585858),
    (b"000,585858", 585858),
    (b"000,   585858", 585858),
    (b"000,0", 0),
    (b"000,-5", -5),
    (b"000, -5", -5),
    (b"000,007", 7),
    (b"000,101", 101),
    ("000，585858".encode(), 585858),
    ("000， 585858".encode(), 585858),
    ("000，585858".encode("gb2312"), 585858),
    (BOM + b"000, 585858\r\n", 585858),
    (b"000," + b"9" * 18, 10**18 - 1),
    # The form before 2.0.1.
    (b"585858", 585858),
    (b" 5858 \n", 5858),
    (b"0000", 0),
    (b"0", 0),
    (b"00", 0),
    (b"58", 58),
    (b"-5", -5),
    (b"-101", -101),
]


@pytest.mark.parametrize(("body", "balance"), BALANCES)
def test_a_balance_is_read_in_each_of_its_forms(body: bytes, balance: int) -> None:
    assert read_balance(body) == balance


MALFORMED_BALANCES = [
    b"000",
    b"000,",
    b"000, ",
    b"000,1.5",
    b"000, 12 34",
    b"000,12,34",
    b"000,\n12",
    b"000 12",
    b"000;12",
    b"000, +5",
    b"000, - 5",
    b"000, --5",
    b"000,1e3",
    b"000,1_000",
    b"000," + b"9" * 19,
    b"00,5",
    b"0000,5",
    b"101, 5",
    b"1.5",
    b"9" * 19,
    "000,５".encode(),
    "０００,5".encode(),
    "５８５８".encode(),
    "000,٥".encode(),
]


@pytest.mark.parametrize(
    "body", [*MALFORMED_BALANCES, *sorted(set(MEANINGLESS) - {b"0", b"00", b"0000", b"10", b"1010", b"-101"})]
)
def test_a_malformed_balance_is_no_balance_of_zero(body: bytes) -> None:
    with pytest.raises(InvalidAnswerError) as raised:
        read_balance(body)
    assert type(raised.value) is InvalidAnswerError
