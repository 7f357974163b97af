"""The web pages: the front page and the web view of the issue. No I/O."""

from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import quote

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.emitters.hosted import about
from newsletter.feeds.channels import feeds_of
from newsletter.mail.layout import lay_out
from newsletter.model import Edition, Interest, Issue, Output, PastIssue
from newsletter.templating import Templates


def emit(config: Config, edition: Edition, templates: Templates) -> tuple[Output, ...]:
    """Return the issue's page and, after what it links to, the front page; of an edition the issue's alone."""
    shared = {"config": config, "edition": edition, "theme": themed(config), "feeds": feeds_of(config, edition)}

    def page(path: str, template: str, **values: object) -> Output:
        body = templates.render(template, **shared, **values).strip() + "\n"
        return Output(path=edition.prefix + path, type="text/html", body=body.encode())

    pages = []
    base = config.url + quote(edition.prefix)
    if edition.issue is not None:
        key = edition.issue.key
        head = about(f"{edition.issue.subject} \u2013 {edition.title}", edition.issue.preheader, f"{base}issues/{key}/")
        pages.append(
            page(f"issues/{key}/index.html", "issue.html.j2", page=head, issue=edition.issue, layout=lay_out(edition.issue))
        )
    if edition.interest is not Interest.PUBLICATION:
        return tuple(pages)
    front = about(edition.title, config.description, base, kind="website")
    articles = {item.article.id: item for item in chain(edition.feed, edition.latest)}
    earlier = [one for one in edition.pages if one.id not in articles]
    lists = {"articles": [*articles.values()], "earlier": earlier, "issues": _issues(edition)}
    return (*pages, page("index.html", "index.html.j2", page=front, **lists))


def _issues(edition: Edition) -> tuple[tuple[PastIssue, datetime], ...]:
    """List this issue and the past ones, newest first, each with an instant of its last day."""
    this = () if edition.issue is None else (_as_past(edition.issue),)
    ordered = sorted((*this, *edition.past), key=lambda issue: (issue.date, issue.key), reverse=True)
    return tuple((issue, issue.date - timedelta(microseconds=1)) for issue in ordered)


def _as_past(issue: Issue) -> PastIssue:
    return PastIssue(key=issue.key, subject=issue.subject, date=issue.period.end, articles=len(issue.articles))
