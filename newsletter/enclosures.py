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


def _length(content: Path, article: Article, enclosure: Enclosure, files: Collection[str]) -> Enclosure:
    written = urlsplit(enclosure.url)
    start = "" if written.path.startswith("/") else posixpath.dirname(article.path)
    place = posixpath.normpath(posixpath.join(start, unquote(written.path).lstrip("/")))
    if written.scheme or written.netloc or place not in files:
        return enclosure
    return replace(enclosure, length=(content / place).stat().st_size)
