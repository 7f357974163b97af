"""Render one body with as little ceremony as a test deserves."""

from typing import Any

from newsletter.model import Rendered
from newsletter.render import Site, render
from tests.factories import make_article, make_config

PERMALINK = "https://letter.example/articles/first/"
#: What ids in the article of make_article() begin with.
PREFIX = "first-f203a7-"


def make_site(**changes: Any) -> Site:  # noqa: ANN401 - any field of Site
    """Publish the article of make_article() alone."""
    values: dict[str, Any] = {"config": make_config(), "permalinks": {"first.md": PERMALINK}}
    return Site(**{**values, **changes})


def rendered(body: str, site: Site | None = None, **article: Any) -> Rendered:  # noqa: ANN401 - any field of Article
    """Render a body as that of make_article()."""
    return render(make_article(**article), body, site or make_site())


def html(body: str, **article: Any) -> str:  # noqa: ANN401 - any field of Article
    """Render a body to HTML."""
    return rendered(body, **article).html


def text(body: str) -> str:
    """Render a body to plain text."""
    return rendered(body).text


def remarks(body: str, **article: Any) -> list[str]:  # noqa: ANN401 - any field of Article
    """Render a body and write what was remarked."""
    return [str(remark) for remark in rendered(body, **article).remarks]
