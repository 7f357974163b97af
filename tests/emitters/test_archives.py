"""The whole history in static files: RFC 5005, https://www.rfc-editor.org/rfc/rfc5005, and JSON Feed's next_url."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from lxml import etree
from msgspec.structs import replace

from newsletter.config import Config, Feeds
from newsletter.feeds.archive import numbered
from newsletter.feeds.channels import FORMATS, Format
from newsletter.model import Person, Rendered
from tests.emitters.archive_client import Document, rebuild, walk
from tests.emitters.feed_readers import NAMES, attributes, instant, jing, parsed, schema, texts
from tests.emitters.publications import emit_all
from tests.factories import PUBLISHED, make_config, make_rendered

GRACE = Person(name="Grace Hopper")
XML = FORMATS[:2]


def archived(**changes: Any) -> Config:  # noqa: ANN401 - any field of Config
    return make_config(**{"feeds": Feeds(limit=3, archive=True, archive_size=4, tags=0, authors=0), **changes})


def item(number: int, **changes: Any) -> Rendered:  # noqa: ANN401 - any field of Rendered or Article
    usual = {"slug": f"n-{number:04}", "published": PUBLISHED + timedelta(hours=number), "tags": ("a", f"t{number % 7}")}
    return make_rendered(f"<p>Body of {number}.</p>", **{**usual, **changes})


def addressed(config: Config, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Put files where a server would have them."""
    return {config.url + path: body for path, body in files.items()}


def documents(form: Format, items: Sequence[Rendered], config: Config) -> list[Document]:
    files = addressed(config, emit_all(config, items))
    return [*walk(config.url + form.file, lambda url: files[unquote(url)])]


def root_of(files: Mapping[str, bytes], path: str) -> etree._Element:
    root = etree.fromstring(files[path])
    return root[0] if root.tag == "rss" else root


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.stem)
def test_a_client_that_knows_the_standards_alone_rebuilds_all_of_1000_articles(form: Format) -> None:
    items = [item(number, **({"authors": (GRACE, Person(name="Alan"))} if number % 3 else {})) for number in range(1000)]
    config = archived(feeds=Feeds(archive=True, tags=0, authors=0), authors=(Person(name="Ada"),))
    names = {"rss": "rss", "atom": "atom", "feed": "jsonfeed"}[form.stem]
    files = addressed(config, emit_all(config, items, names=(names,)))
    found = rebuild(config.url + form.file, lambda url: files[url])
    assert len(files) == 21
    assert found.keys() == {one.article.id for one in items}
    for one in items:
        article = found[one.article.id]
        assert (article.title, article.url, article.tags) == (one.article.title, one.article.permalink, one.article.tags)
        assert article.published.astimezone(UTC) == one.article.published
        assert article.content == one.html
        assert article.authors == (tuple(person.name for person in one.article.authors) or ("Ada",))


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.stem)
def test_no_closed_page_changes_a_byte_while_articles_are_added_with_any_date(form: Format) -> None:
    config = archived()
    emitter = {"rss": "rss", "atom": "atom", "feed": "jsonfeed"}[form.stem]
    items = [item(number) for number in range(10)]
    numbers = numbered({}, [one.article for one in items])
    before: dict[str, bytes] = {}
    for number in range(30):
        files = emit_all(config, items, numbers, names=(emitter,))
        closed = {path: body for path, body in files.items() if path.startswith("archive/")}
        assert {path: closed.get(path) for path in before} == before
        found = rebuild(config.url + form.file, addressed(config, files).__getitem__)
        assert found.keys() == {one.article.id for one in items}
        before = closed
        items.append(item(1000 + number, published=PUBLISHED + timedelta(hours=number * 7 % 20)))
        numbers = numbered(numbers, [one.article for one in items])
    assert len(before) == 9


def test_a_correction_to_an_archived_article_changes_only_its_page() -> None:
    items = [item(number) for number in range(10)]
    corrected = [replace(one, html="<p>Corrected.</p>") if one.article.slug == "n-0001" else one for one in items]
    before, after = emit_all(archived(), items), emit_all(archived(), corrected)
    assert before.keys() == after.keys()
    assert {path for path in before if before[path] != after[path]} == {form.page(1) for form in FORMATS}


def test_an_article_that_is_taken_away_changes_only_its_page() -> None:
    items = [item(number) for number in range(10)]
    numbers = numbered({}, [one.article for one in items])
    before, after = emit_all(archived(), items, numbers), emit_all(archived(), items[1:], numbers)
    assert {path for path in before if before[path] != after[path]} == {form.page(1) for form in FORMATS}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Renamed"},
        {"description": "Another."},
        {"copyright": "© 2027"},
        {"logo": "https://letter.example/l.png", "icon": "https://letter.example/i.png"},
        {"feeds": Feeds(limit=5, archive=True, archive_size=4, tags=0, authors=0, hub="https://hub.example/", ttl=60)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_that_may_change_of_the_publication_is_in_a_closed_page(changes: dict[str, Any]) -> None:
    items = [item(number, authors=(GRACE,)) for number in range(10)]
    before, after = emit_all(archived(), items), emit_all(archived(**changes), items)
    closed = {path for path in before if path.startswith("archive/")}
    assert len(closed) == 6
    assert {path: before[path] for path in closed} == {path: after[path] for path in closed}
    assert before["rss.xml"] != after["rss.xml"]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.stem)
