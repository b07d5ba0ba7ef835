"""Who may know what, and write to whom."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, intent
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smsadmin.intent import INTENT_SEND_TEXT
from tests.message_log.conftest import Faults
from tests.simulator import Simulator

from .conftest import FATHER, MOTHER, STRANGER, USER
from .panel.conftest import MOTHER_ENTITY, PARENTS_ENTITY, make_user

SON = {"entities": {"entity_ids": {MOTHER_ENTITY: {"control": True}}}}
WATCHER = {"entities": {"entity_ids": {MOTHER_ENTITY: {"read": True}}}}


async def _call(hass: HomeAssistant, action: str, user: User | None, **data: Any) -> Any:
    context = Context(user_id=user.id if user else None)
    needs_answer = action != "receive"
    return await hass.services.async_call("smsadmin", action, data, blocking=True, return_response=needs_answer, context=context)


async def _texts(hass: HomeAssistant, user: User | None, **data: Any) -> list[str]:
    found = await _call(hass, "get_messages", user, **data)
    return [message["message"] for message in found["messages"]]


@pytest.fixture
async def link_id(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> str:
    """Texts to the group, to the mother and to a stranger, and replies to each."""
    await _call(hass, "send_sms", None, recipients=[PARENTS_ENTITY], message="to both")
    await _call(hass, "send_sms", None, recipients=[MOTHER_ENTITY], message="to her")
    await _call(hass, "send_sms", None, mobiles=[STRANGER], message="to a stranger")
    simulator.reply(MOTHER, "from her", uid=USER)
    simulator.reply(MOTHER, "from one of both", uid=USER, link_id=simulator.sent[0].link_id)
    simulator.reply(STRANGER, "from a stranger", uid=USER)
    await _call(hass, "receive", None)
    return simulator.sent[0].link_id


async def test_a_user_reads_the_conversations_of_their_recipients(hass: HomeAssistant, link_id: str) -> None:
    everything = ["from a stranger", "from one of both", "from her", "to a stranger", "to her", "to both", "to both"]
    assert await _texts(hass, None) == everything
    assert await _texts(hass, await make_user(hass, group=GROUP_ID_ADMIN)) == everything
    assert await _texts(hass, await make_user(hass, SON)) == ["from her", "to her"]
    user = await make_user(hass, group=GROUP_ID_USER)
    assert await _texts(hass, user) == ["from one of both", "from her", "to her", "to both", "to both"]
    assert await _texts(hass, user, mobile=FATHER) == ["to both"]
    assert await _texts(hass, user, link_id=link_id) == ["from one of both", "to both", "to both"]
    assert await _texts(hass, user, mobile=MOTHER, direction="in", limit=1) == ["from one of both"]


@pytest.mark.usefixtures("link_id")
async def test_who_may_control_nothing_reads_nothing(hass: HomeAssistant) -> None:
    deleted = await make_user(hass, group=GROUP_ID_ADMIN)
    inactive = await make_user(hass, group=GROUP_ID_ADMIN)
    system = await hass.auth.async_create_system_user("a cloud")
    users = [await make_user(hass, WATCHER), await make_user(hass, group=GROUP_ID_READ_ONLY), deleted, inactive, system]
    await hass.auth.async_deactivate_user(inactive)
    await hass.auth.async_remove_user(deleted)
    for user in users:
        with pytest.raises(ServiceValidationError) as error:
            await _texts(hass, user)
        assert error.value.translation_key == "not_for_this_user"
        with pytest.raises(ServiceValidationError):
            await _call(hass, "send_sms", user, recipients=[MOTHER_ENTITY], message="Hello")


async def test_a_user_can_t_read_the_texts_of_others(hass: HomeAssistant, link_id: str) -> None:
    son = await make_user(hass, SON)
    for wanted in ({"mobile": STRANGER}, {"mobile": FATHER}, {"link_id": link_id}):
        with pytest.raises(ServiceValidationError):
            await _texts(hass, son, **wanted)
    assert await _texts(hass, son, mobile=MOTHER) == ["from her", "to her"]


async def test_a_disabled_recipient_is_for_administrators(hass: HomeAssistant, link_id: str) -> None:
    er.async_get(hass).async_update_entity(MOTHER_ENTITY, disabled_by=er.RegistryEntryDisabler.USER)
    with pytest.raises(ServiceValidationError):
        await _texts(hass, await make_user(hass, SON))


async def test_a_user_writes_to_their_recipients_and_to_numbers(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator
) -> None:
    son = await make_user(hass, SON)
    await _call(hass, "send_sms", son, recipients=[MOTHER_ENTITY], mobiles=[STRANGER], message="Hello")
    with pytest.raises(ServiceValidationError):
        await _call(hass, "send_sms", son, recipients=[MOTHER_ENTITY, PARENTS_ENTITY], message="Hello")
    await _call(hass, "send_sms", await make_user(hass, group=GROUP_ID_READ_ONLY), mobiles=[STRANGER], message="By a button")
    assert [sms.mobiles for sms in simulator.sent] == [(MOTHER, STRANGER), (STRANGER,)]


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("smsadmin_fire_station_parents", []),
        ("smsadmin_fire_station", ["Parents"]),
        ("smsadmin_fire_station", [MOTHER, PARENTS_ENTITY]),
    ],
)
async def test_legacy_services_ask_for_the_same_rights(
    hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator, service: str, target: list[str]
) -> None:
    """A user with read-only access wrote to the neighbours by a service that Home Assistant shows to all."""
    son = Context(user_id=(await make_user(hass, SON)).id)
    data: dict[str, Any] = {"message": "Hello", "target": target}
    with pytest.raises(ServiceValidationError) as error:
        await hass.services.async_call("notify", service, data, blocking=True, context=son)
    assert error.value.translation_key == "not_for_this_user"
    assert simulator.sent == []
    await hass.services.async_call("notify", "smsadmin_fire_station_mother", {"message": "Hello"}, blocking=True, context=son)
    await hass.services.async_call("notify", service, data, blocking=True)
    assert len(simulator.sent) == 2


async def test_a_voice_asks_for_the_same_rights(hass: HomeAssistant, account: MockConfigEntry, simulator: Simulator) -> None:
    """The intent wrote to the neighbours for a user who may not."""
    assert await async_setup_component(hass, "intent", {})
    son = Context(user_id=(await make_user(hass, SON)).id)
    for name in ("Parents", "Mother"):
        slots = {"name": {"value": name}, "message": {"value": "Hello"}}
        response = await intent.async_handle(hass, "test", INTENT_SEND_TEXT, slots, context=son)
        assert (response.error_code is None) is (name == "Mother")
    assert [sms.mobiles for sms in simulator.sent] == [(MOTHER,)]


@pytest.mark.parametrize("works", [True, False])
async def test_a_user_cancels_their_own_recipients_texts(
    hass: HomeAssistant, faults: Faults, account: MockConfigEntry, simulator: Simulator, works: bool
) -> None:
    """They are queued in memory where the message log does not work."""
    if not works:
        faults.fail()
    await simulator.stop()
    son = await make_user(hass, SON)
    for number, recipient in enumerate((MOTHER_ENTITY, PARENTS_ENTITY)):
        await _call(hass, "send_sms", None, recipients=[recipient], message="Hello", link_id=f"{number:020}")
    with pytest.raises(ServiceValidationError) as error:
        await _call(hass, "cancel", son, link_id=f"{1:020}")
    assert error.value.translation_key == "not_for_this_user"
    assert await _call(hass, "cancel", son, link_id=f"{0:020}") == {"cancelled": 1}
    assert await _call(hass, "cancel", None, link_id=f"{1:020}") == {"cancelled": 2}
    with pytest.raises(ServiceValidationError):
        await _call(hass, "cancel", son, link_id=f"{1:020}")
