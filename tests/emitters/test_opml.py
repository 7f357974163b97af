"""The list of all feeds: OPML 2.0, http://opml.org/spec2.opml."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.config import EditionTable, Feeds
from newsletter.model import Interest, Person
from tests.emitters.feed_readers import outputs
from tests.emitters.publications import emit_all
from tests.factories import make_config, make_edition, make_rendered

GRACE, ALAN = Person(name="Grace Hopper"), Person(name="Alan")


def test_opml_2_0_lists_the_publication_first_and_then_editions_tags_and_authors() -> None:
    config = make_config(
        feeds=Feeds(tags=1, authors=1),
        editions=(EditionTable(name="short", title="In short", description="Briefly.", tags=("C++",)),),
    )
    files = emit_all(config, [make_rendered(tags=("C++", "日本"), authors=(GRACE, ALAN))])
    root = etree.fromstring(files["feeds.opml"])
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "The Test Letter")
    (body,) = root.iterfind("body")
    whole, *groups = body
    assert dict(whole.items()) == {
        "type": "rss",
        "text": "The Test Letter",
        "title": "The Test Letter",
        "description": "Letters about tests.",
        "htmlUrl": "https://letter.example/",
        "xmlUrl": "https://letter.example/rss.xml",
        "language": "en",
        "version": "RSS2",
    }
    assert [(group.get("text"), [feed.get("xmlUrl") for feed in group]) for group in groups] == [
        ("Editions", ["https://letter.example/editions/short/rss.xml"]),
        ("Tags", ["https://letter.example/tags/c~2b~2b/rss.xml", "https://letter.example/tags/%E6%97%A5%E6%9C%AC/rss.xml"]),
        ("Authors", ["https://letter.example/authors/alan/rss.xml", "https://letter.example/authors/grace_hopper/rss.xml"]),
    ]
    (edition,) = groups[0]
    assert (edition.get("text"), edition.get("description")) == ("In short", "Briefly.")


def test_opml_has_its_media_type() -> None:
    (output,) = outputs("opml", make_edition(make_rendered()))
    assert (output.path, output.type) == ("feeds.opml", "text/x-opml")


def test_opml_is_written_once_and_only_where_there_are_feeds() -> None:
    assert outputs("opml", make_edition()) == ()
    assert outputs("opml", make_edition(make_rendered(), prefix="tags/a/", interest=Interest.TAG)) == ()


@settings(deadline=None)
@given(st.lists(st.text(max_size=8), max_size=4), st.text(max_size=8))
def test_every_feed_of_any_tags_is_in_the_list_and_exists(tags: list[str], title: str) -> None:
    files = emit_all(
        make_config(title=title, feeds=Feeds(tags=1, authors=1)), [make_rendered(tags=tuple(tags))], names=("rss", "opml")
    )
    listed = [feed.get("xmlUrl") for feed in etree.fromstring(files["feeds.opml"]).iter("outline") if feed.get("type")]
    assert len(set(listed)) == len(listed) == len([path for path in files if path.endswith("rss.xml")])
