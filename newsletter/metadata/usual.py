"""Texts with the front matter that most have, read line by line: several times faster, and to the same values. Pure.

YAML of one line for each key, or a list below it: a title, a date and what goes with them, each once, and nothing that its
author would have to be told. At anything else it gives up, and the rest of newsletter.metadata reads the text: that is what
defines the outcome.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from newsletter.identity import given_slug
from newsletter.metadata import addresses, dates, labels, people, spellings
from newsletter.metadata.fields import Fields, flag
from newsletter.metadata.plain import LONGEST, NULL
from newsletter.metadata.plain import read as read_plain
from newsletter.metadata.spellings import KNOWN, LIFTED, plain
from newsletter.metadata.tree import Block, MalformedError
from newsletter.model import Person

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,80}")
#: By its plain key, the row that a key belongs to: those of which nothing depends on another row's.
_ROWS = {
    **{key: key for key in ("title", "date", "id")},
    **dict.fromkeys(spellings.WITHHELD, "draft"),
    **dict.fromkeys(spellings.UPDATED, "updated"),
    **dict.fromkeys(spellings.SUMMARY, "summary"),
    **dict.fromkeys(spellings.AUTHORS, "authors"),
    **dict.fromkeys(spellings.TAGS, "tags"),
    **dict.fromkeys(spellings.CATEGORIES, "categories"),
    **dict.fromkeys(spellings.SLUG, "slug"),
}
#: Lines that many articles have in common, and are read once: their tags, their authors.
_LINES = 4_096
_QUOTES = ("'", '"')
_AFTER_KEY = (" ", "\n", "")
_GOING_ON = (" ", "-")


class Usual(Struct, gc=False):
    """What such a text says of itself; see ``frontmatter.Parsed``."""

    body: str
    body_line: int
    #: These three as written, but for their quotes.
    title: str = ""
    summary: str | None = None
    slug: str | None = None
    slug_line: int | None = None
    id: str | None = None
    id_line: int | None = None
    published: datetime | None = None
    date_line: int = 1
    updated: datetime | None = None
    authors: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


class _Line(Struct, gc=False):
    """A line of such front matter. It is made three times faster than a named tuple."""

    key: str
    #: Without the spaces around it.
    value: str
    #: All of it, with the lines that go on with it.
    text: str
    #: 1-based, of the file.
    number: int
    zone: ZoneInfo


def read(text: str, zone: ZoneInfo) -> Usual | None:
    """Read a text with Unix line ends and without what XML cannot carry; None if it is not as usual as that."""
    if not text.startswith("---\n"):
        return None
    end = text.find("\n---\n", 3)
    if not len("---\n") < end < LONGEST or text[4] == "\n":
        return None
    head = text[4:end]
    lines = head.split("\n")
    found = Usual(text[end + 5 :], len(lines) + 3)
    seen: set[str] = set()
    for number, entry in enumerate(lines, 2) if _is_flat(head) else _entries(lines):
        key, colon, value = entry.partition(":")
        row = _row(key)
        if row is None or row in seen or not colon or value[:1] not in _AFTER_KEY:
            return None
        if not _READERS.get(row, _other)(found, _Line(key, value.strip(" "), entry, number, zone)):
            return None
        seen.add(row)
    if not found.title or found.published is None or (found.updated is not None and found.updated < found.published):
        return None
    return found


def _is_flat(head: str) -> bool:
    """Tell whether no line is empty or goes on with the one before it, as in most."""
    return not ("\n " in head or "\n-" in head or "\n\n" in head)


def _entries(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that begins with a key, and the line with those that go on with it."""
    start, entry = 0, ""
    for number, line in enumerate(lines, 2):
        if entry and line[:1] in _GOING_ON and not line.startswith("---"):  # blank lines may be part of a text
            entry = f"{entry}\n{line}"
            continue
        if entry:
            yield start, entry
        start, entry = number, line
    if entry:
        yield start, entry


@lru_cache(_LINES)
def _row(key: str) -> str | None:
    """Name the row of a key, itself where it is known to none; None if it is nothing for this module."""
    name = plain(key)
    if _KEY.fullmatch(key) is None or name in LIFTED:
        return None
    return _ROWS.get(name) if name in KNOWN else name


