"""Sending: the action, the notify entities and the legacy service, and what each says when not everything was accepted."""

import asyncio
from datetime import timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.smsadmin.gateway.models import Submission
from custom_components.smsadmin.inbound.publisher import SIGNAL_LOG_CHANGED
from custom_components.smsadmin.intake import async_intake_of
from custom_components.smsadmin.message_log import outbound
from custom_components.smsadmin.message_log.models import MessageState
from custom_components.smsadmin.outbound import sender
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, PASSWORD, STRANGER, USER, make_entry, set_up, state_of


async def _send(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    response = await hass.services.async_call(
        "smsadmin", "send_sms", {"mobiles": [MOTHER], "message": "Fire!", **data}, blocking=True, return_response=True
    )
    assert response is not None
    return response


async def test_a_text_goes_to_recipients_and_numbers_each_number_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    response = await _send(
        hass, recipients=["notify.mother", "notify.parents"], mobiles=["+86 139 0000 0009", int(MOTHER)], title="Alarm"
    )
    (sent,) = simulator.sent
    assert sent.mobiles == (MOTHER, FATHER, STRANGER)
    assert sent.text == "Alarm\nFire!"
    assert sent.method == "POST"
    assert response == {
        "accepted": 3,
        "rejected": 0,
        "unconfirmed": 0,
        "estimated_segments": 1,
        "submissions": [
            {
                "link_id": sent.link_id,
                "mobiles": [MOTHER, FATHER, STRANGER],
                "outcome": "accepted",
                "code": "000",
                "description": None,
            }
        ],
    }
    assert state_of(hass, "notify.mother").state != "unknown"
    assert state_of(hass, "notify.parents").state != "unknown"


async def test_the_action_needs_no_response(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!"}, blocking=True)
    assert simulator.sent[0].mobiles == (MOTHER,)


async def test_gb2312_and_get(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, data={"charset": "gb2312", "submit_method": "get"}))
    await _send(hass, message="着火了，快回家")
    (sent,) = simulator.sent
    assert (sent.text, sent.charset, sent.method) == ("着火了，快回家", "gb2312", "GET")


async def test_a_link_id_and_a_time_of_one_s_own(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await hass.config.async_set_time_zone("America/New_York")
    await _send(hass, link_id="20140316192678945632", send_at="2100-01-01 08:00:00")
    (sent,) = simulator.sent
    assert sent.link_id == "20140316192678945632"
    # New York is thirteen hours behind China in winter.
    assert str(sent.send_at) == "2100-01-01 21:00:00+08:00"


@pytest.mark.parametrize("send_at", ["2100-01-01T08:00:00+08:00", dt_util.parse_datetime("2100-01-01T00:00:00+00:00")])
async def test_a_time_with_a_zone_keeps_it(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, send_at: Any
) -> None:
    await _send(hass, send_at=send_at)
    assert str(simulator.sent[0].send_at) == "2100-01-01 08:00:00+08:00"


BAD_INPUT = [
    ({"mobiles": []}, "no_number"),
    ({"mobiles": ["1380000000x"]}, "invalid_number"),
    ({"message": " \n"}, "empty_message"),
    ({"message": " \n", "title": "Alarm"}, "empty_message"),
    ({"send_at": "tomorrow"}, "invalid_time"),
    ({"send_at": "2020-01-01 08:00:00"}, "in_the_past"),
    ({"link_id": "123"}, "invalid_link_id"),
    ({"link_id": "１" * 20}, "invalid_link_id"),
    ({"recipients": ["notify.nobody"]}, "not_a_recipient"),
    ({"recipients": ["sensor.smsadmin_balance"]}, "not_a_recipient"),
]


@pytest.mark.parametrize(("data", "key"), BAD_INPUT)
async def test_bad_input_is_refused_before_anything_is_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await _send(hass, **data)
    assert raised.value.translation_domain == "smsadmin"
    assert raised.value.translation_key == key
    assert not [request for request in simulator.requests if "Send" in request.path]


async def test_text_goes_out_without_what_the_charset_lacks(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, data={"charset": "gb2312"}))
    await _send(hass, message="Fire — 镕 😀")
    assert [sent.text for sent in simulator.sent] == ["Fire — 镕 ?"]


REJECTIONS = {
    "101": "user ID or password",
    "102": "balance is too low",
    "103": "Too many",
    "104": "does not permit",
    "105": "empty",
    "106": "code 106",
    "107": "longer than the channel allows",
    "108": "frozen",
    "400": "could not process",
    "999": "code 999",
}


@pytest.mark.parametrize(("code", "text"), REJECTIONS.items())
async def test_a_rejection_raises_and_names_its_code(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, code: str, text: str
) -> None:
    simulator.fault("submit", f"code:{code}")
    with pytest.raises(HomeAssistantError, match=text) as raised:
        await _send(hass)
    assert f"code {code}" in str(raised.value)
    assert "accepted: 0, rejected: 1, unconfirmed: 0" in str(raised.value)
    flows = [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]
    assert flows == (["reauth"] if code == "101" else [])


UNCONFIRMED = [
    "reset_after",
    "truncated",
    "oversized",
    "status:500",
    "redirect",
    "html",
    "body:",
    "body:0000",
    "code:150",
    "legacy",
]


@pytest.mark.parametrize("fault", UNCONFIRMED)
async def test_what_may_have_gone_out_is_unconfirmed_and_never_sent_again(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fault: str
) -> None:
    simulator.fault("submit", fault)
    with pytest.raises(HomeAssistantError, match="accepted: 0, rejected: 0, unconfirmed: 1"):
        await _send(hass)
    assert len([request for request in simulator.requests if "Send" in request.path]) == 1


async def test_what_surely_was_not_sent_is_said_to_be_so(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator)
    await set_up(hass, entry)
    await simulator.stop()
    with pytest.raises(HomeAssistantError, match=r"No request was made\. .*accepted: 0, rejected: 1, unconfirmed: 0"):
        await _send(hass)


async def test_a_part_that_was_accepted_is_returned_to_whoever_asks_and_raised_to_others(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "IN_FLIGHT", 1)
    mobiles = [str(13_800_000_000 + number) for number in range(2001)]
    simulator.accounts[USER].balance += 5000
    simulator.fault("submit", "none", times=1)
    simulator.fault("submit", "code:102", times=1)
    simulator.fault("submit", "reset_after", times=1)
    response = await _send(hass, mobiles=mobiles)
    assert (response["accepted"], response["rejected"], response["unconfirmed"]) == (1000, 1000, 1)
    assert [submission["outcome"] for submission in response["submissions"]] == ["accepted", "rejected", "unconfirmed"]
    assert [submission["code"] for submission in response["submissions"]] == ["000", "102", None]
    assert response["submissions"][1]["description"] == "The balance is too low (code 102)."
    assert len({submission["link_id"] for submission in response["submissions"]}) == 3

    simulator.fault("submit", "none", times=2)
    simulator.fault("submit", "code:102", times=1)
    with pytest.raises(HomeAssistantError, match="accepted: 2000, rejected: 1, unconfirmed: 0"):
        await hass.services.async_call("smsadmin", "send_sms", {"mobiles": mobiles, "message": "Fire!"}, blocking=True)


async def test_an_error_that_nobody_foresaw_keeps_no_other_number_from_being_sent(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator.accounts[USER].balance += 5000
    client = account.runtime_data.sender._client
    submit = client.submit

    async def fail_once(submission: Submission) -> None:
        monkeypatch.setattr(client, "submit", submit)
        raise RuntimeError("a secret")

    monkeypatch.setattr(client, "submit", fail_once)
    response = await _send(hass, mobiles=[str(13_800_000_000 + number) for number in range(4000)])
    assert (response["accepted"], response["unconfirmed"]) == (3000, 1000)
    assert len(simulator.sent) == 3
    log = (await async_intake_of(hass, account)).log
    assert (await log.summarise([("13800000000",)])).states == (MessageState.UNCONFIRMED,)
    (told,) = [record for record in caplog.records if record.levelno >= logging.WARNING and "foresaw" in record.message]
    assert "RuntimeError" in told.message
    assert "secret" not in told.getMessage() + str(told.exc_text)


async def test_what_is_answered_is_in_the_log_while_the_rest_is_on_its_way(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "IN_FLIGHT", 1)
    simulator.accounts[USER].balance += 5000
    mobiles = [str(13_800_000_000 + number) for number in range(2000)]
    log = (await async_intake_of(hass, account)).log

    async def states() -> tuple[MessageState | str | None, ...]:
        summary = await log.summarise([(mobiles[0],), (mobiles[-1],)])
        return *summary.states, state_of(hass, "sensor.smsadmin_submitted").state

    def hold_the_second(request: object) -> None:
        if simulator.sent:
            simulator.hold("submit")

    simulator.on_request(hold_the_second)
    sending = hass.async_create_task(_send(hass, mobiles=mobiles))
    async with asyncio.timeout(30):
        while await states() != (MessageState.ACCEPTED, MessageState.SUBMITTING, "1000"):  # noqa: ASYNC110 - nothing says when
            await asyncio.sleep(0.01)
    simulator.hold("submit").set()
    assert (await sending)["accepted"] == 2000
    await hass.async_block_till_done()
    assert await states() == (MessageState.ACCEPTED, MessageState.ACCEPTED, "2000")


async def test_nothing_is_looked_after_while_the_platform_thinks(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "SETTLE_INTERVAL", 0.001)
    changes: list[None] = []
    async_dispatcher_connect(hass, SIGNAL_LOG_CHANGED.format(account.entry_id), callback(lambda: changes.append(None)))
    release = simulator.hold("submit")
    sending = hass.async_create_task(_send(hass))
    # Many times as long.
    await asyncio.sleep(0.1)
    assert len(changes) == 1
    release.set()
    await sending
    assert len(changes) == 2


async def test_an_answer_that_can_t_be_kept_is_returned_all_the_same(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(outbound, "settle", fail)
        assert (await _send(hass))["accepted"] == 1
    (told,) = [record for record in caplog.records if "could not be kept" in record.message]
    assert "ValueError" in told.message
    assert "secret" not in told.message
    assert (await _send(hass))["accepted"] == 1


async def test_a_send_outlives_whoever_asked_for_it(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.accounts[USER].balance += 5000
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    task = hass.async_create_task(_send(hass, mobiles=[str(13_800_000_000 + number) for number in range(2000)]))
    await arrived.wait()
    task.cancel()
    await hass.async_block_till_done()
    assert task.cancelled()
    assert [len(sent.mobiles) for sent in simulator.sent] == [1000, 1000]


async def test_a_notify_entity_sends_to_its_recipient(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.services.async_call(
        "notify", "send_message", {"entity_id": "notify.parents", "message": "Fire!", "title": "Alarm"}, blocking=True
    )
    (sent,) = simulator.sent
    assert (sent.mobiles, sent.text) == ((MOTHER, FATHER), "Alarm\nFire!")


async def test_a_notify_entity_raises(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError, match="code 102"):
        await hass.services.async_call(
            "notify", "send_message", {"entity_id": "notify.mother", "message": "Fire!"}, blocking=True
        )
    assert state_of(hass, "notify.mother").state == "unknown"


async def _legacy(hass: HomeAssistant, **data: Any) -> None:
    await hass.services.async_call("notify", "smsadmin_fire_station", {"message": "Fire!", **data}, blocking=True)


async def test_the_legacy_service_sends(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _legacy(
        hass, title="Alarm", target=[MOTHER, FATHER], data={"send_at": "2100-01-01T08:00:00+08:00", "link_id": int("1" * 20)}
    )
    (sent,) = simulator.sent
    assert (sent.mobiles, sent.text, sent.link_id) == ((MOTHER, FATHER), "Alarm\nFire!", "1" * 20)
    assert str(sent.send_at) == "2100-01-01 08:00:00+08:00"


@pytest.mark.parametrize(
    ("data", "key"), [({}, "no_number"), ({"target": MOTHER, "data": {"image": "x", "sendat": "y"}}, "unknown_data")]
)
async def test_the_legacy_service_refuses_bad_input(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await _legacy(hass, **data)
    assert raised.value.translation_key == key
    assert simulator.sent == []


async def test_the_legacy_service_raises(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:107")
    with pytest.raises(HomeAssistantError, match="code 107"):
        await _legacy(hass, target=MOTHER)


async def test_with_two_accounts_the_action_wants_to_know_which(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.add_account("police", "open sesame", balance=10)
    second = make_entry(simulator, data={"username": "police", "webhook_id": "another"})
    await set_up(hass, second)
    with pytest.raises(ServiceValidationError):
        await _send(hass)
    await _send(hass, config_entry_id=second.entry_id)
    assert simulator.sent[0].uid == "police"
    # A recipient of the first account can't be reached by the second.
    with pytest.raises(ServiceValidationError) as raised:
        await _send(hass, config_entry_id=second.entry_id, recipients=["notify.mother"])
    assert raised.value.translation_key == "not_a_recipient"


SIGNED = [
    ("Fire!", None, "【消防】Fire!"),
    ("Fire!", "Alarm", "【消防】Alarm\nFire!"),
    ("【警察】Fire!", None, "【警察】Fire!"),
    ("【警察】Fire!", "Alarm", "Alarm\n【警察】Fire!"),
    ("Fire!【警察】", "Alarm", "Alarm\nFire!【警察】"),
    ("see 【the notice】 there", None, "【消防】see 【the notice】 there"),
    ("【】Fire!", None, "【消防】【】Fire!"),
]


@pytest.mark.parametrize(("message", "title", "text"), SIGNED)
async def test_signature_title_and_message_in_this_order(
    hass: HomeAssistant, simulator: Simulator, message: str, title: str | None, text: str
) -> None:
    await set_up(hass, make_entry(simulator, signature="消防"))
    await _send(hass, message=message, **({"title": title} if title else {}))
    assert simulator.sent[0].text == text


async def test_the_balance_is_queried_soon_after_a_send(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: Any
) -> None:
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"
    await _send(hass, mobiles=[MOTHER, FATHER])
    freezer.tick(timedelta(seconds=3))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "498"


@pytest.mark.parametrize("title", ["", "  ", "\n"])
async def test_a_blank_title_is_none(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, title: str) -> None:
    await _send(hass, title=title)
    assert simulator.sent[0].text == "Fire!"


async def test_line_ends_of_other_systems_are_line_breaks(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await _send(hass, message="Fire!\r\nRun!\rNow!")
    assert simulator.sent[0].text == "Fire!\nRun!\nNow!"


@pytest.mark.parametrize(
    "send_at", ["2100-02-30 08:00:00", "2100-13-01 08:00:00", "2100-01-01 25:00:00", "9999-12-31 23:59:59", "soon"]
)
async def test_a_time_that_no_calendar_has_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, send_at: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await _send(hass, send_at=send_at)
    assert raised.value.translation_key == "invalid_time"
    assert simulator.sent == []


@pytest.mark.parametrize("data", [{"send_at": 5}, {"send_at": ["now"]}, {1: "one"}])
async def test_the_legacy_service_refuses_data_of_any_wrong_type(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[Any, Any]
) -> None:
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            "notify", "smsadmin_fire_station", {"message": "Fire!", "target": MOTHER, "data": data}, blocking=True
        )
    assert simulator.sent == []


async def test_only_recipients_of_what_was_accepted_are_notified(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "code:400")
    mobiles = [str(13700000000 + number) for number in range(1000)]
    response = await _send(hass, recipients=["notify.mother"], mobiles=mobiles)
    assert (response["accepted"], response["rejected"]) == (1, 1000)
    assert state_of(hass, "notify.mother").state == "unknown"


async def test_accounts_with_the_same_user_id_have_services_of_their_own(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    async with Simulator(seed=2) as other:
        other.add_account(USER, PASSWORD, balance=5)
        second = make_entry(other, data={"webhook_id": "another-path"})
        await set_up(hass, second)
        await hass.services.async_call("notify", "smsadmin_fire_station_2", {"message": "Fire!", "target": MOTHER}, blocking=True)
        assert [len(platform.sent) for platform in (simulator, other)] == [0, 1]
        await hass.config_entries.async_unload(second.entry_id)
        assert hass.services.has_service("notify", "smsadmin_fire_station")
        assert not hass.services.has_service("notify", "smsadmin_fire_station_2")


async def test_home_assistant_stops_once_what_is_being_sent_has_its_answer(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("submit")
    sending = hass.async_create_task(_send(hass))
    await arrived.wait()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    waiting = hass.async_create_task(hass.async_block_till_done())
    await asyncio.sleep(0)
    assert not waiting.done()
    release.set()
    await waiting
    assert (await sending)["accepted"] == 1


async def test_a_password_that_is_refused_after_the_account_was_removed_is_asked_of_nobody(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("submit")
    simulator.fault("submit", "code:101")
    sending = hass.async_create_task(_send(hass))
    await arrived.wait()
    await hass.config_entries.async_remove(account.entry_id)
    release.set()
    with pytest.raises(HomeAssistantError):
        await sending
    assert hass.config_entries.flow.async_progress() == []
    assert "never retrieved" not in caplog.text


async def test_a_daily_limit_counts_numbers_over_the_local_day(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
) -> None:
    await hass.config.async_set_time_zone("Asia/Shanghai")
    freezer.move_to("2030-06-01 23:50:00+08:00")
    entry = make_entry(simulator, daily_limit=3)
    await set_up(hass, entry)
    await _send(hass, mobiles=[MOTHER, FATHER])
    simulator.fault("submit", "code:400")
    with pytest.raises(HomeAssistantError):
        await _send(hass)
    with pytest.raises(ServiceValidationError) as raised:
        await _send(hass, mobiles=[MOTHER, FATHER])
    assert raised.value.translation_key == "daily_limit"
    assert raised.value.translation_placeholders == {"limit": "3", "submitted": "2"}
    # What was rejected does not count, and a restart forgets nothing.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await _send(hass)
    with pytest.raises(ServiceValidationError):
        await _send(hass)
    assert len(simulator.sent) == 2
    freezer.move_to("2030-06-02 00:00:01+08:00")
    await _send(hass, mobiles=[MOTHER, FATHER, STRANGER])
    assert len(simulator.sent) == 3


async def test_a_link_id_is_used_once(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _send(hass, link_id="20140316192678945632")
    with pytest.raises(ServiceValidationError) as raised:
        await _send(hass, link_id="20140316192678945632")
    assert raised.value.translation_key == "link_id_used"
    assert len(simulator.sent) == 1


async def test_a_log_that_stops_working_keeps_no_number_of_a_large_send_from_going_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    arrived = asyncio.Event()
    simulator.on_request(lambda request: arrived.set())
    release = simulator.hold("submit")
    mobiles = [str(13700000000 + number) for number in range(13_000)]
    simulator.accounts[USER].balance = len(mobiles)
    sending = hass.async_create_task(_send(hass, mobiles=mobiles))
    await arrived.wait()
    await account.runtime_data.log.close()
    release.set()
    assert (await sending)["accepted"] == len(mobiles)
