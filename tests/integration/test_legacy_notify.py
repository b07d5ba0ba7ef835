"""The legacy notify services: for an account and for each of its recipients, called by alerts, groups and routers."""

from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulator import Simulator

from .conftest import FATHER, LINK_ID, MOTHER, PASSWORD, STRANGER, USER, make_entry, set_up
from .sending import call, eventually, notify, states

ACCOUNT = "smsadmin_fire_station"


def _services(hass: HomeAssistant) -> list[str]:
    return sorted(name for name in hass.services.async_services()["notify"] if name.startswith("smsadmin"))


async def test_it_sends_to_numbers(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await notify(
        hass,
        ACCOUNT,
        title="Alarm",
        target=[MOTHER, int(FATHER)],
        data={"send_at": "2100-01-01T08:00:00+08:00", "link_id": int("1" * 20)},
    )
    (sent,) = simulator.sent
    assert (sent.mobiles, sent.text, sent.link_id) == ((MOTHER, FATHER), "Alarm\nFire!", "1" * 20)
    assert str(sent.send_at) == "2100-01-01 08:00:00+08:00"


@pytest.mark.parametrize(
    ("target", "mobiles"),
    [
        ("Mother", (MOTHER,)),
        (" mother ", (MOTHER,)),
        ("notify.parents", (MOTHER, FATHER)),
        (["Parents", STRANGER], (MOTHER, FATHER, STRANGER)),
        (f"Mother, {STRANGER}; notify.parents", (MOTHER, FATHER, STRANGER)),
        ([["Mother"], [f"{STRANGER},{FATHER}"]], (MOTHER, STRANGER, FATHER)),
    ],
)
async def test_a_target_is_a_number_a_name_or_an_entity(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, target: Any, mobiles: tuple[str, ...]
) -> None:
    await notify(hass, ACCOUNT, target=target)
    assert simulator.sent[0].mobiles == mobiles


@pytest.mark.parametrize(
    "wrong", ["Grandmother", "notify.gone", "unknown", None, True, 0o1012345670, 1.38e10, "1.38e10", {"a": 1}], ids=str
)
async def test_a_wrong_target_keeps_no_other_from_the_text(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, wrong: Any
) -> None:
    with pytest.raises(HomeAssistantError, match=r"is no phone number|notify\.gone is no recipient"):
        await notify(hass, ACCOUNT, target=[wrong, MOTHER, "Parents"])
    assert simulator.sent[0].mobiles == (MOTHER, FATHER)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "no_number"),
        ({"target": None}, "no_number"),
        ({"target": 0o1012345670}, "changed_number"),
        ({"target": True}, "changed_number"),
        ({"target": "notify.gone"}, "not_a_recipient"),
        ({"target": MOTHER, "data": {"send_at": 5}}, "invalid_time"),
        ({"target": MOTHER, "data": {"send_at": ["now"]}}, "invalid_time"),
        ({"target": MOTHER, "data": {"link_id": 5}}, "invalid_link_id"),
    ],
)
async def test_bad_input_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await notify(hass, ACCOUNT, **data)
    assert raised.value.translation_key == key
    assert simulator.sent == []


async def test_it_raises(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    simulator.fault("submit", "code:107")
    with pytest.raises(HomeAssistantError, match="code 107"):
        await notify(hass, ACCOUNT, target=MOTHER)


FOREIGN = [
    {"image": "x", "push": {"sound": "default"}},
    {"tag": "fire", 1: "one"},
    {"signature": "Your fire station", "retry_for": "as long as it takes"},
    {"send_at": None, "link_id": None, "retry_for": None, "signature": None},
    {"send_at": "", "link_id": "", "retry_for": " ", "signature": "\n"},
    ["a list"],
    "a text",
    None,
]


@pytest.mark.parametrize("data", FOREIGN, ids=str)
async def test_data_for_others_keeps_no_text_from_going_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: Any
) -> None:
    await notify(hass, f"{ACCOUNT}_mother", data=data)
    assert [sent.text for sent in simulator.sent] == ["Fire!"]


