"""Names that more than one room uses. Users, their automations and the stored configuration rely on the values."""

from enum import StrEnum
import logging
from typing import Final

LOGGER = logging.getLogger(__package__)

DOMAIN: Final = "smsadmin"

SUBENTRY_TYPE_RECIPIENT: Final = "recipient"

CONF_PASSWORD_MD5: Final = "password_md5"
CONF_CHARSET: Final = "charset"
CONF_SUBMIT_METHOD: Final = "submit_method"
CONF_MOBILES: Final = "mobiles"

ATTR_LINK_ID: Final = "link_id"
ATTR_MESSAGE: Final = "message"
ATTR_MOBILES: Final = "mobiles"
ATTR_RECIPIENTS: Final = "recipients"
ATTR_SEND_AT: Final = "send_at"
ATTR_TITLE: Final = "title"

CONF_ALLOWED_SOURCES: Final = "allowed_sources"
CONF_BALANCE_INTERVAL: Final = "balance_interval"
CONF_DAILY_LIMIT: Final = "daily_limit"
CONF_LISTENER_PORT: Final = "listener_port"
CONF_LOW_BALANCE: Final = "low_balance"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_RETENTION_DAYS: Final = "retention_days"
CONF_SIGNATURE: Final = "signature"

DEFAULT_BALANCE_INTERVAL: Final = 60
"""Minutes between two queries of the balance."""
DEFAULT_POLL_INTERVAL: Final = 60
"""Seconds between two pulls."""
DEFAULT_RETENTION_DAYS: Final = 200
"""Days that the message log keeps what it has."""
MIN_RETENTION_DAYS: Final = 184
"""The specification asks for six months (chapter 2)."""

EVENT_REPLY: Final = "smsadmin_reply"
EVENT_DELIVERY_REPORT: Final = "smsadmin_delivery_report"


class ReceiveMode(StrEnum):
    """How replies and reports come in."""

    PULL = "pull"
    PUSH = "push"
    BOTH = "both"
    OFF = "off"

    @property
    def pulls(self) -> bool:
        """Whether the platform is asked for them."""
        return self in (ReceiveMode.PULL, ReceiveMode.BOTH)

    @property
    def pushes(self) -> bool:
        """Whether the platform is expected to send them by itself."""
        return self in (ReceiveMode.PUSH, ReceiveMode.BOTH)
