"""The languages that tests run in, and what every test module is marked with."""

import os

import pytest

from .chromium import CHOSEN, find

PICTURES = "SMSADMIN_SCREENSHOTS"
"""Names the folder that the pictures of the documents go to; without it, they go to a temporary folder."""
LANGUAGES = ["en", "zh-Hans"]

in_a_browser = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find() is None, reason=f"no chromium on the PATH; scripts/browser installs one, {CHOSEN} names another"),
    pytest.mark.usefixtures("socket_enabled"),
]
in_every_language = pytest.mark.parametrize("desk", LANGUAGES, indirect=True, scope="module")
# The pictures are wanted in every language; to see whether it works, one is enough.
in_one_language = pytest.mark.parametrize(
    "desk", LANGUAGES if PICTURES in os.environ else LANGUAGES[-1:], indirect=True, scope="module"
)
