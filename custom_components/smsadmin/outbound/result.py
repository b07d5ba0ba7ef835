"""The result of a call that sends: what became of each number."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ..gateway.answers import ACCEPTED
from ..gateway.errors import GatewayError, RejectedError
from ..gateway.models import Submission
from ..gateway.numbers import InvalidNumber


class NotRecordedError(GatewayError):
    """A queued text must not leave while the message log can't record that it does; nothing left this machine."""


class NotQueuedError(GatewayError):
    """A text, or some of its numbers, is not queued any more: it was cancelled while connecting. Nothing left this machine."""


class DuplicateLinkIdError(NotQueuedError):
    """Another text has the link id, which could not be looked up before; nothing left this machine."""


class SubmissionStatus(StrEnum):
    """The status of a submission when the call returns."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    QUEUED = "queued"
    NOT_SENT = "not_sent"


class SubmissionResult(NamedTuple):
    """A submission, its status, the error that kept it from being accepted, and until when it is tried if it is queued.

    `recipient_ids` are those that its numbers were addressed by.
    """

    entry_id: str
    submission: Submission
    recipient_ids: tuple[str | None, ...]
    status: SubmissionStatus
    error: GatewayError | None = None
    expires_at: datetime | None = None

    @property
    def code(self) -> str | None:
        """The platform's answer (section 3.8), None where there was none."""
        if self.status is SubmissionStatus.ACCEPTED:
            return ACCEPTED
        return self.error.code if isinstance(self.error, RejectedError) else None

    @property
    def has_failed(self) -> bool:
        """Whether the submission failed; a queued one has not."""
        return self.status not in (SubmissionStatus.ACCEPTED, SubmissionStatus.QUEUED)


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What became of everything that one call sent, and whom it could not address: `disabled_accounts` are titles.

    `left_out` are fields of the call that could not be read.
    """

    results: tuple[SubmissionResult, ...]
    invalid_numbers: tuple[InvalidNumber, ...] = ()
    unknown_recipients: tuple[str, ...] = ()
    disabled_accounts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    replaced_characters: int = 0
    estimated_segments: int = 0

    def count(self, status: SubmissionStatus) -> int:
        """The number of phone numbers with a status."""
        return sum(len(result.submission.mobiles) for result in self.results if result.status is status)

    @property
    def has_failed(self) -> bool:
        """Whether anything failed; a queued text has not."""
        return bool(
            self.invalid_numbers
            or self.unknown_recipients
            or self.disabled_accounts
            or self.left_out
            or any(result.has_failed for result in self.results)
        )

    @property
    def is_under_way(self) -> bool:
        """Whether any number was accepted or is queued."""
        return bool(self.count(SubmissionStatus.ACCEPTED) or self.count(SubmissionStatus.QUEUED))
