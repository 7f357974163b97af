"""YAML front matter → entries. Pure.

Read from libyaml's events rather than from constructed objects: scalars stay as the author wrote them (``no`` is not False,
``1.10`` is not 1.1), nothing is ever constructed from a tag, and the depth is ours to bound (libyaml's own composer
recurses and ends the process at 50,000 open brackets).

https://yaml.org/spec/1.1/ as PyYAML reads it.
"""

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from msgspec import Struct, field

from newsletter.metadata import plain
from newsletter.metadata.tree import DEPTH, Collection, Entry, Fault, MalformedError, Table, Value

#: The C loader is ten times faster; the pure one reads the same.
LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

#: Values in all, those that aliases repeat counted each time.
VALUES = 50_000

_PREFIX = "tag:yaml.org,2002:"
_TAGS = frozenset({"!", *(_PREFIX + name for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map"))})
#: What stands for nothing where it is not quoted. In a list the words are kept: there an author means the word.
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_NULL_IN_LIST = frozenset({"", "~"})
_HINT = "put quotes around a value that holds ': ' or ' #' or begins with one of @ ` % & * ! | > [ {"


class _Open(Struct, kw_only=True):
    """A collection that is being read."""

    line: int
    anchor: str | None
    #: What counts of it towards VALUES so far.
    size: int = 1
    table: Collection | None
    items: list[Value] = field(default_factory=list)
    key: tuple[str, int] | None = None

    def close(self) -> Value:
        """Return the finished value."""
        return tuple(self.items) if self.table is None else Table(entries=tuple(self.table.entries().values()))


def read(source: str) -> dict[str, Entry]:
    """Read a block of YAML, whose lines are counted as they stand; raises MalformedError."""
    known = plain.read(source)
    if known is not None:
        return known
    faults: list[Fault] = []
    try:
        root = _Reader(faults).read(_events(source))
    except yaml.reader.ReaderError as error:
        line = source.encode("utf-8", "replace").count(b"\n", 0, error.position) + 1
        raise MalformedError(Fault(line=line, key=None, message=f"the front matter is not YAML: {error.reason}")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context
        line = 1 if mark is None else mark.line + 1
        tabbed = source.split("\n")[line - 1 : line] or [""]
        hint = "indent with spaces, not tabs" if "\t" in tabbed[0][: len(tabbed[0]) - len(tabbed[0].lstrip())] else _HINT
        raise MalformedError(Fault(line=line, key=None, message=f"the front matter is not YAML: {problem}; {hint}")) from None
    if root is None:
        return {}
    value, line = root
    if not isinstance(value, Table):
        kind = "a list" if isinstance(value, tuple) else f"the bare text {value!r}"
        raise MalformedError(Fault(line=line, key=None, message=f"expected 'key: value' lines as front matter, got {kind}"))
    if faults:
        raise MalformedError(*faults, entries=value.entries)
    return {entry.key: entry for entry in value.entries}


def _events(source: str) -> Iterator[Any]:
    """Yield the parser's events."""
    loader = LOADER(source)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


class _Reader:
    """Builds values from events with a stack of its own."""

    def __init__(self, faults: list[Fault]) -> None:
        """Take the list that keys standing twice are added to."""
        self.faults = faults
        self.open: list[_Open] = []
        self.root: tuple[Value, int] | None = None
        self.documents = 0
        self.size = 0
        #: Finished values by anchor, with what they count; None while they are open.
        self.anchors: dict[str, tuple[Value, int] | None] = {}

    def read(self, events: Iterator[Any]) -> tuple[Value, int] | None:
        """Return the one document's value and line; None if there is none."""
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.scalar(event)
            elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
                self.start(event, table=kind is yaml.MappingStartEvent)
            elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
                self.end()
            elif kind is yaml.AliasEvent:
                self.alias(event)
            elif kind is yaml.DocumentStartEvent:
                self.documents += 1
                if self.documents > 1:
                    _refuse(event, "expected one YAML document as front matter, got a second")
        return self.root

    def scalar(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no types
        """Take a scalar as key, or as value."""
        self.check_tag(event)
        parent = self.open[-1] if self.open else None
        text: str = event.value
        if parent is not None and parent.table is not None and parent.key is None:
            parent.key = (text, event.start_mark.line + 1)
            return
        nothing = _NULL if parent is None or parent.table is not None else _NULL_IN_LIST
        plain = event.style is None or event.style == ""
        self.put(None if plain and text in nothing else text, 1, event.start_mark.line + 1, event.anchor)

    def start(self, event: Any, *, table: bool) -> None:  # noqa: ANN401 - PyYAML's events have no types
        """Open a collection."""
        self.check_tag(event)
        line = event.start_mark.line + 1
        if len(self.open) == DEPTH:
            _refuse(event, f"the front matter is nested more than {DEPTH} deep")
        parent = self.open[-1] if self.open else None
        if parent is not None and parent.table is not None and parent.key is None:
            _refuse(event, "expected a plain word as key, got a list or table; put quotes around a value that begins with [ or {")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.open.append(_Open(line=line, anchor=event.anchor, table=Collection(self.faults) if table else None))

    def end(self) -> None:
        """Close the innermost collection."""
        done = self.open.pop()
        self.put(done.close(), done.size, done.line, done.anchor)

    def alias(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no types
        """Repeat an anchored value."""
        if event.anchor not in self.anchors:
            _refuse(event, f"the alias *{event.anchor} has no anchor before it; put quotes around a value that begins with *")
        known = self.anchors[event.anchor]
        if known is None:
            _refuse(event, f"the alias *{event.anchor} stands inside what it repeats")
        parent = self.open[-1]  # an alias cannot be a whole document: nothing would be anchored before it
        line = event.start_mark.line + 1
        if parent.table is not None and parent.key is None:
            if not isinstance(known[0], str):
                _refuse(event, "expected a plain word as key, got an alias")
            parent.key = (known[0], line)
            return
        self.size += known[1]
        if self.size > VALUES:
            _refuse(event, f"the front matter holds more than {VALUES} values, counting what aliases repeat")
        self.put(*known, line, None)

    def put(self, value: Value, size: int, line: int, anchor: str | None) -> None:
        """Hand a finished value to the collection that it stands in."""
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        if not self.open:
            self.root = (value, line)
            return
        parent = self.open[-1]
        parent.size += size
        if parent.table is None:
            parent.items.append(value)
            return
        assert parent.key is not None  # noqa: S101 - a value always follows its key
        parent.table.add(parent.key[0], value, parent.key[1])
        parent.key = None

    def check_tag(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events have no types
        """Refuse tags that ask for more than a plain value."""
        if event.tag is not None and event.tag not in _TAGS:
            _refuse(event, f"the YAML tag {event.tag.removeprefix(_PREFIX)!r} is not read here; write the value without it")


def _refuse(event: Any, message: str) -> NoReturn:  # noqa: ANN401 - PyYAML's events have no types
    """Raise MalformedError for the line of an event."""
    raise MalformedError(Fault(line=event.start_mark.line + 1, key=None, message=message))
