"""The articles that were published, for good."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter
from typing import Any

from newsletter.errors import NewsletterError
from newsletter.ledger import rows
from newsletter.ledger.access import Access
from newsletter.ledger.changes import Changes, changes
from newsletter.ledger.connection import Ordered, Row, Value
from newsletter.ledger.records import Known, Publication
from newsletter.ledger.shelf import Line, Shelf, lines_of
from newsletter.mapped import Mapped

#: So many articles are looked up at once: SQLite takes 999 values at least.
AT_ONCE = 500
#: To look one up takes so many times as long as to read one of all.
DEARER = 2
#: So many rows are read at a time.
BATCH = 10_000
#: How each column is read, in the order of the statements below and of ``Line``.
_READERS: tuple[Callable[[object], Any], ...] = (
    *(rows.text, rows.number, rows.instant, rows.text, rows.text, rows.text, rows.text, rows.instant, rows.instant),
    *(rows.text, rows.text, rows.text, rows.number),
)
_ARTICLES = """
    SELECT id, sequence, published, permalink, path, slug, title, dated, updated, fingerprint, content, source, gone
    FROM articles
"""
_SELECT = f"{_ARTICLES} ORDER BY sequence"
_NUMBERED = "SELECT id FROM articles WHERE sequence >= :first AND sequence <= :last ORDER BY sequence"
_LAST = "SELECT COALESCE(MAX(sequence), 0) FROM articles"
_INSERT = """
    INSERT INTO articles (
        id, sequence, published, permalink, path, slug, title, dated, updated, fingerprint, content, source, gone
    ) VALUES (
        :id, :sequence, :published, :permalink, :path, :slug, :title, :dated, :updated, :fingerprint, :content, :source, :gone
    )
"""
# id, sequence, published and permalink are for good
_UPDATE = """
    UPDATE articles
    SET path = :path, slug = :slug, title = :title, dated = :dated, updated = :updated, fingerprint = :fingerprint,
        content = :content, source = :source, gone = :gone
    WHERE id = :id
"""
_DELETE = "DELETE FROM articles WHERE id = :id"
#: In the order in which they are inserted.
_COLUMNS = Line.__struct_fields__


class Articles(Access):
    """The articles of a ledger."""

    def shelf(self) -> Shelf:
        """Return all that was ever published."""
        with self._understood():
            return Shelf(_lines(self._fetch(_SELECT)))

    def some(self, ids: Collection[str]) -> Shelf:
        """Return those of the articles that were ever published, without reading the others."""
        wanted = sorted(ids)
        lines: list[Line] = []
        with self._understood():
            for start in range(0, len(wanted), AT_ONCE):
                values = {f"id{at}": identity for at, identity in enumerate(wanted[start : start + AT_ONCE])}
                places = ", ".join(f":{name}" for name in values)
                lines += _lines(self._fetch(f"{_ARTICLES} WHERE id IN ({places})", values))
        return Shelf(sorted(lines, key=attrgetter("sequence")))

    def count(self) -> int:
        """Count the articles that were ever published: they are numbered without gaps."""
        with self._understood():
            return max((rows.number(number) for (number,) in self._fetch(_LAST)), default=0)

    def numbered(self, first: int, last: int) -> list[str]:
        """List the ids of the articles that have those numbers, and all between them, in the order of first publication."""
        with self._understood():
            return [rows.text(identity) for (identity,) in self._fetch(_NUMBERED, {"first": first, "last": last})]

    def known(self) -> tuple[Known, ...]:
        """Return all that was ever published as records, in the order of first publication."""
        return tuple(self.shelf().values())

    def record(self, published: Sequence[Publication], gone: Collection[str] = ()) -> None:
        """Record articles inside a transaction: new ones in the order (published, id), of the others how they were read.

        The id, sequence, date and address of first publication never change. ``gone`` are ids that no file has any more.
        """
        known = self._known({*map(attrgetter("id"), published), *gone})
        wanted = changes(known, published, gone, self.count())
        added, first = wanted.added, wanted.first
        values = Mapped(range(len(added)), lambda at: _values(added[at], first + at))
        self._run(_INSERT, Ordered(_COLUMNS, values))
        self._run(_UPDATE, Mapped(wanted.changed, _row))

    @contextmanager
    def publishing(self, published: Sequence[Publication], gone: Collection[str] = ()) -> Iterator[bool]:
        """Record articles, for good if the body of the ``with`` writes them, and take it back if it raises.

        They are recorded before they are written, because readers must never see an id that the ledger could lose: a run
        that is killed in between leaves ids that nobody saw, and the next run takes them up. Touches nothing if nothing changed,
        and tells whether anything did.
        """
        ids = {*map(attrgetter("id"), published), *gone}
        before = self._known(ids)
        is_new = not {one.id for one in before}.issuperset(map(attrgetter("id"), published))
        if not is_new and changes(before, published, gone) == Changes():
            yield False
            return
        with self._discarded():
            try:
                with self.transaction():
                    self.record(published, gone)
                yield True
            except BaseException:
                self._unpublish(before, ids)
                raise

    def _known(self, ids: Collection[str]) -> tuple[Known, ...]:
        """Return those of the articles that were ever published."""
        if DEARER * len(ids) > self.count():
            shelf = self.shelf()
            return tuple(shelf[identity] for identity in shelf if identity in ids)
        return tuple(self.some(ids).values())

    def _unpublish(self, before: Sequence[Known], ids: Collection[str]) -> None:
        """Put back what was known of those articles before, as far as the database lets us."""
        old = {known.id: known for known in before}
        with suppress(NewsletterError):
            now = self._known(ids)
            added = [known for known in now if known.id not in old]
            changed = [old[known.id] for known in now if known.id in old and known != old[known.id]]
            if added or changed:
                with self.transaction():
                    self._run(_DELETE, [_row(known) for known in added])
                    self._run(_UPDATE, [_row(known) for known in changed])


def _lines(found: list[Row]) -> list[Line]:
    """Read rows; raises TypeError or ValueError for one that no ledger holds. Empties the list: what is large is there once."""
    lines: list[Line] = []
    while found:
        batch, found[:BATCH] = found[:BATCH], ()
        lines += lines_of(batch) or [_line(row) for row in batch]
    return lines


def _line(row: Row) -> Line:
    return Line(*(read(value) for read, value in zip(_READERS, row, strict=True)))


def _row(known: Known) -> Mapping[str, Value]:
    return dict(zip(_COLUMNS, _values(known, known.sequence, gone=known.gone), strict=True))


def _values(one: Publication, sequence: int, *, gone: bool = False) -> tuple[Value, ...]:
    """Write an article, in the order of the columns."""
    first, dated, updated = one.published, one.dated, one.updated
    published = rows.stored(first)
    return (
        one.id,
        sequence,
        published,
        one.permalink,
        one.path,
        one.slug,
        one.title,
        published if dated == first and dated.tzinfo == first.tzinfo else rows.stored(dated),
        published if updated == first and updated.tzinfo == first.tzinfo else rows.stored(updated),
        one.fingerprint,
        one.content,
        one.source,
        int(gone),
    )
