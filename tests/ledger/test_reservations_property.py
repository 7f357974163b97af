"""Whatever happens while an issue is being made: unless somebody may have been handed it, nothing of it stays."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import LedgerError
from newsletter.ledger import open_ledger
from newsletter.ledger.records import Fate, Plan, Progress, Schedule, State
from newsletter.ledger.store import Ledger
from tests.ledger.plans import MONDAY, NOW, WEEK, everything, make_plan, planned

IDS = st.sampled_from("abcdefghijkl")
# each example makes a ledger and waits for the disk
FEWER = settings(max_examples=settings().max_examples // 3)
Step: TypeAlias = Callable[[Ledger], None]


@st.composite
def plans(draw: st.DrawFn, weeks: tuple[int, int], free: frozenset[str]) -> Plan:
    """Plan anything that may be planned with these articles in these weeks."""
    ids = draw(st.permutations(sorted(free)))
    cuts = sorted(draw(st.lists(st.integers(0, len(ids)), min_size=4, max_size=4)))
    first, second, waiting, passed = (tuple(ids[start:end]) for start, end in zip([0, *cuts], cuts, strict=False))
    issues = [planned(week, *articles) for week, articles in zip(weeks, (first, second), strict=True) if articles]
    closed = MONDAY + (weeks[1] - 9) * WEEK
    since = closed - draw(st.integers(0, 2)) * WEEK
    schedule = draw(st.sampled_from([Schedule(closed=closed, since=since), None]))
    return make_plan(*issues, waiting=waiting, passed=passed, schedule=schedule)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """Plan a run, and another one after it that takes up what waited or was passed."""
    before = draw(plans((10, 11), draw(st.frozensets(IDS))))
    placed = {id_ for one in before.issues for id_ in one.articles}
    return before, draw(plans((12, 13), draw(st.frozensets(IDS)) - placed))


def withdraw(key: str) -> Step:
    return lambda ledger: ledger.withdraw(key)


def forget(key: str) -> Step:
    return lambda ledger: ledger.forget(key)


@FEWER
@given(histories(), st.data())
def test_a_reservation_that_is_taken_back_was_never_there(history: tuple[Plan, Plan], data: st.DataObject) -> None:
    before, plan = history
    keys = [one.key for one in plan.issues]
    steps = data.draw(st.lists(st.sampled_from([make(key) for make in (withdraw, forget) for key in keys]))) if keys else []

    def undo(ledger: Ledger) -> None:
        with ledger.reserving(plan, NOW):
            for step in steps:
                try:
                    step(ledger)
                except LedgerError:
                    continue  # it is withdrawn or forgotten already
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "letter.db") as ledger:
        ledger.reserve(before, NOW)
        was = everything(ledger)
        with pytest.raises(KeyboardInterrupt):
            undo(ledger)
        assert everything(ledger) == was
        ledger.reserve(plan, NOW)


@FEWER
@given(histories(), st.data())
def test_a_reservation_that_somebody_may_have_is_not_taken_back(history: tuple[Plan, Plan], data: st.DataObject) -> None:
    before, plan = history
    if not plan.issues:
        return
    key = data.draw(st.sampled_from([one.key for one in plan.issues]))
    tried = data.draw(st.booleans())

    def fail(ledger: Ledger) -> None:
        with ledger.reserving(plan, NOW):
            ledger.turn(key, "smtp", begun=["ada@letter.example"], at=NOW) if tried else ledger.mark(key, NOW)
            raise KeyboardInterrupt

    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "letter.db") as ledger:
        ledger.reserve(before, NOW)
        with pytest.raises(KeyboardInterrupt):
            fail(ledger)
        assert [issue.key for issue in ledger.issues()] == [one.key for one in (*before.issues, *plan.issues)]
        assert ledger.counts(key) == ({("smtp", Progress.TRYING): 1} if tried else {})
        state = next(issue.state for issue in ledger.issues() if issue.key == key)
        assert state is (State.RESERVED if tried else State.DELIVERED)


@FEWER
@given(histories())
def test_each_article_has_one_place_and_each_issue_its_own_number(history: tuple[Plan, Plan]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_ledger(Path(folder) / "letter.db") as ledger:
        for plan in history:
            ledger.reserve(plan, NOW)
        issues, placements = ledger.issues(), ledger.placements()
        listed = [(id_, issue.key) for issue in issues for id_ in issue.articles]
        assert [issue.number for issue in issues] == list(range(1, len(issues) + 1))
        assert dict(listed) == {id_: one.issue for id_, one in placements.items() if one.fate is Fate.ISSUE}
        assert len(dict(listed)) == len(listed)
        for fate, ids in ((Fate.WAITING, history[1].waiting), (Fate.PASSED, history[1].passed)):
            assert set(ids) <= {id_ for id_, one in placements.items() if one.fate is fate}
