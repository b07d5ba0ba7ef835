"""Fixtures of all tests."""

import pytest

# The test plugin has a package custom_components too, and Home Assistant uses the one that is imported first.
import custom_components.smsadmin  # noqa: F401


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""
