"""What ``newsletter check`` prints, in each of its formats. Pure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from newsletter.cli.screen import cell, near, on_one_line

if TYPE_CHECKING:
    from newsletter.checks import Finding, Result, Table

#: What is said only where it is asked for.
NOTE = "note"
#: How GitHub calls severities that it has other words for.
GITHUB = {NOTE: "notice"}
#: Widths of the table's columns: clients, and features.
COLUMN, TITLES = 6, 32
KEY = "+ supported, ~ in part, - not, ? not known; the last column: of the other clients, those that do"


def as_text(result: "Result", here: Path, *, verbose: bool = False) -> Iterator[str]:
    """Write a line for each finding, and say so where there were no feeds to check; in full with notes and tables."""
    for finding in _shown(result, verbose=verbose):
        where = near(finding.path, here) if finding.line is None else f"{near(finding.path, here)}:{finding.line}"
        yield on_one_line(f"{where}: [{finding.rule.id}] {finding.message}")
    if not result.feeds:
        yield f"{near(result.out, here)}: no feeds here yet, so the rest alone was checked; newsletter build writes them"
    for table in result.tables if verbose else ():
        yield from _table(table, here)


def _table(table: "Table", here: Path) -> Iterator[str]:
    """Write what clients make of a digest: a row for each feature, a column for each main client, one for all the others."""
    main = [at for at, client in enumerate(table.clients) if client.main]
    others = [at for at in range(len(table.clients)) if at not in main]
    yield ""
    yield f"{near(table.path, here)}: what clients support of it (caniemail, {table.date})"
    yield KEY
    yield " " * TITLES + "".join(table.clients[at].short.rjust(COLUMN) for at in main) + "others".rjust(COLUMN + 2)
    for row in table.rows:
        signs = "".join(row.levels[at].value.rjust(COLUMN) for at in main)
        full = sum(row.levels[at].value == "+" for at in others)
        yield f"{cell(row.feature.title, TITLES)}{signs}{f'{full}/{len(others)}'.rjust(COLUMN + 2)}"


def _shown(result: "Result", *, verbose: bool) -> "Iterator[Finding]":
    yield from (finding for finding in result.findings if verbose or finding.rule.severity != NOTE)


def as_json(result: "Result", here: Path, *, verbose: bool = False) -> Iterator[str]:
    """Write an array with an object for each finding; in full with notes."""
    objects = [
        {
            "rule": finding.rule.id,
            "severity": finding.rule.severity.value,
            "path": near(finding.path, here),
            "line": finding.line,
            "message": finding.message,
        }
        for finding in _shown(result, verbose=verbose)
    ]
    yield json.dumps(objects, indent=2)


def as_github(result: "Result", here: Path, *, verbose: bool = False) -> Iterator[str]:
    """Write workflow commands, which GitHub shows as annotations of the lines; in full with notes.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    for finding in _shown(result, verbose=verbose):
        line = "" if finding.line is None else f",line={finding.line}"
        place = f"file={_property(near(finding.path, here))}{line},title={_property(finding.rule.id)}"
        severity = finding.rule.severity.value
        yield f"::{GITHUB.get(severity, severity)} {place}::{_escape(finding.message)}"


class Report(Protocol):
    """Writes what was found, line by line."""

    def __call__(self, result: "Result", here: Path, *, verbose: bool = False) -> Iterator[str]:
        """Leave out notes and tables unless ``verbose``."""
        ...


#: Value of --format to what prints it.
FORMATS: "dict[str, Report]" = {"text": as_text, "json": as_json, "github": as_github}


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
