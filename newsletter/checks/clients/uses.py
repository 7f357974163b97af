"""Finds every use of a feature in a mail. Pure.

Conditional comments are passed over: they are written for Outlook for Windows, in its own dialect, and no other client reads
them.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from newsletter.checks.clients import constructs
from newsletter.checks.clients.support import findings
from newsletter.checks.mail.stylesheet import Rule, declarations, rules

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Of what stands in front of an element: a table of a fixed width, for Outlook for Windows alone.
BOUNDED = re.compile(r"\[if [^\]]*mso[^\]]*\]>.*<table[^>]*\swidth=\"?\d+", re.DOTALL)


class Use(Struct, frozen=True, kw_only=True):
    """One place of the mail that uses a feature."""

    #: caniemail's name for the feature.
    slug: str
    #: The element that has the declaration or attribute; that of the style sheet where ``rule`` is given.
    element: "HtmlElement"
    #: Property of the declaration; empty where it is none.
    name: str = ""
    value: str = ""
    #: The rule of a style sheet in the head; None for the mail itself.
    rule: Rule | None = None
    #: All rules of the style sheets in the head.
    sheet: tuple[Rule, ...] = ()

    def is_hidden(self) -> bool:
        """Tell whether the use is inside of something that is not shown."""
        return any("display:none" in style.replace(" ", "") for style in self._styles())

    def is_bounded(self) -> bool:
        """Tell whether Outlook for Windows has a table of a fixed width around the element."""
        before = self.element.getprevious()
        return before is not None and not isinstance(before.tag, str) and bool(BOUNDED.search(before.text or ""))

    def is_inside(self, tag: str) -> bool:
        """Tell whether the element is of that name or in one that is."""
        return self.element.tag == tag or next(self.element.iterancestors(tag), None) is not None

    def _styles(self) -> Iterator[str]:
        yield self.element.get("style", "")
        yield from (above.get("style", "") for above in self.element.iterancestors())


def uses(page: "HtmlElement") -> Iterator[Use]:
    """Find all uses of features that caniemail tells of, in the order of the mail."""
    known = findings().features
    sheet = tuple(rule for style in page.iter("style") for rule in rules(style.text or ""))
    for element in page.iter("*"):
        found = [Use(slug=slug, element=element, sheet=sheet) for slug in constructs.of_element(element)]
        for name, value in declarations(element.get("style", "")):
            slugs = constructs.of_declaration(name, value)
            found += (Use(slug=slug, element=element, name=name, value=value, sheet=sheet) for slug in slugs)
        if element.tag == "style":
            found += _of_sheet(element)
        yield from (use for use in found if use.slug in known)


def _of_sheet(sheet: "HtmlElement") -> Iterator[Use]:
    """Find the uses in a style sheet of the head."""
    for rule in rules(sheet.text or ""):
        if rule.at:
            yield from (Use(slug=slug, element=sheet, rule=rule) for slug in constructs.of_at_rule(rule.at))
        yield from (Use(slug=slug, element=sheet, rule=rule) for slug in constructs.of_selector(rule.selector))
        for name, value in rule.declarations:
            slugs = constructs.of_declaration(name, value)
            yield from (Use(slug=slug, element=sheet, name=name, value=value, rule=rule) for slug in slugs)
