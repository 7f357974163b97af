from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import periods
from newsletter.model import Period

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 12, 18, 9, 30, tzinfo=UTC)
#: Midnight skipped (Sao Paulo, Cairo), lived twice (Havana, Azores), gone back over (St Johns), a day skipped (Apia, Kwajalein).
ODD = ("America/Sao_Paulo", "Africa/Cairo", "America/Havana", "Atlantic/Azores", "America/St_Johns", "Pacific/Apia")
ZONES = st.sampled_from((*ODD, "Pacific/Kwajalein", "Europe/Berlin", "UTC")) | st.sampled_from(
    sorted(available_timezones() - {"localtime"})
)
DAYS = st.dates(date(1850, 1, 1), date(2100, 1, 1)) | st.dates(date(2, 1, 1), date(9998, 1, 1))
CADENCES = st.sampled_from(periods.EVERY)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("every", "key", "start", "end"),
    [
        ("day", "2024-12-16", "2024-12-16", "2024-12-17"),
        ("week", "2024-W51", "2024-12-16", "2024-12-23"),
        ("month", "2024-12", "2024-12-01", "2025-01-01"),
        ("quarter", "2024-Q4", "2024-10-01", "2025-01-01"),
        ("year", "2024", "2024-01-01", "2025-01-01"),
    ],
)
def test_a_calendar_period_begins_and_ends_at_local_midnight(every: str, key: str, start: str, end: str) -> None:
    expected = Period(start=at(start), end=at(end), key=key)
    assert periods.calendar_period(every, date(2024, 12, 16), BERLIN) == expected
    assert periods.parse(key, BERLIN) == expected
    assert periods.containing(every, at("2024-12-16T00:00"), BERLIN) == expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 167), ("2026-10-25", 169), ("2026-06-07", 168)])
def test_a_week_has_an_hour_less_or_more_when_the_clocks_change(day: str, hours: int) -> None:
    period = periods.calendar_period("week", date.fromisoformat(day), BERLIN)
    assert period.end - period.start == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "key"), [("2024-12-30", "2025-W01"), ("2021-01-03", "2020-W53"), ("2025-03-31", "2025-W14")])
def test_a_week_belongs_to_the_year_of_its_thursday(day: str, key: str) -> None:
    assert periods.calendar_period("week", date.fromisoformat(day), BERLIN).key == key


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_have_moved_on() -> None:
    period = periods.calendar_period("day", date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"))
    assert period.start == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=23)


def test_a_day_whose_midnight_occurs_twice_begins_the_first_time() -> None:
    period = periods.calendar_period("day", date(2024, 11, 3), ZoneInfo("America/Havana"))
    assert period.start == datetime(2024, 11, 3, 4, tzinfo=UTC)
    assert period.end - period.start == timedelta(hours=25)


@given(every=CADENCES, day=DAYS, name=ZONES)
def test_adjacent_periods_tile_time(every: str, day: date, name: str) -> None:
    zone = ZoneInfo(name)
    period = periods.calendar_period(every, day, zone)
    following = [periods.calendar_period(every, day + timedelta(days=days), zone) for days in range(367)]
    after = next(other for other in following if other.key != period.key)
    assert period.start <= period.end == after.start


@given(every=CADENCES, day=DAYS, name=ZONES)
def test_the_key_of_a_calendar_period_gives_it_back(every: str, day: date, name: str) -> None:
    period = periods.calendar_period(every, day, ZoneInfo(name))
    assert periods.parse(period.key, ZoneInfo(name)) == period


