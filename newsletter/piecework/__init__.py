"""Articles that are rendered and written piece by piece, because there are more of them than memory should hold.

What a piece is made of is read and recalled here, one piece at a time; what is still to be rendered is rendered where the piece
is written, in any process. Local files are read here alone: a piece that turns out to show some comes back for them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from newsletter import collector, enclosures, updates
from newsletter.assets import Assets
from newsletter.config import Config
from newsletter.errors import ContentError
from newsletter.index.pages import Trace
from newsletter.index.renderings import Renderings, packed
from newsletter.ledger.records import Known
from newsletter.model import ASSETS, Article, Output, Rendered, Spooled
from newsletter.processes.crew import Crew
from newsletter.processes.rendering import render_all
from newsletter.recognise import Recognition
from newsletter.render import Site
from newsletter.render.site import Asked
from newsletter.rendition import Rendition
from newsletter.templating import Templates

#: Renderings that the index takes at a time.
AT_ONCE = 200


class Setting(Struct, frozen=True, kw_only=True):
    """What all pieces are made with."""

    config: Config
    site: Site
    templates: Templates
    now: datetime

    def carried(self) -> "Setting":
        """Return the same for a machine that has none of the files."""
        return replace(self, templates=self.templates.carried())


class Articles(Struct, frozen=True, kw_only=True):
    """The articles of a piece, as far as they could be read."""

    #: Those whose renderings are known.
    rendered: tuple[Rendered, ...] = ()
    #: By path what those asked that no other output shows; with the SHA-256 of the local files that they show, by path in out/.
    asked: tuple[tuple[str, Asked], ...] = ()
    contents: dict[str, str] = {}
    #: The others, with their texts, and what the ledger has of them.
    work: tuple[tuple[Article, str, Known | None], ...] = ()


class Piece(Struct, frozen=True, kw_only=True):
    """What is written at a time: a base for what says how."""

    articles: Articles


class Done(Struct, frozen=True, kw_only=True):
    """What came of a piece."""

    outputs: tuple[Output, ...] = ()
    #: Of the articles of no other output.
    traces: tuple[Trace, ...] = ()
    #: New renderings, packed.
    renderings: tuple[tuple[Article, bytes], ...] = ()
    problems: tuple[ContentError, ...] = ()
    #: What was rendered, with what it asked, if the piece waits for the local files that it shows.
    waiting: tuple[tuple[Rendered, Asked], ...] = ()


SomePiece = TypeVar("SomePiece", bound=Piece)
#: Writes a piece with the articles that could be rendered, by path. Pure, and a function of a module.
Write = Callable[[Setting, SomePiece, dict[str, Rendered]], tuple[Output, ...]]
#: Makes a piece.
Make = Callable[[Setting, SomePiece], Done]


class Piecework:
    """The pieces of one build."""

    def __init__(
        self, setting: Setting, recognition: Recognition, rendition: Rendition, put: Callable[[Output], Output | Spooled]
    ) -> None:
        """Take what they are made with; what the rendition has is not rendered again. ``put`` takes files away from memory."""
        self.setting = setting
        #: Paths of articles that cannot be shown.
        self.failed = {problem.path for problem in rendition.problems}
        #: Of the articles that only pieces show, by path.
        self.traces: dict[str, Trace] = {}
        self._recognition = recognition
        self._rendered = {item.article.path: item for item in rendition.rendered}
        self._there = {output.path for output in rendition.assets}
        self._renderings = Renderings(setting.config)
        self._assets = Assets(setting.config, put)
        self._problems: dict[str, ContentError] = {}

    def problems(self, published: Iterable[Article]) -> tuple[ContentError, ...]:
        """Return what went wrong, in the order of the articles."""
        return tuple(self._problems[article.path] for article in published if article.path in self._problems)

    @property
    def assets(self) -> tuple[Output | Spooled, ...]:
        """Return the local files that only pieces show."""
        return tuple(output for output in self._assets.outputs if output.path not in self._there)

    def files(self, path: str) -> tuple[str, ...]:
        """Return where in out/ the local files are that an article shows, by the article's path."""
        if path in self._rendered:
            return tuple(asset.target for asset in self._rendered[path].assets)
        return tuple(ASSETS + source for source, _, _ in self.traces[path].told.files)

    def unknown(self, articles: Iterable[Article]) -> int:
        """Count the articles that are not rendered yet."""
        return sum(article.path not in self._rendered for article in articles)

    def gather(self, articles: Sequence[Article]) -> Articles:
        """Gather what a piece with these articles is made of."""
        measured = [one for article in articles if article.path not in self._rendered and (one := self._measured(article))]
        known = self._renderings.recall(measured, self.setting.site)
        recalled = [updates.moved_one(item, self._known(item.article), self.setting.now) for item, _ in known.values()]
        work = tuple(
            (article, body, self._known(article))
            for article in measured
            if article.path not in known and (body := self._body(article)) is not None
        )
        finished = self._finished(recalled)
        shown = {item.article.path: item for item in finished} | self._rendered
        return Articles(
            rendered=tuple(shown[article.path] for article in articles if article.path in shown),
            asked=tuple((item.article.path, known[item.article.path][1]) for item in finished),
            contents=self._contents(finished),
            work=work,
        )

    def make(self, make: "Make[SomePiece]", pieces: Iterable[SomePiece], crew: Crew, weight: int) -> Iterator[Done]:
        """Have pieces made, in their order, few of them at a time, and let the index keep what was rendered.

        ``weight`` is of how many articles.
        """
        under_way: deque[SomePiece] = deque()

        def noted() -> Iterator[SomePiece]:
            for piece in pieces:
                under_way.append(piece)
                yield piece

        renderings: list[tuple[Article, bytes]] = []
        for done in crew.each(make, self.setting, noted(), weight):
            piece = under_way.popleft()
            renderings += done.renderings
            if len(renderings) >= AT_ONCE:
                self._renderings.keep(renderings)
                renderings.clear()
            for problem in done.problems:
                self._fail(problem)
            last = make(self.setting, replace(piece, articles=self._completed(piece.articles, done))) if done.waiting else done
            self.traces.update((trace.shown.article.path, trace) for trace in last.traces)
            yield last
        self._renderings.keep(renderings)

    def _completed(self, articles: Articles, done: Done) -> Articles:
        """Read the local files that a piece waits for."""
        finished = self._finished(item for item, _ in done.waiting)
        return Articles(
            rendered=(*articles.rendered, *finished),
            asked=(*articles.asked, *((item.article.path, asked) for item, asked in done.waiting)),
            contents=articles.contents | self._contents(finished),
        )

    def _finished(self, items: Iterable[Rendered]) -> list[Rendered]:
        """Give articles the sizes of their pictures; those whose files cannot be read fail."""
        finished = []
        for item in items:
            try:
                finished.append(self._assets.finish(item))
            except ContentError as error:
                self._fail(error)
        return finished

    def _contents(self, items: Iterable[Rendered]) -> dict[str, str]:
        contents = self._assets.contents
        return {one.target: contents[one.target] for item in items for one in item.assets if one.target in contents}

    def _measured(self, article: Article) -> Article | None:
        """Give an article's enclosures their true lengths; None where one went away, or it failed before."""
        if article.path in self.failed:
            return None
        try:
            return enclosures.measured(self.setting.config.content, article, self.setting.site.files)
        except OSError as error:  # since the folder was listed
            self._fail(ContentError(article.path, None, "enclosure", f"{error.filename}: {error.strerror}"))
            return None

    def _body(self, article: Article) -> str | None:
        try:
            return collector.body(self.setting.config, article)
        except ContentError as error:
            self._fail(error)
            return None

    def _fail(self, problem: ContentError) -> None:
        self.failed.add(problem.path)
        self._problems.setdefault(problem.path, problem)

    def _known(self, article: Article) -> Known | None:
        """Return what the ledger has of an article, where that moves its date."""
        one = self._recognition.of(article.path) if self.setting.config.feeds.onward else None
        return None if one is None else one.known


def complete(setting: Setting, piece: SomePiece, write: "Write[SomePiece]") -> Done:
    """Render the articles of a piece that are still to be rendered, and write it, unless it waits for local files. Pure."""
    articles = piece.articles
    shown = {item.article.path: item for item in articles.rendered}
    asked = dict(articles.asked)
    new: list[tuple[Rendered, Asked]] = []
    renderings, problems = [], []
    results = render_all([(article, body) for article, body, _ in articles.work], setting.site)
    for (article, _, known), result in zip(articles.work, results, strict=True):
        if isinstance(result, ContentError):
            problems.append(result)
            continue
        new.append((updates.moved_one(result.rendered, known, setting.now), result.asked))
        renderings.append((article, packed(result.text)))
    waits = any(item.assets for item, _ in new)
    shown |= {item.article.path: item for item, _ in new}
    asked |= {item.article.path: told for item, told in new}
    return Done(
        outputs=() if waits else write(setting, piece, shown),
        traces=()
        if waits
        else tuple(Trace.of(shown[path], told, articles.contents) for path, told in asked.items() if path in shown),
        renderings=tuple(renderings),
        problems=tuple(problems),
        waiting=tuple(new) if waits else (),
    )
