"""What is published at an instant: the articles as read, with the ids and dates that the ledger has for them.

Reads the ledger, writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import is_

from msgspec import Struct
from msgspec.structs import replace

from newsletter import collector
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError, LedgerError
from newsletter.ledger import open_ledger, shown
from newsletter.mapped import Mapped
from newsletter.model import Article, Found, Remark, Status
from newsletter.recognise import Recognition, recognise_all, settled


class Present(Struct, frozen=True, kw_only=True):
    """The publication as of an instant."""

    #: Oldest first, by (published, id).
    published: tuple[Article, ...]
    #: Every sound article, drafts and future ones included, by path.
    articles: tuple[Article, ...]
    #: Every file of the content folder and what becomes of it, by path.
    found: Sequence[Found]
    #: What holds articles back.
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]
    #: Which of the articles read are old ones.
    recognition: Recognition
    #: The order of first publication: id to a number that counts up from 1.
    numbers: Mapping[str, int]


def present(config: Config, library: Library, now: datetime) -> Present:
    """Recognise what was published before; raises LedgerError if the ledger cannot be read."""
    with open_ledger(config.ledger) as ledger:
        known = ledger.shelf()
    live = {article.path for article in collector.released(library.articles, now)}
    recognition = recognise_all(library.articles, known, live, library.unread)
    articles = _settle(config, library.articles, recognition)
    public = [article for article in articles.values() if article.path in live]
    # they are in order already, unless dates or ids are other than those that were read
    in_order = all(map(is_, articles.values(), library.articles)) and len(articles) == len(library.articles)
    published = tuple(collector.released(public, now)) if in_order else collector.select(public, now=now)

    def listed(found: Found) -> Found:
        return _settled(found, articles.get(found.path))

    return Present(
        published=published,
        articles=tuple(articles[path] for path in sorted(articles)),
        found=refused(Mapped(collector.report(library, now), listed), recognition.problems),
        problems=(*library.problems, *collector.implausible(library, now), *recognition.problems),
        remarks=(*library.remarks, *recognition.remarks),
        recognition=recognition,
        numbers={line.id: line.sequence for line in known.lines.values()},
    )


def _settle(config: Config, read: Iterable[Article], recognition: Recognition) -> dict[str, Article]:
    """Give the articles that were recognised their ids and dates, by path."""
    onward = config.feeds.onward
    unchanged, others = recognition.unchanged, recognition.others
    articles: dict[str, Article] = {}
    for article in read:
        path = article.path
        line = unchanged.get(path)
        if line is None:
            if (one := others.get(path)) is not None:
                articles[path] = settled(article, one, onward=onward)
            continue
        own, first = article.published, line.published  # the same instant
        is_settled = article.updated is own and own.tzinfo is first.tzinfo and article.id == line.id
        # nearly always, and to look is three times faster
        articles[path] = (
            article if is_settled and not (onward and line.updated > first) else settled(article, line, onward=onward)
        )
    return articles


def refused(found: Sequence[Found], problems: Iterable[ContentError]) -> Sequence[Found]:
    """Mark the files in a listing that problems found later hold back."""
    errors = {problem.path: problem for problem in problems}

    def marked(one: Found) -> Found:
        problem = errors.get(one.path)
        return one if problem is None else replace(one, status=Status.ERROR, reason=_reason(problem), line=problem.line)

    return Mapped(found, marked) if errors else found


def missing_ledger(config: Config) -> LedgerError:
    """Explain why a build that would start a new ledger for an old out/ is refused."""
    remedy = "put it back, or name it with `ledger`; if this is to be a new publication, remove the output folder"
    return LedgerError(
        f"{shown(config.ledger)}: the ledger is missing, but {config.out} holds feeds that were published: {remedy}"
    )


def _settled(found: Found, article: Article | None) -> Found:
    if article is None or found.article is None or article is found.article:
        return found
    return replace(found, article=article, updated=article.updated)


def _reason(problem: ContentError) -> str:
    return f"{problem.field}: {problem.message}" if problem.field else problem.message
