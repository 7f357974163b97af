import sqlite3
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from newsletter.errors import LedgerError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Fate, Issued, Placement, Plan, Planned, Schedule, State
from newsletter.ledger.store import Ledger
from tests.ledger.plans import MONDAY, NOW, WEEK, held, interrupt, make_plan, planned, reserve, spoil
from tests.test_ledger import make_publication, record

LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "letter.db"


def deliver(ledger: Ledger, key: str, *articles: str) -> None:
    ledger.delivered(key, at=LATER, service="smtp", reference="campaign 7", articles=articles)


# Reserving


def test_reading_a_ledger_that_is_not_there_makes_nothing(path: Path) -> None:
    with open_ledger(path) as ledger:
        assert ledger.issues() == ()
        assert ledger.issue("2026-W10") is None
        assert ledger.schedule() is None
        assert ledger.placements() == {}
        assert ledger.attempts("2026-W10", "smtp") == {}
        assert ledger.counts("2026-W10") == {}
    assert list(path.parent.iterdir()) == []


def test_a_plan_is_carried_into_the_ledger(location: str) -> None:
    plan = make_plan(planned(10, "b", "a"), planned(11, "c"), waiting=("w",), passed=("p", "q"))
    issues = reserve(location, plan)
    assert issues[0] == Issued(
        key="2026-W10",
        number=1,
        start=MONDAY,
        end=MONDAY + WEEK,
        articles=("b", "a"),
        state=State.RESERVED,
        reserved=NOW,
    )
    with open_ledger(location) as ledger:
        assert ledger.issues() == issues
        assert ledger.issue("2026-W11") == issues[1]
        assert ledger.issue("2026-W12") is None
        assert ledger.schedule() == plan.schedule
        assert ledger.placements() == {
            "a": Placement(fate=Fate.ISSUE, issue="2026-W10"),
            "b": Placement(fate=Fate.ISSUE, issue="2026-W10"),
            "c": Placement(fate=Fate.ISSUE, issue="2026-W11"),
            "w": Placement(fate=Fate.WAITING),
            "p": Placement(fate=Fate.PASSED),
            "q": Placement(fate=Fate.PASSED),
        }


def test_periods_come_back_in_utc_and_the_moment_of_reservation_with_its_offset(location: str) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    period = Planned(key="k", start=MONDAY.astimezone(east), end=(MONDAY + WEEK).astimezone(east), articles=("a",))
    plan = make_plan(period)
    with open_ledger(location) as ledger:
        ledger.reserve(plan, NOW.astimezone(east))
    with open_ledger(location) as ledger:
        (issue,) = ledger.issues()
        schedule = ledger.schedule()
    assert schedule is not None
    assert {one.utcoffset() for one in (issue.start, issue.end, schedule.closed, schedule.since)} == {timedelta(0)}
    assert issue.reserved.utcoffset() == timedelta(hours=5, minutes=30)
    assert (issue.end, issue.reserved) == (MONDAY + WEEK, NOW)


def test_numbers_count_on_and_articles_that_waited_get_their_issue(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), waiting=("w", "v")))
    reserve(location, make_plan(planned(11, "w", "b"), waiting=("v",)))
    with open_ledger(location) as ledger:
        assert [(issue.number, issue.articles) for issue in ledger.issues()] == [(1, ("a",)), (2, ("w", "b"))]
        assert ledger.placements()["w"] == Placement(fate=Fate.ISSUE, issue="2026-W11")
        assert ledger.placements()["v"] == Placement(fate=Fate.WAITING)


def test_a_plan_without_a_schedule_leaves_the_one_there_is(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), schedule=None))
    assert held(location)[1] is None
    reserve(location, make_plan(planned(11, "b")))
    before = held(location)[1]
    reserve(location, make_plan(planned(8, "c"), schedule=None))
    assert held(location)[1] == before


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (make_plan(planned(10, "b")), "issue 2026-W10: the ledger has it already"),
        (make_plan(planned(11, "b", "a")), "a: the article is in the issue 2026-W10 already"),
        (make_plan(waiting=("a",)), "a: the article is in the issue 2026-W10 already"),
        (make_plan(passed=("a",)), "a: the article is in the issue 2026-W10 already"),
        (make_plan(planned(9, "b")), "the periods until 2026-03-09T00:00:00+00:00 are done with already"),
    ],
)
def test_a_plan_that_another_run_overtook_changes_nothing(location: str, plan: Plan, words: str) -> None:
    reserve(location, make_plan(planned(10, "a")))
    before = held(location)
    with pytest.raises(LedgerError) as caught:
        reserve(location, plan)
    assert str(caught.value) == f"{words}; nothing was changed; another run seems to have been at work meanwhile, try again"
    assert held(location) == before


