"""Plans for ledgers, and all that a ledger holds of them."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from newsletter.ledger import open_ledger
from newsletter.ledger.records import Attempt, Issued, Placement, Plan, Planned, Schedule
from newsletter.ledger.store import Ledger

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 9, 8, 0, 0, 250, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(weeks=1)

Everything: TypeAlias = tuple[tuple[Issued, ...], Schedule | None, Mapping[str, Placement], tuple[Mapping[str, Attempt], ...]]


def planned(week: int, *articles: str) -> Planned:
    """Plan the issue of a week, counted from W10."""
    start = MONDAY + (week - 10) * WEEK
    return Planned(key=f"2026-W{week}", start=start, end=start + WEEK, articles=articles)


def make_plan(*issues: Planned, waiting: tuple[str, ...] = (), passed: tuple[str, ...] = (), **changes: Any) -> Plan:  # noqa: ANN401 - any field of Plan
    """Plan issues, after which all is closed until the end of the last one, or of W10."""
    end = max((one.end for one in issues), default=MONDAY + WEEK)
    return Plan(
        **{"issues": issues, "waiting": waiting, "passed": passed, "schedule": Schedule(closed=end, since=end), **changes}
    )


def reserve(location: str | Path, plan: Plan) -> tuple[Issued, ...]:
    with open_ledger(location) as ledger:
        return ledger.reserve(plan, NOW)


def everything(ledger: Ledger) -> Everything:
    """Return all there is about issues."""
    issues = ledger.issues()
    return (
        issues,
        ledger.schedule(),
        ledger.placements(),
        tuple(ledger.attempts(issue.key, "smtp") for issue in issues),
    )


def held(location: str | Path) -> Everything:
    with open_ledger(location) as ledger:
        return everything(ledger)


def interrupt(*steps: Callable[[], object]) -> None:
    """Do something, and be interrupted by somebody at the keyboard."""
    for step in steps:
        step()
    raise KeyboardInterrupt


def spoil(path: str | Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def start(program: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start a process that runs Python code."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
