"""Errors of the message log.

LogError                  the operation failed, and nothing of it is on the disk
├── LogFullError          no space is left on the disk
├── LogDamagedError       the file is damaged, or not a message log
├── LogMissingError       the file has disappeared
├── LogRestoredError      the file was restored from a backup, or Home Assistant crashed during a backup
├── LogOperationError     this operation alone failed, by a fault of this package or a damaged row
├── LogTooNewError        a later version of this package has written the file
└── LogUnusableError      the file can't be read or written (permissions, read-only or failing disk), or the log is closed

SendNotAllowedError       the log works, and forbids a submission
├── LinkIdUsedError       another submission has the same link id
└── DailyLimitError       the submission exceeds the daily limit

LogMissingError and LogRestoredError are never raised: the log continues with a file, and passes them to `on_status_change`.
"""

import sqlite3


class LogError(Exception):
    """The operation failed; nothing of it is on the disk."""

    is_readable = False
    """Whether the file may still be read."""


class LogFullError(LogError):
    """No space is left on the disk."""

    is_readable = True


class LogDamagedError(LogError):
    """The file is damaged, or not a message log."""

    set_aside_as = ""
    """The new name of the file, if it was renamed."""


class LogMissingError(LogError):
    """The file `name` was deleted, replaced or emptied. The log continues with the file that is there, or with a new one."""

    def __init__(self, name: str) -> None:
        """Keep the name of the file."""
        super().__init__(f"{name} has disappeared")
        self.name = name


class LogRestoredError(LogError):
    """The file bears the mark of a copy for a backup. Its queued texts may have been sent since, and are unconfirmed now."""


class LogOperationError(LogError):
    """The operation itself failed, by a fault of this package or a damaged row; the file works."""


class LogTooNewError(LogError):
    """A later version of this package has written the file."""


class LogUnusableError(LogError):
    """The file can't be read or written."""


class SendNotAllowedError(Exception):
    """The submission must not be sent; nothing of it is in the log."""


class LinkIdUsedError(SendNotAllowedError):
    """A submission with this link id is in the log already; the platform accepts each link id once (section 3.1)."""


class DailyLimitError(SendNotAllowedError):
    """The submission exceeds the daily limit; the calls of the day had `submitted` numbers, queued ones included."""

    def __init__(self, submitted: int) -> None:
        """Keep how many numbers the calls of the day had."""
        super().__init__(f"{submitted} numbers were submitted already")
        self.submitted = submitted


_BY_CODE = {
    sqlite3.SQLITE_FULL: LogFullError,
    sqlite3.SQLITE_CORRUPT: LogDamagedError,
    sqlite3.SQLITE_NOTADB: LogDamagedError,
}


def error_for_exception(err: Exception) -> LogError:
    """Return the error for an exception of SQLite or the operating system."""
    # The lowest byte of an extended error code is the primary one.
    code = getattr(err, "sqlite_errorcode", 0)
    text = getattr(err, "strerror", None) or str(err) or type(err).__name__
    return _BY_CODE.get(code & 0xFF, LogUnusableError)(text)
