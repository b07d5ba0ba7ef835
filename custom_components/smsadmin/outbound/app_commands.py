"""Messages that command a companion app. Notify groups pass them to all members, but they are no texts to send."""

from functools import lru_cache

from ..const import LOGGER

_COMMANDS = frozenset(
    {
        "TTS",
        "clear_badge",
        "clear_notification",
        "delete_alert",
        "remove_channel",
        "request_location_update",
        "update_complications",
        "update_widgets",
    }
)
_PREFIXES = ("command_", "kiosk_")


def is_app_command(message: str) -> bool:
    """Whether a message is a command of an app, which is not sent; logged once for each command."""
    command = message.strip()
    if command not in _COMMANDS and not (command.startswith(_PREFIXES) and command.isidentifier()):
        return False
    _log(command)
    return True


@lru_cache
def _log(command: str) -> None:
    LOGGER.info("The app command %s is not sent as a text", command)
