"""Home Assistant, the platform and the browser, all at work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from playwright.async_api import Browser

from tests.live.client import Client, Json, WebSocket
from tests.live.develop import DEMO
from tests.live.folder import prepare
from tests.live.process import HomeAssistantProcess, free_port
from tests.simulator import Simulator

from .chromium import launched

USER = PASSWORD = "demo"
OUTSIDE = "http://home.example.com"
MOTHER = "13802102102"
NEIGHBOURS = ("13900000001", "13900000002")


@dataclass(frozen=True, kw_only=True)
class House:
    """All that there is, from behind."""

    process: HomeAssistantProcess
    simulator: Simulator
    client: Client
    web_socket: WebSocket
    browser: Browser

    async def speak(self, language: str) -> None:
        """Let the house and its user have a language."""
        await self.web_socket.command("config/core/update", language=language, external_url=OUTSIDE)
        await self.web_socket.command("frontend/set_user_data", key="language", value={"language": language})

    def settings(self, username: str) -> Json:
        """What the form of an account is filled in with."""
        return {"username": username, "password": PASSWORD, "advanced": {"url": self.simulator.url}}

    async def add_account(self, recipient: str) -> str:
        """An account with a recipient, without a browser; the platform pushes to it. Returns the id of its entry."""
        created = await self.client.flow("flow", "smsadmin", self.settings(USER), {"mode": "both"})
        entry_id: str = created["result"]["entry_id"]
        await self.client.flow("subentries/flow", [entry_id, "recipient"], {"name": recipient, "mobiles": [MOTHER]})
        form = await self.client.flow("options/flow", entry_id)
        await self.client.abandon_flow("options/flow", form["flow_id"])
        self.simulator.register_push(USER, form["description_placeholders"]["webhook_url"])
        await self.web_socket.until_available("sensor.smsadmin_demo_balance")
        return entry_id

    async def add_recipient(self, entry_id: str, name: str, *mobiles: str) -> None:
        """One more recipient."""
        await self.client.flow("subentries/flow", [entry_id, "recipient"], {"name": name, "mobiles": list(mobiles)})

    async def notify_entity(self, name: str) -> str:
        """The notify entity of a recipient by its name."""

        async def found() -> bool:
            return bool(await self._notify_entities(name))

        await self.web_socket.until(found)
        return (await self._notify_entities(name))[0]

    async def _notify_entities(self, name: str) -> list[str]:
        states = await self.web_socket.states()
        return [
            id_ for id_, state in states.items() if id_.startswith("notify.") and state["attributes"]["friendly_name"] == name
        ]

    async def send(self, message: str, *recipients: str, mobile: str | None = None, **data: object) -> str:
        """Send a text as an automation does; returns its link id."""
        to = {"mobiles": [mobile]} if mobile else {"recipients": [await self.notify_entity(name) for name in recipients]}
        sent = await self.web_socket.perform("smsadmin.send_sms", {"message": message, **to, **data}, response=True)
        link_id: str = sent["submissions"][0]["link_id"]
        return link_id

    async def add_user(self, name: str) -> None:
        """Add a user who is no administrator, with the name as the password."""
        present = [user["username"] for user in await self.web_socket.command("config/auth/list")]
        if name in present:
            return
        created = await self.web_socket.command("config/auth/create", name=name, group_ids=["system-users"])
        await self.web_socket.command(
            "config/auth_provider/homeassistant/create", user_id=created["user"]["id"], username=name, password=name
        )

    async def add_dashboard(self, *cards: Json, path: str = "family") -> None:
        """The dashboard "Family" with cards."""
        dashboard = {"title": "Family", "icon": "mdi:home-heart", "show_in_sidebar": True, "require_admin": False}
        await self.web_socket.command(
            "lovelace/dashboards/create", url_path=path, mode="storage", allow_single_word=True, **dashboard
        )
        sections = [{"type": "grid", "cards": [card]} for card in cards]
        config = {"views": [{"title": "Family", "type": "sections", "max_columns": 3, "sections": sections}]}
        await self.web_socket.command("lovelace/config/save", url_path=path, config=config)

    @asynccontextmanager
    async def broken_log(self, entry_id: str) -> AsyncIterator[None]:
        """An account whose message log can't be opened, as a folder is in its place."""
        path = Path(self.process.folder, ".storage", f"smsadmin.{entry_id}.db")

        async def is_closed() -> bool:
            return not path.with_name(f"{path.name}-wal").exists()

        await self.web_socket.command("config_entries/disable", entry_id=entry_id, disabled_by="user")
        await self.web_socket.until(is_closed)
        with _folder_in_place_of(path):
            await self.web_socket.command("config_entries/disable", entry_id=entry_id, disabled_by=None)
            await self.web_socket.until_available("sensor.smsadmin_demo_balance")
            yield

    async def tidy_up(self) -> None:
        """Forget the accounts, here and at the platform, and the dashboard."""
        for dashboard in await self.web_socket.command("lovelace/dashboards/list"):
            await self.web_socket.command("lovelace/dashboards/delete", dashboard_id=dashboard["id"])
        for entry in await self.client.entries("smsadmin"):
            await self.client.remove_entry(entry["entry_id"])
        self.simulator.reset()
        self.simulator.add_account(USER, PASSWORD)


@contextmanager
def _folder_in_place_of(path: Path) -> Iterator[None]:
    kept = path.rename(f"{path}.kept")
    path.mkdir()
    yield
    path.rmdir()
    kept.rename(path)


@asynccontextmanager
async def opened(folder: Path, executable: str) -> AsyncIterator[House]:
    """A new house, with its first user and the demo's helpers."""
    port = free_port()
    prepare(folder, port=port, configuration=(DEMO / "configuration.yaml").read_text(encoding="utf-8"))
    for name in ("automations", "scenes"):
        (folder / f"{name}.yaml").touch()
    process = HomeAssistantProcess(folder, port)
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(Simulator(running=True))
        simulator.add_account(USER, PASSWORD)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        stack.push_async_callback(process.stop)
        browser, _ = await asyncio.gather(stack.enter_async_context(launched(executable)), process.start())
        client = Client(session, process.origin)
        await client.onboard(name="Demo", username=USER, password=PASSWORD)
        web_socket = await stack.enter_async_context(client.web_socket())
        await web_socket.until_running()
        yield House(process=process, simulator=simulator, client=client, web_socket=web_socket, browser=browser)
