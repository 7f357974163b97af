"""The text of an article → what it says of itself, and its body. Pure.

Reads every dialect and spelling that ``newsletter.metadata`` knows. Whatever is wrong is collected, all of it, with the line
of the file; nothing raises.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from newsletter.errors import ContentError
from newsletter.identity import given_slug
from newsletter.metadata import addresses, headings, labels, media, people, spellings, usual
from newsletter.metadata.fields import Fields
from newsletter.metadata.inline import text_of
from newsletter.metadata.schedule import schedule
from newsletter.metadata.spellings import plain
from newsletter.metadata.tree import shown
from newsletter.metadata.usual import Usual
from newsletter.model import Enclosure, Person, Remark
from newsletter.xmltext import legal

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
#: Jekyll's and Hexo's patterns and styles are the site's business, not one article's address.
_PATTERN = re.compile(r":[a-z_]+")
_STYLES = frozenset({"pretty", "date", "none", "ordinal", "weekdate"})

#: The control characters that XML cannot carry.
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
#: By byte, whether it is one of them.
_LOOKS = bytes(0 if byte in _CONTROLS else 1 for byte in range(256))
#: The end of a line that ends in spaces; to begin with what is looked for makes it 15 times faster than the other way round.
_TRAILING = re.compile(r"\n(?<=[^\S\n]\n)")


class Parsed(Struct, frozen=True, kw_only=True):
    """What a file says of itself, each field as far as it could be read; see ``Article`` for what they mean."""

    #: Whether there is any front matter.
    dialect: str = ""
    title: str | None = None
    #: The title with the spaces that its author put around it, for listings.
    title_written: str | None = None
    title_in_body: bool = False
    published: datetime | None = None
    #: Whether a date is given, though it cannot be read.
    misdated: bool = False
    #: Line of the file on which the date stands, or should.
    date_line: int = 1
    updated: datetime | None = None
    expires: datetime | None = None
    #: The flags that hold the article back, as written; empty if none does.
    held: str = ""
    #: Where the page sends its visitors; None where it is a page of its own.
    redirect: str | None = None
    id: str | None = None
    slug: str | None = None
    #: Absolute, or relative to the site; percent-encoded.
    permalink: str | None = None
    #: Lines of the file on which id, slug and permalink stand.
    id_line: int | None = None
    slug_line: int | None = None
    permalink_line: int | None = None
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    summary: str | None = None
    language: str | None = None
    cover: str | None = None
    cover_alt: str = ""
    #: Their addresses may be relative to the site.
    enclosures: tuple[Enclosure, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    #: Markdown with Unix line ends, without what XML cannot carry and without a heading that only repeats the title.
    body: str = ""
    #: Whether the body is what follows the front matter's fence in the file, to the byte, and no line of it ends in spaces.
    verbatim: bool = False
    #: 1-based line of the file at which the body begins.
    body_line: int = 1
    problems: tuple[ContentError, ...] = ()
    remarks: tuple[Remark, ...] = ()


def parse(text: str, *, path: str, zone: ZoneInfo) -> Parsed:
    """Read the text of the file at that path (POSIX, relative to the content folder); naive dates are in that zone."""
    cleaned, removed, trim = _cleaned(text)
    found = None if removed else usual.read(cleaned, zone)
    return _read(cleaned, removed, path, zone) if found is None else _of_usual(found, verbatim=trim and cleaned is text)


def _of_usual(found: Usual, *, verbatim: bool) -> Parsed:
    """Return what a text says that is as usual."""
    heading = headings.repeated(found.body, found.title)
    tags = found.tags
    if found.categories:
        spelled: dict[str, str] = {}
        for tag in (*tags, *found.categories):
            spelled.setdefault(tag.casefold(), tag)
        tags = tuple(spelled.values())
    return Parsed(
        dialect="YAML",
        title=text_of(found.title),
        title_written=found.title,
        title_in_body=heading is not None,
        published=found.published,
        date_line=found.date_line,
        updated=found.updated,
        id=found.id,
        slug=found.slug,
        id_line=found.id_line,
        slug_line=found.slug_line,
        authors=found.authors,
        tags=tags,
        summary=text_of(found.summary) if found.summary else None,
        extra=found.extra,
        body=headings.without(found.body, heading) if heading else found.body,
        verbatim=verbatim and heading is None,
        body_line=found.body_line,
    )


def _read(text: str, removed: int, path: str, zone: ZoneInfo) -> Parsed:
    """Read any cleaned text, from which so many characters were removed."""
    from newsletter.metadata.dialects import take_apart  # noqa: PLC0415 - 15 ms with its libraries, and few texts need it

    block = take_apart(text)
    fields = Fields(path, block)
    if removed:
        message = f"{removed} characters were removed that feeds cannot carry, such as control characters"
        fields.remarks.append(Remark(path=path, line=None, field=None, message=message))
    title, body, title_in_body = _title(fields)
    written = next((entry.value for entry in fields.all(spellings.TITLE) if isinstance(entry.value, str)), None)
    times = schedule(fields, zone)
    tags = labels.tags(fields)
    held = times.held or ("a tag" if labels.mark_draft(fields, tags) else "")
    identity, id_line = _identity(fields)
    slug, slug_line = _slug(fields)
    permalink, permalink_line = _permalink(fields)
    cover, cover_alt = media.cover(fields)
    summary = fields.text(spellings.SUMMARY)
    redirect = fields.text(spellings.REDIRECT)
    return Parsed(
        dialect=block.dialect,
        title=text_of(title) if title else title,
        title_written=written if title and written and written.strip(" ") == title else title,
        title_in_body=title_in_body,
        published=times.published,
        misdated=times.misdated,
        date_line=fields.line(spellings.PUBLISHED),
        updated=times.updated,
        expires=times.expires,
        held=held,
        redirect=redirect[1] if redirect else None,
        id=identity,
        slug=slug,
        permalink=permalink,
        id_line=id_line,
        slug_line=slug_line,
        permalink_line=permalink_line,
        authors=people.authors(fields),
        tags=tags,
        summary=text_of(summary[1]) if summary else None,
        language=_language(fields),
        cover=cover,
        cover_alt=cover_alt,
        enclosures=media.enclosures(fields),
        extra=fields.extra(),
        body=body,
        body_line=block.body_line,
        problems=tuple(sorted(fields.problems, key=lambda problem: problem.line or 0)),
        remarks=tuple(fields.remarks),
    )


def _cleaned(text: str) -> tuple[str, int, bool]:
    """Make line ends Unix's, drop the byte order mark and what XML cannot carry.

    Return how much of the last there was, and whether surely no line ends in spaces.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # most texts have none, and this is six times faster than looking at each character
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # lone surrogates
        raw = b"\0"
    if b"\0" not in raw.translate(_LOOKS) and (raw.isascii() or not ("\ufffe" in text or "\uffff" in text)):
        return text, 0, _TRAILING.search(text) is None and (text.endswith("\n") or not text[-1:].isspace())
    cleaned = legal(text)
    return cleaned, len(text) - len(cleaned), False


