"""Pushed replies and reports (sections 3.6 and 3.7).

The specification shows the parameters in the URL of a POST; a form body is as likely, and both at once are possible. Names are
read without regard to case. A push carries no time.
"""

import re
from urllib.parse import unquote_to_bytes

from .charset import decode
from .models import Charset, RawPush, Reading, Record, RecordKind, Reply, Report, Unreadable
from .numbers import canonical
from .records import known_link_id

_MAX_FIELDS = 64
_MOBILE = re.compile(r"\+?[0-9]{3,20}")


class _UnreadableError(Exception):
    """A push that can't be read; its text is the reason."""


def read_push(push: RawPush, *, user_id: str, evidence: Charset | None = None) -> Reading:
    """Read a push; what can't be read, or is for another user id, is in it as it came. Never raises."""
    whole = push.query + b"\n" + push.body
    try:
        fields = _fields(push)
        if _required(fields, "smsname").strip() != user_id:
            return Reading(unreadable=(Unreadable(raw=whole, reason="another user id"),), is_foreign=True)
        return Reading(records=(_record(fields),))
    except _UnreadableError as err:
        return Reading(unreadable=(Unreadable(raw=whole, reason=str(err)),))


def _fields(push: RawPush) -> dict[str, str]:
    """All parameters, names in lower case; two that contradict each other are an error."""
    fields: dict[str, str] = {}
    for source in (push.query, push.body):
        parts = source.split(b"&", _MAX_FIELDS)
        if len(parts) > _MAX_FIELDS:
            raise _UnreadableError("too many fields")
        for name, _, value in (part.partition(b"=") for part in parts if part):
            # The charset of the value is not known yet.
            text = decode(_unquote(value), _charset(push))
            if fields.setdefault(_unquote(name).decode("latin-1").strip().lower(), text) != text:
                raise _UnreadableError("contradictory fields")
    return fields


def _charset(push: RawPush) -> str | None:
    return (push.content_type or "").partition("charset=")[2] or None


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
