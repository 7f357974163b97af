"""Decides which issues a run makes, and of which articles. Pure.

An article is planned once: when the period that it is dated in is over, or when it turns up later. Then it is in an issue, or
waits until there are enough for one, or is passed. Whatever becomes of clocks, time zone and cadence, only periods that end
after those already closed are looked at, so issues follow one another, and nothing is planned twice.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from newsletter.cadence import Cadence
from newsletter.config import Digest
from newsletter.ledger.records import Fate, Placement, Plan, Planned, Schedule
from newsletter.model import Article, Period


class _Candidate(Struct, frozen=True, kw_only=True):
    """An article that is to be planned."""

    id: str
    #: Of publication, in UTC.
    instant: datetime
    #: Since an earlier run.
    waits: bool


def plan(
    cadence: Cadence,
    digest: Digest,
    now: datetime,
    published: Iterable[Article],
    schedule: Schedule | None,
    placements: Mapping[str, Placement],
    keys: Collection[str],
) -> Plan | None:
    """Plan the issues that are due; None: none is, and nothing changes.

    ``published`` are all articles that are, ``placements`` are by id, ``keys`` those of all issues so far.
    """
    there = _periods_due(cadence, now, schedule)
    due = [period for period in there if period.key not in keys]
    if schedule is None and not due:
        return _beginning(there[0].start, published, placements)
    if not due:
        return None
    closed = due[0].start if schedule is None else schedule.closed
    made = due if digest.catch_up == "each" else due[-1:]
    candidates = _candidates(published, placements, due[-1].end)
    missed = due[-2].end if digest.catch_up == "skip" and len(due) > 1 else closed
    skipped = [one for one in candidates if not one.waits and closed <= one.instant < missed]
    # What waited may be gone by now: then nothing keeps its time open.
    since = schedule.since if schedule and any(one.waits for one in candidates) else missed
    oldest = since if schedule is None else min(since, made[0].end - timedelta(days=digest.late_days))
    too_late = [one for one in candidates if not one.waits and one.instant < min(oldest, closed)]
    passed = dict.fromkeys(_ids((*too_late, *skipped)))
    taken = [one for one in candidates if one.id not in passed]
    issues, waiting, begin = _bind(made, taken, since, digest.minimum)
    return Plan(
        issues=issues,
        waiting=waiting,
        passed=tuple(passed),
        schedule=Schedule(closed=due[-1].end, since=begin),
        late=_ids(one for one in taken if not one.waits and one.instant < since),
        too_late=() if schedule is None else _ids(too_late),
        skipped=_ids(skipped),
    )


def is_idle(cadence: Cadence, now: datetime, schedule: Schedule | None) -> bool:
    """Tell whether no period is due, whatever there is to publish."""
    return schedule is not None and not _periods_due(cadence, now, schedule)


def _periods_due(cadence: Cadence, now: datetime, schedule: Schedule | None) -> tuple[Period, ...]:
    """List the periods that are due and not closed yet; on the first run, the last one alone."""
    return (cadence.last_due(now),) if schedule is None else cadence.periods_due(schedule.closed, now)


def _beginning(start: datetime, published: Iterable[Article], placements: Mapping[str, Placement]) -> Plan:
    """Begin where an issue was sent by hand before the first run: what came after it in its period is still to come."""
    passed = _ids(_candidates(published, placements, start))
    return Plan(passed=passed, schedule=Schedule(closed=start, since=start))


def _candidates(published: Iterable[Article], placements: Mapping[str, Placement], end: datetime) -> list[_Candidate]:
    """List the articles dated before an instant that have no fate yet or wait, oldest first."""
    found = []
    for article in published:
        placement = placements.get(article.id)
        instant = article.published.astimezone(UTC)
        if instant < end and (placement is None or placement.fate is Fate.WAITING):
            found.append(_Candidate(id=article.id, instant=instant, waits=placement is not None))
    return sorted(found, key=lambda one: (one.instant, one.id))


def _bind(
    made: Sequence[Period], taken: Sequence[_Candidate], since: datetime, minimum: int
) -> tuple[tuple[Planned, ...], tuple[str, ...], datetime]:
    """Make an issue at the end of each period if there are enough; return what waits, and where the next issue's begins."""
    # Those that turned up when their period was over come last, so that an old one does not lead.
    place = {one.id: number for number, one in enumerate(sorted(taken, key=lambda one: one.instant < since))}
    ends = [period.end for period in made]
    by_period: list[list[str]] = [[] for _ in made]
    for one in taken:
        by_period[bisect_right(ends, one.instant)].append(one.id)
    issues = []
    waiting: list[str] = []
    for period, own in zip(made, by_period, strict=True):
        waiting = sorted((*waiting, *own), key=place.__getitem__)
        if len(waiting) >= minimum:
            issues.append(Planned(key=period.key, start=since, end=period.end, articles=tuple(waiting)))
            waiting = []
        if not waiting:
            since = period.end
    return tuple(issues), tuple(waiting), since


def _ids(chosen: Iterable[_Candidate]) -> tuple[str, ...]:
    return tuple(one.id for one in chosen)
