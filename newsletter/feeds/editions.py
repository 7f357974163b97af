"""Which feeds a publication has and which articles are in each: the whole, the editions, the tags, the authors. Pure.

A feed that somebody subscribed to must not vanish: its path follows from its name alone (segments.py), its title from the first
article that has the name, and ``kept`` holds those that fell below the number of articles that a feed is worth.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from newsletter.config import Config
from newsletter.feeds.archive import ClosedPage, Rest, closed_pages, numbered, order
from newsletter.feeds.channels import channel, interests, whole
from newsletter.feeds.choice import Choice
from newsletter.model import ArchivePage, Article, Channel, Edition, Interest, Rendered

#: One person's feeds would be the publication's again.
_FEWEST_AUTHORS = 2


class EditionPlan(Struct, frozen=True, kw_only=True):
    """An edition to be: its feeds, with their articles still to be rendered."""

    channel: Channel
    #: What the feeds hold, newest first.
    articles: tuple[Article, ...]
    #: Closed pages, oldest first; None where no archive is kept.
    archive: tuple[ClosedPage, ...] | None = None


def editions(
    config: Config,
    articles: Sequence[Article],
    *,
    since: datetime | None = None,
    numbers: Mapping[str, int] | None = None,
    rest: Rest | None = None,
    kept: Collection[str] = (),
) -> tuple[EditionPlan, ...]:
    """Plan every edition of the published articles: the publication, the configured editions, tags, authors, each by name.

    ``since`` is the oldest that a feed may hold (feeds.max_age); a tag, author or edition without any so new keeps its newest
    article. ``numbers`` are the ledger's, by id, of all articles ever published, or of all but those that the ``rest`` of the
    archive holds. ``kept`` are prefixes of feeds that readers may have: they stay as long as there is an article for them.
    """
    newest = sorted(articles, key=order, reverse=True)
    chosen = _configured(config, newest)
    by_interest = _by_interest(config, newest) if config.feeds.tags or config.feeds.authors else {}
    minimum = {Interest.TAG: config.feeds.tags, Interest.AUTHOR: config.feeds.authors}
    authors = sum(interest is Interest.AUTHOR for interest, _ in by_interest)
    for interest, folded in sorted(by_interest, key=lambda pair: (pair[0] is Interest.AUTHOR, pair[1])):
        spelling, own = by_interest[interest, folded]
        one = channel(config, interest, spelling)
        enough = 0 < minimum[interest] <= len(own) and (interest is Interest.TAG or authors >= _FEWEST_AUTHORS)
        if enough or (minimum[interest] and one.prefix in kept):
            chosen.append((one, own))
    return (
        _publication(config, newest, since, numbers or {}, rest),
        *(EditionPlan(channel=one, articles=_newest(config, own, since) or (own[0],)) for one, own in chosen if own),
    )


def edition(plan: EditionPlan, rendered: Mapping[str, Rendered], channels: tuple[Channel, ...] = ()) -> Edition:
    """Fill a plan with the rendered articles, by path; those that could not be rendered are left out.

    ``channels`` are those of all plans. Pages, issue and past are the caller's to add.
    """

    def pick(articles: tuple[Article, ...]) -> tuple[Rendered, ...]:
        return tuple(rendered[article.path] for article in articles if article.path in rendered)

    pages = None
    if plan.archive is not None:
        filled = ((page.number, pick(page.articles)) for page in plan.archive)
        pages = tuple(ArchivePage(number=number, articles=items) for number, items in filled if items)
    return Edition(
        name=plan.channel.name,
        prefix=plan.channel.prefix,
        title=plan.channel.title,
        feed=pick(plan.articles),
        interest=plan.channel.interest,
        description=plan.channel.description,
        channels=channels,
        archive=pages,
    )


def _publication(
    config: Config, newest: list[Article], since: datetime | None, numbers: Mapping[str, int], rest: Rest | None
) -> EditionPlan:
    """Plan the whole publication; with an archive, its feeds also hold what is in no closed page."""
    feed = _newest(config, newest, since)
    if not config.feeds.archive:
        return EditionPlan(channel=whole(config), articles=feed)
    pages = closed_pages(config.feeds.archive_size, numbered(numbers, newest, rest.count if rest else 0), newest, rest)
    archived = {article.id for page in pages for article in page.articles}
    shown = {article.id for article in feed}
    union = tuple(article for article in newest if article.id in shown or article.id not in archived)
    return EditionPlan(channel=whole(config), articles=union, archive=pages)


def _newest(config: Config, newest: Sequence[Article], since: datetime | None) -> tuple[Article, ...]:
    """Cut what a feed may hold off articles that are ordered newest first."""
    return tuple(article for article in newest[: config.feeds.limit] if since is None or article.published >= since)


def _configured(config: Config, newest: list[Article]) -> list[tuple[Channel, list[Article]]]:
    """Choose the articles of each configured edition."""
    found = []
    choice = Choice(config, newest if config.editions else ())
    for table in config.editions:
        usual = channel(config, Interest.EDITION, table.name)
        one = Channel(
            interest=usual.interest,
            name=usual.name,
            title=table.title or usual.title,
            prefix=usual.prefix,
            description=" ".join(table.description.split()),
        )
        found.append((one, choice.of(table.takes)))
    return found


def _by_interest(config: Config, newest: list[Article]) -> dict[tuple[Interest, str], tuple[str, list[Article]]]:
    """Gather the articles of each tag and author, newest first, with the name as the oldest of them spells it."""
    spellings: dict[tuple[Interest, str], str] = {}
    found: dict[tuple[Interest, str], list[Article]] = {}
    for article in newest:
        for pair, spelling in interests(config, article).items():
            spellings[pair] = spelling
            found.setdefault(pair, []).append(article)
    return {pair: (spellings[pair], own) for pair, own in found.items()}
