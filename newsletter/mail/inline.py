"""Moves a mail's style rules into style attributes with premailer, whose traps are contained here. No I/O.

The style sheet that is inlined comes from the head of the page alone, and reaches premailer as plain rules: whatever
begins with @ or names a pseudo-class stays in the head as it is, unseen by cssutils (which fetches ``@import`` and drops
``@supports``, ``@font-face`` and nested ``@media``). Style sheets and links to such in the body are dropped: one article
must not dress another.
"""

import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: What a simple selector has to find in the page: tags, classes and ids.
NAME = re.compile(r"[.#]?[A-Za-z][\w-]*")
BRACKETED = re.compile(r"\[[^\]]*\]")
IMPORTANT = re.compile(r"\s*!\s*important", re.IGNORECASE)
#: HTML, section 4.8.16 and the obsolete attributes of tables: pixels, for tables and cells also percent.
PIXELS = re.compile(r"\d{1,5}")
MEASURE = re.compile(r"\d{1,5}%?")


def inline(html: str) -> str:
    """Inline the style sheet in the page's head. The rest of the head and comments stay byte for byte."""
    from lxml import etree  # noqa: PLC0415 - with premailer, nothing that other commands should wait for

    if not html.strip():
        return html
    page = etree.fromstring(html.strip(), etree.HTMLParser(huge_tree=True))
    sheet = "\n".join(_take_rules(page))
    premailer = _premailer()(
        page,
        css_text=_prune(sheet, _names(page)),
        allow_network=False,
        strip_important=False,
        disable_validation=True,
        align_floating_images=False,
        disable_basic_attributes=["align", "valign", "bgcolor", "width", "height"],  # the templates give the right ones
        cssutils_logging_level=logging.CRITICAL + 1,  # cron would mail what it writes to stderr
    )
    tree = premailer.transform()
    _drop_odd_measures(page)
    text: str = etree.tostring(tree, method="html", encoding="unicode")
    return text + "\n"


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
        plain, kept = split(element.text or "")
        if in_head:
            yield plain
        if in_head and kept:
            element.text = f"\n{kept}\n"
            element.set("data-premailer", "ignore")
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


def split(css: str) -> tuple[str, str]:
    """Part a style sheet into the rules that can be inlined, and at-rules and pseudo-classes, which cannot."""
    plain, kept = [], []
    for rule in rules(COMMENT.sub("", css)):
        selector, brace, body = rule.partition("{")
        if not brace or selector.startswith("@") or ":" in selector:
            kept.append(rule)
        else:
            plain.append(selector + brace + IMPORTANT.sub("", body))  # inlined, it would win over the media queries
    return "\n".join(plain), "\n".join(kept)


def rules(css: str) -> Iterator[str]:
    """Yield the top-level rules of a style sheet without comments, each as it stands."""
    depth, start = 0, 0
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|[{};]", css):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth = max(0, depth - 1)
        if depth == 0 and match[0] in {"}", ";"}:
            rule = css[start : match.end()].strip()
            if rule not in {"}", ";"}:
                yield rule
            start = match.end()


def _names(page: "_Element") -> frozenset[str]:
    """List the tags, classes and ids of a page as selectors write them."""
    names = set()
    for element in page.iter("*"):
        names.add(element.tag)
        names.update(f".{name}" for name in element.get("class", "").split())
        names.add(f"#{element.get('id')}")
    return frozenset(names)


def _prune(css: str, names: frozenset[str]) -> str:
    """Drop the selectors that name what the page does not hold: each that is left costs premailer a walk over the page."""
    used_rules = []
    for rule in rules(css):
        selectors, _, body = rule.partition("{")
        used = [one for one in selectors.split(",") if names.issuperset(NAME.findall(BRACKETED.sub("", one)))]
        if used:
            used_rules.append(",".join(used) + "{" + body)
    return "\n".join(used_rules)


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
    with _environment(PREMAILER_CACHE="LFU", PREMAILER_CACHE_MAXSIZE="4096"), _no_requests(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # cssutils and encutils at import
        from premailer import Premailer  # noqa: PLC0415 - 200 ms, for digests alone
    return Premailer


def prepare() -> None:
    """Import what ``inline`` needs."""
    _premailer()


@contextmanager
def _no_requests() -> Iterator[None]:
    """Keep requests from premailer for a while: it takes 60 ms to import, and serves what premailer may not do here."""
    if "requests" in sys.modules:
        yield
        return
    sys.modules["requests"] = ModuleType("requests")
    try:
        yield
    finally:
        del sys.modules["requests"]


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
