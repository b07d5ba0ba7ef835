"""Tests of phone numbers: parsed from every spelling, normalised, compared and masked."""

import re

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.errors import InputField, InputProblem, InvalidInputError
from custom_components.smsadmin.gateway.numbers import (
    InvalidNumber,
    ParsedNumbers,
    canonical,
    looks_mistyped,
    mask,
    normalise,
    parse_all,
)

MOBILE = "13802102102"
LANDLINE = "01088888888"
HONG_KONG = "0085212345678"
LONDON = "00442079460958"
NEW_YORK = "0012125551234"

MAINLAND = [
    MOBILE,
    "+8613802102102",
    "008613802102102",
    "8613802102102",
    " +86 138-0210-2102\n",
    "0086-138 0210 2102",
    "138‑0210–2102",
    "138\u00a00210\u30002102",
    "138.0210.2102",
    "138/0210/2102",
    "(138) 0210-2102",
    "（138）0210－2102",
    "(+86)13802102102",
    "+(86) 138 0210 2102",
    "+86 (0)138 0210 2102",
    "+86 0138 0210 2102",
    "+0086 138 0210 2102",
    "+8686 138 0210 2102",
    "１３８０２１０２１０２",
    "＋８６　138 0210 2102",
    # Copied from an iPhone's contacts, WeChat, a spreadsheet, a web page.
    "\u202a+86 138 0210 2102\u202c",
    "\u200e138 0210 2102\u200f",
    "\ufeff13802102102",
    "138\u200b0210\u20602102",
    "138\u00ad0210\u00ad2102",
    "'13802102102",
    '"13802102102"',
    "tel:+86-138-0210-2102",
    "TEL://13802102102",
    "tel:%2B8613802102102",
    "tel:138-0210-2102;phone-context=+86",
    "TEL;TYPE=CELL:+86 138 0210 2102",
    "sms:+8613802102102",
    "sms:13802102102?body=Hello",
    "13802102102。",
    "['13802102102']",
    "手机：13802102102",
    "Phone: 138 0210 2102",
]
OTHERS = [
    ("010 8888 8888", LANDLINE),
    ("(010) 88888888", LANDLINE),
    ("+86 10 8888 8888", LANDLINE),
    ("+86 (0)10 8888 8888", LANDLINE),
    ("+86 010-88888888", LANDLINE),
    ("0086 755 8888 8888", "075588888888"),
    ("+86 311 888 8888", "03118888888"),
    ("+86 400 123 4567", "4001234567"),
    ("+86 10086", "10086"),
    ("+86 138 0210 210", "1380210210"),
    ("+852 1234 5678", HONG_KONG),
    ("00852 1234-5678", HONG_KONG),
    ("+44 (0)20 7946 0958", LONDON),
    ("+44 20 7946 0958", LONDON),
    ("+44 (0) 20 7946 0958", LONDON),
    ("＋39 06 1234 5678", "00390612345678"),
    ("+1 (212) 555-1234", NEW_YORK),
    ("001-212-555-1234", NEW_YORK),
    # Bare digits are sent as typed.
    ("8612345", "8612345"),
    ("861380210210", "861380210210"),
    ("85212345678", "85212345678"),
    ("013802102102", "013802102102"),
    ("10086", "10086"),
    ("110", "110"),
    ("1" * 20, "1" * 20),
]
INVALID: list[tuple[object, InputProblem, str]] = [
    ("", InputProblem.INVALID_NUMBER, "****"),
    (None, InputProblem.INVALID_NUMBER, "****"),
    ("12", InputProblem.INVALID_NUMBER, "****"),
    ("Mama", InputProblem.INVALID_NUMBER, "****"),
    ("no number", InputProblem.INVALID_NUMBER, "n****r"),
    ("unknown", InputProblem.INVALID_NUMBER, "u****n"),
    ("1380000000x", InputProblem.INVALID_NUMBER, "138****000x"),
    ("++8613802102102", InputProblem.INVALID_NUMBER, "++8****2102"),
    ("+86", InputProblem.INVALID_NUMBER, "****"),
    ("+86 86 12345", InputProblem.TWO_NUMBERS, "+****5"),
    ("٠١٢٣٤", InputProblem.INVALID_NUMBER, "٠****٤"),
    ("①③⑧", InputProblem.INVALID_NUMBER, "****"),
    ("1380210210\x00", InputProblem.INVALID_NUMBER, "138****210\x00"),
    ("1" * 21, InputProblem.INVALID_NUMBER, "111****1111"),
    ("+1234567890123456", InputProblem.INVALID_NUMBER, "+12****3456"),
    ("0012", InputProblem.INVALID_NUMBER, "****"),
    # Two numbers, which joined would be a third person's.
    ("13802102102 13902102102", InputProblem.TWO_NUMBERS, "138****2102"),
    ("13802102102/13902102102", InputProblem.TWO_NUMBERS, "138****2102"),
    ("10086 10010", InputProblem.TWO_NUMBERS, "1****0"),
    ("110 12345678", InputProblem.TWO_NUMBERS, "110****5678"),
    ("+86 13802102102 10086", InputProblem.TWO_NUMBERS, "+86****0086"),
    ("+8613802102102 +8613902102102", InputProblem.TWO_NUMBERS, "+86****2102"),
    ("00852 12345678 13802102102", InputProblem.TWO_NUMBERS, "008****2102"),
    # Numbers that YAML or a spreadsheet has changed.
    (13802102102.0, InputProblem.CHANGED_NUMBER, "138****02.0"),
    (True, InputProblem.CHANGED_NUMBER, "****"),
    (0o2012345670, InputProblem.CHANGED_NUMBER, "2****4"),
    (1088888888, InputProblem.CHANGED_NUMBER, "1****8"),
    (85212345678, InputProblem.CHANGED_NUMBER, "852****5678"),
    (-13802102102, InputProblem.CHANGED_NUMBER, "-13****2102"),
    (12345678901, InputProblem.CHANGED_NUMBER, "123****8901"),
    ("13802102102.0", InputProblem.CHANGED_NUMBER, "138****1020"),
    ("1.38021E+10", InputProblem.CHANGED_NUMBER, "1****0"),
    ("1.38e10", InputProblem.CHANGED_NUMBER, "1****0"),
    ("13,802,102,102", InputProblem.CHANGED_NUMBER, "13,****,102"),
    ("1,380,210,210,2", InputProblem.CHANGED_NUMBER, "1,3****10,2"),
    ("138,0210,2102", InputProblem.CHANGED_NUMBER, "138****2102"),
    ("138, 0210, 2102", InputProblem.CHANGED_NUMBER, "138****2102"),
    ("13802，102102", InputProblem.CHANGED_NUMBER, "138****2102"),
    ("44,207,946,0958", InputProblem.CHANGED_NUMBER, "44,****0958"),
    # Extensions, which can't receive texts.
    ("010-88888888 ext. 12", InputProblem.EXTENSION, "010****xt12"),
    ("010-88888888x12", InputProblem.EXTENSION, "010****8x12"),
    ("010-88888888#12", InputProblem.EXTENSION, "010****8#12"),
    ("010-88888888转12", InputProblem.EXTENSION, "010****8转12"),
    ("tel:010-88888888;ext=12", InputProblem.EXTENSION, "010****t=12"),
]


