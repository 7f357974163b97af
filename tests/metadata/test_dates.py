from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.metadata import dates

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu"])


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-01-05", "2024-01-05T00:00:00+01:00"),
        ("2024-01-05 10:00", "2024-01-05T10:00:00+01:00"),
        ("2024-07-05 10:00:07", "2024-07-05T10:00:07+02:00"),
        ("2026-03-02 10:00:00 +0000", "2026-03-02T10:00:00+00:00"),
        ("2015-03-17 14:00:00 -4", "2015-03-17T14:00:00-04:00"),
        ("2015-03-17 14:00:00 -930", "2015-03-17T14:00:00-09:30"),
        ("2026-03-02t10:00:00z", "2026-03-02T10:00:00+00:00"),
        ("2026-03-02T10:00:00+09:00", "2026-03-02T10:00:00+09:00"),
        ("2020-04-03T20:26:28.999Z", "2020-04-03T20:26:28+00:00"),
        ("2020-04-03T20:26:28,5Z", "2020-04-03T20:26:28+00:00"),
        ("2026-3-2", "2026-03-02T00:00:00+01:00"),
        ("2026-3-2 9:18:00", "2026-03-02T09:18:00+01:00"),
        ("2026/03/02", "2026-03-02T00:00:00+01:00"),
        ("2026.03.02", "2026-03-02T00:00:00+01:00"),
        ("20260302", "2026-03-02T00:00:00+01:00"),
        ("20260302T101500Z", "2026-03-02T10:15:00+00:00"),
        ("20260302T1015", "2026-03-02T10:15:00+01:00"),
        ("Jul 08 2022", "2022-07-08T00:00:00+02:00"),
        ("September 30, 2018", "2018-09-30T00:00:00+02:00"),
        ("Sept. 3rd, 2018", "2018-09-03T00:00:00+02:00"),
        ("8 July 2022", "2022-07-08T00:00:00+02:00"),
        ("8th of july 2022, 17:05", "2022-07-08T17:05:00+02:00"),
        ("08-Jul-2022", "2022-07-08T00:00:00+02:00"),
        ("2022-Jul-08", "2022-07-08T00:00:00+02:00"),
        ("March 2, 2026 at 5:30 PM", "2026-03-02T17:30:00+01:00"),
        ("2026-03-02 12:05 am", "2026-03-02T00:05:00+01:00"),
        ("Mon, 02 Mar 2026 10:00:00 +0000", "2026-03-02T10:00:00+00:00"),
        ("Monday, 2 March 2026 10:00 GMT", "2026-03-02T10:00:00+00:00"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00+01:00"),
        ("Mon Mar  2 10:00:00 UTC 2026", "2026-03-02T10:00:00+00:00"),
        ("Mon Mar 02 2026 10:00:00 GMT+0100 (Central European Standard Time)", "2026-03-02T10:00:00+01:00"),
        ("2012-03-30 23:00:00 UTC-03:00", "2012-03-30T23:00:00-03:00"),
        ("  2026-03-02\n", "2026-03-02T00:00:00+01:00"),
        ("1969-12-31", "1969-12-31T00:00:00+01:00"),
        ("2038-01-20T00:00:00Z", "2038-01-20T00:00:00+00:00"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_real_spellings_are_read(written: str, instant: str) -> None:
    assert dates.read(written, BERLIN).instant.isoformat() == instant


def test_a_time_that_the_clocks_skip_is_as_much_later() -> None:
    """02:30 does not exist on that night: fold=0 of PEP 495."""
    assert dates.read("2026-03-29 02:30:00", BERLIN).instant.isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_day_whose_midnight_the_clocks_skip_begins_later() -> None:
    assert dates.read("2018-11-04", ZoneInfo("America/Sao_Paulo")).instant.isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    assert dates.read("2026-10-25 02:30:00", BERLIN).instant.isoformat() == "2026-10-25T02:30:00+02:00"


def test_instants_around_a_clock_change_are_ordered_by_time_and_not_by_clock() -> None:
    first, second = dates.read("2026-10-25 02:50:00", BERLIN).instant, dates.read("2026-10-25T02:10:00+01:00", BERLIN).instant
    assert first < second
    assert first.astimezone(BERLIN) > second.astimezone(BERLIN)  # what fixed offsets are for


def test_local_mean_time_is_written_in_utc_since_rfc_3339_has_no_seconds_in_offsets() -> None:
    assert dates.read("1930-01-01", ZoneInfo("Africa/Monrovia")).instant.isoformat() == "1930-01-01T00:44:30+00:00"


def test_a_date_tells_whether_a_time_was_given() -> None:
    assert (dates.read("2026-03-02", BERLIN).timed, dates.read("2026-03-02 00:00", BERLIN).timed) == (False, True)


@given(
    st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9998, 12, 31)),  # noqa: DTZ001 - the zone is added
    st.integers(-14 * 60, 14 * 60),
    ZONES,
)
def test_any_rfc_3339_date_comes_back_whatever_the_zone(when: datetime, minutes: int, zone: str) -> None:
    instant = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    read = dates.read(instant.isoformat(), ZoneInfo(zone)).instant
    assert read == instant
    assert read.utcoffset() == instant.utcoffset()


@given(st.dates(min_value=date(1902, 1, 1), max_value=date(9998, 12, 31)), ZONES)
def test_a_bare_date_is_that_day_in_the_zone(day: date, zone: str) -> None:
    # Apia left out 30 December 2011 as a whole: that day begins with the next
    read = dates.read(day.isoformat(), ZoneInfo(zone)).instant.astimezone(ZoneInfo(zone)).date()
    assert read == day or (zone, day) == ("Pacific/Apia", date(2011, 12, 30))


@given(st.text(max_size=40))
def test_whatever_is_no_date_is_refused_with_its_value(text: str) -> None:
    try:
        instant = dates.read(text, BERLIN).instant
    except ValueError as error:
        assert str(error).startswith("expected an ISO 8601 date, got ")  # noqa: PT017 - most texts raise, some do not
    else:
        assert instant.astimezone(UTC).year >= 1899


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("2024-12-16-title.md", "2024-12-16"),
        ("2024-1-5_title.md", "2024-01-05"),
        ("2024-12-16.md", "2024-12-16"),
        ("a/2024-12-16-title/index.md", "2024-12-16"),
        ("2024/12/16/title.md", "2024-12-16"),
        ("news/2024/12/16-title.md", "2024-12-16"),
        ("2024-13-01-title.md", None),
        ("2024-12-161.md", None),
        ("a/2024-12-16-title/other.md", None),
        ("title.md", None),
    ],
)
def test_a_path_tells_a_date(path: str, found: str | None) -> None:
    instant = dates.in_path(path, BERLIN)
    assert (instant.date().isoformat() if instant else None) == found


def test_a_name_without_its_date() -> None:
    assert [dates.undated(name) for name in ("2024-12-16-title", "2024-12-16", "title", "2024-1-5 a b")] == [
        "title",
        "2024-12-16",
        "title",
        "a b",
    ]
