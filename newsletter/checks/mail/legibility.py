"""The rule that text stands out from what is behind it, in the mail's light and in its dark design. Pure.

Colours are followed as a client follows them: from style attributes, and in dark from the rules that win over these. What a
filter turns as a whole is measured in light alone: its colours keep their distance. Pictures are not looked at.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.checks.finding import Finding, Rule, Severity
from newsletter.checks.mail.origin import Origins
from newsletter.checks.mail.page import Mail, is_hidden, matching, style, text_of
from newsletter.checks.mail.stylesheet import rules
from newsletter.design.palette import NEEDED, contrast

if TYPE_CHECKING:
    from lxml.html import HtmlElement

CONTRAST = Rule(
    id="mail-contrast",
    summary="Text stands out from what is behind it by 4.5 to 1, large text by 3 to 1, in light and in dark.",
    source="WCAG 2.2, 1.4.3",
    severity=Severity.WARNING,
)
RULES = (CONTRAST,)

NEEDED_LARGE = 3.0
#: CSS pixels: 18 points, and 14 points where bold (WCAG 2.2, "large scale").
LARGE, LARGE_BOLD = 24.0, 18.66
#: CSS Fonts 4, section 2.2.
BOLD, BOLD_ELEMENTS = 700, ("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6")
DARK = "prefers-color-scheme: dark"

#: What each element says of itself, as its client sees it.
Styles = dict["HtmlElement", dict[str, str]]


def check(mail: Mail, origins: Origins) -> Iterator[Finding]:
    """Measure every piece of text."""
    light = {element: style(element) for element in mail.page.iter("*")}
    yield from _measure(mail, light, "light", origins)
    if any(DARK in rule.at for sheet in mail.page.iter("style") for rule in rules(sheet.text or "")):
        yield from _measure(mail, _darkened(mail.page, light), "dark", origins)


def _measure(mail: Mail, styles: Styles, mode: str, origins: Origins) -> Iterator[Finding]:
    body = mail.page.find("body")
    for element in body.iter("*") if body is not None else ():
        if not _says(element) or is_hidden(element) or _is_turned(element, styles):
            continue
        owner, text = _inherited(element, "color", styles)
        _, behind = _inherited(element, "background-color", styles)
        colours = _full(text or "#000000"), _full(behind or "#ffffff")
        if colours[0] is None or colours[1] is None:
            continue  # a colour that cannot be told
        ratio, needed = contrast(colours[0], colours[1]), NEEDED_LARGE if _is_large(element, styles) else NEEDED
        if ratio < needed:
            place = origins.of_declaration(owner, "color")
            seen = f"{text_of(element)[:40]!r}, {colours[0]} on {colours[1]} in {mode}"
            message = f"{seen}: expected a contrast of {needed:g}, got {ratio:.2f}"
            yield Finding(rule=CONTRAST, path=place.path, line=place.line, message=message)


def _says(element: "HtmlElement") -> bool:
    """Tell whether there is text in an element that is in none of its children."""
    return bool((element.text or "").strip() or any((child.tail or "").strip() for child in element))


def _is_turned(element: "HtmlElement", styles: Styles) -> bool:
    return any("filter" in styles.get(one, {}) for one in (element, *element.iterancestors()))


def _inherited(element: "HtmlElement", name: str, styles: Styles) -> tuple["HtmlElement", str]:
    """Return the nearest element, from this one on upwards, that says something of a property, and what it says."""
    for one in (element, *element.iterancestors()):
        value = styles.get(one, {}).get(name, "").replace("!important", "").strip().lower()
        if value and value not in {"inherit", "transparent", "currentcolor", "unset"}:
            return one, value
    return element, ""


def _is_large(element: "HtmlElement", styles: Styles) -> bool:
    _, size = _inherited(element, "font-size", styles)
    pixels = float(size[:-2]) if size.endswith("px") and size[:-2].replace(".", "", 1).isdecimal() else 0.0
    _, weight = _inherited(element, "font-weight", styles)
    above = (element, *element.iterancestors())
    bold = (
        int(weight) >= BOLD
        if weight.isdecimal()
        else weight == "bold"
        if weight
        else any(one.tag in BOLD_ELEMENTS for one in above)
    )
    return pixels >= (LARGE_BOLD if bold else LARGE)


def _full(colour: str) -> str | None:
    """Write a colour as #rrggbb; None where it lets something through or cannot be understood."""
    from PIL import ImageColor  # noqa: PLC0415 - only where out/ has a digest

    try:
        red, green, blue, *alpha = ImageColor.getrgb(colour)
    except ValueError:
        return None
    return None if alpha and alpha[0] != 255 else f"#{red:02x}{green:02x}{blue:02x}"  # noqa: PLR2004 - opaque


def _darkened(page: "HtmlElement", light: Styles) -> Styles:
    """Lay the rules of the dark design over the style attributes: with !important they win (CSS Cascade 4, section 6)."""
    dark = {element: dict(own) for element, own in light.items()}
    weights: dict[tuple[HtmlElement, str], tuple[bool, tuple[int, int, int]]] = {}
    for sheet in page.iter("style"):
        for rule in rules(sheet.text or ""):
            if DARK not in rule.at or not rule.selector:
                continue
            for selector in rule.selector.split(","):
                specificity, found = matching(page, selector)
                for element in found:
                    for name, value in rule.declarations:
                        weight = ("!important" in value, specificity)
                        if (weight[0] or name not in light[element]) and weight >= weights.get(
                            (element, name), (False, (0, 0, 0))
                        ):
                            weights[element, name] = weight
                            dark[element][name] = value
    return dark
