"""What of an account lives for as long as its configuration exists, loaded or not: the way in."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .dispatcher import Dispatcher
from .receiver import Receiver

_INTAKES: HassKey[dict[str, Intake]] = HassKey(f"{DOMAIN}_intakes")


class Intake:
    """The way in for one account: whatever its set-up does, what is pushed finds an open door."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Open it."""
        self.dispatcher = Dispatcher(hass, entry)
        self._receiver = Receiver(hass, entry, self.dispatcher)
        # Here and not in the set-up, which would lose it by failing: a new password is what mends a failed set-up.
        self._stop_listening = entry.add_update_listener(_reload)

    def close(self, hass: HomeAssistant) -> None:
        """Close it for good."""
        self._stop_listening()
        self._receiver.close(hass)


def intake_of(hass: HomeAssistant, entry: ConfigEntry) -> Intake:
    """The way in of an account, opened if it is not open yet."""
    intakes = hass.data.setdefault(_INTAKES, {})
    if entry.entry_id not in intakes:
        intakes[entry.entry_id] = Intake(hass, entry)
    return intakes[entry.entry_id]


def remove_intake(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Close the way in of an account that is being removed."""
    if intake := hass.data.get(_INTAKES, {}).pop(entry.entry_id, None):
        intake.close(hass)


async def _reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Set an account up anew when its settings or recipients have changed."""
    await hass.config_entries.async_reload(entry.entry_id)
