"""Tests of recipients, found by number, by entity and by target."""

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smsadmin.recipients import (
    ResolvedTargets,
    find_recipient_by_entity,
    find_recipient_by_id,
    find_recipient_of_message,
    recipients_of,
    resolve_targets,
)

MOTHER, FATHER = "13800000001", "13800000002"


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """An account that is not loaded, whose recipients have entities from an earlier run."""
    entry = MockConfigEntry(
        domain="smsadmin",
        subentries_data=[
            _recipient("Mother", {"name": "called so once", "mobiles": [MOTHER]}),
            _recipient("Parents", {"mobiles": [MOTHER, FATHER], "signature": False}),
        ],
    )
    entry.add_to_hass(hass)
    for subentry_id, subentry in entry.subentries.items():
        for domain in ("event", "notify"):
            er.async_get(hass).async_get_or_create(
                domain,
                "smsadmin",
                f"{subentry_id}_{domain}",
                config_entry=entry,
                config_subentry_id=subentry_id,
                suggested_object_id=subentry.title.lower(),
            )
    return entry


def _recipient(title: str, data: dict[str, object]) -> ConfigSubentryData:
    return ConfigSubentryData(data=data, subentry_type="recipient", title=title, unique_id=None)


def test_the_title_of_the_subentry_is_the_name(entry: MockConfigEntry) -> None:
    """Home Assistant's own Rename changes only the title."""
    assert [(recipient.name, recipient.signature) for recipient in recipients_of(entry)] == [("Mother", True), ("Parents", False)]


def test_a_number_in_any_spelling_finds_the_first_recipient(entry: MockConfigEntry) -> None:
    mother, parents = recipients_of(entry)
    assert find_recipient_of_message(entry, None, f"+86 {MOTHER}") == mother
    assert find_recipient_of_message(entry, None, FATHER) == parents
    assert find_recipient_of_message(entry, parents.subentry_id, MOTHER) == parents
    assert find_recipient_of_message(entry, None, "10086") is None


def test_an_id_finds_a_recipient_that_exists(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    mother, _ = recipients_of(entry)
    assert find_recipient_by_id(entry, mother.subentry_id) == mother
    hass.config_entries.async_remove_subentry(entry, mother.subentry_id)
    assert find_recipient_by_id(entry, mother.subentry_id) is None
    assert find_recipient_by_id(entry, None) is None


def test_a_notify_entity_has_a_recipient(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    mother, _ = recipients_of(entry)
    assert find_recipient_by_entity(hass, "notify.mother") == mother
    assert find_recipient_by_entity(hass, "event.mother") is None
    assert find_recipient_by_entity(hass, "notify.unknown") is None


def test_targets_keep_their_order_and_name_missing_ids(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    other = MockConfigEntry(domain="ntfy")
    other.add_to_hass(hass)
    er.async_get(hass).async_get_or_create("notify", "ntfy", "1", config_entry=other, suggested_object_id="phone")
    er.async_get(hass).async_get_or_create("notify", "yaml", "1", suggested_object_id="file")
    mother, parents = recipients_of(entry)
    resolved = resolve_targets(
        hass,
        {"entity_id": ["notify.phone", "event.mother", "notify.parents"], "area_id": "nowhere"},
        ["notify.parents", "notify.gone", "notify.file"],
    )
    assert resolved.recipients == (parents, mother)
    assert resolved.missing == ("notify.gone", "notify.file", "notify.phone", "nowhere")
    assert resolve_targets(hass, {"entity_id": "notify.mother"}).recipients == (mother,)
    assert resolve_targets(hass).recipients == ()


def test_a_notify_group_stands_for_its_members(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A notify group from the interface was no recipient: the alarm reached none of its members."""
    for group, members in {
        "notify.family": ["notify.parents", "notify.phone", "group.all"],
        "group.all": ["notify.mother", "notify.family"],
    }.items():
        hass.states.async_set(group, "on", {"entity_id": members})
    mother, parents = recipients_of(entry)
    for group in ("notify.family", "group.all"):
        resolved = resolve_targets(hass, {}, [group])
        assert (set(resolved.recipients), resolved.missing) == ({mother, parents}, ())


def test_a_recipient_is_excluded_by_any_of_its_entities(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The editor excludes the notify entity alone, and the other entities in the same area still named the recipient."""
    area = ar.async_get(hass).async_create("Home").id
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(entity.entity_id, area_id=area)
    mother, parents = recipients_of(entry)
    assert {*resolve_targets(hass, {"area_id": area}).recipients} == {mother, parents}
    for excluded in ({"entity_id": ["notify.mother"]}, {"entity_id": "event.mother"}):
        assert resolve_targets(hass, {"area_id": [area], "exclude": excluded}).recipients == (parents,)
    named = {"entity_id": ["notify.mother", "notify.parents"], "exclude": {"entity_id": ["notify.parents", "notify.gone"]}}
    assert resolve_targets(hass, named) == ResolvedTargets(recipients=(mother,), missing=())
    assert resolve_targets(hass, {"area_id": area, "exclude": {"area_id": area}}).recipients == ()
