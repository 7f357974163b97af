"""The articles that were published, for good."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from newsletter.errors import NewsletterError
from newsletter.ledger import rows
from newsletter.ledger.access import Access
from newsletter.ledger.changes import Changes, changes
from newsletter.ledger.connection import Row, Value
from newsletter.ledger.records import Known, Publication

#: In the order of the statements below, with how each is read.
_COLUMNS = {
    "id": rows.text,
    "sequence": rows.number,
    "published": rows.instant,
    "permalink": rows.text,
    "path": rows.text,
    "slug": rows.text,
    "title": rows.text,
    "dated": rows.instant,
    "updated": rows.instant,
    "fingerprint": rows.text,
    "content": rows.text,
    "source": rows.text,
    "gone": rows.number,
}
_INSTANTS = ("published", "dated", "updated")

_SELECT = """
    SELECT id, sequence, published, permalink, path, slug, title, dated, updated, fingerprint, content, source, gone
    FROM articles ORDER BY sequence
"""
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

    def known(self) -> tuple[Known, ...]:
        """Return all that was ever published, in the order of first publication."""
        with self._understood():
            return tuple(map(_known, self._fetch(_SELECT)))

    def record(self, published: Sequence[Publication], gone: Collection[str] = ()) -> None:
        """Record articles inside a transaction: new ones in the order (published, id), of the others how they were read.

        The id, sequence, date and address of first publication never change. ``gone`` are ids that no file has any more.
        """
        wanted = changes(self.known(), published, gone)
        self._run(_INSERT, [_row(known) for known in wanted.new])
        self._run(_UPDATE, [_row(known) for known in wanted.changed])

    @contextmanager
    def publishing(self, published: Sequence[Publication], gone: Collection[str] = ()) -> Iterator[None]:
        """Record articles, for good if the body of the ``with`` writes them, and take it back if it raises.

        They are recorded before they are written, because readers must never see an id that the ledger could lose: a run
        that is killed in between leaves ids that nobody saw, and the next run takes them up. Touches nothing if nothing changed.
        """
        before = self.known()
        if changes(before, published, gone) == Changes():
            yield
            return
        with self._discarded():
            try:
                with self.transaction():
                    self.record(published, gone)
                yield
            except BaseException:
                self._unpublish(before, {one.id for one in published} | set(gone))
                raise

    def _unpublish(self, before: Sequence[Known], ids: Collection[str]) -> None:
        """Put back what was known of those articles before, as far as the database lets us."""
        old = {known.id: known for known in before}
        with suppress(NewsletterError):
            now = [known for known in self.known() if known.id in ids]
            added = [known for known in now if known.id not in old]
            changed = [old[known.id] for known in now if known.id in old and known != old[known.id]]
            if added or changed:
                with self.transaction():
                    self._run(_DELETE, [_row(known) for known in added])
                    self._run(_UPDATE, [_row(known) for known in changed])


def _known(row: Row) -> Known:
    values: dict[str, Any] = {name: read(value) for (name, read), value in zip(_COLUMNS.items(), row, strict=True)}
    return Known(**{**values, "gone": bool(values["gone"])})


def _row(known: Known) -> Mapping[str, Value]:
    values: dict[str, Any] = {name: getattr(known, name) for name in _COLUMNS}
    for name in _INSTANTS:
        values[name] = rows.stored(values[name])
    return {**values, "gone": int(known.gone)}
