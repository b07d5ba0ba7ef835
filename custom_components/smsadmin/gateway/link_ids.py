"""Link ids: the serial numbers of submissions, 20 digits, never used twice (sections 3.1 and 3.2, linkid)."""

import re
import secrets
import time

from .errors import InputField, InputProblem, InvalidInputError

_LINK_ID = re.compile(r"[0-9]{20}")


class LinkIds:
    """Generates increasing link ids.

    Thirteen digits of milliseconds keep link ids unique over restarts, six random digits between two machines on one account.
    Incrementing keeps them unique within a millisecond and when the clock is set back. The leading zero keeps templates from
    reading a link id as an integer, which may have more bits than a database column.
    """

    def __init__(self) -> None:
        """Start below every link id."""
        self._last = 0

    def next(self) -> str:
        """Return a link id that no submission has had."""
        candidate = time.time_ns() // 1_000_000 * 10**6 + secrets.randbelow(10**6)
        self._last = max(candidate, self._last + 1)
        return f"{self._last:020d}"


new_link_id = LinkIds().next
"""Return a new link id; all accounts of the process share one generator."""


def check_link_id(link_id: str) -> None:
    """Check that a link id is exactly 20 ASCII digits (3.1, linkid). Raises InvalidInputError."""
    if not _LINK_ID.fullmatch(link_id):
        raise InvalidInputError(InputField.LINK_ID, InputProblem.INVALID_LINK_ID)
