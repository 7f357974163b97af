from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from newsletter import collector
from newsletter.model import Article
from newsletter.present import present
from newsletter.steady import FARTHEST, Span, nearest, span
from tests.factories import make_article, make_config

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
ALWAYS = Span(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC))


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
    article = make_article(published=NOW + FARTHEST + DAY)
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


def test_the_span_of_what_is_present_covers_what_the_ledger_says(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("---\ntitle: T\ndate: 2026-03-02\n---\nText.\n")
    library = collector.load(config)
    today = present(replace(config, ledger=str(config.root / "none")), library, NOW)
    assert span((*library.articles, *today.articles), NOW, max_age=0).until == ALWAYS.until


@pytest.mark.parametrize("year", [1, 5, 11, 9999])
def test_the_ends_of_the_calendar_are_no_trouble(year: int) -> None:
    instant = datetime(year, 6, 1, tzinfo=UTC)
    one = make_article(published=instant, updated=instant)
    found = span([one], NOW, max_age=30)
    assert found.since <= NOW < found.until


@given(st.lists(INSTANTS, max_size=8), st.lists(INSTANTS, max_size=8), st.sampled_from([0, 1, 400, 10**6]))
def test_of_many_publications_a_few_decide(some: list[datetime], others: list[datetime], max_age: int) -> None:
    whole = span([make_article(published=at, updated=at, expires=None) for at in (*some, *others)], NOW, max_age=max_age)
    few = nearest(sorted(others), NOW, max_age=max_age)
    assert len(few) <= 6
    read = [make_article(published=at, updated=at, expires=None) for at in some]
    assert span(read, NOW, max_age=max_age, besides=few) == whole
