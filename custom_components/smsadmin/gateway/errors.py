"""Errors of the gateway package.

GatewayError
├── InvalidInputError             the caller's mistake: refused before anything was sent
├── NotSentError                  nothing left this machine: safe to try again
│   └── TlsError                  the server was reached, but the TLS handshake failed
├── RejectedError                 the platform answered with a code (section 3.8)
│   ├── AuthenticationError       101
│   ├── InsufficientBalanceError  102
│   ├── NotPermittedError         104
│   └── AccountFrozenError        108
└── OutcomeUnknownError           something may have left: never to be tried again automatically
    ├── NoAnswerError             time-out, reset, or an answer that broke off
    └── InvalidAnswerError        an answer, but none of this protocol
        ├── LegacyAnswerError     an answer of the older V1 API
        └── RedirectedError       the answer names another address

No message carries a number, a text, a user id or a digest: it may be logged as it is.
"""

from enum import StrEnum


class GatewayError(Exception):
    """Base class of all errors of this package."""


class InputField(StrEnum):
    """The parameter of a submission that is invalid (sections 3.1 and 3.2)."""

    MOBILE = "mobile"
    MESSAGE = "message"
    SEND_AT = "send_at"
    LINK_ID = "link_id"


class InputProblem(StrEnum):
    """Why input was refused before anything was sent."""

    INVALID_NUMBER = "invalid_number"
    CHANGED_NUMBER = "changed_number"
    """YAML or a spreadsheet has changed the value. The user has to put it in quotes."""
    TWO_NUMBERS = "two_numbers"
    """Blanks may separate two numbers. The user has to separate them with a comma, or remove the blanks."""
    EXTENSION = "extension"
    """An extension can't receive a text. The user has to remove it."""
    NO_NUMBER = "no_number"
    EMPTY_MESSAGE = "empty_message"
    INVALID_TIME = "invalid_time"
    IN_THE_PAST = "in_the_past"
    NO_TIME_ZONE = "no_time_zone"
    SKIPPED_TIME = "skipped_time"
    """The local time does not exist, because summer time begins then."""
    INVALID_LINK_ID = "invalid_link_id"


class InvalidInputError(GatewayError):
    """Input was refused before anything was sent.

    `detail` helps the user find the mistake and is safe to log: a masked number.
    """

    def __init__(self, field: InputField, problem: InputProblem, detail: str = "") -> None:
        """Say which field is wrong, and why."""
        super().__init__(f"{field}: {problem}{f' ({detail})' if detail else ''}")
        self.field = field
        self.problem = problem
        self.detail = detail


class NotSentError(GatewayError):
    """No byte of the request left: connection refused, no route, no such host, no connection in time."""


class TlsError(NotSentError):
    """No byte of the request left, because the TLS handshake failed: the certificate is not trusted, or the server has no TLS."""


class RejectedError(GatewayError):
    """The platform answered with a code other than success (section 3.8)."""

    def __init__(self, code: str) -> None:
        """Keep the platform's code, documented or not."""
        super().__init__(f"rejected with code {code}")
        self.code = code


class AuthenticationError(RejectedError):
    """101: wrong user id or password."""


class InsufficientBalanceError(RejectedError):
    """102: the balance is too low."""


class NotPermittedError(RejectedError):
    """104: this user may not send."""


class AccountFrozenError(RejectedError):
    """108: the account is frozen."""


class OutcomeUnknownError(GatewayError):
    """The platform may or may not have carried out the request."""


class NoAnswerError(OutcomeUnknownError):
    """Time-out, reset, or an answer that broke off."""


class InvalidAnswerError(OutcomeUnknownError):
    """The answer is not one of this protocol.

    `answered` describes the server in a few words, as far as they are known: HTTP status, title of the page, server name.
    """

    def __init__(self, reason: str, *, answered: str = "") -> None:
        """Say why it is no answer of this protocol."""
        super().__init__(reason)
        self.answered = answered


class LegacyAnswerError(InvalidAnswerError):
    """The answer looks like one of the older V1 API."""


class RedirectedError(InvalidAnswerError):
    """The server redirects to another address. The client does not follow, because that would send the digest there.

    `location` is the address without parameters, and without the path of the interface where it ends with that: a base URL.
    """

    def __init__(self, reason: str, *, location: str = "", answered: str = "") -> None:
        """Keep the other address."""
        super().__init__(reason, answered=answered)
        self.location = location


_BY_CODE: dict[str, type[RejectedError]] = {
    "101": AuthenticationError,
    "102": InsufficientBalanceError,
    "104": NotPermittedError,
    "108": AccountFrozenError,
}


def error_for_code(code: str) -> RejectedError:
    """Return the error for a code other than success (section 3.8)."""
    return _BY_CODE.get(code, RejectedError)(code)
