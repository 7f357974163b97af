"""Who wrote an article. Pure.

A text names one person, who may be ``Name <address>``, ``Name (https://…)`` or ``[Name](https://…)``. "Ada and Bob" stays one
name, as does "Byron, Ada": only under the plural ``authors`` do semicolons, else commas, stand between people, and under any
key where the dialect has no lists of its own (Pelican, Nikola).
"""

import re

from newsletter.metadata import addresses
from newsletter.metadata.fields import Fields
from newsletter.metadata.headings import plain as unmarked
from newsletter.metadata.spellings import AUTHORS, plain
from newsletter.metadata.tree import Entry, Table, Value, shown
from newsletter.model import Person

_MAIL = re.compile(r"[^\s@<>(),;:\"]+@[^\s@<>(),;:\"]+")
_NAME_MAIL = re.compile(r'"?([^<>"]*)"?\s?<([^<>]+)>')
_NAME_URL = re.compile(r"([^()]+?)\s?\((https?://[^()\s]+)\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^()\s]+)\)")

_NAME = ("name", "title", "label")
_ADDRESS = ("email", "mail")
_PLACE = ("url", "uri", "link", "website", "homepage", "web")


def authors(fields: Fields) -> tuple[Person, ...]:
    """Read the authors, each name once."""
    entry = fields.take(AUTHORS)
    if entry is None:
        return ()
    found: dict[str, Person] = {}
    for part in _parts(fields, entry):
        person = _person(fields, entry, part)
        if person is not None:
            found.setdefault(person.name.casefold(), person)
    return tuple(found.values())


def _parts(fields: Fields, entry: Entry) -> tuple[Value, ...]:
    """Split what an entry says into what it says of each person."""
    value = entry.value
    if isinstance(value, tuple):
        return value
    if isinstance(value, Table):
        # one person, or a table of people by their short names
        inner = tuple(part.value for part in value.entries)
        return inner if all(isinstance(part, Table) for part in inner) else (value,)
    text = value or ""
    if "\n" in text and fields.block.dialect in ("Pelican", "Nikola"):
        return tuple(text.split("\n"))
    if plain(entry.key) == "authors" or (fields.block.dialect in ("Pelican", "Nikola") and ";" in text):
        return tuple(text.split(";" if ";" in text else ","))
    return (text,)


def _person(fields: Fields, entry: Entry, value: Value) -> Person | None:
    """Read one person; None if nobody is named."""
    if isinstance(value, str):
        return _from_text(fields.clean(entry, value))
    if isinstance(value, Table):
        return _from_table(fields, entry, value)
    if value is not None:
        fields.error(entry, f"expected a name, got {shown(value)}")
    return None


def _from_text(text: str) -> Person | None:
    """Read a person from a text on one line."""
    if not text:
        return None
    if match := _NAME_MAIL.fullmatch(text):
        name, mail = match[1].strip(), match[2].strip()
        if _MAIL.fullmatch(mail):
            return Person(name=name or mail, email=mail)
    if match := _LINK.fullmatch(text) or _NAME_URL.fullmatch(text):
        try:
            return Person(name=match[1].strip(), url=addresses.absolute(match[2]))
        except ValueError:
            return Person(name=match[1].strip())
    if _MAIL.fullmatch(text):
        return Person(name=text, email=text)
    return Person(name=(unmarked(text) if "](" in text else "") or text)


def _from_table(fields: Fields, entry: Entry, table: Table) -> Person | None:
    """Read a person from a table with name, email and url."""
    texts: dict[str, str] = {}
    for part in table.entries:
        if isinstance(part.value, str):
            texts.setdefault(plain(part.key), fields.clean(entry, part.value))
    name, mail, place = (next((texts[key] for key in keys if texts.get(key)), "") for keys in (_NAME, _ADDRESS, _PLACE))
    if mail and not _MAIL.fullmatch(mail):
        fields.remark(entry, f"expected an e-mail address, got {shown(mail)}: left out")
        mail = ""
    url = None
    if place:
        try:
            url = addresses.absolute(place)
        except ValueError as error:
            fields.remark(entry, f"{error}: left out")
    if not name and not mail:
        fields.error(entry, "expected a name in the table")
        return None
    return Person(name=name or mail, email=mail or None, url=url)
