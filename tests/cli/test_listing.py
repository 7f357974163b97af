import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec import structs

from newsletter.cadence import Cadence
from newsletter.cli import listing
from newsletter.cli.screen import width
from newsletter.config import Digest
from newsletter.ledger.records import Fate, Placement
from newsletter.model import Filter, Found, Person, Status
from newsletter.runs.foreseen import Foreseen
from tests.factories import make_article, make_config

#: Of a publication that has sent nothing yet.
NEW = Foreseen(cadence=Cadence.of(make_config()), digest=Digest())
ADA = Person(name="Ada Byron", email="ada@letter.example")
WHEN = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1)))
PUBLISHED = Found(
    path="2026/first.md",
    status=Status.PUBLISHED,
    article=make_article(path="2026/first.md", published=WHEN),
    title="First",
    published=WHEN,
    updated=datetime(2026, 3, 3, tzinfo=UTC),
    tags=("Feeds", "mail"),
    authors=(ADA,),
)
WRONG = Found(
    path="wrong.md", status=Status.ERROR, reason="date: expected an ISO 8601 date, got 'tomorow'", line=4, title="Wrong"
)
PASSED_OVER = Found(path="node_modules/x/README.md", status=Status.EXCLUDED, reason="a folder of packages")


def test_a_published_article_is_told_with_all_that_programs_ask_for() -> None:
    [told] = json.loads(listing.as_json([PUBLISHED], NEW))
    assert told == {
        "path": "2026/first.md",
        "status": "published",
        "reason": None,
        "line": None,
        "id": "tag:letter.example,2026-03-02:first",
        "title": "First",
        "published": "2026-03-02T10:00:00+01:00",
        "updated": "2026-03-03T00:00:00Z",
        "permalink": "https://letter.example/articles/first/",
        "tags": ["Feeds", "mail"],
        "authors": [{"name": "Ada Byron", "email": "ada@letter.example", "url": None}],
        "issue": "2026-W10",
    }


def test_an_article_is_told_with_the_issue_that_it_went_out_in_whatever_becomes_of_it_later() -> None:
    sent = structs.replace(NEW, placements={"tag:letter.example,2026-03-02:first": Placement(fate=Fate.ISSUE, issue="2026-W11")})
    expired = structs.replace(PUBLISHED, status=Status.EXPIRED)
    assert [one["issue"] for one in json.loads(listing.as_json([PUBLISHED, expired], sent))] == ["2026-W11", "2026-W11"]
    assert [one["issue"] for one in json.loads(listing.as_json([PUBLISHED, expired], NEW))] == ["2026-W10", None]


def test_a_file_that_is_not_published_is_told_with_the_reason_and_without_an_issue() -> None:
    [told] = json.loads(listing.as_json([WRONG], NEW))
    assert told["status"] == "error"
    assert told["reason"] == "date: expected an ISO 8601 date, got 'tomorow'"
    assert told["line"] == 4
    assert [told[key] for key in ("id", "published", "updated", "permalink", "issue")] == [None] * 5


def test_a_path_that_is_no_unicode_is_told_in_json() -> None:
    [told] = json.loads(listing.as_json([Found(path="a\udcff.md", status=Status.EXCLUDED)], NEW))
    assert told["path"] == "a\udcff.md"


def test_lines_are_aligned_and_fit_in_eighty_columns() -> None:
    long = Found(path="b.md", status=Status.FUTURE, title="日本語の" * 30, published=WHEN)
    lines = list(listing.as_text([PUBLISHED, long, PASSED_OVER], explain=False))
    assert lines[0].split() == ["published", "2026-03-02", "First", "2026/first.md"]
    assert all(width(line) <= 80 for line in lines)
    assert {width(line[: line.rindex("  ")]) for line in lines} == {width(lines[0]) - width("  2026/first.md")}


def test_explained_the_reason_stands_below_the_line_of_the_file() -> None:
    lines = list(listing.as_text([PUBLISHED, WRONG, PASSED_OVER], explain=True))
    assert [line.strip() for line in lines[1:] if line.startswith(" ")] == [
        "line 4: date: expected an ISO 8601 date, got 'tomorow'",
        "a folder of packages",
    ]


def test_an_empty_folder_has_no_lines() -> None:
    assert list(listing.as_text([], explain=True)) == []
    assert listing.as_json([], NEW) == "[]"


@pytest.mark.parametrize(
    ("take", "count"),
    [
        (Filter(), 3),
        (Filter(tags=("FEEDS",)), 1),
        (Filter(tags=("other",)), 0),
        (Filter(authors=("ada byron",)), 1),
        (Filter(authors=("Bob",)), 0),
        (Filter(folders=("2026/",)), 1),
        (Filter(folders=("202",)), 0),
        (Filter(folders=(".",)), 3),
        (Filter(tags=("mail",), folders=("node_modules",)), 0),
    ],
)
def test_a_filter_keeps_what_matches_every_part_of_it(take: Filter, count: int) -> None:
    assert len(listing.chosen([PUBLISHED, WRONG, PASSED_OVER], take)) == count
