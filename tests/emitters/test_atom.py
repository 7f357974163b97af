"""RFC 4287, clause by clause. https://www.rfc-editor.org/rfc/rfc4287."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from newsletter import __version__
from newsletter.config import Feeds
from newsletter.model import Enclosure, Image, Person
from tests.emitters.feed_readers import LANG, NAMES, atom_feed, attributes, body, instant, jing, outputs, texts
from tests.factories import PUBLISHED, make_config, make_edition, make_rendered

LATER = PUBLISHED + timedelta(days=3)
RICH = make_rendered(
    '<p dir="rtl">שלום &amp; <b>more</b></p>\n<pre>a\n  b</pre>',
    slug="rich",
    title="Is 1 < 2 & <b>bold</b>?",
    published=LATER,
    language="he",
    tags=("feeds", "right to left"),
    authors=(Person(name="Grace"), Person(name="Alan", email="alan@letter.example", url="https://letter.example/alan")),
    summary="Less & more.",
    cover=Image(url="https://letter.example/cover.png", alt="A cover", width=640, height=320),
    enclosures=(
        Enclosure(url="https://letter.example/a.mp3", type="audio/mpeg", length=1234),
        Enclosure(url="https://letter.example/b.ogg", type="audio/ogg", length=0),
    ),
)
PLAIN = make_rendered(slug="plain", summary="")
FULL = {
    "logo": "https://letter.example/logo.png",
    "icon": "https://letter.example/icon.png",
    "copyright": "© The Test Letter",
}


def test_the_feed_stands_at_the_editions_prefix_with_its_media_type() -> None:
    (output,) = outputs("atom", make_edition(PLAIN, prefix="tags/naïve/"))
    assert (output.path, output.type) == ("tags/naïve/atom.xml", "application/atom+xml")
    (link,) = etree.fromstring(output.body).iterfind("a:link[@rel='self']", NAMES)
    assert link.get("href") == "https://letter.example/tags/na%C3%AFve/atom.xml"


def test_an_edition_without_articles_has_no_feed() -> None:
    assert outputs("atom", make_edition()) == ()


def test_the_bytes_are_utf_8_with_an_xml_declaration_and_a_closing_line_feed() -> None:
    feed = body("atom", RICH)
    assert feed.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<?xml-stylesheet ")
    assert feed.endswith(b"</feed>\n")
    assert "שלום" in feed.decode()


def test_indentation_touches_no_text() -> None:
    (content,) = texts(atom_feed(make_rendered("<pre>\n a\n\n  b</pre>")), "a:entry/a:content")
    assert content == "<pre>\n a\n\n  b</pre>"


@pytest.mark.parametrize("mode", ["full", "summary"])
def test_rfc4287_schema_finds_nothing_wrong(tmp_path: Path, mode: str) -> None:
    assert jing(body("atom", RICH, PLAIN, feeds=Feeds(content=mode), **FULL), tmp_path) == ""


@pytest.mark.parametrize("element", ["id", "title", "updated"])
def test_rfc4287_4_1_1_feed_and_4_1_2_entries_have_exactly_one(element: str) -> None:
    feed = atom_feed(RICH, PLAIN)
    assert len(feed.findall(f"a:{element}", NAMES)) == 1
    assert [len(entry.findall(f"a:{element}", NAMES)) for entry in feed.iterfind("a:entry", NAMES)] == [1, 1]


def test_rfc4287_4_1_1_feed_has_the_publications_authors() -> None:
    people = (Person(name="Ada", email="ada@letter.example", url="https://letter.example/ada"), Person(name="Bo"))
    (ada, bo) = atom_feed(PLAIN, authors=people).iterfind("a:author", NAMES)
    assert [(part.tag.rpartition("}")[2], part.text) for part in ada] == [
        ("name", "Ada"),
        ("email", "ada@letter.example"),
        ("uri", "https://letter.example/ada"),
    ]
    assert [part.text for part in bo] == ["Bo"]


def test_rfc4287_4_1_1_feed_of_a_publication_that_names_nobody_has_its_title_as_author() -> None:
    assert texts(atom_feed(PLAIN, authors=()), "a:author/a:name") == ["The Test Letter"]


def test_rfc4287_4_1_1_feed_links_to_itself_and_once_to_the_site() -> None:
    assert attributes(atom_feed(PLAIN), "a:link") == [
        {"href": "https://letter.example/atom.xml", "rel": "self", "type": "application/atom+xml"},
        {"href": "https://letter.example/", "rel": "alternate", "type": "text/html"},
    ]


def test_rfc4287_4_1_2_entry_has_one_alternate_link_beside_its_enclosures() -> None:
    assert attributes(atom_feed(RICH), "a:entry/a:link") == [
        {"href": "https://letter.example/articles/rich/", "rel": "alternate", "type": "text/html"},
        {"href": "https://letter.example/a.mp3", "rel": "enclosure", "type": "audio/mpeg", "length": "1234"},
        {"href": "https://letter.example/b.ogg", "rel": "enclosure", "type": "audio/ogg"},
    ]


def test_rfc4287_4_1_2_entry_names_its_own_authors_and_leaves_the_others_to_the_feed() -> None:
    rich, plain = atom_feed(RICH, PLAIN).iterfind("a:entry", NAMES)
    assert texts(rich, "a:author/a:name") == ["Grace", "Alan"]
    assert texts(rich, "a:author/a:email") == ["alan@letter.example"]
    assert texts(plain, "a:author/a:name") == []


def test_rfc4287_4_1_2_entry_without_content_has_an_alternate_link() -> None:
    (entry,) = atom_feed(RICH, feeds=Feeds(content="summary")).iterfind("a:entry", NAMES)
    assert entry.find("a:content", NAMES) is None
    assert texts(entry, "a:summary") == ["Less & more."]
    assert entry.find("a:link[@rel='alternate']", NAMES) is not None


def test_rfc4287_3_1_1_titles_and_summaries_are_plain_text() -> None:
    (entry,) = atom_feed(RICH).iterfind("a:entry", NAMES)
    for element, text in (("title", "Is 1 < 2 & <b>bold</b>?"), ("summary", "Less & more.")):
        (found,) = entry.iterfind(f"a:{element}", NAMES)
        assert found.get("type", "text") == "text"
        assert found.text == text


def test_rfc4287_4_1_3_3_content_is_html_without_child_elements() -> None:
    (content,) = atom_feed(RICH).iterfind("a:entry/a:content", NAMES)
    assert content.get("type") == "html"
    assert len(content) == 0
    assert content.text is not None
    assert content.text.endswith('<p dir="rtl">שלום &amp; <b>more</b></p>\n<pre>a\n  b</pre></div>')


def test_rfc4287_3_2_email_addresses_and_addresses_that_are_none_are_left_out() -> None:
    odd = Person(name="Odd", email="not an address", url="javascript:alert(1)")
    (entry,) = atom_feed(make_rendered(authors=(odd, Person(name="\x00")))).iterfind("a:entry", NAMES)
    (author,) = entry.iterfind("a:author", NAMES)
    assert [part.text for part in author] == ["Odd"]


def test_rfc4287_3_3_dates_are_rfc_3339_in_utc_without_white_space() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    feed = atom_feed(make_rendered(published=datetime(2026, 3, 2, 23, 15, 1, tzinfo=zone)))
    for text in texts(feed, "a:updated") + texts(feed, "a:entry/a:updated") + texts(feed, "a:entry/a:published"):
        assert re.fullmatch(r"2026-03-03T02:45:01(\.\d{6})?\+00:00", text)


def test_rfc4287_3_3_dates_hold_where_an_offset_has_seconds() -> None:
    when = datetime(1930, 5, 1, 12, tzinfo=ZoneInfo("Africa/Monrovia"))  # 44 min 30 s behind until 1972
    assert texts(atom_feed(make_rendered(published=when)), "a:entry/a:published") == ["1930-05-01T12:44:30+00:00"]


def test_rfc4287_4_2_6_ids_are_iris_and_the_feeds_own_differs() -> None:
    feed = atom_feed(RICH, PLAIN)
    ids = texts(feed, "a:id") + texts(feed, "a:entry/a:id")
    assert ids == ["tag:letter.example,2000:feed", "tag:letter.example,2026-03-05:rich", "tag:letter.example,2026-03-02:plain"]


def test_rfc4287_4_2_6_ids_stay_when_the_publication_moves() -> None:
    moved = make_rendered(slug="plain", summary="", permalink="https://new.example/2026/plain.html")
    before, after = atom_feed(PLAIN), atom_feed(moved, url="https://new.example/", title="Renamed")
    for path in ("a:id", "a:entry/a:id", "a:updated"):
        assert texts(after, path) == texts(before, path)


def test_rfc4287_4_2_6_each_editions_feed_has_an_id_of_its_own() -> None:
    (output,) = outputs("atom", make_edition(PLAIN, prefix="tags/right to left/"))
    assert texts(etree.fromstring(output.body), "a:id") == ["tag:letter.example,2000:feed/tags/right%20to%20left"]


def test_rfc4287_4_2_2_categories_have_term_scheme_and_label_and_the_scheme_outlives_a_move() -> None:
    scheme = "tag:letter.example,2000:tags"
    assert attributes(atom_feed(RICH, url="https://new.example/"), "a:entry/a:category") == [
        {"term": "feeds", "scheme": scheme, "label": "feeds"},
        {"term": "right to left", "scheme": scheme, "label": "right to left"},
    ]


def test_rfc4287_4_2_4_generator_has_its_version() -> None:
    (generator,) = atom_feed(PLAIN).iterfind("a:generator", NAMES)
    assert (generator.text, dict(generator.items())) == ("newsletter-publisher", {"version": __version__})


def test_rfc4287_4_2_5_icon_4_2_8_logo_4_2_10_rights_and_4_2_12_subtitle_stand_if_configured() -> None:
    feed = atom_feed(PLAIN, **FULL)
    assert texts(feed, "a:icon") == [FULL["icon"]]
    assert texts(feed, "a:logo") == [FULL["logo"]]
    assert texts(feed, "a:rights") == [FULL["copyright"]]
    assert texts(feed, "a:subtitle") == ["Letters about tests."]
    bare = atom_feed(PLAIN, description="")
    assert [bare.find(f"a:{name}", NAMES) for name in ("icon", "logo", "rights", "subtitle")] == [None] * 4


def test_rfc4287_4_2_15_feed_was_updated_when_its_newest_entry_was() -> None:
    corrected = make_rendered(slug="corrected", updated=LATER + timedelta(days=1))
    feed = atom_feed(RICH, corrected)
    assert texts(feed, "a:updated") == [max(texts(feed, "a:entry/a:updated"))]
    assert instant(texts(feed, "a:updated")[0]).replace(microsecond=0) == LATER + timedelta(days=1)


def test_rfc4287_2_feed_and_entries_name_their_language() -> None:
    feed = atom_feed(RICH, PLAIN, make_rendered(slug="odd", language="not a tag!"), make_rendered(slug="same", language="EN"))
    assert feed.get(LANG) == "en"
    assert [entry.get(LANG) for entry in feed.iterfind("a:entry", NAMES)] == ["he", None, None, None]


def test_media_rss_thumbnail_shows_the_cover() -> None:
    sizeless = make_rendered(slug="sizeless", cover=Image(url="https://letter.example/c.png"))
    assert attributes(atom_feed(RICH, sizeless), "a:entry/media:thumbnail") == [
        {"url": "https://letter.example/cover.png", "width": "640", "height": "320"},
        {"url": "https://letter.example/c.png"},
    ]


def test_validators_find_no_two_entries_with_the_same_updated_instant() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    feed = atom_feed(*(make_rendered(slug=f"no-{number}", published=midnight) for number in range(1500)))
    updates = texts(feed, "a:entry/a:updated")
    assert len(set(updates)) == 1500
    assert {instant(text).replace(microsecond=0) for text in updates} == {midnight}
    assert set(texts(feed, "a:entry/a:published")) == {"2026-03-02T00:00:00+00:00"}


def test_an_entrys_updated_instant_does_not_depend_on_its_neighbours() -> None:
    alone = texts(atom_feed(PLAIN), "a:entry/a:updated")
    crowd = [make_rendered(slug=f"no-{number}") for number in range(20)]
    (entry,) = [
        entry
        for entry in atom_feed(*crowd, PLAIN, timezone=ZoneInfo("Asia/Tokyo")).iterfind("a:entry", NAMES)
        if texts(entry, "a:id") == [PLAIN.article.id]
    ]
    assert texts(entry, "a:updated") == alone


def test_an_update_declared_to_the_fraction_of_a_second_stays_as_declared() -> None:
    updated = PUBLISHED + timedelta(hours=1, microseconds=250_000)
    assert [instant(text) for text in texts(atom_feed(make_rendered(updated=updated)), "a:entry/a:updated")] == [updated]


def test_updates_declared_to_the_same_fraction_of_a_second_are_told_apart_within_that_second() -> None:
    updated = PUBLISHED + timedelta(microseconds=999_999)
    feed = atom_feed(make_rendered(slug="b", updated=updated), make_rendered(slug="a", updated=updated))
    assert [instant(text) for text in texts(feed, "a:entry/a:updated")] == [PUBLISHED + timedelta(microseconds=1), updated]


def test_the_feed_of_a_config_without_changes_is_the_same_as_before() -> None:
    edition = make_edition(RICH, PLAIN)
    assert outputs("atom", edition, make_config()) == outputs("atom", edition, make_config())
