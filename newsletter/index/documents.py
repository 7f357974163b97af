"""What out/ is made of, as the index knows it: feeds and pages before anything of them is rendered. Pure."""

from hashlib import sha256

import msgspec
from msgspec import Struct

from newsletter.feeds.archive import ClosedPage
from newsletter.feeds.channels import FORMATS
from newsletter.feeds.editions import EditionPlan
from newsletter.model import Article


class Document(Struct, frozen=True, kw_only=True):
    """A feed or page in all its formats."""

    #: Paths of its files, relative to out/; once it was made, those of the local files that it shows are among them.
    paths: tuple[str, ...]
    #: All that shapes it besides its articles, the templates and the circumstances.
    shape: str
    #: In the order that it shows them in.
    articles: tuple[Article, ...]


def encoded(value: object) -> bytes:
    """Write a record down, its instants with their offsets, which come from the time zone database."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # halves of characters
        return repr(msgspec.to_builtins(value)).encode("utf-8", "surrogatepass")


def digested(*parts: object) -> str:
    """Digest what shapes a document of which there are so many that their shapes would fill memory."""
    return sha256(encoded(parts)).hexdigest()


def of_feed(plan: EditionPlan) -> Document:
    """Describe the feed of an edition that has no archive."""
    channel = plan.channel
    return Document(
        paths=tuple(channel.prefix + form.file for form in FORMATS), shape=repr(("feed", channel)), articles=plan.articles
    )


def of_page(page: ClosedPage, previous: int | None) -> Document:
    """Describe a closed page of the publication's archive; ``previous`` is the number of the one before it."""
    return Document(
        paths=tuple(form.page(page.number) for form in FORMATS),
        shape=repr(("page", page.number, previous)),
        articles=page.articles,
    )
