"""When a build would change nothing, so that it need not be made: nothing it is made from changed, nor does time change anything.

Looks at files, and reads only those that are fresh. A record counts for one state of everything; whatever is not exactly as it
was then is built.
"""

import json
import os
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from newsletter import folder
from newsletter.config import Config
from newsletter.folder import Content
from newsletter.index import circumstances, place, stamps
from newsletter.index.stamps import Snapshot
from newsletter.ledger import lockfile
from newsletter.model import Article, Period

#: Number of the record's blob; those of the rows are not negative.
NUMBER = -1
#: So many fresh files are read to learn whether they are as they were; after a checkout the next build tells.
MOST_FRESH = 1000
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
    from newsletter.collector import FARTHEST  # noqa: PLC0415 - a run in which nothing changed reads no articles

    now = now.astimezone(UTC)
    published: list[datetime] = []
    others: list[datetime] = []
    for article in articles:
        published.append(_in_utc(article.published))
        if article.updated is not article.published:
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


def occasion(config: Config, period: Period | None, *options: str) -> bytes:
    """Digest what is asked for, and by whom: another user may read other files. Without a period it is a scheduled run."""
    wanted = (period.key, period.start.isoformat(), period.end.isoformat()) if period else ("",)
    asked = (str(os.geteuid()), *wanted, *options)
    return circumstances.of_outputs(config) + "\0".join(asked).encode()


class Standing:
    """Whether what was built last still stands, seen from the beginning of a run."""

    def __init__(self, config: Config, content: Content, asked: bytes) -> None:
        """Look at all that a build reads, before it does; ``asked`` is the occasion."""
        self._config = config
        self._inputs = _inputs(config, content)
        self._asked = asked + self._inputs.digest()
        # what changes from now on is told apart by its content the next time, and built then
        self._fresh = _contents(self._inputs.fresh) if len(self._inputs.fresh) <= MOST_FRESH else None

    def told(self, now: datetime) -> str | None:
        """Return what the last build said if it would change nothing; None if it must be made."""
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        results = _results(self._config)
        if results is None or _is_held(self._config):
            return None
        key = self._asked + results.digest()
        body = file.fetch(place(self._config), key, [NUMBER]).get(NUMBER)
        if body is None:
            return None
        known = json.loads(body)
        fresh: dict[str, str] = known["fresh"]
        if not datetime.fromisoformat(known["since"]) <= now < datetime.fromisoformat(known["until"]):
            return None
        if _contents(fresh) != fresh:
            return None
        settled = {path: fresh[path] for path in fresh if path in (*self._inputs.fresh, *results.fresh)}
        if settled != fresh:  # they are not fresh any more: the next time their looks will do
            self._write(key, {**known, "fresh": settled})
        return str(known["told"])

    def remember(self, steady: Span, told: str) -> None:
        """Record, at the end of a build, that the next one changes nothing while all is as now; ``told`` is what it says."""
        results = _results(self._config)
        if self._fresh is None or results is None or len(results.fresh) > MOST_FRESH:
            return
        fresh = {**self._fresh, **_contents(results.fresh)}
        span_written = {"since": steady.since.isoformat(), "until": steady.until.isoformat()}
        record: dict[str, object] = {**span_written, "fresh": fresh, "told": told}
        self._write(self._asked + results.digest(), record)

    def _write(self, key: bytes, record: dict[str, object]) -> None:
        from newsletter.index import file  # noqa: PLC0415 - SQLite takes 5 ms to import

        file.store(place(self._config), key, {NUMBER: json.dumps(record).encode()})


def _inputs(config: Config, content: Content) -> Snapshot:
    """Look at content and templates."""
    began = time.time_ns()
    shipped = circumstances.PACKAGE.parent / "templates"  # those inside the package belong to the program
    return _together(folder.snapshot(config, content), stamps.of_tree(config.templates, began), stamps.of_tree(shipped, began))


def _results(config: Config) -> Snapshot | None:
    """Look at out/ and the ledger; None where that is no file."""
    if "://" in config.ledger and not config.ledger.startswith("sqlite:///"):
        return None
    began = time.time_ns()
    ledger = Path(config.ledger.removeprefix("sqlite:///"))
    names = (ledger.name, f"{ledger.name}-journal", f"{ledger.name}-wal")
    return _together(stamps.of_tree(config.out, began), stamps.of_files(ledger.parent, names, began))


def _is_held(config: Config) -> bool:
    """Tell whether a run is at work on the ledger, or was killed there and left its lock to be cleared away."""
    return os.path.lexists(config.ledger.removeprefix("sqlite:///") + lockfile.SUFFIX)


def _together(*parts: Snapshot) -> Snapshot:
    """Join snapshots; which part a line belongs to cannot be mistaken."""
    lines = tuple(f"{number}\0{line}" for number, one in enumerate(parts) for line in one.lines)
    return Snapshot(lines=lines, fresh=tuple(path for one in parts for path in one.fresh))


def _contents(paths: Iterable[str]) -> dict[str, str]:
    return {path: stamps.content_of(path) for path in paths}
