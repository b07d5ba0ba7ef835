"""The table that the benchmark prints."""

from collections.abc import Iterable
from dataclasses import dataclass
import math


@dataclass(frozen=True, kw_only=True)
class Row:
    """Something measured: ours, and what it is compared with; `aim` is what the ratio of both should be at least or at most."""

    what: str
    ours: float
    other_name: str
    other: float
    unit: str
    aim: str = ""

    @property
    def ratio(self) -> float:
        """Ours to the other."""
        return self.ours / self.other

    def __str__(self) -> str:
        """As a line of the table."""
        cells = (self.what, _figure(self.ours, self.unit), self.other_name, _figure(self.other, self.unit), f"{self.ratio:.2f}")
        return f"| {' | '.join((*cells, self.aim))} |"


HEAD = """| What | smsadmin | Compared with | | Ratio | Aim |
|---|---:|---|---:|---:|---|"""


def table(rows: Iterable[Row]) -> str:
    """All of it, as Markdown."""
    return "\n".join([HEAD, *map(str, rows)])


def _figure(value: float, unit: str) -> str:
    """Three digits that count."""
    digits = max(0, 2 - math.floor(math.log10(value))) if value else 0
    return f"{value:,.{digits}f} {unit}"
