"""A ledger in an SQLite file, by the standard library. Reads and writes that file alone.

https://www.sqlite.org/rescode.html (result codes), https://www.sqlite.org/lang_transaction.html (BEGIN IMMEDIATE).
"""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from operator import itemgetter
from pathlib import Path

from newsletter.errors import LedgerError, LockedError, NewsletterError
from newsletter.index.stamps import is_fresh, stamp
from newsletter.ledger import lockfile
from newsletter.ledger.connection import NOTHING, Connection, Hold, Ordered, Row, Value
from newsletter.ledger.schema import ATTEMPTS

#: Seconds to wait for another run's transaction, which takes a fraction of one.
PATIENCE = 5.0
#: A value in a statement.
_NAME = re.compile(r":([a-z_]+)")
#: What a new file is called until it is whole.
UNFINISHED = ".new"
#: What SQLite appends to a file's name while it writes; left over, it would be taken for the new file's.
JOURNAL = "-journal"
#: The stamps of files that this process found to be sound, by name; not of those that could change without it showing.
_sound: dict[str, str] = {}
RESTORE = "restore it from a backup; do not delete it, for every article would be new to the readers again"


def take_as_sound(name: str, looks: str) -> None:
    """Let a file be sound that was, as long as its stamp is that."""
    _sound[name] = looks


class SqliteFile:
    """A file that is or may become a ledger."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Take the path, and the seconds to wait for another run."""
        self.name = str(path)
        self._path = path
        self._patience = patience

    def connect(self) -> "SqliteConnection | None":
        """Open the file if there is one; SQLite itself would make it."""
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            if not self._path.is_symlink():
                return None
            raise LedgerError(f"{self.name}: the ledger is a link to nothing; mount or restore what it points to") from None
        except OSError as error:
            raise LedgerError(f"{self.name}: the ledger cannot be read: {error.strerror}") from error
        if not self._path.is_file():
            raise LedgerError(f"{self.name}: expected the ledger's file here, found something else")
        if size == 0:
            raise LedgerError(f"{self.name}: the ledger is damaged (the file is empty); {RESTORE}")
        self._sweep()
        connection = SqliteConnection(self._path, self._patience)
        try:
            self._verify(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _verify(self, connection: "SqliteConnection") -> None:
        """Raise LedgerError if a table is damaged; a file that was sound, and looks as it did then, is taken as such."""
        began = time.time_ns()
        state = self._path.stat()
        if _sound.get(self.name) == stamp(state):
            return
        for table in sorted(connection.tables() - {ATTEMPTS}):
            connection.verify(table)
        if not is_fresh(state, began):
            _sound[self.name] = stamp(state)

    def create(self, build: Callable[[Connection], None]) -> "SqliteConnection":
        """Make the file under another name first: one that a crash left half made would look damaged."""
        unfinished = self._unfinished
        try:
            unfinished.unlink(missing_ok=True)
            unfinished.with_name(unfinished.name + JOURNAL).unlink(missing_ok=True)
            unfinished.touch()
        except OSError as error:
            raise LedgerError(f"{self.name}: the ledger cannot be made here: {error.strerror}") from error
        try:
            with closing(SqliteConnection(unfinished, self._patience)) as connection:
                connection.begin()
                build(connection)
                connection.commit()
            self._put_in_place(unfinished)
        finally:
            unfinished.unlink(missing_ok=True)
        return SqliteConnection(self._path, self._patience)

    @property
    def _unfinished(self) -> Path:
        return self._path.with_name(self._path.name + UNFINISHED)

    def _sweep(self) -> None:
        """Take away the other name of the ledger that a run leaves behind which is killed as it makes one."""
        with suppress(OSError):
            if self._unfinished.samefile(self._path):
                self._unfinished.unlink()

    def _put_in_place(self, unfinished: Path) -> None:
        """Give the file its name. A link, unlike a rename, never replaces a ledger; but not every file system has links."""
        try:
            os.link(unfinished, self._path)
        except FileExistsError as error:
            raise LockedError(f"{self.name}: another run made the ledger meanwhile; try again") from error
        except OSError:
            unfinished.rename(self._path)

    def remove(self) -> bool:
        """Delete the file."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False

    def hold(self) -> AbstractContextManager[Hold]:
        """Keep the other runs on this host out, with a file beside the ledger."""
        return lockfile.hold(self._path)


class SqliteConnection:
    """An open file."""

    def __init__(self, path: Path, patience: float) -> None:
        """Open a file that exists."""
        self._name = str(path)
        self._path = path
        self._opened = self._file()
        with self._told():
            address = f"{path.absolute().as_uri()}?mode=rw"
            # several threads use it, one after another: see Access
            self._connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)

    def verify(self, table: str) -> None:
        """Raise LedgerError if the table is damaged, so that nothing is lost from sight; 5 ms for 10,000 articles."""
        findings = self.fetch("PRAGMA quick_check('{}')".format(table.replace("'", "''")))
        if tuple(findings[0]) != ("ok",):
            raise self._damaged(str(findings[0][0]))

    def tables(self) -> frozenset[str]:
        """Name the tables there are."""
        return frozenset(str(row[0]) for row in self.fetch("SELECT name FROM sqlite_master WHERE type = 'table'"))

    def fetch(self, statement: str, values: Mapping[str, Value] = NOTHING) -> list[Row]:
        """Return the rows of a query."""
        with self._told():
            return self._connection.execute(statement, values).fetchall()

    def run(self, statement: str, rows: Sequence[Mapping[str, Value]] = (NOTHING,)) -> None:
        """Run a statement once for each row of values."""
        names = _NAME.findall(statement)
        with self._told():
            if isinstance(rows, Ordered) and [*rows.names] == names:
                self._connection.executemany(_NAME.sub("?", statement), rows.values)
            elif len(rows) == 1 or len(names) < 2:  # noqa: PLR2004 - of one value itemgetter makes no tuple
                self._connection.executemany(statement, rows) if rows[0] else self._connection.execute(statement)
            else:  # by place, which SQLite takes a third faster than by name
                self._connection.executemany(_NAME.sub("?", statement), map(itemgetter(*names), rows))

    def begin(self) -> None:
        """Begin a transaction that no other writer can interrupt, and that a power cut cannot undo once it is committed.

        EXTRA, because with less the journal could come back after the power and roll back what was committed last.
        https://www.sqlite.org/pragma.html#pragma_synchronous
        """
        with self._told():
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._connection.execute("BEGIN IMMEDIATE")
        if self._file() != self._opened:
            self.rollback()
            raise LockedError(f"{self._name}: another run or a person replaced the ledger meanwhile; try again")

    def commit(self) -> None:
        """Make the transaction permanent."""
        with self._told():
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction, if SQLite has not done so itself as it does when the disk is full."""
        with self._told():
            self._connection.rollback()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _file(self) -> tuple[int, int] | None:
        """Tell which file is in the ledger's place now."""
        with suppress(OSError):
            found = self._path.stat()
            return found.st_dev, found.st_ino
        return None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn SQLite's errors into ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.DatabaseError) -> NewsletterError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the lowest byte is the primary code
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LockedError(f"{self._name}: another run is using the ledger; try again when it has ended")
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            return self._damaged(str(error))
        return LedgerError(f"{self._name}: the ledger cannot be used: {error}; check its permissions and the space on the disk")

    def _damaged(self, what: str) -> LedgerError:
        return LedgerError(f"{self._name}: the ledger is damaged ({' '.join(what.split())}); {RESTORE}")
