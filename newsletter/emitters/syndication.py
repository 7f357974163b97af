"""feedgen, with its traps shut: what RSS and Atom have in common, and what feedgen cannot say. No I/O, no clock, no locale.

feedgen 1.0 (https://feedgen.kiesow.be/), left to itself,
- dates a feed and its entries by the clock: ``start`` and ``add`` set every date;
- writes RSS dates by switching the locale of the whole process: dates go into RSS through ``Beyond`` instead;
- puts entries in front: ``add`` appends;
- takes whichever link came last for the RSS channel's: the site's is given last;
- loses authors without an e-mail address in RSS and has no word for an entry's language: ``Beyond`` has;
- writes no hub or archive link in RSS, spells the elements of the syndication module with a capital, which no reader knows, and
  signs feeds with its own name unless another is given: ``relate``, ``start``;
- writes an Atom entry's links with nothing but their address, so that an enclosure reads as a second permalink (in
  ``FeedEntry.atom_entry`` the loop variable is overwritten before its rel, type and length are asked for): ``link`` keeps them;
- raises ValueError on characters that XML cannot carry: entry.py and feed.py have left them out;
- has no word for a style sheet: ``styled``.
"""

from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter import __version__
from newsletter.emitters.entry import Entry
from newsletter.emitters.feed import Feed
from newsletter.feeds.channels import STYLESHEET, Format
from newsletter.model import Image

#: Who writes the feeds, in generator elements.
GENERATOR = "newsletter-publisher"
_ATOM = "http://www.w3.org/2005/Atom"
_DC = "http://purl.org/dc/elements/1.1/"
_HISTORY = "http://purl.org/syndication/history/1.0"
_MEDIA = "http://search.yahoo.com/mrss/"
_SY = "http://purl.org/rss/1.0/modules/syndication/"
_XML = "http://www.w3.org/XML/1998/namespace"
#: Minutes in what the syndication module counts in, http://web.resource.org/rss/1.0/modules/syndication/.
_UPDATE_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080}


