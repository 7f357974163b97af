"""How often there is an issue, and from when on: digest.every, on and at, in the publication's time zone. Pure.

A scheduled period is a calendar period whose first day is shifted by digest.on, and keeps its key: with ``on = "friday"``,
2024-W50 is the week from Friday 2024-12-13. digest.at shifts nothing: it is only when the issue is due.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from newsletter import periods
from newsletter.config import Config
from newsletter.model import Period
from newsletter.rules import WEEKDAYS

TICK = timedelta(microseconds=1)


class Cadence(Struct, frozen=True, kw_only=True):
    """The publication's calendar of issues."""

    #: One of periods.EVERY.
    every: str
    #: Day of the week (1 is Monday), or of the first month (the last one where it is shorter), that a period begins on.
    on: int = 1
    #: Local time, on the day after a period, from which its issue is due.
    at: time = time(0)
    zone: ZoneInfo

    @classmethod
    def of(cls, config: Config) -> "Cadence":
        """Read it from the configuration."""
        day = str(config.digest.on) or "1"
        return cls(
            every=config.digest.every,
            on=WEEKDAYS.index(day) + 1 if day in WEEKDAYS else int(day),
            at=time.fromisoformat(config.digest.at),
            zone=config.timezone,
        )

    def containing(self, instant: datetime) -> Period:
        """Return the scheduled period that an instant falls in."""
        return periods.containing(self.every, instant, self.zone, self.on)

    def last_complete(self, now: datetime) -> Period:
        """Return the latest scheduled period that has ended by ``now``, due or not."""
        return periods.last_complete(self.every, now, self.zone, self.on)

    def last_due(self, now: datetime) -> Period:
        """Return the latest scheduled period whose issue is due by ``now``."""
        period = self.last_complete(now)
        return period if self.due(period) <= now else self.containing(period.start - TICK)

    def due(self, period: Period) -> datetime:
        """Return the instant from which the period's issue is due, in UTC.

        Where the clocks skip that time, it is when they have moved on; where they show it twice, the first time.
        """
        return max(period.end, periods.reached(period.end.astimezone(self.zone).date(), self.at, self.zone))

    def periods_due(self, after: datetime, now: datetime) -> tuple[Period, ...]:
        """List the scheduled periods that end after one instant and are due by the other, in order."""
        found = []
        period = self.containing(after)
        while after < period.end and self.due(period) <= now:
            found.append(period)
            after = period.end
            period = self.containing(after)
        return tuple(found)

    def parse(self, text: str) -> Period:
        """Read a period as periods.parse does; a key of the kind that issues have names the scheduled period."""
        plain = periods.parse(text, self.zone)
        if "--" not in text and self._names_scheduled(plain):
            # which begins on some day of the plain one, and goes on at its end
            return self.containing(plain.end - TICK)
        return self._named(plain)

    def between(self, start: str | None, end: str | None, now: datetime) -> Period:
        """Return a range as periods.between does, named so that no scheduled period is meant but that which it equals."""
        return self._named(periods.between(start, end, now, self.zone))

    def last(self, text: str, now: datetime) -> Period:
        """Return a range as periods.last does, named likewise."""
        return self._named(periods.last(text, now, self.zone))

    def _named(self, period: Period) -> Period:
        scheduled = self.containing(period.start)
        if (scheduled.start, scheduled.end) == (period.start, period.end):
            return scheduled
        return periods.dated(period.start, period.end, self.zone) if self._names_scheduled(period) else period

    def _names_scheduled(self, plain: Period) -> bool:
        """Tell whether the key of a plain period is of the kind that scheduled ones have."""
        return periods.containing(self.every, plain.start, self.zone).key == plain.key
