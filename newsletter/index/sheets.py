"""What is asked of every row, apart from the rows, of some that are neighbours in the order of their paths. Pure.

So a build needs to read but the rows of the articles that it has something to do with.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import compress
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec import DecodeError, Struct

from newsletter.index.rows import Row, Sound, alone, read_back, wish
from newsletter.index.said import Said
from newsletter.recognise.resemblance import plain

#: Stands for the stamp of what was fresh, and is that of no file: it is read again.
FRESH = b""
#: Stands for a date that there is none of.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
#: What a row is: a dated article, called as it says if nobody else is; of it, one of which time changes nothing but that it is
#: published; of these, one that has a page in out/.
NAMED, PLAIN, HOSTED = 1, 2, 4


class Columns(Struct, frozen=True, array_like=True, gc=False):
    """What is asked of every article; as many of each as there are rows, and empty where a row has nothing to say."""

    #: POSIX, relative to the content folder.
    paths: list[str]
    #: See naming.Wish.
    slugs: list[str]
    permalinks: list[str]
    ids: list[str]
    #: Of publication, in UTC.
    instants: list[datetime]
    #: What cannot be like anything that is not like these: see resemblance, and ``beginning``.
    titles: list[str]
    fingerprints: list[str]

    @classmethod
    def of(cls, parts: Sequence[tuple["Columns", bytes]]) -> "Columns":
        """Put together what is chosen of several, 1 or 0 for each row."""
        whole = cls([], [], [], [], [], [], [])
        for name in cls.__struct_fields__:
            column = getattr(whole, name)
            for one, chosen in parts:
                column += compress(getattr(one, name), chosen)
        return whole


class Sheet(Struct, frozen=True, array_like=True, gc=False):
    """What some rows say, in the order of their paths."""

    #: A digest of the rows.
    version: bytes
    columns: Columns
    #: See stamps.py; FRESH for what was.
    stamps: list[bytes]
    #: NAMED and so on, for each row.
    kinds: bytes


def beginning(fingerprint: str) -> str:
    """Return so much of a digest that another one hardly begins alike, and it does not matter if it does."""
    return fingerprint[:16]


class Kept(NamedTuple):
    """What is still to be known of a sheet once it is written."""

    version: bytes
    paths: list[str]
    ids: list[str]
    kinds: bytes

    @classmethod
    def of(cls, sheet: Sheet) -> "Kept":
        """Leave the rest to the index."""
        return cls(sheet.version, sheet.columns.paths, sheet.columns.ids, sheet.kinds)


class Bodies(Struct, frozen=True, array_like=True, gc=False):
    """The rows of a sheet."""

    version: bytes
    #: As rows.py writes them.
    rows: list[bytes]


def sheet_of(rows: Iterable[Row]) -> tuple[Sheet, Bodies]:
    """Write rows, which are in the order of their paths, but for those that hold halves of characters: next to none do."""
    written = [(row, body) for row in rows if (body := alone(row)) is not None]
    facts = [_of_article(row) if isinstance(row, Sound) else _of_said(row) for row, _ in written]
    *columns, kinds = map(list, zip(*facts, strict=True)) if facts else ([] for _ in range(8))
    bodies = [body for _, body in written]
    version = sha256(b"\n".join(bodies)).digest()
    stamps = [FRESH if row.fresh else row.stamp for row, _ in written]
    return Sheet(version, Columns(*columns), stamps, bytes(kinds)), Bodies(version, bodies)


#: What the columns say of one row, and its kind.
_Facts: TypeAlias = tuple[str, str, str, str, datetime, str, str, int]


def _of_article(row: Sound) -> _Facts:
    one = row.article
    at, updated = one.published, one.updated
    instant = at if at.tzinfo is UTC else at.astimezone(UTC)
    kind = NAMED
    if not row.fresh and one.expires is None and (updated is at or (updated == at and updated.utcoffset() == at.utcoffset())):
        kind |= PLAIN | (HOSTED if one.hosted else 0)
    title = plain(one.title) or ""
    return one.path, one.slug, one.permalink, one.id, instant, title, beginning(one.fingerprint), kind


def _of_said(row: Said) -> _Facts:
    slug, permalink, identity = wish(row) or ("", "", "")
    return row.path, slug, permalink, identity, _NEVER, "", "", 0 if wish(row) is None else NAMED


_ENCODER = msgspec.msgpack.Encoder()
_SHEET = msgspec.msgpack.Decoder(Sheet)
_BODIES = msgspec.msgpack.Decoder(Bodies)


def written(one: Sheet | Bodies) -> bytes:
    """Write a sheet, or its rows."""
    return _ENCODER.encode(one)


def read(body: bytes) -> Sheet:
    """Read a sheet; raises ValueError for anything else."""
    try:
        return _SHEET.decode(body)
    except DecodeError as error:
        raise ValueError(str(error)) from error


def read_bodies(body: bytes, sheet: Sheet) -> list[bytes]:
    """Read the rows of a sheet; raises ValueError for anything else."""
    try:
        bodies = _BODIES.decode(body)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    if bodies.version != sheet.version:
        raise ValueError("rows of another sheet")
    return bodies.rows


def rows_of(bodies: Iterable[bytes]) -> list[Row]:
    """Read rows."""
    return read_back(b"[" + b",".join(bodies) + b"]")
