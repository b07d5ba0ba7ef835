"""Data classes of the message log. Values are frozen, times aware."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import uuid7

from ..gateway.models import LAST_TIME, DeliveryStatus, RawPage, RawPush, Record, Submission, private

REASON_CRASHED = "crashed while it was published"
"""Why a record is quarantined that crashed Home Assistant; the reasons of unreadable content are `gateway.models.UnreadableReason`."""


class Source(StrEnum):
    """The channel that something came in by."""

    PUSH = "push"
    PULL = "pull"


class Direction(StrEnum):
    """Which way a message went."""

    OUT = "out"
    IN = "in"


class MessageState(StrEnum):
    """What is known of a message; reports bring the values of DeliveryStatus."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    NOT_SENT = "not_sent"
    CANCELLED = "cancelled"
    DELIVERED = DeliveryStatus.DELIVERED
    EXPIRED = DeliveryStatus.EXPIRED
    UNDELIVERABLE = DeliveryStatus.UNDELIVERABLE
    UNKNOWN = DeliveryStatus.UNKNOWN
    BLACKLISTED = DeliveryStatus.BLACKLISTED
    BUSY = DeliveryStatus.BUSY
    OTHER = DeliveryStatus.OTHER
    RECEIVED = "received"
    QUARANTINED = "quarantined"


FAILED = (
    MessageState.REJECTED,
    MessageState.NOT_SENT,
    MessageState.EXPIRED,
    MessageState.UNDELIVERABLE,
    MessageState.BLACKLISTED,
)
"""The states of a message that is not going to arrive; `number.failed` of the schema names the same ones."""

SEVERITY = (
    *FAILED,
    *(MessageState.UNCONFIRMED, MessageState.UNKNOWN, MessageState.OTHER, MessageState.QUARANTINED),
    MessageState.QUEUED,
    *(MessageState.SUBMITTING, MessageState.BUSY),
    *(MessageState.ACCEPTED, MessageState.CANCELLED, MessageState.DELIVERED, MessageState.RECEIVED),
)
"""All states, the worst first, as in frontend/src/states.ts: the state of a group is that of its number that fared worst."""


class Counter(StrEnum):
    """Totals of numbers and replies, which the clean-up does not reduce."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    REPLIES = "replies"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """A submission, the call that it belongs to, until when it is tried, and the recipient that each of its numbers belongs to."""

    submission: Submission
    call_id: str
    called_at: datetime
    expires_at: datetime | None
    recipient_ids: tuple[str | None, ...]
    message_id: str = field(default_factory=lambda: uuid7().hex)
    positions: tuple[int, ...] = field(default=(), compare=False)
    """The positions of its numbers in the submission, where some of the submission's numbers are missing."""

    def number_message_id(self, index: int) -> str:
        """The message id of one of its numbers."""
        return f"{self.message_id}-{self.positions[index] if self.positions else index}"

    def mobiles_named(self, *, message_id: str | None, link_id: str | None) -> frozenset[str]:
        """The number of a message, or all numbers if the link id is this one's."""
        mobiles = self.submission.mobiles
        if link_id == self.submission.link_id:
            return frozenset(mobiles)
        if message_id is None or not message_id.startswith(self.message_id):
            return frozenset()
        return frozenset(mobile for index, mobile in enumerate(mobiles) if self.number_message_id(index) == message_id)

    def without(self, mobiles: frozenset[str]) -> Outgoing | None:
        """The text to its other numbers, without these; None if there are no others."""
        kept = [index for index, mobile in enumerate(self.submission.mobiles) if mobile not in mobiles]
        if not kept:
            return None
        return replace(
            self,
            submission=replace(self.submission, mobiles=tuple(self.submission.mobiles[index] for index in kept)),
            recipient_ids=tuple(self.recipient_ids[index] for index in kept),
            positions=tuple(self.positions[index] if self.positions else index for index in kept),
        )


class DailyLimit(NamedTuple):
    """How many numbers the calls from one time to another may have; each of both times stands for its whole quarter of an hour.

    `under_way` are the link ids of submissions that the log need not have yet, each with how many numbers it has.
    """

    numbers: int
    since: datetime
    until: datetime
    under_way: Mapping[str, int] = MappingProxyType({})


@private
class RawInbound(NamedTuple):
    """A push or a pulled page, exactly as it came."""

    raw: RawPush | RawPage
    received_at: datetime

    @property
    def source(self) -> Source:
        """The channel that it came in by."""
        return Source.PUSH if isinstance(self.raw, RawPush) else Source.PULL


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportCounts:
    """How much an arrival brought: `replies` and `reports` that are new, `records` new or not, and what could not be read.

    Of what is quarantined, `unseen` was pushed or looks like a record: a user has to look at it. `is_foreign`: a push for another user
    id. `is_repeated`: content without records that equals the content before it. `events` are the new records,
    if the attempt to publish them is counted already.
    """

    replies: int = 0
    reports: int = 0
    records: int = 0
    quarantined: int = 0
    unseen: int = 0
    is_foreign: bool = False
    is_repeated: bool = False
    events: tuple[PendingEvent, ...] = field(default=(), compare=False)

    def __add__(self, other: ImportCounts) -> ImportCounts:
        """Both together, without their events."""
        return ImportCounts(
            replies=self.replies + other.replies,
            reports=self.reports + other.reports,
            records=self.records + other.records,
            quarantined=self.quarantined + other.quarantined,
            unseen=self.unseen + other.unseen,
            is_foreign=self.is_foreign or other.is_foreign,
            is_repeated=self.is_repeated or other.is_repeated,
        )


