"""Answers of one line: codes (section 3.8) and the balance (3.3)."""

import re

from .errors import GatewayError, InvalidAnswerError, LegacyAnswerError, error_for_code

ACCEPTED = "000"
NO_REPLIES = "150"
NO_REPORTS = "160"

_CODE = re.compile(rb"[0-9]{3}")
# The comma may be a Chinese one, in UTF-8 or GB2312.
_BALANCE = re.compile(rb"000(?:,|\xef\xbc\x8c|\xa3\xac)[ \t]*(-?[0-9]{1,18})")
# Before version 2.0.1 the balance came bare. Three digits alone are always a code: a bare 101 could be either.
_BARE_BALANCE = re.compile(rb"-?[0-9]{1,18}")
_LEGACY = re.compile(rb"-?[0-9]{1,2}[^0-9][\x00-\xff]*")


def bare(body: bytes) -> bytes:
    """A body without byte order mark and white space around it."""
    return body.strip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n")


def code_of(body: bytes) -> str | None:
    """The code that a body consists of: exactly three ASCII digits."""
    return code.decode() if _CODE.fullmatch(code := bare(body)) else None


def expect_accepted(body: bytes) -> None:
    """Return if a submission was accepted; RejectedError or InvalidAnswerError otherwise (3.1, 3.2)."""
    code = code_of(body)
    if code != ACCEPTED:
        raise response_error(code, body)


def read_balance(body: bytes) -> int:
    """Messages left, negative for a debt; RejectedError or InvalidAnswerError (3.3)."""
    code = code_of(body)
    if match := _BALANCE.fullmatch(bare(body)):
        return int(match[1])
    if code is None and _BARE_BALANCE.fullmatch(bare(body)):
        return int(bare(body))
    raise response_error(code, body)


def response_error(code: str | None, body: bytes) -> GatewayError:
    """The error that an answer stands for which is not the expected one; `code` is that of the body, if it has one."""
    if code is None or code in (ACCEPTED, NO_REPLIES, NO_REPORTS):
        return unknown_answer(body)
    return error_for_code(code)


def unknown_answer(body: bytes, *, answered: str = "") -> InvalidAnswerError:
    """The error of an answer that is none of this protocol; `answered` says what answered."""
    body = bare(body)
    if _LEGACY.fullmatch(body) and not body.isascii():
        return LegacyAnswerError("this looks like the V1 API", answered=answered)
    return InvalidAnswerError("an answer that means nothing here", answered=answered)
