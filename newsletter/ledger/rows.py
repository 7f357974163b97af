"""Values as the ledger's tables hold them, to and fro. Pure.

Instants are text, RFC 3339 with microseconds and the offset they came with. What cannot have been written by this program raises
TypeError or ValueError.
"""

from datetime import UTC, datetime

from msgspec import to_builtins

#: Characters of what others said that are worth keeping.
LONGEST = 500


def text(value: object) -> str:
    """Read text."""
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r}")
    return value


def number(value: object) -> int:
    """Read a whole number."""
    if not isinstance(value, int):
        raise TypeError(f"expected a number, found {value!r}")
    return value


def instant(value: object) -> datetime:
    """Read an instant."""
    read = datetime.fromisoformat(text(value))
    if read.tzinfo is None:
        raise ValueError(f"expected an offset from UTC, found {value!r}")
    return read


def stored(moment: datetime) -> str:
    """Write an instant. Nearly all are in UTC and without a fraction of a second, and msgspec writes them four times faster."""
    if moment.tzinfo is UTC and not moment.microsecond:
        return f"{to_builtins(moment)[:-1]}.000000+00:00"
    return moment.isoformat(timespec="microseconds")


def stored_utc(moment: datetime) -> str:
    """Write an instant of which the offset does not matter."""
    return stored(moment.astimezone(UTC))


def one_line(said: str) -> str:
    """Put what others said on one line that any database takes: PostgreSQL has no NUL, and UTF-8 no halves of characters."""
    if said.isprintable() and "  " not in said:  # nearly always, and ten times as fast
        return said.strip()[:LONGEST]
    return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())[:LONGEST]
