"""The Atom feed. No I/O.

RFC 4287, https://www.rfc-editor.org/rfc/rfc4287. Text is ``type="text"`` (the default), content is ``type="html"``.
"""

from typing import Any

from newsletter.config import Config
from newsletter.emitters.entry import Entry
from newsletter.emitters.feed import Feed, make_feeds
from newsletter.emitters.syndication import add, link, related, start, styled
from newsletter.feeds.channels import ATOM
from newsletter.model import Edition, Output, Person
from newsletter.templating import Templates


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Write the edition's Atom feed and the pages of its archive; nothing where it has no article."""
    return tuple(_document(feed) for feed in make_feeds(config, edition, templates))


def _document(feed: Feed) -> Output:
    """Write one document."""
    generator = start(feed, ATOM)
    for attributes in related(feed, ATOM):
        generator.link(**attributes)
    generator.id(feed.id)
    generator.author([_person(person) for person in feed.authors])
    if feed.description:
        generator.subtitle(feed.description)
    if feed.icon:
        generator.icon(feed.icon)
    for entry in feed.entries:
        _write(add(generator, entry, feed.scheme), entry)
    body = styled(generator.atom_str(pretty=True), feed.path(ATOM))
    return Output(path=feed.path(ATOM), type=ATOM.type, body=body)


def _write(written: Any, entry: Entry) -> None:  # noqa: ANN401 - feedgen ships no types
    """Complete an entry with what is Atom's own."""
    written.published(entry.published)
    written.author([_person(person) for person in entry.authors])
    written.beyond.language = entry.language
    if entry.summary:
        written.summary(entry.summary, type="text")
    for enclosure in entry.enclosures:
        # The length is a hint (section 4.2.7.6): better none than a wrong one.
        length = {"length": str(enclosure.length)} if enclosure.length > 0 else {}
        link(written, href=enclosure.url, rel="enclosure", type=enclosure.type, **length)


def _person(person: Person) -> dict[str, str]:
    """Write a Person construct (section 3.2) as feedgen takes it."""
    parts = {"name": person.name, "email": person.email, "uri": person.url}
    return {part: value for part, value in parts.items() if value}
