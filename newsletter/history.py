"""Makes the closed pages of the feeds' archive that out/ does not hold yet, page after page, so that memory never holds them all.

Reads the articles that pages alone show, and writes the pages where outputs wait; out/ itself is the writer's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from newsletter import collector, enclosures, updates
from newsletter.config import Config
from newsletter.emitters import FEEDS, emitter
from newsletter.errors import ContentError
from newsletter.feeds.archive import ClosedPage, order
from newsletter.feeds.channels import whole
from newsletter.index.pages import Document, Pages, Trace, of_page
from newsletter.index.renderings import Renderings, packed
from newsletter.ledger.records import Known
from newsletter.model import ArchivePage, Article, Edition, Output, Rendered, Spooled
from newsletter.processes.crew import Crew, render_all
from newsletter.recognise import Recognition
from newsletter.render import Site
from newsletter.render.site import Asked
from newsletter.rendition import Rendition
from newsletter.templating import Templates
from newsletter.writer import Spool

#: Renderings that the index takes at a time.
AT_ONCE = 200


class History(Struct, frozen=True, kw_only=True):
    """What came of the archive."""

    #: Every page that there is, as the feeds need to know of it; None where no archive is kept.
    pages: tuple[ArchivePage, ...] | None = None
    #: Those that were made.
    outputs: tuple[Spooled, ...] = ()
    documents: tuple[Document, ...] = ()
    #: Of the articles that pages alone show, by path.
    traces: dict[str, Trace] = {}
    problems: tuple[ContentError, ...] = ()


class Setting(Struct, frozen=True, kw_only=True):
    """What all pages are made with."""

    config: Config
    site: Site
    templates: Templates
    now: datetime

    def carried(self) -> "Setting":
        """Return the same for a machine that has none of the files."""
        return replace(self, templates=self.templates.carried())


class Leaf(Struct, frozen=True, kw_only=True):
    """A page to be made."""

    number: int
    #: Of the page before it.
    previous: int | None
    #: In the order that the page shows them in.
    paths: tuple[str, ...]
    #: The articles whose renderings are known.
    rendered: tuple[Rendered, ...]
    #: What is known of them that may be new to the index.
    asked: tuple[tuple[str, Asked], ...]
    #: The others, with their texts, and what the ledger has of them.
    work: tuple[tuple[Article, str, Known | None], ...]


class Bound(Struct, frozen=True, kw_only=True):
    """A page that was made."""

    outputs: tuple[Output, ...]
    #: Of the articles of no other output.
    traces: tuple[Trace, ...]
    #: New renderings, packed.
    renderings: tuple[tuple[Article, bytes], ...]
    problems: tuple[ContentError, ...]


class Archivist:
    """Makes the archive of one build."""

    def __init__(self, setting: Setting, recognition: Recognition, pages: Pages, rendition: Rendition) -> None:
        """Take what the pages are made of; what the rendition has is not rendered again."""
        self._setting = setting
        self._recognition = recognition
        self._pages = pages
        self._rendered = {item.article.path: item for item in rendition.rendered}
        self._failed = {problem.path for problem in rendition.problems}
        self._renderings = Renderings(setting.config)
        self._problems: list[ContentError] = []
        self._traces: dict[str, Trace] = {}

    def make(self, closed: Sequence[ClosedPage] | None, crew: Crew, spool: Spool) -> History:
        """Make the pages that do not stand; a page of whose articles none can be shown is passed over."""
        if closed is None:
            return History()
        made: dict[int, tuple[Document, tuple[Spooled, ...]]] = {}
        empty: set[int] = set()
        while True:
            chain = _chain(closed, empty)
            stale = [page for page in closed if page.number in chain and not self._is_there(page, chain[page.number], made)]
            if not stale:
                break
            for page, bound in zip(stale, self._bound(stale, chain, crew), strict=True):
                if bound.outputs:
                    made[page.number] = of_page(page, chain[page.number]), tuple(map(spool.put, bound.outputs))
                else:
                    empty.add(page.number)
        return History(
            pages=tuple(ArchivePage(number=number, articles=(), stands=True) for number in chain),
            outputs=tuple(output for _, outputs in made.values() for output in outputs),
            documents=tuple(document for document, _ in made.values()),
            traces=self._traces,
            problems=self._in_order(closed),
        )

    def _is_there(self, page: ClosedPage, previous: int | None, made: dict[int, tuple[Document, tuple[Spooled, ...]]]) -> bool:
        document = of_page(page, previous)
        if page.number in made:
            return made[page.number][0].shape == document.shape
        return self._pages.stands(document)

    def _bound(self, stale: Sequence[ClosedPage], chain: dict[int, int | None], crew: Crew) -> Iterator[Bound]:
        """Have pages made, and let the index keep what was rendered."""
        waiting: list[tuple[Article, bytes]] = []
        leaves = (self._leaf(page, chain[page.number]) for page in stale)
        for bound in crew.each(bind, self._setting, leaves, sum(len(page.articles) for page in stale)):
            waiting += bound.renderings
            if len(waiting) >= AT_ONCE:
                self._renderings.keep(waiting)
                waiting.clear()
            self._problems += bound.problems
            self._traces.update((trace.shown.article.path, trace) for trace in bound.traces)
            yield bound
        self._renderings.keep(waiting)

    def _leaf(self, page: ClosedPage, previous: int | None) -> Leaf:
        """Gather what a page is made of."""
        site = self._setting.site
        wanted = []
        for article in page.articles:
            if article.path not in self._rendered and article.path not in self._failed:
                try:
                    wanted.append(enclosures.measured(self._setting.config.content, article, site.files))
                except OSError as error:  # since the folder was listed
                    self._fail(ContentError(article.path, None, "enclosure", f"{error.filename}: {error.strerror}"))
        known = self._renderings.recall(wanted, site)
        work = []
        for article in wanted:
            if article.path not in known:
                try:
                    work.append((article, collector.body(self._setting.config, article), self._known(article)))
                except ContentError as error:
                    self._fail(error)
        moved = {path: updates.moved_one(item, self._known(item.article), self._setting.now) for path, (item, _) in known.items()}
        given = (self._rendered.get(article.path) or moved.get(article.path) for article in page.articles)
        return Leaf(
            number=page.number,
            previous=previous,
            paths=tuple(article.path for article in page.articles),
            rendered=tuple(item for item in given if item is not None),
            asked=tuple((path, asked) for path, (_, asked) in known.items()),
            work=tuple(work),
        )

    def _in_order(self, closed: Sequence[ClosedPage]) -> tuple[ContentError, ...]:
        """Return what went wrong, each once, with the oldest article first."""
        problems = {problem.path: problem for problem in self._problems}
        dates = {article.path: order(article) for page in closed for article in page.articles if article.path in problems}
        return tuple(problems[path] for path in sorted(problems, key=dates.__getitem__))

    def _fail(self, problem: ContentError) -> None:
        self._failed.add(problem.path)
        self._problems.append(problem)

    def _known(self, article: Article) -> Known | None:
        """Return what the ledger has of an article, where that moves its date."""
        one = self._recognition.of(article.path) if self._setting.config.feeds.onward else None
        return None if one is None else one.known


def bind(setting: Setting, leaf: Leaf) -> Bound:
    """Make a page: render its articles, and write it in every format. Pure."""
    shown = {item.article.path: item for item in leaf.rendered}
    traces = [Trace.of(shown[path], asked, {}) for path, asked in leaf.asked]
    renderings, problems = [], []
    results = render_all([(article, body) for article, body, _ in leaf.work], setting.site)
    for (article, _, known), result in zip(leaf.work, results, strict=True):
        if isinstance(result, ContentError):
            problems.append(result)
            continue
        item = updates.moved_one(result.rendered, known, setting.now)
        shown[article.path] = item
        traces.append(Trace.of(item, result.asked, {}))  # what only feeds show has no files of its own
        renderings.append((article, packed(result.text)))
    items = tuple(shown[path] for path in leaf.paths if path in shown)
    return Bound(
        outputs=_written(setting, leaf, items) if items else (),
        traces=tuple(traces),
        renderings=tuple(renderings),
        problems=tuple(problems),
    )


def _written(setting: Setting, leaf: Leaf, items: tuple[Rendered, ...]) -> tuple[Output, ...]:
    """Write a page in every format."""
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
