"""Adding, changing and re-authenticating an account."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components import webhook
from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import (
    CONF_MODE,
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow, section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .account import find_account
from .const import (
    CONF_CHARSET,
    CONF_PASSWORD_MD5,
    CONF_SIGNATURE,
    CONF_SUBMIT_METHOD,
    DOMAIN,
    SUBENTRY_TYPE_RECIPIENT,
    ReceiveMode,
)
from .flows.connection import account_key, check_connection, normalise_url
from .flows.options import SmsAdminOptionsFlow, mode_selector
from .flows.recipient import RecipientFlow
from .gateway.client import DEFAULT_BASE_URL
from .gateway.models import Charset, SubmitMethod, password_digest
from .gateway.submissions import fits_charset
from .inbound.push_url import push_urls
from .migration import MINOR_VERSION, VERSION, account_title, is_account_title

SECTION_ADVANCED = "advanced"

_USERNAME = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password"))
_ADVANCED = {
    CONF_URL: TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
    CONF_CHARSET: SelectSelector(
        SelectSelectorConfig(options=[charset.value for charset in Charset], translation_key=CONF_CHARSET)
    ),
    CONF_SUBMIT_METHOD: SelectSelector(
        SelectSelectorConfig(options=[method.value for method in SubmitMethod], translation_key=CONF_SUBMIT_METHOD)
    ),
    CONF_VERIFY_SSL: BooleanSelector(),
}
_DEFAULTS = {
    CONF_URL: DEFAULT_BASE_URL,
    CONF_CHARSET: Charset.UTF_8.value,
    CONF_SUBMIT_METHOD: SubmitMethod.POST.value,
    CONF_VERIFY_SSL: True,
}
REAUTH_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
RECEIVE_SCHEMA = vol.Schema({vol.Required(CONF_MODE, default=ReceiveMode.PULL.value): mode_selector()})


class SmsAdminConfigFlow(ConfigFlow, domain=DOMAIN):
    """The forms of an account. The password is used once, for its digest, and kept nowhere."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    def __init__(self) -> None:
        """Begin with an empty form."""
        self._data: dict[str, Any] = {}
        self._placeholders: dict[str, str] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return SmsAdminOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        return {SUBENTRY_TYPE_RECIPIENT: RecipientFlow}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the settings of the account."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._data, errors = await self._validate(user_input)
            if not errors:
                self._data[CONF_WEBHOOK_ID] = webhook.async_generate_id()
                return await self.async_step_receive()
        return self._show("user", user_input or {}, errors)

    async def async_step_receive(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how replies and reports come in; where they are pushed, the closing page shows the URL for the platform."""
        if user_input is None:
            return self.async_show_form(step_id="receive", data_schema=RECEIVE_SCHEMA)
        # Another form may have added it while this one was open.
        self._abort_if_known(self._data)
        return self.async_create_entry(
            title=account_title(self.hass, self._data[CONF_USERNAME]),
            data=self._data,
            options=user_input,
            description="push" if ReceiveMode(user_input[CONF_MODE]).pushes else None,
            description_placeholders=push_urls(self.hass, self._data[CONF_WEBHOOK_ID]),
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Continue with the first recipient, unless there is a closing page, which Home Assistant would skip."""
        if result["description"]:
            return result
        first = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_TYPE_RECIPIENT), context=SubentryFlowContext(source=SOURCE_USER)
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, first["flow_id"])
        return result

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin re-authentication, because the platform rejects the password."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the new password."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = {**entry.data, CONF_PASSWORD_MD5: password_digest(user_input[CONF_PASSWORD])}
            if not (errors := await self._check_connection(data)):
                return self._save(entry, data, "reauth_successful")
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(REAUTH_SCHEMA, user_input),
            errors=errors,
            description_placeholders={CONF_USERNAME: entry.data[CONF_USERNAME], **self._placeholders},
        )

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the settings of the account; an empty password field keeps the password."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = await self._validate(user_input, entry.data)
            if not errors and not fits_charset(entry.options.get(CONF_SIGNATURE, ""), Charset(data[CONF_CHARSET])):
                errors = {"base": "signature_not_encodable"}
            if not errors:
                return self._save(entry, data, "reconfigure_successful")
        return self._show("reconfigure", user_input or _as_input(entry.data), errors)

    async def _validate(
        self, user_input: dict[str, Any], known: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the settings that a form's input stands for, and the errors of the form."""
        url = normalise_url(user_input[SECTION_ADVANCED][CONF_URL])
        if url is None:
            # The frontend shows no error at a field inside a section; the text of this one names the field.
            return {}, {"base": "invalid_url"}
        data = {**(known or {}), **user_input[SECTION_ADVANCED], CONF_URL: url, CONF_USERNAME: user_input[CONF_USERNAME].strip()}
        if password := user_input.get(CONF_PASSWORD):
            data[CONF_PASSWORD_MD5] = password_digest(password)
        if not data[CONF_USERNAME]:
            return {}, {CONF_USERNAME: "empty_username"}
        if CONF_PASSWORD_MD5 not in data:
            return {}, {CONF_PASSWORD: "empty_password"}
        self._abort_if_known(data)
        return data, await self._check_connection(data)

    async def _check_connection(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Try the settings; return the errors of the form."""
        if (failure := await check_connection(self.hass, data)) is None:
            return {}
        error, self._placeholders = failure
        return {"base": error}

    def _abort_if_known(self, data: Mapping[str, Any]) -> None:
        """Abort if the account has an entry already: of two, each would get only some of the replies."""
        own = self.context.get("entry_id")
        others = (entry for entry in self._async_current_entries() if entry.entry_id != own)
        if any(account_key(entry.data) == account_key(data) for entry in others):
            raise AbortFlow("already_configured")

    def _show(self, step_id: str, values: Mapping[str, Any], errors: dict[str, str]) -> ConfigFlowResult:
        """The form of an account with these values."""
        password = vol.Required if step_id == "user" else vol.Optional
        advanced = {**_DEFAULTS, **values.get(SECTION_ADVANCED, {})}
        fields = vol.Schema({vol.Required(name, default=advanced[name]): selector for name, selector in _ADVANCED.items()})
        schema = vol.Schema(
            {
                vol.Required(CONF_USERNAME, description={"suggested_value": values.get(CONF_USERNAME)}): _USERNAME,
                password(CONF_PASSWORD, description={"suggested_value": values.get(CONF_PASSWORD)}): _PASSWORD,
                # The section has a default too, so that a form sent without it is valid.
                vol.Optional(SECTION_ADVANCED, default=advanced): section(fields, {"collapsed": not errors}),
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema,
            errors=errors,
            description_placeholders={"location": "", **self._placeholders},
        )

    def _save(self, entry: ConfigEntry, data: Mapping[str, Any], reason: str) -> ConfigFlowResult:
        """Change an account's settings; the account follows without being set up again."""
        username, title = data[CONF_USERNAME], entry.title
        if username != entry.data[CONF_USERNAME] and is_account_title(title, entry.data[CONF_USERNAME]):
            title = account_title(self.hass, username)
        if not self.hass.config_entries.async_update_entry(entry, data=data, title=title) and (
            account := find_account(self.hass, entry.entry_id)
        ):
            # Unchanged settings reach no listener, but they work again, so the queued texts are tried.
            account.apply_settings()
        return self.async_abort(reason=reason)


def _as_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """An account's settings as a form shows them."""
    return {
        CONF_USERNAME: data[CONF_USERNAME],
        SECTION_ADVANCED: {name: data.get(name, _DEFAULTS[name]) for name in _ADVANCED},
    }
