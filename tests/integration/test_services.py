"""The actions send_sms and cancel: who is reached, and which errors the caller gets for the rest."""

import asyncio
from datetime import date, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er, label_registry as lr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
import voluptuous as vol

from custom_components.smsadmin.outbound import sender
from tests.simulator import Simulator

from .conftest import FATHER, LINK_ID, MOTHER, STRANGER, USER, issues, make_entry, set_up, state_of
from .sending import call, eventually, eventually_states, notify, send, states, submissions, swallowing

MANY = [str(13_800_000_000 + number) for number in range(2001)]


async def test_a_number_is_sent_to_once(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    response = await send(
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
        "queued": 0,
        "not_sent": 0,
        "invalid": [],
        "replaced_characters": 0,
        "estimated_segments": 1,
        "submissions": [
            {
                "config_entry_id": account.entry_id,
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
    await send(hass, message="着火了，快回家")
    (sent,) = simulator.sent
    assert (sent.text, sent.charset, sent.method) == ("着火了，快回家", "gb2312", "GET")


# All who can be reached


WRONG_NUMBERS = [
    "unknown",
    "unavailable",
    "",
    " ",
    "None",
    None,
    True,
    False,
    0,
    -1,
    1.38e10,
    13800000002.0,
    0o1012345670,
    "1.38E+10",
    "13,800,000,002",
    "13800000002 13800000003",
    "010 12345678 ext 9",
    {"number": FATHER},
    [["unknown"]],
    date(2026, 1, 1),
    "Father",
    "notify.father",
]


@pytest.mark.parametrize("wrong", WRONG_NUMBERS, ids=str)
async def test_a_wrong_number_keeps_no_other_from_its_text(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, wrong: Any
) -> None:
    response = await send(hass, mobiles=[wrong, MOTHER, STRANGER])
    assert simulator.sent[0].mobiles == (MOTHER, STRANGER)
    assert len(response["invalid"]) == 1
    with pytest.raises(
        HomeAssistantError, match=r"Number 2 of the call \(.+\) is no phone number that can be sent to\."
    ) as raised:
        await hass.services.async_call(
            "smsadmin", "send_sms", {"mobiles": [MOTHER, wrong, STRANGER], "message": "Fire!"}, blocking=True
        )
    assert raised.value.translation_key == "send_failed"
    assert "accepted: 2, rejected: 0" in str(raised.value)
    assert len(simulator.sent) == 2


@pytest.mark.parametrize(
    ("mobiles", "sent"),
    [
        ([f"{MOTHER},{FATHER}"], (MOTHER, FATHER)),
        (f"{MOTHER}; {FATHER}\n{STRANGER}", (MOTHER, FATHER, STRANGER)),
        ([[MOTHER, [FATHER]], int(STRANGER)], (MOTHER, FATHER, STRANGER)),
        ([f"+86{MOTHER}", f"0086 {MOTHER}", f"tel:{MOTHER}"], (MOTHER,)),
        (["85291234567", "+852 9123 4567"], ("85291234567",)),
    ],
)
async def test_numbers_as_people_have_them(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, mobiles: Any, sent: tuple[str, ...]
) -> None:
    await send(hass, mobiles=mobiles)
    assert simulator.sent[0].mobiles == sent


async def test_a_number_in_another_form_is_not_sent_to_again(hass: HomeAssistant, simulator: Simulator) -> None:
    """The recipient has +852…, the automation the same number as the platform reports it."""
    entry = make_entry(simulator)
    await set_up(hass, entry)
    hass.config_entries.async_update_subentry(entry, _mother(entry), data={"mobiles": ["0085291234567"]})
    await send(hass, recipients=["notify.mother"], mobiles=["85291234567", "+85291234567"])
    assert [sent.mobiles for sent in simulator.sent] == [("0085291234567",)]


def _mother(entry: MockConfigEntry) -> Any:
    return next(subentry for subentry in entry.subentries.values() if subentry.title == "Mother")


GONE = ["notify.gone", ["notify.gone"], "sensor.sun", "unknown", "", None, "Mother", "light.smsadmin", 5]


@pytest.mark.parametrize("gone", GONE, ids=str)
async def test_a_removed_recipient_keeps_no_other_from_the_text(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, gone: Any
) -> None:
    data = {"recipients": [gone, "notify.mother"], "message": "Fire!"}
    response = await send(hass, mobiles=[], **data)
    assert response["invalid"] == [gone[0] if isinstance(gone, list) else str(gone)]
    assert response["accepted"] == 1
    with pytest.raises(HomeAssistantError, match=r"is no recipient\. Numbers accepted: 1"):
        await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,), (MOTHER,)]


async def test_a_recipient_removed_in_the_interface_is_named(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    hass.config_entries.async_remove_subentry(account, _mother(account).subentry_id)
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError, match=r"notify\.mother is no recipient"):
        await hass.services.async_call(
            "smsadmin", "send_sms", {"recipients": "notify.mother, notify.parents", "message": "Fire!"}, blocking=True
        )
    assert simulator.sent[0].mobiles == (MOTHER, FATHER)


async def test_a_number_in_the_place_of_a_recipient_is_logged_masked(hass: HomeAssistant, account: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError, match=r"recipients: 138\*{4}0001 is no recipient"):
        await send(hass, mobiles=[], recipients=[MOTHER])
    with pytest.raises(HomeAssistantError, match=r"138\*{4}0001 is no recipient") as raised:
        await hass.services.async_call(
            "smsadmin", "send_sms", {"recipients": MOTHER, "mobiles": FATHER, "message": "Fire!"}, blocking=True
        )
    assert MOTHER not in str(raised.value)


async def test_a_disabled_recipient_is_sent_to(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    er.async_get(hass).async_update_entity("notify.mother", disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert (await send(hass, mobiles=[], recipients="notify.mother"))["accepted"] == 1
    assert simulator.sent[0].mobiles == (MOTHER,)


@pytest.mark.parametrize("place", ["target", "data"])
@pytest.mark.parametrize("kind", ["entity_id", "device_id", "area_id", "label_id"])
async def test_a_target_names_recipients_by_whatever_contains_them(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, kind: str, place: str
) -> None:
    registry = er.async_get(hass)
    mother = registry.async_get("notify.mother")
    assert mother is not None
    assert mother.device_id is not None
    area = ar.async_get(hass).async_create("Kitchen")
    label = lr.async_get(hass).async_create("Family")
    dr.async_get(hass).async_update_device(mother.device_id, area_id=area.id)
    registry.async_update_entity("notify.mother", labels={label.label_id})
    ids = {"entity_id": "notify.mother", "device_id": mother.device_id, "area_id": area.id, "label_id": label.label_id}
    target = {kind: [ids[kind], "gone"]}
    data = {"message": "Fire!", **({"target": target} if place == "data" else {})}
    with pytest.raises(HomeAssistantError, match="gone is no recipient"):
        await hass.services.async_call("smsadmin", "send_sms", data, blocking=True, target=target if place == "target" else None)
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,)]


@pytest.mark.parametrize("option", ["link_id", "retry_for", "send_at", "signature", "title"])
@pytest.mark.parametrize("blank", ["", " \n", None])
async def test_an_option_whose_template_gives_nothing_is_left_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, option: str, blank: str | None
) -> None:
    """`retry_for: "{{ minutes }}"` kept an alarm from going out while the helper had no value."""
    assert (await send(hass, **{option: blank}))["accepted"] == 1
    assert [sent.text for sent in simulator.sent] == ["Fire!"]


UNREADABLE = [
    {"retry_for": "abc"},
    {"retry_for": "unknown"},
    {"retry_for": -5},
    {"retry_for": "inf"},
    {"retry_for": {"hour": 1}},
    {"signature": "maybe"},
    {"signature": ["off"]},
    {"receipients": "notify.father"},
    {"a_key_of_a_later_home_assistant": {"entity_id": "notify.mother"}},
]


@pytest.mark.parametrize("data", UNREADABLE, ids=str)
async def test_a_field_that_can_t_be_read_keeps_no_text_from_going_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[str, Any]
) -> None:
    """The alarm was refused, because the helper that says how long it is tried was not known yet."""
    (field,) = data
    response = await send(hass, **data)
    assert (response["accepted"], response["invalid"]) == (1, [field])
    with pytest.raises(HomeAssistantError, match=rf"`{field}` can't be read.*Numbers accepted: 1"):
        await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MOTHER, "message": "Fire!", **data}, blocking=True)
    assert [sent.text for sent in simulator.sent] == ["Fire!", "Fire!"]


