"""What can go wrong with the log.

LogError                  nothing of what was asked for is on the disk
├── LogFullError          no space is left on the disk
├── LogDamagedError       the file is damaged, or not one of this package
├── LogMissingError       the file was there and has disappeared
├── LogRestoredError      the file is a copy that was made while texts were queued
├── LogTooNewError        a later version of this package has written the file
└── LogUnusableError      it can't be read or written: permissions, a read-only disk, a failing one, or it is closed

SendNotAllowedError       the log works, and says that a submission must not leave
├── LinkIdUsedError       another submission had its link id
└── DailyLimitError       more numbers than a day may have
"""

import sqlite3


class LogError(Exception):
    """The log could not do what it was asked to; nothing of it is on the disk."""


class LogFullError(LogError):
    """No space is left on the disk."""


class LogDamagedError(LogError):
    """The file is damaged, or not one of this package."""

    set_aside_as = ""
    """The name that it was given, if it was."""


class LogMissingError(LogError):
    """The file was deleted, replaced or emptied; `name` is its name. The log goes on with what is there, or with a new file."""

    def __init__(self, name: str) -> None:
        """Say which file it is."""
        super().__init__(f"{name} has disappeared")
        self.name = name


class LogRestoredError(LogError):
    """The file was restored from a backup: its queued texts may have gone out since, and are unconfirmed now."""


class LogTooNewError(LogError):
    """A later version has written the file."""


class LogUnusableError(LogError):
    """The file can't be read or written."""


class SendNotAllowedError(Exception):
    """What was to be submitted must not leave; nothing of it is in the log."""


class LinkIdUsedError(SendNotAllowedError):
    """A submission with this link id is in the log already; the platform wants each once (section 3.1)."""


class DailyLimitError(SendNotAllowedError):
    """More numbers than a day may have; `submitted` of them have been submitted already."""

    def __init__(self, submitted: int) -> None:
        """Say how many the day has had."""
        super().__init__(f"{submitted} numbers were submitted already")
        self.submitted = submitted


_BY_CODE = {
    sqlite3.SQLITE_FULL: LogFullError,
    sqlite3.SQLITE_CORRUPT: LogDamagedError,
    sqlite3.SQLITE_NOTADB: LogDamagedError,
}


def log_error(err: Exception) -> LogError:
    """The error of this package for one of SQLite's or of the system's."""
    # An extended code has the plain one in its lowest byte.
    code = getattr(err, "sqlite_errorcode", 0)
    text = getattr(err, "strerror", None) or str(err) or type(err).__name__
    return _BY_CODE.get(code & 0xFF, LogUnusableError)(text)
