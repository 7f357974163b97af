"""The picture and the sound that go with an article. Pure."""

import re

from newsletter.metadata import addresses
from newsletter.metadata.fields import Fields, flag
from newsletter.metadata.spellings import COVER, COVER_ALT, ENCLOSURES, plain
from newsletter.metadata.tree import Entry, Table, Value, shown
from newsletter.model import Enclosure

#: Media types by file name ending: the same on any machine, unlike the system's table.
TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "m4b": "audio/mp4",
    "aac": "audio/aac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "ogv": "video/ogg",
    "mkv": "video/matroska",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "zip": "application/zip",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "html": "text/html",
}
UNKNOWN_TYPE = "application/octet-stream"

_PLACE = ("url", "src", "href", "path", "file", "image")
_LENGTH = ("length", "size", "bytes")
_TYPE = ("type", "mime", "mimetype", "mediatype")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def cover(fields: Fields) -> tuple[str | None, str]:
    """Read the picture that stands for the article, as written, and its alternative text.

    One that is neither on the web nor a path is passed over with a remark, and the next key's taken.
    """
    for entry in fields.all(COVER):
        fields.use(entry)
        value = next(iter(entry.value), None) if isinstance(entry.value, tuple) else entry.value
        table = value if isinstance(value, Table) else None
        text = _part(fields, entry, table, _PLACE) if table else fields.clean(entry, value) if isinstance(value, str) else ""
        if not text or flag(text) is not None:  # "hero: false" asks for none
            continue
        scheme = _SCHEME.match(text)
        if scheme is not None and scheme[0].lower() not in ("http:", "https:"):
            fields.remark(entry, f"expected a path or an http or https address, got {shown(text)}: left out")
            continue
        alt = _part(fields, entry, table, ("alt", "caption", "title")) if table else ""
        if not alt:
            given = fields.text((f"{plain(entry.key)}alt", *COVER_ALT))
            alt = given[1] if given else ""
        return text, alt
    return None, ""


def enclosures(fields: Fields) -> tuple[Enclosure, ...]:
    """Read the files that go with the article; their addresses may be relative to the site."""
    entry = fields.take(ENCLOSURES)
    if entry is None:
        return ()
    parts = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    found: dict[str, Enclosure] = {}
    for part in parts:
        enclosure = _enclosure(fields, entry, part)
        if enclosure is not None:
            found.setdefault(enclosure.url, enclosure)
    return tuple(found.values())


def _enclosure(fields: Fields, entry: Entry, value: Value) -> Enclosure | None:
    """Read one enclosure: an address, WordPress's three lines (address, length, type), or a table."""
    if isinstance(value, Table):
        place, length, kind = (_part(fields, entry, value, keys) for keys in (_PLACE, _LENGTH, _TYPE))
    elif isinstance(value, str):
        lines = [line for line in (fields.clean(entry, line) for line in value.split("\n")) if line]
        place, length, kind = (*lines, "", "", "")[:3]
        if flag(place) is False:
            return None
    else:
        place, length, kind = "", "", ""
    if not place:
        fields.error(entry, f"expected the address of a file, got {shown(value)}")
        return None
    try:
        url = addresses.reference(place)
    except ValueError as error:
        fields.error(entry, str(error))
        return None
    digits = length.replace("_", "").replace(",", "")
    if length and not (digits.isascii() and digits.isdigit()):
        fields.error(entry, f"expected the length in bytes, got {shown(length)}")
        return None
    if kind and not _MEDIA_TYPE.fullmatch(kind.lower()):
        fields.error(entry, f"expected a media type such as audio/mpeg, got {shown(kind)}")
        return None
    name = url.partition("?")[0].partition("#")[0].rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    return Enclosure(url=url, type=kind.lower() or TYPES.get(ending, UNKNOWN_TYPE), length=int(digits or 0))


def _part(fields: Fields, entry: Entry, table: Table, keys: tuple[str, ...]) -> str:
    """Return the first text of these keys in a table; empty if there is none."""
    texts = {plain(part.key): part.value for part in table.entries if isinstance(part.value, str)}
    return next((fields.clean(entry, texts[key]) for key in keys if texts.get(key)), "")
