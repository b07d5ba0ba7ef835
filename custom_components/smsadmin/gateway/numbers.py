"""Phone numbers: the one form in which they are sent, stored, compared and shown."""

from collections.abc import Iterable
import re

from .errors import InputField, InputProblem, InvalidInputError

_SEPARATORS = re.compile(r"[;,；，、\n]")
_DECORATION = re.compile(r"[\s\-\u2010-\u2015]")
_MAINLAND = re.compile(r"(?:\+86|0086|86)(1[0-9]{10})")
# The longest number of E.164 has 15 digits, the platform's own sub-numbers up to 20; the shortest, of emergency services, 3.
_NUMBER = re.compile(r"[0-9]{3,20}")


def canonical(mobile: str) -> str:
    """A number without decoration, and a mainland one without its country code; anything else is left as it is."""
    bare = _DECORATION.sub("", mobile)
    return mainland[1] if (mainland := _MAINLAND.fullmatch(bare)) else bare


def normalise(mobile: str) -> str:
    """The canonical form of a number to send to; InvalidInputError for what is not a number."""
    bare = canonical(mobile)
    if not _NUMBER.fullmatch(bare):
        raise InvalidInputError(InputField.MOBILE, InputProblem.INVALID_NUMBER, mask(bare))
    return bare


def normalise_all(mobiles: Iterable[str]) -> tuple[str, ...]:
    """The numbers to send to, each once, in the order given; one string may hold several."""
    mobiles = tuple(mobiles)
    if _are_canonical(mobiles):
        return tuple(dict.fromkeys(mobiles))
    parts = (part for mobile in mobiles for part in _SEPARATORS.split(mobile) if part.strip())
    numbers = tuple(dict.fromkeys(normalise(part) for part in parts))
    if not numbers:
        raise InvalidInputError(InputField.MOBILE, InputProblem.NO_NUMBER)
    return numbers


def _are_canonical(mobiles: tuple[str, ...]) -> bool:
    """Whether all are mainland numbers already: a hundred thousand, looked at one by one, would keep the loop busy."""
    digits = "".join(mobiles)
    return set(map(len, mobiles)) == {11} and digits.isascii() and digits.encode().isdigit()


def mask(mobile: str) -> str:
    """The form of a number that may be shown and logged: 138****2102."""
    if len(mobile) >= 11:
        return f"{mobile[:3]}****{mobile[-4:]}"
    return f"{mobile[:1]}****{mobile[-1:]}" if len(mobile) >= 5 else "****"
