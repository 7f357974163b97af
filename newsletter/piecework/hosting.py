"""Makes the pages of the articles that have no other home, as far as out/ does not hold them yet, a few at a time.

Reads these articles and the local files that they show, and writes pages and files where outputs wait; out/ itself is the
writer's.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.emitters import hosted
from newsletter.feeds.archive import order
from newsletter.feeds.channels import FeedLink, Nearby
from newsletter.index.documents import Document, digested
from newsletter.index.pages import Pages
from newsletter.model import Article, Channel, Mention, Output, Rendered, Spooled
from newsletter.piecework import Done, Piece, Piecework, Setting, complete
from newsletter.processes.batches import as_it_is
from newsletter.processes.crew import Crew
from newsletter.writer import Spool

#: How many pages memory holds at ease: so many articles are rendered together with those that feeds and mail show.
AT_EASE = 100
#: How many of the newest the front page shows more of than that they are there.
LATEST = 10
#: Pages that a process makes at a time.
AT_A_TIME = 16


class Frame(Struct, frozen=True, kw_only=True):
    """What an article's page shows besides the article."""

    path: str
    feeds: tuple[FeedLink, ...]
    newer: Mention | None
    older: Mention | None


class Sheet(Piece, frozen=True, kw_only=True):
    """Pages to be made."""

    frames: tuple[Frame, ...]


class Hosted(Struct, frozen=True, kw_only=True):
    """What came of the articles that out/ has pages for."""

    #: All that there are, newest first.
    mentions: tuple[Mention, ...]
    #: The pages that were made.
    outputs: tuple[Output | Spooled, ...]
    documents: tuple[Document, ...]


#: An article, and what is around it.
Planned: TypeAlias = tuple[Article, Frame]


class Host:
    """Makes the pages of one build."""

    def __init__(self, config: Config, published: Iterable[Article], pages: Pages, channels: Iterable[Channel]) -> None:
        """See which pages there are to make; articles that have other homes may be among those published.

        ``channels`` are all feeds that there may be.
        """
        self._config = config
        self._articles = sorted((one for one in published if one.hosted), key=order, reverse=True)
        self._pages = pages
        self._channels = tuple(channels)
        self._failed: frozenset[str] = frozenset()
        self._made: dict[str, tuple[Document, Output | Spooled]] = {}
        self._stale = self._see()

    @property
    def latest(self) -> Sequence[Article]:
        """Return the articles of which the front page shows most."""
        return self._articles[:LATEST]

    @property
    def at_ease(self) -> Sequence[Article]:
        """Return the articles to be rendered together with those that feeds and mail show."""
        return (*self.latest, *(article for article, _ in self._stale[:AT_EASE]))

    def make(self, piecework: Piecework, channels: Iterable[Channel], crew: Crew, spool: Spool) -> Hosted:
        """Make the pages that do not stand; what cannot be shown is passed over, by its neighbours too."""
        known = tuple(channels)
        put = spool.put if len(self._stale) > AT_EASE else as_it_is
        while True:
            failed = frozenset(one.path for one in self._articles if one.path in piecework.failed)
            if (known, failed) != (self._channels, self._failed):
                self._channels, self._failed = known, failed
                self._stale = self._see()
            if not self._stale:
                break
            self._write(piecework, crew, put)
            self._stale = []
        return Hosted(
            mentions=tuple(_mention(one) for one in self._articles if one.path not in self._failed),
            outputs=tuple(output for _, output in self._made.values()),
            documents=tuple(
                replace(one, paths=(*one.paths, *piecework.files(one.articles[0].path))) for one, _ in self._made.values()
            ),
        )

    def _see(self) -> list[Planned]:
        """Choose the pages that are to be made, and forget those that were made for nothing."""
        shown = [one for one in self._articles if one.path not in self._failed]
        mentions = [None, *map(_mention, shown), None]
        nearby = Nearby(self._config, self._channels)
        stale = []
        for at, article in enumerate(shown):
            frame = Frame(path=article.path, feeds=nearby.of(article), newer=mentions[at], older=mentions[at + 2])
            document = _document(article, frame)
            made = self._made.get(article.path)
            if not (made[0] == document if made else self._pages.stands(document)):
                stale.append((article, frame))
        for path in self._failed:
            self._made.pop(path, None)
        return stale

    def _write(self, piecework: Piecework, crew: Crew, put: Callable[[Output], Output | Spooled]) -> None:
        planned = {hosted.path_of(article.slug): (article, frame) for article, frame in self._stale}
        sheets = (
            Sheet(
                articles=piecework.gather([article for article, _ in self._stale[start : start + AT_A_TIME]]),
                frames=tuple(frame for _, frame in self._stale[start : start + AT_A_TIME]),
            )
            for start in range(0, len(self._stale), AT_A_TIME)
        )
        for done in piecework.make(write_sheet, sheets, crew, piecework.unknown(article for article, _ in self._stale)):
            for output in done.outputs:
                article, frame = planned[output.path]
                self._made[article.path] = _document(article, frame), put(output)


def write_sheet(setting: Setting, sheet: Sheet) -> Done:
    """Make some pages. Pure."""
    return complete(setting, sheet, _written)


def _written(setting: Setting, sheet: Sheet, shown: dict[str, Rendered]) -> tuple[Output, ...]:
    return tuple(
        hosted.write(setting.config, shown[one.path], setting.templates, feeds=one.feeds, newer=one.newer, older=one.older)
        for one in sheet.frames
        if one.path in shown
    )


def _document(article: Article, frame: Frame) -> Document:
    shape = digested("article", frame.feeds, frame.newer, frame.older)
    return Document(paths=(hosted.path_of(article.slug),), shape=shape, articles=(article,))


def _mention(article: Article) -> Mention:
    return Mention(
        id=article.id,
        title=article.title,
        permalink=article.permalink,
        published=article.published,
        language=article.language,
    )
