"""Parts the articles that a build has to do with from those of which nothing changed and that no output shows: the bystanders.

These are known by columns of the index alone. With them as articles the same would come out, for they are what the ledger says
they are, nobody else gives or would get their names, and nothing that is to be recognised is like them: whatever is in doubt is
among the others. Reads the ledger.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, compress
from operator import and_, attrgetter, gt

from msgspec import Struct

from newsletter.config import Config
from newsletter.index import Index, settled
from newsletter.index.rows import Row, Sound, wish
from newsletter.index.settled import Settled
from newsletter.index.sheets import Columns, beginning, rows_of
from newsletter.ledger import open_ledger
from newsletter.ledger.looks import Looks
from newsletter.ledger.records import Publication
from newsletter.ledger.shelf import Shelf
from newsletter.model import Article, Commission, Period
from newsletter.naming import Names
from newsletter.recognise import Recognition
from newsletter.recognise.resemblance import plain
from newsletter.steady import nearest
from newsletter.survey import Survey, undisturbed


class Wanted(Struct, frozen=True, kw_only=True):
    """What a build makes besides the publication's feeds."""

    #: Of its issue; None where it makes none.
    period: Period | None = None
    #: Ids of articles that are in it in any case.
    articles: Collection[str] = ()

    @classmethod
    def of(cls, commission: Commission | None) -> "Wanted":
        """Say what the issue takes that is to be made."""
        return cls() if commission is None else cls(period=commission.period, articles=commission.articles or ())


class Bystanders(Struct, frozen=True, kw_only=True):
    """What is to be known of them."""

    #: By path, where they live.
    permalinks: Mapping[str, str]
    slugs: Sequence[str]
    ids: frozenset[str]
    index: Index
    #: Of each of its sheets the number, and of its rows 1 for theirs.
    rows: Sequence[tuple[int, bytes]]
    #: When time reaches the next one, and when it reached the last: see steady.nearest.
    instants: tuple[datetime, ...]
    #: What the ledger has of all others.
    known: Shelf

    def keep_their_names(self, names: Collection[Names]) -> bool:
        """Tell whether none of those that others got is theirs."""
        if not names:
            return True
        slugs, addresses = {*map(str.casefold, self.slugs)}, {*self.permalinks.values()}
        return not any(one.slug.casefold() in slugs or one.permalink in addresses or one.id in self.ids for one in names)

    def articles(self) -> list[Article]:
        """Read what they are; raises LostError where the index does not tell any more."""
        return [row.article for row in _rows(self.index, self.rows) if isinstance(row, Sound)]


class Parted(Struct, frozen=True, kw_only=True):
    """The files that a build has to do with, and the others."""

    #: By path.
    rows: Sequence[Row]
    bystanders: Bystanders


def part(config: Config, seen: Survey, before: Settled | None, wanted: Wanted, now: datetime) -> Parted | None:
    """Part the files, where the outputs show few articles; None where a build has to do with all.

    ``before`` is what was settled, and holds still.
    """
    feeds = config.feeds
    if seen.index is None or before is None or feeds.archive or feeds.tags or feeds.authors or config.editions:
        return None
    with undisturbed():
        return _part(config, seen, seen.index, before, wanted, now.astimezone(UTC))


def _part(config: Config, seen: Survey, index: Index, before: Settled, wanted: Wanted, now: datetime) -> Parted | None:
    stays, others, displaced = _sorted_out(index, before, sorted({*seen.read, *seen.gone}))
    same = Columns.of([(index.sheets[number].columns, chosen) for number, chosen in stays])
    if sum(sum(chosen) for _, chosen in others) + len(seen.new) > len(same.paths):
        return None
    own = [*seen.new, *_rows(index, others)]
    if not _are_apart(same, own):
        return None
    shown = bytearray(len(same.paths))
    by_date = sorted(range(len(same.paths)), key=same.instants.__getitem__)
    for at in chain(_shown(config, same, by_date, wanted, now), _alike(same, own)):
        shown[at] = 1
    lines = {*before.others, *displaced, *compress(same.ids, shown)}
    with open_ledger(config.ledger) as ledger:
        known = ledger.some(lines)
    if len(known) != len(lines):
        return None
    left = bytes(not one for one in shown)
    placed = _spread(stays, shown)
    return Parted(
        rows=sorted((*own, *_rows(index, placed)), key=attrgetter("path")),
        bystanders=Bystanders(
            permalinks=dict(compress(zip(same.paths, same.permalinks, strict=True), left)),
            slugs=[*compress(same.slugs, left)],
            ids=frozenset(compress(same.ids, left)),
            index=index,
            rows=[(number, bytes(map(gt, all_, own))) for (number, all_), (_, own) in zip(stays, placed, strict=True)],
            instants=nearest([same.instants[at] for at in by_date], now, max_age=config.feeds.max_age),
            known=known,
        ),
    )


