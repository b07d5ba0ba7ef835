"""Phone numbers: the one form in which they are sent, compared and shown."""

import pytest

from custom_components.smsadmin.gateway.errors import InputField, InputProblem, InvalidInputError
from custom_components.smsadmin.gateway.numbers import canonical, mask, normalise, normalise_all

MOBILE = "13802102102"
NUMBERS = [
    (MOBILE, MOBILE),
    ("+8613802102102", MOBILE),
    ("008613802102102", MOBILE),
    ("8613802102102", MOBILE),
    (" +86 138-0210-2102\n", MOBILE),
    ("0086-138 0210 2102", MOBILE),
    ("138‑0210–2102", MOBILE),
    ("138\u00a00210\u30002102", MOBILE),
    # No mainland mobile numbers: what looks like the country code is a part of them.
    ("8612345", "8612345"),
    ("861380210210", "861380210210"),
    ("86138021021020", "86138021021020"),
    ("8623802102102", "8623802102102"),
    ("00852 1234 5678", "0085212345678"),
    ("10086", "10086"),
    ("110", "110"),
    ("1" * 20, "1" * 20),
]


@pytest.mark.parametrize(("given", "number"), NUMBERS)
def test_a_number_has_one_form(given: str, number: str) -> None:
    assert normalise(given) == number
    assert canonical(given) == number
    assert normalise(number) == number


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ("", "****"),
        ("12", "****"),
        ("Mama", "****"),
        ("1380000000x", "138****000x"),
        ("+85212345678", "+85****5678"),
        ("++8613802102102", "++8****2102"),
        ("+86", "****"),
        ("(138)02102102", "(13****2102"),
        ("138.0210.2102", "138****2102"),
        ("１３８０２１０２１０２", "１３８****２１０２"),
        ("٠١٢٣٤", "٠****٤"),
        ("1380210210\x00", "138****210\x00"),
        ("1" * 21, "111****1111"),
    ],
)
def test_what_is_no_number_is_refused_and_shown_masked(given: str, detail: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        normalise(given)
    assert (raised.value.field, raised.value.problem) == (InputField.MOBILE, InputProblem.INVALID_NUMBER)
    assert raised.value.detail == detail


def test_what_came_in_is_compared_in_the_same_form_but_never_refused() -> None:
    assert canonical("+852 1234-5678") == "+85212345678"
    assert canonical("Ma ma") == "Mama"


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ([MOBILE], (MOBILE,)),
        (["10086", MOBILE], ("10086", MOBILE)),
        ([MOBILE, "+86 138 0210 2102", "10086", MOBILE], (MOBILE, "10086")),
        ([f"{MOBILE};10086,10010；110，119、120\r\n12345"], (MOBILE, "10086", "10010", "110", "119", "120", "12345")),
        ([f"{MOBILE};", " ; ;\n"], (MOBILE,)),
    ],
)
def test_numbers_are_sent_to_once_each_in_the_order_given(given: list[str], numbers: tuple[str, ...]) -> None:
    assert normalise_all(given) == numbers


@pytest.mark.parametrize("given", [[], [""], [" ;,\n"]])
def test_no_number_at_all_is_refused(given: list[str]) -> None:
    with pytest.raises(InvalidInputError) as raised:
        normalise_all(given)
    assert (raised.value.field, raised.value.problem) == (InputField.MOBILE, InputProblem.NO_NUMBER)


def test_one_wrong_number_among_many_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"invalid_number \(\*\*\*\*\)"):
        normalise_all([MOBILE, "10086;x"])


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (MOBILE, "138****2102"),
        ("+85212345678", "+85****5678"),
        ("1234567890", "1****0"),
        ("10086", "1****6"),
        ("1234", "****"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_a_number_is_shown_masked(number: str, masked: str) -> None:
    assert mask(number) == masked
