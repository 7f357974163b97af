"""The articles of which nothing changed: nearly all, nearly always. Found without looking at any of the others. Pure.

No step of recognition comes to anything else for them, nor for the others without them: nobody else gives their id, and their
path stands for one published article alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter

from newsletter.ledger.shelf import Line, Shelf
from newsletter.model import Article


def unchanged(articles: Sequence[Article], known: Shelf) -> tuple[Mapping[str, Line], Collection[str]]:
    """Find by path the articles that are as they were in everything that recognition looks at.

    And the paths of those of them that are, and were recorded, as they are: with that id and those dates, in that offset.
    """
    given = Counter([article.id for article in articles if article.id_line is not None])
    found: dict[str, Line] = {}
    exact: set[str] = set()
    paths = [*map(attrgetter("path"), articles)]
    for article, path, line in zip(articles, paths, map(known.alone.get, paths), strict=True):
        if (
            line is not None
            and line.fingerprint == article.fingerprint
            and line.title == article.title
            and line.slug == article.slug
            and line.dated == (published := article.published) == line.published  # of a date that moved its author is told
            and not (given and _is_contested(article, line, given))
        ):
            found[path] = line
            updated = article.updated
            if (
                updated == published == line.updated
                and updated.tzinfo == published.tzinfo == line.published.tzinfo
                and not line.gone
                and line.id == article.id
            ):
                exact.add(path)
    return found, exact


def _is_contested(article: Article, line: Line, given: Mapping[str, int]) -> bool:
    """Tell whether its author or another one gives an id that makes it matter who else there is."""
    if article.id_line is None:
        return line.id in given
    return article.id != line.id or given[article.id] > 1


def is_recorded(article: Article, line: Line, onward: bool) -> bool:  # noqa: FBT001 - asked of every article
    """Tell whether the ledger has an unchanged article, whose content is not known, just so already."""
    if line.gone:
        return False
    updated = line.published
    if article.updated is not article.published and article.updated != article.published and article.updated > updated:
        updated = article.updated
    return updated == line.updated or (onward and updated < line.updated)
