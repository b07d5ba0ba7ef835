"""What goes on at an account: replies and reports by both channels, pulls, and texts that are sent. Every one of them is unlike all others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
import itertools
import random

from tests.simulator import Simulator
from tests.simulator.records import Record, Reply, Report
from tests.simulator.vocabulary import PULLS, Status

from .client import CommandError, WebSocket
from .evidence import Key
from .outages import Outages

USER, PASSWORD = "station", "open sesame"

_MOBILES = [f"138{number:08}" for number in range(20)]
_TEXTS = ("OK", "着火了", "谢谢", "是/否", "Which one? & 100%")
_NUMBERS = (1, 1, 2, 5, 1200)
"""How many numbers a text is sent to; 1200 take two submissions."""
_PUSHERS = 2
_PATHS = tuple(f"/{interface.value}/" for interface in PULLS)


class Traffic:
    """Makes traffic, and knows what the platform has reason to believe has arrived."""

    def __init__(self, simulator: Simulator, *, seed: int, outages: tuple[float, ...]) -> None:
        self.simulator = simulator
        self.outages = Outages(simulator, seconds=outages, seed=seed, on_change=self.connections_lost)
        self.outcomes: dict[str, str] = {}
        """Outcomes that the action returned, by link id of the submission."""
        self.refusals: list[str] = []
        self.interrupted_pages: list[list[Key]] = []
        """The page that each death or outage may have taken with it."""
        self._random = random.Random(seed)
        self._count = itertools.count(1)
        self._acknowledged = 0
        self._reported = 0
        self.both: set[Key] = set()
        """What came by both channels."""
        self._over = False
        simulator.on_request(lambda request: self._asked(request.path))

    # What goes on

    def register(self, url: str) -> None:
        """The platform pushes there from now on, in one of its ways."""
        style, charset = self._random.choice(("query", "form")), self._random.choice(("utf-8", "gb2312"))
        self.simulator.register_push(USER, url, style=style, charset=charset)

    async def come_in(self) -> None:
        """Let replies and reports come, pushed, waiting to be pulled, or both, until it is over."""
        self._over = False
        await asyncio.gather(*(self._until_over(self._bring) for _ in range(_PUSHERS)))

    async def go_on(self, socket: WebSocket) -> None:
        """Send and pull until it is over."""
        await asyncio.gather(*(self._until_over(partial(act, socket)) for act in (self._send, self._send, self._receive)))

    def end(self) -> None:
        """Begin nothing new."""
        self._over = True

    async def _until_over(self, act: Callable[[], Awaitable[None]]) -> None:
        while not self._over:
            await act()
            await asyncio.sleep(self._random.uniform(0, 0.04 if self._is_busy() else 0.5))

    def _is_busy(self) -> bool:
        """Whether Home Assistant answers, and the platform can be reached: what could not leave has to leave some time."""
        answered = bool(self.simulator.pushes) and self.simulator.pushes[-1].status is not None
        return answered and self.outages.begun == self.outages.over

    async def _bring(self) -> None:
        """One reply or report."""
        await self._random.choice((self._reply, self._report))(self._random.choice(_MOBILES))

    async def _reply(self, mobile: str) -> None:
        text = f"{self._random.choice(_TEXTS)} {next(self._count)}"
        link_id = self._random.choice(self.simulator.sent).link_id if self.simulator.sent and self._random.random() < 0.5 else ""
        await self._by_some_channel(
            (mobile, text),
            lambda: self.simulator.push_reply(mobile, text, uid=USER, link_id=link_id),
            lambda: self.simulator.reply(mobile, text, uid=USER, link_id=link_id),
        )

    async def _report(self, mobile: str) -> None:
        """On the next text that has none yet, or on one that another client has sent."""
        link_id, status = f"9{next(self._count):019}", self._random.choice(list(Status)).value
        if self._reported < len(self.simulator.sent):
            sent = self.simulator.sent[self._reported]
            link_id, mobile = sent.link_id, sent.mobiles[0]
            self._reported += 1
        await self._by_some_channel(
            (link_id, mobile, status),
            lambda: self.simulator.push_report(mobile, status, uid=USER, link_id=link_id),
            lambda: self.simulator.report(mobile, status, uid=USER, link_id=link_id),
        )

    async def _by_some_channel(self, key: Key, push: Callable[[], Awaitable[object]], wait: Callable[[], object]) -> None:
        channels = self._random.choice(("push", "pull", "push pull", "pull push")).split()
        if len(channels) > 1:
            self.both.add(key)
        for channel in channels:
            if channel == "push":
                await push()
            else:
                wait()

    async def _send(self, socket: WebSocket) -> None:
        mobiles = [f"139{number:08}" for number in range(self._random.choice(_NUMBERS))]
        with self._while_it_lives():
            data = {"mobiles": mobiles, "message": f"Fire! {next(self._count)}"}
            result = await socket.perform("smsadmin.send_sms", data, response=True)
            self.outcomes |= {submission["link_id"]: submission["outcome"] for submission in result["submissions"]}

    async def _receive(self, socket: WebSocket) -> None:
        with self._while_it_lives():
            await socket.perform("smsadmin.receive", {})

    @contextmanager
    def _while_it_lives(self) -> Iterator[None]:
        """An action may end with the process, or fail because of an outage: the platform never refuses anything here."""
        outages_over = self.outages.over
        try:
            yield
        except ConnectionError:
            self.end()
        except CommandError as err:
            if self.outages.begun == outages_over:
                self.refusals.append(str(err))

    # What has arrived

    def _asked(self, path: str) -> None:
        """Asking for the next page is the only sign that the last one was stored."""
        if path.endswith(_PATHS):
            self._acknowledged = len(self.simulator.platform.handed_out)

    def connections_lost(self) -> None:
        """What was handed out last may not have arrived."""
        handed_out = self.simulator.platform.handed_out
        if page := [key_of(record) for record in handed_out[self._acknowledged :]]:
            self.interrupted_pages.append(page)
        self._acknowledged = len(handed_out)

    def pushed(self) -> set[Key]:
        """What was acknowledged as the specification asks; Home Assistant itself answers 404, or 200 with nothing, before we do."""
        return {key_of(push.record) for push in self.simulator.pushes if (push.status, push.body) == (200, "000")}

    def pulled(self) -> set[Key]:
        """What was handed out whole: the client has asked for more since, and so is not waiting for it any longer."""
        lost = {key for page in self.interrupted_pages for key in page}
        return {key_of(record) for record in self.simulator.platform.handed_out} - lost

    def torn_pages(self, seen: set[Key]) -> list[list[Key]]:
        """Interrupted pages that have arrived in part: one is kept whole or not at all, what came by push as well aside."""
        pages = [{key in seen for key in page if key not in self.both} for page in self.interrupted_pages]
        return [page for page, arrived in zip(self.interrupted_pages, pages, strict=True) if len(arrived) > 1]


def key_of(record: Record) -> Key:
    """The fields in which no two records are alike."""
    if isinstance(record, Reply):
        return record.mobile, record.text
    assert isinstance(record, Report)
    return record.link_id, record.mobile, record.status
