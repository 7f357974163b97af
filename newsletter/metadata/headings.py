"""The first heading of a Markdown body. Pure.

ATX and setext headings, outside fenced code and comments: https://spec.commonmark.org/0.31.2/#atx-headings.
"""

import html
import re
from collections.abc import Iterator

from msgspec import Struct

#: Longest heading that is looked at, in characters.
LONGEST = 1_000

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
#: Begins a block other than a paragraph.
_NO_PARAGRAPH = re.compile(r"\t| {4}|[ ]{0,3}(?:[-*+>|<]|[0-9]{1,9}[.)] )")

#: A backslash escape, or code.
_LITERAL = re.compile(r"\\([!-/:-@\[-`{-~])|(`{1,3})([^`]+)\2")
_ATTRIBUTES = re.compile(r"\s*\{:?\s*[#.][^{}]*\}$")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_STRONG = re.compile(r"(\*{1,3}|~~)(?=\S)([^*~]+)(?<=\S)\1")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
#: Without any of these nothing is markup.
_MARKUP = re.compile(r"[\\`\[*~<&{\0]")


class Heading(Struct, frozen=True, kw_only=True):
    """A heading in a body."""

    #: As a reader sees it, on one line.
    text: str
    #: 1 to 6.
    level: int
    #: Its lines in the body, counted from 0: from the first up to but not including the second number.
    lines: tuple[int, int]
    #: Whether nothing but blank lines and comments stands above it.
    leads: bool


def first(body: str, *, leading: bool) -> Heading | None:
    """Find the first heading with a text; with ``leading``, only if it leads."""
    leads, fence, comment = True, "", False
    # a paragraph's first line, which an underline may yet make a heading, and whether it leads
    before, before_leads, in_paragraph = "", False, False
    for number, line in enumerate(_lines(body)):
        if fence:
            closing = line.strip()
            fence = "" if closing.startswith(fence) and not closing.strip(fence[0]) else fence
        elif comment or line.startswith("<!--"):
            comment = "-->" not in line
        elif not line or line.isspace():
            before, in_paragraph = "", False
        elif before and _UNDERLINE.fullmatch(line):
            level = 1 if "=" in line else 2
            return Heading(text=plain(before), level=level, lines=(number - 1, number + 1), leads=before_leads)
        else:
            atx = _ATX.match(line)
            inner = _unclosed(line[atx.end(1) :]) if atx else ""
            text = plain(inner) if inner else ""
            if atx and text:
                return Heading(text=text, level=len(atx[1]), lines=(number, number + 1), leads=leads)
            opened = _FENCE.match(line)
            fence = opened[1] if opened else ""
            # one line only, as Python-Markdown has it: an underline below a longer paragraph is a thematic break
            before = "" if in_paragraph or atx or opened or _NO_PARAGRAPH.match(line) else line
            before_leads, leads, in_paragraph = leads, False, True
        if leading and not leads and not (before and before_leads):
            return None
    return None


def repeated(body: str, title: str) -> Heading | None:
    """Find the heading that leads a body if it says what the title says."""
    heading = None if _surely_not(body, title) else first(body, leading=True)
    return heading if heading is not None and heading.text.casefold() == plain(title).casefold() else None


def _surely_not(body: str, title: str) -> bool:
    """Tell at a glance that a body does not begin with its title, as most do not."""
    start = len(body) - len(body.lstrip("\n"))
    end = body.find("\n", start, start + LONGEST)
    line = body[start:end]
    if end < 0 or len(title) > LONGEST or _MARKUP.search(line) or _MARKUP.search(title):
        return False
    if line[:1] == "#":
        # the signs of a heading may be those of the title, too
        return " ".join(line.split()).strip("# ").casefold() != " ".join(title.split()).strip("# ").casefold()
    # neither a heading nor, with what follows it, an underlined one
    return line[:1].isalnum() and (body[end + 1 : end + 2] == "\n" or body[end + 1 : end + 2].isalnum())


def _lines(text: str) -> Iterator[str]:
    """Yield the lines one by one: the first few tell, mostly."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def plain(markdown: str) -> str:
    """Write inline Markdown as a reader sees it, but for underscores: in names they are letters."""
    if not _MARKUP.search(markdown):
        return " ".join(markdown[:LONGEST].split())
    text = _ATTRIBUTES.sub("", markdown[:LONGEST])
    # what is literal is taken out first, since nothing in it is markup
    literal: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literal.append(match[1] or match[3].strip())
        return f"\0{len(literal) - 1}\0"

    text = _LITERAL.sub(keep, text.replace("\0", ""))
    text = _STRONG.sub(r"\2", _IMAGE_OR_LINK.sub(r"\1", _IMAGE_OR_LINK.sub(r"\1", text)))
    text = html.unescape(_TAG.sub("", text))
    text = re.sub("\0([0-9]+)\0", lambda match: literal[int(match[1])], text)
    return " ".join(text.split())


def without(body: str, heading: Heading) -> str:
    """Leave a heading out of its body; the lines below keep their numbers."""
    lines = body.split("\n")
    lines[heading.lines[0] : heading.lines[1]] = [""] * (heading.lines[1] - heading.lines[0])
    return "\n".join(lines)


def _unclosed(text: str) -> str:
    """Take the closing sequence off an ATX heading."""
    text = text.strip()
    rest = text.rstrip("#")
    return rest.rstrip() if not rest or rest[-1] in " \t" else text
