"""An account in a running Home Assistant, and the platform that it talks to."""

from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
import hashlib
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentryData
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smsadmin import account as account_module
from custom_components.smsadmin.account import Account, find_account
from custom_components.smsadmin.message_log.log import MessageLog
from tests.live.process import free_port
from tests.message_log.conftest import Faults
from tests.simulator import Simulator

USER = "fire-station"
PASSWORD = "open sesame"
DIGEST = hashlib.md5(PASSWORD.encode()).hexdigest()
MOTHER = "13800000001"
FATHER = "13800000002"
STRANGER = "13900000009"
WEBHOOK_ID = "a-secret-path"
PUSH_PATH = f"/api/webhook/{WEBHOOK_ID}"
LINK_ID = "20140316192678945632"


@pytest.fixture(autouse=True)
def _nothing_private_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a number, a user id, a text or a digest above debug."""
    yield
    for record in (*caplog.get_records("setup"), *caplog.get_records("call")):
        # The access log belongs to the servers of the tests; Home Assistant has none. asyncio names slow tasks in debug mode alone.
        is_of_tests = record.name == "aiohttp.access" or (record.name == "asyncio" and record.msg.startswith("Executing"))
        if record.levelno > logging.DEBUG and not is_of_tests:
            line = logging.Formatter().format(record)
            assert not [secret for secret in (USER, PASSWORD, DIGEST, MOTHER, FATHER, STRANGER, "Fire!") if secret in line]
    assert not [record for record in caplog.get_records("call") if DIGEST in logging.Formatter().format(record)]


@pytest.fixture(autouse=True)
def _a_folder_of_its_own(hass: HomeAssistant, tmp_path: Path) -> None:
    """Let each test begin with an empty message log."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / ".storage").mkdir()


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """What goes wrong with the files of the message logs of accounts that are made from now on."""
    faults = Faults()
    monkeypatch.setattr(account_module, "MessageLog", partial(MessageLog, connect=faults.connect))
    return faults


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """The platform, with our account; what it saw must keep to the specification."""
    async with Simulator(seed=1) as simulator:
        simulator.add_account(USER, PASSWORD, balance=500)
        yield simulator
        assert simulator.violations == []


@pytest.fixture
def entry(simulator: Simulator) -> MockConfigEntry:
    """An account with two recipients, the second of them a group; nothing is pulled automatically."""
    return make_entry(simulator)


def make_entry(
    simulator: Simulator,
    *,
    mode: str = "push",
    data: dict[str, Any] | None = None,
    version: int = 1,
    disabled_by: ConfigEntryDisabler | None = None,
    **options: Any,
) -> MockConfigEntry:
    """An account as the flow stores it."""
    return MockConfigEntry(
        domain="smsadmin",
        version=version,
        minor_version=2,
        title="SMSAdmin",
        disabled_by=disabled_by,
        data={
            "username": USER,
            "password_md5": DIGEST,
            "url": simulator.url,
            "charset": "utf-8",
            "submit_method": "post",
            "webhook_id": WEBHOOK_ID,
            **(data or {}),
        },
        options={"mode": mode, **options},
        subentries_data=[_recipient("Mother", MOTHER), _recipient("Parents", MOTHER, FATHER)],
    )


def _recipient(name: str, *mobiles: str) -> ConfigSubentryData:
    return ConfigSubentryData(data={"mobiles": list(mobiles)}, subentry_type="recipient", title=name, unique_id=None)


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Load an account."""
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def account(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """The account, loaded."""
    await set_up(hass, entry)
    return entry


def account_of(hass: HomeAssistant, entry: MockConfigEntry) -> Account:
    """The account of an entry that is enabled."""
    account = find_account(hass, entry.entry_id)
    assert account
    return account


@pytest.fixture
async def http(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> TestClient[Any, Any]:
    """A client of Home Assistant's web server, without a password."""
    # What brings paths of its own comes first: a server that runs takes no more.
    for component in ("webhook", "notify", "smsadmin"):
        assert await async_setup_component(hass, component, {})
    client: TestClient[Any, Any] = await hass_client_no_auth()
    return client


@pytest.fixture
def events(hass: HomeAssistant) -> list[Event]:
    """All events of the integration, in order."""
    seen: list[Event] = []

    @callback
    def see(event: Event) -> None:
        seen.append(event)

    for event_type in ("smsadmin_reply", "smsadmin_delivery_report"):
        hass.bus.async_listen(event_type, see)
    return seen


@pytest.fixture
def port(socket_enabled: None) -> int:
    """A free port."""
    return free_port()


@pytest.fixture
def other_port(port: int) -> int:
    """A second one."""
    return next(found for found in iter(free_port, port) if found != port)


def pushed_reply(message: str = "Yes", **fields: str) -> str:
    """A reply as it is pushed, urlencoded."""
    return _form({"Class": "mo", "SmsName": USER, "Mobile": MOTHER, "Message": message, "LinkId": ""} | fields)


def pushed_report(status: str = "DELIVRD", **fields: str) -> str:
    """A report as it is pushed, urlencoded."""
    return _form({"Class": "rpt", "SmsName": USER, "Mobile": MOTHER, "LinkId": LINK_ID, "Report": status} | fields)


def _form(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(value)}" for name, value in fields.items())


def issues(hass: HomeAssistant) -> list[str | None]:
    """The translation keys of the issues, without the one that pushes can't reach the tests' Home Assistant from outside."""
    found = [issue.translation_key for issue in ir.async_get(hass).issues.values() if issue.domain == "smsadmin" and issue.active]
    return [key for key in found if key != "push_unreachable"]


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """The state of an entity that must be there."""
    state = hass.states.get(entity_id)
    assert state is not None
    return state


def placeholders(result: Mapping[str, Any]) -> Mapping[str, str]:
    """What a form fills its texts with."""
    found: Mapping[str, str] = result["description_placeholders"]
    return found