@pytest.mark.parametrize(("typed", "number"), [*((typed, MOBILE) for typed in MAINLAND), *OTHERS])
def test_a_number_has_one_form(typed: str, number: str) -> None:
    assert normalise(typed) == number
    assert normalise(number) == number
    assert canonical(typed) == canonical(number)


@pytest.mark.parametrize("typed", [13802102102, 8613802102102])
def test_a_mainland_mobile_may_be_an_integer(typed: int) -> None:
    assert normalise(typed) == MOBILE


@pytest.mark.parametrize(("typed", "problem", "detail"), INVALID)
def test_an_invalid_number_is_refused_and_masked(typed: object, problem: InputProblem, detail: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        normalise(typed)
    assert (raised.value.field, raised.value.problem, raised.value.detail) == (InputField.MOBILE, problem, detail)


@pytest.mark.parametrize(
    ("spellings", "number"),
    [
        (["13802102102", "+8613802102102", "８６13802102102"], "13802102102"),
        (["0085212345678", "+852 1234 5678", "85212345678"], "85212345678"),
        # Without 00 this would be a mainland mobile.
        (["+1 310 555 1234", "0013105551234"], "0013105551234"),
        (["+86 10 8888 8888", "010-8888 8888"], LANDLINE),
        (["Ma ma", " Ma ma\n"], "Ma ma"),
        (["", " "], ""),
        # As it came in, blanks and all, it can be nothing else.
        (["852 1234 5678", "85212345678"], "85212345678"),
        (["000"], "000"),
        (["00"], "00"),
    ],
)
def test_all_spellings_compare_equal(spellings: list[str], number: str) -> None:
    """I sent to a number with its country code, and its replies did not reach my automation."""
    assert {canonical(spelling) for spelling in spellings} == {number}
    assert canonical(number) == number


def test_parse_all_separates_valid_and_invalid_numbers() -> None:
    """One wrong number in the list kept the alarm from all the others."""
    parsed = parse_all([f"{MOBILE};10086", None, [" 138 0210 2102", 5], "", "unknown", "+852 12345678", "85212345678"])
    assert parsed == ParsedNumbers(
        mobiles=(MOBILE, "10086", HONG_KONG),
        invalid=(
            InvalidNumber(position=3, typed="None", problem=InputProblem.INVALID_NUMBER),
            InvalidNumber(position=5, typed="5", problem=InputProblem.CHANGED_NUMBER),
            InvalidNumber(position=6, typed="", problem=InputProblem.INVALID_NUMBER),
            InvalidNumber(position=7, typed="unknown", problem=InputProblem.INVALID_NUMBER),
        ),
    )


@pytest.mark.parametrize(
    ("values", "mobiles", "problems"),
    [
        ([], (), []),
        ([MOBILE, "13902102102", MOBILE], (MOBILE, "13902102102"), []),
        (
            [f"{MOBILE};10086,10010；110，119、120\r\n12345|95588"],
            tuple(f"{MOBILE} 10086 10010 110 119 120 12345 95588".split()),
            [],
        ),
        ([f"{MOBILE};", " ; ;\n"], (MOBILE,), [InputProblem.INVALID_NUMBER]),
        ([f"tel:{MOBILE};phone-context=+86;10086"], (MOBILE, "10086"), []),
        (["tel:010-88888888;ext=12"], (), [InputProblem.EXTENSION]),
        # The groups of a large number are no numbers of their own.
        (["13,802,102,102"], (), [InputProblem.CHANGED_NUMBER]),
        (["110,119,120"], ("110", "119", "120"), []),
        (["110,12345678", "13802102102,110"], ("110", "12345678", MOBILE), []),
        ([("10086", {"10010"}), frozenset({"110"})], ("10086", "10010", "110"), []),
        (["1380210210٢", "1" * 10 + "²"], (), [InputProblem.INVALID_NUMBER, InputProblem.INVALID_NUMBER]),
    ],
)
def test_one_string_may_contain_several_numbers(
    values: list[object], mobiles: tuple[str, ...], problems: list[InputProblem]
) -> None:
    parsed = parse_all(values)
    assert parsed.mobiles == mobiles
    assert [invalid.problem for invalid in parsed.invalid] == problems


@pytest.mark.parametrize(
    "mobile", [MOBILE, LANDLINE, "03118888888", "4001234567", "10086", "110", "10657511234", HONG_KONG, LONDON, NEW_YORK]
)
def test_a_plausible_number_does_not_look_mistyped(mobile: str) -> None:
    assert not looks_mistyped(mobile)


@pytest.mark.parametrize(
    "mobile",
    [
        "1380210210",
        "138021021021",
        "12802102102",
        "8613802102",
        "013802102102",
        "88888888",
        "00121255512345",
        "00852123",
        "85212345678",
    ],
)
def test_an_implausible_number_looks_mistyped(mobile: str) -> None:
    assert normalise(mobile) == mobile
    assert looks_mistyped(mobile)


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
def test_a_number_is_masked(number: str, masked: str) -> None:
    assert mask(number) == masked


def core(digits: str) -> str:
    """Return the digits of a number without its country code."""
    return re.sub(r"^(?:00)?(?:86)*0?", "", digits)


written = st.lists(
    st.sampled_from([*"0123456789" * 3, "00", "86", "0086", *"+ -.()/\u200b１８ex;,", "(0)", "ext", "tel:"]), max_size=24
)


@settings(max_examples=400, deadline=None)
@given(written.map("".join))
def test_normalising_never_changes_whose_number_it_is(typed: str) -> None:
    """A number is refused, or keeps its digits except for the country code."""
    assert canonical(canonical(typed)) == canonical(typed)
    try:
        number = normalise(typed)
    except InvalidInputError:
        return
    digits = "".join(character for character in typed.replace("１", "1").replace("８", "8") if character.isdigit())
    without_trunk_zero = "".join(
        character for character in typed.replace("(0)", "").replace("１", "1").replace("８", "8") if character.isdigit()
    )
    assert core(number) in {core(digits), core(without_trunk_zero)}
    assert normalise(number) == number
    assert canonical(number) == canonical(typed)
    assert canonical(number) in {number, number.removeprefix("00")}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.binary())))
def test_parse_all_never_raises(values: list[object]) -> None:
    parsed = parse_all(values)
    assert [normalise(mobile) for mobile in parsed.mobiles] == list(parsed.mobiles)
    assert parsed.mobiles or parsed.invalid or not values
