"""What can go wrong on the wire.

GatewayError
├── InvalidInputError         you did wrong: refused before anything was sent
├── NotSentError              nothing left this machine: safe to try again
├── RejectedError             the platform answered with a code (section 3.8)
│   ├── AuthenticationError   101
│   ├── NotPermittedError     104
│   └── AccountFrozenError    108
└── OutcomeUnknownError       something may have left: never to be tried again by itself
    ├── NoAnswerError         time-out, reset, or an answer that broke off
    └── InvalidAnswerError    an answer, but none of this protocol
        └── LegacyAnswerError an answer of the older V1 API

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
    NO_NUMBER = "no_number"
    EMPTY_MESSAGE = "empty_message"
    CONTROL_CHARACTER = "control_character"
    NOT_ENCODABLE = "not_encodable"
    INVALID_TIME = "invalid_time"
    IN_THE_PAST = "in_the_past"
    NO_TIME_ZONE = "no_time_zone"
    INVALID_LINK_ID = "invalid_link_id"
    LINK_ID_OF_MANY = "link_id_of_many"


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
    """No byte of the request left: connection refused, no such host, TLS failed."""


class RejectedError(GatewayError):
    """The platform answered with a code other than success (section 3.8)."""

    def __init__(self, code: str) -> None:
        """Keep the code as it came, documented or not."""
        super().__init__(f"rejected with code {code}")
        self.code = code


class AuthenticationError(RejectedError):
    """101: wrong user id or password."""


class NotPermittedError(RejectedError):
    """104: this user may not send."""


class AccountFrozenError(RejectedError):
    """108: the account is frozen."""


class OutcomeUnknownError(GatewayError):
    """The request may or may not have been carried out."""


class NoAnswerError(OutcomeUnknownError):
    """Time-out, reset, or an answer that broke off."""


class InvalidAnswerError(OutcomeUnknownError):
    """An answer came, but none that this protocol knows."""


class LegacyAnswerError(InvalidAnswerError):
    """The answer looks like one of the older V1 API."""


_BY_CODE: dict[str, type[RejectedError]] = {
    "101": AuthenticationError,
    "104": NotPermittedError,
    "108": AccountFrozenError,
}


def rejection(code: str) -> RejectedError:
    """The error that a code stands for."""
    return _BY_CODE.get(code, RejectedError)(code)