def test_a_closed_page_does_not_name_the_programs_version(form: Format) -> None:
    files = emit_all(archived(), [item(number) for number in range(8)])
    assert b"newsletter-publisher" not in files[form.page(1)]
    assert b"feedgen" not in files[form.page(1)]


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_4_archive_documents_carry_fh_archive_and_the_subscription_document_does_not(form: Format) -> None:
    feed, *pages = documents(form, [item(number) for number in range(10)], archived())
    assert [page.archive for page in pages] == [True, True]
    assert (feed.archive, feed.complete) == (False, False)


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_4_archive_documents_link_to_the_current_one(form: Format) -> None:
    feed, *pages = documents(form, [item(number) for number in range(10)], archived())
    assert {page.current for page in pages} == {f"https://letter.example/{form.file}"}
    assert feed.current == ""


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_4_each_document_links_to_the_archive_before_it_unless_there_is_none(form: Format) -> None:
    before = [document.before for document in documents(form, [item(number) for number in range(13)], archived())]
    assert before == [f"https://letter.example/{form.page(number)}" for number in (3, 2, 1)] + [""]


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_4_archive_documents_have_no_next_archive_which_would_change_them(form: Format) -> None:
    files = emit_all(archived(), [item(number) for number in range(10)])
    for number in (1, 2):
        rels = [link["rel"] for link in attributes(root_of(files, form.page(number)), "atom:link")]
        assert sorted(rels) == sorted(
            ["self", "current", *(["prev-archive"] if number > 1 else [])] + (["alternate"] * (form.stem == "atom"))
        )


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_2_a_feed_that_holds_everything_carries_fh_complete(form: Format) -> None:
    (feed,) = documents(form, [item(number) for number in range(3)], archived())
    assert (feed.complete, feed.archive, feed.before) == (True, False, "")


@pytest.mark.parametrize("form", XML, ids=lambda form: form.stem)
def test_rfc5005_2_a_feed_without_an_archive_promises_nothing(form: Format) -> None:
    (feed,) = documents(form, [item(number) for number in range(3)], make_config(feeds=Feeds(tags=0, authors=0)))
    assert (feed.complete, feed.archive, feed.before) == (False, False, "")


def test_rfc5005_4_archive_documents_of_atom_have_the_id_of_their_feed() -> None:
    files = emit_all(archived(), [item(number) for number in range(10)])
    paths = ("atom.xml", "archive/atom-1.xml", "archive/atom-2.xml")
    assert {text for path in paths for text in texts(root_of(files, path), "a:id")} == {"tag:letter.example,2000:feed"}


def test_a_closed_page_was_updated_when_its_newest_entry_was() -> None:
    files = emit_all(archived(), [item(number) for number in range(10)])
    page = root_of(files, "archive/atom-1.xml")
    assert texts(page, "a:updated") == [max(texts(page, "a:entry/a:updated"))]
    assert instant(texts(page, "a:updated")[0]).replace(microsecond=0) == PUBLISHED + timedelta(hours=3)
    assert texts(root_of(files, "archive/rss-1.xml"), "lastBuildDate") == ["Mon, 02 Mar 2026 13:00:00 +0000"]


def test_jsonfeed_1_1_next_url_differs_from_feed_url_and_never_repeats() -> None:
    files = emit_all(archived(), [item(number) for number in range(13)])
    chain = [
        json.loads(files[path]) for path in ("feed.json", "archive/feed-3.json", "archive/feed-2.json", "archive/feed-1.json")
    ]
    next_urls = [document["next_url"] for document in chain if "next_url" in document]
    assert next_urls == [f"https://letter.example/archive/feed-{number}.json" for number in (3, 2, 1)]
    assert {document["feed_url"] for document in chain} == {"https://letter.example/feed.json"}


def test_archive_pages_pass_jing_feedparser_and_the_json_feed_schema(tmp_path: Path) -> None:
    rules = json.loads(schema("jsonfeed-1.1.schema.json").read_text(encoding="utf-8"))
    files = emit_all(archived(authors=()), [item(number, authors=(GRACE,) if number % 2 else ()) for number in range(10)])
    for path, body in files.items():
        if path.endswith(".json"):
            jsonschema.Draft7Validator(rules).validate(json.loads(body))
        elif path.endswith(".xml"):
            assert parsed(body).entries
            assert "atom" not in path or jing(body, tmp_path) == ""


def test_rfc4287_4_1_1_entries_of_archive_pages_each_have_an_author_and_the_page_none() -> None:
    files = emit_all(archived(), [item(number, authors=(GRACE,) if number % 2 else ()) for number in range(4)])
    page = root_of(files, "archive/atom-1.xml")
    assert page.find("a:author", NAMES) is None
    assert texts(page, "a:entry/a:author/a:name") == ["Grace Hopper", "Ada Byron"] * 2


def test_an_articles_own_words_are_the_same_in_the_feed_and_in_the_archive() -> None:
    files = addressed(archived(), emit_all(archived(), [item(number) for number in range(4)]))
    feed, page = walk("https://letter.example/atom.xml", files.__getitem__)
    assert feed.articles == page.articles[:3]
