"""Parses, normalises, compares and masks phone numbers.

A number has two forms. `normalise` returns the form that is sent and stored: mainland numbers without prefix, foreign numbers with
00 in front. `canonical` returns the form that is compared: without the 00, because the platform may report a number either way.
Numbers of +1 keep their 001 in both forms, because 13105551234 would be another person's mainland mobile.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
import re
from typing import NamedTuple
from urllib.parse import unquote

from .errors import InputField, InputProblem, InvalidInputError
from .models import private

# `;ext=` and `;phone-context=` belong to the number in front of them (RFC 3966).
_SEPARATORS = re.compile(r"[,；，、|\r\n\u2028\u2029]|;(?!ext=|phone-context=)")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Invisible characters that contacts and web pages add: joiners, direction marks, soft hyphens, variation selectors, fillers.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_LABEL = re.compile(
    r"(?:tel(?:ephone)?|sms|smsto|callto|phone|mobile|电话|手机(?:号码?)?|電話|手機(?:號碼?)?)(?:;[^:]*)?\.?\s*:(?://)?",
    re.IGNORECASE,
)
_CONTEXT = re.compile(r";phone-context=[^;]*")
# A list that became a text leaves its brackets behind, a sentence its full stop.
_ENCLOSING = "'\"`‘’“”[]。 \t"
_BLANK = re.compile(r"[\s/]")
_DECORATION = re.compile(r"[\s/\-\u2010-\u2015\u2043\u2212\ufe58\ufe63.·•‧∙・()\[\]【】]")
_TRUNK_ZERO = re.compile(r"(?<=[0-9)])[\s\-.]*[(\[]0[)\]]")
_EXTENSION = re.compile(r"[0-9)\s.](?:ext(?:ension|n)?|;ext=|x|#|转|轉|分机|分機)[.:\s]*[0-9]+", re.IGNORECASE)
# Numbers that a spreadsheet or YAML has changed: 13802102102.0, 1.38E+10, 13,802,102,102, 138,0210,2102.
_CHANGED = re.compile(
    r"[0-9]+\.0{0,2}|[0-9]+(?:\.[0-9]+)?e\+?[0-9]+"
    r"|[0-9]{1,2}(?:,\s*[0-9]{3,4})+(?:\.[0-9]*)?|(?=[0-9]+,)1,?\s*[3-9](?:,?\s*[0-9]){9}",
    re.IGNORECASE,
)

_MOBILE = re.compile(r"(?:(?:\+|\+?00)86(?:0|86)?|86)?(1[0-9]{10})")
_CHINA = re.compile(r"(?:\+|\+?00)860?((?!86)[1-9][0-9]{2,18})")
_NO_AREA = re.compile(r"[48]00[0-9]{7}")
_WITHOUT_ZERO = re.compile(r"10[1-9][0-9]{7}|[2-9][0-9]{8,10}")
# A number of E.164 has 15 digits at most.
_ABROAD = re.compile(r"(?:\+|\+?00)(?!86)([1-9][0-9]{4,14})")
# The platform's own sub-numbers have up to 20 digits; the shortest number, of emergency services, 3.
_NUMBER = re.compile(r"(?!00)[0-9]{3,20}|00[1-9][0-9]{4,14}")
_MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[1-9][0-9]{7}|0[3-9][0-9]{2}[1-9][0-9]{6,7}|[48]00[0-9]{7}")
_PLAUSIBLE = re.compile(r"[0-9]{3,6}|106[0-9]{3,17}|001[2-9][0-9]{9}|00[2-9][0-9]{6,14}")


@private
class InvalidNumber(NamedTuple):
    """A value that is no valid number. `position` counts from 1; `typed` is private and must not be logged."""

    position: int
    typed: str
    problem: InputProblem


@private
class ParsedNumbers(NamedTuple):
    """The numbers of a call: the valid ones, each once, and the invalid ones."""

    mobiles: tuple[str, ...]
    invalid: tuple[InvalidNumber, ...]


@lru_cache(maxsize=1024)
def canonical(text: str) -> str:
    """Return the form in which numbers are compared; text that is no number is returned unchanged. Never raises."""
    # Most are mainland mobiles, and a call may have a hundred thousand.
    if len(text) == 11 and text[0] == "1" and text.isascii() and text.isdigit():
        return text
    mobile = _sending_form(_tidy(text))
    if not _NUMBER.fullmatch(mobile):
        return text.strip()
    return mobile if mobile.startswith("001") else mobile.removeprefix("00")


def normalise(value: object) -> str:
    """Return the form of a number that is sent and stored (3.1, mobile).

    Raises InvalidInputError for a value that is no number, or that YAML or a spreadsheet has changed.
    """
    if isinstance(value, str):
        return _normalise_text(value)
    # YAML reads 0138… as octal and 138.0 as a float. Of unquoted numbers only mainland mobiles are certain to be unchanged.
    if type(value) is int and (mainland := _MOBILE.fullmatch(str(value))) and _MAINLAND_MOBILE.fullmatch(mainland[1]):
        return mainland[1]
    problem = InputProblem.INVALID_NUMBER if value is None else InputProblem.CHANGED_NUMBER
    raise InvalidInputError(InputField.MOBILE, problem, mask(str(value)))


def parse_all(values: Iterable[object]) -> ParsedNumbers:
    """Normalise all numbers of a call, in the order given; one string may contain several. Never raises."""
    values = tuple(values)
    if _are_normal(values):
        return ParsedNumbers(mobiles=tuple(dict.fromkeys(map(str, values))), invalid=())
    mobiles: dict[str, str] = {}
    invalid = []
    for position, typed in enumerate(_items(values), 1):
        try:
            mobile = normalise(typed)
            mobiles.setdefault(canonical(mobile), mobile)
        except InvalidInputError as err:
            invalid.append(InvalidNumber(position=position, typed=str(typed).strip(), problem=err.problem))
    return ParsedNumbers(mobiles=tuple(mobiles.values()), invalid=tuple(invalid))


def looks_mistyped(mobile: str) -> bool:
    """Whether a normalised number has no known shape: ten digits that begin with 1, twelve digits, and the like."""
    return not any(shape.fullmatch(mobile) for shape in (_MAINLAND_MOBILE, _LANDLINE, _PLAUSIBLE))


def mask(mobile: str) -> str:
    """Return a number in the form that may be shown and logged: 138****2102."""
    if len(mobile) >= 11:
        return f"{mobile[:3]}****{mobile[-4:]}"
    return f"{mobile[:1]}****{mobile[-1:]}" if len(mobile) >= 5 else "****"


def _tidy(text: str) -> str:
    """Convert full-width characters to ASCII; remove invisible characters and a label such as `tel:`."""
    text = _INVISIBLE.sub("", text).translate(_FULL_WIDTH).strip(_ENCLOSING).strip()
    if label := _LABEL.match(text):
        text = unquote(text[label.end() :]).partition("?")[0]
    return _CONTEXT.sub("", text)


def _sending_form(tidy: str) -> str:
    """Return a tidy text in the form that is sent, whether or not the result is a number."""
    bare = _DECORATION.sub("", _TRUNK_ZERO.sub("", tidy) if _has_country_code(tidy) else tidy)
    if mobile := _MOBILE.fullmatch(bare):
        return mobile[1]
    if china := _CHINA.fullmatch(bare):
        has_area = _WITHOUT_ZERO.fullmatch(china[1]) and not _NO_AREA.fullmatch(china[1])
        return f"0{china[1]}" if has_area else china[1]
    return f"00{abroad[1]}" if (abroad := _ABROAD.fullmatch(bare)) else bare


def _has_country_code(tidy: str) -> bool:
    return tidy.lstrip("([【 ").startswith(("+", "00"))


def _normalise_text(text: str) -> str:
    tidy = _tidy(text)
    mobile = _sending_form(tidy)
    if problem := _problem(tidy, mobile):
        raise InvalidInputError(InputField.MOBILE, problem, mask(_DECORATION.sub("", tidy)))
    return mobile


def _problem(tidy: str, mobile: str) -> InputProblem | None:
    """Return why a text is not the number that was read from it; None if it is."""
    if _CHANGED.fullmatch(tidy):
        return InputProblem.CHANGED_NUMBER
    if _EXTENSION.search(tidy):
        return InputProblem.EXTENSION
    is_number = _NUMBER.fullmatch(mobile)
    # Blanks may separate two numbers, which joined would be a third person's.
    if _BLANK.search(tidy) and not (is_number and _may_have_blanks(tidy, mobile)):
        only_digits = mobile.replace("+", "").isdigit()
        return InputProblem.TWO_NUMBERS if only_digits else InputProblem.INVALID_NUMBER
    return None if is_number else InputProblem.INVALID_NUMBER


def _may_have_blanks(tidy: str, mobile: str) -> bool:
    """Whether blanks inside only group the digits of one number."""
    if _has_country_code(tidy):
        # A longer mainland number is two numbers.
        return mobile.startswith("00") or len(mobile) <= 12
    return bool(_MAINLAND_MOBILE.fullmatch(mobile) or _LANDLINE.fullmatch(mobile))


def _items(values: Iterable[object]) -> Iterator[object]:
    """Yield the numbers of nested lists and separated strings; a string of separators alone is yielded as one invalid item."""
    for value in values:
        if isinstance(value, (list, tuple, set, frozenset)):
            yield from _items(value)
        elif isinstance(value, str) and not _CHANGED.fullmatch(_tidy(value)):
            yield from [part for part in _SEPARATORS.split(value.translate(_FULL_WIDTH)) if part.strip()] or [value]
        else:
            yield value


def _are_normal(values: tuple[object, ...]) -> bool:
    """Whether all values are mainland mobiles already: parsing 100,000 numbers one by one would block the event loop."""
    if not all(type(value) is str and len(value) == 11 and value[0] == "1" for value in values):
        return False
    digits = "".join(map(str, values))
    return digits.isascii() and (digits.isdigit() or not digits)
