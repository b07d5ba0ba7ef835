"""The way out: text and numbers to submissions, submissions to outcomes. Nothing is ever sent twice by itself."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import create_eager_task

from ..const import CONF_DAILY_LIMIT, CONF_SIGNATURE, LOGGER
from ..coordinator import BalanceCoordinator
from ..errors import send_failed, start_reauth, translated, validation_error
from ..gateway.client import GatewayClient
from ..gateway.errors import (
    AuthenticationError,
    GatewayError,
    InputField,
    InputProblem,
    InvalidInputError,
    NoAnswerError,
    NotSentError,
)
from ..gateway.models import Submission
from ..gateway.numbers import normalise_all
from ..gateway.submissions import compose
from ..inbound.publisher import SIGNAL_LOG_CHANGED
from ..message_log.errors import LogError, SendNotAllowedError
from ..message_log.log import MessageLog
from ..message_log.models import MessageState
from ..message_log.outbound import DailyLimit
from ..translation import localised
from ..watch import watch_refusal
from .result import SendResult, SubmissionResult

_SIGNED = re.compile(r"\s*【[^【】]+】.*|.*【[^【】]+】\s*", re.DOTALL)

IN_FLIGHT = 2
"""Submissions of a send that are on their way together: while the platform thinks about one, the next leaves."""

RETRY_PAUSES = (1.0, 3.0)
"""Seconds before a submission of which nothing left this machine is tried again."""

SETTLE_INTERVAL = 0.1
"""Seconds between two writes of what the platform has answered: a commit for each would take longer than the answer."""


def compose_text(message: str, title: str | None, signature: str | None) -> str:
    """The text as it goes out: signature, title, message. A text that carries a signature gets no second one."""
    # Templates and files bring the line ends of their systems along.
    message, title = ("\n".join(text.splitlines()) if "\r" in text else text for text in (message, (title or "").strip()))
    if not message.strip():
        raise InvalidInputError(InputField.MESSAGE, InputProblem.EMPTY_MESSAGE)
    text = f"{title}\n{message}" if title else message
    signed = not signature or _SIGNED.fullmatch(text) or _SIGNED.fullmatch(message)
    return text if signed else f"【{signature}】{text}"


class Sender:
    """Sends for one account."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, client: GatewayClient, log: MessageLog, balance: BalanceCoordinator
    ) -> None:
        """Take what sending needs."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._log = log
        self._balance = balance
        self._under_way: set[asyncio.Task[SendResult]] = set()

    async def async_finish(self) -> None:
        """Wait for what is being sent."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def async_send(
        self,
        mobiles: Iterable[str],
        message: str,
        *,
        title: str | None = None,
        send_at: object = None,
        link_id: str | None = None,
    ) -> SendResult:
        """Send a text to numbers. Bad input raises ServiceValidationError before anything leaves; nothing is raised after."""
        try:
            submissions = compose(
                normalise_all(mobiles),
                compose_text(message, title, self._entry.options.get(CONF_SIGNATURE)),
                charset=self._client.charset,
                max_mobiles=self._client.submit_method.max_mobiles,
                now=dt_util.utcnow(),
                send_at=_as_time(send_at),
                link_id=link_id,
            )
        except InvalidInputError as err:
            raise translated(err, ServiceValidationError) from err
        # An automation that is stopped in between must not leave half of the numbers out, or an outcome unknown.
        sending = self._hass.async_create_task(self._begin_and_submit(submissions), "smsadmin send")
        self._under_way.add(sending)
        sending.add_done_callback(self._under_way.discard)
        return await asyncio.shield(sending)

    async def async_send_all(self, mobiles: Iterable[str], message: str, **options: Any) -> None:
        """Send as `async_send` does, and raise HomeAssistantError unless every number was accepted."""
        result = await self.async_send(mobiles, message, **options)
        if result.failures:
            raise send_failed(self._hass, result)

    async def async_send_test(self, mobiles: Iterable[str]) -> None:
        """Send a text that says that it is a test; raise as `async_send_all` does."""
        await self.async_send_all(mobiles, localised(self._hass, "common.test_text"))

    async def _begin_and_submit(self, submissions: tuple[Submission, ...]) -> SendResult:
        """Submit what is in the log by then, begun in its order; the failure of one hides no other's outcome."""
        await self._begin(submissions)
        turns = asyncio.Semaphore(IN_FLIGHT)

        async def submit(submission: Submission) -> SubmissionResult:
            async with turns:
                return await self._submit(submission)

        submitting = [create_eager_task(submit(submission)) for submission in submissions]
        pending, told = set(submitting), False
        while pending:
            done, pending = await asyncio.wait(pending, timeout=SETTLE_INTERVAL)
            if done or not told:
                await self._settle([task.result() for task in done])
                self._tell()
                told = True
        result = SendResult(submissions=tuple(task.result() for task in submitting))
        if any(isinstance(err, AuthenticationError) for err in result.failures):
            start_reauth(self._hass, self._entry)
        await self._balance.async_request_refresh()
        return result

    async def _begin(self, submissions: tuple[Submission, ...]) -> None:
        """Write what is about to leave; ServiceValidationError where it must not.

        A log that does not work keeps no warning of fire from going out: the user has been told of it by an issue.
        """
        numbers = self._entry.options.get(CONF_DAILY_LIMIT, 0)
        limit = DailyLimit(numbers=numbers, since=dt_util.start_of_local_day()) if numbers else None
        try:
            await self._log.begin(submissions, dt_util.utcnow(), limit)
        except SendNotAllowedError as err:
            raise validation_error(err, numbers) from err
        except LogError as err:
            LOGGER.error("A message is sent without a record of it in the message log: %s", err)

    async def _submit(self, submission: Submission) -> SubmissionResult:
        """Submit, and say what came of it."""
        error: GatewayError | None = None
        try:
            for pause in RETRY_PAUSES:
                try:
                    await self._client.submit(submission)
                    break
                except NotSentError:
                    await asyncio.sleep(pause)
            else:
                await self._client.submit(submission)
        except GatewayError as err:
            error = err
        except Exception as err:  # noqa: BLE001
            # Its text is for those who look for it: nobody knows what it holds.
            LOGGER.error("A submission failed in a way that nobody foresaw: %s", type(err).__name__)
            LOGGER.debug("How it failed", exc_info=True)
            error = NoAnswerError(type(err).__name__)
        result = SubmissionResult(submission=submission, error=error)
        watch_refusal(self._hass, self._entry, error)
        return result

    async def _settle(self, results: list[SubmissionResult]) -> None:
        """Keep what came of submissions."""
        now = dt_util.utcnow()
        settling = (self._log.settle(one.submission.link_id, MessageState(one.outcome), one.code, now) for one in results)
        for failure in await asyncio.gather(*settling, return_exceptions=True):
            # Of what the log itself could not do, the user has been told, and the log makes it good.
            if failure and not isinstance(failure, LogError):
                LOGGER.error("What became of a submission could not be kept: %s", type(failure).__name__)

    @callback
    def _tell(self) -> None:
        """The log has something new."""
        async_dispatcher_send(self._hass, SIGNAL_LOG_CHANGED.format(self._entry.entry_id))


def _as_time(send_at: object) -> datetime | None:
    """A time as actions take it: one without a zone is in Home Assistant's own."""
    if send_at in (None, ""):
        return None
    time = send_at
    if isinstance(send_at, str):
        # The right form does not make a day that no month has.
        with suppress(ValueError):
            time = dt_util.parse_datetime(send_at)
    if not isinstance(time, datetime):
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME)
    return time if time.tzinfo else time.replace(tzinfo=dt_util.get_default_time_zone())
