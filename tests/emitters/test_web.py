import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring
from msgspec.structs import replace

from newsletter.config import Config
from newsletter.emitters import hosted
from newsletter.emitters.web import emit
from newsletter.feeds.channels import Nearby
from newsletter.model import Channel, Edition, Image, Interest, PastIssue, Rendered
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_mention, make_rendered

TEMPLATES = Templates()
ISSUE = "issues/2026-W10/index.html"
FEEDS = [
    ("application/rss+xml", "The Test Letter (RSS)", "https://letter.example/rss.xml"),
    ("application/atom+xml", "The Test Letter (Atom)", "https://letter.example/atom.xml"),
    ("application/feed+json", "The Test Letter (JSON Feed)", "https://letter.example/feed.json"),
]
PUBLICATION = Channel(interest=Interest.PUBLICATION, name="", title="The Test Letter", prefix="")


def pages(edition: Edition, config: Config | None = None, templates: Templates = TEMPLATES) -> dict[str, str]:
    """Return all pages by path, those of the feed's articles among them."""
    config = config or make_config()
    nearby = Nearby(config, edition.channels)
    around = [None, *(make_mention(item.article) for item in edition.feed), None]
    own = [
        hosted.write(config, item, templates, feeds=nearby.of(item.article), newer=around[at], older=around[at + 2])
        for at, item in enumerate(edition.feed)
    ]
    return {output.path: output.body.decode() for output in (*own, *emit(config, edition, templates))}


def tree(html: str) -> HtmlElement:
    return document_fromstring(html)


def announced(root: HtmlElement) -> list[str]:
    return [str(address) for address in root.xpath("//link[@rel='alternate']/@href")]


def texts(elements: list[HtmlElement]) -> list[str]:
    return [" ".join(element.text_content().split()) for element in elements]


def some(count: int = 3, **changes: object) -> tuple[Rendered, ...]:
    return tuple(
        make_rendered("<p>Body.</p><h3>Part</h3>", slug=f"a{at}", title=f"Title & {at}", summary=f"Summary {at}", **changes)
        for at in range(count)
    )


def past(week: int) -> PastIssue:
    return PastIssue(key=f"2026-W{week:02}", subject=f"Week & {week}", date=datetime(2026, 1, week, tzinfo=UTC), articles=week)


def test_pages_come_before_the_front_page_that_links_to_them() -> None:
    found = [(output.path, output.type) for output in emit(make_config(), make_edition(*some(2)), TEMPLATES)]
    assert found == [(ISSUE, "text/html"), ("index.html", "text/html")]


def test_without_an_issue_and_without_pages_there_is_the_front_page() -> None:
    made = emit(make_config(), make_edition(*some(), pages=(), issue=None), TEMPLATES)
    assert [output.path for output in made] == ["index.html"]
    assert tree(made[0].body.decode()).find_class("issues") == []


def test_an_editions_pages_stand_under_its_prefix() -> None:
    own = Channel(interest=Interest.EDITION, name="tech", title="Tech letter", prefix="editions/tech/")
    edition = replace(make_edition(*some(1), pages=()), prefix=own.prefix, title=own.title, channels=(PUBLICATION, own))
    made = pages(edition)
    assert list(made)[1:] == ["editions/tech/issues/2026-W10/index.html", "editions/tech/index.html"]
    root = tree(made["editions/tech/index.html"])
    assert announced(root) == [address for _, _, address in FEEDS] + [
        f"https://letter.example/editions/tech/{name}" for name in ("rss.xml", "atom.xml", "feed.json")
    ]
    assert root.xpath("//link[@rel='canonical']/@href") == ["https://letter.example/editions/tech/"]


