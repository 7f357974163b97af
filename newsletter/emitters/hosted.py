"""The page of an article that has no other home. No I/O.

There may be more of these than memory should hold, so that nobody asks for those of an edition, as of the emitters, but for one.
"""

from newsletter.config import Config
from newsletter.design.theme import themed
from newsletter.feeds.channels import FeedLink, whole
from newsletter.issue import cut
from newsletter.model import Mention, Output, Rendered
from newsletter.render import shift_headings
from newsletter.templating import Templates

#: What search engines and link previews show of a description.
DESCRIPTION_LENGTH = 200


def path_of(slug: str) -> str:
    """Return where an article's page is, relative to out/."""
    return f"articles/{slug}/index.html"


def write(
    config: Config,
    item: Rendered,
    templates: Templates,
    *,
    feeds: tuple[FeedLink, ...],
    newer: Mention | None = None,
    older: Mention | None = None,
) -> Output:
    """Write the page of an article between the next newer and the next older one, announcing those feeds."""
    edition = whole(config)
    head = about(
        f"{item.article.title} \u2013 {edition.title}",
        item.summary,
        item.article.permalink,
        image=item.cover.url if item.cover else "",
    )
    html = templates.render(
        "article-page.html.j2",
        config=config,
        edition=edition,
        theme=themed(config),
        feeds=feeds,
        page=head,
        item=item,
        content=shift_headings(item.html, -1),
        newer=newer,
        older=older,
    )
    return Output(path=path_of(item.article.slug), type="text/html", body=f"{html.strip()}\n".encode())


def about(title: str, description: str, address: str, *, kind: str = "article", image: str = "") -> dict[str, str]:
    """Gather what a page's head says about it."""
    short = cut(description, DESCRIPTION_LENGTH)
    return {"title": title, "description": short, "address": address, "kind": kind, "image": image}
