"""Which articles were, when the last build ended, just as the ledger had them. Pure, but for what ``Index`` reads and writes.

It holds as long as the index's rows and the ledger are as they were then.
"""

from collections.abc import Collection, Mapping
from itertools import compress

import msgspec
from msgspec import Struct

from newsletter.index import Index
from newsletter.index.numbers import SETTLED
from newsletter.index.sheets import NAMED, PLAIN
from newsletter.index.subset import Subset, at, both, either
from newsletter.ledger.looks import Looks

#: By kind, 1 for those that may be settled: see sheets.py.
_LASTING = bytes(kind == NAMED | PLAIN for kind in range(256))
#: So many articles may be otherwise for each one that is as it was; else all are looked at.
SHARE = 0.25
#: And so many in any case.
FEW = 100


class Archived(Struct, frozen=True, kw_only=True):
    """The closed pages of the feeds' archive, all of which stand."""

    #: As of which instant, in microseconds.
    now: int
    #: In their order.
    numbers: list[int]
    #: Of those that other files shape besides what their articles tell of them.
    restless: list[int]
    #: Paths of those articles in them of which there is something to tell whenever they are shown.
    remarked: list[str]
    #: Of the record of what stands: see pages.Pages.
    version: bytes


class Settled(Struct, frozen=True, kw_only=True):
    """What is known of the articles together."""

    ledger: Looks
    #: Of each sheet of the index its version, and of its rows 1 for those that are settled.
    sheets: list[tuple[bytes, bytes]]
    #: Ids of all others that the ledger has.
    others: list[str]
    #: None where no archive is kept, or a page of it is still to be made.
    archived: Archived | None = None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Settled)


def recall(index: Index, ledger: Looks | None) -> Settled | None:
    """Return what was recorded; None if it does not hold any more."""
    body = index.fetch(SETTLED) if ledger is not None and index.is_whole else None
    settled = _DECODER.decode(body) if body is not None else None
    if settled is None or settled.ledger != ledger:
        return None
    versions = [sheet.version for sheet in index.sheets.values()]
    return settled if versions == [version for version, _ in settled.sheets] else None


def record(
    index: Index,
    ledger: Looks,
    stay: Subset,
    exact: Mapping[str, str],
    known: Collection[str],
    count: int,
    archived: Archived | None,
) -> None:
    """Write down which articles are settled, of the ``count`` that the ledger has: those that ``stay`` so, and others.

    ``exact`` are these others, their ids by path, as far as time changes nothing of them; ``known`` are the ids of all but those
    that stay.
    """
    exactly, moved = sorted(exact), stay.paths()
    sheets = []
    others = {*known}
    total = 0
    for number, sheet in index.kept().items():
        plain = sheet.kinds.translate(_LASTING)
        new = both(plain, at(sheet.paths, exactly))
        old = both(plain, at(sheet.paths, moved)) if number in index.written else stay.flags.get(number, b"")
        own = either(new, old)
        sheets.append((sheet.version, own))
        others.difference_update(map(exact.__getitem__, compress(sheet.paths, new)))
        total += own.count(1)
    if total + len(others) == count and len(others) <= max(FEW, SHARE * total):
        index.store(SETTLED, _ENCODER.encode(Settled(ledger=ledger, sheets=sheets, others=sorted(others), archived=archived)))
