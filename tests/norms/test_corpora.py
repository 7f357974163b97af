"""Every feed of every real blog meets every clause that readers and validators hold it to; the clause is in the test's name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest

from tests.corpora import HUB, SITE, UNDATED, Corpus
from tests.emitters.archive_client import walk
from tests.norms import atom_rules, content_rules, jsonfeed_rules, rss_rules
from tests.norms.atom_rules import AtomRule
from tests.norms.content_rules import ContentRule
from tests.norms.jsonfeed_rules import JsonRule
from tests.norms.rss_rules import RssRule
from tests.norms.terms import HISTORY

#: What autodiscovery says of each file.
TYPES = {"rss.xml": "application/rss+xml", "atom.xml": "application/atom+xml", "feed.json": "application/feed+json"}


def each(rules: Iterable[Callable[..., Iterator[str]]]) -> pytest.MarkDecorator:
    """Run a test with each rule, by its name."""
    return pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.__name__) for rule in rules])


def breaches(rule: Callable[[Any], Iterator[str]], documents: Mapping[str, Any]) -> list[str]:
    """List what breaks a rule, with the file that does."""
    return [f"{path}: {complaint}" for path, document in documents.items() for complaint in rule(document)]


@each(atom_rules.RULES)
def test_atom(rule: AtomRule, blog: Corpus) -> None:
    assert breaches(rule, blog.atom) == []


@each(rss_rules.RULES)
def test_rss(rule: RssRule, blog: Corpus) -> None:
    assert breaches(rule, blog.rss) == []


@each(jsonfeed_rules.RULES)
def test_json_feed(rule: JsonRule, blog: Corpus) -> None:
    assert breaches(rule, blog.json) == []


@each(content_rules.RULES)
def test_content(rule: ContentRule, blog: Corpus) -> None:
    assert [complaint for content in blog.contents for complaint in rule(content)] == []


def test_websub_every_json_feed_that_people_subscribe_to_names_the_hub(blog: Corpus) -> None:
    for path, feed in blog.json.items():
        assert feed.get("hubs") == (None if "archive/" in path else [{"type": "WebSub", "url": HUB}]), path


@pytest.mark.parametrize("name", TYPES)
def test_rfc5005_4_the_chain_of_archives_holds_every_page_once_and_every_article_once(name: str, blog: Corpus) -> None:
    if blog.name in UNDATED:
        return
    subscription, *archive = walk(f"{SITE}{name}", blog.fetch)
    stem, suffix = name.split(".")
    assert len(archive) == len(list(blog.out.glob(f"archive/{stem}-*.{suffix}")))
    ids = [article.id for document in archive for article in document.articles]
    assert len(ids) == len(set(ids))
    assert {document.current for document in archive} <= {f"{SITE}{name}"}
    assert all(document.archive in {True, None} for document in archive)
    assert len(set(ids) | {article.id for article in subscription.articles}) == len(
        list(blog.out.glob("articles/*/"))
    ) + elsewhere(blog)


def test_rfc5005_2_what_has_no_archive_though_there_is_one_for_long_histories_is_complete(blog: Corpus) -> None:
    for path, feed in (*blog.atom.items(), *blog.rss.items()):
        if path in TYPES:
            assert (feed.find(f"{HISTORY}complete") is not None) != (blog.out / "archive").exists(), path


def test_autodiscovery_every_page_announces_feeds_that_are_there_the_publications_first(blog: Corpus) -> None:
    for page in (*blog.out.glob("*.html"), *blog.out.glob("articles/*/*.html"), *blog.out.glob("issues/*/index.html")):
        found = announced(page.read_text(encoding="utf-8"))
        assert [link["href"] for link in found][:3] == [f"{SITE}{name}" for name in TYPES], page
        for link in found:
            path = unquote(link["href"].removeprefix(SITE))
            assert (blog.out / path).is_file(), (page, path)
            assert link["type"] == TYPES[path.rpartition("/")[2]], (page, path)
            assert link["title"].strip(), (page, path)


def elsewhere(blog: Corpus) -> int:
    """Count the articles whose page is not in out/."""
    urls = {item["id"]: item["url"] for feed in blog.json.values() for item in feed["items"]}
    return sum(not url.startswith(f"{SITE}articles/") for url in urls.values())


def announced(page: str) -> list[dict[str, str]]:
    """List the autodiscovery links of a page: https://www.rssboard.org/rss-autodiscovery."""
    found: list[dict[str, str]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            attributes = {name: value or "" for name, value in attrs}
            if tag == "link" and "alternate" in attributes.get("rel", "").split():
                found.append(attributes)

    Parser().feed(page.partition("</head>")[0])
    return found
