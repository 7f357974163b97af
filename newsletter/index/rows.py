"""The index's rows, in values that JSON can hold: of nearly every file the article that it is, of others what they said. Pure.

An article is in its row as it is called if no other has its names. MessagePack is as fast, but its instants have no offsets.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import DecodeError, Struct
from msgspec.json import Decoder, Encoder

from newsletter.index.said import ChosenNames, Said
from newsletter.model import Article


class Sound(Struct, frozen=True, array_like=True, tag=1, gc=False):
    """A file of which nothing else is to be told than the article that it is. There are many, and none is part of a cycle."""

    #: See stamps.py, and whether it was fresh then.
    stamp: bytes
    fresh: bool
    article: Article
    #: None where its author chose no name.
    chosen: ChosenNames | None = None

    @property
    def path(self) -> str:
        """Return the path of the file, relative to the content folder."""
        return self.article.path

    @property
    def sha256(self) -> str:
        """Return the digest of the file."""
        return self.article.sha256


#: What is kept of one file.
Row: TypeAlias = Sound | Said

_ENCODER = Encoder()
_DECODER = Decoder(list[Row])


def alone(row: Row) -> bytes | None:
    """Write one row; None if it holds half a character."""
    try:
        return _ENCODER.encode(row)
    except UnicodeEncodeError:
        return None


def written(rows: Sequence[Row]) -> bytes:
    """Write rows, but for those that hold halves of characters, of which there are next to none."""
    try:
        return _ENCODER.encode(rows)
    except UnicodeEncodeError:
        return _ENCODER.encode([one for one in rows if alone(one) is not None])


def read_back(body: bytes) -> list[Row]:
    """Read rows; raises ValueError for anything else."""
    try:
        return _DECODER.decode(body)
    except DecodeError as error:
        raise ValueError(str(error)) from error


def wish(row: Row) -> Sequence[str] | None:
    """Return what an article is called if no other has the name, as naming.Wish; None for what is no dated article."""
    if isinstance(row, Sound):
        return row.article.slug, row.article.permalink, row.article.id
    return None if row.excluded else row.wish


def as_said(row: Sound) -> Said:
    """Return what a sound file said, for one whose article is called otherwise."""
    one = row.article
    return Said(
        path=one.path,
        stamp=row.stamp,
        fresh=row.fresh,
        sha256=one.sha256,
        fingerprint=one.fingerprint,
        title=one.title,
        published=one.published.isoformat(),
        wish=(one.slug, one.permalink, one.id),
        body_line=one.body_line,
        title_in_body=one.title_in_body,
        tags=one.tags,
        summary=one.summary,
        authors=tuple([(person.name, person.email, person.url) for person in one.authors]),
        updated=_written(one.updated, one.published),
        cover=one.cover,
        cover_alt=one.cover_alt,
        chosen=row.chosen,
        language=one.language,
        expires=None if one.expires is None else one.expires.isoformat(),
        enclosures=tuple([(file.url, file.type, file.length) for file in one.enclosures]),
        extra=one.extra,
    )


def _written(updated: datetime, published: datetime) -> str | None:
    return None if updated == published and updated.utcoffset() == published.utcoffset() else updated.isoformat()
