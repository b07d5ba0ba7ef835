"""The kill test: Home Assistant is killed at random moments, again and again, in the midst of traffic; nothing is lost or doubled.

The platform comes and goes as well. A text goes out once, whatever happens. One whose call returned `queued` goes out once the platform
can be reached again, or the log says that it is `unconfirmed` or `not_sent`; nothing stays queued for good.

SIGKILL takes the process and leaves the disk alone: this is about crashes of Home Assistant, and says nothing about a loss of power.

What must arrive: every push that was answered 200 with `000`, and every page that was handed out whole. A page counts as such once the
same process has asked for more: it sends the platform no other sign, and closes its connection as a dead process does. The last page
before a death or an outage may have been on its way, or read and not yet on the disk; no client can keep that, since the platform
forgets a page as soon as it has handed it out. Such a page arrives whole or not at all, and is counted separately.

A record that was being published at two deaths may have caused them. It is in quarantine then, and counted separately as well.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
import random

import aiohttp

from tests.simulator import Simulator
from tests.simulator.server import Request

from .client import WAIT_LIMIT, Client, CommandError, WebSocket
from .clock import FakeClock
from .evidence import EVENT_RECORDER, Key, LogCopy, read_log, recorded_keys, take_events
from .folder import prepare
from .hostile import HostileSender
from .process import HomeAssistantProcess, free_port
from .traffic import PASSWORD, USER, Traffic

CONFIGURATION = """
homeassistant:
  internal_url: http://127.0.0.1:{port}
