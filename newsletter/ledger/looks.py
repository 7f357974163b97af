"""What a ledger's file looks like, so that it shows whenever anything in it changes, without opening it. Looks at files.

https://www.sqlite.org/fileformat2.html#the_database_header: every transaction that writes adds one to the change counter, but for
a file with a write-ahead log, which is never taken for known here.
"""

from pathlib import Path

from msgspec import Struct

from newsletter.glance.sight import HEADER, JOURNALED, MAGIC
from newsletter.index.stamps import stamp


class Looks(Struct, frozen=True):
    """The state of a file."""

    place: str
    #: See index.stamps.
    stamp: str
    #: How many transactions wrote to it, so far.
    counter: int

    def follows(self, before: "Looks | None", *, written: bool) -> bool:
        """Tell whether nothing but one transaction was ``written`` since, or nothing at all."""
        return before is None or (self.place == before.place and self.counter == before.counter + written)


def trust(known: Looks) -> None:
    """Take a ledger as sound, which a run left so, as long as it has these looks."""
    from newsletter.ledger import sqlite  # noqa: PLC0415 - 5 ms

    sqlite.take_as_sound(known.place, known.stamp)


def looks(location: str) -> Looks | None:
    """Look at a ledger; None where that does not tell whether it changed: in a shared database, or after a crash."""
    if "://" in location and not location.startswith("sqlite:///"):
        return None
    place = str(Path(location.removeprefix("sqlite:///")))
    try:
        with Path(place).open("rb") as file:
            header = file.read(HEADER)
        if header[:16] != MAGIC or header[18:20] != JOURNALED or any(Path(place + end).exists() for end in ("-journal", "-wal")):
            return None
        return Looks(place, stamp(Path(place).stat()), int.from_bytes(header[24:28]))
    except OSError:
        return None
