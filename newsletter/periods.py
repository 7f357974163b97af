"""Periods on the publication's local calendar. Pure: ``now`` is an argument.

A period's bounds are in UTC, where they can be compared and subtracted: Python compares two datetimes of one ZoneInfo by
their wall clocks (PEP 495), by which an hour that occurs twice would belong to two periods or to none. A week has 167 or
169 hours when the clocks change. Where midnight is skipped the day begins when the clocks have moved on; where it occurs
twice, the first time. What cannot be read raises ValueError with a sentence that says what was expected.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.model import Period

#: digest.every, from the shortest on.
EVERY = ("day", "week", "month", "quarter", "year")
#: Where a range begins that names no beginning; a day of room for the offset of any zone.
EARLIEST = "0001-01-02"
DATE = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
SPAN = re.compile(r"([0-9]{1,6})([hdwm])")


def calendar_period(every: str, day: date, zone: ZoneInfo, on: int = 1) -> Period:
    """Return the day, week (ISO 8601, from Monday), month, quarter or year that a local day falls in.

    With ``on`` it begins on that day of the week (1 is Monday) or of its first month, the last one where a month is shorter;
    its key is that of the plain period that its first day falls in.
    """
    first, after, key = _days(every, day, on)
    return Period(start=_midnight(first, zone), end=_midnight(after, zone), key=key)


def containing(every: str, instant: datetime, zone: ZoneInfo, on: int = 1) -> Period:
    """Return the calendar period that an instant falls in."""
    day = _local(instant, zone).date()
    period = calendar_period(every, day, zone, on)
    # Where the clocks went back over midnight, the evening that is lived twice ends after its day.
    if instant >= period.end:
        return calendar_period(every, _days(every, day, on)[1], zone, on)
    return period


def last_complete(every: str, now: datetime, zone: ZoneInfo, on: int = 1) -> Period:
    """Return the latest calendar period that has ended by ``now``."""
    current = containing(every, now, zone, on)
    return containing(every, current.start - timedelta(microseconds=1), zone, on)


def reached(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the clocks of a local day show a time, or a later one where they skip it; in UTC."""
    wall = datetime.combine(day, at)
    shown = _utc(wall.replace(tzinfo=zone))
    if _local(shown, zone).replace(tzinfo=None) <= wall:
        return shown
    # By the offset after the change the time that is skipped would be before the change, by the one before it after it.
    skipped = _utc(wall.replace(tzinfo=zone, fold=1))
    while shown - skipped > timedelta(seconds=1):
        middle = skipped + timedelta(seconds=(shown - skipped) // timedelta(seconds=2))
        if _local(middle, zone).replace(tzinfo=None) < wall:
            skipped = middle
        else:
            shown = middle
    return shown


def parse(text: str, zone: ZoneInfo) -> Period:
    """Read a period's key: 2024-12-16, 2024-W50, 2024-12, 2024-Q4, 2024, or a range of two dates, START--END, both included."""
    start, dashes, end = text.strip().partition("--")
    try:
        if dashes:
            return between(start, end, datetime.min.replace(tzinfo=UTC), zone)
        if match := re.fullmatch(r"([0-9]{4})-?W([0-9]{2})", start, re.IGNORECASE):
            return calendar_period("week", date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)
        if match := re.fullmatch(r"([0-9]{4})-?Q([1-4])", start, re.IGNORECASE):
            return calendar_period("quarter", date(int(match[1]), 3 * int(match[2]), 1), zone)
        if DATE.fullmatch(start):
            return calendar_period("day", date.fromisoformat(start), zone)
        if match := re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?", start):
            return calendar_period("month" if match[2] else "year", date(int(match[1]), int(match[2] or 1), 1), zone)
    except ValueError as error:
        raise ValueError(f"no such period: {text!r} ({error})") from error
    raise ValueError(f"expected a period such as 2024-12-16, 2024-W50, 2024-12, 2024-Q4 or 2024, got {text!r}")


def instant(text: str, zone: ZoneInfo) -> datetime:
    """Read a date (its first instant) or an RFC 3339 instant, without an offset in the zone; fractions of a second are cut."""
    iso = text.strip().upper()
    try:
        when = datetime.fromisoformat(iso if DATE.match(iso) else "")  # which by itself reads weeks too
    except ValueError as error:
        raise ValueError(
            f"expected a date such as 2024-12-16 or an instant such as 2024-12-16T10:00:00Z, got {text!r}"
        ) from error
    return _utc(when if when.tzinfo else when.replace(tzinfo=zone)).replace(microsecond=0)


def between(start: str | None, end: str | None, now: datetime, zone: ZoneInfo) -> Period:
    """Return the range between two dates or instants: a bare end date includes that whole day, an instant is exclusive.

    Without a start it reaches back to the beginning of time, without an end to ``now``.
    """
    first = instant(start or EARLIEST, zone)
    if end is None:
        last = _utc(now)
    elif DATE.fullmatch(end.strip()):
        last = calendar_period("day", instant(end, zone).astimezone(zone).date(), zone).end
    else:
        last = instant(end, zone)
    if first >= last:
        raise ValueError(f"the period ends before it begins: from {start or EARLIEST} to {end or last.isoformat()}")
    return _range(first, last, zone)


def last(text: str, now: datetime, zone: ZoneInfo) -> Period:
    """Return the range of so many hours (36h), local days (7d), weeks (2w) or months (3m) that ends at ``now``."""
    match = SPAN.fullmatch(text.strip())
    if not match or not int(match[1]):
        raise ValueError(f"expected a length such as 36h, 7d, 2w or 3m, got {text!r}")
    count, unit = int(match[1]), match[2]
    try:
        if unit == "h":
            start = now - timedelta(hours=count)
        elif unit == "m":
            start = _months_before(now.astimezone(zone), count)
        else:
            # Same wall clock so many days ago: arithmetic within one zone is on the local calendar (PEP 495).
            start = now.astimezone(zone) - timedelta(days=count * (7 if unit == "w" else 1))
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{text!r} reaches back before the year 1") from error
    return _range(_utc(start), _utc(now), zone)


def dated(start: datetime, end: datetime, zone: ZoneInfo) -> Period:
    """Name a range after its dates, or after its instants where they are not those of days."""
    first = _local(start, zone).date()
    final = _local(end, zone).date() - timedelta(days=1)
    if _midnight(first, zone) == start and calendar_period("day", final, zone).end == end:
        return Period(start=start, end=end, key=f"{first.isoformat()}--{final.isoformat()}")
    return Period(start=start, end=end, key=f"{_compact(start)}--{_compact(end)}")


def _days(every: str, day: date, on: int) -> tuple[date, date, str]:
    """Return the first day of the period around a day, the first day after it, and its key."""
    first, after, key = _plain_days(every, day)
    if on == 1:
        return first, after, key
    begin = _shifted(every, first, on)
    if day < begin:  # never on the first day of Python's calendar, where every kind of period begins unshifted
        before, _, key = _plain_days(every, first - timedelta(days=1))
        return _shifted(every, before, on), begin, key
    return begin, _shifted(every, after, on), key


def _shifted(every: str, first: date, on: int) -> date:
    """Move the first day of a plain period to where it begins with ``on``; not at the ends of Python's calendar."""
    if first in {date.min, date.max}:
        return first
    if every == "week":
        return _later(first, on - 1)
    return first.replace(day=min(on, calendar.monthrange(first.year, first.month)[1]))


def _plain_days(every: str, day: date) -> tuple[date, date, str]:
    """Return the first day of the calendar period around a day, the first day after it, and its key."""
    year, month = f"{day.year:04}", day.month
    match every:
        case "day":
            return day, _later(day, 1), day.isoformat()
        case "week":
            week = day.isocalendar()
            monday = day - timedelta(days=week.weekday - 1)
            return monday, _later(monday, 7), f"{week.year:04}-W{week.week:02}"
        case "month":
            first = day.replace(day=1)
            return first, _later(first, calendar.monthrange(day.year, month)[1]), f"{year}-{month:02}"
        case "quarter":
            quarter = (month - 1) // 3
            first = date(day.year, 3 * quarter + 1, 1)
            final = date(day.year, 3 * quarter + 3, 1)
            return first, _later(final, calendar.monthrange(day.year, final.month)[1]), f"{year}-Q{quarter + 1}"
        case "year":
            return date(day.year, 1, 1), _later(date(day.year, 12, 31), 1), year
    raise ValueError(f"expected {', '.join(EVERY)}, got {every!r}")


def _later(day: date, days: int) -> date:
    """Add days, as far as Python's calendar goes."""
    return day + timedelta(days=days) if date.max - day >= timedelta(days=days) else date.max


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day."""
    return reached(day, time(0), zone)


def _utc(when: datetime) -> datetime:
    """Convert to UTC; at the ends of Python's calendar, to its first or last instant."""
    try:
        return when.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if when.year == 1 else datetime.max.replace(tzinfo=UTC)


def _local(when: datetime, zone: ZoneInfo) -> datetime:
    """Convert to the zone; at the ends of Python's calendar, to its first or last local instant."""
    try:
        return when.astimezone(zone)
    except OverflowError:
        return datetime.min.replace(tzinfo=zone) if when.year == 1 else datetime.max.replace(tzinfo=zone)


def _months_before(local: datetime, count: int) -> datetime:
    """Go back so many months to the same day and wall clock, or the last day of that month where it has no such day."""
    year, month = divmod(local.year * 12 + local.month - 1 - count, 12)
    if year < 1:
        raise ValueError(year)
    return local.replace(year=year, month=month + 1, day=min(local.day, calendar.monthrange(year, month + 1)[1]))


def _range(start: datetime, end: datetime, zone: ZoneInfo) -> Period:
    """Name a range after the calendar period that it equals, else after its dates, else after its instants."""
    first = _local(start, zone).date()
    for every in EVERY:
        period = calendar_period(every, first, zone)
        if (period.start, period.end) == (start, end):
            return period
    return dated(start, end, zone)


def _compact(when: datetime) -> str:
    """Write an instant as ISO 8601's basic format: colons are not safe in every file system."""
    return f"{when.isoformat(timespec='seconds')[:19].replace('-', '').replace(':', '')}Z"
