"""What a browser does to Home Assistant: logging in, forms, commands and events."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import itertools
from typing import Any

import aiohttp

type Json = dict[str, Any]

WAIT_LIMIT = 120.0
"""Seconds after which what Home Assistant has not done yet counts as lost, on the slowest machine."""


class CommandError(Exception):
    """Home Assistant refused a command; the text is what a user would see."""

    def __init__(self, error: Json) -> None:
        """Keep the whole answer."""
        super().__init__(error["message"])
        self.error = error


class Client:
    """A logged-in user, by REST."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        """No user is logged in yet."""
        self.origin = origin
        self.token = ""
        self._session = session

    async def onboard(self, *, name: str, username: str, password: str, language: str = "en") -> None:
        """Make the first user, and log in."""
        user = {"client_id": f"{self.origin}/", "name": name, "username": username, "password": password, "language": language}
        answer = await self.post("/api/onboarding/users", user)
        await self._take_token(answer["auth_code"])

    async def log_in(self, *, username: str, password: str) -> None:
        """Log in."""
        client = {"client_id": f"{self.origin}/"}
        flow = await self.post(
            "/auth/login_flow", client | {"handler": ["homeassistant", None], "redirect_uri": f"{self.origin}/"}
        )
        answer = await self.post(f"/auth/login_flow/{flow['flow_id']}", client | {"username": username, "password": password})
        if "result" not in answer:
            raise CommandError({"message": f"Home Assistant does not let {username} in with the password of the demo"})
        await self._take_token(answer["result"])

    async def _take_token(self, code: str) -> None:
        form = {"client_id": f"{self.origin}/", "grant_type": "authorization_code", "code": code}
        async with self._session.post(f"{self.origin}/auth/token", data=form) as response:
            self.token = (await response.json())["access_token"]

    async def post(self, path: str, data: Json) -> Json:
        """Send JSON, and return the JSON that comes back."""
        return await self._request("POST", path, data)

    async def _request(self, method: str, path: str, data: Json | None = None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._session.request(method, self.origin + path, json=data, headers=headers) as response:
            answer: Json = await response.json()
            if not response.ok:
                raise CommandError({"message": f"{path}: {response.status} {answer}"})
            return answer

    async def flow(self, kind: str, handler: object, *steps: Json, **context: str) -> Json:
        """Go through a form of several steps; the answer to the last one, which is a form itself where more would follow.

        The kind is `flow` (an account; with its `entry_id`, to change it), `options/flow` or `subentries/flow`.
        """
        path = f"/api/config/config_entries/{kind}"
        answer = await self.post(path, {"handler": handler, **context})
        for step in steps:
            answer = await self.post(f"{path}/{answer['flow_id']}", step)
        return answer

    async def abandon_flow(self, kind: str, flow_id: str) -> None:
        """Close a form unfinished."""
        await self._request("DELETE", f"/api/config/config_entries/{kind}/{flow_id}")

    async def remove_entry(self, entry_id: str) -> None:
        """Remove a configuration entry."""
        await self._request("DELETE", f"/api/config/config_entries/entry/{entry_id}")

    async def entries(self, domain: str) -> list[Json]:
        """The configuration entries of an integration."""
        async with self._session.get(
            f"{self.origin}/api/config/config_entries/entry",
            params={"domain": domain},
            headers={"Authorization": f"Bearer {self.token}"},
        ) as response:
            found: list[Json] = await response.json()
            return found

    @asynccontextmanager
    async def web_socket(self) -> AsyncIterator[WebSocket]:
        """The WebSocket API."""
        async with self._session.ws_connect(f"{self.origin}/api/websocket", max_msg_size=0) as connection:
            await connection.receive_json()
            await connection.send_json({"type": "auth", "access_token": self.token})
            if (answer := await connection.receive_json())["type"] != "auth_ok":
                raise CommandError(answer)
            socket = WebSocket(connection)
            reader = asyncio.create_task(socket.read())
            try:
                yield socket
            finally:
                reader.cancel()
                await asyncio.gather(reader, return_exceptions=True)


class WebSocket:
    """Commands and their answers, events and their listeners."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse[bool]) -> None:
        """Speak over a connection that is logged in."""
        self._connection = connection
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._listeners: dict[int, Callable[[Json], None]] = {}

    async def read(self) -> None:
        """Hand out what comes, until the connection ends, in whatever way."""
        try:
            async for message in self._connection:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._hand_out(message.json())
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("closed"))

    def _hand_out(self, data: Json) -> None:
        if data["type"] == "event":
            self._listeners[data["id"]](data["event"])
        elif data["success"]:
            self._answers.pop(data["id"]).set_result(data["result"])
        else:
            self._answers.pop(data["id"]).set_exception(CommandError(data["error"]))

    async def command(self, command: str, **data: object) -> Any:
        """Send a command; CommandError where it is refused."""
        return await self._send(next(self._ids), command, data)

    async def _send(self, number: int, command: str, data: Json) -> Any:
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        # A connection that ends may fail both.
        _, result = await asyncio.gather(self._connection.send_json({"id": number, "type": command, **data}), answer)
        return result

    async def perform(self, action: str, data: Json, *, target: Json | None = None, response: bool = False) -> Any:
        """Perform an action, `notify.send_message` for example, and return its response."""
        domain, _, service = action.partition(".")
        result = await self.command(
            "call_service", domain=domain, service=service, service_data=data, target=target or {}, return_response=response
        )
        return result.get("response")

    async def follow(self, event_type: str) -> asyncio.Queue[Json]:
        """All events of a type from now on."""
        seen: asyncio.Queue[Json] = asyncio.Queue()
        number = next(self._ids)
        self._listeners[number] = seen.put_nowait
        await self._send(number, "subscribe_events", {"event_type": event_type})
        return seen

    async def until(self, condition: Callable[[], Awaitable[bool]], limit: float = WAIT_LIMIT) -> None:
        """Ask again and again until something is so; TimeoutError after a limit in seconds."""
        try:
            async with asyncio.timeout(limit):
                while not await condition():  # noqa: ASYNC110 - what another process does sets no event here
                    await asyncio.sleep(0.05)
        except TimeoutError as err:
            raise TimeoutError(f"not within {limit:.0f} seconds: {condition!r}") from err

    async def until_running(self) -> None:
        """Wait until Home Assistant has started."""

        async def running() -> bool:
            state: str = (await self.command("get_config"))["state"]
            return state == "RUNNING"

        await self.until(running)

    async def until_available(self, entity_id: str) -> None:
        """Wait for an entity of something that is being set up."""

        async def available() -> bool:
            state: str = (await self.states()).get(entity_id, {"state": "unavailable"})["state"]
            return state != "unavailable"

        await self.until(available)

    async def until_state(self, entity_id: str, state: str) -> None:
        """Wait until an entity has a state: it follows an event, and not at once."""

        async def reached() -> bool:
            return (await self.states()).get(entity_id, {}).get("state") == state

        await self.until(reached)

    async def states(self) -> dict[str, Json]:
        """All states by entity id."""
        return {state["entity_id"]: state for state in await self.command("get_states")}
