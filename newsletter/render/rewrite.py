"""Changes to an article's tree that turn what authors write into what feeds, mails and pages can show. Pure; changes in place.

Frames become links, check boxes characters, callouts quotes with a bold title, obsolete elements their successors.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from lxml import etree

from newsletter.render import clean, elements, tree
from newsletter.render.links import Links
from newsletter.render.tree import Element

_CALLOUT = re.compile(r"^\s*\[!([\w-]+)\][+-]?[ \t]*")
_BLOCK_ID = re.compile(r"(?:^|[ \n])\^(?:[A-Za-z][A-Za-z0-9-]*|[a-z0-9]{6})\s*$")
_PIXELS = re.compile(r"^\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*$")
_WIDTH = re.compile(r"(?i)(?:^|;)\s*width\s*:\s*(\d{1,5})(?:\.\d+)?px\s*(?:!important\s*)?(?=;|$)")
_YOUTUBE = re.compile(r"^https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?:[?#].*)?$")
_VIMEO = re.compile(r"^https?://player\.vimeo\.com/video/(\d+)(?:[?#].*)?$")
#: White space in HTML: a no-break space is content.
_WHITE = "\t\n\f\r "
_ALIGNMENTS = ("left", "right", "center", "justify")
_RESOLVERS: dict[str, Callable[[Links, str], str | None]] = {
    "cite": Links.link,
    "href": Links.link,
    "poster": Links.picture,
    "src": Links.picture,
    "srcset": Links.candidates,
}
_ADDRESSES = frozenset(_RESOLVERS)
_SHOWN_BY_ADDRESS = ("img", "source")
_FRAMES = ("iframe", "object", "embed")
_TALLEST_HEADING = 3
_LOWEST_HEADING = 6


def rewrite(root: Element, links: Links) -> None:
    """Make all changes, in the order in which they build on one another."""
    _successors(root)
    for element in list(root.iter(*_FRAMES)):
        _frame(element, links)
    for element in list(root.iter("input")):
        _check_box(element, links)
    for quote in root.iter("blockquote"):
        _callout(quote)
    _ids(root, links)
    _addresses(root, links)
    for element in list(root.iter("audio", "video")):
        _recording(element, links)
    _headings(root)
    _leftovers(root)
    _paragraphs(root)


def _successors(root: Element) -> None:
    """Put current elements and attributes in the place of obsolete ones."""
    for element in root.iter():
        tag = str(element.tag)
        element.tag = elements.RENAMED.get(tag, tag)
        if element.tag == "div" and element.get("class") not in (None, *clean.CLASSES):
            del element.attrib["class"]
        if (name := element.get("name")) is not None:
            del element.attrib["name"]
            element.set("id", element.get("id", name))
        _styles(element, tag)


def _styles(element: Element, tag: str) -> None:
    """Make styles of attributes that are none in current HTML, and check all styles; ``tag``: as the author wrote it."""
    if tag in ("img", "video") and (width := _WIDTH.search(element.get("style", ""))) is not None:
        element.set("width", width[1])  # which is made to fit where it will stand
        if "height" in element.attrib:
            del element.attrib["height"]
    styles = [element.get("style", ""), "text-align: center" if tag == "center" else ""]
    align = element.get("align", "").lower()
    if align in _ALIGNMENTS and tag != "img":
        styles.append(f"text-align: {align}")
    for name in ("width", "height"):
        if (size := element.get(name)) is not None and (pixels := _PIXELS.match(size)) is not None:
            element.set(name, str(pixels[1]))
        elif size is not None:
            del element.attrib[name]
            styles += [f"{name}: {size}"] * (name == "width" and size.strip().endswith("%"))
    for name, value in (("align", ""), ("style", clean.style(";".join(styles)))):
        if value or name in element.attrib:
            _set(element, name, value)


def _frame(element: Element, links: Links) -> None:
    """Put a link in the place of a frame, an object or an embed, or what the object falls back to."""
    tag = str(element.tag)
    raw = element.get("data" if tag == "object" else "src", "")
    if tag == "object" and (len(element) or tree.text_of(element).strip()):
        links.remark("replaced <object> by what it falls back to", "<object")
        tree.unwrap(element)
        return
    url = links.link(raw)
    if url is None:
        links.remark(f"removed <{tag}>", f"<{tag}")
        tree.unwrap(element)
        return
    url = _page_of(url)
    links.remark(f"replaced <{tag}> by a link to {url}", raw)
    link = etree.Element("a", {"href": url})
    link.text = element.get("title") or url
    _replace(element, link)


def _page_of(url: str) -> str:
    """Return the page that shows a film to people, for the address of its player."""
    if (film := _YOUTUBE.match(url)) is not None:
        return f"https://www.youtube.com/watch?v={film[1]}"
    if (film := _VIMEO.match(url)) is not None:
        return f"https://vimeo.com/{film[1]}"
    return url


def _replace(element: Element, inline: Element) -> None:
    """Put an inline element in the place of another one, as a paragraph where it stands among blocks."""
    parent = element.getparent()
    assert parent is not None  # never the root  # noqa: S101
    new = inline
    if parent.tag in ("div", "blockquote", "figure", "details", "li", "dd", "td") and not _has_text(parent):
        new = etree.Element("p")
        new.append(inline)
        new.tail = element.tail
    else:
        follows = element.tail or element.getnext() is not None
        new.tail = f" {(element.tail or '').lstrip()}" if follows else None
    parent.replace(element, new)


def _has_text(parent: Element) -> bool:
    return bool((parent.text or "").strip()) or any((child.tail or "").strip() for child in parent)


def _check_box(element: Element, links: Links) -> None:
    """Put a character in the place of a check box of a task list; drop other inputs."""
    item = next(element.iterancestors("li"), None)
    task = element.get("type", "").lower() == "checkbox" and item is not None
    if not task:
        links.remark("removed <input>", "<input")
    before, parent = element.getprevious(), element.getparent()
    assert parent is not None  # never the root  # noqa: S101
    if task:
        tree.append_text(parent, before, "☐" if element.get("checked") is None else "☑")
    tree.unwrap(element)


def _callout(quote: Element) -> None:
    """Give a callout (``[!warning] Title`` on a quote's first line) a bold title in a paragraph of its own."""
    first = quote[0] if len(quote) else None
    if first is None or first.tag != "p" or (quote.text or "").strip():
        return
    match = _CALLOUT.match(first.text or "")
    if match is None:
        return
    title = etree.Element("p")
    strong = etree.SubElement(title, "strong")
    line, newline, rest = (first.text or "")[match.end() :].partition("\n")
    strong.text = line
    while not newline and len(first):
        child = first[0]
        strong.append(child)
        line, newline, rest = (child.tail or "").partition("\n")
        child.tail = line
    first.text = rest
    if not tree.text_of(strong).strip():
        strong.text = match[1].replace("-", " ").capitalize()
    quote.insert(0, title)


def _ids(root: Element, links: Links) -> None:
    """Make ids unique across articles, and remember what the author called them."""
    taken: set[str] = set()
    for element in root.iter():
        raw = element.get("id")
        if raw is None:
            continue
        own = unique = links.prefix + "-".join(raw.split())
        count = 1
        while unique in taken:
            count += 1
            unique = f"{own}-{count}"
        taken.add(unique)
        links.ids.setdefault(raw, unique)
        element.set("id", unique)


def _addresses(root: Element, links: Links) -> None:
    """Make every address absolute, and drop what cannot be one; links to nowhere leave their text."""
    for element in list(root.iter()):
        attributes = set(element.attrib)
        if element.tag in ("a", "img") and not {"href", "id", "src"} & attributes:
            links.remark(f"removed <{element.tag}>: it has no address, or one that is no web address", f"<{element.tag}")
        for name in sorted(_ADDRESSES & attributes):
            resolve = _RESOLVERS[name]
            _set(element, name, resolve(links, element.get(name, "")))
        if element.tag in _SHOWN_BY_ADDRESS or element.tag == "a":
            _without_address(element)


def _without_address(element: Element) -> None:
    """Give an image its alt attribute; drop an image or a source without an address, and unwrap such a link."""
    if element.tag == "img":
        element.set("alt", element.get("alt", ""))
    shown = element.get("src") is not None or (element.tag == "source" and element.get("srcset") is not None)
    if element.tag in _SHOWN_BY_ADDRESS:
        if not shown:
            tree.unwrap(element)
    elif element.get("href") is None and element.get("id") is None:
        tree.unwrap(element)


def _set(element: Element, name: str, value: str | None) -> None:
    """Set an attribute that is there, or take it away where it would be empty."""
    if value:
        element.set(name, value)
    else:
        del element.attrib[name]


def _recording(element: Element, links: Links) -> None:
    """Give a film or a recording controls, and a link for readers that cannot play it; drop one without an address."""
    source = next((url for child in element.iter("source") if (url := child.get("src"))), None)
    url = element.get("src") or source
    if url is None:
        poster = element.get("poster")
        links.remark(f"removed <{element.tag}> without a usable address", f"<{element.tag}")
        if poster is None:
            tree.unwrap(element)
        else:
            _replace(element, etree.Element("img", {"src": poster, "alt": ""}))
        return
    element.set("controls", "")
    if not any(child.get("href") for child in element.iter("a")):
        link = etree.SubElement(element, "a", {"href": url})
        link.text = element.get("title") or urlsplit(url).path.rpartition("/")[2] or url


def _headings(root: Element) -> None:
    """Fit the headings under the article's title, which is an <h2>: the levels that are used become h3, h4, … without gaps."""
    used = sorted({str(element.tag) for element in root.iter(*elements.HEADINGS)})
    fitted = {tag: f"h{min(_TALLEST_HEADING + n, _LOWEST_HEADING)}" for n, tag in enumerate(used)}
    for element in list(root.iter(*elements.HEADINGS)):
        element.tag = fitted[str(element.tag)]


def _leftovers(root: Element) -> None:
    """Drop block ids, and spans and paragraphs that hold nothing."""
    for element in list(root.iter("p", "li")):
        last = element[-1] if len(element) else None
        text = element.text if last is None else last.tail
        if text and (match := _BLOCK_ID.search(text)) is not None:
            if last is None:
                element.text = text[: match.start()]
            else:
                last.tail = text[: match.start()]
    for element in list(root.iter("span")):
        if not element.attrib:
            tree.unwrap(element)
    for element in list(root.iter("p", *elements.HEADINGS)):
        nothing = not len(element) and not (element.text or "").strip(_WHITE)
        if nothing and (element.get("id") is None or element.tag != "p"):
            tree.unwrap(element)


def _paragraphs(root: Element) -> None:
    """Make paragraphs of text that stands between blocks at the top."""
    here: Element | None = None
    for child in [None, *root]:
        if child is not None and child.tag not in elements.BLOCKS and child.tag != clean.MORE:
            if here is None:
                here = _insert_paragraph(root, root.index(child))
            here.append(child)
            continue
        here = None
        text = root.text if child is None else child.tail
        if text and text.strip(_WHITE):
            here = _insert_paragraph(root, 0 if child is None else root.index(child) + 1)
            here.text = text
            if child is None:
                root.text = "\n"
            else:
                child.tail = "\n"


def _insert_paragraph(root: Element, at: int) -> Element:
    paragraph = etree.Element("p")
    paragraph.tail = "\n"
    root.insert(at, paragraph)
    return paragraph
