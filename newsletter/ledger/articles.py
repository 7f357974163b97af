"""The articles that were published, for good."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from msgspec.structs import asdict

from newsletter.errors import NewsletterError
from newsletter.ledger import rows
from newsletter.ledger.access import Access
from newsletter.ledger.changes import Changes, changes
from newsletter.ledger.connection import Row, Value
from newsletter.ledger.records import Known, Publication
from newsletter.ledger.shelf import Line, Shelf, lines_of
from newsletter.mapped import Mapped

#: So many articles are looked up one by one; for more of them all are read.
FEW = 100
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
_LOOK_UP = f"{_ARTICLES} WHERE id = :id"
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


class Articles(Access):
    """The articles of a ledger."""

    def shelf(self) -> Shelf:
        """Return all that was ever published."""
        with self._understood():
            return Shelf(_lines(self._fetch(_SELECT)))

    def known(self) -> tuple[Known, ...]:
        """Return all that was ever published as records, in the order of first publication."""
        return tuple(self.shelf().values())

    def record(self, published: Sequence[Publication], gone: Collection[str] = ()) -> None:
        """Record articles inside a transaction: new ones in the order (published, id), of the others how they were read.

        The id, sequence, date and address of first publication never change. ``gone`` are ids that no file has any more.
        """
        known = self._known({*(one.id for one in published), *gone})
        with self._understood():
            last = max((rows.number(number) for (number,) in self._fetch(_LAST)), default=0)
        wanted = changes(known, published, gone, last)
        self._run(_INSERT, Mapped(wanted.new, _row))
        self._run(_UPDATE, Mapped(wanted.changed, _row))

    @contextmanager
    def publishing(self, published: Sequence[Publication], gone: Collection[str] = ()) -> Iterator[None]:
        """Record articles, for good if the body of the ``with`` writes them, and take it back if it raises.

        They are recorded before they are written, because readers must never see an id that the ledger could lose: a run
        that is killed in between leaves ids that nobody saw, and the next run takes them up. Touches nothing if nothing changed.
        """
        ids = {*(one.id for one in published), *gone}
        before = self._known(ids)
        is_new = not {one.id for one in before}.issuperset(one.id for one in published)
        if not is_new and changes(before, published, gone) == Changes():
            yield
            return
        with self._discarded():
            try:
                with self.transaction():
                    self.record(published, gone)
                yield
            except BaseException:
                self._unpublish(before, ids)
                raise

    def _known(self, ids: Collection[str]) -> tuple[Known, ...]:
        """Return those of the articles that were ever published."""
        if len(ids) > FEW:
            shelf = self.shelf()
            return tuple(shelf[identity] for identity in shelf if identity in ids)
        with self._understood():
            shelf = Shelf(_lines([row for identity in sorted(ids) for row in self._fetch(_LOOK_UP, {"id": identity})]))
        return tuple(shelf.values())

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
    first, dated, updated = known.published, known.dated, known.updated
    row = asdict(known)
    published = row["published"] = rows.stored(first)
    row["dated"] = published if dated == first and dated.tzinfo == first.tzinfo else rows.stored(dated)
    row["updated"] = published if updated == first and updated.tzinfo == first.tzinfo else rows.stored(updated)
    row["gone"] = int(known.gone)
    return row
