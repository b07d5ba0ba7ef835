"""The way out: text and numbers to submissions, submissions to outcomes. Nothing is ever sent twice by itself."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import CONF_SIGNATURE
from .coordinator import BalanceCoordinator
from .errors import send_failed, translated
from .gateway.client import GatewayClient
from .gateway.errors import AuthenticationError, GatewayError, InputField, InputProblem, InvalidInputError
from .gateway.models import Submission
from .gateway.numbers import normalise_all
from .gateway.submissions import compose
from .outcomes import SendResult, SubmissionResult

_SIGNED = re.compile(r"\s*【[^【】]+】.*|.*【[^【】]+】\s*", re.DOTALL)


def compose_text(message: str, title: str | None, signature: str | None) -> str:
    """The text as it goes out: signature, title, message. A text that carries a signature gets no second one."""
    if not message.strip():
        raise InvalidInputError(InputField.MESSAGE, InputProblem.EMPTY_MESSAGE)
    text = f"{title}\n{message}" if title else message
    signed = not signature or _SIGNED.fullmatch(text) or _SIGNED.fullmatch(message)
    return text if signed else f"【{signature}】{text}"


class Sender:
    """Sends for one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, client: GatewayClient, balance: BalanceCoordinator) -> None:
        """Take what sending needs."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._balance = balance

    async def async_send(
        self,
        mobiles: Iterable[str],
        message: str,
        *,
        title: str | None = None,
        send_at: datetime | str | None = None,
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
        return await asyncio.shield(self._hass.async_create_task(self._submit_all(submissions), "smsadmin send"))

    async def async_send_all(self, mobiles: Iterable[str], message: str, **options: Any) -> None:
        """Send as `async_send` does, and raise HomeAssistantError unless every number was accepted."""
        result = await self.async_send(mobiles, message, **options)
        if result.failures:
            raise send_failed(self._hass, result)

    async def _submit_all(self, submissions: tuple[Submission, ...]) -> SendResult:
        """Submit one after the other; the failure of one hides no other's outcome."""
        result = SendResult(submissions=tuple([await self._submit(submission) for submission in submissions]))
        if any(isinstance(err, AuthenticationError) for err in result.failures):
            self._entry.async_start_reauth(self._hass)
        await self._balance.async_request_refresh()
        return result

    async def _submit(self, submission: Submission) -> SubmissionResult:
        """Submit, and keep what came of it."""
        try:
            await self._client.submit(submission)
        except GatewayError as err:
            return SubmissionResult(submission=submission, error=err)
        return SubmissionResult(submission=submission, error=None)


def _as_time(send_at: datetime | str | None) -> datetime | None:
    """A time as actions take it: one without a zone is in Home Assistant's own."""
    if send_at in (None, ""):
        return None
    time = dt_util.parse_datetime(send_at) if isinstance(send_at, str) else send_at
    if time is None:
        raise InvalidInputError(InputField.SEND_AT, InputProblem.INVALID_TIME)
    return time if time.tzinfo else time.replace(tzinfo=dt_util.get_default_time_zone())
