"""Which feeds a page announces."""

from newsletter.config import Config, EditionTable, Feeds
from newsletter.feeds.channels import FORMATS, FeedLink, Nearby, feeds_of
from newsletter.feeds.editions import edition, editions
from newsletter.model import Edition, Person, Rendered
from tests.factories import make_config, make_edition, make_rendered

GRACE, ALAN = Person(name="Grace Hopper"), Person(name="Alan")
ITEM = make_rendered(tags=("C++", "b"), authors=(GRACE,))
OTHER = make_rendered(slug="other", tags=("日本",), authors=(ALAN,))


def publication() -> tuple[Config, dict[str, Edition]]:
    config = make_config(feeds=Feeds(tags=1, authors=1), editions=(EditionTable(name="short", title="In short", tags=("b",)),))
    plans = editions(config, [ITEM.article, OTHER.article])
    channels = tuple(plan.channel for plan in plans)
    rendered: dict[str, Rendered] = {item.article.path: item for item in (ITEM, OTHER)}
    return config, {plan.channel.prefix: edition(plan, rendered, channels) for plan in plans}


def urls(links: tuple[FeedLink, ...]) -> list[str]:
    return [link.url.removeprefix("https://letter.example/") for link in links]


WHOLE = ["rss.xml", "atom.xml", "feed.json"]


def test_autodiscovery_names_address_media_type_and_title_of_each_format() -> None:
    assert feeds_of(make_config(), make_edition(ITEM)) == tuple(
        FeedLink(title=f"The Test Letter ({name})", type=media_type, url=f"https://letter.example/{file}")
        for name, media_type, file in (
            ("RSS", "application/rss+xml", "rss.xml"),
            ("Atom", "application/atom+xml", "atom.xml"),
            ("JSON Feed", "application/feed+json", "feed.json"),
        )
    )


def test_the_publications_feeds_come_first_and_on_its_pages_the_editions_follow() -> None:
    config, by_prefix = publication()
    links = feeds_of(config, by_prefix[""])
    assert urls(links) == [*WHOLE, "editions/short/atom.xml"]
    assert links[-1].title == "In short (Atom)"


def test_an_articles_page_announces_the_feeds_of_its_tags_and_authors() -> None:
    config, by_prefix = publication()
    nearby = Nearby(config, by_prefix[""].channels)
    assert urls(nearby.of(ITEM.article)) == [
        *WHOLE,
        *("tags/b/atom.xml", "tags/c~2b~2b/atom.xml", "authors/grace_hopper/atom.xml"),
    ]
    assert urls(nearby.of(OTHER.article)) == [
        *WHOLE,
        *("tags/%E6%97%A5%E6%9C%AC/atom.xml", "authors/alan/atom.xml"),
    ]


def test_an_editions_pages_announce_its_own_feeds_after_the_publications() -> None:
    config, by_prefix = publication()
    own = [f"tags/b/{form.file}" for form in FORMATS]
    assert urls(feeds_of(config, by_prefix["tags/b/"])) == [*WHOLE, *own]
