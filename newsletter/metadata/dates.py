"""Every spelling of a date that real blogs use → an instant; never a guess. Pure.

Dates without a zone are in the publication's. A time that its clocks skip in spring is as much later as they skip
(02:30 → 03:30); a time that they show twice in autumn is the first of the two: both as PEP 495 has it for ``fold=0``.
24:00 and second 60 are refused, and so are time zone names (EST is two zones), a day and month whose order one must guess,
and numbers that could be anything. Fractions of a second are dropped: RSS cannot write them, and all feeds shall agree.

https://www.rfc-editor.org/rfc/rfc3339, https://www.rfc-editor.org/rfc/rfc5322#section-3.3, ISO 8601.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from newsletter.metadata.tree import shown

#: What an earlier year says is a slip: nothing is published from then.
FIRST_YEAR = 1900
#: The largest offset from UTC that a place keeps, in hours: Kiribati.
LARGEST_OFFSET = 14

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = "(?P<month>" + "|".join(f"{name}(?:{rest})?" for name, rest in zip(_MONTHS, _LONG, strict=True)) + r"|sept)\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = "(?P<year>[0-9]{4})"
_WEEKDAY = r"(?:(?P<weekday>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)? ?(?P<half>[ap]m)?"
_ZONE = (
    r"(?:(?:utc|gmt|ut)?(?P<sign>[+-])(?P<zone_hours>[0-9]{1,2})(?::?(?P<zone_minutes>[0-9]{2}))?|(?P<utc>z|utc|gmt|ut)"
    r"|(?P<zone_name>[a-z][a-z_/+-]*))(?: \([^()]*\))?"
)
_TIME = rf"(?:(?:t|,? at |, | ){_CLOCK} ?(?:{_ZONE})?)?"

#: In the order in which they are tried: the first reads nearly all.
_SPELLINGS = (
    rf"{_YEAR}(?P<between>[-/.])(?P<month>[0-9]{{1,2}})(?P=between){_DAY}{_TIME}",
    rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?:t(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?(?:{_ZONE})?)?",
    rf"{_WEEKDAY}{_DAY}(?: of)?[ -]{_MONTH},?[ -]{_YEAR}{_TIME}",
    rf"{_WEEKDAY}{_MONTH} {_DAY},? {_YEAR}{_TIME}",
    rf"{_YEAR}[ -]{_MONTH}[ -]{_DAY}{_TIME}",
    rf"{_WEEKDAY}{_MONTH} {_DAY} {_CLOCK} (?:{_ZONE} )?{_YEAR}",
)

#: A date as programs write it, without anything that has to be thought about.
_USUAL = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?) ?(Z|[+-](?:0[0-9]|1[0-3]):?[0-5][0-9])?)?"
)
_LAST_YEAR = 9998
#: The one of them that most programs write, which needs no pattern: its length, and every third character from the fifth on.
_LENGTH, _MARKS = len("2026-03-02T10:00:00Z"), "--T::Z"

_NUMERIC = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}|[0-9]{2})\b")
_NO_DAY = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}|[a-z]+ [0-9]{4}|[0-9]{4}", re.IGNORECASE)
_SECONDS = re.compile(r"-?[0-9]{9,13}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]*)?")
_IN_NAME = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[-_. ]+|$)")
_IN_FOLDERS = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})[-/]")


class Moment(Struct, frozen=True, kw_only=True):
    """A date as read."""

    #: With a fixed offset: instants with one ZoneInfo would be compared by what the clocks show, twice an hour in autumn.
    instant: datetime
    #: Whether a time of day was given; if not, the instant is the day's first in the publication's zone.
    timed: bool


def read(text: str, zone: ZoneInfo) -> Moment:
    """Read a date; raises ValueError that says what was expected, what was got and what could be wrong with it."""
    moment = usual(text, zone)
    if moment is not None:
        return moment
    spelled = " ".join(text.split())
    for spelling in _SPELLINGS:
        match = _compiled(spelling).fullmatch(spelled)
        if match is not None:
            try:
                return _moment(match.groupdict(), zone)
            except ValueError as error:
                raise ValueError(_message(text, str(error))) from None
    raise ValueError(_message(text, _hint(spelled)))


def usual(text: str, zone: ZoneInfo) -> Moment | None:
    """Read a date as most are written, ten times faster than ``read`` and to the same; None for any other."""
    if len(text) == _LENGTH and text[4::3] == _MARKS:
        written, timed, naive = text, True, False
    else:
        match = _USUAL.fullmatch(text)
        if match is None:
            return None
        date, clock, offset = match.groups()
        written = f"{date}T{clock[:8]}{offset or ''}" if clock else date
        timed, naive = clock is not None, offset is None
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        return None
    if not FIRST_YEAR <= when.year <= _LAST_YEAR:
        return None
    if naive:
        when = when.replace(tzinfo=zone)
    return Moment(instant=when if when.tzinfo is UTC else _settled(when), timed=timed)


def day(zone: ZoneInfo, year: str, month: str, number: str) -> datetime:
    """Return the first instant of a day in that zone; raises ValueError if there is no such day."""
    return _moment({"year": year, "month": month, "day": number}, zone).instant


def in_path(path: str, zone: ZoneInfo) -> datetime | None:
    """Find the date in a path: before the name, before the name of the folder of an index, or in folders YYYY/MM/DD."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    match = _IN_NAME.match(folder.rpartition("/")[2] if stem == "index" else stem) or _IN_FOLDERS.search(path)
    if match is None:
        return None
    try:
        return day(zone, *match.groups())
    except ValueError:
        return None


