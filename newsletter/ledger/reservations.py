"""Carries a plan into the ledger, all of it or nothing, before anything is built."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain

from newsletter.errors import LedgerError, NewsletterError
from newsletter.ledger import rows
from newsletter.ledger.issues import Issues
from newsletter.ledger.records import Fate, Issued, Placement, Plan, Schedule, State

_INSERT = """
    INSERT INTO issues (key, number, start_at, end_at, state, reserved_at, delivered_at, service, reference)
    VALUES (:key, :number, :start, :end, :state, :reserved, NULL, '', '')
"""
_RELEASE = "DELETE FROM placements WHERE article = :article"


class Reservations(Issues):
    """The issues of a ledger, and how they come into it."""

    def reserve(self, plan: Plan, now: datetime) -> tuple[Issued, ...]:
        """Enter the issues of a plan, numbered on, and what it decides about articles and periods, in one transaction.

        Raises LedgerError if an issue of that key is there, an article has its issue, or the schedule would go back.
        """
        with self.transaction():
            return self._reserve(plan, now)

    @contextmanager
    def reserving(self, plan: Plan, now: datetime) -> Iterator[tuple[Issued, ...]]:
        """Reserve for the body of the ``with``, and take all of it back if that raises before anybody was handed anything.

        If anybody may have been, all of it stays, and the next run goes on with it; likewise when the run is killed.
        """
        with self._discarded():
            with self.transaction():
                placements, schedule = self.placements(), self.schedule()
                issues = self._reserve(plan, now)
            try:
                yield issues
            except BaseException:
                self._take_back(plan, placements, schedule)
                raise

    def _reserve(self, plan: Plan, now: datetime) -> tuple[Issued, ...]:
        ids = _ids(plan)
        if twice := [id_ for id_, count in Counter(ids).items() if count > 1]:
            raise ValueError(f"the plan has two places for {', '.join(twice)}")
        there = self.issues()
        self._refuse_conflicts(plan, ids, there)
        number = max((issue.number for issue in there), default=0)
        new = tuple(
            Issued(
                key=one.key,
                number=number,
                start=one.start,
                end=one.end,
                articles=one.articles,
                state=State.RESERVED,
                reserved=now,
            )
            for number, one in enumerate(plan.issues, number + 1)
        )
        self._run(
            _INSERT,
            [
                {
                    "key": issue.key,
                    "number": issue.number,
                    "start": rows.stored_utc(issue.start),
                    "end": rows.stored_utc(issue.end),
                    "state": issue.state.value,
                    "reserved": rows.stored(issue.reserved),
                }
                for issue in new
            ],
        )
        for issue in new:
            self._enlist(issue)
        self._place_elsewhere(plan.waiting, Fate.WAITING)
        self._place_elsewhere(plan.passed, Fate.PASSED)
        if plan.schedule is not None:
            self._schedule(plan.schedule)
        return new

    def _refuse_conflicts(self, plan: Plan, ids: Sequence[str], there: Sequence[Issued]) -> None:
        """Raise LedgerError where the plan was made before another run wrote its own."""
        keys = {issue.key for issue in there}
        placed = self.placements()
        schedule = self.schedule()
        remedy = "nothing was changed; another run seems to have been at work meanwhile, try again"
        for one in plan.issues:
            if one.key in keys:
                raise LedgerError(f"issue {one.key}: the ledger has it already; {remedy}")
        for id_ in ids:
            if id_ in placed and placed[id_].fate is Fate.ISSUE:
                raise LedgerError(f"{id_}: the article is in the issue {placed[id_].issue} already; {remedy}")
        if plan.schedule and schedule and plan.schedule.closed < schedule.closed:
            raise LedgerError(f"the periods until {schedule.closed.isoformat()} are done with already; {remedy}")

    def _take_back(self, plan: Plan, placements: Mapping[str, Placement], schedule: Schedule | None) -> None:
        """Put back what was there before a reservation of which nothing was handed over, as far as the database lets us."""
        keys = {one.key for one in plan.issues}
        with suppress(NewsletterError), self.transaction():
            delivered = any(issue.state is State.DELIVERED for issue in self.issues() if issue.key in keys)
            if delivered or any(map(self._was_tried, keys)):
                return
            for key in keys:
                self._delete(key)
            ids = _ids(plan)
            self._run(_RELEASE, [{"article": id_} for id_ in ids])
            for fate in (Fate.WAITING, Fate.PASSED):
                self._place_elsewhere([id_ for id_ in ids if id_ in placements and placements[id_].fate is fate], fate)
            self._schedule(schedule)


def _ids(plan: Plan) -> tuple[str, ...]:
    """List the articles that a plan decides about."""
    return (*chain.from_iterable(one.articles for one in plan.issues), *plan.waiting, *plan.passed)
