"""What a loaded account consists of."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .coordinator import BalanceCoordinator
from .puller import Puller
from .sender import Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The rooms of one account."""

    device_id: str
    balance: BalanceCoordinator
    puller: Puller
    sender: Sender


type SmsAdminConfigEntry = ConfigEntry[Account]
