"""Sequences whose items are made when somebody asks for them. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar, overload

Given = TypeVar("Given")
Made = TypeVar("Made")


class _Lazy(Sequence[Made]):
    """A sequence that is equal to any other of the same."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        """Compare what would be made."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """Digest what would be made."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Write it as a tuple."""
        return repr(tuple(self))


class Mapped(_Lazy[Made], Generic[Given, Made]):
    """What a pure function makes of each item, each time it is asked for."""

    __slots__ = ("_items", "_make")

    def __init__(self, items: Sequence[Given], make: Callable[[Given], Made]) -> None:
        """Take the items and what makes something of one."""
        self._items = items
        self._make = make

    def __len__(self) -> int:
        """Count the items."""
        return len(self._items)

    @overload
    def __getitem__(self, at: int) -> Made: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Made]: ...
    def __getitem__(self, at: int | slice) -> Made | Sequence[Made]:
        """Make one, or prepare for some."""
        return Mapped(self._items[at], self._make) if isinstance(at, slice) else self._make(self._items[at])

    def __iter__(self) -> Iterator[Made]:
        """Make one after another."""
        return map(self._make, self._items)


class Late(_Lazy[Made]):
    """So many items that are made all at once, when somebody asks for any."""

    __slots__ = ("_count", "_items", "_make")

    def __init__(self, count: int, make: Callable[[], Sequence[Made]]) -> None:
        """Take how many there are, and what makes them."""
        self._count = count
        self._make = make
        self._items: Sequence[Made] | None = None

    def __len__(self) -> int:
        """Count the items."""
        return self._count

    @overload
    def __getitem__(self, at: int) -> Made: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Made]: ...
    def __getitem__(self, at: int | slice) -> Made | Sequence[Made]:
        """Return one, or some."""
        return self._all()[at]

    def __iter__(self) -> Iterator[Made]:
        """Go through them."""
        return iter(self._all())

    def _all(self) -> Sequence[Made]:
        if self._items is None:
            self._items = self._make()
        return self._items
