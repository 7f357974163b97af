"""What was measured, as records and as JSON. No I/O."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.benchmarks.contestants import Case
from tests.benchmarks.measure import Usage

#: What the others are compared with.
REFERENCE = "Hugo"

Figure = Callable[[Usage], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A contestant in one case, over an archive of one size."""

    count: int
    contestant: str
    case: Case
    #: MB that its processes held at once, in a run before these; None where the system does not tell.
    tree: float | None
    #: One for each round.
    taken: tuple[Usage, ...]

    def median(self, figure: Figure) -> float:
        """Return the median of a figure over the rounds."""
        return median(map(figure, self.taken))


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One run of the benchmarks."""

    #: ISO 8601.
    date: str
    #: Processors and system.
    machine: str
    rounds: int
    #: Of each contestant that took part: name, version, what it was told to do.
    contestants: tuple[tuple[str, str, str], ...]
    #: By size, then as the contestants came, then by case.
    rows: tuple[Row, ...]

    def row(self, count: int, contestant: str, case: Case) -> Row | None:
        """Find a row."""
        return next((row for row in self.rows if (row.count, row.contestant, row.case) == (count, contestant, case)), None)

    def ratio(self, row: Row, figure: Figure) -> float | None:
        """Return the median over the rounds of the ratio to the reference in the same round; None without it."""
        base = self.row(row.count, REFERENCE, row.case)
        if base is None:
            return None
        return median(figure(one) / figure(other) for one, other in zip(row.taken, base.taken, strict=True))

    def slope(self, row: Row) -> float | None:
        """Return the microseconds on the clock for each further article, from the next smaller archive to this one."""
        smaller = [
            one for one in self.rows if one.contestant == row.contestant and one.case == row.case and one.count < row.count
        ]
        if not smaller:
            return None
        base = max(smaller, key=lambda one: one.count)
        return (row.median(wall) - base.median(wall)) / (row.count - base.count) * 1e6

    def as_json(self) -> dict[str, Any]:
        """Write what can be read again."""
        return asdict(self)


def wall(usage: Usage) -> float:
    """Return the time on the clock."""
    return usage.wall


def cpu(usage: Usage) -> float:
    """Return the time of processors."""
    return usage.cpu


def peak(usage: Usage) -> float:
    """Return the memory of the largest of the processes."""
    return usage.peak


def read(written: dict[str, Any]) -> Results:
    """Read what as_json wrote."""
    rows = tuple(
        Row(
            **{
                **row,
                "case": Case(row["case"]),
                "taken": tuple(Usage(**usage) for usage in row["taken"]),
            }
        )
        for row in written["rows"]
    )
    contestants = tuple((name, version, about) for name, version, about in written["contestants"])
    return Results(**{**written, "contestants": contestants, "rows": rows})


def ordered(rows: Sequence[Row], names: Sequence[str]) -> tuple[Row, ...]:
    """Order rows by size, contestant and case."""
    return tuple(sorted(rows, key=lambda row: (row.count, names.index(row.contestant), list(Case).index(row.case))))
