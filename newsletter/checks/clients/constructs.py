"""Names what a mail is made of as caniemail names it: every element, attribute, declaration, selector and picture. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from newsletter.checks.clients.support import findings

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: Properties that share a feature with others, or whose feature is called otherwise.
PROPERTIES = {
    "block-size": "css-block-inline-size",
    "color-scheme": "css-color-scheme",
    "column-count": "css-column-count",
    "column-gap": "css-gap",
    "row-gap": "css-gap",
    **dict.fromkeys(("columns", "column-fill", "column-rule", "column-span", "column-width"), "css-column-layout-properties"),
    **dict.fromkeys(("left", "right", "top", "bottom"), "css-left-right-top-bottom"),
    **{f"{box}-{side}": f"css-{box}-inline-block" for box in ("margin", "padding") for side in ("inline", "block")},
    **{
        f"{box}-{side}-{end}": f"css-{box}-{side}-start-end"
        for box in ("margin", "padding")
        for side in ("inline", "block")
        for end in ("start", "end")
    },
    **{f"border-{side}": "css-border-inline-block" for side in ("inline", "block")},
    **{f"border-{side}-{end}": "css-border-inline-block-individual" for side in ("inline", "block") for end in ("start", "end")},
    **{f"border-{y}-{x}-radius": "css-border-radius" for y in ("top", "bottom") for x in ("left", "right")},
    **{f"border-{y}-{x}-radius": "css-border-radius-logical" for y in ("start", "end") for x in ("start", "end")},
}
#: Values that are features of their own.
VALUES = {
    ("display", "flex"): "css-display-flex",
    ("display", "inline-flex"): "css-display-flex",
    ("display", "grid"): "css-display-grid",
    ("display", "inline-grid"): "css-display-grid",
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
}
FUNCTIONS = {
    "calc": "css-unit-calc",
    "var": "css-variables",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    **{name: f"css-function-{name}" for name in ("clamp", "light-dark", "max", "min")},
    **{f"{shape}-gradient": f"css-{shape}-gradient" for shape in ("linear", "radial", "conic")},
    **dict.fromkeys(("lch", "oklch", "lab", "oklab"), "css-modern-color"),
}
UNIT = re.compile(r"(?<![\w#-])[+-]?\d*\.?\d+(%|[a-z]+)\b|(?<![\w#-])\d*\.?\d+(%)")
FUNCTION = re.compile(r"([a-z-]+)\(")
SIZES = re.compile(r"\b(?:fit|min|max)-content\b")
SYSTEM_FACES = re.compile(r"\b(?:system-ui|ui-(?:sans-)?serif|ui-rounded|ui-monospace)\b")

ELEMENTS = {
    **{tag: f"html-{tag}" for tag in ("abbr", "acronym", "address", "audio", "base", "bdi", "blockquote", "body", "code", "del")},
    **{tag: f"html-{tag}" for tag in ("dfn", "dialog", "div", "form", "hr", "img", "link", "marquee", "meter", "object", "p")},
    **{tag: f"html-{tag}" for tag in ("picture", "pre", "progress", "rp", "rt", "ruby", "select", "small", "span", "strike")},
    **{tag: f"html-{tag}" for tag in ("strong", "style", "svg", "table", "textarea", "video", "wbr")},
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("article", "aside", "details", "figcaption", "figure", "footer", "header"), "html-semantics"),
    **dict.fromkeys(("main", "mark", "nav", "section", "summary", "time"), "html-semantics"),
    "map": "html-image-maps",
    "html": "html-doctype",
}
ATTRIBUTES = {
    **{name: f"html-{name}" for name in ("align", "background", "cellpadding", "cellspacing", "dir", "height", "hidden", "lang")},
    **{name: f"html-{name}" for name in ("popover", "required", "role", "target", "valign", "width")},
    **{f"aria-{name}": f"html-aria-{name}" for name in ("describedby", "hidden", "label", "labelledby", "live")},
    "loading": "html-loading-attribute",
    "srcset": "html-srcset",
}
#: The end of a picture's address, or its media type, to its format.
FORMATS = {
    **{name: f"image-{name}" for name in ("apng", "avif", "bmp", "gif", "ico", "jpg", "mp4", "png", "svg", "tiff", "webp")},
    "jpeg": "image-jpg",
    "svg+xml": "image-svg",
    "tif": "image-tiff",
    "heic": "image-heif",
    "heif": "image-heif",
}
FORMAT = re.compile(r"\.(\w+)(?:[?#]|$)")

#: Combinators and simple selectors, each by what gives it away.
SELECTORS = {
    "css-selector-adjacent-sibling": re.compile(r"\+"),
    "css-selector-attribute": re.compile(r"\["),
    "css-selector-chaining": re.compile(r"[\w\]-][.#\[][\w-]"),
    "css-selector-child": re.compile(r">"),
    "css-selector-class": re.compile(r"\.[\w-]"),
    "css-selector-descendant": re.compile(r"[\w\])]\s+[\w.#\[:*]"),
    "css-selector-general-sibling": re.compile(r"~(?!=)"),
    "css-selector-grouping": re.compile(r","),
    "css-selector-id": re.compile(r"#[\w-]"),
    "css-selector-type": re.compile(r"(?:^|[\s>+~,])[a-z]"),
    "css-selector-universal": re.compile(r"\*(?!=)"),
}
PSEUDO = re.compile(r"(::?)([a-z-]+)")
MEDIA = {
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}


def of_declaration(name: str, value: str) -> Iterator[str]:
    """Name the features that one declaration uses. A vendor's own property is that vendor's business."""
    if name.startswith(("-", "mso-")):
        if name.startswith("--"):
            yield "css-variables"
        return
    value = value.lower()
    slugs = _property(name), VALUES.get((name, value.replace("!important", "").strip()), "")
    yield from filter(None, slugs)
    if "!important" in value:
        yield "css-important"
    value = re.sub(r"url\([^)]*\)|\"[^\"]*\"|'[^']*'", "", value)
    yield from (FUNCTIONS[function] for function in FUNCTION.findall(value) if function in FUNCTIONS)
    for unit in (one or other for one, other in UNIT.findall(value)):
        yield "css-unit-percent" if unit == "%" else f"css-unit-{unit}"
    if re.search(r"\binitial\b", value):
        yield "css-unit-initial"
    if SIZES.search(value):
        yield "css-intrinsic-size"
    if SYSTEM_FACES.search(value):
        yield "css-sytem-ui"  # caniemail's own spelling


def _property(name: str) -> str:
    """Find the feature of a property, or of the shorthand that it belongs to."""
    while name:
        slug = PROPERTIES.get(name, f"css-{name}")
        if slug in findings().features:
            return slug
        name = name.rpartition("-")[0]
        if name == "font":  # the shorthand is a feature, its longhands are not
            break
    return ""


def of_element(element: "HtmlElement") -> Iterator[str]:
    """Name the features that an element uses by its name and its attributes, but for its style."""
    tag, attributes = str(element.tag), element.attrib
    if tag in ELEMENTS:
        yield ELEMENTS[tag]
    elif tag in {"input", "button"}:
        yield f"html-{tag}-{attributes.get('type', 'text' if tag == 'input' else 'submit').lower()}"
    elif tag == "meta" and attributes.get("name") == "color-scheme":
        yield "html-meta-color-scheme"
    yield from (ATTRIBUTES[name] for name in attributes if name in ATTRIBUTES)
    yield from _of_addresses(tag, attributes)


def _of_addresses(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    href = attributes.get("href", "").strip().lower()
    if tag == "a" and href.startswith("#"):
        yield "html-anchor-links"
    elif tag == "a" and href.startswith("mailto:"):
        yield "html-mailto-links"
    if tag == "img" and (slug := of_picture(attributes.get("src", ""))):
        yield slug


def of_picture(address: str) -> str:
    """Name the format of a picture by its address; empty where that does not tell."""
    if address.startswith("data:"):
        return "image-base64"
    ending = FORMAT.search(address)
    return FORMATS.get(ending[1].lower(), "") if ending else ""


def of_selector(selector: str) -> Iterator[str]:
    """Name the features that a rule's selectors use."""
    for colons, name in PSEUDO.findall(selector):
        yield f"css-pseudo-{'class' if colons == ':' else 'element'}-{name}"
    plain = PSEUDO.sub("", selector)
    yield from (slug for slug, sign in SELECTORS.items() if sign.search(plain.strip()))


def of_at_rule(prelude: str) -> Iterator[str]:
    """Name the features that the head of an at-rule uses: ``@media (max-width: 620px)``."""
    name = prelude.partition(" ")[0].partition("(")[0]
    yield f"css-at-{name.removeprefix('@')}"
    if name == "@media":
        yield from (slug for condition, slug in MEDIA.items() if condition in prelude)
