"""What a build changes in the ledger. Pure."""

from collections.abc import Collection, Sequence
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from newsletter.ledger.records import Known, Publication


class Changes(Struct, frozen=True, kw_only=True):
    """What is to be written."""

    #: What was not published before, in the order of first publication, and the number of the first of them.
    added: tuple[Publication, ...] = ()
    first: int = 0
    changed: tuple[Known, ...] = ()

    @property
    def new(self) -> Sequence[Known]:
        """What is added, as the ledger will have it."""
        return tuple(_numbered(one, number) for number, one in enumerate(self.added, self.first))


def changes(known: Sequence[Known], published: Sequence[Publication], gone: Collection[str], last: int = 0) -> Changes:
    """Work out what recording these articles, and that those ids are gone, adds to the ledger and changes in it.

    ``known`` are those of them that were ever published, and ``last`` is the highest number of those and all others.
    """
    by_id = {one.id: one for one in known}
    if len({*map(attrgetter("id"), published)}) != len(published):
        raise ValueError("an id is to be recorded twice")
    sequence = max((one.sequence for one in known), default=0)
    added = sorted((one for one in published if one.id not in by_id), key=attrgetter("published", "id"))
    seen = [_seen(by_id[one.id], one) for one in published if one.id in by_id] if by_id else []
    missing = [replace(one, gone=True) for one in known if one.id in gone]
    return Changes(
        added=tuple(added),
        first=max(sequence, last) + 1 if added else 0,
        changed=tuple(one for one in (*seen, *missing) if one != by_id[one.id]),
    )


def _numbered(one: Publication, sequence: int) -> Known:
    return Known(
        id=one.id,
        published=one.published,
        permalink=one.permalink,
        path=one.path,
        slug=one.slug,
        title=one.title,
        dated=one.dated,
        updated=one.updated,
        fingerprint=one.fingerprint,
        content=one.content,
        source=one.source,
        sequence=sequence,
        gone=False,
    )


def _seen(known: Known, one: Publication) -> Known:
    """Take over how an article was read, and nothing that is for good."""
    return replace(
        known,
        path=one.path,
        slug=one.slug,
        title=one.title,
        dated=one.dated,
        updated=one.updated,
        fingerprint=one.fingerprint,
        content=one.content,
        source=one.source,
        gone=False,
    )
