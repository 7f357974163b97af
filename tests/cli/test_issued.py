import json
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from newsletter.cli import issued
from newsletter.cli.issued import Entry, Reached
from newsletter.cli.screen import width
from newsletter.ledger.records import Attempt, Fate, Issued, Placement, Progress, Schedule, State

BERLIN = ZoneInfo("Europe/Berlin")
CLOSED = datetime(2026, 3, 8, 23, 0, tzinfo=UTC)
SCHEDULE = Schedule(closed=CLOSED, since=datetime(2026, 3, 1, 23, 0, tzinfo=UTC))


def issue(**changes: Any) -> Issued:  # noqa: ANN401 - any field of Issued
    values: dict[str, Any] = {
        "key": "2026-W10",
        "number": 7,
        "start": datetime(2026, 3, 1, 23, 0, tzinfo=UTC),
        "end": CLOSED,
        "articles": ("tag:a", "tag:b"),
        "state": State.DELIVERED,
        "reserved": datetime(2026, 3, 8, 23, 17, tzinfo=UTC),
        "delivered": datetime(2026, 3, 8, 23, 18, tzinfo=UTC),
        "service": "smtp",
    }
    return Issued(**{**values, **changes})


def attempt(recipient: str, progress: Progress = Progress.TRYING, **changes: Any) -> Attempt:  # noqa: ANN401 - any field of Attempt
    return replace(
        Attempt(recipient=recipient, progress=progress, count=1, at=datetime(2026, 3, 8, 23, 18, tzinfo=UTC)), **changes
    )


def reached(service: str = "smtp", *attempts: Attempt, **counts: int) -> Reached:
    named = {Progress(name): count for name, count in counts.items()}
    return Reached(service=service, counts=named, attempts=attempts)


RESERVED = Entry(issue=issue(key="2026-W11", number=8, state=State.RESERVED, delivered=None, service="", articles=("tag:c",)))
FOLDER = Entry(issue=issue(key="2026-W09", number=6, service="folder", reference="https://letter.example/issues/2026-W09/"))
MAILED = Entry(issue=issue(), services=(reached(sent=9_990, refused=3, deferred=2, trying=1),))


def told(*entries: Entry, schedule: Schedule | None = None, placements: dict[str, Placement] | None = None) -> list[str]:
    return list(issued.as_text(entries, schedule, placements or {}, BERLIN))


def test_a_ledger_without_issues_says_so() -> None:
    assert told() == ["no issues yet"]


def test_the_table_tells_of_each_issue_on_an_aligned_line_in_the_publications_days() -> None:
    assert told(FOLDER, MAILED) == [
        "no  key       delivered   articles  service  sent  refused  deferred  unknown",
        " 6  2026-W09  2026-03-09         2  folder      -        -         -        -",
        " 7  2026-W10  2026-03-09         2  smtp     9990        3         2        1",
    ]


def test_columns_of_what_did_not_happen_are_left_out() -> None:
    assert told(FOLDER)[0].split() == ["no", "key", "delivered", "articles", "service", "sent"]


def test_the_widest_table_fits_in_eighty_columns() -> None:
    lines = told(
        Entry(issue=issue(key="2026-12-16", number=9999, service="buttondown"), services=(reached("buttondown", sent=1),)),
        Entry(
            issue=issue(key="2026-12-17", number=10000), services=(reached(sent=100_000, refused=9_999, deferred=1, trying=1),)
        ),
    )
    assert all(width(line) <= 80 for line in lines)
    assert len({len(line) for line in lines}) == 1


def test_an_issue_that_is_reserved_is_said_to_be_gone_on_with() -> None:
    lines = told(RESERVED)
    assert lines[1].split() == ["8", "2026-W11", "reserved", "1", "-"]
    assert lines[-1] == "2026-W11 is reserved and not delivered: the next run goes on with it"


def test_an_issue_on_its_way_is_told_with_the_service_that_was_tried() -> None:
    assert "smtp" in told(replace(RESERVED, services=(reached(deferred=1),)))[1]


def test_recipients_of_whom_nobody_knows_are_named_with_the_remedy() -> None:
    entry = Entry(
        issue=issue(),
        services=(
            reached("smtp", attempt("ada@x.example", reply="no \x1b answer"), attempt("bob@x.example", Progress.SENT), trying=1),
            reached("command", attempt(""), trying=1),
        ),
    )
    assert told(entry)[2:] == [
        "",
        "2026-W10: nobody knows whether smtp reached, unless a run is at it now:",
        "  ada@x.example, 2026-03-09 00:18 (no \\x1b answer)",
        "  to try again, though some may get it twice: newsletter send 2026-W10 --retry-unknown",
        "",
        "2026-W10: nobody knows whether command reached, unless a run is at it now:",
        "  the service itself, 2026-03-09 00:18",
        "  to try again, though some may get it twice: newsletter send 2026-W10 --retry-unknown",
    ]


