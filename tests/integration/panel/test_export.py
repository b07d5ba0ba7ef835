"""What administrators download."""

from contextlib import suppress
import csv
import io
import json
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin.account import find_account
from custom_components.smsadmin.panel import export
from tests.simulator import Simulator

from ..conftest import STRANGER, USER
from .conftest import Client, recipient_id

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "00123",
    "1/2",
    "13800000001",
    "3月5日",
]
HARMLESS = ["Hello", "3点开会", "a=1", "1. Dinner", "", "𝄞 music"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_is_calculated_or_changed(text: str) -> None:
    assert export._cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_text_stays_as_it_is(text: str) -> None:
    assert export._cell(text) == text


@pytest.fixture
async def filled(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": [STRANGER], "message": "=1+1，你好"}, blocking=True)
    data = {"recipients": ["notify.mother"], "message": "Dinner?"}
    await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    simulator.report(STRANGER, "EXPIRED", uid=USER, link_id=simulator.sent[0].link_id)
    simulator.garbage("no/record/at/all", uid=USER)
    with suppress(HomeAssistantError):
        await hass.services.async_call("smsadmin", "receive", blocking=True)


class Download:
    """Asks for an export, and downloads it."""

    def __init__(self, admin: Client, http: Any) -> None:
        self.admin = admin
        self.http = http

    async def __call__(self, **data: Any) -> str:
        response = await self.http.get((await self.admin.call("export", **data))["path"])
        assert response.status == 200
        return str(await response.text(encoding="utf-8"))

    async def texts(self, **data: Any) -> list[str]:
        return [row["message"] for row in json.loads(await self(**data))]


@pytest.fixture
async def download(admin: Client, hass_client_no_auth: ClientSessionGenerator) -> Download:
    return Download(admin, await hass_client_no_auth())


@pytest.mark.usefixtures("filled")
async def test_everything_is_exported_as_csv(download: Download, simulator: Simulator) -> None:
    text = await download(format="csv")
    assert text.startswith("\ufeff")
    first, second, third = csv.DictReader(io.StringIO(text[1:]))
    assert (first["message"], first["mobile"], first["conversation"], first["state"], first["code"]) == (
        "'=1+1，你好",
        f"'{STRANGER}",
        f"'{STRANGER}",
        "expired",
        "EXPIRED",
    )
    assert first["link_id"] == f"'{simulator.sent[0].link_id}"
    assert (second["conversation"], second["direction"]) == ("Mother", "out")
    assert (third["direction"], third["state"]) == ("in", "quarantined")


@pytest.mark.usefixtures("filled")
async def test_what_is_shown_is_exported(download: Download, account: MockConfigEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 1)
    everything = ["=1+1，你好", "Dinner?", "no/record/at/all"]
    assert await download.texts() == everything
    as_csv = await download(format="csv")
    assert [text for text in everything if text not in as_csv] == []
    assert await download.texts(filter="unreadable") == ["no/record/at/all"]
    assert await download.texts(filter="failed") == ["=1+1，你好"]
    assert await download.texts(query="DINNER") == ["Dinner?"]
    where = {"config_entry_id": account.entry_id, "conversation_id": recipient_id(account, "Mother")}
    assert await download.texts(**where) == ["Dinner?"]
    assert await download.texts(filter="waiting") == []


async def test_the_path_says_nothing_and_serves_who_asked(
    hass: HomeAssistant, admin: Client, user: User, hass_client: ClientSessionGenerator, download: Download
) -> None:
    path = (await admin.call("export", query="Dinner"))["path"]
    assert "Dinner" not in path
    other = await hass_client()
    assert (await other.get(path.partition("?")[0])).status == 403
    assert (await other.get("/api/smsadmin/export/none")).status == 404
    assert (await download.http.get(path.partition("?")[0])).status == 401
    admin.user.groups = []
    assert (await download.http.get(path)).status == 403


async def test_exports_are_forgotten_in_the_end(admin: Client, download: Download, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_EXPORTS", 1)
    paths = [(await admin.call("export"))["path"] for _ in range(2)]
    assert [(await download.http.get(path)).status for path in paths] == [404, 200]


async def test_a_log_that_does_not_work_is_said_to_be_so(
    hass: HomeAssistant, account: MockConfigEntry, admin: Client, download: Download
) -> None:
    path = (await admin.call("export"))["path"]
    found = find_account(hass, account.entry_id)
    assert found
    await found.log.close()
    assert (await download.http.get(path)).status == 503
