"""Makes the closed pages of the feeds' archive that out/ does not hold yet, page after page.

Reads the articles that pages alone show, and writes the pages where outputs wait; out/ itself is the writer's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from newsletter.bystanders import Bystanders, StirredError
from newsletter.emitters import FEEDS, emitter
from newsletter.enclosures import may_be_measured
from newsletter.feeds.archive import ClosedPage
from newsletter.feeds.channels import FORMATS, whole
from newsletter.index.documents import Document, of_page
from newsletter.index.pages import Pages
from newsletter.index.settled import Archived
from newsletter.instants import microseconds
from newsletter.model import ArchivePage, Edition, Output, Rendered, Spooled
from newsletter.piecework import Done, Piece, Piecework, Setting, complete
from newsletter.processes.crew import Crew
from newsletter.writer import Spool


class History(Struct, frozen=True, kw_only=True):
    """What came of the archive."""

    #: Every page that there is, as the feeds need to know of it; None where no archive is kept.
    pages: tuple[ArchivePage, ...] | None = None
    #: Those that were made.
    outputs: tuple[Spooled, ...] = ()
    documents: tuple[Document, ...] = ()


class Leaf(Piece, frozen=True, kw_only=True):
    """A page to be made."""

    number: int
    #: Of the page before it.
    previous: int | None
    #: In the order that the page shows them in.
    paths: tuple[str, ...]


class Archivist:
    """Makes the archive of one build."""

    def __init__(self, piecework: Piecework, pages: Pages) -> None:
        """Take what the pages are made with."""
        self._piecework = piecework
        self._pages = pages
        #: Of each page which one is before it as long as something can be shown of all.
        self._before: dict[int, int | None] = {}

    def make(self, closed: Sequence[ClosedPage] | None, crew: Crew, spool: Spool) -> History:
        """Make the pages that do not stand; a page of whose articles none can be shown is passed over.

        Raises StirredError if that page was before one that rests.
        """
        if closed is None:
            return History()
        self._before = _chain(closed, set())
        made: dict[int, tuple[Document, tuple[Spooled, ...]]] = {}
        empty: set[int] = set()
        while True:
            chain = _chain(closed, empty)
            stale = [page for page in closed if page.number in chain and not self._is_there(page, chain[page.number], made)]
            if not stale:
                break
            for page, done in zip(stale, self._bound(stale, chain, crew), strict=True):
                if done.outputs:
                    made[page.number] = of_page(page, chain[page.number]), tuple(map(spool.put, done.outputs))
                else:
                    empty.add(page.number)
        return History(
            pages=tuple(ArchivePage(number=number, articles=(), stands=True) for number in chain),
            outputs=tuple(output for _, outputs in made.values() for output in outputs),
            documents=tuple(document for document, _ in made.values()),
        )

    def _is_there(self, page: ClosedPage, previous: int | None, made: dict[int, tuple[Document, tuple[Spooled, ...]]]) -> bool:
        if page.rests:
            if previous != self._before[page.number]:
                raise StirredError
            return True
        document = of_page(page, previous)
        if page.number in made:
            return made[page.number][0].shape == document.shape
        return self._pages.stands(document)

    def _bound(self, stale: Sequence[ClosedPage], chain: dict[int, int | None], crew: Crew) -> Iterator[Done]:
        """Have pages made."""
        leaves = (
            Leaf(
                articles=self._piecework.gather(page.articles),
                number=page.number,
                previous=chain[page.number],
                paths=tuple(article.path for article in page.articles),
            )
            for page in stale
        )
        return self._piecework.make(bind, leaves, crew, sum(len(page.articles) for page in stale))


def rest(closed: Sequence[ClosedPage] | None, others: Bystanders | None, pages: Pages) -> None:
    """Take the pages that rest for what they are; raises StirredError if not all of them stand as they did.

    Then a page before one of them has gone, somebody meddled with out/, templates are others, or so is what links and pictures
    in them lead to.
    """
    if closed is None or others is None or others.archived is None:
        return
    chain, before = _chain(closed, set()), others.archived
    documents = [of_page(page, chain[page.number]) for page in closed if page.rests]
    told = others.among(pages.told)
    if [*chain][: len(before.numbers)] != before.numbers or not pages.rest(before.version, documents, told):
        raise StirredError


def archived(closed: Sequence[ClosedPage] | None, history: History, pages: Pages, now: datetime) -> Archived | None:
    """Say what the next build may know of the archive, once all is recorded; None if not all of it stands."""
    if closed is None or history.pages is None or not pages.version:
        return None
    numbers = [page.number for page in history.pages]
    if not pages.standing.issuperset(form.page(number) for number in numbers for form in FORMATS):
        return None
    restless = [page.number for page in closed if not page.rests and any(map(may_be_measured, page.articles))]
    return Archived(now=microseconds(now), numbers=numbers, restless=restless, remarked=pages.remarked, version=pages.version)


def bind(setting: Setting, leaf: Leaf) -> Done:
    """Make a page. Pure."""
    return complete(setting, leaf, _written)


def _written(setting: Setting, leaf: Leaf, shown: dict[str, Rendered]) -> tuple[Output, ...]:
    """Write a page in every format; nothing if it has no article any more."""
    items = tuple(shown[path] for path in leaf.paths if path in shown)
    if not items:
        return ()
    channel = whole(setting.config)
    before = () if leaf.previous is None else (ArchivePage(number=leaf.previous, articles=(), stands=True),)
    archive = (*before, ArchivePage(number=leaf.number, articles=items))
    edition = Edition(name=channel.name, prefix=channel.prefix, title=channel.title, feed=(), archive=archive)
    made = tuple(output for name in sorted(FEEDS) for output in emitter(name)(setting.config, edition, setting.templates))
    setting.templates.forget()
    return made


def _chain(closed: Sequence[ClosedPage], empty: set[int]) -> dict[int, int | None]:
    """Tell of each page that there is which one is before it."""
    numbers = [page.number for page in closed if page.number not in empty]
    return dict(zip(numbers, [None, *numbers], strict=False))
