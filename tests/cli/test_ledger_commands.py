import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.cli import main
from newsletter.delivery import Outcome
from newsletter.ledger import hold_ledger, open_ledger
from newsletter.ledger.records import Plan, Planned, Progress, Schedule, State

FIRST, SECOND, THIRD = (datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 16))
NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
SETTINGS = 'title = "The Letter"\nurl = "https://letter.example/"\n'


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a publication with two issues: one that was mailed, not without doubt, and one that is reserved."""
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    plan = Plan(
        issues=(
            Planned(key="2026-W10", start=FIRST, end=SECOND, articles=("tag:a", "tag:b")),
            Planned(key="2026-W11", start=SECOND, end=THIRD, articles=("tag:c",)),
        ),
        waiting=("tag:w",),
        schedule=Schedule(closed=THIRD, since=SECOND),
    )
    with open_ledger(tmp_path / ".out.ledger") as ledger:
        ledger.reserve(plan, NOW)
        journal = ledger.journal("2026-W10", "smtp", lambda: NOW)
        journal.turn(begun=["b@x.example", "a@x.example"])
        journal.turn(ended=[Outcome(recipient="b@x.example", progress=Progress.SENT, reply="250 ok")])
        ledger.delivered("2026-W10", at=NOW, service="smtp", reference="", articles=("tag:a", "tag:b"))
    return tmp_path


def states(folder: Path) -> dict[str, State]:
    with open_ledger(folder / ".out.ledger") as ledger:
        return {issue.key: issue.state for issue in ledger.issues()}


def terminal(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], str]) -> None:
    """Put somebody at a terminal who answers."""
    keyboard = io.StringIO()
    monkeypatch.setattr(keyboard, "isatty", lambda: True)
    monkeypatch.setattr(keyboard, "readline", answer)
    monkeypatch.setattr(sys, "stdin", keyboard)


def test_the_issues_are_listed_with_whom_they_reached(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letter
    assert main(["issues"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split() for line in out.splitlines()[:3]] == [
        ["no", "key", "delivered", "articles", "service", "sent", "unknown"],
        ["1", "2026-W10", "2026-03-16", "2", "smtp", "1", "1"],
        ["2", "2026-W11", "reserved", "1", "-", "-"],
    ]
    assert "  a@x.example, 2026-03-16 08:00" in out.splitlines()
    assert out.endswith("\n1 article since 2026-03-09: too few for an issue, waiting\n")


def test_programs_are_told_of_every_attempt(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert letter
    assert main(["issues", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [issue["key"] for issue in told["issues"]] == ["2026-W10", "2026-W11"]
    assert [(one["recipient"], one["outcome"]) for one in told["issues"][0]["attempts"]] == [
        ("a@x.example", "unknown"),
        ("b@x.example", "sent"),
    ]


def test_looking_at_a_ledger_that_is_not_there_makes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    assert main(["issues", "--config", str(tmp_path / "newsletter.toml")]) == 0
    assert capsys.readouterr() == ("no issues yet\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["newsletter.toml"]


def test_an_issue_is_forgotten_when_told_to(letter: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["issues", "forget", "2026-W11", "--yes"]) == 0
    assert states(letter) == {"2026-W10": State.DELIVERED}
    assert capfd.readouterr() == ("", "")


def test_an_issue_is_marked_when_told_to_with_the_instant_that_counts_as_now(letter: Path) -> None:
    assert main(["issues", "mark", "--yes", "2026-W11", "delivered", "--now", "2026-03-17T09:00Z"]) == 0
    assert states(letter)["2026-W11"] is State.DELIVERED
    with open_ledger(letter / ".out.ledger") as ledger:
        issue = ledger.issue("2026-W11")
        assert issue is not None
        assert issue.delivered == datetime(2026, 3, 17, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("words", [("forget", "2026-W11"), ("mark", "2026-W11", "delivered")])
def test_without_a_terminal_nothing_is_changed_unless_yes_is_said(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    before = states(letter)
    with pytest.raises(SystemExit) as caught:
        main(["issues", *words])
    assert caught.value.code == 2
    assert f"issues {words[0]}: expected --yes, for there is no terminal to ask on" in capsys.readouterr().err
    assert states(letter) == before


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("forget", "2026-W11"), "Forget issue 2026-W11 (1 article, reserved 2026-03-16)? If so, the next run makes"),
        (("forget", "2026-W10"), "1 sent, 1 unknown)? If so, its articles are in no issue then."),
        (("mark", "2026-W11", "delivered"), "Mark issue 2026-W11 (1 article, reserved 2026-03-16) as delivered?"),
    ],
)
@pytest.mark.parametrize("answer", ["y\n", "Yes\n", "\n", "n\n", ""])
def test_on_a_terminal_the_answer_decides(
    letter: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    question: str,
    answer: str,
) -> None:
    before = states(letter)
    terminal(monkeypatch, lambda: answer)
    agreed = answer.strip().casefold() in {"y", "yes"}
    assert main(["issues", *words]) == (0 if agreed else 1)
    out, err = capsys.readouterr()
    assert out == ""
    assert question in err
    assert ("nothing was changed" in err) != agreed
    assert (states(letter) != before) == agreed


def test_an_issue_that_a_run_delivers_while_somebody_thinks_is_left_alone(
    letter: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def thought() -> str:
        with open_ledger(letter / ".out.ledger") as ledger:
            ledger.mark("2026-W11", NOW)
        return "y\n"

    terminal(monkeypatch, thought)
    assert main(["issues", "forget", "2026-W11"]) == 1
    assert "issue 2026-W11: another run changed it meanwhile" in capsys.readouterr().err
    assert states(letter)["2026-W11"] is State.DELIVERED


@pytest.mark.parametrize("words", [("forget", "2026-W12"), ("mark", "2026-W12", "delivered")])
def test_an_issue_that_is_not_there_is_told_with_those_that_are(
    letter: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert letter
    assert main(["issues", *words]) == 1
    assert "2026-W10, 2026-W11" in capsys.readouterr().err


def test_while_a_run_is_at_work_the_ledger_is_shown_and_not_changed(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with hold_ledger(str(letter / ".out.ledger")):
        assert main(["issues"]) == 0
        assert main(["issues", "forget", "2026-W11", "--yes"]) == 75
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert len(states(letter)) == 2


def test_settings_count_before_and_behind_the_action(letter: Path) -> None:
    (letter / "newsletter.toml").write_text('title = "The Letter"\n')
    settings = ("--set", "url=https://letter.example/")
    assert main(["issues", *settings, "forget", "2026-W11", "--set", f"ledger={letter / '.out.ledger'}", "--yes"]) == 0
    assert main(["issues", "forget", "2026-W10", *settings, "--yes"]) == 0
    assert states(letter) == {}
