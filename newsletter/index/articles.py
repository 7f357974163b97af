"""What a file said → what becomes of it, and the article it is. Pure."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.errors import ContentError
from newsletter.index.said import Said, enclosures, instant, people
from newsletter.model import Article, Found, Status
from newsletter.naming import Names


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
    return Article(
        path=file.path,
        id=names.id,
        title=file.title or "",  # a file without a title has a problem
        slug=names.slug,
        permalink=names.permalink,
        hosted=names.hosted,
        published=published,
        updated=published if file.updated is None else datetime.fromisoformat(file.updated),
        authors=people(file) if file.authors else (),
        tags=tuple(file.tags),
        summary=file.summary,
        language=file.language,
        cover=file.cover,
        cover_alt=file.cover_alt,
        enclosures=enclosures(file) if file.enclosures else (),
        expires=instant(file.expires),
        draft=file.draft,
        extra=tuple((name, text) for name, text in file.extra) if file.extra else (),
        body_line=file.body_line,
        title_in_body=file.title_in_body,
        sha256=file.sha256,
        id_line=file.chosen[5] if file.chosen is not None and file.chosen[4] is not None else None,
        fingerprint=file.fingerprint,
    )
