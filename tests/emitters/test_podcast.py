"""Podcasts: https://podcasters.apple.com/support/823-podcast-requirements."""

from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace

from newsletter.config import Feeds, Podcast
from newsletter.model import Enclosure, Image, Person, Rendered
from tests.emitters.feed_readers import NAMES, attributes, body, parsed, rss_channel, texts
from tests.emitters.publications import emit_all
from tests.factories import make_config, make_rendered

SHOW = Podcast(category="Arts/Books", serial=True, image="https://letter.example/cover.jpg")
AUDIO = Enclosure(url="https://letter.example/a.mp3", type="audio/mpeg", length=1234)


def episode(**changes: Any) -> Rendered:  # noqa: ANN401 - any field of Rendered or Article
    return make_rendered(**{"enclosures": (AUDIO,), **changes})


def itunes(element: etree._Element) -> dict[str, str | None]:
    """Return what is said in iTunes's words, by element."""
    return {
        found.tag.rpartition("}")[2]: (found.text or "").strip() or found.get("href") or found.get("text")
        for found in element
        if isinstance(found.tag, str) and found.tag.startswith(f"{{{NAMES['itunes']}}}")
    }


@pytest.mark.parametrize(
    ("show", "items"),
    [
        (Podcast(), (episode(),)),
        (SHOW, (make_rendered(),)),
        (SHOW, (episode(enclosures=(replace(AUDIO, type="application/pdf"),)),)),
    ],
)
def test_a_feed_is_no_podcast_unless_that_is_configured_and_there_is_something_to_hear(
    show: Podcast, items: tuple[Rendered, ...]
) -> None:
    assert b"itunes" not in body("rss", *items, podcast=show)


def test_the_channel_describes_the_show() -> None:
    channel = rss_channel(episode(), podcast=SHOW)
    assert itunes(channel) == {
        "author": "Ada Byron",
        "category": "Arts",
        "explicit": "no",
        "image": "https://letter.example/cover.jpg",
        "owner": None,
        "type": "serial",
    }
    assert attributes(channel, "itunes:category/itunes:category") == [{"text": "Books"}]
    assert texts(channel, "itunes:owner/itunes:email") == ["ada@letter.example"]
    assert parsed(body("rss", episode(), podcast=SHOW)).feed.itunes_explicit is None


def test_the_channel_makes_do_with_the_icon_and_without_an_owner() -> None:
    people = (Person(name="Ada"), Person(name="Grace"))
    show = Podcast(category="Technology", explicit=True)
    channel = rss_channel(
        episode(), podcast=show, authors=people, icon="https://letter.example/i.svg", logo="https://letter.example/l.png"
    )
    assert itunes(channel) == {
        "author": "Ada, Grace",
        "category": "Technology",
        "explicit": "yes",
        "image": "https://letter.example/l.png",
        "type": "episodic",
    }


def test_the_channel_makes_do_without_any_picture_that_directories_take() -> None:
    channel = rss_channel(episode(), podcast=Podcast(category="Technology"), icon="https://letter.example/i.svg")
    assert "image" not in itunes(channel)


def test_an_episode_says_what_its_front_matter_does() -> None:
    article = episode(
        authors=(Person(name="Grace"),),
        cover=Image(url="https://letter.example/e.png"),
        extra=(("Duration", "1:02:03"), ("itunes.episode", "7"), ("itunes_season", "2"), ("explicit", "Yes")),
    )
    (item,) = rss_channel(article, podcast=SHOW).iterfind("item")
    assert itunes(item) == {
        "title": "First",
        "author": "Grace",
        "image": "https://letter.example/e.png",
        "duration": "1:02:03",
        "episode": "7",
        "season": "2",
        "explicit": "yes",
    }


def test_an_episode_leaves_out_what_directories_would_not_take() -> None:
    odd = (("duration", "an hour"), ("episode", "seven"), ("season", "-1"), ("explicit", "a bit"))
    article = episode(cover=Image(url="https://letter.example/e.webp"), extra=odd)
    (item, other) = rss_channel(article, make_rendered(slug="unheard"), podcast=SHOW).iterfind("item")
    assert itunes(item) == {"title": "First"}
    assert itunes(other) == {}


def test_an_archive_page_has_the_episodes_words_and_none_of_the_show() -> None:
    config = make_config(podcast=SHOW, feeds=Feeds(archive=True, archive_size=1, tags=0, authors=0))
    channel = etree.fromstring(emit_all(config, [episode()])["archive/rss-1.xml"])[0]
    (item,) = channel.iterfind("item")
    assert (itunes(channel), itunes(item)) == ({}, {"title": "First", "author": "Ada Byron"})
