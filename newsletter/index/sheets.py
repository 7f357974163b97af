"""What is asked of every row, apart from the rows, of some that are neighbours in the order of their paths. Pure.

So a build needs to read but the rows of the articles that it has something to do with.
"""

import struct
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeAlias
from zlib import crc32

import msgspec
from msgspec import DecodeError, Struct

from newsletter.index.rows import Row, Sound, alone, read_back, wish
from newsletter.index.said import Said
from newsletter.instants import microseconds
from newsletter.recognise.resemblance import plain

#: Stands for the stamp of what was fresh, and is that of no file: it is read again.
FRESH = b""
#: What a row is: a dated article, called as it says if nobody else is; of it, one of which time changes nothing but that it is
#: published; of these, one that has a page in out/.
NAMED, PLAIN, HOSTED = 1, 2, 4
#: So many marks are looked for one by one; of more each one that there is may be wanted.
FEW = 8


class Columns(Struct, frozen=True, array_like=True, gc=False):
    """What is asked of every article; as many of each as there are rows, and something where a row has nothing to say.

    All but the paths is packed, and taken apart if somebody asks for it: see ``unpacked`` and ``texts_of``.
    """

    #: POSIX, relative to the content folder.
    paths: list[str]
    #: Of publication, in microseconds.
    instants: bytes
    #: See naming.Wish.
    permalinks: bytes
    ids: bytes
    #: Marks of these and of the slugs: see ``mark``.
    slug_marks: bytes
    permalink_marks: bytes
    id_marks: bytes
    #: Marks of what cannot be like anything that is not like these: see resemblance.
    title_marks: bytes
    fingerprint_marks: bytes


class Sheet(Struct, frozen=True, array_like=True, gc=False):
    """What some rows say, in the order of their paths."""

    #: A digest of the rows.
    version: bytes
    columns: Columns
    #: See stamps.py; FRESH for what was.
    stamps: list[bytes]
    #: NAMED and so on, for each row.
    kinds: bytes


def mark(text: str) -> int:
    """Digest a text into so little that another one hardly comes to the same, and it does not matter if it does."""
    return crc32(text.encode(errors="surrogatepass"))


def mark_of_slug(slug: str) -> int:
    """Do so with a slug, whose letter case does not count."""
    return mark(slug.casefold())


def mark_of_title(title: str | None) -> int:
    """Do so with a title, of which only that counts by which it is like others."""
    return mark(plain(title or "") or "")


class Kept(NamedTuple):
    """What is still to be known of a sheet once it is written."""

    version: bytes
    paths: list[str]
    kinds: bytes

    @classmethod
    def of(cls, sheet: Sheet) -> "Kept":
        """Leave the rest to the index."""
        return cls(sheet.version, sheet.columns.paths, sheet.kinds)


class Bodies(Struct, frozen=True, array_like=True, gc=False):
    """The rows of a sheet."""

    version: bytes
    #: As rows.py writes them.
    rows: list[bytes]


def sheet_of(rows: Iterable[Row]) -> tuple[Sheet, Bodies]:
    """Write rows, which are in the order of their paths, but for those that hold halves of characters: next to none do."""
    written = [(row, body) for row in rows if (body := alone(row)) is not None]
    facts = [_of_article(row) if isinstance(row, Sound) else _of_said(row) for row, _ in written]
    listed = map(list, zip(*facts, strict=True)) if facts else ([],) * 8
    paths, slugs, permalinks, ids, instants, titles, fingerprints, kinds = listed
    columns = Columns(
        paths=paths,
        instants=packed(INSTANTS, instants),
        permalinks=_ENCODER.encode(permalinks),
        ids=_ENCODER.encode(ids),
        slug_marks=packed(MARKS, map(mark_of_slug, slugs)),
        permalink_marks=packed(MARKS, map(mark, permalinks)),
        id_marks=packed(MARKS, map(mark, ids)),
        title_marks=packed(MARKS, map(mark_of_title, titles)),
        fingerprint_marks=packed(MARKS, map(mark, fingerprints)),
    )
    bodies = [body for _, body in written]
    version = sha256(b"\n".join(bodies)).digest()
    stamps = [FRESH if row.fresh else row.stamp for row, _ in written]
    return Sheet(version, columns, stamps, bytes(kinds)), Bodies(version, bodies)


#: What the columns say of one row, in another order, and its kind.
_Facts: TypeAlias = tuple[str, str, str, str, int, str, str, int]


def _of_article(row: Sound) -> _Facts:
    one = row.article
    at, updated = one.published, one.updated
    kind = NAMED
    if not row.fresh and one.expires is None and (updated is at or (updated == at and updated.utcoffset() == at.utcoffset())):
        kind |= PLAIN | (HOSTED if one.hosted else 0)
    return one.path, one.slug, one.permalink, one.id, microseconds(at), one.title, one.fingerprint, kind


def _of_said(row: Said) -> _Facts:
    slug, permalink, identity = wish(row) or ("", "", "")
    return row.path, slug, permalink, identity, 0, "", "", 0 if wish(row) is None else NAMED


_ENCODER = msgspec.msgpack.Encoder()
_SHEET = msgspec.msgpack.Decoder(Sheet)
_BODIES = msgspec.msgpack.Decoder(Bodies)
_TEXTS = msgspec.msgpack.Decoder(list[str])
#: How numbers are written: of eight bytes with a sign, of four without; the lowest first, whatever the machine.
INSTANTS, MARKS = "q", "I"


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


def packed(kind: str, numbers: Iterable[int]) -> bytes:
    """Write down numbers: INSTANTS or MARKS."""
    listed = [*numbers]
    return struct.pack(f"<{len(listed)}{kind}", *listed)


def unpacked(kind: str, body: bytes) -> Sequence[int]:
    """Read them again."""
    return struct.unpack(f"<{len(body) // struct.calcsize(f'<{kind}')}{kind}", body)


def texts_of(body: bytes) -> list[str]:
    """Read the names themselves."""
    return _TEXTS.decode(body)


def places(column: bytes, wanted: Collection[int]) -> list[int]:
    """Tell where in a column of marks any of the wanted stand."""
    if len(wanted) > FEW:
        return [at for at, one in enumerate(unpacked(MARKS, column)) if one in wanted]
    found = []
    for one in wanted:
        body, at = packed(MARKS, [one]), -1
        while (at := column.find(body, at + 1)) >= 0:
            found += [at // len(body)] if at % len(body) == 0 else []
    return found
