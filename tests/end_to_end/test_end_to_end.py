"""From an empty Home Assistant to a text, a reply and a report, all from outside: a process, its REST and its WebSocket API."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live.client import WAIT_LIMIT, Client, CommandError, Json
from tests.live.folder import prepare
from tests.live.process import HomeAssistantProcess, free_port
from tests.simulator import Simulator

CONFIGURATION = """
homeassistant:
  internal_url: http://127.0.0.1:{port}
  time_zone: Europe/Berlin
config:
"""
MOTHER = "13802102102"


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    async with Simulator(seed=1) as simulator:
        simulator.add_account("station", "open sesame", balance=100)
        yield simulator
        assert simulator.violations == []


@pytest.fixture
async def home(socket_enabled: None, tmp_path: Path) -> AsyncIterator[HomeAssistantProcess]:
    """Home Assistant, fresh; it must end as cleanly as it started."""
    port = free_port()
    prepare(tmp_path, port=port, configuration=CONFIGURATION)
    process = HomeAssistantProcess(tmp_path, port)
    await process.start()
    yield process
    assert await process.stop() == 0
    assert _complaints(process) == []


@pytest.fixture
async def client(home: HomeAssistantProcess) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        client = Client(session, home.origin)
        await client.onboard(name="Demo", username="demo", password="demo")
        async with client.web_socket() as socket:
            await socket.until_running()
        yield client


async def test_everything_from_set_up_to_a_reply(client: Client, simulator: Simulator) -> None:
    # A wrong password is an error in the form, and no entry is made.
    answer = await client.flow("flow", "smsadmin", _account(simulator) | {"password": "wrong"})
    assert (answer["type"], answer["errors"]) == ("form", {"base": "invalid_auth"})
    assert await client.entries("smsadmin") == []

    entry = await _add_account(client, simulator)
    await client.flow("subentries/flow", [entry["entry_id"], "recipient"], {"name": "Mother", "mobiles": [f"+86 {MOTHER}"]})
    async with client.web_socket() as socket:
        await socket.until_available("notify.mother")
        await socket.until_state("sensor.smsadmin_station_balance", "100")
        replies = await socket.follow("smsadmin_reply")
        reports = await socket.follow("smsadmin_delivery_report")

        await socket.perform("notify.send_message", {"message": "Fire!", "title": "Alarm"}, target={"entity_id": "notify.mother"})
        result = await socket.perform("smsadmin.send_sms", {"mobiles": ["13900000001"], "message": "着火了"}, response=True)
        assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [
            ((MOTHER,), "Alarm\nFire!"),
            (("13900000001",), "着火了"),
        ]
        assert (result["accepted"], result["rejected"], result["unconfirmed"]) == (1, 0, 0)
        assert result["submissions"][0]["link_id"] == simulator.sent[1].link_id

        url = await _push_url(client, entry["entry_id"])
        for charset, style, status, outcome in (
            ("utf-8", "query", "UNKNOWN", "unknown"),
            ("gb2312", "form", "ERR:104", "busy"),
            ("gb2312", "query", "DELIVRD", "delivered"),
        ):
            simulator.register_push("station", url, style=style, charset=charset)
            link_id = simulator.sent[0].link_id
            pushed = await simulator.push_reply(MOTHER, "谢谢", uid="station", link_id=link_id)
            assert (pushed.status, pushed.body) == (200, "000")
            reply = await _next(replies)
            assert (reply["mobile"], reply["message"], reply["link_id"]) == (MOTHER, "谢谢", link_id)
            assert (reply["source"], reply["recipient"], reply["account"]) == ("push", "Mother", "station")
            await simulator.push_report(MOTHER, status, uid="station", link_id=link_id)
            report = await _next(reports)
            assert (report["mobile"], report["outcome"], report["link_id"]) == (MOTHER, outcome, link_id)
            assert report["message"] == reply["in_reply_to"] == "Alarm\nFire!"

        simulator.reply(MOTHER, "are you / safe?\n你好", uid="station", sub_code="05")
        simulator.report("13900000001", "UNDELIV", uid="station", link_id=simulator.sent[1].link_id)
        assert await socket.perform("smsadmin.receive", {}, response=True) == {"replies": 1, "reports": 1}
        reply = await _next(replies)
        assert (reply["message"], reply["sub_code"], reply["source"]) == ("are you / safe?\n你好", "05", "pull")
        assert (await _next(reports))["outcome"] == "undeliverable"
        await socket.until_state("sensor.mother_last_message", "delivered")
        await socket.until_state("sensor.smsadmin_station_replies", "4")
        states = await socket.states()
        assert states["event.mother_reply"]["attributes"]["message"] == "are you / safe?\n你好"
        assert states["event.smsadmin_station_delivery_report"]["attributes"]["event_type"] == "undeliverable"
        found = await socket.perform("smsadmin.get_messages", {"mobile": MOTHER, "direction": "out"}, response=True)
        assert [step["state"] for step in found["messages"][0]["history"]] == [
            "submitting",
            "accepted",
            "unknown",
            "busy",
            "delivered",
        ]

        # A text that does not go out is an error of its action.
        sent = len(simulator.sent)
        simulator.fault("submit", "code:102")
        with pytest.raises(CommandError, match="balance is too low"):
            await socket.perform("smsadmin.send_sms", {"mobiles": [MOTHER], "message": "Fire!"})
        simulator.fault("submit", "reset_after")
        with pytest.raises(CommandError, match="unconfirmed: 1"):
            await socket.perform("smsadmin.send_sms", {"mobiles": [MOTHER], "message": "Fire!"})
        assert len(simulator.sent) == sent + 1


def _account(simulator: Simulator) -> Json:
    return {"username": "station", "password": "open sesame", "advanced": {"url": simulator.url}}


async def _add_account(client: Client, simulator: Simulator) -> Json:
    answer = await client.flow("flow", "smsadmin", _account(simulator), {"mode": "both"})
    assert answer["type"] == "create_entry"
    (entry,) = await client.entries("smsadmin")
    return entry


async def _push_url(client: Client, entry_id: str) -> str:
    """The URL as a user reads it in the options."""
    form = await client.flow("options/flow", entry_id)
    await client.abandon_flow("options/flow", form["flow_id"])
    url: str = form["description_placeholders"]["webhook_url"]
    return url


async def _next(events: asyncio.Queue[Json]) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_LIMIT):
        data: dict[str, Any] = (await events.get())["data"]
        return data


def _complaints(process: HomeAssistantProcess) -> list[str]:
    """Warnings and errors that are about the integration; the error of an action is its caller's."""
    lines = process.output.read_text(encoding="utf-8").splitlines()
    serious = [line for line in lines if "smsadmin" in line and (" WARNING " in line or " ERROR " in line)]
    return [
        line for line in serious if "not been tested by Home Assistant" not in line and "Error during service call" not in line
    ]
