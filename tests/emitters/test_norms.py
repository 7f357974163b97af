"""What feeds must meet, clause by clause, over every feed document of one rich publication: editions, tags, authors, archives.

The formats' own tests say the same of single elements; here nothing that is written can be missed.
"""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.checks.entries import relative_addresses
from newsletter.config import Config, EditionTable, Feeds, Podcast
from newsletter.emitters import emitter
from newsletter.feeds.editions import edition, editions
from newsletter.model import Enclosure, Image, Person, Rendered
from newsletter.templating import Templates
from tests.emitters.feed_readers import LANG, NAMES, attributes, body, jing, parsed, schema, texts
from tests.emitters.publications import FEEDS, emit_all
from tests.factories import PUBLISHED, make_config, make_rendered

NOW = PUBLISHED + timedelta(days=400)
CONFIG = make_config(
    feeds=Feeds(limit=20, tags=1, authors=1, archive=True, archive_size=8, hub="https://hub.example/push", ttl=60),
    editions=(EditionTable(name="In short", tags=("b",)),),
    podcast=Podcast(category="Technology"),
    logo="https://letter.example/logo.png",
    icon="https://letter.example/icon.png",
    copyright="© The Test Letter",
)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


def articles() -> list[Rendered]:
    """Write an article of every kind, and enough for an archive; many on one midnight."""
    odd = [
        make_rendered('<p><a href="https://a.example/">a</a></p>', slug="he", language="he", title="שלום", tags=("日本",)),
        make_rendered(slug="bare", summary="", tags=("C++", "a/b", "..")),
        make_rendered("", slug="empty", summary=""),
        make_rendered(slug="markup", title="Is 1 < 2 & <b>bold</b>?", authors=(Person(name="Grace"), Person(name="Alan"))),
        make_rendered(
            slug="loud",
            tags=("b",),
            authors=(Person(name="Alan", email="alan@letter.example"),),
            cover=Image(url="https://letter.example/c.png", alt="C", width=4, height=3),
            enclosures=(Enclosure(url="https://letter.example/a%20b.mp3", type="audio/mpeg", length=1234),),
        ),
    ]
    return odd + [make_rendered(slug=f"n-{number}", published=PUBLISHED - timedelta(days=number // 6)) for number in range(20)]


FILES = emit_all(CONFIG, articles())
ATOM = {path: etree.fromstring(body) for path, body in FILES.items() if "atom" in path}
RSS = {path: etree.fromstring(body)[0] for path, body in FILES.items() if "rss" in path}
JSON: dict[str, dict[str, Any]] = {path: json.loads(body) for path, body in FILES.items() if path.endswith(".json")}
XML = {**ATOM, **RSS}
each_atom = pytest.mark.parametrize("feed", ATOM.values(), ids=ATOM)
each_rss = pytest.mark.parametrize("feed", RSS.values(), ids=RSS)
each_json = pytest.mark.parametrize("feed", JSON.values(), ids=JSON)
each_xml = pytest.mark.parametrize(("path", "feed"), XML.items(), ids=XML)


def entries(feed: etree._Element) -> list[etree._Element]:
    return feed.findall("a:entry", NAMES) or feed.findall("item")


def contents(feed: etree._Element) -> list[str]:
    return [text for path in ("a:entry/a:content", "item/description", "item/content:encoded") for text in texts(feed, path)]


def test_every_kind_of_feed_is_among_them() -> None:
    folders = {"", "archive", "tags/日本", "tags/c~2b~2b", "tags/a~2fb", "tags/~2e~2e", "authors/grace", "editions/in_short"}
    assert folders <= {path.rpartition("/")[0] for path in XML}
    assert len(ATOM) == len(RSS) == len(JSON)


@pytest.mark.parametrize("path", ATOM)
def test_atom_rfc4287_schema_finds_nothing_wrong(path: str, tmp_path: Path) -> None:
    assert jing(FILES[path], tmp_path) == ""


@each_atom
def test_atom_rfc4287_exactly_one_id_title_and_updated_for_the_feed_and_for_each_entry(feed: etree._Element) -> None:
    for element in (feed, *entries(feed)):
        assert [len(element.findall(f"a:{name}", NAMES)) for name in ("id", "title", "updated")] == [1, 1, 1]


@each_atom
def test_atom_rfc4287_an_author_on_the_feed_or_on_every_entry(feed: etree._Element) -> None:
    assert texts(feed, "a:author/a:name") or all(texts(entry, "a:author/a:name") for entry in entries(feed))


@each_atom
def test_atom_rfc4287_no_content_means_an_alternate_link(feed: etree._Element) -> None:
    for entry in entries(feed):
        assert entry.find("a:content", NAMES) is not None or entry.find("a:link[@rel='alternate']", NAMES) is not None


@each_atom
def test_atom_rfc4287_dates_are_rfc_3339_and_have_no_white_space(feed: etree._Element) -> None:
    for text in [text for name in ("updated", "published") for text in texts(feed, f".//a:{name}")]:
        assert RFC_3339.fullmatch(text)


@each_atom
def test_atom_rfc4287_iris_have_no_white_space_and_are_absolute(feed: etree._Element) -> None:
    iris = [text for name in ("id", "uri", "icon", "logo") for text in texts(feed, f".//a:{name}")]
    iris += [link["href"] for link in attributes(feed, ".//a:link")] + [
        tag["scheme"] for tag in attributes(feed, ".//a:category")
    ]
    for iri in iris:
        assert re.fullmatch(r"(https?|tag):[!-~]+", iri)


@each_atom
def test_atom_rfc4287_at_most_one_alternate_per_type_and_hreflang(feed: etree._Element) -> None:
    for element in (feed, *entries(feed)):
        kinds = [(link.get("type"), link.get("hreflang")) for link in attributes(element, "a:link") if link["rel"] == "alternate"]
        assert len(set(kinds)) == len(kinds) == 1


@each_atom
def test_atom_rfc4287_html_content_has_no_child_elements(feed: etree._Element) -> None:
    for content in feed.iterfind("a:entry/a:content", NAMES):
        assert (content.get("type"), len(content)) == ("html", 0)


@each_atom
def test_atom_no_two_entries_share_their_updated_instant(feed: etree._Element) -> None:
    updates = [datetime.fromisoformat(text) for text in texts(feed, "a:entry/a:updated")]
    assert len(set(updates)) == len(updates)


@each_atom
def test_atom_categories_have_a_scheme_and_a_label(feed: etree._Element) -> None:
    for category in attributes(feed, ".//a:category"):
        assert category == {"term": category["term"], "scheme": "tag:letter.example,2000:tags", "label": category["term"]}


@each_atom
def test_atom_names_the_language_of_the_feed_and_of_each_entry_in_another(feed: etree._Element) -> None:
    assert feed.get(LANG) == "en"
    for entry in entries(feed):
        assert entry.get(LANG) == ("he" if entry.findtext("a:title", "", NAMES) == "שלום" else None)


@each_rss
def test_rss_profile_items_have_a_guid_that_is_no_permalink(feed: etree._Element) -> None:
    for item in entries(feed):
        (guid,) = item.iterfind("guid")
        assert guid.get("isPermaLink") == "false"
        assert re.fullmatch(r"tag:letter\.example,\d{4}-\d\d-\d\d:\S+", guid.text or "")


@each_rss
def test_rss_profile_description_stands_before_content_encoded_and_has_it_all_where_there_is_no_summary(
    feed: etree._Element,
) -> None:
    for item in entries(feed):
        tags = [child.tag for child in item]
        encoded = f"{{{NAMES['content']}}}encoded"
        assert encoded not in tags or tags.index("description") < tags.index(encoded)
        if item.findtext("guid", "").endswith(":bare"):
            assert texts(item, "description") == ["<p>Body.</p>"]


@each_rss
def test_rss_profile_dates_are_rfc_822_with_a_four_digit_year_and_a_numeric_zone_and_none_in_the_future(
    feed: etree._Element,
) -> None:
    for text in texts(feed, "lastBuildDate") + texts(feed, "item/pubDate"):
        assert RFC_822.fullmatch(text)
        assert parsedate_to_datetime(text) <= NOW


@each_rss
def test_rss_profile_author_is_an_address_with_a_name_and_others_are_creators(feed: etree._Element) -> None:
    for text in texts(feed, "item/author") + texts(feed, "managingEditor"):
        assert re.fullmatch(r"\S+@\S+ \([^()]+\)", text)
    for item in entries(feed):
        assert bool(texts(item, "author")) != bool(texts(item, "dc:creator"))


@each_rss
def test_rss_enclosures_have_an_absolute_url_a_media_type_and_a_length(feed: etree._Element) -> None:
    for enclosure in attributes(feed, "item/enclosure"):
        assert enclosure == {"url": "https://letter.example/a%20b.mp3", "type": "audio/mpeg", "length": "1234"}


@each_xml
def test_xml_feeds_link_to_themselves(path: str, feed: etree._Element) -> None:
    selves = [link["href"] for link in attributes(feed, "atom:link") if link["rel"] == "self"]
    assert selves == [f"https://letter.example/{quote(path)}"]


@each_xml
def test_xml_feeds_have_plain_titles(path: str, feed: etree._Element) -> None:
    for text in texts(feed, f"{'item' if 'rss' in path else 'a:entry'}/{'title' if 'rss' in path else 'a:title'}"):
        # An author's own less-than sign is text, and stays; no tag of ours is ever there
        assert "&lt;" not in text
        assert text in {"שלום", "Bare", "Empty", "Is 1 < 2 & <b>bold</b>?", "Loud"} or re.fullmatch(r"N \d+", text)


@each_xml
def test_xml_feeds_have_no_relative_address_script_handler_or_risky_style_in_content(path: str, feed: etree._Element) -> None:
    del path
    for content in contents(feed):
        assert relative_addresses(content) == ()
        assert not re.search(r"<script|\son\w+=|javascript:|position\s*:", content, re.IGNORECASE)


@each_xml
def test_xml_feeds_have_no_id_twice(path: str, feed: etree._Element) -> None:
    del path
    ids = texts(feed, "a:entry/a:id") + texts(feed, "item/guid")
    assert [identity for identity, count in Counter(ids).items() if count > 1] == []
    assert ids


@pytest.mark.parametrize("path", XML)
def test_xml_feeds_are_read_by_feedparser_without_complaint(path: str) -> None:
    assert len(parsed(FILES[path]).entries) == len(entries(XML[path]))


@each_xml
def test_right_to_left_articles_have_their_direction_in_the_content(path: str, feed: etree._Element) -> None:
    del path
    for content in contents(feed):
        assert ("https://a.example/" in content) == content.startswith('<div lang="he" dir="rtl">')


@each_json
def test_jsonfeed_1_1_schema_finds_nothing_wrong(feed: dict[str, Any]) -> None:
    rules = json.loads(schema("jsonfeed-1.1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(rules).validate(feed)


@each_json
def test_jsonfeed_1_1_version_title_items_home_page_url_and_feed_url(feed: dict[str, Any]) -> None:
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert feed["items"]
    assert feed["home_page_url"] == "https://letter.example/"
    assert feed["feed_url"].startswith("https://letter.example/")


@each_json
def test_jsonfeed_1_1_string_ids_content_and_authors_not_author(feed: dict[str, Any]) -> None:
    assert "author" not in feed
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert ("content_html" in item) != ("content_text" in item)
        assert "author" not in item
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


@each_json
def test_jsonfeed_1_1_dates_are_rfc_3339(feed: dict[str, Any]) -> None:
    for item in feed["items"]:
        assert RFC_3339.fullmatch(item["date_published"])
        assert RFC_3339.fullmatch(item["date_modified"])


@pytest.mark.parametrize("path", JSON)
def test_jsonfeed_under_250_kb_is_kind(path: str) -> None:
    assert len(FILES[path]) < 250_000


@pytest.mark.parametrize("path", [path for path in XML if not path.startswith("archive/")])
def test_websub_feeds_name_their_hub_and_themselves(path: str) -> None:
    links = {link["rel"]: link["href"] for link in attributes(XML[path], "atom:link")}
    assert links["hub"] == "https://hub.example/push"
    assert links["self"] == f"https://letter.example/{quote(path)}"


@pytest.mark.parametrize("path", [path for path in JSON if not path.startswith("archive/")])
def test_websub_json_feeds_name_their_hub(path: str) -> None:
    assert JSON[path]["hubs"] == [{"type": "WebSub", "url": "https://hub.example/push"}]


def test_websub_feeds_without_a_configured_hub_name_none() -> None:
    for name in ("rss", "atom", "jsonfeed"):
        assert b"hub" not in body(name, make_rendered())


@pytest.mark.parametrize("path", ["rss.xml", "atom.xml"])
def test_channels_are_complete(path: str) -> None:
    feed = XML[path]
    said = {child.tag.rpartition("}")[2] for child in feed if isinstance(child.tag, str)}
    expected = {
        "rss.xml": {"title", "description", "language", "managingEditor", "image", "copyright", "generator", "ttl"},
        "atom.xml": {"title", "subtitle", "author", "logo", "icon", "rights", "generator"},
    }[path]
    assert expected | {"link", "updatePeriod", "updateFrequency"} <= said
    assert [link["rel"] for link in attributes(feed, "atom:link") if link["rel"] != "alternate"] == [
        "self",
        "hub",
        "prev-archive",
    ]


TEXT = st.text(max_size=12)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=2), TEXT, TEXT)
def test_any_tag_author_title_and_edition_yields_feeds_that_can_be_read(
    tags: list[str], authors: list[str], title: str, name: str
) -> None:
    config: Config = make_config(
        title=title,
        feeds=Feeds(tags=1, authors=1, archive=True, archive_size=1),
        editions=(EditionTable(name=f"e{name}", title=title, folders=(".",)),),
    )
    item = make_rendered(title=title or "x", tags=tuple(tags), authors=tuple(Person(name=name) for name in authors))
    for path, document in emit_all(config, [item]).items():
        assert not urlsplit(quote(path)).scheme
        if path.endswith(".xml"):
            assert len(parsed(document).entries) == 1
        elif path.endswith(".json"):
            assert len(json.loads(document)["items"]) == 1
        else:
            assert document


def test_media_types_are_those_of_the_formats() -> None:
    config = make_config(feeds=Feeds(tags=0, authors=0))
    item = make_rendered()
    (plan,) = editions(config, [item.article])
    whole = edition(plan, {item.article.path: item})
    outputs = [output for name in FEEDS for output in emitter(name)(config, whole, Templates())]
    assert {output.path: output.type for output in outputs} == {
        "rss.xml": "application/rss+xml",
        "atom.xml": "application/atom+xml",
        "feed.json": "application/feed+json",
        "feeds.opml": "text/x-opml",
        "feed.css": "text/css",
    }
