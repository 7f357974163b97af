"""What feedgen does when left alone must not reach a reader; what its users may get wrong must not reach a feed."""

import hashlib
import json
import locale
import os
import pickle
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from newsletter.emitters import emitter
from newsletter.errors import OutputError
from newsletter.model import Edition, Enclosure, Image, Person
from newsletter.templating import Templates
from tests.emitters.feed_readers import FORMATS, atom_feed, attributes, body, dates_said, instant, json_feed, rss_channel, texts
from tests.factories import PUBLISHED, make_config, make_edition, make_rendered

ROOT = Path(__file__).resolve().parents[2]
NEWEST = PUBLISHED + timedelta(days=1)


def ids(name: str, feed: bytes) -> list[str]:
    if name == "jsonfeed":
        return [item["id"] for item in json.loads(feed)["items"]]
    return texts(etree.fromstring(feed), {"rss": "channel/item/guid", "atom": "a:entry/a:id"}[name])


@pytest.mark.parametrize("name", FORMATS)
def test_no_feed_touches_the_locale(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("the locale belongs to the whole process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert body(name, make_rendered())


@pytest.mark.parametrize("name", FORMATS)
def test_no_feed_reads_a_date_off_the_clock(name: str) -> None:
    said = dates_said(name, body(name, make_rendered(published=NEWEST), make_rendered(slug="second")))
    assert {instant(text).replace(microsecond=0) for text in said} == {NEWEST, PUBLISHED}
    assert len(said) >= 3


@pytest.mark.parametrize("name", FORMATS)
def test_entries_keep_the_editions_order(name: str) -> None:
    articles = [make_rendered(slug=f"no-{number}", published=NEWEST - timedelta(hours=number)) for number in range(5)]
    assert ids(name, body(name, *articles)) == [item.article.id for item in articles]


def test_the_rss_channels_link_is_the_site_not_the_last_link_given() -> None:
    assert texts(rss_channel(make_rendered()), "link") == ["https://letter.example/"]


def test_an_atom_entrys_links_keep_rel_type_and_length() -> None:
    enclosure = Enclosure(url="https://letter.example/a.mp3", type="audio/mpeg", length=9)
    links = attributes(atom_feed(make_rendered(enclosures=(enclosure,))), "a:entry/a:link")
    assert [link.get("rel") for link in links] == ["alternate", "enclosure"]
    assert [link.get("type") for link in links] == ["text/html", "audio/mpeg"]


def test_a_summary_costs_neither_format_its_content() -> None:
    article = make_rendered("<p>Full.</p>", summary="Short.")
    atom, rss = atom_feed(article), rss_channel(article)
    assert (texts(atom, "a:entry/a:summary"), texts(atom, "a:entry/a:content")) == (["Short."], ["<p>Full.</p>"])
    assert (texts(rss, "item/description"), texts(rss, "item/content:encoded")) == (["Short."], ["<p>Full.</p>"])


def test_an_author_with_nothing_but_a_name_is_in_every_feed() -> None:
    article = make_rendered(authors=(Person(name="Grace"),))
    assert texts(atom_feed(article), "a:entry/a:author/a:name") == ["Grace"]
    assert texts(rss_channel(article), "item/dc:creator") == ["Grace"]
    assert json_feed(article)["items"][0]["authors"] == [{"name": "Grace"}]


ILLEGAL = "\x00\x08\x0b\x1b\ud800\udfff\ufffe\uffff"
ODD = f"Te{ILLEGAL}xt"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ({"title": ODD}, {"title": "Text"}),
        ({"html": f"<p>{ODD}</p>"}, {"html": "<p>Text</p>"}),
        ({"summary": ODD}, {"summary": "Text"}),
        ({"tags": (ODD, ILLEGAL)}, {"tags": ("Text",)}),
        ({"authors": (Person(name=ODD, email=f"a@b{ILLEGAL}"), Person(name=ILLEGAL))}, {"authors": (Person(name="Text"),)}),
        (
            {"enclosures": (Enclosure(url="https://letter.example/a", type=ODD, length=1),)},
            {"enclosures": (Enclosure(url="https://letter.example/a", type="Text", length=1),)},
        ),
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_characters_that_xml_cannot_carry_are_all_that_is_lost(name: str, odd: dict[str, Any], plain: dict[str, Any]) -> None:
    feed = body(name, make_rendered(**odd))
    assert feed == body(name, make_rendered(**plain))
    assert b"Text" in feed


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("field", ["title", "description", "copyright"])
def test_the_publications_own_words_lose_no_feed_either(name: str, field: str) -> None:
    assert body(name, make_rendered(), **{field: ODD}) == body(name, make_rendered(), **{field: "Text"})


def test_a_title_of_which_xml_can_carry_nothing_is_told_by_the_slug() -> None:
    assert json_feed(make_rendered(title="\x00\x01"))["items"][0]["title"] == "first"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "42"}, "first.md: id: expected an absolute IRI without white space, got '42'"),
        ({"id": "tag:a,2026:b c"}, "first.md: id: expected an absolute IRI without white space, got 'tag:a,2026:b c'"),
        ({"id": "tag:a,2026:\ufffe"}, "first.md: id: expected an absolute IRI without white space, got 'tag:a,2026:\\ufffe'"),
        ({"permalink": "/a/"}, "first.md: permalink: expected an absolute http or https address, got '/a/'"),
        (
            {"permalink": "javascript:alert(1)"},
            "first.md: permalink: expected an absolute http or https address, got 'javascript:alert(1)'",
        ),
        ({"cover": Image(url="c.png")}, "first.md: cover: expected an absolute http or https address, got 'c.png'"),
        (
            {"enclosures": (Enclosure(url="https://letter.example/a b.mp3", type="audio/mpeg", length=1),)},
            "first.md: enclosure: expected an absolute http or https address, got 'https://letter.example/a b.mp3'",
        ),
    ],
)
def test_what_feedgen_takes_without_complaint_stops_the_feed_and_names_the_article(
    name: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(OutputError) as caught:
        body(name, make_rendered(**changes))
    assert str(caught.value) == message


@pytest.mark.parametrize("name", FORMATS)
def test_an_id_that_two_articles_share_stops_the_feed_and_names_both(name: str) -> None:
    twins = (make_rendered(slug="a", id="tag:x,2026:same"), make_rendered(slug="b", id="tag:x,2026:same"))
    with pytest.raises(OutputError, match=r"^a\.md, b\.md: id: .* got 'tag:x,2026:same' more than once$"):
        body(name, *twins)


@pytest.mark.parametrize("name", FORMATS)
def test_a_date_without_a_zone_is_never_taken_as_the_machines(name: str) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        body(name, make_rendered(published=datetime(2026, 3, 2)))  # noqa: DTZ001 - what the test is about


@pytest.mark.parametrize("name", FORMATS)
def test_the_arguments_of_an_emitter_cross_to_another_process_and_give_the_same_bytes(name: str) -> None:
    arguments = (make_config(), make_edition(make_rendered(tags=("a", "b")), make_rendered(slug="second")), Templates())
    assert emitter(name)(*pickle.loads(pickle.dumps(arguments))) == emitter(name)(*arguments)  # noqa: S301 - our own bytes


SCRIPT = """
import hashlib, sys
from newsletter.emitters import emitter
from newsletter.templating import Templates
from tests.emitters.test_feedgen_traps import sample
from tests.factories import make_config
for name in sys.argv[1:]:
    for output in emitter(name)(make_config(), sample(), Templates()):
        print(output.path, hashlib.sha256(output.body).hexdigest())
"""


def sample() -> Edition:
    """Return an edition with something of everything."""
    return make_edition(
        make_rendered("<p>Ünï</p>", tags=("b", "a", "ß"), language="tr", authors=(Person(name="İpek"),), published=NEWEST),
        make_rendered(slug="second", cover=Image(url="https://letter.example/c.png")),
    )


def test_feeds_are_the_same_in_another_zone_locale_and_hash_seed() -> None:
    here = "".join(
        f"{output.path} {hashlib.sha256(output.body).hexdigest()}\n"
        for name in FORMATS
        for output in emitter(name)(make_config(), sample(), Templates())
    )
    elsewhere = {"TZ": "Pacific/Chatham", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, *FORMATS], env={**os.environ, **elsewhere}, capture_output=True, text=True, check=True
    )
    assert result.stdout == here


@pytest.mark.parametrize("name", FORMATS)
def test_an_emitter_can_be_the_first_thing_that_a_process_imports(name: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import newsletter.emitters.{name}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
