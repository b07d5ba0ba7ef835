"""Adding, changing and re-authenticating an account, field by field."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
    url = placeholders(result)["webhook_url"]
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"mode": "both"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry = result["result"]
    assert url.endswith(f"/api/webhook/{entry.data['webhook_id']}")
    assert len(entry.data["webhook_id"]) == 64
    assert entry.title == "SMSAdmin"
    assert dict(entry.options) == {"mode": "both"}
    assert {**entry.data, "webhook_id": None} == {
        "username": USER,
        "password_md5": DIGEST,
        "url": simulator.url,
        "charset": "utf-8",
        "submit_method": "post",
        "webhook_id": None,
    }
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    ("external", "shown", "said"),
    [
        (None, "http://YOUR-PUBLIC-ADDRESS/", "no external address"),
        ("http://sms.example.com", "http://sms.example.com/", "as the platform wants it"),
        ("http://sms.example.com:8123", "http://sms.example.com/", "another port than 80"),
        ("https://sms.example.com", "http://sms.example.com/", "is https"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]/", "as the platform wants it"),
    ],
)
async def test_the_url_to_hand_out_is_shown_with_what_keeps_it_from_working(
    hass: HomeAssistant, simulator: Simulator, external: str | None, shown: str, said: str
) -> None:
    assert await async_setup_component(hass, "webhook", {})
    await hass.config.async_update(external_url=external, internal_url="http://192.0.2.1:8123")
    texts = placeholders(await _submit_user(hass, simulator.url))
    path = texts["webhook_url"].removeprefix("http://192.0.2.1:8123/")
    assert path.startswith("api/webhook/")
    assert texts["push_url"] == shown + path
    assert said in texts["push_warnings"]


async def test_a_url_is_shown_where_home_assistant_knows_no_address_of_its_own(hass: HomeAssistant, simulator: Simulator) -> None:
    assert await async_setup_component(hass, "webhook", {})
    hass.config.api = None
    result = await _submit_user(hass, simulator.url)
    assert placeholders(result)["webhook_url"].startswith("http://homeassistant.local:8123/api/webhook/")


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
    assert result["title"] == "SMSAdmin 2"
    await hass.async_block_till_done()


async def test_the_same_account_is_not_added_twice(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    result = await _submit_user(hass, simulator.url)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_two_forms_side_by_side_don_t_add_an_account_twice(hass: HomeAssistant, simulator: Simulator) -> None:
    forms = [await _submit_user(hass, simulator.url) for _ in range(2)]
    ends = [await hass.config_entries.flow.async_configure(form["flow_id"], {"mode": "off"}) for form in forms]
    assert [end["type"] for end in ends] == [FlowResultType.CREATE_ENTRY, FlowResultType.ABORT]
    await hass.async_block_till_done()


@pytest.mark.parametrize(("field", "error"), [("username", "empty_username"), ("password", "empty_password")])
async def test_an_empty_field_is_refused_before_anybody_is_asked(
    hass: HomeAssistant, simulator: Simulator, field: str, error: str
) -> None:
    result = await _submit_user(hass, simulator.url, **{field: "  " if field == "username" else ""})
    assert result["errors"] == {field: error}
    assert simulator.requests == []


async def test_a_charset_that_lacks_a_character_of_the_signature_is_refused(hass: HomeAssistant, simulator: Simulator) -> None:
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
    ("redirect", "invalid_response"),
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
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": USER, "password": PASSWORD, "advanced": {"url": simulator.url}}
    )
    assert result["step_id"] == "receive"


async def test_an_unreachable_platform_can_t_be_added(hass: HomeAssistant, socket_enabled: None) -> None:
    result = await _submit_user(hass, "http://127.0.0.1:1/interface/")
    assert result["errors"] == {"base": "cannot_connect"}


async def test_an_unexpected_error_is_logged_and_shown(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("custom_components.smsadmin.connection.create_client", broken)
    result = await _submit_user(hass, "http://127.0.0.1/")
    assert result["errors"] == {"base": "unknown"}
    assert "Unexpected error while checking the connection" in caplog.text


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
async def test_a_url_that_can_t_be_one_is_refused_by_the_name_of_its_field(hass: HomeAssistant, url: str) -> None:
    result = await _submit_user(hass, url)
    assert result["errors"] == {"base": "invalid_url"}


async def test_a_new_password_is_asked_for_and_mends_the_account(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.accounts[USER].password = "changed"
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth"}
    assert placeholders(result)["username"] == USER
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": "changed"})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"


async def test_the_same_password_mends_an_account_that_was_refused_for_a_while(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("balance", "code:101")
    await set_up(hass, entry)
    (flow,) = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {"password": PASSWORD})
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


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
    assert account.data == before


async def test_an_account_is_reconfigured_to_another_user(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.add_account("police", "other", balance=7)
    result = await account.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"username": "police", "password": "other", "advanced": {"url": simulator.url}}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.smsadmin_balance").state == "7"
    assert "smsadmin_police" in hass.services.async_services()["notify"]
    assert "smsadmin_fire_station" not in hass.services.async_services()["notify"]
