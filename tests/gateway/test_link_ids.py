"""Tests of link ids: 20 digits, never used twice."""

from itertools import pairwise
import secrets
import time

import pytest

from custom_components.smsadmin.gateway.errors import InputField, InputProblem, InvalidInputError
from custom_components.smsadmin.gateway.link_ids import LinkIds, check_link_id, new_link_id

NOW = 1_413_023_964_000 * 10**6
"""2014-10-11 18:39:24 in China, in nanoseconds."""


def at(monkeypatch: pytest.MonkeyPatch, nanoseconds: int) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: nanoseconds)


def draw(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: min(number, below - 1))


def test_a_link_id_is_milliseconds_and_a_random_number(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    draw(monkeypatch, 42)
    assert LinkIds().next() == "01413023964000000042"
    draw(monkeypatch, 10**9)
    assert LinkIds().next() == "01413023964000999999"


def test_link_ids_increase_and_are_valid() -> None:
    link_ids = [new_link_id() for _ in range(5000)]
    assert all(before < after for before, after in pairwise(link_ids))
    for link_id in link_ids:
        check_link_id(link_id)


@pytest.mark.parametrize("later", [0, 999_999, -1, -3600 * 10**9, -NOW])
def test_link_ids_are_unique_whatever_the_clock_does(monkeypatch: pytest.MonkeyPatch, later: int) -> None:
    source = LinkIds()
    at(monkeypatch, NOW)
    draw(monkeypatch, 10**9)
    first = source.next()
    at(monkeypatch, NOW + later)
    draw(monkeypatch, 0)
    assert [source.next(), source.next()] == [f"{int(first) + more:020d}" for more in (1, 2)]


def test_link_ids_after_a_restart_are_higher(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    draw(monkeypatch, 10**9)
    before = LinkIds().next()
    at(monkeypatch, NOW + 10**6)
    draw(monkeypatch, 0)
    assert LinkIds().next() > before


def test_two_machines_draw_different_link_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    draw(monkeypatch, 1)
    one = LinkIds().next()
    draw(monkeypatch, 2)
    assert LinkIds().next() != one


@pytest.mark.parametrize("link_id", ["0" * 20, "20140316192678945632", "9" * 20])
def test_a_link_id_of_20_digits_is_valid(link_id: str) -> None:
    check_link_id(link_id)


@pytest.mark.parametrize(
    "link_id", ["", "1" * 19, "1" * 21, "1" * 19 + "x", " " + "1" * 19, "1" * 20 + "\n", "-" + "1" * 19, "１" * 20, "٠" * 20]
)
def test_any_other_link_id_is_refused(link_id: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        check_link_id(link_id)
    assert (raised.value.field, raised.value.problem) == (InputField.LINK_ID, InputProblem.INVALID_LINK_ID)
