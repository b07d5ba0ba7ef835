"""Data classes and enumerations of the gateway package, such as the delivery statuses of reports. Values are frozen, times aware."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from hashlib import md5
from typing import NamedTuple


def private[ClassT: type](cls: ClassT) -> ClassT:
    """Leave the values out of the representation of a class that holds numbers, texts or digests.

    Home Assistant logs the arguments of a listener that raises, and asyncio those of a callback.
    """
    # Not an assignment, which mypy takes for one to the metaclass.
    setattr(cls, "__repr__", lambda self: f"<{cls.__name__}>")  # noqa: B010
    return cls


CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time zone of the platform; China has had no summer time since 1991."""

LAST_TIME = datetime(9999, 12, 31, tzinfo=UTC)
"""The last time that is taken: every time zone has it."""


class Charset(StrEnum):
    """The charset of submitted texts (history of the specification, 2.0.0)."""

    UTF_8 = "utf-8"
    GB2312 = "gb2312"


class SubmitMethod(StrEnum):
    """The interface that a text is submitted by: getSendSms (3.1) or postSendSms (3.2)."""

    POST = "post"
    GET = "get"

    @property
    def max_mobiles(self) -> int:
        """The most numbers that one submission may have."""
        return 1000 if self is SubmitMethod.POST else 100


class RecordKind(StrEnum):
    """The kind of an incoming record; the value is the parameter Class of a push (3.6, 3.7)."""

    REPLY = "mo"
    REPORT = "rpt"


class DeliveryStatus(StrEnum):
    """The delivery status in a report (3.9)."""

    DELIVERED = "delivered"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    BLACKLISTED = "blacklisted"
    BUSY = "busy"
    OTHER = "other"


DELIVERY_STATUSES = {
    "DELIVRD": DeliveryStatus.DELIVERED,
    "EXPIRED": DeliveryStatus.EXPIRED,
    "UNDELIV": DeliveryStatus.UNDELIVERABLE,
    "UNKNOWN": DeliveryStatus.UNKNOWN,
    "REJECTD": DeliveryStatus.REJECTED,
    "DTBLACK": DeliveryStatus.BLACKLISTED,
    "ERR:104": DeliveryStatus.BUSY,
}


@private
class Credentials(NamedTuple):
    """The user id, and the MD5 digest of the password as 32 lowercase hex digits (3.1, uid and pwd)."""

    user_id: str
    password_md5: str


def password_digest(password: str) -> str:
    """Return the MD5 digest of a password, as the platform expects it (3.1, pwd)."""
    return md5(password.encode(), usedforsecurity=False).hexdigest()


@private
class Submission(NamedTuple):
    """One text to as many numbers as one call may have, under one link id (3.1, 3.2)."""

    mobiles: tuple[str, ...]
    message: str
    link_id: str
    send_at: datetime | None = None


@private
@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A text that was sent from a phone to the account (3.4, 3.6). Only pulled replies have `replied_at` and `sub_code`."""

    mobile: str
    message: str
    link_id: str | None
    sub_code: str | None = None
    replied_at: datetime | None = None


@private
@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A delivery report on one text to one number (3.5, 3.7)."""

    mobile: str
    status: str
    link_id: str | None
    sub_code: str | None = None
    reported_at: datetime | None = None

    @property
    def outcome(self) -> DeliveryStatus:
        """The delivery status that the raw status stands for (3.9)."""
        return DELIVERY_STATUSES.get(self.status.strip().upper(), DeliveryStatus.OTHER)


type Record = Reply | Report


class UnreadableReason(StrEnum):
    """Why bytes from the platform could not be read; message logs have the values."""

    BROKE_OFF = "the answer broke off"
    NOT_A_RECORD = "not a record"
    ANOTHER_RECORD = "another record in the text"
    CONTRADICTORY_FIELDS = "contradictory fields"
    FOREIGN_USER_ID = "for another user id"
    UNKNOWN_CLASS = "unknown class"
    NOT_A_NUMBER = "not a number"
    NO_SMSNAME = "no smsname"
    NO_CLASS = "no class"
    NO_MOBILE = "no mobile"
    NO_MESSAGE = "no message"
    NO_REPORT = "no report"


@private
class Unreadable(NamedTuple):
    """Bytes from the platform that could not be read, unchanged, and the reason: an UnreadableReason, or the type of an error."""

    raw: bytes
    reason: str


@private
class RawPush(NamedTuple):
    """A push as received: the undecoded query string and body, and the whole Content-Type header."""

    query: bytes
    body: bytes
    content_type: str | None = None


@private
class RawPage(NamedTuple):
    """A pulled page as received. The platform returns each page once, even one that broke off (`complete` is false)."""

    kind: RecordKind
    body: bytes
    content_type: str | None = None
    content_encoding: str | None = None
    status: int = 200
    complete: bool = True


class Reading(NamedTuple):
    """The records of a push or a pulled page.

    `charset` is set where the content is valid in that charset alone; it is evidence for later content. `is_foreign` is true for a
    push with another user id.
    """

    records: tuple[Record, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    charset: Charset | None = None
    is_foreign: bool = False
