"""Read feeds back as their readers see them. No I/O."""

import json
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from msgspec import Struct

if TYPE_CHECKING:
    from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of a feed, in no format any more."""

    id: str
    title: str
    url: str
    published: datetime
    #: None where the format has none (RSS).
    updated: datetime | None
    #: HTML, or text where there is no HTML.
    content: str
    #: 1-based line at which it begins; None in JSON.
    line: int | None


class UnreadableError(Exception):
    """A file that is no feed of its format."""


def rss(body: bytes) -> tuple[Entry, ...]:
    """Read RSS 2.0. Raises UnreadableError."""
    root = _xml(body, "rss")
    return tuple(
        Entry(
            id=_text(item, "guid"),
            title=_text(item, "title"),
            url=_text(item, "link"),
            published=parsedate_to_datetime(_text(item, "pubDate")),
            updated=None,
            content=item.findtext(CONTENT) or item.findtext("description") or "",
            line=_line(item),
        )
        for item in root.iterfind("channel/item")
    )


def atom(body: bytes) -> tuple[Entry, ...]:
    """Read Atom. Raises UnreadableError."""
    root = _xml(body, f"{ATOM}feed")
    return tuple(
        Entry(
            id=_text(entry, f"{ATOM}id"),
            title=_text(entry, f"{ATOM}title"),
            url=next(
                (link.get("href", "") for link in entry.iterfind(f"{ATOM}link") if link.get("rel") in {None, "alternate"}), ""
            ),
            published=datetime.fromisoformat(_text(entry, f"{ATOM}published")),
            updated=datetime.fromisoformat(_text(entry, f"{ATOM}updated")),
            content=entry.findtext(f"{ATOM}content") or "",
            line=_line(entry),
        )
        for entry in root.iterfind(f"{ATOM}entry")
    )


def json_feed(body: bytes) -> tuple[Entry, ...]:
    """Read JSON Feed 1.1. Raises UnreadableError."""
    document: Any = json.loads(body)
    return tuple(
        Entry(
            id=item["id"],
            title=item["title"],
            url=item["url"],
            published=datetime.fromisoformat(item["date_published"]),
            updated=datetime.fromisoformat(item["date_modified"]),
            content=item.get("content_html", ""),
            line=None,
        )
        for item in document["items"]
    )


#: File name of a feed to what reads it.
READERS: dict[str, Callable[[bytes], tuple[Entry, ...]]] = {"rss.xml": rss, "atom.xml": atom, "feed.json": json_feed}


def read(name: str, body: bytes) -> tuple[Entry, ...]:
    """Read the entries of a feed of that name (a key of READERS). Raises UnreadableError with the reason."""
    try:
        return READERS[name](body)
    except KeyError as error:
        raise UnreadableError(f"lacks {error}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableError(str(error)) from error


def relative_addresses(html: str) -> tuple[str, ...]:
    """List the addresses in a piece of HTML that mean nothing outside of their page."""
    parser = _Addresses()
    parser.feed(html)
    parser.close()
    return tuple(address for address in parser.found if not _is_absolute(address))


class _Addresses(HTMLParser):
    """Collects addresses. The standard library's parser has no limit of depth below which text and links get lost."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's signature
        for name, value in attrs:
            if name in {"href", "src", "poster"}:
                self.found.append(value or "")
            elif name == "srcset":
                self.found += (candidate.split()[0] for candidate in (value or "").split(", ") if candidate.strip())


def _is_absolute(address: str) -> bool:
    try:
        return bool(urlsplit(address.strip()).scheme)
    except ValueError:
        return False


def _xml(body: bytes, tag: str) -> "etree._Element":
    """Parse a feed whose outermost element is the one named; entities and the network stay out of it."""
    from lxml import etree  # noqa: PLC0415 - not needed where out/ has no feeds

    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"not well-formed: {error}") from error
    if root.tag != tag:
        raise UnreadableError(f"expected <{tag}>, got <{root.tag}>")
    return root


def _text(element: "etree._Element", tag: str) -> str:
    """Return the text of a child that must be there."""
    text = element.findtext(tag)
    if not text:
        raise UnreadableError(f"line {element.sourceline}: lacks <{tag.rpartition('}')[2]}>")
    return text


def _line(element: "etree._Element") -> int | None:
    return cast("int | None", element.sourceline)  # the stubs have it as an ellipsis
