"""A hostile sender: it has found the URL for pushes, and sends it garbage and floods, within bounds that a test machine stands."""

import asyncio
from contextlib import suppress
import random
from urllib.parse import urlsplit, urlunsplit

import aiohttp

_FLOOD = 30
_PAUSES = (0.1, 0.5)
_TOO_LARGE = 70 * 1024
_LARGE = 60 * 1024


class HostileSender:
    """Nothing of what it sends is a reply or a report of the account."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, seed: int) -> None:
        """Send to a URL for pushes, and around it."""
        self.sent = 0
        self._session = session
        self._url = url
        self._random = random.Random(seed)

    async def attack(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.gather(*(self._send() for _ in range(self._random.choice((1, 1, 1, _FLOOD)))))
            await asyncio.sleep(self._random.uniform(*_PAUSES))

    async def _send(self) -> None:
        self.sent += 1
        # Home Assistant may be dead, or close the connection first.
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.post(
                self._random.choice((self._url, self._url, self._elsewhere())),
                data=self._body(),
                headers={
                    "Content-Type": self._random.choice(("application/x-www-form-urlencoded", "application/json", "text/html"))
                },
                timeout=aiohttp.ClientTimeout(total=5),
            ) as response:
                await response.read()

    def _elsewhere(self) -> str:
        """A path that is not registered."""
        parts = urlsplit(self._url)
        return urlunsplit(parts._replace(path=f"{parts.path[:-1]}{self._random.choice('xyz')}"))

    def _body(self) -> bytes:
        return self._random.choice(
            (
                b"",
                b"Class=mo&SmsName=stranger&Mobile=13802102102&Message=Open&LinkId=",
                b"Class=weather&SmsName=station&Mobile=13802102102",
                b"Class=rpt&SmsName=station&Mobile=&LinkId=%FF&Report=DELIVRD",
                b"Class=mo&Class=rpt&SmsName=station",
                b"{" * 1000,
                self._random.randbytes(200),
                self._random.randbytes(_LARGE),
                self._random.randbytes(_TOO_LARGE),
            )
        )
