"""What crosses the boundary between the wire and whoever uses it: frozen values, times aware."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from hashlib import md5

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The platform's clock; China has had one zone without summer time since 1991."""


class Charset(StrEnum):
    """A charset that a text can be submitted in (history of the specification, 2.0.0)."""

    UTF_8 = "utf-8"
    GB2312 = "gb2312"


class SubmitMethod(StrEnum):
    """The interface that submits: getSendSms (3.1) or postSendSms (3.2)."""

    POST = "post"
    GET = "get"

    @property
    def max_mobiles(self) -> int:
        """How many numbers one submission takes."""
        return 1000 if self is SubmitMethod.POST else 100


class RecordKind(StrEnum):
    """What the platform passes on; the value is the push's Class (3.6, 3.7)."""

    REPLY = "mo"
    REPORT = "rpt"


class DeliveryStatus(StrEnum):
    """What a report says became of a message (3.9)."""

    DELIVERED = "delivered"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    BLACKLISTED = "blacklisted"
    BUSY = "busy"
    OTHER = "other"


_OUTCOMES = {
    "DELIVRD": DeliveryStatus.DELIVERED,
    "EXPIRED": DeliveryStatus.EXPIRED,
    "UNDELIV": DeliveryStatus.UNDELIVERABLE,
    "UNKNOWN": DeliveryStatus.UNKNOWN,
    "REJECTD": DeliveryStatus.REJECTED,
    "DTBLACK": DeliveryStatus.BLACKLISTED,
    "ERR:104": DeliveryStatus.BUSY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """Who asks: the user id and the MD5 of the password, 32 lowercase hex digits."""

    user_id: str
    password_md5: str


def password_digest(password: str) -> str:
    """The form in which the platform takes a password (3.1, pwd)."""
    return md5(password.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One submission: one text to as many numbers as one call takes, under one link id."""

    mobiles: tuple[str, ...]
    message: str
    link_id: str
    send_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A text that came back from a phone (3.4, 3.6). `replied_at` and `sub_code` are known of pulled ones alone."""

    mobile: str
    message: str
    link_id: str | None
    sub_code: str | None = None
    replied_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of one message to one number (3.5, 3.7)."""

    mobile: str
    status: str
    link_id: str | None
    sub_code: str | None = None
    reported_at: datetime | None = None

    @property
    def outcome(self) -> DeliveryStatus:
        """The meaning of the raw status (3.9)."""
        return _OUTCOMES.get(self.status.strip().upper(), DeliveryStatus.OTHER)


type Record = Reply | Report


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """What came in and could not be read, as it came."""

    raw: bytes
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RawPush:
    """A push as it came: the undecoded query string and body, and the charset that the sender declared."""

    query: bytes
    body: bytes
    content_type: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RawPage:
    """A pulled page as it came. It will not be handed out again, not even one that broke off (`complete` is false)."""

    kind: RecordKind
    body: bytes
    content_type: str | None = None
    content_encoding: str | None = None
    status: int = 200
    complete: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a push or a page holds, and the charset that it is in where it can be in no other."""

    records: tuple[Record, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    charset: Charset | None = None
    is_foreign: bool = False
