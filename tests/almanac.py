"""When issues are due and what becomes of articles, worked out the slow way: day by day, minute by minute, rule by rule."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

from newsletter.config import Digest
from newsletter.ledger.records import Schedule

DAY = timedelta(days=1)
MONTHS = {"month": tuple(range(1, 13)), "quarter": (1, 4, 7, 10), "year": (1,)}


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a period."""

    key: str
    start: datetime
    end: datetime


@cache
def first(zone: str, day: date, at: time) -> datetime:
    """Return the first instant of the day at which the clocks on the wall show a time, or have moved past it."""
    clock = ZoneInfo(zone)
    instant = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=15)
    while instant.astimezone(clock).replace(tzinfo=None) < datetime.combine(day, at):
        instant += timedelta(hours=1)
    instant -= timedelta(hours=3)  # there may have been a first time, before the clocks went back
    while instant.astimezone(clock).replace(tzinfo=None) < datetime.combine(day, at):
        instant += timedelta(minutes=1)
    return instant


def is_first(every: str, on: int, day: date) -> bool:
    """Tell whether a period begins on a day."""
    if every == "day":
        return True
    if every == "week":
        return day.isoweekday() == on
    return day.month in MONTHS[every] and day.day == min(on, monthrange(day.year, day.month)[1])


def key(every: str, day: date) -> str:
    """Name the period that begins on a day."""
    return {
        "day": day.isoformat(),
        "week": day.strftime("%G-W%V"),
        "month": day.strftime("%Y-%m"),
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "year": str(day.year),
    }[every]


def closes(every: str, on: int, zone: str, final: date) -> Iterator[Close]:
    """Yield the periods that end on a day or earlier, the last one first."""
    after = None
    for ago in count():
        day = final - ago * DAY
        if is_first(every, on, day):
            if after is not None:
                yield Close(key(every, day), first(zone, day, time(0)), first(zone, after, time(0)))
            after = day


def due(every: str, on: int, at: time, zone: str, *, closed: datetime | None, now: datetime) -> list[Close]:
    """List the periods that end after ``closed`` and are due by ``now``, in order; without ``closed``, the last one."""
    clock = ZoneInfo(zone)
    found: list[Close] = []
    for close in closes(every, on, zone, (now.astimezone(clock) + DAY).date()):
        if closed is not None and close.end <= closed:
            break
        if first(zone, close.end.astimezone(clock).date(), at) <= now:
            found.insert(0, close)
            if closed is None:
                break
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is to become of the articles that a run finds."""

    digest: Digest
    due: list[Close]
    schedule: Schedule | None
    #: Id to publication: those that never were in a plan, and those that wait; dated in what is due, or before.
    new: dict[str, datetime]
    waited: dict[str, datetime]

    def missed(self) -> dict[str, datetime]:
        """Return what is dated in the periods that are skipped."""
        closed = self.schedule.closed if self.schedule else self.due[0].start
        skips = self.digest.catch_up == "skip" and len(self.due) > 1
        return {id_: when for id_, when in self.new.items() if skips and closed <= when < self.due[-2].end}

    def since(self) -> datetime:
        """Tell where the period of the next issue begins."""
        if self.schedule is None:
            return self.due[0].start
        if self.waited:
            return self.schedule.since
        return self.due[-2].end if self.digest.catch_up == "skip" and len(self.due) > 1 else self.schedule.closed

    def passed(self) -> set[str]:
        """Name what goes into no issue."""
        late = {id_: when for id_, when in self.new.items() if when < self.since() and id_ not in self.missed()}
        if self.schedule is None:
            return late.keys() | set()
        end = self.due[0 if self.digest.catch_up == "each" else -1].end
        return {id_ for id_, when in late.items() if when < end - self.digest.late_days * DAY} | self.missed().keys()

    def issues(self) -> tuple[list[tuple[str, datetime, datetime, set[str]]], set[str]]:
        """List the issues, and what waits afterwards."""
        left = {id_: when for id_, when in (self.new | self.waited).items() if id_ not in self.passed()}
        made, since = [], self.since()
        for close in self.due if self.digest.catch_up == "each" else self.due[-1:]:
            ready = {id_ for id_, when in left.items() if when < close.end}
            if len(ready) >= self.digest.minimum:
                made.append((close.key, since, close.end, ready))
                left = {id_: when for id_, when in left.items() if id_ not in ready}
                ready = set()
            since = since if ready else close.end
        return made, set(left)
