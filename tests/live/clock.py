"""A wrong clock for a Home Assistant, which jumps while it runs: libfaketime, of the Debian package of that name."""

from datetime import timedelta
from pathlib import Path


class FakeClock:
    """The wall clock of one process; durations go on by the monotonic clock, which is left alone."""

    def __init__(self, file: Path) -> None:
        """The process reads the offset from a file. RuntimeError where libfaketime is not installed."""
        self._file = file
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
        if library is None:
            raise RuntimeError("libfaketime is not installed: apt-get install libfaketime")
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else waits by the monotonic clock end at once, and threads that wait for the interpreter lock take all of the processor.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }
        self.set(timedelta())

    def set(self, offset: timedelta) -> None:
        """Let the clock be ahead by so much, or behind; the process knows within a second."""
        self._file.write_text(f"{offset.total_seconds():+.0f}", encoding="utf-8")