def _sorted_out(
    index: Index, before: Settled, changed: Sequence[str]
) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]], list[str]]:
    """Tell of each sheet which rows are settled, and which others stand, and ids of settled ones whose files ``changed``."""
    stays, others = [], []
    displaced: list[str] = []
    for (number, sheet), (_, stood) in zip(index.sheets.items(), before.sheets, strict=True):
        columns, there = sheet.columns, bytearray(b"\1" * len(stood))
        for path in changed[bisect_left(changed, columns.paths[0]) : bisect_right(changed, columns.paths[-1])]:
            at = bisect_left(columns.paths, path)
            if columns.paths[at] == path:
                there[at] = 0
                displaced += columns.ids[at : at + 1] if stood[at] else ()
        stays.append((number, bytes(map(and_, stood, there))))
        others.append((number, bytes(map(gt, there, stood))))
    return stays, others, displaced


def _spread(sheets: Iterable[tuple[int, bytes]], chosen: Sequence[int]) -> list[tuple[int, bytes]]:
    """Choose again among what is chosen of sheets."""
    spread, start = [], 0
    for number, own in sheets:
        part = chosen[start : start + sum(own)]
        start += len(part)
        marks = iter(part)
        spread.append((number, bytes(one and next(marks) for one in own) if any(part) else bytes(len(own))))
    return spread


def _rows(index: Index, sheets: Iterable[tuple[int, bytes]]) -> list[Row]:
    """Read the chosen rows."""
    some = [(number, chosen) for number, chosen in sheets if any(chosen)]
    bodies = index.bodies([number for number, _ in some])
    return rows_of(chain.from_iterable(map(compress, bodies, (chosen for _, chosen in some))))


def _are_apart(same: Columns, own: Iterable[Row]) -> bool:
    """Tell whether nobody else would be called like one of those that stay; these are called as each would be by itself."""
    wishes = [one for row in own if (one := wish(row)) is not None]
    slugs, permalinks, ids = map(set, zip(*wishes, strict=True)) if wishes else (set(), set(), set())
    return (
        {slug.casefold() for slug in slugs}.isdisjoint(map(str.casefold, same.slugs))
        and permalinks.isdisjoint(same.permalinks)
        and ids.isdisjoint(same.ids)
    )


def _shown(config: Config, same: Columns, by_date: Sequence[int], wanted: Wanted, now: datetime) -> Iterator[int]:
    """Yield those that outputs may show, and those that are still to come."""
    instants, key = same.instants, same.instants.__getitem__
    end = bisect_right(by_date, now, key=key)
    yield from by_date[end:]
    if end:
        # of several of one instant the ids decide
        oldest = instants[by_date[max(end - config.feeds.limit, 0)]]
        yield from by_date[bisect_left(by_date, oldest, key=key) : end]
    if wanted.period is not None:
        start, stop = (bisect_left(by_date, edge, key=key) for edge in (wanted.period.start, wanted.period.end))
        yield from by_date[start:stop]
    if wanted.articles:
        yield from (at for at, identity in enumerate(same.ids) if identity in wanted.articles)


def _alike(same: Columns, own: Iterable[Row]) -> Iterator[int]:
    """Yield those with which others may be mistaken, by what is left besides names: see resemblance.Register."""
    articles = [row.article if isinstance(row, Sound) else row for row in own]
    texts = {beginning(one.fingerprint) for one in articles}
    titles = {plain(one.title or "") or "" for one in articles}
    for wanted, column in ((texts, same.fingerprints), (titles, same.titles)):
        if not wanted.isdisjoint(column):  # nearly never
            yield from (at for at, value in enumerate(column) if value in wanted)


def settle(
    index: Index,
    ledger: Looks,
    others: Bystanders | None,
    recognition: Recognition,
    contested: Collection[str],
    published: Sequence[Publication],
    count: int,
) -> None:
    """Write down which articles are just as the ledger has them, so that the next build may pass them over.

    ``recognition`` is that of a build which recorded what it ``published``, and left the ledger with that ``count`` and those
    looks; ``contested`` are the paths of articles whose names are.
    """
    exact = {*recognition.exact, *(others.permalinks if others is not None else ())}
    exact.difference_update(one.path for one in published if one.updated != one.published)
    if not recognition.known:  # a first build: all are as they were recorded
        exact.update(one.path for one in published if one.updated == one.published == one.dated)
    exact.difference_update(contested)
    settled.record(index, ledger, exact, {*recognition.known.lines, *(one.id for one in published)}, count)
