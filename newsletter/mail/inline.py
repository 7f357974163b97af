"""Moves a mail's style rules into style attributes with premailer, whose traps are contained here. No I/O.

The style sheet that is inlined comes from the head of the page alone, and reaches premailer as plain rules: whatever
begins with @ or names a pseudo-class stays in the head as it is, unseen by cssutils (which fetches ``@import`` and drops
``@supports``, ``@font-face`` and nested ``@media``). Style sheets and links to such in the body are dropped: one article
must not dress another.
"""

import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from newsletter.imports import without
from newsletter.mail import places, sheets, stories
from newsletter.mail.places import Found, Memory, Place, Places

if TYPE_CHECKING:
    from lxml.etree import _Element

#: HTML, section 4.8.16 and the obsolete attributes of tables: pixels, for tables and cells also percent.
PIXELS = re.compile(r"\d{1,5}")
MEASURE = re.compile(r"\d{1,5}%?")
#: What premailer leaves alone.
IGNORE = "data-premailer"


def inline(html: str, memory: Memory | None = None) -> str:
    """Inline the style sheet in the page's head. The rest of the head and comments stay byte for byte.

    ``memory`` has what was learnt of the style sheet in other builds.
    """
    if not html.strip():
        return html
    around, told = stories.cut(html)
    whole = _spliced(around, told, memory) if told else None
    if whole is None:
        page = parsed(stories.unmarked(html))
        sheet = _sheet(page)
        known = places.of(sheet, memory)
        whole = _dressed(page, sheet, known, known.look(page) if known is not None else [], memory)
    return whole + "\n"


def _spliced(around: list[str], told: list[str], memory: Memory | None) -> str | None:
    """Inline a page in which the stories that are known are put afterwards; None where one may not be taken by itself."""
    shell = parsed(stories.joined(around, stories.marked([""] * len(told))))
    sheet = _sheet(shell)
    known = places.of(sheet, memory)
    if known is None or not stories.are_closed(told):
        return None
    found = known.look(shell)
    spots = _spots(shell, found, len(told))
    if spots is None:
        return None
    dressed = [known.story(spot, story) for spot, story in zip(spots, told, strict=True)]
    if None in dressed:
        shown = [story if done is None else "" for story, done in zip(told, dressed, strict=True)]
        shell = parsed(stories.joined(around, stories.marked(shown)))
        found = known.look(shell) if _sheet(shell) == sheet else []
        if _spots(shell, found, len(told)) != spots:
            return None
    pieces, made = stories.cut(_dressed(shell, sheet, known, found, memory))
    for at, story in enumerate(made):
        if dressed[at] is None:
            dressed[at] = story
            known.remember(spots[at], told[at], story)
    return stories.joined(pieces, [story or "" for story in dressed])


def _spots(page: "_Element", found: list[Found], count: int) -> list[Place] | None:
    """Tell in which place each story of a page stands."""
    by_element = {one.element: one.place for one in found}
    parents = stories.parents(page, count)
    return None if parents is None or not found else [by_element[parent] for parent in parents]


def parsed(html: str) -> "_Element":
    """Read a page."""
    from lxml import etree  # noqa: PLC0415 - with premailer, nothing that other commands should wait for

    return etree.fromstring(html.strip(), etree.HTMLParser(huge_tree=True))


def _dressed(page: "_Element", sheet: str, known: Places | None, found: list[Found], memory: Memory | None) -> str:
    """Give the elements of a page their styles, by what is known of their places or by premailer, and write the page."""
    from lxml import etree  # noqa: PLC0415 - as above

    if known is None or not known.dress(page, found):
        transform(page, sheet)
        if known is not None:
            known.learn(found)
            if memory is not None:
                memory.keep(sheet, known.tell())
    _drop_odd_measures(page)
    return etree.tostring(page.getroottree(), method="html", encoding="unicode")


def transform(page: "_Element", sheet: str) -> None:
    """Have premailer inline plain rules."""
    for element in page.iter("style"):
        element.set(IGNORE, "ignore")
    _premailer()(
        page,
        css_text=sheets.prune(sheet, _names(page)),
        allow_network=False,
        strip_important=False,
        disable_validation=True,
        align_floating_images=False,
        disable_basic_attributes=["align", "valign", "bgcolor", "width", "height"],  # the templates give the right ones
        cssutils_logging_level=logging.CRITICAL + 1,  # cron would mail what it writes to stderr
    ).transform()
    for element in page.iter("style"):
        element.attrib.pop(IGNORE, "")  # of a sheet for another medium premailer leaves it


def _sheet(page: "_Element") -> str:
    return "\n".join(_take_rules(page))


def _take_rules(page: "_Element") -> Iterator[str]:
    """Take the plain rules out of the head's style sheets, and the style sheets out of the body."""
    for element in list(page.iter("style", "link")):
        parent = element.getparent()
        assert parent is not None  # neither is ever the root  # noqa: S101
        in_head = any(above.tag == "head" for above in element.iterancestors())
        if element.tag == "link":
            if not in_head or "stylesheet" in element.get("rel", "").lower():
                _remove(element)
            continue
        plain, kept = sheets.split(element.text or "")
        if in_head:
            yield plain
        if in_head and kept:
            element.text = f"\n{kept}\n"
        else:
            _remove(element)


def _remove(element: "_Element") -> None:
    """Take an element out of its tree, but not the text that follows it."""
    parent, before = element.getparent(), element.getprevious()
    assert parent is not None  # as its callers know  # noqa: S101
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _names(page: "_Element") -> frozenset[str]:
    """List the tags, classes and ids of a page as selectors write them."""
    names = set()
    for element in page.iter("*"):
        names.add(element.tag)
        names.update(f".{name}" for name in element.get("class", "").split())
        names.add(f"#{element.get('id')}")
    return frozenset(names)


def _drop_odd_measures(page: "_Element") -> None:
    """Remove widths and heights that are no number: HTML has none other, and Outlook takes them for zero."""
    for element in page.iter("*"):
        shape = PIXELS if element.tag in {"img", "video", "iframe", "canvas"} else MEASURE
        for name in ("width", "height"):
            if not shape.fullmatch(element.get(name, "0")):
                del element.attrib[name]


@cache
def _premailer() -> Any:  # noqa: ANN401 - premailer has no types
    """Import premailer with room in its cache for every rule of a page: with the 128 of its own it thrashes."""
    # requests takes 60 ms to import, and serves what premailer may not do here
    with _environment(PREMAILER_CACHE="LFU", PREMAILER_CACHE_MAXSIZE="4096"), without("requests"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # cssutils and encutils at import
        from premailer import Premailer  # noqa: PLC0415 - 200 ms, for digests alone
    return Premailer


def prepare() -> None:
    """Import what ``inline`` needs."""
    _premailer()


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables for a while: premailer has no other knob for its cache."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