async def test_keys_that_are_ignored_are_logged_once(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        await notify(hass, f"{ACCOUNT}_mother", data={"image": "x", "retry_for": 60})
    assert [record.getMessage() for record in caplog.records if "are ignored" in record.getMessage()] == [
        "Keys of `data` that are not for SMS are ignored: image"
    ]


async def test_data_may_set_retry_for_and_signature(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, signature="消防"))
    await notify(hass, ACCOUNT, target=MOTHER, data={"signature": False})
    await notify(hass, ACCOUNT, target=MOTHER, data={"signature": "true"})
    assert [sent.text for sent in simulator.sent] == ["Fire!", "【消防】Fire!"]
    await simulator.stop()
    with pytest.raises(HomeAssistantError, match="not sent: 1"):
        await notify(hass, ACCOUNT, target=MOTHER, data={"retry_for": 0})


COMMANDS = [
    "clear_notification",
    "delete_alert",
    "command_screen_on",
    " command_dnd ",
    "request_location_update",
    "remove_channel",
    "clear_badge",
    "update_complications",
    "update_widgets",
    "kiosk_show_camera",
    "TTS",
]


@pytest.mark.parametrize("command", COMMANDS)
async def test_what_apps_take_for_a_command_is_no_text(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, caplog: pytest.LogCaptureFixture, command: str
) -> None:
    for _ in range(2):
        await notify(hass, f"{ACCOUNT}_mother", message=command, data={"tag": "fire"})
    data = {"entity_id": "notify.mother", "message": command}
    await hass.services.async_call("notify", "send_message", data, blocking=True)
    assert simulator.sent == []
    assert len([record for record in caplog.records if "is not sent as a text" in record.getMessage()]) <= 1


@pytest.mark.parametrize("message", ["command_ post burning", "Clear_notification", "tts", "kiosk in the hall", "command_"])
async def test_a_text_that_resembles_a_command_goes_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, message: str
) -> None:
    await notify(hass, f"{ACCOUNT}_mother", message=message)
    assert len(simulator.sent) == (message != "command_")


async def test_a_notify_group_reaches_a_recipient(hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator) -> None:
    members = [{"service": "mobile_app_phone"}, {"service": f"{ACCOUNT}_parents"}]
    group = {"platform": "group", "name": "household", "services": members}
    assert await async_setup_component(hass, "notify", {"notify": [group]})
    others: list[Any] = []
    hass.services.async_register("notify", "mobile_app_phone", others.append)
    await set_up(hass, entry)
    await notify(hass, "household", title="Alarm", data={"image": "x", "actions": [{"action": "A"}]})
    await hass.async_block_till_done()
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER, FATHER), "Alarm\nFire!")]
    assert len(others) == 1


