"""What a Home Assistant writes while nothing happens, with the integration and without it, at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import shutil

from .home import Home, folder, home_assistant, platform
from .table import Row

SETTLING = 240.0
"""Seconds after which Home Assistant has stored what its start has changed; it waits with some of that for three minutes."""
SYSTEM_CALLS = "fsync,fdatasync,sync_file_range,msync"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written; `syncs` is None where strace can't be used."""

    bytes: int
    syncs: int | None
    rows: int


async def measure(*, seconds: float, poll_interval: int) -> list[Row]:
    """Rest, with pulls that bring nothing; fsyncs are counted where strace is installed."""
    async with platform() as at, home_assistant() as ours, home_assistant() as other:
        entry = await ours.add_account(at.url, "pull")
        await ours.client.flow("options/flow", entry["entry_id"], {"receive": {"poll_interval": poll_interval}})
        await asyncio.sleep(min(SETTLING, seconds))
        with_ours, without = await asyncio.gather(_rest(ours, seconds), _rest(other, seconds))
    name = f"{timedelta(seconds=seconds)} at rest, pulls every {poll_interval} s"
    figures = [
        ("bytes written", with_ours.bytes, without.bytes, "B"),
        ("rows of history", with_ours.rows, without.rows, ""),
    ]
    if with_ours.syncs is not None and without.syncs is not None:
        figures.append(("fsyncs", with_ours.syncs, without.syncs, ""))
    return [
        Row(
            what=f"{name}: {what}",
            ours=mine,
            other_name="Home Assistant without it",
            other=others,
            unit=unit,
            aim="0 more",
            has_ratio=False,
        )
        for what, mine, others, unit in figures
    ]


async def _rest(home: Home, seconds: float) -> Written:
    rows = (await home.perform("count_rows"))["rows"]
    written = _bytes_written(home.process.pid)
    async with _syncs(home.process.pid) as syncs:
        await asyncio.sleep(seconds)
    return Written(
        bytes=_bytes_written(home.process.pid) - written,
        syncs=syncs[0] if syncs else None,
        rows=(await home.perform("count_rows"))["rows"] - rows,
    )


def _bytes_written(pid: int) -> int:
    """Bytes that a process has sent to the disk."""
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def _calls(output: Path) -> int:
    """How many of the system calls that wait for the disk strace has seen."""
    return sum("sync" in line for line in output.read_text(encoding="utf-8").splitlines())


@asynccontextmanager
async def _syncs(pid: int) -> AsyncIterator[list[int]]:
    """How often a process has waited for the disk, once it is over; nothing where strace can't be used."""
    counted: list[int] = []
    if not (strace := shutil.which("strace")):
        yield counted
        return
    with folder() as path:
        output = Path(path, "strace")
        process = await asyncio.create_subprocess_exec(
            strace, "-f", "-qq", "-e", f"trace={SYSTEM_CALLS}", "-o", str(output), "-p", str(pid)
        )
        yield counted
        # It has ended where it may not attach to another process.
        if process.returncode is None:
            process.terminate()
            await process.wait()
            counted.append(await asyncio.to_thread(_calls, output))
