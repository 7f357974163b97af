"""The permanent record of what was published. No clock.

It is small, and worth a backup: with the ledger lost, what the ids were is known only to the readers.
"""

import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.ledger.connection import Hold, Place
    from newsletter.ledger.store import Ledger

#: What stands in a URL between the user's name and the host.
PASSWORD = re.compile(r"(://[^:@/]*):.*@")


@contextmanager
def open_ledger(location: str | Path) -> "Iterator[Ledger]":
    """Open the ledger at a path or SQLAlchemy URL; one that is not there is empty, and stays away until something is recorded.

    Raises LedgerError if it is damaged, of a newer version or out of reach, LockedError while another run writes.
    """
    from newsletter.ledger.store import Ledger  # noqa: PLC0415 - reading records alone needs no database

    with closing(Ledger(_place(location))) as ledger:
        yield ledger


@contextmanager
def hold_ledger(location: str | Path) -> "Iterator[Hold]":
    """Keep other runs from the ledger at a path or SQLAlchemy URL, until the end or until this process dies.

    What only reads or builds is not kept from it. Raises LockedError at once while another run holds it, else LedgerError. In a
    shared database the tables are made if need be; a file is not.
    """
    with _place(location).hold() as hold:
        yield hold


def shown(location: str | Path) -> str:
    """Name a ledger for people: without the password that a URL may hold, be it before the host or behind the question mark."""
    named = PASSWORD.sub(r"\1:***@", str(location))
    return named.partition("?")[0] if "://" in named else named


def _place(location: str | Path) -> "Place":
    text = str(location)
    if isinstance(location, str) and "://" in text and not text.startswith("sqlite:///"):
        from newsletter.ledger.database import Database  # noqa: PLC0415 - SQLAlchemy takes 170 ms to import

        return Database(text)
    from newsletter.ledger.sqlite import SqliteFile  # noqa: PLC0415 - 5 ms

    return SqliteFile(Path(text.removeprefix("sqlite:///")))
