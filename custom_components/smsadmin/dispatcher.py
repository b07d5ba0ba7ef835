"""What came in, handed over to Home Assistant: events on the bus, and a signal for the entities."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalTypeFormat
from homeassistant.util.ulid import ulid

from .const import EVENT_DELIVERY_REPORT, EVENT_REPLY, LOGGER
from .gateway.models import RawPage, RawPush, Record, Reply, Unreadable
from .gateway.pushes import read_push
from .gateway.records import read_page
from .recipients import recipient_name

SIGNAL_RECEIVED: SignalTypeFormat[Received] = SignalTypeFormat("smsadmin_received_{}")
"""Sent with each reply and report; filled in with the id of the account's entry."""


class Source(StrEnum):
    """The channel that something came in by."""

    PUSH = "push"
    PULL = "pull"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """Something that came in, exactly as it came."""

    raw: RawPush | RawPage
    received_at: datetime

    @property
    def source(self) -> Source:
        """The channel that it came in by."""
        return Source.PUSH if isinstance(self.raw, RawPush) else Source.PULL


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A reply or report, and the data of the event that tells of it."""

    record: Record
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much of what an arrival brought."""

    replies: int = 0
    reports: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(replies=self.replies + other.replies, reports=self.reports + other.reports)


class Dispatcher:
    """Hands over what came in for one account, in the order in which it came."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Belong to an account for as long as its configuration exists, loaded or not."""
        self._hass = hass
        self._entry = entry

    async def async_accept(self, arrival: Arrival) -> Counts:
        """Take what came in; from the return of this call on, it is our duty."""
        records, unreadable = _read(arrival.raw)
        for broken in unreadable:
            LOGGER.warning("What came in by %s could not be read: %s", arrival.source, broken.reason)
        for record in records:
            self._hand_over(record, arrival)
        replies = sum(isinstance(record, Reply) for record in records)
        return Counts(replies=replies, reports=len(records) - replies)

    @callback
    def _hand_over(self, record: Record, arrival: Arrival) -> None:
        """Fire the event, and tell the entities."""
        data = {
            "config_entry_id": self._entry.entry_id,
            "account": self._entry.data[CONF_USERNAME],
            "message_id": ulid(),
            "mobile": record.mobile,
            "link_id": record.link_id,
            "received_at": _local(arrival.received_at),
            "source": arrival.source.value,
            "recipient": recipient_name(self._entry, record.mobile),
            **_particulars(record),
        }
        self._hass.bus.async_fire(EVENT_REPLY if isinstance(record, Reply) else EVENT_DELIVERY_REPORT, data)
        async_dispatcher_send(self._hass, SIGNAL_RECEIVED.format(self._entry.entry_id), Received(record=record, data=data))


def _read(raw: RawPush | RawPage) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
    """The records that something holds, and what of it can't be read."""
    if isinstance(raw, RawPage):
        page = read_page(raw)
        return page.records, page.unreadable
    content = read_push(raw).content
    return ((), (content,)) if isinstance(content, Unreadable) else ((content,), ())


def _particulars(record: Record) -> dict[str, Any]:
    """What the events of replies and of reports do not have in common."""
    if isinstance(record, Reply):
        return {
            "message": record.message,
            "sub_code": record.sub_code,
            "replied_at": _local(record.replied_at),
            "in_reply_to": None,
        }
    return {"status": record.status, "outcome": record.outcome.value, "reported_at": _local(record.reported_at), "message": None}


def _local(time: datetime | None) -> str | None:
    """A time in Home Assistant's own zone, as ISO 8601."""
    return dt_util.as_local(time).isoformat() if time else None