TEXTS = [
    (["Fire!", "Kitchen"], "Fire!\nKitchen"),
    ([["Fire!"], None, 5], "Fire!\n\n5"),
    (112, "112"),
    (20.5, "20.5"),
    (True, "True"),
    ({"room": "kitchen"}, "{'room': 'kitchen'}"),
]


@pytest.mark.parametrize("action", ["send_sms", "legacy"])
@pytest.mark.parametrize("field", ["message", "title"])
@pytest.mark.parametrize(("value", "text"), TEXTS, ids=str)
async def test_whatever_a_template_makes_of_a_text_goes_out(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, value: Any, text: str, field: str, action: str
) -> None:
    """`message` was a list of open windows; the text was refused."""
    data = {"message": "Fire!", field: value}
    if action == "legacy":
        await notify(hass, "smsadmin_fire_station_mother", **data)
    else:
        await send(hass, **data)
    assert [sent.text for sent in simulator.sent] == [text if field == "message" else f"{text}\nFire!"]


@pytest.mark.parametrize("target", ["notify.mother", ["notify.mother"], "notify.mother,notify.parents"], ids=str)
async def test_a_target_may_be_a_text_or_a_list(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, target: Any
) -> None:
    """A router calls every notify action with a list of targets."""
    await send(hass, mobiles=[], target=target)
    assert simulator.sent[0].mobiles[0] == MOTHER


