"""JSON Feed 1.1, member by member. https://www.jsonfeed.org/version/1.1/."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest

from newsletter.config import Feeds
from newsletter.model import Enclosure, Image, Person
from tests.emitters.feed_readers import atom_feed, body, json_feed, outputs, schema, texts
from tests.factories import make_edition, make_rendered

RICH = make_rendered(
    "<p>Ünï &amp; <b>bold</b></p>",
    title="Is 1 < 2?",
    summary="Short & sweet.",
    tags=("b", "a"),
    language="he",
    authors=(Person(name="Grace"), Person(name="Alan", email="alan+x@letter.example")),
    cover=Image(url="https://letter.example/c.png", alt="A cover"),
    enclosures=(
        Enclosure(url="https://letter.example/a.mp3", type="audio/mpeg", length=1234),
        Enclosure(url="https://letter.example/b.ogg", type="audio/ogg", length=0),
    ),
)


def only_item(document: dict[str, Any]) -> dict[str, Any]:
    (item,) = document["items"]
    assert isinstance(item, dict)
    return item


def test_the_feed_stands_at_the_editions_prefix_with_its_media_type() -> None:
    (output,) = outputs("jsonfeed", make_edition(make_rendered(), prefix="tags/a b/"))
    assert (output.path, output.type) == ("tags/a b/feed.json", "application/feed+json")
    assert json.loads(output.body)["feed_url"] == "https://letter.example/tags/a%20b/feed.json"


def test_an_edition_without_articles_has_no_feed() -> None:
    assert outputs("jsonfeed", make_edition()) == ()


def test_the_bytes_are_plain_utf_8_with_a_closing_line_feed() -> None:
    feed = body("jsonfeed", RICH)
    assert "Ünï" in feed.decode()
    assert feed.endswith(b"\n}\n")


@pytest.mark.parametrize("mode", ["full", "summary"])
def test_jsonfeed_1_1_schema_finds_nothing_wrong(mode: str) -> None:
    rules = json.loads(schema("jsonfeed-1.1.schema.json").read_text(encoding="utf-8"))
    feed = json_feed(
        RICH, make_rendered(slug="plain", summary=""), icon="https://letter.example/i.png", feeds=Feeds(content=mode)
    )
    jsonschema.Draft7Validator(rules).validate(feed)


def test_jsonfeed_1_1_top_level_members_stand_in_the_specifications_order() -> None:
    feed = json_feed(make_rendered(), icon="https://letter.example/i.png")
    del feed["items"]
    assert list(feed.items()) == [
        ("version", "https://jsonfeed.org/version/1.1"),
        ("title", "The Test Letter"),
        ("home_page_url", "https://letter.example/"),
        ("feed_url", "https://letter.example/feed.json"),
        ("description", "Letters about tests."),
        ("icon", "https://letter.example/i.png"),
        ("favicon", "https://letter.example/i.png"),
        ("authors", [{"name": "Ada Byron", "url": "https://letter.example/ada"}]),
        ("language", "en"),
    ]


def test_jsonfeed_1_1_item_members() -> None:
    item = only_item(json_feed(RICH))
    assert item.pop("content_html").endswith("<p>Ünï &amp; <b>bold</b></p></div>")
    del item["date_published"], item["date_modified"]
    assert item == {
        "id": "tag:letter.example,2026-03-02:first",
        "url": "https://letter.example/articles/first/",
        "title": "Is 1 < 2?",
        "summary": "Short & sweet.",
        "image": "https://letter.example/c.png",
        "authors": [{"name": "Grace"}, {"name": "Alan", "url": "mailto:alan+x@letter.example"}],
        "tags": ["b", "a"],
        "language": "he",
        "attachments": [
            {"url": "https://letter.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 1234},
            {"url": "https://letter.example/b.ogg", "mime_type": "audio/ogg"},
        ],
    }


def test_jsonfeed_1_1_what_is_empty_is_left_out() -> None:
    item = only_item(json_feed(make_rendered(summary="")))
    assert list(item) == ["id", "url", "title", "content_html", "date_published", "date_modified"]


@pytest.mark.parametrize(("summary", "expected"), [("In short.", "In short."), ("", "First")])
def test_jsonfeed_1_1_item_of_a_summary_only_feed_has_text_instead_of_html(summary: str, expected: str) -> None:
    item = only_item(json_feed(make_rendered(summary=summary), feeds=Feeds(content="summary")))
    assert "content_html" not in item
    assert item["content_text"] == expected


def test_jsonfeed_1_1_an_item_whose_article_is_empty_still_has_content() -> None:
    assert only_item(json_feed(make_rendered("", summary="")))["content_text"] == "First"


def test_jsonfeed_1_1_dates_are_the_ones_of_atom_to_the_letter() -> None:
    zone = timezone(timedelta(hours=5, minutes=45))
    article = make_rendered(published=datetime(2026, 1, 1, tzinfo=zone), updated=datetime(2026, 1, 2, 3, 4, 5, tzinfo=zone))
    item, feed = only_item(json_feed(article)), atom_feed(article)
    assert [item["date_published"]] == texts(feed, "a:entry/a:published") == ["2025-12-31T18:15:00+00:00"]
    assert [item["date_modified"]] == texts(feed, "a:entry/a:updated")
