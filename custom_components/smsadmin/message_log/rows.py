"""Many rows in one statement: an interpreter with much to do gets back to a thread between two of them, and not soon."""

from collections.abc import Sequence
from typing import Any


def values(rows: Sequence[tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
    """A VALUES clause for rows, of which there is one at least, and its parameters."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    return f"VALUES {', '.join([marks] * len(rows))}", tuple(value for row in rows for value in row)
