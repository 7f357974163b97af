"""What a file said → what becomes of it, and the article it is. Pure."""

from collections.abc import Sequence
from dataclasses import fields, make_dataclass
from datetime import datetime
from typing import Any

from newsletter.errors import ContentError
from newsletter.index.said import Said, enclosures, instant, people
from newsletter.model import Article, Found, Status
from newsletter.naming import Names

#: An article that can be written to, its fields in the same order: to fill a frozen one takes six times as long.
_Draft: Any = make_dataclass("_Draft", [one.name for one in fields(Article)], slots=True)


def of_article(article: Article) -> Found:
    """Tell what becomes of a sound file of which nothing else is to be told, the present instant apart."""
    return Found(
        path=article.path,
        status=Status.PUBLISHED,
        article=article,
        title=article.title,
        published=article.published,
        updated=article.updated,
        tags=article.tags,
        authors=article.authors,
    )


def found(file: Said, names: Names | None, published: datetime | None, wrong: Sequence[ContentError]) -> Found:
    """Tell what becomes of a file, the present instant apart."""
    article = None
    if names is not None and published is not None and not wrong:
        article = article_of(file, names, published)
    dated = published or instant(file.published)
    status, reason, line = Status.PUBLISHED, "", None
    if file.excluded:
        status, reason = Status.EXCLUDED, file.excluded
    elif file.draft:
        status = Status.DRAFT
        reason = f"it is marked as a draft ({file.held})" if file.held else "it is in a folder of drafts"
    elif wrong:
        status, line = Status.ERROR, wrong[0].line
        reason = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in wrong)
    return Found(
        path=file.path,
        status=status,
        reason=reason,
        line=line,
        article=article,
        title=file.title if file.title_written is None else file.title_written,
        published=dated,
        updated=article.updated if article else instant(file.updated) or dated,
        tags=article.tags if article else tuple(file.tags),
        authors=article.authors if article else people(file),
    )


def article_of(file: Said, names: Names, published: datetime) -> Article:
    """Make an article of a file without problems."""
    article = _Draft(
        file.path,
        names.id,
        file.title,  # a file without a title has a problem
        names.slug,
        names.permalink,
        names.hosted,
        published,
        published if file.updated is None else datetime.fromisoformat(file.updated),
        people(file) if file.authors else (),
        tuple(file.tags),
        file.summary,
        file.language,
        file.cover,
        file.cover_alt,
        enclosures(file) if file.enclosures else (),
        instant(file.expires),
        file.draft,
        tuple((name, text) for name, text in file.extra) if file.extra else (),
        file.body_line,
        file.title_in_body,
        file.sha256,
        file.chosen[5] if file.chosen is not None and file.chosen[4] is not None else None,
        file.fingerprint,
    )
    article.__class__ = Article
    made: Article = article
    return made
