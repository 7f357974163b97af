"""Renders articles one after the other, in any process, and keeps with each what it asked of others. Pure."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from newsletter.errors import RenderError
from newsletter.model import Article, Rendered
from newsletter.render import Site, render
from newsletter.render.memory import kept
from newsletter.render.site import Asked, Watched


class Made(NamedTuple):
    """A rendering, and the same as text for the index: see render.memory."""

    rendered: Rendered
    text: str
    asked: Asked


Results: TypeAlias = tuple[Made | RenderError, ...]


def render_all(work: Sequence[tuple[Article, str]], site: Site) -> Results:
    """Render each (article, body); what cannot be rendered is returned as its error, in its place."""
    return tuple(_render(article, body, site) for article, body in work)


def _render(article: Article, body: str, site: Site) -> Made | RenderError:
    watched = Watched.of(site)
    try:
        rendered = render(article, body, watched)
    except RenderError as error:
        return error
    return Made(rendered, kept(rendered, watched.asked), tuple(watched.asked.items()))
