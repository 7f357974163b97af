"""What was published, for good. Reads and writes its one database; no clock.

Reading makes nothing: a ledger comes to be with the first article that is recorded.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from newsletter.errors import LedgerError, NewsletterError
from newsletter.ledger import schema
from newsletter.ledger.changes import Changes, changes
from newsletter.ledger.connection import Place, Row, Value
from newsletter.ledger.records import Known, Publication

#: In the order of the statements below.
_COLUMNS = (
    *("id", "sequence", "published", "permalink"),
    *("path", "slug", "title", "dated", "updated", "fingerprint", "content", "source", "gone"),
)
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


class Ledger:
    """An open ledger; see open_ledger. Every method raises LedgerError, or LockedError while another run writes."""

    def __init__(self, place: Place) -> None:
        """Open what is there, and bring it to this version."""
        self._place = place
        self._writing = False
        self._connection = place.connect()
        if self._connection is not None:
            try:
                schema.migrate(self._connection, place.name)
            except BaseException:
                self._connection.close()
                raise

    def known(self) -> tuple[Known, ...]:
        """Return all that was ever published, in the order of first publication."""
        if self._connection is None:
            return ()
        return tuple(map(self._known, self._connection.fetch(_SELECT)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is recorded inside permanent at its end, or none of it if an exception leaves it."""
        if self._connection is None:
            self._connection = self._place.create(schema.build)
        connection = self._connection
        connection.begin()
        self._writing = True
        try:
            connection.run(schema.TURN)
            yield
            connection.commit()
        except BaseException:
            with suppress(NewsletterError):  # what went wrong first is what matters
                connection.rollback()
            raise
        finally:
            self._writing = False

    def record(self, published: Sequence[Publication], gone: Collection[str] = ()) -> None:
        """Record articles inside a transaction: new ones in the order (published, id), of the others how they were read.

        The id, sequence, date and address of first publication never change. ``gone`` are ids that no file has any more.
        """
        assert self._writing, "record() belongs inside a transaction"  # noqa: S101 - or SQL's own would hide the mistake
        rows = changes(self.known(), published, gone)
        self._run(_INSERT, rows.new)
        self._run(_UPDATE, rows.changed)

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
        made = self._connection is None
        try:
            with self.transaction():
                self.record(published, gone)
            yield
        except BaseException:
            self._take_back(before)
            if made:
                self.close()
                self._place.remove()
            raise

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take_back(self, before: Sequence[Known]) -> None:
        """Put back what was known before, as far as the database lets us."""
        old = {known.id: known for known in before}
        with suppress(NewsletterError):
            now = self.known()
            added = [known for known in now if known.id not in old]
            changed = [old[known.id] for known in now if known.id in old and known != old[known.id]]
            if added or changed:
                with self.transaction():
                    self._run(_DELETE, added)
                    self._run(_UPDATE, changed)

    def _run(self, statement: str, rows: Sequence[Known]) -> None:
        if rows and self._connection is not None:
            self._connection.run(statement, [_row(known) for known in rows])

    def _known(self, row: Row) -> Known:
        values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
        try:
            instants = {name: datetime.fromisoformat(values[name]) for name in _INSTANTS}
        except (TypeError, ValueError) as error:
            raise LedgerError(f"{self._place.name}: the ledger is damaged ({error}); restore it from a backup") from error
        return Known(**{**values, **instants, "gone": bool(values["gone"])})


def _row(known: Known) -> Mapping[str, Value]:
    values: dict[str, Any] = {name: getattr(known, name) for name in _COLUMNS}
    for name in _INSTANTS:
        values[name] = values[name].isoformat(timespec="microseconds")
    return {**values, "gone": int(known.gone)}
