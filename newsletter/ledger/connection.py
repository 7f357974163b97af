"""The little that the ledger asks of a database, so that SQLite needs no library. No I/O.

Statements are SQL that SQLite and PostgreSQL both read, with ``:name`` for values.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias, overload

Value: TypeAlias = str | int | None
Row: TypeAlias = Sequence[object]

NOTHING: Mapping[str, Value] = {}


class Ordered(Sequence[Mapping[str, Value]]):
    """Rows whose values have the same names in the same order: what takes values by place needs no names of them."""

    def __init__(self, names: Sequence[str], values: Sequence[Sequence[Value]]) -> None:
        """Take the names, and the values of each row."""
        self.names = names
        self.values = values

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.values)

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Mapping[str, Value] | Sequence[Mapping[str, Value]]:
        """Return one with its names, or some."""
        if isinstance(at, slice):
            return Ordered(self.names, self.values[at])
        return dict(zip(self.names, self.values[at], strict=True))


class Connection(Protocol):
    """An open database. Every method raises LedgerError, or LockedError while another run writes."""

    def tables(self) -> frozenset[str]:
        """Name the tables there are."""

    def verify(self, table: str) -> None:
        """Raise LedgerError if the table is damaged, as far as the database does not see to that itself."""

    def fetch(self, statement: str, values: Mapping[str, Value] = NOTHING) -> list[Row]:
        """Return the rows of a query."""

    def run(self, statement: str, rows: Sequence[Mapping[str, Value]] = (NOTHING,)) -> None:
        """Run a statement once for each row of values, inside a transaction."""

    def begin(self) -> None:
        """Begin a transaction that is going to write."""

    def commit(self) -> None:
        """Make the transaction permanent: it is on disk when this returns, and outlasts a power cut."""

    def rollback(self) -> None:
        """Undo the transaction."""

    def close(self) -> None:
        """Give everything back."""


class Hold(Protocol):
    """What keeps other runs from the ledger while this one lasts."""

    def verify(self) -> None:
        """Raise LedgerError if it was lost, so that another run may be at work: nothing more must leave the house."""


class Place(Protocol):
    """Where a ledger is or is going to be."""

    #: For messages; holds no password.
    name: str

    def connect(self) -> Connection | None:
        """Open what is there, None where nothing is; makes nothing."""

    def create(self, build: Callable[[Connection], None]) -> Connection:
        """Make a ledger with what ``build`` does in a transaction, whole or not at all, and open it."""

    def remove(self) -> bool:
        """Take away the ledger, inside a transaction, if that leaves no trace elsewhere; tell whether it is gone."""

    def hold(self) -> AbstractContextManager[Hold]:
        """Keep other runs out, until the end or until this process dies; raises LockedError at once while one is in."""
