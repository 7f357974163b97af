"""The little that the ledger asks of a database, so that SQLite needs no library. No I/O.

Statements are SQL that SQLite and PostgreSQL both read, with ``:name`` for values.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

Value: TypeAlias = str | int | None
Row: TypeAlias = Sequence[object]


class Connection(Protocol):
    """An open database. Every method raises LedgerError, or LockedError while another run writes."""

    def tables(self) -> frozenset[str]:
        """Name the tables there are."""

    def fetch(self, statement: str) -> Sequence[Row]:
        """Return the rows of a query."""

    def run(self, statement: str, rows: Sequence[Mapping[str, Value]] = ({},)) -> None:
        """Run a statement once for each row of values, inside a transaction."""

    def begin(self) -> None:
        """Begin a transaction that is going to write."""

    def commit(self) -> None:
        """Make the transaction permanent."""

    def rollback(self) -> None:
        """Undo the transaction."""

    def close(self) -> None:
        """Give everything back."""


class Place(Protocol):
    """Where a ledger is or is going to be."""

    #: For messages; holds no password.
    name: str

    def connect(self) -> Connection | None:
        """Open what is there, None where nothing is; makes nothing."""

    def create(self, build: Callable[[Connection], None]) -> Connection:
        """Make a ledger with what ``build`` does in a transaction, whole or not at all, and open it."""

    def remove(self) -> None:
        """Take away the ledger that was just made, if that leaves no trace elsewhere."""
