"""An integration for tests: it kills the process right before or after a method of the message log, once that was asked for."""

from collections.abc import Awaitable, Callable
import os
import signal
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers.typing import ConfigType

from custom_components.smsadmin.message_log.log import MessageLog

METHODS = ("enqueue", "begin", "settle")


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register `kill_switch.arm` with `when`, `before begin` for example."""
    armed: set[str] = set()

    def deadly(name: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            _die_if(f"before {name}" in armed)
            result = await method(*args, **kwargs)
            _die_if(f"after {name}" in armed)
            return result

        return wrapper

    @callback
    def arm(call: ServiceCall) -> None:
        armed.add(call.data["when"])

    for name in METHODS:
        setattr(MessageLog, name, deadly(name, getattr(MessageLog, name)))
    hass.services.async_register("kill_switch", "arm", arm)
    return True


def _die_if(is_armed: bool) -> None:
    if is_armed:
        os.kill(os.getpid(), signal.SIGKILL)
