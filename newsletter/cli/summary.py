"""What ``newsletter build`` tells a person. Pure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.cadence import Cadence
from newsletter.config import Config
from newsletter.filenames import NOTES
from newsletter.model import Form, Period

if TYPE_CHECKING:
    from newsletter.mail.manifest import Size
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
        if report.digest:
            yield f"digest: {_size(report.digest)}"
    elif report.delivered:
        yield f"issue {period.key} was delivered: it stays as it is"
    elif any(_is_note(problem.path, period) for problem in report.problems):
        yield f"issue {period.key} held back by its note"
    else:
        line = f"no article in {period.key}: no digest"
        if report.newest:
            key = Cadence.of(config).containing(report.newest.published).key
            line += f"; the newest article is in {key}: newsletter build --period {key}"
        yield line
    yield f"{out}: {len(report.written)} written, {report.unchanged} unchanged, {len(report.removed)} removed"


def _is_note(path: str, period: Period) -> bool:
    return path.rpartition(".")[0] == f"{NOTES}/{period.key}"


def _size(digest: "Size") -> str:
    """Write how large a digest is and what it holds: 92,460 of 94,208 bytes; 1 in full, 97 titles, 1,903 counted."""
    words = {
        Form.FULL: lambda number: f"{number:,} in full",
        Form.EXCERPT: lambda number: _count(number, "excerpt"),
        Form.TITLE: lambda number: _count(number, "title"),
        Form.COUNTED: lambda number: f"{number:,} counted",
    }
    return f"{digest.bytes:,} of {digest.limit:,} bytes; {', '.join(words[form](number) for form, number in digest.forms)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
