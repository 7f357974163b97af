"""Which feeds a publication has, and what is in them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.config import EditionTable, Feeds
from newsletter.feeds.archive import numbered
from newsletter.feeds.choice import Choice
from newsletter.feeds.editions import EditionPlan, edition, editions
from newsletter.feeds.segments import key
from newsletter.model import ArchivePage, Article, Filter, Interest, Person, Rendered
from tests.factories import PUBLISHED, make_article, make_config, make_rendered

GRACE, ALAN = Person(name="Grace Hopper"), Person(name="Alan")


def article(number: int, *tags: str, **changes: object) -> Article:
    return make_article(slug=f"n-{number}", published=PUBLISHED + timedelta(days=number), tags=tags, **changes)


def slugs(plan: EditionPlan) -> list[str]:
    return [one.slug for one in plan.articles]


def prefixes(plans: tuple[EditionPlan, ...]) -> list[str]:
    return [plan.channel.prefix for plan in plans]


def test_the_whole_publication_comes_first_with_its_newest_articles() -> None:
    config = make_config(feeds=Feeds(limit=2))
    (plan,) = editions(config, [article(1), article(3), article(2)])
    assert (plan.channel.interest, plan.channel.name, plan.channel.title, plan.channel.prefix) == (
        Interest.PUBLICATION,
        "",
        "The Test Letter",
        "",
    )
    assert slugs(plan) == ["n-3", "n-2"]
    assert plan.archive is None


def test_a_tag_of_enough_articles_has_feeds_and_others_have_none() -> None:
    plans = editions(make_config(), [article(1, "C++", "rare"), article(2, "c++"), article(3, "日本"), article(4, "日本")])
    assert prefixes(plans) == ["", "tags/c~2b~2b/", "tags/日本/"]
    assert slugs(plans[1]) == ["n-2", "n-1"]
    assert plans[1].channel.interest is Interest.TAG


def test_a_tag_is_called_as_the_oldest_article_spells_it_so_that_new_ones_do_not_rename_its_feed() -> None:
    plans = editions(make_config(), [article(1, "News"), article(2, "news"), article(3, "NEWS")])
    assert (plans[1].channel.name, plans[1].channel.title) == ("News", "The Test Letter \u2013 News")


@pytest.mark.parametrize(("minimum", "expected"), [(0, []), (1, ["tags/a/", "tags/b/"]), (2, ["tags/a/"]), (3, [])])
def test_the_number_of_articles_that_a_tags_feed_is_worth_is_configured(minimum: int, expected: list[str]) -> None:
    plans = editions(make_config(feeds=Feeds(tags=minimum)), [article(1, "a", "b"), article(2, "a")])
    assert prefixes(plans)[1:] == expected


def test_feeds_that_readers_may_have_stay_as_long_as_there_is_an_article_for_them() -> None:
    kept = {"tags/rare/", "tags/gone/", "authors/alan/"}
    there = [article(1, "rare", authors=(ALAN,))]
    assert prefixes(editions(make_config(), there, kept=kept)) == ["", "tags/rare/", "authors/alan/"]
    assert prefixes(editions(make_config(feeds=Feeds(tags=0, authors=0)), there, kept=kept)) == [""]


def test_authors_have_feeds_where_more_than_one_writes() -> None:
    by_grace = [article(number, authors=(GRACE,)) for number in (1, 2)]
    assert prefixes(editions(make_config(), by_grace)) == [""]
    plans = editions(make_config(), [*by_grace, article(3, authors=(ALAN, GRACE))])
    assert prefixes(plans) == ["", "authors/grace_hopper/"]
    assert plans[1].channel.title == "The Test Letter \u2013 Grace Hopper"
    assert slugs(plans[1]) == ["n-3", "n-2", "n-1"]


def test_articles_that_name_nobody_are_the_publications_authors() -> None:
    plans = editions(make_config(), [article(1), article(2), article(3, authors=(GRACE,))])
    assert prefixes(plans) == ["", "authors/ada_byron/"]


def test_a_configured_edition_has_the_articles_that_its_filter_takes() -> None:
    tables = (
        EditionTable(name="Systems", title="Systems Weekly", description="All\nof it.", tags=("rust", "C++")),
        EditionTable(name="empty", tags=("nothing",)),
        EditionTable(name="notes", folders=("notes",)),
    )
    config = make_config(editions=tables, feeds=Feeds(tags=0))
    there = [article(1, "c++"), article(2, "Rust"), article(3, "go"), article(4, path="notes/2026/x.md")]
    plans = editions(config, there)
    assert prefixes(plans) == ["", "editions/systems/", "editions/notes/"]
    assert slugs(plans[1]) == ["n-2", "n-1"]
    assert (plans[1].channel.title, plans[1].channel.description) == ("Systems Weekly", "All of it.")
    assert (plans[2].channel.title, slugs(plans[2])) == ("The Test Letter \u2013 notes", ["n-4"])


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        (Filter(), True),
        (Filter(tags=("B",)), True),
        (Filter(tags=("c",)), False),
        (Filter(authors=("grace HOPPER",)), True),
        (Filter(authors=("Ada Byron",)), False),
        (Filter(folders=("notes/2026",)), True),
        (Filter(folders=("/notes/",)), True),
        (Filter(folders=("./notes",)), True),
        (Filter(folders=(".",)), True),
        (Filter(folders=("note",)), False),
        (Filter(tags=("a",), folders=("else",)), False),
    ],
)
def test_an_article_passes_a_filter_if_it_matches_every_part(take: Filter, expected: bool) -> None:  # noqa: FBT001 - a case
    one = article(1, "a", "b", authors=(GRACE,), path="notes/2026/x.md")
    assert Choice(make_config(), [one]).of(take) == [one] * expected


def test_filters_choose_among_many_articles_in_their_order() -> None:
    there = [article(number, *"abc"[: number % 4], path=f"{'xy'[number % 2]}/{number}.md") for number in range(12, 0, -1)]
    choice = Choice(make_config(), there)
    assert choice.of(Filter()) == there
    assert choice.of(Filter(tags=("C", "b"))) == [one for one in there if "b" in one.tags]
    assert choice.of(Filter(tags=("b",), folders=("x",))) == [one for one in there if "b" in one.tags and one.path[0] == "x"]
    assert choice.of(Filter(tags=("b",), authors=("Nobody",))) == []


def test_a_feed_holds_nothing_that_is_too_old_but_a_tags_keeps_its_newest_article() -> None:
    there = [article(1, "a"), article(2, "a"), article(3)]
    whole, tag = editions(make_config(), there, since=PUBLISHED + timedelta(days=3))
    assert (slugs(whole), slugs(tag)) == (["n-3"], ["n-2"])


def test_with_an_archive_the_publications_feed_also_holds_all_that_is_in_no_closed_page() -> None:
    config = make_config(feeds=Feeds(limit=1, archive=True, archive_size=2))
    there = [article(number) for number in range(5)]
    numbers = numbered({}, there)
    late = article(-9)
    (plan,) = editions(config, [*there, late], numbers=numbers)
    assert plan.archive is not None
    assert [[one.slug for one in page.articles] for page in plan.archive] == [["n-1", "n-0"], ["n-3", "n-2"], ["n-4", "n--9"]]
    assert slugs(plan) == ["n-4"]
    (open_page,) = editions(config, there, numbers=numbers)
    assert slugs(open_page) == ["n-4"]
    (roomy,) = editions(make_config(feeds=Feeds(limit=1, archive=True, archive_size=4)), [*there, late], numbers=numbers)
    assert slugs(roomy) == ["n-4", "n--9"]


def test_an_archive_without_a_full_page_has_none_and_the_feed_holds_everything() -> None:
    (plan,) = editions(make_config(feeds=Feeds(limit=1, archive=True)), [article(1), article(2)])
    assert plan.archive == ()
    assert slugs(plan) == ["n-2", "n-1"]


def test_only_the_whole_publication_has_an_archive() -> None:
    config = make_config(feeds=Feeds(archive=True, archive_size=1))
    whole, tag = editions(config, [article(1, "a"), article(2, "a")])
    assert whole.archive is not None
    assert tag.archive is None


def test_a_plan_is_filled_with_what_could_be_rendered() -> None:
    config = make_config(feeds=Feeds(limit=3, archive=True, archive_size=1, tags=1))
    items = [make_rendered(slug=slug, tags=("a",)) for slug in ("one", "two", "bad")]
    plans = editions(config, [item.article for item in items])
    rendered = {item.article.path: item for item in items[:2]}
    channels = tuple(plan.channel for plan in plans)
    whole = edition(plans[0], rendered, channels)
    assert [item.article.slug for item in whole.feed] == ["two", "one"]
    assert whole.archive is not None
    assert [page.articles for page in whole.archive] == [(items[0],), (items[1],)]
    assert all(isinstance(page, ArchivePage) for page in whole.archive)
    assert (whole.name, whole.prefix, whole.channels, whole.pages, whole.issue) == ("", "", channels, (), None)
    tag = edition(plans[1], rendered)
    assert (tag.name, tag.prefix, tag.interest, tag.archive) == ("a", "tags/a/", Interest.TAG, None)


TAGS = st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["C++", "a/b", "..", "News", "news", "NEWS"])), max_size=4)


@st.composite
def publications(draw: st.DrawFn) -> list[Rendered]:
    """Draw articles with any tags and authors."""
    return [
        make_rendered(
            slug=f"n-{number}",
            published=PUBLISHED + timedelta(days=draw(st.integers(0, 9))),
            tags=tuple(draw(TAGS)),
            authors=tuple(Person(name=name) for name in draw(TAGS)),
        )
        for number in range(draw(st.integers(1, 5)))
    ]


@settings(deadline=None)
@given(publications(), st.integers(1, 2))
def test_every_edition_of_any_tags_and_authors_has_a_path_and_articles_of_its_own(items: list[Rendered], minimum: int) -> None:
    config = make_config(feeds=Feeds(tags=minimum, authors=minimum))
    plans = editions(config, [item.article for item in items])
    assert len(set(prefixes(plans))) == len(plans)
    assert plans == editions(config, [item.article for item in reversed(items)])
    for plan in plans[1:]:
        assert plan.articles
        for one in plan.articles:
            names = (one.tags, [person.name for person in one.authors or config.authors])[
                plan.channel.interest is Interest.AUTHOR
            ]
            assert key(plan.channel.name) in {key(name) for name in names}
