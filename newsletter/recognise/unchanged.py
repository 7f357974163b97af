"""The articles of which nothing changed: nearly all, nearly always. Found without looking at any of the others. Pure.

No step of recognition comes to anything else for them, nor for the others without them: nobody else gives their id, and their
path stands for one published article alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from newsletter.ledger.shelf import Line, Shelf
from newsletter.model import Article


def unchanged(articles: Sequence[Article], known: Shelf) -> Mapping[str, Line]:
    """Find by path the articles that are as they were in everything that recognition looks at."""
    given = Counter([article.id for article in articles if article.id_line is not None])
    found: dict[str, Line] = {}
    alone = known.alone
    for article in articles:
        path = article.path
        line = alone.get(path)
        if (
            line is not None
            and line.fingerprint == article.fingerprint
            and line.title == article.title
            and line.slug == article.slug
            and line.dated == article.published == line.published  # of a date that moved its author is told
            and not (given and _is_contested(article, line, given))
        ):
            found[path] = line
    return found


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
