"""The published articles as the ledger's rows have them; each becomes a record when it is asked for, and few are. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from newsletter.ledger.records import Known


class Line(NamedTuple):
    """A published article; see ``Known``. A plain tuple, as there are so many."""

    id: str
    sequence: int
    published: datetime
    permalink: str
    path: str
    slug: str
    title: str
    dated: datetime
    updated: datetime
    fingerprint: str
    content: str
    source: str
    gone: bool


class Shelf(Mapping[str, Known]):
    """All that was ever published, by id, in the order of first publication."""

    def __init__(self, lines: Iterable[Line]) -> None:
        """Take the rows in that order."""
        self.lines: Mapping[str, Line] = {line.id: line for line in lines}
        self._made: dict[str, Known] = {}

    @classmethod
    def of(cls, known: Iterable[Known]) -> "Shelf":
        """Take records."""
        return cls(Line(*(getattr(one, name) for name in Line._fields)) for one in known)

    @cached_property
    def places(self) -> Mapping[str, Sequence[Line]]:
        """By path what was last read from there; more than one if a file was used again."""
        places: dict[str, tuple[Line, ...]] = {line.path: (line,) for line in self.lines.values()}
        if len(places) < len(self.lines):
            places.clear()
            for line in self.lines.values():
                places[line.path] = (*places.get(line.path, ()), line)
        return places

    def __getitem__(self, identity: str) -> Known:
        """Make the record, once."""
        known = self._made.get(identity)
        if known is None:
            known = self._made[identity] = Known(**self.lines[identity]._asdict())
        return known

    def __iter__(self) -> Iterator[str]:
        """Go through the ids."""
        return iter(self.lines)

    def __len__(self) -> int:
        """Count the articles."""
        return len(self.lines)