class Beyond:
    """An extension of feedgen, in its own protocol: elements of any name at the end of a feed or an entry, and xml:lang.

    It sits on the feed and on each entry as ``.beyond``.
    """

    def __init__(self) -> None:
        """Start with nothing to say."""
        self._elements: list[tuple[str, str | None, dict[str, str]]] = []
        #: Prefixes to declare at the root; only the feed's count.
        self.prefixes = {"dc": _DC, "media": _MEDIA}
        #: What belongs on the links of an Atom entry, in feedgen's order; none: they stay as they are.
        self.links: list[dict[str, str]] = []
        #: BCP 47; written as xml:lang on the element itself.
        self.language: str | None = None

    def say(self, tag: str, text: str | None = None, **attributes: str) -> None:
        """Add one element after feedgen's own."""
        self._elements.append((tag, text, attributes))

    def creator(self, name: str) -> None:
        """Name somebody who has no e-mail address, or none that the format has room for."""
        self.say(f"{{{_DC}}}creator", name)

    def item_language(self, language: str) -> None:
        """Name the language of an RSS item."""
        self.say(f"{{{_DC}}}language", language)

    def thumbnail(self, image: Image) -> None:
        """Show the picture that stands for an entry. https://www.rssboard.org/media-rss#media-thumbnails."""
        sizes = {"width": image.width, "height": image.height}
        self.say(f"{{{_MEDIA}}}thumbnail", url=image.url, **{name: str(size) for name, size in sizes.items() if size})

    def atom_link(self, **attributes: str) -> None:
        """Link from an RSS channel. https://www.rssboard.org/rss-profile#namespace-elements-atom."""
        self.say(f"{{{_ATOM}}}link", **attributes)

    def history(self, name: str) -> None:
        """Say what part of the history this document is: archive or complete (RFC 5005, sections 2 and 4)."""
        self.prefixes["fh"] = _HISTORY
        self.say(f"{{{_HISTORY}}}{name}")

    def update_period(self, minutes: int) -> None:
        """Say how often it pays to look, where the module has words for it: so many times an hour, a day or a week."""
        for period, length in _UPDATE_PERIODS.items():
            if length % minutes == 0:
                self.prefixes["sy"] = _SY
                self.say(f"{{{_SY}}}updatePeriod", period)
                self.say(f"{{{_SY}}}updateFrequency", str(length // minutes))
                return

    def extend_ns(self) -> dict[str, str]:
        """Declare the prefixes at the root, in feedgen's protocol."""
        return self.prefixes

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Write into an Atom feed or entry, in feedgen's protocol."""
        if self.language:
            element.set(f"{{{_XML}}}lang", self.language)
        for written, attributes in zip(element.findall("link"), self.links, strict=False):
            for name, value in attributes.items():
                written.set(name, value)
        self._write(element)
        return element

    def extend_rss(self, element: etree._Element) -> etree._Element:
        """Write into a channel (feedgen hands over the root) or an item, in feedgen's protocol."""
        self._write(element[0] if element.tag == "rss" else element)
        return element

    def _write(self, element: etree._Element) -> None:
        """Add the elements."""
        for tag, text, attributes in self._elements:
            etree.SubElement(element, tag, attributes).text = text


def start(feed: Feed, form: Format) -> Any:  # noqa: ANN401 - feedgen ships no types
    """Begin a document with what RSS and Atom share."""
    generator = FeedGenerator()
    generator.register_extension("beyond", Beyond, Beyond)
    generator.title(feed.title)
    generator.language(feed.language)
    generator.link(href=feed.address(form), rel="self", type=form.type)
    generator.link(href=feed.site, rel="alternate", type="text/html")  # last: RSS takes the last one for its <link>
    generator.updated(feed.updated)
    # What updated() has just set would be written in RSS through the locale, and there is no public way to unset it.
    generator._FeedGenerator__rss_lastBuildDate = None  # noqa: SLF001 - see above
    # An archive page must not change with the version of the program
    generator.generator(GENERATOR if feed.number is None else "", version=__version__)
    if feed.copyright:
        generator.rights(feed.copyright)
    if feed.logo:
        generator.logo(feed.logo)
    if feed.ttl:
        generator.beyond.update_period(feed.ttl)
    if feed.number is not None:
        generator.beyond.history("archive")
    elif feed.complete:
        generator.beyond.history("complete")
    return generator


def related(feed: Feed, form: Format) -> tuple[dict[str, str], ...]:
    """List the links to the documents around this one, and to the hub."""
    links = []
    if feed.hub:
        links.append({"rel": "hub", "href": feed.hub})
    if feed.number is not None:
        links.append({"rel": "current", "href": feed.subscription(form), "type": form.type})
    if before := feed.before(form):
        links.append({"rel": "prev-archive", "href": before, "type": form.type})
    return tuple(links)


def add(generator: Any, entry: Entry, scheme: str) -> Any:  # noqa: ANN401 - feedgen ships no types
    """Append an entry with what RSS and Atom share."""
    written = generator.add_entry(order="append")
    written.id(entry.id)
    written.title(entry.title)
    written.updated(entry.updated)
    link(written, href=entry.url, rel="alternate", type="text/html")
    written.category([{"term": tag, "scheme": scheme, "label": tag} for tag in entry.tags])
    if entry.content:
        written.content(entry.content, type="html")
    if entry.image:
        written.beyond.thumbnail(entry.image)
    return written


def link(written: Any, **attributes: str) -> None:  # noqa: ANN401 - feedgen ships no types
    """Link an entry to something; in RSS, to its page (rel=alternate) and to the last enclosure."""
    written.link(**attributes)
    written.beyond.links.append(attributes)


def styled(document: bytes, path: str) -> bytes:
    """Let browsers show a document at that path, relative to out/, in the style of feeds.

    With CSS, for browsers do without XSLT (https://developer.chrome.com/docs/web-platform/deprecating-xslt). The address is
    relative, so that it holds wherever out/ is looked at; feed readers do not follow it.
    """
    declaration, _, rest = document.partition(b"\n")
    way = "../" * path.count("/") + STYLESHEET
    return declaration + f'\n<?xml-stylesheet type="text/css" href="{way}"?>\n'.encode() + rest
