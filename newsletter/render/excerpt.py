"""The first part of an article: up to the author's mark, else the first paragraph; and its summary. Pure."""

from copy import deepcopy

from newsletter.render import clean, tree
from newsletter.render.tree import Element

#: A summary made from the content is cut at about so many characters: what feed readers and previews show.
SUMMARY_LENGTH = 300
#: What a first paragraph may stand in and still be the article's own opening.
_OPEN = ("div", "details")


def excerpt(root: Element) -> Element | None:
    """Return a copy of the first part, or None where the whole is its own excerpt. Takes the marks out of the tree."""
    found = _before_mark(root)
    for mark in list(root.iter(clean.MORE)):
        _drop_mark(mark)
    if found is not None:
        return found
    first = next((p for p in root.iter("p") if _opens(p, root) and any(tree.words_of(p))), None)
    if first is None:
        return None
    alone = root.makeelement("div")
    paragraph = deepcopy(first)
    paragraph.tail = None
    alone.append(paragraph)
    return alone


def _before_mark(root: Element) -> Element | None:
    """Copy what stands before the first mark; None where there is no mark or nothing before it."""
    if root.find(f".//{clean.MORE}") is None:
        return None
    copy = deepcopy(root)
    mark = next(copy.iter(clean.MORE))
    node: Element = mark
    while (parent := node.getparent()) is not None:
        for later in list(node.itersiblings()):
            parent.remove(later)
        node.tail = None
        node = parent
    _drop_mark(mark)
    return copy if any(tree.words_of(copy)) or copy.find(".//img") is not None else None


def _drop_mark(mark: Element) -> None:
    """Take a mark away, and the paragraph that held it alone."""
    parent = mark.getparent()
    assert parent is not None  # never the root  # noqa: S101
    tree.unwrap(mark)
    if parent.tag == "p" and not len(parent) and not (parent.text or "").strip():
        tree.unwrap(parent)


def _opens(paragraph: Element, root: Element) -> bool:
    """Tell whether a paragraph is running text of the article's own: not in a quote, a list, a table, a note."""
    above = [ancestor for ancestor in paragraph.iterancestors() if ancestor is not root]
    return all(ancestor.tag in _OPEN and ancestor.get("class") != "footnote" for ancestor in above)


def summary(part: Element) -> str:
    """Return the text of a part on one line, cut at a word with an ellipsis where it is long."""
    text = " ".join(tree.words_of(part))
    if len(text) <= SUMMARY_LENGTH:
        return text
    cut = text[:SUMMARY_LENGTH]
    head, _, _ = cut.rpartition(" ")
    return (head or cut).rstrip(" ,;:.–—-") + "…"  # noqa: RUF001 - dashes are meant
