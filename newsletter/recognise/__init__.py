"""Which of the articles read are the ones that were published before. Pure.

An id is for good, whatever becomes of the file. It is found, in this order,

1. where the front matter gives it;
2. where nothing changed: same path, title, slug, date and text;
3. by the path, if title or text are still the same, or nothing speaks for another article;
4. by what the article says, if its path is new or was another article's: see resemblance.SURE.

What is left is new, unless it is like an article that went missing: then its author is asked, and it is held back until
a line in its front matter answers, so that no reader sees an old article as a new one. Where two answers are possible
nothing is guessed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from msgspec.structs import replace

from newsletter.ledger.records import Known, Publication
from newsletter.ledger.shelf import Line, Shelf
from newsletter.model import Article, Rendered
from newsletter.recognise.given import take_given
from newsletter.recognise.records import Candidate, Recognised, Recognition, Shown
from newsletter.recognise.resemblance import fingerprint
from newsletter.recognise.search import ask, take_changed, take_unchanged
from newsletter.recognise.state import State
from newsletter.recognise.unchanged import is_recorded, unchanged

__all__ = [
    "Candidate",
    "Recognised",
    "Recognition",
    "Shown",
    "candidate",
    "digest",
    "fingerprint",
    "publications",
    "recognise",
    "recognise_all",
    "settled",
    "shown",
]


def candidate(article: Article, *, live: bool) -> Candidate:
    """Enter an article as the collector read it."""
    return Candidate(
        path=article.path,
        explicit=None if article.id_line is None else article.id,
        line=article.id_line,
        minted=article.id,
        slug=article.slug,
        title=article.title,
        published=article.published,
        fingerprint=article.fingerprint,
        live=live,
    )


def recognise(read: Sequence[Candidate], known: Sequence[Known], unread: Collection[str] = frozenset()) -> Recognition:
    """Tell old articles from new ones.

    ``read`` is every article of the content folder: drafts, future and expired ones included. ``unread`` are the paths of
    files that are there but are no articles as they stand; what was published from them is not missing.
    """
    return _recognise(read, Shelf.of(known), unread, {}, (), ())


def recognise_all(
    articles: Sequence[Article],
    known: Shelf,
    live: Collection[str],
    unread: Collection[str] = frozenset(),
    *,
    besides: Collection[str] = frozenset(),
) -> Recognition:
    """Do the same with the articles themselves; ``live`` are the paths of those that this build publishes.

    ``besides`` are ids of published articles that are neither among them nor among the known, and that none of them is like.

    Those of which nothing changed are not looked at any further, which comes to the same: see unchanged.py. So it does on a
    first build, where all are new and none gives an id.
    """
    if (
        not (known or besides)
        and all(one.id_line is None for one in articles)
        and len({one.id for one in articles}) == len(articles)
    ):
        new = {one.path: Recognised(path=one.path, id=one.id, published=one.published, known=None) for one in articles}
        return Recognition(known=known, unchanged={}, exact=(), others=new, problems=(), remarks=(), vanished=())
    same, exact = unchanged(articles, known)
    others = [candidate(article, live=article.path in live) for article in articles if article.path not in same]
    return _recognise(others, known, unread, same, exact, besides)


def _recognise(
    read: Iterable[Candidate],
    known: Shelf,
    unread: Collection[str],
    same: Mapping[str, Line],
    exact: Collection[str],
    besides: Collection[str],
) -> Recognition:
    state = State(read, known, unread, same, exact, besides)
    take_given(state)
    take_unchanged(state)
    take_changed(state)
    ask(state)
    return state.result()


def settled(article: Article, recognised: Recognised | Line, *, onward: bool = False) -> Article:
    """Give an article its id and date for good. ``updated`` stays where its author declared it, else it is that date.

    With ``onward`` it never moves back from what the ledger has.
    """
    published = recognised.published or article.published
    declared = article.updated != article.published
    updated = max(article.updated, published) if declared else published
    known = recognised if isinstance(recognised, Line) else recognised.known
    if onward and known is not None:
        updated = max(updated, known.updated)
    if recognised.id == article.id and _is_same(published, article.published) and _is_same(updated, article.updated):
        return article  # nearly always, and ten times faster than another
    return replace(article, id=recognised.id, published=published, updated=updated)


def _is_same(one: datetime, other: datetime) -> bool:
    """Tell whether two instants are written alike."""
    return one is other or (one == other and (one.tzinfo is other.tzinfo or one.utcoffset() == other.utcoffset()))


def shown(item: Rendered) -> Shown:
    """Return what the ledger is to know of a rendering."""
    return Shown(article=item.article, content=digest(item))


def digest(item: Rendered) -> str:
    """Digest what readers see of an article's content."""
    return sha256(item.html.encode()).hexdigest()


def publications(
    recognition: Recognition,
    articles: Iterable[Article],
    published: Collection[str],
    rendered: Mapping[str, Shown],
    *,
    onward: bool = False,
) -> tuple[Publication, ...]:
    """Say what to record of articles as read: known ones whatever they are now, new ones if their path is ``published``.

    ``rendered`` are by path those whose content some output shows; ``onward`` as for settled(). Of the unchanged ones those are
    left out that neither are rendered nor would be recorded otherwise than they are.
    """
    same, exact = recognition.unchanged, recognition.exact
    made: list[Publication] = []
    for article in articles:
        path = article.path
        item, line = rendered.get(path), same.get(path)
        if item is None and (path in exact or (line is not None and is_recorded(article, line, onward))):
            continue
        one = recognition.of(path) if line is not None else recognition.others.get(path)
        if one is not None and (one.known is not None or path in published):
            made.append(_publication(article, one, item, onward=onward))
    return tuple(made)


def _publication(read: Article, one: Recognised, item: Shown | None, *, onward: bool) -> Publication:
    article = settled(read, one, onward=onward) if item is None else item.article
    # a build as of an earlier instant shows an earlier state, and takes nothing away from the ledger
    updated = max(article.updated, one.known.updated) if onward and one.known is not None else article.updated
    before = ("", "") if one.known is None else (one.known.content, one.known.source)
    content, source = before if item is None else (item.content, read.fingerprint)
    return Publication(
        id=article.id,
        published=article.published,
        permalink=article.permalink,
        path=article.path,
        slug=article.slug,
        title=article.title,
        dated=read.published,
        updated=updated,
        fingerprint=article.fingerprint,
        content=content,
        source=source,
    )
