"""The issues: their numbers and lists, what became of each article, and which periods are done with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from msgspec.structs import replace

from newsletter.errors import LedgerError
from newsletter.ledger import rows
from newsletter.ledger.access import Access
from newsletter.ledger.connection import NOTHING, Row, Value
from newsletter.ledger.records import Fate, Issued, Placement, Schedule, State

# one statement each, so that nobody reads half of what another run writes
_ISSUES = """
    SELECT i.key, i.number, i.start_at, i.end_at, i.state, i.reserved_at, i.delivered_at, i.service, i.reference, p.article
    FROM issues i LEFT JOIN placements p ON p.issue = i.key
"""
_IN_ORDER = " ORDER BY i.number, p.place"
_PLACEMENTS = "SELECT p.article, p.fate, p.issue, i.key FROM placements p LEFT JOIN issues i ON i.key = p.issue"
_SCHEDULE = "SELECT closed_at, since_at FROM schedule"

_PLACE = """
    INSERT INTO placements (article, fate, issue, place) VALUES (:article, :fate, :issue, :place)
    ON CONFLICT (article) DO UPDATE SET fate = excluded.fate, issue = excluded.issue, place = excluded.place
"""
_DELIVER = """
    UPDATE issues
    SET state = 'delivered', delivered_at = COALESCE(delivered_at, :at), service = :service, reference = :reference
    WHERE key = :key
