"""Gives the enclosures of articles that lie in the content folder their true length. Reads what the system says of files."""

import posixpath
from collections.abc import Collection
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from newsletter.model import Article, Enclosure


def measured(content: Path, article: Article, files: Collection[str]) -> Article:
    """Measure an article's local enclosures, wherever they will be served from; raises OSError for one that went away.

    ``files`` are the paths of those that the content folder holds.
    """
    if not article.enclosures:
        return article
    return replace(article, enclosures=tuple(_length(content, article, one, files) for one in article.enclosures))


def may_be_measured(article: Article) -> bool:
    """Tell whether the length of any of its enclosures depends on the files that the content folder holds."""
    return any(_place(article, one.url) is not None for one in article.enclosures)


def _place(article: Article, address: str) -> str | None:
    """Tell where a file of that address would lie in the content folder; None where it is somewhere else in any case."""
    written = urlsplit(address)
    if written.scheme or written.netloc:
        return None
    start = "" if written.path.startswith("/") else posixpath.dirname(article.path)
    return posixpath.normpath(posixpath.join(start, unquote(written.path).lstrip("/")))


def _length(content: Path, article: Article, enclosure: Enclosure, files: Collection[str]) -> Enclosure:
    place = _place(article, enclosure.url)
    if place is None or place not in files:
        return enclosure
    return replace(enclosure, length=(content / place).stat().st_size)
