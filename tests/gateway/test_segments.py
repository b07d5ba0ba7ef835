"""Tests of the number of messages that a text is charged as."""

import pytest

from custom_components.smsadmin.gateway.segments import estimate_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("火" * 70, 1),
        ("a" * 71, 2),
        ("火" * 134, 2),
        ("火" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("\ud800", 1),
    ],
)
def test_a_long_text_needs_several_messages(text: str, segments: int) -> None:
    assert estimate_segments(text) == segments
