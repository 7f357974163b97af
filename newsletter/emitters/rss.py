"""The RSS 2.0 feed. No I/O.

https://www.rssboard.org/rss-specification, read as the RSS Advisory Board's best practices advise,
https://www.rssboard.org/rss-profile. Descriptions are HTML, titles are not.
Dates are written by email.utils: four-digit years, numeric zones and English names in any locale.
"""

from email.utils import format_datetime
from html import escape
from typing import Any

from newsletter import __version__
from newsletter.config import Config
from newsletter.emitters import podcast
from newsletter.emitters.entry import Entry
from newsletter.emitters.feed import Feed, make_feeds
from newsletter.emitters.syndication import GENERATOR, add, link, related, start, styled
from newsletter.feeds.channels import RSS
from newsletter.model import Edition, Output, Person
from newsletter.templating import Templates

DOCUMENTATION = "https://www.rssboard.org/rss-specification"
#: Describes every archive page: a description is required, and the publication's may change.
OLDER = "Older articles. The current feed has the newest."


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Write the edition's RSS feed and the pages of its archive; nothing where it has no article."""
    return tuple(_document(config, feed) for feed in make_feeds(config, edition, templates))


def _document(config: Config, feed: Feed) -> Output:
    """Write one document."""
    generator = start(feed, RSS)
    if feed.number is None:
        generator.description(feed.description or feed.title)
        generator.docs(DOCUMENTATION)
        generator.generator(f"{GENERATOR} {__version__}")  # RSS has no place of its own for the version
    else:
        generator.description(OLDER)
        generator.docs("")
    if feed.ttl:
        generator.ttl(feed.ttl)
    for attributes in related(feed, RSS):
        generator.beyond.atom_link(**attributes)
    generator.beyond.say("lastBuildDate", format_datetime(feed.updated))
    editor = _address(feed.authors)
    if editor:
        generator.managingEditor(editor)
    else:
        for person in feed.authors:
            generator.beyond.creator(person.name)
    is_podcast = podcast.begin(generator, feed, config)
    for entry in feed.entries:
        written = add(generator, entry, feed.scheme)
        _write(written, entry, entry.authors or feed.authors)
        if is_podcast:
            podcast.write(written, entry)
    body = styled(generator.rss_str(pretty=True), feed.path(RSS))
    return Output(path=feed.path(RSS), type=RSS.type, body=body)


def _write(written: Any, entry: Entry, authors: tuple[Person, ...]) -> None:  # noqa: ANN401 - feedgen ships no types
    """Complete an item with what is RSS's own; items do not inherit the channel's authors, so each names its own."""
    if entry.summary:
        written.summary(escape(entry.summary, quote=False))  # feedgen makes it the <description>; alone, the content is
    if entry.enclosures:
        first = entry.enclosures[0]  # the profile allows one; Atom and JSON Feed have them all
        link(written, href=first.url, rel="enclosure", type=first.type, length=str(max(first.length, 0)))
    written.beyond.say("pubDate", format_datetime(entry.published))
    author = _address(authors)
    if author:
        written.beyond.say("author", author)
    else:
        for person in authors:
            written.beyond.creator(person.name)
    if entry.language:
        written.beyond.item_language(entry.language)


def _address(people: tuple[Person, ...]) -> str | None:
    """Write ``a@b (Name)`` where that can say it all: one person, with an e-mail address, whose name is no nested comment.

    An item holds at most one <author>, and none beside a dc:creator
    (https://validator.w3.org/feed/docs/warning/DuplicateItemSemantics.html).
    """
    if len(people) != 1 or not people[0].email or set("()\\") & set(people[0].name):
        return None
    return f"{people[0].email} ({people[0].name})"
