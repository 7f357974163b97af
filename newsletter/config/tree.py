"""Turn the tables of a TOML file and the texts of ``--set`` into the fields of records. Pure.

Everything is derived from the records themselves: a key is a field that is annotated with its description, its type says
how it is read, and the rules that follow the description say what else holds.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, structs

from newsletter.config import values
from newsletter.model import Person
from newsletter.rules import Rule


class Key(Struct, frozen=True, kw_only=True):
    """One configuration key, for documentation."""

    #: With its tables, dotted.
    name: str
    #: In words.
    type: str
    #: As TOML; None: the key is required.
    default: str | None
    #: What it means, in a sentence or a few.
    description: str


class Field(Struct, frozen=True):
    """What a record says about one of its keys."""

    name: str
    #: The bare type; a record's class for a table.
    type: Any
    description: str
    rules: tuple[Rule, ...]
    #: NODEFAULT where the key is required.
    default: Any

    @property
    def table(self) -> bool:
        """Whether the key is a table with keys of its own."""
        return isinstance(self.type, type) and issubclass(self.type, Struct)

    @property
    def member(self) -> Any:  # noqa: ANN401 - a record's class, or None; the field above takes the name `type`
        """The record of each table in this one, where a person gives those tables their names."""
        kind = next(iter(get_args(self.type)), None)
        return kind if isinstance(kind, type) and kind is not Person and issubclass(kind, Struct) else None


class Argument(Struct, frozen=True):
    """A value from the command line, still to be read by the type of its key."""

    text: str

    def __repr__(self) -> str:
        """Show what was typed."""
        return repr(self.text)


@cache
def fields(record: type) -> tuple[Field, ...]:
    """List the keys of a record, in the order of its fields; a field without a description is none."""
    hints = get_type_hints(record, include_extras=True)
    found = []
    for field in structs.fields(record):
        if get_origin(hints[field.name]) is Annotated:
            kind, description, *rules = get_args(hints[field.name])
            default = field.default if field.default_factory is NODEFAULT else field.default_factory()
            found.append(Field(field.name, kind, description, tuple(rules), default))
    return tuple(found)


def keys(record: type, prefix: str = "") -> Iterator[Key]:
    """Describe every key, tables opened, in the order of the records."""
    for field in fields(record):
        name = prefix + field.name
        if field.table or field.member:
            yield from keys(field.member or field.type, f"{name}.NAME." if field.member else f"{name}.")
        else:
            default = None if field.default is NODEFAULT else values.toml(field.default)
            yield Key(name=name, type=values.NAMES[field.type], default=default, description=field.description)


def plant(tree: dict[str, Any], setting: str) -> None:
    """Write ``KEY=VALUE`` from the command line into the tables, over what is there."""
    key, _, text = setting.partition("=")
    *tables, last = key.strip().split(".")
    for name in tables:
        below = tree.get(name)
        tree[name] = below = below if isinstance(below, dict) else {}
        tree = below
    tree[last] = Argument(text.strip())


class Reader:
    """Reads records from tables and remembers every problem, as a line that starts with the dotted key."""

    def __init__(self, record: type, folder: Path, here: Path) -> None:
        """Take the outermost record, and where relative paths start from: in the file, and on the command line."""
        self.names = [key.name for key in keys(record)]
        self.folder = folder
        self.here = here
        self.problems: list[str] = []

    def read(self, record: type, tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
        """Read what a record's table says; a field that is wrong is left out."""
        known = {field.name: field for field in fields(record)}
        self.problems += (self.unknown(prefix + name, record) for name in tree if name not in known)
        read: dict[str, Any] = {}
        for name, field in known.items():
            dotted, given = prefix + name, tree.get(name, NODEFAULT)
            if field.member:
                read[name] = self.members(field.member, dotted, given)
            elif field.table:
                read[name] = self.table(field, dotted, given)
            elif given is NODEFAULT and field.default is NODEFAULT:
                self.problems.append(f"{dotted}: is required; write it into newsletter.toml or give --set {dotted}=…")
            else:
                try:
                    read[name] = self.value(field, given)
                except values.WrongError as wrong:
                    self.problems.append(f"{dotted}: {wrong}")
        return read

    def table(self, field: Field, dotted: str, given: object) -> dict[str, Any]:
        """Read a table within the table; one that is missing has its defaults."""
        if isinstance(given, dict) or given is NODEFAULT:
            return self.read(field.type, given if isinstance(given, dict) else {}, f"{dotted}.")
        self.problems.append(f"{dotted}: {values.expect('a table', given)}")
        return {}

    def members(self, record: type, dotted: str, given: object) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Read the tables in a table, each with its name, in the order of the file."""
        if not isinstance(given, dict):
            if given is not NODEFAULT:
                self.problems.append(f"{dotted}: {values.expect('a table of tables', given)}")
            return ()
        read = []
        for name, table in given.items():
            if isinstance(table, dict):
                read.append((name, self.read(record, table, f"{dotted}.{name}.")))
            else:
                self.problems.append(f"{dotted}.{name}: {values.expect('a table', table)}")
        return tuple(read)

    def value(self, field: Field, given: object) -> object:
        """Read one value, from the file or the command line. Raises WrongError."""
        if given is NODEFAULT:
            return self.folder / field.default if field.type is Path else field.default
        if not isinstance(given, Argument):
            return values.value(field.type, given, self.folder, field.rules)
        return values.value(field.type, values.from_argument(field.type, given.text), self.here, field.rules)

    def unknown(self, dotted: str, record: type) -> str:
        """Say that a dotted key is not one, and which was probably meant, or which there are."""
        prefix, dot, last = dotted.rpartition(".")
        here = {field.name: f"{prefix}{dot}{field.name}" for field in fields(record)}
        everywhere = {name.rpartition(".")[2]: name for name in self.names} | here
        from difflib import get_close_matches  # noqa: PLC0415 - 2 ms, for what is misspelt

        near = get_close_matches(last, everywhere, n=1)
        return f"{dotted}: unknown key; " + (
            f"did you mean {everywhere[near[0]]}?" if near else f"expected one of {', '.join(here)}"
        )
