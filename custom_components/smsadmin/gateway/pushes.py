"""Pushed replies and reports (sections 3.6 and 3.7).

The specification shows the parameters in the URL of a POST; a form body is as likely, and both at once are possible. Names are
read without regard to case. A push carries no time.
"""

from dataclasses import dataclass
from functools import lru_cache
import re
from urllib.parse import quote_plus, unquote_to_bytes

from .charset import decode
from .models import RawPush, Record, RecordKind, Reply, Report, Unreadable
from .numbers import canonical
from .records import known_link_id

_MAX_FIELDS = 64
_MOBILE = re.compile(r"\+?[0-9]{3,20}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """A push, read: whose account it is for, where it says so in one voice, and what it brings."""

    user_id: str | None
    content: Record | Unreadable


def is_for(push: RawPush, user_id: str) -> bool:
    """Whether a push is for an account; True as well where it does not say for whom, or not in one voice."""
    # What almost all of them have. Of one that contradicts it elsewhere, `read_push` does not know either whom it is for.
    expected = _sms_name(user_id)
    if expected in push.body.split(b"&") or expected in push.query.split(b"&"):
        return True
    return read_push(push).user_id in (None, user_id)


@lru_cache
def _sms_name(user_id: str) -> bytes:
    """The parameter that names an account, as the platform writes it."""
    return f"SmsName={quote_plus(user_id)}".encode()


class _UnreadableError(Exception):
    """A push that can't be read; its text is the reason."""


def read_push(push: RawPush) -> Push:
    """Read a push; what can't be read is in it as it came. Never raises."""
    user_id = None
    try:
        fields = _fields(push)
        user_id = _required(fields, "smsname").strip()
        return Push(user_id=user_id, content=_record(fields))
    except _UnreadableError as err:
        return Push(user_id=user_id, content=Unreadable(raw=push.query + b"\n" + push.body, reason=str(err)))


def _fields(push: RawPush) -> dict[str, str]:
    """All parameters, names in lower case; two that contradict each other are an error."""
    fields: dict[str, str] = {}
    for source in (push.query, push.body):
        parts = source.split(b"&", _MAX_FIELDS)
        if len(parts) > _MAX_FIELDS:
            raise _UnreadableError("too many fields")
        for name, _, value in (part.partition(b"=") for part in parts if part):
            # The charset of the value is not known yet.
            text = decode(_unquote(value), push.charset)
            if fields.setdefault(_unquote(name).decode("latin-1").strip().lower(), text) != text:
                raise _UnreadableError("contradictory fields")
    return fields


def _unquote(raw: bytes) -> bytes:
    """Urlencoded bytes, decoded."""
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _record(fields: dict[str, str]) -> Record:
    """The reply or report that the parameters describe."""
    match _required(fields, "class").strip().lower():
        case RecordKind.REPLY:
            return Reply(
                mobile=_mobile(fields), message=_required(fields, "message"), link_id=known_link_id(_required(fields, "linkid"))
            )
        case RecordKind.REPORT:
            return Report(
                mobile=_mobile(fields),
                status=_required(fields, "report").strip(),
                link_id=known_link_id(_required(fields, "linkid")),
            )
        case _:
            raise _UnreadableError("unknown class")


def _mobile(fields: dict[str, str]) -> str:
    """The phone that a push is about."""
    mobile = canonical(_required(fields, "mobile"))
    if not _MOBILE.fullmatch(mobile):
        raise _UnreadableError("not a number")
    return mobile


def _required(fields: dict[str, str], name: str) -> str:
    """The value of a parameter that the specification requires; it may be blank."""
    if name not in fields:
        raise _UnreadableError(f"no {name}")
    return fields[name]