config:
event_recorder:
"""
LAST_LIMIT = 600.0
"""Seconds that the last life has to pull all that waits, which may be thousands of records, and again to publish and to send it."""

OUTCOMES = {"delivered", "expired", "undeliverable", "unknown", "rejected", "blacklisted", "busy", "other"}
"""States that a report gives to a number."""


class Moment(StrEnum):
    """When Home Assistant is killed, give or take a moment."""

    STARTING = "while it starts"
    RUNNING = "while it runs"
    SUBMITTING = "at a submission"
    PULLING = "at a pull"
    CUT_OFF = "during an outage"
    RECOVERING = "after an outage"


# What the platform is asked for then, if anything, and how many seconds later the end comes at the latest.
_REQUESTS = {Moment.SUBMITTING: ("/postSendSms/",), Moment.PULLING: ("/revert/", "/report/")}
_DELAYS = {
    Moment.STARTING: 2.0,
    Moment.RUNNING: 0.6,
    Moment.SUBMITTING: 0.02,
    Moment.PULLING: 0.02,
    Moment.CUT_OFF: 4.0,
    Moment.RECOVERING: 1.0,
}
_OF_OUTAGES = {Moment.CUT_OFF, Moment.RECOVERING}
_MISSED_PAUSES = 4
"""Pauses between outages that may pass without the request that is waited for, because it hangs in a connection of the outage before."""

_JUMPS = tuple(timedelta(days=days, hours=hours) for days, hours in ((0, 0), (0, 1), (0, -1), (300, 0), (-300, 0), (-2000, 0)))
"""How wrong the clock may be."""

_OPEN = {"queued", "submitting"}
"""States that a text does not stay in."""
_LATER = {
    "queued": {*_OPEN, "accepted", "unconfirmed", "not_sent"},
    "accepted": {"accepted"},
    "unconfirmed": {"unconfirmed"},
    "not_sent": {"not_sent"},
}
"""States that the log may have for a submission, by the outcome that its call returned."""


@dataclass(frozen=True, kw_only=True)
class Ordeal:
    """What Home Assistant goes through: kills, outages that each last for one of these seconds, a hostile sender, a clock that jumps."""

    kills: int
    seed: int
    outages: tuple[float, ...] = ()
    hostile: bool = False
    clock_jumps: bool = False


@dataclass(kw_only=True)
class Result:
    """Counts of what happened, and violations of what must hold."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """One line for each."""
        lines = [f"{number:8} {what}" for what, number in self.counts.items()]
        return "\n".join([*lines, f"{len(self.violations):8} violations", *self.violations])


class KillTest:
    """One Home Assistant of many lives, and the account that all of them serve."""

    def __init__(self, folder: Path, simulator: Simulator, session: aiohttp.ClientSession, ordeal: Ordeal) -> None:
        self.result = Result()
        self.traffic = Traffic(simulator, seed=ordeal.seed, outages=ordeal.outages)
        self._ordeal = ordeal
        self._moments = [moment for moment in Moment if ordeal.outages or moment not in _OF_OUTAGES]
        self._simulator = simulator
        self._session = session
        self._random = random.Random(ordeal.seed)
        port = free_port()
        prepare(folder, port=port, configuration=CONFIGURATION, companions=[EVENT_RECORDER])
        self._clock = FakeClock(folder / "clock_offset") if ordeal.clock_jumps else None
        self._home = HomeAssistantProcess(folder, port, environment=self._clock.environment if self._clock else {})
        self._client = Client(session, self._home.origin)
        self._entry_id = ""
        self._push_url = ""
        self._ids: dict[Key, str] = {}
        self._published: set[str] = set()
        self._log = LogCopy(order=(), marked=frozenset(), suspected={}, submissions={})
        self._deaths: Counter[str] = Counter()
        """How many deaths each record has waited through."""
        self._interrupted: set[str] = set()
        self._settled: set[str] = set()
        self._lives = 0
        self._awaited: tuple[str, ...] = ()
        self._asked = asyncio.Event()
        simulator.on_request(self._is_asked)

    async def run(self, progress: Callable[[str], None]) -> Result:
        """All lives, and a last one that ends in peace."""
        try:
            await self._set_up()
            async with self.traffic.outages.coming_and_going(), self._attacked():
                for number in range(1, self._ordeal.kills + 1):
                    moment = self._random.choice(self._moments)
                    events = await self._live_and_die(moment)
                    self.result.counts["kills"] += 1
                    progress(
                        f"{number}/{self._ordeal.kills} killed {moment}: {events} events, {len(self.result.violations)} violations"
                    )
            await self._live_to_the_end()
        except BaseException:
            await self._home.kill()
            raise
        self._judge()
        return self.result

    @asynccontextmanager
    async def _attacked(self) -> AsyncIterator[None]:
        """With a hostile sender, if one is wanted."""
        if not self._ordeal.hostile:
            yield
            return
        sender = HostileSender(self._session, self._push_url, seed=self._ordeal.seed)
        attack = asyncio.create_task(sender.attack())
        try:
            yield
        finally:
            attack.cancel()
            await asyncio.gather(attack, return_exceptions=True)
            self.result.counts["hostile requests"] = sender.sent

    async def _start(self) -> None:
        """Start, and be logged in, whatever the clock says."""
        self._jump()
        await self._home.start()
        if self._clock:
            await self._client.log_in(username="demo", password="demo")

    def _jump(self) -> None:
        if self._clock:
            self._clock.set(self._random.choice(_JUMPS))

    async def _set_up(self) -> None:
        """An account that is on the disk: Home Assistant writes it when it stops in order."""
        self._simulator.add_account(USER, PASSWORD, balance=10_000_000)
        await self._home.start()
        await self._client.onboard(name="Demo", username="demo", password="demo")
        async with self._client.web_socket() as socket:
            await socket.until_running()
            account = {"username": USER, "password": PASSWORD, "advanced": {"url": self._simulator.url}}
            await self._client.flow("flow", "smsadmin", account, {"mode": "both"})
            (entry,) = await self._client.entries("smsadmin")
            self._entry_id = entry["entry_id"]
            form = await self._client.flow("options/flow", self._entry_id)
            self._push_url = form["description_placeholders"]["webhook_url"]
            self._client.token = await socket.command("auth/long_lived_access_token", client_name="kill test", lifespan=30)
        await self._home.stop()

    async def _live_and_die(self, moment: Moment) -> int:
        """One life, full of traffic from before its beginning."""
        self.traffic.register(self._push_url)
        coming_in = asyncio.create_task(self.traffic.come_in())
        try:
            await self._start()
            if moment is Moment.STARTING:
                await self._die(moment)
            else:
                async with self._client.web_socket() as socket:
                    await socket.until_running()
                    await self._check_interrupted(socket)
                    self._jump()
                    await asyncio.gather(self.traffic.go_on(socket), self._die(moment))
        finally:
            self.traffic.end()
            await coming_in
        return await self._look()

    async def _die(self, moment: Moment) -> None:
        """Wait for the moment, and kill."""
        try:
            async with asyncio.timeout(WAIT_LIMIT + _MISSED_PAUSES * self.traffic.outages.longest):
                await self._moment(moment)
        except TimeoutError as err:
            raise TimeoutError(f"no moment came to kill Home Assistant {moment}") from err
        await asyncio.sleep(self._random.uniform(0, _DELAYS[moment]))
        await self._home.kill()
        self.traffic.end()

    async def _moment(self, moment: Moment) -> None:
        if moment in _REQUESTS:
            await self._request(_REQUESTS[moment])
        elif moment is Moment.CUT_OFF:
            await self.traffic.outages.until_begun()
        elif moment is Moment.RECOVERING:
            await self.traffic.outages.until_ended()

    async def _request(self, paths: tuple[str, ...]) -> None:
        """Wait until the platform is asked for one of these."""
        self._awaited, self._asked = paths, asyncio.Event()
        await self._asked.wait()

    def _is_asked(self, request: Request) -> None:
        if request.path.endswith(self._awaited):
            self._asked.set()

    async def _live_to_the_end(self) -> None:
        """Take in what still waits, and stop as a user does."""
        await self._start()
        async with self._client.web_socket() as socket:
            await socket.until_running()
            await self._check_interrupted(socket)
            await socket.until(partial(_receive, socket), LAST_LIMIT)
            with suppress(TimeoutError):
                await socket.until(self._has_all_arrived, LAST_LIMIT)
            with suppress(TimeoutError):
                await socket.until(partial(self._has_all_left, socket), LAST_LIMIT)
            await self._check_all(socket)
        self._expect("Home Assistant stops in order", await self._home.stop() == 0)
        await self._look()

    async def _has_all_arrived(self) -> bool:
        return self._must_arrive() <= self._arrived() | recorded_keys(self._home.folder)

    async def _has_all_left(self, socket: WebSocket) -> bool:
        """Whether nothing is queued any more."""
        returned = {link_id for link_id, outcome in self.traffic.outcomes.items() if outcome == "queued"}
        found = {link_id for link_id, state in self._log.submissions.items() if state in _OPEN}
        for link_id in (returned | found) - self._settled:
            if await _states(socket, link_id) & _OPEN:
                return False
            self._settled.add(link_id)
        return True

    def _arrived(self) -> set[Key]:
        return {*self._ids, *self._log.suspected.values()}

    def _must_arrive(self) -> set[Key]:
        return self.traffic.pushed() | self.traffic.pulled()

    # Judgement

    def _expect(self, what: str, holds: object) -> None:
        if not holds:
            self.result.violations.append(f"life {self._lives}: {what}")

    async def _look(self) -> int:
        """Check what a life has left: no event was published again once marked, none under two ids; all came in order and from the log."""
        self._lives += 1
        # The simulator answers in order: requests of the dead process are served before this one.
        async with self._session.get(self._simulator.handset) as response:
            await response.read()
        self.traffic.connections_lost()
        events, log = take_events(self._home.folder), read_log(self._home.folder, self._entry_id)
        place = {message_id: number for number, message_id in enumerate(log.order)}
        last = -1
        for event in events:
            name = f"{event.message_id} {event.key}"
            self._expect(f"published again after it was marked: {name}", event.message_id not in self._log.marked)
            self._check_id(event.key, event.message_id)
            self._expect(f"published without being in the log: {name}", event.message_id in place)
            self._expect(f"published out of order, or twice in one life: {name}", place.get(event.message_id, last) > last)
            last = place.get(event.message_id, last)
        ids = {event.message_id for event in events}
        self.result.counts["events"] += len(events)
        self.result.counts["events published again after a death"] += len(ids & self._published)
        self._published |= ids
        self._expect("marked as published, and never published", log.marked <= self._published | log.suspected.keys())
        self._expect("suspected without two deaths", all(self._deaths[message_id] >= 2 for message_id in log.suspected))
        self._deaths.update(set(log.order) - log.marked)
        self._expect("a mark has gone", self._log.marked <= log.marked)
        self._expect("a record has gone", set(self._log.order) <= place.keys())
        self._log = log
        interrupted = {link_id for link_id, state in log.submissions.items() if state == "submitting"}
        self.result.counts["submissions interrupted by a death"] += len(interrupted)
        self._interrupted |= interrupted
        self._expect("sent without being in the log", {sent.link_id for sent in self._simulator.sent} <= log.submissions.keys())
        for link_id, outcome in self.traffic.outcomes.items():
            state = log.submissions.get(link_id)
            self._expect(f"the call returned {outcome}, and the log has {state}", state in _LATER.get(outcome, ()))
        return len(events)

    def _check_id(self, key: Key, message_id: str) -> None:
        """Check that an event keeps its id, unless both channels brought it and the clock jumped in between."""
        known = self._ids.setdefault(key, message_id)
        if known != message_id and self._clock and key in self.traffic.both:
            self.result.counts["duplicates of both channels across a clock jump"] += 1
        else:
            self._expect(f"published under two ids: {message_id} {key}", known == message_id)

    async def _check_interrupted(self, socket: WebSocket) -> None:
        """What was being submitted at a death reads unconfirmed, unless a report has settled it."""
        for link_id in self._interrupted:
            states = await _states(socket, link_id)
            self._expect(f"interrupted, and now {states}", states and states <= {"unconfirmed", *OUTCOMES})
        self._interrupted.clear()

    async def _check_all(self, socket: WebSocket) -> None:
        """What the platform took reads so, or unconfirmed, or as a report says."""
        for link_id in {sent.link_id for sent in self._simulator.sent}:
            states = await _states(socket, link_id)
            self._expect(f"sent, and now {states}", states and states <= {"accepted", "unconfirmed", *OUTCOMES})

    def _judge(self) -> None:
        """Check all lives together."""
        self._count()
        seen = self._arrived()
        texts = Counter((sent.text, mobile) for sent in self._simulator.sent for mobile in sent.mobiles)
        sent = {sent.link_id for sent in self._simulator.sent}
        for key in (self.traffic.pushed() | self.traffic.pulled()) - seen:
            self._expect(f"lost: {key}", False)
        for page in self.traffic.torn_pages(seen):
            self._expect(f"kept in part: {page}", False)
        for refusal in self.traffic.refusals:
            self._expect(f"an action was refused: {refusal}", False)
        for (text, _), times in texts.items():
            self._expect(f"sent {times} times: {text}", times == 1)
        for violation in self._simulator.violations:
            self._expect(f"the platform complains: {violation}", False)
        self._expect("something still waits in the log", set(self._log.order) == self._log.marked)
        for link_id, state in self._log.submissions.items():
            self._expect(f"a submission is still {state}", state not in _OPEN)
            self._expect("accepted, and never sent", state != "accepted" or link_id in sent)
            self._expect("not sent, and yet it was", state != "not_sent" or link_id not in sent)

    def _count(self) -> None:
        """Count what happened in all lives."""
        seen, pushed, pulled = self._arrived(), self.traffic.pushed(), self.traffic.pulled()
        sent = {sent.link_id for sent in self._simulator.sent}
        queued = {link_id for link_id, outcome in self.traffic.outcomes.items() if outcome == "queued"}
        pages = self.traffic.interrupted_pages
        self.result.counts.update(
            {
                "pushes acknowledged": len(pushed),
                "pushes not acknowledged": len(self._simulator.pushes) - len(pushed),
                "records handed out whole": len(pulled),
                "records suspected of two deaths": len(self._log.suspected),
                "records by both channels": len(pushed & pulled),
                "pages interrupted": len(pages),
                "of them kept": sum(seen >= set(page) for page in pages),
                "submissions taken by the platform": len(self._simulator.sent),
                "submissions answered": len(self.traffic.outcomes),
                "of them queued": len(queued),
                "of these taken by the platform": len(queued & sent),
                "outages": self.traffic.outages.begun,
            }
        )


async def _receive(socket: WebSocket) -> bool:
    """Whether a pull could be completed; the last outage may not be over yet."""
    try:
        await socket.perform("smsadmin.receive", {})
    except CommandError:
        return False
    return True


async def _states(socket: WebSocket, link_id: str) -> set[str]:
    """The states of the numbers of a submission, as a user reads them."""
    answer = await socket.perform("smsadmin.get_messages", {"direction": "out", "link_id": link_id, "limit": 1000}, response=True)
    return {message["state"] for message in answer["messages"]}


async def kill_test(folder: Path, ordeal: Ordeal, progress: Callable[[str], None] = lambda line: None) -> Result:
    """The whole test, in a folder that does not exist or is empty."""
    async with Simulator(seed=ordeal.seed, running=True) as simulator, aiohttp.ClientSession() as session:
        return await KillTest(folder, simulator, session, ordeal).run(progress)
