"""Fixtures of the gateway's tests, which do not start Home Assistant."""

import pytest


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Replace the fixture of all other tests, which starts Home Assistant."""