@pytest.mark.parametrize("path", ["index.html", ISSUE, "articles/a0/index.html"])
def test_every_page_is_whole(path: str) -> None:
    config = make_config(icon="https://letter.example/icon.png", copyright="\xa9 Ada & co")
    html = pages(make_edition(*some()), config)[path]
    root = tree(html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">')
    assert [(link.get("type"), link.get("title"), link.get("href")) for link in root.xpath("//link[@rel='alternate']")] == FEEDS
    address = "https://letter.example/" + path.removesuffix("index.html")
    assert root.xpath("//link[@rel='canonical']/@href") == [address]
    assert root.xpath("//meta[@property='og:url']/@content") == [address]
    assert root.xpath("//link[@rel='icon']/@href") == ["https://letter.example/icon.png"]
    assert root.xpath("//body/a[1]/@href") == ["#content"]
    assert [element.tag for element in root.xpath("//*[@id='content']")] == ["main"]
    assert len(root.xpath("//h1")) == 1
    levels = [int(element.tag[1]) for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert "\xa9 Ada & co" in texts(root.find_class("footer"))[0]


def test_an_articles_page_announces_its_tags_and_authors_feeds_after_the_publications_and_other_pages_the_editions() -> None:
    channels = (
        PUBLICATION,
        Channel(interest=Interest.EDITION, name="tech", title='Tech & "co"', prefix="editions/tech/"),
        Channel(interest=Interest.TAG, name="news", title="News", prefix="tags/news/"),
        Channel(interest=Interest.TAG, name="other", title="Other", prefix="tags/other/"),
        Channel(interest=Interest.AUTHOR, name="Ada Byron", title="Ada Byron", prefix="authors/ada-byron/"),
    )
    edition = make_edition(make_rendered(tags=("News", "rare")), channels=channels)
    made = {path: tree(html) for path, html in pages(edition).items()}
    whole = [address for _, _, address in FEEDS]
    near = [f"https://letter.example/{folder}/atom.xml" for folder in ("tags/news", "authors/ada-byron")]
    assert announced(made["articles/first/index.html"]) == whole + near
    for path in ("index.html", ISSUE):
        assert announced(made[path]) == [*whole, "https://letter.example/editions/tech/atom.xml"]
        assert made[path].xpath("//link[@rel='alternate']/@title")[-1] == 'Tech & "co" (Atom)'


@pytest.mark.parametrize("path", ["index.html", ISSUE, "articles/a0/index.html"])
def test_every_address_is_absolute_or_within_the_page(path: str) -> None:
    root = tree(pages(make_edition(*some(), past=(past(3),)))[path])
    for address in root.xpath("//@href | //@src"):
        assert re.match(r"https://letter\.example/|#", address), address


def test_pages_ask_no_other_site_for_scripts_fonts_or_styles() -> None:
    for html in pages(make_edition(*some())).values():
        assert "<script" not in html
        assert "@import" not in html
        assert "url(" not in html
        assert not tree(html).xpath("//link[contains(@rel, 'stylesheet')]")


def test_pages_are_for_light_dark_and_print() -> None:
    style = tree(pages(make_edition(*some()))["index.html"]).findtext(".//style")
    assert "@media (prefers-color-scheme: dark)" in style
    assert "@media print" in style
    assert "&" not in style  # nothing was escaped for HTML, which style sheets do not know


def test_the_front_page_lists_the_feeds_articles_and_then_the_older_ones() -> None:
    articles = some(12)
    root = tree(pages(make_edition(*articles, feed=articles[:2], latest=articles[:10]))["index.html"])
    shown = root.xpath("//*[@data-id]")
    assert [element.get("data-id") for element in shown] == [item.article.id for item in articles]
    assert texts(root.xpath("//h3/a")) == [f"Title & {at}" for at in range(10)]
    assert root.xpath("//section[@class='earlier']//a/@href") == [item.article.permalink for item in articles[10:]]
    assert texts(root.find_class("summary"))[0] == "Summary 0"


def test_the_front_page_lists_the_issues_newest_first_wherever_this_one_belongs() -> None:
    edition = make_edition(*some(1), past=(past(9), past(7)))
    links = tree(pages(edition)["index.html"]).xpath("//section[@class='issues']//a")
    assert [link.get("href") for link in links] == [f"https://letter.example/issues/2026-W{week}/" for week in ("10", "09", "07")]
    assert texts(links) == ["First, and more", "Week & 9", "Week & 7"]
    late = replace(past(9), key="2027-W01", date=datetime(2027, 1, 11, tzinfo=UTC))
    root = tree(pages(replace(edition, past=(late,)))["index.html"])
    assert root.xpath("//section[@class='issues']//a/@href")[0].endswith("/2027-W01/")
    assert texts(root.xpath("//section[@class='issues']//time"))[0] == "10 January 2027"


def test_issues_beyond_the_fifth_are_folded_away() -> None:
    root = tree(pages(make_edition(*some(1), past=tuple(map(past, range(9, 2, -1)))))["index.html"])
    assert (len(root.xpath("//details//a")), len(root.xpath("//section[@class='issues']/ul//a"))) == (3, 5)


def test_an_article_without_a_summary_has_none_on_the_front_page() -> None:
    assert tree(pages(make_edition(make_rendered(summary="")))["index.html"]).find_class("summary") == []


def test_an_articles_page_has_its_title_above_its_headings() -> None:
    html = pages(make_edition(*some(3)))["articles/a1/index.html"]
    root = tree(html)
    assert [(element.tag, element.text_content().strip()) for element in root.iter("h1", "h2", "h3")] == [
        ("h1", "Title & 1"),
        ("h2", "Part"),
    ]
    assert root.findtext(".//title") == "Title & 1 \u2013 The Test Letter"
    assert root.xpath("//meta[@name='description']/@content") == ["Summary 1"]
    assert root.xpath("//article/@data-id") == ["tag:letter.example,2026-03-02:a1"]
    assert root.xpath("//time/@datetime") == ["2026-03-02T10:00:00Z"]


def test_an_articles_page_leads_to_its_neighbours() -> None:
    made = pages(make_edition(*some(3)))
    middle, first = tree(made["articles/a1/index.html"]), tree(made["articles/a0/index.html"])
    assert (middle.xpath("//a[@rel='next']/@href"), middle.xpath("//a[@rel='prev']/@href")) == (
        ["https://letter.example/articles/a0/"],
        ["https://letter.example/articles/a2/"],
    )
    assert first.xpath("//a[@rel='next']") == []
    assert tree(pages(make_edition(*some(1)))["articles/a0/index.html"]).find_class("neighbours") == []


def test_an_update_is_told_when_it_was_on_another_day() -> None:
    article = make_rendered(updated=datetime(2026, 4, 1, tzinfo=UTC))
    byline = tree(pages(make_edition(article))["articles/first/index.html"]).find_class("byline")
    assert "updated 1 April 2026" in texts(byline)[0]
    same_day = make_rendered(updated=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert "updated" not in texts(tree(pages(make_edition(same_day))["articles/first/index.html"]).find_class("byline"))[0]


def test_the_issues_page_says_what_the_mail_says_in_the_same_order() -> None:
    root = tree(pages(make_edition(*some(3)))[ISSUE])
    assert texts(root.xpath("//article//h2")) == ["Title & 0", "Title & 1", "Title & 2"]
    assert texts(root.xpath("//article//h3")) == ["Part"] * 3
    assert root.findtext(".//h1/a") == "The Test Letter"
    assert "2\u20138 March 2026" in texts(root.find_class("folio"))[0]
    assert [root.get_element_by_id(link[1:]) is not None for link in root.xpath("//nav[@class='contents']//a/@href")] == [
        True
    ] * 3
    assert tree(pages(make_edition(*some(2)))[ISSUE]).find_class("contents") == []


def test_an_article_in_another_language_says_so_on_every_page() -> None:
    made = pages(make_edition(*some(11), make_rendered(slug="he", language="he")))
    assert tree(made["articles/he/index.html"]).xpath("//article/@dir") == ["rtl"]
    assert tree(made["articles/he/index.html"]).xpath("//article//@lang") == ["he", "he"]
    assert tree(made["index.html"]).xpath("//section[@class='earlier']//a[@lang='he']/@dir") == ["rtl"]
    front = pages(make_edition(make_rendered(slug="he", language="he")))["index.html"]
    assert tree(front).xpath("//section[@class='latest']//@dir") == ["rtl", "ltr"]
    assert tree(front).xpath("string(//bdi[@dir='ltr'])").startswith("By Ada Byron")  # our words among the article's
    assert tree(pages(make_edition(*some(1)), make_config(language="ar"))["index.html"]).get("dir") == "rtl"


def test_the_cover_is_shown_and_shared() -> None:
    cover = Image(url="https://letter.example/c.jpg", alt="A sun", width=1200, height=600)
    root = tree(pages(make_edition(make_rendered(cover=cover)))["articles/first/index.html"])
    assert dict(root.find(".//img").attrib) == {"src": cover.url, "alt": "A sun", "width": "1200", "height": "600"}
    assert root.xpath("//meta[@property='og:image']/@content") == [cover.url]
    unknown = replace(cover, width=None, height=None)
    assert (
        "width" not in tree(pages(make_edition(make_rendered(cover=unknown)))["articles/first/index.html"]).find(".//img").attrib
    )


def test_the_masthead_shows_the_logo_where_there_is_one() -> None:
    root = tree(pages(make_edition(*some(1)), make_config(logo="https://letter.example/l.png"))["index.html"])
    assert root.xpath("//h1//img/@alt") == ["The Test Letter"]


def test_what_people_wrote_is_escaped() -> None:
    evil = '"><script>alert(1)</script>{{ config }}'
    article = make_rendered(title=evil, summary=evil, tags=(evil, "b"))
    made = pages(make_edition(article, title=evil), make_config(title=evil, description=evil, copyright=evil))
    for html in made.values():
        assert "<script" not in html
        assert "{{ config }}" in html
    assert texts(tree(made["articles/first/index.html"]).xpath("//h1")) == [evil]


def test_a_publication_overrides_one_block(tmp_path: Path) -> None:
    (tmp_path / "index.html.j2").write_text(
        '{% extends "newsletter/index.html.j2" %}{% block subscribe %}<p>Mine</p>{% endblock %}'
    )
    root = tree(pages(make_edition(*some(1)), templates=Templates(tmp_path))["index.html"])
    assert "Mine" in texts(root.xpath("//main"))[0]
    assert root.find_class("subscribe") == []
    assert len(root.find_class("teaser")) == 1


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert pages(make_edition(*some())) == pages(make_edition(*some()))
