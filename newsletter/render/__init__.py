"""Markdown becomes clean, absolute, self-contained HTML and readable plain text, once per article for all emitters. No I/O.

The way through: ``lines`` and ``commonmark`` lay the source out, ``dialects`` adds what blogs write besides Markdown,
``markdown`` runs Python-Markdown; ``clean`` lets through what is safe, ``tree`` holds the rest as a tree, ``rewrite`` and
``links`` change it in place, ``clean`` has the last word; ``excerpt`` takes the first part; ``text`` (with ``wrap`` and
``tables``) writes plain text.
"""

import re

from newsletter.model import Article, Rendered
from newsletter.render.site import Site

__all__ = ["Site", "plain_text", "render", "shift_headings"]

_HEADING_TAG = re.compile(r"(</?h)([1-6])(?=[\s>])")


def render(article: Article, body: str, site: Site) -> Rendered:
    """Render an article's body: Markdown without front matter and without a heading that only repeats the title.

    Raises RenderError for an article that cannot be rendered within ``config.reading.max_seconds`` and the bounds of bounds.py.
    """
    from newsletter.render import pipeline  # noqa: PLC0415 - brings Python-Markdown, Pygments and lxml with it

    return pipeline.render(article, body, site)


def shift_headings(html: str, by: int) -> str:
    """Move the headings of rendered HTML by so many levels (negative: up), at least to <h1> and at most to <h6>.

    Takes what ``render`` made: there ``<`` in text and attributes is always written as a reference, so a pattern is safe.
    """
    return _HEADING_TAG.sub(lambda match: f"{match[1]}{min(max(int(match[2]) + by, 1), 6)}", html)


def plain_text(html: str, permalink: str) -> str:
    """Write rendered HTML, such as the excerpt of an article, as the readable text that ``Rendered.text`` is."""
    from newsletter.render import text, tree  # noqa: PLC0415 - brings lxml with it

    return text.to_text(tree.parse(html), permalink)
