"""What every WebSocket command has in common: the user's rights and language, and errors in words."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..account import Account, all_accounts, find_account
from ..const import DOMAIN, LOGGER
from ..gateway.numbers import canonical
from ..message_log.conversations import UNREADABLE, Directory
from ..message_log.errors import LogError
from ..rights import Rights, directory_of
from ..translation import async_load_language, localised
from .api import schema_of

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


class CommandError(HomeAssistantError):
    """A command fails; `code` is one of `api.ERROR_CODES`."""

    def __init__(self, code: str, *, translation_domain: str, translation_key: str) -> None:
        """Say why."""
        super().__init__(translation_domain=translation_domain, translation_key=translation_key)
        self.code = code


def administrators_only() -> CommandError:
    """The error of a command that is for administrators alone."""
    return CommandError("unauthorized", translation_domain=DOMAIN, translation_key="administrators_only")


def not_found() -> CommandError:
    """The error of a command about something that does not exist, or is not for this user."""
    return CommandError("not_found", translation_domain=DOMAIN, translation_key="conversation_not_found")


class AccountView(NamedTuple):
    """An account as one user sees it: `shown` are the conversations that are for this user, None for all."""

    account: Account
    directory: Directory
    shown: frozenset[str] | None

    @property
    def entry_id(self) -> str:
        """The id of its entry."""
        return self.account.entry.entry_id

    def conversation(self, conversation_id: str) -> str:
        """The conversation that an id stands for now; CommandError where it is not for this user or does not exist."""
        kind, is_number, mobile = conversation_id.partition(":")
        if is_number and kind == "mobile" and mobile:
            conversation_id = self.directory.conversation_of("", canonical(mobile))
        elif conversation_id != UNREADABLE and not self.directory.has(conversation_id):
            raise not_found()
        if self.shown is not None and conversation_id not in self.shown:
            raise not_found()
        return conversation_id


class Request:
    """A command that a user has called."""

    def __init__(self, hass: HomeAssistant, connection: ActiveConnection, data: dict[str, Any]) -> None:
        """Take the user and the language."""
        self.hass = hass
        self.connection = connection
        self.data = data
        self.user = connection.user
        self.language = data["language"] if data["language"] in LANGUAGES else "en"
        self.rights = Rights(hass, connection.user)

    def view(self, account: Account) -> AccountView:
        """An account as this user sees it."""
        return AccountView(account=account, directory=directory_of(account.entry), shown=self.rights.shown(account.entry))

    def views(self) -> Iterator[AccountView]:
        """The accounts that have conversations for this user."""
        return (view for account in all_accounts(self.hass) if (view := self.view(account)).shown != frozenset())

    def view_of(self, entry_id: str | None) -> AccountView:
        """One account; CommandError where it is not there."""
        if entry_id is None or (account := find_account(self.hass, entry_id)) is None:
            raise not_found()
        return self.view(account)

    def text(self, path: str, **placeholders: str) -> str:
        """A text in the user's language."""
        return localised(self.hass, path, language=self.language, **placeholders)

    def describe_log_error(self, err: LogError) -> str:
        """That a message log does not work, in the user's language."""
        LOGGER.debug("The message log does not work: %s", err)
        return self.text("exceptions.log_failed.message" if self.rights.is_unlimited else "common.log_failed_for_users")


type Handler = Callable[[Request], Awaitable[Any]]


@callback
def async_register(hass: HomeAssistant, command: str, handler: Handler) -> None:
    """Register a command."""

    @websocket_api.websocket_command(schema_of(command))
    @websocket_api.async_response
    async def run(hass: HomeAssistant, connection: ActiveConnection, data: dict[str, Any]) -> None:
        request = Request(hass, connection, data)
        await async_load_language(hass, request.language)
        try:
            result = await handler(request)
        except CommandError as err:
            connection.send_error(data["id"], err.code, request.text(f"exceptions.{err.translation_key}.message"))
        except LogError as err:
            connection.send_error(data["id"], "log_failed", request.describe_log_error(err))
        else:
            connection.send_result(data["id"], result)

    websocket_api.async_register_command(hass, run)
