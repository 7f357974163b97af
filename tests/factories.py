"""Real records with sensible values: say only what a test is about."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from newsletter.config import Config
from newsletter.model import Article, Edition, Issue, Mention, Period, Person, Rendered

PUBLISHED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def make_config(root: Path = Path("/nowhere"), **changes: Any) -> Config:  # noqa: ANN401 - any field of Config
    """Configure a small publication in that folder."""
    config = Config(
        root=root,
        title="The Test Letter",
        url="https://letter.example/",
        description="Letters about tests.",
        authors=(Person(name="Ada Byron", email="ada@letter.example", url="https://letter.example/ada"),),
        authority="letter.example",
        content=root / "content",
        out=root / "out",
        ledger=str(root / ".out.ledger"),
        templates=root / "templates",
    )
    return replace(config, **changes)


def make_article(**changes: Any) -> Article:  # noqa: ANN401 - any field of Article
    """Write up one published article; the slug shapes path, id and permalink unless they are given."""
    slug = changes.get("slug", "first")
    published = changes.get("published", PUBLISHED)
    values: dict[str, Any] = {
        "path": f"{slug}.md",
        "id": f"tag:letter.example,{published.date().isoformat()}:{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "slug": slug,
        "permalink": f"https://letter.example/articles/{slug}/",
        "hosted": True,
        "published": published,
        "updated": published,
    }
    return Article(**{**values, **changes})


def make_rendered(html: str = "<p>Body.</p>", **changes: Any) -> Rendered:  # noqa: ANN401 - any field of Rendered or Article
    """Render an article without Markdown; fields of Article and of Rendered may be mixed."""
    names = ("cover", "assets", "remarks", "summary", "text", "excerpt_html")
    own = {name: changes.pop(name) for name in names if name in changes}
    values: dict[str, Any] = {"html": html, "excerpt_html": html, "summary": "Body.", "text": "Body.\n"}
    return Rendered(article=make_article(**changes), **{**values, **own})


def make_mention(article: Article) -> Mention:
    """Name an article as pages of others do."""
    return Mention(**{field: getattr(article, field) for field in ("id", "title", "permalink", "published", "language")})


def make_issue(*articles: Rendered, **changes: Any) -> Issue:  # noqa: ANN401 - any field of Issue
    """Bind articles into the issue of the week 2026-W10."""
    period = Period(start=datetime(2026, 3, 2, tzinfo=UTC), end=datetime(2026, 3, 9, tzinfo=UTC), key="2026-W10")
    issue = Issue(key=period.key, period=period, articles=articles, subject="First, and more", preheader="Body.")
    return replace(issue, **changes)


def make_edition(*articles: Rendered, **changes: Any) -> Edition:  # noqa: ANN401 - any field of Edition
    """Take articles as the feed, the pages and the issue of the whole publication."""
    edition = Edition(
        name="",
        prefix="",
        title="The Test Letter",
        feed=articles,
        pages=tuple(make_mention(item.article) for item in articles),
        issue=make_issue(*articles) if articles else None,
    )
    return replace(edition, **changes)
