"""What is published at an instant: the articles as read, with the ids and dates that the ledger has for them.

Reads the ledger, writes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from newsletter import collector
from newsletter.collector import Library
from newsletter.config import Config
from newsletter.errors import ContentError, LedgerError
from newsletter.feeds.archive import Rest
from newsletter.ledger import open_ledger, shown
from newsletter.ledger.shelf import Shelf
from newsletter.mapped import Mapped
from newsletter.model import Article, Found, Remark, Status
from newsletter.recognise import Recognition, recognise_all, settled


class Present(Struct, frozen=True, kw_only=True):
    """The publication as of an instant."""

    #: Oldest first, by (published, id), but for bystanders, as elsewhere here.
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
    #: What of the archive holds bystanders; None where all is to be known.
    rest: Rest | None = None


def present(config: Config, library: Library, now: datetime) -> Present:
    """Recognise what was published before; raises LedgerError if the ledger cannot be read."""
    others = library.bystanders
    known = others.known if others is not None else _known(config)
    published = tuple(collector.released(library.articles, now))
    live = {article.path for article in published}
    besides = others.ids if others is not None else frozenset()
    recognition = recognise_all(library.articles, known, live, library.unread, besides=besides)
    articles, found = library.by_path, collector.report(library, now)
    other = _other_than_read(config, articles, recognition, now)
    if other:
        articles = tuple(one for read in articles if (one := other.get(read.path, read)) is not None)
        published = collector.select([one for one in articles if one.path in live], now=now)
        found = Mapped(found, lambda one: _settled(one, other.get(one.path)))
    return Present(
        published=published,
        articles=articles,
        found=refused(found, recognition.problems),
        problems=(*library.problems, *collector.implausible(library, now), *recognition.problems),
        remarks=(*library.remarks, *recognition.remarks),
        recognition=recognition,
        numbers={line.id: line.sequence for line in known.lines.values()},
        rest=others.rest if others is not None else None,
    )


def _known(config: Config) -> Shelf:
    with open_ledger(config.ledger) as ledger:
        return ledger.shelf()


def _other_than_read(
    config: Config, read: Iterable[Article], recognition: Recognition, now: datetime
) -> dict[str, Article | None]:
    """Give the articles that were recognised their ids and dates; by path those that are other with them, None if held back."""
    onward, exact = config.feeds.onward, recognition.exact
    other: dict[str, Article | None] = {}
    for article in [one for one in read if one.path not in exact]:
        one = recognition.unchanged.get(article.path) or recognition.others.get(article.path)
        # until it happens, an update that is declared for later hides none that the ledger has
        own = collector.as_of(article, now) if onward else article
        made = None if one is None else settled(own, one, onward=onward)
        if made is not article:
            other[article.path] = made
    return other


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