@pytest.mark.parametrize(
    "plan",
    [
        make_plan(planned(10, "a", "a")),
        make_plan(planned(10, "a"), planned(11, "a")),
        make_plan(planned(10, "b"), waiting=("a",), passed=("a",)),
    ],
)
def test_a_plan_with_two_places_for_an_article_is_a_mistake(path: Path, plan: Plan) -> None:
    with pytest.raises(ValueError, match="two places for a"):
        reserve(path, plan)
    assert held(path)[0] == ()


# Taking back


def test_what_is_reserved_for_a_body_stays_when_it_ends(location: str) -> None:
    plan = make_plan(planned(10, "a"), waiting=("w",))
    with open_ledger(location) as ledger, ledger.reserving(plan, NOW) as issues:
        assert held(location)[0] == issues
    assert held(location)[0] == issues


def test_what_is_reserved_for_a_body_that_raises_is_taken_back(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), waiting=("w", "v"), passed=("p",)))
    before = held(location)
    plan = make_plan(planned(11, "b", "w"), planned(12, "c"), waiting=("v", "x"), passed=("y",))
    with open_ledger(location) as ledger, pytest.raises(KeyboardInterrupt), ledger.reserving(plan, NOW):
        interrupt()
    assert held(location) == before


def test_a_first_reservation_that_is_taken_back_leaves_no_file(path: Path) -> None:
    with open_ledger(path) as ledger:
        with pytest.raises(RuntimeError), ledger.reserving(make_plan(planned(10, "a")), NOW):
            raise RuntimeError
        assert ledger.issues() == ()
        assert list(path.parent.iterdir()) == []
        ledger.reserve(make_plan(planned(10, "a")), NOW)
    assert len(held(path)[0]) == 1


def test_a_first_reservation_in_a_shared_database_can_be_repeated(postgres_url: str) -> None:
    with open_ledger(postgres_url) as ledger:
        with pytest.raises(RuntimeError), ledger.reserving(make_plan(planned(10, "a")), NOW):
            raise RuntimeError
        assert ledger.issues() == ()
        ledger.reserve(make_plan(planned(10, "a")), NOW)
        assert len(ledger.issues()) == 1


def test_articles_that_the_body_published_stay_when_the_reservation_is_taken_back(location: str) -> None:
    plan = make_plan(planned(10, "a"))
    with open_ledger(location) as ledger, pytest.raises(KeyboardInterrupt), ledger.reserving(plan, NOW):
        interrupt(lambda: record(location, make_publication(1)))
    assert held(location)[:3] == ((), None, {})
    with open_ledger(location) as ledger:
        assert len(ledger.known()) == 1


def test_what_somebody_may_have_been_handed_is_not_taken_back(location: str) -> None:
    plan = make_plan(planned(10, "a"), planned(11, "b"))
    with open_ledger(location) as ledger, pytest.raises(KeyboardInterrupt), ledger.reserving(plan, NOW):
        interrupt(lambda: ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW))
    issues, schedule, *_ = held(location)
    assert [issue.state for issue in issues] == [State.RESERVED, State.RESERVED]
    assert schedule == plan.schedule


def test_what_was_delivered_is_not_taken_back(location: str) -> None:
    plan = make_plan(planned(10, "a"), planned(11, "b"))
    with open_ledger(location) as ledger, pytest.raises(KeyboardInterrupt), ledger.reserving(plan, NOW):
        interrupt(lambda: ledger.mark("2026-W11", LATER))
    assert [issue.state for issue in held(location)[0]] == [State.RESERVED, State.DELIVERED]


def test_a_ledger_that_cannot_be_written_any_more_hides_no_other_failure(path: Path) -> None:
    reserve(path, make_plan(planned(10, "a")))
    with open_ledger(path) as ledger, pytest.raises(KeyboardInterrupt), ledger.reserving(make_plan(planned(11, "b")), NOW):
        interrupt(lambda: path.rename(path.with_name("elsewhere.db")))
    assert len(held(path.with_name("elsewhere.db"))[0]) == 2


def test_a_reservation_where_no_ledger_can_be_made_is_one_line(path: Path) -> None:
    missing = path.parent / "unmounted" / "letter.db"
    plan = make_plan(planned(10, "a"))
    with open_ledger(missing) as ledger, pytest.raises(LedgerError, match="cannot be made here"), ledger.reserving(plan, NOW):
        pytest.fail("the body ran without a reservation")


