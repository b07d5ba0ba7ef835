"""Property tests of submissions, numbers, link ids and answers."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import re
from urllib.parse import parse_qsl

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smsadmin.gateway.answers import expect_accepted, read_balance
from custom_components.smsadmin.gateway.errors import GatewayError, InvalidInputError
from custom_components.smsadmin.gateway.link_ids import LinkIds
from custom_components.smsadmin.gateway.models import (
    CHINA,
    Charset,
)
from custom_components.smsadmin.gateway.numbers import canonical, normalise, parse_all
from custom_components.smsadmin.gateway.submissions import compose, parameters, prepare_text, urlencode

# On its first run, Hypothesis warns about its own random numbers.
pytestmark = pytest.mark.filterwarnings("ignore:It looks like `register_random`")
bounded = settings(deadline=None, derandomize=True, database=None, max_examples=100)

NOW = datetime(2014, 10, 11, 18, 39, 24, tzinfo=CHINA)

# Python's GB2312 codec encodes two characters like two others, and decodes to those.
texts = {
    Charset.UTF_8: st.text(),
    Charset.GB2312: st.text(st.characters(codec="gb2312", exclude_characters="\u2015\u30fb")),
}
any_text = st.sampled_from(Charset).flatmap(lambda charset: st.tuples(st.just(charset), texts[charset]))
digits = st.text("0123456789", min_size=1)
mobiles = st.one_of(
    st.from_regex(r"1[0-9]{10}", fullmatch=True),
    st.from_regex(r"\+(?!86)[1-9][0-9]{4,14}", fullmatch=True),
    st.from_regex(r"[0-9]{3,8}", fullmatch=True),
).map(canonical)
link_ids = st.one_of(st.none(), st.from_regex(r"[0-9]{20}", fullmatch=True))
sub_codes = st.one_of(st.none(), st.from_regex(r"[0-9]{1,8}", fullmatch=True))
times = st.one_of(
    st.none(),
    st.datetimes(datetime(2000, 1, 1), datetime(9998, 12, 31)).map(lambda time: time.replace(microsecond=0, tzinfo=CHINA)),  # noqa: DTZ001
)
# Fragments of a page, so that random bytes mean something to the parser.
FRAGMENTS = (
    *("13802102102", "/", "2014-10-11 18:39:24", "2014/10/11 18:39:24", "20140316192678945632", "0", "空", "DELIVRD", "8", "+"),
    *("13802102102/2014-10-11 18:39:24/20140316192678945632/", "\n", "\r\n", "<br>", "\\n", "\\r", " ", "%D0%BB", "%", "谢谢"),
)
noise = st.lists(
    st.one_of(st.binary(max_size=8), st.sampled_from(FRAGMENTS).map(str.encode), st.just("谢谢".encode("gb2312")))
).map(b"".join)


# Submissions


@bounded
@given(
    any_text,
    st.lists(st.from_regex(r"[1-9][0-9]{2,19}", fullmatch=True), min_size=1, max_size=30).map(
        lambda numbers: parse_all(numbers).mobiles
    ),
    st.one_of(st.none(), st.datetimes(datetime(2014, 10, 12), datetime(9999, 12, 30), timezones=st.just(UTC))),  # noqa: DTZ001
    st.integers(1, 7),
)
def test_what_is_submitted_can_be_read_from_its_form(
    charset_and_text: tuple[Charset, str], numbers: tuple[str, ...], send_at: datetime | None, max_mobiles: int
) -> None:
    charset, text = charset_and_text
    try:
        submissions = compose(numbers, prepare_text(text, charset), max_mobiles=max_mobiles, now=NOW, send_at=send_at)
    except InvalidInputError:
        assert not re.search(r"[\w\d]", text)
        return
    forms = [
        dict(
            parse_qsl(
                urlencode(parameters(one, charset)).decode("ascii"),
                strict_parsing=True,
                encoding="gbk" if charset is Charset.GB2312 else charset,
            )
        )
        for one in submissions
    ]
    assert tuple(number for form in forms for number in form["mobile"].split(";")) == numbers
    assert all(1 <= len(form["mobile"].split(";")) <= max_mobiles for form in forms)
    assert {form["msg"] for form in forms} == {prepare_text(text, charset).text}
    assert len({form["linkid"] for form in forms}) == len(forms)
    for form in forms:
        if send_at is None:
            assert "dttime" not in form
        else:
            time = datetime.strptime(form["dttime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
            assert timedelta() <= send_at - time < timedelta(seconds=1)


@bounded
@given(st.text())
def test_a_number_is_refused_or_consists_of_digits(mobile: str) -> None:
    try:
        number = normalise(mobile)
    except InvalidInputError:
        return
    assert re.fullmatch(r"[0-9]{3,20}", number)
    assert normalise(number) == number


@bounded
@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "+86", "0086", "86", "+86 ", "86-"]),
    st.lists(st.sampled_from(["", " ", "-", "\u00a0", "–"]), min_size=11, max_size=11),
)
def test_a_mainland_mobile_has_one_form(mobile: str, prefix: str, decoration: list[str]) -> None:
    assert normalise(prefix + "".join(map("".join, zip(mobile, decoration, strict=True)))) == mobile


@bounded
@given(clock=st.lists(st.integers(0, 10**19 - 1), min_size=2, max_size=20))
def test_link_ids_increase_whatever_the_clock_does(clock: list[int]) -> None:
    source = LinkIds()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("time.time_ns", iter(clock).__next__)
        drawn = [source.next() for _ in clock]
    assert all(len(link_id) == 20 and link_id.isdecimal() for link_id in drawn)
    assert all(before < after for before, after in pairwise(drawn))


# Answers


@bounded
@given(noise)
def test_any_answer_is_read_or_raises_an_error_of_the_gateway(body: bytes) -> None:
    for read in (expect_accepted, read_balance):
        error = ""
        try:
            read(body)
        except GatewayError as err:
            error = str(err)
        assert re.fullmatch(r"|rejected with code [0-9]{3}|not an answer of this interface|this looks like the V1 API", error)
