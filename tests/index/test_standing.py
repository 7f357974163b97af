import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import collector, folder
from newsletter.config import Config
from newsletter.index import place, standing
from newsletter.index.standing import Span, Standing, occasion, span
from newsletter.model import Article, Period
from newsletter.present import present
from tests.factories import make_article, make_config

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Period(start=datetime(2026, 5, 25, tzinfo=UTC), end=datetime(2026, 6, 1, tzinfo=UTC), key="2026-W22")
ALWAYS = Span(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC))
TEXT = "---\ntitle: T\ndate: 2026-03-02\n---\nText.\n"


def make_span(*articles: Article, max_age: int = 0) -> tuple[datetime, datetime]:
    steady = span(articles, NOW, max_age=max_age)
    return steady.since, steady.until


def test_time_changes_nothing_where_there_is_no_article() -> None:
    assert span((), NOW, max_age=3) == ALWAYS


def test_articles_turn_when_they_are_published_changed_and_expire() -> None:
    article = make_article(published=NOW - 2 * DAY, updated=NOW + DAY, expires=NOW + 2 * DAY)
    assert make_span(article) == (NOW - 2 * DAY, NOW + DAY)
    later = make_article(published=NOW + timedelta(hours=1))
    assert make_span(article, later) == (NOW - 2 * DAY, NOW + timedelta(hours=1))
    assert make_span(make_article(published=NOW)) == (NOW, ALWAYS.until)


def test_an_article_leaves_the_feeds_right_after_it_has_reached_the_greatest_age() -> None:
    article = make_article(published=NOW - 3 * DAY)
    assert make_span(article, max_age=3) == (NOW - 3 * DAY, NOW + timedelta(microseconds=1))
    assert make_span(article, max_age=2) == (NOW - DAY + timedelta(microseconds=1), ALWAYS.until)
    last = make_article(published=datetime(9999, 12, 31, tzinfo=UTC))
    assert make_span(last, max_age=2)[1] < last.published


def test_a_date_too_far_ahead_turns_when_it_is_near_enough() -> None:
    article = make_article(published=NOW + collector.FARTHEST + DAY)
    assert make_span(article) == (ALWAYS.since, NOW + DAY)


HOURS = st.integers(-50, 50).map(lambda hours: NOW + timedelta(hours=hours))


@given(st.lists(st.tuples(HOURS, HOURS, HOURS | st.none()), max_size=4), HOURS, st.sampled_from([0, 1]))
def test_within_a_span_the_same_is_selected(
    dates: list[tuple[datetime, datetime, datetime | None]], then: datetime, max_age: int
) -> None:
    articles = [
        make_article(slug=f"a{number}", published=published, updated=max(published, updated), expires=expires)
        for number, (published, updated, expires) in enumerate(dates)
    ]

    def chosen(now: datetime) -> tuple[tuple[Article, ...], list[Article]]:
        since = now - max_age * DAY if max_age else None
        selected = collector.select(articles, now=now)
        return selected, [one for one in selected if since is None or one.published >= since]

    steady = span(articles, NOW, max_age=max_age)
    assert steady.since <= NOW < steady.until
    if steady.since <= then < steady.until:
        assert chosen(then) == chosen(NOW)


