"""What ``newsletter run`` and ``newsletter send`` tell a person. Pure."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from newsletter.config import Config

if TYPE_CHECKING:
    from newsletter.ledger.records import Issued, Plan, Planned
    from newsletter.runs.handing import Handed
    from newsletter.runs.scheduled import Outlook, Run


def of_run(run: "Run", config: Config, out: str, *, verbose: bool) -> Iterator[str]:
    """Say what was built, which issues there were and who has them, or why there was none; verbose, each file and remark."""
    for report in run.builds:
        if verbose:
            yield from map(str, report.remarks)
            yield from (f"written: {out}/{path}" for path in report.written)
            yield from (f"removed: {out}/{path}" for path in report.removed)
        yield f"{out}: {len(report.written)} written, {report.unchanged} unchanged, {len(report.removed)} removed"
    yield from (f"issue {key}: none of its articles is left; taken back" for key in run.withdrawn)
    for one in run.handed:
        yield from of_handed(one, verbose=verbose)
    if run.plan is not None:
        yield from _about(run.plan, config)
    if not run.handed and run.plan and run.plan.issues:
        yield f"issue {run.plan.issues[0].key} is held back; the next run goes on with it"
    elif not run.handed:
        yield "no issue was due"


def of_handed(handed: "Handed", *, verbose: bool) -> Iterator[str]:
    """Say who has an issue."""
    if verbose:
        yield from handed.result.remarks
    if handed.result.delivered:
        reference = f" ({handed.result.reference})" if handed.result.reference else ""
        yield f"issue {handed.key}: {handed.subject}: handed to {handed.service}{reference}"


def of_outlook(outlook: "Outlook", config: Config) -> Iterator[str]:
    """Say what a run would do."""
    service = config.delivery.service
    for issued in outlook.unfinished:
        yield f"would finish issue {issued.key} ({_articles(issued)}) and hand it to {service}"
        yield from _titles(issued, outlook.titles)
    if outlook.plan is not None:
        for planned in outlook.plan.issues:
            yield f"would make issue {planned.key} ({_articles(planned)}) and hand it to {service}"
            yield from _titles(planned, outlook.titles)
        yield from _about(outlook.plan, config)
    if not outlook.unfinished and not (outlook.plan and outlook.plan.issues):
        yield "no issue is due"


def _titles(issue: "Issued | Planned", titles: Mapping[str, str]) -> Iterator[str]:
    """List an issue's articles; of one that is not published any more there is only the id."""
    yield from (f"  {titles.get(id_, id_)}" for id_ in issue.articles)


def _about(plan: "Plan", config: Config) -> Iterator[str]:
    """Tell of articles that go into no issue now, or did not come in their time."""
    digest = config.digest
    told = {
        f"waiting until there are {digest.minimum} (digest.minimum)": plan.waiting,
        "of an earlier period, seen first now": plan.late,
        f"in no issue: more than {digest.late_days} days old when the period ended (digest.late_days)": plan.too_late,
        "in no issue: no run came in time for their period (digest.catch_up)": plan.skipped,
    }
    yield from (f"{_count(len(ids))} {what}" for what, ids in told.items() if ids)


def _articles(issue: "Issued | Planned") -> str:
    return _count(len(issue.articles))


def _count(number: int) -> str:
    return f"{number:,} article{'' if number == 1 else 's'}"
