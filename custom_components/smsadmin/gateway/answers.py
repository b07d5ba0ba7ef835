"""Answers of one line: codes (section 3.8) and the balance (3.3)."""

import re

from .errors import GatewayError, InvalidAnswerError, LegacyAnswerError, error_for_code

ACCEPTED = "000"
NO_REPLIES = "150"
NO_REPORTS = "160"

_CODE = re.compile(rb"[0-9]{3}")
# The comma may be a Chinese one, in UTF-8 or GB2312.
_BALANCE = re.compile(rb"000(?:,|\xef\xbc\x8c|\xa3\xac)[ \t]*(-?[0-9]{1,18})")
# Before version 2.0.1 the balance came without a code. Three digits alone are always read as a code, because 101 could be either.
_BARE_BALANCE = re.compile(rb"-?[0-9]{1,18}")
_LEGACY = re.compile(rb"-?[0-9]{1,2}[^0-9][\x00-\xff]*")


def bare(body: bytes) -> bytes:
    """Strip byte order mark and surrounding white space."""
    return body.strip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


def code_of(body: bytes) -> str | None:
    """Return the code if the body is one: exactly three ASCII digits (3.8)."""
    return code.decode() if _CODE.fullmatch(code := bare(body)) else None


def expect_accepted(body: bytes) -> None:
    """Check that a submission was accepted (3.1, 3.2). Raises RejectedError or InvalidAnswerError."""
    code = code_of(body)
    if code != ACCEPTED:
        raise error_for_answer(code, body)


def read_balance(body: bytes) -> int:
    """Return the number of messages left, negative for a debt (3.3). Raises RejectedError or InvalidAnswerError."""
    code = code_of(body)
    if match := _BALANCE.fullmatch(bare(body)):
        return int(match[1])
    if code is None and _BARE_BALANCE.fullmatch(bare(body)):
        return int(bare(body))
    raise error_for_answer(code, body)


def error_for_answer(code: str | None, body: bytes) -> GatewayError:
    """Return the error for an unexpected answer (3.8). `code` is the code of the body, if it has one."""
    if code is None or code in (ACCEPTED, NO_REPLIES, NO_REPORTS):
        return unknown_answer(body)
    return error_for_code(code)


def unknown_answer(body: bytes, *, answered: str = "") -> InvalidAnswerError:
    """Return the error for an answer that is not one of this interface; `answered` describes what answered."""
    body = bare(body)
    if _LEGACY.fullmatch(body) and not body.isascii():
        return LegacyAnswerError("this looks like the V1 API", answered=answered)
    return InvalidAnswerError("not an answer of this interface", answered=answered)
