"""Fits an article's clean HTML into the column it will stand in: pictures and tables that must not burst it. Pure.

Outlook for Windows knows neither ``max-width`` (before 2019) nor a picture's ``auto`` width: there the ``width`` attribute
decides (https://www.caniemail.com/features/css-max-width/).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def fitted(html: str, measure: int = 0) -> str:
    """Return an HTML fragment with its tables in boxes that scroll and, with a measure in pixels, its pictures no wider.

    What has colours of its own is marked, so that a style sheet can take them back where they were not chosen for.
    """
    from lxml.html import fragment_fromstring, tostring  # noqa: PLC0415 - 30 ms that most commands have no need of

    if not any(mark in html for mark in ("<table", "<img", "style=")):
        return html
    root = fragment_fromstring(html, create_parent="div")
    for table in list(root.iter("table")):
        if not any(parent.tag == "table" for parent in table.iterancestors()):
            _box(table, keyboard=not measure)
    for element in root.xpath(".//*[contains(@style, 'color') and not(ancestor-or-self::pre or descendant::pre)]"):
        element.set("class", "tinted")
    for image in root.iter("img"):
        alone = _stands_alone(image)
        if alone:
            image.set("class", "alone")  # for designs that centre such pictures
        if measure:
            _bound(image, measure, alone=alone)
    whole: str = tostring(root, encoding="unicode")
    return whole[len("<div>") : -len("</div>")]


def _box(table: "HtmlElement", *, keyboard: bool) -> None:
    """Put a table into a box that scrolls sideways; one that the keyboard scrolls has to take the focus (WCAG 2.2, 2.1.1)."""
    parent = table.getparent()
    assert parent is not None  # the fragment's own div is above  # noqa: S101
    attributes = {"class": "scroll"} | ({"tabindex": "0", "role": "group", "aria-label": "Table"} if keyboard else {})
    box = table.makeelement("div", attributes)
    parent.replace(table, box)
    box.tail, table.tail = table.tail, None
    box.append(table)


def _bound(image: "HtmlElement", measure: int, *, alone: bool) -> None:
    """Give a picture that stands alone a width, and no picture more than the measure."""
    width = image.get("width", "")
    if width.isdecimal() and int(width) <= measure:
        return
    height = image.attrib.pop("height", "")
    if width.isdecimal():
        image.set("width", str(measure))
        if height.isdecimal():
            image.set("height", str(max(1, round(int(height) * measure / int(width)))))
    elif alone:
        image.set("width", str(measure))
        image.set("class", "alone natural")  # where style sheets work it keeps its own size
    else:
        image.attrib.pop("width", None)


def _stands_alone(image: "HtmlElement") -> bool:
    """Tell whether nothing but the picture, or a link around it, is in its paragraph or figure."""
    element = image
    for parent in image.iterancestors():
        if len([child for child in parent if child.tag != "figcaption"]) > 1 or (parent.text or "").strip():
            return False
        if (element.tail or "").strip():
            return False
        if parent.tag in {"p", "figure", "div"}:  # the fragment's own div at the latest
            break
        element = parent
    return True
