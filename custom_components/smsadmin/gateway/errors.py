"""What can go wrong on the wire.

GatewayError
├── InvalidInputError             the caller's mistake: refused before anything was sent
├── NotSentError                  nothing left this machine: safe to try again
│   └── TlsError                  the platform was reached, but not by a connection that can be trusted
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
    """Base of all errors of this package."""


class InputField(StrEnum):
    """The parameter of a submission that an error is about (sections 3.1 and 3.2)."""

    MOBILE = "mobile"
    MESSAGE = "message"
    SEND_AT = "send_at"
    LINK_ID = "link_id"


class InputProblem(StrEnum):
    """Why input was refused before anything was sent."""

    INVALID_NUMBER = "invalid_number"
    CHANGED_NUMBER = "changed_number"
    """YAML or a spreadsheet has made another value of it: to be written in quotes."""
    TWO_NUMBERS = "two_numbers"
    """Blanks may separate two numbers: to be written as two, or without blanks."""
    EXTENSION = "extension"
    """A text can't be sent to an extension: to be left out."""
    NO_NUMBER = "no_number"
    EMPTY_MESSAGE = "empty_message"
    INVALID_TIME = "invalid_time"
    IN_THE_PAST = "in_the_past"
    NO_TIME_ZONE = "no_time_zone"
    SKIPPED_TIME = "skipped_time"
    """The clocks are put forward over this local time."""
    INVALID_LINK_ID = "invalid_link_id"


class InvalidInputError(GatewayError):
    """Input was refused before anything was sent.

    `detail` is what a person needs to find the mistake and what may be logged: a masked number, a single character.
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
    """No byte of the request left, because TLS failed: a certificate that is not trusted, or no TLS at all."""


class RejectedError(GatewayError):
    """The platform answered with a code other than success (section 3.8)."""

    def __init__(self, code: str) -> None:
        """Keep the code as it came, documented or not."""
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
    """The request may or may not have been carried out."""


class NoAnswerError(OutcomeUnknownError):
    """Time-out, reset, or an answer that broke off."""


class InvalidAnswerError(OutcomeUnknownError):
    """An answer came, but none that this protocol knows.

    `answered` says in a few words what answered, as far as it is known: the status, the title of a page, the server's name.
    """

    def __init__(self, reason: str, *, answered: str = "") -> None:
        """Take why it is no answer of this protocol."""
        super().__init__(reason)
        self.answered = answered


class LegacyAnswerError(InvalidAnswerError):
    """The answer looks like one of the older V1 API."""


class RedirectedError(InvalidAnswerError):
    """The answer names another address, which is not asked.

    `location` is the base URL there, if the new address ends like the one that was asked; it carries no parameters.
    """

    def __init__(self, reason: str, *, location: str = "", answered: str = "") -> None:
        """Take the other address."""
        super().__init__(reason, answered=answered)
        self.location = location


_BY_CODE: dict[str, type[RejectedError]] = {
    "101": AuthenticationError,
    "102": InsufficientBalanceError,
    "104": NotPermittedError,
    "108": AccountFrozenError,
}


def error_for_code(code: str) -> RejectedError:
    """The error that a code other than success stands for."""
    return _BY_CODE.get(code, RejectedError)(code)
