"""The web pages: the front page, the web view of the issue, and a page for each article that has no other home. No I/O."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import quote

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.feeds.channels import feeds_of
from newsletter.issue import cut
from newsletter.mail.layout import lay_out
from newsletter.model import Article, Edition, Interest, Issue, Output, PastIssue, Rendered
from newsletter.render import shift_headings
from newsletter.templating import Templates

#: What search engines and link previews show of a description.
DESCRIPTION_LENGTH = 200


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Return the articles' pages, the issue's and, after what it links to, the front page; of an edition the issue's alone."""
    theme = themed(config)

    def page(path: str, template: str, about: Article | None = None, **values: object) -> Output:
        shared = {"config": config, "edition": edition, "theme": theme, "feeds": feeds_of(config, edition, about)}
        body = templates.render(template, **shared, **values).strip() + "\n"
        return Output(path=edition.prefix + path, type="text/html", body=body.encode())

    pages = [
        page(
            f"articles/{item.article.slug}/index.html",
            "article-page.html.j2",
            item.article,
            page=_about(
                f"{item.article.title} \u2013 {edition.title}",
                item.summary,
                item.article.permalink,
                kind="article",
                image=item.cover.url if item.cover else "",
            ),
            item=item,
            content=shift_headings(item.html, -1),
            newer=newer,
            older=older,
        )
        for newer, item, older in _with_neighbours(edition.pages)
    ]
    base = config.url + quote(edition.prefix)
    if edition.issue is not None:
        key = edition.issue.key
        about = _about(f"{edition.issue.subject} \u2013 {edition.title}", edition.issue.preheader, f"{base}issues/{key}/")
        pages.append(
            page(f"issues/{key}/index.html", "issue.html.j2", page=about, issue=edition.issue, layout=lay_out(edition.issue))
        )
    if edition.interest is not Interest.PUBLICATION:
        return tuple(pages)
    front = _about(edition.title, config.description, base, kind="website")
    articles, issues = _articles(edition), _issues(edition)
    return (*pages, page("index.html", "index.html.j2", page=front, articles=articles, issues=issues))


def _about(title: str, description: str, address: str, *, kind: str = "article", image: str = "") -> dict[str, str]:
    """Gather what a page's head says about it."""
    short = cut(description, DESCRIPTION_LENGTH)
    return {"title": title, "description": short, "address": address, "kind": kind, "image": image}


def _with_neighbours(items: tuple[Rendered, ...]) -> Iterator[tuple[Rendered | None, Rendered, Rendered | None]]:
    """Yield each article between the next newer and the next older one."""
    for at, item in enumerate(items):
        yield (items[at - 1] if at else None), item, (items[at + 1] if at + 1 < len(items) else None)


def _articles(edition: Edition) -> tuple[Rendered, ...]:
    """List the feed's articles and then the older ones that have a page."""
    return tuple({item.article.id: item for item in chain(edition.feed, edition.pages)}.values())


def _issues(edition: Edition) -> tuple[tuple[PastIssue, datetime], ...]:
    """List this issue and the past ones, newest first, each with an instant of its last day."""
    this = () if edition.issue is None else (_as_past(edition.issue),)
    ordered = sorted((*this, *edition.past), key=lambda issue: (issue.date, issue.key), reverse=True)
    return tuple((issue, issue.date - timedelta(microseconds=1)) for issue in ordered)


def _as_past(issue: Issue) -> PastIssue:
    return PastIssue(key=issue.key, subject=issue.subject, date=issue.period.end, articles=len(issue.articles))