# Delivered


def test_a_delivered_issue_says_when_and_by_whom(location: str) -> None:
    reserve(location, make_plan(planned(10, "a", "b")))
    with open_ledger(location) as ledger:
        deliver(ledger, "2026-W10", "a", "b")
    (issue,) = held(location)[0]
    assert (issue.state, issue.delivered, issue.service, issue.reference) == (State.DELIVERED, LATER, "smtp", "campaign 7")
    assert issue.articles == ("a", "b")


def test_what_a_delivered_issue_did_not_have_goes_free(location: str) -> None:
    reserve(location, make_plan(planned(10, "a", "b", "c"), waiting=("w",)))
    with open_ledger(location) as ledger:
        deliver(ledger, "2026-W10", "c", "a")
        assert ledger.issues()[0].articles == ("c", "a")
        assert set(ledger.placements()) == {"a", "c", "w"}
        ledger.reserve(make_plan(planned(11, "b")), NOW)


def test_what_a_delivered_issue_had_besides_does_not_come_again(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), planned(11, "b"), waiting=("w",)))
    with open_ledger(location) as ledger:
        deliver(ledger, "2026-W10", "new", "a", "w", "b", "a")
        assert [issue.articles for issue in ledger.issues()] == [("new", "a", "w"), ("b",)]
        assert ledger.placements()["w"] == Placement(fate=Fate.ISSUE, issue="2026-W10")


def test_an_issue_that_is_delivered_again_keeps_its_first_moment(location: str) -> None:
    reserve(location, make_plan(planned(10, "a")))
    with open_ledger(location) as ledger:
        ledger.mark("2026-W10", LATER)
        ledger.delivered("2026-W10", at=LATER + WEEK, service="smtp", reference="x\0\ud800 y\n", articles=["a"])
        ledger.mark("2026-W10", LATER + WEEK)
        (issue,) = ledger.issues()
    assert (issue.delivered, issue.reference) == (LATER, "x y")


def test_an_issue_is_marked_delivered_by_hand(location: str) -> None:
    reserve(location, make_plan(planned(10, "a")))
    with open_ledger(location) as ledger:
        ledger.mark("2026-W10", LATER)
    (issue,) = held(location)[0]
    assert (issue.state, issue.delivered, issue.service) == (State.DELIVERED, LATER, "")


# Withdrawn and forgotten


def test_a_withdrawn_issue_sets_its_articles_free_and_leaves_the_schedule(location: str) -> None:
    reserve(location, make_plan(planned(10, "a", "b"), planned(11, "c")))
    schedule = held(location)[1]
    with open_ledger(location) as ledger:
        ledger.withdraw("2026-W10")
        assert [issue.key for issue in ledger.issues()] == ["2026-W11"]
        assert set(ledger.placements()) == {"c"}
        assert ledger.schedule() == schedule


def test_an_issue_that_readers_may_have_is_not_withdrawn(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), planned(11, "b")))
    with open_ledger(location) as ledger:
        ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW)
        deliver(ledger, "2026-W11", "b")
    before = held(location)
    with open_ledger(location) as ledger:
        with pytest.raises(LedgerError, match="run: newsletter issues mark 2026-W10 delivered"):
            ledger.withdraw("2026-W10")
        with pytest.raises(LedgerError, match="some readers may have it"):
            ledger.withdraw("2026-W11")
    assert held(location) == before


def test_forgetting_the_newest_issue_has_its_period_looked_at_again(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), passed=("p",)))
    before = held(location)
    reserve(location, make_plan(planned(11, "b")))
    with open_ledger(location) as ledger:
        ledger.turn("2026-W11", "smtp", begun=["ada@letter.example"], at=NOW)
        deliver(ledger, "2026-W11", "b")
        ledger.forget("2026-W11")
        assert ledger.attempts("2026-W11", "smtp") == {}
    assert held(location) == before


def test_forgetting_an_older_issue_leaves_the_schedule(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), planned(11, "b")))
    before = held(location)
    with open_ledger(location) as ledger:
        ledger.forget("2026-W10")
        assert [issue.number for issue in ledger.issues()] == [2]
        assert set(ledger.placements()) == {"b"}
        assert ledger.schedule() == before[1]


def test_forgetting_an_issue_that_was_made_by_hand_moves_no_schedule_forward(location: str) -> None:
    start = MONDAY - WEEK
    reserve(location, make_plan(waiting=("w",), schedule=Schedule(closed=MONDAY, since=start)))
    reserve(location, make_plan(planned(10, "a"), schedule=None))
    with open_ledger(location) as ledger:
        ledger.forget("2026-W10")
        assert ledger.schedule() == Schedule(closed=MONDAY, since=start)


