"""The panel in Chromium: a log with 10,000 conversations, one of them with 100,000 messages, beside an empty log."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
import sys

from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.chromium import find, launched

from .home import FRONTEND, home_assistant, platform
from .scale import MOBILE, fill_account
from .table import Row

CONVERSATIONS, MESSAGES = 10_000, 100_000
EMPTY, FULL = "an empty log", "a full log"
SIZE = ViewportSize(width=1280, height=800)

# A text to each number, and then the long conversation: of five messages, four went out, and one came in.
FILL = """
CREATE TEMP TABLE many AS WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :messages)
    SELECT n, n % 5 < 4 OR n < :conversations AS sent, iif(n < :conversations, printf('138%08d', n), :mobile) AS mobile,
    iif(n < :conversations, NULL, :recipient) AS recipient, :since + n * :step AS at FROM counted;
INSERT INTO submission (id, message_id, link_id, call_id, message, numbers, state, called_at, submitted_at, settled_at, code)
    SELECT n, printf('%032x', n), printf('8%019d', n), printf('%032x', n), 'Water is off from 8 a.m.', 1, 'accepted',
    at, at, at + 200, '000' FROM many WHERE sent;
INSERT INTO number (submission_id, position, mobile, recipient_id, state, state_at)
    SELECT n, 0, mobile, recipient, 'delivered', at + 400 FROM many WHERE sent;
INSERT INTO arrival (id, source, query, body, status, complete, received_at) SELECT n, 'push', x'', x'', 200, 1, at
    FROM many WHERE NOT sent;
INSERT INTO record (id, message_id, kind, source, mobile, content, received_at, addressee, match_key, published)
    SELECT n, printf('%032x', n), 'mo', 'push', mobile, 'Thanks', at, recipient, randomblob(16), 1 FROM many WHERE NOT sent;
INSERT INTO party (addressee, mobile, last_id, sent_id)
    SELECT coalesce(recipient, ''), mobile, max(n), max(n) FILTER (WHERE sent) FROM many GROUP BY recipient, mobile;
UPDATE sqlite_sequence SET seq = :messages WHERE name IN ('submission', 'record');
DROP TABLE many;
"""

# From the navigation, on a page at rest, until what was wanted, or the words that there is nothing, has been laid out. Messages of a
# channel come between the tasks of the page, without the wait for the next frame.
OPEN = """async ([path, view, wanted]) => {
  const find = (root) => root.querySelector('smsadmin-panel') ?? [...root.querySelectorAll('*')].reduce(
    (found, {shadowRoot}) => found ?? (shadowRoot && find(shadowRoot)), null);
  const channel = new MessageChannel();
  const turn = () => new Promise((resolve) => { channel.port1.onmessage = resolve; channel.port2.postMessage(null); });
  let panel = find(document);
  // What was opened before is drawn, as it is for a reader who chooses from it.
  await new Promise(requestAnimationFrame);
  await new Promise(requestIdleCallback);
  const begun = performance.now();
  history.pushState(null, '', path);
  window.dispatchEvent(new CustomEvent('location-changed'));
  for (let seen; !seen;) {
    await turn();
    panel ??= find(document);
    seen = panel?.shadowRoot?.querySelector(view)?.shadowRoot?.querySelector(wanted);
    seen?.getBoundingClientRect();
  }
  return performance.now() - begun;
}"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A Home Assistant with the page of its user."""

    page: Page
    origin: str
    thread: str
    """The path of the recipient's conversation."""

    async def take(self, seconds: dict[tuple[str, str], list[float]], name: str) -> None:
        """Open list and thread from a page that knows nothing of the panel yet."""
        await self.page.goto(f"{self.origin}/profile")
        await self.page.locator("ha-config-user-picker, ha-panel-profile").first.wait_for()
        for what, path, view, wanted in (
            ("list", "/smsadmin", "smsadmin-list", "a.row[data-key], .nothing"),
            ("thread", self.thread, "smsadmin-thread", "li[data-id], .hint"),
        ):
            seconds[what, name].append(await self.page.evaluate(OPEN, [path, view, wanted]))


async def measure(*, repetitions: int) -> list[Row]:
    """Both in turns."""
    executable = find()
    if executable is None:
        sys.exit("There is no chromium: scripts/browser installs one.")
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(launched(executable))
        at = await stack.enter_async_context(platform())
        subjects = {
            name: await stack.enter_async_context(_subject(browser, at.url, is_full=name == FULL)) for name in (EMPTY, FULL)
        }
        # The first round fills the caches.
        for number in range(repetitions + 1):
            for name, subject in subjects.items():
                await subject.take(seconds, name)
            if not number:
                seconds.clear()
    return [
        Row(
            what=what,
            ours=median(seconds[view, FULL]),
            other_name=EMPTY,
            other=median(seconds[view, EMPTY]),
            unit="ms",
            aim="≤ 1.5",
        )
        for what, view in (
            (f"Panel: a list of {CONVERSATIONS:,} conversations opened", "list"),
            (f"Panel: a thread of {MESSAGES:,} messages opened", "thread"),
        )
    ]


@asynccontextmanager
async def _subject(browser: Browser, url: str, *, is_full: bool) -> AsyncIterator[Subject]:
    async with home_assistant(FRONTEND) as home, await browser.new_context(viewport=SIZE) as context:
        entry_id = (await home.add_account(url, "off"))["entry_id"]
        recipient_id = await home.add_recipient(entry_id, MOBILE)
        if is_full:
            values = {"conversations": CONVERSATIONS, "mobile": MOBILE, "recipient": recipient_id}
            await fill_account(home, entry_id, FILL, CONVERSATIONS + MESSAGES - 1, **values)
        page = await context.new_page()
        await page.goto(home.process.origin)
        await page.locator("input[name=username]").fill("demo")
        await page.locator("input[name=password]").fill("demo")
        await page.keyboard.press("Enter")
        await page.locator("home-assistant-main").wait_for()
        yield Subject(page=page, origin=home.process.origin, thread=f"/smsadmin/recipient/{entry_id}/{recipient_id}")
