"""A ledger in any database that SQLAlchemy knows, for hosts that share the work. Imported only when configured.

https://docs.sqlalchemy.org/en/20/core/connections.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from newsletter.errors import LedgerError
from newsletter.ledger.connection import Connection, Row, Value
from newsletter.ledger.schema import VERSION_TABLE

try:
    import sqlalchemy
    from sqlalchemy import exc
except ImportError as missing:
    raise LedgerError(
        "ledger: a database other than SQLite needs more: pip install 'newsletter-publisher[database]'"
    ) from missing


class Database:
    """A database that is or may become a ledger."""

    def __init__(self, url: str) -> None:
        """Take an SQLAlchemy URL; raises LedgerError if it is none, or its driver is not installed."""
        try:
            parsed = sqlalchemy.make_url(url)
            self.name = parsed.render_as_string(hide_password=True)
            self._engine = sqlalchemy.create_engine(parsed, poolclass=sqlalchemy.NullPool)
        except exc.NoSuchModuleError as error:
            raise LedgerError(f"{self.name}: SQLAlchemy knows no such kind of database ({error})") from None
        except exc.ArgumentError:
            # the message would repeat the password
            raise LedgerError("ledger: expected a path or an SQLAlchemy URL such as postgresql+psycopg://host/name") from None
        except ImportError as error:
            raise LedgerError(f"{self.name}: the driver of this database is not installed: {error}") from error

    def connect(self) -> "DatabaseConnection | None":
        """Open the database; None where it holds no ledger yet."""
        connection = DatabaseConnection(self._engine, self.name)
        try:
            if VERSION_TABLE in connection.tables():
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def create(self, build: Callable[[Connection], None]) -> "DatabaseConnection":
        """Make the tables."""
        with closing(DatabaseConnection(self._engine, self.name)) as connection:
            connection.begin()
            build(connection)
            connection.commit()
        return DatabaseConnection(self._engine, self.name)

    def remove(self) -> None:
        """Leave the empty tables: another host may be using them by now."""


class DatabaseConnection:
    """An open database."""

    def __init__(self, engine: sqlalchemy.Engine, name: str) -> None:
        """Connect."""
        self._name = name
        self._writing = False
        with self._told():
            self._connection = engine.connect()

    def tables(self) -> frozenset[str]:
        """Name the tables there are."""
        with self._reading():
            return frozenset(sqlalchemy.inspect(self._connection).get_table_names())

    def fetch(self, statement: str) -> Sequence[Row]:
        """Return the rows of a query."""
        with self._reading():
            return self._connection.execute(sqlalchemy.text(statement)).fetchall()

    def run(self, statement: str, rows: Sequence[Mapping[str, Value]] = ({},)) -> None:
        """Run a statement once for each row of values."""
        with self._told():
            self._connection.execute(sqlalchemy.text(statement), list(rows))

    def begin(self) -> None:
        """Begin a transaction."""
        with self._told():
            self._connection.begin()
        self._writing = True

    def commit(self) -> None:
        """Make the transaction permanent."""
        with self._told():
            self._connection.commit()
        self._writing = False

    def rollback(self) -> None:
        """Undo the transaction."""
        self._writing = False
        with self._told():
            self._connection.rollback()

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """End the transaction that SQLAlchemy begins for every query, unless we began it."""
        with self._told():
            try:
                yield
            finally:
                if not self._writing:
                    self._connection.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn SQLAlchemy's errors into ours."""
        try:
            yield
        except exc.DBAPIError as error:
            raise self._explained(error) from error

    def _explained(self, error: exc.DBAPIError) -> LedgerError:
        what = " ".join(str(error.orig).split())
        if isinstance(error, exc.OperationalError | exc.InterfaceError):
            return LedgerError(f"{self._name}: the database of the ledger cannot be used: {what}")
        return LedgerError(f"{self._name}: the ledger is damaged ({what}); restore it from a backup")
