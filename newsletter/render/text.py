"""The content as plain text, for the text part of mails: made from the tree of the article, not from finished mails. Pure.

Paragraphs are wrapped, headings underlined, lists and quotes indented, code set in by four spaces, images told by their alt text.
Links are numbered, their addresses listed at the end; footnotes are numbered notes. Addresses and code are never broken.
"""

from newsletter.render import elements, tree
from newsletter.render.tables import table
from newsletter.render.tree import Element
from newsletter.render.wrap import BREAK, GLUE, WIDTH, fill, one_line, width

#: However deep it is nested, a text keeps so many columns.
_NARROWEST = 24
_MARKS = {"strong": "*", "b": "*", "em": "_", "i": "_", "del": "~", "s": "~"}
_CODE = ("code", "samp")
_UNDERLINES = {"h3": "-"}
_PREFIXES = {"blockquote": "> ", "dd": "    "}

#: White space that may be taken off; str.strip would take GLUE and BREAK too.
_WHITE = " \t\n\r\f"

Lines = list[str]


def to_text(root: Element, permalink: str) -> str:
    """Write an article's content as text; links into the article itself are shown without their address.

    Lines are at most 72 columns wide unless a word, an address or code is wider, and have no space at their end. The text ends
    with one newline, unless it is empty.
    """
    writer = _Writer(permalink)
    blocks = writer.blocks(root, WIDTH)
    if writer.addresses:
        blocks.append([f"[{number}] {url}" for url, number in writer.addresses.items()])
    lines = [line.rstrip() for line in _join(blocks, apart=True)]
    return "\n".join(lines).strip("\n") + "\n" if any(lines) else ""


def _join(blocks: list[Lines], *, apart: bool) -> Lines:
    """Set blocks under one another, with a blank line between them or not."""
    lines: Lines = []
    for block in blocks:
        if lines and apart:
            lines.append("")
        lines += block
    return lines


def _indent(lines: Lines, first: str, rest: str) -> Lines:
    return [f"{rest if n else first}{line}" for n, line in enumerate(lines)]


class _Writer:
    """Writes one article, numbering its links as they come."""

    def __init__(self, permalink: str) -> None:
        self.inside = f"{permalink}#"
        #: Address to number.
        self.addresses: dict[str, int] = {}
        #: Inside a heading, where emphasis needs no mark.
        self.plain = False

    def blocks(self, parent: Element, columns: int) -> list[Lines]:
        """Write what an element holds: runs of text are paragraphs."""
        columns = max(columns, _NARROWEST)
        found: list[Lines] = []
        run = [parent.text or ""]
        for child in parent:
            if child.tag in elements.BLOCKS or _holds_blocks(child):
                self.flush(run, found, columns)
                run = [child.tail or ""]
                found += self.block(child, columns)
            else:
                run += [self.inline(child), child.tail or ""]
        self.flush(run, found, columns)
        return found

    def flush(self, run: list[str], found: list[Lines], columns: int) -> None:
        """Write a run of text as a paragraph, if it says anything."""
        text = "".join(run)
        if text.strip():
            found.append(fill(text.strip(_WHITE + BREAK), columns))

    def block(self, element: Element, columns: int) -> list[Lines]:
        """Write one block element."""
        tag = str(element.tag)
        if tag in elements.HEADINGS:
            return self.heading(element, columns)
        if tag in _PREFIXES:
            prefix = _PREFIXES[tag]
            lines = _join(self.blocks(element, columns - len(prefix)), apart=True)
            return [_indent(lines, prefix, prefix)] if lines else []
        if tag in ("ul", "ol"):
            return self.list(element, columns)
        if tag == "dl":
            return [_join(self.blocks(element, columns), apart=False)]
        if tag == "table":
            return table(element, columns, self.inline_of)
        return _rule_or_code(element) if tag in ("hr", "pre") else self.blocks(element, columns)

    def heading(self, element: Element, columns: int) -> list[Lines]:
        """Write a heading with a line below it."""
        self.plain = True
        lines = fill(self.inline_of(element), columns)
        self.plain = False
        if not any(lines):
            return []
        mark = _UNDERLINES.get(str(element.tag), "~")
        return [[*lines, mark * min(max(map(width, lines)), columns)]]

    def list(self, element: Element, columns: int) -> list[Lines]:
        """Write a list: items stand apart where the author set them apart."""
        notes = _is_notes(element.getparent())
        start = element.get("start", "1")
        number = int(start) if start.isdecimal() else 1
        items = []
        for item in element.iterchildren("li"):
            mark = "- " if element.tag == "ul" else f"Note {number}: " if notes else f"{number}. "
            blocks = self.blocks(item, columns - len(mark))
            apart = any(child.tag == "p" for child in item)
            items.append(_indent(_join(blocks, apart=apart) or [""], mark, " " * len(mark)))
            number += 1
        loose = any(child.tag == "p" for item in element.iterchildren("li") for child in item)
        return [_join(items, apart=loose and not notes)] if items else []

    def inline_of(self, element: Element) -> str:
        """Write what an element holds, for one run of text."""
        pieces = [element.text or ""]
        for child in element:
            pieces += [self.inline(child), child.tail or ""]
        return "".join(pieces)

    def inline(self, element: Element) -> str:
        """Write one inline element."""
        tag = str(element.tag)
        if tag == "br":
            return BREAK
        if tag == "img":
            alt = one_line(element.get("alt", ""))
            return f"[Image: {alt}]" if alt else ""
        inner = self.inline_of(element)
        if tag == "a":
            return self.link(element, inner)
        bare = inner.strip(_WHITE)
        return inner.replace(bare, self.marked(element, bare)) if bare else inner

    def marked(self, element: Element, bare: str) -> str:
        """Write the text of an inline element as what the element means."""
        tag = str(element.tag)
        if tag in _MARKS and not self.plain:
            return f"{_MARKS[tag]}{bare}{_MARKS[tag]}"
        if tag in _CODE:
            return f"`{bare.replace(' ', GLUE)}`"
        if tag == "sup" and bare.isdecimal():
            return f"^{bare}"
        if tag == "q":
            return f"“{bare}”"
        if tag == "rt":
            before = element.getprevious()
            return bare if before is not None and before.tag == "rp" else f"({bare})"
        return bare

    def link(self, element: Element, inner: str) -> str:
        """Write a link's text with the number of its address, or the address alone where that is the text."""
        kind = element.get("class", "")
        url = element.get("href", "")
        if kind == "footnote-backref":
            return ""
        if kind == "footnote-ref":
            return f"{GLUE}[note{GLUE}{inner.strip(_WHITE)}]"
        shown = one_line(inner)
        if not url or not shown or url.startswith(self.inside):
            return inner
        if shown in (url, url.partition(":")[2], url.partition("://")[2].rstrip("/")):
            return inner
        number = self.addresses.setdefault(url, len(self.addresses) + 1)
        return f"{inner.rstrip(_WHITE)}{GLUE}[{number}]{' ' if inner[-1] in _WHITE else ''}"


def _rule_or_code(element: Element) -> list[Lines]:
    if element.tag == "hr":
        # What stands above the footnotes is told by the notes themselves.
        return [] if _is_notes(element.getparent()) else [["* * *"]]
    code = tree.text_of(element).strip("\n").split("\n")
    return [_indent(code, "    ", "    ")] if any(line.strip() for line in code) else []


def _is_notes(element: Element | None) -> bool:
    return element is not None and element.tag == "div" and element.get("class") == "footnote"


def _holds_blocks(element: Element) -> bool:
    return any(child.tag in elements.BLOCKS for child in element.iterdescendants())
