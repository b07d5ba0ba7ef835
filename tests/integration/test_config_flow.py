"""Adding, changing and re-authenticating an account, field by field."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from tests.simulator import Simulator

from .conftest import DIGEST, PASSWORD, USER, make_entry, placeholders, set_up, state_of


async def _submit_user(hass: HomeAssistant, url: str, **changes: Any) -> ConfigFlowResult:
    result = await hass.config_entries.flow.async_init("smsadmin", context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    return await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "password": PASSWORD, "advanced": {"url": url}, **changes}
    )


async def test_an_account_is_added(hass: HomeAssistant, simulator: Simulator) -> None:
    result = await _submit_user(hass, simulator.url.removesuffix("/"), username=f" {USER} ")
    assert result["step_id"] == "receive"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": "both"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry = result["result"]
    assert len(entry.data["webhook_id"]) == 64
    assert entry.title == "SMSAdmin fire-station"
    assert dict(entry.options) == {"mode": "both"}
    assert {**entry.data, "webhook_id": None} == {
        "username": USER,
        "password_md5": DIGEST,
        "url": simulator.url,
        "charset": "utf-8",
        "submit_method": "post",
        "verify_ssl": True,
        "webhook_id": None,
        "legacy_service": "smsadmin_fire_station",
    }
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("external", "shown"),
    [
        (None, "http://IP/"),
        ("http://sms.example.com", "http://sms.example.com/"),
        ("http://sms.example.com:8123", "http://sms.example.com/"),
        ("https://sms.example.com", "http://sms.example.com/"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]/"),
    ],
)
@pytest.mark.parametrize("mode", ["push", "both"])
async def test_the_closing_page_shows_the_url_where_push_is_chosen(
    hass: HomeAssistant, simulator: Simulator, external: str | None, shown: str, mode: str
) -> None:
    """Home Assistant skips the closing page where a form for the first recipient follows."""
    assert await async_setup_component(hass, "webhook", {})
    await hass.config.async_update(external_url=external, internal_url="http://192.0.2.1:8123")
    result = await _submit_user(hass, simulator.url)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": mode})
    path = f"api/webhook/{result['result'].data['webhook_id']}"
    assert result["description"] == "push"
    assert placeholders(result) == {"push_url": shown + path, "webhook_url": f"http://192.0.2.1:8123/{path}"}
    assert "next_flow" not in result
    await hass.async_block_till_done()


@pytest.mark.parametrize("mode", ["pull", "off"])
async def test_nothing_about_pushes_is_shown_where_push_is_not_chosen(
    hass: HomeAssistant, simulator: Simulator, mode: str
) -> None:
    result = await _submit_user(hass, simulator.url)
    assert result["step_id"] == "receive"
    assert not result["description_placeholders"]
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": mode})
    assert result["description"] is None
    await hass.async_block_till_done()


async def test_a_new_account_leads_to_its_first_recipient(hass: HomeAssistant, simulator: Simulator) -> None:
    result = await _submit_user(hass, simulator.url)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": "pull"})
    kind, flow_id = result["next_flow"]
    assert kind == "config_subentries_flow"
    await hass.config_entries.subentries.async_configure(flow_id, {"name": "Mother", "mobiles": ["13800000001"]})
    await hass.async_block_till_done()
    assert hass.states.get("notify.mother") is not None


async def test_a_second_account_gets_a_title_of_its_own(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.add_account("police", PASSWORD, balance=1)
    result = await _submit_user(hass, simulator.url, username="police")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": "off"})
    assert result["title"] == "SMSAdmin police"
    await hass.async_block_till_done()


async def test_one_user_id_at_two_platforms_gives_two_titles(hass: HomeAssistant, simulator: Simulator) -> None:
    entries = []
    async with Simulator() as other, Simulator() as third:
        for platform in (simulator, other, third):
            platform.add_account(USER, PASSWORD)
            result = await _submit_user(hass, platform.url)
            result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": "off"})
            entries.append(result["result"])
        await hass.async_block_till_done(wait_background_tasks=True)
        titles = [entry.title for entry in entries]
        assert titles == ["SMSAdmin fire-station", "SMSAdmin fire-station (2)", "SMSAdmin fire-station (3)"]
        # The title that we gave follows the user id, one that the user gave does not.
        third.add_account("police", PASSWORD)
        for title in ("SMSAdmin police", "Mine", "Mine"):
            result = await hass.config_entries.flow.async_init(
                "smsadmin", context={"source": SOURCE_RECONFIGURE, "entry_id": entries[2].entry_id}
            )
            username = USER if entries[2].data["username"] == "police" else "police"
            user_input = {"username": username, "password": PASSWORD, "advanced": {"url": third.url}}
            await hass.config_entries.flow.async_configure(result["flow_id"], user_input)
            assert entries[2].title == title
            hass.config_entries.async_update_entry(entries[2], title="Mine")
            await hass.async_block_till_done(wait_background_tasks=True)


SPELLINGS = [
    ("http://127.0.0.1:{port}{path}", "HTTP://127.0.0.1:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://LocalHost:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://localhost.:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://sms.localhost:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://[::1]:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://[0:0:0:0:0:0:0:1]:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", "http://[::ffff:127.0.0.1]:{port}{path}"),
    ("http://127.0.0.1:{port}{path}", " http://127.0.0.1:{port}/{path} "),
    ("http://127.0.0.1:{port}{path}", "http://127.0.0.1:{port}{path}/"),
    ("http://SMS.example.com{path}", "http://sms.example.com:80{path}"),
    ("https://sms.example.com{path}", "https://sms.Example.com.:443{path}"),
    ("http://[2001:DB8::1]{path}", "http://[2001:db8:0::1]{path}"),
]


@pytest.mark.parametrize(("known", "spelling"), SPELLINGS)
async def test_the_same_account_is_not_added_twice(hass: HomeAssistant, simulator: Simulator, known: str, spelling: str) -> None:
    """The same account under another spelling of the URL was a second one."""
    port, path = simulator.url.removeprefix("http://127.0.0.1:").split("/", 1)
    make_entry(simulator, data={"url": known.format(port=port, path=f"/{path}")}).add_to_hass(hass)
    result = await _submit_user(hass, spelling.format(port=port, path=f"/{path}"))
    assert (result["type"], result.get("reason")) == (FlowResultType.ABORT, "already_configured")
    assert simulator.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/interface/", "http://127.0.0.2.example.com:1/"])
async def test_another_url_is_another_account(hass: HomeAssistant, simulator: Simulator, url: str) -> None:
    make_entry(simulator, data={"url": "http://127.0.0.1:1/Interface/"}).add_to_hass(hass)
    assert (await _submit_user(hass, url))["type"] is FlowResultType.FORM


async def test_two_forms_side_by_side_don_t_add_an_account_twice(hass: HomeAssistant, simulator: Simulator) -> None:
    forms = [await _submit_user(hass, simulator.url) for _ in range(2)]
    ends = [await hass.config_entries.flow.async_configure(form["flow_id"], {"mode": "off"}) for form in forms]
    assert [end["type"] for end in ends] == [FlowResultType.CREATE_ENTRY, FlowResultType.ABORT]
    await hass.async_block_till_done()


@pytest.mark.parametrize(("field", "error"), [("username", "empty_username"), ("password", "empty_password")])
async def test_an_empty_field_is_refused_before_the_platform_is_asked(
    hass: HomeAssistant, simulator: Simulator, field: str, error: str
) -> None:
    result = await _submit_user(hass, simulator.url, **{field: "  " if field == "username" else ""})
    assert result["errors"] == {field: error}
    assert simulator.requests == []


async def test_a_charset_must_have_the_signature_s_characters(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, signature="😀")
    await set_up(hass, entry)
    result = await entry.start_reconfigure_flow(hass)
    user_input = {"username": USER, "advanced": {"url": simulator.url, "charset": "gb2312"}}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], user_input)
    assert result["errors"] == {"base": "signature_not_encodable"}
    assert entry.data["charset"] == "utf-8"


FAULTS = [
    ("code:101", "invalid_auth"),
    ("code:104", "not_permitted"),
    ("code:108", "account_frozen"),
    ("code:400", "invalid_response"),
    ("html", "invalid_response"),
    ("status:500", "invalid_response"),
    ("redirect", "redirected"),
    ("reset_before", "cannot_connect"),
    ("truncated", "cannot_connect"),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS)
async def test_a_failing_check_is_shown_and_can_be_tried_again(
    hass: HomeAssistant, simulator: Simulator, fault: str, error: str
) -> None:
    simulator.fault("balance", fault)
    result = await _submit_user(hass, simulator.url)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    location = placeholders(result)["location"]
    assert location.startswith("http://") if error == "redirected" else location == ""
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "password": PASSWORD, "advanced": {"url": simulator.url}}
    )
    assert result["step_id"] == "receive"


def _shown(schema: vol.Schema | None) -> dict[str, Any]:
    """What the fields of a form are filled with when it is shown."""
    assert schema
    found: dict[str, Any] = {}
    for marker, value in schema.schema.items():
        if isinstance(value, section):
            found |= marker.default()
        else:
            found[str(marker)] = (marker.description or {}).get("suggested_value")
    return found


async def test_the_fields_keep_what_was_typed_after_an_error(hass: HomeAssistant, simulator: Simulator) -> None:
    typed = {"url": "nonsense", "charset": "gb2312", "submit_method": "get", "verify_ssl": False}
    result = await _submit_user(hass, "", advanced=typed)
    assert _shown(result["data_schema"]) == {"username": USER, "password": PASSWORD, **typed}
    typed["url"] = simulator.url
    simulator.fault("balance", "reset_before")
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "password": "mistyped", "advanced": typed}
    )
    assert _shown(result["data_schema"]) == {"username": USER, "password": "mistyped", **typed}


async def test_an_untrusted_certificate_can_be_accepted(hass: HomeAssistant, socket_enabled: None) -> None:
    """Resellers have certificates of their own."""
    async with plain_text_server() as port:
        url = f"https://127.0.0.1:{port}/"
        result = await _submit_user(hass, url)
        assert result["errors"] == {"base": "tls_failed"}


@asynccontextmanager
async def plain_text_server() -> AsyncIterator[int]:
    """A server that speaks no TLS; its port."""

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_an_unreachable_platform_can_t_be_added(hass: HomeAssistant, socket_enabled: None) -> None:
    result = await _submit_user(hass, "http://127.0.0.1:1/interface/")
    assert result["errors"] == {"base": "cannot_connect"}


async def test_an_unexpected_error_is_logged_and_shown(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret")

    caplog.set_level(logging.INFO)
    monkeypatch.setattr("custom_components.smsadmin.flows.connection.create_client", broken)
    result = await _submit_user(hass, "http://127.0.0.1/")
    assert result["errors"] == {"base": "unknown"}
    assert "Unexpected error while checking the connection: RuntimeError" in caplog.text
    assert "a secret" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.com/",
        "example.com",
        "http://",
        "http://user:secret@example.com/",
        "http://:secret@example.com/",
        "http://ex ample.com/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com/?x=1",
        "http://example.com/#x",
        "http://[::1",
    ],
)
async def test_the_error_of_an_invalid_url_names_its_field(hass: HomeAssistant, url: str) -> None:
    result = await _submit_user(hass, url)
    assert result["errors"] == {"base": "invalid_url"}


async def test_a_new_password_is_asked_for_and_mends_the_account(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.accounts[USER].password = "changed"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth"}
    assert placeholders(result)["username"] == USER
    assert _shown(result["data_schema"]) == {"password": "wrong"}
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "changed"})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"


async def test_the_same_password_restores_a_rejected_account(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("balance", "code:101")
    await set_up(hass, entry)
    (flow,) = hass.config_entries.flow.async_progress()
    assert state_of(hass, "sensor.smsadmin_balance").state == "unavailable"
    await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": PASSWORD})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"


async def test_a_disabled_account_can_be_reconfigured(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, data={"verify_ssl": True}, disabled_by=ConfigEntryDisabler.USER)
    entry.add_to_hass(hass)
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"username": USER})
    assert result["reason"] == "reconfigure_successful"


async def test_an_account_is_reconfigured_and_keeps_its_password(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    result = await account.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "advanced": {"url": "nonsense", "charset": "gb2312", "submit_method": "get"}}
    )
    assert result["errors"] == {"base": "invalid_url"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "advanced": {"url": simulator.url, "charset": "gb2312", "submit_method": "get"}}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert account.data["charset"] == "gb2312"
    assert account.data["submit_method"] == "get"
    assert account.data["password_md5"] == DIGEST
    assert account.state is ConfigEntryState.LOADED


async def test_what_is_left_out_of_a_reconfiguration_stays(hass: HomeAssistant, account: MockConfigEntry) -> None:
    before = dict(account.data)
    result = await account.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"username": USER})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert account.data == {**before, "verify_ssl": True}


async def test_an_account_is_reconfigured_to_another_user(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.add_account("police", "other", balance=7)
    result = await account.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": "police", "password": "other", "advanced": {"url": simulator.url}}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "7"
    # Automations know the service by the name that it was given once.
    assert "smsadmin_fire_station" in hass.services.async_services()["notify"]
