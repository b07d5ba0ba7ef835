"""The options of an account."""

import asyncio
from collections.abc import Collection
from ipaddress import ip_network
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..const import (
    CONF_ALLOWED_SOURCES,
    CONF_BALANCE_INTERVAL,
    CONF_CHARSET,
    CONF_DAILY_LIMIT,
    CONF_LISTENER_PORT,
    CONF_LOW_BALANCE,
    CONF_POLL_INTERVAL,
    CONF_RETENTION_DAYS,
    CONF_SIGNATURE,
    DEFAULT_BALANCE_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_RETENTION_DAYS,
    MIN_RETENTION_DAYS,
    ReceiveMode,
)
from ..gateway.models import Charset
from ..gateway.submissions import fits_charset
from ..inbound.push_url import async_placeholders
from ..translation import localised


def mode_selector() -> SelectSelector:
    """How replies and reports come in."""
    return SelectSelector(SelectSelectorConfig(options=[mode.value for mode in ReceiveMode], translation_key=CONF_MODE))


def _number(unit: str | None = None) -> NumberSelector:
    """A whole number. Its bounds are checked here and not by the selector, whose error knows neither the field nor the language."""
    config = NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX)
    if unit:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


BOUNDS = {
    CONF_POLL_INTERVAL: (10, 3600),
    CONF_LISTENER_PORT: (1, 65535),
    CONF_DAILY_LIMIT: (0, 1_000_000),
    CONF_BALANCE_INTERVAL: (5, 1440),
    CONF_LOW_BALANCE: (0, 1_000_000),
    CONF_RETENTION_DAYS: (MIN_RETENTION_DAYS, 3650),
}

SECTIONS: dict[str, dict[vol.Marker, Any]] = {
    "receive": {
        vol.Required(CONF_MODE): mode_selector(),
        vol.Required(CONF_POLL_INTERVAL, default=DEFAULT_POLL_INTERVAL): _number(UnitOfTime.SECONDS),
    },
    "push": {
        vol.Optional(CONF_LISTENER_PORT): _number(),
        vol.Optional(CONF_ALLOWED_SOURCES): TextSelector(TextSelectorConfig(multiple=True)),
    },
    "send": {
        vol.Optional(CONF_SIGNATURE): TextSelector(),
        vol.Required(CONF_DAILY_LIMIT, default=0): _number(),
    },
    "balance": {
        vol.Required(CONF_BALANCE_INTERVAL, default=DEFAULT_BALANCE_INTERVAL): _number(UnitOfTime.MINUTES),
        vol.Required(CONF_LOW_BALANCE, default=0): _number(),
    },
    "log": {
        vol.Required(CONF_RETENTION_DAYS, default=DEFAULT_RETENTION_DAYS): _number(UnitOfTime.DAYS),
    },
}
_COLLAPSED = {"push", "log"}
# A script that fills in the form need not know which section an option is in.
_ALL_OPTIONS = vol.Schema({field: selector for fields in SECTIONS.values() for field, selector in fields.items()})
_SECTION_OF = {str(field): name for name, fields in SECTIONS.items() for field in fields}


class _WrongOptionError(Exception):
    """An option can't be as it was entered."""

    def __init__(self, error: str, option: str, **placeholders: str) -> None:
        """Name the error's text, the option, and what fills the text."""
        super().__init__(error)
        self.errors = {_SECTION_OF.get(option, "base"): error}
        self.placeholders = placeholders


