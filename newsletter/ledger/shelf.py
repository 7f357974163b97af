"""The published articles as the ledger's rows have them; each becomes a record when it is asked for, and few are. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import asdict

from newsletter.ledger.records import Known

#: One that names its offset from UTC.
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A published article; see ``Known``. There are so many that they are made all at once, which is five times faster."""

    id: str
    sequence: int
    published: Instant
    permalink: str
    path: str
    slug: str
    title: str
    dated: Instant
    updated: Instant
    fingerprint: str
    content: str
    source: str
    #: 0 or 1.
    gone: int


def lines_of(rows: Sequence[Sequence[object]]) -> list[Line] | None:
    """Read rows of those columns, instants as text; None if any of them is not as sound as that."""
    try:
        return convert(rows, list[Line])
    except ValidationError:
        return None


class Shelf(Mapping[str, Known]):
    """All that was ever published, by id, in the order of first publication."""

    def __init__(self, lines: Iterable[Line]) -> None:
        """Take the rows in that order."""
        self.lines: Mapping[str, Line] = {line.id: line for line in lines}
        self._made: dict[str, Known] = {}

    @classmethod
    def of(cls, known: Iterable[Known]) -> "Shelf":
        """Take records."""
        return cls(Line(*(getattr(one, name) for name in Line.__struct_fields__)) for one in known)

    @property
    def alone(self) -> Mapping[str, Line]:
        """By path what was last read from there, where nothing else was."""
        return self._places[0]

    def at(self, path: str) -> Sequence[Line]:
        """Return what was last read from a path; more than one if a file was used again."""
        alone, several = self._places
        line = alone.get(path)
        return several.get(path, ()) if line is None else (line,)

    @cached_property
    def _places(self) -> tuple[Mapping[str, Line], Mapping[str, Sequence[Line]]]:
        """By path those that are alone there, and those that are not."""
        alone = {line.path: line for line in self.lines.values()}
        if len(alone) == len(self.lines):  # nearly always
            return alone, {}
        places: dict[str, list[Line]] = {}
        for line in self.lines.values():
            places.setdefault(line.path, []).append(line)
        several = {path: lines for path, lines in places.items() if len(lines) > 1}
        return {path: line for path, line in alone.items() if path not in several}, several

    def __getitem__(self, identity: str) -> Known:
        """Make the record, once."""
        known = self._made.get(identity)
        if known is None:
            line = self.lines[identity]
            known = self._made[identity] = Known(**{**asdict(line), "gone": bool(line.gone)})
        return known

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self.lines)

    def __len__(self) -> int:
        """Count the articles."""
        return len(self.lines)
