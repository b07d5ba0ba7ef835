"""Reads the times of pulled records (sections 3.4 and 3.5), in the platform's format and in those of resellers."""

from datetime import UTC, datetime, timedelta, timezone
import re
from urllib.parse import unquote_plus

from .models import CHINA

# 年, 月, 日, 时, 分, 秒, 上午 and 下午, in UTF-8 and in GB2312.
_YEAR = rb"(?:[-./]|\xe5\xb9\xb4|\xc4\xea)"
_MONTH = rb"(?:[-./]|\xe6\x9c\x88|\xd4\xc2)"
_DAY = rb"(?:\xe6\x97\xa5|\xc8\xd5)?"
_HOUR = rb"(?::|%3[Aa]|\xe6\x97\xb6|\xca\xb1)"
_MINUTE = rb"(?::|%3[Aa]|\xe5\x88\x86|\xb7\xd6)"
_SECOND = rb"(?:\xe7\xa7\x92|\xc3\xeb)?"
_HALF = rb"(?:[AaPp][Mm]|\xe4\xb8[\x8a\x8b]\xe5\x8d\x88|(?:\xc9\xcf|\xcf\xc2)\xce\xe7)?"
_GAP = rb"(?:[ T+\t]|%20){0,4}"
_DATE = rb"[0-9]{1,4}" + _YEAR + rb"[0-9]{1,2}" + _MONTH + rb"[0-9]{1,4}" + _DAY
_CLOCK = rb"[0-9]{1,2}" + _HOUR + rb"[0-9]{1,2}(?:" + _MINUTE + rb"(?:[0-9]{1,2}" + _SECOND + rb"(?:[.,][0-9]{1,9})?)?)?"
_ZONE = rb"(?:Z|CST|(?:GMT|UTC)?[+-][0-9]{1,2}:?[0-9]{0,2})?"

DATE_TIME = (
    rb"(?:"
    + _DATE
    + _GAP
    + _HALF
    + _GAP
    + _CLOCK
    + _GAP
    + _HALF
    + _GAP
    + _ZONE
    + rb"|20[0-9]{12}|1[0-9]{9}(?:[0-9]{3})?(?![0-9]))"
)
"""A date with a time of day, as bytes of either charset."""

SLASHED_DATE = rb"(?:[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})(?![0-9])"
"""A date with slashes, which do not separate fields."""

_READABLE = re.compile(
    r"(?P<first>\d{1,4})[-./年](?P<second>\d{1,2})[-./月](?P<third>\d{1,4})日?[ T\t]*(?P<before>[ap]m|上午|下午)?[ \t]*"
    r"(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})(?:[:分](?:(?P<seconds>\d{1,2})秒?(?:[.,]\d+)?)?)?[ \t]*(?P<after>[ap]m)?[ \t]*"
    r"(?P<zone>z|cst|(?:gmt|utc)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{0,2}))?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)
_EPOCH = re.compile(r"(1\d{9})(?:\d{3})?", re.ASCII)


def read_time(text: str) -> datetime | None:
    """Read a time (3.4, 3.5). It is in China's time zone unless it names another one. None if it can't be read."""
    text = (unquote_plus(text) if "%" in text else text).strip()
    try:
        read = _read(text)
    except ValueError, OverflowError:
        return None
    # Years near the limits of datetime can't be converted to every time zone.
    return read if read and 2000 <= read.year < 9999 else None


def _read(text: str) -> datetime | None:
    if epoch := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(epoch[1]), CHINA)
    if compact := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second = map(int, compact.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
    found = _READABLE.fullmatch(text.replace("+", " ") if " " not in text and "T" not in text else text)
    if found is None:
        return None
    year, month, day = _date(found)
    read = datetime(year, month, day, _hour(found), int(found["minute"]), int(found["seconds"] or 0), tzinfo=_zone(found))
    return read.astimezone(CHINA)


def _date(found: re.Match[str]) -> tuple[int, int, int]:
    """Return year, month and day, which may come in any order. Raises ValueError where none of the numbers is a year."""
    first, second, third = found["first"], int(found["second"]), found["third"]
    if len(first) == 4:
        return int(first), second, int(third)
    if len(third) != 4:
        raise ValueError
    # American software writes the month first, and a 12-hour clock.
    is_american = second > 12 or (found["after"] is not None and int(first) <= 12)
    return (int(third), int(first), second) if is_american else (int(third), second, int(first))


def _hour(found: re.Match[str]) -> int:
    """Return the hour of a 24-hour clock."""
    hour = int(found["hour"])
    match (found["before"] or found["after"] or "").lower():
        case "pm" | "下午" if hour < 12:
            return hour + 12
        case "am" | "上午" if hour == 12:
            return 0
    return hour


def _zone(found: re.Match[str]) -> timezone:
    """Return the time zone that the time names, or China's."""
    if found["sign"] is None:
        return UTC if (found["zone"] or "").lower() == "z" else CHINA
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)
