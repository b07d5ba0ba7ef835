"""What the tests share that drive a Home Assistant in a process of its own: they need no test plugin of it."""

import pytest


@pytest.fixture(autouse=True)
def _custom_integrations() -> None:
    """The process finds the integration in its own folder."""