@pytest.mark.parametrize("exclude", [{"entity_id": "notify.mother"}, "notify.mother", None, {"zone_id": "home"}], ids=str)
async def test_an_excluded_entity_may_be_unreadable(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, exclude: Any
) -> None:
    """Home Assistant 2026.11 lets a target exclude entities; whatever stands there keeps no text from going out."""
    await send(hass, mobiles=[], target={"entity_id": "notify.parents", "exclude": exclude})
    assert simulator.sent[0].mobiles == (MOTHER, FATHER)


@pytest.mark.parametrize("place", ["target", "data"])
async def test_an_excluded_recipient_gets_nothing(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, place: str
) -> None:
    """In the editor, the user chose an area and excluded Parents, whose text went out: the area had other entities of theirs."""
    area = ar.async_get(hass).async_create("Home").id
    for entity_id in ("notify.mother", "notify.parents"):
        entity = er.async_get(hass).async_get(entity_id)
        assert entity
        assert entity.device_id
        dr.async_get(hass).async_update_device(entity.device_id, area_id=area)
    target = {"area_id": area, "exclude": {"entity_id": ["notify.parents"]}}
    await send(hass, mobiles=[], **({"target": target} if place == "data" else target))
    assert [sent.mobiles for sent in simulator.sent] == [(MOTHER,)]
    with pytest.raises(ServiceValidationError, match="no recipient and no number"):
        await send(hass, mobiles=[], target={**target, "exclude": {"area_id": [area]}})


