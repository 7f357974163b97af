"""Tells which issue an article is in, or will be in if the next runs are in time and have enough of them. Reads the ledger."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from newsletter.cadence import Cadence
from newsletter.config import Config, Digest
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Fate, Placement, Schedule
from newsletter.model import Article
from newsletter.present import Present
from newsletter.runs import planning


class Foreseen(Struct, frozen=True, kw_only=True):
    """What became of the articles, and where on the calendar the others are going."""

    cadence: Cadence
    digest: Digest
    #: None before the first run: then articles are in the issues of their own periods.
    schedule: Schedule | None = None
    #: By id.
    placements: Mapping[str, Placement] = {}
    #: Of all issues so far.
    keys: Collection[str] = ()

    def issue_of(self, article: Article, *, published: bool) -> str | None:
        """Return the key of its issue; None if it is in none and never will be, or is not ``published`` and may never be."""
        placement = self.placements.get(article.id)
        if placement is not None and placement.fate is not Fate.WAITING:
            return placement.issue or None
        if not published:
            return None
        instant = article.published.astimezone(UTC)
        closed = self.schedule.closed if self.schedule else instant
        period = self.cadence.containing(max(instant, closed))
        while period.key in self.keys:  # it was made already, or sent by hand
            period = self.cadence.containing(period.end)
        too_late = self.schedule and instant < min(self.schedule.since, period.end - timedelta(days=self.digest.late_days))
        return None if too_late and placement is None else period.key


def foresee(config: Config, today: Present, now: datetime) -> Foreseen:
    """Look at the ledger, and ahead to what a run would decide now."""
    cadence = Cadence.of(config)
    with open_ledger(config.ledger) as ledger:
        schedule, placements = ledger.schedule(), ledger.placements()
        keys = frozenset(issued.key for issued in ledger.issues())
    plan = planning.plan(cadence, config.digest, now, today.published, schedule, placements, keys) if schedule else None
    if plan is not None:
        made = {id_: Placement(fate=Fate.ISSUE, issue=one.key) for one in plan.issues for id_ in one.articles}
        others = {Fate.WAITING: plan.waiting, Fate.PASSED: plan.passed}
        placements = {**placements, **made, **{id_: Placement(fate=fate) for fate, ids in others.items() for id_ in ids}}
        keys |= {one.key for one in plan.issues}
        schedule = plan.schedule
    return Foreseen(cadence=cadence, digest=config.digest, schedule=schedule, placements=placements, keys=keys)
