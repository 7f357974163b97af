"""Which feeds there are: their formats, addresses and titles, for whoever links to them. Pure, and light to import.

https://www.rssboard.org/rss-autodiscovery, https://www.jsonfeed.org/version/1.1/ ("Discovery").
"""

from collections.abc import Iterable
from urllib.parse import quote

from msgspec import Struct

from newsletter.config import Config
from newsletter.feeds.segments import key, segment
from newsletter.model import Article, Channel, Edition, Interest, Person
from newsletter.xmltext import legal

#: The list of all feeds, for readers to import; and its media type, http://opml.org/spec2.opml.
OPML_FILE = "feeds.opml"
OPML_TYPE = "text/x-opml"
#: What makes a feed readable in a browser.
STYLESHEET = "feed.css"

_FOLDERS = {Interest.EDITION: "editions/", Interest.TAG: "tags/", Interest.AUTHOR: "authors/"}


class Format(Struct, frozen=True, kw_only=True):
    """A feed format, as files and servers know it."""

    #: For people.
    name: str
    stem: str
    suffix: str
    #: Media type.
    type: str

    @property
    def file(self) -> str:
        """Name of the feed in its edition's folder."""
        return self.stem + self.suffix

    def page(self, number: int) -> str:
        """Name an archive page in the edition's folder."""
        return f"archive/{self.stem}-{number}{self.suffix}"


RSS = Format(name="RSS", stem="rss", suffix=".xml", type="application/rss+xml")
ATOM = Format(name="Atom", stem="atom", suffix=".xml", type="application/atom+xml")
JSON_FEED = Format(name="JSON Feed", stem="feed", suffix=".json", type="application/feed+json")
FORMATS = (RSS, ATOM, JSON_FEED)


class FeedLink(Struct, frozen=True, kw_only=True):
    """A feed to subscribe to: ``<link rel="alternate" type=… title=… href=…>``."""

    title: str
    #: Media type.
    type: str
    #: Absolute.
    url: str


def channel(config: Config, interest: Interest, name: str) -> Channel:
    """Name the feeds of a tag, an author or an edition without a title of its own."""
    prefix = f"{_FOLDERS[interest]}{segment(name)}/"
    return Channel(interest=interest, name=name, title=f"{config.title} \u2013 {name}", prefix=prefix)


def whole(config: Config) -> Channel:
    """Name the feeds of the whole publication."""
    return Channel(interest=Interest.PUBLICATION, name="", title=config.title, prefix="")


def links(config: Config, one: Channel, formats: Iterable[Format] = FORMATS) -> tuple[FeedLink, ...]:
    """List a channel's feeds."""
    return tuple(
        FeedLink(title=f"{one.title} ({form.name})", type=form.type, url=config.url + quote(one.prefix) + form.file)
        for form in formats
    )


def feeds_of(config: Config, edition: Edition) -> tuple[FeedLink, ...]:
    """List the feeds that a page of an edition announces, in this order: browsers and readers offer the first one first.

    The publication's in all formats, then the edition's own; on pages of the publication those of the configured editions, each
    in Atom alone lest the list bury the first.
    """
    found = list(links(config, whole(config)))
    own = [one for one in edition.channels if one.prefix and one.prefix == edition.prefix]
    for one in own:
        found += links(config, one)
    for one in () if own else edition.channels:
        found += links(config, one, (ATOM,)) if one.interest is Interest.EDITION else ()
    return tuple(found)


class Nearby:
    """The feeds that articles' pages announce."""

    def __init__(self, config: Config, channels: Iterable[Channel]) -> None:
        """Take all that there are."""
        self._config = config
        self._whole = links(config, whole(config))
        #: Of tags and authors, with their number.
        self._others = {
            (one.interest, key(one.name)): (number, links(config, one, (ATOM,)))
            for number, one in enumerate(channels)
            if one.interest in (Interest.TAG, Interest.AUTHOR)
        }
        #: By tags and authors, which many articles have in common.
        self._known: dict[tuple[tuple[str, ...], tuple[Person, ...]], tuple[FeedLink, ...]] = {}

    def of(self, article: Article) -> tuple[FeedLink, ...]:
        """List the publication's feeds in all formats, then in Atom those of the article's tags and authors."""
        own = article.tags, article.authors
        if own not in self._known:
            near = sorted(self._others[pair] for pair in interests(self._config, article) if pair in self._others)
            self._known[own] = (*self._whole, *(link for _, one in near for link in one))
        return self._known[own]


def interests(config: Config, article: Article) -> dict[tuple[Interest, str], str]:
    """Tell which tags' and authors' feeds an article belongs to, as far as there are such: by key, as the article spells it."""
    found: dict[tuple[Interest, str], str] = {}
    names = (person.name for person in authors_of(config, article))
    for interest, spellings in ((Interest.TAG, article.tags), (Interest.AUTHOR, names)):
        for spelling in spellings:
            if key(spelling):
                found.setdefault((interest, key(spelling)), " ".join(legal(spelling).split()))
    return found


def authors_of(config: Config, article: Article) -> tuple[Person, ...]:
    """Tell who stands behind an article."""
    return article.authors or config.authors
