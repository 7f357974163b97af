"""The JSON Feed. No I/O.

Version 1.1, https://www.jsonfeed.org/version/1.1/. Keys stand in the specification's order; what is empty is left out.
"""

import json
from urllib.parse import quote

from newsletter.config import Config
from newsletter.emitters.entry import Entry
from newsletter.emitters.feed import Feed, make_feeds
from newsletter.feeds.channels import JSON_FEED
from newsletter.model import Edition, Enclosure, Output, Person
from newsletter.templating import Templates

VERSION = "https://jsonfeed.org/version/1.1"


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Write the edition's JSON Feed and the pages of its archive; nothing where it has no article."""
    return tuple(_document(feed) for feed in make_feeds(config, edition, templates))


def _document(feed: Feed) -> Output:
    """Write one document. The specification's ``feed_url`` identifies the feed, so archive pages have that of their feed."""
    document = _filled(
        version=VERSION,
        title=feed.title,
        home_page_url=feed.site,
        feed_url=feed.subscription(JSON_FEED),
        description=feed.description,
        next_url=feed.before(JSON_FEED),
        icon=feed.icon,
        favicon=feed.icon,
        authors=[_author(person) for person in feed.authors],
        language=feed.language,
        hubs=[{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        items=[_item(entry) for entry in feed.entries],
    )
    body = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return Output(path=feed.path(JSON_FEED), type=JSON_FEED.type, body=body.encode())


def _item(entry: Entry) -> dict[str, object]:
    """Write one item: content in HTML, or, where there is none, the summary (else the title) as text."""
    return _filled(
        id=entry.id,
        url=entry.url,
        title=entry.title,
        content_html=entry.content,
        content_text="" if entry.content else entry.summary or entry.title,
        summary=entry.summary,
        image=entry.image.url if entry.image else "",
        # Spelt as feedgen spells them in Atom, so that the same instant is the same text.
        date_published=entry.published.isoformat(),
        date_modified=entry.updated.isoformat(),
        authors=[_author(person) for person in entry.authors],
        tags=list(entry.tags),
        language=entry.language,
        attachments=[_attachment(enclosure) for enclosure in entry.enclosures],
    )


def _author(person: Person) -> dict[str, object]:
    """Write an author; the specification lets a mailto: address stand in for a missing page."""
    mail = f"mailto:{quote(person.email, safe='@+')}" if person.email else ""
    return _filled(name=person.name, url=person.url or mail)


def _attachment(enclosure: Enclosure) -> dict[str, object]:
    """Write an attachment."""
    return _filled(url=enclosure.url, mime_type=enclosure.type, size_in_bytes=max(enclosure.length, 0))


def _filled(**members: object) -> dict[str, object]:
    """Leave out the members that have nothing to say."""
    return {name: value for name, value in members.items() if value}
