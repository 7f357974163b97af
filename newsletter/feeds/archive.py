"""How the whole history is cut into archive pages that never change once they are full. Pure.

RFC 5005, section 4, https://www.rfc-editor.org/rfc/rfc5005#section-4: the entries of an archive document should not change over
time, and clients need never ask for one again. So pages are filled by the number that the ledger gave each article when it was
first published, not by date: a late article with an early date goes where there is still room. Page 1 has the numbers 1 to
``size`` for good, whatever becomes of the articles. The last page, as long as it is not full, is no document of its own: its
articles are in the subscription feed, whatever their age.

Only the publication's feeds have an archive. What a tag, an author or an edition holds can change at any time, by a word in an
old article, and would move everything after it to another page.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from newsletter.feeds.channels import FORMATS
from newsletter.model import Article


class ClosedPage(Struct, frozen=True, kw_only=True):
    """A full page of the archive."""

    #: Counts from 1, the oldest.
    number: int
    #: Those that are still published, newest first.
    articles: tuple[Article, ...]
    #: How many others it once held.
    missing: int
    #: Whether it is as the last build left it: then those of its articles are here that something else is made of, too.
    rests: bool = False


class Rest(Struct, frozen=True, kw_only=True):
    """What most of an archive is where most of its articles are as they were: nobody need look at these."""

    #: Numbers of the closed pages that are as the last build left them.
    pages: frozenset[int]
    #: How many articles were ever published.
    count: int


def order(article: Article) -> tuple[datetime, str]:
    """Order articles; reversed, as feeds do. In UTC: dates of one ZoneInfo are compared by what the clocks show (PEP 495)."""
    published = article.published
    return published if published.tzinfo is UTC else published.astimezone(UTC), article.id


def page_of(size: int, number: int) -> int:
    """Tell on which page the article of that number is."""
    return (number - 1) // size + 1


def numbered(numbers: Mapping[str, int], articles: Iterable[Article], count: int = 0) -> dict[str, int]:
    """Give the articles that the ledger has not numbered, by id, the next numbers, oldest first; none is used twice.

    ``count`` is how many the ledger has, where ``numbers`` are of some.
    """
    complete = dict(numbers)
    last = max(count, max(complete.values(), default=0))
    for article in sorted(articles, key=order):
        if article.id not in complete:
            last += 1
            complete[article.id] = last
    return complete


def closed_pages(
    size: int, numbers: Mapping[str, int], articles: Iterable[Article], rest: Rest | None = None
) -> tuple[ClosedPage, ...]:
    """Cut the published articles into full pages, oldest first; ``numbers`` has all that were ever published, by id.

    A page of which nothing is left is passed over. Where some pages rest, both have at least what is in the others.
    """
    resting, count = (rest.pages, rest.count) if rest is not None else (frozenset[int](), 0)
    full = max(count, max(numbers.values(), default=0)) // size
    pages: dict[int, list[Article]] = {number: [] for number in resting}
    for article in sorted(articles, key=order, reverse=True):
        pages.setdefault(page_of(size, numbers[article.id]), []).append(article)
    return tuple(
        ClosedPage(
            number=number,
            articles=tuple(pages[number]),
            missing=0 if number in resting else size - len(pages[number]),
            rests=number in resting,
        )
        for number in sorted(pages)
        if number <= full
    )


def lacking(pages: Iterable[ClosedPage], rendered: Collection[str]) -> frozenset[str]:
    """Name the files of the pages that lack an article, because it is gone or not among the rendered (paths of articles).

    While articles have problems nobody knows which of the two it is: such a page is better left as it was.
    """
    return frozenset(
        form.page(page.number)
        for page in pages
        if not page.rests and (page.missing or any(article.path not in rendered for article in page.articles))
        for form in FORMATS
    )
