"""Names that several modules use. Users, their automations and the stored configuration rely on the values."""

from enum import StrEnum
import logging
from typing import Final

from homeassistant.util.signal_type import SignalTypeFormat

from .message_log.models import FailedMessage, PublishedRecord

LOGGER = logging.getLogger(__package__)

DOMAIN: Final = "smsadmin"

SUBENTRY_TYPE_RECIPIENT: Final = "recipient"

CONF_PASSWORD_MD5: Final = "password_md5"
CONF_CHARSET: Final = "charset"
CONF_SUBMIT_METHOD: Final = "submit_method"
CONF_MOBILES: Final = "mobiles"
CONF_LEGACY_SERVICE: Final = "legacy_service"
CONF_NUMBERED_SERVICES: Final = "numbered_services"
CONF_RECIPIENT_SERVICES: Final = "recipient_services"
CONF_FORMER_IDS: Final = "former_ids"

ATTR_LINK_ID: Final = "link_id"
ATTR_MESSAGE: Final = "message"
ATTR_MOBILES: Final = "mobiles"
ATTR_RECIPIENTS: Final = "recipients"
ATTR_RETRY_FOR: Final = "retry_for"
ATTR_SEND_AT: Final = "send_at"
ATTR_SIGNATURE: Final = "signature"
ATTR_TITLE: Final = "title"

CONF_ALLOWED_SOURCES: Final = "allowed_sources"
CONF_BALANCE_INTERVAL: Final = "balance_interval"
CONF_DAILY_LIMIT: Final = "daily_limit"
CONF_LISTENER_PORT: Final = "listener_port"
CONF_LOW_BALANCE: Final = "low_balance"
CONF_POLL_INTERVAL: Final = "poll_interval"
CONF_RETENTION_DAYS: Final = "retention_days"
CONF_RETRY_FOR: Final = "retry_for"
CONF_SIGNATURE: Final = "signature"

DEFAULT_BALANCE_INTERVAL: Final = 60
"""Minutes between two queries of the balance."""
DEFAULT_POLL_INTERVAL: Final = 60
"""Seconds between two pulls."""
DEFAULT_RETENTION_DAYS: Final = 200
"""Days for which the message log keeps its rows."""
DEFAULT_RETRY_FOR: Final = 60
"""Minutes for which a queued text is tried again."""
MIN_RETENTION_DAYS: Final = 184
"""The specification asks for six months (chapter 2)."""

EVENT_REPLY: Final = "smsadmin_reply"
EVENT_DELIVERY_REPORT: Final = "smsadmin_delivery_report"
EVENT_MESSAGE: Final = "smsadmin_message"

# Signals inside Home Assistant, each filled in with the id of the account's entry.
SIGNAL_LOG_CHANGED: SignalTypeFormat[()] = SignalTypeFormat("smsadmin_log_changed_{}")
"""Rows of the message log have changed, or a pull has ended without an error."""
SIGNAL_LOG_REPLACED: SignalTypeFormat[()] = SignalTypeFormat("smsadmin_log_replaced_{}")
"""The message log has continued with another file: a new one, or one that was put in its place."""
SIGNAL_RECEIVED: SignalTypeFormat[PublishedRecord] = SignalTypeFormat("smsadmin_received_{}")
"""A reply or report came in."""
SIGNAL_FAILED: SignalTypeFormat[FailedMessage] = SignalTypeFormat("smsadmin_failed_{}")
"""A text to a number has failed; sent at least once for each."""
SIGNAL_SENT: SignalTypeFormat[frozenset[str]] = SignalTypeFormat("smsadmin_sent_{}")
"""The platform has accepted a text; with the subentry ids of the recipients that it went to."""
SIGNAL_ENTRY_UPDATED: SignalTypeFormat[()] = SignalTypeFormat("smsadmin_entry_updated_{}")
"""Settings, options or recipients of the account have changed."""


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
        """Whether the platform is expected to push them."""
        return self in (ReceiveMode.PUSH, ReceiveMode.BOTH)