def _title(fields: Fields) -> tuple[str | None, str, bool]:
    """Read the title, else take the first heading's; return it, the body and whether the body had it, too."""
    body = fields.block.body
    given = fields.text(spellings.TITLE)
    unreadable = any(plain(problem.field or "") == "title" for problem in fields.problems)
    if given is not None:
        heading = headings.repeated(body, given[1])
        return given[1], headings.without(body, heading) if heading else body, heading is not None
    if unreadable:
        return None, body, False
    heading = headings.first(body, leading=False)
    if heading is None:
        if not fields.block.salvaged:
            message = "expected a title in the front matter or a heading in the body, got neither"
            fields.problems.append(ContentError(fields.path, fields.line(spellings.TITLE), "title", message))
        return None, body, False
    if not heading.leads and heading.level > 1:
        return heading.text, body, False  # a section's heading, which its text needs
    return heading.text, headings.without(body, heading), True


def _identity(fields: Fields) -> tuple[str | None, int | None]:
    """Read a permanent id: a URI. Exported numbers and short names under ``id`` are something else, and are passed over."""
    for entry in fields.all(spellings.IDENTITY):
        text = fields.clean(entry, entry.value) if isinstance(entry.value, str) else ""
        fields.use(entry)
        if addresses.is_iri(text):
            return text, entry.line
        if plain(entry.key) == "guid":
            suggestion = f"; did you mean 'urn:uuid:{text.lower()}'?" if re.fullmatch("[0-9A-Fa-f-]{36}", text) else ""
            fields.error(entry, f"expected a URI such as tag:example.org,2026-03-02:name, got {shown(entry.value)}{suggestion}")
            return None, None
        fields.remark(entry, f"{shown(entry.value)} is no URI, so it is not used as permanent id")
    return None, None


def _slug(fields: Fields) -> tuple[str | None, int | None]:
    """Read the slug."""
    entry = fields.take(spellings.SLUG)
    if entry is None:
        return None, None
    if not isinstance(entry.value, str):
        fields.error(entry, f"expected a text, got {shown(entry.value)}")
        return None, None
    try:
        slug = given_slug(entry.value)
    except ValueError as error:
        fields.error(entry, str(error))
        return None, None
    if slug != entry.value.strip():
        fields.remark(entry, f"{shown(entry.value)} is used as {shown(slug)}")
    return slug, entry.line


def _permalink(fields: Fields) -> tuple[str | None, int | None]:
    """Read the article's own address."""
    for entry in fields.all(spellings.PERMALINK):
        fields.use(entry)
        if not isinstance(entry.value, str):
            fields.error(entry, f"expected an address, got {shown(entry.value)}")
            return None, None
        if entry.value in _STYLES or (_PATTERN.search(entry.value) and not addresses.is_iri(entry.value)):
            fields.remark(entry, f"{shown(entry.value)} is a pattern, not an address: passed over")
            continue
        try:
            return addresses.reference(entry.value), entry.line
        except ValueError as error:
            fields.error(entry, str(error))
            return None, None
    return None, None


def _language(fields: Fields) -> str | None:
    """Read the language; a word that is no BCP 47 tag is passed over."""
    given = fields.text(spellings.LANGUAGE)
    if given is None:
        return None
    tag = given[1].replace("_", "-")
    if _LANGUAGE.fullmatch(tag):
        return tag
    fields.remark(given[0], f"expected a language tag such as en or pt-BR, got {shown(given[1])}: passed over")
    return None
