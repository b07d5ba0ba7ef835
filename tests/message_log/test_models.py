"""The data classes of the message log and of the gateway."""

from inspect import getmembers, isclass

import pytest

from custom_components.smsadmin.gateway import models as gateway_models, numbers
from custom_components.smsadmin.message_log import models

PRIVATE = {"mobile", "mobiles", "message", "original_text", "parties", "password_md5", "raw", "body", "query", "typed", "data"}
CLASSES = {
    name: found
    for module in (gateway_models, numbers, models)
    for name, found in getmembers(module, isclass)
    if PRIVATE & {*found.__dict__.get("__match_args__", ()), *found.__dict__.get("__dataclass_fields__", ())}
}


@pytest.mark.parametrize("name", CLASSES)
def test_numbers_and_texts_are_not_represented(name: str) -> None:
    """Home Assistant logs the arguments of a listener that fails, by their representation."""
    found = CLASSES[name]
    assert repr(found.__new__(found, *((None,) * len(getattr(found, "_fields", ()))))) == f"<{name}>"
