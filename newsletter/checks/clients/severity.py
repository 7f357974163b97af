"""Says how much it matters that a client does not support a feature, or only in part, where a mail uses it. Pure.

A use carries the mail if without it something could not be read, reached or clicked, or would leave its place in the column.
Everything does that is not named here: what only adds to the mail, and why, and what stands in for the rest.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from newsletter.checks.clients.support import Client, Level
from newsletter.checks.clients.uses import Use
from newsletter.checks.finding import Severity

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Why to what: nothing is lost without these.
ADDS = {
    "spacing only": (
        *("css-padding", "css-border-spacing", "css-line-height", "css-letter-spacing", "css-word-spacing", "css-text-indent"),
        *("css-vertical-align", "css-height", "css-min-height", "css-tab-size", "css-list-style-position"),
    ),
    "decoration only": (
        *("css-accent-color", "css-animation", "css-at-font-face", "css-at-keyframes", "css-backdrop-filter", "css-border"),
        *("css-background-blend-mode", "css-background-clip", "css-background-origin", "css-background-position"),
        *("css-background-repeat", "css-background-size", "css-border-collapse", "css-border-image", "css-border-radius"),
        *("css-border-inline-block", "css-border-inline-block-individual", "css-border-inline-block-longhand"),
        *("css-border-radius-logical", "css-box-shadow", "css-cursor", "css-empty-cells", "css-filter", "css-font-kerning"),
        *("css-caption-side", "css-color-scheme", "css-font-size-adjust", "css-font-stretch", "css-font-weight", "css-hyphens"),
        *("css-hyphenate-character", "css-hyphenate-limit-chars", "css-list-style", "css-list-style-image"),
        *("css-list-style-type", "css-mix-blend-mode", "css-object-fit", "css-object-position", "css-orphans", "css-outline"),
        *("css-outline-offset", "css-resize", "css-scroll-snap", "css-text-decoration", "css-text-decoration-color"),
        *("css-text-decoration-line", "css-text-decoration-skip-ink", "css-text-decoration-style", "css-text-emphasis"),
        *("css-text-decoration-thickness", "css-text-emphasis-position", "css-text-justify", "css-text-shadow"),
        *("css-text-transform", "css-text-underline-offset", "css-text-underline-position", "css-text-wrap"),
        *("css-transition", "css-user-select", "css-widows", "html-hr", "html-wbr", "html-background"),
    ),
    "what it holds is shown all the same": (
        *("html-abbr", "html-acronym", "html-address", "html-bdi", "html-dfn", "html-semantics", "html-small", "html-strike"),
        *("html-del", "html-ruby", "html-rt", "html-rp", "html-body", "html-marquee", "css-display"),
    ),
    "for screen readers and browsers": (
        *("html-role", "html-aria-describedby", "html-aria-hidden", "html-aria-label", "html-aria-labelledby"),
        *("html-aria-live", "html-lang", "html-doctype", "html-meta-color-scheme", "html-target", "html-loading-attribute"),
        "html-link",
    ),
    "the next type face of the list is taken": ("css-sytem-ui",),
    "clients break long words in ways of their own": ("css-overflow-wrap", "css-word-break", "css-word-wrap"),
    "what it holds only adds to the mail": ("html-style",),
    "the note that it leads to stands below the article": ("html-anchor-links",),
    "src has the picture for clients without it": ("html-srcset", "html-picture"),
    "columns have widths as attributes": ("css-table-layout",),
}
REASONS = {slug: reason for reason, slugs in ADDS.items() for slug in slugs}

#: What of a fixed width a browser on the narrowest phone has for a table, and what a letter takes, in CSS pixels.
NARROWEST, LETTER = 320, 8
NEGATIVE = re.compile(r"(?<![\w.])-\d")
CELL = re.compile(r"\btd\b")
#: Declarations that let a cell be narrower than its longest word.
BREAKS = {
    (name, f"{value}{end}")
    for name, value in (("word-break", "break-word"), ("overflow-wrap", "anywhere"))
    for end in ("", " !important")
}
NOT_SCROLLED = "Cannot scroll"


def _outlook_width(use: Use) -> str:
    if use.element.tag == "img" and use.element.get("width", "").isdecimal():
        return "the width attribute stands in"
    if use.is_bounded():
        return "a table for Outlook stands in"
    return "" if use.element.tag == "img" or use.value != "100%" else "it is as wide as its place by itself"


def _scrolls(use: Use) -> str:
    """Say why nothing needs to be scrolled sideways, if that is so; few clients on phones can."""
    if any("max-width" in rule.at and CELL.search(rule.selector) and BREAKS & set(rule.declarations) for rule in use.sheet):
        return "on narrow screens the words in its cells are broken"
    return "it fits into the narrowest screen" if _fits(use) else ""


def _fits(use: Use) -> bool:
    """Estimate whether tables fit into the narrowest screen with their words whole."""
    return all(_narrowest(table) <= NARROWEST for table in use.element.iter("table"))


def _narrowest(table: "HtmlElement") -> int:
    columns: dict[int, int] = {}
    for row in table.iter("tr"):
        for at, cell in enumerate(row):
            longest = max((len(word) for word in cell.text_content().split()), default=0)
            columns[at] = max(columns.get(at, 0), longest)
    return sum(longest * LETTER for longest in columns.values())


#: What stands in for a feature at a use of it; empty where nothing does.
STANDS_IN: dict[str, Callable[[Use], str]] = {
    "css-max-width": _outlook_width,
    "css-width": _outlook_width,
    "css-margin": lambda use: "" if NEGATIVE.search(use.value) else "it is at the side there, not in the middle",
    "css-white-space": lambda use: "the element keeps its lines by itself" if use.is_inside("pre") else "",
    "css-overflow": _scrolls,
    "css-background-image": lambda use: (
        "a background colour stands in" if "background-color" in use.element.get("style", "") else ""
    ),
    "css-background": lambda use: "a colour alone" if "url(" not in use.value else "",
}
#: Whether a use is of the part of a feature that a client lacks, as its note there says; where nothing is said, it is.
LACKS: dict[str, Callable[[Use, str], bool]] = {
    "css-padding": lambda use, _: use.element.tag not in {"td", "th"},
    "css-height": lambda use, _: use.element.tag in {"body", "span", "div", "p"},
    "css-letter-spacing": lambda *_: False,  # a little wider or narrower
    "css-line-height": lambda *_: False,  # the same
    "css-font-weight": lambda *_: False,  # 600 and 700 are bold everywhere
    "css-border": lambda use, _: use.element.tag in {"p", "div"},
    "css-text-transform": lambda use, _: use.value == "lowercase",
    "css-text-decoration": lambda use, _: " " in use.value or use.value == "overline",
    "css-border-radius": lambda use, _: "/" in use.value,
    "html-style": lambda *_: True,
    "css-display-none": lambda use, _: use.element.tag == "img" or use.element.find(".//table") is not None,
    "css-margin": lambda use, note: bool(NEGATIVE.search(use.value)) or ("auto" in use.value and "`auto`" in note),
    "css-overflow": lambda _, note: NOT_SCROLLED in note,
    "css-rgb": lambda use, _: "," not in use.value or use.value.count(",") > 2,  # noqa: PLR2004 - red, green and blue
    "css-width": lambda use, _: use.element.tag in {"body", "span", "div", "p", "img"},
    "css-text-align": lambda use, _: use.value in {"start", "end", "match-parent"},
    "css-font-size": lambda use, _: "rem" in use.value,
    "css-white-space": lambda use, _: use.value == "pre",
    "image-gif": lambda *_: False,  # it stands still
    "html-lists": lambda use, _: "reversed" in use.element.attrib,
    "html-width": lambda use, _: use.element.tag == "img" and "%" in use.element.get("width", ""),
    "html-height": lambda use, _: use.element.tag == "img" and "%" in use.element.get("height", ""),
    "html-dir": lambda use, _: use.element.tag == "a",
    "html-mailto-links": lambda use, _: "bcc=" in use.element.get("href", ""),
    **dict.fromkeys(("image-webp", "image-avif", "image-heif"), lambda _, note: "Converts" not in note),
}


def weigh(use: Use, client: Client, level: Level, note: str) -> tuple[Severity, str] | None:
    """Return how bad it is at a use that a client supports its feature that far, and why it is no worse; None: not at all."""
    sound = level in {Level.FULL, Level.UNKNOWN}
    if sound or (level is Level.PARTLY and use.slug in LACKS and not LACKS[use.slug](use, note)):
        return None
    if why := _why_no_worse(use) or ("" if client.main else "not one of the main clients"):
        return Severity.NOTE, why
    return (Severity.ERROR if level is Level.NOT else Severity.WARNING), ""


def _why_no_worse(use: Use) -> str:
    if use.rule is not None:
        return "a style sheet in the head only adds to the mail"
    if use.slug != "css-display-none" and use.is_hidden():
        return "it is hidden anyway"
    if use.slug in STANDS_IN:
        return STANDS_IN[use.slug](use)
    return REASONS.get(use.slug, "")
