"""The options of an account."""

import asyncio
from collections.abc import Collection
from ipaddress import ip_network
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID, UnitOfTime
from homeassistant.core import HomeAssistant
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

from ..account import all_accounts
from ..const import (
    CONF_ALLOWED_SOURCES,
    CONF_BALANCE_INTERVAL,
    CONF_CHARSET,
    CONF_DAILY_LIMIT,
    CONF_LISTENER_PORT,
    CONF_LOW_BALANCE,
    CONF_POLL_INTERVAL,
    CONF_RETENTION_DAYS,
    CONF_RETRY_FOR,
    CONF_SIGNATURE,
    DEFAULT_BALANCE_INTERVAL,
    DEFAULT_POLL_INTERVAL,
    DEFAULT_RETENTION_DAYS,
    DEFAULT_RETRY_FOR,
    MIN_RETENTION_DAYS,
    ReceiveMode,
)
from ..gateway.models import Charset
from ..gateway.submissions import fits_charset
from ..inbound.push_url import push_urls


def mode_selector() -> SelectSelector:
    """How replies and reports come in."""
    return SelectSelector(SelectSelectorConfig(options=[mode.value for mode in ReceiveMode], translation_key=CONF_MODE))


def _number(unit: str | None = None) -> NumberSelector:
    """A field for a whole number. `BOUNDS` has its limits: an error of the selector names no field, and is in English."""
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
    CONF_RETRY_FOR: (0, 1440),
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
        vol.Required(CONF_RETRY_FOR, default=DEFAULT_RETRY_FOR): _number(UnitOfTime.MINUTES),
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
# A script that fills in the form need not know which section an option is in.
_ALL_OPTIONS = vol.Schema(
    {field: selector for fields in SECTIONS.values() for field, selector in fields.items()}, extra=vol.REMOVE_EXTRA
)
_SECTION_OF = {str(field): name for name, fields in SECTIONS.items() for field in fields}

# Fields that show a URL and are no options. They have several lines, because a URL that is cut off can't be copied.
_URLS: dict[vol.Marker, Any] = {
    vol.Optional(name): TextSelector(TextSelectorConfig(read_only=True, multiline=True)) for name in ("push_url", "webhook_url")
}


class _WrongOptionError(Exception):
    """An option has an invalid value."""

    def __init__(self, option: str, detail: str = "", *, error: str | None = None) -> None:
        """Keep what the form shows: `detail` fills the text of the error, `error` is its key if that is not `invalid_` and the option."""
        super().__init__(option)
        # The frontend shows no error at a field inside a section, but at the section; so each text names its field.
        self.errors = {_SECTION_OF[option]: error or f"invalid_{option}"}
        low, high = BOUNDS.get(option, (0, 0))
        self.placeholders = {"detail": detail, "low": str(low), "high": str(high)}


class SmsAdminOptionsFlow(OptionsFlow):
    """The form of the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for all options in one form."""
        values = dict(self.config_entry.options)
        errors: dict[str, str] = {}
        wrong: dict[str, str] = {}
        if user_input is not None:
            values = _without_sections(user_input)
            try:
                return self.async_create_entry(data=await self._validate(values))
            except _WrongOptionError as err:
                errors, wrong = err.errors, err.placeholders
        urls = push_urls(self.hass, self.config_entry.data[CONF_WEBHOOK_ID])
        return self.async_show_form(
            step_id="init",
            data_schema=options_schema(values | urls, wrong=errors),
            errors=errors,
            description_placeholders=urls | wrong,
        )

    async def _validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Validate the options, and leave out empty ones."""
        try:
            values = _ALL_OPTIONS(values)
        except vol.Invalid as err:
            raise _WrongOptionError(str(err.path[0]), "?") from err
        options = {
            **values,
            **{name: _whole_number(name, values[name]) for name in BOUNDS if values.get(name) is not None},
            CONF_SIGNATURE: _signature(values.get(CONF_SIGNATURE, ""), Charset(self.config_entry.data[CONF_CHARSET])),
            CONF_ALLOWED_SOURCES: [_network(source) for source in values.get(CONF_ALLOWED_SOURCES, []) if source.strip()],
        }
        if port := options.get(CONF_LISTENER_PORT):
            await _check_port(self.hass, port)
        return {name: value for name, value in options.items() if value not in ("", [], None)}


def options_schema(values: dict[str, Any], *, wrong: Collection[str] = ()) -> vol.Schema:
    """The form with the present options, or those that were entered. If sections have errors, only these are open."""
    closed = {"log"} if values.get(CONF_MODE) in (ReceiveMode.PUSH, ReceiveMode.BOTH) else {"log", "push"}
    sections = {name: _URLS | fields if name == "push" else fields for name, fields in SECTIONS.items()}
    return vol.Schema(
        {
            # The frontend fills a section in from the default of the section, if it has one, and not from those of its fields.
            vol.Optional(name, default=_in_force(fields, values)): section(
                vol.Schema({_filled(field, values): selector for field, selector in fields.items()}),
                {"collapsed": name not in wrong if wrong else name in closed},
            )
            for name, fields in sections.items()
        },
        extra=vol.ALLOW_EXTRA,
    )


def _without_sections(user_input: dict[str, Any]) -> dict[str, Any]:
    """The values that were entered, without their sections."""
    values: dict[str, Any] = {}
    for name in SECTIONS:
        values |= user_input[name]
    return values | {name: value for name, value in user_input.items() if name not in SECTIONS}


def _in_force(fields: dict[vol.Marker, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The values that the form shows in a section: the given ones, and the defaults of required fields without one."""
    defaults = {str(field): field.default() for field in fields if isinstance(field, vol.Required) and callable(field.default)}
    return defaults | {str(field): values[str(field)] for field in fields if str(field) in values}


def _filled(field: vol.Marker, values: dict[str, Any]) -> vol.Marker:
    """A field with its value."""
    name = str(field)
    if name not in values:
        return field
    if isinstance(field, vol.Required):
        return vol.Required(name, default=values[name])
    # Not a default: voluptuous would put that back where the user has emptied the field.
    return vol.Optional(name, description={"suggested_value": values[name]})


def _whole_number(option: str, value: float) -> int:
    """A number within the bounds of its option."""
    low, high = BOUNDS[option]
    if not low <= value <= high or value != int(value):
        raise _WrongOptionError(option)
    return int(value)


def _signature(text: str, charset: Charset) -> str:
    """A signature without its brackets."""
    signature = text.strip().removeprefix("【").removesuffix("】").strip()
    if not signature:
        return ""
    if {"【", "】", "\n", "\t"} & set(signature) or not fits_charset(signature, charset):
        raise _WrongOptionError(CONF_SIGNATURE)
    return signature


def _network(source: str) -> str:
    """An IP network in its usual form; a single address is one of its own."""
    try:
        return str(ip_network(source.strip(), strict=False))
    except ValueError as err:
        raise _WrongOptionError(CONF_ALLOWED_SOURCES, source) from err


async def _check_port(hass: HomeAssistant, port: int) -> None:
    """Raise if the port can't be opened; accounts may share one."""
    if any(account.entry.options.get(CONF_LISTENER_PORT) == port for account in all_accounts(hass)):
        return
    try:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, port=port)
    except OSError as err:
        raise _WrongOptionError(CONF_LISTENER_PORT, str(port), error="port_in_use") from err
    server.close()
