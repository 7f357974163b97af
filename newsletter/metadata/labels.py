"""Tags: what an article is about. Pure.

A list is taken as it is. In a text, semicolons stand between tags if there are any, else commas; else spaces do, but only
under ``tags`` and ``keywords`` and where the dialect is not one that writes tags with commas (Pelican, Nikola): "Foo Bar" as
``category`` is one tag. Every tag stands once, whatever its case; the first spelling holds.
"""

import re
from collections.abc import Iterable

from newsletter.metadata.fields import Fields
from newsletter.metadata.spellings import CATEGORIES, KEYWORDS, TAGS, plain
from newsletter.metadata.tree import Entry, Table

_SPACED = frozenset({"tags", "keywords"})
#: An unfinished article, as Nikola before version 8 marks it.
_DRAFT_TAGS = frozenset({"draft", "private"})


def tags(fields: Fields) -> tuple[str, ...]:
    """Read the tags, in the author's order."""
    found: dict[str, str] = {}
    for keys in (TAGS, CATEGORIES) if any(fields.all((*TAGS, *CATEGORIES))) else (KEYWORDS,):
        entry = fields.take(keys)
        for text in _texts(fields, entry) if entry else ():
            if text:
                found.setdefault(text.casefold(), text)
    return tuple(found.values())


def mark_draft(fields: Fields, given: tuple[str, ...]) -> bool:
    """Tell whether the tags say that the article is unfinished."""
    return fields.block.dialect == "Nikola" and any(tag.lower() in _DRAFT_TAGS for tag in given)


def _texts(fields: Fields, entry: Entry) -> Iterable[str]:
    """Yield what could be tags."""
    value = entry.value
    if isinstance(value, str):
        separators = ";\n" if ";" in value else ",\n" if "," in value else "\n"
        if separators == "\n" and plain(entry.key) in _SPACED and fields.block.dialect not in ("Pelican", "Nikola"):
            separators = " \n"
        return [fields.clean(entry, part) for part in re.split(f"[{separators}]", value)]
    if isinstance(value, Table):
        # names as keys, as some themes have them
        fields.error(entry, "expected a list of tags, got a table")
        return ()
    return fields.scalars(entry, value)
