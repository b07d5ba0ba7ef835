"""What somebody wants to send, made into submissions that the platform takes (sections 3.1 and 3.2)."""

from datetime import datetime
import unicodedata
from urllib.parse import quote_plus

from . import charset as charsets
from .errors import InputField, InputProblem, InvalidInputError
from .link_ids import check_link_id, new_link_id
from .models import CHINA, Charset, Submission


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
    """Check everything, then cut: no submission exists unless all of them may leave.

    `mobiles` are normalised ones, `now` and `send_at` aware; a `link_id` chosen by the caller serves one submission alone.
    Raises InvalidInputError.
    """
    check_message(message, charset)
    if send_at is not None:
        check_send_at(send_at, now)
    chunks = [mobiles[start : start + max_mobiles] for start in range(0, len(mobiles), max_mobiles)]
    if link_id is not None:
        check_link_id(link_id)
        if len(chunks) > 1:
            raise InvalidInputError(InputField.LINK_ID, InputProblem.LINK_ID_OF_MANY, str(max_mobiles))
    return tuple(
        Submission(mobiles=chunk, message=message, link_id=link_id or new_link_id(), send_at=send_at) for chunk in chunks
    )


def check_message(message: str, charset: Charset) -> None:
    """Refuse a text that the platform would refuse or that would arrive maimed."""
    if not message.strip():
        raise InvalidInputError(InputField.MESSAGE, InputProblem.EMPTY_MESSAGE)
    for character in message:
        if unicodedata.category(character) == "Cc" and character not in "\n\t":
            raise InvalidInputError(InputField.MESSAGE, InputProblem.CONTROL_CHARACTER, f"U+{ord(character):04X}")
    charsets.encode(message, charset)


def check_send_at(send_at: datetime, now: datetime) -> None:
    """Refuse a time that has passed, that China's clock will never show, or whose zone nobody knows."""
    if send_at.tzinfo is None:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.NO_TIME_ZONE)
    if send_at <= now:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.IN_THE_PAST)
    try:
        send_at.astimezone(CHINA)
    except OverflowError:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME) from None


def parameters(submission: Submission, charset: Charset) -> dict[str, bytes]:
    """The parameters of a submission in the order of the specification, not yet urlencoded."""
    scheduled = {}
    if submission.send_at is not None:
        scheduled["dttime"] = submission.send_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S").encode()
    return {
        "mobile": ";".join(submission.mobiles).encode(),
        "msg": charsets.encode(submission.message, charset),
        **scheduled,
        "linkid": submission.link_id.encode(),
    }


def urlencode(fields: dict[str, bytes]) -> bytes:
    """Form-urlencode bytes, once: text would be encoded anew, in a charset of the library's choice."""
    return b"&".join(b"%s=%s" % (name.encode(), _quote(value)) for name, value in fields.items())


def _quote(value: bytes) -> bytes:
    """The standard library would look at a thousand numbers byte by byte, for the sake of what is between them."""
    if value.replace(b";", b"").isdigit():
        return value.replace(b";", b"%3B")
    return quote_plus(value).encode()
