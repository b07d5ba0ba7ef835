"""A process that writes to a log until it is killed, and says what was acknowledged: `python -m tests.message_log.writer FILE`."""

import asyncio
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
import sys
from types import ModuleType

# This package alone: the package that it is in starts with Home Assistant, which takes seconds.
integration = ModuleType("custom_components.smsadmin")
integration.__path__ = [str(Path(__file__).parents[2] / "custom_components" / "smsadmin")]
sys.modules["custom_components.smsadmin"] = integration

from custom_components.smsadmin.gateway.models import RawPage, RawPush, RecordKind, Submission  # noqa: E402
from custom_components.smsadmin.message_log.log import MessageLog  # noqa: E402
from custom_components.smsadmin.message_log.models import MessageState, Outgoing, RawInbound  # noqa: E402

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def say(what: str, number: int) -> None:
    sys.stdout.write(f"{what} {number}\n")
    sys.stdout.flush()


async def push(log: MessageLog) -> None:
    for number in count():
        query = f"Class=mo&SmsName=station&Mobile=13800000001&LinkId=&Message=pushed {number}"
        await log.store(RawInbound(raw=RawPush(query=query.encode(), body=b""), received_at=NOON), will_publish=False)
        say("pushed", number)


async def pull(log: MessageLog) -> None:
    for number in count():
        body = "\n".join(f"13800000001///pulled {number} {part}/8" for part in range(20))
        page = RawPage(kind=RecordKind.REPLY, body=body.encode())
        await log.store(RawInbound(raw=page, received_at=NOON), will_publish=False)
        say("pulled", number)


async def send(log: MessageLog) -> None:
    for number in count():
        submission = Submission(mobiles=("13800000001", "13800000002"), message="text", link_id=f"{number:020}")
        outgoing = Outgoing(
            submission=submission, call_id=f"{number}", called_at=NOON, expires_at=None, recipient_ids=("mother", None)
        )
        await log.enqueue([outgoing])
        say("queued", number)
        await log.begin(outgoing, NOON)
        say("begun", number)
        # The first never gets an answer.
        if number:
            await log.settle(submission.link_id, MessageState.ACCEPTED, code="000", now=NOON)
            say("settled", number)


async def main() -> None:
    log = MessageLog(Path(sys.argv[1]), user_id="station", now=NOON, on_status_change=lambda status: None, on_change=lambda: None)
    await asyncio.gather(push(log), push(log), pull(log), send(log))


asyncio.run(main())
