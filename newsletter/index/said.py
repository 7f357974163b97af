"""What a file said when it was read, in values that JSON can hold: what the index keeps of it. Pure.

Articles are made from this alone, whether the file was read just now or a year ago.
"""

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from newsletter.errors import ContentError
from newsletter.model import Enclosure, Person, Remark
from newsletter.naming import Chosen, Wish

if TYPE_CHECKING:
    from newsletter.frontmatter import Parsed

#: Line, field and message of a problem or remark.
Note: TypeAlias = tuple[int | None, str | None, str]
#: The fields of naming.Chosen.
ChosenNames: TypeAlias = tuple[str | None, int | None, str | None, int | None, str | None, int | None]


class Said(Struct, frozen=True, array_like=True, tag=0, gc=False):
    """One file's row. There may be many, and none is part of a cycle."""

    #: POSIX path relative to the content folder.
    path: str
    #: See stamps.py, and whether it was fresh then.
    stamp: bytes
    fresh: bool
    #: Of the file.
    sha256: str
    #: See recognise.fingerprint.
    fingerprint: str
    title: str | None
    #: ISO 8601, as are the other dates; None: undated.
    published: str | None
    #: See naming.Wish; None: undated.
    wish: tuple[str, str, str] | None
    body_line: int
    title_in_body: bool
    tags: tuple[str, ...] = ()
    summary: str | None = None
    #: Name, e-mail address and address on the web.
    authors: tuple[tuple[str, str | None, str | None], ...] = ()
    updated: str | None = None
    cover: str | None = None
    cover_alt: str = ""
    #: None where its author chose no name.
    chosen: ChosenNames | None = None
    language: str | None = None
    draft: bool = False
    #: What marks it as a draft.
    held: str = ""
    #: Why it is no article; empty if it may be one.
    excluded: str = ""
    expires: str | None = None
    #: Address, media type and length.
    enclosures: tuple[tuple[str, str, int], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    #: The title with the spaces around it; None: as ``title``.
    title_written: str | None = None
    problems: tuple[Note, ...] = ()
    remarks: tuple[Note, ...] = ()


def said(  # noqa: PLR0913 - one for each source of what is said
    path: str,
    stamped: tuple[bytes, bool],
    sha256: str,
    parsed: "Parsed",
    *,
    wish: Wish | None = None,
    chosen: Chosen | None = None,
    draft: bool = False,
    excluded: str = "",
    fingerprint: str = "",
    problems: tuple[ContentError, ...] = (),
) -> Said:
    """Write down what a file says; ``stamped`` is its stamp, and whether it was fresh."""
    return Said(
        path=path,
        stamp=stamped[0],
        fresh=stamped[1],
        sha256=sha256,
        fingerprint=fingerprint,
        title=parsed.title,
        published=_written(parsed.published),
        wish=wish,
        body_line=parsed.body_line,
        title_in_body=parsed.title_in_body,
        tags=parsed.tags,
        summary=parsed.summary,
        authors=tuple([(person.name, person.email, person.url) for person in parsed.authors]),
        updated=_written(parsed.updated),
        cover=parsed.cover,
        cover_alt=parsed.cover_alt,
        chosen=None if chosen is None else names_of(chosen),
        language=parsed.language,
        draft=draft,
        held=parsed.held,
        excluded=excluded,
        expires=_written(parsed.expires),
        enclosures=tuple([(one.url, one.type, one.length) for one in parsed.enclosures]),
        extra=parsed.extra,
        title_written=None if parsed.title_written == parsed.title else parsed.title_written,
        problems=tuple([(one.line, one.field, one.message) for one in problems]),
        remarks=tuple([(one.line, one.field, one.message) for one in parsed.remarks]),
    )


def instant(text: str | None) -> datetime | None:
    """Read a date back."""
    return None if text is None else datetime.fromisoformat(text)


def people(one: Said) -> tuple[Person, ...]:
    """Return the authors."""
    return tuple(Person(name=name, email=email, url=url) for name, email, url in one.authors)


def enclosures(one: Said) -> tuple[Enclosure, ...]:
    """Return the files that go with the article."""
    return tuple(Enclosure(url=url, type=kind, length=length) for url, kind, length in one.enclosures)


def chosen(one: Said) -> Chosen | None:
    """Return the names that the author chose."""
    if one.chosen is None:
        return None
    slug, slug_line, permalink, permalink_line, identity, id_line = one.chosen
    return Chosen(
        slug=slug, slug_line=slug_line, permalink=permalink, permalink_line=permalink_line, id=identity, id_line=id_line
    )


def problems(one: Said) -> list[ContentError]:
    """Return what is wrong with the file itself."""
    return [ContentError(one.path, line, field, message) for line, field, message in one.problems]


def remarks(one: Said) -> list[Remark]:
    """Return what else is worth telling about it."""
    return [Remark(path=one.path, line=line, field=field, message=message) for line, field, message in one.remarks]


def names_of(chosen: Chosen) -> ChosenNames:
    """Write down the names that the author chose."""
    return chosen.slug, chosen.slug_line, chosen.permalink, chosen.permalink_line, chosen.id, chosen.id_line


def _written(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()