def begin(config: Config, period: Period = WEEK) -> Standing:
    return Standing(config, folder.find(config), occasion(config, period))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Make a publication as a build would leave it."""
    config = make_config(tmp_path)
    files = ("content/a.md", "content/p.png", "content/_issues/2026-W22.md", "out/rss.xml", "templates/x.j2", ".out.ledger")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    return config


def test_what_was_remembered_is_told_while_nothing_changes(config: Config) -> None:
    begin(config).remember(ALWAYS, "all is well")
    assert begin(config).told(NOW) == "all is well"
    assert begin(config).told(NOW) == "all is well"


def test_nothing_is_told_at_first(config: Config) -> None:
    assert begin(config).told(NOW) is None


def rewrite(path: Path) -> None:
    """Change a file in a way that its size and time do not tell."""
    before = path.stat()
    path.write_text(path.read_text().replace("Text", "Next"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: list[Callable[[Path], object]] = [
    lambda root: rewrite(root / "content" / "a.md"),
    lambda root: rewrite(root / "content" / "p.png"),
    lambda root: rewrite(root / "content" / "_issues" / "2026-W22.md"),
    lambda root: rewrite(root / "out" / "rss.xml"),
    lambda root: rewrite(root / "templates" / "x.j2"),
    lambda root: rewrite(root / ".out.ledger"),
    lambda root: (root / "content" / "b.md").write_text(TEXT),
    lambda root: (root / "content" / "b.png").write_text(""),
    lambda root: (root / "content" / "a.md").unlink(),
    lambda root: (root / "content" / "a.md").rename(root / "content" / "b.md"),
    lambda root: (root / "content" / "link.md").symlink_to("nowhere"),
    lambda root: (root / "out" / "rss.xml").unlink(),
    lambda root: (root / "out").rename(root / "aside"),
    lambda root: (root / "templates" / "y.j2").write_text(""),
    lambda root: (root / ".out.ledger-journal").write_text(""),
    lambda root: (root / ".out.index").unlink(),
    lambda root: (root / ".out.index").write_bytes(b"damaged"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_makes_a_build(config: Config, change: Callable[[Path], object]) -> None:
    begin(config).remember(ALWAYS, "all is well")
    change(config.root)
    assert begin(config).told(NOW) is None


def test_another_occasion_makes_a_build(config: Config) -> None:
    begin(config).remember(ALWAYS, "all is well")
    assert begin(config, replace(WEEK, key="2026-W21")).told(NOW) is None
    assert begin(replace(config, title="Another")).told(NOW) is None
    assert Standing(config, folder.find(config), occasion(config, WEEK, "strict")).told(NOW) is None


def test_a_record_counts_for_its_span_of_time(config: Config) -> None:
    begin(config).remember(Span(since=NOW, until=NOW + DAY), "all is well")
    instants = (NOW - DAY, NOW, NOW + DAY / 2, NOW + DAY)
    assert [begin(config).told(now) for now in instants] == [None, "all is well", "all is well", None]


def test_what_changes_while_a_build_goes_on_is_built_next_time(config: Config) -> None:
    """Even within one tick, so that no stamp tells: the file is fresh, and its content was looked at before it was read."""
    started = begin(config)
    rewrite(config.content / "a.md")
    started.remember(ALWAYS, "all is well")
    assert begin(config).told(NOW) is None


def test_files_that_are_not_fresh_any_more_need_not_be_read_again(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(config).remember(ALWAYS, "all is well")
    for module in ("newsletter.folder", "newsletter.index.stamps"):
        monkeypatch.setattr(f"{module}.is_fresh", lambda _state, _began: False)
    assert begin(config).told(NOW) == "all is well"
    settled = place(config).read_bytes()
    monkeypatch.setattr("newsletter.index.stamps.content_of", lambda path: pytest.fail(f"{path} was read"))
    assert begin(config).told(NOW) == "all is well"
    assert place(config).read_bytes() == settled


def test_too_many_fresh_files_are_left_to_the_next_build(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST_FRESH", 1)
    begin(config).remember(ALWAYS, "all is well")
    assert begin(config).told(NOW) is None


def test_with_a_ledger_elsewhere_nothing_is_told(config: Config) -> None:
    elsewhere = replace(config, ledger="postgresql://ledger.example/letter")
    begin(elsewhere).remember(ALWAYS, "all is well")
    assert begin(elsewhere).told(NOW) is None
    here = replace(config, ledger=f"sqlite:///{config.ledger}")
    begin(here).remember(ALWAYS, "all is well")
    assert begin(here).told(NOW) == "all is well"


def test_the_span_of_what_is_present_covers_what_the_ledger_says(config: Config) -> None:
    library = collector.load(config)
    today = present(replace(config, ledger=str(config.root / "none")), library, NOW)
    assert span((*library.articles, *today.articles), NOW, max_age=0).until == ALWAYS.until


@pytest.mark.parametrize("year", [1, 5, 11, 9999])
def test_the_ends_of_the_calendar_are_no_trouble(year: int) -> None:
    instant = datetime(year, 6, 1, tzinfo=UTC)
    one = make_article(published=instant, updated=instant)
    found = span([one], NOW, max_age=30)
    assert found.since <= NOW < found.until