async def test_a_target_with_a_key_of_later_versions_is_sent_to(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    response = await send(hass, mobiles=[], target={"entity_id": "notify.mother", "zone_id": "home"})
    assert (response["accepted"], response["invalid"]) == (1, ["zone_id"])


@pytest.mark.parametrize("entity_id", ["all", "none"])
async def test_no_word_stands_for_all_recipients(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, entity_id: str
) -> None:
    response = await send(hass, target={"entity_id": entity_id})
    assert response["invalid"] == (["all"] if entity_id == "all" else [])
    assert simulator.sent[0].mobiles == (MOTHER,)


CONTROLS = [
    ("Fire!\x00\x1b", "Fire!", 2),
    ("Fire\ud800!", "Fire?!", 1),
    ("Fire\t!", "Fire\t!", 0),
    ("火🔥", "火🔥", 0),
]
LACKING = [("火🔥!", "火?!", 1), ("5 €", "5 ?", 1), ("café ❤️", "café ?", 1), ("a—b·c", "a—b·c", 0)]


@pytest.mark.parametrize(
    ("charset", "message", "text", "replaced"),
    [*(("utf-8", *case) for case in CONTROLS), *(("gb2312", *case) for case in LACKING)],
)
async def test_what_the_charset_lacks_is_replaced_and_counted(
    hass: HomeAssistant,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    charset: str,
    message: str,
    text: str,
    replaced: int,
) -> None:
    await set_up(hass, make_entry(simulator, data={"charset": charset}))
    assert (await send(hass, message=message))["replaced_characters"] == replaced
    assert simulator.sent[0].text == text
    lines = [record.getMessage() for record in caplog.records if "were replaced or left out" in record.getMessage()]
    assert len(lines) == bool(replaced)
    assert all(line.startswith(f"{replaced} characters") for line in lines)


# Errors before anything is sent


BAD_INPUT = [
    ({"mobiles": []}, "no_number"),
    ({"mobiles": None}, "no_number"),
    ({"mobiles": ["1380000000x"]}, "invalid_number"),
    ({"mobiles": [None]}, "invalid_number"),
    ({"mobiles": [0o1012345670]}, "changed_number"),
    ({"mobiles": [1.38e10]}, "changed_number"),
    ({"mobiles": [True]}, "changed_number"),
    ({"mobiles": [f"{MOTHER} {FATHER}"]}, "two_numbers"),
    ({"message": " \n"}, "empty_message"),
    ({"message": None}, "empty_message"),
    ({"message": []}, "empty_message"),
    ({"message": "\u200b\x00"}, "empty_message"),
    ({"message": " \n", "title": "Alarm"}, "empty_message"),
    ({"send_at": "tomorrow"}, "invalid_time"),
    ({"send_at": 5}, "invalid_time"),
    ({"send_at": "2020-01-01 08:00:00"}, "in_the_past"),
    ({"link_id": "123"}, "invalid_link_id"),
    ({"link_id": "１" * 20}, "invalid_link_id"),
    ({"mobiles": [], "recipients": ["notify.unknown"]}, "not_a_recipient"),
    ({"mobiles": [], "recipients": ["sensor.smsadmin_nothing"]}, "not_a_recipient"),
]


@pytest.mark.parametrize(("data", "key"), BAD_INPUT)
async def test_bad_input_is_refused_before_anything_is_sent(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, **data)
    assert raised.value.translation_domain == "smsadmin"
    assert raised.value.translation_key == key
    assert submissions(simulator) == []


@pytest.mark.parametrize(
    "send_at", ["2100-02-30 08:00:00", "2100-13-01 08:00:00", "2100-01-01 25:00:00", "9999-12-31 23:59:59", "soon"]
)
async def test_a_time_that_no_calendar_has_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, send_at: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, send_at=send_at)
    assert raised.value.translation_key == "invalid_time"
    assert simulator.sent == []


async def test_a_time_that_a_change_of_clocks_skips_is_an_error(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, send_at="2037-03-29 02:30:00")
    assert raised.value.translation_key == "skipped_time"
    await send(hass, send_at="2037-03-29 01:59:59")
    await send(hass, send_at="2037-03-29 03:00:00", mobiles=FATHER)
    assert [str(sent.send_at) for sent in simulator.sent] == ["2037-03-29 08:59:59+08:00", "2037-03-29 09:00:00+08:00"]


