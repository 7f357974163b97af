"""What blogs and note programs write besides Markdown, as an extension of Python-Markdown. Evaluates nothing, reads nothing.

- Template and merge tags stand as written: ``{{ x }}``, ``{% x %}``, ``{# x #}``, ``{$x}``, ``*|X|*``, and ``%%x%%`` without
  white space inside.
- Obsidian (https://help.obsidian.md/syntax): ``[[Note|shown]]`` becomes a link where the note is published, else what it shows;
  ``![[file]]`` becomes an image where the file is there, else its name; ``%%comments with white space%%`` go. A single word that
  names nothing, such as ``[[noreturn]]``, stands as written.
- Attribute lists: ``{: .class }`` and ``{#id .class key=value}`` behind an element are taken from the text, other braces are not.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString

from newsletter.render import elements
from newsletter.render.commonmark import ASIDE

#: From the name in a wiki link, and whether that embeds what it names, to an address that is relative to the article;
#: None: nothing of that name is published.
Finder = Callable[[str, bool], str | None]

# What earlier rules took out of the text (code spans) stands in it between STX and ETX, and must not be kept as if it were text.
_TEMPLATE_TAG = (
    r"(\{\{\{?[^\n\x02]{0,1000}?\}\}\}?|\{%[^\n\x02]{0,1000}?%\}|\{#[^\n#\x02]{0,1000}#\}|\{\$\w+\}"
    r"|\*\|[A-Z][^\s|*\x02]{0,99}\|\*|%%[^\s%\x02]{1,99}%%)"
)
_COMMENT = r"(?<![^\s(])%%(?=[^%]*\s)[^%]{1,10000}%%(?![\w%])"
_WIKI_LINK = r"(!?)\[\[(?!\s)([^\[\]|\n\\\x02]{1,500})(?:\\?\|([^\[\]\n\x02]{0,500}))?\]\](?![(\[:])"
_COMMENT_OPENS = re.compile(r"^ {0,3}%%(?!.*%%)")
_ASIDE = re.compile(rf"{ASIDE}(\d+){ASIDE}")
_SIZE = re.compile(r"^(\d{1,4})(?:x(\d{1,4}))?$")
_PICTURE = re.compile(r"(?i)\.(?:apng|avif|bmp|gif|jpe?g|png|svg|webp)$")

_PAIR = r"""(?:[#.][^\s#.}=]+|[\w-]+=(?:"[^"\n]*"|'[^'\n]*'|[^\s}"']+))"""
_ATTRIBUTES = rf"\{{(?=:|[ ]*{_PAIR}(?:[ ]+{_PAIR})*[ ]*\}}):?[ ]*([^\}}\n]*)\}}"


class _CarefulAttributes(AttrListTreeprocessor):
    """Attribute lists that cannot be mistaken for text in braces."""

    BASE_RE = _ATTRIBUTES  # type: ignore[misc] # final in its stubs, all four, but nothing else tells braces from lists
    HEADER_RE = re.compile(rf"[ ]+{_ATTRIBUTES}[ ]*$")  # type: ignore[misc] # as above
    BLOCK_RE = re.compile(rf"\n[ ]*{_ATTRIBUTES}[ ]*$")  # type: ignore[misc] # as above
    INLINE_RE = re.compile(rf"^{_ATTRIBUTES}")  # type: ignore[misc] # as above


class _TemplateTags(InlineProcessor):
    """Template and merge tags, as text that no other rule reads."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override] # noqa: ARG002, N802 - its API
        return AtomicString(m[1]), m.start(0), m.end(0)


class _Comments(InlineProcessor):
    """Comments inside a block."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override] # noqa: ARG002, N802 - its API
        return "", m.start(0), m.end(0)


class _CommentBlocks(Preprocessor):
    """Comments that begin at a line's start and go over several lines."""

    def run(self, lines: list[str]) -> list[str]:
        kept: list[str] = []
        at = 0
        while at < len(lines):
            end = None
            if _COMMENT_OPENS.match(lines[at]):
                end = next((n for n in range(at + 1, len(lines)) if "%%" in lines[n]), None)
            if end is None:
                kept.append(lines[at])
                at += 1
            else:
                kept.append(lines[end].partition("%%")[2])
                at = end + 1
        return kept


class _Aside(Preprocessor):
    """Blocks of HTML, put where commonmark.py left their numbers."""

    def __init__(self, aside: tuple[str, ...], md: Markdown) -> None:
        super().__init__(md)
        self.aside = aside

    def run(self, lines: list[str]) -> list[str]:
        return [_ASIDE.sub(lambda match: self.md.htmlStash.store(self.aside[int(match[1])]), line) for line in lines]


class _WikiLinks(InlineProcessor):
    """Links and embeds in double brackets."""

    def __init__(self, find: Finder, md: Markdown) -> None:
        super().__init__(_WIKI_LINK, md)
        self.find = find

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element | str, int, int]:  # type: ignore[override] # noqa: ARG002, N802 - its API
        embed, target, alias = m[1], m[2].strip(), (m[3] or "").strip()
        name, _, fragment = target.partition("#")
        shown = alias or target.strip("#").replace("#", " > ")
        address = self.find(name, bool(embed)) if name else ""
        if address is None:
            if not embed and not alias and not re.search(r"[\s/.#]", target):
                return AtomicString(m[0]), m.start(0), m.end(0)
            return AtomicString(name if embed else shown), m.start(0), m.end(0)
        if embed and _PICTURE.search(name):
            return _picture(address, name, alias), m.start(0), m.end(0)
        slug = re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", fragment).strip().lower())
        element = Element("a", {"href": address + (f"#{slug}" if slug else "")})
        element.text = AtomicString(shown)
        return element, m.start(0), m.end(0)


def _picture(address: str, name: str, alias: str) -> Element:
    """Make the image of an embed; an alias that is a size is one, any other is the alt text."""
    size = _SIZE.match(alias)
    element = Element("img", {"src": address, "alt": "" if size else alias or name})
    if size:
        element.set("width", size[1])
        if size[2]:
            element.set("height", size[2])
    return element


class Dialects(Extension):
    """All of the above; ``find`` looks wiki links up, ``aside`` holds the blocks of HTML that commonmark.py set aside."""

    def __init__(self, find: Finder, aside: tuple[str, ...]) -> None:
        """Take what the article at hand needs."""
        super().__init__()
        self.find = find
        self.aside = aside

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's API
        """Register the rules: behind code spans (190), before escapes (180) and links (170)."""
        md.inlinePatterns.register(_TemplateTags(_TEMPLATE_TAG, md), "template_tags", 186)
        md.inlinePatterns.register(_Comments(_COMMENT, md), "comments", 185)
        md.inlinePatterns.register(_WikiLinks(self.find, md), "wiki_links", 176)
        md.preprocessors.register(_CommentBlocks(md), "comment_blocks", 22)  # fences are out of the way (25), HTML is not (20)
        md.preprocessors.register(_Aside(self.aside, md), "html_block", 20)  # in the place of Python-Markdown's own
        md.block_level_elements = [*md.block_level_elements, *sorted(elements.UNKNOWN_BLOCKS)]
        md.treeprocessors.register(_CarefulAttributes(md), "attr_list", 8)
        md.registerExtension(self)
