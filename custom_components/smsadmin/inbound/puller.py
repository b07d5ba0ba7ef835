"""Asking the platform for replies and reports (sections 3.4 and 3.5).

What is handed out is handed out once: one pull at a time for an account, never cut short from our side, nothing asked for that could
not be stored, and what came of a page that broke off is kept.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import CONF_POLL_INTERVAL, DEFAULT_POLL_INTERVAL, LOGGER
from ..errors import start_reauth
from ..gateway.client import GatewayClient
from ..gateway.errors import AuthenticationError, GatewayError, InvalidAnswerError, NoAnswerError, NotSentError
from ..gateway.models import RecordKind
from ..gateway.records import PAGE_SIZE, has_records
from ..message_log.errors import LogError
from ..message_log.log import MessageLog
from ..message_log.models import ImportCounts, RawInbound
from .publisher import SIGNAL_LOG_CHANGED, EventPublisher

MAX_PAGES = 100
"""Pages of one kind that one pull asks for; the next pull goes on."""


class Puller:
    """Pulls for one account."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, client: GatewayClient, log: MessageLog, dispatcher: EventPublisher
    ) -> None:
        """Be ready; nothing is pulled yet."""
        self.last_pull: datetime | None = None
        """When the platform last said that nothing waits any longer, of replies and of reports."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._log = log
        self._dispatcher = dispatcher
        self._one_at_a_time = asyncio.Lock()
        self._stopped = False
        self._failing = False

    @callback
    def start(self) -> None:
        """Pull by the clock, once automations listen: until then, what waits is safe at the platform."""

        @callback
        def started(hass: HomeAssistant) -> None:
            interval = timedelta(seconds=self._entry.options.get(CONF_POLL_INTERVAL, DEFAULT_POLL_INTERVAL))
            self._entry.async_on_unload(async_track_time_interval(hass, self._scheduled, interval))
            self._entry.async_create_background_task(hass, self._scheduled(), "smsadmin first pull")

        self._entry.async_on_unload(async_at_started(self._hass, started))

    async def async_stop(self) -> None:
        """Finish the page that is under way, and pull no more."""
        self._stopped = True
        async with self._one_at_a_time:
            pass

    async def async_pull(self) -> ImportCounts:
        """Pull everything that waits; raises GatewayError or LogError once what came until then has been stored.

        NotSentError where the account is being unloaded.
        """
        # Whoever asks may go away; the pull goes on.
        counts, failure = await asyncio.shield(self._hass.async_create_task(self._pull(), "smsadmin pull"))
        if failure:
            raise failure
        return counts

    async def _scheduled(self, now: datetime | None = None) -> None:
        """Pull by the clock unless a pull is under way; say once that it fails, and once that it works again."""
        if self._one_at_a_time.locked():
            return
        try:
            await self.async_pull()
        except AuthenticationError:
            start_reauth(self._hass, self._entry)
        except (GatewayError, LogError) as err:
            if not self._failing and not self._stopped:
                LOGGER.warning("Replies and reports can't be pulled: %s", err)
            self._failing = True
        else:
            if self._failing:
                LOGGER.info("Replies and reports can be pulled again")
            self._failing = False

    async def _pull(self) -> tuple[ImportCounts, GatewayError | LogError | None]:
        """Pull both kinds; what keeps one from being pulled does not keep the other."""
        counts = ImportCounts()
        failure: GatewayError | LogError | None = None
        async with self._one_at_a_time:
            for kind in RecordKind:
                try:
                    counts += await self._dispatcher.async_accept_held()
                    async for brought in self._drain(kind):
                        counts += brought
                except AuthenticationError as err:
                    failure = err
                except (GatewayError, LogError) as err:
                    failure = failure or err
        if failure is None:
            self.last_pull = dt_util.utcnow()
            async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format(self._entry.entry_id))
        return counts, failure

    async def _drain(self, kind: RecordKind) -> AsyncIterator[ImportCounts]:
        """Store page after page until none is left, and tell what each brought."""
        for _ in range(MAX_PAGES):
            if self._stopped:
                raise NotSentError("the account is being unloaded")
            await self._log.probe()
            page = await self._client.pull(kind)
            if not has_records(page):
                return
            brought = await self._dispatcher.async_accept_page(RawInbound(raw=page, received_at=dt_util.utcnow()))
            yield brought
            if not page.complete:
                raise NoAnswerError("the answer broke off")
            if not brought.records:
                raise InvalidAnswerError("a page without a record")
            if brought.records > PAGE_SIZE:
                LOGGER.warning("A page had more than %s records; all are kept", PAGE_SIZE)
