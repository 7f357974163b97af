"""One article from Markdown to what all emitters share. Pure."""

from collections import Counter
from datetime import UTC, datetime

from msgspec.structs import replace

from newsletter.model import Article, Enclosure, Image, Remark, Rendered
from newsletter.render import bounds, clean, excerpt, rewrite, tree
from newsletter.render.links import Links, is_relative
from newsletter.render.markdown import to_html
from newsletter.render.site import Site
from newsletter.render.text import to_text
from newsletter.render.tree import Element
from newsletter.xmltext import ILLEGAL

#: nh3 takes time that grows with depth; far beyond MAX_DEPTH there is no need to ask it.
_HOPELESS_DEPTH = 10 * bounds.MAX_DEPTH


def render(article: Article, body: str, site: Site) -> Rendered:
    """Do what newsletter.render.render says."""
    seconds = site.config.reading.max_seconds
    try:
        with bounds.processor_time(seconds):
            return _render(article, body, site)
    except bounds.OutOfTimeError as error:
        raise bounds.too_slow(article, seconds) from error


def warm(body: str, site: Site) -> None:
    """Have everything compiled and set up that any article needs."""
    instant = datetime(1970, 1, 1, tzinfo=UTC)
    article = Article(path="a.md", id="a", title="a", slug="a", permalink="", hosted=False, published=instant, updated=instant)
    _render(article, body, site)


def _render(article: Article, body: str, site: Site) -> Rendered:
    links = Links(article, site, body)
    root = _tree(article, body, links)
    first = excerpt.excerpt(root)
    html = clean.second(tree.serialise(root))
    cover = _cover(article, links, root)
    enclosures = tuple(one for each in article.enclosures if (one := _enclosure(each, links)) is not None)
    return Rendered(
        article=replace(article, enclosures=enclosures) if enclosures != article.enclosures else article,
        html=html,
        excerpt_html=html if first is None else clean.second(tree.serialise(first)),
        summary=" ".join(article.summary.split()) if article.summary else excerpt.summary(root if first is None else first),
        text=to_text(root, article.permalink),
        cover=cover,
        assets=tuple(links.assets[source] for source in sorted(links.assets)),
        remarks=tuple(links.remarks),
    )


def _tree(article: Article, body: str, links: Links) -> Element:
    """Return the article's content, clean and with all changes made."""
    if (illegal := ILLEGAL.search(body)) is not None:
        links.remark(f"removed characters that feeds cannot hold, the first of them U+{ord(illegal[0]):04X}", illegal[0])
    raw = to_html(article, body, links.named)
    if clean.depth(raw) > _HOPELESS_DEPTH:
        raise bounds.too_deep(article)
    for name, count in Counter(clean.removed(raw)).items():
        _remark_removed(links, name, count)
    root = tree.parse(clean.first(raw))
    if tree.depth(root) > bounds.MAX_DEPTH:
        raise bounds.too_deep(article)
    rewrite.rewrite(root, links)
    return root


def _remark_removed(links: Links, name: str, count: int) -> None:
    """Tell what cleaning took out, and where, if that many stand in the source too (others are examples in code)."""
    source = links.body.lower()
    written = name.rstrip(">")
    line = links.line_of(links.body[at : at + len(written)]) if (at := source.find(written)) >= 0 else None
    if source.count(written) != count:
        line = None
    times = "" if count == 1 else f", {count} times"
    links.remarks.append(Remark(path=links.article.path, line=line, field=None, message=f"removed {name}{times}"))


def _enclosure(enclosure: Enclosure, links: Links) -> Enclosure | None:
    """Resolve where a file that goes with the article is; tell if nobody can know how long it is."""
    url = links.picture(enclosure.url, field="enclosure")
    if url is None:
        return None
    # a file of ours is measured, and if it is not there that is told
    if not enclosure.length and not (links.article.hosted and is_relative(enclosure.url)):
        message = f"has no length in bytes, which RSS requires, so feeds say 0: {enclosure.url!r}"
        links.remark(message, field="enclosure")
    return replace(enclosure, url=url)


def _cover(article: Article, links: Links, root: Element) -> Image | None:
    """Return the picture of the front matter, unless the content shows it anyway."""
    if not article.cover:
        return None
    url = links.picture(article.cover, field="cover")
    if url is None or any(image.get("src") == url for image in root.iter("img")):
        return None
    return Image(url=url, alt=article.cover_alt)
