"""Results as tables: all of them for the terminal, and those that matter to readers for the README. No I/O."""

from collections.abc import Iterable, Iterator

from tests.benchmarks.contestants import Case
from tests.benchmarks.results import REFERENCE, Figure, Results, Row, cpu, peak, wall

START, END = "<!-- benchmarks -->\n", "<!-- /benchmarks -->"
SLOPE = "µs/article: wall time for each further article, from the next smaller archive on."
HEADS = ("articles", "", "", "wall s", "ratio", "CPU s", "ratio", "MB", "ratio", "MB at once", "µs/article")


def full(results: Results) -> str:
    """Write every row."""
    rows = [HEADS, *(_cells(results, row) for row in results.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = [
        "  ".join(_padded(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True))) for row in rows
    ]
    return "\n".join(
        (*(line.rstrip() for line in lines), "", *_notes(results, f"MB: the largest process; at once: all of them. {SLOPE}"))
    )


def _padded(cell: str, width: int, column: int) -> str:
    """Align words to the left and numbers to the right."""
    return cell.ljust(width) if column in {1, 2} else cell.rjust(width)


def _cells(results: Results, row: Row) -> tuple[str, ...]:
    slope = results.slope(row)
    return (
        f"{row.count:,}",
        row.contestant,
        str(row.case),
        *(f"{row.median(wall):.3f}", _ratio(results, row, wall)),
        *(f"{row.median(cpu):.3f}", _ratio(results, row, cpu)),
        *(f"{row.median(peak):.0f}", _ratio(results, row, peak)),
        "" if row.tree is None else f"{row.tree:.0f}",
        "" if slope is None else f"{slope:.1f}",
    )


def _ratio(results: Results, row: Row, figure: Figure) -> str:
    ratio = results.ratio(row, figure)
    return "" if ratio is None else f"{ratio:.3f}"


def _notes(results: Results, *more: str) -> Iterator[str]:
    """Say how it was measured, and of whom."""
    how = (
        f"Medians of {results.rounds} rounds, in each of which all take their turns; ratios are to {REFERENCE} in the same round."
    )
    yield " ".join((f"{results.date}, {results.machine}. {how}", *more))
    for name, version, about in results.contestants:
        yield f"{name} {version}: {about}."


def readme(results: Results) -> str:
    """Write the table for the README, in Markdown: ratios on the clock with seconds, and memory."""
    lines = [
        "| articles | | " + " | ".join(Case) + " | memory, cold | µs/article |",
        "| ---: | --- |" + " ---: |" * (len(Case) + 2),
    ]
    for count, name in dict.fromkeys((row.count, row.contestant) for row in results.rows):
        found = [results.row(count, name, case) for case in Case]
        memory = "-" if found[0] is None else _told(results, found[0], peak, "{:.0f} MB")
        times = (_told(results, row, wall, "{:.2f} s") if row else "-" for row in found)
        slopes = " / ".join(f"{slope:.1f}" for row in found if row and (slope := results.slope(row)) is not None) or "-"
        lines.append(f"| {count:,} | {name} | {' | '.join(times)} | {memory} | {slopes} |")
    return "\n".join((*lines, "", *_as_list(_notes(results, f"Memory: of the largest process. {SLOPE}"))))


def _as_list(notes: Iterable[str]) -> Iterator[str]:
    first, *others = notes
    yield first
    yield ""
    yield from (f"- {note}" for note in others)


def _told(results: Results, row: Row, figure: Figure, form: str) -> str:
    """Write a ratio and the figure itself."""
    ratio = results.ratio(row, figure)
    absolute = form.format(row.median(figure))
    return absolute if ratio is None else f"{ratio:.3f} ({absolute})"


def with_table(document: str, results: Results) -> str:
    """Put the table between its marks in a document; raises ValueError where they are missing."""
    before, start, rest = document.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"expected the marks {START.strip()} and {END}")
    return f"{before}{start}{readme(results)}\n{end}{after}"
