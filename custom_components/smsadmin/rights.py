"""What a user may see and do: administrators everything, others the conversations of recipients whose notify entity they may control."""

from collections.abc import Iterable
from copy import replace
import sqlite3
from typing import TYPE_CHECKING

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .gateway.numbers import canonical
from .message_log import conversations
from .message_log.conversations import Directory, Party
from .message_log.models import MessageFilter
from .recipients import Recipient, recipients_of

if TYPE_CHECKING:
    from .account import Account


class Rights:
    """What a user may do; automations have no user, and may do everything."""

    def __init__(self, hass: HomeAssistant, user: User | None, *, is_automation: bool = False) -> None:
        """`user` None without an automation: a user who was deleted, and may do nothing."""
        self._hass = hass
        self._user = user if user and user.is_active else None
        self.is_unlimited = is_automation or (self._user is not None and self._user.is_admin)

    @callback
    def may_use(self, recipient: Recipient) -> bool:
        """Whether the conversation of a recipient is for this user."""
        if self.is_unlimited:
            return True
        return self._may_control(notify_entities(self._hass, recipient.entry_id).get(recipient.subentry_id))

    @callback
    def shown(self, entry: ConfigEntry) -> frozenset[str] | None:
        """The recipients of an account whose conversations are for this user; None for everything."""
        if self.is_unlimited:
            return None
        entities = notify_entities(self._hass, entry.entry_id)
        found = (recipient.subentry_id for recipient in recipients_of(entry))
        return frozenset(subentry_id for subentry_id in found if self._may_control(entities.get(subentry_id)))

    def _may_control(self, entity: er.RegistryEntry | None) -> bool:
        """Whether an entity is there, enabled, and may be controlled."""
        return (
            self._user is not None
            and entity is not None
            and entity.disabled_by is None
            and self._user.permissions.check_entity(entity.entity_id, POLICY_CONTROL)
        )


@callback
def notify_entities(hass: HomeAssistant, entry_id: str) -> dict[str, er.RegistryEntry]:
    """The notify entities of an account's recipients, disabled ones too."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    return {
        entity.config_subentry_id: entity for entity in entities if entity.domain == Platform.NOTIFY and entity.config_subentry_id
    }


async def async_rights(hass: HomeAssistant, context: Context) -> Rights:
    """The rights of the user or automation that calls an action."""
    if context.user_id is None:
        return Rights(hass, None, is_automation=True)
    return Rights(hass, await hass.auth.async_get_user(context.user_id))


@callback
def check_recipients(rights: Rights, recipients: Iterable[Recipient]) -> None:
    """Raise ServiceValidationError where a user may not write to one of the recipients."""
    if not all(rights.may_use(recipient) for recipient in recipients):
        raise not_permitted()


async def async_may_cancel(
    rights: Rights, account: Account, *, message_id: str | None = None, link_id: str | None = None
) -> bool:
    """Whether a user may cancel queued texts. Raises LogError where they can't be read."""
    if (shown := rights.shown(account.entry)) is None:
        return True
    directory = directory_of(account.entry)
    return await account.sender.async_conversations(directory, message_id=message_id, link_id=link_id) <= shown


async def async_permitted_filter(rights: Rights, account: Account, wanted: MessageFilter) -> MessageFilter:
    """A filter of messages, limited to the conversations of a user; ServiceValidationError where it asks for others."""
    if (shown := rights.shown(account.entry)) is None:
        return wanted
    directory = directory_of(account.entry)

    def find_parties(connection: sqlite3.Connection) -> list[Party]:
        return [party for name in shown for party in conversations.parties_of(connection, directory, name)]

    parties = await account.log.run(find_parties)
    mobiles = {party.mobile for party in parties}.union(*map(directory.numbers_of, shown))
    if not shown or (wanted.mobile and canonical(wanted.mobile) not in mobiles):
        raise not_permitted()
    return replace(wanted, parties=parties)


def not_permitted() -> ServiceValidationError:
    """The error of a user who may not do something. `Unauthorized` would look like a wrong password over REST."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key="not_for_this_user")


@callback
def directory_of(entry: ConfigEntry) -> Directory:
    """The recipients of an account as its message log needs them."""
    return Directory({recipient.subentry_id: recipient.mobiles for recipient in recipients_of(entry)})
