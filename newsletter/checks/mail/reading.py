"""Rules about a mail's structure: headings in order, links that a thumb can hit. Pure."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail, is_hidden, links, style, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

HEADINGS = Rule(
    id="mail-heading-order",
    summary="The mail has one first-level heading, at its top, and no heading skips a level.",
    source="WCAG 2.2, 1.3.1 and technique H42; axe, heading-order",
    severity=Severity.WARNING,
)
TARGETS = Rule(
    id="mail-tap-target",
    summary="A link that stands alone is at least 44 pixels high.",
    source="WCAG 2.2, 2.5.5; Apple, Human Interface Guidelines, Buttons: 44 points",
    severity=Severity.WARNING,
)
RULES = (HEADINGS, TARGETS)

SMALLEST = 44
LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
PIXELS = re.compile(r"(-?\d+(?:\.\d+)?)(?:px)?")


def check(mail: Mail, origins: Origins) -> Iterator[Finding]:
    """Look at the headings and at the links that are laid out as boxes."""
    level = 0
    for heading in mail.page.iter(*LEVELS):
        if is_hidden(heading):
            continue
        here = int(str(heading.tag)[1])
        if here > level + 1 or (here == 1 and level):
            said = text_of(heading)
            place = origins.of(heading, f"# {said}", said)
            expected = f"at most <h{level + 1}>" if level else "<h1>"
            message = f"expected {expected} here, got <h{here}>: {said}" if here > 1 else f"a second <h1>: {said}"
            yield Finding(rule=HEADINGS, path=place.path, line=place.line, message=message)
        level = here
    for link in links(mail.page):
        height = _height(link)
        if height is not None and height < SMALLEST:
            place = origins.of_declaration(link, "padding")
            message = f"the link {text_of(link)!r} is {height:g} pixels high; expected {SMALLEST}"
            yield Finding(rule=TARGETS, path=place.path, line=place.line, message=message)


def _height(link: "HtmlElement") -> float | None:
    """Work out how high a link is; None where it is part of a text, or where that cannot be told."""
    own = style(link)
    if own.get("display") not in {"inline-block", "block"} or link.find(".//img") is not None:
        return None
    lines = (style(one).get("line-height", "") for one in (link, *link.iterancestors()))
    line = PIXELS.fullmatch(next((height for height in lines if height), ""))
    if line is None or not line[0].endswith("px"):
        return None
    return float(line[1]) + _vertical(own)


def _vertical(own: dict[str, str]) -> float:
    """Add up the padding above and below."""
    values = own.get("padding", "0").split()
    sides = {"padding-top": values[0], "padding-bottom": values[2] if len(values) > 2 else values[0]}  # noqa: PLR2004 - CSS's order
    found = (PIXELS.fullmatch(own.get(name, value)) for name, value in sides.items())
    return sum(float(match[1]) for match in found if match)
