from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newsletter.cadence import Cadence
from newsletter.config import Digest
from newsletter.ledger.records import Fate, Placement, Plan, Planned, Schedule
from newsletter.model import Article
from newsletter.runs.planning import plan
from tests.factories import make_article

WEEKLY = Cadence(every="week", zone=ZoneInfo("UTC"))
#: Mondays, at which weeks 10 to 13 of 2026 begin.
W10, W11, W12, W13 = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 16, 23))
DONE = Schedule(closed=W11, since=W11)
WAITS = Placement(fate=Fate.WAITING)
PASSED = Placement(fate=Fate.PASSED)


def dated(*names: str) -> list[Article]:
    """Publish articles on days of March 2026, each named after its day."""
    return [make_article(id=name, slug=name, published=day(name)) for name in names]


def day(name: str) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=int(name.rstrip("abc")) - 1)


def planned(
    now: datetime,
    published: Iterable[Article],
    *,
    schedule: Schedule | None = DONE,
    placements: Mapping[str, Placement] | None = None,
    keys: Iterable[str] = (),
    cadence: Cadence = WEEKLY,
    **digest: Any,  # noqa: ANN401 - any field of Digest
) -> Plan:
    """Plan, where something is due."""
    made = plan(cadence, Digest(**digest), now, published, schedule, placements or {}, frozenset(keys))
    assert made is not None
    return made


def issue(key: str, start: datetime, end: datetime, *articles: str) -> Planned:
    return Planned(key=key, start=start, end=end, articles=articles)


def test_the_first_run_makes_one_issue_of_the_last_period_and_passes_the_archive() -> None:
    made = planned(W12, dated("-400", "1", "8", "9", "15", "16"), schedule=None, catch_up="each")
    assert made == Plan(
        issues=(issue("2026-W11", W11, W12, "9", "15"),),
        passed=("-400", "1", "8"),
        schedule=Schedule(closed=W12, since=W12),
    )


def test_the_first_run_waits_for_enough_articles_and_passes_the_archive_all_the_same() -> None:
    made = planned(W12, dated("1", "9"), schedule=None, minimum=2)
    assert made == Plan(passed=("1",), waiting=("9",), schedule=Schedule(closed=W12, since=W11))


def test_the_first_run_before_the_time_of_day_takes_the_period_before() -> None:
    cadence = Cadence(every="week", at=datetime.fromisoformat("2026-03-16T08:30").time(), zone=ZoneInfo("UTC"))
    made = planned(W12 + timedelta(hours=8), dated("3", "9"), schedule=None, cadence=cadence)
    assert made.issues == (issue("2026-W10", W10, W11, "3"),)
    made = planned(W12 + timedelta(hours=8.5), dated("3", "9"), schedule=None, cadence=cadence)
    assert made.issues == (issue("2026-W11", W11, W12, "9"),)


@pytest.mark.parametrize("now", [W11, W12 - timedelta(seconds=1), W10, datetime(1970, 1, 1, tzinfo=UTC)])
def test_nothing_is_planned_before_a_period_is_over_or_when_the_clock_went_back(now: datetime) -> None:
    assert plan(WEEKLY, Digest(), now, dated("3", "10"), DONE, {}, ()) is None


def test_a_period_without_articles_makes_no_issue_and_is_closed() -> None:
    assert planned(W13, dated("23")) == Plan(schedule=Schedule(closed=W13, since=W13))


def test_articles_that_were_planned_are_left_alone() -> None:
    placements = {"9": Placement(fate=Fate.ISSUE, issue="2026-W10"), "10": Placement(fate=Fate.PASSED)}
    assert planned(W12, dated("9", "10", "11"), placements=placements).issues == (issue("2026-W11", W11, W12, "11"),)


def test_missed_periods_are_merged_into_one_issue_with_the_key_of_the_last() -> None:
    made = planned(W13, dated("9", "17", "22", "23"))
    assert made == Plan(issues=(issue("2026-W12", W11, W13, "9", "17", "22"),), schedule=Schedule(closed=W13, since=W13))


def test_missed_periods_have_an_issue_each_if_they_have_articles() -> None:
    end = W13 + timedelta(weeks=1)
    made = planned(end, dated("9", "10", "24"), catch_up="each")
    assert made.issues == (issue("2026-W11", W11, W12, "9", "10"), issue("2026-W13", W13, end, "24"))
    assert made.schedule == Schedule(closed=end, since=end)


def test_with_each_too_few_wait_for_the_next_of_the_missed_periods() -> None:
    made = planned(W13, dated("9", "17"), catch_up="each", minimum=2)
    assert made.issues == (issue("2026-W12", W11, W13, "9", "17"),)
    made = planned(W13, dated("9", "10", "17"), catch_up="each", minimum=2)
    assert made.issues == (issue("2026-W11", W11, W12, "9", "10"),)
    assert (made.waiting, made.schedule) == (("17",), Schedule(closed=W13, since=W12))


def test_the_articles_of_missed_periods_can_be_skipped() -> None:
    made = planned(W13, dated("8", "9", "15", "16", "22"), catch_up="skip")
    assert made.issues == (issue("2026-W12", W12, W13, "16", "22", "8"),)
    assert (made.passed, made.skipped, made.too_late, made.late) == (("9", "15"), ("9", "15"), (), ("8",))


def test_nothing_is_skipped_when_no_period_was_missed() -> None:
    made = planned(W12, dated("9", "15"), catch_up="skip")
    assert (made.issues, made.skipped) == ((issue("2026-W11", W11, W12, "9", "15"),), ())