@private
class PendingEvent(NamedTuple):
    """A reply or report that waits to be published.

    `original_text` and `recipient_id` are those of the message with its link id, where that is known. `attempts` counts how often
    it was about to be published.
    """

    id: int
    message_id: str
    record: Record
    source: Source
    received_at: datetime
    original_text: str | None
    recipient_id: str | None
    attempts: int


@private
class PublishedRecord(NamedTuple):
    """A reply or report, and the data of its bus event."""

    record: Record
    data: Mapping[str, Any]


@private
@dataclass(frozen=True, kw_only=True, slots=True)
class UndeliveredMessage:
    """A message to a number that has not been delivered."""

    message_id: str
    call_id: str
    mobile: str
    recipient_id: str | None
    message: str
    link_id: str
    state: MessageState
    called_at: datetime


@private
@dataclass(frozen=True, kw_only=True, slots=True)
class FailedMessage(UndeliveredMessage):
    """A message that failed at `failed_at`; `id` is its place in the sequence of failures.

    `is_first`: no failure of another number that the same call addressed by the same recipient came before.
    """

    id: int
    code: str | None
    reason: str | None
    send_at: datetime | None
    failed_at: datetime
    is_first: bool


@private
@dataclass(frozen=True, kw_only=True, slots=True)
class OverdueMessage(UndeliveredMessage):
    """A message that was not delivered by `due_at`."""

    due_at: datetime


class Overdue(NamedTuple):
    """The messages that have become overdue, in the order in which they were sent, and when the next one will be.

    `last_id` is the highest id of a submission in the log.
    """

    messages: tuple[OverdueMessage, ...]
    next_at: datetime | None
    last_id: int


class StatusChange(NamedTuple):
    """One step in the life of a message; `status` is the platform's code or the raw status of a report."""

    state: MessageState
    at: datetime
    status: str | None = None
    source: Source | None = None


@private
class Message(NamedTuple):
    """A message as the log knows it: one text to one number, a reply, or something that could not be read.

    `code` is the platform's answer (section 3.8), `status` that of the last report; `reason` is an opaque text of the caller or, of
    what could not be read, of the decoder. `at` is the time of the call, or of arrival. `is_published`: the event of a reply was fired,
    and is not fired again.
    """

    message_id: str
    direction: Direction
    mobile: str | None
    recipient_id: str | None
    message: str
    link_id: str | None
    state: MessageState
    at: datetime
    history: tuple[StatusChange, ...]
    code: str | None = None
    status: str | None = None
    reason: str | None = None
    send_at: datetime | None = None
    is_published: bool | None = None


@private
class MessageFilter(NamedTuple):
    """Which messages are asked for; a field that is None does not matter. `since` is included, `until` is not.

    `parties` are pairs of a recipient's id, or none, and a number (see `conversations`).
    """

    direction: Direction | None = None
    mobile: str | None = None
    link_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    parties: Sequence[tuple[str, str]] | None = None
    limit: int = 50


@private
class LastMessage(NamedTuple):
    """The last call to a group of numbers, with what became of the number that fared worst."""

    state: MessageState
    message: str
    at: datetime
    code: str | None
    status: str | None
    reason: str | None
    send_at: datetime | None


class Summary(NamedTuple):
    """What the log holds, in figures and times.

    `queued` counts numbers. Of what is quarantined, `unseen` is what a user has to look at and no user has seen yet.
    """

    counters: dict[Counter, int]
    queued: int
    queued_since: datetime | None
    quarantined: int
    unseen: int
    unpublished: int
    last_push: datetime | None
    first_accepted: datetime | None


_LAST_MS = round(LAST_TIME.timestamp() * 1000)


def to_ms(time: datetime) -> int:
    """A time as it is stored."""
    return round(time.timestamp() * 1000)


def optional_ms(time: datetime | None) -> int | None:
    """A time as it is stored, if there is one."""
    return None if time is None else to_ms(time)


def quarter_of(time: datetime) -> int:
    """The quarter of an hour since 1970 that a time is in."""
    return to_ms(time) // (15 * 60 * 1000)


def from_ms(ms: int) -> datetime:
    """A stored time; of a damaged row, the first or last one that there is."""
    return datetime.fromtimestamp(min(max(ms, 0), _LAST_MS) / 1000, UTC)


def optional_time(ms: int | None) -> datetime | None:
    """A stored time, if there is one."""
    return None if ms is None else from_ms(ms)


def readable[ResultT](read: Callable[..., ResultT], rows: Iterable[tuple[Any, ...]]) -> Iterator[ResultT]:
    """Read rows, and leave out damaged ones."""
    for row in rows:
        try:
            message = read(*row)
        except ValueError:
            continue
        yield message
