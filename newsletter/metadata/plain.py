"""The front matter that most articles have, read without a YAML parser: ten times faster, and to the same entries. Pure.

One line for each key, with a plain or simply quoted text or a list of words in brackets, all of it ASCII; no key twice. At
anything else it gives up, and newsletter.metadata.yaml reads the block: that is what defines the outcome.
"""

import re

from newsletter.metadata.tree import Entry, Value

#: Longest block, in characters: far fewer values than YAML is read with.
LONGEST = 8_192

#: Spaces stand inside only; a colon or a number sign is no part of a plain text where YAML might see more in it.
_TEXT = r"[A-Za-z0-9](?:[A-Za-z0-9_.,;/()'!?&+@%=*$~<>|^-]|:(?=[A-Za-z0-9/])| +(?=[A-Za-z0-9_.,;/()'!?&+@%=*$~<>|^-]))*"
_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9_./-]| +(?=[A-Za-z0-9_./-]))*"
_LINE = re.compile(
    r"([A-Za-z][A-Za-z0-9_-]{0,80}):(?: +(?:"
    rf"""({_TEXT})|"([ !#-\[\]-~]*)"|'([ -&(-~]*)'|\[ *({_WORD}(?: *, *{_WORD})*)? *\]"""
    r"))? *"
)
#: Words that say nothing where they are not quoted.
NULL = frozenset({"null", "Null", "NULL"})


def read(source: str) -> dict[str, Entry] | None:
    """Read a block, whose lines are counted as they stand; None if it is not as plain as that."""
    if len(source) > LONGEST:
        return None
    found: dict[str, Entry] = {}
    for number, line in enumerate(source.split("\n"), 1):
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        key, text, double, single, words = match.groups()
        value: Value
        if text is not None:
            value = None if text in NULL else text
        elif double is not None or single is not None:
            value = single if double is None else double
        elif words is not None:
            value = tuple(word.strip(" ") for word in words.split(","))
        else:
            value = () if "[" in line else None
        if key in found:
            return None
        found[key] = Entry(key=key, value=value, line=number)
    return found or None
