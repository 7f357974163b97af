"""In which range of instants the passing of time changes nothing. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from newsletter.collector import FARTHEST
from newsletter.model import Article

_STEP = timedelta(microseconds=1)
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Span(Struct, frozen=True, kw_only=True):
    """A half-open range of instants, in which the passing of time changes nothing."""

    since: datetime
    until: datetime


def span(articles: Iterable[Article], now: datetime, *, max_age: int) -> Span:
    """Return the range around ``now`` in which all articles remain what they are: future, published, updated, expired.

    ``max_age`` is how old they may become in feeds, in days; 0: as old as they like.
    """
    now = now.astimezone(UTC)
    published: list[datetime] = []
    others: list[datetime] = []
    for article in articles:
        published.append(_in_utc(article.published))
        if article.updated != article.published:
            others.append(_in_utc(article.updated))
        if article.expires is not None:
            others.append(_in_utc(article.expires))
    published.sort()
    spans = [_between(published, now), _between(sorted(others), now)]
    # so far ahead it was taken for a slip of the pen
    spans.append(_between(published, now, -FARTHEST))
    if max_age:
        # one that is exactly so old is still in
        spans.append(_between(published, now, timedelta(days=max_age) + _STEP))
    return Span(since=max(one.since for one in spans), until=min(one.until for one in spans))


def _between(instants: Sequence[datetime], now: datetime, later: timedelta = timedelta()) -> Span:
    """Return the last instant of a sorted sequence that has come and the first that has not, were all so much later."""
    earliest, latest = _ALWAYS - min(later, timedelta()), _NEVER - max(later, timedelta())

    def turn(instant: datetime) -> datetime:
        return _NEVER if instant >= latest else _ALWAYS if instant <= earliest else instant + later

    at = bisect_right(instants, now, key=turn)
    return Span(since=turn(instants[at - 1]) if at else _ALWAYS, until=turn(instants[at]) if at < len(instants) else _NEVER)


def _in_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
