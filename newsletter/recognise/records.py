"""What goes into recognition and what comes out of it. No I/O."""

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct

from newsletter.errors import ContentError
from newsletter.ledger.records import Known
from newsletter.ledger.shelf import Line, Shelf
from newsletter.model import Article, Remark


class Candidate(Struct, frozen=True, kw_only=True):
    """An article as read."""

    path: str
    #: The id that its front matter gives.
    explicit: str | None = None
    #: The line on which it does.
    line: int | None = None
    #: The id that it has if it is new and gives none.
    minted: str
    slug: str
    title: str
    published: datetime | None
    #: See resemblance.fingerprint.
    fingerprint: str
    #: Whether this build publishes it: what is wrong with a draft is nobody's trouble yet.
    live: bool = True


class Recognised(Struct, frozen=True, kw_only=True):
    """What an article turned out to be."""

    path: str
    id: str
    #: As first published.
    published: datetime | None
    #: None for a new article.
    known: Known | None


class Shown(Struct, frozen=True, kw_only=True):
    """What some output shows of an article."""

    #: As it was shown.
    article: Article
    #: See recognise.digest.
    content: str


class Recognition(Struct, frozen=True, kw_only=True):
    """What all of them turned out to be, but for the articles that a problem holds back, and drafts that one would."""

    #: All that was ever published.
    known: Shelf
    #: By path those of which nothing changed.
    unchanged: Mapping[str, Line]
    #: Paths of those of them that are, and were recorded, as they are.
    exact: Collection[str]
    #: By path.
    others: Mapping[str, Recognised]
    #: Ordered by path, as the remarks are.
    problems: tuple[ContentError, ...]
    remarks: tuple[Remark, ...]
    #: Published articles that no file has any more. Those that were missing at the last build are marked as gone.
    vanished: tuple[Known, ...]

    @property
    def articles(self) -> tuple[Recognised, ...]:
        """All of them by path, for those who ask about more than a few."""
        paths = sorted((*self.unchanged, *self.others))
        return tuple(one for path in paths if (one := self.of(path)) is not None)

    def content_of(self, path: str) -> tuple[str, str]:
        """Return what the ledger has of the content of the article at a path, and of its text: empty where it has nothing."""
        line = self.unchanged.get(path)
        if line is not None:
            return line.content, line.source
        one = self.others.get(path)
        return (one.known.content, one.known.source) if one is not None and one.known is not None else ("", "")

    def of(self, path: str) -> Recognised | None:
        """Tell what the article at a path is; None if it is held back."""
        line = self.unchanged.get(path)
        if line is None:
            return self.others.get(path)
        return Recognised(path=path, id=line.id, published=line.published, known=self.known[line.id])
