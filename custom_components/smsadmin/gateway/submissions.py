"""Turns texts and numbers into submissions, and submissions into request parameters (sections 3.1 and 3.2)."""

from datetime import datetime
import re
from typing import NamedTuple
import unicodedata
from urllib.parse import quote_plus

from . import charset as charsets
from .errors import InputField, InputProblem, InvalidInputError
from .link_ids import check_link_id, new_link_id
from .models import CHINA, LAST_TIME, Charset, Submission

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# A cluster that phones show as one character: a flag of two letters, or a character with its marks, variants and joined characters.
_CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|.(?:\u200d.|[\u0300-\u036f\u200d\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f])*",
    re.DOTALL,
)


class PreparedText(NamedTuple):
    """A text that the charset can represent, and the number of characters that were replaced or removed for that."""

    text: str
    replaced_characters: int


def prepare_text(message: str, charset: Charset) -> PreparedText:
    """Replace characters that the charset lacks, and remove control characters (3.1, msg).

    Raises InvalidInputError for an empty or blank text only.
    """
    prepared = _fit(message, charset)
    if all(character.isspace() or unicodedata.category(character) == "Cf" for character in prepared.text):
        raise InvalidInputError(InputField.MESSAGE, InputProblem.EMPTY_MESSAGE)
    return prepared


def fits_charset(text: str, charset: Charset) -> bool:
    """Whether a charset has every character of a text."""
    return _fit(text, charset).replaced_characters == 0


def _fit(message: str, charset: Charset) -> PreparedText:
    text, removed = _CONTROL.subn("", message.replace("\r\n", "\n").replace("\r", "\n"))
    # JSON may escape an emoji as two surrogates: join them into one character.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if not _lacks(text, charset):
        return PreparedText(text=text, replaced_characters=removed)
    clusters = _CLUSTER.findall(unicodedata.normalize("NFC", text))
    replaced = [_replacement(cluster, charset) if _lacks(cluster, charset) else cluster for cluster in clusters]
    changed = sum(before != after for before, after in zip(clusters, replaced, strict=True))
    return PreparedText(text="".join(replaced), replaced_characters=removed + changed)


def _lacks(text: str, charset: Charset) -> bool:
    """Whether a charset lacks a character of a text: encoding it adds question marks."""
    return charsets.encode(text, charset).count(b"?") != text.count("?")


def _replacement(cluster: str, charset: Charset) -> str:
    """Return a question mark, or less for a cluster that lacks only a blank, an invisible character or a mark."""
    first = cluster[0]
    if not _lacks(first, charset):
        return "".join(character for character in cluster if not _lacks(character, charset))
    if unicodedata.category(first) == "Zs":
        return " "
    return "" if len(cluster) == 1 and unicodedata.category(first) in ("Cf", "Mn") else "?"


def compose(
    mobiles: tuple[str, ...],
    prepared: PreparedText,
    *,
    max_mobiles: int,
    now: datetime,
    send_at: datetime | None = None,
    link_id: str | None = None,
) -> tuple[Submission, ...]:
    """Check all other input, then divide the numbers into submissions of at most `max_mobiles` (3.1, 3.2).

    `mobiles` are normalised, `now` and `send_at` aware. The first submission has the caller's `link_id`, the others new ones.
    Raises InvalidInputError.
    """
    if not mobiles:
        raise InvalidInputError(InputField.MOBILE, InputProblem.NO_NUMBER)
    if send_at is not None:
        check_send_at(send_at, now)
    if link_id is not None:
        check_link_id(link_id)
    chunks = [mobiles[start : start + max_mobiles] for start in range(0, len(mobiles), max_mobiles)]
    link_ids = [link_id or new_link_id(), *(new_link_id() for _ in chunks[1:])]
    return tuple(
        Submission(mobiles=chunk, message=prepared.text, link_id=one, send_at=send_at)
        for chunk, one in zip(chunks, link_ids, strict=True)
    )


def check_send_at(send_at: datetime, now: datetime) -> None:
    """Check the time of a scheduled text (3.1, dttime).

    Raises InvalidInputError for a time that has passed, has no time zone, or is later than LAST_TIME.
    """
    if send_at.tzinfo is None:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.NO_TIME_ZONE)
    if send_at <= now:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.IN_THE_PAST)
    if send_at > LAST_TIME:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME)


def parameters(submission: Submission, charset: Charset) -> dict[str, bytes]:
    """Return the parameters of a submission in the order of the specification, not yet urlencoded (3.1, 3.2).

    The text is fitted to the charset again, because the account's charset may have changed while the text was queued.
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
    """Form-urlencode bytes. aiohttp would urlencode text in UTF-8, whatever the account's charset is."""
    return b"&".join(b"%s=%s" % (name.encode(), _quote(value)) for name, value in fields.items())


def _quote(value: bytes) -> bytes:
    """Urlencode one value. A list of 1,000 numbers skips quote_plus(), which is slow because it works byte by byte."""
    if value.replace(b";", b"").isdigit():
        return value.replace(b";", b"%3B")
    return quote_plus(value).encode()
