"""What all tests share."""

import pytest

# The test plugin has a package of this name too: whichever is imported first is the one that Home Assistant finds.
import custom_components.smsadmin  # noqa: F401


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""
