"""What moves ``updated``: real builds, one after the other."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from newsletter import checks
from newsletter.assets import LARGEST_ASSET
from newsletter.config import Config, Feeds
from newsletter.errors import OutputError
from newsletter.ledger import open_ledger
from tests.factories import make_config
from tests.real import tree
from tests.test_publish import NOW, article, run

CONTENT = Feeds(updated="content")
DECLARED = Feeds()
DATED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1, microseconds=5)
LATEST = NOW + timedelta(days=2)
VERSION_1 = Path(__file__).parent / "ledgers/version-1.ledger"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return make_config(tmp_path, feeds=CONTENT)


def updates(config: Config) -> dict[str, datetime]:
    """Read when the feed says that each article was updated, to the second, by title."""
    items = json.loads((config.out / "feed.json").read_bytes())["items"]
    return {item["title"]: datetime.fromisoformat(item["date_modified"]).replace(microsecond=0) for item in items}


def resurfacing(config: Config, now: datetime) -> list[str]:
    found = checks.run(config, now=now, jobs=1).findings
    return [finding.message for finding in found if finding.rule.id == "resurfaces"]


def second(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)


def test_by_default_a_change_of_the_content_moves_nothing(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    article(config, "first.md", "Some text.")
    run(config)
    article(config, "first.md", "Another text.")
    run(config, now=LATER)
    assert updates(config) == {"First": DATED}


def test_a_change_of_the_content_moves_updated_to_the_build_that_first_saw_it(config: Config) -> None:
    article(config, "first.md", "Some text.")
    article(config, "second.md", "Other text.")
    run(config)
    assert updates(config) == {"First": DATED, "Second": DATED}
    article(config, "first.md", "A text that was mended.")
    run(config, now=LATER)
    assert updates(config) == {"First": second(LATER), "Second": DATED}
    feed = (config.out / "rss.xml").read_text()
    assert "<lastBuildDate>Thu, 02 Apr 2026 00:00:00 +0000</lastBuildDate>" in feed


def test_building_again_gives_the_same_bytes_at_any_later_time(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    article(config, "first.md", "A text that was mended.")
    run(config, now=LATER)
    before, ledger = tree(config.out), Path(config.ledger).read_bytes()
    report = run(config, now=LATEST)
    assert (tree(config.out), Path(config.ledger).read_bytes()) == (before, ledger)
    assert report.written == ()


def test_a_second_change_moves_updated_on(config: Config) -> None:
    for now, body in ((NOW, "One."), (LATER, "Two."), (LATEST, "One.")):
        article(config, "first.md", body)
        run(config, now=now)
    assert updates(config) == {"First": second(LATEST)}


def test_a_body_that_is_written_in_another_way_but_looks_the_same_has_not_changed(config: Config) -> None:
    article(config, "first.md", "Some *text*.")
    run(config)
    article(config, "first.md", "Some _text_.")
    run(config, now=LATER)
    assert updates(config) == {"First": DATED}


def test_another_domain_or_pattern_of_addresses_changes_the_html_but_not_the_content(config: Config) -> None:
    article(config, "first.md", "A [link](second.md).")
    article(config, "second.md", "Other text.")
    run(config)
    moved = replace(config, url="https://elsewhere.example/", permalink="letters/{slug}/")
    run(moved, now=LATER)
    assert "https://elsewhere.example/letters/second/" in (config.out / "feed.json").read_text()
    assert updates(config) == {"First": DATED, "Second": DATED}


def test_a_renamed_and_retitled_article_has_the_same_content(config: Config) -> None:
    path = article(config, "first.md", "Some text.")
    run(config)
    path.unlink()
    article(config, "other/renamed.md", "Some text.", title="Another")
    run(config, now=LATER)
    assert updates(config) == {"Another": DATED}


def test_an_author_who_declares_an_instant_with_the_change_has_the_last_word(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    article(config, "first.md", "A text that was mended.", updated="2026-03-20T08:00:00Z")
    run(config, now=LATER)
    assert updates(config) == {"First": datetime(2026, 3, 20, 8, 0, tzinfo=UTC)}
    article(config, "first.md", "Mended again.", updated="2026-03-20T08:00:00Z")
    run(config, now=LATEST)
    assert updates(config) == {"First": LATEST}


def test_updated_never_moves_back_when_the_author_takes_it_away(config: Config) -> None:
    article(config, "first.md", "Some text.", updated="2026-03-20T08:00:00Z")
    run(config)
    article(config, "first.md", "Some text.")
    run(config, now=LATER)
    assert updates(config) == {"First": datetime(2026, 3, 20, 8, 0, tzinfo=UTC)}


def test_an_update_that_is_declared_for_later_hides_no_change_until_then(config: Config) -> None:
    article(config, "first.md", "Some text.", updated="2026-04-20T08:00:00Z")
    run(config)
    article(config, "first.md", "A text that was mended.", updated="2026-04-20T08:00:00Z")
    for now in (LATER, LATER, LATEST):
        run(config, now=now)
        assert updates(config) == {"First": second(LATER)}
    run(config, now=datetime(2026, 4, 21, tzinfo=UTC))
    assert updates(config) == {"First": datetime(2026, 4, 20, 8, 0, tzinfo=UTC)}


def test_an_update_that_was_declared_for_later_and_taken_back_never_happened(config: Config) -> None:
    narrow = replace(config, permalink="https://writer.example/{slug}/", feeds=replace(CONTENT, limit=1, tags=0, authors=0))
    wide = replace(narrow, feeds=replace(narrow.feeds, limit=2))
    article(narrow, "first.md", "Some text.", date="2026-03-01T10:00:00Z", updated="2026-04-20T08:00:00Z")
    article(narrow, "second.md", "Other text.")
    run(narrow, period="2026-01")  # in which nothing shows the first
    article(narrow, "first.md", "Some text.", date="2026-03-01T10:00:00Z")
    run(wide, now=datetime(2026, 4, 21, tzinfo=UTC))
    assert updates(wide) == {"First": datetime(2026, 3, 1, 10, tzinfo=UTC), "Second": DATED}


def test_a_build_as_of_an_earlier_instant_does_not_forget_a_change(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    article(config, "first.md", "A text that was mended.")
    run(config, now=LATER)
    run(config)
    assert updates(config) == {"First": DATED}
    run(config, now=LATEST)
    assert updates(config) == {"First": second(LATER)}


def test_a_change_that_no_feed_shows_is_kept_for_the_build_that_shows_it(tmp_path: Path) -> None:
    config = make_config(tmp_path, permalink="https://writer.example/{slug}/", feeds=replace(CONTENT, limit=1, tags=0, authors=0))
    wide = replace(config, feeds=replace(config.feeds, limit=2))
    article(config, "first.md", "Some text.")
    run(wide, period="2026-02")
    article(config, "second.md", "Other text.", date="2026-03-03T10:00:00Z")
    article(config, "first.md", "A text that was mended.")
    run(config, period="2026-02", now=LATER)
    assert "First" not in updates(config)
    run(wide, period="2026-02", now=LATEST)
    assert updates(config)["First"] == LATEST


def test_a_change_that_held_the_article_back_counts_when_its_picture_is_mended(config: Config) -> None:
    article(config, "first.md", "Some text.")
    article(config, "second.md", "Other text.")
    run(config)
    article(config, "first.md", "Some text. ![A dot](dot.png)")
    dot = config.content / "dot.png"
    dot.touch()
    os.truncate(dot, LARGEST_ASSET + 1)
    assert [problem.path for problem in run(config, now=LATER).problems] == ["first.md"]
    dot.write_bytes(b"\x89PNG dot")
    run(config, now=LATEST)
    assert updates(config) == {"First": LATEST, "Second": DATED}


def test_a_failed_build_forgets_the_change_again(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    before = tree(config.out)
    article(config, "first.md", "A text that was mended.")
    (config.out / "feed.json").unlink()
    (config.out / "feed.json").mkdir()
    with pytest.raises(OutputError, match=r"feed\.json"):
        run(config, now=LATER)
    (config.out / "feed.json").rmdir()
    (config.out / "feed.json").write_bytes(before["feed.json"])
    run(config, now=LATEST)
    assert updates(config) == {"First": LATEST}


def test_check_tells_which_articles_a_change_of_their_content_would_bring_up_again(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    assert resurfacing(config, LATER) == []
    article(config, "first.md", "A text that was mended.")
    assert resurfacing(replace(config, feeds=DECLARED), LATER) == []
    why = "its content changed, and updated moved from 2026-03-02T10:00:00+00:00 to 2026-04-02T00:00:00+00:00"
    assert resurfacing(config, LATER) == [f"readers will show this article again (1 of 1): {why}"]
    run(config, now=LATER)
    assert resurfacing(config, LATEST) == []


def test_check_tells_what_going_back_to_declared_updates_would_bring_up_again(config: Config) -> None:
    article(config, "first.md", "Some text.")
    run(config)
    article(config, "first.md", "A text that was mended.")
    run(config, now=LATER)
    assert resurfacing(replace(config, feeds=DECLARED), LATEST) == [
        "readers will show this article again (1 of 1): updated moved from 2026-04-02T00:00:00+00:00 to 2026-03-02T10:00:00+00:00"
    ]


def test_what_changed_before_the_option_was_set_has_been_published_and_moves_nothing(config: Config) -> None:
    declared = replace(config, feeds=DECLARED)
    article(config, "first.md", "Some text.")
    run(declared)
    article(config, "first.md", "A text that was mended.")
    run(declared, now=LATER)
    run(config, now=LATEST)
    assert updates(config) == {"First": DATED}


def test_a_ledger_that_knows_no_content_yet_learns_it_first(config: Config) -> None:
    shutil.copyfile(VERSION_1, config.ledger)
    article(config, "first.md", "A text that was mended.", date="2026-03-02T10:00:00+05:30")
    run(config)
    dated = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert updates(config) == {"First": dated}
    with open_ledger(config.ledger) as ledger:
        assert [bool(one.content) for one in ledger.known()] == [True, False, False]
    article(config, "first.md", "A text that was mended again.", date="2026-03-02T10:00:00+05:30")
    run(config, now=LATER)
    assert updates(config) == {"First": second(LATER)}
