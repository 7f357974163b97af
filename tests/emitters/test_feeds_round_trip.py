"""Any article comes back from all three formats as it went in."""

import json
from calendar import timegm
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from newsletter.model import Person, Rendered
from newsletter.xmltext import legal
from tests.emitters.feed_readers import NAMES, body, instant, parsed, texts
from tests.factories import make_rendered

#: feedparser takes C1 control characters for Windows-1252, in any encoding.
WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=ZONES)  # noqa: DTZ001 - bounds are naive
#: One line that is not blank, as reading makes titles, tags and names; also with what XML cannot carry.
ANYTHING = st.one_of(st.text(max_size=40), st.text(st.characters(max_codepoint=0x9F), max_size=20))
LINES = ANYTHING.map(lambda text: " ".join(text.split())).filter(lambda text: legal(text).strip())


@st.composite
def articles(draw: st.DrawFn) -> Rendered:
    """Draw an article as reading and rendering hand it over."""
    published = draw(INSTANTS)
    return make_rendered(
        f"<p>{escape(draw(ANYTHING))}</p>",
        slug=draw(st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)),
        title=draw(LINES),
        published=published,
        updated=published + draw(st.timedeltas(timedelta(0), timedelta(days=300))),
        tags=tuple(draw(st.lists(LINES, max_size=4, unique_by=lambda tag: legal(tag).strip()))),
        authors=tuple(Person(name=name) for name in draw(st.lists(LINES, max_size=3))),
        summary=draw(st.one_of(st.just(""), LINES)),
    )


EDITIONS = st.lists(articles(), min_size=1, max_size=3, unique_by=lambda item: item.article.id)


def expected(item: Rendered) -> dict[str, object]:
    """Say what of an article a feed must give back: all of it but what XML cannot carry."""
    return {
        "id": item.article.id,
        "title": legal(item.article.title).strip(),
        "published": item.article.published.astimezone(UTC).replace(microsecond=0),
        "tags": [legal(tag).strip() for tag in item.article.tags],
        "authors": [legal(person.name).strip() for person in item.article.authors],
        "content": legal(item.html),
        "summary": legal(item.summary).strip(),
    }


@settings(deadline=None)
@given(EDITIONS)
def test_atom_gives_every_article_back(edition: list[Rendered]) -> None:
    root = etree.fromstring(body("atom", *edition))
    for entry, item in zip(root.iterfind("a:entry", NAMES), edition, strict=True):
        assert {
            "id": entry.findtext("a:id", None, NAMES),
            "title": entry.findtext("a:title", None, NAMES),
            "published": instant(entry.findtext("a:published", "", NAMES)),
            "tags": [category.get("term") for category in entry.iterfind("a:category", NAMES)],
            "authors": texts(entry, "a:author/a:name"),
            "content": entry.findtext("a:content", None, NAMES),
            "summary": entry.findtext("a:summary", "", NAMES),
        } == expected(item)
        updated = instant(entry.findtext("a:updated", "", NAMES))
        assert abs(updated - item.article.updated) < timedelta(seconds=1)


@settings(deadline=None)
@given(EDITIONS)
def test_rss_gives_every_article_back(edition: list[Rendered]) -> None:
    root = etree.fromstring(body("rss", *edition, authors=()))
    for entry, item in zip(root.iterfind("channel/item"), edition, strict=True):
        (first, *rest) = texts(entry, "description") + texts(entry, "content:encoded")
        wanted = expected(item)
        assert {
            "id": entry.findtext("guid"),
            "title": entry.findtext("title"),
            "published": instant(entry.findtext("pubDate", "")),
            "tags": texts(entry, "category"),
            "authors": texts(entry, "dc:creator"),
            "content": rest[0] if rest else first,
            "summary": first if rest else "",
        } == {
            **wanted,
            "authors": wanted["authors"] or ["The Test Letter"],
            "summary": escape(str(wanted["summary"]), quote=False),
        }


@settings(deadline=None)
@given(EDITIONS)
def test_json_feed_gives_every_article_back(edition: list[Rendered]) -> None:
    for entry, item in zip(json.loads(body("jsonfeed", *edition))["items"], edition, strict=True):
        assert {
            "id": entry["id"],
            "title": entry["title"],
            "published": instant(entry["date_published"]),
            "tags": entry.get("tags", []),
            "authors": [author["name"] for author in entry.get("authors", [])],
            "content": entry["content_html"],
            "summary": entry.get("summary", ""),
        } == expected(item)
        assert abs(instant(entry["date_modified"]) - item.article.updated) < timedelta(seconds=1)


@settings(deadline=None)
@given(EDITIONS)
def test_feedparser_reads_the_same_from_rss_and_atom(edition: list[Rendered]) -> None:
    for name in ("rss", "atom"):
        for entry, item in zip(parsed(body(name, *edition)).entries, edition, strict=True):
            wanted = expected(item)
            assert entry.id == wanted["id"]
            assert entry.link == item.article.permalink
            assert entry.title == as_feedparser_reads(str(wanted["title"]))
            assert datetime.fromtimestamp(timegm(entry.published_parsed), UTC) == wanted["published"]
            content = entry.content[0].value if "content" in entry else entry.summary
            assert content == as_feedparser_reads(str(wanted["content"]))
            tags = [as_feedparser_reads(legal(tag)) for tag in item.article.tags]
            # It keeps C1 characters in Atom's attributes, and one of each that it reads alike.
            assert dict.fromkeys(as_feedparser_reads(tag.term) for tag in entry.get("tags", [])) == dict.fromkeys(tags)


def as_feedparser_reads(text: str) -> str:
    """Say what feedparser makes of a text: it also mends what looks like UTF-8 read as Latin-1."""
    text = text.strip()
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return text.translate(WINDOWS_1252)


@settings(deadline=None)
@given(EDITIONS)
def test_no_two_entries_of_a_feed_share_their_updated_instant(edition: list[Rendered]) -> None:
    modified = [item["date_modified"] for item in json.loads(body("jsonfeed", *edition))["items"]]
    assert len(set(modified)) == len(edition)
