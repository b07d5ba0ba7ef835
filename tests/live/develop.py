"""A Home Assistant to try the integration in, beside the simulated platform: `scripts/develop`."""

import argparse
import asyncio
from contextlib import suppress
from pathlib import Path
import shutil
import signal
import socket
import sys

import aiohttp
from homeassistant.util.yaml import load_yaml_dict

from tests.simulator import Simulator

from .client import Client, CommandError, Json, WebSocket
from .folder import CHECKOUT, prepare
from .process import HomeAssistantProcess

DEMO = Path(__file__).with_name("demo")
USER = PASSWORD = "demo"
RECIPIENTS = {"Mother": ["13802102102"], "Neighbours": ["13900000001", "13900000002"]}
REPORT_STATUS = "DELIVRD"
POLL_INTERVAL = 10
"""Seconds between pulls: shorter than by default, so that a reply on the handset is not waited for."""
DASHBOARD = "family"
RESTART = 100


async def main(options: argparse.Namespace) -> None:
    """Start both, print where they are, and run until cancelled or until Home Assistant ends."""
    folder = CHECKOUT / ".develop"
    if options.reset:
        shutil.rmtree(folder, ignore_errors=True)
    fresh = not (folder / ".storage" / "auth").exists()
    prepare(folder, port=options.port, configuration=(DEMO / "configuration.yaml").read_text(encoding="utf-8"))
    for name in ("automations", "scenes"):
        (folder / f"{name}.yaml").touch()
    home = HomeAssistantProcess(folder, options.port)
    async with _simulator(options) as simulator, aiohttp.ClientSession() as session:
        simulator.add_account(USER, PASSWORD, balance=500)
        simulator.automatic_status = REPORT_STATUS
        print("Starting Home Assistant …", flush=True)
        try:
            await home.start()
            await _furnish(Client(session, home.origin), simulator, fresh=fresh)
            print(_where(home, simulator), flush=True)
            # That is how Home Assistant asks to be started again.
            while (code := await home.wait()) == RESTART:
                await home.start()
            if code:
                raise SystemExit(f"Home Assistant has ended with code {code}; see {home.output}")
        finally:
            print("Stopping …", flush=True)
            await home.stop()


def _simulator(options: argparse.Namespace) -> Simulator:
    return Simulator(port=options.simulator_port, control_port=options.simulator_port + 1, running=True)


async def _furnish(client: Client, simulator: Simulator, *, fresh: bool) -> None:
    """Log in and set up what is not there yet."""
    if fresh:
        await client.onboard(name="Demo", username=USER, password=PASSWORD)
    else:
        await client.log_in(username=USER, password=PASSWORD)
    async with client.web_socket() as web_socket:
        await web_socket.until_running()
        entry = await _account(client, simulator)
        await _recipients(client, web_socket, entry["entry_id"])
        await _dashboard(web_socket)
        if not entry["disabled_by"]:
            await web_socket.until_available("sensor.smsadmin_demo_balance")


async def _account(client: Client, simulator: Simulator) -> Json:
    """The account at the simulator, which may have another port than last time."""
    account = {"username": USER, "password": PASSWORD, "advanced": {"url": simulator.url}}
    if entries := await client.entries("smsadmin"):
        await client.flow("flow", "smsadmin", account, entry_id=entries[0]["entry_id"])
    else:
        await client.flow("flow", "smsadmin", account, {"mode": "pull"})
        entries = await client.entries("smsadmin")
        await client.flow("options/flow", entries[0]["entry_id"], {"receive": {"poll_interval": POLL_INTERVAL}})
    return entries[0]


async def _recipients(client: Client, web_socket: WebSocket, entry_id: str) -> None:
    """The people of the demo, those that are missing."""
    present = await web_socket.command("config_entries/subentries/list", entry_id=entry_id)
    for name in RECIPIENTS.keys() - {recipient["title"] for recipient in present}:
        await client.flow("subentries/flow", [entry_id, "recipient"], {"name": name, "mobiles": RECIPIENTS[name]})


async def _dashboard(web_socket: WebSocket) -> None:
    """The dashboard "Family"; the user may change it like any other."""
    if DASHBOARD in [dashboard["url_path"] for dashboard in await web_socket.command("lovelace/dashboards/list")]:
        return
    dashboard = {"title": "Family", "icon": "mdi:home-heart", "show_in_sidebar": True, "require_admin": False}
    await web_socket.command(
        "lovelace/dashboards/create", url_path=DASHBOARD, mode="storage", allow_single_word=True, **dashboard
    )
    await web_socket.command("lovelace/config/save", url_path=DASHBOARD, config=load_yaml_dict(str(DEMO / "dashboard.yaml")))


def _where(home: HomeAssistantProcess, simulator: Simulator) -> str:
    return f"""
  Home Assistant   {home.origin}/smsadmin (user {USER}, password {PASSWORD})
  Dashboard        {home.origin}/{DASHBOARD}
  Handset          {simulator.handset}
  Platform         {simulator.url} (user {USER}, password {PASSWORD})
  Log              {home.output}

Everything sent is reported as {REPORT_STATUS} within ten minutes; the handset does it at once. Replies and reports are pulled every
{POLL_INTERVAL} seconds. The handset can also let the platform be out of reach. Ctrl-C stops both.
"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/develop", description=__doc__)
    parser.add_argument("--port", type=int, default=8123, help="port of Home Assistant (default: 8123)")
    parser.add_argument(
        "--simulator-port",
        type=int,
        default=8900,
        help="port of the simulated platform (default: 8900); its handset has the next",
    )
    parser.add_argument("--reset", action="store_true", help="forget everything and start afresh")
    options = parser.parse_args()
    for name, port in (
        ("--port", options.port),
        ("--simulator-port", options.simulator_port),
        ("--simulator-port", options.simulator_port + 1),
    ):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as err:
                parser.error(f"port {port} can't be used ({err.strerror}); choose another by {name}")
    return options


async def _until_signal(options: argparse.Namespace) -> None:
    """Run, and let a signal end it in order."""
    running = asyncio.ensure_future(main(options))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    try:
        asyncio.run(_until_signal(_options()))
    except (CommandError, RuntimeError, TimeoutError, aiohttp.ClientError) as err:
        sys.exit(f"develop: {str(err) or 'Home Assistant did not get ready in time'}")