async def test_an_alert_reaches_a_recipient(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    hass.states.async_set("binary_sensor.smoke", "off")
    alert = {
        "name": "Smoke",
        "entity_id": "binary_sensor.smoke",
        "state": "on",
        "repeat": 60,
        "notifiers": [f"{ACCOUNT}_mother"],
        "data": {"ttl": 0, "priority": "high"},
    }
    assert await async_setup_component(hass, "alert", {"alert": {"smoke": alert}})
    hass.states.async_set("binary_sensor.smoke", "on")
    await eventually(lambda: simulator.sent)
    assert [(sent.mobiles, sent.text) for sent in simulator.sent] == [((MOTHER,), "Smoke")]
    hass.states.async_set("binary_sensor.smoke", "off")
    await hass.async_block_till_done()


async def test_services_follow_the_recipients(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_parents"]
    data = {"mobiles": [STRANGER]}
    neighbour = ConfigSubentry(data=data, subentry_type="recipient", title="Mother", unique_id=None)  # type: ignore[arg-type]
    hass.config_entries.async_add_subentry(account, neighbour)
    await hass.async_block_till_done()
    assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_mother_2", f"{ACCOUNT}_parents"]
    await notify(hass, f"{ACCOUNT}_mother_2")
    assert [sent.mobiles for sent in simulator.sent] == [(STRANGER,)]
    hass.config_entries.async_remove_subentry(account, neighbour.subentry_id)
    await hass.async_block_till_done()
    assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_parents"]


async def _rename_mother(hass: HomeAssistant, account: MockConfigEntry) -> ConfigSubentry:
    mother: ConfigSubentry = next(one for one in account.subentries.values() if one.title == "Mother")
    hass.config_entries.async_update_subentry(account, mother, title="Mum")
    await hass.async_block_till_done()
    return mother


async def test_an_alert_reaches_a_recipient_by_its_earlier_name(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """I renamed "Mother" to "Mum": the alert went on naming the service of before, and nothing was sent any more."""
    mother = await _rename_mother(hass, account)
    for _ in range(2):
        assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_mum", f"{ACCOUNT}_parents"]
        await notify(hass, f"{ACCOUNT}_mother")
        await notify(hass, f"{ACCOUNT}_mum")
        # As after a restart.
        await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
        await hass.async_block_till_done()
        await hass.config_entries.async_set_disabled_by(account.entry_id, None)
        await hass.async_block_till_done()
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,)] * 4
    hass.config_entries.async_remove_subentry(account, mother.subentry_id)
    await hass.async_block_till_done()
    assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_parents"]


async def test_a_recipient_takes_the_earlier_name_of_another(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """A service sends to the recipient that has its name now."""
    await _rename_mother(hass, account)
    data = {"mobiles": [STRANGER]}
    other = ConfigSubentry(data=data, subentry_type="recipient", title="Mother", unique_id=None)  # type: ignore[arg-type]
    hass.config_entries.async_add_subentry(account, other)
    await hass.async_block_till_done()
    assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_mum", f"{ACCOUNT}_parents"]
    await notify(hass, f"{ACCOUNT}_mother")
    await notify(hass, f"{ACCOUNT}_mum")
    assert [sent.mobiles for sent in simulator.sent] == [(STRANGER,), (MOTHER,)]


async def test_a_service_never_changes_its_recipient(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    """Of two recipients with the same name, the first was removed: its service sent to the second."""
    data = {"mobiles": [STRANGER]}
    other = ConfigSubentry(data=data, subentry_type="recipient", title="Mother", unique_id=None)  # type: ignore[arg-type]
    hass.config_entries.async_add_subentry(account, other)
    await hass.async_block_till_done()
    first = next(one for one in account.subentries.values() if one.title == "Mother")
    hass.config_entries.async_remove_subentry(account, first.subentry_id)
    await hass.async_block_till_done()
    for _ in range(2):
        assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother_2", f"{ACCOUNT}_parents"]
        await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
        await hass.async_block_till_done()
        await hass.config_entries.async_set_disabled_by(account.entry_id, None)
        await hass.async_block_till_done()
    await notify(hass, f"{ACCOUNT}_mother_2")
    assert simulator.sent[0].mobiles == (STRANGER,)


async def test_accounts_with_one_user_id_have_their_own_services(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    async with Simulator(seed=2) as other:
        other.add_account(USER, PASSWORD, balance=5)
        second = make_entry(other, data={"webhook_id": "another-path"})
        await set_up(hass, second)
        await notify(hass, f"{ACCOUNT}_2", target=MOTHER)
        await notify(hass, f"{ACCOUNT}_2_mother")
        assert [len(platform.sent) for platform in (simulator, other)] == [0, 2]
        await hass.config_entries.async_remove(second.entry_id)
        assert _services(hass) == [ACCOUNT, f"{ACCOUNT}_mother", f"{ACCOUNT}_parents"]


async def test_services_work_while_an_entry_is_not_set_up(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config_entries.async_unload(account.entry_id)
    await notify(hass, f"{ACCOUNT}_mother")
    await call(hass, "send_sms", mobiles=FATHER, message="Fire!", link_id=LINK_ID)
    assert await states(hass) == ["accepted", "accepted"]