def undated(stem: str) -> str:
    """Take the date off the start of a name; a name that is only a date stays."""
    match = _IN_NAME.match(stem)
    return stem if match is None else stem[match.end() :] or stem


@cache
def _compiled(spelling: str) -> re.Pattern[str]:
    """Compile a spelling when it is first met: most runs meet the first alone."""
    return re.compile(spelling, re.IGNORECASE | re.ASCII)


def _moment(parts: dict[str, str | None], zone: ZoneInfo) -> Moment:
    """Put an instant together; raises ValueError with a hint."""
    name = (parts["month"] or "").lower()
    year, month, number = (
        int(parts["year"] or 0),
        _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else int(name),
        int(parts["day"] or 0),
    )
    if year < FIRST_YEAR:
        raise ValueError(f"years before {FIRST_YEAR} are not read")
    if not 1 <= month <= len(_MONTHS):
        raise ValueError(f"there is no month {month}")
    if not 1 <= number <= monthrange(year, month)[1]:
        raise ValueError(f"{year}-{month:02} has {monthrange(year, month)[1]} days")
    hour, minute, second = _clock(parts)
    local = datetime(year, month, number, hour, minute, second)  # noqa: DTZ001 - the zone follows
    weekday = (parts.get("weekday") or "").lower()
    if weekday and _DAYS[local.weekday()] != weekday:
        raise ValueError(f"{local.date()} is not that day of the week")
    try:
        return Moment(instant=_settled(local.replace(tzinfo=_offset(parts) or zone)), timed=parts.get("hour") is not None)
    except OverflowError:
        raise ValueError("it is out of the range of dates in UTC") from None


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    """Return hour, minute and second, all 0 where none is given; raises ValueError with a hint."""
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - the hours of a twelve-hour clock
            raise ValueError(f"there is no hour {hour} {half}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour, minute, second) == (24, 0, 0):
        raise ValueError("write 24:00 as 00:00 of the next day")
    if second == 60:  # noqa: PLR2004 - a leap second
        raise ValueError("leap seconds are not read: write 59")
    if hour > 23 or minute > 59 or second > 60:  # noqa: PLR2004 - the clock
        raise ValueError("there is no such time of day")
    return hour, minute, second


def _offset(parts: dict[str, str | None]) -> timezone | None:
    """Return the zone that is given; raises ValueError with a hint."""
    if parts.get("zone_name"):
        raise ValueError(f"write the time zone {parts['zone_name']} as an offset such as -05:00, since names stand for several")
    if parts.get("utc"):
        return UTC
    if parts.get("zone_hours") is None:
        return None
    hours, minutes = int(parts["zone_hours"] or 0), int(parts.get("zone_minutes") or 0)
    if minutes > 59 or hours * 60 + minutes > LARGEST_OFFSET * 60:  # noqa: PLR2004 - minutes of an hour
        raise ValueError("no place is that far from UTC")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if parts["sign"] == "-" else offset)


def _settled(when: datetime) -> datetime:
    """Give an instant a fixed offset, and one that RFC 3339 can write; raises OverflowError if UTC has no such date."""
    utc = when.astimezone(UTC)
    offset = utc.astimezone(when.tzinfo).utcoffset() or timedelta()
    # local mean times, in use into the 20th century, have seconds
    return utc if offset == timedelta() or offset.total_seconds() % 60 else utc.astimezone(timezone(offset))


def _message(text: str, hint: str) -> str:
    """Say what was expected and what was got."""
    return f"expected an ISO 8601 date, got {shown(text)}" + (f": {hint}" if hint else "")


def _hint(text: str) -> str:
    """Guess why a text is no date; empty if there is nothing to say."""
    numeric = _NUMERIC.match(text)
    if numeric is not None:
        first, second, year = numeric.groups()
        year = year if len(year) == len("2026") else f"20{year}"
        orders = dict.fromkeys(((first, second), (second, first)))
        readings = [f"{year}-{month.zfill(2)}-{day.zfill(2)}" for month, day in orders if int(month) <= len(_MONTHS)]
        return f"day and month may be either way round; write {' or '.join(readings) or 'the year first'}"
    if _NO_DAY.fullmatch(text):
        return "the day is missing"
    if _SECONDS.fullmatch(text):
        seconds = int(text) // (1000 if len(text.lstrip("-")) > len("1772445600") else 1)
        return f"if these are seconds since 1970, write {datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    if _NUMBER.fullmatch(text):
        return "a number is no date"
    if any(character.isdigit() and not character.isascii() for character in text):
        return "write it with the digits 0 to 9"
    return ""