def test_of_many_recipients_some_are_named_and_the_rest_counted() -> None:
    attempts = [attempt(f"{number}@x.example") for number in range(issued.NAMED + 1_000)]
    lines = told(Entry(issue=issue(), services=(reached("smtp", *attempts, trying=len(attempts)),)))
    assert len([line for line in lines if "@" in line]) == issued.NAMED
    assert "  and 1,000 more, which --json names" in lines


@pytest.mark.parametrize(("count", "line"), [(1, "1 article since"), (2, "2 articles since")])
def test_articles_that_wait_are_counted(count: int, line: str) -> None:
    placements = {f"tag:{number}": Placement(fate=Fate.WAITING) for number in range(count)}
    placements["tag:old"] = Placement(fate=Fate.PASSED)
    assert told(schedule=SCHEDULE, placements=placements) == [
        "no issues yet",
        "",
        f"{line} 2026-03-02: too few for an issue, waiting",
    ]


def test_programs_are_told_everything_with_instants_in_the_publications_offset() -> None:
    answered = attempt("a@x.example", Progress.REFUSED, count=2, reply="550 no")
    entry = Entry(issue=issue(), services=(reached("smtp", answered, attempt("b@x.example"), refused=1, trying=1),))
    placements = {
        "tag:a": Placement(fate=Fate.ISSUE, issue="2026-W10"),
        "tag:y": Placement(fate=Fate.WAITING),
        "tag:x": Placement(fate=Fate.WAITING),
        "tag:p": Placement(fate=Fate.PASSED),
    }
    assert json.loads("\n".join(issued.as_json([entry, RESERVED], SCHEDULE, placements, BERLIN))) == {
        "schedule": {"closed": "2026-03-09T00:00:00+01:00", "since": "2026-03-02T00:00:00+01:00"},
        "waiting": ["tag:x", "tag:y"],
        "passed": ["tag:p"],
        "issues": [
            {
                "number": 7,
                "key": "2026-W10",
                "state": "delivered",
                "start": "2026-03-02T00:00:00+01:00",
                "end": "2026-03-09T00:00:00+01:00",
                "reserved": "2026-03-09T00:17:00+01:00",
                "delivered": "2026-03-09T00:18:00+01:00",
                "service": "smtp",
                "reference": None,
                "articles": ["tag:a", "tag:b"],
                "counts": {"sent": 0, "refused": 1, "deferred": 0, "unknown": 1},
                "attempts": [
                    {
                        "service": "smtp",
                        "recipient": "a@x.example",
                        "outcome": "refused",
                        "count": 2,
                        "at": "2026-03-09T00:18:00+01:00",
                        "reply": "550 no",
                    },
                    {
                        "service": "smtp",
                        "recipient": "b@x.example",
                        "outcome": "unknown",
                        "count": 1,
                        "at": "2026-03-09T00:18:00+01:00",
                        "reply": "",
                    },
                ],
            },
            {
                "number": 8,
                "key": "2026-W11",
                "state": "reserved",
                "start": "2026-03-02T00:00:00+01:00",
                "end": "2026-03-09T00:00:00+01:00",
                "reserved": "2026-03-09T00:17:00+01:00",
                "delivered": None,
                "service": None,
                "reference": None,
                "articles": ["tag:c"],
                "counts": {"sent": 0, "refused": 0, "deferred": 0, "unknown": 0},
                "attempts": [],
            },
        ],
    }


def test_an_empty_ledger_is_an_object_as_well_and_utc_is_written_short() -> None:
    assert json.loads("\n".join(issued.as_json([], None, {}, BERLIN))) == {
        "schedule": None,
        "waiting": [],
        "passed": [],
        "issues": [],
    }
    assert re.search('"closed": "2026-03-08T23:00:00Z"', "\n".join(issued.as_json([], SCHEDULE, {}, UTC)))


def test_questions_say_what_is_asked_and_what_comes_of_it() -> None:
    assert issued.forgetting(MAILED, BERLIN, newest=True) == (
        "Forget issue 2026-W10 (2 articles, delivered 2026-03-09, 9,990 sent, 3 refused, 2 deferred, 1 unknown)? "
        "If so, the next run makes and delivers it again."
    )
    assert issued.forgetting(RESERVED, BERLIN, newest=False) == (
        "Forget issue 2026-W11 (1 article, reserved 2026-03-09)? If so, its articles are in no issue then."
    )
    assert issued.marking(RESERVED, BERLIN) == (
        "Mark issue 2026-W11 (1 article, reserved 2026-03-09) as delivered? If so, no run hands it over any more."
    )
