"""Reads the time at which a text is to be sent, as actions take it."""

from contextlib import suppress
from datetime import UTC, datetime

from homeassistant.util import dt as dt_util

from ..gateway.errors import InputField, InputProblem, InvalidInputError


def parse_send_at(value: object) -> datetime | None:
    """Read a time; one without a zone is in Home Assistant's own. None for an empty value; raises InvalidInputError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    time = value
    if isinstance(value, str):
        # parse_datetime() raises for a well-formed date that does not exist.
        with suppress(ValueError):
            time = dt_util.parse_datetime(value)
    if not isinstance(time, datetime):
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME)
    if time.tzinfo:
        return time
    local = time.replace(tzinfo=dt_util.get_default_time_zone())
    try:
        is_skipped = local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != time
    except OverflowError:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME) from None
    if is_skipped:
        # The clocks are put forward over this hour.
        raise InvalidInputError(InputField.SEND_AT, InputProblem.SKIPPED_TIME)
    return local
