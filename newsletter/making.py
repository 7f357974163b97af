"""Tells what of the plans of a build is to be made, and what is left of what was made. Looks at out/ through ``Pages``."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec.structs import replace

from newsletter.bystanders import Bystanders
from newsletter.config import Config
from newsletter.feeds.archive import lacking
from newsletter.feeds.editions import EditionPlan, edition
from newsletter.index.documents import of_feed
from newsletter.index.pages import Pages, Trace
from newsletter.index.renderings import Renderings
from newsletter.issue import with_issues
from newsletter.model import Article, Channel, Edition, Interest, Issue, Remark, Spooled
from newsletter.piecework.history import History
from newsletter.rendition import Rendition


def stale(config: Config, plans: Sequence[EditionPlan], in_issue: Sequence[Article], pages: Pages) -> tuple[EditionPlan, ...]:
    """Choose the editions of which something is to be made: the publication comes first, then all that have part of the issue."""
    whole, *others = plans
    bound = with_issues(config, in_issue)
    return (
        whole,
        *(
            one
            for one in others
            if (one.channel.interest is Interest.EDITION and one.channel.name in bound) or not pages.stands(of_feed(one))
        ),
    )


def shown(
    published: Iterable[Article], plans: Iterable[EditionPlan], at_ease: Iterable[Article], *, besides: Iterable[Article]
) -> list[Article]:
    """Choose the articles that are rendered at once: those of the feeds, and some more, but for those that are ``besides``."""
    paths = {article.path for article in at_ease}
    for one in plans:
        paths.update(article.path for article in one.articles)
    paths.difference_update(article.path for article in besides)
    return [article for article in published if article.path in paths]


def worth_keeping(published: Iterable[Article], plans: Iterable[EditionPlan], in_issue: Iterable[Article]) -> list[Article]:
    """Choose the articles whose content any output shows."""
    paths = {article.path for article in in_issue}
    for one in plans:
        paths.update(article.path for article in one.articles)
        paths.update(article.path for page in (one.archive or ()) for article in page.articles)
    return [article for article in published if article.hosted or article.path in paths]


def forget(config: Config, worth: Iterable[Article], others: Bystanders | None) -> None:
    """Let the renderings go that no output shows any more; in an archive every bystander is shown."""
    kept = Renderings(config)
    if others is not None and others.rest is not None:
        kept.drop({*others.places}.difference(article.path for article in worth))
    else:
        kept.forget(worth)


def channels(plans: Sequence[EditionPlan], stale: Sequence[EditionPlan], rendition: Rendition) -> tuple[Channel, ...]:
    """Return all feeds that there are: of those that are made the ones that would be empty are left out, and not announced."""
    rendered = {item.article.path for item in rendition.rendered}
    made = {id(one) for one in stale}
    whole, *others = plans
    sound = (one for one in others if id(one) not in made or any(article.path in rendered for article in one.articles))
    return (whole.channel, *(one.channel for one in sound))


def blank(stale: Sequence[EditionPlan], issue: Issue | None) -> tuple[Edition, ...]:
    """Return the editions to be with nothing in them but the publication's issue."""
    whole, *others = (edition(one, {}) for one in stale)
    return (replace(whole, issue=issue), *others)


def editions(
    stale: Sequence[EditionPlan], rendition: Rendition, channels: tuple[Channel, ...], issued: Sequence[Edition]
) -> tuple[Edition, ...]:
    """Fill the plans that are stale and among the channels; ``issued`` are all that are stale, with their issues."""
    rendered = {item.article.path: item for item in rendition.rendered}
    return tuple(
        replace(edition(plan, rendered, channels), issue=own.issue, kept=own.kept)
        for plan, own in zip(stale, issued, strict=True)
        if plan.channel in channels
    )


def traces(rendition: Rendition) -> dict[str, Trace]:
    """Tell what is left of the articles that were rendered, by path."""
    contents = {output.path: sha256(output.body).hexdigest() for output in rendition.assets}
    asked = rendition.asked
    return {item.article.path: Trace.of(item, asked[item.article.path], contents) for item in rendition.rendered}


def remarks(published: Sequence[Article], traces: Mapping[str, Trace], pages: Pages) -> Iterator[Remark]:
    """Yield what there is to say of everything that is shown, the editor's note first."""
    told = pages.remarks | {path: trace.told.remarks for path, trace in traces.items()}
    paths = {article.path for article in published}
    for path in (*(path for path in traces if path not in paths), *(article.path for article in published)):
        yield from told.get(path, ())


def without_damaged_pages(
    history: History, plans: Sequence[EditionPlan], traces: Mapping[str, Trace], owned: Collection[str]
) -> tuple[Spooled, ...]:
    """Leave closed archive pages as they are while one of their articles is held back."""
    kept = lacking(plans[0].archive or (), traces).intersection(owned)
    return tuple(output for output in history.outputs if output.path not in kept)
