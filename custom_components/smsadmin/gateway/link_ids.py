"""Serial numbers of submissions (sections 3.1 and 3.2, linkid): 20 digits, never used twice."""

import re
import secrets
import time

from .errors import InputField, InputProblem, InvalidInputError

_LINK_ID = re.compile(r"[0-9]{20}")


class LinkIds:
    """A source of serial numbers that grow.

    Thirteen digits of milliseconds make those of a restart differ, six random ones those of two machines on one account.
    Growing by at least one keeps them unique within a millisecond and when the clock is set back. The leading zero keeps
    templates from reading one as an integer, which might have more bits than a database holds.
    """

    def __init__(self) -> None:
        """Start below every serial number."""
        self._last = 0

    def next(self) -> str:
        """A serial number that no submission has had."""
        candidate = time.time_ns() // 1_000_000 * 10**6 + secrets.randbelow(10**6)
        self._last = max(candidate, self._last + 1)
        return f"{self._last:020d}"


new_link_id = LinkIds().next
"""The source that all accounts of this process share."""


def check_link_id(link_id: str) -> None:
    """Raise InvalidInputError unless a serial number of the caller's is exactly 20 ASCII digits."""
    if not _LINK_ID.fullmatch(link_id):
        raise InvalidInputError(InputField.LINK_ID, InputProblem.INVALID_LINK_ID)
