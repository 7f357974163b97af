"""Pictures in HTML: sizes for those that have none, other addresses for the mail. Pure.

Takes what the renderer, Jinja2 and lxml write: every value in quotes, in which the same quote is a reference. So a pattern is
safe, and nothing else of the HTML changes by a byte.
"""

import re
from collections.abc import Callable, Mapping
from html import escape, unescape

from newsletter.model import Picture

IMAGE = re.compile(r"""<img(?=[\s/>])(?:[^"'>]|"[^"]*"|'[^']*')*>""")
ATTRIBUTE = re.compile(r"""\s+([\w-]+)=("[^"]*"|'[^']*')""")
#: A style that gives a size itself; max-width and the like only bound one.
SIZED = re.compile(r"(?<![\w-])(?:width|height)\s*:", re.IGNORECASE)
#: What offers a browser other files for the same picture.
OFFERS = ("srcset", "sizes")


def with_sizes(html: str, pictures: Mapping[str, Picture]) -> str:
    """Give each <img> of the pictures, by address, width and height in CSS pixels where its author gave it none.

    Where the author gave one of the two, the other follows from the picture's proportions.
    """

    def sized(tag: str, attributes: dict[str, str]) -> str:
        picture = pictures.get(attributes.get("src", ""))
        if picture is None or SIZED.search(attributes.get("style", "")):
            return tag
        width, height = attributes.get("width"), attributes.get("height")
        if width is None and height is None:
            return _adding(tag, width=picture.width, height=picture.height)
        if height is None and width is not None and width.isdecimal():
            return _adding(tag, height=max(1, round(int(width) * picture.height / picture.width)))
        if width is None and height is not None and height.isdecimal():
            return _adding(tag, width=max(1, round(int(height) * picture.width / picture.height)))
        return tag

    return _each(html, sized)


def readdressed(html: str, addresses: Mapping[str, str]) -> str:
    """Put other addresses in the place of pictures' own; browsers are offered no further files for these."""

    def changed(tag: str, attributes: dict[str, str]) -> str:
        address = addresses.get(attributes.get("src", ""))
        if address is None:
            return tag
        written = {"src": f' src="{escape(address)}"', **dict.fromkeys(OFFERS, "")}
        return ATTRIBUTE.sub(lambda match: written.get(match[1], match[0]), tag)

    return _each(html, changed)


def shown(html: str) -> tuple[str, ...]:
    """List the addresses of all pictures in HTML, each once, in order."""
    return tuple(dict.fromkeys(_attributes(match[0]).get("src", "") for match in IMAGE.finditer(html)))


def _each(html: str, change: Callable[[str, dict[str, str]], str]) -> str:
    if "<img" not in html:
        return html
    return IMAGE.sub(lambda match: change(match[0], _attributes(match[0])), html)


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value[1:-1]) for name, value in ATTRIBUTE.findall(tag)}


def _adding(tag: str, **values: int) -> str:
    added = "".join(f' {name}="{value}"' for name, value in values.items())
    return tag[: -2 if tag.endswith("/>") else -1].rstrip() + added + ">"
