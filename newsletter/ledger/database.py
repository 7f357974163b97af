"""A ledger in any database that SQLAlchemy knows, for hosts that share the work. Imported only when configured.

https://docs.sqlalchemy.org/en/20/core/connections.html
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from newsletter.errors import LedgerError, LockedError, NewsletterError
from newsletter.ledger import lockfile, schema
from newsletter.ledger.connection import NOTHING, Connection, Hold, Row, Value

try:
    import sqlalchemy
    from sqlalchemy import event, exc
except ImportError as missing:
    raise LedgerError(
        "ledger: a database other than SQLite needs more: pip install 'newsletter-publisher[database]'"
    ) from missing

#: What drivers that stand on libpq are told unless the URL says otherwise: how long to wait for a host, and after how many
#: seconds without a sign of life it is given up. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
PATIENCE = {"connect_timeout": 10, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 6}
LIBPQ = frozenset({"psycopg", "psycopg2"})
#: How PostgreSQL is to serve us, as far as this release has the setting. A host that died loses its lock after two minutes, one
#: that is at work never does; nothing waits for ever; what is committed is on disk; each statement sees what others committed.
#: https://www.postgresql.org/docs/current/runtime-config-client.html
SETTINGS = """
    SELECT set_config(wanted.name, wanted.value, false)
    FROM (VALUES
        ('tcp_keepalives_idle', '60'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '6'),
        ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), ('transaction_timeout', '0'),
        ('lock_timeout', '5s'), ('client_encoding', 'UTF8'), ('default_transaction_isolation', 'read committed'),
        ('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END)
    ) AS wanted (name, value)
    WHERE wanted.name IN (SELECT name FROM pg_settings)