async def test_a_link_id_and_a_time_of_one_s_own(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await hass.config.async_set_time_zone("America/New_York")
    await send(hass, link_id=LINK_ID, send_at="2100-01-01 08:00:00")
    (sent,) = simulator.sent
    assert sent.link_id == LINK_ID
    # New York is thirteen hours behind China in winter.
    assert str(sent.send_at) == "2100-01-01 21:00:00+08:00"
    (message,) = (await call(hass, "get_messages"))["messages"]
    assert (message["state"], message["send_at"]) == ("scheduled", "2100-01-01T08:00:00-05:00")


@pytest.mark.parametrize("send_at", ["2100-01-01T08:00:00+08:00", dt_util.parse_datetime("2100-01-01T00:00:00+00:00")])
async def test_a_time_with_a_zone_keeps_it(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, send_at: Any
) -> None:
    await send(hass, send_at=send_at)
    assert str(simulator.sent[0].send_at) == "2100-01-01 08:00:00+08:00"


@pytest.mark.parametrize("field", ["send_at", "link_id", "title", "retry_for", "signature", "target", "config_entry_id"])
async def test_an_empty_field_is_as_good_as_none(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, field: str
) -> None:
    assert (await send(hass, **{field: None}))["accepted"] == 1


@pytest.mark.parametrize("retry_for", [{"days": 900_000_000}, {"minutes": 1}, 5, "00:10:00"])
async def test_however_long_a_text_is_tried_it_goes_out(
    hass: HomeAssistant,
    account: MockConfigEntry,
    simulator: Simulator,
    retry_for: Any,
) -> None:
    """Tried "for ever", a text could not be shown any more: no clock here reaches that far."""
    await hass.config.async_set_time_zone("Pacific/Auckland")
    assert (await send(hass, send_at="9999-12-30 22:00:00+08:00", retry_for=retry_for))["accepted"] == 1
    assert (await send(hass, retry_for=retry_for))["accepted"] == 1
    assert len((await call(hass, "get_messages"))["messages"]) == 2


# What became of it


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
        await send(hass)
    assert f"code {code}" in str(raised.value)
    assert "accepted: 0, rejected: 1, unconfirmed: 0" in str(raised.value)
    flows = [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]
    assert flows == (["reauth"] if code == "101" else [])
    assert await states(hass) == ["rejected"]


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
async def test_what_may_have_gone_out_is_unconfirmed(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, fault: str
) -> None:
    simulator.fault("submit", fault)
    with pytest.raises(HomeAssistantError, match="accepted: 0, rejected: 0, unconfirmed: 1"):
        await send(hass)
    assert len(submissions(simulator)) == 1
    assert await states(hass) == ["unconfirmed"]


async def test_an_unconfirmed_text_has_a_reason_in_one_sentence(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """Beside "no clear answer", the reason said again that it is not known whether the text goes out."""
    simulator.fault("submit", "reset_after")
    with pytest.raises(HomeAssistantError, match="It is not known whether the text goes out"):
        await send(hass)
    found: Any = await hass.services.async_call("smsadmin", "get_messages", blocking=True, return_response=True)
    assert [message["reason"] for message in found["messages"]] == ["The platform did not answer."]


async def test_a_redirect_is_named_with_the_new_address(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "redirect")
    with pytest.raises(HomeAssistantError, match=r"address has changed to http://.*/elsewhere/\. Reconfigure"):
        await send(hass)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
async def test_an_error_is_in_one_language(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, language: str
) -> None:
    """The frame was in the language of the user, the reasons in that of Home Assistant."""
    hass.config.language = language
    await set_up(hass, entry)
    simulator.fault("submit", "code:102")
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(
            "smsadmin",
            "send_sms",
            {"mobiles": [MOTHER, "unknown"], "recipients": "notify.gone", "message": "Fire!"},
            blocking=True,
        )
    assert raised.value.translation_placeholders is not None
    words = raised.value.translation_placeholders["details"].replace("notify.gone", "").replace("u****n", "")
    assert any("a" <= letter.lower() <= "z" for letter in words) is (language == "en")
    assert "。 " not in raised.value.translation_placeholders["details"]
    assert str(raised.value) == raised.value.translation_placeholders["details"]


async def test_a_part_that_was_accepted_is_returned_or_raised(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "IN_FLIGHT", 1)
    simulator.accounts[USER].balance += 5000
    simulator.fault("submit", "none", times=1)
    simulator.fault("submit", "code:102", times=1)
    simulator.fault("submit", "reset_after", times=1)
    response = await send(hass, mobiles=MANY)
    assert (response["accepted"], response["rejected"], response["unconfirmed"]) == (1000, 1000, 1)
    assert [submission["outcome"] for submission in response["submissions"]] == ["accepted", "rejected", "unconfirmed"]
    assert [submission["code"] for submission in response["submissions"]] == ["000", "102", None]
    assert response["submissions"][1]["description"] == "The balance is too low (code 102)."
    assert len({submission["link_id"] for submission in response["submissions"]}) == 3

    simulator.fault("submit", "none", times=2)
    simulator.fault("submit", "code:102", times=1)
    with pytest.raises(HomeAssistantError, match="accepted: 2000, rejected: 1, unconfirmed: 0"):
        await hass.services.async_call("smsadmin", "send_sms", {"mobiles": MANY, "message": "Fire!"}, blocking=True)


async def test_the_first_of_several_submissions_has_the_link_id(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.accounts[USER].balance += 5000
    response = await send(hass, mobiles=MANY, link_id=LINK_ID)
    link_ids = [submission["link_id"] for submission in response["submissions"]]
    assert link_ids[0] == LINK_ID
    assert len(set(link_ids)) == 3
    assert {sent.link_id for sent in simulator.sent} == set(link_ids)


async def test_only_recipients_of_what_was_accepted_are_notified(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("submit", "code:400")
    mobiles = [str(13700000000 + number) for number in range(1000)]
    response = await send(hass, recipients=["notify.mother"], mobiles=mobiles)
    assert (response["accepted"], response["rejected"]) == (1, 1000)
    assert state_of(hass, "notify.mother").state == "unknown"


async def test_the_balance_is_queried_soon_after_a_send(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, freezer: Any
) -> None:
    assert state_of(hass, "sensor.smsadmin_balance").state == "500"
    await send(hass, mobiles=[MOTHER, FATHER])
    freezer.tick(timedelta(seconds=3))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, "sensor.smsadmin_balance").state == "498"


# Accounts


@pytest.fixture
async def police(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> MockConfigEntry:
    """A second account, with the same recipients."""
    simulator.add_account("police", "open sesame", balance=10)
    second = make_entry(simulator, data={"username": "police", "webhook_id": "another"}, signature="警察")
    await set_up(hass, second)
    return second


async def test_with_two_accounts_numbers_need_to_know_which(
    hass: HomeAssistant, police: MockConfigEntry, simulator: Simulator
) -> None:
    for gone in ({}, {"config_entry_id": "gone"}):
        with pytest.raises(ServiceValidationError) as raised:
            await send(hass, **gone)
        assert raised.value.translation_key == "account_needed"
    await send(hass, config_entry_id=police.entry_id)
    assert [sent.uid for sent in simulator.sent] == ["police"]


async def test_recipients_decide_which_account_sends(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator
) -> None:
    # Mother of the police comes second, so that her number has its text already.
    response = await send(
        hass,
        recipients=["notify.mother", "notify.parents_2", "notify.mother_2"],
        mobiles=[STRANGER],
        config_entry_id=account.entry_id,
    )
    assert sorted((sent.uid, sent.mobiles, sent.text) for sent in simulator.sent) == [
        (USER, (MOTHER, STRANGER), "Fire!"),
        ("police", (FATHER,), "【警察】Fire!"),
    ]
    assert sorted(one["config_entry_id"] for one in response["submissions"]) == sorted([account.entry_id, police.entry_id])


async def test_free_numbers_go_by_the_first_recipient_s_account(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator
) -> None:
    await send(hass, recipients=["notify.mother_2"], mobiles=[STRANGER])
    assert [(sent.uid, sent.mobiles) for sent in simulator.sent] == [("police", (MOTHER, STRANGER))]


async def test_an_account_that_is_gone_has_the_only_one_in_its_place(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    assert (await send(hass, config_entry_id="gone"))["accepted"] == 1


async def test_a_disabled_account_keeps_no_other_from_sending(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config_entries.async_set_disabled_by(police.entry_id, ConfigEntryDisabler.USER)
    data = {"recipients": ["notify.mother_2", "notify.parents"], "mobiles": [STRANGER], "message": "Fire!"}
    with pytest.raises(HomeAssistantError, match=r"The account SMSAdmin is disabled; nothing was sent by it\."):
        await hass.services.async_call("smsadmin", "send_sms", data, blocking=True)
    with pytest.raises(HomeAssistantError, match="is disabled"):
        await hass.services.async_call("smsadmin", "send_sms", data | {"config_entry_id": police.entry_id}, blocking=True)
    assert [(sent.uid, sent.mobiles) for sent in simulator.sent] == [(USER, (MOTHER, FATHER, STRANGER)), (USER, (MOTHER, FATHER))]


async def test_a_disabled_account_alone_is_said_to_be_disabled(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config_entries.async_set_disabled_by(account.entry_id, ConfigEntryDisabler.USER)
    for data in ({}, {"config_entry_id": account.entry_id}, {"mobiles": [], "recipients": "notify.mother"}):
        with pytest.raises(ServiceValidationError) as raised:
            await send(hass, **data)
        assert raised.value.translation_key == "account_disabled"
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_messages")
    assert raised.value.translation_key == "account_disabled"
    await hass.async_block_till_done()
    assert submissions(simulator) == []


async def test_accounts_that_are_all_disabled_are_said_to_be_so(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator
) -> None:
    for entry in (account, police):
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, recipients="notify.mother")
    assert raised.value.translation_key == "account_disabled"
    await hass.async_block_till_done()


async def test_an_account_that_does_not_exist_has_no_messages(hass: HomeAssistant, account: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_messages", config_entry_id="gone")
    assert raised.value.translation_key == "no_account"


async def test_two_accounts_have_no_messages_in_common(hass: HomeAssistant, police: MockConfigEntry) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_messages")
    assert raised.value.translation_key == "account_needed"


# The signature


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
    await send(hass, message=message, **({"title": title} if title else {}))
    assert simulator.sent[0].text == text


async def test_a_text_that_commands_a_device_goes_out_bare(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = make_entry(simulator, signature="消防")
    await set_up(hass, entry)
    await send(hass, message="OPEN", signature=False)
    hass.config_entries.async_update_subentry(entry, _mother(entry), data={"mobiles": [STRANGER], "signature": False})
    await send(hass, mobiles=[], recipients=["notify.mother", "notify.parents"], message="OPEN")
    assert [(sent.mobiles, sent.text) for sent in simulator.sent[:1]] == [((MOTHER,), "OPEN")]
    assert sorted((sent.mobiles, sent.text) for sent in simulator.sent[1:]) == [
        ((MOTHER, FATHER), "【消防】OPEN"),
        ((STRANGER,), "OPEN"),
    ]


@pytest.mark.parametrize("title", ["", "  ", "\n"])
async def test_a_blank_title_is_none(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, title: str) -> None:
    await send(hass, title=title)
    assert simulator.sent[0].text == "Fire!"


async def test_line_ends_of_other_systems_are_line_breaks(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    await send(hass, message="Fire!\r\nRun!\rNow!")
    assert simulator.sent[0].text == "Fire!\nRun!\nNow!"


# The daily limit and link ids


@pytest.mark.parametrize(("time_zone", "offset"), [("Asia/Shanghai", "+08:00"), ("Asia/Kathmandu", "+05:45")])
async def test_a_daily_limit_counts_numbers_over_the_local_day(
    hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory, time_zone: str, offset: str
) -> None:
    await hass.config.async_set_time_zone(time_zone)
    freezer.move_to(f"2030-06-01 23:59:59{offset}")
    entry = make_entry(simulator, daily_limit=3)
    await set_up(hass, entry)
    await send(hass, mobiles=[MOTHER, FATHER])
    simulator.fault("submit", "code:400")
    with pytest.raises(HomeAssistantError):
        await send(hass)
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, mobiles=[MOTHER, FATHER])
    assert raised.value.translation_key == "daily_limit"
    assert raised.value.translation_placeholders == {"limit": "3", "submitted": "2"}
    # An alert or a group has no other place where the user could learn of it.
    assert issues(hass) == ["daily_limit"]
    # What was rejected does not count, and a restart forgets nothing.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await send(hass)
    with pytest.raises(ServiceValidationError):
        await send(hass)
    assert len(simulator.sent) == 2
    freezer.move_to(f"2030-06-02 00:00:00{offset}")
    await send(hass, mobiles=[MOTHER, FATHER, STRANGER])
    assert len(simulator.sent) == 3


async def test_calls_at_the_same_time_keep_to_the_daily_limit(hass: HomeAssistant, simulator: Simulator) -> None:
    await set_up(hass, make_entry(simulator, daily_limit=5))
    calls = [send(hass, mobiles=[str(13_700_000_000 + number)]) for number in range(9)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(len(sent.mobiles) for sent in simulator.sent) == 5
    assert [type(result) for result in results if not isinstance(result, dict)] == [ServiceValidationError] * 4


async def test_a_call_under_way_is_counted_once(hass: HomeAssistant, simulator: Simulator) -> None:
    """Each of its texts was counted in the log, and once more because the call was not over."""
    await set_up(hass, make_entry(simulator, daily_limit=3))
    release = simulator.hold("submit")
    first = hass.async_create_task(send(hass, mobiles=[MOTHER, FATHER]))
    await eventually(lambda: submissions(simulator))
    second = hass.async_create_task(send(hass, mobiles=[STRANGER]))
    await eventually(lambda: len(submissions(simulator)) == 2)
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, mobiles=[STRANGER])
    assert raised.value.translation_placeholders == {"limit": "3", "submitted": "3"}
    release.set()
    assert [(await sending)["accepted"] for sending in (first, second)] == [2, 1]


async def test_a_call_that_one_account_forbids_counts_for_no_other(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator
) -> None:
    hass.config_entries.async_update_entry(account, options=dict(account.options) | {"daily_limit": 1})
    hass.config_entries.async_update_entry(police, options=dict(police.options) | {"daily_limit": 1})
    await send(hass, mobiles=STRANGER, config_entry_id=police.entry_id)
    with pytest.raises(ServiceValidationError):
        await send(hass, mobiles=[], recipients=["notify.mother", "notify.parents_2"])
    await send(hass, mobiles=[], recipients=["notify.mother"])
    assert [(sent.uid, sent.mobiles) for sent in simulator.sent] == [("police", (STRANGER,)), (USER, (MOTHER,))]


async def test_a_link_id_is_used_once(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await send(hass, link_id=LINK_ID)
    with pytest.raises(ServiceValidationError) as raised:
        await send(hass, link_id=LINK_ID)
    assert raised.value.translation_key == "link_id_used"
    assert len(simulator.sent) == 1


async def test_calls_at_the_same_time_can_t_share_a_link_id(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    results = await asyncio.gather(
        *(send(hass, link_id=LINK_ID, mobiles=one) for one in (MOTHER, FATHER)), return_exceptions=True
    )
    assert [type(result) for result in results] == [dict, ServiceValidationError]
    assert await states(hass) == ["accepted"]


# Cancelling


async def _queue(hass: HomeAssistant, simulator: Simulator, **data: Any) -> dict[str, Any]:
    await simulator.stop()
    response = await send(hass, **data)
    assert response["queued"] > 0
    return response


async def test_a_link_id_cancels_all_of_its_numbers(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _queue(hass, simulator, mobiles=[MOTHER, FATHER], link_id=LINK_ID)
    assert await call(hass, "cancel", link_id=int(LINK_ID)) == {"cancelled": 2}
    assert await states(hass) == ["cancelled", "cancelled"]
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "cancel", link_id=LINK_ID)
    assert raised.value.translation_key == "not_queued"
    await simulator.start()
    await send(hass, mobiles=STRANGER)
    assert [sent.mobiles for sent in simulator.sent] == [(STRANGER,)]
    assert issues(hass) == []


async def test_a_message_id_cancels_its_number(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await _queue(hass, simulator, mobiles=[MOTHER, FATHER, STRANGER])
    (message,) = (await call(hass, "get_messages", mobile=FATHER))["messages"]
    assert await call(hass, "cancel", message_id=message["message_id"]) == {"cancelled": 1}
    await simulator.start()
    await send(hass, mobiles="13700000000")
    await eventually(lambda: len(simulator.sent) == 2)
    assert [sent.mobiles for sent in simulator.sent] == [("13700000000",), (MOTHER, STRANGER)]
    await eventually_states(hass, "accepted", "cancelled", "accepted", "accepted")


async def test_what_was_accepted_can_t_be_cancelled(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    await send(hass, link_id=LINK_ID)
    with pytest.raises(ServiceValidationError):
        await call(hass, "cancel", link_id=LINK_ID)
    assert await states(hass) == ["accepted"]


@pytest.mark.parametrize("data", [{}, {"message_id": "1", "link_id": LINK_ID}])
async def test_one_id_says_what_to_cancel(hass: HomeAssistant, account: MockConfigEntry, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await call(hass, "cancel", **data)


@pytest.mark.parametrize("is_named", [True, False])
async def test_a_text_is_looked_for_in_all_accounts(
    hass: HomeAssistant, account: MockConfigEntry, police: MockConfigEntry, simulator: Simulator, is_named: bool
) -> None:
    await _queue(hass, simulator, config_entry_id=police.entry_id, link_id=LINK_ID)
    with pytest.raises(ServiceValidationError):
        await call(hass, "cancel", link_id=LINK_ID, config_entry_id=account.entry_id)
    named = {"config_entry_id": police.entry_id} if is_named else {}
    assert await call(hass, "cancel", link_id=LINK_ID, **named) == {"cancelled": 1}


async def test_a_call_whose_account_is_removed_is_not_queued(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    """The call returned `queued`, though the queue was removed with the account."""
    async with swallowing(simulator):
        sending = hass.async_create_task(send(hass))
        await eventually_states(hass, "queued")
        await hass.config_entries.async_remove(account.entry_id)
        with pytest.raises(HomeAssistantError, match="not sent: 1"):
            await sending


async def test_a_text_is_cancelled_while_an_attempt_connects(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    async with swallowing(simulator) as swallow:
        sending = hass.async_create_task(send(hass, mobiles=[MOTHER, FATHER], link_id=LINK_ID))
        await eventually_states(hass, "queued", "queued")
        (message,) = (await call(hass, "get_messages", mobile=FATHER))["messages"]
        assert await call(hass, "cancel", link_id=LINK_ID) == {"cancelled": 2}
        swallow.accept()
        with pytest.raises(HomeAssistantError, match="The text was cancelled"):
            await sending
    assert await states(hass) == ["cancelled", "cancelled"]
    assert message["state"] == "queued"
