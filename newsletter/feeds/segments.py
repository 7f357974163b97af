"""Any text as one segment of a path: safe in URLs and on every file system, readable, and never that of another text. Pure.

Two spellings of one text, differing in case or in how their accents are encoded, are one and the same (Unicode, section 3.13,
D145: canonical caseless matching). Apart from that the segment is an encoding that could be undone, so it depends on nothing
but the text and no two texts share one: letters, marks and digits of all scripts, pictographs and single hyphens and full stops
inside stand for themselves, a space is an underscore, and every other byte is ``~`` and two hexadecimal digits. ``~`` is what
RFC 3986, section 2.3, leaves unreserved: no browser or server rewrites it, as some do with percent signs.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256

from newsletter.xmltext import legal

#: Bytes of UTF-8. File systems end at 255; percent-encoded, Chinese takes three times the room in a URL.
LONGEST = 180

#: What Windows takes for a device, with any ending.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)")
_WITHIN = frozenset("-.")


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return what all spellings of a text have in common; empty if nothing of it can be written."""
    decomposed = unicodedata.normalize("NFD", legal(text))
    folded = unicodedata.normalize("NFD", decomposed.casefold())
    return " ".join(unicodedata.normalize("NFC", folded).split())


def segment(text: str) -> str:
    """Return the segment of a text whose key is not empty."""
    whole = key(text)
    written = "".join(
        _encoded(character) if _is_special(whole, at) else "_" if character == " " else character
        for at, character in enumerate(whole)
    )
    if _DEVICES.match(written):
        written = _encoded(written[0]) + written[1:]
    if len(written.encode()) <= LONGEST:
        return written
    # Nothing else writes two tildes in a row
    start = written.encode()[: LONGEST - 18].decode("utf-8", "ignore")
    return f"{start}~~{sha256(whole.encode()).hexdigest()[:16]}"


def _is_special(text: str, at: int) -> bool:
    """Tell whether a character cannot stand for itself, or not at that place."""
    character = text[at]
    if character in _WITHIN:
        # At an end they hide a file or get lost; two full stops lead out of the folder
        return at in {0, len(text) - 1} or text[at - 1] in _WITHIN
    category = unicodedata.category(character)
    if category[0] == "M":
        # it would be taken with the slash before it, or with the last digit of what is encoded before it
        return at == 0 or text[at - 1] == " " or _is_special(text, at - 1)
    return not (category[0] in "LN" or category == "So" or character == " ")


def _encoded(character: str) -> str:
    return "".join(f"~{byte:02x}" for byte in character.encode())
