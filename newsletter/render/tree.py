"""The cleaned HTML as a tree of lxml, and back. Pure.

The tree is read as XML: what nh3 writes is balanced, so nothing has to be guessed, and libxml2's HTML parser with its own ideas
(it drops text that is nested too deep, moves blocks out of elements) is not involved.
"""

import re
from collections.abc import Iterator

from lxml import etree

from newsletter.render import elements
from newsletter.xmltext import legal

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type

_VOID = re.compile(r'<((?:br|col|embed|hr|img|input|source|wbr)(?=[\s>])(?:[^">]|"[^"]*")*)>')
_RAW_TEXT = re.compile(r'(?s)(<iframe(?=[\s>])(?:[^">]|"[^"]*")*>).*?</iframe>')


def parse(html: str) -> Element:
    """Read what nh3 wrote as the children of one element."""
    balanced = _VOID.sub(r"<\1/>", _RAW_TEXT.sub(r"\1</iframe>", html)).replace("&nbsp;", "\xa0")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
    # nh3 decodes character references, so what no document can hold may come back after Markdown has seen none
    sound = legal(balanced).replace("\r", "")
    return etree.fromstring(f"<div>{sound}</div>", parser)


def serialise(root: Element) -> str:
    """Write what the element holds as HTML."""
    whole = etree.tostring(root, encoding="unicode", method="html", with_tail=False)
    return whole[whole.index(">") + 1 : whole.rindex("</")]


def depth(root: Element) -> int:
    """Count how deep elements are nested below the root."""
    here = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        here += 1 if event == "start" else -1
        deepest = max(deepest, here)
    return deepest - 1


def append_text(parent: Element, before: Element | None, text: str | None) -> None:
    """Add text to a parent, behind the child ``before``, or first where there is none."""
    if not text:
        return
    if before is None:
        parent.text = (parent.text or "") + text
    else:
        before.tail = (before.tail or "") + text


def unwrap(element: Element) -> None:
    """Take an element away and leave what it holds, if anything, in its place."""
    parent = element.getparent()
    assert parent is not None  # the root is never unwrapped  # noqa: S101
    at = parent.index(element)
    before = element.getprevious()
    append_text(parent, before, element.text)
    children = list(element)
    tail = element.tail
    element.tail = None
    parent.remove(element)
    for offset, child in enumerate(children):
        parent.insert(at + offset, child)
    append_text(parent, children[-1] if children else before, tail)


def text_of(element: Element) -> str:
    """Return the text inside an element."""
    return "".join(map(str, element.itertext()))


def words_of(element: Element) -> Iterator[str]:
    """Give the words inside an element without footnote references; blocks and line breaks part words."""
    pieces: list[str] = []
    for event, child in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if _is_reference(child):
                continue
            if child.tag in elements.BLOCKS or child.tag == "br":
                pieces.append(" ")
            pieces.append(child.text or "")
        else:
            if child.tag in elements.BLOCKS:
                pieces.append(" ")
            if child is not element:
                pieces.append(child.tail or "")
    yield from "".join(pieces).split()


def _is_reference(element: Element) -> bool:
    return element.get("class") in ("footnote-ref", "footnote-backref")
