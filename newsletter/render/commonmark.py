"""Lists, fences and tables as CommonMark and GitHub read them, written so that Python-Markdown reads them the same way. Pure.

Python-Markdown nests lists by four spaces only, sees no list, fence or table that directly follows a line of text, and leaves an
unclosed fence, or one with more than a language behind it, as text, and takes an HTML element with all it holds as verbatim. The
dialects that blogs are written in (https://spec.commonmark.org/0.31.2/, https://github.github.com/gfm/) do better, so the source
is laid out anew before it is parsed: nested blocks by four spaces, blank lines around blocks, every fence closed, blocks of HTML
set aside line by line. Kinder than CommonMark: two spaces nest below any marker; ``1)`` counts as ``1.``; ``##Heading`` is one;
``markdown="1"`` on an element lets Markdown follow at once; indented lines inside an open element are no code.
"""

import re
from collections.abc import Iterator

from newsletter.render.bounds import MAX_DEPTH

_FENCE = re.compile(r"^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ ]*(.*)$")
_LANGUAGE = re.compile(r"^\{?\.?([\w#+.-]*)")
_RULE = re.compile(r"^ {0,3}([-*_])(?:[ ]*\1){2,}[ ]*$")
_HEADING = re.compile(r"^ {0,3}#(?:#{0,5}(?:[ ]|$)|#)")
#: A word behind a hash mark is a tag or a number, no heading; behind two and more, authors mean a heading all the same.
_HASH = re.compile(r"^ {0,3}#[^# ]")
_CALLOUT = re.compile(r"^ {0,3}>[ ]?\[!")
_QUOTE = re.compile(r"^ {0,3}>[ ]?")
_ITEM = re.compile(r"^( *)([-*+]|(\d{1,9})[.)])(?: +|$)(?=(.*))")
_DELIMITERS = re.compile(r"^ {0,3}\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*$")
# https://spec.commonmark.org/0.31.2/#html-blocks, kinds 1 to 6; the seventh, any tag on a line of its own, is left to paragraphs.
_VERBATIM = re.compile(r"(?i)^ *<(?:(script|pre|style|textarea)(?=[\s>]|$)|(!--)|(\?)|(!\[CDATA\[)|(![a-z]))")
_VERBATIM_ENDS = ("</", "-->", "?>", "]]>", ">")
_HTML = re.compile(
    r"(?i)^ *</?(?:address|article|aside|audio|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir"
    r"|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu"
    r"|menuitem|nav|noframes|noscript|ol|optgroup|option|p|param|search|section|source|summary|table|tbody|td|tfoot|th|thead|title"
    r"|tr|track|ul|video)(?=[\s/>]|$)"
)
_MARKDOWN_INSIDE = re.compile(r"""(?i)^( *<[a-z]\w*(?:\s[^>]*?)?)\s+markdown(?:=(?:"[^"]*"|'[^']*'|\w+))?((?:\s[^>]*)?>)\s*$""")
_CONTAINER = re.compile(
    r"(?i)<(/?)(?:article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header|main|nav|ol|section|table|ul)"
    r"(?=[\s/>])"
)

#: Stands on both sides of the number of a block of HTML; a control character, so no article holds it.
ASIDE = "\x1a"

#: So many spaces make code.
_CODE = 4

#: Stands for nothing on an item's first line, so that a fence may begin on the next; empty spans are dropped later.
_NOTHING = "<span></span>"


