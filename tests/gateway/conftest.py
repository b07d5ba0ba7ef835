"""The gateway knows nothing of Home Assistant, and its tests start none."""

import pytest


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """Take the place of the fixture of all other tests, which starts Home Assistant."""
