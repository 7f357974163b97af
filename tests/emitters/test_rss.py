"""RSS 2.0 and the RSS Advisory Board's profile, rule by rule.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from lxml import etree

from newsletter import __version__
from newsletter.config import Feeds
from newsletter.model import Enclosure, Image, Person
from tests.emitters.feed_readers import NAMES, atom_feed, attributes, body, instant, outputs, parsed, rss_channel, texts
from tests.factories import PUBLISHED, make_edition, make_rendered

ADA = Person(name="Ada Byron", email="ada@letter.example")
GRACE = Person(name="Grace")


def test_the_feed_stands_at_the_editions_prefix_with_its_media_type() -> None:
    (output,) = outputs("rss", make_edition(make_rendered(), prefix="editions/short/"))
    assert (output.path, output.type) == ("editions/short/rss.xml", "application/rss+xml")
    (link,) = etree.fromstring(output.body).iterfind("channel/atom:link", NAMES)
    assert link.get("href") == "https://letter.example/editions/short/rss.xml"


def test_an_edition_without_articles_has_no_feed() -> None:
    assert outputs("rss", make_edition()) == ()


def test_the_bytes_are_utf_8_with_an_xml_declaration_and_a_closing_line_feed() -> None:
    feed = body("rss", make_rendered("<p>Ünï</p>"))
    assert feed.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<?xml-stylesheet ")
    assert feed.endswith(b"</rss>\n")
    assert "Ünï" in feed.decode()


def test_feedparser_reads_it_as_rss_2_0() -> None:
    assert parsed(body("rss", make_rendered())).version == "rss20"


def test_rss_channel_has_title_link_and_description_once() -> None:
    channel = rss_channel(make_rendered())
    assert texts(channel, "title") == ["The Test Letter"]
    assert texts(channel, "link") == ["https://letter.example/"]
    assert texts(channel, "description") == ["Letters about tests."]


def test_rss_channel_without_a_configured_description_is_described_by_its_title() -> None:
    assert texts(rss_channel(make_rendered(), description=""), "description") == ["The Test Letter"]


def test_rss_profile_atom_link_channel_links_to_itself() -> None:
    assert attributes(rss_channel(make_rendered()), "atom:link") == [
        {"href": "https://letter.example/rss.xml", "rel": "self", "type": "application/rss+xml"}
    ]


def test_rss_channel_names_language_copyright_generator_and_documentation() -> None:
    channel = rss_channel(make_rendered(), language="pt-BR", copyright="© A")
    assert texts(channel, "language") == ["pt-BR"]
    assert texts(channel, "copyright") == ["© A"]
    assert texts(channel, "generator") == [f"newsletter-publisher {__version__}"]
    assert texts(channel, "docs") == ["https://www.rssboard.org/rss-specification"]


def test_rss_ttl_and_update_period_stand_only_if_configured() -> None:
    channel = rss_channel(make_rendered())
    assert channel.find("ttl") is None
    assert channel.find("sy:updatePeriod", NAMES) is None
    daily = rss_channel(make_rendered(), feeds=Feeds(ttl=1440))
    assert texts(daily, "ttl") == ["1440"]


@pytest.mark.parametrize(
    ("minutes", "period", "frequency"),
    [(60, "hourly", "1"), (20, "hourly", "3"), (360, "daily", "4"), (1440, "daily", "1"), (5040, "weekly", "2")],
)
@pytest.mark.parametrize("read", [rss_channel, atom_feed])
def test_the_syndication_module_says_how_often_to_look_in_its_own_words(
    read: Callable[..., etree._Element], minutes: int, period: str, frequency: str
) -> None:
    feed = read(make_rendered(), feeds=Feeds(ttl=minutes))
    assert texts(feed, "sy:updatePeriod") == [period]
    assert texts(feed, "sy:updateFrequency") == [frequency]


def test_the_syndication_module_is_silent_on_what_it_has_no_word_for() -> None:
    channel = rss_channel(make_rendered(), feeds=Feeds(ttl=50))
    assert texts(channel, "ttl") == ["50"]
    assert channel.find("sy:updatePeriod", NAMES) is None


def test_rss_image_has_the_channels_title_and_link() -> None:
    (image,) = rss_channel(make_rendered(), logo="https://letter.example/l.png").iterfind("image")
    assert [(part.tag, part.text) for part in image] == [
        ("url", "https://letter.example/l.png"),
        ("title", "The Test Letter"),
        ("link", "https://letter.example/"),
    ]


def test_rss_profile_managing_editor_is_the_one_author_with_an_address() -> None:
    channel = rss_channel(make_rendered(), authors=(ADA,))
    assert texts(channel, "managingEditor") == ["ada@letter.example (Ada Byron)"]
    assert texts(channel, "dc:creator") == []


def test_rss_profile_dc_creator_names_the_authors_of_a_channel_without_address() -> None:
    channel = rss_channel(make_rendered(), authors=(ADA, GRACE))
    assert texts(channel, "managingEditor") == []
    assert texts(channel, "dc:creator") == ["Ada Byron", "Grace"]


def test_rss_last_build_date_is_the_newest_update_and_stands_before_the_items() -> None:
    newest = PUBLISHED + timedelta(days=2)
    channel = rss_channel(make_rendered(slug="b"), make_rendered(slug="a", updated=newest))
    assert texts(channel, "lastBuildDate") == ["Wed, 04 Mar 2026 10:00:00 +0000"]
    tags = [element.tag for element in channel]
    assert tags.index("lastBuildDate") < tags.index("item")


def test_rss_profile_guid_is_the_id_and_no_permalink() -> None:
    (guid,) = rss_channel(make_rendered()).iterfind("item/guid")
    assert (guid.text, dict(guid.items())) == ("tag:letter.example,2026-03-02:first", {"isPermaLink": "false"})


def test_rss_item_links_to_its_permalink() -> None:
    assert texts(rss_channel(make_rendered()), "item/link") == ["https://letter.example/articles/first/"]


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (datetime(2026, 3, 2, 23, 15, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), "Tue, 03 Mar 2026 02:45:01 +0000"),
        (datetime(987, 1, 5, tzinfo=timezone.utc), "Fri, 05 Jan 0987 00:00:00 +0000"),  # noqa: UP017 - as the line above
    ],
)
def test_rss_profile_pub_date_is_rfc_822_with_a_four_digit_year_and_a_numeric_zone(published: datetime, expected: str) -> None:
    channel = rss_channel(make_rendered(published=published))
    assert texts(channel, "item/pubDate") == [expected]
    assert re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", expected)
    assert instant(expected) == published


def test_rss_profile_titles_are_plain_text() -> None:
    assert texts(rss_channel(make_rendered(title="Is 1 < 2 & 3?")), "item/title") == ["Is 1 < 2 & 3?"]


def test_rss_profile_description_is_the_summary_as_html_and_stands_before_the_full_content() -> None:
    (item,) = rss_channel(make_rendered("<p>Full &amp; long.</p>", summary="Short <&> sweet.")).iterfind("item")
    assert texts(item, "description") == ["Short &lt;&amp;&gt; sweet."]
    assert texts(item, "content:encoded") == ["<p>Full &amp; long.</p>"]
    assert item.index(item.findall("description")[0]) < item.index(item.findall("content:encoded", NAMES)[0])


def test_rss_profile_description_holds_the_full_content_where_there_is_no_summary() -> None:
    (item,) = rss_channel(make_rendered("<p>Full.</p>", summary="")).iterfind("item")
    assert texts(item, "description") == ["<p>Full.</p>"]
    assert texts(item, "content:encoded") == []


def test_summary_only_feeds_carry_no_content() -> None:
    (item,) = rss_channel(make_rendered("<p>Full.</p>", summary="A & b."), feeds=Feeds(content="summary")).iterfind("item")
    assert texts(item, "description") == ["A &amp; b."]
    assert texts(item, "content:encoded") == []


def test_rss_profile_author_is_an_address_with_the_name_in_brackets() -> None:
    (item,) = rss_channel(make_rendered(authors=(ADA,))).iterfind("item")
    assert texts(item, "author") == ["ada@letter.example (Ada Byron)"]
    assert texts(item, "dc:creator") == []


@pytest.mark.parametrize(
    "people",
    [
        (GRACE,),
        (ADA, GRACE),
        (Person(name="Ada :)", email="ada@letter.example"),),
        (Person(name="Ada", email="not an address"),),
    ],
)
def test_rss_profile_dc_creator_names_authors_that_no_address_can_stand_for(people: tuple[Person, ...]) -> None:
    (item,) = rss_channel(make_rendered(authors=people)).iterfind("item")
    assert texts(item, "author") == []
    assert texts(item, "dc:creator") == [person.name for person in people]


def test_an_item_without_authors_of_its_own_names_the_publications() -> None:
    assert texts(rss_channel(make_rendered(), authors=(GRACE,)), "item/dc:creator") == ["Grace"]


def test_rss_categories_are_the_tags_in_the_authors_order_and_of_one_domain() -> None:
    channel = rss_channel(make_rendered(tags=("b & c", "a")))
    assert texts(channel, "item/category") == ["b & c", "a"]
    assert attributes(channel, "item/category") == [{"domain": "tag:letter.example,2000:tags"}] * 2


def test_rss_profile_an_item_has_one_enclosure_with_address_type_and_length() -> None:
    enclosures = (
        Enclosure(url="https://letter.example/a.mp3", type="audio/mpeg", length=1234),
        Enclosure(url="https://letter.example/b.ogg", type="audio/ogg", length=5),
    )
    assert attributes(rss_channel(make_rendered(enclosures=enclosures)), "item/enclosure") == [
        {"url": "https://letter.example/a.mp3", "length": "1234", "type": "audio/mpeg"}
    ]


def test_rss_profile_an_enclosure_of_unknown_length_says_zero() -> None:
    unknown = Enclosure(url="https://letter.example/a", type="", length=0)
    assert attributes(rss_channel(make_rendered(enclosures=(unknown,))), "item/enclosure") == [
        {"url": "https://letter.example/a", "length": "0", "type": "application/octet-stream"}
    ]


def test_media_rss_thumbnail_shows_the_cover() -> None:
    cover = Image(url="https://letter.example/c.png", width=4, height=3)
    assert attributes(rss_channel(make_rendered(cover=cover)), "item/media:thumbnail") == [
        {"url": "https://letter.example/c.png", "width": "4", "height": "3"}
    ]


def test_an_item_in_another_language_says_so() -> None:
    channel = rss_channel(make_rendered(language="he"), make_rendered(slug="second", language="en"))
    assert [texts(item, "dc:language") for item in channel.iterfind("item")] == [["he"], []]
