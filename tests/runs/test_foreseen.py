import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.cadence import Cadence
from newsletter.cli import main
from newsletter.config import Digest
from newsletter.ledger.records import Fate, Placement, Schedule
from newsletter.runs.foreseen import Foreseen
from tests.factories import make_article

WEEKLY = Cadence(every="week", zone=ZoneInfo("UTC"))
#: The Monday at which week 11 of 2026 begins.
W11 = datetime(2026, 3, 9, tzinfo=UTC)
SETTINGS = 'title = "The Letter"\nurl = "https://letter.example/"\n'


def told(
    day: str, placement: Placement | None = None, *, keys: tuple[str, ...] = (), closed: datetime | None = W11
) -> str | None:
    """Say which issue an article of a day is in, where the periods until ``closed`` are done with."""
    article = make_article(published=datetime.fromisoformat(day).replace(tzinfo=UTC))
    foreseen = Foreseen(
        cadence=WEEKLY,
        digest=Digest(),
        schedule=None if closed is None else Schedule(closed=closed, since=closed),
        placements={} if placement is None else {article.id: placement},
        keys=keys,
    )
    return foreseen.issue_of(article, published=True)


def test_an_article_that_the_ledger_has_in_an_issue_is_in_that_one() -> None:
    assert told("2026-03-02", Placement(fate=Fate.ISSUE, issue="2026-W12")) == "2026-W12"
    assert told("2026-03-02", Placement(fate=Fate.ISSUE, issue="2026-02-01--2026-04-01"), closed=None) == "2026-02-01--2026-04-01"


def test_an_article_that_goes_into_no_issue_is_in_none() -> None:
    assert told("2026-03-02", Placement(fate=Fate.PASSED)) is None


def test_an_article_of_a_period_to_come_will_be_in_the_issue_of_that() -> None:
    assert told("2026-03-20") == "2026-W12"
    assert told("2026-03-02", closed=None) == "2026-W10"


def test_an_article_that_turned_up_late_or_waits_will_be_in_the_next_issue() -> None:
    assert told("2026-03-02") == "2026-W11"
    assert told("2026-03-02", Placement(fate=Fate.WAITING)) == "2026-W11"


def test_an_article_that_turned_up_too_late_will_be_in_none_unless_it_waits() -> None:
    assert told("2025-12-31") is None
    assert told("2025-12-31", Placement(fate=Fate.WAITING)) == "2026-W11"


def test_a_period_that_has_its_issue_already_takes_no_more_articles() -> None:
    assert told("2026-03-10", keys=("2026-W11", "2026-W12")) == "2026-W13"
    assert told("2026-03-02", keys=("2026-W10",), closed=None) == "2026-W11"


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "newsletter.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


def article(letter: Path, day: str) -> None:
    (letter / "content" / f"{day}.md").write_text(f"---\ntitle: Of {day}\ndate: {day}\n---\nText.\n")


def listed(capsys: pytest.CaptureFixture[str], now: str) -> dict[str, str | None]:
    capsys.readouterr()
    assert main(["list", "--json", "--now", now]) == 0
    return {item["path"].removesuffix(".md"): item["issue"] for item in json.loads(capsys.readouterr().out)}


def test_the_list_names_the_issues_that_runs_made_and_those_that_the_next_one_will_make(
    letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article(letter, "2026-03-03")
    assert listed(capsys, "2026-03-04") == {"2026-03-03": "2026-W10"}
    assert main(["run", "--now", "2026-03-09"]) == 0
    article(letter, "2026-03-04")
    article(letter, "2026-03-10")
    article(letter, "2026-03-17")
    late = {"2026-03-03": "2026-W10", "2026-03-04": "2026-W11", "2026-03-10": "2026-W11", "2026-03-17": None}
    assert listed(capsys, "2026-03-11") == late
    # no run came in time for week 11, so that it is made one with week 12
    merged = {"2026-03-03": "2026-W10", "2026-03-04": "2026-W12", "2026-03-10": "2026-W12", "2026-03-17": "2026-W12"}
    assert listed(capsys, "2026-03-23") == merged
    assert main(["run", "--now", "2026-03-23"]) == 0
    assert listed(capsys, "2026-03-23") == merged


def test_the_list_names_an_issue_that_was_sent_by_hand(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    article(letter, "2026-03-03")
    assert main(["build", "--now", "2026-03-04", "--from", "2026-02-01", "--to", "2026-03-03"]) == 0
    assert main(["send", "2026-02-01--2026-03-03", "--now", "2026-03-04"]) == 0
    assert listed(capsys, "2026-03-04") == {"2026-03-03": "2026-02-01--2026-03-03"}


def test_the_list_names_no_issue_of_an_article_from_before_the_first_run(
    letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article(letter, "2026-01-01")
    article(letter, "2026-03-03")
    assert main(["run", "--now", "2026-03-09"]) == 0
    assert listed(capsys, "2026-03-09") == {"2026-01-01": None, "2026-03-03": "2026-W10"}


def test_the_list_tells_of_articles_that_wait_for_others(letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (letter / "newsletter.toml").write_text(f"{SETTINGS}[digest]\nminimum = 2\n")
    article(letter, "2026-03-03")
    assert main(["run", "--now", "2026-03-09"]) == 0
    article(letter, "2026-01-01")
    assert listed(capsys, "2026-03-10") == {"2026-01-01": None, "2026-03-03": "2026-W11"}
    assert listed(capsys, "2026-03-16") == {"2026-01-01": None, "2026-03-03": "2026-W12"}