def test_forgetting_an_issue_where_nothing_was_ever_scheduled(location: str) -> None:
    reserve(location, make_plan(planned(10, "a"), schedule=None))
    with open_ledger(location) as ledger:
        ledger.forget("2026-W10")
    assert held(location) == ((), None, {}, ())


def change(ledger: Ledger, what: str) -> None:
    """Change an issue that there is not."""
    match what:
        case "delivered":
            deliver(ledger, "2026-W99")
        case "mark":
            ledger.mark("2026-W99", NOW)
        case "withdraw":
            ledger.withdraw("2026-W99")
        case _:
            ledger.forget("2026-W99")


CHANGES = ["delivered", "mark", "withdraw", "forget"]


@pytest.mark.parametrize("what", CHANGES)
def test_an_issue_that_is_unknown_is_told_from_those_there_are(path: Path, what: str) -> None:
    reserve(path, make_plan(planned(10, "a"), planned(11, "b")))
    with open_ledger(path) as ledger, pytest.raises(LedgerError) as caught:
        change(ledger, what)
    assert str(caught.value) == "issue 2026-W99: the ledger has no such issue; it has 2026-W10, 2026-W11"


@pytest.mark.parametrize("what", CHANGES)
def test_changing_an_issue_where_there_is_no_ledger_makes_none(path: Path, what: str) -> None:
    with open_ledger(path) as ledger, pytest.raises(LedgerError, match="no such issue; it has none"):
        change(ledger, what)
    assert list(path.parent.iterdir()) == []


def test_of_many_issues_the_newest_are_named(path: Path) -> None:
    reserve(path, make_plan(*(planned(week, str(week)) for week in range(10, 30))))
    with open_ledger(path) as ledger, pytest.raises(LedgerError) as caught:
        ledger.forget("2026-W99")
    assert str(caught.value).endswith("2026-W28, 2026-W29 and older ones")
    assert "2026-W20" in str(caught.value)
    assert "2026-W19" not in str(caught.value)


# Damage


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE issues SET start_at = 'soon'",
        "UPDATE issues SET end_at = '2026-03-09T00:00:00'",
        "UPDATE issues SET reserved_at = 7",
        "UPDATE issues SET state = 'lost'",
        "UPDATE issues SET state = x'00'",
        "UPDATE issues SET state = 'delivered'",
        "UPDATE issues SET delivered_at = '2026-03-09T00:00:00+00:00'",
        "UPDATE issues SET number = 'one'",
        "UPDATE issues SET key = x'ff'",
        "UPDATE issues SET service = x'ff'",
        "UPDATE placements SET fate = 'eaten' WHERE article = 'a'",
        "UPDATE placements SET fate = 'passed' WHERE article = 'a'",
        "UPDATE placements SET fate = 'issue' WHERE article = 'w'",
        "UPDATE placements SET issue = '2026-W11' WHERE article = 'a'",
        "UPDATE placements SET article = x'ff' WHERE article = 'a'",
        "DELETE FROM issues",
        "UPDATE schedule SET closed_at = ''",
        "UPDATE schedule SET since_at = x'ff'",
        "INSERT INTO schedule SELECT closed_at, since_at FROM schedule",
        "DROP TABLE issues",
        "DROP TABLE placements",
        "DROP TABLE schedule",
        "UPDATE attempts SET progress = 'somewhat'",
        "UPDATE attempts SET tries = 'often'",
        "UPDATE attempts SET at = 'then'",
        "UPDATE attempts SET reply = x'ff'",
        "DROP TABLE attempts",
    ],
)
def test_what_no_ledger_holds_is_damage_and_no_fresh_start(path: Path, statement: str) -> None:
    reserve(path, make_plan(planned(10, "a"), waiting=("w",)))
    with open_ledger(path) as ledger:
        ledger.turn("2026-W10", "smtp", begun=["ada@letter.example"], at=NOW)
    spoil(path, statement)
    with pytest.raises(LedgerError) as caught:
        held(path)
    assert "the ledger is damaged (" in str(caught.value)
    assert "restore it from a backup" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_database_itself_keeps_an_article_from_being_in_two_issues(path: Path) -> None:
    reserve(path, make_plan(planned(10, "a"), planned(11, "b")))
    with pytest.raises(sqlite3.IntegrityError):
        spoil(path, "INSERT INTO placements (article, fate, issue, place) VALUES ('a', 'issue', '2026-W11', 2)")
