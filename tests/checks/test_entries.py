from datetime import UTC, datetime

import pytest

from newsletter.checks.entries import READERS, Entry, UnreadableError, read, relative_addresses
from newsletter.emitters import emitter
from newsletter.templating import Templates
from tests.factories import make_config, make_edition, make_rendered

EMITTERS = {"rss.xml": "rss", "atom.xml": "atom", "feed.json": "jsonfeed"}


def build(name: str, **changes: object) -> bytes:
    config = make_config()
    edition = make_edition(make_rendered("<p>Body &amp; <b>soul</b>.</p>", **changes))
    [output] = emitter(EMITTERS[name])(config, edition, Templates())
    return output.body


@pytest.mark.parametrize("name", READERS)
def test_every_format_is_read_as_the_same_entry(name: str) -> None:
    [entry] = read(name, build(name))
    assert entry.id == "tag:letter.example,2026-03-02:first"
    assert entry.title == "First"
    assert entry.url == "https://letter.example/articles/first/"
    assert entry.published == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert entry.updated is None or entry.updated.replace(microsecond=0) == entry.published
    assert "<b>soul</b>" in entry.content
    assert (entry.line is None) == name.endswith(".json")


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("rss.xml", b"<rss>", "not well-formed: "),
        ("rss.xml", b"", "not well-formed: "),
        ("rss.xml", b"<html/>", "expected <rss>, got <html>"),
        ("rss.xml", b"<rss><channel>\n<item/></channel></rss>", "line 2: lacks <guid>"),
        ("atom.xml", b"<feed/>", "expected <{http://www.w3.org/2005/Atom}feed>, got <feed>"),
        ("atom.xml", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id></entry></feed>', "line 1: lacks <title>"),
        ("feed.json", b"{", "Expecting property name"),
        ("feed.json", b"{}", "lacks 'items'"),
        ("feed.json", b"[]", "list indices must be"),
        ("feed.json", b'{"items": [{"id": "a"}]}', "lacks 'title'"),
        ("feed.json", b'{"items": ["a"]}', "string indices must be"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_with_the_reason(name: str, body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(name, body)
    assert str(caught.value).startswith(reason)


def test_a_date_that_is_none_is_refused_in_every_format() -> None:
    for name, spelled in (
        ("rss.xml", b"Mon, 02 Mar 2026 10:00:00 +0000"),
        ("atom.xml", b"2026-03-02T10"),
        ("feed.json", b"2026-03-02T10"),
    ):
        with pytest.raises(UnreadableError):
            read(name, build(name).replace(spelled, b"soon"))


def test_an_entity_of_the_document_is_not_resolved() -> None:
    text = (
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><guid>&x;</guid></item></channel></rss>'
    )
    with pytest.raises(UnreadableError, match="lacks <guid>"):
        read("rss.xml", text)


def test_an_entry_without_a_link_has_an_empty_address() -> None:
    text = build("atom.xml").replace(b'articles/first/" rel="alternate"', b'articles/first/" rel="related"')
    assert [entry.url for entry in read("atom.xml", text)] == [""]


def test_addresses_that_mean_nothing_elsewhere_are_found() -> None:
    html = (
        '<a href="https://a.example/">a</a><a href="b/c">b</a><a href="#n">n</a><a href="mailto:a@b.c">m</a><a href id="x">e</a>'
        '<img src="//cdn/x.png" srcset="https://a/1.png 1x, two.png 2x, "><video poster="p.png"><a href="http://[">broken</a>'
    )
    assert relative_addresses(html) == ("b/c", "#n", "", "//cdn/x.png", "two.png", "p.png", "http://[")


def test_addresses_are_found_below_any_depth() -> None:
    assert relative_addresses("<div>" * 5000 + '<a href="deep">') == ("deep",)


def test_an_entry_is_a_plain_record() -> None:
    [entry] = read("feed.json", build("feed.json"))
    assert isinstance(entry, Entry)
