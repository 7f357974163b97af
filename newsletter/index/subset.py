"""Some of the rows of an index's sheets, told by their places in these. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import compress
from typing import TypeVar

from msgspec import Struct

from newsletter.index.sheets import INSTANTS, Columns, Sheet, mark, places, texts_of, unpacked

Value = TypeVar("Value")

#: Turns what is chosen into what is not.
_OPPOSITE = bytes([1, 0, *range(2, 256)])


class Subset(Struct, frozen=True):
    """Rows, in the order of their paths."""

    #: All that there are, by number, in the order of the paths in them.
    sheets: Mapping[int, Sheet]
    #: Of each sheet from which any row is chosen, in their order: 1 for each of these and 0 for the others.
    flags: Mapping[int, bytes]

    @classmethod
    def of(cls, sheets: Mapping[int, Sheet], flags: Mapping[int, bytes]) -> "Subset":
        """Leave out the sheets of which no row is chosen."""
        return cls(sheets, {number: own for number, own in flags.items() if 1 in own})

    @classmethod
    def at(cls, sheets: Mapping[int, Sheet], paths: Iterable[str]) -> "Subset":
        """Choose the rows of those files that have any."""
        ordered = sorted(paths)
        return cls.of(sheets, {number: at(one.columns.paths, ordered) for number, one in sheets.items()})

    def __len__(self) -> int:
        """Count them."""
        return sum(own.count(1) for own in self.flags.values())

    def __and__(self, other: "Subset") -> "Subset":
        """Choose what both do."""
        theirs = other.flags
        return self._with({number: both(own, theirs[number]) for number, own in self.flags.items() if number in theirs})

    def __or__(self, other: "Subset") -> "Subset":
        """Choose what either does."""
        one, two = self.flags, other.flags
        return self._with({number: either(one.get(number, b""), two.get(number, b"")) for number in self.sheets})

    def __sub__(self, other: "Subset") -> "Subset":
        """Choose what the other one does not."""
        theirs = other.flags
        own = self.flags.items()
        return self._with({number: both(one, opposite(theirs[number])) if number in theirs else one for number, one in own})

    def __invert__(self) -> "Subset":
        """Choose all that is not chosen."""
        none = {number: bytes(len(one.stamps)) for number, one in self.sheets.items()}
        return self._with({number: opposite(self.flags.get(number, own)) for number, own in none.items()})

    def among(self, numbers: Iterable[int]) -> "Subset":
        """Choose some of them, counted from 0."""
        flags, start, some = _flagged(len(self), numbers), 0, {}
        for number, own in self.flags.items():
            part = flags[start : start + own.count(1)]
            start += len(part)
            if 1 in part:
                each = iter(part)
                some[number] = bytes(one and next(each) for one in own)
        return self._with(some)

    def having(self, column: str, wanted: Collection[int]) -> "Subset":
        """Choose those that have a wanted mark in a column of marks."""
        found = {}
        for number, own in self.flags.items() if wanted else ():
            there = places(getattr(self.sheets[number].columns, column), wanted)
            found[number] = _flagged(len(own), [place for place in there if own[place]])
        return self._with(found)

    def instants(self) -> list[int]:
        """List when each was, or is to be, published: in microseconds."""
        return [one for columns, own in self.columns() for one in _taken(unpacked(INSTANTS, columns.instants), own)]

    def paths(self) -> list[str]:
        """List where they are."""
        return [path for columns, own in self.columns() for path in _taken(columns.paths, own)]

    def ids(self) -> list[str]:
        """List their ids."""
        return [one for columns, own in self.columns() for one in _taken(texts_of(columns.ids), own)]

    def columns(self) -> Iterator[tuple[Columns, bytes]]:
        """Yield what is asked of the rows of each sheet, and which are chosen."""
        return ((self.sheets[number].columns, own) for number, own in self.flags.items())

    def _with(self, flags: Mapping[int, bytes]) -> "Subset":
        return self.of(self.sheets, flags)


class Ids(Collection[str]):
    """The ids of what is chosen."""

    def __init__(self, chosen: Subset) -> None:
        """Take what is chosen."""
        self._chosen = chosen

    def __contains__(self, identity: object) -> bool:
        """Look at those alone that have the same mark."""
        return isinstance(identity, str) and identity in self._chosen.having("id_marks", {mark(identity)}).ids()

    def __iter__(self) -> Iterator[str]:
        """Go through them."""
        return iter(self._chosen.ids())

    def __len__(self) -> int:
        """Count them."""
        return len(self._chosen)


def at(there: list[str], paths: list[str]) -> bytes:
    """Tell of each path that there is whether it is one of some; both are sorted."""
    near = paths[bisect_left(paths, there[0]) : bisect_right(paths, there[-1])] if there else []
    return bytes(map({*near}.__contains__, there)) if near else bytes(len(there))


def both(one: bytes, other: bytes) -> bytes:
    """Take what both have."""
    return (int.from_bytes(one) & int.from_bytes(other)).to_bytes(len(one))


def either(one: bytes, other: bytes) -> bytes:
    """Take what either has; one of them may be empty."""
    return (int.from_bytes(one) | int.from_bytes(other)).to_bytes(max(len(one), len(other)))


def opposite(one: bytes) -> bytes:
    """Take what one has not."""
    return one.translate(_OPPOSITE)


def _flagged(count: int, places: Iterable[int]) -> bytes:
    flags = bytearray(count)
    for place in places:
        flags[place] = 1
    return bytes(flags)


def _taken(values: Collection[Value], own: bytes) -> Iterable[Value]:
    """Take those that are chosen, mostly all."""
    return compress(values, own) if 0 in own else values
