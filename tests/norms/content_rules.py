"""What the HTML in feeds may not carry. A rule takes one piece of it and yields a complaint for each breach.

The W3C's feed validator warns of all this: https://validator.w3.org/feed/docs/. A publisher can avoid every one of them.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html.parser import HTMLParser

ContentRule = Callable[[str], Iterator[str]]

ADDRESSES = ("href", "src", "poster", "cite", "longdesc", "background", "action", "data")
#: A scheme and something behind it; of a relative address neither is there.
ABSOLUTE = re.compile(r"(https?://[^/\s]+|(mailto|tel|sms):\S|data:image/)", re.IGNORECASE)
#: Elements that run, fetch or frame something, take input, or change the page around them.
RISKY = re.compile(
    "applet|base|body|embed|form|frame|frameset|head|html|iframe|input|link|meta|noframes|object|plaintext|script|select|style|svg"
    "|textarea|title|xmp"
)
#: Properties that cannot reach beyond their element, hide it, or fetch anything.
HARMLESS = re.compile(
    "(background|border|font|margin|padding)(-[a-z-]+)?|clear|color|cursor|direction|display|float|height|letter-spacing|line-height"
    "|list-style-type|overflow|text-align|text-decoration|text-indent|unicode-bidi|vertical-align|white-space|width"
)
#: Properties whose values the validator reads, too.
BOXES = ("background", "border", "margin", "padding")
#: Lengths and colours of CSS 2, and its words that are common in feeds; any other word could be one of a browser's own.
VALUE = re.compile(
    r"#[0-9a-f]+|rgb\(\d+%?,\d+%?,\d+%?\)|-?\d*\.?\d+(cm|em|ex|in|mm|pc|pt|px|%)?"
    "|aqua|black|blue|brown|fuchsia|gray|green|lime|maroon|navy|olive|purple|red|silver|teal|transparent|white|yellow"
    "|auto|collapse|dashed|dotted|medium|none|solid"
)
RISKY_VALUE = re.compile(r"url|expression|import|javascript|behaviou?r|binding|[\\<>@{}]|/\*|\([^)]*[^\d,\s%)]", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _elements(content: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """List the elements with their attributes, by the standard library's parser, which no depth of nesting stops."""
    parser = _Parser()
    parser.feed(content)
    parser.close()
    return tuple(parser.found)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str], ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple((name, value or "") for name, value in attrs)))


def w3c_contains_rel_ref_every_address_is_absolute(content: str) -> Iterator[str]:
    """ContainsRelRef: https://validator.w3.org/feed/docs/warning/ContainsRelRef.html."""
    for tag, attributes in _elements(content):
        for name, value in attributes:
            addresses = [value] if name in ADDRESSES else re.split(r",\s+", value) if name == "srcset" else []
            for address in addresses:
                if not ABSOLUTE.match(address):
                    yield f"<{tag} {name}={address[:80]!r}>"


def w3c_security_risk_no_element_that_readers_take_out(content: str) -> Iterator[str]:
    """SecurityRisk: https://validator.w3.org/feed/docs/warning/SecurityRisk.html."""
    for tag, _ in _elements(content):
        if RISKY.fullmatch(tag):
            yield f"<{tag}>"


def w3c_security_risk_attr_no_event_attributes(content: str) -> Iterator[str]:
    """SecurityRiskAttr: https://validator.w3.org/feed/docs/warning/SecurityRiskAttr.html."""
    for tag, attributes in _elements(content):
        for name, value in attributes:
            if name.startswith("on"):
                yield f"<{tag} {name}={value[:80]!r}>"


def w3c_security_risk_attr_no_address_that_runs(content: str) -> Iterator[str]:
    """Script in an address, however it is spelt: https://validator.w3.org/feed/docs/warning/SecurityRisk.html."""
    for tag, attributes in _elements(content):
        for name, value in attributes:
            scheme = re.sub(r"[\x00-\x20]+", "", value).partition(":")[0].lower()
            runs = scheme in {"javascript", "vbscript", "livescript", "mocha", "data"} and not value.startswith("data:image/")
            if name in ADDRESSES and runs:
                yield f"<{tag} {name}={value[:80]!r}>"


def w3c_dangerous_style_attr_no_risky_style(content: str) -> Iterator[str]:
    """DangerousStyleAttr: https://validator.w3.org/feed/docs/warning/DangerousStyleAttr.html."""
    for tag, attributes in _elements(content):
        for name, value in attributes:
            if name == "style":
                for declaration in _risky(value):
                    yield f"<{tag}> {declaration}"


def _risky(style: str) -> Iterator[str]:
    for declaration in filter(None, (part.strip() for part in style.lower().split(";"))):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        is_known = HARMLESS.fullmatch(name)
        is_plain = not name.startswith(BOXES) or all(VALUE.fullmatch(word) for word in value.split())
        if not colon or not is_known or not is_plain or RISKY_VALUE.search(value):
            yield declaration


RULES: tuple[ContentRule, ...] = (
    w3c_contains_rel_ref_every_address_is_absolute,
    w3c_security_risk_no_element_that_readers_take_out,
    w3c_security_risk_attr_no_event_attributes,
    w3c_security_risk_attr_no_address_that_runs,
    w3c_dangerous_style_attr_no_risky_style,
)
