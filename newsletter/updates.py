"""Which articles' content changed since it was last published, for ``feeds.updated = "content"``. Pure.

Content has changed if its author wrote something else and readers see something else. A body that is written in another way but
looks the same is no change; nor is another domain, permalink pattern or release of this program, which change the HTML of every
article: whatever moves ``updated`` shows the article to its readers once more (RFC 4287, section 4.2.15).
"""

from datetime import UTC, datetime

from msgspec.structs import replace

from newsletter.config import Config
from newsletter.ledger.records import Known
from newsletter.model import Rendered
from newsletter.recognise import Recognition, digest
from newsletter.rendition import Rendition


def moved(config: Config, rendition: Rendition, recognition: Recognition, now: datetime) -> Rendition:
    """Give the articles whose content changed the instant ``now``, unless their author gave them another one with the change.

    To the second, which emitters/instants.py tells apart without looking at the other entries.
    """
    if not config.feeds.onward:
        return rendition
    known = {item.article.path: one.known for item in rendition.rendered if (one := recognition.of(item.article.path))}
    return replace(rendition, rendered=tuple(moved_one(item, known.get(item.article.path), now) for item in rendition.rendered))


def moved_one(item: Rendered, known: Known | None, now: datetime) -> Rendered:
    """Move one article on, of which the ledger has that; what is published at ``now`` has no later date."""
    if known is None or not _is_changed(item, known) or item.article.updated > known.updated:
        return item
    return replace(item, article=replace(item.article, updated=now.astimezone(UTC).replace(microsecond=0)))


def _is_changed(item: Rendered, known: Known) -> bool:
    """Compare with what was last rendered; what the ledger knows nothing of counts as unchanged."""
    return bool(known.content) and known.source != item.article.fingerprint and known.content != digest(item)
