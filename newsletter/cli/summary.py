"""What ``newsletter build`` tells a person. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.config import Config
from newsletter.model import Period
from newsletter.periods import containing

if TYPE_CHECKING:
    from newsletter.publish import Report


def of_build(report: "Report", config: Config, period: Period, out: str, *, verbose: bool) -> Iterator[str]:
    """Say what the feeds and the issue hold, why there is no issue, and what was written; verbose, each file and remark."""
    if verbose:
        yield from map(str, report.remarks)
        yield from (f"written: {out}/{path}" for path in report.written)
        yield from (f"removed: {out}/{path}" for path in report.removed)
    yield f"feeds: {_count(report.entries, 'article')}"
    if report.issue:
        yield f"issue {report.issue.key}: {_count(len(report.issue.articles), 'article')}: {report.issue.subject}"
    else:
        line = f"no article in {period.key}: no digest"
        if report.newest:
            key = containing(config.digest.every, report.newest.published, config.timezone).key
            line += f"; the newest article is in {key}: newsletter build --period {key}"
        yield line
    yield f"{out}: {len(report.written)} written, {report.unchanged} unchanged, {len(report.removed)} removed"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
