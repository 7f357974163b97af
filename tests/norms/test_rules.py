"""Each rule finds what it is there to find, and finds nothing in a sound feed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from tests.norms import atom_rules, content_rules, jsonfeed_rules, rss_rules
from tests.norms.terms import markup

ENTRY = """\
<entry><id>tag:a.example,2026:1</id><title>One</title><updated>2026-03-02T10:00:00.5Z</updated>
<link rel="alternate" type="text/html" href="https://a.example/1"/>
<link rel="enclosure" type="audio/mpeg" length="3" href="https://a.example/1.mp3"/>
<content type="html">&lt;p&gt;One&lt;/p&gt;</content><summary>One</summary></entry>"""
ATOM = f"""\
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0">
<id>tag:a.example,2026:feed</id><title>A</title><updated>2026-03-02T10:00:00.5Z</updated>
<author><name>Ada</name></author>
<link rel="self" href="https://a.example/atom.xml"/>
<link rel="hub" href="https://hub.example/"/>
<link rel="prev-archive" href="https://a.example/archive/1"/>
{ENTRY}</feed>"""
#: By rule, what is changed in the sound feed, and into what.
BROKEN_ATOM = {
    "a_feed_has_one_id": ("<title>A</title>", ""),
    "an_entry_has_one_id": ("<title>One</title>", "<title>One</title><title>Two</title>"),
    "an_author_is_on": ("<author><name>Ada</name></author>", ""),
    "an_entry_without_content": (ENTRY, "<entry><id>tag:a.example,2026:1</id><updated>2026-03-02T10:00:00.5Z</updated></entry>"),
    "at_most_one_alternate": ("<summary>", '<link type="text/html" href="https://a.example/2"/><summary>'),
    "links_to_itself": ('href="https://a.example/atom.xml"', 'href="atom.xml"'),
    "dates_are_rfc_3339": ("2026-03-02T10:00:00.5Z", "2026-03-02 10:00:00Z"),
    "iris_have_no_white_space": ("https://a.example/1.mp3", "https://a.example/1 .mp3"),
    "no_id_is_repeated": ("tag:a.example,2026:1", "tag:a.example,2026:feed"),
    "tag_uris": ("tag:a.example,2026:1", "tag:a.example,26:1"),
    "carry_no_html": ("<title>One</title>", "<title>&lt;b&gt;One&lt;/b&gt;</title>"),
    "no_child_elements": ("&lt;p&gt;One&lt;/p&gt;", "<p>One</p>"),
    "share_their_updated": ("</feed>", ENTRY.replace("2026:1", "2026:2") + "</feed>"),
    "when_its_newest_entry_was": ("<title>A</title><updated>2026", "<title>A</title><updated>2027"),
    "enclosures": ('type="audio/mpeg"', 'type="sound"'),
    "an_archive_document": ("<title>A</title>", "<title>A</title><fh:archive/>"),
    "one_archive_document_at_most": ("<title>A</title>", "<title>A</title><fh:complete/>"),
    "its_hub": ('rel="hub"', 'rel="related"'),
}

ITEM = """\
<item><title>One</title><link>https://a.example/1</link><guid isPermaLink="false">tag:a.example,2026:1</guid>
<pubDate>Mon, 02 Mar 2026 10:00:00 +0000</pubDate><author>ada@a.example (Ada)</author>
<enclosure url="https://a.example/1.mp3" length="3" type="audio/mpeg"/>
<description>One</description><content:encoded>&lt;p&gt;One&lt;/p&gt;</content:encoded></item>"""
RSS = f"""\
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>A</title><link>https://a.example/</link><description>All of A</description>
<atom:link rel="self" type="application/rss+xml" href="https://a.example/rss.xml"/>
<atom:link rel="hub" href="https://hub.example/"/>
<atom:link rel="prev-archive" href="https://a.example/archive/1"/>
{ITEM}</channel></rss>"""
BROKEN_RSS = {
    "a_channel_has_one": ("<description>All of A</description>", ""),
    "an_item_has_one": ("<link>https://a.example/1</link>", ""),
    "addresses_are_absolute": ("<link>https://a.example/1</link>", "<link>/1</link>"),
    "links_to_itself": ('rel="self"', 'rel="related"'),
    "a_full_url_or_no_permalink": (' isPermaLink="false"', ""),
    "not_repeated": ("</channel>", f"{ITEM}</channel>"),
    "tag_uris": ("tag:a.example,2026:1", "tag:a.example,2026-3:1"),
    "after_a_description": ("<description>One</description>", ""),
    "where_there_is_no_summary": ("<description>One</description><content:encoded>&lt;p&gt;One&lt;/p&gt;</content:encoded>", ""),
    "four_digit_year": ("02 Mar 2026 10:00:00 +0000", "02 Mar 26 10:00:00 GMT"),
    "not_in_the_future": ("02 Mar 2026", "02 Mar 2029"),
    "an_address_with_the_name": ("ada@a.example (Ada)", "Ada"),
    "dc_creator": ("<author>ada@a.example (Ada)</author>", ""),
    "titles_carry_no_html": ("<title>One</title>", "<title>One &amp;amp; two</title>"),
    "one_enclosure": ('length="3"', ""),
    "an_archive_document": ("<title>A</title>", "<title>A</title><fh:archive/>"),
    "one_archive_document_at_most": ("<title>A</title>", "<title>A</title><fh:complete/>"),
    "its_hub": ('rel="hub"', 'rel="related"'),
}

JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "A",
    "home_page_url": "https://a.example/",
    "feed_url": "https://a.example/feed.json",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "authors": [{"name": "Ada", "url": "mailto:ada@a.example"}],
    "items": [
        {
            "id": "tag:a.example,2026:1",
            "url": "https://a.example/1",
            "title": "One",
            "content_html": "<p>One</p>",
            "date_published": "2026-03-02T10:00:00+00:00",
            "date_modified": "2026-03-02T10:00:00.5+00:00",
            "attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 3}],
        }
    ],
}
#: By rule, the members that are given another value: the feed's, and the item's.
BROKEN_JSON: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "has_version_title_and_items": ({"version": "1.1"}, {}),
    "has_home_page_url": ({"home_page_url": "/"}, {}),
    "author_is_deprecated": ({"author": {"name": "Ada"}}, {}),
    "string_ids": ({}, {"id": 1}),
    "tag_uris": ({}, {"id": "tag:a.example:1"}),
    "content_html_or_content_text": ({}, {"content_html": ""}),
    "plain_text": ({}, {"title": "Q&amp;A"}),
    "addresses_are_absolute": ({}, {"url": "/1"}),
    "dates_are_rfc_3339": ({}, {"date_modified": "2026-03-02"}),
    "attachments": ({}, {"attachments": [{"url": "https://a.example/1.mp3"}]}),
    "next_url": ({"next_url": "https://a.example/feed.json"}, {}),
    "hubs_have": ({"hubs": [{"url": "https://hub.example/"}]}, {}),
}

CONTENT = (
    '<p style="color: red; margin: 0 1em; background-color:#fff">One <a href="https://a.example/1">and</a> '
    '<a href="mailto:ada@a.example">mail</a> <img src="data:image/png;base64,AA==" srcset="https://a.example/2.png 2x"></p>'
)
BROKEN_CONTENT = {
    "contains_rel_ref": ('<a href="/1">', '<img src="1.png">', '<img srcset="https://a.example/1 1x, 2.png 2x">', '<a href="">'),
    "no_element": ("<script>", "<iframe>", "<form>", "<style>"),
    "no_event": ('<b onclick="f()">', "<img onerror=f()>"),
    "no_address_that_runs": ('<a href="javascript:f()">', '<a href=" java\nscript:f()">', '<a href="data:text/html,">'),
    "no_risky_style": (
        '<p style="position:fixed">',
        '<p style="background:url(https://a.example/)">',
        '<p style="width:expression(f())">',
        '<p style="margin:-webkit-calc(1px)">',
        '<p style="max-width:9em">',
        '<p style="color">',
    ),
}


def paired(rules: tuple[Callable[..., Iterator[str]], ...], broken: dict[str, Any]) -> pytest.MarkDecorator:
    """Pair each rule with what breaks it; every rule has its own, in this order."""
    assert len(rules) == len(broken)
    pairs = zip(rules, broken.items(), strict=True)
    assert all(name in rule.__name__ for rule, (name, _) in pairs)
    together = zip(rules, broken.values(), strict=True)
    return pytest.mark.parametrize(("rule", "broken"), [pytest.param(*pair, id=pair[0].__name__) for pair in together])


@paired(atom_rules.RULES, BROKEN_ATOM)
def test_atom(rule: atom_rules.AtomRule, broken: tuple[str, str]) -> None:
    assert list(rule(etree.fromstring(ATOM))) == []
    assert list(rule(etree.fromstring(altered(ATOM, *broken))))


@paired(rss_rules.RULES, BROKEN_RSS)
def test_rss(rule: rss_rules.RssRule, broken: tuple[str, str]) -> None:
    assert list(rule(etree.fromstring(RSS)[0])) == []
    assert list(rule(etree.fromstring(altered(RSS, *broken))[0]))


@paired(jsonfeed_rules.RULES, BROKEN_JSON)
def test_json_feed(rule: jsonfeed_rules.JsonRule, broken: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert list(rule(JSON)) == []
    feed, item = broken
    assert list(rule({**JSON, **feed, "items": [{**JSON["items"][0], **item}]}))


@paired(content_rules.RULES, BROKEN_CONTENT)
def test_content(rule: content_rules.ContentRule, broken: tuple[str, ...]) -> None:
    assert list(rule(CONTENT)) == []
    for content in broken:
        assert list(rule(content)), content


@pytest.mark.parametrize("title", ["Vec<T>", "<code>", "R&D", "AT&T; and more", "a < b > c", "&nosuch;"])
def test_a_title_may_speak_of_marks(title: str) -> None:
    assert not markup(title)


def altered(document: str, old: str, new: str) -> str:
    """Change what is there."""
    assert old in document, old
    return document.replace(old, new)
