"""Reads pushed replies and reports (sections 3.6 and 3.7).

The specification shows the parameters in the URL of a POST; a form body is as likely, and both at once are possible. Names are
case-insensitive. A push contains no time.
"""

from collections.abc import Iterable
import re
import unicodedata

from .charset import declared_charset, decode, proven_charset, without_utf_16
from .compression import decompress
from .forms import Parameters, read_body, read_form
from .models import Charset, RawPush, Reading, Record, RecordKind, Reply, Report, Unreadable, UnreadableReason
from .numbers import canonical
from .records import MOBILE, known_link_id

MAX_DECOMPRESSED = 64 * 1024
"""The most bytes that a body may have after decompression; a larger one stays compressed."""

_SEPARATOR = re.compile(r"[;,；，、|\n]")


class _UnreadableError(Exception):
    """The push can't be read; the message is an UnreadableReason."""


class _ForeignError(_UnreadableError):
    """The push has another user id."""


def read_push(push: RawPush, *, user_id: str, evidence: Charset | None = None) -> Reading:
    """Read a push to an account (3.6, 3.7). Never raises.

    A push that can't be read, or that has another user id, is in `unreadable` as a whole. `evidence` is the charset of earlier
    content of the account.
    """
    body = without_utf_16(decompress(push.body, limit=MAX_DECOMPRESSED)[0])
    query, bodies = read_form(push.query), read_body(body, push.content_type)
    declared = declared_charset(push.content_type)
    records: list[Record] = []
    errors: list[_UnreadableError] = []
    for parameters in [query + body for body in bodies] or [query]:
        try:
            records += _records(_fields(parameters, declared, evidence), user_id)
        except _UnreadableError as err:
            errors.append(err)
    raw = push.query + b"\n" + push.body
    return Reading(
        records=tuple(records),
        unreadable=tuple(Unreadable(raw=raw, reason=str(err)) for err in errors[:1]),
        charset=_charset([query, *bodies], body),
        is_foreign=not records and any(isinstance(err, _ForeignError) for err in errors),
    )


def _charset(sets: Iterable[Parameters], body: bytes) -> Charset | None:
    """Return the charset of a push if it is certain; JSON values are text already, so the whole body decides."""
    values = [value for parameters in sets for _, value in parameters]
    proven = {proven_charset(value if isinstance(value, bytes) else body) for value in values} - {None}
    return proven.pop() if len(proven) == 1 else None


def _fields(parameters: Parameters, declared: Charset | None, evidence: Charset | None) -> dict[str, str]:
    """Decode the parameters. Raises _UnreadableError where the same name has two values."""
    fields: dict[str, str] = {}
    for name, value in parameters:
        text = decode(value, declared, evidence) if isinstance(value, bytes) else value
        text = text if name == "message" else text.strip()
        if fields.setdefault(name, text) != text:
            raise _UnreadableError(UnreadableReason.CONTRADICTORY_FIELDS)
    return fields


def _records(fields: dict[str, str], user_id: str) -> list[Record]:
    """Return the replies or reports of the parameters, one for each number."""
    if _fold(_required(fields, "smsname")) != _fold(user_id):
        raise _ForeignError(UnreadableReason.FOREIGN_USER_ID)
    link_id = known_link_id(fields.get("linkid", ""))
    match _required(fields, "class").lower():
        case RecordKind.REPLY:
            message = _required(fields, "message")
            return [Reply(mobile=mobile, message=message, link_id=link_id) for mobile in _mobiles(fields)]
        case RecordKind.REPORT:
            status = _required(fields, "report")
            return [Report(mobile=mobile, status=status, link_id=link_id) for mobile in _mobiles(fields)]
        case _:
            raise _UnreadableError(UnreadableReason.UNKNOWN_CLASS)


def _fold(user_id: str) -> str:
    """Remove the differences in case, width and blanks between two spellings of a user id."""
    return "".join(unicodedata.normalize("NFKC", user_id).casefold().split())


def _mobiles(fields: dict[str, str]) -> list[str]:
    """Return the numbers of a push, each once."""
    given = _required(fields, "mobile")
    for parts in ([given], _SEPARATOR.split(given), _SEPARATOR.sub(" ", given).split()):
        mobiles = [canonical(part) for part in parts if part.strip()]
        if mobiles and all(map(MOBILE.fullmatch, mobiles)):
            return list(dict.fromkeys(mobiles))
    raise _UnreadableError(UnreadableReason.NOT_A_NUMBER)


def _required(fields: dict[str, str], name: str) -> str:
    """Return the value of a required parameter, which may be blank. Raises _UnreadableError if it is missing."""
    if name not in fields:
        raise _UnreadableError(UnreadableReason(f"no {name}"))
    return fields[name]
