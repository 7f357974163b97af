"""Access to the one database of a ledger, which threads take in turns. What is in it, others know.

Reading makes nothing: a ledger comes to be with the first transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import RLock

from newsletter.errors import LedgerError, NewsletterError
from newsletter.ledger import schema
from newsletter.ledger.connection import NOTHING, Connection, Place, Row, Value


class Access:
    """An open ledger. Every method raises LedgerError, or LockedError while another run writes."""

    def __init__(self, place: Place) -> None:
        """Open what is there, and bring it to this version."""
        self._place = place
        self._turn = RLock()
        self._writing = False
        self._connection = place.connect()
        if self._connection is not None:
            try:
                schema.migrate(self._connection, place.name)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is recorded inside permanent at its end, or none of it if an exception leaves it."""
        with self._written() as connection:
            connection.run(schema.TURN)
            yield

    def close(self) -> None:
        """Close the database."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _written(self) -> Iterator[Connection]:
        """Do without waiting for the turn of other hosts what a transaction() does."""
        with self._turn:
            if self._connection is None:
                self._connection = self._place.create(schema.build)
            connection = self._connection
            connection.begin()
            self._writing = True
            try:
                yield connection
                connection.commit()
            except BaseException:
                with suppress(NewsletterError):  # what went wrong first is what matters
                    connection.rollback()
                raise
            finally:
                self._writing = False

    @contextmanager
    def _discarded(self) -> Iterator[None]:
        """Take away the ledger that the body made, if an exception leaves it and nothing was recorded."""
        made = self._connection is None
        try:
            yield
        except BaseException:
            if made and self._remove_if_empty():
                self.close()
            raise

    def _remove_if_empty(self) -> bool:
        """Remove it as a writer, so that no other can be recording something in between."""
        removed = False
        with suppress(NewsletterError), self._turn:
            connection = self._connection
            if connection is not None:
                connection.begin()
                try:
                    removed = schema.is_empty(connection) and self._place.remove()
                finally:
                    connection.rollback()
        return removed

    def _fetch(self, statement: str, values: Mapping[str, Value] = NOTHING) -> list[Row]:
        """Return the rows of a query; none where there is no ledger."""
        with self._turn:
            return [] if self._connection is None else self._connection.fetch(statement, values)

    def _run(self, statement: str, rows: Sequence[Mapping[str, Value]]) -> None:
        """Run a statement once for each row, inside a transaction; no rows are nothing to do."""
        assert self._writing, "what is recorded belongs inside a transaction"  # noqa: S101 - or SQL's own would hide the mistake
        if rows and self._connection is not None:
            self._connection.run(statement, rows)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Raise LedgerError where the body finds what no ledger holds."""
        try:
            yield
        except (TypeError, ValueError) as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, what: str) -> LedgerError:
        return LedgerError(f"{self._place.name}: the ledger is damaged ({what}); restore it from a backup")