class NestingError(Exception):
    """Lists or quotes are nested more than MAX_DEPTH deep."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _interrupts(match: re.Match[str]) -> bool:
    """Tell whether a list item may directly follow a line of text: it is not empty, and begins at 1 if it is numbered."""
    return bool(match[4].strip()) and match[3] in (None, "1")


class _Layout:
    """The blocks of one container (the article, a list item, a quote), laid out for Python-Markdown."""

    def __init__(self, lines: list[str], aside: list[str], depth: int = 0, *, in_item: bool = False) -> None:
        if depth > MAX_DEPTH:
            raise NestingError
        self.aside = aside
        #: How many elements that hold blocks the HTML so far has left open.
        self.open_elements = 0
        self.lines = lines
        self.depth = depth
        self.in_item = in_item
        self.at = 0
        self.out: list[str] = []
        #: Whether the last line is text that the next one may continue.
        self.text = False
        #: Whether the last block is a quote.
        self.quoted = False

    def blank(self) -> None:
        """Set off the block that follows."""
        if self.out and self.out[-1]:
            self.out.append("")

    def goes_on(self) -> bool:
        """Tell whether the next line says something."""
        return self.at < len(self.lines) and bool(self.lines[self.at].strip())

    def run(self) -> list[str]:
        """Lay out every line."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.out.append("")
                self.text = False
                self.at += 1
            elif _QUOTE.match(line):
                self.quote()
            else:
                self.block(line)
                self.quoted = False
        return self.out

    def block(self, line: str) -> None:
        """Lay out the block that begins on this line and is no quote."""
        if (fence := _FENCE.match(line)) is not None:
            self.fence(fence)
        elif (item := self.item_at(line)) is not None:
            self.item(item)
        elif self.begins_html(line):
            self.html(line)
        elif (_indent(line) >= _CODE and not self.text) or _HEADING.match(line) or _RULE.match(line):
            self.copy(1, text=False)
        else:
            self.paragraph(line)

    def next_text(self) -> int | None:
        """Find the next line, from this one on, that is not blank."""
        return next((n for n in range(self.at, len(self.lines)) if self.lines[n].strip()), None)

    def copy(self, count: int, *, text: bool) -> None:
        """Take so many lines as they are."""
        self.out += self.lines[self.at : self.at + count]
        self.at += count
        self.text = text

    def fence(self, opening: re.Match[str]) -> None:
        """Write a fence with its language alone, without indentation, and closed."""
        indent, mark, words = opening.groups()
        closing = re.compile(rf"^ {{0,3}}{mark[0]}{{{len(mark)},}}[ ]*$")
        if not (self.in_item and self.text):
            self.blank()
        language = _LANGUAGE.match(words)
        assert language is not None  # may be empty, always matches  # noqa: S101
        self.out.append(mark + language[1])
        self.at += 1
        while self.at < len(self.lines) and not closing.match(self.lines[self.at]):
            line = self.lines[self.at]
            self.out.append(line[min(len(indent), _indent(line)) :])
            self.at += 1
        self.at += 1
        self.out.append(mark)
        self.text = False
        if not self.in_item and self.goes_on():
            self.blank()

    def html(self, line: str) -> None:
        """Set a block of HTML aside: to the end of what is verbatim, else to a blank line."""
        end = self.at
        verbatim = _VERBATIM.match(line)
        if verbatim is not None:
            closing = _VERBATIM_ENDS[(verbatim.lastindex or 1) - 1] + (verbatim[1] or "").lower()
            while end < len(self.lines) - 1 and closing not in self.lines[end].lower():
                end += 1
        elif (opening := _MARKDOWN_INSIDE.match(line)) is not None:
            self.lines[end] = opening[1] + opening[2]
        else:
            while end < len(self.lines) - 1 and self.lines[end + 1].strip():
                end += 1
        self.set_aside("\n".join(self.lines[self.at : end + 1]))
        self.at = end + 1

    def set_aside(self, html: str) -> None:
        """Put a mark on a line of its own in the place of HTML."""
        for closing in _CONTAINER.findall(html):
            self.open_elements = max(0, self.open_elements + (-1 if closing else 1))
        self.blank()
        self.out += [f"{ASIDE}{len(self.aside)}{ASIDE}", ""]
        self.aside.append(html)
        self.text = False

    def quote(self) -> None:
        """Lay out what a quote holds."""
        if self.quoted and _CALLOUT.match(self.lines[self.at]):
            # Python-Markdown joins quotes that only a blank line parts; a comment between them is dropped later.
            self.set_aside("<!-- -->")
        inner = []
        while self.at < len(self.lines) and (match := _QUOTE.match(self.lines[self.at])) is not None:
            inner.append(self.lines[self.at][match.end() :])
            self.at += 1
        layout = _Layout(inner, self.aside, self.depth + 1)
        self.out += [f"> {line}".rstrip() if not line else f"> {line}" for line in layout.run()]
        self.text = layout.text
        if not self.text and self.goes_on():
            self.blank()
        self.quoted = True

    def item_at(self, line: str) -> re.Match[str] | None:
        """Match a list item that begins on this line."""
        match = _ITEM.match(line)
        if match is None or _RULE.match(line):
            return None
        if self.text:
            near = len(match[1]) < _CODE or self.in_item
            return match if near and _interrupts(match) else None
        return match if len(match[1]) < _CODE else None

    def item(self, match: re.Match[str]) -> None:
        """Lay out the list that begins here: its items follow one another, each nested by four spaces."""
        if self.text and not self.in_item:
            self.blank()
        self.text = False
        numbered = match[3] is not None
        while True:
            self.one_item(match)
            after = self.next_text()
            following = None if after is None else self.item_at(self.lines[after])
            if after is None or following is None or (following[3] is not None) != numbered:
                break
            if after > self.at:
                self.blank()
            self.at = after
            match = following
        if self.goes_on():
            self.blank()

    def one_item(self, match: re.Match[str]) -> None:
        """Lay out one item and what is nested in it."""
        marker = f"{int(match[3])}." if match[3] is not None else match[2]
        layout = _Layout(list(self.item_lines(match)), self.aside, self.depth + 1, in_item=True)
        lines = layout.run()
        trailing = len(lines)
        while trailing and not lines[trailing - 1]:
            trailing -= 1
        first, rest = (lines[0], lines[1:trailing]) if lines else ("", [])
        if _FENCE.match(first):
            first, rest = _NOTHING, lines[:trailing]
        self.out.append(f"{marker} {first}")
        self.out += [f"    {line}" if line else "" for line in rest]
        if "" in rest:  # the item holds several blocks: the next one must not be read as part of the last of them
            self.blank()

    def item_lines(self, match: re.Match[str]) -> Iterator[str]:
        """Give the lines of one item without its indentation, and move behind them and the blank lines that end it."""
        outer = len(match[1])
        inner = match.end() if match[4].strip() and match.end() - match.end(2) <= _CODE else match.end(2) + 1
        nested = min(inner, outer + 2)
        first = self.lines[self.at][inner:]
        yield first
        self.at += 1
        closing, lazy = _fence_state(None, first)
        lazy = lazy and bool(first.strip())
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                after = self.next_text()
                if after is None or _indent(self.lines[after]) < nested:
                    return
                yield ""
                lazy = False
            elif _indent(line) >= nested:
                inside = line[min(_indent(line), inner) :]
                yield inside
                closing, lazy = _fence_state(closing, inside)
            elif lazy and closing is None and not self.begins(line):
                yield line.lstrip()
            else:
                return
            self.at += 1

    def begins_html(self, line: str) -> bool:
        """Tell whether a block of HTML begins or, inside an open element, goes on."""
        if _indent(line) >= _CODE:
            return self.open_elements > 0 and not self.text
        return _HTML.match(line) is not None or _VERBATIM.match(line) is not None

    @staticmethod
    def begins(line: str) -> bool:
        """Tell whether a line begins a block, so that it cannot continue the text of an item."""
        return any(start.match(line) for start in (_FENCE, _ITEM, _QUOTE, _HEADING, _RULE, _HTML, _VERBATIM))

    def paragraph(self, line: str) -> None:
        """Take a line of text; set off a table that begins with it; write a backslash at its end as a line break."""
        if _HASH.match(line):
            self.lines[self.at] = line = line.replace("#", "\\#", 1)
        following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
        if "|" in line and "|" in following and _DELIMITERS.match(following):
            if self.text:
                self.blank()
            self.copy(2, text=True)
        elif following.strip() and line.endswith("\\") and not line.endswith("\\\\"):
            self.lines[self.at] = f"{line[:-1]}  "
            self.copy(1, text=True)
        else:
            self.copy(1, text=True)


def _fence_state(closing: re.Pattern[str] | None, line: str) -> tuple[re.Pattern[str] | None, bool]:
    """Follow fences through an item: what would close the open one, and whether the line is text that may go on lazily."""
    if closing is not None:
        return (None if closing.match(line) else closing), False
    if (fence := _FENCE.match(line)) is not None:
        return re.compile(rf"^ {{0,3}}{fence[2][0]}{{{len(fence[2])},}}[ ]*$"), False
    return None, not (_HEADING.match(line) or _RULE.match(line))


def lay_out(body: str) -> tuple[str, tuple[str, ...]]:
    """Lay out an article's Markdown for Python-Markdown; tabs become spaces to the next multiple of four.

    Returns it with the blocks of HTML: where each belongs, its number stands between ASIDE marks.
    Raises NestingError for lists and quotes nested too deep.
    """
    aside: list[str] = []
    text = "\n".join(_Layout(body.expandtabs(4).split("\n"), aside).run())
    return text, tuple(aside)
