"""Where the articles of a publication live, by path. Pure.

Of most articles nobody asks: what an index tells of them stays packed until somebody does, and all of it where it goes to another
process.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress

import msgspec
from msgspec import Struct

_ENCODER = msgspec.msgpack.Encoder()
_TEXTS = msgspec.msgpack.Decoder(list[str])


class Part(Struct, frozen=True, array_like=True):
    """Some articles that are neighbours in the order of their paths."""

    paths: list[str]
    #: Where they live, as MessagePack has it.
    packed: bytes
    #: 1 for each of them that counts, 0 for the others.
    flags: bytes


class Told(Struct, frozen=True, array_like=True):
    """What is known: of some articles, and of others, in the order of their paths."""

    own: dict[str, str]
    others: list[Part] = []


class Whereabouts(Mapping[str, str]):
    """Path to permalink."""

    def __init__(self, told: Told | bytes) -> None:
        """Take what is known, or what another process wrote of it."""
        self._given = told
        self._lists: dict[int, list[str]] = {}

    def __reduce__(self) -> tuple[type["Whereabouts"], tuple[bytes]]:
        """Write it for another process: ten times faster than as it is."""
        return Whereabouts, (self._given if isinstance(self._given, bytes) else _ENCODER.encode(self._given),)

    def __getitem__(self, path: str) -> str:
        """Say where the article of that path lives; raises KeyError for another path."""
        own = self._told.own.get(path)
        if own is not None:
            return own
        number = bisect_right(self._firsts, path) - 1
        if number >= 0:
            part = self._told.others[number]
            at = bisect_left(part.paths, path)
            if part.paths[at : at + 1] == [path] and part.flags[at]:
                return self._read(number)[at]
        raise KeyError(path)

    def __iter__(self) -> Iterator[str]:
        """Go through the paths."""
        return chain(self._told.own, *(compress(part.paths, part.flags) for part in self._told.others))

    def __len__(self) -> int:
        """Count them."""
        return len(self._told.own) + sum(part.flags.count(1) for part in self._told.others)

    @cached_property
    def _told(self) -> Told:
        return msgspec.msgpack.decode(self._given, type=Told) if isinstance(self._given, bytes) else self._given

    @cached_property
    def _firsts(self) -> Sequence[str]:
        return [part.paths[0] for part in self._told.others]

    def _read(self, number: int) -> list[str]:
        """Unpack where those of a part live, once."""
        if number not in self._lists:
            self._lists[number] = _TEXTS.decode(self._told.others[number].packed)
        return self._lists[number]
