"""Parts the articles that a build has to do with from those of which nothing changed and that no output shows: the bystanders.

These are known by columns of the index alone. With them as articles the same would come out, for they are what the ledger says
they are, nobody else gives or would get their names, and nothing that is to be recognised is like them: whatever is in doubt is
among the others. Reads the ledger.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from msgspec import Struct

from newsletter.config import Config
from newsletter.feeds.archive import Rest, page_of
from newsletter.index import Index, settled
from newsletter.index.rows import Row, Sound, wish
from newsletter.index.settled import Archived, Settled
from newsletter.index.sheets import mark, mark_of_slug, mark_of_title
from newsletter.index.subset import Ids, Subset
from newsletter.instants import instant_of, microseconds
from newsletter.ledger import open_ledger
from newsletter.ledger.looks import Looks
from newsletter.ledger.records import Publication
from newsletter.ledger.shelf import Line, Shelf
from newsletter.ledger.store import Ledger
from newsletter.mapped import Mapped
from newsletter.model import Article, Commission, Period
from newsletter.naming import Names
from newsletter.recognise import Recognition
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


class StirredError(Exception):
    """What was taken for unchanged turns out not to be: a build that has to do with all comes to what this one should."""


class Bystanders(Struct, frozen=True, kw_only=True):
    """What is to be known of them."""

    index: Index
    #: Which of its rows are theirs.
    who: Subset
    #: When time reaches the next one, and when it reached the last: see steady.nearest.
    instants: tuple[datetime, ...]
    #: What the ledger has of all others.
    known: Shelf
    #: Paths of the others' files, those included that are gone.
    places: Collection[str]
    #: What the last build left of the archive, and which of its pages are still so; None where none is kept.
    archived: Archived | None = None
    rest: Rest | None = None

    @property
    def ids(self) -> Ids:
        """Return their ids."""
        return Ids(self.who)

    def among(self, paths: Iterable[str]) -> list[str]:
        """Choose of some paths those where one of them is."""
        return (self.who & Subset.at(self.who.sheets, paths)).paths()

    def keep_their_names(self, names: Collection[Names]) -> bool:
        """Tell whether none of those that others got is theirs."""
        return not _called(self.who, [(one.slug, one.permalink, one.id) for one in names])

    def articles(self) -> list[Article]:
        """Read what they are; raises LostError where the index does not tell any more."""
        return [row.article for row in self.index.read(self.who) if isinstance(row, Sound)]


class Parted(Struct, frozen=True, kw_only=True):
    """The files that a build has to do with, and the others."""

    #: By path.
    rows: Sequence[Row]
    bystanders: Bystanders


def part(config: Config, seen: Survey, before: Settled | None, wanted: Wanted, now: datetime) -> Parted | None:
    """Part the files, where the outputs show few articles; None where a build has to do with all.

    ``before`` is what was settled, and holds still.
    """
    if seen.index is None or before is None or not may_stand_by(config):
        return None
    with undisturbed():
        return _part(config, seen, seen.index, before, wanted, now.astimezone(UTC))


def may_stand_by(config: Config) -> bool:
    """Tell whether the outputs show few articles, or may do so but for archive pages that stand."""
    feeds = config.feeds
    return not (feeds.tags or feeds.authors or config.editions)


def _part(config: Config, seen: Survey, index: Index, before: Settled, wanted: Wanted, now: datetime) -> Parted | None:
    stood = Subset.of(index.sheets, {number: own for number, (_, own) in zip(index.sheets, before.sheets, strict=True)})
    changed = Subset.at(index.sheets, {*seen.read, *seen.gone})
    same, others = stood - changed, ~stood - changed
    if len(others) + len(seen.new) > len(same):
        return None
    own = [*seen.new, *index.read(others)]
    # nobody else would be called like one of those that stay, and these are called as each would be by itself
    if _called(same, [one for row in own if (one := wish(row)) is not None]):
        return None
    instants = same.instants()
    ordered = sorted(instants)
    archived = before.archived if config.feeds.archive else None
    # pages hold what was published by then
    if config.feeds.archive and (archived is None or (ordered and ordered[-1] > min(archived.now, microseconds(now)))):
        return None
    shown = same.among(_shown(config, instants, ordered, wanted, microseconds(now))) | _alike(same, own)
    if wanted.articles:
        shown |= same.having("id_marks", {*map(mark, wanted.articles)})
    lines, rest = {*before.others, *(stood & changed).ids()}, None
    with open_ledger(config.ledger) as ledger:
        if archived is not None:
            rest, members = _rest(config.feeds.archive_size, archived, ledger, ledger.some(lines).lines.values())
            shown |= same.having("id_marks", {*map(mark, members)}) | (same & Subset.at(index.sheets, archived.remarked))
        placed = index.read(shown)
        lines.update(row.article.id for row in placed if isinstance(row, Sound))
        known = ledger.some(lines)
    if len(known) != len(lines):
        return None
    return Parted(
        rows=sorted((*own, *placed), key=attrgetter("path")),
        bystanders=Bystanders(
            index=index,
            who=same - shown,
            instants=nearest(Mapped(ordered, instant_of), now, max_age=config.feeds.max_age),
            known=known,
            places=[*seen.gone, *(row.path for row in (*own, *placed))],
            archived=archived,
            rest=rest,
        ),
    )


def _rest(size: int, before: Archived, ledger: Ledger, moved: Iterable[Line]) -> tuple[Rest, list[str]]:
    """Tell which pages rest while those articles may have changed, and the ids of all articles that are in no such page."""
    count = ledger.count()
    full = count // size
    stirred = {page_of(size, line.sequence) for line in moved}.union(before.restless)
    parts = [((page - 1) * size + 1, page * size) for page in sorted(stirred) if page <= full]
    ids = [identity for first, last in (*parts, (full * size + 1, count)) for identity in ledger.numbered(first, last)]
    return Rest(pages=frozenset(before.numbers) - stirred, count=count), ids


def _called(same: Subset, names: Sequence[Sequence[str]]) -> bool:
    """Tell whether any of them is called in one way as somebody is to be: slug, permalink, id."""
    slugs, permalinks, ids = map(set, zip(*names, strict=True)) if names else (set(), set(), set())
    marks = {"slug_marks": map(mark_of_slug, slugs), "permalink_marks": map(mark, permalinks), "id_marks": map(mark, ids)}
    return any(same.having(column, {*wanted}) for column, wanted in marks.items())


def _shown(config: Config, instants: Sequence[int], ordered: Sequence[int], wanted: Wanted, now: int) -> Iterable[int]:
    """Choose of the instants of publication those of articles that outputs may show, or that are still to come."""
    end = bisect_right(ordered, now)
    # of several of one instant the ids decide
    oldest = ordered[max(end - config.feeds.limit, 0)] if end else now
    period = wanted.period
    start, end = (microseconds(period.start), microseconds(period.end)) if period is not None else (0, 0)
    return [at for at, one in enumerate(instants) if one >= oldest or start <= one < end]


def _alike(same: Subset, own: Iterable[Row]) -> Subset:
    """Choose those with which others may be mistaken, by what is left besides names: see resemblance.Register."""
    articles = [row.article if isinstance(row, Sound) else row for row in own]
    texts = {mark(one.fingerprint) for one in articles}
    titles = {mark_of_title(one.title) for one in articles}
    return same.having("fingerprint_marks", texts) | same.having("title_marks", titles)


def settle(
    index: Index,
    ledger: Looks,
    others: Bystanders | None,
    recognition: Recognition,
    contested: Collection[str],
    published: Sequence[Publication],
    count: int,
    archived: Archived | None,
) -> None:
    """Write down which articles are just as the ledger has them, so that the next build may pass them over.

    ``recognition`` is that of a build which recorded what it ``published``, and left the ledger with that ``count`` and those
    looks; ``contested`` are the paths of articles whose names are. ``archived`` is None where not all of the archive stands.
    """
    exact = {path: recognition.unchanged[path].id for path in recognition.exact}
    for one in published:
        if one.updated != one.published:
            exact.pop(one.path, None)
        elif not recognition.known and one.published == one.dated:  # a first build: all are as they were recorded
            exact[one.path] = one.id
    for path in contested:
        exact.pop(path, None)
    known = {*recognition.known.lines, *(one.id for one in published)}
    stay = others.who if others is not None else Subset({}, {})
    settled.record(index, ledger, stay, exact, known, count, archived)
