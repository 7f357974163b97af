"""Weighs a mail as it will be once its style sheet is inlined, without inlining it. Pure.

Inlining takes time that grows with rules times elements, so a page that is far too large must never come to it. What it adds
can be told from the rules and from where each element stands. Combinators count as "somewhere inside", and of several values
for a property the longest counts: the weight is a little too high rather than too low.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from newsletter.mail import inline

if TYPE_CHECKING:
    from lxml.etree import _Element

#: What stands in comments is for Outlook alone and never inlined.
_COMMENT = re.compile(r"(?s)<!--.*?-->")
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


class Scale:
    """Weighs pages that share a style sheet, and parts of them."""

    def __init__(self, page: str) -> None:
        """Take a page with the style sheet in its head and, best, an article in its place: an element with data-id."""
        head = _COMMENT.sub("", page.partition("</head>")[0])
        plain = "\n".join(inline.split(css)[0] for css in _STYLE.findall(head))
        self._removed = len(plain.encode())
        self._rules = tuple(_read(plain))
        self._asked = frozenset(name for rule in self._rules for names in (rule.own, *rule.around) for name in names)
        self._top = _Place(frozenset(), None, 0, {})
        self._article = self._top
        self._walk(_tree(page), self._top, look=True)

    def page(self, html: str) -> int:
        """Weigh a whole page, in bytes."""
        return len(html.encode()) - self._removed + self._walk(_tree(html), self._top)

    def fragment(self, html: str) -> int:
        """Weigh what will stand where articles do, in bytes."""
        body = next(_tree(f"<body>{html}</body>").iter("body"))
        return len(html.encode()) + sum(self._walk(child, self._article) for child in body.iterchildren("*"))

    def _walk(self, root: "_Element", parent: _Place, *, look: bool = False) -> int:
        """Add up what inlining adds below a place; with ``look``, note where the articles stand."""
        total, waiting = 0, [(root, parent)]
        while waiting:
            element, above = waiting.pop()
            names = self._asked.intersection(_names_of(element))
            place = above.children.get(names) or self._place(names, above)
            if look and self._article is self._top and element.get("data-id"):
                self._article = above
            total += place.bytes
            waiting += ((child, place) for child in element.iterchildren("*"))
        return total

    def _place(self, names: Names, parent: _Place) -> _Place:
        """Work out what inlining adds to an element with these names in that place."""
        longest: dict[str, int] = {}
        for rule in self._rules:
            if rule.own <= names and _is_within(rule.around, parent):
                for name, length in rule.properties.items():
                    longest[name] = max(length, longest.get(name, 0))
        size = sum(longest.values()) + _AROUND if longest else 0
        place = parent.children[names] = _Place(names, parent, size, {})
        return place


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
    for text in inline.rules(css):
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
    return frozenset([*inline.NAME.findall(inline.BRACKETED.sub("", compound)), *attributes])


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
