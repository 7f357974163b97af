"""Weighs a mail as it will be once its style sheet is inlined, without inlining it. Pure.

Inlining takes time that grows with rules times elements, so a page that is far too large must never come to it. What it adds
can be told from the rules and from where each element stands. Combinators count as "somewhere inside", and of several values
for a property the longest counts: the weight is a little too high rather than too low.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from newsletter.mail import sheets, stories

if TYPE_CHECKING:
    from lxml.etree import _Element

#: What stands in comments is for Outlook alone and never inlined.
_COMMENT = re.compile(r"(?s)<!--.*?-->")
#: Stories of which a process knows the weight.
MOST = 2_000
_STYLE = re.compile(r"(?is)<style[^>]*>(.*?)</style>")
#: What a declaration takes besides name and value, and the attribute besides its declarations.
_BETWEEN, _AROUND = len(":; "), len(' style=""') - len("; ")
_COMPOUND = re.compile(r"[^\s>+~]+")
_ATTRIBUTE = re.compile(r"\[\s*([\w-]+)\s*(?:([~|^$*]?)=\s*[\"']?([^\]\"']*)[\"']?\s*)?\]")

#: What a selector asks of an element and what an element has to show: its tag, .classes, #id and [attributes].
Names = frozenset[str]


class _Rule(Struct, frozen=True):
    """One selector with its declarations."""

    #: For the elements around the one that it dresses, the outermost first.
    around: tuple[Names, ...]
    own: Names
    #: Property to the length of its declaration.
    properties: dict[str, int]


class _Place(Struct, eq=False):
    """Where an element stands, as far as rules can tell: all elements of one place get the same style."""

    names: Names
    parent: "_Place | None"
    #: What inlining adds to an element of this place, in bytes.
    bytes: int
    children: "dict[Names, _Place]"


class _Sheet:
    """What is known of a style sheet, from all pages that had it."""

    def __init__(self, css: str) -> None:
        """Take plain rules."""
        self.rules = tuple(_read(css))
        self.asked = frozenset(name for rule in self.rules for names in (rule.own, *rule.around) for name in names)
        self.top = _Place(frozenset(), None, 0, {})
        #: Where articles stand, and how many bytes each of them takes there.
        self.stories: dict[tuple[int, str], int] = {}


_sheet = lru_cache(maxsize=4)(_Sheet)


class Scale:
    """Weighs pages that share a style sheet, and parts of them."""

    def __init__(self, page: str) -> None:
        """Take a page with the style sheet in its head and, best, an article in its place: an element with data-id."""
        head = _COMMENT.sub("", page.partition("</head>")[0])
        plain = "\n".join(sheets.split(css)[0] for css in _STYLE.findall(head))
        self._removed = len(plain.encode())
        self._sheet = _sheet(plain)
        self._article = self._sheet.top
        self._walk(_tree(page), self._sheet.top, look=True)
        #: A digest of all that decides what a fragment weighs: the rules, and what it stands in.
        self.name = sha256(repr((plain, [sorted(names) for names in _around(self._article)])).encode()).hexdigest()

    def page(self, html: str) -> int:
        """Weigh a whole page, in bytes, without the marks of its stories."""
        around, told = stories.cut(html)
        shell = "".join(around)
        total = len(shell.encode()) - self._removed + self._walk(_tree(shell), self._sheet.top)
        return total + sum(map(self._story, told))

    def fragment(self, html: str) -> int:
        """Weigh what will stand where articles do, in bytes, without the marks of a story."""
        around, told = stories.cut(html)
        return sum(map(self._story, told)) + self._story("".join(around))

    def _story(self, html: str) -> int:
        if not html.strip():
            return len(html)
        key = (id(self._article), html)
        known = self._sheet.stories
        weight = known.get(key)
        if weight is None:
            body = next(_tree(f"<body>{html}</body>").iter("body"))
            if len(known) >= MOST:
                known.clear()
            weight = len(html.encode()) + sum(self._walk(child, self._article) for child in body.iterchildren("*"))
            known[key] = weight
        return weight

    def _walk(self, root: "_Element", parent: _Place, *, look: bool = False) -> int:
        """Add up what inlining adds below a place; with ``look``, note where the articles stand."""
        total, waiting = 0, [(root, parent)]
        while waiting:
            element, above = waiting.pop()
            names = self._sheet.asked.intersection(_names_of(element))
            place = above.children.get(names) or self._place(names, above)
            if look and self._article is self._sheet.top and element.get("data-id"):
                self._article = above
            total += place.bytes
            waiting += ((child, place) for child in element.iterchildren("*"))
        return total

    def _place(self, names: Names, parent: _Place) -> _Place:
        """Work out what inlining adds to an element with these names in that place."""
        longest: dict[str, int] = {}
        for rule in self._sheet.rules:
            if rule.own <= names and _is_within(rule.around, parent):
                for name, length in rule.properties.items():
                    longest[name] = max(length, longest.get(name, 0))
        size = sum(longest.values()) + _AROUND if longest else 0
        place = parent.children[names] = _Place(names, parent, size, {})
        return place


def _around(place: _Place | None) -> Iterator[Names]:
    """Yield what the elements around a place have to show, and the place itself."""
    while place is not None:
        yield place.names
        place = place.parent


def _is_within(around: tuple[Names, ...], place: _Place | None) -> bool:
    """Tell whether elements with these names stand around a place, in that order."""
    wanted = list(around)
    while wanted and place is not None:
        if wanted[-1] <= place.names:
            wanted.pop()
        place = place.parent
    return not wanted


def _read(css: str) -> Iterator[_Rule]:
    """Read plain rules, each selector by itself."""
    for text in sheets.rules(css):
        selectors, _, body = text.partition("{")
        properties = {}
        for declaration in body.rstrip("} \n").split(";"):
            name, colon, value = declaration.partition(":")
            if colon:
                properties[name.strip().lower()] = len(f"{name.strip()}{value.strip()}".encode()) + _BETWEEN
        for selector in selectors.split(","):
            *around, own = map(_wanted, _COMPOUND.findall(selector) or [""])
            yield _Rule(tuple(around), own, properties)


def _wanted(compound: str) -> Names:
    """List what one part of a selector asks for."""
    attributes = (
        f"[{name.lower()}={value}]" if value and not part else f"[{name.lower()}]"
        for name, part, value in _ATTRIBUTE.findall(compound)
    )
    return frozenset([*sheets.NAME.findall(sheets.BRACKETED.sub("", compound)), *attributes])


def _names_of(element: "_Element") -> Iterator[str]:
    """List what an element has to show."""
    yield str(element.tag)
    for name in map(str, element.keys()):
        value = str(element.get(name))
        yield f"[{name}]"
        yield f"[{name}={value}]"
        if name == "class":
            yield from (f".{word}" for word in value.split())
        elif name == "id":
            yield f"#{value}"


def _tree(html: str) -> "_Element":
    from lxml import etree  # noqa: PLC0415 - 30 ms that most commands have no need of

    return etree.fromstring(html.strip(), etree.HTMLParser(huge_tree=True))
