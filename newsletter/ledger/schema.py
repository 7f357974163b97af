"""The ledger's tables and how they came to be, version by version.

SQL that SQLite and PostgreSQL both read. Instants are text, RFC 3339 with microseconds and the offset they came with.
"""

from collections.abc import Sequence

from newsletter.errors import LedgerError
from newsletter.ledger.connection import Connection

VERSION_TABLE = "ledger_schema"
#: Changes nothing but holds the one row of the table, so that writers of a shared database take turns.
TURN = "UPDATE ledger_schema SET version = version"

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
)


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
