"""Looking fields up in front matter, whatever their spelling, and telling what is wrong with them. Pure."""

from collections.abc import Collection, Iterable

from newsletter.errors import ContentError
from newsletter.metadata.spellings import KNOWN, LIFTED, plain
from newsletter.metadata.tree import Block, Entry, Table, Value, is_missing, leaves, shown
from newsletter.model import Remark
from newsletter.xmltext import legal

#: What ends a line, or looks as if it did; other white space (non-breaking spaces) is the author's.
_BREAKS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029", " "))

_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_FALSE = frozenset({"false", "no", "off", "0", "n"})


def one_line(text: str) -> str:
    """Put a text on one line: runs of line ends and spaces become a space, none at either end."""
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(part for part in text.translate(_BREAKS).split(" ") if part)


def flag(text: str) -> bool | None:
    """Read a flag; None if it is neither true nor false."""
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


class Fields:
    """The entries of one file, and what was noticed about them."""

    def __init__(self, path: str, block: Block) -> None:
        """Index the entries by their plain keys; inner tables that are lifted come after all others."""
        self.path = path
        self.block = block
        self.problems: list[ContentError] = []
        self.remarks: list[Remark] = []
        self._by_key: dict[str, list[Entry]] = {}
        self._used: set[int] = set()
        for fault in block.faults:
            self.problems.append(ContentError(path, fault.line, fault.key, fault.message))
        for entry in block.entries:
            key = plain(entry.key)
            first = self._by_key.setdefault(key, [])
            if first and key in KNOWN:
                self.error(entry, f"the key stands twice, as {first[0].key} on line {first[0].line}")
            first.append(entry)
        for name in LIFTED:
            for entry in self._by_key.get(name, ())[:1]:
                for inner in entry.value.entries if isinstance(entry.value, Table) else ():
                    self._by_key.setdefault(plain(inner.key), []).append(inner)

    def error(self, entry: Entry, message: str) -> None:
        """Note what is wrong with an entry; of a block that is malformed anyway, nothing more is said."""
        if not self.block.salvaged:
            self.problems.append(ContentError(self.path, entry.line, entry.key, message))

    def remark(self, entry: Entry, message: str) -> None:
        """Note something about an entry that does no harm."""
        self.remarks.append(Remark(path=self.path, line=entry.line, field=entry.key, message=message))

    def all(self, keys: Collection[str]) -> Iterable[Entry]:
        """Yield the entries of these keys that say something, in the order of the keys."""
        if self._by_key.keys().isdisjoint(keys):  # as it is for most of the rows that are asked for
            return
        for key in keys:
            for entry in self._by_key.get(key, ()):
                if not is_missing(entry.value):
                    yield entry

    def take(self, keys: Collection[str]) -> Entry | None:
        """Return the first entry of these keys that says something, and count it as read."""
        if self._by_key.keys().isdisjoint(keys):
            return None
        for key in keys:
            for entry in self._by_key.get(key, ()):
                if not is_missing(entry.value):
                    self._used.add(id(entry))
                    return entry
        return None

    def use(self, entry: Entry) -> None:
        """Count an entry as read."""
        self._used.add(id(entry))

    def line(self, keys: Iterable[str]) -> int:
        """Return the line on which one of these keys stands, though it says nothing; else the first."""
        return next((entry.line for key in keys for entry in self._by_key.get(key, ())), 1)

    def text(self, keys: Collection[str]) -> tuple[Entry, str] | None:
        """Return the first entry that says something and its text on one line; anything but a text is an error."""
        entry = self.take(keys)
        if entry is None:
            return None
        if not isinstance(entry.value, str):
            self.error(entry, f"expected a text, got {shown(entry.value)}")
            return None
        text = self.clean(entry, entry.value)
        return (entry, text) if text else None

    def clean(self, entry: Entry, text: str) -> str:
        """Put a text of this entry on one line, without what XML cannot carry."""
        if not text.isprintable():
            cleaned = legal(text)
            if cleaned != text:
                self.remark(entry, f"{len(text) - len(cleaned)} characters were removed that feeds cannot carry")
            text = cleaned
        return one_line(text)

    def scalars(self, entry: Entry, value: Value) -> Iterable[str]:
        """Yield the texts of a list, lists in it included; a table in it is an error."""
        if isinstance(value, str):
            yield self.clean(entry, value)
        elif isinstance(value, tuple):
            for part in value:
                yield from self.scalars(entry, part)
        elif value is not None:
            self.error(entry, "expected texts, got a table")

    def extra(self) -> tuple[tuple[str, str], ...]:
        """Return everything that was not read, inner keys with dots."""
        found: list[tuple[str, str]] = []
        for entry in self.block.entries:
            parts = entry.value.entries if plain(entry.key) in LIFTED and isinstance(entry.value, Table) else None
            if parts is not None:
                for part in parts:
                    if id(part) not in self._used:
                        found += [(name, legal(text)) for name, text in leaves(part.value, f"{entry.key}.{part.key}")]
            elif id(entry) not in self._used:
                found += [(name, legal(text)) for name, text in leaves(entry.value, entry.key)]
        return tuple((name, text) for name, text in found if text)
