from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import periods
from newsletter.cadence import TICK, Cadence
from newsletter.config import Digest
from newsletter.model import Period
from tests.factories import make_config

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAYS = Cadence(every="week", on=5, at=time(8, 30), zone=BERLIN)
#: Midnight skipped, lived twice, gone back over, half an hour of summer time, a day skipped.
ODD = ("America/Asuncion", "Africa/Cairo", "America/Havana", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia")
ZONES = st.sampled_from((*ODD, "Europe/Berlin", "America/New_York", "UTC")) | st.sampled_from(
    sorted(available_timezones() - {"localtime"})
)
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone apart


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    every = draw(st.sampled_from(periods.EVERY))
    days = {"day": 1, "week": 7}.get(every, 31)
    at = time(draw(st.integers(0, 23)), draw(st.sampled_from((0, 30, 59))))
    return Cadence(every=every, on=draw(st.integers(1, days)), at=at, zone=ZoneInfo(draw(ZONES)))


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def due(zone: str, day: str, at: str) -> str:
    """Tell when the issue of the day before one is due."""
    cadence = Cadence(every="day", at=time.fromisoformat(at), zone=ZoneInfo(zone))
    period = cadence.parse((date.fromisoformat(day) - timedelta(days=1)).isoformat())
    return cadence.due(period).isoformat()[:19]


@pytest.mark.parametrize(
    ("digest", "on", "at"),
    [
        (Digest(), 1, time(0)),
        (Digest(on="monday"), 1, time(0)),
        (Digest(on="sunday", at="23:59"), 7, time(23, 59)),
        (Digest(every="month", on="31"), 31, time(0)),
        (Digest(every="day", at="08:30"), 1, time(8, 30)),
    ],
)
def test_it_is_read_from_the_configuration(digest: Digest, on: int, at: time) -> None:
    config = make_config(digest=digest, timezone=BERLIN)
    assert Cadence.of(config) == Cadence(every=digest.every, on=on, at=at, zone=BERLIN)


def test_a_week_begins_on_its_day_and_is_named_after_the_week_of_that_day() -> None:
    friday = Period(start=local("2024-12-13"), end=local("2024-12-20"), key="2024-W50")
    assert FRIDAYS.containing(local("2024-12-13")) == friday
    assert FRIDAYS.containing(local("2024-12-20") - TICK) == friday
    assert FRIDAYS.due(friday) == local("2024-12-20T08:30")


@pytest.mark.parametrize(
    ("every", "on", "instant", "start", "end", "key"),
    [
        ("month", 15, "2024-12-20", "2024-12-15", "2025-01-15", "2024-12"),
        ("month", 15, "2025-01-14T23:59", "2024-12-15", "2025-01-15", "2024-12"),
        ("month", 31, "2024-02-29", "2024-02-29", "2024-03-31", "2024-02"),
        ("month", 31, "2024-02-28", "2024-01-31", "2024-02-29", "2024-01"),
        ("quarter", 10, "2025-01-09", "2024-10-10", "2025-01-10", "2024-Q4"),
        ("year", 2, "2025-01-01", "2024-01-02", "2025-01-02", "2024"),
        ("week", 7, "2024-12-31", "2024-12-29", "2025-01-05", "2024-W52"),
    ],
)
def test_a_period_that_does_not_begin_on_the_first(every: str, on: int, instant: str, start: str, end: str, key: str) -> None:
    period = Period(start=local(start), end=local(end), key=key)
    cadence = Cadence(every=every, on=on, zone=BERLIN)
    assert cadence.containing(local(instant)) == period
    assert cadence.parse(key) == period


def test_the_last_complete_period_has_ended_and_the_last_due_one_is_due() -> None:
    now = local("2024-12-20T08:29")
    assert FRIDAYS.last_complete(now).key == "2024-W50"
    assert FRIDAYS.last_due(now).key == "2024-W49"
    assert FRIDAYS.last_due(now + timedelta(minutes=1)).key == "2024-W50"


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", "2026-03-28", "02:30", "2026-03-28T01:30:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00"),
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00"),
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00:00"),
        ("America/New_York", "2026-03-08", "02:59", "2026-03-08T07:00:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00:00"),
        ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:00:00"),
        ("Africa/Cairo", "2026-10-30", "00:00", "2026-10-29T22:00:00"),
        ("America/Asuncion", "2023-10-01", "00:15", "2023-10-01T04:00:00"),
        ("America/St_Johns", "2008-11-02", "00:00", "2008-11-02T02:30:00"),
        ("Pacific/Apia", "2011-12-31", "08:00", "2011-12-30T18:00:00"),
    ],
)
def test_an_issue_is_due_when_the_clocks_first_show_its_time_or_have_skipped_it(
    zone: str, day: str, at: str, expected: str
) -> None:
    assert due(zone, day, at) == expected


def test_the_day_that_a_zone_skipped_is_due_with_the_day_before_and_has_no_period() -> None:
    apia = ZoneInfo("Pacific/Apia")
    cadence = Cadence(every="day", zone=apia)
    found = cadence.periods_due(local("2011-12-29", apia), local("2012-01-01", apia))
    assert [period.key for period in found] == ["2011-12-29", "2011-12-31"]


