"""Text files that were never Markdown: each line is a paragraph, no line is blank, headings carry no mark. Pure.

Markdown would run such a text together into one paragraph. The rule is meant never to touch a text that was written as Markdown:
it asks for no blank line between the text's lines, no line that begins like a Markdown block, and for half of the lines to be
longer than anybody wraps them.
"""

import re

#: A line that is wrapped by hand, or holds one sentence, is seldom this long; a paragraph on one line nearly always is.
_LONG = 160
#: A line that may be a heading: longer ones are sentences without their full stop.
_SHORT = 90
#: One paragraph and its heading are too few to tell.
_FEWEST = 4

_MARKDOWN = re.compile(r"(?m)^(?: {4}|\t| {0,3}(?:#|>|[-*+|<]|```|~~~|\d{1,9}[.)]\s|\[[^\]]+\]:|=+\s*$|!\[|\{|:\s))")
_CLOSED = re.compile(r"""[.!?;:,…。！？；：，、]["'”’»)\]]*$""")  # noqa: RUF001 - wide marks close sentences too
_WORD = re.compile(r"\w")


def _is_heading(line: str, following: str | None) -> bool:
    """Tell whether a line is short, does not close like a sentence, and stands above a paragraph."""
    if following is None or len(following) < _LONG:
        return False
    return len(line) <= _SHORT and not _CLOSED.search(line) and _WORD.search(line) is not None


def one_line_per_paragraph(body: str) -> bool:
    """Tell whether a body is plain text with a paragraph on each line."""
    lines = body.strip().split("\n")
    if len(lines) < _FEWEST or not all(line.strip() for line in lines) or _MARKDOWN.search(body):
        return False
    return 2 * sum(len(line) >= _LONG for line in lines) >= len(lines)


def as_markdown(body: str) -> str:
    """Write such a body as Markdown: blank lines between paragraphs, a mark before headings."""
    lines = [line.strip() for line in body.strip().split("\n")]
    following = [*lines[1:], None]
    blocks = [f"## {line}" if _is_heading(line, after) else line for line, after in zip(lines, following, strict=True)]
    return "\n\n".join(blocks) + "\n"