def _text(value: str) -> str | None:
    """Read a text that any parser reads as it stands, and that is on one line as it is; None for anything else."""
    mark = value[:1]
    if mark.isalnum():
        simple = (":" not in value or (value[-1] != ":" and ": " not in value)) and " #" not in value and value not in NULL
    elif mark in _QUOTES and value[-1:] == mark:
        value = value[1:-1]
        simple = value.strip(" ") == value and mark not in value and "\\" not in value
    else:
        return None
    return value if simple and value and value.isprintable() and "  " not in value else None


def _fields(line: str) -> Fields | None:
    """Read a line by itself, as whole front matter; None if that cannot be done."""
    entries = read_plain(line)
    if entries is None:
        from newsletter.metadata import yaml  # noqa: PLC0415 - 15 ms with its library, for those who have use for it

        try:
            entries = yaml.read(line)
        except MalformedError:
            return None
    return Fields("", Block(dialect="YAML", entries=tuple(entries.values()), body=""))


@lru_cache(_LINES)
def _labels(line: str) -> tuple[str, ...] | None:
    """Read tags from a line; None if there is anything to be told about them."""
    fields = _fields(line)
    tags = () if fields is None else labels.tags(fields)
    return None if fields is None or fields.problems or fields.remarks else tags


@lru_cache(_LINES)
def _people(line: str) -> tuple[Person, ...] | None:
    """Read authors from a line; None if there is anything to be told about them."""
    fields = _fields(line)
    authors = () if fields is None else people.authors(fields)
    return None if fields is None or fields.problems or fields.remarks else authors


def _title(found: Usual, line: _Line) -> bool:
    found.title = _text(line.value) or ""
    return bool(found.title)


def _date(found: Usual, line: _Line) -> bool:
    moment = _moment(line)
    if moment is not None:
        found.published, found.date_line = moment.instant, line.number
    return moment is not None


def _updated(found: Usual, line: _Line) -> bool:
    moment = _moment(line)
    found.updated = None if moment is None else moment.instant
    return moment is not None


def _moment(line: _Line) -> dates.Moment | None:
    text = _text(line.value)
    return None if text is None else dates.usual(text, line.zone)


def _draft(_: Usual, line: _Line) -> bool:
    return flag(_text(line.value) or "") is False


def _summary(found: Usual, line: _Line) -> bool:
    found.summary = _text(line.value)
    return found.summary is not None


def _identity(found: Usual, line: _Line) -> bool:
    found.id, found.id_line = _text(line.value), line.number
    return found.id is not None and addresses.is_iri(found.id)


def _slug(found: Usual, line: _Line) -> bool:
    found.slug, found.slug_line = _text(line.value), line.number
    try:
        return found.slug is not None and given_slug(found.slug) == found.slug
    except ValueError:
        return False


def _authors(found: Usual, line: _Line) -> bool:
    authors = _people(line.text) if _is_plain(line.value) else None
    found.authors = authors or ()
    return authors is not None


def _tags(found: Usual, line: _Line) -> bool:
    tags = _labels(line.text) if _is_plain(line.value) else None
    found.tags = tags or ()
    return tags is not None


def _categories(found: Usual, line: _Line) -> bool:
    categories = _labels(line.text) if _is_plain(line.value) else None
    found.categories = categories or ()
    return categories is not None


def _other(found: Usual, line: _Line) -> bool:
    text = _text(line.value)
    if text is not None:
        found.extra = (*found.extra, (line.key, text))
    return text is not None


def _is_plain(value: str) -> bool:
    """Tell whether a value is a list, or a simple text: by itself it is read as among others."""
    return value[:1] in ("[", "\n", "") or _text(value) is not None


_READERS = {
    "title": _title,
    "date": _date,
    "updated": _updated,
    "draft": _draft,
    "summary": _summary,
    "id": _identity,
    "slug": _slug,
    "authors": _authors,
    "tags": _tags,
    "categories": _categories,
}