def test_a_midnight_in_the_middle_of_what_is_skipped_is_when_the_clocks_have_moved_on() -> None:
    """Toronto went from 23:30 to 00:30."""
    toronto = ZoneInfo("America/Toronto")
    period = periods.calendar_period("day", date(1919, 3, 31), toronto)
    assert period.start == datetime(1919, 3, 31, 4, 30, tzinfo=UTC)
    assert periods.containing("day", period.start, toronto) == period


def test_due_periods_end_after_one_instant_and_are_due_by_another() -> None:
    closed = local("2024-11-29")
    keys = ["2024-W48", "2024-W49", "2024-W50"]
    assert [one.key for one in FRIDAYS.periods_due(closed, local("2024-12-20T08:30"))] == keys
    assert [one.key for one in FRIDAYS.periods_due(closed, local("2024-12-20T08:29"))] == keys[:2]
    assert [one.key for one in FRIDAYS.periods_due(closed - TICK, local("2024-12-20T08:29"))] == ["2024-W47", *keys[:2]]
    assert FRIDAYS.periods_due(closed, closed) == FRIDAYS.periods_due(closed, closed - timedelta(days=999)) == ()


def test_the_end_of_the_calendar_is_the_end_of_what_is_due() -> None:
    cadence = Cadence(every="year", on=31, zone=ZoneInfo("America/New_York"))
    found = cadence.periods_due(datetime(9996, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert [one.key for one in found] == ["9995", "9996", "9997", "9998", "9999"]
    assert cadence.containing(datetime(1, 1, 3, tzinfo=UTC)).start.year == 1


def test_ranges_and_other_kinds_of_period_are_not_shifted() -> None:
    assert FRIDAYS.parse("2024-12") == periods.parse("2024-12", BERLIN)
    assert FRIDAYS.parse("2024-12-16") == periods.parse("2024-12-16", BERLIN)
    dates = FRIDAYS.parse("2024-12-09--2024-12-12")
    assert (dates.start, dates.end, dates.key) == (local("2024-12-09"), local("2024-12-13"), "2024-12-09--2024-12-12")


def test_a_range_is_named_after_the_scheduled_period_that_it_equals_and_no_other() -> None:
    now = local("2024-12-20")
    assert FRIDAYS.between("2024-12-13", "2024-12-19", now) == FRIDAYS.parse("2024-W50")
    assert FRIDAYS.last("7d", now) == FRIDAYS.parse("2024-W50")
    plain = FRIDAYS.between("2024-12-09", "2024-12-15", now)
    assert plain.key == "2024-12-09--2024-12-15"
    assert FRIDAYS.parse(plain.key) == plain
    assert FRIDAYS.last("7d", local("2024-12-16")) == plain


@pytest.mark.parametrize("text", ["2024-W60", "soon"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        FRIDAYS.parse(text)


@given(every=st.sampled_from(periods.EVERY), instant=INSTANTS, zone=ZONES.map(ZoneInfo), text=st.sampled_from(periods.EVERY))
def test_without_a_day_it_is_the_plain_calendar(every: str, instant: datetime, zone: ZoneInfo, text: str) -> None:
    cadence = Cadence(every=every, zone=zone)
    assert cadence.containing(instant) == periods.containing(every, instant, zone)
    assert cadence.last_complete(instant) == periods.last_complete(every, instant, zone)
    key = periods.containing(text, instant, zone).key
    assert cadence.parse(key) == periods.parse(key, zone)
    day = key if text == "day" else "2024-12-09"
    assert cadence.between(None, day, instant) == periods.between(None, day, instant, zone)
    assert cadence.last("7d", instant) == periods.last("7d", instant, zone)


@given(cadence=cadences(), instant=INSTANTS)
def test_scheduled_periods_tile_time_and_their_keys_give_them_back(cadence: Cadence, instant: datetime) -> None:
    period = cadence.containing(instant)
    assert period.start <= instant < period.end
    assert cadence.containing(period.end).start == period.end
    assert cadence.containing(period.end).key != period.key
    assert cadence.parse(period.key) == period


@given(cadence=cadences(), after=INSTANTS, days=st.integers(0, 800))
def test_due_periods_follow_one_another_and_end_with_the_last_one_due(cadence: Cadence, after: datetime, days: int) -> None:
    now = after + timedelta(days=days)
    found = cadence.periods_due(after, now)
    for one, following in pairwise(found):
        assert one.end == following.start
        assert cadence.due(one) <= cadence.due(following)
    last = cadence.last_due(now)
    assert last.end <= cadence.due(last) <= now < cadence.due(cadence.containing(last.end))
    assert found[-1:] == ((last,) if last.end > after else ())


@given(cadence=cadences(), day=st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_time_is_reached_the_moment_that_the_clocks_show_it_or_more(cadence: Cadence, day: date) -> None:
    instant = periods.reached(day, cadence.at, cadence.zone)
    wall = datetime.combine(day, cadence.at)
    assert instant.astimezone(cadence.zone).replace(tzinfo=None) >= wall
    assert (instant - timedelta(seconds=1)).astimezone(cadence.zone).replace(tzinfo=None) < wall