class SmsAdminOptionsFlow(OptionsFlow):
    """The form of the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all of them at once."""
        values = dict(self.config_entry.options)
        errors: dict[str, str] = {}
        wrong: dict[str, str] = {}
        if user_input is not None:
            values = _without_sections(user_input)
            try:
                return self.async_create_entry(data=await self._checked(values))
            except _WrongOptionError as err:
                # The frontend shows no error at a field inside a section, but at the section; the texts of these name the field.
                errors, wrong = err.errors, err.placeholders
        return self.async_show_form(
            step_id="init",
            data_schema=options_schema(values, wrong=errors),
            errors=errors,
            description_placeholders={
                **await async_placeholders(self.hass, self.config_entry.data[CONF_WEBHOOK_ID]),
                **wrong,
            },
        )

    async def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """The options as they are stored; what is empty is not."""
        try:
            values = _ALL_OPTIONS(values)
        except vol.Invalid as err:
            option = str(err.path[0])
            raise _WrongOptionError("invalid_option", option, detail=option) from err
        options = {
            **values,
            **{name: self._whole_number(name, values[name]) for name in BOUNDS if values.get(name) is not None},
            CONF_SIGNATURE: _signature(values.get(CONF_SIGNATURE, ""), Charset(self.config_entry.data[CONF_CHARSET])),
            CONF_ALLOWED_SOURCES: [_network(source) for source in values.get(CONF_ALLOWED_SOURCES, []) if source.strip()],
        }
        port = options.get(CONF_LISTENER_PORT)
        if port and port != self.config_entry.options.get(CONF_LISTENER_PORT):
            await _check_port(port)
        return {name: value for name, value in options.items() if value not in ("", [], None)}

    def _whole_number(self, name: str, value: float) -> int:
        """A number within the bounds of its option."""
        low, high = BOUNDS[name]
        if not low <= value <= high or value != int(value):
            label = localised(self.hass, f"options.step.init.sections.{_SECTION_OF[name]}.data.{name}")
            raise _WrongOptionError("out_of_bounds", name, detail=label, low=str(low), high=str(high))
        return int(value)


def options_schema(values: dict[str, Any], *, wrong: Collection[str] = ()) -> vol.Schema:
    """The form with what is in force, or was entered; where sections are wrong, with these alone open, so that they are seen."""
    return vol.Schema(
        {
            # The frontend fills a section in from the default of the section, if it has one, and not from those of its fields.
            vol.Optional(name, default=_in_force(fields, values)): section(
                vol.Schema({_filled(field, values): selector for field, selector in fields.items()}),
                {"collapsed": name not in wrong if wrong else name in _COLLAPSED},
            )
            for name, fields in SECTIONS.items()
        },
        extra=vol.ALLOW_EXTRA,
    )


def _without_sections(user_input: dict[str, Any]) -> dict[str, Any]:
    """What was entered, field by field."""
    values: dict[str, Any] = {}
    for name in SECTIONS:
        values |= user_input[name]
    return values | {name: value for name, value in user_input.items() if name not in SECTIONS}


def _in_force(fields: dict[vol.Marker, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The values of a section."""
    defaults = {str(field): field.default() for field in fields if isinstance(field, vol.Required) and callable(field.default)}
    return defaults | {str(field): values[str(field)] for field in fields if str(field) in values}


def _filled(field: vol.Marker, values: dict[str, Any]) -> vol.Marker:
    """A field with its value."""
    name = str(field)
    if name not in values:
        return field
    if isinstance(field, vol.Required):
        return vol.Required(name, default=values[name])
    # Other than a default, a suggestion can be emptied.
    return vol.Optional(name, description={"suggested_value": values[name]})


def _signature(text: str, charset: Charset) -> str:
    """A signature without its brackets."""
    signature = text.strip().removeprefix("【").removesuffix("】").strip()
    if not signature:
        return ""
    if not fits_charset(signature, charset):
        raise _WrongOptionError("invalid_signature", CONF_SIGNATURE)
    if {"【", "】", "\n", "\t"} & set(signature):
        raise _WrongOptionError("invalid_signature", CONF_SIGNATURE)
    return signature


def _network(source: str) -> str:
    """An IP network in its usual form; a single address is one of its own."""
    try:
        return str(ip_network(source.strip(), strict=False))
    except ValueError as err:
        raise _WrongOptionError("invalid_source", CONF_ALLOWED_SOURCES, detail=source) from err


async def _check_port(port: int) -> None:
    """Refuse a port that can't be had."""
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, port=port)
    except OSError as err:
        raise _WrongOptionError("port_in_use", CONF_LISTENER_PORT, detail=str(port)) from err
    server.close()
