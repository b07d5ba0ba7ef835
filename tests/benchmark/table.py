"""The table that the benchmark prints."""

from collections.abc import Iterable
from dataclasses import dataclass
import math
from statistics import median, quantiles


@dataclass(frozen=True, kw_only=True)
class Row:
    """Something measured: ours, what it is compared with, and what the ratio of both should be; without a ratio, the aim is the figure."""

    what: str
    ours: float
    other_name: str
    other: float
    unit: str
    aim: str
    has_ratio: bool = True

    def __str__(self) -> str:
        """As a line of the table."""
        ratio = f"{self.ours / self.other:.2f}" if self.has_ratio else ""
        cells = (self.what, _figure(self.ours, self.unit), self.other_name, _figure(self.other, self.unit), ratio, self.aim)
        return f"| {' | '.join(cells)} |"


HEAD = """| What | smsadmin | Compared with | | Ratio | Aim |
|---|---:|---|---:|---:|---|"""


def table(rows: Iterable[Row]) -> str:
    """All of it, as Markdown."""
    return "\n".join([HEAD, *map(str, rows)])


def latencies(what: str, ours: list[float], other_name: str, other: list[float], *, aim: str) -> list[Row]:
    """The median and the slowest in a hundred, of seconds."""
    return [
        Row(
            what=f"{what}, {name}",
            ours=choose(ours) * 1000,
            other_name=other_name,
            other=choose(other) * 1000,
            unit="ms",
            aim=aim,
        )
        for name, choose in (("p50", median), ("p99", lambda times: quantiles(times, n=100)[98]))
    ]


def _figure(value: float, unit: str) -> str:
    """Three digits that count, of what is no count itself."""
    if isinstance(value, int):
        return f"{value:,} {unit}".strip()
    digits = max(0, 2 - math.floor(math.log10(value))) if value else 0
    return f"{value:,.{digits}f} {unit}".strip()
