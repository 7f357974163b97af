"""Rules about a mail's links: each says where it goes, and goes there. Pure but for what out/ holds."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.built import Built
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail, is_ours, links, path_of, spelt, text_of
from newsletter.config import Config
from newsletter.mail.merging import TAG

if TYPE_CHECKING:
    from lxml.html import HtmlElement

EMPTY = Rule(
    id="mail-empty-link",
    summary="Every link has something to click and somewhere to go.",
    source="WCAG 2.2, 2.4.4, failure F89",
)
TEXT = Rule(
    id="mail-link-text",
    summary="A link's text says where it goes.",
    source="WCAG 2.2, 2.4.4 and 2.4.9, failures F63 and F84",
    severity=Severity.WARNING,
)
PLAIN = Rule(
    id="mail-http",
    summary="Links and pictures use https.",
    source="RFC 9325, section 3.2; browsers warn of plain http, and clients do not load pictures over it",
    severity=Severity.WARNING,
)
RELATIVE = Rule(
    id="mail-relative-address",
    summary="Every address is absolute: a mail is at no address that another could be relative to.",
    source="RFC 3986, section 5.1",
)
DEAD = Rule(
    id="mail-dead-link",
    summary="A link to a page of ours, or to a place in one or in the mail, leads somewhere.",
    source="RFC 3986, section 3.5; out/ is what is served",
)
UNKNOWN = Rule(
    id="mail-unknown-link",
    summary="A link into our own site leads to something that a build writes or the configuration names.",
    source="the configuration: url; where no article has a home of its own, out/ is the whole site",
    severity=Severity.WARNING,
)
RULES = (EMPTY, TEXT, PLAIN, RELATIVE, DEAD, UNKNOWN)

#: What says nothing out of its sentence, in the languages that we can tell.
VAGUE = frozenset(
    (
        *(
            "click here",
            "here",
            "click",
            "click this",
            "this",
            "this link",
            "link",
            "more",
            "read more",
            "learn more",
            "more info",
        ),
        *("this page", "this article", "this post", "see here", "details", "continue", "go", "tap here"),
        *("hier", "hier klicken", "klicken sie hier", "mehr", "weiterlesen", "mehr lesen", "dieser link"),
        *("ici", "cliquez ici", "lire la suite", "plus", "en savoir plus", "lien"),
        *(
            "aquí",
            "aqui",
            "haz clic aquí",
            "leer más",
            "más",
            "clique aqui",
            "leia mais",
            "mais",
            "qui",
            "clicca qui",
            "leggi tutto",
        ),
    )
)
AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def check(mail: Mail, origins: Origins, built: Built, config: Config) -> Iterator[Finding]:
    """Look at every link that is shown, and at every picture's address."""
    names = {name for element in mail.page.iter("*") for name in (element.get("id"), element.get("name")) if name}
    elsewhere = (article.permalink for article in origins.articles.values() if not article.hosted)
    there = {_page(address) for address in (*_configured(config), *elsewhere)}
    whole = not config.permalink and all(article.hosted for article in origins.articles.values())
    for link in links(mail.page):
        href, said = link.get("href", "").strip(), text_of(link)
        for rule, message in _wrong(href, said, names):
            yield _found(rule, origins, link, message)
        if is_ours(href, config.url) and _page(href) not in there:
            for rule, message in _astray(href, built, whole=whole):
                yield _found(rule, origins, link, message)
    for picture in mail.page.iter("img"):
        for rule, message in _address(picture.get("src", "").strip()):
            yield _found(rule, origins, picture, message)


def _found(rule: Rule, origins: Origins, element: "HtmlElement", message: str) -> Finding:
    address = element.get("href") or element.get("src") or ""
    tail = path_of(address).rstrip("/").rpartition("/")[2]
    place = origins.of(element, address, f"]({tail}" if tail else "", tail)
    return Finding(rule=rule, path=place.path, line=place.line, message=message)


def _wrong(href: str, said: str, names: set[str]) -> Iterator[tuple[Rule, str]]:
    """Look at a link by itself; ``names`` are the places within the mail."""
    if not said:
        yield EMPTY, f"the link to {href!r} has no text"
    if not href or href == "#":
        yield EMPTY, f"the link {said!r} leads nowhere"
    elif href.startswith("#"):
        if href[1:] not in names:
            yield DEAD, f"the link {said!r} leads to {href}, which the mail does not have"
    else:
        yield from _address(href)
    if AROUND.sub("", said).casefold() in VAGUE:
        yield TEXT, f"expected a text that says where the link goes, got {said!r} for {href}"


def _address(address: str) -> Iterator[tuple[Rule, str]]:
    if TAG.search(address):
        return
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = ""
    if scheme == "http":
        yield PLAIN, f"{address}: expected https"
    elif not scheme:
        yield RELATIVE, f"{address!r} is relative"


def _astray(href: str, built: Built, *, whole: bool) -> Iterator[tuple[Rule, str]]:
    """Look for what a link of ours leads to; ``whole`` where out/ is the whole site."""
    if built.file(href) is None:
        if built.begins_as(href):
            yield DEAD, f"{href}: out/ has no such page"
        elif whole:
            yield UNKNOWN, f"{href}: no build writes it, so it must be put there by other means"
    elif not built.has_fragment(href):
        yield DEAD, f"{href}: the page has no such place"


def _page(address: str) -> SplitResult:
    """Return an address in one spelling, whatever place in its page it names."""
    return spelt(address)._replace(fragment="")


def _configured(config: Config) -> frozenset[str]:
    """List the addresses that the configuration names: that they exist is the editor's word."""
    own = (config.digest.unsubscribe, config.digest.tags.unsubscribe, config.digest.tags.web_view, config.logo, config.icon)
    return frozenset((*own, *(person.url or "" for person in config.authors)))
