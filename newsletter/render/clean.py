"""HTML that feeds, mails and pages may carry: everything else is removed by nh3, and the kinds that matter are named. Pure.

Cleaning goes in two steps. The first leaves what later becomes something else (frames, check boxes, marks of the excerpt); the
second, after all changes, lets through what is safe alone and has the last word.
"""

import re
from collections import Counter
from functools import lru_cache

import nh3

from newsletter.render import elements

#: Where the excerpt ends, as an element that no author writes; it is gone after the second step.
MORE = "newsletter-more"

#: Classes of <div> that style sheets of pages may rely on; an author's own classes would mean something else there.
CLASSES = ("footnote", "highlight")

_FIRST_TAGS = elements.CONTENT | set(elements.RENAMED) | {"iframe", "object", "embed", "input", MORE}
_ATTRIBUTES = {
    "*": {"dir", "id", "lang", "style", "title"},
    "a": {"href"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "loading", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_FIRST_ATTRIBUTES = {
    **_ATTRIBUTES,
    "*": _ATTRIBUTES["*"] | {"align", "class"},
    "a": {"href", "name"},
    "embed": {"src"},
    "iframe": {"src"},
    "input": {"checked", "type"},
    "object": {"data"},
}
#: Let through by the first step so that links.py can say that they were removed.
_SUSPECT_SCHEMES = {
    *("about", "blob", "chrome", "data", "file", "filesystem", "ftp", "geo", "intent", "irc", "javascript", "jar", "livescript"),
    *("magnet", "mocha", "obsidian", "res", "vbscript", "view-source", "xmpp", "zotero"),
}
_SCHEMES = {"http", "https", "mailto", "sms", "tel"}
_STYLES = frozenset(
    (
        *("background-color", "color", "direction", "font-style", "font-variant", "font-weight", "list-style-type"),
        *(
            "text-align",
            "text-decoration",
            "text-indent",
            "unicode-bidi",
            "vertical-align",
            "white-space",
            "width",
        ),
    )
)
_PLAIN_VALUE = re.compile(r"(?i)^(?:[#\w\s.%,+-]|(?:rgb|hsl)a?\([\d\s.,%/]+\))+$")
#: A background can load a picture, so that feed validators know few values of it by name (W3C, DangerousStyleAttr).
_BACKGROUND = re.compile(
    r"(?i)^(?:#[0-9a-f]{3}(?:[0-9a-f]{3})?|rgb\(\d+,\d+,\d+\)|aqua|black|blue|brown|fuchsia|gray|green|lime|maroon|navy|olive"
    r"|purple|red|silver|teal|transparent|white|yellow)$"
)
#: A width that is no share of its place may be more than a phone has, and few clients could be told to make it less; nor is there
#: room for a line that begins far off.
_SHARE = re.compile(r"^(?:100(?:\.0*)?|[0-9]{1,2}(?:\.[0-9]*)?)%$")
_INDENT = re.compile(r"(?i)^-?(?:[0-9](?:\.[0-9]*)?r?em|[0-9]{1,2}(?:\.[0-9]*)?(?:px|pt|%))$")
_ALLOWED = {"background-color": _BACKGROUND, "text-indent": _INDENT, "width": _SHARE}
#: Values to those that break lines that are too long.
_WHITE_SPACE = {"normal": "normal", "pre": "pre-wrap", "pre-line": "pre-line", "pre-wrap": "pre-wrap"}
_COLOUR = re.compile(r"(?i)^(?:#[0-9a-f]{3,8}|[a-z]+|(?:rgb|hsl)a?\([\d\s.,%/]+\))$")

_EMPTIED_TAG = re.compile(rf"(?i)<({'|'.join(sorted(elements.EMPTIED))})(?=[\s/>])")
#: What stands in it is for readers like ours; parsers that could run scripts take it for text.
_NOSCRIPT = re.compile(r"(?i)</?noscript(?=[\s>])[^>]*>")
_MORE_MARK = re.compile(r"(?i)<!--\s*(?:more|truncate|excerpt|read\s*more|end\s*excerpt)\s*-->")
_FORBIDDEN = re.compile(
    r"(?i)<(applet|base|button|canvas|fieldset|form|frame|frameset|link|math|meta|script|select|style|svg|template"
    r"|textarea)(?=[\s/>])"
)
_HANDLERS = re.compile(r"""(?i)<[a-z][^<>]*?[\s"'/](on[a-z]{2,})\s*=""")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_first = nh3.Cleaner(
    tags=set(_FIRST_TAGS),
    clean_content_tags=set(elements.EMPTIED),
    attributes=_FIRST_ATTRIBUTES,
    url_schemes=_SCHEMES | _SUSPECT_SCHEMES,
    link_rel=None,
)
_second = nh3.Cleaner(
    tags=set(elements.CONTENT),
    clean_content_tags=set(elements.EMPTIED),
    attributes=_ATTRIBUTES,
    allowed_classes={"div": set(CLASSES)},
    filter_style_properties=set(_STYLES),
    url_schemes=_SCHEMES | {"data"},
    link_rel=None,
)


def first(html: str) -> str:
    """Clean HTML and close what is open; frames, objects, check boxes and suspect addresses stay for those who change them."""
    return _first.clean(_MORE_MARK.sub(f"<{MORE}></{MORE}>", _NOSCRIPT.sub("", _without_unclosed(html))))


def _without_unclosed(html: str) -> str:
    """Drop start tags that, never closed, would take the rest of the article with them."""
    names = {name.lower() for name in _EMPTIED_TAG.findall(html)}
    for name in sorted(names):
        opening = re.compile(rf"(?i)<{name}(?=[\s/>])[^>]*>")
        if len(opening.findall(html)) > len(re.findall(rf"(?i)</{name}(?=[\s/>])", html)):
            html = opening.sub("", html)
    return html


def second(html: str) -> str:
    """Clean HTML for good; the result is in canonical form."""
    return _second.clean(html).replace("<p></p>", "").strip()


def depth(html: str) -> int:
    """Estimate how deep elements are nested, before anything parses them; end tags without a start tag do not count."""
    here = deepest = 0
    still_open: Counter[str] = Counter()
    for closing, name in _TAG.findall(html):
        tag = name.lower()
        if tag in elements.VOID or tag in elements.CLOSED_BY_THEMSELVES:
            continue
        if not closing:
            still_open[tag] += 1
            here += 1
            deepest = max(deepest, here)
        elif still_open[tag]:
            still_open[tag] -= 1
            here -= 1
    return deepest


def removed(html: str) -> tuple[str, ...]:
    """Name what the first step takes out of HTML and readers would miss or mistrust: ``<script>``, ``onclick``; in order."""
    found = [f"<{name.lower()}>" for name in _FORBIDDEN.findall(html)]
    found += [name.lower() for name in _HANDLERS.findall(html)]
    return tuple(found)


@lru_cache(maxsize=512)
def style(declarations: str) -> str:
    """Keep the declarations of a style attribute that stay inside their element: no address, no position, no fixed width."""
    kept = []
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if name == "background" and _COLOUR.match(value):
            name = "background-color"
        value = _inside(name, value)
        if name in _STYLES and _PLAIN_VALUE.match(value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def _inside(name: str, value: str) -> str:
    """Write a value so that what it styles stays inside its place on any screen; empty where it would not."""
    if name == "white-space":
        return _WHITE_SPACE.get(value.lower(), "")
    if name == "background-color":
        value = value.replace(" ", "")
    allowed = _ALLOWED.get(name)
    return value if allowed is None or allowed.match(value) else ""
