"""What a loaded account consists of."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry

from .coordinator import BalanceCoordinator, LogCoordinator
from .inbound.puller import Puller
from .message_log.log import MessageLog
from .outbound.sender import Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The rooms of one account."""

    device_id: str
    balance: BalanceCoordinator
    log: MessageLog
    summary: LogCoordinator
    puller: Puller
    sender: Sender


type SmsAdminConfigEntry = ConfigEntry[Account]
