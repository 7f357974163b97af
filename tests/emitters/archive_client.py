"""A reader that rebuilds a whole feed from its archive, knowing the standards alone: an address, and what is at each address.

RFC 5005, https://www.rfc-editor.org/rfc/rfc5005; JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree

Fetch = Callable[[str], bytes]

_ATOM = "{http://www.w3.org/2005/Atom}"
_HISTORY = "{http://purl.org/syndication/history/1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What can be told of an article from any of the formats."""

    id: str
    title: str
    url: str
    published: datetime
    content: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One feed document, whatever its format."""

    articles: tuple[Article, ...]
    #: Address of the archive document before it; empty: there is none.
    before: str
    #: RFC 5005's words; None where the format has none (JSON Feed).
    archive: bool | None
    complete: bool | None
    #: Of the subscription document, as an archive document tells.
    current: str


def rebuild(url: str, fetch: Fetch) -> dict[str, Article]:
    """Return every article of the feed at that address, by id; what a newer document says of one holds."""
    found: dict[str, Article] = {}
    for document in walk(url, fetch):
        for article in document.articles:
            found.setdefault(article.id, article)
    return found


def walk(url: str, fetch: Fetch) -> Iterator[Document]:
    """Follow a feed from its subscription document back to the oldest archive document."""
    seen: set[str] = set()
    while url:
        if url in seen:
            raise AssertionError(f"the chain turns back to {url}")
        seen.add(url)
        document = read(fetch(url), url)
        yield document
        url = "" if document.complete else document.before


def read(body: bytes, url: str) -> Document:
    """Read a document of any of the three formats."""
    if body.lstrip().startswith(b"{"):
        return _json(json.loads(body), url)
    root = etree.fromstring(body)
    return _rss(root[0], url) if root.tag == "rss" else _atom(root, url)


def _rss(channel: etree._Element, url: str) -> Document:
    owner = [person for person in (_name(channel.findtext("managingEditor")),) if person]
    return Document(
        articles=tuple(
            Article(
                id=item.findtext("guid", ""),
                title=item.findtext("title", ""),
                url=item.findtext("link", ""),
                published=parsedate_to_datetime(item.findtext("pubDate", "")),
                content=item.findtext(_CONTENT) or item.findtext("description") or "",
                authors=tuple(
                    [_name(author.text) for author in item.iterfind("author")]
                    + [author.text or "" for author in item.iterfind(f"{_DC}creator")]
                    or owner
                ),
                tags=tuple(tag.text or "" for tag in item.iterfind("category")),
            )
            for item in channel.iterfind("item")
        ),
        **_history(channel, url),
    )


def _atom(feed: etree._Element, url: str) -> Document:
    usual = _names(feed)
    return Document(
        articles=tuple(
            Article(
                id=entry.findtext(f"{_ATOM}id", ""),
                title=entry.findtext(f"{_ATOM}title", ""),
                url=_link(entry, "alternate"),
                published=datetime.fromisoformat(entry.findtext(f"{_ATOM}published", "")),
                content=entry.findtext(f"{_ATOM}content") or "",
                authors=_names(entry) or usual,
                tags=tuple(str(tag.get("term")) for tag in entry.iterfind(f"{_ATOM}category")),
            )
            for entry in feed.iterfind(f"{_ATOM}entry")
        ),
        **_history(feed, url),
    )


def _json(feed: dict[str, Any], url: str) -> Document:
    usual = feed.get("authors", [])
    return Document(
        articles=tuple(
            Article(
                id=item["id"],
                title=item["title"],
                url=item["url"],
                published=datetime.fromisoformat(item["date_published"]),
                content=item["content_html"],
                authors=tuple(author["name"] for author in item.get("authors", usual)),
                tags=tuple(item.get("tags", ())),
            )
            for item in feed["items"]
        ),
        before=urljoin(url, feed["next_url"]) if "next_url" in feed else "",
        archive=None,
        complete=None,
        current=feed["feed_url"],
    )


def _history(element: etree._Element, url: str) -> dict[str, Any]:
    before = _link(element, "prev-archive")
    return {
        "before": urljoin(url, before) if before else "",
        "archive": element.find(f"{_HISTORY}archive") is not None,
        "complete": element.find(f"{_HISTORY}complete") is not None,
        "current": _link(element, "current"),
    }


def _link(element: etree._Element, rel: str) -> str:
    return next((str(link.get("href")) for link in element.iterfind(f"{_ATOM}link") if link.get("rel") == rel), "")


def _names(element: etree._Element) -> tuple[str, ...]:
    return tuple(author.findtext(f"{_ATOM}name", "") for author in element.iterfind(f"{_ATOM}author"))


def _name(mailbox: str | None) -> str:
    """Take the name out of ``a@b (Name)``."""
    return (mailbox or "").partition("(")[2].rpartition(")")[0]
