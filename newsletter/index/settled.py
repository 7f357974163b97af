"""Which articles were, when the last build ended, just as the ledger had them. Pure, but for what ``Index`` reads and writes.

It holds as long as the index's rows and the ledger are as they were then.
"""

from collections.abc import Collection
from itertools import compress

import msgspec
from msgspec import Struct

from newsletter.index import Index
from newsletter.index.numbers import SETTLED
from newsletter.index.sheets import NAMED, PLAIN
from newsletter.ledger.looks import Looks

#: So many articles may be otherwise for each one that is as it was; else all are looked at.
SHARE = 0.25
#: And so many in any case.
FEW = 100


class Settled(Struct, frozen=True, kw_only=True):
    """What is known of the articles together."""

    ledger: Looks
    #: Of each sheet of the index its version, and of its rows 1 for those that are settled.
    sheets: list[tuple[bytes, bytes]]
    #: Ids of all others that the ledger has.
    others: list[str]


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


def record(index: Index, ledger: Looks, paths: Collection[str], known: Collection[str], count: int) -> None:
    """Write down which ``paths`` are settled, of the ``count`` articles that the ledger has.

    ``known`` are the ids of these, but for some of settled ones.
    """
    sheets = []
    others = {*known}
    total = 0
    for sheet in index.kept():
        own = zip(sheet.paths, sheet.kinds, strict=True)
        chosen = bytes(kind == NAMED | PLAIN and path in paths for path, kind in own)
        sheets.append((sheet.version, chosen))
        others.difference_update(compress(sheet.ids, chosen))
        total += sum(chosen)
    if total + len(others) == count and len(others) <= max(FEW, SHARE * total):
        index.store(SETTLED, _ENCODER.encode(Settled(ledger=ledger, sheets=sheets, others=sorted(others))))
