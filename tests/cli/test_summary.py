from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import periods
from newsletter.cli import summary
from newsletter.config import Config, Feeds
from newsletter.mail.manifest import Size
from newsletter.model import Form
from newsletter.publish import Report, build
from newsletter.steady import Span
from tests.factories import make_config, make_issue, make_rendered

WEEK = "2026-W10"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = make_config(tmp_path)
    (config.content / "_issues").mkdir(parents=True)
    (config.content / "first.md").write_text("---\ntitle: First\ndate: 2026-03-02\n---\nText.\n")
    return config


def said(config: Config, period: str = WEEK) -> list[str]:
    """Build the issue of a period; what a person is told."""
    asked = periods.parse(period, config.timezone)
    report = build(config, now=datetime(2026, 3, 30, tzinfo=UTC), period=asked, jobs=1)
    return list(summary.of_build(report, config, asked, "out", verbose=False))


def told(*forms: tuple[Form, int], size: int = 92_460) -> str:
    """Return the line about a digest of that size."""
    report = Report(
        written=(),
        unchanged=0,
        removed=(),
        found=(),
        problems=(),
        remarks=(),
        issue=make_issue(make_rendered()),
        digest=Size(bytes=size, limit=94_208, forms=forms),
        entries=1,
        newest=None,
        steady=Span(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)),
    )
    config = make_config()
    [line] = [
        line
        for line in summary.of_build(report, config, periods.parse(WEEK, config.timezone), "out", verbose=False)
        if line.startswith("digest: ")
    ]
    return line


def test_the_digest_is_told_by_its_size_and_what_it_holds() -> None:
    line = told((Form.FULL, 1), (Form.TITLE, 97), (Form.COUNTED, 1_903))
    assert line == "digest: 92,460 of 94,208 bytes; 1 in full, 97 titles, 1,903 counted"
    assert told((Form.EXCERPT, 1), (Form.TITLE, 1), size=7) == "digest: 7 of 94,208 bytes; 1 excerpt, 1 title"
    assert told((Form.EXCERPT, 2)) == "digest: 92,460 of 94,208 bytes; 2 excerpts"


def test_a_digest_that_is_kept_is_told_as_it_was(config: Config) -> None:
    first, again = said(config), said(config)
    assert first[:-1] == again[:-1]
    assert first[2].startswith("digest: ")
    assert first[2].endswith(" of 94,208 bytes; 1 in full")


@pytest.mark.parametrize("front", ["lead: nowhere", "order: [", "exclude: first"])
def test_an_issue_that_its_note_holds_back_is_said_to_be(config: Config, front: str) -> None:
    (config.content / "_issues" / f"{WEEK}.md").write_text(f"---\n{front}\n---\n")
    assert said(config)[1:-1] == [f"issue {WEEK} held back by its note"]


def test_another_issues_note_holds_nothing_back(config: Config) -> None:
    (config.content / "_issues" / "nonsense.md").write_text("Hello.\n")
    assert said(config, "2026-W11")[1].startswith("no article in 2026-W11: no digest; the newest article is in 2026-W10")


def test_without_feeds_there_is_no_digest_to_tell_of(config: Config) -> None:
    lines = said(replace(config, feeds=Feeds(max_age=1)))
    assert lines[:-1] == ["feeds: 0 articles", f"issue {WEEK}: 1 article: First"]
