"""How two readings of an article are compared, and when they surely are the same article. Pure.

The path is left out: this is about finding an article whose file was moved. A fact counts only where there is something to
compare: an empty text is like no other, and a date without a time of day gives a day but no instant.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from hashlib import sha256
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

from newsletter.ledger.records import Known
from newsletter.ledger.shelf import Shelf

Facts: TypeAlias = frozenset[str]
Names: TypeAlias = tuple[str, ...]
#: The names of traits, and their values.
_Entry: TypeAlias = tuple[Names, tuple[object, ...]]

#: Facts that together are enough, provided that only one published article has them:
SURE: tuple[Names, ...] = (
    ("text", "title"),  # the file was moved, and its date or slug with it
    ("text", "slug"),  # moved to another folder and given another title
    ("text", "day"),  # renamed and given another title
    ("title", "instant"),  # moved and rewritten; two articles of one title hardly appear in the same second
    ("title", "slug", "day"),  # moved to another folder and rewritten
)
#: Facts that ask for an answer when a published article went missing just now.
LIKELY: tuple[Names, ...] = (("text",), ("title",), ("slug",))
#: Facts that ask for one however long it has been missing, provided that only one published article has them.
LASTING: tuple[Names, ...] = (("text",), ("slug", "day"), ("title", "day"))
PARTICULAR = (*SURE, *LASTING)

#: What shows that a file still holds the article of its path. The slug mostly comes from the path, and shows nothing.
STAYS = frozenset({"text", "title"})
DAY = frozenset({"day"})
SLUG = frozenset({"slug"})


class Traits(Struct, frozen=True, kw_only=True):
    """What an article can be recognised by; None where it says nothing."""

    text: str | None
    title: str | None
    slug: str | None
    #: On the calendar of the offset that the date is written in.
    day: str | None
    #: None for a date without a time of day.
    instant: datetime | None


def traits(title: str, slug: str, dated: datetime | None, digest: str) -> Traits:
    """Gather the traits of one reading; ``digest`` is the fingerprint of its text."""
    return Traits(
        text=digest or None,
        title=plain(title),
        slug=slug or None,
        day=dated.date().isoformat() if dated else None,
        instant=dated.astimezone(UTC) if dated and dated.time() != time() else None,
    )


def plain(title: str) -> str | None:
    """Write a title in the one way of all that look alike."""
    if not title.isascii():  # of which nothing is composed
        title = unicodedata.normalize("NFC", title)
    return " ".join(title.split()).casefold() or None


def fingerprint(body: str) -> str:
    """Digest a body so that it is known again; empty where there is no text."""
    lines = body.split("\n")
    bare = [*map(str.rstrip, lines)]
    text = (body if bare == lines else "\n".join(bare)).strip("\n")  # mostly no line ends in spaces
    return sha256(text.encode()).hexdigest() if text else ""


def facts(one: Traits, other: Traits) -> Facts:
    """Name the traits that two readings share."""
    names = ("text", "title", "slug", "day", "instant")
    return frozenset(name for name in names if (value := getattr(one, name)) is not None and value == getattr(other, name))


def standout(options: Sequence[Facts]) -> int | None:
    """Return the position of the set of facts that says more than each of the others does, None if there is none."""
    for position, option in enumerate(options):
        if all(option > other for other in chain(options[:position], options[position + 1 :])):
            return position
    return None


class Register:
    """Published articles by what they can be recognised by."""

    def __init__(self, known: Shelf, unread: Collection[str], wanted: Collection[Traits]) -> None:
        """Take every article ever published, for only so can be told what is particular to one of them.

        Those that have nothing in common with what is ``wanted`` are passed over.
        """
        texts, titles, slugs = ({getattr(one, name) for one in wanted} for name in ("text", "title", "slug"))
        self._alone: dict[_Entry, Known | None] = {}
        self._likely: dict[_Entry, list[Known]] = {}
        self._retold: dict[tuple[str | None, str], list[Known]] = {}
        for line in known.lines.values():
            if (line.slug or None) not in slugs and (line.fingerprint or None) not in texts and plain(line.title) not in titles:
                continue
            one = known[line.id]
            having = traits(one.title, one.slug, one.dated, one.fingerprint)
            for entry in _entries(having, PARTICULAR):
                self._alone[entry] = None if entry in self._alone else one
            if not one.gone:
                self._retold.setdefault((having.title, one.fingerprint), []).append(one)
            # What has been missing for long, or cannot be read just now, is no more likely than any other
            for entry in () if one.gone or one.path in unread else _entries(having, LIKELY):
                self._likely.setdefault(entry, []).append(one)

    def sure(self, having: Traits) -> Iterator[Known]:
        """Yield what an article with these traits surely is: one, if all is well, though perhaps several times."""
        return self._particular(having, SURE)

    def like(self, having: Traits) -> Iterator[Known]:
        """Yield what an article with these traits may be, perhaps several times."""
        yield from self._particular(having, PARTICULAR)
        for entry in _entries(having, LIKELY):
            yield from self._likely.get(entry, ())

    def retold(self, having: Traits, digest: str) -> Iterable[Known]:
        """Return what had the same title and text when it was last there, an empty text for once like another."""
        return self._retold.get((having.title, digest), ())

    def _particular(self, having: Traits, rules: Iterable[Names]) -> Iterator[Known]:
        for entry in _entries(having, rules):
            known = self._alone.get(entry)
            if known is not None:
                yield known


def _entries(having: Traits, rules: Iterable[Names]) -> Iterator[_Entry]:
    """Yield what these traits are found under by each rule."""
    for names in rules:
        values = tuple(getattr(having, name) for name in names)
        if None not in values:
            yield names, values
