"""What every dialect of front matter is read into: entries whose scalars are strings, as the author wrote them. Pure."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

#: A scalar as written, None where nothing stands, a list, or a table.
Value: TypeAlias = "str | tuple[Value, ...] | Table | None"

#: Collections within collections; what is deeper is refused.
DEPTH = 40
#: Characters of a value that a message shows.
SHOWN = 60


class Entry(Struct, frozen=True, kw_only=True):
    """One key with its value."""

    key: str
    value: Value
    #: 1-based line of the file.
    line: int


class Table(Struct, frozen=True, kw_only=True):
    """Entries in the author's order; no key stands twice."""

    entries: tuple[Entry, ...]


class Fault(Struct, frozen=True, kw_only=True):
    """What a dialect's own rules find wrong."""

    #: 1-based line of the file.
    line: int
    #: The key it is about, None for the block as a whole.
    key: str | None
    message: str


class Block(Struct, frozen=True, kw_only=True):
    """A text taken apart."""

    #: Name of the dialect; empty where the text has no front matter.
    dialect: str = ""
    entries: tuple[Entry, ...] = ()
    #: What the dialect's own rules find wrong, on lines of the text.
    faults: tuple[Fault, ...] = ()
    #: Whether entries are only what could be guessed from a block that is malformed as a whole.
    salvaged: bool = False
    body: str
    #: 1-based line of the text at which the body begins.
    body_line: int = 1


class MalformedError(Exception):
    """The block cannot be read as its dialect asks."""

    def __init__(self, *faults: Fault, entries: Iterable[Entry] = ()) -> None:
        """Keep the faults, and the entries that could be read: all of them if only single entries are at fault."""
        self.faults = faults
        self.entries = tuple(entries)
        super().__init__("; ".join(f"{fault.line}: {fault.message}" for fault in faults))


class Collection:
    """Entries being read, so that a key that stands twice is noticed where it stands again."""

    def __init__(self, faults: list[Fault]) -> None:
        """Take the list that faults are added to."""
        self._entries: dict[str, Entry] = {}
        self._faults = faults

    def add(self, key: str, value: Value, line: int) -> None:
        """Add an entry; the first of a key holds."""
        first = self._entries.get(key)
        if first is None:
            self._entries[key] = Entry(key=key, value=value, line=line)
        else:
            self._faults.append(Fault(line=line, key=key, message=f"the key stands twice, first on line {first.line}"))

    def entries(self) -> dict[str, Entry]:
        """Return the entries by key, in order."""
        return self._entries


def is_missing(value: Value) -> bool:
    """Tell whether a value says nothing: null, blank or empty."""
    if isinstance(value, str):
        return not value or value.isspace()
    return not (value.entries if isinstance(value, Table) else value)


def shown(value: Value) -> str:
    """Name a value in a message, on one line and not too long."""
    if value is None:
        return "nothing"
    if isinstance(value, Table):
        return "a table"
    if isinstance(value, tuple):
        return "a list"
    return repr(value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…")


def leaves(value: Value, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield every scalar with the dotted path of its keys; a list of scalars is one value, its parts joined by commas."""
    if isinstance(value, Table):
        for entry in value.entries:
            yield from leaves(entry.value, f"{name}.{entry.key}" if name else entry.key)
    elif isinstance(value, tuple):
        yield name, ", ".join(text for part in value for _, text in leaves(part))
    elif value is not None:
        yield name, value
