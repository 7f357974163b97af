"""Tables as plain text: aligned columns where they fit, else each row as lines of ``header: value``. Pure."""

from collections.abc import Callable
from itertools import zip_longest

from newsletter.render.tree import Element
from newsletter.render.wrap import fill, one_line, width

_GAP = "  "


def table(element: Element, columns: int, inline: Callable[[Element], str]) -> list[list[str]]:
    """Write a table of at most so many columns on the screen; ``inline`` writes what a cell holds."""
    caption = [fill(one_line(inline(child)), columns) for child in element.iterchildren("caption")]
    rows = [[one_line(inline(cell)) for cell in row.iterchildren("th", "td")] for row in element.iter("tr")]
    rows = [row for row in rows if any(row)]
    if not rows:
        return caption
    first = next(element.iter("tr"))
    head = rows[0] if all(cell.tag == "th" for cell in first) and any(one_line(inline(cell)) for cell in first) else None
    body = rows[1:] if head else rows
    widths = [max(map(width, column)) for column in zip_longest(*rows, fillvalue="")]
    if sum(widths) + len(_GAP) * (len(widths) - 1) <= columns:
        return [*caption, _aligned(head, body, widths, _alignments(element))]
    return [*caption, *(_listed(head if head and body else [], row, columns) for row in body or rows)]


def _alignments(element: Element) -> list[bool]:
    """Tell which columns are set to the right, by the last row."""
    cells: list[Element] = []
    for row in element.iter("tr"):
        cells = list(row)
    return ["right" in cell.get("style", "") for cell in cells]


def _aligned(head: list[str] | None, body: list[list[str]], widths: list[int], right: list[bool]) -> list[str]:
    """Set rows in columns, the header underlined."""
    rows = body if head is None else [head, *body]
    lines = []
    for row in rows:
        cells = []
        for cell, columns, to_right in zip_longest(row, widths, right[: len(widths)], fillvalue=None):
            space = " " * ((columns or 0) - width(cell or ""))
            cells.append(space + (cell or "") if to_right else (cell or "") + space)
        lines.append(_GAP.join(cells).rstrip())
    if head is not None:
        lines.insert(1, _GAP.join("-" * columns for columns in widths))
    return lines


def _listed(head: list[str], row: list[str], columns: int) -> list[str]:
    """Write a row as one line for each cell that says something."""
    lines = []
    for name, value in zip_longest(head, row[: max(len(head), len(row))], fillvalue=""):
        if value:
            wrapped = fill(f"{name}: {value}" if name else value, columns - len(_GAP))
            lines += [line if n == 0 else _GAP + line for n, line in enumerate(wrapped)]
    return lines