"""
#: Of PostgreSQL: a lock that is not to be had, a deadlock, transactions that got in each other's way.
#: https://www.postgresql.org/docs/current/errcodes-appendix.html
BUSY = frozenset({"55P03", "40P01", "40001"})
#: A table or column is missing or has become something else; the database found itself corrupt.
DAMAGED = ("42", "XX")
NO_PRIVILEGE = "42501"


class Database:
    """A database that is or may become a ledger."""

    def __init__(self, url: str) -> None:
        """Take an SQLAlchemy URL; raises LedgerError if it is none, or its driver is not installed."""
        try:
            parsed = sqlalchemy.make_url(url)
            self.name = _named(parsed)
            self._engine = sqlalchemy.create_engine(parsed, poolclass=sqlalchemy.NullPool, connect_args=_arguments(parsed))
        except exc.NoSuchModuleError as error:
            raise LedgerError(f"{self.name}: SQLAlchemy knows no such kind of database ({error})") from None
        except (exc.ArgumentError, ValueError):
            # the message would repeat the password
            raise LedgerError("ledger: expected a path or an SQLAlchemy URL such as postgresql+psycopg://host/name") from None
        except ImportError as error:
            raise LedgerError(f"{self.name}: the driver of this database is not installed: {error}") from error
        if self._engine.dialect.name == "postgresql":
            event.listen(self._engine, "connect", _set_up)

    def connect(self) -> "DatabaseConnection | None":
        """Open the database; None where it holds no ledger yet."""
        connection = DatabaseConnection(self._engine, self.name)
        try:
            if schema.VERSION_TABLE in connection.tables():
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def create(self, build: Callable[[Connection], None]) -> "DatabaseConnection":
        """Make the tables."""
        with closing(DatabaseConnection(self._engine, self.name)) as connection:
            try:
                connection.begin()
                build(connection)
                connection.commit()
            except LedgerError as error:
                with suppress(NewsletterError):
                    connection.rollback()
                if schema.VERSION_TABLE in connection.tables():
                    raise LockedError(f"{self.name}: another run made the ledger meanwhile; try again") from error
                raise
        return DatabaseConnection(self._engine, self.name)

    def remove(self) -> bool:
        """Leave the empty tables: another host may be using them by now."""
        return False

    @contextmanager
    def hold(self) -> Iterator[Hold]:
        """Keep the runs on all hosts out, with a row that a connection of its own has locked."""
        if self._engine.dialect.name == "sqlite":  # which has no locks on rows
            with lockfile.hold(Path(str(self._engine.url.database))) as held:
                yield held
            return
        with closing(self.connect() or self.create(schema.build)) as connection:
            schema.migrate(connection, self.name)
            yield DatabaseHold(connection, self.name)


class DatabaseConnection:
    """An open database."""

    def __init__(self, engine: sqlalchemy.Engine, name: str) -> None:
        """Connect."""
        self._name = name
        self._writing = False
        try:
            self._connection = engine.connect()
        except exc.DBAPIError as error:
            raise self._unusable(error) from error
        except (TypeError, ValueError) as error:  # drivers say so of what the URL adds after the question mark
            raise LedgerError(f"{name}: the database of the ledger cannot be used: {' '.join(str(error).split())}") from error

    def tables(self) -> frozenset[str]:
        """Name the tables there are."""
        with self._reading():
            return frozenset(sqlalchemy.inspect(self._connection).get_table_names())

    def verify(self, table: str) -> None:
        """Leave it to the database to tell."""

    def fetch(self, statement: str, values: Mapping[str, Value] = NOTHING) -> list[Row]:
        """Return the rows of a query."""
        with self._reading():
            return [tuple(row) for row in self._connection.execute(sqlalchemy.text(statement), dict(values))]

    def run(self, statement: str, rows: Sequence[Mapping[str, Value]] = (NOTHING,)) -> None:
        """Run a statement once for each row of values."""
        with self._told():
            self._connection.execute(sqlalchemy.text(statement), [dict(row) for row in rows])

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
        with suppress(exc.DBAPIError):  # else the pool would tell of a connection that broke, on stderr
            self._connection.rollback()
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
        except exc.PendingRollbackError as error:
            raise LedgerError(f"{self._name}: the connection to the database of the ledger broke") from error

    def _explained(self, error: exc.DBAPIError) -> NewsletterError:
        code = _code(error)
        if code in BUSY:
            return LockedError(f"{self._name}: another run is using the ledger; try again when it has ended")
        if code.startswith(DAMAGED) and code != NO_PRIVILEGE:
            return LedgerError(f"{self._name}: the ledger is damaged ({_what(error)}); restore it from a backup")
        return self._unusable(error)

    def _unusable(self, error: exc.DBAPIError) -> LedgerError:
        return LedgerError(f"{self._name}: the database of the ledger cannot be used: {_what(error)}")


class DatabaseHold:
    """A row that is locked as long as a connection lives."""

    def __init__(self, connection: DatabaseConnection, name: str) -> None:
        """Lock it; raises LockedError at once where another run has."""
        self._connection = connection
        self._name = name
        self._turn = Lock()
        connection.begin()
        if len(connection.fetch(schema.HOLD)) != 1:
            raise LedgerError(f"{name}: the ledger is damaged (it has no row to lock); restore it from a backup")

    def verify(self) -> None:
        """Raise LedgerError if the connection broke."""
        with self._turn:
            self._connection.fetch("SELECT 1")


def _named(url: sqlalchemy.URL) -> str:
    """Write a URL without passwords, for messages."""
    secret = [name for name in url.query if "password" in name]
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def _arguments(url: sqlalchemy.URL) -> Mapping[str, Any]:
    """Say what the driver is told besides the URL."""
    backend, driver = url.get_backend_name(), url.get_driver_name()
    if backend == "sqlite":
        return {"check_same_thread": False}
    if backend == "postgresql" and driver in LIBPQ:
        return {name: value for name, value in PATIENCE.items() if name not in url.query}
    return {}


def _set_up(connection: Any, _: object) -> None:  # noqa: ANN401 - whatever the driver has for a connection
    """Set up a new connection to PostgreSQL."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(SETTINGS)
    connection.commit()


def _code(error: exc.DBAPIError) -> str:
    """Return the SQLSTATE of what a database says; SQLite has none, and gets the one that fits."""
    if isinstance(error.orig, sqlite3.Error):
        primary = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the lowest byte is the primary code
        return _SQLITE.get(primary, "")
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")


_SQLITE = {
    sqlite3.SQLITE_BUSY: "55P03",
    sqlite3.SQLITE_LOCKED: "55P03",
    sqlite3.SQLITE_ERROR: "42000",
    sqlite3.SQLITE_CORRUPT: "XX001",
    sqlite3.SQLITE_NOTADB: "XX001",
}


def _what(error: exc.DBAPIError) -> str:
    return " ".join(str(error.orig).split())
