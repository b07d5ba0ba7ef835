"""What became of what was sent."""

from dataclasses import dataclass
from enum import StrEnum

from ..gateway.answers import ACCEPTED
from ..gateway.errors import GatewayError, OutcomeUnknownError, RejectedError
from ..gateway.models import Submission


class SubmissionStatus(StrEnum):
    """What became of a submission: three outcomes, never two."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionResult:
    """A submission and what kept it from being accepted."""

    submission: Submission
    error: GatewayError | None

    @property
    def outcome(self) -> SubmissionStatus:
        """Rejected is what surely does not go out, be it the platform's word or ours."""
        if self.error is None:
            return SubmissionStatus.ACCEPTED
        return SubmissionStatus.UNCONFIRMED if isinstance(self.error, OutcomeUnknownError) else SubmissionStatus.REJECTED

    @property
    def code(self) -> str | None:
        """The code that the platform answered with (section 3.8), if it did."""
        if self.error is None:
            return ACCEPTED
        return self.error.code if isinstance(self.error, RejectedError) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What became of everything that one call sent."""

    submissions: tuple[SubmissionResult, ...]

    def count(self, outcome: SubmissionStatus) -> int:
        """How many numbers met an outcome."""
        return sum(len(result.submission.mobiles) for result in self.submissions if result.outcome is outcome)

    @property
    def message(self) -> str:
        """The text as it went out, the same in every submission."""
        return self.submissions[0].submission.message

    @property
    def accepted_mobiles(self) -> frozenset[str]:
        """The numbers that were accepted."""
        accepted = (result for result in self.submissions if result.outcome is SubmissionStatus.ACCEPTED)
        return frozenset(mobile for result in accepted for mobile in result.submission.mobiles)

    @property
    def failures(self) -> list[GatewayError]:
        """What kept submissions from being accepted."""
        return [result.error for result in self.submissions if result.error]
