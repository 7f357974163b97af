"""In which range of instants the passing of time changes nothing. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from newsletter.model import Article

#: A date further ahead than this is taken for a slip of the pen: it would hold the article back for good, and silently.
FARTHEST = timedelta(days=3653)
_STEP = timedelta(microseconds=1)
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


class Span(Struct, frozen=True, kw_only=True):
    """A half-open range of instants, in which the passing of time changes nothing."""

    since: datetime
    until: datetime


def span(articles: Iterable[Article], now: datetime, *, max_age: int, besides: Iterable[datetime] = ()) -> Span:
    """Return the range around ``now`` in which all articles remain what they are: future, published, updated, expired.

    ``max_age`` is how old they may become in feeds, in days; 0: as old as they like. ``besides`` are instants of publication of
    other articles, in UTC.
    """
    now = now.astimezone(UTC)
    published = [*besides]
    others: list[datetime] = []
    for article in articles:
        published.append(_in_utc(article.published))
        if article.updated != article.published:
            others.append(_in_utc(article.updated))
        if article.expires is not None:
            others.append(_in_utc(article.expires))
    published.sort()
    spans = [_between(sorted(others), now), *(_between(published, now, later) for later in _turns(max_age))]
    return Span(since=max(one.since for one in spans), until=min(one.until for one in spans))


def nearest(instants: Sequence[datetime], now: datetime, *, max_age: int) -> tuple[datetime, ...]:
    """Choose of a sorted sequence of publications, in UTC, those that decide what ``span`` says of all of them."""
    chosen: list[datetime] = []
    for later in _turns(max_age):
        at = bisect_right(instants, _back(now, later))
        chosen += instants[max(at - 1, 0) : at + 1]
    return tuple(chosen)


def _turns(max_age: int) -> list[timedelta]:
    """List how long after its publication time changes something about an article."""
    # that long before, it was taken for a slip of the pen; one that is exactly so old is still in
    aged = [timedelta(days=max_age) + _STEP] if max_age else []
    return [timedelta(), -FARTHEST, *aged]


def _back(now: datetime, later: timedelta) -> datetime:
    """Go back, or ahead, as far as there are dates."""
    try:
        return now - later
    except OverflowError:
        return _ALWAYS if later > timedelta() else _NEVER


def _between(instants: Sequence[datetime], now: datetime, later: timedelta = timedelta()) -> Span:
    """Return the last instant of a sorted sequence that has come and the first that has not, were all so much later."""
    earliest, latest = _ALWAYS - min(later, timedelta()), _NEVER - max(later, timedelta())

    def turn(instant: datetime) -> datetime:
        return _NEVER if instant >= latest else _ALWAYS if instant <= earliest else instant + later

    at = bisect_right(instants, now, key=turn)
    return Span(since=turn(instants[at - 1]) if at else _ALWAYS, until=turn(instants[at]) if at < len(instants) else _NEVER)


def _in_utc(instant: datetime) -> datetime:
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)