@given(
    every=CADENCES,
    instant=st.datetimes(datetime(1850, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone apart
    name=ZONES,
)
def test_the_period_containing_an_instant_contains_it_and_the_last_complete_one_ends_where_it_begins(
    every: str, instant: datetime, name: str
) -> None:
    zone = ZoneInfo(name)
    period = periods.containing(every, instant, zone)
    assert period.start <= instant < period.end
    complete = periods.last_complete(every, instant, zone)
    assert complete.start < complete.end == period.start


@given(
    bounds=st.lists(
        st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone apart
        min_size=2,
        max_size=2,
        unique_by=lambda when: when.replace(microsecond=0),
    ),
    name=ZONES,
)
def test_the_key_of_a_range_gives_it_back_and_is_one_safe_path_segment(bounds: list[datetime], name: str) -> None:
    start, end = sorted(when.replace(microsecond=0) for when in bounds)
    period = periods.between(start.isoformat(), end.isoformat(), NOW, ZoneInfo(name))
    assert (period.start, period.end) == (start, end)
    assert periods.parse(period.key, ZoneInfo(name)) == period
    assert set(period.key) <= set("0123456789-TZWQ")


@given(days=st.lists(DAYS, min_size=2, max_size=2), name=ZONES)
def test_the_key_of_a_range_of_days_gives_it_back(days: list[date], name: str) -> None:
    zone, (first, final) = ZoneInfo(name), sorted(days)
    start = periods.calendar_period("day", first, zone).start
    if start < periods.calendar_period("day", final, zone).end:  # not a day that the zone skipped
        period = periods.between(first.isoformat(), final.isoformat(), NOW, zone)
        assert periods.parse(period.key, zone) == period


def test_the_last_complete_period_at_the_very_end_of_a_week_is_that_week() -> None:
    assert periods.last_complete("week", at("2024-12-16"), BERLIN).key == "2024-W50"
    assert periods.last_complete("week", at("2024-12-15T23:59:59"), BERLIN).key == "2024-W49"


def test_the_last_complete_day_passes_over_a_day_that_the_zone_skipped() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert periods.last_complete("day", at("2011-12-31T12:00", apia), apia).key == "2011-12-29"


def test_a_bare_end_date_includes_that_whole_day_and_an_instant_is_exclusive() -> None:
    assert periods.between("2024-12-02", "2024-12-16", NOW, BERLIN) == Period(
        start=at("2024-12-02"), end=at("2024-12-17"), key="2024-12-02--2024-12-16"
    )
    assert periods.between("2024-12-02", "2024-12-16T00:00", NOW, BERLIN).end == at("2024-12-16")
    assert periods.between("2024-12-02", "20241216", NOW, BERLIN).end == at("2024-12-17")


@pytest.mark.parametrize(
    ("start", "end", "key"),
    [
        ("2024-12-16", "2024-12-16", "2024-12-16"),
        ("2024-12-09", "2024-12-15", "2024-W50"),
        ("2024-12-01", "2024-12-31", "2024-12"),
        ("2024-10-01", "2024-12-31", "2024-Q4"),
        ("2024-01-01", "2024-12-31", "2024"),
        ("2024-01-01T00:00", "2025-01-01T00:00:00+01:00", "2024"),
        ("2024-12-01T10:00", "2024-12-02T10:00Z", "20241201T090000Z--20241202T100000Z"),
    ],
)
def test_a_range_has_the_key_of_the_calendar_period_that_it_equals(start: str, end: str, key: str) -> None:
    assert periods.between(start, end, NOW, BERLIN).key == key


def test_a_range_without_an_end_ends_now_and_without_a_start_reaches_back_to_the_beginning() -> None:
    assert periods.between("2024-12-16", None, NOW, BERLIN).end == NOW
    everything = periods.between(None, "2024-12-16", NOW, BERLIN)
    assert everything.start.year == 1
    assert everything.key == "0001-01-02--2024-12-16"


@pytest.mark.parametrize("end", ["2024-12-15", "2024-12-16T00:00"])
def test_a_range_that_ends_before_it_begins_or_as_it_begins_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins: from 2024-12-16 to"):
        periods.between("2024-12-16", end, NOW, BERLIN)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("36h", "2024-12-16T21:30+00:00"),
        ("7d", "2024-12-11T09:30+00:00"),
        ("2w", "2024-12-04T09:30+00:00"),
        ("3m", "2024-09-18T08:30+00:00"),
        ("60d", "2024-10-19T08:30+00:00"),
    ],
)
def test_last_counts_back_from_now_on_the_local_clock(text: str, start: str) -> None:
    period = periods.last(text, NOW, BERLIN)
    assert (period.start, period.end) == (datetime.fromisoformat(start), NOW)


def test_a_month_before_the_thirty_first_is_the_last_day_of_a_shorter_month() -> None:
    assert periods.last("1m", at("2024-03-31T12:00"), BERLIN).start == at("2024-02-29T12:00")


def test_last_days_at_midnight_has_the_key_of_the_days() -> None:
    assert periods.last("3d", at("2024-12-16"), BERLIN).key == "2024-12-13--2024-12-15"
    assert periods.last("7d", at("2024-12-16"), BERLIN).key == "2024-W50"


@pytest.mark.parametrize("text", ["", "7", "7x", "0d", "-7d", "seven days", "1.5d"])
def test_a_length_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a length such as 36h, 7d, 2w or 3m"):
        periods.last(text, NOW, BERLIN)


@pytest.mark.parametrize("text", ["999999d", "999999w", "99999m"])
def test_a_length_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="before the year 1"):
        periods.last(text, NOW, BERLIN)


@pytest.mark.parametrize("text", ["2024-W54", "2024-13", "2024-02-30", "0000", "2024-12-16--2024-12-01", "2024-12-16--soon"])
def test_a_period_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"no such period: '{text}'"):
        periods.parse(text, BERLIN)


@pytest.mark.parametrize("text", ["", "last week", "2024-Q5", "24-W50", "2024/12"])
def test_a_text_that_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a period such as"):
        periods.parse(text, BERLIN)


def test_a_period_is_read_in_either_case_and_without_the_hyphen() -> None:
    assert periods.parse("2024w50", BERLIN).key == "2024-W50"
    assert periods.parse("2024q4", BERLIN).key == "2024-Q4"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-12-16", "2024-12-15T23:00:00+00:00"),
        ("2024-12-16T10:00", "2024-12-16T09:00:00+00:00"),
        ("2024-12-16 10:00:00.9Z", "2024-12-16T10:00:00+00:00"),
        ("2024-12-16t10:00:00z", "2024-12-16T10:00:00+00:00"),
        ("2024-12-16T10:00:00-05:00", "2024-12-16T15:00:00+00:00"),
    ],
)
def test_an_instant_without_an_offset_is_in_the_zone(text: str, expected: str) -> None:
    assert periods.instant(text, BERLIN).isoformat() == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "2024-W50", "16.12.2024", "2024-12-16T25:00", "2024-12-32"])
def test_an_instant_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date such as 2024-12-16 or an instant"):
        periods.instant(text, BERLIN)


def test_an_unknown_cadence_is_refused() -> None:
    with pytest.raises(ValueError, match="expected day, week, month, quarter, year, got 'fortnight'"):
        periods.calendar_period("fortnight", date(2024, 12, 16), BERLIN)


@pytest.mark.parametrize("when", ["0001-01-01T00:30", "9999-12-31T23:30"])
@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("every", periods.EVERY)
def test_the_ends_of_the_calendar_do_not_overflow(every: str, when: str, name: str) -> None:
    zone = ZoneInfo(name)
    instant = datetime.fromisoformat(when).replace(tzinfo=UTC)
    period = periods.containing(every, instant, zone)
    assert period == periods.parse(period.key, zone)
    assert periods.instant(when[:10], zone).year in {1, 9999}
