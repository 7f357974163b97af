"""The digest as its readers get it, read back from its files. No I/O."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

from newsletter.checks.mail.stylesheet import declarations
from newsletter.mail.services import as_shown
from newsletter.rules import ascii_host

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: What need not be said.
PORTS = {"http": 80, "https": 443}


class Mail(Struct, frozen=True, kw_only=True):
    """One mail and what its manifest says of it."""

    #: Its email.html, absolute.
    path: Path
    #: As it stands in the file.
    html: bytes
    page: "HtmlElement"
    #: Its issue.json as it stands in the file, and what that says.
    manifest: str
    key: str
    subject: str
    preheader: str


def parse(html: bytes) -> "HtmlElement":
    """Read a page as a browser would, at any depth, and after the mail service if that drops what is not marked for it."""
    from lxml.html import HTMLParser, document_fromstring  # noqa: PLC0415 - not needed where out/ has no digest

    return document_fromstring(as_shown(html) or b"<html></html>", parser=HTMLParser(encoding="utf-8", huge_tree=True))


def style(element: "HtmlElement") -> dict[str, str]:
    """Return the declarations of an element's style attribute."""
    return dict(declarations(element.get("style", "")))


def is_hidden(element: "HtmlElement") -> bool:
    """Tell whether an element is not shown."""
    return any(style(one).get("display") == "none" for one in (element, *element.iterancestors()))


def text_of(element: "HtmlElement") -> str:
    """Return what is said inside an element, pictures by their alt text, on one line."""
    pieces = []
    for inner in element.iter():  # comments too: what follows them is text
        if inner.tag == "img":
            pieces.append(inner.get("alt", ""))
        elif isinstance(inner.tag, str):
            pieces.append(inner.text or "")
        pieces.append(inner.tail or "" if inner is not element else "")
    return " ".join("".join(pieces).replace("\N{ZERO WIDTH NON-JOINER}", "").split())


def links(page: "HtmlElement") -> Iterator["HtmlElement"]:
    """Yield the links that are shown, in order."""
    yield from (link for link in page.iter("a") if "href" in link.attrib and not is_hidden(link))


def path_of(address: str) -> str:
    """Return the path of an address with a host; empty where there is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return unquote(parts.path) if parts.netloc else ""


def spelt(address: str) -> SplitResult:
    """Take an address apart as all spellings of it are: nothing of its path encoded, its host in ASCII (RFC 3986, section 6.2.2).

    What is none is empty.
    """
    try:
        parts = urlsplit(address)
        host, port = ascii_host((parts.hostname or "").lower()), parts.port
    except ValueError:
        return urlsplit("")
    named = host if port is None or port == PORTS.get(parts.scheme) else f"{host}:{port}"
    return parts._replace(netloc=named, path=unquote(parts.path))


def is_ours(address: str, url: str) -> bool:
    """Tell whether an address is below the publication's, whatever of http and https it says."""
    there, here = spelt(address), spelt(url)
    return there.scheme in PORTS and there.netloc == here.netloc and there.path.startswith(here.path)


def matching(page: "HtmlElement", selector: str) -> tuple[tuple[int, int, int], tuple["HtmlElement", ...]]:
    """Return how specific one selector is, and what it matches; nothing where no style attribute could say the same."""
    from cssselect import SelectorError, parse  # noqa: PLC0415 - not needed where out/ has no digest
    from lxml.cssselect import CSSSelector  # noqa: PLC0415 - the same

    try:
        [parsed] = parse(selector)
        found = cast("list[HtmlElement]", CSSSelector(selector)(page))
    except (SelectorError, ValueError):  # a pseudo-class, or a template's own
        return (0, 0, 0), ()
    return parsed.specificity(), tuple(found)
