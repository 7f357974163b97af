"""Stories in a page of mail: marked by templates, so that one that was inlined before is put in as it is. Pure.

A mark is a comment before and one after, and none of them is ever left in a mail.
"""

import re
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

OPEN, CLOSE = "<!--newsletter:story-->", "<!--/newsletter:story-->"
_MARKED = re.compile(f"(?s){re.escape(OPEN)}(.*?){re.escape(CLOSE)}")
#: Tags that an HTML parser takes for those of the page, wherever they stand.
_PAGE_TAGS = re.compile(r"(?i)<(?:html|head|body|frameset)\b")


def cut(html: str) -> tuple[list[str], list[str]]:
    """Cut a page into what is around its stories, and those."""
    pieces = _MARKED.split(html)
    return pieces[::2], pieces[1::2]


def joined(around: Sequence[str], stories: Sequence[str]) -> str:
    """Put a page together."""
    return "".join(chain.from_iterable(zip_longest(around, stories, fillvalue="")))


def marked(stories: Sequence[str]) -> list[str]:
    """Mark stories."""
    return [f"{OPEN}{story}{CLOSE}" for story in stories]


def unmarked(html: str) -> str:
    """Return a page, or a part of one, without marks."""
    return html.replace(OPEN, "").replace(CLOSE, "")


def are_closed(stories: Sequence[str]) -> bool:
    """Tell whether stories cannot reach the elements that make the page."""
    return not any(map(_PAGE_TAGS.search, stories))


def parents(page: "_Element", count: int) -> "list[_Element] | None":
    """List the elements that so many marked stories stand in, in order; None where one does not begin and end in the same."""
    from lxml import etree  # noqa: PLC0415 - with premailer, nothing that other commands should wait for

    comments = [one for one in page.iter(etree.Comment) if f"<!--{one.text}-->" in {OPEN, CLOSE}]
    found = []
    for begin, end in zip(comments[::2], comments[1::2], strict=False):
        parent = begin.getparent()
        if f"<!--{begin.text}-->" != OPEN or f"<!--{end.text}-->" != CLOSE or parent is None or end.getparent() is not parent:
            return None
        found.append(parent)
    return found if len(comments) == 2 * count else None
