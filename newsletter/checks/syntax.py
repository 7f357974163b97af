"""A rule about what other programs' templates read, and nothing here does: articles are never evaluated. Pure.

What is looked at is what came of rendering, where code is told from text. A word in double brackets is left alone: in real blogs
all of those that lead nowhere ([[noreturn]], [[Prototype]]) are no wiki links.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.model import Article, Rendered
from newsletter.render import elements

FOREIGN = Rule(
    id="foreign-syntax",
    summary="Readers are shown no tags, expressions or shortcodes that another program would have replaced.",
    source="Liquid, Basics; Hugo, Shortcodes; Go, text/template",
    severity=Severity.WARNING,
)
RULES = (FOREIGN,)

#: Stands for a piece of code within a line.
_CODE = "\x01"
#: Neither one word in braces alone, which TeX has, nor GitHub's ${{ … }}, nor React's ={{ … }}.
_EXPRESSION = (
    r"(?<![\\^_$={])\{\{(?:-?\s(?=[^{}\n]*[A-Za-z])[^{}\n\\]{1,1000}\s-?"  # {{ page.title }}
    r"|[\"'][^{}\n\\]{1,1000}"  # {{"a.png" | url}}
    rf"|[A-Za-z_]\w*(?:\.\w|\s*\||\s+[\w\"'(/.{_CODE}])[^{{}}\n\\]{{0,1000}}"  # {{site.url}}, {{image "a.png"}}
    r")\}\}(?!\})"
)
#: Kinds of syntax to what they look like in text.
_KINDS = {
    "a shortcode of Hugo": re.compile(r"\{\{(?:<[^{}<>]{1,1000}>|%(?:[^{}%]|%(?!\})){1,1000}%)\}\}"),
    "a template's tag, as in Jekyll or Hexo": re.compile(r"(?<!\{)\{%-?\s*[A-Za-z](?:[^%]|%(?!\})){0,1000}%\}"),
    "a template's expression, as in Jekyll": re.compile(_EXPRESSION),
}
#: Without one of these none of them is there.
_OPENINGS = ("{{", "{%", "%7B")
_CODE_ELEMENTS = frozenset(("code", "kbd", "pre", "samp"))
_ADDRESSES = frozenset(("href", "poster", "src", "srcset"))
_LONGEST = 60


class _Piece(NamedTuple):
    """Text of a block, an address, or code."""

    text: str
    is_code: bool = False


def check(config: Config, rendered: Iterable[Rendered], source: Callable[[Article], str]) -> Iterator[Finding]:
    """Name each kind once in each article; ``source`` reads an article's Markdown and may raise ContentError."""
    for item in rendered:
        if any(opening in item.html for opening in _OPENINGS):
            pieces = _pieces(item.html)
            for kind, pattern in _KINDS.items():
                found = [(at, match) for at, one in enumerate(pieces) if not one.is_code for match in pattern.finditer(one.text)]
                if found:
                    line = _line(item.article, pieces, *found[0], source)
                    yield Finding(rule=FOREIGN, path=config.content / item.article.path, line=line, message=_message(kind, found))


def _message(kind: str, found: list[tuple[int, re.Match[str]]]) -> str:
    """Say what was found, and what becomes of it."""
    text = " ".join(found[0][1][0].replace(_CODE, "…").split())
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    more = f"; {len(found) - 1} more like it" if len(found) > 1 else ""
    return f"{shown} (it looks like {kind}) reaches readers as it stands{more}"


def _line(article: Article, pieces: list[_Piece], at: int, match: re.Match[str], source: Callable[[Article], str]) -> int | None:
    """Tell the line of the file; None where it was written differently. The same may stand in code before."""
    text = match[0].partition(_CODE)[0].partition("\n")[0]
    before = sum(one.text.count(text) for one in pieces[:at]) + match.string.count(text, 0, match.start())
    try:
        body = source(article)
    except ContentError:  # it is told about where it is read for rendering
        return None
    place = -1
    for _ in range(before + 1):
        place = body.find(text, place + 1)
        if place < 0:
            return None
    return article.body_line + body.count("\n", 0, place)


def _pieces(html: str) -> list[_Piece]:
    """Take rendered HTML apart, in its order."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    parser.end_block()
    return parser.pieces


class _Parser(HTMLParser):
    """Collects text by blocks. The standard library's parser has no limit of depth below which text gets lost."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[_Piece] = []
        self._text: list[str] = []
        #: How many elements are open that hold code.
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in elements.BLOCKS:
            self.end_block()
        self._code += tag in _CODE_ELEMENTS
        self.pieces += (_Piece(unquote(value)) for name, value in attrs if name in _ADDRESSES and value)

    def handle_endtag(self, tag: str) -> None:
        if tag in elements.BLOCKS:
            self.end_block()
        if tag in _CODE_ELEMENTS:
            self._code -= 1
            self._text.append(_CODE)

    def handle_data(self, data: str) -> None:
        if self._code:
            self.pieces.append(_Piece(data, is_code=True))
        else:
            self._text.append(data)

    def end_block(self) -> None:
        """Put what was collected down."""
        if text := "".join(self._text):
            self.pieces.append(_Piece(text))
        self._text = []
