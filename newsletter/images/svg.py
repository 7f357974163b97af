"""How large a drawing in SVG says it is. Its root element alone is looked at. No I/O, no network, no entities."""

import re
from typing import TYPE_CHECKING

from newsletter.images.measure import UnreadablePictureError

if TYPE_CHECKING:
    from lxml.etree import _Element

#: The root element begins within so many bytes.
HEAD = 65_536
#: CSS Values 4, section 6.2.
UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54}
LENGTH = re.compile(r"\s*\+?(\d{1,6}(?:\.\d{1,9})?|\.\d{1,9})\s*(px|pt|pc|in|cm|mm|q|)\s*", re.IGNORECASE)
ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def size(body: bytes) -> tuple[int, int]:
    """Return width and height in CSS pixels: as declared, else those of the view box. Raises UnreadablePictureError."""
    root = _root(body[:HEAD])
    declared = _pixels(root.get("width", "")), _pixels(root.get("height", ""))
    box = [_pixels(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())[2:]]
    seen = (box[0], box[1]) if len(box) == 2 else (0.0, 0.0)  # noqa: PLR2004 - width and height
    width, height = declared if all(declared) else (_other(declared, seen) if any(declared) and all(seen) else seen)
    if not round(width) or not round(height):
        raise UnreadablePictureError("a drawing that does not say how large it is (width, height or viewBox)")
    return round(width), round(height)


def _root(head: bytes) -> "_Element":
    from lxml import etree  # noqa: PLC0415 - 30 ms, for drawings alone

    if ENTITY.search(head):
        raise UnreadablePictureError("a drawing with entities, which are not read")
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        parser.feed(head)
    except etree.XMLSyntaxError:
        raise UnreadablePictureError("no SVG") from None
    for _, root in parser.read_events():
        if isinstance(root, etree._Element) and etree.QName(root).localname == "svg":  # noqa: SLF001 - lxml has no public name
            return root
        break
    raise UnreadablePictureError("no SVG")


def _pixels(length: str) -> float:
    """Return an absolute length in CSS pixels; 0 for any other."""
    match = LENGTH.fullmatch(length)
    return float(match[1]) * UNITS[match[2].lower()] if match else 0.0


def _other(declared: tuple[float, float], seen: tuple[float, float]) -> tuple[float, float]:
    """Complete one declared side by the proportions of the view box."""
    width, height = declared
    return (width, width * seen[1] / seen[0]) if width else (height * seen[0] / seen[1], height)
