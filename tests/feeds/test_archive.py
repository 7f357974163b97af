"""How articles are cut into pages that never change."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.archive import ClosedPage, closed_pages, lacking, numbered
from newsletter.model import Article
from tests.factories import PUBLISHED, make_article


def articles(count: int, first: int = 0) -> list[Article]:
    return [make_article(slug=f"n-{n:04}", published=PUBLISHED + timedelta(hours=n)) for n in range(first, first + count)]


def slugs(page: ClosedPage) -> list[str]:
    return [article.slug for article in page.articles]


def test_numbers_count_up_from_one_oldest_first_where_the_ledger_has_none() -> None:
    assert numbered({}, articles(3)[::-1]) == {article.id: at for at, article in enumerate(articles(3), 1)}


def test_numbers_of_the_ledger_stand_and_are_never_used_again() -> None:
    one, two = articles(2)
    assert numbered({"tag:gone": 7, two.id: 2}, [one, two]) == {"tag:gone": 7, two.id: 2, one.id: 8}


def test_pages_are_filled_from_the_oldest_article_on_and_the_last_one_that_is_not_full_is_none() -> None:
    pages = closed_pages(2, numbered({}, articles(5)), articles(5))
    assert [(page.number, slugs(page), page.missing) for page in pages] == [
        (1, ["n-0001", "n-0000"], 0),
        (2, ["n-0003", "n-0002"], 0),
    ]


def test_a_late_article_with_an_early_date_goes_where_there_is_room() -> None:
    before = articles(5, first=1)
    numbers = numbered({}, before)
    late = articles(1)
    pages = closed_pages(2, numbered(numbers, before + late), before + late)
    assert pages[:2] == closed_pages(2, numbers, before)
    assert slugs(pages[2]) == ["n-0005", "n-0000"]


def test_an_article_that_is_gone_leaves_a_gap_on_its_page_alone() -> None:
    everything = articles(6)
    numbers = numbered({}, everything)
    left = everything[:2] + everything[3:]
    pages = closed_pages(2, numbers, left)
    assert [(page.number, len(page.articles), page.missing) for page in pages] == [(1, 2, 0), (2, 1, 1), (3, 2, 0)]


def test_a_page_of_which_nothing_is_left_is_passed_over() -> None:
    everything = articles(6)
    pages = closed_pages(2, numbered({}, everything), everything[:2] + everything[4:])
    assert [page.number for page in pages] == [1, 3]


def test_pages_that_lack_an_article_are_named_in_all_formats() -> None:
    everything = articles(6)
    pages = closed_pages(2, numbered({}, everything), everything[:3] + everything[4:])
    rendered = {article.path for article in everything[1:]}
    assert lacking(pages, rendered) == {
        *("archive/rss-1.xml", "archive/atom-1.xml", "archive/feed-1.json"),
        *("archive/rss-2.xml", "archive/atom-2.xml", "archive/feed-2.json"),
    }


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60), st.integers(1, 7))
def test_no_closed_page_ever_changes_while_articles_come_with_any_date(arrivals: list[tuple[int, bool]], size: int) -> None:
    numbers: dict[str, int] = {}
    there: list[Article] = []
    before: tuple[ClosedPage, ...] = ()
    for at, (day, with_the_next) in enumerate(arrivals):
        there.append(make_article(slug=f"a-{at}", published=PUBLISHED + timedelta(days=day)))
        if with_the_next:
            continue  # a build finds several new ones
        numbers = numbered(numbers, there)
        pages = closed_pages(size, numbers, there)
        assert pages[: len(before)] == before
        assert len(pages) == len(there) // size
        before = pages


def test_300_articles_added_one_by_one_to_1000_change_none_of_the_pages() -> None:
    there = articles(1000)
    numbers = numbered({}, there)
    before = closed_pages(50, numbers, there)
    for at in range(300):
        there.append(make_article(slug=f"late-{at}", published=PUBLISHED + timedelta(hours=at * 7 % 1000)))
        numbers = numbered(numbers, there)
        pages = closed_pages(50, numbers, there)
        assert pages[: len(before)] == before
        before = pages
    assert len(before) == 26
