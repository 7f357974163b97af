"""What is published at an instant: the articles as read, with the ids and dates that the ledger has for them.

Reads the ledger, writes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter import collector
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError, LedgerError
from newsletter.ledger import Known, open_ledger
from newsletter.model import Article, Found, Remark, Status
from newsletter.recognise import Recognition, candidate, recognise, settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The publication as of an instant."""

    #: Oldest first, by (published, id).
    published: tuple[Article, ...]
    #: Every sound article, drafts and future ones included, by path.
    articles: tuple[Article, ...]
    #: Every file of the content folder and what becomes of it, by path.
    found: tuple[Found, ...]
    #: What holds articles back.
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]
    #: Which of the articles read are old ones.
    recognition: Recognition
    #: The order of first publication: id to a number that counts up from 1.
    numbers: Mapping[str, int]


def present(config: Config, library: Library, now: datetime) -> Present:
    """Recognise what was published before; raises LedgerError if the ledger cannot be read."""
    known = _known(config)
    live = {article.path for article in collector.select(library.articles, now=now)}
    unread = {one.path for one in library.found if one.article is None and one.status is not Status.EXCLUDED}
    recognition = recognise([candidate(one, live=one.path in live) for one in library.articles], known, unread)
    old = {one.path: one for one in recognition.articles}
    articles = {
        article.path: settled(article, old[article.path], onward=config.feeds.onward)
        for article in library.articles
        if article.path in old
    }
    published = collector.select((articles[path] for path in live if path in articles), now=now)
    problems = (*library.problems, *collector.implausible(library, now), *recognition.problems)
    return Present(
        published=published,
        articles=tuple(articles[path] for path in sorted(articles)),
        found=refused(
            (_settled(one, articles.get(one.path)) for one in collector.report(library, now)),
            recognition.problems,
        ),
        problems=problems,
        remarks=(*library.remarks, *recognition.remarks),
        recognition=recognition,
        numbers={one.id: one.sequence for one in known},
    )


def refused(found: Iterable[Found], problems: Iterable[ContentError]) -> tuple[Found, ...]:
    """Mark the files in a listing that problems found later hold back."""
    errors = {problem.path: problem for problem in problems}
    return tuple(
        replace(one, status=Status.ERROR, reason=_reason(errors[one.path]), line=errors[one.path].line)
        if one.path in errors
        else one
        for one in found
    )


def missing_ledger(config: Config) -> LedgerError:
    """Explain why a build that would start a new ledger for an old out/ is refused."""
    remedy = "put it back, or name it with `ledger`; if this is to be a new publication, remove the output folder"
    return LedgerError(f"{config.ledger}: the ledger is missing, but {config.out} holds feeds that were published: {remedy}")


def _known(config: Config) -> tuple[Known, ...]:
    with open_ledger(config.ledger) as ledger:
        return ledger.known()


def _settled(found: Found, article: Article | None) -> Found:
    if article is None or found.article is None or article is found.article:
        return found
    return replace(found, article=article, updated=article.updated)


def _reason(problem: ContentError) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message