"""
_MARK = "UPDATE issues SET state = 'delivered', delivered_at = COALESCE(delivered_at, :at) WHERE key = :key"
_DELETE = "DELETE FROM issues WHERE key = :key"
_RELEASE = "DELETE FROM placements WHERE issue = :key"
_FORGET_ATTEMPTS = "DELETE FROM attempts WHERE issue = :key"
_ATTEMPTS = "SELECT progress FROM attempts WHERE issue = :key LIMIT 1"

#: How many keys a message names at most.
NAMED = 10


class Issues(Access):
    """The issues of a ledger."""

    def issues(self) -> tuple[Issued, ...]:
        """Return all issues by number."""
        return self._issues("", NOTHING)

    def issue(self, key: str) -> Issued | None:
        """Return the issue of that key."""
        return next(iter(self._issues(" WHERE i.key = :key", {"key": key})), None)

    def placements(self) -> Mapping[str, Placement]:
        """Return what became of each article that is not still to come, by id."""
        with self._understood():
            return dict(map(_placement, self._fetch(_PLACEMENTS)))

    def schedule(self) -> Schedule | None:
        """Return which periods are done with; None before the first run."""
        with self._understood():
            found = tuple(map(_schedule, self._fetch(_SCHEDULE)))
        if len(found) > 1:
            raise self._damaged("it has two schedules")
        return found[0] if found else None

    def delivered(self, key: str, *, at: datetime, service: str, reference: str, articles: Sequence[str]) -> None:
        """Record that an issue was handed over, with what it had in it then, in the order of reading.

        What it does not have of its list goes free; what it has besides is placed in it, unless another issue has that.
        """
        with self._changing(key) as issue:
            placed = self.placements()
            elsewhere = {id_ for id_, one in placed.items() if one.fate is Fate.ISSUE and one.issue != key}
            self._run(_RELEASE, [{"key": key}])
            self._enlist(replace(issue, articles=tuple(id_ for id_ in dict.fromkeys(articles) if id_ not in elsewhere)))
            self._run(
                _DELIVER,
                [{"key": key, "at": rows.stored(at), "service": service, "reference": rows.one_line(reference)}],
            )

    def mark(self, key: str, at: datetime) -> None:
        """Record on somebody's word that an issue was handed over."""
        with self._changing(key):
            self._run(_MARK, [{"key": key, "at": rows.stored(at)}])

    def withdraw(self, key: str) -> None:
        """Delete a reserved issue of which no article is left, and set them free; raises LedgerError if anybody may have it."""
        with self._changing(key) as issue:
            if issue.state is State.DELIVERED or self._was_tried(key):
                raise LedgerError(
                    f"issue {key}: none of its articles is published any more, but some readers may have it; publish one of "
                    f"them again, or run: newsletter issues mark {key} delivered"
                )
            self._delete(key)

    def forget(self, key: str) -> None:
        """Delete all about an issue, as though it never was; if no other ends later, the next run looks at its period again."""
        with self._changing(key) as issue:
            now = self.schedule()
            if now and all(other.end <= issue.end for other in self.issues() if other.key != key):
                self._schedule(Schedule(closed=min(now.closed, issue.start), since=min(now.since, issue.start)))
            self._delete(key)

    def _issues(self, condition: str, values: Mapping[str, Value]) -> tuple[Issued, ...]:
        found = self._fetch(_ISSUES + condition + _IN_ORDER, values)
        with self._understood():
            return tuple(_issue(list(group)) for _, group in groupby(found, key=itemgetter(0)))

    @contextmanager
    def _changing(self, key: str) -> Iterator[Issued]:
        """Begin a transaction on an issue; raises LedgerError, having made nothing, if there is none of that key."""
        self._existing(key)
        with self.transaction():
            yield self._existing(key)

    def _existing(self, key: str) -> Issued:
        issue = self.issue(key)
        if issue is None:
            keys = [one.key for one in self.issues()]
            known = ", ".join(keys[-NAMED:]) or "none"
            raise LedgerError(
                f"issue {key}: the ledger has no such issue; it has {known}{' and older ones' * (len(keys) > NAMED)}"
            )
        return issue

    def _enlist(self, issue: Issued) -> None:
        """Place the articles of an issue in it."""
        self._run(
            _PLACE,
            [
                {"article": article, "fate": Fate.ISSUE.value, "issue": issue.key, "place": place}
                for place, article in enumerate(issue.articles, 1)
            ],
        )

    def _place_elsewhere(self, ids: Sequence[str], fate: Fate) -> None:
        """Place articles in no issue."""
        self._run(_PLACE, [{"article": id_, "fate": fate.value, "issue": None, "place": None} for id_ in ids])

    def _schedule(self, schedule: Schedule | None) -> None:
        self._run("DELETE FROM schedule", [NOTHING])
        if schedule is not None:
            self._run(
                "INSERT INTO schedule (closed_at, since_at) VALUES (:closed, :since)",
                [{"closed": rows.stored_utc(schedule.closed), "since": rows.stored_utc(schedule.since)}],
            )

    def _delete(self, key: str) -> None:
        self._run(_RELEASE, [{"key": key}])
        self._run(_FORGET_ATTEMPTS, [{"key": key}])
        self._run(_DELETE, [{"key": key}])

    def _was_tried(self, key: str) -> bool:
        """Tell whether anybody may have been handed the issue."""
        return bool(self._fetch(_ATTEMPTS, {"key": key}))


def _issue(group: Sequence[Row]) -> Issued:
    """Read an issue from a row for each of its articles, or one without."""
    key, number, start, end, state, reserved, delivered, service, reference, _ = group[0]
    if (state == State.DELIVERED) != (delivered is not None):
        raise ValueError(f"issue {key}: {state}, at {delivered}")
    return Issued(
        key=rows.text(key),
        number=rows.number(number),
        start=rows.instant(start),
        end=rows.instant(end),
        articles=tuple(rows.text(row[-1]) for row in group if row[-1] is not None),
        state=State(rows.text(state)),
        reserved=rows.instant(reserved),
        delivered=None if delivered is None else rows.instant(delivered),
        service=rows.text(service),
        reference=rows.text(reference),
    )


def _placement(row: Row) -> tuple[str, Placement]:
    article, fate, issue, key = row
    placement = Placement(fate=Fate(rows.text(fate)), issue="" if issue is None else rows.text(issue))
    if (placement.fate is Fate.ISSUE) != (issue is not None) or issue != key:
        raise ValueError(f"{article}: {fate}, in the issue {issue}")
    return rows.text(article), placement


def _schedule(row: Row) -> Schedule:
    return Schedule(closed=rows.instant(row[0]), since=rows.instant(row[1]))
