"""Texts and numbers, made into submissions that the platform takes (sections 3.1 and 3.2)."""

from dataclasses import dataclass
from datetime import datetime
import re
import unicodedata
from urllib.parse import quote_plus

from . import charset as charsets
from .errors import InputField, InputProblem, InvalidInputError
from .link_ids import check_link_id, new_link_id
from .models import CHINA, Charset, Submission

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What phones show as one character: a flag of two letters; or a character with marks, variants and what is joined to it.
_CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|.(?:\u200d.|[\u0300-\u036f\u200d\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f])*",
    re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedText:
    """A text that can be sent as it is, and how many characters had to be replaced or left out for that."""

    text: str
    replaced_characters: int


def prepare_text(message: str, charset: Charset) -> PreparedText:
    """Replace what the charset lacks, and leave out control characters. InvalidInputError for an empty or blank text alone."""
    prepared = _fit(message, charset)
    if all(character.isspace() or unicodedata.category(character) == "Cf" for character in prepared.text):
        raise InvalidInputError(InputField.MESSAGE, InputProblem.EMPTY_MESSAGE)
    return prepared


def fits_charset(text: str, charset: Charset) -> bool:
    """Whether a text arrives as it was written."""
    return _fit(text, charset).replaced_characters == 0


def _fit(message: str, charset: Charset) -> PreparedText:
    text, left_out = _CONTROL.subn("", message.replace("\r\n", "\n").replace("\r", "\n"))
    # Halves of an emoji that came one by one, as from JSON, are one character again.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if not _lacks(text, charset):
        return PreparedText(text=text, replaced_characters=left_out)
    clusters = _CLUSTER.findall(unicodedata.normalize("NFC", text))
    replaced = [_replacement(cluster, charset) if _lacks(cluster, charset) else cluster for cluster in clusters]
    changed = sum(before != after for before, after in zip(clusters, replaced, strict=True))
    return PreparedText(text="".join(replaced), replaced_characters=left_out + changed)


def _lacks(text: str, charset: Charset) -> bool:
    """Whether a charset lacks a character of a text; a question mark is its own replacement."""
    return charsets.encode(text, charset).count(b"?") != text.count("?")


def _replacement(cluster: str, charset: Charset) -> str:
    """A question mark, unless what the charset lacks is only a blank, can't be seen, or decorates a character that it has."""
    first = cluster[0]
    if not _lacks(first, charset):
        return "".join(character for character in cluster if not _lacks(character, charset))
    if unicodedata.category(first) == "Zs":
        return " "
    return "" if len(cluster) == 1 and unicodedata.category(first) in ("Cf", "Mn") else "?"


def compose(
    mobiles: tuple[str, ...],
    message: str,
    *,
    charset: Charset,
    max_mobiles: int,
    now: datetime,
    send_at: datetime | None = None,
    link_id: str | None = None,
) -> tuple[Submission, ...]:
    """Check everything, then cut into submissions: none exists unless all of them may leave.

    `mobiles` are normalised, `now` and `send_at` aware. The first submission has the caller's `link_id`, the others get their
    own. Raises InvalidInputError.
    """
    text = prepare_text(message, charset).text
    if not mobiles:
        raise InvalidInputError(InputField.MOBILE, InputProblem.NO_NUMBER)
    if send_at is not None:
        check_send_at(send_at, now)
    if link_id is not None:
        check_link_id(link_id)
    chunks = [mobiles[start : start + max_mobiles] for start in range(0, len(mobiles), max_mobiles)]
    link_ids = [link_id or new_link_id(), *(new_link_id() for _ in chunks[1:])]
    return tuple(
        Submission(mobiles=chunk, message=text, link_id=one, send_at=send_at) for chunk, one in zip(chunks, link_ids, strict=True)
    )


def check_send_at(send_at: datetime, now: datetime) -> None:
    """Refuse a time that has passed, that has no zone, or that China's clock never shows."""
    if send_at.tzinfo is None:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.NO_TIME_ZONE)
    if send_at <= now:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.IN_THE_PAST)
    try:
        send_at.astimezone(CHINA)
    except OverflowError:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME) from None


def parameters(submission: Submission, charset: Charset) -> dict[str, bytes]:
    """The parameters of a submission in the order of the specification, not yet urlencoded.

    A text that has waited may meet another charset than the one it was composed for.
    """
    scheduled = {}
    if submission.send_at is not None:
        scheduled["dttime"] = submission.send_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S").encode()
    return {
        "mobile": ";".join(submission.mobiles).encode(),
        "msg": charsets.encode(_fit(submission.message, charset).text, charset),
        **scheduled,
        "linkid": submission.link_id.encode(),
    }


def urlencode(fields: dict[str, bytes]) -> bytes:
    """Form-urlencode bytes, once: the library would encode text again, in a charset of its own choice."""
    return b"&".join(b"%s=%s" % (name.encode(), _quote(value)) for name, value in fields.items())


def _quote(value: bytes) -> bytes:
    """Urlencode one value; a thousand numbers without the standard library, which looks at them byte by byte."""
    if value.replace(b";", b"").isdigit():
        return value.replace(b";", b"%3B")
    return quote_plus(value).encode()
