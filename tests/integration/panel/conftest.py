"""Users of each kind, each with a connection of their own."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

MOTHER_ENTITY, PARENTS_ENTITY = "notify.mother", "notify.parents"


class Client:
    """A user's WebSocket connection."""

    def __init__(self, socket: Any, user: User) -> None:
        self.user = user
        self._socket = socket
        self._events: deque[dict[str, Any]] = deque()
        """Events that came before an answer."""

    async def call(self, command: str, **data: Any) -> Any:
        """What a command of ours returns; its error in its place."""
        return await self.command(f"smsadmin/{command}", **{"language": "en", **_DEFAULTS.get(command, {}), **data})

    async def command(self, command: str, **data: Any) -> Any:
        """What any command returns; its error in its place."""
        await self._socket.send_json_auto_id({"type": command, **data})
        while (answer := await self._socket.receive_json())["type"] == "event":
            self._events.append(answer["event"])
        return answer["result"] if answer["success"] else answer["error"]

    async def event(self, seconds: float) -> dict[str, Any]:
        """The next event; TimeoutError if none comes in this time."""
        if self._events:
            return self._events.popleft()
        return dict((await self._socket.receive_json(timeout=seconds))["event"])


_DEFAULTS: dict[str, dict[str, Any]] = {
    "conversations": {"filter": "all", "before": None, "limit": 50},
    "thread": {
        **dict.fromkeys(("config_entry_id", "conversation_id", "item_id", "entity_id", "before", "after", "around", "since")),
        "limit": 50,
    },
    "search": {"before": None, "limit": 50},
    "subscribe": {"config_entry_id": None, "conversation_id": None},
    "send": {
        "call_id": "a-call",
        "config_entry_id": None,
        "conversations": [],
        "mobiles": [],
        "message_ids": [],
        "message": "Hello",
        "send_at": None,
    },
    "export": {"format": "json", "config_entry_id": None, "conversation_id": None, "filter": "all", "query": ""},
}

type Connect = Callable[[User], Awaitable[Client]]


@pytest.fixture
def connect(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Connect:
    """Opens the connection of a user."""

    async def connect(user: User) -> Client:
        token = await hass.auth.async_create_refresh_token(user, "https://example.com")
        return Client(await hass_ws_client(hass, hass.auth.async_create_access_token(token)), user)

    return connect


async def make_user(hass: HomeAssistant, policy: dict[str, Any] | None = None, group: str | None = None) -> User:
    """A user of a group, or with a policy of their own."""
    user: User = MockUser(name="resident", is_owner=False).add_to_hass(hass)
    if group:
        found = await hass.auth.async_get_group(group)
        assert found
        user.groups = [found]
    else:
        user.groups = []
        user.mock_policy(policy or {})  # type: ignore[attr-defined]
    return user


@pytest.fixture
async def admin_user(hass: HomeAssistant) -> User:
    return await make_user(hass, group=GROUP_ID_ADMIN)


@pytest.fixture
async def user(hass: HomeAssistant) -> User:
    """A user of the plain group, who may control everything."""
    return await make_user(hass, group=GROUP_ID_USER)


@pytest.fixture
async def reader(hass: HomeAssistant) -> User:
    return await make_user(hass, group=GROUP_ID_READ_ONLY)


@pytest.fixture
async def son(hass: HomeAssistant) -> User:
    """A user who may control Mother's notify entity alone."""
    return await make_user(hass, {"entities": {"entity_ids": {MOTHER_ENTITY: {"control": True}}}})


@pytest.fixture
async def admin(account: MockConfigEntry, admin_user: User, connect: Connect) -> Client:
    return await connect(admin_user)


def entity_of(hass: HomeAssistant, entry: MockConfigEntry, title: str) -> er.RegistryEntry:
    """A recipient's notify entity."""
    subentry = next(each for each in entry.subentries.values() if each.title == title)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return next(each for each in entities if each.config_subentry_id == subentry.subentry_id and each.domain == "notify")


def recipient_id(entry: MockConfigEntry, title: str) -> str:
    """The id of a recipient."""
    found: str = next(each.subentry_id for each in entry.subentries.values() if each.title == title)
    return found
