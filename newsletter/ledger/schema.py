"""The ledger's tables and how they came to be, version by version.

SQL that SQLite and PostgreSQL both read. Instants are text, RFC 3339 with microseconds and the offset they came with.
"""

from collections.abc import Sequence

from newsletter.errors import LedgerError
from newsletter.ledger.connection import Connection

VERSION_TABLE = "ledger_schema"
#: Changes nothing but holds the one row of the table, so that writers of a shared database take turns.
TURN = "UPDATE ledger_schema SET version = version"

#: The table that grows by a row for every recipient of every issue, and is read only to hand issues over.
ATTEMPTS = "attempts"
#: Locks the one row that a run holds as long as it lasts, in a shared database.
HOLD = "SELECT held FROM ledger_run FOR UPDATE NOWAIT"

#: What leads from each version to the next one, beginning with an empty database. Never change one that was released: append.
MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE articles (
            id TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL UNIQUE,
            published TEXT NOT NULL,
            permalink TEXT NOT NULL,
            path TEXT NOT NULL,
            slug TEXT NOT NULL,
            title TEXT NOT NULL,
            dated TEXT NOT NULL,
            updated TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            gone INTEGER NOT NULL
        )
        """,
    ),
    (
        "ALTER TABLE articles ADD COLUMN content TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE articles ADD COLUMN source TEXT NOT NULL DEFAULT ''",
    ),
    (
        """
        CREATE TABLE issues (
            key TEXT NOT NULL PRIMARY KEY,
            number INTEGER NOT NULL UNIQUE,
            start_at TEXT NOT NULL,
            end_at TEXT NOT NULL,
            state TEXT NOT NULL,
            reserved_at TEXT NOT NULL,
            delivered_at TEXT,
            service TEXT NOT NULL,
            reference TEXT NOT NULL
        )
        """,
        # an article has one row, so it cannot be in two issues
        """
        CREATE TABLE placements (
            article TEXT NOT NULL PRIMARY KEY,
            fate TEXT NOT NULL,
            issue TEXT,
            place INTEGER,
            UNIQUE (issue, place)
        )
        """,
        "CREATE TABLE schedule (closed_at TEXT NOT NULL, since_at TEXT NOT NULL)",
        """
        CREATE TABLE attempts (
            issue TEXT NOT NULL,
            service TEXT NOT NULL,
            recipient TEXT NOT NULL,
            progress TEXT NOT NULL,
            tries INTEGER NOT NULL,
            at TEXT NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (issue, service, recipient)
        )
        """,
        "CREATE TABLE ledger_run (held INTEGER NOT NULL)",
        "INSERT INTO ledger_run (held) VALUES (0)",
    ),
)
#: Where there is a row in any of these, something was recorded.
_RECORDS = ("articles", "issues", "placements", "schedule", ATTEMPTS)


def build(connection: Connection) -> None:
    """Make the tables of a new ledger, inside a transaction."""
    connection.run("CREATE TABLE ledger_schema (version INTEGER NOT NULL)")
    connection.run("INSERT INTO ledger_schema (version) VALUES (0)")
    _apply(connection, 0)


def migrate(connection: Connection, name: str) -> None:
    """Bring a ledger to this version; raises LedgerError, with the ledger as it was, where that cannot be."""
    if VERSION_TABLE not in connection.tables():
        raise LedgerError(f"{name}: not a ledger of newsletter; name another file for `ledger`, or restore this one")
    if _version(connection, name) == len(MIGRATIONS):
        return
    connection.begin()
    try:
        connection.run(TURN)
        _apply(connection, _version(connection, name))
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def is_empty(connection: Connection) -> bool:
    """Tell whether nothing was ever recorded."""
    return not any(connection.fetch(f"SELECT 1 FROM {table} LIMIT 1") for table in _RECORDS)  # noqa: S608 - names from above


def _apply(connection: Connection, version: int) -> None:
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.run(statement)
    connection.run("UPDATE ledger_schema SET version = :version", [{"version": len(MIGRATIONS)}])


def _version(connection: Connection, name: str) -> int:
    rows = connection.fetch("SELECT version FROM ledger_schema")
    version = rows[0][0] if len(rows) == 1 else None
    if not isinstance(version, int) or version < 0:
        raise LedgerError(f"{name}: the ledger is damaged (it does not say its version); restore it from a backup")
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{name}: a newer newsletter wrote this ledger (version {version}, known here: {len(MIGRATIONS)}); "
            "install that release or a later one"
        )
    return version
