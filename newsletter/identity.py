"""What an article is called for good: slugs and tag URIs. Pure.

https://www.rfc-editor.org/rfc/rfc4151 (tag URIs), https://www.rfc-editor.org/rfc/rfc3986#section-3.3 (path segments).
"""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import quote

from newsletter.metadata.dates import undated
from newsletter.metadata.tree import shown

#: Longest slug, in bytes of UTF-8: its percent-encoded form still makes a file name with room to spare.
LONGEST_SLUG = 100

#: What a slug may hold of ASCII without being touched: what URLs never encode, and the harmless delimiters.
_SAFE = re.compile(r"[A-Za-z0-9._~!$&'()+,;=@-]+")
#: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
_UNSAFE = re.compile(r"""[\x00-\x1f\x7f/\\?#%<>"|*:^`{}\[\]]""")
_ASCII_NAME = re.compile(r"[a-z0-9][a-z0-9_~]*(?:[.-][a-z0-9_~]+)*")


def given_slug(text: str) -> str:
    """Check a slug that an author gives: one path segment; raises ValueError that suggests one.

    Letters of all scripts are kept, spaces become hyphens; a slug that is longer than LONGEST_SLUG is cut and keeps apart
    from others that begin alike by a digest of the whole.
    """
    slug = text.strip()
    suggestion = derived_slug(slug)
    if not suggestion or _UNSAFE.search(slug) or slug.startswith("."):
        raise ValueError(
            f"expected one segment of a path, got {shown(text)}"
            + (f"; did you mean {shown(suggestion)}? (a whole path goes into permalink)" if suggestion else "")
        )
    return shortened(slug if _SAFE.fullmatch(slug) else suggestion)


def derived_slug(text: str) -> str:
    """Make a slug of any text; empty if no letter or digit is in it."""
    if _ASCII_NAME.fullmatch(text):
        return text
    kept = []
    for character in unicodedata.normalize("NFC", text).lower():
        kind = unicodedata.category(character)
        if kind[0] in "LMN" or character in "._~":
            kept.append(character)
        elif kind != "Cf":  # joiners and marks of direction, which nobody sees
            kept.append("-")
    slug = re.sub("-{2,}", "-", unicodedata.normalize("NFC", "".join(kept)))
    slug = re.sub(r"\.{2,}", ".", slug).strip("-._~")
    return slug if any(character.isalnum() for character in slug) else ""


def slug_of_path(path: str) -> str:
    """Make a slug of a file's name without its date; an index is named after its folder."""
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower() in ("index", "readme") and folder:
        stem = folder.rpartition("/")[2]
    return shortened(derived_slug(undated(stem)) or f"article-{_digest(path)}")


def shortened(slug: str) -> str:
    """Cut a slug to LONGEST_SLUG bytes, whole characters only; one that is cut ends in a digest of all of it."""
    return slug if len(slug.encode()) <= LONGEST_SLUG else joined(slug, _digest(slug))


def joined(slug: str, ending: str) -> str:
    """Append an ending to a slug within LONGEST_SLUG bytes."""
    room = LONGEST_SLUG - len(ending.encode()) - 1
    start = slug.encode()[:room].decode("utf-8", "ignore").rstrip("-._~")
    return f"{start}-{ending}"


def other_slugs(slug: str, path: str, day: str) -> Iterator[str]:
    """Yield slugs for when this one is taken: with its day, with its folder, with both, then counted."""
    yield joined(slug, day)
    folder = derived_slug(path.rpartition("/")[0].rpartition("/")[2])
    if folder and len(folder.encode()) < LONGEST_SLUG // 2:
        yield joined(slug, folder)
        yield joined(slug, f"{day}-{folder}")
    number = 2
    while True:
        yield joined(slug, f"{day}-{number}")
        number += 1


def segment(slug: str) -> str:
    """Write a slug as a segment of a URI; most need no encoding, and looking is five times faster."""
    return slug if _UNRESERVED.fullmatch(slug) else quote(slug, safe="")


def tag_uri(authority: str, day: str, slug: str) -> str:
    """Mint an id for a slug that was free on that day (YYYY-MM-DD)."""
    return f"tag:{authority},{day}:{segment(slug)}"


def _digest(text: str) -> str:
    """Return eight digits that tell a text from others."""
    return sha256(text.encode()).hexdigest()[:8]
