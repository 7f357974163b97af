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
from dataclasses import replace
from hashlib import sha256

from newsletter.ledger.records import Known, Publication
from newsletter.model import Article, Rendered
from newsletter.recognise.given import take_given
from newsletter.recognise.records import Candidate, Recognised, Recognition
from newsletter.recognise.resemblance import fingerprint
from newsletter.recognise.search import ask, take_changed, take_unchanged
from newsletter.recognise.state import State

__all__ = [
    "Candidate",
    "Recognised",
    "Recognition",
    "candidate",
    "digest",
    "fingerprint",
    "publications",
    "recognise",
    "settled",
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
    state = State(read, known, unread)
    take_given(state)
    take_unchanged(state)
    take_changed(state)
    ask(state)
    return state.result()


def settled(article: Article, recognised: Recognised, *, onward: bool = False) -> Article:
    """Give an article its id and date for good. ``updated`` stays where its author declared it, else it is that date.

    With ``onward`` it never moves back from what the ledger has.
    """
    published = recognised.published or article.published
    declared = article.updated != article.published
    updated = max(article.updated, published) if declared else published
    if onward and recognised.known is not None:
        updated = max(updated, recognised.known.updated)
    changed = (recognised.id, published, published.utcoffset(), updated, updated.utcoffset())
    if changed == (article.id, article.published, article.published.utcoffset(), article.updated, article.updated.utcoffset()):
        return article  # nearly always, and ten times faster than another
    return replace(article, id=recognised.id, published=published, updated=updated)


def digest(item: Rendered) -> str:
    """Digest what readers see of an article's content."""
    return sha256(item.html.encode()).hexdigest()


def publications(
    recognition: Recognition,
    articles: Iterable[Article],
    published: Collection[str],
    rendered: Mapping[str, Rendered],
    *,
    onward: bool = False,
) -> tuple[Publication, ...]:
    """Say what to record of articles as read: known ones whatever they are now, new ones if their path is ``published``.

    ``rendered`` are by path those whose content some output shows; ``onward`` as for settled().
    """
    by_path = {one.path: one for one in recognition.articles}
    return tuple(
        _publication(article, one, rendered.get(article.path), onward=onward)
        for article in articles
        if (one := by_path.get(article.path)) is not None and (one.known is not None or article.path in published)
    )


def _publication(read: Article, one: Recognised, item: Rendered | None, *, onward: bool) -> Publication:
    article = settled(read, one, onward=onward) if item is None else item.article
    # a build as of an earlier instant shows an earlier state, and takes nothing away from the ledger
    updated = max(article.updated, one.known.updated) if onward and one.known is not None else article.updated
    before = ("", "") if one.known is None else (one.known.content, one.known.source)
    content, source = before if item is None else (digest(item), read.fingerprint)
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
