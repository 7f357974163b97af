"""Instants as feeds carry them: in UTC, and no two entries of a feed updated at the same one. No I/O, no clock.

Why UTC, in all formats. An instant then has one spelling for good, whatever happens to the publication's ``timezone`` or to the
tz database; offsets with seconds (Amsterdam's was +00:19:32 until 1937) exist in neither RFC 3339 nor RFC 822; and readers
that stop reading at the fraction of a second (newsboat's ``w3cdtf_to_rfc822`` never sees the offset behind one) are still right.

Why ``updated`` gets a fraction of a second. Articles that are dated by the day share midnight, and validators warn of entries
that share their ``updated`` instant (https://validator.w3.org/feed/docs/warning/DuplicateUpdated.html), because a reader cannot
order them. RFC 3339, section 5.6, allows fractions, so a whole second gets one that follows from the entry's id: 1 to 999,999
microseconds. It depends on nothing else, so it never changes when entries come and go, and no instant leaves its second.
Should two ids of one feed fall on the same microsecond all the same, the later article takes the next free one.
``published`` is never touched.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from newsletter.model import Article

_LAST = 999_999


def distinct_updates(articles: Iterable[Article]) -> dict[str, datetime]:
    """Give each article, by id, the instant in UTC at which a feed of just these says it was updated."""
    taken: set[datetime] = set()
    updates = {}
    for article in sorted(articles, key=lambda article: (article.published, article.id)):
        updated = _utc(article.updated)
        if not updated.microsecond:
            digest = sha256(article.id.encode("utf-8", "surrogatepass")).digest()
            updated += timedelta(microseconds=int.from_bytes(digest) % _LAST + 1)
        while updated in taken:
            updated = updated.replace(microsecond=updated.microsecond % _LAST + 1)
        taken.add(updated)
        updates[article.id] = updated
    return updates


def to_the_second(when: datetime) -> datetime:
    """Return the instant in UTC as every format can say it: RFC 822 has no fractions of a second."""
    return _utc(when).replace(microsecond=0)


def _utc(when: datetime) -> datetime:
    """Return the same instant in UTC."""
    if when.utcoffset() is None:
        raise ValueError(f"{when} has no time zone")  # astimezone() would take it as the machine's
    return when.astimezone(UTC)
