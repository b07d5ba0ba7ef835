"""How long an attempt may take."""

from custom_components.smsadmin.gateway.timeouts import Timeouts


def test_an_attempt_outlasts_the_longest_lookup() -> None:
    """The network dropped DNS queries for IPv6: each attempt was given up before c-ares had an answer, and no text ever left."""
    assert Timeouts().connect > 38
