"""What goes into the log and comes out of it: frozen values, times aware."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ..gateway.models import DeliveryStatus, RawPage, RawPush, Record


class Source(StrEnum):
    """The channel that something came in by."""

    PUSH = "push"
    PULL = "pull"


class Direction(StrEnum):
    """Which way a message went."""

    OUT = "out"
    IN = "in"


class MessageState(StrEnum):
    """What is known of a message; reports bring the outcomes."""

    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    DELIVERED = DeliveryStatus.DELIVERED
    EXPIRED = DeliveryStatus.EXPIRED
    UNDELIVERABLE = DeliveryStatus.UNDELIVERABLE
    UNKNOWN = DeliveryStatus.UNKNOWN
    BLACKLISTED = DeliveryStatus.BLACKLISTED
    BUSY = DeliveryStatus.BUSY
    OTHER = DeliveryStatus.OTHER
    RECEIVED = "received"
    QUARANTINED = "quarantined"


FAILED = (MessageState.REJECTED, MessageState.EXPIRED, MessageState.UNDELIVERABLE, MessageState.BLACKLISTED)
"""The states of a message that is not going to arrive."""


class Counter(StrEnum):
    """What is counted for good, whatever the clean-up removes: numbers, and replies."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    REPLIES = "replies"


@dataclass(frozen=True, kw_only=True, slots=True)
class RawInbound:
    """Something that came in, exactly as it came."""

    raw: RawPush | RawPage
    received_at: datetime

    @property
    def source(self) -> Source:
        """The channel that it came in by."""
        return Source.PUSH if isinstance(self.raw, RawPush) else Source.PULL


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportCounts:
    """How much an arrival brought: `replies` and `reports` that are new, `records` new or not, and what could not be read."""

    replies: int = 0
    reports: int = 0
    records: int = 0
    quarantined: int = 0
    is_foreign: bool = False

    def __add__(self, other: ImportCounts) -> ImportCounts:
        """Both together."""
        return ImportCounts(
            replies=self.replies + other.replies,
            reports=self.reports + other.reports,
            records=self.records + other.records,
            quarantined=self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingEvent:
    """A reply or report that waits to be handed over, and the text that it answers or reports on, where that is known."""

    id: int
    message_id: str
    record: Record
    source: Source
    received_at: datetime
    original_text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChange:
    """One step in the life of a message; `status` is the platform's code or the raw status of a report."""

    state: MessageState
    at: datetime
    status: str | None = None
    source: Source | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message as the log knows it: one text to one number, a reply, or something that could not be read."""

    message_id: str
    direction: Direction
    mobile: str | None
    message: str
    link_id: str | None
    state: MessageState
    at: datetime
    history: tuple[StatusChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageFilter:
    """Which messages are asked for; what is None does not matter. `since` is included, `until` is not."""

    direction: Direction | None = None
    mobile: str | None = None
    link_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What the log holds, in figures and times.

    Of what is quarantined, `unread` is what nobody has looked at yet. `states` are those of the last message to each group of numbers
    that was asked about.
    """

    counters: dict[Counter, int]
    quarantined: int
    unread: int
    waiting: int
    last_push: datetime | None
    first_accepted: datetime | None
    states: tuple[MessageState | None, ...]


def to_ms(time: datetime) -> int:
    """A time as it is stored."""
    return round(time.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(ms / 1000, UTC)
