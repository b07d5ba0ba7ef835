"""Reads the fields of a call. A text goes out even where a field can't be read."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import ATTR_RETRY_FOR, ATTR_SIGNATURE

SEND_OPTIONS: dict[str, Callable[[Any], Any]] = {ATTR_RETRY_FOR: cv.positive_time_period, ATTR_SIGNATURE: cv.boolean}
"""Options that can be left out without keeping a text from going out, each with its validator."""


def text(value: object) -> str:
    """A text; a list, as YAML and templates make it, has a line for each item."""
    try:
        return str(cv.string(value))
    except vol.Invalid:
        if isinstance(value, list):
            return "\n".join(map(text, value))
        return "" if value is None else str(value)


def read_options(
    data: Mapping[Any, Any], validators: Mapping[str, Callable[[Any], Any]]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the options in `data`, and the names of unknown or unreadable ones. An empty value leaves an option out."""
    options, left_out = {}, []
    for name, value in data.items():
        try:
            if value is not None and str(value).strip():
                options[name] = validators[name](value)
        except KeyError, ValueError, OverflowError, vol.Invalid:
            left_out.append(str(name))
    return options, tuple(left_out)
