"""What a feed says, in no format yet: RSS, Atom and JSON Feed are three spellings of this one record. No I/O.

Archive pages (RFC 5005, section 4) are feeds too, but poor ones on purpose. A closed page must not change unless an article in it
does, so nothing is in it that may: no description, logo, icon, copyright, hub or version of the program, and for a title, which
every format demands, the name that the ids are minted from. The subscription feed tells all that; clients take it from there.
For the same reason a page links to the page before it, and not, as section 4 would like, to the next one too: that does not exist
yet when the page is closed. What an article itself says is all there, its authors included, be they the publication's.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.emitters.entry import Entry, make_entry, people
from newsletter.emitters.instants import distinct_updates
from newsletter.errors import OutputError
from newsletter.feeds.channels import Format
from newsletter.model import Edition, Person, Rendered
from newsletter.templating import Templates
from newsletter.xmltext import legal


class Feed(Struct, frozen=True, kw_only=True):
    """A feed document, as all formats tell it."""

    #: Atom's alone: RSS and JSON Feed know a feed by its address. Archive pages have that of their feed.
    id: str
    title: str
    #: May be empty.
    description: str
    #: The page that the feed is about; out/ is served here.
    site: str
    #: POSIX path of the edition's folder relative to out/, empty or ending in a slash.
    prefix: str
    #: Of the archive page; None: this is the subscription feed.
    number: int | None
    #: Number of the archive page before this document.
    previous: int | None
    #: Whether this document alone holds all that there ever was (RFC 5005, section 2).
    complete: bool
    language: str
    #: Empty only where every entry has its own.
    authors: tuple[Person, ...]
    copyright: str
    logo: str
    icon: str
    #: WebSub's.
    hub: str
    #: Minutes; 0 where the feed does not say.
    ttl: int
    #: What the tags are drawn from: an IRI that stays when the publication moves.
    scheme: str
    #: The newest entry's.
    updated: datetime
    #: Newest first, never empty.
    entries: tuple[Entry, ...]

    def path(self, form: Format) -> str:
        """Name this document's file, relative to out/."""
        return self.prefix + (form.file if self.number is None else form.page(self.number))

    def address(self, form: Format) -> str:
        """Tell where this document is."""
        return self.site + quote(self.path(form))

    def subscription(self, form: Format) -> str:
        """Tell where the feed is that readers subscribe to."""
        return self.site + quote(self.prefix + form.file)

    def before(self, form: Format) -> str:
        """Tell where the archive page before this document is; empty if there is none."""
        return "" if self.previous is None else self.site + quote(self.prefix + form.page(self.previous))


def make_feeds(config: Config, edition: Edition, templates: Templates) -> tuple[Feed, ...]:
    """Tell an edition as its archive pages but for those that stand, and its subscription feed unless that has no article.

    Raises OutputError if an article's id or an address is not what feeds can carry.
    """
    pages = edition.archive or ()
    made = []
    previous = None
    for page in pages:
        if not page.stands:
            made.append(_page(config, _subscription(config, edition, page.articles, previous, templates), page.number))
        previous = page.number
    if edition.feed:
        made.append(_subscription(config, edition, edition.feed, previous, templates))
    return tuple(made)


def _subscription(
    config: Config, edition: Edition, items: Sequence[Rendered], previous: int | None, templates: Templates
) -> Feed:
    """Tell articles as the feed that readers subscribe to; ``previous`` is the archive page before it."""
    entries, updated = _entries(config, items, templates)
    return Feed(
        id=_minted(config.authority, "feed", quote(edition.prefix)),
        title=legal(edition.title).strip() or config.authority,
        description=legal(edition.description or config.description),
        site=config.url,
        prefix=edition.prefix,
        number=None,
        previous=previous,
        complete=edition.archive == (),
        language=config.language,
        authors=people(config.authors) or (Person(name=legal(config.title)),),
        copyright=legal(config.copyright),
        logo=config.logo,
        icon=config.icon,
        hub=config.feeds.hub,
        ttl=config.feeds.ttl,
        scheme=_minted(config.authority, "tags", ""),
        updated=updated,
        entries=entries,
    )


def _page(config: Config, feed: Feed, number: int) -> Feed:
    """Tell the same articles as a closed page."""
    return replace(
        feed,
        title=f"{config.authority}: archive, page {number}",
        number=number,
        description="",
        authors=(),
        copyright="",
        logo="",
        icon="",
        hub="",
        ttl=0,
        entries=tuple(replace(entry, authors=entry.authors or feed.authors) for entry in feed.entries),
    )


def _entries(config: Config, items: Sequence[Rendered], templates: Templates) -> tuple[tuple[Entry, ...], datetime]:
    """Tell the articles of one document, and when the newest of them was updated."""
    repeated = [identity for identity, count in Counter(item.article.id for item in items).items() if count > 1]
    if repeated:
        paths = ", ".join(item.article.path for item in items if item.article.id == repeated[0])
        raise OutputError(f"{paths}: id: expected an id of its own for each article, got {repeated[0]!r} more than once")
    updates = distinct_updates(item.article for item in items)
    entries = tuple(make_entry(config, item, updates[item.article.id], templates) for item in items)
    return entries, max(updates.values())


def _minted(authority: str, name: str, folder: str) -> str:
    """Mint a permanent tag URI for a feed, or the vocabulary of tags, that stays when the publication moves.

    RFC 4151, section 2.1, asks for a date on which the authority's name was the publication's. None is configured and any that
    is derived (from the oldest article, say) could change, so it is the same for every feed. As a bare year it cannot meet an
    article's id, which has the day: tags are compared character by character (section 2.4).
    """
    return f"tag:{authority},2000:{'/'.join((name, *folder.split('/')[:-1]))}"