def test_what_waits_is_not_skipped() -> None:
    waiting = Schedule(closed=W11, since=W10)
    made = planned(W13, dated("3", "9", "16"), schedule=waiting, placements={"3": WAITS}, catch_up="skip", minimum=2)
    assert made.issues == (issue("2026-W12", W10, W13, "3", "16"),)
    assert made.skipped == ("9",)


def test_what_waits_is_not_skipped_when_the_schedule_went_back_with_an_issue_that_was_forgotten() -> None:
    back = Schedule(closed=W10, since=W10)
    made = planned(W12, dated("3", "4", "9"), schedule=back, placements={"4": WAITS}, catch_up="skip")
    assert (made.issues, made.skipped) == ((issue("2026-W11", W10, W12, "4", "9"),), ("3",))


def test_a_late_article_goes_into_the_next_issue_after_those_on_time() -> None:
    made = planned(W12, dated("3", "1", "9", "10"))
    assert made.issues == (issue("2026-W11", W11, W12, "9", "10", "1", "3"),)
    assert made.late == ("1", "3")


def test_late_articles_alone_make_an_issue_of_the_first_missed_period() -> None:
    made = planned(W13, dated("3", "17"), catch_up="each")
    assert made.issues == (issue("2026-W11", W11, W12, "3"), issue("2026-W12", W12, W13, "17"))


def test_an_article_that_turns_up_too_late_is_passed() -> None:
    made = planned(W12, dated("5", "6", "9"), late_days=10)
    assert made.issues == (issue("2026-W11", W11, W12, "9", "6"),)
    assert (made.passed, made.too_late) == (("5",), ("5",))
    exactly = make_article(id="exactly", published=W12 - timedelta(days=10))
    assert planned(W12, [exactly], late_days=10).issues == (issue("2026-W11", W11, W12, "exactly"),)


def test_an_article_of_a_long_period_is_never_too_late_for_it() -> None:
    cadence = Cadence(every="year", zone=ZoneInfo("UTC"))
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    made = planned(end, dated("1"), cadence=cadence, schedule=Schedule(closed=start, since=start), late_days=0)
    assert made.issues == (issue("2026", start, end, "1"),)


def test_fewer_than_the_minimum_wait_and_the_next_issue_begins_where_they_do() -> None:
    made = planned(W12, dated("9"), minimum=2)
    assert made == Plan(waiting=("9",), schedule=Schedule(closed=W12, since=W11))
    assert made.schedule is not None
    following = planned(W13, dated("9", "17"), schedule=made.schedule, placements={"9": WAITS}, minimum=2)
    assert following.issues == (issue("2026-W12", W11, W13, "9", "17"),)


def test_what_waits_is_never_too_late() -> None:
    waiting = Schedule(closed=W12, since=W11)
    made = planned(W13, dated("-300", "9", "10"), schedule=waiting, placements={"-300": WAITS, "9": WAITS}, late_days=0)
    assert made.issues == (issue("2026-W12", W11, W13, "9", "10", "-300"),)
    assert made.late == ()


def test_the_time_of_what_waited_is_not_kept_open_when_it_is_gone() -> None:
    made = planned(W13, [], schedule=Schedule(closed=W12, since=W10), placements={"3": WAITS}, minimum=2)
    assert made == Plan(schedule=Schedule(closed=W13, since=W13))


def test_a_period_whose_key_was_used_is_passed_over_and_its_articles_are_in_the_next_issue() -> None:
    """As after a move of the publication to another time zone: the end of the same week is still to come."""
    cadence = Cadence(every="week", zone=ZoneInfo("America/New_York"))
    closed = Schedule(closed=W11, since=W11)
    between = make_article(id="between", published=W11 + timedelta(hours=2))
    assert plan(cadence, Digest(), W11 + timedelta(hours=5), [between], closed, {}, {"2026-W10"}) is None
    end = W12 + timedelta(hours=4)
    for catch_up in ("merge", "each", "skip"):
        made = planned(end, [between], schedule=closed, keys=["2026-W10"], cadence=cadence, catch_up=catch_up)
        assert made.issues == (issue("2026-W11", W11, end, "between"),)


def test_a_shorter_cadence_goes_on_where_the_longer_one_ended() -> None:
    cadence = Cadence(every="day", zone=ZoneInfo("UTC"))
    made = planned(W11 + timedelta(days=2), dated("8", "9", "10"), cadence=cadence, catch_up="each", late_days=0)
    assert [(one.key, one.articles) for one in made.issues] == [("2026-03-09", ("9",)), ("2026-03-10", ("10",))]
    assert made.too_late == ("8",)


def test_a_longer_cadence_begins_where_the_shorter_one_ended() -> None:
    cadence = Cadence(every="month", zone=ZoneInfo("UTC"))
    end = datetime(2026, 4, 1, tzinfo=UTC)
    assert planned(end, dated("9", "31"), cadence=cadence).issues == (issue("2026-03", W11, end, "9", "31"),)


def test_articles_of_one_instant_are_in_the_order_of_their_ids_whatever_their_offset() -> None:
    east = timezone(timedelta(hours=3))
    articles = [
        make_article(id="b", published=W11),
        make_article(id="c", published=W11 + timedelta(hours=1)),
        make_article(id="a", published=W11.astimezone(east)),
    ]
    assert planned(W12, articles).issues == (issue("2026-W11", W11, W12, "a", "b", "c"),)


def test_without_a_schedule_a_key_that_was_used_is_not_used_again() -> None:
    made = planned(W12, dated("1", "9"), schedule=None, keys={"2026-W11"})
    assert made == Plan(passed=("1",), schedule=Schedule(closed=W11, since=W11))
    later = planned(W13, dated("1", "9", "17"), schedule=made.schedule, keys={"2026-W11"}, placements={"1": PASSED})
    assert later.issues == (issue("2026-W12", W11, W13, "9", "17"),)
